/** The function and its derivatives as formulas. */
import { AdError } from "cotangent";
import type { Real } from "cotangent";
import { derivativeFormula, formula } from "cotangent-view";

import type { Subject } from "./subject.ts";
import { argumentOf, withLeaf } from "./values.ts";
import type { Data } from "./values.ts";

export interface Formulas {
  readonly formulas: readonly { readonly mathml: string; readonly latex: string }[];
  /** Why there is none, or not all of them. */
  readonly remark: string | undefined;
}

/** Derivatives by more inputs are no longer read. */
const MOST = 6;

export function formulas(subject: Subject, inputs: readonly Data[]): Formulas {
  const integers = new Set(subject.integers(inputs));
  const active = subject
    .leaves(inputs)
    .filter(
      ({ value, argument, place }) =>
        typeof value === "number" && !(integers.has(argument) && place.length === 0),
    );
  if (!subject.scalar) return { formulas: [], remark: "The result is not a single number." };
  if (active.length === 0) return { formulas: [], remark: "There is no input to differentiate by." };
  const f = (...xs: Real[]): Real => {
    const args: unknown[] = subject.arguments(inputs);
    active.forEach(({ argument, place }, k) => {
      const { structure } = subject.parameters[argument]!;
      const data = withReal(args[argument] ?? argumentOf(structure, inputs[argument]!), place, xs[k]!);
      args[argument] = data;
    });
    return subject.f(...args) as Real;
  };
  const names = active.map(({ path }) => path.replace(/\[(\d+)\]/g, "_$1").replace(/^.*\./, ""));
  const options = { name: subject.f.name, inputs: names };
  const found: { mathml: string; latex: string }[] = [];
  try {
    for (let wrt = -1; wrt < Math.min(active.length, MOST); wrt++) {
      const { latex, mathml } = wrt < 0 ? formula(f, options) : derivativeFormula(f, { ...options, wrt });
      found.push({ latex, mathml });
    }
    if (active.length === 1) {
      const { latex, mathml } = derivativeFormula(f, { ...options, order: 2 });
      found.push({ latex, mathml });
    }
  } catch (error) {
    if (!(error instanceof AdError)) throw error;
    return { formulas: found, remark: remarkOf(error) };
  }
  return {
    formulas: found,
    remark:
      active.length > MOST
        ? `Only the first ${MOST} of ${active.length} derivatives are written out.`
        : undefined,
  };
}

function remarkOf(error: AdError): string {
  if (error.code === "implicit-conversion") {
    return "The function branches on its inputs, so that there is no one formula for it.";
  }
  return error.message.split("\n")[0]!;
}

/** An argument with a number in it replaced by a Real. */
function withReal(x: unknown, place: readonly (string | number)[], real: Real): unknown {
  if (place.length === 0) return real;
  const plain = ArrayBuffer.isView(x) ? Array.from(x as Float64Array) : x;
  return withLeaf(plain as Data, place, real as number);
}

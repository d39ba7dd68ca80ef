/** The checks of the course: one central difference, and a comparison with it. */
import { AdError, describe } from "../errors.ts";
import { checkOptions, from0, positive } from "../options.ts";
import { value } from "../real/real.ts";
import type { Real } from "../real/real.ts";
import { noGrad } from "../traces/levels.ts";
import { backpropagate, constants, Scalar } from "../traces/scalar.ts";
import { checkFunction } from "../transforms/arguments.ts";

export interface CentralDifferenceOptions {
  /** The position of the argument to differentiate by, counted from 0. */
  readonly arg?: number;
  /** The step to either side. */
  readonly epsilon?: number;
}

/**
 * (f(x + ε) − f(x − ε)) / 2ε in argument `arg`, the others held fixed: an approximation of the derivative.
 * @throws AdError `wrong-option` if there is no such argument
 */
export function centralDifference<A extends readonly Real[]>(
  f: (...args: A) => Real,
  inputs: { readonly [K in keyof A]: Real },
  options: CentralDifferenceOptions = {},
): number {
  checkFunction("centralDifference", f);
  checkOptions("centralDifference", options, { arg: from0, epsilon: positive });
  const { arg = 0, epsilon = 1e-6 } = options;
  if (!Array.isArray(inputs) || !(arg in inputs)) {
    throw new AdError(
      "wrong-option",
      `centralDifference: arg is ${arg} (of ${describe(inputs)}, counted from 0).`,
      "Give the list of inputs, and the position of one of them.",
    );
  }
  const shifted = (by: number): number => {
    // f is given what the caller gave: it may be written with operators, or with methods.
    const args = inputs.map((x: Real, i) => {
      const moved = i === arg ? value(x) + by : value(x);
      return typeof x === "number" ? moved : constants.wrap(moved);
    });
    return value(noGrad(() => f(...(args as readonly Real[] as A))));
  };
  return (shifted(epsilon) - shifted(-epsilon)) / (2 * epsilon);
}

/** The course's tolerance: absolute and relative. */
const TOLERANCE = 1e-2;

/**
 * Compares the derivatives that backpropagation gives for `f` with central differences, within 10⁻² + 10⁻²·|difference|. The
 * scalars given say where; they themselves are left alone. For a strict check see `checkDerivatives`.
 * @throws AdError `wrong-derivative`
 */
export function derivativeCheck<A extends readonly Real[]>(
  f: (...args: A) => Real,
  ...scalars: { readonly [K in keyof A]: Real }
): void {
  checkFunction("derivativeCheck", f);
  const at = scalars.map(value);
  const fresh = at.map((x) => new Scalar(x));
  const asConstants = at.map((x) => constants.wrap(x)) as readonly Real[] as typeof scalars;
  const out = f(...(fresh as readonly Real[] as A));
  if (out instanceof Scalar && !out.isConstant()) backpropagate(out);
  fresh.forEach((x, arg) => {
    const got = x.derivative ?? 0;
    const expected = centralDifference(f, asConstants, { arg });
    if (Math.abs(got - expected) <= TOLERANCE + TOLERANCE * Math.abs(expected)) return;
    throw new AdError(
      "wrong-derivative",
      `The derivative of ${f.name || "the function"} at (${at.join(", ")}) by argument ${arg + 1} came out as ${got}, but central differences give ${expected}.`,
      "Look at the backward of the functions that it uses: each must return dOut times its derivative.",
    );
  });
}

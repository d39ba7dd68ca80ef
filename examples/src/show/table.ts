/** Every primitive at points of its domain: all modes, first and second order, against differences and each other. */
import { checkDerivatives, stopGradient } from "cotangent";
import type { CheckReport, Real } from "cotangent";
import { random } from "cotangent/nn";
import { table as primitives } from "cotangent/notation";
import type { Notation } from "cotangent/notation";
import { print, style } from "../terminal.ts";

const POINTS = 3;

/** @returns whether none is wrong */
export function table(): boolean {
  const next = random(1);
  const cells: string[] = [];
  let [total, wrong] = [0, 0];
  for (const [name, notation] of primitives) {
    // Its derivative is meant not to be that of its value.
    if (notation.primitive === stopGradient) continue;
    const reports = Array.from({ length: POINTS }, () => check(notation, next));
    const all = reports.flatMap(({ comparisons }) => comparisons);
    const bad = all.filter(({ verdict }) => verdict !== "right").length;
    const worst = Math.max(
      ...all.map(({ got, expected }) => Math.abs(got - expected) / Math.max(1, Math.abs(got))),
    );
    total += all.length;
    wrong += bad;
    const sign = bad === 0 ? style("green", "✓") : style("red", "✗");
    cells.push(
      `${sign} ${name.padEnd(20)}${`${all.length - bad}/${all.length}`.padStart(7)}${worst.toExponential(0).padStart(7)}`,
    );
  }
  const half = Math.ceil(cells.length / 2);
  const title = "  primitive             right  worst";
  print(style("dim", `  ${title}    ${title}`));
  for (let i = 0; i < half; i++) print(`  ${cells[i]!}    ${cells[i + half] ?? ""}`.trimEnd());
  const verdict = `${total - wrong} of ${total} derivatives of ${cells.length} functions agree`;
  print(`\n  ${wrong === 0 ? style("green", `✓ ${verdict}`) : style("red", `✗ ${verdict}`)}`);
  print(style("dim", "  (forward, reverse, and three ways to second order; worst: how far a derivative"));
  print(style("dim", "  is from its estimate by differences, relative to it where it is above 1)"));
  return wrong === 0;
}

/** At a point of the domain. An argument of which only one value is allowed (an order) is held. */
function check({ primitive, domain }: Notation, next: () => number): CheckReport {
  const call = primitive as unknown as (...args: readonly (Real | readonly Real[])[]) => Real;
  const free = domain.filter(([low, high]) => low < high);
  const f = (...xs: Real[]): Real => {
    const rest = [...xs];
    const args = domain.map(([low, high]) => (low < high ? rest.shift()! : low));
    // A primitive of a list takes it as one argument.
    return primitive.arity === undefined ? call(args) : call(...args);
  };
  const at = free.map(([low, high]) => low + (high - low) * next());
  return checkDerivatives(f, at, { throws: false });
}

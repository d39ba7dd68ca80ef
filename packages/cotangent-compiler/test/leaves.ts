/** Leaves of arguments and results: numbers and arrays of numbers. */
import { interpreter } from "cotangent/program";
import type { Datum, Leaf, Program } from "cotangent/program";

export const like = (x: Leaf, next: () => number): Leaf =>
  typeof x === "number" ? next() : Float64Array.from(x, () => next());
export const copy = (leaves: readonly Leaf[]): Leaf[] =>
  leaves.map((x) => (typeof x === "number" ? x : x.slice()));
export const run = (program: Program, args: readonly Leaf[]): Leaf[] =>
  [...interpreter(program, { steps: 2e6 })(...(args as Datum[]))] as Leaf[];

/** Σ xᵢ yᵢ over all numbers. */
export function dot(xs: readonly Leaf[], ys: readonly Leaf[]): number {
  let s = 0;
  xs.forEach((x, k) => {
    const y = ys[k]!;
    if (typeof x === "number") s += x === 0 || y === 0 ? 0 : x * (y as number);
    else x.forEach((v, i) => (s += v === 0 ? 0 : v * (y as Float64Array)[i]!));
  });
  return s;
}

import { checkFunction, Chosen } from "./arguments.ts";
import { record } from "./reverse.ts";
import { flatten, leavesLike } from "./structure.ts";
import type { CotangentOf, Input, Inputs, Result } from "./structure.ts";
import { transformed } from "./transformed.ts";

/** What `vjp(f)` is. */
export type Pullback<A extends readonly unknown[], R> = <X extends Inputs<A>>(
  ...primals: X
) => { value: Result<R, X>; pullback: (cotangent: Input<R>) => CotangentOf<X> };

/**
 * The value of `f`, and the map that takes a cotangent (the derivative of some number by each result) back to the arguments.
 * The map may be called any number of times.
 *
 *     const { value, pullback } = vjp((x: Real) => [sin(x), cos(x)])(0);
 *     pullback([1, 0]); // 1
 *
 * @throws AdError `mixed-structures` where the cotangent has not the structure of the result
 */
export function vjp<A extends readonly unknown[], R>(f: (...args: A) => R): Pullback<A, R> {
  checkFunction("vjp", f);
  const run = (...args: unknown[]): { value: unknown; pullback: (cotangent: unknown) => unknown } => {
    const chosen = new Chosen(f, args);
    const recording = record(f, chosen);
    const tree = flatten(recording.output, `vjp: the result of ${f.name || "the function"}`, "allow");
    return {
      value: tree.rebuild(tree.leaves.map(recording.primal)),
      pullback: (cotangent) =>
        chosen.pack(recording.pull(tree.leaves, leavesLike(tree, cotangent, "the cotangent"))),
    };
  };
  return transformed("vjp", f, undefined, run) as Pullback<A, R>;
}

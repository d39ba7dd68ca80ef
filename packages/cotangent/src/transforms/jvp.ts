import { AdError, describe } from "../errors.ts";
import type { Real } from "../real/real.ts";
import { Dual, Forward } from "../traces/dual.ts";
import { nested } from "../traces/levels.ts";
import { outward } from "../traces/scalar.ts";
import { checkFunction, Chosen } from "./arguments.ts";
import type { AnyFunction } from "./arguments.ts";
import { flatten, leavesLike } from "./structure.ts";
import type { Inputs, Result } from "./structure.ts";
import { transformed } from "./transformed.ts";

/** What `jvp(f)` is. */
export type Pushforward<A extends readonly unknown[], R> = <X extends Inputs<A>>(
  primals: X,
  tangents: Inputs<A>,
) => { value: Result<R, X>; tangent: Result<R, X> };

/**
 * The derivative of `f` along a direction, by forward mode. `primals` is the list of arguments, `tangents` a direction of the
 * same structure.
 *
 *     jvp((x: Real, y: Real) => mul(x, y))([2, 3], [1, 0]); // { value: 6, tangent: 3 }
 *
 * @throws AdError `mixed-structures` where the two differ, and the errors of {@link grad}
 */
export function jvp<A extends readonly unknown[], R>(f: (...args: A) => R): Pushforward<A, R> {
  checkFunction("jvp", f);
  const run = (
    primals: readonly unknown[],
    tangents: readonly unknown[],
  ): { value: unknown; tangent: unknown } => {
    const chosen = new Chosen(f, listOf("jvp", primals));
    return push("jvp", f, chosen, directions("jvp", chosen, tangents, "tangent"));
  };
  return transformed("jvp", f, undefined, run) as Pushforward<A, R>;
}

/** The arguments of f, given as one list. */
export function listOf(transform: string, list: unknown): readonly unknown[] {
  if (Array.isArray(list)) return list;
  throw new AdError(
    "mixed-structures",
    `${transform} takes the list of arguments, but was given ${describe(list)}.`,
    `Write ${transform}(f)([x], [v]), or ([x, y], [v, w]) for two arguments.`,
  );
}

/** The numbers of `list`: one `what` for each of the arguments, of the same structure. */
export function directions(transform: string, chosen: Chosen, list: unknown, what: string): readonly Real[] {
  const given = listOf(transform, list);
  const { trees } = chosen;
  if (given.length === trees.length)
    return trees.flatMap((tree, i) => leavesLike(tree, given[i], `${what} ${i + 1}`));
  throw new AdError(
    "mixed-structures",
    `${transform} was given ${trees.length} argument(s), but ${given.length} ${what}(s).`,
    `Give one ${what} for each argument.`,
  );
}

/** The value of f and its derivative along `tangents`, one for each chosen number. */
export function push(
  transform: string,
  f: AnyFunction,
  chosen: Chosen,
  tangents: readonly Real[],
): { value: unknown; tangent: unknown } {
  return nested((level) => {
    const trace = new Forward(level);
    try {
      const output = f(...chosen.replace(chosen.leaves.map((x, i) => new Dual(trace, x, tangents[i]!))));
      const tree = flatten(output, `${transform}: the result of ${f.name || "the function"}`, "allow");
      return {
        value: tree.rebuild(outward(trace, tree.leaves)),
        tangent: tree.rebuild(tree.leaves.map((x) => trace.tangentOf(x))),
      };
    } finally {
      trace.closed = true;
    }
  });
}

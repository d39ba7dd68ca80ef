import type { Real } from "../real/real.ts";
import { checkFunction, checkWrt, Chosen } from "./arguments.ts";
import type { AnyFunction, Wrt } from "./arguments.ts";
import type { GradOptions } from "./grad.ts";
import { push } from "./jvp.ts";
import { record } from "./reverse.ts";
import { flatten } from "./structure.ts";
import type { CotangentOf, Inputs, Permitted, Product } from "./structure.ts";
import { transformed } from "./transformed.ts";

/** What `jacobian(f)` is. */
export type Jacobian<A extends readonly unknown[], R, W> = <X extends Inputs<A, W>>(
  ...args: X
) => Product<R, CotangentOf<X, W>>;

/**
 * All first derivatives of `f`: its result, with every number in it replaced by that number's gradient.
 *
 *     jacobian(([x, y]: readonly Real[]) => [mul(x!, y!), sin(x!)])([2, 3]); // [[3, 2], [cos 2, 0]]
 *
 * Reverse mode costs one pass per result, forward mode one per input; the cheaper one is taken.
 * @throws AdError as {@link grad}
 */
export function jacobian<A extends readonly unknown[], R, const W extends Wrt = undefined>(
  f: (...args: A) => R,
  options?: GradOptions<W> & Permitted<A, W>,
): Jacobian<A, R, W> {
  checkFunction("jacobian", f);
  checkWrt("jacobian", options);
  const run = (...args: unknown[]): unknown => allDerivatives(f, new Chosen(f, args, options?.wrt));
  return transformed("jacobian", f, options, run) as Jacobian<A, R, W>;
}

/** Going forward, f runs once for every input; going back, once in all, and a pass over the record is cheaper than a run. */
const RUN_IN_PASSES = 3;

function allDerivatives(f: AnyFunction, chosen: Chosen): unknown {
  const recording = record(f, chosen);
  const results = flatten(recording.output, `jacobian: the result of ${f.name || "the function"}`, "allow");
  const inputs = chosen.leaves;
  if (results.leaves.length <= RUN_IN_PASSES * inputs.length) {
    return results.rebuild(
      results.leaves.map((x) => chosen.pack(recording.pull([x], [1]))),
      true,
    );
  }
  const columns = inputs.map((_, j) => {
    const { tangent } = push(
      "jacobian",
      f,
      chosen,
      inputs.map((_x, k) => (k === j ? 1 : 0)),
    );
    return flatten(tangent, "jacobian", "allow").leaves;
  });
  return results.rebuild(
    results.leaves.map((_, i) => chosen.pack(columns.map((column): Real => column[i]!))),
    true,
  );
}

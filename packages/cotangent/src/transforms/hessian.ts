import type { Real } from "../real/real.ts";
import { checkFunction, checkScalar, checkWrt, Chosen } from "./arguments.ts";
import type { AnyFunction, Wrt } from "./arguments.ts";
import type { GradOptions } from "./grad.ts";
import { directions, listOf, push } from "./jvp.ts";
import { record } from "./reverse.ts";
import { flatten } from "./structure.ts";
import type { CotangentOf, Inputs, Permitted, Product } from "./structure.ts";
import { transformed } from "./transformed.ts";

/** What `hessian(f)` is. */
export type Hessian<A extends readonly unknown[], W> = <X extends Inputs<A, W>>(
  ...args: X
) => Product<CotangentOf<X, W>, CotangentOf<X, W>>;

/** What `hvp(f)` is. */
export type HessianVectorProduct<A extends readonly unknown[]> = <X extends Inputs<A>>(
  primals: X,
  vector: Inputs<A>,
) => CotangentOf<X>;

/**
 * All second derivatives of `f`: the structure of its gradient, with every number replaced by that number's gradient. For one
 * array this is the matrix of ∂²f/∂xᵢ∂xⱼ. Forward over reverse: n gradients' work for n inputs.
 * @throws AdError as {@link grad}
 */
export function hessian<A extends readonly unknown[], const W extends Wrt = undefined>(
  f: (...args: A) => Real,
  options?: GradOptions<W> & Permitted<A, W>,
): Hessian<A, W> {
  checkFunction("hessian", f);
  checkWrt("hessian", options);
  const run = (...args: unknown[]): unknown => {
    const chosen = new Chosen(f, args, options?.wrt);
    const { leaves } = chosen;
    const rows = leaves.map((_, i) =>
      chosen.pack(
        tangentOfGradient(
          "hessian",
          f,
          chosen,
          leaves.map((_x, k) => (k === i ? 1 : 0)),
        ),
      ),
    );
    return chosen.nest(rows);
  };
  return transformed("hessian", f, options, run) as Hessian<A, W>;
}

/**
 * The Hessian of `f` times a vector, at the cost of a few gradients, however many inputs there are. `primals` is the list of
 * arguments, `vector` a direction of the same structure.
 *
 *     hvp((x: readonly Real[]) => mul(x[0]!, x[1]!))([[2, 3]], [[1, 0]]); // [0, 1]
 *
 * @throws AdError `mixed-structures` where the two differ, and the errors of {@link grad}
 */
export function hvp<A extends readonly unknown[]>(f: (...args: A) => Real): HessianVectorProduct<A> {
  checkFunction("hvp", f);
  const run = (primals: readonly unknown[], vector: readonly unknown[]): unknown => {
    const chosen = new Chosen(f, listOf("hvp", primals));
    return chosen.pack(tangentOfGradient("hvp", f, chosen, directions("hvp", chosen, vector, "vector")));
  };
  return transformed("hvp", f, undefined, run) as HessianVectorProduct<A>;
}

/** How the gradient of f changes along `tangents`. */
function tangentOfGradient(
  transform: string,
  f: AnyFunction,
  chosen: Chosen,
  tangents: readonly Real[],
): readonly Real[] {
  const gradient = (...args: unknown[]): Real[] => {
    const inner = new Chosen(f, args, chosen.indices);
    const recording = record(f, inner);
    const { output } = recording;
    checkScalar(transform, f, output);
    return recording.pull([output], [1]);
  };
  return flatten(push(transform, gradient, chosen, tangents).tangent, transform, "allow").leaves;
}

import type { Real } from "../real/real.ts";
import { checkFunction, checkScalar, checkWrt, Chosen } from "./arguments.ts";
import type { AnyFunction, Wrt } from "./arguments.ts";
import { record } from "./reverse.ts";
import type { CotangentOf, Inputs, Permitted, Value } from "./structure.ts";
import { transformed } from "./transformed.ts";

/** Which arguments to differentiate by. */
export interface GradOptions<W extends Wrt = Wrt> {
  /**
   * The position of one argument, or a list of positions, counted from 0. By default all of them. Parameters of a plain function
   * may be called by their names.
   */
  readonly wrt?: W;
}

/** The gradient of f: what `grad(f)` is. */
export type Gradient<A extends readonly unknown[], W> = <X extends Inputs<A, W>>(
  ...args: X
) => CotangentOf<X, W>;

/** The value and gradient of f: what `valueAndGrad(f)` is. */
export type ValueAndGradient<A extends readonly unknown[], W> = <X extends Inputs<A, W>>(
  ...args: X
) => { value: Value<X>; grad: CotangentOf<X, W> };

/**
 * The gradient of `f`, by reverse mode: a function of the same arguments. With one argument its result has that argument's
 * structure; with several it is a tuple, one entry per argument. An input that `f` does not use has derivative 0.
 *
 *     grad((x: Real) => mul(x, sin(x)))(2);                                  // a number
 *     grad((p: { w: Real[]; b: Real }) => add(sum(p.w), p.b))({ w: [1, 2], b: 3 }); // { w: [1, 1], b: 1 }
 *
 * It composes with itself and all other transforms, to any order.
 * @throws AdError `result-not-scalar` (use jacobian), `not-a-number`, `nan-input`, `missing-argument`, ...
 */
export function grad<A extends readonly unknown[], const W extends Wrt = undefined>(
  f: (...args: A) => Real,
  options?: GradOptions<W> & Permitted<A, W>,
): Gradient<A, W> {
  const both = valueAndGradOf("grad", f, options);
  return transformed("grad", f, options, (...args: unknown[]) => both(args).grad) as Gradient<A, W>;
}

/** The value and the gradient of `f` in one go; otherwise as {@link grad}. */
export function valueAndGrad<A extends readonly unknown[], const W extends Wrt = undefined>(
  f: (...args: A) => Real,
  options?: GradOptions<W> & Permitted<A, W>,
): ValueAndGradient<A, W> {
  const both = valueAndGradOf("valueAndGrad", f, options);
  return transformed("valueAndGrad", f, options, (...args: unknown[]) => both(args)) as ValueAndGradient<
    A,
    W
  >;
}

function valueAndGradOf(name: string, f: AnyFunction, options: GradOptions | undefined) {
  checkFunction(name, f);
  checkWrt(name, options);
  return (args: readonly unknown[]): { value: Real; grad: unknown } => {
    const chosen = new Chosen(f, args, options?.wrt);
    const recording = record(f, chosen);
    const { output } = recording;
    checkScalar(name, f, output);
    return { value: recording.primal(output), grad: chosen.pack(recording.pull([output], [1])) };
  };
}

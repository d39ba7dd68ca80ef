import { apply, nameOf, wrongNumberOfArguments } from "./real.ts";
import type { Each, FunctionClass, Lift, Real, UserFunction } from "./real.ts";

/**
 * A function with a derivative of your own. Written on numbers it gives first derivatives, in every mode; written on Reals
 * (with `mul(x, x)` instead of `x * x`) it can be differentiated again and again.
 *
 *     class Square extends ScalarFunction {
 *       static forward(ctx: Context<[number]>, x: number) {
 *         ctx.saveForBackward(x);
 *         return x * x;
 *       }
 *       static backward(ctx: Context<[number]>, dOut: number) {
 *         return 2 * ctx.savedValues * dOut;
 *       }
 *     }
 *     Square.apply(new Scalar(3));
 *
 * `backward` returns dOut·∂f/∂xᵢ: one derivative for one argument, a tuple for several (annotate it: `: [number, number]`).
 * The class is never instantiated.
 */
export abstract class ScalarFunction {
  /**
   * Calls `forward`, and records the call if any argument is a variable.
   * @throws AdError `wrong-number-of-arguments`, `not-a-number`, `result-not-a-number`
   */
  static apply<A extends readonly Real[], S extends readonly Real[], X extends Each<A, Real>>(
    this: FunctionClass<A, S>,
    ...args: X
  ): Lift<X> {
    const f = this as unknown as UserFunction;
    const declared = f.forward.length - 1;
    // A `forward` that declares none takes any number: it collects them in a rest parameter.
    if (declared > 0 && args.length !== declared)
      throw wrongNumberOfArguments(nameOf(f), declared, args.length);
    return apply(f, args) as Lift<X>;
  }
}

/** Functions with a derivative of the user's own: how their `forward` and `backward` are called. */
import { times } from "./chain.ts";
import { AdError, describe } from "./errors.ts";
import { apply, Context, linearize, nameOf, pullback, Traced, wrongNumberOfArguments } from "./real/real.ts";
import type { Each, FunctionClass, Lift, Real, UserFunction } from "./real/real.ts";

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

// What the traces ask of every user's class, which inherits it from here.
Object.assign(ScalarFunction, {
  [linearize](this: UserFunction, args: readonly Real[], keep: boolean): [out: Real, ctx: Context] {
    if (keep) return forward(this, args);
    const ctx = new Context(false);
    return [evaluate(this, args, ctx), ctx];
  },

  [pullback](this: UserFunction, ctx: Context, arity: number, dOut: Real): readonly Real[] {
    return backward(this, ctx, arity, dOut);
  },
});

/** What `forward` returns at `args`, checked. */
export function evaluate(f: UserFunction, args: readonly Real[], ctx: Context = new Context(false)): Real {
  // Called through the class, as written on the page: `forward` may use `this`.
  const out: unknown = f.forward(ctx, ...args);
  if (typeof out === "number" || out instanceof Traced) return out;
  throw new AdError(
    "result-not-a-number",
    `${nameOf(f)}.forward returned ${describe(out)}, which is not a number.`,
    "Return a number from forward.",
  );
}

/** The value of f one level further out, and the context from which its `backward` will read. */
function forward(f: UserFunction, args: readonly Real[]): [out: Real, ctx: Context] {
  const ctx = new Context();
  if (args.every((x) => typeof x === "number")) return [evaluate(f, args, ctx), ctx];
  // Another differentiation is going on further out. It must see f itself, with f's own derivative, not f's inside; but
  // what this level's backward reads from ctx has to be visible to it too.
  try {
    onReals(f, () => evaluate(f, args, ctx));
  } catch (error) {
    const [trace] = args
      .flatMap((x) => (x instanceof Traced ? [x.trace] : []))
      .sort((a, b) => b.level - a.level);
    if (!(error instanceof AdError) || error.code !== "first-order-only" || !trace?.callOutside) throw error;
    const { out, pull } = trace.callOutside(f, args);
    return [out, new CalledOutside(pull)];
  }
  return [apply(f, args), ctx];
}

/** Stands for a context that there will be when a program runs. */
class CalledOutside extends Context {
  readonly pull: (dOut: Real) => readonly Real[];

  constructor(pull: (dOut: Real) => readonly Real[]) {
    super(false);
    this.pull = pull;
  }
}

/** dOut·∂f/∂xᵢ for all arguments of a user's function. Where nothing comes in, nothing is asked and nothing goes out. */
export function backward(f: UserFunction, ctx: Context, arity: number, dOut: Real): readonly Real[] {
  if (dOut === 0) return Array.from({ length: arity }, () => 0);
  if (ctx instanceof CalledOutside) return ctx.pull(dOut);
  // `backward` is linear in dOut. Where dOut is itself watched, this lets a `backward` written on numbers take part.
  if (typeof dOut !== "number") return backward(f, ctx, arity, 1).map((d) => times(dOut, d));
  const returned: unknown = onReals(f, () => f.backward(ctx, dOut));
  const list: readonly unknown[] = Array.isArray(returned) ? returned : [returned];
  if (list.length !== arity) throw wrongNumberOfDerivatives(f, arity, list.length);
  return list.map((d, i) => {
    if (typeof d === "number" || d instanceof Traced) return d;
    if (d === null || d === undefined) return 0;
    throw new AdError(
      "result-not-a-number",
      `Derivative ${i + 1} returned by ${nameOf(f)}.backward is ${describe(d)}, which is not a number.`,
      "Return numbers (or null where no derivative is needed) from backward.",
    );
  });
}

/** Runs a user's `forward` or `backward` on watched numbers, and says how to write it where it was written for plain ones. */
function onReals<T>(f: UserFunction, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof AdError) || error.code !== "implicit-conversion") throw error;
    throw new AdError(
      "first-order-only",
      `${nameOf(f)} is written on plain numbers, which gives first derivatives only; here it is differentiated again.`,
      `Write ${nameOf(f)} on Reals: mul(x, x) instead of x * x, sin(x) instead of Math.sin(x), in forward and in backward.`,
      { cause: error },
    );
  }
}

function wrongNumberOfDerivatives(f: UserFunction, arity: number, got: number): AdError {
  const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
  return new AdError(
    "wrong-number-of-derivatives",
    `${nameOf(f)} was given ${count(arity, "argument")}, but its backward returned ${count(got, "derivative")}.`,
    "Return one derivative per argument, in order; null for an argument that needs none.",
  );
}

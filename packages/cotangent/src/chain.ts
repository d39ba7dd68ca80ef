/** The chain rule: the only module that turns a declared rule into a derivative. */
import { AdError, describe } from "./errors.ts";
import { add, mul } from "./primitives/index.ts";
import { apply, Context, evaluate, isPrimitive, nameOf, Traced } from "./real/real.ts";
import type { Differentiable, PrimitiveBase, Real, UserFunction } from "./real/real.ts";

/** a·b where zero absorbs: 0·∞ = 0·NaN = 0, because a path that carries nothing contributes nothing. One is free. */
export function times(a: Real, b: Real): Real {
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  if (b === 1) return a;
  return mul(a, b);
}

/** a + b, where adding to zero is free. */
export const plus = (a: Real, b: Real): Real => (a === 0 ? b : b === 0 ? a : add(a, b));

/** ∂f/∂xᵢ at `args`, where f(args) = out. */
export function partial(f: PrimitiveBase, i: number, args: readonly Real[], out: Real): Real {
  switch (f.arity) {
    case undefined:
      return f.partials[0]!();
    case 1:
      return f.partials[i]!(args[0]!, out);
    case 2:
      return f.partials[i]!(args[0]!, args[1]!, out);
    default:
      return f.partials[i]!(...args, out);
  }
}

/** The value of a user's function one level further out, and the context from which its `backward` will read. */
export function forward(f: UserFunction, args: readonly Real[]): [out: Real, ctx: Context] {
  const ctx = new Context();
  if (args.every((x) => typeof x === "number")) return [evaluate(f, args, ctx), ctx];
  // Another differentiation is going on further out. It must see f itself, with f's own derivative, not f's inside; but
  // what this level's backward reads from ctx has to be visible to it too.
  onReals(f, () => evaluate(f, args, ctx));
  return [apply(f, args), ctx];
}

/** dOut·∂f/∂xᵢ for all arguments of a user's function. Where nothing comes in, nothing is asked and nothing goes out. */
export function backward(f: UserFunction, ctx: Context, arity: number, dOut: Real): readonly Real[] {
  if (dOut === 0) return Array.from({ length: arity }, () => 0);
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

/**
 * The derivative of f along `tangents`: Σ ∂f/∂xᵢ · tᵢ. Partials that meet a zero tangent are not computed.
 * `out` and `ctx` are what {@link forward} (or the primitive itself) gave.
 */
export function pushforward(
  f: Differentiable,
  args: readonly Real[],
  tangents: readonly Real[],
  out: Real,
  ctx: Context | undefined,
): Real {
  const all = isPrimitive(f) ? undefined : backward(f, ctx!, args.length, 1);
  let total: Real = 0;
  for (let i = 0; i < args.length; i++) {
    const tangent = tangents[i]!;
    if (tangent === 0) continue;
    total = plus(total, times(tangent, all ? all[i]! : partial(f as PrimitiveBase, i, args, out)));
  }
  return total;
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

/** The chain rule: the only module that turns a declared rule into a derivative. */
import { add, mul } from "./primitives/index.ts";
import { isPrimitive, pullback } from "./real/real.ts";
import type { Context, Differentiable, PrimitiveBase, Real } from "./real/real.ts";

/** a·b where zero absorbs: 0·∞ = 0·NaN = 0, because a path that carries nothing contributes nothing. One is free. */
export function times(a: Real, b: Real): Real {
  if (a === 0 || b === 0) return 0;
  if (typeof a === "number" && typeof b === "number") return a * b;
  return a === 1 ? b : b === 1 ? a : mul(a, b);
}

/** a + b, where adding to zero is free. */
export const plus = (a: Real, b: Real): Real =>
  typeof a === "number" && typeof b === "number" ? a + b : a === 0 ? b : b === 0 ? a : add(a, b);

/** ∂f/∂xᵢ at `args`, where f(args) = out. */
export function partial(f: PrimitiveBase, i: number, args: readonly Real[], out: Real): Real {
  return f.arity === undefined ? f.partials[0]!() : f.partials[i]!(...args, out);
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
  const all = isPrimitive(f) ? undefined : f[pullback](ctx!, args.length, 1);
  let total: Real = 0;
  for (let i = 0; i < args.length; i++) {
    const tangent = tangents[i]!;
    if (tangent === 0) continue;
    total = plus(total, times(tangent, all ? all[i]! : partial(f as PrimitiveBase, i, args, out)));
  }
  return total;
}

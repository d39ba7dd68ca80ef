/** Partial derivatives of any function of numbers, in each mode of differentiation. */
import { grad, jvp } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import type { PrimitiveBase } from "../../src/real/real.ts";

export type Multivariate = (...x: Real[]) => Real;

/** Calls a primitive with its arguments, as a list where it takes one. */
export function applyTo(primitive: PrimitiveBase, args: readonly Real[]): Real {
  const call = primitive as unknown as (...x: readonly unknown[]) => Real;
  return primitive.arity === undefined ? call(args) : call(...args);
}

/** ∂g/∂xᵢ as a function of all arguments. Each may be applied to a result of itself or of the other. */
export const modes = {
  forward(g: Multivariate, i: number): Multivariate {
    const pushforward = jvp(g) as unknown as (x: Real[], tangents: number[]) => { tangent: Real };
    return (...x) =>
      pushforward(
        x,
        x.map((_, k) => Number(k === i)),
      ).tangent;
  },
  reverse(g: Multivariate, i: number): Multivariate {
    return (...x) => grad((xi: Real): Real => g(...x.map((xk, k) => (k === i ? xi : xk))))(x[i]!);
  },
} as const satisfies Record<string, (g: Multivariate, i: number) => Multivariate>;

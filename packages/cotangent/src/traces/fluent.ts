/** Every primitive as a method, so that one may write x.mul(y).add(1). Read off the primitives themselves. */
import type * as primitives from "../primitives/index.ts";
import { declared } from "../real/primitive.ts";
import "../primitives/index.ts";
import { Traced, value } from "../real/real.ts";
import type { Each, Primitive, Real } from "../real/real.ts";

type Primitives = typeof primitives;
type MethodName = {
  [K in keyof Primitives]: Primitives[K] extends Primitive<infer _> ? K : never;
}[keyof Primitives];
type Method<F, Self> =
  F extends Primitive<infer A>
    ? A extends readonly [number, ...infer Rest extends readonly number[]]
      ? (...args: Each<Rest, Real>) => Self
      : never
    : never;

/** The primitives as methods of `Self`: the object is the first argument. */
export type Methods<Self> = { readonly [K in MethodName]: Method<Primitives[K], Self> };

/** A watched number with all primitives as methods. */
// oxlint-disable-next-line no-unused-vars -- Self is used by the interface of the same name
export abstract class Fluent<Self> extends Traced {
  /** Whether x < y, for use in `if`; `lt` gives a number. A branch taken by it is not differentiated by its condition. */
  lessThan(y: Real): boolean {
    return value(this) < value(y);
  }

  /** Whether x > y, for use in `if`. */
  greaterThan(y: Real): boolean {
    return value(this) > value(y);
  }

  /** Whether x = y, for use in `if`. */
  equals(y: Real): boolean {
    return value(this) === value(y);
  }
}
export interface Fluent<Self> extends Methods<Self> {}

for (const f of declared) {
  const method = function (this: Real, ...rest: Real[]): Real {
    return (f as unknown as (...args: Real[]) => Real)(this, ...rest);
  };
  if (f.arity !== undefined) Object.defineProperty(Fluent.prototype, f.id, { value: method });
}

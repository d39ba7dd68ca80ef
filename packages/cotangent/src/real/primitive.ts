import { AdError, describe } from "../errors.ts";
import { apply, applyBinary, applyUnary, wrongNumberOfArguments } from "./real.ts";
import type { Lift, Partial, Primitive, PrimitiveBase, Real, Rule } from "./real.ts";

const zero = (): number => 0;

/**
 * Declares a primitive function: its value and its partial derivatives, once, for plain numbers, Scalars, forward mode,
 * all higher orders and tracing alike.
 *
 *     const tan: Unary = primitive("tan", { eval: Math.tan, partials: [(_x, y) => add(1, square(y))] });
 *
 * The annotation (`Unary`, `Binary`, `Primitive<[...]>`) is needed, because rules refer to each other.
 */
export function primitive<A extends readonly number[]>(
  id: number extends A["length"] ? "a primitive takes a fixed number of arguments" : string,
  rule: Rule<NoInfer<A>>,
): Primitive<A> {
  const value = rule.eval as unknown as (...args: Real[]) => number;
  const arity = value.length;
  const flat = rule.partials === "flat";
  const partials = rule.partials === "flat" ? Array.from({ length: arity }, () => zero) : rule.partials;
  const check = (got: number): void => {
    if (got !== arity) throw wrongNumberOfArguments(id, arity, got);
  };
  // One closure per arity, so that plain numbers pass through without allocating anything.
  const calls = [
    undefined,
    function (x: Real): Real {
      // xs.map(sin) is fine: map passes the index and the array as well.
      if (arguments.length !== 1 && !(arguments.length === 3 && Array.isArray(arguments[2])))
        check(arguments.length);
      return typeof x === "number" ? value(x) : applyUnary(f, x);
    },
    function (x: Real, y: Real): Real {
      if (arguments.length !== 2) check(arguments.length);
      return typeof x === "number" && typeof y === "number" ? value(x, y) : applyBinary(f, x, y);
    },
  ];
  const call =
    calls[arity] ??
    ((...args: Real[]): Real => {
      check(args.length);
      return apply(f, args);
    });
  const f = Object.assign(call, { id, arity, flat, evaluate: value, partials }) as unknown as Primitive<A>;
  return f;
}

/** A primitive of one list of any length. `evaluate` and the partial (the same for every element) take the list spread. */
export interface ListPrimitive extends PrimitiveBase {
  <X extends readonly Real[]>(values: X | ArrayLike<X[number]>): Lift<X>;
  readonly arity: undefined;
}

/** Declares a primitive of one list of any length, such as `sum`, in which every element has the same partial derivative. */
export function listPrimitive(
  id: string,
  rule: { readonly eval: (values: readonly number[]) => number; readonly partial: Partial<[]> },
): ListPrimitive {
  const call = (values: ArrayLike<Real>): Real => {
    if (typeof values !== "object" || values === null || typeof values.length !== "number") {
      throw new AdError(
        "not-a-number",
        `${id} was given ${describe(values)}.`,
        `Pass one array: ${id}([x, y, z]).`,
      );
    }
    return apply(f, Array.isArray(values) ? (values as Real[]) : Array.from(values));
  };
  const f = Object.assign(call, {
    id,
    arity: undefined,
    flat: false,
    evaluate: rule.eval,
    partials: [rule.partial],
  }) as unknown as ListPrimitive;
  return f;
}

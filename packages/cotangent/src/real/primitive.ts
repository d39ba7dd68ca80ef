import { AdError, describe } from "../errors.ts";
import { apply, applyFew, wrongNumberOfArguments } from "./real.ts";
import type { Lift, Partial, Primitive, PrimitiveBase, Real, Rule } from "./real.ts";

/** Every primitive there is, in order of declaration: variables have them as methods. */
export const declared: PrimitiveBase[] = [];

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
  const partials = flat
    ? Array.from({ length: arity }, () => () => 0)
    : (rule.partials as PrimitiveBase["partials"]);
  const refuse = (args: readonly unknown[]): AdError =>
    wrongNumberOfArguments(id, arity, args.filter((x) => x !== undefined).length);
  // No list of arguments here: plain numbers pass through without allocating anything.
  const few = (x: Real, y?: Real, more?: unknown): Real => {
    if (arity === 1) {
      // xs.map(sin) is fine: map passes the index and the array as well.
      if (x === undefined || (y !== undefined && !Array.isArray(more))) throw refuse([x, y, more]);
      return typeof x === "number" ? value(x) : applyFew(f, x, undefined);
    }
    if (y === undefined || more !== undefined) throw refuse([x, y, more]);
    return typeof x === "number" && typeof y === "number" ? value(x, y) : applyFew(f, x, y);
  };
  const many = (...args: Real[]): Real => {
    if (args.length !== arity) throw refuse(args);
    return apply(f, args);
  };
  const f = declare<Primitive<A>>(arity > 2 ? many : few, { id, arity, flat, evaluate: value, partials });
  return f;
}

/** Makes a primitive of the function that is called and the properties that the traces read. */
function declare<F extends PrimitiveBase>(call: object, properties: PrimitiveBase): F {
  const { id, arity = 1 } = properties;
  const f = Object.assign(call, properties) as F;
  declared.push(Object.defineProperties(f, { name: { value: id }, length: { value: arity } }));
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
    if (typeof (values as { length?: unknown } | undefined)?.length === "number")
      return apply(f, Array.from(values));
    throw new AdError(
      "not-a-number",
      `${id} was given ${describe(values)}.`,
      `Pass one array: ${id}([x, y, z]).`,
    );
  };
  const f = declare<ListPrimitive>(call, {
    id,
    arity: undefined,
    flat: false,
    evaluate: rule.eval,
    partials: [rule.partial],
  });
  return f;
}

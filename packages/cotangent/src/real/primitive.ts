import { notANumber } from "../errors.ts";
import type { AdError } from "../errors.ts";
import { apply, applyFew, wrongNumberOfArguments } from "./real.ts";
import type { Lift, Partial, Primitive, Partials, PrimitiveBase, Real } from "./real.ts";

const zero = (): number => 0;

/** Every primitive there is, in order of declaration: variables have them as methods. */
export const declared: PrimitiveBase[] = [];

/**
 * Declares a primitive function: its value and its partial derivatives, once, for plain numbers, Scalars, forward mode,
 * all higher orders and tracing alike.
 *
 *     const tan: Unary = primitive("tan", Math.tan, [(_x, y) => add(1, square(y))]);
 *
 * The annotation (`Unary`, `Binary`, `Primitive<[...]>`) is needed, because rules refer to each other.
 */
export function primitive<A extends readonly number[]>(
  id: number extends A["length"] ? "a primitive takes a fixed number of arguments" : string,
  value: (...args: NoInfer<A>) => number,
  partials: Partials<NoInfer<A>>,
): Primitive<A> {
  const evaluate = value as unknown as (...args: Real[]) => number;
  const arity = evaluate.length;
  const flat = partials === "flat";
  const refuse = (args: readonly unknown[]): AdError =>
    wrongNumberOfArguments(id, arity, args.filter((x) => x !== undefined).length);
  // No list of arguments here: plain numbers pass through without allocating anything.
  const few = (x: Real, y?: Real, more?: unknown): Real => {
    if (arity === 1) {
      // xs.map(sin) is fine: map passes the index and the array as well.
      if (x === undefined || (y !== undefined && !Array.isArray(more))) throw refuse([x, y, more]);
      return typeof x === "number" ? evaluate(x) : applyFew(f, x, undefined);
    }
    if (y === undefined || more !== undefined) throw refuse([x, y, more]);
    return typeof x === "number" && typeof y === "number" ? evaluate(x, y) : applyFew(f, x, y);
  };
  const many = (...args: Real[]): Real => {
    if (args.length !== arity) throw refuse(args);
    return apply(f, args);
  };
  const f = declare<Primitive<A>>(arity > 2 ? many : few, {
    id,
    arity,
    flat,
    evaluate,
    partials: flat ? [zero, zero] : (partials as PrimitiveBase["partials"]),
  });
  return f;
}

/** Makes a primitive of the function that is called and the properties that the traces read. */
function declare<F extends PrimitiveBase>(call: object, properties: PrimitiveBase): F {
  const { id: name, arity: length } = properties;
  // As functions have them: the transforms look at the length.
  const own = { name: { value: name }, length: { value: length ?? 1 } };
  const f = Object.assign(Object.defineProperties(call, own), properties) as F;
  declared.push(f);
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
  evaluate: (values: readonly number[]) => number,
  partial: Partial<[]>,
): ListPrimitive {
  const call = (values: ArrayLike<Real>): Real => {
    if (typeof (values as { length?: unknown } | undefined)?.length === "number")
      return apply(f, Array.from(values));
    throw notANumber(`${id} takes one array; what it was given`, values);
  };
  const f = declare<ListPrimitive>(call, {
    id,
    arity: undefined,
    flat: false,
    evaluate,
    partials: [partial],
  });
  return f;
}

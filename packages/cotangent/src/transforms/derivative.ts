import { AdError, describe } from "../errors.ts";
import { Traced } from "../real/real.ts";
import type { Real } from "../real/real.ts";
import { checkFunction, checkScalar, Chosen } from "./arguments.ts";
import type { AnyFunction } from "./arguments.ts";
import { push } from "./jvp.ts";
import type { Input, Value } from "./structure.ts";
import { transformed } from "./transformed.ts";

/**
 * The derivative of a function of one number, of the given order, by forward mode nested in itself.
 *
 *     derivative(sin)(0);    // 1
 *     derivative(sin, 3)(0); // -1
 *
 * @throws AdError `wrong-option` unless the order is a whole number from 0; and the errors of {@link grad}
 */
export function derivative<P extends Real>(
  f: (x: P) => Real,
  order: number = 1,
): <X extends Input<P> & Real>(x: X) => Value<[X]> {
  checkFunction("derivative", f);
  if (!Number.isInteger(order) || order < 0) {
    throw new AdError(
      "wrong-option",
      `derivative was asked for order ${order}.`,
      "Give a whole number: 1, 2, 3, ...",
    );
  }
  // Not f itself, which must not be marked as its own derivative.
  let run: AnyFunction = (x: P) => f(x);
  for (let k = 0; k < order; k++) run = once(run);
  return transformed("derivative", f, order, run) as <X extends Input<P> & Real>(x: X) => Value<[X]>;
}

const once =
  (f: AnyFunction): AnyFunction =>
  (x: Real) => {
    if (typeof x !== "number" && !(x instanceof Traced)) {
      throw new AdError(
        "not-a-number",
        `derivative: the argument is ${describe(x)}, not a number.`,
        "Use grad or jacobian for functions of arrays and objects.",
      );
    }
    const chosen = new Chosen(f, [x]);
    const { value, tangent } = push("derivative", f, chosen, [1]);
    checkScalar("derivative", f, value);
    return tangent;
  };

/** Long sums, one addition after the other. */
import { add, eq, stopGradient, sub, where } from "../primitives/index.ts";
import type { Builder } from "./builder.ts";
import type { Value } from "./ir.ts";

/**
 * The same bits as {@link neumaierSum}, in operations that can be rolled into a loop. What an addition rounds away is found without
 * asking which number is larger (D. E. Knuth, The Art of Computer Programming 2, section 4.2.2, theorem B); it is no part of the
 * derivative, which is 1 by each number.
 */
export function summed(b: Builder, zero: Value, values: readonly Value[]): Value {
  const fixed = (x: Value): Value => b.primitive(stopGradient, x);
  const plus = (x: Value, y: Value): Value => b.primitive(add, x, y);
  const minus = (x: Value, y: Value): Value => b.primitive(sub, x, y);
  let [total, lost, before] = [zero, zero, zero];
  for (const value of values) {
    total = plus(total, value);
    const [x, now] = [fixed(value), fixed(total)];
    const added = minus(now, before);
    lost = plus(lost, plus(minus(before, minus(now, added)), minus(x, added)));
    before = now;
  }
  // Where the sum is infinite or NaN, so is what was rounded away: then the plain sum counts.
  const isFinite = b.primitive(eq, minus(lost, lost), zero);
  return plus(total, b.primitive(where, isFinite, lost, zero));
}

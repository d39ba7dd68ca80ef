/** How iterations of counting loops are numbered. */
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/ir.ts";

/** How often a counting loop runs (or a negative number, for never). */
export function tripCount(b: Builder, lo: Value, hi: Value, step: number): Value {
  const span = step > 0 ? b.op("i32.sub", hi, lo) : b.op("i32.sub", lo, hi);
  const size = Math.abs(step);
  if (size === 1) return span;
  return b.op("i32.div", b.op("i32.add", span, b.i32(size - 1)), b.i32(size));
}

/** The number of the iteration with this index. */
export function recordOf(b: Builder, i: Value, lo: Value, step: number): Value {
  const span = step > 0 ? b.op("i32.sub", i, lo) : b.op("i32.sub", lo, i);
  return Math.abs(step) === 1 ? span : b.op("i32.div", span, b.i32(Math.abs(step)));
}

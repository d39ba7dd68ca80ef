/** Math.fround, in the language itself. */
import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import type { Num, Val } from "./values.ts";

/**
 * x rounded to single precision, to the bit. Above half a step beyond the largest single, it is infinite. The subnormal ones are
 * multiples of 2⁻¹⁴⁹: adding 1.5·2⁻⁹⁷, whose last bit has this weight, rounds to them. For all others x ± 2²⁹x has its last bit
 * where the single's last bit is, unless it passes a power of two; then the sum or the difference, one of them, does not. What is
 * rounded, 2²⁹x, is a multiple of twice the step where x lies half way, so that ties go to even as they should.
 *
 * The derivative is that of x: who computes in single precision wants the derivative of what is computed, not of the steps.
 */
const FROUND = `(x, stop) => {
  const s = stop(x);
  const y = Math.abs(s);
  if (!(y < 3.4028235677973366e38)) return s !== s ? s : s > 0 ? Infinity : -Infinity;
  let r = 0;
  if (y < ${2 ** -126}) r = y + ${1.5 * 2 ** -97} - ${1.5 * 2 ** -97};
  else {
    const t = y * ${2 ** 29};
    const above = y + t - t;
    const below = t - (t - y);
    r = Math.abs(above - y) <= Math.abs(below - y) ? above : below;
  }
  const single = s < 0 || 1 / s < 0 ? -r : r;
  return -(s - x) + single;
}`;

export function fround(cx: Context, x: Num, node: Node): Val {
  const stop: Val = { t: "builtin", id: "cotangent.stopGradient" };
  return cx.parts.call(cx.parts.prelude(node, "fround", FROUND), [x, stop], node);
}

/**
 * `wanted` if `got` is the same number but for its last digit, else `got`: to be compared with `wanted`. (Math.hypot of three
 * is nested here, which rounds once more.)
 */
export function agree(got: unknown, wanted: unknown): unknown {
  if (typeof got !== "number" || typeof wanted !== "number") return got;
  return Math.abs(got - wanted) <= 1e-15 * Math.abs(wanted) && !Object.is(wanted, -0) ? wanted : got;
}

/** Numbers for people. */

/** So many significant digits at most, a true minus sign, ∞. */
export function formatNumber(x: number, digits: number = 6): string {
  if (Number.isNaN(x)) return "NaN";
  if (!Number.isFinite(x)) return x > 0 ? "∞" : "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const rounded = Number(x.toPrecision(digits));
  const text = size >= 1e-4 && size < 1e7 ? String(rounded) : rounded.toExponential();
  return text.replace("-", "−").replace("e+", "e").replace("e-", "e−");
}

/** A time in nanoseconds with a unit. */
export function formatTime(ns: number): string {
  const [x, unit] =
    ns < 1e3 ? [ns, "ns"] : ns < 1e6 ? [ns / 1e3, "µs"] : ns < 1e9 ? [ns / 1e6, "ms"] : [ns / 1e9, "s"];
  return `${Number(x.toPrecision(3))} ${unit}`;
}

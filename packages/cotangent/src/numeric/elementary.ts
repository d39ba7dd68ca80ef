/** The values of primitives that `Math` lacks and that need no series: what compiled JavaScript calls by name. */

/** x/√(x² + y²), also for infinite x; 0 at the origin. */
export function cosineOf(x: number, y: number): number {
  const r = Math.hypot(x, y);
  return Math.abs(x) === r ? Math.sign(x) : x / r;
}

/** x/(x² + y²), without a square; 0 at the origin. */
export function inversionOf(x: number, y: number): number {
  return x === 0 ? 0 : cosineOf(x, y) / Math.hypot(x, y);
}

/** a² − b². */
export function differenceOfSquaresOf(a: number, b: number): number {
  return (a - b) * (a + b);
}

/** xʸ⁻¹, also where y − 1 is rounded (y < ½); 0 at x = y = 0. */
export function reducedPowOf(x: number, y: number): number {
  if (x === 0 && y === 0) return 0;
  const quotient = x ** y / x;
  return y < 0.5 && !Number.isNaN(quotient) ? quotient : x ** (y - 1);
}

/** 1/cosh x. */
export function sechOf(x: number): number {
  return 1 / Math.cosh(x);
}

/** 1/(1 + e⁻ˣ), computed from e^−|x| so that neither side overflows. */
export function sigmoidOf(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** log(1 + eˣ), computed as max(x, 0) + log(1 + e^−|x|). */
export function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** max(x, 0). */
export function reluOf(x: number): number {
  return Math.max(x, 0);
}

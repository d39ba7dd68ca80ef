/** Dense vectors, as the solvers need them. */
export type Vector = Float64Array;

export function dot(a: Vector, b: Vector): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

/** √Σaᵢ², scaled so that squares neither overflow nor vanish. */
export function norm(a: Vector): number {
  const largest = maxNorm(a);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i]! / largest) ** 2;
  return largest * Math.sqrt(total);
}

/** max |aᵢ|; NaN if any is. */
export function maxNorm(a: Vector): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]!));
  return largest;
}

// Loops rather than map: the solvers spend their own time here.

/** x + t·d */
export function moved(x: Vector, t: number, d: Vector): Vector {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) y[i] = x[i]! + t * d[i]!;
  return y;
}

export function minus(a: Vector, b: Vector): Vector {
  const y = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) y[i] = a[i]! - b[i]!;
  return y;
}

export function scaled(t: number, a: Vector): Vector {
  const y = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) y[i] = t * a[i]!;
  return y;
}

export function isFinite(a: Vector): boolean {
  for (let i = 0; i < a.length; i++) if (!Number.isFinite(a[i])) return false;
  return true;
}

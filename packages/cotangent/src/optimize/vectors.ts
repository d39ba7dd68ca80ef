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

/** x + t·d */
export const moved = (x: Vector, t: number, d: Vector): Vector => x.map((xi, i) => xi + t * d[i]!);
export const minus = (a: Vector, b: Vector): Vector => a.map((ai, i) => ai - b[i]!);
export const scaled = (t: number, a: Vector): Vector => a.map((ai) => t * ai);
export const isFinite = (a: Vector): boolean => a.every(Number.isFinite);

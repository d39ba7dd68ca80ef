import type { Vector } from "./vectors.ts";

/**
 * The lower triangle L with L·Lᵀ = A + shift·I, row by row in an n×n list; undefined where that matrix is not positive
 * definite (to working precision).
 * @param a n×n, symmetric; only its lower triangle is read
 */
export function cholesky(a: Vector, n: number, shift: number): Vector | undefined {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * n + j]! + (i === j ? shift : 0);
      const size = Math.abs(s);
      for (let k = 0; k < j; k++) s -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = s / l[j * n + j]!;
      else if (s > n * Number.EPSILON * size) l[i * n + i] = Math.sqrt(s);
      else return undefined;
    }
  }
  return l;
}

/** L⁻¹·b */
export function solveLower(l: Vector, b: Vector): Vector {
  const n = b.length;
  const y = b.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) y[i] = y[i]! - l[i * n + k]! * y[k]!;
    y[i] = y[i]! / l[i * n + i]!;
  }
  return y;
}

/** L⁻ᵀ·b */
export function solveUpper(l: Vector, b: Vector): Vector {
  const n = b.length;
  const y = b.slice();
  for (let i = n - 1; i >= 0; i--) {
    y[i] = y[i]! / l[i * n + i]!;
    for (let k = 0; k < i; k++) y[k] = y[k]! - l[i * n + k]! * y[i]!;
  }
  return y;
}

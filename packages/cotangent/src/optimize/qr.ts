import type { Vector } from "./vectors.ts";

/** A·P = Q·R, with what is needed of it to solve least-squares problems. */
export interface Factors {
  readonly n: number;
  /** n×n, row by row; upper triangular. */
  readonly r: Vector;
  /** The first n components of Qᵀb. */
  readonly qtb: Vector;
  /** Column k of R belongs to column `order[k]` of A. */
  readonly order: Int32Array;
}

/**
 * Householder's QR factorization with column pivoting: G. H. Golub, C. F. Van Loan, Matrix Computations, algorithm 5.4.1.
 * @param a m×n, row by row, m ≥ n
 * @param b of length m
 */
export function factorize(a: Vector, b: Vector, n: number): Factors {
  const m = b.length;
  const w = a.slice();
  const c = b.slice();
  const order = Int32Array.from({ length: n }, (_, k) => k);
  for (let k = 0; k < n; k++) {
    swapColumns(w, n, order, k, longestFrom(w, m, n, k));
    reflect(w, c, m, n, k);
  }
  const r = w.slice(0, n * n);
  for (let i = 0; i < n; i++) r.fill(0, i * n, i * n + i);
  return { n, r, qtb: c.slice(0, n), order };
}

/** The squared length of column j below row k. */
function below(w: Vector, m: number, n: number, k: number, j: number): number {
  let total = 0;
  for (let i = k; i < m; i++) total += w[i * n + j]! * w[i * n + j]!;
  return total;
}

function longestFrom(w: Vector, m: number, n: number, k: number): number {
  let [longest, length] = [k, -1];
  for (let j = k; j < n; j++) {
    const own = below(w, m, n, k, j);
    if (own > length) [longest, length] = [j, own];
  }
  return longest;
}

function swapColumns(w: Vector, n: number, order: Int32Array, j: number, k: number): void {
  if (j === k) return;
  for (let at = 0; at < w.length; at += n) [w[at + j], w[at + k]] = [w[at + k]!, w[at + j]!];
  [order[j], order[k]] = [order[k]!, order[j]!];
}

/** Makes column k zero below the diagonal, by a reflection of all columns from k on and of c. */
function reflect(w: Vector, c: Vector, m: number, n: number, k: number): void {
  const length = Math.sqrt(below(w, m, n, k, k));
  if (length === 0) return;
  const diagonal = w[k * n + k]! > 0 ? -length : length;
  const v = Float64Array.from({ length: m - k }, (_, i) => w[(k + i) * n + k]!);
  v[0] = v[0]! - diagonal;
  const half = -diagonal * v[0];
  const columns = (at: (i: number) => number, target: Vector): void => {
    let s = 0;
    for (let i = 0; i < v.length; i++) s += v[i]! * target[at(i)]!;
    s /= half;
    for (let i = 0; i < v.length; i++) target[at(i)] = target[at(i)]! - s * v[i]!;
  };
  for (let j = k + 1; j < n; j++) columns((i) => (k + i) * n + j, w);
  columns((i) => k + i, c);
  w[k * n + k] = diagonal;
  for (let i = k + 1; i < m; i++) w[i * n + k] = 0;
}

/** How many columns are independent, to working precision. */
export function rankOf({ n, r }: Factors): number {
  const least = n * 4 * Number.EPSILON * Math.abs(r[0] ?? 0);
  let rank = 0;
  while (rank < n && Math.abs(r[rank * n + rank]!) > least) rank++;
  return rank;
}

/** The x that makes ‖A·x - b‖ least; where columns depend on others, their x is 0. */
export function solve(factors: Factors, rank: number): Vector {
  const { n, r, qtb, order } = factors;
  const x = new Float64Array(n);
  for (let i = rank - 1; i >= 0; i--) {
    let s = qtb[i]!;
    for (let k = i + 1; k < rank; k++) s -= r[i * n + k]! * x[order[k]!]!;
    x[order[i]!] = s / r[i * n + i]!;
  }
  return x;
}

/** R⁻ᵀ·Pᵀ·v, for R of full rank. */
export function solveTransposed({ n, r, order }: Factors, v: Vector): Vector {
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let s = v[order[i]!]!;
    for (let k = 0; k < i; k++) s -= r[k * n + i]! * y[k]!;
    y[i] = s / r[i * n + i]!;
  }
  return y;
}

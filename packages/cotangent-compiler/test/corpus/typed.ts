/** Arrays of integers and of single precision: what is written into them wraps around or is rounded, as JavaScript does. */
import type { Cases } from "./case.ts";

/** The numbers at which conversions differ. */
const ODD = [
  0,
  -0,
  0.5,
  1.5,
  2.5,
  -0.5,
  -1.5,
  127.5,
  128,
  255,
  255.5,
  256,
  -129,
  32768,
  65536.7,
  2147483648,
  -2147483649,
  4294967296.5,
  1e20,
  -1e20,
  16777217,
  0.1,
  1e-46,
  3.5e38,
  NaN,
  Infinity,
  -Infinity,
];
export function int8(v: number[]): number[] {
  return [...new Int8Array(v)];
}
export function uint8(v: number[]): number[] {
  const a = new Uint8Array(v.length);
  for (let i = 0; i < v.length; i++) a[i] = v[i]!;
  return Array.from(a);
}
export function uint8Clamped(v: number[]): number[] {
  const a = new Uint8ClampedArray(v.length);
  a.set(v);
  return [...a];
}
export function int16(v: number[]): number[] {
  return [...Int16Array.from(v)];
}
export function uint16(v: number[]): number[] {
  return [...Uint16Array.from(v, (x) => x + 1)];
}
export function int32(v: number[]): number[] {
  return [...new Int32Array(v).map((x) => x + 0.7)];
}
export function uint32(v: number[]): number[] {
  const a = new Uint32Array(v);
  a[0]! -= 1;
  return Array.from(a, (x) => x);
}
export function float32(v: number[]): number[] {
  const a = new Float32Array(v);
  const b = a.map((x) => x * x + 0.1);
  return [...a, ...b];
}
/** Perlin's noise over a line, by a table of permutations. */
export function noise(x: number, seed: number): number {
  const p = new Uint8Array(512);
  for (let i = 0; i < 256; i++) p[i] = p[i + 256] = i * 167 + seed;
  const cell = Math.floor(x) & 255;
  const t = x - Math.floor(x);
  const u = t * t * t * (t * (t * 6 - 15) + 10);
  const gradient = (hash: number, d: number): number => ((hash & 1) === 0 ? d : -d) * (1 + (hash & 7));
  return gradient(p[p[cell]!]!, t) * (1 - u) + gradient(p[p[cell]! + 1]!, t - 1) * u;
}
/** A sieve whose marks choose the terms of a polynomial. */
export function primes(n: number, x: number): number {
  const composite = new Uint8Array(n + 1);
  let s = 0;
  outer: for (let i = 2; i <= n; i++) {
    if (composite[i]) continue outer;
    for (let j = i * i; j <= n; j += i) composite[j] = 1;
    s += x ** i;
  }
  return s;
}
export function histogram(v: number[], bins: number): number {
  const counts = new Int32Array(bins);
  for (const x of v) counts[Math.min(bins - 1, Math.max(0, Math.floor(x * bins)))]!++;
  let s = 0;
  counts.forEach((c, i) => {
    s += c * i * v[0]!;
  });
  return s;
}
/** A sparse matrix by rows, times a vector. */
export function sparse(x: number[]): number {
  const begin = Int32Array.of(0, 2, 3, 5);
  const columns = new Uint32Array([0, 1, 1, 0, 2]);
  const values = new Float32Array([2, -1, 3, 0.5, 4]);
  const y = new Float64Array(3);
  for (let i = 0; i < 3; i++)
    for (let k = begin[i]!; k < begin[i + 1]!; k++) y[i]! += values[k]! * x[columns[k]!]!;
  return y[0]! * y[1]! + y[2]!;
}
/** Typed arrays as arguments: what is written into them is converted, too. */
export function gathered(index: Uint16Array, data: Float32Array): number {
  let s = 0;
  for (let i = 0; i < index.length; i++) {
    const j = index[i]!;
    s += (i + 1) * data[j]! ** 2;
  }
  return s;
}
/** Matches a fixed point arithmetic by its integers; the slopes are those of what is left as it is. */
export function fixedPoint(x: number): number {
  const acc = new Int32Array(2);
  acc[0] = x * 65536;
  acc[1] = (acc[0]! * 3) >> 1;
  return acc[1]! / 65536 + x * x;
}
/** Single precision in a loop. */
export function single(x: number, n: number): number {
  const state = Float32Array.of(x, 1);
  for (let i = 0; i < n; i++) {
    state[0] = state[0]! * 0.9 + state[1]! * 0.1;
    state[1]! += state[0]! / 7;
  }
  return state[0]! * state[1]!;
}
/** Rows of one kind. */
export function table(v: number[]): number {
  const rows = v.map((x) => Int16Array.of(x, x * 2.5));
  rows[1]![0] = 70000.9;
  let s = 0;
  for (const row of rows) s += row[0]! * v[0]! + row[1]!;
  return s;
}
export function sorted(v: number[]): number[] {
  const a = Int32Array.from(v).sort();
  a.subarray(1).fill(7.9, 0, 1);
  a.reverse();
  return [...a.slice(-2), ...a];
}
class Grid {
  readonly cells: Uint8Array;
  readonly width: number;
  constructor(width: number) {
    this.width = width;
    this.cells = new Uint8Array(width * width);
  }
  stamp(i: number, j: number, x: number): void {
    this.cells[i * this.width + j] = x;
  }
}
export function stamped(x: number): number {
  const g = new Grid(3);
  for (let i = 0; i < 3; i++) g.stamp(i, i, 100 * (i + 1));
  return g.cells.reduce((s, c, i) => s + c * i, 0) * x;
}

export const cases: Cases = {
  int8: [() => [ODD]],
  uint8: [() => [ODD]],
  uint8Clamped: [() => [ODD]],
  int16: [() => [ODD]],
  uint16: [() => [ODD]],
  int32: [() => [ODD]],
  uint32: [() => [ODD]],
  float32: [() => [ODD]],
  noise: [() => [3.7, 5]],
  primes: [() => [30, 0.9]],
  histogram: [() => [[0.1, 0.5, 0.9, 0.95], 4]],
  sparse: [() => [[1, 2, 3]]],
  gathered: [() => [Uint16Array.of(2, 0, 1), Float32Array.of(0.5, 1.5, -2)]],
  fixedPoint: [() => [1.2345]],
  single: [() => [0.3, 6]],
  table: [() => [[1.5, 20000, -3]]],
  sorted: [() => [[3, -1.5, 2, 10]]],
  stamped: [() => [2]],
};

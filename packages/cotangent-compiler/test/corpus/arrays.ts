/* oxlint-disable -- written as people write, not as we do */
/** Arrays: reading, writing, making and growing them. */
import type { Cases } from "./case.ts";

const WEIGHTS = [0.1, 0.2, 0.3, 0.4];
const KERNEL = [1, -2, 1];
const TABLE = [0, 1, 4, 9, 16, 25, 36, 49, 64, 81, 100];
const SIZE = TABLE.length;

export function sum(x: Float64Array): number {
  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i]!;
  return s;
}
export function dot(x: number[], y: number[]): number {
  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i]! * y[i]!;
  return s;
}
export function norm2(x: readonly number[]): number {
  let s = 0;
  for (const v of x) s += v * v;
  return Math.sqrt(s);
}
export function rosenbrock(x: Float64Array): number {
  let s = 0;
  for (let i = 0; i + 1 < x.length; i++) s += (1 - x[i]!) ** 2 + 100 * (x[i + 1]! - x[i]! ** 2) ** 2;
  return s;
}
export function logSumExp(x: Float64Array): number {
  let m = -Infinity;
  for (let i = 0; i < x.length; i++) m = Math.max(m, x[i]!);
  let s = 0;
  for (let i = 0; i < x.length; i++) s += Math.exp(x[i]! - m);
  return m + Math.log(s);
}
export function horner(c: number[], x: number): number {
  let p = 0;
  for (let i = c.length - 1; i >= 0; i--) p = p * x + c[i]!;
  return p;
}
export const reduceSum = (x: number[]): number => x.reduce((s, v) => s + v, 0);
export const reduceWithoutStart = (x: number[]): number => x.reduce((a, b) => Math.max(a, b));
export const mapReduce = (x: number[]): number => x.map((v) => v * v).reduce((a, b) => a + b, 0);
export function forEachSum(x: number[]): number {
  let s = 0;
  x.forEach((v, i) => {
    s += v * i;
  });
  return s;
}
export const someNegative = (x: number[]): number => (x.some((v) => v < 0) ? 1 : 0);
export const allPositive = (x: number[]): number => (x.every((v) => v > 0) ? 1 : 0);
export const filtered = (x: number[]): number => x.filter((v) => v > 0).reduce((a, b) => a + b, 0);
export const firstAbove = (x: number[], y: number): number => x.findIndex((v) => v > y);
export const reversed = (x: number[]): number[] => x.slice().reverse();
export const sorted = (x: number[]): number[] => x.slice().sort((a, b) => a - b);
export const sortedDown = (x: number[]): number[] => [...x].sort((a, b) => b - a);
export const sortedTyped = (x: Float64Array): Float64Array => x.slice().sort();
export const doubled = (x: Float64Array): Float64Array => x.map((v) => 2 * v);
export function prefixSums(x: number[]): number[] {
  const out = new Array<number>(x.length);
  let s = 0;
  for (let i = 0; i < x.length; i++) {
    s += x[i]!;
    out[i] = s;
  }
  return out;
}
export function pushes(x: number[]): number[] {
  const out: number[] = [];
  for (const v of x) {
    out.push(v);
    if (v > 1) out.push(v * v, -v);
  }
  return out;
}
export function popLast(x: number[]): number {
  const stack = [1, 2];
  for (const v of x) stack.push(v);
  const a = stack.pop()!;
  return a * 10 + stack.pop()! + stack.length;
}
export function stackMachine(x: number): number {
  const stack: number[] = [];
  const program = [0, 0, 1, 0, 2];
  for (const op of program) {
    if (op === 0) stack.push(x + stack.length);
    else {
      const b = stack.pop()!;
      const a = stack.pop()!;
      stack.push(op === 1 ? a + b : a * b);
    }
  }
  return stack[stack.length - 1]!;
}
export function growByIndex(n: number, x: number): number {
  const dp = [1];
  for (let i = 1; i <= n; i++) dp[i] = dp[i - 1]! * x + i;
  return dp[n]!;
}
export function convolve(x: Float64Array): Float64Array {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    for (let k = 0; k < KERNEL.length; k++) {
      const j = i + k - 1;
      if (j >= 0 && j < x.length) y[i] = y[i]! + KERNEL[k]! * x[j]!;
    }
  }
  return y;
}
export const weighted = (x: number[]): number => WEIGHTS.reduce((s, w, i) => s + w * x[i]!, 0);
export function tableLookup(x: number): number {
  const i = Math.min(SIZE - 2, Math.max(0, Math.floor(x)));
  return TABLE[i]! + (x - i) * (TABLE[i + 1]! - TABLE[i]!);
}
export function bubbleSort(x: number[]): number[] {
  const a = x.slice();
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < a.length - 1 - i; j++) {
      if (a[j]! > a[j + 1]!) [a[j], a[j + 1]] = [a[j + 1]!, a[j]!];
    }
  }
  return a;
}
export function insertionSort(x: number[]): number[] {
  const a = [...x];
  for (let i = 1; i < a.length; i++) {
    const v = a[i]!;
    let j = i - 1;
    while (j >= 0 && a[j]! > v) {
      a[j + 1] = a[j]!;
      j--;
    }
    a[j + 1] = v;
  }
  return a;
}
export function binarySearch(x: number[], target: number): number {
  let lo = 0;
  let hi = x.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (x[mid]! < target) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}
export function interpolate(xs: number[], ys: number[], x: number): number {
  let k = 0;
  while (k < xs.length - 2 && x > xs[k + 1]!) k++;
  const t = (x - xs[k]!) / (xs[k + 1]! - xs[k]!);
  return ys[k]! * (1 - t) + ys[k + 1]! * t;
}
export function fillAndSet(x: Float64Array): Float64Array {
  const y = new Float64Array(8).fill(0.5);
  y.set(x, 2);
  y.set([9, 8], 6);
  y.subarray(0, 2).fill(-1);
  return y;
}
export function slices(x: number[]): number {
  const a = x.slice(1);
  const b = x.slice(0, 2);
  const c = x.slice(-2);
  const d = x.slice(1, -1);
  return a.length * 1000 + b[0]! * 100 + c[0]! * 10 + d.length;
}
export function subarrayAliases(x: Float64Array): number {
  const y = new Float64Array(x);
  const tail = y.subarray(1);
  tail[0] = 100;
  y[2] = -5;
  return y[1]! + tail[1]!;
}
export function inPlace(x: Float64Array): number {
  const y = x.slice();
  for (let i = 0; i < y.length; i++) y[i]! *= 2;
  for (let i = 1; i < y.length; i++) y[i]! += y[i - 1]!;
  return y[y.length - 1]!;
}
export function indexTricks(x: number[]): number {
  let i = 0;
  const a = x[i++]!;
  const b = x[i++]!;
  const c = x[--i]!;
  return a * 100 + b * 10 + c + i;
}
export function gather(x: number[], idx: number[]): number {
  let s = 0;
  for (const i of idx) s += x[i]! * (i + 1);
  return s;
}
export function histogram(x: number[]): number[] {
  const bins = new Float64Array(4);
  for (const v of x) {
    const k = Math.floor(v * 4);
    if (k >= 0 && k < 4) bins[k]!++;
  }
  return [...bins];
}
export function matVec(a: Float64Array, x: Float64Array, n: number): Float64Array {
  const y = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let s = 0;
    for (let j = 0; j < n; j++) s += a[i * n + j]! * x[j]!;
    y[i] = s;
  }
  return y;
}
export function cholesky(a: Float64Array, n: number): number {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let s = a[i * n + j]!;
      for (let k = 0; k < j; k++) s -= l[i * n + k]! * l[j * n + k]!;
      l[i * n + j] = i === j ? Math.sqrt(s) : s / l[j * n + j]!;
    }
  }
  let logDet = 0;
  for (let i = 0; i < n; i++) logDet += 2 * Math.log(l[i * n + i]!);
  return logDet;
}
export function thomas(a: number[], b: number[], c: number[], d: number[]): number[] {
  const n = d.length;
  const cp = new Array(n).fill(0);
  const dp = new Array(n).fill(0);
  cp[0] = c[0]! / b[0]!;
  dp[0] = d[0]! / b[0]!;
  for (let i = 1; i < n; i++) {
    const m = b[i]! - a[i]! * cp[i - 1];
    cp[i] = c[i]! / m;
    dp[i] = (d[i]! - a[i]! * dp[i - 1]) / m;
  }
  const x = new Array(n).fill(0);
  x[n - 1] = dp[n - 1];
  for (let i = n - 2; i >= 0; i--) x[i] = dp[i] - cp[i] * x[i + 1];
  return x;
}
export function longestIncreasing(x: number[]): number {
  const best: number[] = [];
  let longest = 0;
  for (let i = 0; i < x.length; i++) {
    best[i] = 1;
    for (let j = 0; j < i; j++) if (x[j]! < x[i]! && best[j]! + 1 > best[i]!) best[i] = best[j]! + 1;
    longest = Math.max(longest, best[i]!);
  }
  return longest;
}
export function knapsack(weights: number[], values: number[], capacity: number): number {
  const best = new Float64Array(capacity + 1);
  for (let i = 0; i < weights.length; i++) {
    for (let w = capacity; w >= weights[i]!; w--) {
      best[w] = Math.max(best[w]!, best[w - weights[i]!]! + values[i]!);
    }
  }
  return best[capacity]!;
}
export function pingPong(x: Float64Array): Float64Array {
  let a = x.slice();
  let b = new Float64Array(x.length);
  for (let t = 0; t < 3; t++) {
    for (let i = 0; i < a.length; i++) b[i] = 0.5 * a[i]! + 0.5 * a[(i + 1) % a.length]!;
    [a, b] = [b, a];
  }
  return a;
}
export function generated(n: number): number {
  const squares = Array.from({ length: n }, (_, i) => i * i);
  return squares.reduce((a, b) => a + b, 0);
}
export const spreadMax = (x: number, y: number): number => Math.max(...[x, y, x * y]);
export function softmaxLoss(x: number[], label: number): number {
  const most = Math.max(...x);
  return most + Math.log(x.map((v) => Math.exp(v - most)).reduce((a, b) => a + b, 0)) - x[label]!;
}
export const mixedExtremes = (x: number[], y: number): number =>
  Math.min(y, ...x, 7) * Math.max(...x, y) + Math.hypot(1, ...x, 2);
export const noneAtAll = (x: number[]): number => Math.min(3, Math.max(...x));
export function joinedLists(x: number[]): number {
  const y = [...x, 1, ...x, 2];
  y.push(...x, 3, ...y);
  return y.reduce((s, v, i) => s + v * v * i, 0);
}
export const joinedObjects = (x: { a: number }[]): number =>
  [...x, { a: 3 }, ...x].map((p) => p.a * p.a).reduce((s, v) => s + v, 0);
export function entriesOf(x: number[]): number {
  let s = 0;
  for (const [i, v] of x.entries()) s += i * v;
  return s;
}
export const includes = (x: number[], y: number): number => (x.includes(y) ? x.indexOf(y) : -10);
export function sieve(n: number): number {
  const composite = new Array(n + 1).fill(false);
  let count = 0;
  for (let i = 2; i <= n; i++) {
    if (composite[i]) continue;
    count++;
    for (let j = i * i; j <= n; j += i) composite[j] = true;
  }
  return count;
}
export function emptyLoop(x: number[]): number {
  let s = 7;
  for (let i = 5; i < x.length; i++) s += x[i]!;
  return s;
}

const v = (...x: number[]) => x;
const f = (...x: number[]) => Float64Array.from(x);
const lists = [() => [v(3, 1, 2)], () => [v(0.5, -1.5, 2, 4, -3)]];
const typed = [() => [f(3, 1, 2)], () => [f(0.5, -1.5, 2, 4)]];

export function sliceOfLiteral(n: number): number {
  let s = 0;
  for (const v of [1, 2, 3, 4].slice(1, n)) s = s * 10 + v;
  return s + [5, 6].slice(n - 2)[0]!;
}
export const cases: Cases = {
  sum: [...typed, () => [f()]],
  dot: [() => [v(1, 2, 3), v(4, 5, 6)]],
  norm2: [...lists, () => [v()]],
  rosenbrock: typed,
  logSumExp: typed,
  horner: [() => [v(1, -2, 3), 2], () => [v(), 2]],
  reduceSum: lists,
  reduceWithoutStart: lists,
  mapReduce: lists,
  forEachSum: lists,
  someNegative: lists,
  allPositive: lists,
  filtered: lists,
  firstAbove: [() => [v(1, 5, 2), 3], () => [v(1), 3]],
  reversed: [...lists, () => [v(1, 2)]],
  sorted: [...lists, () => [v()], () => [v(5, 4, 3, 2, 1, 0, 9, 8)]],
  sortedDown: lists,
  sortedTyped: typed,
  doubled: typed,
  prefixSums: lists,
  pushes: lists,
  popLast: lists,
  stackMachine: [() => [2], () => [-0.5]],
  growByIndex: [() => [5, 1.5], () => [0, 2]],
  convolve: typed,
  weighted: [() => [v(1, 2, 3, 4)]],
  tableLookup: [() => [2.5], () => [-3], () => [50]],
  bubbleSort: lists,
  insertionSort: lists,
  binarySearch: [() => [v(1, 3, 5, 7), 4], () => [v(1, 3), 9], () => [v(), 1]],
  interpolate: [() => [v(0, 1, 2, 4), v(1, 3, 2, 5), 1.5], () => [v(0, 1, 2, 4), v(1, 3, 2, 5), 3]],
  fillAndSet: typed,
  slices: [() => [v(1, 2, 3, 4)], () => [v(5, 6, 7)]],
  subarrayAliases: typed,
  inPlace: typed,
  indexTricks: lists,
  gather: [() => [v(1, 2, 3), v(2, 0, 2)]],
  histogram: [() => [v(0.1, 0.3, 0.35, 0.9, 1.2, -0.1)]],
  matVec: [() => [f(1, 2, 3, 4), f(5, 6), 2]],
  cholesky: [() => [f(4, 2, 2, 3), 2], () => [f(4, 1, 0.5, 1, 5, 1, 0.5, 1, 6), 3]],
  thomas: [() => [v(0, 1, 1), v(4, 4, 4), v(1, 1, 0), v(1, 2, 3)]],
  longestIncreasing: [() => [v(3, 1, 2, 5, 4)], () => [v()]],
  knapsack: [() => [v(1, 3, 4, 5), v(1, 4, 5, 7), 7]],
  pingPong: typed,
  generated: [() => [5], () => [0]],
  spreadMax: [() => [2, 3], () => [-2, 3]],
  softmaxLoss: [() => [[1, 2, 3], 1], () => [[-1000, 1000], 0]],
  mixedExtremes: [() => [[4, 9], 5], () => [[], 5]],
  noneAtAll: [() => [[]], () => [[1, 5]], () => [[1, 2]]],
  joinedLists: [() => [[]], () => [[1, 2, 3]]],
  joinedObjects: [() => [[{ a: 1 }, { a: 2 }]]],
  entriesOf: lists,
  includes: [() => [v(1, 2, 3), 2], () => [v(1), 5]],
  sieve: [() => [30]],
  emptyLoop: lists,
  sliceOfLiteral: [() => [2], () => [3]],
};

/** Methods of arrays and objects, patterns, and other turns that people use without thinking. */
import type { Cases } from "./case.ts";

const V = [0.3, -0.7, 1.9, 2];
const M = [
  [1, 2, 0.5],
  [3, -4, 5],
];
const Options = { gain: 2, offsets: [1, 2, 3], nested: { deep: { value: 0.5 } } } as const;

export const constObject = (x: number): number =>
  x * Options.gain + Options.offsets.reduce((a, b) => a + b, 0) * Options.nested.deep.value;
export function labelledRows(v: number[][]): number {
  let s = 0;
  outer: for (const row of v) {
    for (const x of row) {
      if (x < 0) continue outer;
      if (x > 10) break outer;
      s += x * x;
    }
    s *= 1.5;
  }
  return s;
}
export function doWhileNewton(x: number): number {
  let n = 0;
  do {
    x = x / 2 + 1 / x;
    n++;
  } while (n < 5);
  return x;
}
export function commaOperators(x: number): number {
  let a = 0,
    b = 1;
  for (let i = 0, j = 10; i < j; i++, j--) ((a += i * x), (b *= 1 + (j * x) / 100));
  return a + b;
}
export function nestedTernary(x: number): number {
  return x < -1 ? -x : x < 0 ? x * x : x < 1 ? Math.sqrt(x) : x === 1 ? 7 : 2 * x;
}
export function shortAssign(x: number, y: number): number {
  let a = x;
  a ||= 3;
  a &&= a * y;
  let b: number | undefined;
  b ??= y * 2;
  return a + b;
}
export function bitTricks(n: number, x: number): number {
  let r = 1;
  let b = x;
  for (let k = n; k > 0; k >>= 1) {
    if (k & 1) r *= b;
    b *= b;
  }
  return r + (n << 2) + (n >>> 1) + (n ^ 5) + (~n | 3);
}
export function entriesDestr(v: number[]): number {
  let s = 0;
  for (const [i, x] of v.entries()) s += i * x;
  return s;
}
export function keysOf(v: number[]): number {
  let s = 0;
  for (const i of v.keys()) s += i * v[i]!;
  return s;
}
export function valuesOf(v: number[]): number {
  let s = 0;
  for (const x of v.values()) s += x * x;
  return s;
}
export function objEntries(p: { a: number; b: number; c: number }): number {
  return Object.entries(p).reduce((s, [, v]) => s + v * v, 0);
}
export function objValues(p: { a: number; b: number; c: number }): number {
  return Object.values(p)
    .map((v) => v ** 3)
    .reduce((a, b) => a + b);
}
export function objKeys(p: { a: number; b: number; c: number }): number {
  let s = 0;
  for (const k of Object.keys(p) as ("a" | "b" | "c")[]) s += p[k] ** 2;
  return s;
}
export function assignObj(p: { a: number; b: number }): number {
  const q = Object.assign({}, p, { b: 3 });
  return q.a * q.b;
}
export function restArgs(x: number): number {
  const sum = (...v: number[]): number => v.reduce((a, b) => a + b, 0);
  return sum(x, 2 * x, 3) * sum();
}
export function flatMapped(v: number[][]): number {
  return v.flatMap((r) => r.map((x) => x * x)).reduce((a, b) => a + b, 0);
}
export function flattened(v: number[][]): number {
  return v.flat().reduce((a, b) => a + b * b, 0);
}
export function reduceRight(v: number[]): number {
  return v.reduceRight((acc, x) => acc * 0.5 + x, 0);
}
export function atNeg(v: number[], i: number): number {
  return v.at(-1)! * v.at(i)! + v.at(0)!;
}
export function lastIndexOf(v: number[], x: number): number {
  return v[v.lastIndexOf(2)]! * x;
}
export function shiftUnshift(v: number[]): number {
  const q = [...v];
  let s = 0;
  let k = 1;
  while (q.length > 0) {
    s += k * q.shift()!;
    k *= 0.5;
  }
  q.unshift(s, 2);
  return q[0]! * q[1]!;
}
export function spliced(v: number[]): number {
  const q = v.slice();
  q.splice(1, 1);
  return q.reduce((a, b) => a * 0.5 + b, 0);
}
export function fromSpreadKeys(x: number): number {
  return [...Array(5).keys()].reduce((s, i) => s + x ** i, 0);
}
export function concatenated(a: number[], b: number[]): number {
  return a.concat(b, [1, 2]).reduce((s, v, i) => s + v * i, 0);
}
export function spreadBoth(a: number[], b: number[]): number {
  return [...a, 1, ...b].reduce((s, v, i) => s + v * i, 0);
}
export function destrSwap(x: number, y: number): number {
  let [a, b] = [x, y];
  [a, b] = [b, a + b];
  return a * 2 + b;
}
export function destrDefault(
  { a = 1, b: { c = 2 } = {} }: { a?: number; b?: { c?: number } },
  [p = 3, q = 4]: number[] = [],
): number {
  return a * c + p * q;
}
export function fnRecord(x: number): number {
  const ops = { sq: (v: number) => v * v, neg: (v: number) => -v };
  return ops.sq(x) + ops["neg"](x);
}
export function pipe(x: number): number {
  const pipe =
    (...fs: ((v: number) => number)[]) =>
    (v: number) =>
      fs.reduce((a, f) => f(a), v);
  return pipe(Math.sin, Math.exp)(x);
}
export function mathAliases(x: number): number {
  const { sin, cos, PI } = Math;
  return sin(x) * cos(x) * PI;
}
export function someEvery(v: number[]): number {
  return (v.some((x) => x > 1) ? 1 : 2) * v[0]! + (v.every((x) => x > 1) ? 1 : 2) * v[1]!;
}
export function findIdx(v: number[]): number {
  const i = v.findIndex((x) => x > 0);
  return i < 0 ? 0 : v[i]! ** 2;
}
export function filterMap(v: { x: number }[]): number {
  return v
    .filter((p) => p.x > 0)
    .map((p) => p.x ** 2)
    .reduce((a, b) => a + b, 0);
}
export function indexOfMax(v: number[]): number {
  return v.indexOf(Math.max(...v)) + v[v.indexOf(Math.max(...v))]!;
}
export function fibMemo(n: number, x: number): number {
  const memo: number[] = [x, 1];
  for (let i = 2; i <= n; i++) memo[i] = memo[i - 1]! + memo[i - 2]! * x;
  return memo[n]!;
}
export function twoD(n: number, x: number): number {
  const dp: number[][] = [];
  for (let i = 0; i <= n; i++) {
    dp[i] = [];
    for (let j = 0; j <= n; j++) dp[i]![j] = i === 0 || j === 0 ? x : dp[i - 1]![j]! + dp[i]![j - 1]! * 0.5;
  }
  return dp[n]![n]!;
}
export function allPairs(v: number[]): number {
  const ps: [number, number][] = [];
  for (let i = 0; i < v.length; i++) for (let j = i + 1; j < v.length; j++) ps.push([v[i]!, v[j]!]);
  return ps.reduce((s, [a, b]) => s + a * b, 0);
}
export function objPush(v: number[]): number {
  const ps: { x: number; i: number }[] = [];
  v.forEach((x, i) => ps.push({ x, i }));
  ps.sort((p, q) => p.x - q.x);
  return ps[0]!.x * ps[0]!.i + ps.length;
}
export function stackMachine(v: number[]): number {
  const st: number[] = [];
  for (const x of v) {
    if (x < 0 && st.length >= 2) st.push(st.pop()! * st.pop()!);
    else st.push(x);
  }
  return st.reduce((a, b) => a + b, 0);
}
export function matrixSpread(m: number[][]): number {
  const copy = m.map((r) => [...r]);
  copy[0]![0]! *= 2;
  return copy[0]![0]! + m[0]![0]!;
}
export function symbolIter(v: number[]): number {
  const [...w] = v;
  return w[0]! * w.length;
}
export function lenAssign(v: number[]): number {
  const a = v.slice();
  a.length = 1;
  return a[0]! * a.length;
}
export function multiIdx(m: number[][], i: number): number {
  return m[i]![i]! * m[i ? 0 : 1]![0]!;
}
export function incIdx(v: number[]): number {
  let i = 0;
  const a = v[i++]! * 2;
  const b = v[i++]!;
  const c = v[i--]!;
  return a + b * c + i;
}
export function compoundSelf(v: number[]): number {
  const a = v.slice();
  let i = 0;
  a[i++]! += 5;
  a[i]! *= a[i - 1]!;
  a[i++]! **= 2;
  return a[0]! + a[1]!;
}
export function switchTrue(x: number): number {
  switch (true) {
    case x < 0:
      return -x;
    case x < 1:
      return x * x;
    default:
      return x;
  }
}

/** Polynomials with the roots a and b, by their coefficients. */
export function coefficients(a: number, b: number): Float64Array {
  const rest = [a * b, -(a + b)];
  const p = Float64Array.of(...rest, 1);
  p[1]! *= Float64Array.of(2, 3, 4).length;
  return p;
}

export const cases: Cases = {
  coefficients: [() => [2, 3]],
  constObject: [() => [3]],
  labelledRows: [() => [M]],
  doWhileNewton: [() => [3]],
  commaOperators: [() => [1.5]],
  nestedTernary: [() => [-2], () => [-0.5], () => [0.5], () => [1], () => [3]],
  shortAssign: [() => [-1.5, 2], () => [2, 3], () => [NaN, 2]],
  bitTricks: [() => [5, 1.1]],
  entriesDestr: [() => [V], () => [[]]],
  keysOf: [() => [V]],
  valuesOf: [() => [V]],
  objEntries: [() => [{ a: 1, b: 2, c: 3 }]],
  objValues: [() => [{ a: 1, b: 2, c: 3 }]],
  objKeys: [() => [{ a: 1, b: 2, c: 3 }]],
  assignObj: [() => [{ a: 2, b: 5 }]],
  restArgs: [() => [2]],
  flatMapped: [() => [M]],
  flattened: [() => [M]],
  reduceRight: [() => [V], () => [[]]],
  atNeg: [() => [V, 2], () => [V, -2]],
  lastIndexOf: [() => [V, 2]],
  shiftUnshift: [() => [V]],
  spliced: [() => [V]],
  fromSpreadKeys: [() => [1.5]],
  concatenated: [() => [V, [3, 4]]],
  spreadBoth: [() => [V, [3, 4]]],
  destrSwap: [() => [2, 3]],
  destrDefault: [() => [{ a: 2, b: { c: 3 } }, [1, 2]]],
  fnRecord: [() => [3]],
  pipe: [() => [2]],
  mathAliases: [() => [2]],
  someEvery: [() => [V]],
  findIdx: [() => [V], () => [[-1]]],
  filterMap: [() => [[{ x: -1 }, { x: 3 }, { x: 0.5 }]]],
  indexOfMax: [() => [V]],
  fibMemo: [() => [6, 1.5], () => [0, 2]],
  twoD: [() => [4, 1.5]],
  allPairs: [() => [V]],
  objPush: [() => [V]],
  stackMachine: [() => [[1, 2, -1, 3, -5]]],
  matrixSpread: [() => [M]],
  symbolIter: [() => [V]],
  lenAssign: [() => [V]],
  multiIdx: [() => [M, 1]],
  incIdx: [() => [V]],
  compoundSelf: [() => [V]],
  switchTrue: [() => [-2], () => [0.5], () => [3]],
};

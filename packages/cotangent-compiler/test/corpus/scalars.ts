/* oxlint-disable -- written as people write, not as we do */
/** Short functions of numbers: operators, Math, branches. */
import type { Cases } from "./case.ts";

export function identity(x: number): number {
  return x;
}
export const cube = (x: number): number => x ** 3;
export const linear = (x: number): number => 2 * x + 1;
export const rational = (x: number, y: number): number => (x - y) / (1 + x * x + y * y);
export function banana(x: number, y: number): number {
  return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2;
}
export const himmelblau = (x: number, y: number): number => (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2;
export const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
export const gaussian = (x: number, mu: number, sigma: number): number =>
  Math.exp(-0.5 * ((x - mu) / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
export const everyTrigonometric = (x: number): number =>
  Math.sin(x) + Math.cos(x) + Math.tan(x) + Math.asin(x) + Math.acos(x) + Math.atan(x);
export const everyHyperbolic = (x: number): number =>
  Math.sinh(x) + Math.cosh(x) + Math.tanh(x) + Math.asinh(x) + Math.acosh(x + 2) + Math.atanh(x);
export const everyExponential = (x: number): number =>
  Math.exp(x) + Math.expm1(x) + Math.log(x) + Math.log1p(x) + Math.log2(x) + Math.log10(x);
export const everyRoot = (x: number): number => Math.sqrt(x) + Math.cbrt(x) + Math.pow(x, 1.5) + x ** 0.25;
export const everyRounding = (x: number): number =>
  Math.floor(x) + 2 * Math.ceil(x) + 4 * Math.round(x) + 8 * Math.trunc(x) + 16 * Math.sign(x);
export const polar = (x: number, y: number): number => Math.hypot(x, y) * Math.atan2(y, x);
export const extremes = (x: number, y: number, z: number): number => Math.max(x, y, z) - Math.min(x, y, z);
export const emptyExtremes = (x: number): number => (Math.max() < x ? x : -x) + (Math.min() > x ? 1 : 2);
export const distance3 = (x: number, y: number, z: number): number => Math.hypot(x, y, z);
export const constants = (x: number): number =>
  x * Math.PI + Math.E * Math.LN2 - Math.SQRT2 * Number.EPSILON + Math.LOG10E - Math.SQRT1_2;
export const remainder = (x: number, y: number): number => (x % y) + ((x * 3.5) % 2);
export const unaries = (x: number): number => -x + +x - -(-x) * (x > 0 ? 1 : -1);
export const bits = (x: number): number => ((x | 0) & 255) + (x ^ 3) + ~x + (x << 2) + (x >> 1) + (x >>> 28);
export const truthOfNumber = (x: number): number => (x ? 1 : 2) + (!x ? 4 : 8);
export const booleanAsNumber = (x: number): number => Number(x > 1) + (+(x < 3) + 2 * Number(x === 2));
export const andOr = (x: number, y: number): number => (x > 0 && y > 0 ? x * y : x < 0 || y < 0 ? x + y : 7);
export const logicalValues = (x: number, y: number): number => (x && y) + (x || 5) * 2;
export function reluNested(x: number): number {
  if (x > 1) return x;
  if (x > 0) {
    return x * x;
  } else if (x > -1) return 0.5 * x;
  return -0.5;
}
export const chooseBranch = (x: number): number => (x > 0 ? Math.sqrt(x) : x < -2 ? x * x : 0);
export function untakenRoot(x: number): number {
  return x > 0 ? Math.sqrt(x) : 0;
}
export function assignments(x: number): number {
  let y = x;
  y += 2;
  y *= y;
  y -= x;
  y /= 3;
  y **= 2;
  y %= 100;
  return y;
}
export function integerAssignments(x: number): number {
  let n = x | 0;
  n <<= 2;
  n |= 1;
  n &= 63;
  n ^= 5;
  n >>= 1;
  n >>>= 1;
  return n * x;
}
export function increments(x: number): number {
  let i = 0;
  const a = i++ + ++i;
  let y = x;
  const b = y++ * 10 + --y;
  return a + b + i + y--;
}
export function chained(x: number): number {
  let a: number, b: number;
  a = b = x * 2;
  a += b *= 3;
  return a - b;
}
export const sequence = (x: number): number => ((x = x + 1), x * 2);
export const defaulted = (x: number, power = 2): number => x ** power;
export function swap(x: number, y: number): number {
  [x, y] = [y, x];
  return x - 2 * y;
}
export function shadowed(x: number): number {
  const y = x * 2;
  {
    const y = 5;
    x += y;
  }
  return x + y;
}
export const huber = (r: number, delta: number): number =>
  Math.abs(r) <= delta ? 0.5 * r * r : delta * (Math.abs(r) - 0.5 * delta);
export const softplusStable = (x: number): number => (x > 30 ? x : Math.log1p(Math.exp(x)));
export const gelu = (x: number): number =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
export const smoothstep = (lo: number, hi: number, x: number): number => {
  const t = Math.min(1, Math.max(0, (x - lo) / (hi - lo)));
  return t * t * (3 - 2 * t);
};
export const kepler = (e: number, M: number): number => M + e * Math.sin(M) + 0.5 * e * e * Math.sin(2 * M);
export function grade(x: number): number {
  switch (Math.floor(x)) {
    case 0:
      return x;
    case 1:
    case 2:
      return 2 * x;
    case 3: {
      const y = x * x;
      return y;
    }
    default:
      return -1;
  }
}
export function fallThrough(x: number, kind: number): number {
  let y = x;
  switch (kind) {
    // @ts-expect-error -- falls through, as in C
    case 1:
      y *= 2;
    case 2:
      y += 10;
      break;
    case 3:
      y = -y;
  }
  return y;
}
export const nullish = (x: number): number => (x ?? 3) * 2;
export const isSpecial = (x: number): number =>
  (Number.isNaN(x) ? 1 : 0) + (isFinite(x) ? 2 : 0) + (Number.isInteger(x) ? 4 : 0);
export const signedZero = (x: number): number => 1 / (0 * x) + 1 / -0;
export const comparisons = (x: number, y: number): number =>
  (x < y ? 1 : 0) +
  (x <= y ? 2 : 0) +
  (x > y ? 4 : 0) +
  (x >= y ? 8 : 0) +
  (x == y ? 16 : 0) +
  (x !== y ? 32 : 0);
export const negatedComparison = (x: number, y: number): number => (!(x < y) ? x : y);
export function labelledBlock(x: number): number {
  let y = x;
  outer: {
    if (x > 2) break outer;
    y += 100;
  }
  return y;
}
export const intMath = (x: number): number => Math.imul(x, 31) + Math.clz32(x);

const numbers = [-2.5, -1, -0, 0, 0.5, 1, 2, 3.7];
const one = (xs: readonly number[] = numbers) => xs.map((x) => () => [x]);
const two = [
  [1, 2],
  [-1.5, 0.5],
  [3, 3],
  [0, -2],
].map((a) => () => a);
const three = [
  [1, 2, 3],
  [0.5, -1, 2.5],
].map((a) => () => a);

export const cases: Cases = {
  identity: one(),
  cube: one(),
  linear: one(),
  rational: two,
  banana: two,
  himmelblau: two,
  logistic: one([...numbers, 800, -800]),
  gaussian: three,
  everyTrigonometric: one([-0.5, 0, 0.3]),
  everyHyperbolic: one([-0.5, 0, 0.3]),
  everyExponential: one([0.1, 1, 30]),
  everyRoot: one([0.1, 1, 30]),
  everyRounding: one([...numbers, 2.5, -3.5, 1e20]),
  polar: two,
  extremes: three,
  emptyExtremes: one(),
  distance3: three,
  constants: one(),
  remainder: [...two.slice(0, 3), () => [-7.5, 2], () => [5, 0]],
  unaries: one(),
  bits: one([...numbers, 1e10, -1e10, NaN]),
  truthOfNumber: one([...numbers, NaN]),
  booleanAsNumber: one(),
  andOr: two,
  logicalValues: two,
  reluNested: one(),
  chooseBranch: one(),
  untakenRoot: one(),
  assignments: one(),
  integerAssignments: one(),
  increments: one(),
  chained: one(),
  sequence: one(),
  defaulted: [() => [3], () => [3, 4], () => [0.5, -1]],
  swap: two,
  shadowed: one(),
  huber: two.slice(0, 3),
  softplusStable: one([...numbers, 50]),
  gelu: one(),
  smoothstep: [() => [0, 1, 0.3], () => [-1, 1, 4], () => [0, 2, -1]],
  kepler: two,
  grade: one([0.5, 1.5, 2.9, 3.1, 7, -1]),
  fallThrough: [1, 2, 3, 4].map((k) => () => [1.5, k]),
  nullish: one(),
  isSpecial: one([...numbers, NaN, Infinity]),
  signedZero: one([1, -1]),
  comparisons: [...two, () => [NaN, 1]],
  negatedComparison: [...two, () => [NaN, 1]],
  labelledBlock: one(),
  intMath: one([1, 5, -3, 1e9]),
};

/* oxlint-disable -- written as people write, not as we do */
/** Loops of every form, with every way out of them. */
import type { Cases } from "./case.ts";

export function sumTo(n: number): number {
  let s = 0;
  for (let i = 1; i <= n; i++) s += i;
  return s;
}
export function powerLoop(x: number, n: number): number {
  let p = 1;
  for (let i = 0; i < n; i++) p *= x;
  return p;
}
export function countDown(x: number, n: number): number {
  let s = 0;
  for (let i = n; i > 0; i--) s = s * x + i;
  return s;
}
export function countDownTo(x: number, n: number): number {
  let s = 0;
  for (let i = n - 1; i >= 0; i -= 2) s += x ** i;
  return s;
}
export function taylorExp(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 20; k++) {
    term *= x / k;
    sum += term;
  }
  return sum;
}
export function newtonSqrt(a: number): number {
  let x = a;
  while (Math.abs(x * x - a) > 1e-12 * a) x = 0.5 * (x + a / x);
  return x;
}
export function bisection(target: number): number {
  let lo = 0;
  let hi = 10;
  for (let i = 0; i < 60; i++) {
    const mid = 0.5 * (lo + hi);
    if (mid * mid * mid < target) lo = mid;
    else hi = mid;
  }
  return 0.5 * (lo + hi);
}
export function collatz(n: number): number {
  let steps = 0;
  while (n !== 1) {
    n = n % 2 === 0 ? n / 2 : 3 * n + 1;
    steps++;
  }
  return steps;
}
export function doWhile(x: number): number {
  let n = 0;
  do {
    x *= 0.5;
    n++;
  } while (x > 1);
  return x + n;
}
export function breaks(x: number): number {
  let s = 0;
  for (let i = 0; i < 100; i++) {
    s += x / (i + 1);
    if (s > 5) break;
  }
  return s;
}
export function continues(x: number, n: number): number {
  let s = 0;
  for (let i = 0; i < n; i++) {
    if (i % 3 === 0) continue;
    s += x * i;
  }
  return s;
}
export function returnsEarly(x: number): number {
  for (let i = 0; i < 50; i++) {
    x = x * 1.5 + 1;
    if (x > 100) return x + i;
  }
  return -x;
}
export function returnsFromNested(x: number): number {
  for (let i = 0; i < 10; i++) {
    for (let j = 0; j < 10; j++) {
      if (i * j > x) return i + j / 10;
    }
  }
  return -1;
}
export function labelled(x: number): number {
  let s = 0;
  outer: for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 8; j++) {
      if (j > i) continue outer;
      if (i + j > 9) break outer;
      s += x * i - j;
    }
  }
  return s;
}
export function forever(x: number): number {
  let n = 0;
  for (;;) {
    x /= 2;
    n++;
    if (x < 0.01) break;
  }
  return x * n;
}
export function whileTrueReturn(x: number): number {
  while (true) {
    x = Math.cos(x);
    if (Math.abs(x - Math.cos(x)) < 1e-10) return x;
  }
}
export function whileWithSideEffect(x: number): number {
  let i = 10;
  let s = 0;
  while (i-- > 0) s += x * i;
  return s;
}
export function conditionAssigns(x: number): number {
  let y = x;
  let n = 0;
  while ((y = y * 0.7) > 0.1) n++;
  return y + n;
}
export function twoVariables(x: number): number {
  let s = 0;
  for (let i = 0, j = 10; i < j; i++, j--) s += i * x - j;
  return s;
}
export function variableOutside(x: number): number {
  let i;
  for (i = 0; i < 7; i++) x += i;
  return x + i;
}
export function changedInside(x: number): number {
  let s = 0;
  for (let i = 0; i < 20; i++) {
    s += x;
    if (i === 5) i = 15;
  }
  return s;
}
export function boundChanges(x: number): number {
  let n = 10;
  let s = 0;
  for (let i = 0; i < n; i++) {
    s += x;
    if (i % 4 === 3) n--;
  }
  return s + n;
}
export function fractionalSteps(x: number): number {
  let s = 0;
  for (let t = 0; t < 1; t += 0.125) s += Math.sin(x * t) * 0.125;
  return s;
}
export function doubling(x: number): number {
  let s = 0;
  for (let k = 1; k <= 64; k *= 2) s += x / k;
  return s;
}
export function triangular(x: number): number {
  let s = 0;
  for (let i = 0; i < 6; i++) for (let j = 0; j <= i; j++) s += x ** (i - j);
  return s;
}
export function fibonacci(n: number): number {
  let [a, b] = [0, 1];
  for (let i = 0; i < n; i++) [a, b] = [b, a + b];
  return a;
}
export function agm(x: number, y: number): number {
  while (Math.abs(x - y) > 1e-13) {
    [x, y] = [(x + y) / 2, Math.sqrt(x * y)];
  }
  return x;
}
export function logisticMap(x: number, r: number): number {
  for (let i = 0; i < 12; i++) x = r * x * (1 - x);
  return x;
}
export function continuedFraction(x: number): number {
  let v = x;
  for (let k = 12; k >= 1; k--) v = x + k / v;
  return v;
}
export function gcd(a: number, b: number): number {
  while (b !== 0) {
    const t = b;
    b = a % b;
    a = t;
  }
  return a;
}
export function primesBelow(n: number): number {
  let count = 0;
  for (let i = 2; i < n; i++) {
    let prime = true;
    for (let j = 2; j * j <= i; j++) {
      if (i % j === 0) {
        prime = false;
        break;
      }
    }
    if (prime) count++;
  }
  return count;
}
export function randomWalk(seed: number, step: number): number {
  let state = seed;
  let x = 0;
  for (let i = 0; i < 50; i++) {
    state = (state * 1103515245 + 12345) % 2147483648;
    x += state / 2147483648 < 0.5 ? -step : step;
  }
  return x;
}
export function xorshift(seed: number): number {
  let s = seed;
  let sum = 0;
  for (let i = 0; i < 20; i++) {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    sum += (s >>> 0) / 4294967296;
  }
  return sum;
}
export function simpson(a: number, b: number): number {
  const n = 20;
  const h = (b - a) / n;
  let s = Math.sin(a) + Math.sin(b);
  for (let i = 1; i < n; i++) s += (i % 2 === 0 ? 2 : 4) * Math.sin(a + i * h);
  return (s * h) / 3;
}
export function secant(target: number): number {
  let x0 = 1;
  let x1 = 2;
  for (let k = 0; k < 30 && Math.abs(x1 - x0) > 1e-14; k++) {
    const f0 = x0 * Math.exp(x0) - target;
    const f1 = x1 * Math.exp(x1) - target;
    if (f1 === f0) break;
    const x2 = x1 - (f1 * (x1 - x0)) / (f1 - f0);
    x0 = x1;
    x1 = x2;
  }
  return x1;
}
export function useVar(n: number): number {
  for (var i = 0; i < n; i++) {
    var last = i * 2;
  }
  return i + last!;
}
export function switchInLoop(x: number): number {
  let s = 0;
  for (let i = 0; i < 9; i++) {
    switch (i % 3) {
      case 0:
        continue;
      case 1:
        s += x;
        break;
      default:
        s -= i;
    }
    s *= 1.1;
  }
  return s;
}

const n = (...list: number[]) => list.map((x) => () => [x]);
const xn = [
  [1.5, 4],
  [-0.5, 7],
  [2, 0],
  [0.9, 1],
].map((a) => () => a);

export const cases: Cases = {
  sumTo: n(0, 1, 10),
  powerLoop: xn,
  countDown: xn,
  countDownTo: xn,
  taylorExp: n(-2, 0, 1, 3),
  newtonSqrt: n(2, 9, 0.25),
  bisection: n(2, 9, 100),
  collatz: n(1, 6, 27),
  doWhile: n(0.5, 7, 100),
  breaks: n(0.1, 1, 3),
  continues: xn,
  returnsEarly: n(-2, 0, 5),
  returnsFromNested: n(-1, 7, 20, 100),
  labelled: n(1, -2),
  forever: n(1, 100),
  whileTrueReturn: n(0, 1),
  whileWithSideEffect: n(1, 2.5),
  conditionAssigns: n(1, 50, 0.01),
  twoVariables: n(1, 3),
  variableOutside: n(1),
  changedInside: n(1.5),
  boundChanges: n(1),
  fractionalSteps: n(1, 2),
  doubling: n(1, 3),
  triangular: n(0.5, 2),
  fibonacci: n(0, 1, 10, 60),
  agm: [() => [1, 2], () => [24, 6]],
  logisticMap: [() => [0.2, 3.2], () => [0.5, 2.5]],
  continuedFraction: n(1, 2.5),
  gcd: [() => [48, 18], () => [7, 0]],
  primesBelow: n(2, 50),
  randomWalk: [() => [42, 0.5], () => [1, 2]],
  xorshift: n(1, 12345),
  simpson: [() => [0, 1], () => [-1, 3]],
  secant: n(1, 5),
  useVar: n(1, 3),
  switchInLoop: n(1, 2),
};

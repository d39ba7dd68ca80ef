/* oxlint-disable -- written as people write, not as we do */
/** Larger problems: what physics, statistics and finance compute. */
import type { Cases } from "./case.ts";

/** The discrete Fourier transform in place, bit reversal first. */
export function fftPower(signal: Float64Array, k: number): number {
  const n = signal.length;
  const re = signal.slice();
  const im = new Float64Array(n);
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) [re[i], re[j]] = [re[j]!, re[i]!];
  }
  for (let size = 2; size <= n; size *= 2) {
    const half = size / 2;
    for (let start = 0; start < n; start += size) {
      for (let m = 0; m < half; m++) {
        const angle = (-2 * Math.PI * m) / size;
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        const a = start + m;
        const b = a + half;
        const [tr, ti] = [re[b]! * c - im[b]! * s, re[b]! * s + im[b]! * c];
        re[b] = re[a]! - tr;
        im[b] = im[a]! - ti;
        re[a]! += tr;
        im[a]! += ti;
      }
    }
  }
  return re[k]! ** 2 + im[k]! ** 2;
}

/** Solves A x = b by elimination with pivoting. */
export function solve(matrix: number[][], rhs: number[]): number[] {
  const n = rhs.length;
  const a = matrix.map((row) => row.slice());
  const b = rhs.slice();
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[pivot]![k]!)) pivot = i;
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    [b[k], b[pivot]] = [b[pivot]!, b[k]!];
    for (let i = k + 1; i < n; i++) {
      const f = a[i]![k]! / a[k]![k]!;
      for (let j = k; j < n; j++) a[i]![j]! -= f * a[k]![j]!;
      b[i]! -= f * b[k]!;
    }
  }
  const x: number[] = new Array(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let s = b[i]!;
    for (let j = i + 1; j < n; j++) s -= a[i]![j]! * x[j]!;
    x[i] = s / a[i]![i]!;
  }
  return x;
}

/** The natural cubic spline through points. */
export function spline(xs: number[], ys: number[], at: number): number {
  const n = xs.length;
  const m = new Float64Array(n);
  const u = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) {
    const sig = (xs[i]! - xs[i - 1]!) / (xs[i + 1]! - xs[i - 1]!);
    const p = sig * m[i - 1]! + 2;
    m[i] = (sig - 1) / p;
    const slope =
      (ys[i + 1]! - ys[i]!) / (xs[i + 1]! - xs[i]!) - (ys[i]! - ys[i - 1]!) / (xs[i]! - xs[i - 1]!);
    u[i] = ((6 * slope) / (xs[i + 1]! - xs[i - 1]!) - sig * u[i - 1]!) / p;
  }
  for (let i = n - 2; i >= 0; i--) m[i] = m[i]! * m[i + 1]! + u[i]!;
  let lo = 0;
  let hi = n - 1;
  while (hi - lo > 1) {
    const mid = Math.floor((hi + lo) / 2);
    if (xs[mid]! > at) hi = mid;
    else lo = mid;
  }
  const h = xs[hi]! - xs[lo]!;
  const a = (xs[hi]! - at) / h;
  const b = 1 - a;
  return a * ys[lo]! + b * ys[hi]! + (((a ** 3 - a) * m[lo]! + (b ** 3 - b) * m[hi]!) * h * h) / 6;
}

/** Black and Scholes' price of a call, by the normal distribution's usual approximation. */
export function blackScholes(
  spot: number,
  strike: number,
  rate: number,
  sigma: number,
  years: number,
): number {
  const normal = (x: number): number => {
    const t = 1 / (1 + 0.2316419 * Math.abs(x));
    const poly = [0.31938153, -0.356563782, 1.781477937, -1.821255978, 1.330274429];
    let s = 0;
    for (let i = poly.length - 1; i >= 0; i--) s = (s + poly[i]!) * t;
    const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * s;
    return x >= 0 ? 1 - tail : tail;
  };
  const d1 = (Math.log(spot / strike) + (rate + sigma ** 2 / 2) * years) / (sigma * Math.sqrt(years));
  return spot * normal(d1) - strike * Math.exp(-rate * years) * normal(d1 - sigma * Math.sqrt(years));
}

/** The price of an American put on a binomial tree. */
export function americanPut(
  spot: number,
  strike: number,
  rate: number,
  sigma: number,
  years: number,
): number {
  const n = 20;
  const dt = years / n;
  const up = Math.exp(sigma * Math.sqrt(dt));
  const p = (Math.exp(rate * dt) - 1 / up) / (up - 1 / up);
  const values: number[] = [];
  for (let i = 0; i <= n; i++) values.push(Math.max(0, strike - spot * up ** (n - 2 * i)));
  for (let step = n - 1; step >= 0; step--) {
    for (let i = 0; i <= step; i++) {
      const hold = Math.exp(-rate * dt) * (p * values[i]! + (1 - p) * values[i + 1]!);
      values[i] = Math.max(hold, strike - spot * up ** (step - 2 * i));
    }
  }
  return values[0]!;
}

/** Internal rate of return by Newton's method. */
export function irr(flows: number[]): number {
  let r = 0.1;
  for (let k = 0; k < 50; k++) {
    let [f, df] = [0, 0];
    flows.forEach((c, t) => {
      f += c / (1 + r) ** t;
      df -= (t * c) / (1 + r) ** (t + 1);
    });
    const next = r - f / df;
    if (Math.abs(next - r) < 1e-13) break;
    r = next;
  }
  return r;
}

/** Lotka and Volterra's equations by the midpoint rule. */
export function lotkaVolterra(
  params: { alpha: number; beta: number; gamma: number; delta: number },
  t: number,
): [number, number] {
  const { alpha, beta, gamma, delta } = params;
  const rhs = (x: number, y: number): [number, number] => [x * (alpha - beta * y), y * (delta * x - gamma)];
  let [x, y] = [1, 0.5];
  const n = 30;
  const h = t / n;
  for (let i = 0; i < n; i++) {
    const [dx, dy] = rhs(x, y);
    const [ex, ey] = rhs(x + (h / 2) * dx, y + (h / 2) * dy);
    [x, y] = [x + h * ex, y + h * ey];
  }
  return [x, y];
}

/** The likelihood of a hidden Markov model, scaled forward pass. */
export function hmm(transition: number[][], emission: number[][], observed: number[]): number {
  const n = transition.length;
  let belief = Array.from({ length: n }, () => 1 / n);
  let logLikelihood = 0;
  for (const o of observed) {
    const next = belief.map((_, j) => {
      let s = 0;
      for (let i = 0; i < n; i++) s += belief[i]! * transition[i]![j]!;
      return s * emission[j]![o]!;
    });
    const scale = next.reduce((a, b) => a + b, 0);
    logLikelihood += Math.log(scale);
    belief = next.map((v) => v / scale);
  }
  return logLikelihood;
}

/** The heat equation, implicit in time. */
export function heat(u0: Float64Array, diffusivity: number, steps: number): Float64Array {
  const n = u0.length;
  const u = u0.slice();
  const c = new Float64Array(n);
  const d = new Float64Array(n);
  for (let t = 0; t < steps; t++) {
    const diagonal = 1 + 2 * diffusivity;
    c[0] = -diffusivity / diagonal;
    d[0] = u[0]! / diagonal;
    for (let i = 1; i < n; i++) {
      const m = diagonal + diffusivity * c[i - 1]!;
      c[i] = -diffusivity / m;
      d[i] = (u[i]! + diffusivity * d[i - 1]!) / m;
    }
    u[n - 1] = d[n - 1]!;
    for (let i = n - 2; i >= 0; i--) u[i] = d[i]! - c[i]! * u[i + 1]!;
  }
  return u;
}

/** Matrix chain multiplication: the least number of products. */
export function matrixChain(sizes: number[]): number {
  const n = sizes.length - 1;
  const cost = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let len = 2; len <= n; len++) {
    for (let i = 0; i + len <= n; i++) {
      const j = i + len - 1;
      cost[i]![j] = Infinity;
      for (let k = i; k < j; k++) {
        const c = cost[i]![k]! + cost[k + 1]![j]! + sizes[i]! * sizes[k + 1]! * sizes[j + 1]!;
        if (c < cost[i]![j]!) cost[i]![j] = c;
      }
    }
  }
  return n > 0 ? cost[0]![n - 1]! : 0;
}

/** Heap sort, then the weighted mean of the order statistics. */
export function trimmedMean(x: number[], share: number): number {
  const a = x.slice();
  const sift = (lo: number, hi: number): void => {
    let root = lo;
    while (2 * root + 1 < hi) {
      let child = 2 * root + 1;
      if (child + 1 < hi && a[child]! < a[child + 1]!) child++;
      if (a[root]! >= a[child]!) return;
      [a[root], a[child]] = [a[child]!, a[root]!];
      root = child;
    }
  };
  for (let i = Math.floor(a.length / 2) - 1; i >= 0; i--) sift(i, a.length);
  for (let end = a.length - 1; end > 0; end--) {
    [a[0], a[end]] = [a[end]!, a[0]!];
    sift(0, end);
  }
  const cut = Math.floor(a.length * share);
  let s = 0;
  for (let i = cut; i < a.length - cut; i++) s += a[i]!;
  return s / (a.length - 2 * cut);
}

/** Signed distance to a rounded box, blended with a sphere: as shaders write it. */
export function signedDistance(p: { x: number; y: number; z: number }): number {
  const q = { x: Math.abs(p.x) - 1, y: Math.abs(p.y) - 0.5, z: Math.abs(p.z) - 0.7 };
  const outside = Math.hypot(Math.max(q.x, 0), Math.max(q.y, 0), Math.max(q.z, 0));
  const box = outside + Math.min(Math.max(q.x, Math.max(q.y, q.z)), 0) - 0.1;
  const sphere = Math.hypot(p.x - 1, p.y, p.z) - 0.6;
  const h = Math.max(0.3 - Math.abs(box - sphere), 0) / 0.3;
  return Math.min(box, sphere) - h * h * 0.3 * 0.25;
}

const simpson = (f: (x: number) => number, a: number, b: number): number =>
  ((b - a) / 6) * (f(a) + 4 * f((a + b) / 2) + f(b));

/** Calls itself with the function that it was given. */
function adaptive(f: (x: number) => number, a: number, b: number, tolerance: number): number {
  const middle = (a + b) / 2;
  const parts = simpson(f, a, middle) + simpson(f, middle, b);
  if (Math.abs(parts - simpson(f, a, b)) < 15 * tolerance) return parts;
  return adaptive(f, a, middle, tolerance / 2) + adaptive(f, middle, b, tolerance / 2);
}

/** Adaptive quadrature of two functions, one of which sees a parameter. */
export function areas(width: number, to: number): number {
  const bell = (x: number): number => Math.exp(-width * x * x);
  return adaptive(bell, 0, to, 1e-7) + adaptive(Math.sin, 0, width, 1e-6);
}

/** Within what it is given it is called again, with another function: no recursion. */
export function twice(x: number, k: number): number {
  const repeat = (f: (x: number) => number, y: number): number => f(f(y));
  return repeat((y) => repeat((z) => k * z + 1, y) * y, x);
}

const f = (...x: number[]) => Float64Array.from(x);

export const cases: Cases = {
  fftPower: [() => [f(1, 2, 0, -1, 3, 0.5, -2, 1), 3]],
  solve: [
    () => [
      [
        [0, 2, 1],
        [1, -1, 0],
        [3, 0, 2],
      ],
      [1, 2, 3],
    ],
  ],
  spline: [() => [[0, 1, 2.5, 4], [1, 3, 2, 5], 1.7]],
  blackScholes: [() => [100, 110, 0.03, 0.25, 1], () => [100, 80, 0.03, 0.25, 1]],
  americanPut: [() => [100, 105, 0.05, 0.3, 1]],
  irr: [() => [[-100, 30, 40, 60]]],
  lotkaVolterra: [() => [{ alpha: 1.5, beta: 1, gamma: 3, delta: 1 }, 2]],
  hmm: [
    () => [
      [
        [0.7, 0.3],
        [0.4, 0.6],
      ],
      [
        [0.5, 0.4, 0.1],
        [0.1, 0.3, 0.6],
      ],
      [0, 1, 2, 1],
    ],
  ],
  heat: [() => [f(0, 1, 3, 1, 0), 0.3, 3]],
  matrixChain: [() => [[10, 30, 5, 60, 8]], () => [[3]]],
  trimmedMean: [() => [[5, 3, 9, 1, 7, 2, 8], 0.2]],
  areas: [() => [1, 2], () => [0.3, 1.5]],
  twice: [() => [0.5, 2]],
  signedDistance: [() => [{ x: 1.2, y: 0.4, z: 0.1 }], () => [{ x: -2, y: 1, z: -1.5 }]],
};

/* oxlint-disable -- written as people write, not as we do */
/** Larger problems: GradBench's, and what physics, statistics and finance compute. */
import type { Cases } from "./case.ts";

/** GradBench hello: x squared. */
export const hello = (x: number): number => x * x;

/** GradBench llsq: linear least squares with a polynomial basis. */
export function llsq(x: Float64Array, n: number): number {
  const m = x.length;
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const ti = -1 + (i * 2) / (n - 1);
    let p = Math.sign(ti);
    let factor = 1;
    for (let j = 0; j < m; j++) {
      p += x[j]! * -factor;
      factor *= ti;
    }
    sum += p * p;
  }
  return 0.5 * sum;
}

/** GradBench lse: log-sum-exp. */
export function lse(x: number[]): number {
  const top = x.reduce((a, b) => Math.max(a, b), -Infinity);
  return top + Math.log(x.reduce((s, v) => s + Math.exp(v - top), 0));
}

/** GradBench gmm: the negative log posterior of a Gaussian mixture, lower triangular inverse covariances. */
export function gmm(
  d: number,
  k: number,
  n: number,
  alpha: number[],
  mu: number[],
  q: number[],
  l: number[],
  x: number[],
): number {
  const half = (d * (d - 1)) / 2;
  const sumQ = new Array<number>(k).fill(0);
  for (let j = 0; j < k; j++) for (let i = 0; i < d; i++) sumQ[j]! += q[j * d + i]!;
  let total = 0;
  const main = new Float64Array(k);
  const centred = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      for (let c = 0; c < d; c++) centred[c] = x[i * d + c]! - mu[j * d + c]!;
      let norm = 0;
      for (let r = 0; r < d; r++) {
        let v = Math.exp(q[j * d + r]!) * centred[r]!;
        for (let c = 0; c < r; c++) v += l[j * half + (r * (r - 1)) / 2 + c]! * centred[c]!;
        norm += v * v;
      }
      main[j] = alpha[j]! + sumQ[j]! - 0.5 * norm;
    }
    let top = -Infinity;
    for (const v of main) top = Math.max(top, v);
    let s = 0;
    for (const v of main) s += Math.exp(v - top);
    total += top + Math.log(s);
  }
  return total;
}

type V3 = [number, number, number];

/** GradBench ba: a point seen by a camera, with radial distortion. */
export function reproject(
  camera: Float64Array,
  point: V3,
  weight: number,
  feature: [number, number],
): [number, number] {
  const rotate = (w: V3, p: V3): V3 => {
    const theta2 = w[0] * w[0] + w[1] * w[1] + w[2] * w[2];
    const cross = (a: V3, b: V3): V3 => [
      a[1] * b[2] - a[2] * b[1],
      a[2] * b[0] - a[0] * b[2],
      a[0] * b[1] - a[1] * b[0],
    ];
    if (theta2 === 0) {
      const c = cross(w, p);
      return [p[0] + c[0], p[1] + c[1], p[2] + c[2]];
    }
    const theta = Math.sqrt(theta2);
    const [cosine, sine] = [Math.cos(theta), Math.sin(theta)];
    const u: V3 = [w[0] / theta, w[1] / theta, w[2] / theta];
    const c = cross(u, p);
    const t = (u[0] * p[0] + u[1] * p[1] + u[2] * p[2]) * (1 - cosine);
    return [
      p[0] * cosine + c[0] * sine + u[0] * t,
      p[1] * cosine + c[1] * sine + u[1] * t,
      p[2] * cosine + c[2] * sine + u[2] * t,
    ];
  };
  const moved: V3 = [point[0] - camera[3]!, point[1] - camera[4]!, point[2] - camera[5]!];
  const [px, py, pz] = rotate([camera[0]!, camera[1]!, camera[2]!], moved);
  const [x, y] = [px / pz, py / pz];
  const r2 = x * x + y * y;
  const radial = 1 + camera[9]! * r2 + camera[10]! * r2 * r2;
  const project = (v: number, centre: number): number => v * radial * camera[6]! + centre;
  return [weight * (project(x, camera[7]!) - feature[0]), weight * (project(y, camera[8]!) - feature[1])];
}

/** GradBench lstm: one cell, after some steps. */
export function lstm(weights: Float64Array, input: Float64Array, steps: number): number {
  const n = input.length;
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  let hidden = new Float64Array(n);
  const cell = new Float64Array(n);
  for (let t = 0; t < steps; t++) {
    const next = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const gate = (g: number): number =>
        weights[g * n + i]! * (input[i]! + t * 0.1) + weights[(4 + g) * n + i]! * hidden[i]!;
      const [forget, ingate, outgate, change] = [
        sigmoid(gate(0)),
        sigmoid(gate(1)),
        sigmoid(gate(2)),
        Math.tanh(gate(3)),
      ];
      cell[i] = cell[i]! * forget + ingate * change;
      next[i] = outgate * Math.tanh(cell[i]!);
    }
    hidden = next;
  }
  return hidden.reduce((s, h) => s + h, 0);
}

/** GradBench kmeans: the sum of squared distances to the nearest centre. */
export function kmeans(points: Float64Array[], centres: Float64Array[]): number {
  let cost = 0;
  for (const p of points) {
    let closest = Infinity;
    for (const c of centres) {
      let d = 0;
      for (let i = 0; i < p.length; i++) d += (p[i]! - c[i]!) ** 2;
      closest = Math.min(closest, d);
    }
    cost += closest;
  }
  return cost;
}

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

interface Spring {
  a: number;
  b: number;
  rest: number;
  stiffness: number;
}

/** Masses on springs: the kinetic energy at the end. */
export function massSpring(positions: number[], springs: Spring[], steps: number, dt: number): number {
  const x = positions.slice();
  const v = x.map(() => 0);
  for (let t = 0; t < steps; t++) {
    const force = x.map(() => 0);
    for (const { a, b, rest, stiffness } of springs) {
      const stretch = x[b]! - x[a]! - rest;
      force[a]! += stiffness * stretch;
      force[b]! -= stiffness * stretch;
    }
    for (let i = 0; i < x.length; i++) {
      v[i] = 0.99 * (v[i]! + dt * force[i]!);
      x[i]! += dt * v[i]!;
    }
  }
  return 0.5 * v.reduce((e, u) => e + u * u, 0);
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

const f = (...x: number[]) => Float64Array.from(x);

export const cases: Cases = {
  hello: [() => [3]],
  llsq: [() => [f(0.5, -1, 2), 8]],
  lse: [() => [[1, 2, 3]], () => [[-800, 5]]],
  gmm: [() => [2, 2, 2, [0.1, 0.4], [0, 0.5, 1, -1], [0.1, 0.2, -0.1, 0.3], [0.5, -0.5], [1, 2, -1, 0.5]]],
  reproject: [
    () => [f(0.1, 0.2, 0.3, 0.5, -0.5, 4, 500, 10, 20, 0.01, 0.001), [1, 2, 10], 0.9, [100, 200]],
    () => [f(0, 0, 0, 0.5, -0.5, 4, 500, 10, 20, 0.01, 0.001), [1, 2, 10], 0.9, [100, 200]],
  ],
  lstm: [() => [f(...Array.from({ length: 24 }, (_, i) => Math.sin(i))), f(0.1, -0.4, 0.7), 4]],
  kmeans: [
    () => [
      [f(1, 2), f(3, 4), f(-1, 0)],
      [f(0, 0), f(3, 3)],
    ],
  ],
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
  massSpring: [
    () => [
      [0, 1.2, 2.1],
      [
        { a: 0, b: 1, rest: 1, stiffness: 2 },
        { a: 1, b: 2, rest: 1, stiffness: 3 },
      ],
      10,
      0.05,
    ],
  ],
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
  signedDistance: [() => [{ x: 1.2, y: 0.4, z: 0.1 }], () => [{ x: -2, y: 1, z: -1.5 }]],
};

/* oxlint-disable -- written as people write, not as we do */
/** Whole problems of mechanics, fields and finance, as somebody writes them who has never heard of this library. */
import type { Cases } from "./case.ts";

interface Vec3 {
  x: number;
  y: number;
  z: number;
}
interface Quat {
  w: number;
  x: number;
  y: number;
  z: number;
}

const mulQ = (a: Quat, b: Quat): Quat => ({
  w: a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
  x: a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
  y: a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
  z: a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
});
const conj = (q: Quat): Quat => ({ ...q, x: -q.x, y: -q.y, z: -q.z });
function fromAxisAngle(axis: Vec3, angle: number): Quat {
  const s = Math.sin(angle / 2);
  return { w: Math.cos(angle / 2), x: axis.x * s, y: axis.y * s, z: axis.z * s };
}
function rotate(q: Quat, v: Vec3): Vec3 {
  const { x, y, z } = mulQ(mulQ(q, { w: 0, ...v }), conj(q));
  return { x, y, z };
}
interface Joint {
  axis: Vec3;
  offset: Vec3;
}
const ARM: readonly Joint[] = [
  { axis: { x: 0, y: 0, z: 1 }, offset: { x: 0, y: 0, z: 0.4 } },
  { axis: { x: 0, y: 1, z: 0 }, offset: { x: 0.7, y: 0, z: 0 } },
  { axis: { x: 0, y: 1, z: 0 }, offset: { x: 0.5, y: 0, z: 0 } },
  { axis: { x: 1, y: 0, z: 0 }, offset: { x: 0.2, y: 0.1, z: 0 } },
];
/** Inverse kinematics: how far the hand is from where it should be. */
export function reach(angles: number[], target: Vec3): number {
  let position: Vec3 = { x: 0, y: 0, z: 0 };
  let orientation: Quat = { w: 1, x: 0, y: 0, z: 0 };
  ARM.forEach((joint, i) => {
    orientation = mulQ(orientation, fromAxisAngle(joint.axis, angles[i]!));
    const step = rotate(orientation, joint.offset);
    position = { x: position.x + step.x, y: position.y + step.y, z: position.z + step.z };
  });
  const d = Math.hypot(position.x - target.x, position.y - target.y, position.z - target.z);
  return d ** 2 + 0.01 * angles.reduce((s, a) => s + a * a, 0);
}

/** Heat equation, implicit Euler; each step a tridiagonal system by Thomas' algorithm. */
function thomas(lower: number[], diagonal: number[], upper: number[], rhs: number[]): number[] {
  const n = rhs.length;
  const c = new Array<number>(n).fill(0);
  const d = new Array<number>(n).fill(0);
  c[0] = upper[0]! / diagonal[0]!;
  d[0] = rhs[0]! / diagonal[0]!;
  for (let i = 1; i < n; i++) {
    const m = diagonal[i]! - lower[i]! * c[i - 1]!;
    c[i] = upper[i]! / m;
    d[i] = (rhs[i]! - lower[i]! * d[i - 1]!) / m;
  }
  const x = [...d];
  for (let i = n - 2; i >= 0; --i) x[i]! -= c[i]! * x[i + 1]!;
  return x;
}
export function heat(
  initial: number[],
  conductivity: number[],
  dt: number,
  steps: number,
  observed: number[],
): number {
  const n = initial.length;
  const dx2 = 1 / (n - 1) ** 2;
  let u = initial;
  for (let s = 0; s < steps; s++) {
    const lower: number[] = [];
    const diagonal: number[] = [];
    const upper: number[] = [];
    for (let i = 0; i < n; i++) {
      const left = i > 0 ? (0.5 * (conductivity[i - 1]! + conductivity[i]!) * dt) / dx2 : 0;
      const right = i < n - 1 ? (0.5 * (conductivity[i + 1]! + conductivity[i]!) * dt) / dx2 : 0;
      lower.push(-left);
      diagonal.push(1 + left + right);
      upper.push(-right);
    }
    u = thomas(lower, diagonal, upper, u);
  }
  return u.map((v, i) => (v - observed[i]!) ** 2).reduce((a, b) => a + b, 0);
}

/** Conjugate gradients on A = D + λ·Laplacian, until the residual is small. */
export function smooth(noisy: Float64Array, lambda: number): number {
  const n = noisy.length;
  const apply = (x: Float64Array): Float64Array => {
    const y = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      let v = x[i]!;
      if (i > 0) v += lambda * (x[i]! - x[i - 1]!);
      if (i + 1 < n) v += lambda * (x[i]! - x[i + 1]!);
      y[i] = v;
    }
    return y;
  };
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((s, v, i) => s + v * b[i]!, 0);
  const x = new Float64Array(n);
  const r = noisy.slice();
  const p = Float64Array.from(r);
  let rr = dot(r, r);
  for (let k = 0; k < 100 && rr > 1e-24; k++) {
    const ap = apply(p);
    const alpha = rr / dot(p, ap);
    for (let i = 0; i < n; i++) {
      x[i]! += alpha * p[i]!;
      r[i]! -= alpha * ap[i]!;
    }
    const next = dot(r, r);
    const beta = next / rr;
    for (let i = 0; i < n; i++) p[i] = r[i]! + beta * p[i]!;
    rr = next;
  }
  let rough = 0;
  for (let i = 1; i < n; i++) rough += (x[i]! - x[i - 1]!) ** 2;
  return rough;
}

/** Gauss-Newton on y = a·exp(-b·t), its steps inside; what a data point does to the fitted rate. */
export function fittedRate(times: number[], values: number[]): number {
  let [a, b] = [1, 0.5];
  for (let k = 0; k < 12; k++) {
    let [jaa, jab, jbb, ga, gb] = [0, 0, 0, 0, 0];
    for (const [i, t] of times.entries()) {
      const e = Math.exp(-b * t);
      const residual = a * e - values[i]!;
      const [da, db] = [e, -a * t * e];
      jaa += da * da;
      jab += da * db;
      jbb += db * db;
      ga += da * residual;
      gb += db * residual;
    }
    const det = jaa * jbb - jab ** 2;
    a -= (jbb * ga - jab * gb) / det;
    b -= (jaa * gb - jab * ga) / det;
  }
  return b;
}

/** Kalman filter for position and speed: the negative log-likelihood of what was measured. */
export function kalman(z: number[], { q, r }: { q: number; r: number }, dt = 0.1): number {
  type M = [[number, number], [number, number]];
  let x: [number, number] = [z[0] ?? 0, 0];
  let P: M = [
    [1, 0],
    [0, 1],
  ];
  let nll = 0;
  for (const measured of z) {
    const xp: [number, number] = [x[0] + dt * x[1], x[1]];
    const [[a, b], [c, d]] = P;
    const Pp: M = [
      [a + dt * (b + c) + dt * dt * d + (q * dt ** 3) / 3, b + dt * d + (q * dt ** 2) / 2],
      [c + dt * d + (q * dt ** 2) / 2, d + q * dt],
    ];
    const s = Pp[0][0] + r;
    const innovation = measured - xp[0];
    nll += 0.5 * (Math.log(2 * Math.PI * s) + innovation ** 2 / s);
    const [k0, k1] = [Pp[0][0] / s, Pp[1][0] / s];
    x = [xp[0] + k0 * innovation, xp[1] + k1 * innovation];
    P = [
      [(1 - k0) * Pp[0][0], (1 - k0) * Pp[0][1]],
      [Pp[1][0] - k1 * Pp[0][0], Pp[1][1] - k1 * Pp[0][1]],
    ];
  }
  return nll;
}

/** Hidden Markov model: log-likelihood by the scaled forward algorithm. */
export function hmm(transition: number[][], emission: number[][], observations: number[]): number {
  const k = transition.length;
  const softmax = (row: number[]): number[] => {
    const top = Math.max(...row);
    const e = row.map((v) => Math.exp(v - top));
    const total = e.reduce((s, v) => s + v, 0);
    return e.map((v) => v / total);
  };
  const T = transition.map(softmax);
  const E = emission.map(softmax);
  let alpha: number[] = new Array(k).fill(1 / k);
  let logLikelihood = 0;
  for (const o of observations) {
    const next = alpha.map((_, j) => {
      let s = 0;
      for (let i = 0; i < k; i++) s += alpha[i]! * T[i]![j]!;
      return s * E[j]![o]!;
    });
    const scale = next.reduce((s, v) => s + v);
    logLikelihood += Math.log(scale);
    alpha = next.map((v) => v / scale);
  }
  return logLikelihood;
}

/** American put by a binomial tree. */
export function americanPut(
  spot: number,
  strike: number,
  rate: number,
  sigma: number,
  years: number,
  steps = 50,
): number {
  const dt = years / steps;
  const up = Math.exp(sigma * Math.sqrt(dt));
  const p = (Math.exp(rate * dt) - 1 / up) / (up - 1 / up);
  const discount = Math.exp(-rate * dt);
  const v = Array.from({ length: steps + 1 }, (_, i) => Math.max(strike - spot * up ** (2 * i - steps), 0));
  for (let t = steps - 1; t >= 0; t--) {
    for (let i = 0; i <= t; i++) {
      const hold = discount * (p * v[i + 1]! + (1 - p) * v[i]!);
      v[i] = Math.max(hold, strike - spot * Math.pow(up, 2 * i - t));
    }
  }
  return v[0]!;
}

const normalCdf = (x: number): number => {
  // Abramowitz and Stegun 26.2.17
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  const tail = (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * poly;
  return x >= 0 ? 1 - tail : tail;
};
const blackScholes = (
  s: number,
  k: number,
  r: number,
  t: number,
  v: number,
): { price: number; vega: number } => {
  const d1 = (Math.log(s / k) + (r + v ** 2 / 2) * t) / (v * Math.sqrt(t));
  const d2 = d1 - v * Math.sqrt(t);
  return {
    price: s * normalCdf(d1) - k * Math.exp(-r * t) * normalCdf(d2),
    vega: (s * Math.sqrt(t) * Math.exp((-d1 * d1) / 2)) / Math.sqrt(2 * Math.PI),
  };
};
/** Implied volatility by Newton's method. */
export function impliedVolatility(price: number, s: number, k: number, r: number, t: number): number {
  let v = 0.3;
  let error: number;
  do {
    const { price: model, vega } = blackScholes(s, k, r, t, v);
    error = model - price;
    v -= error / vega;
  } while (Math.abs(error) > 1e-10);
  return v;
}

interface Body {
  mass: number;
  position: Vec3;
  velocity: Vec3;
}
/** N bodies under gravity, classical RK4; energy drift at the end. */
export function nBody(bodies: Body[], dt: number, steps: number): number {
  const n = bodies.length;
  let state = new Float64Array(6 * n);
  bodies.forEach(({ position: p, velocity: v }, i) => {
    [p.x, p.y, p.z, v.x, v.y, v.z].forEach((value, k) => {
      state[6 * i + k] = value;
    });
  });
  const rates = (s: Float64Array): Float64Array => {
    const out = new Float64Array(s.length);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < 3; k++) out[6 * i + k] = s[6 * i + 3 + k]!;
      for (let j = 0; j < n; j++) {
        if (i === j) continue;
        const dx = s[6 * j]! - s[6 * i]!;
        const dy = s[6 * j + 1]! - s[6 * i + 1]!;
        const dz = s[6 * j + 2]! - s[6 * i + 2]!;
        const r2 = dx * dx + dy * dy + dz * dz + 1e-4;
        const f = bodies[j]!.mass / (r2 * Math.sqrt(r2));
        out[6 * i + 3]! += f * dx;
        out[6 * i + 4]! += f * dy;
        out[6 * i + 5]! += f * dz;
      }
    }
    return out;
  };
  const moved = (s: Float64Array, d: Float64Array, h: number): Float64Array => s.map((v, i) => v + h * d[i]!);
  for (let t = 0; t < steps; t++) {
    const k1 = rates(state);
    const k2 = rates(moved(state, k1, dt / 2));
    const k3 = rates(moved(state, k2, dt / 2));
    const k4 = rates(moved(state, k3, dt));
    state = state.map((v, i) => v + (dt / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  let kinetic = 0;
  for (let i = 0; i < n; i++) {
    const [vx, vy, vz] = state.subarray(6 * i + 3, 6 * i + 6);
    kinetic += 0.5 * bodies[i]!.mass * (vx! ** 2 + vy! ** 2 + vz! ** 2);
  }
  return kinetic;
}

/** Chances of who wins when two take turns. */
export function turns(n: number, p: number): number {
  const first = (k: number): number => (k === 0 ? p * p : second(k - 1) * 2);
  const second = (k: number): number => (k === 0 ? 1 : first(k - 1) * p + p);
  return first(n);
}

const wave = (n: number, k = 1): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(k * (i + 1) * 1.7) * 0.8 + 0.1);
export const cases: Cases = {
  reach: [() => [[0.3, -0.5, 0.9, 0.1], { x: 0.5, y: 0.2, z: 0.9 }]],
  heat: [() => [wave(20), wave(20, 2).map((v) => v * v + 0.5), 0.01, 4, wave(20, 3)]],
  smooth: [() => [Float64Array.from(wave(40)), 2.5]],
  fittedRate: [
    () => [
      [0, 0.5, 1, 1.5, 2, 3],
      [2, 1.5, 1.15, 0.9, 0.65, 0.4],
    ],
  ],
  kalman: [() => [wave(30), { q: 0.3, r: 0.1 }], () => [wave(5), { q: 0.3, r: 0.1 }, 0.5]],
  hmm: [
    () => [
      [
        [0.5, -0.2],
        [0.1, 0.3],
      ],
      [
        [0.2, 0.5, -1],
        [0.3, -0.4, 0.7],
      ],
      [0, 1, 2, 2, 1, 0, 0, 1],
    ],
  ],
  americanPut: [() => [100, 105, 0.05, 0.25, 1], () => [100, 105, 0.05, 0.25, 1, 7]],
  nBody: [
    () => [
      [0, 1, 2].map((i) => ({
        mass: 0.5 + 0.3 * i,
        position: { x: i, y: 0.3 * i * i, z: 0.1 * i },
        velocity: { x: 0.1 * i, y: 0.5, z: 0.2 },
      })),
      0.05,
      2,
    ],
  ],
  turns: [() => [5, 0.7], () => [4, 0.7]],
  impliedVolatility: [() => [10, 100, 102, 0.01, 1]],
};

/** Programs of fitting, learning, physics and graphics as people write them. */
import type { Cases } from "./case.ts";

interface Peak {
  center: number;
  width: number;
  height: number;
}
/** Peaks fitted to samples, with Huber's loss, and a penalty that may be left out. */
export function gaussians(peaks: Peak[], data: { x: number; y: number }[], lambda = 0.1): number {
  const model = (x: number): number =>
    peaks.reduce((s, { center, width, height }) => s + height * Math.exp(-(((x - center) / width) ** 2)), 0);
  let loss = 0;
  for (const { x, y } of data) {
    const r = model(x) - y;
    loss += Math.abs(r) < 1 ? 0.5 * r * r : Math.abs(r) - 0.5;
  }
  for (const p of peaks) loss += lambda * Math.log1p(p.width ** 2);
  return loss;
}

type State = [number, number, number, number];
const G = 9.81;
function deriv([t1, t2, w1, w2]: State, l1: number, l2: number, m1: number, m2: number): State {
  const d = t1 - t2;
  const den = 2 * m1 + m2 - m2 * Math.cos(2 * d);
  const a1 =
    (-G * (2 * m1 + m2) * Math.sin(t1) -
      m2 * G * Math.sin(t1 - 2 * t2) -
      2 * Math.sin(d) * m2 * (w2 * w2 * l2 + w1 * w1 * l1 * Math.cos(d))) /
    (l1 * den);
  const a2 =
    (2 *
      Math.sin(d) *
      (w1 * w1 * l1 * (m1 + m2) + G * (m1 + m2) * Math.cos(t1) + w2 * w2 * l2 * m2 * Math.cos(d))) /
    (l2 * den);
  return [w1, w2, a1, a2];
}
const axpy = (a: number, x: State, y: State): State => x.map((xi, i) => a * xi + y[i]!) as State;
/** Where the end of a double pendulum is after some steps of Runge and Kutta. */
export function doublePendulum(
  s0: State,
  p: { l1: number; l2: number; m1: number; m2: number },
  dt: number,
  n: number,
): number {
  let s = s0;
  const g = (q: State) => deriv(q, p.l1, p.l2, p.m1, p.m2);
  for (let i = 0; i < n; i++) {
    const k1 = g(s),
      k2 = g(axpy(dt / 2, k1, s)),
      k3 = g(axpy(dt / 2, k2, s)),
      k4 = g(axpy(dt, k3, s));
    s = s.map((x, j) => x + (dt / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!)) as State;
  }
  return p.l1 * Math.sin(s[0]) + p.l2 * Math.sin(s[1]);
}

type Layer = { w: number[][]; b: number[] };
const relu = (x: number) => Math.max(0, x);
const forward = (layers: Layer[], input: number[]): number[] =>
  layers.reduce(
    (a, { w, b }, k) =>
      w.map((row, i) => {
        const z = row.reduce((s, wi, j) => s + wi * a[j]!, b[i]!);
        return k < layers.length - 1 ? relu(z) : z;
      }),
    input,
  );
/** A network of layers in lists of lists. */
export function network(layers: Layer[], xs: number[][], ys: number[]): number {
  let loss = 0;
  xs.forEach((x, i) => {
    const [out] = forward(layers, x);
    loss += (out! - ys[i]!) ** 2;
  });
  return loss / xs.length;
}

/** The cross entropy of softmax regression. */
export function crossEntropy(w: number[][], xs: number[][], labels: number[]): number {
  let loss = 0;
  for (const [n, x] of xs.entries()) {
    const logits = w.map((row) => row.map((v, j) => v * x[j]!).reduce((a, b) => a + b, 0));
    const m = Math.max(...logits);
    const lse = m + Math.log(logits.map((z) => Math.exp(z - m)).reduce((a, b) => a + b));
    loss -= logits[labels[n]!]! - lse;
  }
  return loss / xs.length + 0.01 * w.flat().reduce((s, v) => s + v * v, 0);
}

type P = { x: number; y: number };
const lerp = (a: P, b: P, t: number): P => ({ x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t });
function casteljau(ps: P[], t: number): P {
  let q = [...ps];
  while (q.length > 1) q = q.slice(1).map((p, i) => lerp(q[i]!, p, t));
  return q[0]!;
}
/** How long a curve of Bézier's is, by de Casteljau's points. */
export function bezierLength(ps: P[], n: number): number {
  let len = 0;
  let prev = casteljau(ps, 0);
  for (let i = 1; i <= n; i++) {
    const p = casteljau(ps, i / n);
    len += Math.hypot(p.x - prev.x, p.y - prev.y);
    prev = p;
  }
  return len;
}

type M = number[][];
const mul = (a: M, b: M): M => a.map((r) => b[0]!.map((_, j) => r.reduce((s, x, k) => s + x * b[k]![j]!, 0)));
const add = (a: M, b: M): M => a.map((r, i) => r.map((x, j) => x + b[i]![j]!));
const scale = (a: M, s: number): M => a.map((r) => r.map((x) => x * s));
const eye = (n: number): M =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => +(i === j)));
/** The exponential of a matrix, by its series: lists of lists, made anew in each round. */
export function matrixExponential(a: M, t: number): number {
  let sum = eye(a.length),
    term = eye(a.length);
  for (let k = 1; k < 12; k++) {
    term = scale(mul(term, a), t / k);
    sum = add(sum, term);
  }
  return sum.flat().reduce((s, x, i) => s + x * (i + 1), 0);
}

/** The likelihood of a hidden Markov model, scaled as it goes. */
export function hiddenMarkov(logits: number[][], emit: number[][], obs: number[]): number {
  const sm = (r: number[]) => {
    const m = Math.max(...r);
    const e = r.map((x) => Math.exp(x - m));
    const s = e.reduce((a, b) => a + b, 0);
    return e.map((x) => x / s);
  };
  const T = logits.map(sm),
    E = emit.map(sm);
  let alpha = T.map(() => 1 / T.length);
  let ll = 0;
  for (const o of obs) {
    alpha = alpha.map((_, j) => E[j]![o]! * alpha.reduce((s, a, i) => s + a * T[i]![j]!, 0));
    const z = alpha.reduce((a, b) => a + b);
    ll += Math.log(z);
    alpha = alpha.map((a) => a / z);
  }
  return -ll;
}

/** Gram and Schmidt's directions, each added to those before. */
export function gramSchmidt(A: number[][]): number {
  const Q: number[][] = [];
  let d = 1;
  for (const a of A) {
    const u = a.slice();
    for (const q of Q) {
      const p = q.reduce((s, x, i) => s + x * a[i]!, 0);
      q.forEach((x, i) => {
        u[i]! -= p * x;
      });
    }
    const n = Math.sqrt(u.reduce((s, x) => s + x * x, 0));
    d *= n;
    Q.push(u.map((x) => x / n));
  }
  return d + Q[1]![0]!;
}

/** A natural cubic spline between samples. */
export function spline(ys: number[], x: number): number {
  const n = ys.length;
  const a = Array(n).fill(0) as number[],
    b = [...a],
    m = [...a];
  for (let i = 1; i < n - 1; i++) {
    const w = 4 - (a[i - 1] ?? 0);
    a[i] = 1 / w;
    b[i] = (6 * (ys[i + 1]! - 2 * ys[i]! + ys[i - 1]!) - b[i - 1]!) / w;
  }
  for (let i = n - 2; i > 0; i--) m[i] = b[i]! - a[i]! * m[i + 1]!;
  const k = Math.min(n - 2, Math.max(0, Math.floor(x)));
  const t = x - k,
    u = 1 - t;
  return u * ys[k]! + t * ys[k + 1]! + ((u ** 3 - u) * m[k]! + (t ** 3 - t) * m[k + 1]!) / 6;
}

interface Params {
  beta: number;
  gamma: number;
  i0: number;
}
/** An epidemic beside what was observed. */
export function epidemic({ beta, gamma, i0 }: Params, observed: number[]): number {
  let s = 1 - i0,
    i = i0,
    r = 0;
  const history: { s: number; i: number; r: number }[] = [{ s, i, r }];
  for (let day = 0; day < observed.length; day++) {
    for (let sub = 0; sub < 4; sub++) {
      const inf = beta * s * i * 0.25,
        rec = gamma * i * 0.25;
      s -= inf;
      i += inf - rec;
      r += rec;
    }
    history.push({ s, i, r });
  }
  return observed.reduce((e, o, d) => e + (history[d + 1]!.i - o) ** 2, 0) * 1e4;
}

type V = [number, number];
const d = (a: V, b: V) => Math.hypot(a[0] - b[0], a[1] - b[1]);
const toward = (a: V, b: V, l: number): V => {
  const r = l / d(a, b);
  return [a[0] + (b[0] - a[0]) * r, a[1] + (b[1] - a[1]) * r];
};
/** A chain of joints that reaches for something, forwards and backwards. */
export function fabrik(joints: V[], target: V, iters: number): number {
  const js = joints.map((j): V => [j[0], j[1]]);
  const ls = joints.slice(1).map((j, i) => d(j, joints[i]!));
  const root = js[0]!;
  for (let it = 0; it < iters; it++) {
    js[js.length - 1] = target;
    for (let i = js.length - 2; i >= 0; i--) js[i] = toward(js[i + 1]!, js[i]!, ls[i]!);
    js[0] = root;
    for (let i = 0; i + 1 < js.length; i++) js[i + 1] = toward(js[i]!, js[i + 1]!, ls[i]!);
  }
  return d(js.at(-1)!, target) + js[1]![0];
}

interface Ev {
  t: number;
  who: number;
}
/** Events in order of their times, each of which brings another. */
export function eventQueue(rates: number[], horizon: number): number {
  const q: Ev[] = rates.map((r, who) => ({ t: 1 / r, who }));
  let total = 0;
  while (q.length > 0) {
    q.sort((a, b) => a.t - b.t);
    const ev = q.shift()!;
    if (ev.t > horizon) break;
    total += Math.exp(-ev.t) * (ev.who + 1);
    q.push({ t: ev.t + 1 / rates[ev.who]! + 0.01 * total, who: ev.who });
  }
  return total;
}

/** Particles that move, and of which some go. */
export function particles(x: number): number {
  let l: { p: number; v: number; life: number }[] = [];
  for (let i = 0; i < 4; i++) l.push({ p: x * i, v: 1 - 0.1 * i, life: 3 + i });
  for (let t = 0; t < 5; t++) {
    for (const q of l) {
      q.p += q.v * 0.1;
      q.life--;
    }
    l = l.filter((q) => q.life > 0);
  }
  let s = 0;
  for (const q of l) s += q.p * q.p;
  return s;
}

// A recursive function that takes and returns lists of objects.
interface Entry {
  v: number;
  w: number;
}
function sorted(a: Entry[]): Entry[] {
  if (a.length <= 1) return a;
  const [p, ...rest] = a;
  const less = rest.filter((q) => q.v < p!.v);
  const more = rest.filter((q) => q.v >= p!.v);
  return [...sorted(less), p!, ...sorted(more)];
}
export function ranked(entries: Entry[]): number {
  return sorted(entries).reduce((s, p, i) => s + p.w * p.v * (i + 1), 0);
}

export const cases: Cases = {
  gaussians: [
    () => [
      [
        { center: 0, width: 1, height: 2 },
        { center: 2, width: 0.5, height: 1 },
      ],
      [
        { x: 0, y: 1 },
        { x: 1, y: 0.2 },
        { x: 2, y: 4 },
      ],
      0.2,
    ],
    () => [[{ center: 0, width: 1, height: 2 }], [{ x: 0, y: 1 }]],
  ],
  doublePendulum: [() => [[1, 0.5, 0, 0.1], { l1: 1, l2: 0.7, m1: 1, m2: 2 }, 0.01, 20]],
  network: [
    () => [
      [
        {
          w: [
            [0.1, 0.4],
            [-0.3, 0.2],
            [0.5, 0.5],
          ],
          b: [0.1, 0.2, 0.3],
        },
        { w: [[0.3, -0.2, 0.7]], b: [0.05] },
      ],
      [
        [1, 2],
        [0.5, -1],
      ],
      [1, 0],
    ],
  ],
  crossEntropy: [
    () => [
      [
        [0.1, 0.4],
        [-0.3, 0.2],
        [0.5, 0.5],
      ],
      [
        [1, 2],
        [0.5, -1],
      ],
      [1, 0],
    ],
  ],
  bezierLength: [
    () => [
      [
        { x: 0, y: 0 },
        { x: 1, y: 2 },
        { x: 3, y: 3 },
        { x: 4, y: 0 },
      ],
      5,
    ],
  ],
  matrixExponential: [
    () => [
      [
        [0.1, 0.5],
        [-0.4, 0.2],
      ],
      0.7,
    ],
  ],
  hiddenMarkov: [
    () => [
      [
        [0.1, 0.5],
        [0.2, -0.3],
      ],
      [
        [1, 0, 0.2],
        [0.1, 0.5, 0.6],
      ],
      [0, 2, 1, 1],
    ],
  ],
  gramSchmidt: [
    () => [
      [
        [2, 1, 0],
        [1, 3, 0.5],
        [0.3, 1, 2],
      ],
    ],
  ],
  spline: [() => [[1, 2, 0.5, 3, 1], 2.3]],
  epidemic: [() => [{ beta: 0.4, gamma: 0.1, i0: 0.01 }, [0.012, 0.015, 0.02, 0.025]]],
  fabrik: [
    () => [
      [
        [0, 0],
        [1, 0.1],
        [2, 0.4],
        [3, 0],
      ],
      [1.5, 1.7],
      3,
    ],
  ],
  eventQueue: [() => [[1.1, 2.3, 0.7], 2.5]],
  particles: [() => [2]],
  ranked: [
    () => [
      [
        { v: 3, w: 1 },
        { v: 2, w: 5 },
        { v: 2.5, w: 4 },
        { v: 1, w: 0.5 },
      ],
    ],
    () => [[]],
  ],
};

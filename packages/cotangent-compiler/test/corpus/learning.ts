/* oxlint-disable -- written as people write, not as we do */
/** Whole problems of geometry, graphics and learning, as somebody writes them who has never heard of this library. */
import type { Cases } from "./case.ts";

type Pt = [number, number];
/** Length of a Catmull-Rom spline through points. */
export function splineLength(points: Pt[], perSegment = 8): number {
  const at = (i: number): Pt => points[Math.min(Math.max(i, 0), points.length - 1)]!;
  const blend = (a: number, b: number, c: number, d: number, t: number): number =>
    0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t ** 2 + (3 * b - a - 3 * c + d) * t ** 3);
  let length = 0;
  let [px, py] = at(0);
  for (let i = 0; i < points.length - 1; i++) {
    const [a, b, c, d] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    for (let k = 1; k <= perSegment; k++) {
      const t = k / perSegment;
      const x = blend(a[0], b[0], c[0], d[0], t);
      const y = blend(a[1], b[1], c[1], d[1], t);
      length += Math.hypot(x - px, y - py);
      [px, py] = [x, y];
    }
  }
  return length;
}

/** A Bézier curve of any degree, by de Casteljau. */
export function bezier(control: Pt[], t: number): Pt {
  let p = control.map(([x, y]): Pt => [x, y]);
  while (p.length > 1) {
    p = p.slice(0, -1).map(([x, y], i): Pt => {
      const [x2, y2] = p[i + 1]!;
      return [(1 - t) * x + t * x2, (1 - t) * y + t * y2];
    });
  }
  return p[0]!;
}

/** Energy of a drawing of a graph: springs along edges, repulsion between all. */
export function layoutEnergy(
  nodes: { x: number; y: number }[],
  edges: readonly (readonly [number, number])[],
): number {
  let energy = 0;
  for (const [a, b] of edges) {
    const d = Math.hypot(nodes[a]!.x - nodes[b]!.x, nodes[a]!.y - nodes[b]!.y);
    energy += 0.5 * (d - 1) ** 2;
  }
  for (let i = 0; i < nodes.length; ++i)
    for (let j = i + 1; j < nodes.length; ++j) {
      const dx = nodes[i]!.x - nodes[j]!.x,
        dy = nodes[i]!.y - nodes[j]!.y;
      energy += 0.1 / (dx * dx + dy * dy + 0.01);
    }
  return energy;
}

/** A triangle drawn softly on a grid of pixels; compared with an image. */
export function softTriangle(triangle: [Pt, Pt, Pt], image: number[][], sharpness: number): number {
  const h = image.length,
    w = image[0]!.length;
  const edge = ([ax, ay]: Pt, [bx, by]: Pt, x: number, y: number): number =>
    ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / Math.hypot(bx - ax, by - ay);
  const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
  let loss = 0;
  for (let r = 0; r < h; r++) {
    for (let c = 0; c < w; c++) {
      let inside = 1;
      for (let k = 0; k < 3; k++)
        inside *= sigmoid(
          sharpness * edge(triangle[k]!, triangle[(k + 1) % 3]!, (c + 0.5) / w, (r + 0.5) / h),
        );
      loss += (inside - image[r]![c]!) ** 2;
    }
  }
  return loss / (w * h);
}

/** Model-predictive control of a cart: cost over the horizon. */
export function mpcCost(
  controls: number[],
  start: { x: number; v: number; angle: number; spin: number },
): number {
  let s = { ...start };
  let cost = 0;
  const dt = 0.05;
  controls.forEach((u, k) => {
    const [sin, cos] = [Math.sin(s.angle), Math.cos(s.angle)];
    const a = (u + 0.1 * sin * (0.5 * s.spin ** 2 - 9.81 * cos)) / (1 + 0.1 * sin ** 2);
    const alpha =
      (-u * cos - 0.05 * s.spin ** 2 * cos * sin + 1.1 * 9.81 * sin) / (0.5 * (1 + 0.1 * sin ** 2));
    s = { x: s.x + dt * s.v, v: s.v + dt * a, angle: s.angle + dt * s.spin, spin: s.spin + dt * alpha };
    const weight = k === controls.length - 1 ? 10 : 1;
    cost += weight * (s.x ** 2 + 5 * s.angle ** 2) + 0.01 * u * u;
    if (Math.abs(u) > 5) cost += (Math.abs(u) - 5) ** 2;
  });
  return cost;
}

/** Neural ODE: dx/dt = W2 tanh(W1 x + b1) + b2, by RK4. */
interface OdeNet {
  w1: number[][];
  b1: number[];
  w2: number[][];
  b2: number[];
}
const affine = (w: number[][], b: number[], x: number[]): number[] =>
  w.map((row, i) => row.reduce((s, v, j) => s + v * x[j]!, b[i]!));
export function neuralOde(net: OdeNet, x0: number[], target: number[], steps: number): number {
  const f = (x: number[]): number[] => affine(net.w2, net.b2, affine(net.w1, net.b1, x).map(Math.tanh));
  const axpy = (x: number[], k: number[], h: number): number[] => x.map((v, i) => v + h * k[i]!);
  const h = 1 / steps;
  let x = x0;
  for (let s = 0; s < steps; s++) {
    const k1 = f(x);
    const k2 = f(axpy(x, k1, h / 2));
    const k3 = f(axpy(x, k2, h / 2));
    const k4 = f(axpy(x, k3, h));
    x = x.map((v, i) => v + (h / 6) * (k1[i]! + 2 * (k2[i]! + k3[i]!) + k4[i]!));
  }
  return x.reduce((sum, v, i) => sum + (v - target[i]!) ** 2, 0);
}

/** One head of self-attention over number[][], causal. */
const matmul = (a: number[][], b: number[][]): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((s, v, k) => s + v * b[k]![j]!, 0)));
const transpose = (a: number[][]): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));
const softmaxRow = (row: number[]): number[] => {
  const m = Math.max(...row);
  const e = row.map((v) => Math.exp(v - m));
  const s = e.reduce((p, q) => p + q);
  return e.map((v) => v / s);
};
export function attention(x: number[][], wq: number[][], wk: number[][], wv: number[][]): number {
  const [q, k, v] = [matmul(x, wq), matmul(x, wk), matmul(x, wv)];
  const d = wq[0]!.length;
  const scores = matmul(q, transpose(k)).map((row, i) =>
    row.map((s, j) => (j > i ? -1e9 : s / Math.sqrt(d))),
  );
  const out = matmul(scores.map(softmaxRow), v);
  return out.flat().reduce((s, y) => s + y ** 2, 0);
}

/** conv2d, stride and padding, ReLU, mean. */
export function convPlain(
  image: number[][],
  kernel: number[][],
  bias: number,
  stride: number,
  padding: number,
): number {
  const kh = kernel.length,
    kw = kernel[0]!.length;
  let total = 0,
    count = 0;
  for (let r = -padding; r + kh <= image.length + padding; r += stride) {
    for (let c = -padding; c + kw <= image[0]!.length + padding; c += stride) {
      let s = bias;
      for (let i = 0; i < kh; i++) {
        if (r + i < 0 || r + i >= image.length) continue;
        const row = image[r + i]!;
        for (let j = 0; j < kw; j++) {
          if (c + j < 0 || c + j >= row.length) continue;
          s += row[c + j]! * kernel[i]![j]!;
        }
      }
      total += Math.max(0, s);
      count++;
    }
  }
  return total / count;
}

/** A gated recurrent unit over a sequence. */
export function gru(
  p: { Wz: Float64Array; Wr: Float64Array; Wh: Float64Array },
  inputs: number[][],
  hidden: number,
): number {
  const width = inputs[0]!.length + hidden + 1;
  const gate = (W: Float64Array, x: number[], h: Float64Array, r?: Float64Array): Float64Array => {
    const out = new Float64Array(hidden);
    for (let i = 0; i < hidden; i++) {
      let s = W[i * width]!;
      for (let j = 0; j < x.length; j++) s += W[i * width + 1 + j]! * x[j]!;
      for (let j = 0; j < hidden; j++) s += W[i * width + 1 + x.length + j]! * (r ? r[j]! * h[j]! : h[j]!);
      out[i] = s;
    }
    return out;
  };
  const sigmoid = (v: number): number => 1 / (1 + Math.exp(-v));
  let h = new Float64Array(hidden);
  for (const x of inputs) {
    const z = gate(p.Wz, x, h).map(sigmoid);
    const r = gate(p.Wr, x, h).map(sigmoid);
    const n = gate(p.Wh, x, h, r).map(Math.tanh);
    h = h.map((v, i) => (1 - z[i]!) * v + z[i]! * n[i]!);
  }
  return h.reduce((s, v) => s + v, 0);
}

/** Gaussian process: negative log marginal likelihood by Cholesky. */
export function gpNll(
  { length, amplitude, noise }: { length: number; amplitude: number; noise: number },
  x: number[],
  y: number[],
): number {
  const n = x.length;
  const L: number[][] = [];
  for (let i = 0; i < n; i++) {
    L.push(new Array<number>(n).fill(0));
    for (let j = 0; j <= i; j++) {
      let k = amplitude ** 2 * Math.exp(-0.5 * ((x[i]! - x[j]!) / length) ** 2) + (i === j ? noise ** 2 : 0);
      for (let m = 0; m < j; m++) k -= L[i]![m]! * L[j]![m]!;
      L[i]![j] = i === j ? Math.sqrt(k) : k / L[j]![j]!;
    }
  }
  const a: number[] = [];
  let nll = 0.5 * n * Math.log(2 * Math.PI);
  for (let i = 0; i < n; i++) {
    let s = y[i]!;
    for (let j = 0; j < i; j++) s -= L[i]![j]! * a[j]!;
    a.push(s / L[i]![i]!);
    nll += Math.log(L[i]![i]!) + 0.5 * a[i]! ** 2;
  }
  return nll;
}

/** Soft nearest neighbours, by a stable log-sum-exp over a running maximum. */
export function softNearest(query: number[], items: number[][], temperature: number): number {
  let best = Infinity;
  let sum = 0;
  for (const item of items) {
    const d = item.reduce((s, v, i) => s + (v - query[i]!) ** 2, 0) / temperature;
    if (d < best) {
      sum = sum * Math.exp(d - best) + 1;
      best = d;
    } else sum += Math.exp(best - d);
  }
  return temperature * (best - Math.log(sum));
}

const wave = (n: number, k = 1): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(k * (i + 1) * 1.7) * 0.8 + 0.1);
const grid = (n: number, m: number, k = 1): number[][] =>
  Array.from({ length: n }, (_, i) => wave(m, k + i * 0.37));

export const cases: Cases = {
  splineLength: [() => [grid(6, 2), 5], () => [grid(2, 2)], () => [grid(1, 2)]],
  bezier: [() => [grid(5, 2), 0.3], () => [grid(1, 2), 0.3]],
  layoutEnergy: [
    () => [
      grid(6, 2).map(([x, y]) => ({ x: x!, y: y! })),
      [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 0],
        [4, 5],
      ],
    ],
  ],
  softTriangle: [
    () => [
      [
        [0.1, 0.2],
        [0.8, 0.3],
        [0.5, 0.9],
      ],
      grid(4, 5),
      8,
    ],
  ],
  mpcCost: [
    () => [wave(20, 2), { x: 0.5, v: 0, angle: 0.2, spin: -0.1 }],
    () => [[6, -7, 0.5], { x: 0.5, v: 0, angle: 0.2, spin: -0.1 }],
    () => [[], { x: 0.5, v: 0, angle: 0.2, spin: -0.1 }],
  ],
  neuralOde: [
    () => [{ w1: grid(6, 3), b1: wave(6), w2: grid(3, 6), b2: wave(3) }, wave(3, 2), wave(3, 3), 2],
  ],
  attention: [() => [grid(5, 4), grid(4, 3, 2), grid(4, 3, 3), grid(4, 3, 4)]],
  convPlain: [() => [grid(9, 8), grid(3, 3), 0.1, 1, 1]],
  gru: [
    () => [
      {
        Wz: Float64Array.from(wave(4 * 7, 2)),
        Wr: Float64Array.from(wave(4 * 7, 3)),
        Wh: Float64Array.from(wave(4 * 7, 4)),
      },
      grid(10, 2),
      4,
    ],
  ],
  gpNll: [() => [{ length: 0.5, amplitude: 1.2, noise: 0.3 }, wave(12), wave(12, 2)]],
  softNearest: [() => [wave(3), grid(10, 3), 0.5], () => [wave(3), [], 0.5]],
};

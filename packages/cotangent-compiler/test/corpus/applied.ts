/* oxlint-disable -- written as people write, not as we do */
/** Whole problems of robotics, graphics, physics, statistics and finance. */
import type { Cases } from "./case.ts";

type Vec3 = [number, number, number];

interface Joint {
  axis: Vec3;
  length: number;
  min: number;
  max: number;
}

function rotate(v: Vec3, axis: Vec3, angle: number): Vec3 {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const dot = v[0]! * axis[0]! + v[1]! * axis[1]! + v[2]! * axis[2]!;
  return [
    v[0]! * c + (axis[1]! * v[2]! - axis[2]! * v[1]!) * s + axis[0]! * dot * (1 - c),
    v[1]! * c + (axis[2]! * v[0]! - axis[0]! * v[2]!) * s + axis[1]! * dot * (1 - c),
    v[2]! * c + (axis[0]! * v[1]! - axis[1]! * v[0]!) * s + axis[2]! * dot * (1 - c),
  ];
}

/** How far the hand of a chain of joints is from its target, and how far the joints are beyond their stops. */
export function ikCost(angles: number[], chain: Joint[], target: Vec3): number {
  let x: Vec3 = [1, 0, 0];
  let y: Vec3 = [0, 1, 0];
  let z: Vec3 = [0, 0, 1];
  let p: Vec3 = [0, 0, 0];
  let penalty = 0;
  for (let i = 0; i < chain.length; i++) {
    const joint = chain[i]!;
    const world: Vec3 = [
      x[0]! * joint.axis[0]! + y[0]! * joint.axis[1]! + z[0]! * joint.axis[2]!,
      x[1]! * joint.axis[0]! + y[1]! * joint.axis[1]! + z[1]! * joint.axis[2]!,
      x[2]! * joint.axis[0]! + y[2]! * joint.axis[1]! + z[2]! * joint.axis[2]!,
    ];
    x = rotate(x, world, angles[i]!);
    y = rotate(y, world, angles[i]!);
    z = rotate(z, world, angles[i]!);
    p = [p[0]! + x[0]! * joint.length, p[1]! + x[1]! * joint.length, p[2]! + x[2]! * joint.length];
    if (angles[i]! < joint.min) penalty += (joint.min - angles[i]!) ** 2;
    else if (angles[i]! > joint.max) penalty += (angles[i]! - joint.max) ** 2;
  }
  const d = [p[0]! - target[0]!, p[1]! - target[1]!, p[2]! - target[2]!];
  return d[0]! ** 2 + d[1]! ** 2 + d[2]! ** 2 + 10 * penalty;
}

function basis(t: number): [number, number, number, number] {
  const u = 1 - t;
  return [
    (u * u * u) / 6,
    (3 * t * t * t - 6 * t * t + 4) / 6,
    (-3 * t * t * t + 3 * t * t + 3 * t + 1) / 6,
    (t * t * t) / 6,
  ];
}

/** A surface of cubic B-splines beside samples, and how bent it is. */
export function bsplineFit(
  control: number[][],
  samples: { u: number; v: number; z: number }[],
  smooth: number,
): number {
  const rows = control.length;
  const cols = control[0]!.length;
  let loss = 0;
  for (const s of samples) {
    const fu = s.u * (rows - 3);
    const fv = s.v * (cols - 3);
    const iu = Math.min(Math.floor(fu), rows - 4);
    const iv = Math.min(Math.floor(fv), cols - 4);
    const bu = basis(fu - iu);
    const bv = basis(fv - iv);
    let z = 0;
    for (let a = 0; a < 4; a++) {
      for (let b = 0; b < 4; b++) z += bu[a]! * bv[b]! * control[iu + a]![iv + b]!;
    }
    loss += (z - s.z) ** 2;
  }
  for (let i = 0; i < rows; i++) {
    for (let j = 1; j < cols - 1; j++) {
      loss += smooth * (control[i]![j - 1]! - 2 * control[i]![j]! + control[i]![j + 1]!) ** 2;
    }
  }
  return loss;
}

/** An image, blurred in both directions with its edges repeated, beside what was observed. */
export function deblur(image: Float64Array, observed: Float64Array, width: number, kernel: number[]): number {
  const height = image.length / width;
  const r = (kernel.length - 1) / 2;
  const tmp = new Float64Array(image.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let s = 0;
      for (let k = -r; k <= r; k++) {
        const xx = Math.min(width - 1, Math.max(0, x + k));
        s += kernel[k + r]! * image[y * width + xx]!;
      }
      tmp[y * width + x] = s;
    }
  }
  let loss = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let s = 0;
      for (let k = -r; k <= r; k++) {
        const yy = Math.min(height - 1, Math.max(0, y + k));
        s += kernel[k + r]! * tmp[yy * width + x]!;
      }
      loss += (s - observed[y * width + x]!) ** 2;
    }
  }
  return loss;
}

interface Pose {
  p: Vec3;
  q: [number, number, number, number];
}

interface Edge {
  from: number;
  to: number;
  t: Vec3;
  q: [number, number, number, number];
  info: number;
}

type Quat = [number, number, number, number];

const qmul = (a: Quat, b: Quat): Quat => [
  a[0]! * b[0]! - a[1]! * b[1]! - a[2]! * b[2]! - a[3]! * b[3]!,
  a[0]! * b[1]! + a[1]! * b[0]! + a[2]! * b[3]! - a[3]! * b[2]!,
  a[0]! * b[2]! - a[1]! * b[3]! + a[2]! * b[0]! + a[3]! * b[1]!,
  a[0]! * b[3]! + a[1]! * b[2]! - a[2]! * b[1]! + a[3]! * b[0]!,
];

const conj = (q: Quat): Quat => [q[0]!, -q[1]!, -q[2]!, -q[3]!];

const normalize = (q: Quat): Quat => {
  const n = Math.hypot(q[0]!, q[1]!, q[2]!, q[3]!);
  return [q[0]! / n, q[1]! / n, q[2]! / n, q[3]! / n];
};

const qrot = (q: Quat, v: Vec3): Vec3 => {
  const [, x, y, z] = qmul(qmul(q, [0, ...v]), conj(q));
  return [x, y, z];
};

/** Poses with quaternions beside measured differences of poses, with Huber's loss. */
export function poseGraph(poses: Pose[], edges: Edge[]): number {
  let cost = 0;
  for (const e of edges) {
    const a = poses[e.from]!;
    const b = poses[e.to]!;
    const qa = normalize(a.q);
    const qb = normalize(b.q);
    const d: Vec3 = [b.p[0]! - a.p[0]!, b.p[1]! - a.p[1]!, b.p[2]! - a.p[2]!];
    const local = qrot(conj(qa), d);
    const dq = qmul(conj(e.q), qmul(conj(qa), qb));
    const sign = dq[0]! < 0 ? -1 : 1;
    const r = [
      local[0]! - e.t[0]!,
      local[1]! - e.t[1]!,
      local[2]! - e.t[2]!,
      2 * sign * dq[1]!,
      2 * sign * dq[2]!,
      2 * sign * dq[3]!,
    ];
    const s = r.reduce((sum, x) => sum + x * x, 0) * e.info;
    cost += s < 1 ? s : 2 * Math.sqrt(s) - 1; // Huber
  }
  return cost;
}

interface Body {
  x: number;
  y: number;
  vx: number;
  vy: number;
  r: number;
  m: number;
}

/** Discs that fall into a box and push each other. */
export function discs(initial: Body[], steps: number, goal: { x: number; y: number }): number {
  const bodies = initial.map((b) => ({ ...b }));
  const dt = 1 / 60;
  for (let s = 0; s < steps; s++) {
    for (const b of bodies) {
      b.vy -= 9.81 * dt;
      b.x += b.vx * dt;
      b.y += b.vy * dt;
      if (b.x < b.r) {
        b.x = b.r;
        b.vx = -0.8 * b.vx;
      }
      if (b.x > 10 - b.r) {
        b.x = 10 - b.r;
        b.vx = -0.8 * b.vx;
      }
      if (b.y < b.r) {
        b.y = b.r;
        b.vy = -0.8 * b.vy;
      }
    }
    for (let i = 0; i < bodies.length; i++) {
      for (let j = i + 1; j < bodies.length; j++) {
        const a = bodies[i]!,
          b = bodies[j]!;
        const dx = b.x - a.x,
          dy = b.y - a.y;
        const d = Math.sqrt(dx * dx + dy * dy);
        const overlap = a.r + b.r - d;
        if (overlap > 0) {
          const nx = dx / d,
            ny = dy / d;
          const rel = (b.vx - a.vx) * nx + (b.vy - a.vy) * ny;
          if (rel < 0) {
            const impulse = (-1.6 * rel) / (1 / a.m + 1 / b.m);
            a.vx -= (impulse / a.m) * nx;
            a.vy -= (impulse / a.m) * ny;
            b.vx += (impulse / b.m) * nx;
            b.vy += (impulse / b.m) * ny;
          }
          const total = a.m + b.m;
          a.x -= (overlap * nx * b.m) / total;
          a.y -= (overlap * ny * b.m) / total;
          b.x += (overlap * nx * a.m) / total;
          b.y += (overlap * ny * a.m) / total;
        }
      }
    }
  }
  return (bodies[0]!.x - goal.x) ** 2 + (bodies[0]!.y - goal.y) ** 2;
}

/** A wave through layers, beside what was recorded at some places. */
export function waveInversion(
  speed: Float64Array,
  source: Float64Array,
  receivers: number[],
  recorded: Float64Array,
): number {
  const n = speed.length;
  const steps = source.length;
  const dt = 0.5;
  let prev = new Float64Array(n);
  let cur = new Float64Array(n);
  let next = new Float64Array(n);
  let misfit = 0;
  for (let t = 0; t < steps; t++) {
    for (let i = 1; i < n - 1; i++) {
      next[i] = 2 * cur[i]! - prev[i]! + (speed[i]! * dt) ** 2 * (cur[i - 1]! - 2 * cur[i]! + cur[i + 1]!);
    }
    next[n >> 1]! += source[t]! * dt * dt;
    next[0] = cur[1]!;
    next[n - 1] = cur[n - 2]!;
    for (let r = 0; r < receivers.length; r++) {
      misfit += (next[receivers[r]!]! - recorded[t * receivers.length + r]!) ** 2;
    }
    const old = prev;
    prev = cur;
    cur = next;
    next = old;
  }
  return misfit;
}

/** Conduction through a plate by conjugate gradients, beside what was measured. */
export function poissonCG(
  conductivity: Float64Array,
  rhs: Float64Array,
  n: number,
  measured: Float64Array,
): number {
  const apply = (x: Float64Array, out: Float64Array): void => {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const c = i * n + j;
        const k = conductivity[c]!;
        let s = 4 * k * x[c]!;
        if (i > 0) s += 0.5 * (k + conductivity[c - n]!) * (x[c]! - x[c - n]!);
        if (i < n - 1) s += 0.5 * (k + conductivity[c + n]!) * (x[c]! - x[c + n]!);
        if (j > 0) s += 0.5 * (k + conductivity[c - 1]!) * (x[c]! - x[c - 1]!);
        if (j < n - 1) s += 0.5 * (k + conductivity[c + 1]!) * (x[c]! - x[c + 1]!);
        out[c] = s;
      }
    }
  };
  const dot = (a: Float64Array, b: Float64Array): number => {
    let s = 0;
    for (let i = 0; i < a.length; i++) s += a[i]! * b[i]!;
    return s;
  };
  const x = new Float64Array(n * n);
  const r = rhs.slice();
  const p = rhs.slice();
  const ap = new Float64Array(n * n);
  let rr = dot(r, r);
  for (let k = 0; k < 200 && rr > 1e-22; k++) {
    apply(p, ap);
    const alpha = rr / dot(p, ap);
    for (let i = 0; i < x.length; i++) {
      x[i]! += alpha * p[i]!;
      r[i]! -= alpha * ap[i]!;
    }
    const next = dot(r, r);
    const beta = next / rr;
    rr = next;
    for (let i = 0; i < p.length; i++) p[i] = r[i]! + beta * p[i]!;
  }
  let loss = 0;
  for (let i = 0; i < x.length; i++) loss += (x[i]! - measured[i]!) ** 2;
  return loss;
}

/** Particles of a fluid, whose neighbours are found by linked cells. */
export function sphEnergy(px: Float64Array, py: Float64Array, h: number, width: number): number {
  const n = px.length;
  const cells = Math.ceil(width / h);
  const head = new Array<number>(cells * cells).fill(-1);
  const next = new Array<number>(n).fill(-1);
  const cellOf = (x: number): number => Math.max(0, Math.min(cells - 1, Math.floor(x / h)));
  for (let i = 0; i < n; i++) {
    const c = cellOf(py[i]!) * cells + cellOf(px[i]!);
    next[i] = head[c]!;
    head[c] = i;
  }
  let energy = 0;
  for (let i = 0; i < n; i++) {
    let rho = 0;
    const cx = cellOf(px[i]!),
      cy = cellOf(py[i]!);
    for (let gy = Math.max(0, cy - 1); gy <= Math.min(cells - 1, cy + 1); gy++) {
      for (let gx = Math.max(0, cx - 1); gx <= Math.min(cells - 1, cx + 1); gx++) {
        for (let j = head[gy * cells + gx]!; j >= 0; j = next[j]!) {
          const r2 = (px[i]! - px[j]!) ** 2 + (py[i]! - py[j]!) ** 2;
          if (r2 < h * h) rho += (h * h - r2) ** 3;
        }
      }
    }
    energy += (rho / h ** 6 - 1.5) ** 2;
  }
  return energy;
}

type Matrix = number[][];

const matmul = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((s, x, k) => s + x * b[k]![j]!, 0)));

const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!));

const plus = (a: Matrix, b: Matrix): Matrix => a.map((row, i) => row.map((x, j) => x + b[i]![j]!));

/** Observations of an accelerated point under Kalman's filter, with matrices as lists of rows. */
export function kalmanLikelihood(
  params: { q: number; r: number; dt: number },
  observations: number[],
): number {
  const { q, r, dt } = params;
  const F = [
    [1, dt, (dt * dt) / 2],
    [0, 1, dt],
    [0, 0, 1],
  ];
  const Q = [
    [(q * dt ** 5) / 20, (q * dt ** 4) / 8, (q * dt ** 3) / 6],
    [(q * dt ** 4) / 8, (q * dt ** 3) / 3, (q * dt ** 2) / 2],
    [(q * dt ** 3) / 6, (q * dt ** 2) / 2, q * dt],
  ];
  let x = [[0], [0], [0]];
  let P = [
    [10, 0, 0],
    [0, 10, 0],
    [0, 0, 10],
  ];
  let nll = 0;
  for (const z of observations) {
    x = matmul(F, x);
    P = plus(matmul(matmul(F, P), transpose(F)), Q);
    const innovation = z - x[0]![0]!;
    const s = P[0]![0]! + r;
    nll += 0.5 * (Math.log(2 * Math.PI * s) + innovation ** 2 / s);
    const k = P.map((row) => row[0]! / s);
    x = x.map(([v], i) => [v! + k[i]! * innovation]);
    P = P.map((row, i) => row.map((v, j) => v - k[i]! * P[0]![j]!));
  }
  return nll;
}

interface Swap {
  maturity: number;
  rate: number;
}

/** Payments valued by a curve that is bootstrapped from swaps, each by Newton's method. */
export function curveRisk(swaps: Swap[], cashflows: { t: number; amount: number }[]): number {
  const times: number[] = [0];
  const logDf: number[] = [0];
  const df = (t: number): number => {
    let k = 1;
    while (k < times.length - 1 && times[k]! < t) k++;
    const w = (t - times[k - 1]!) / (times[k]! - times[k - 1]!);
    return Math.exp(logDf[k - 1]! + w * (logDf[k]! - logDf[k - 1]!));
  };
  for (const swap of swaps) {
    times.push(swap.maturity);
    logDf.push(-swap.rate * swap.maturity);
    const last = logDf.length - 1;
    const error = (): number => {
      let annuity = 0;
      for (let t = 1; t <= swap.maturity; t++) annuity += df(t);
      return swap.rate * annuity - 1 + df(swap.maturity);
    };
    for (let it = 0; it < 20; it++) {
      const e = error();
      const x = logDf[last]!;
      logDf[last] = x + 1e-6;
      const slope = (error() - e) / 1e-6;
      logDf[last] = x - e / slope;
      if (Math.abs(e) < 1e-13) break;
    }
  }
  return cashflows.reduce((sum, c) => sum + c.amount * df(c.t), 0);
}

/** The gap between the two least eigenvalues, by Jacobi's rotations. */
export function jacobiGap(symmetric: number[][]): number {
  const n = symmetric.length;
  const a = symmetric.map((row, i) => row.map((x, j) => (x + symmetric[j]![i]!) / 2));
  for (let sweep = 0; sweep < 12; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += a[i]![j]! ** 2;
    if (off < 1e-24) break;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) {
        if (Math.abs(a[p]![q]!) < 1e-300) continue;
        const theta = (a[q]![q]! - a[p]![p]!) / (2 * a[p]![q]!);
        const t = Math.sign(theta) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = c * x - s * y;
          a[k]![q] = s * x + c * y;
        }
        for (let k = 0; k < n; k++) {
          const [x, y] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = c * x - s * y;
          a[q]![k] = s * x + c * y;
        }
      }
    }
  }
  const values = a.map((row, i) => row[i]!).sort((x, y) => x - y);
  return values[1]! - values[0]!;
}

/** The shortest path through a graph, by a queue of objects. */
export function shortestPath(weights: number[], heads: number[][], source: number, goal: number): number {
  // heads[v] = list of [edge id, to] flattened
  const n = heads.length;
  const dist = new Array<number>(n).fill(Infinity);
  dist[source] = 0;
  const heap: { d: number; v: number }[] = [{ d: 0, v: source }];
  while (heap.length > 0) {
    let best = 0;
    for (let i = 1; i < heap.length; i++) if (heap[i]!.d < heap[best]!.d) best = i;
    const { d, v } = heap[best]!;
    heap[best] = heap[heap.length - 1]!;
    heap.pop();
    if (d > dist[v]!) continue;
    for (let e = 0; e < heads[v]!.length; e += 2) {
      const to = heads[v]![e + 1]!;
      const alt = d + Math.log1p(Math.exp(weights[heads[v]![e]!]!));
      if (alt < dist[to]!) {
        dist[to] = alt;
        heap.push({ d: alt, v: to });
      }
    }
  }
  return dist[goal]!;
}

const wave = (n: number, k = 1): number[] =>
  Array.from({ length: n }, (_, i) => Math.sin(k * (i + 1) * 1.7) * 0.8 + 0.1);
const typed = (n: number, k = 1): Float64Array => Float64Array.from(wave(n, k));
const positive = (n: number, k = 1): Float64Array => typed(n, k).map((x) => x * x + 0.5);
const rows = (n: number, m: number, k = 1): number[][] =>
  Array.from({ length: n }, (_, i) => wave(m, k + 0.3 * i));
const vector = (k: number): Vec3 => wave(3, k) as Vec3;
const axes: Vec3[] = [
  [0, 0, 1],
  [0, 1, 0],
  [1, 0, 0],
];
export const cases: Cases = {
  ikCost: [
    () => [
      [0.4, -1.3, 0.7, 1.2],
      [0, 1, 2, 3].map((i) => ({ axis: axes[i % 3]!, length: 0.5 + 0.2 * i, min: -1, max: 1 })),
      [2, 1, 0.5],
    ],
  ],
  bsplineFit: [() => [rows(5, 6), [0.1, 0.5, 0.93].map((u, i) => ({ u, v: (u * 7) % 1, z: 0.3 * i })), 0.01]],
  deblur: [() => [typed(20), typed(20, 2), 5, [0.25, 0.5, 0.25]], () => [typed(12), typed(12, 2), 4, [1]]],
  poseGraph: [
    () => [
      [1, 2, 3].map((k) => ({ p: vector(k), q: wave(4, k + 0.5) as Quat })),
      [
        { from: 0, to: 1, t: vector(5), q: [0.9, 0.1, 0.2, 0.3], info: 0.01 },
        { from: 1, to: 2, t: vector(6), q: [-0.4, 0.5, 0.1, 0.2], info: 1 },
        { from: 2, to: 0, t: vector(7), q: [0.5, 0.5, -0.5, 0.4], info: 2 },
      ],
    ],
  ],
  discs: [
    () => [
      [
        { x: 1.2, y: 1.5, vx: 2, vy: 0, r: 1.1, m: 1 },
        { x: 3.1, y: 1.7, vx: -1, vy: 0.5, r: 1, m: 1.5 },
        { x: 5.5, y: 4, vx: -2, vy: -3, r: 0.9, m: 0.8 },
      ],
      20,
      { x: 5, y: 2 },
    ],
  ],
  waveInversion: [() => [positive(8), typed(6, 2), [1, 6], typed(12, 3)]],
  poissonCG: [() => [positive(9), typed(9, 2), 3, typed(9, 3)]],
  sphEnergy: [() => [positive(5).map((x) => 4 * x), positive(5, 2).map((x) => 4 * x), 2.5, 5]],
  kalmanLikelihood: [() => [{ q: 0.5, r: 0.3, dt: 0.1 }, wave(4)]],
  curveRisk: [
    () => [
      [1, 2, 3].map((maturity) => ({ maturity, rate: 0.02 + 0.003 * maturity })),
      [0.5, 1.25, 2.75].map((t) => ({ t, amount: 1 + t })),
    ],
  ],
  jacobiGap: [() => [rows(3, 3)]],
  shortestPath: [() => [wave(5), [[0, 1, 1, 2], [2, 2], [3, 3, 4, 0], []], 0, 3]],
};

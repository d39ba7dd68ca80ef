/* oxlint-disable -- written as people write, not as we do */
/** Tuples, objects, arrays of them, functions as values, recursion. */
import type { Cases } from "./case.ts";

interface Vec3 {
  x: number;
  y: number;
  z: number;
}
type Point = [number, number];
type Complex = { re: number; im: number };
interface Particle {
  position: Point;
  velocity: Point;
  mass: number;
}
type Layer = { weights: number[][]; bias: number[] };

const ORIGIN: Vec3 = { x: 0, y: 0, z: 0 };
const GRAVITY = { g: 9.81, drag: { linear: 0.1, quadratic: 0.01 } };
const NODES = [
  [-0.7745966692414834, 5 / 9],
  [0, 8 / 9],
  [0.7745966692414834, 5 / 9],
] as const;

function plus(a: Vec3, b: Vec3): Vec3 {
  return { x: a.x + b.x, y: a.y + b.y, z: a.z + b.z };
}
const scale = (a: Vec3, s: number): Vec3 => ({ x: a.x * s, y: a.y * s, z: a.z * s });
const dot3 = (a: Vec3, b: Vec3): number => a.x * b.x + a.y * b.y + a.z * b.z;
const cross = (a: Vec3, b: Vec3): Vec3 => ({
  x: a.y * b.z - a.z * b.y,
  y: a.z * b.x - a.x * b.z,
  z: a.x * b.y - a.y * b.x,
});
const times = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});

export const tripleProduct = (a: Vec3, b: Vec3, c: Vec3): number => dot3(a, cross(b, c));
export const combined = (a: Vec3, b: Vec3): Vec3 => plus(scale(a, 2), plus(b, ORIGIN));
export function complexPower(z: Complex, n: number): Complex {
  let out: Complex = { re: 1, im: 0 };
  for (let i = 0; i < n; i++) out = times(out, z);
  return out;
}
export function mandelbrot(c: Complex): number {
  let z = { re: 0, im: 0 };
  for (let i = 0; i < 30; i++) {
    const { re, im } = z;
    if (re * re + im * im > 4) return i;
    z = { re: re * re - im * im + c.re, im: 2 * re * im + c.im };
  }
  return 30;
}
export function mutates(p: Vec3): number {
  const q = { ...p };
  const alias = q;
  alias.x += 10;
  q.y *= 2;
  return q.x + alias.y + p.x;
}
export const destructured = ({ x, y: b, z = 4 }: Vec3, [c, d]: Point): number =>
  x + 10 * b + 100 * z + 1000 * c + d;
export function restAndSpread(p: Vec3): number {
  const { x, ...rest } = p;
  const q = { x: x * 2, ...rest, z: 1 };
  return q.x + q.y * 10 + q.z * 100 + rest.z;
}
export function tuples(x: number): Point {
  const [a, b]: Point = [x, x * 2];
  const pair = [b, a] as const;
  const [first, ...others] = [...pair, 5];
  return [first + others.length, others[0]! + others[1]!];
}
export const tupleMethods = (x: number): number =>
  [x, 2 * x, 3 * x].map((v, i) => v + i).reduce((a, b) => a * b, 1) + ([x, -x].some((v) => v > 0) ? 1 : 0);
export function fall(v0: number): number {
  let v = v0;
  const { g, drag } = GRAVITY;
  for (let i = 0; i < 20; i++) v += 0.01 * (g - drag.linear * v - drag.quadratic * v * Math.abs(v));
  return v;
}
export function gauss3(a: number, b: number): number {
  let s = 0;
  for (const [t, w] of NODES) s += w * Math.exp(0.5 * (b - a) * t + 0.5 * (a + b));
  return 0.5 * (b - a) * s;
}
export function rk4(k: number): number {
  const f = (t: number, [x, v]: Point): Point => [v, -k * x + 0.1 * Math.sin(t)];
  let y: Point = [1, 0];
  const h = 0.1;
  for (let i = 0; i < 20; i++) {
    const t = i * h;
    const along = (d: Point, s: number): Point => [y[0] + s * d[0], y[1] + s * d[1]];
    const k1 = f(t, y);
    const k2 = f(t + h / 2, along(k1, h / 2));
    const k3 = f(t + h / 2, along(k2, h / 2));
    const k4 = f(t + h, along(k3, h));
    y = [
      y[0] + (h / 6) * (k1[0] + 2 * k2[0] + 2 * k3[0] + k4[0]),
      y[1] + (h / 6) * (k1[1] + 2 * k2[1] + 2 * k3[1] + k4[1]),
    ];
  }
  return y[0];
}
export function higherOrder(x: number): number {
  const twice = (f: (v: number) => number) => (v: number) => f(f(v));
  const compose = (f: (v: number) => number, g: (v: number) => number) => (v: number) => f(g(v));
  return compose(
    twice((v) => v * v),
    (v) => v + 1,
  )(x);
}
export function sameClosureTwice(x: number): number {
  const scaled = (k: number, inner: (v: number) => number) => (v: number) => k * inner(v) + 1;
  return scaled(
    2,
    scaled(3, (v) => v * v),
  )(x);
}
export function recursionInTwoPlaces(x: number): number {
  const powers = (base: number) => {
    const go = (n: number): number => (n === 0 ? 1 : base * go(n - 1));
    return go(3);
  };
  return powers(x) + 10 * powers(2 * x);
}
export function integrate(lo: number, hi: number): number {
  const trapezoid = (f: (x: number) => number, n: number): number => {
    const h = (hi - lo) / n;
    let s = 0.5 * (f(lo) + f(hi));
    for (let i = 1; i < n; i++) s += f(lo + i * h);
    return s * h;
  };
  return trapezoid(Math.exp, 10) + trapezoid((x) => x * x, 10);
}
export function closureCounter(x: number): number {
  let calls = 0;
  const f = (v: number): number => {
    calls++;
    return v * x;
  };
  const a = f(2) + f(3);
  return a + 100 * calls;
}
export function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
export function fib(n: number): number {
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}
export function ackermannLike(x: number): number {
  const isEven = (n: number): boolean => (n === 0 ? true : isOdd(n - 1));
  const isOdd = (n: number): boolean => (n === 0 ? false : isEven(n - 1));
  return isEven(6) ? x : -x;
}
export function recursiveSum(x: number[]): number {
  const go = (lo: number, hi: number): number => {
    if (hi - lo === 1) return x[lo]! * x[lo]!;
    const mid = Math.floor((lo + hi) / 2);
    return go(lo, mid) + go(mid, hi);
  };
  return x.length === 0 ? 0 : go(0, x.length);
}
export function adaptive(a: number, b: number): number {
  const f = (x: number): number => Math.sqrt(Math.abs(x)) + 1;
  const simpson = (lo: number, hi: number): number =>
    ((hi - lo) / 6) * (f(lo) + 4 * f((lo + hi) / 2) + f(hi));
  const go = (lo: number, hi: number, whole: number, depth: number): number => {
    const mid = (lo + hi) / 2;
    const [left, right] = [simpson(lo, mid), simpson(mid, hi)];
    const delta = left + right - whole;
    if (depth === 0 || Math.abs(delta) < 1e-6) return left + right + delta / 15;
    return go(lo, mid, left, depth - 1) + go(mid, hi, right, depth - 1);
  };
  return go(a, b, simpson(a, b), 8);
}
export function matrixProduct(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b[0]!.map((_, j) => row.reduce((s, v, k) => s + v * b[k]![j]!, 0)));
}
export function determinant(a: number[][]): number {
  const n = a.length;
  const m = a.map((row) => row.slice());
  let det = 1;
  for (let k = 0; k < n; k++) {
    let p = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(m[i]![k]!) > Math.abs(m[p]![k]!)) p = i;
    if (p !== k) {
      [m[p], m[k]] = [m[k]!, m[p]!];
      det = -det;
    }
    det *= m[k]![k]!;
    for (let i = k + 1; i < n; i++) {
      const f = m[i]![k]! / m[k]![k]!;
      for (let j = k; j < n; j++) m[i]![j]! -= f * m[k]![j]!;
    }
  }
  return det;
}
export function smallMatrix(x: number): number {
  const m = [
    [x, 1],
    [2, x],
  ];
  return m[0]![0]! * m[1]![1]! - m[0]![1]! * m[1]![0]!;
}
export function indexedMatrix(x: number): number {
  const m = [
    [x, 1, 0],
    [2, x, 1],
    [0, 3, x],
  ];
  let trace = 0;
  for (let i = 0; i < 3; i++) trace += m[i]![i]! * (i + 1);
  return trace;
}
export function editDistance(a: number[], b: number[]): number {
  const d: number[][] = [];
  for (let i = 0; i <= a.length; i++) {
    const row: number[] = [];
    for (let j = 0; j <= b.length; j++) row.push(i === 0 ? j : j === 0 ? i : 0);
    d.push(row);
  }
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      d[i]![j] = Math.min(d[i - 1]![j]! + 1, d[i]![j - 1]! + 1, d[i - 1]![j - 1]! + cost);
    }
  }
  return d[a.length]![b.length]!;
}
export function pascal(n: number): number[] {
  const rows: number[][] = [[1]];
  for (let i = 1; i <= n; i++) {
    const last = rows[i - 1]!;
    const row = [1];
    for (let j = 1; j < i; j++) row.push(last[j - 1]! + last[j]!);
    row.push(1);
    rows.push(row);
  }
  return rows[n]!;
}
export function grid(n: number): number {
  const g = Array.from({ length: n }, () => new Array(n).fill(0));
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) g[i]![j] = i * 10 + j;
  return g[n - 1]![0] + g[0]![n - 1];
}
export function polygonArea(points: Point[]): number {
  let area = 0;
  for (let i = 0; i < points.length; i++) {
    const [x0, y0] = points[i]!;
    const [x1, y1] = points[(i + 1) % points.length]!;
    area += x0 * y1 - x1 * y0;
  }
  return Math.abs(area) / 2;
}
export function centreOfMass(particles: Particle[]): Point {
  let [x, y, m] = [0, 0, 0];
  for (const { position, mass } of particles) {
    x += position[0] * mass;
    y += position[1] * mass;
    m += mass;
  }
  return [x / m, y / m];
}
export function simulate(particles: Particle[], steps: number): number {
  const ps = particles.map(({ position: [x, y], velocity: [u, v], mass }) => ({ x, y, u, v, mass }));
  for (let s = 0; s < steps; s++) {
    for (const p of ps) {
      p.v -= 0.1 * 9.81;
      p.x += 0.1 * p.u;
      p.y += 0.1 * p.v;
      if (p.y < 0) {
        p.y = -p.y;
        p.v = -0.8 * p.v;
      }
    }
  }
  return ps.reduce((e, p) => e + 0.5 * p.mass * (p.u ** 2 + p.v ** 2) + p.mass * 9.81 * p.y, 0);
}
export function network(layers: Layer[], input: number[]): number {
  let a = input;
  for (const { weights, bias } of layers) {
    a = weights.map((row, i) => Math.tanh(row.reduce((s, w, j) => s + w * a[j]!, bias[i]!)));
  }
  return a[0]!;
}
export function nearest(points: Point[], x: number, y: number): number {
  let best = 0;
  let distance = Infinity;
  points.forEach(([px, py], i) => {
    const d = (px - x) ** 2 + (py - y) ** 2;
    if (d < distance) {
      distance = d;
      best = i;
    }
  });
  return best + distance;
}
export function closestPoint(points: Point[]): Point {
  let best = points[0]!;
  for (const p of points) if (Math.hypot(p[0], p[1]) < Math.hypot(best[0], best[1])) best = p;
  return best;
}
export function breadthFirst(edges: Point[], n: number): number {
  const distance = new Array(n).fill(-1);
  const queue = [0];
  distance[0] = 0;
  for (let head = 0; head < queue.length; head++) {
    const u = queue[head]!;
    for (const [a, b] of edges) {
      if (a === u && distance[b] < 0) {
        distance[b] = distance[u] + 1;
        queue.push(b);
      }
    }
  }
  return distance.reduce((s, d) => s + d, 0);
}
export function shortestPaths(n: number): number {
  const d: number[][] = [];
  for (let i = 0; i < n; i++) {
    d.push([]);
    for (let j = 0; j < n; j++) d[i]!.push(i === j ? 0 : ((i * 7 + j * 3) % 10) + 1);
  }
  for (let k = 0; k < n; k++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) d[i]![j] = Math.min(d[i]![j]!, d[i]![k]! + d[k]![j]!);
  return d.reduce((s, row) => s + row.reduce((a, b) => a + b, 0), 0);
}
export function findsAndReturns(points: Point[], limit: number): { index: number; point: Point } {
  for (let i = 0; i < points.length; i++) {
    const [x, y] = points[i]!;
    if (x + y > limit) return { index: i, point: [x, y] };
  }
  return { index: -1, point: [0, 0] };
}
export function stateMachine(x: number): number {
  const state = { count: 0, total: 0, last: { value: x } };
  const step = (v: number): void => {
    state.count++;
    state.total += v * state.last.value;
    state.last.value = v;
  };
  for (let i = 0; i < 5; i++) step(i * x);
  return state.total + state.count;
}
export function variadic(x: number): number {
  const total = (...xs: number[]): number => xs.reduce((a, b) => a + b, 0);
  return total(x, 2, 3 * x) + total();
}
export function stats(x: number[]): { mean: number; variance: number; range: Point } {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((s, v) => s + (v - mean) ** 2, 0) / (x.length - 1);
  return { mean, variance, range: [Math.min(...[x[0]!, x[1]!]), x[x.length - 1]!] };
}
export function optionFlags(x: number, flag: boolean): { value: number; big: boolean } {
  const big = flag && x > 1;
  return { value: big ? x : -x, big };
}

const a: Vec3 = { x: 1, y: 2, z: 3 };
const b: Vec3 = { x: -1, y: 0.5, z: 2 };
const c: Vec3 = { x: 4, y: 1, z: -2 };
const points = (): Point[] => [
  [3, 1],
  [0.5, -1],
  [2, 2],
  [-1, 4],
];
const particles = (): Particle[] => [
  { position: [0, 1], velocity: [1, 2], mass: 2 },
  { position: [3, 0.5], velocity: [-1, 0], mass: 1 },
];
const one = (...list: number[]) => list.map((x) => () => [x]);

export const cases: Cases = {
  tripleProduct: [() => [a, b, c]],
  combined: [() => [a, b]],
  complexPower: [() => [{ re: 0.5, im: 1 }, 5], () => [{ re: 2, im: 1 }, 0]],
  mandelbrot: [() => [{ re: 0.3, im: 0.5 }], () => [{ re: 1, im: 1 }]],
  mutates: [() => [a]],
  destructured: [() => [a, [5, 6]]],
  restAndSpread: [() => [a]],
  tuples: one(2),
  tupleMethods: one(2, -1),
  fall: one(0, 20),
  gauss3: [() => [0, 1]],
  rk4: one(1, 4),
  higherOrder: one(1, 2),
  sameClosureTwice: one(2),
  recursionInTwoPlaces: one(2),
  integrate: [() => [0, 1]],
  closureCounter: one(2),
  factorial: one(0, 5, 20),
  fib: one(1, 10),
  ackermannLike: one(3),
  recursiveSum: [() => [[1, 2, 3, 4, 5]], () => [[]]],
  adaptive: [() => [-1, 1]],
  matrixProduct: [
    () => [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [
        [1, 0, 2],
        [0, 1, 1],
      ],
    ],
  ],
  determinant: [
    () => [
      [
        [0, 2, 1],
        [1, 1, 0],
        [3, 0, 2],
      ],
    ],
  ],
  smallMatrix: one(3),
  indexedMatrix: one(3),
  editDistance: [
    () => [
      [1, 2, 3, 4],
      [2, 3, 5],
    ],
    () => [[], [1]],
  ],
  pascal: one(0, 4),
  grid: one(3),
  polygonArea: [() => [points()]],
  centreOfMass: [() => [particles()]],
  simulate: [() => [particles(), 10]],
  network: [
    () => [
      [
        {
          weights: [
            [0.1, 0.2],
            [0.3, -0.4],
            [0.5, 0.6],
          ],
          bias: [0.1, 0.2, 0.3],
        },
        { weights: [[1, -1, 0.5]], bias: [0.05] },
      ],
      [1, 2],
    ],
  ],
  nearest: [() => [points(), 1, 1]],
  closestPoint: [() => [points()]],
  breadthFirst: [
    () => [
      [
        [0, 1],
        [1, 2],
        [0, 3],
        [3, 4],
      ],
      5,
    ],
  ],
  shortestPaths: one(4),
  findsAndReturns: [() => [points(), 3.5], () => [points(), 100]],
  stateMachine: one(2),
  variadic: one(2),
  stats: [() => [[1, 5, 2, 8]]],
  optionFlags: [() => [2, true], () => [2, false], () => [0, true]],
};

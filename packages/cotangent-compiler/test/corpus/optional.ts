/* oxlint-disable -- written as people write, not as we do */
/** What may be undefined or null: results that may be missing, elements beyond an end, `?.` and `??`. */
import type { Cases } from "./case.ts";

const V = [0.3, -0.7, 1.9, 2];
type V3 = { x: number; y: number; z: number };
const dot = (a: V3, b: V3): number => a.x * b.x + a.y * b.y + a.z * b.z;
function sphere(o: V3, d: V3, c: V3, r: number): number | null {
  const oc = { x: o.x - c.x, y: o.y - c.y, z: o.z - c.z };
  const b = dot(oc, d);
  const disc = b * b - (dot(oc, oc) - r * r);
  if (disc < 0) return null;
  const t = -b - Math.sqrt(disc);
  return t > 1e-6 ? t : null;
}
function closest(o: V3, d: V3, spheres: { c: V3; r: number }[]): { t: number; normal: V3 } | undefined {
  let best: { t: number; normal: V3 } | undefined;
  for (const { c, r } of spheres) {
    const t = sphere(o, d, c, r);
    if (t === null) continue;
    if (best === undefined || t < best.t) {
      const p = { x: o.x + t * d.x, y: o.y + t * d.y, z: o.z + t * d.z };
      best = { t, normal: { x: (p.x - c.x) / r, y: (p.y - c.y) / r, z: (p.z - c.z) / r } };
    }
  }
  return best;
}

export function render(spheres: { c: V3; r: number }[], light: V3, size: number): number {
  let total = 0;
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      const x = (i + 0.5) / size - 0.5,
        y = (j + 0.5) / size - 0.5;
      const n = Math.hypot(x, y, 1);
      const hit = closest({ x: 0, y: 0, z: -3 }, { x: x / n, y: y / n, z: 1 / n }, spheres);
      if (!hit) {
        total += 0.1;
        continue;
      }
      total += Math.max(0, dot(hit.normal, light)) + 0.05 * hit.t;
    }
  return total;
}
export function firstPositive(v: number[]): number {
  const x = v.find((e) => e > 0);
  return x === undefined ? -1 : x * x;
}
export function orDefault(v: number[]): number {
  return (v.find((e) => e > 1) ?? 7) * 2;
}
export function nullNumber(x: number): number {
  const y = x > 0 ? x : null;
  return (y ?? 3) * 2;
}
export function nullSum(x: number): number {
  let y: number | null = null;
  if (x > 0) y = x * 2;
  return y! + 1;
}
export function undefSum(x: number): number {
  let y: number | undefined;
  if (x > 0) y = x * 2;
  return y! + 1;
}
export function bestIndex(v: number[]): number {
  let k: number | undefined;
  for (let i = 0; i < v.length; i++) if (k === undefined || v[i]! > v[k]!) k = i;
  return k === undefined ? -1 : k + v[k]! ** 2;
}
export function chainedFields(v: number[]): number {
  let best: { a: { b: number } } | null = null;
  for (const x of v) if (x > 1) best = { a: { b: x } };
  return (best?.a.b ?? 5) * 3;
}
export function maybeArr(x: number): number {
  let a: number[] | undefined;
  if (x > 0) a = [x, 2 * x];
  return a ? a[0]! * a[1]! + a.length : 1;
}
export function lazily(v: number[]): number {
  let m: number | undefined;
  for (const x of v) {
    m ??= x;
    m = Math.max(m, x * 0.5);
  }
  return m ?? 0;
}
export function mayReturnNothing(p: { v: number[] }): number {
  const f = (i: number): number | undefined => (i < p.v.length ? p.v[i] : undefined);
  let s = 0;
  for (let i = 0; i < 6; i++) {
    const x = f(i);
    if (x !== undefined && x > 0) s += x * x;
  }
  return s;
}
export function strictKinds(x: number): number {
  const y = x > 0 ? x : null;
  return (
    (y === undefined ? 1 : 2) +
    (y == undefined ? 10 : 20) +
    (y === null ? 100 : 200) +
    (y !== x ? 1000 : 2000)
  );
}
export function tupleMaybe(x: number): number {
  const solve = (b: number): [number, number] | null => {
    const d = b * b - 1;
    if (d < 0) return null;
    const s = Math.sqrt(d);
    return [-b - s, -b + s];
  };
  const roots = solve(x);
  if (roots) {
    const [lo, hi] = roots;
    return lo * hi + hi;
  }
  return 0;
}
export function boolMaybe(x: number): number {
  let b: boolean | undefined;
  if (x > 0) b = x > 1;
  return b === undefined ? 1 : b ? 2 : 3;
}
export function linked(v: number[]): number {
  let prev: { x: number } | null = null;
  let s = 0;
  for (const x of v) {
    if (prev) s += Math.abs(x - prev.x);
    prev = { x };
  }
  return s;
}
export function maybeInObj(v: number[]): number {
  let state: { last?: number | undefined; sum: number } = { last: undefined, sum: 0 };
  for (const x of v) {
    state = { last: x, sum: state.sum + (state.last === undefined ? 0 : x * state.last) };
  }
  return state.sum;
}
export function orMaybe(v: number[]): number {
  let low: number | undefined;
  let n = 0;
  for (const x of v) {
    if (low === undefined || x < low) {
      low = x;
      n++;
    }
  }
  return (low ?? 0) * n;
}
export function stencil(g: number[][]): number {
  let s = 0;
  for (let i = 0; i < g.length; i++)
    for (let j = 0; j < g[0]!.length; j++) {
      const lap =
        (g[i - 1]?.[j] ?? 0) +
        (g[i + 1]?.[j] ?? 0) +
        (g[i]![j - 1] ?? 0) +
        (g[i]![j + 1] ?? 0) -
        4 * g[i]![j]!;
      s += lap * lap;
    }
  return s;
}
export function askElement(v: number[], i: number): number {
  if (v[i] === undefined) return -1;
  return v[i]! * 2 + (v[i + 1] !== undefined ? v[i + 1]! : 9);
}
export function padded([a = 1, b = 2, c = 3]: number[]): number {
  return a * b * c;
}
export function optionalChain(p: { a: { b: number } | undefined }, x: number): number {
  return (p?.a?.b ?? 3) * x;
}
export function findObj(v: { x: number; w: number }[]): number {
  const hit = v.find((p) => p.x > 0);
  return hit ? hit.w * hit.x : 0;
}

export const cases: Cases = {
  render: [
    () => [
      [
        { c: { x: 0, y: 0, z: 0 }, r: 1 },
        { c: { x: 0.7, y: 0.2, z: -1 }, r: 0.4 },
      ],
      { x: 0.3, y: 0.5, z: -0.8 },
      12,
    ],
  ],
  firstPositive: [() => [V], () => [[-1]]],
  orDefault: [() => [V], () => [[]]],
  nullNumber: [() => [2], () => [-2]],
  nullSum: [() => [2], () => [-2]],
  undefSum: [() => [2], () => [-2]],
  bestIndex: [() => [V], () => [[]]],
  chainedFields: [() => [V], () => [[1]]],
  maybeArr: [() => [2], () => [-2]],
  lazily: [() => [V], () => [[]]],
  mayReturnNothing: [() => [{ v: V }]],
  strictKinds: [() => [2], () => [-2]],
  tupleMaybe: [() => [2], () => [0]],
  boolMaybe: [() => [2], () => [0.5], () => [-1]],
  linked: [() => [V]],
  maybeInObj: [() => [V]],
  orMaybe: [() => [V]],
  stencil: [
    () => [
      [
        [1, 2, 0.5],
        [3, -4, 5],
      ],
    ],
    () => [[[1]]],
  ],
  askElement: [() => [V, 1], () => [V, 3], () => [V, 4], () => [V, -1]],
  padded: [() => [[4]], () => [[]], () => [[4, 5, 6]]],
  optionalChain: [() => [{ a: { b: 2 } }, 3]],
  findObj: [
    () => [
      [
        { x: -1, w: 2 },
        { x: 3, w: 4 },
      ],
    ],
    () => [[{ x: -1, w: 2 }]],
  ],
};

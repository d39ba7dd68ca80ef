/** Texts: options that are passed in, kinds of things, tables by names, and what is known of texts when compiling. */
import type { Cases } from "./case.ts";

export function payoff(kind: "call" | "put", s: number, k: number): number {
  return kind === "call" ? Math.max(s - k, 0) ** 2 : Math.max(k - s, 0) ** 3;
}
/** Any text: what is not asked for is something else. */
export function norm(v: number[], kind: string = "l2"): number {
  switch (kind) {
    case "l1":
      return v.reduce((s, x) => s + Math.abs(x), 0);
    case "l2":
      return Math.sqrt(v.reduce((s, x) => s + x * x, 0));
    case "max":
      return Math.max(...v.map(Math.abs));
    default:
      return NaN;
  }
}
type Easing = "linear" | "quad" | "cubic";
const easings = {
  linear: (t: number): number => t,
  quad: (t: number): number => t * t,
  cubic: (t: number): number => t ** 3,
};
export function eased(t: number, easing: Easing, mode: "in" | "out" | "inout"): number {
  const f = easings[easing];
  if (mode === "in") return f(t);
  if (mode === "out") return 1 - f(1 - t);
  return t < 0.5 ? f(2 * t) / 2 : 1 - f(2 - 2 * t) / 2;
}
interface Shape {
  readonly kind: "circle" | "square" | "none";
  readonly size: number;
  readonly name?: string;
}
export function area(shapes: Shape[]): number {
  let sum = 0;
  for (const { kind, size } of shapes) {
    if (kind === "circle") sum += Math.PI * size ** 2;
    else if (kind === "square") sum += size * size;
  }
  return sum;
}
/** Fields that may be any text, or nothing. */
export function labelled(bodies: { mass: number; label?: string }[]): number {
  let sum = 0;
  for (const b of bodies) {
    if (!b.label) continue;
    sum += b.label === "sun" ? b.mass ** 2 : b.label !== "moon" ? b.mass : -b.mass;
  }
  return sum;
}
const UNITS: Record<string, number> = { km: 1000, m: 1, cm: 0.01 };
export function metres(x: number, unit: "km" | "m" | "cm"): number {
  const of = (v: number, u: keyof typeof UNITS): number => v * UNITS[u]!;
  return of(x, unit) ** 2 + of(x, "cm");
}
/** Texts as local variables that change. */
export function machine(v: number[]): number {
  let state: "idle" | "up" | "down" = "idle";
  let before = 0;
  let score = 0;
  for (const x of v) {
    if (x > before) state = state === "down" ? "idle" : "up";
    else if (x < before) state = "down";
    switch (state) {
      case "up":
        score += x;
        break;
      case "down":
        score -= x * x;
        break;
      default:
        score *= 0.5;
    }
    before = x;
  }
  return score;
}
export function listed(x: number, i: number): number {
  const order = ["sin", "cos", "exp"] as const;
  const which = order[i % 3]!;
  if (which === "sin") return Math.sin(x);
  return which === "cos" ? Math.cos(x) : Math.exp(x);
}
export function hash(x: number): number {
  const text = "hello";
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (h * 31 + text.charCodeAt(i)) | 0;
  return h * x + (text.toUpperCase().startsWith("HE") ? text.indexOf("l") : 0) + (text[1] === "e" ? 1 : 0);
}
export function named(x: number, unit: "m" | "km"): { name: string; unit: string; y: number } {
  const [first, count] = ["a", 2];
  return { name: `${first}b${count}`, unit: unit === "m" ? "metre" : "kilometre", y: x * 2 };
}
export function tagged(x: number): number {
  const ops: ({ kind: "scale"; by: number } | { kind: "shift"; by: number })[] = [
    { kind: "scale", by: 3 },
    { kind: "shift", by: 2 },
  ];
  let y = x;
  for (let i = 0; i < ops.length; i++) {
    const op = ops[i]!;
    if (op.kind === "scale") y *= op.by;
    else y += op.by;
  }
  return y;
}

const THREE = [3, -4, 0.5];
export const cases: Cases = {
  payoff: [() => ["call", 3, 2], () => ["put", 1, 2]],
  norm: [() => [THREE], () => [THREE, "l1"], () => [THREE, "max"], () => [THREE, "other"]],
  eased: [() => [0.3, "quad", "in"], () => [0.3, "cubic", "out"], () => [0.7, "linear", "inout"]],
  area: [
    () => [
      [
        { kind: "circle", size: 2 },
        { kind: "square", size: 3, name: "a" },
        { kind: "none", size: 3 },
      ],
    ],
  ],
  labelled: [
    () => [
      [
        { mass: 2, label: "sun" },
        { mass: 3, label: "moon" },
        { mass: 5, label: "earth" },
        { mass: 7 },
        { mass: 11, label: "" },
      ],
    ],
  ],
  metres: [() => [2, "km"], () => [2, "cm"]],
  machine: [() => [[1, 2, 1.5, 3, 3, 4, 2]]],
  listed: [() => [0.5, 0], () => [0.5, 4], () => [0.5, 2]],
  hash: [() => [2]],
  named: [() => [3, "m"], () => [3, "km"]],
  tagged: [() => [4]],
};

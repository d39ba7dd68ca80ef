/** Functions as values: in tables, by computed indices and names, chosen by the run; and ways round statements. */
import type { Cases } from "./case.ts";

const basis = [Math.sin, Math.cos, (x: number): number => x * x];
export function series(c: number[], x: number): number {
  let s = 0;
  for (let i = 0; i < c.length; i++) s += c[i]! * basis[i % basis.length]!(x);
  return s;
}
interface Layer {
  readonly weight: number;
  readonly activation: (x: number) => number;
}
const layers: readonly Layer[] = [
  { weight: 0.5, activation: Math.tanh },
  { weight: -2, activation: (x) => Math.max(0, x) },
  { weight: 3, activation: (x) => x / (1 + Math.abs(x)) },
];
export function deep(x: number): number {
  let y = x;
  for (const { weight, activation } of layers) y = activation(weight * y + 0.1);
  for (let i = layers.length - 1; i >= 0; i--) y += layers[i]!.activation(y * layers[i]!.weight);
  return y;
}
export function chosen(x: number, n: number): number {
  let f = n > 1 ? Math.exp : Math.sin;
  let s = 0;
  for (let i = 0; i < n; i++) {
    s += f(x) * i;
    f = i % 2 === 0 ? Math.cos : (t: number): number => t * t;
  }
  return s + f(x);
}
export function everyOne(x: number): number {
  let s = 0;
  for (const f of [Math.sin, Math.exp, (t: number): number => 1 / t]) s += f(x);
  return s;
}
const operators: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};
/** A calculator of a stack, as one writes it for a formula that is read from somewhere. */
export function calculator(x: number, ops: ("+" | "*" | "/")[]): number {
  const stack = [x, 2, 3, x];
  for (const op of ops) {
    const b = stack.pop()!;
    const a = stack.pop()!;
    stack.push(operators[op]!(a, b));
  }
  return stack[0]!;
}
export function weights(x: number): number {
  const w = { a: 1, b: 2, c: 3 };
  let s = 0;
  for (const [key, v] of Object.entries(w)) s += v * (key === "a" ? x : x * x);
  for (const key in w) {
    if (key === "b") continue;
    s += w[key as "a"] * x;
  }
  return s;
}
export function atLast(v: number[]): number {
  let n = 0;
  const first = (limit: number): number => {
    for (const x of v) {
      try {
        if (x < 0) continue;
        if (x > limit) return x * x;
      } finally {
        n += 1;
      }
      n += 10;
    }
    return -1;
  };
  return first(1) * n + first(100);
}
export function logged(x: number): number {
  const y = x * x;
  if (y > 4) console.log(`large: ${y.toFixed(2)}`, x);
  return y * x;
}

export const cases: Cases = {
  series: [() => [[1, 2, 3, 4], 0.7]],
  deep: [() => [0.3]],
  chosen: [() => [0.5, 4], () => [0.5, 1]],
  everyOne: [() => [0.7]],
  calculator: [() => [1.5, ["+", "*", "/"]]],
  weights: [() => [3]],
  atLast: [() => [[-1, 0.5, 2, 3]], () => [[-1]]],
  logged: [() => [1.5]],
};

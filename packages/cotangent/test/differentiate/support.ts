/** Runs derivative programs by the interpreter, and compares forward mode, reverse mode and differences. */
import { expect } from "vitest";
import { forward } from "../../src/differentiate/forward.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Datum } from "../../src/program/interpret.ts";
import type { Program } from "../../src/program/ir.ts";

export type Argument = number | Float64Array;

const copyOf = (x: Argument): Argument => (typeof x === "number" ? x : x.slice());
const like = (x: Argument, random: () => number): Argument =>
  typeof x === "number" ? random() : Float64Array.from(x, random);
const dot = (x: Argument, y: Argument): number =>
  typeof x === "number" ? x * (y as number) : x.reduce((sum, xi, i) => sum + xi * (y as Float64Array)[i]!, 0);

/** Numbers between -1 and 1, the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed * 2654435761 + 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

export function legal(program: Program): Program {
  expect(check(program).slice(0, 5)).toEqual([]);
  return program;
}

/** What a run gives: its results, and the arrays among its arguments as they are afterwards. */
export function run(program: Program, args: readonly Argument[]): { results: Datum[]; args: Argument[] } {
  const copies = args.map(copyOf);
  const results = interpreter(program, { steps: 1e6 })(...copies);
  return {
    results: results.map((r) => (typeof r === "number" ? r : (r as Float64Array).slice())),
    args: copies,
  };
}

/** The outputs of a run: its results that are numbers or arrays, then its array arguments. */
const outputs = (program: Program, { results, args }: ReturnType<typeof run>): Argument[] => [
  ...program.functions[0]!.results.flatMap((ty, k) =>
    ty === "f64" || ty === "array" ? [results[k] as Argument] : [],
  ),
  ...args.filter((x) => typeof x !== "number"),
];

const differentiable = (program: Program): number[] =>
  program.functions[0]!.params.flatMap((p, i) => (p.ty === "f64" || p.ty === "array" ? [i] : []));

/** The derivative along `direction` by differences: Richardson's extrapolation of central ones. */
function differences(
  program: Program,
  args: readonly Argument[],
  direction: readonly Argument[],
  h: number,
): Argument[] {
  const at = (h: number): Argument[] => {
    const moved = args.map((x, i) => {
      const d = direction[i]!;
      return typeof x === "number"
        ? x + h * (d as number)
        : x.map((xj, j) => xj + h * (d as Float64Array)[j]!);
    });
    return outputs(program, run(program, moved));
  };
  const central = (h: number): Argument[] => combine(at(h), at(-h), (x, y) => (x - y) / (2 * h));
  const [d1, d2, d3] = [central(h), central(h / 2), central(h / 4)];
  const [e1, e2] = [combine(d2, d1, (x, y) => (4 * x - y) / 3), combine(d3, d2, (x, y) => (4 * x - y) / 3)];
  return combine(e2, e1, (x, y) => (16 * x - y) / 15);
}

const combine = (
  xs: readonly Argument[],
  ys: readonly Argument[],
  f: (x: number, y: number) => number,
): Argument[] =>
  xs.map((x, i) => {
    const y = ys[i]!;
    return typeof x === "number" ? f(x, y as number) : x.map((xj, j) => f(xj, (y as Float64Array)[j]!));
  });

export interface Linear {
  /** Value and derivative along a direction, by forward mode. */
  readonly value: Argument[];
  readonly tangent: Argument[];
}

/** By forward mode: outputs and tangents along `direction` (one entry for each argument; integers' are not looked at). */
export function pushforward(
  program: Program,
  args: readonly Argument[],
  direction: readonly Argument[],
): Linear {
  const wrt = differentiable(program);
  const derivative = forward(program, { wrt });
  legal(derivative.program);
  const tangents = derivative.tangentParameters.map((i) => direction[i]!);
  const after = run(derivative.program, [...args, ...tangents]);
  const n = program.functions[0]!.results.length;
  const count = args.length;
  const arrays = derivative.tangentParameters.flatMap((i, k) =>
    typeof args[i] === "number" ? [] : [count + k],
  );
  return {
    value: outputs(program, { results: after.results.slice(0, n), args: after.args.slice(0, count) }),
    tangent: [...(after.results.slice(n) as Argument[]), ...arrays.map((i) => after.args[i]!)],
  };
}

/** By reverse mode: outputs, and adjoints of the arguments (of integers: 0) for these adjoints of the outputs. */
function pullback(
  program: Program,
  args: readonly Argument[],
  adjoints: readonly Argument[],
): { value: Argument[]; adjoint: Argument[] } {
  const { params } = program.functions[0]!;
  const wrt = differentiable(program);
  const outParameters = params.flatMap((p, i) => (p.ty === "array" ? [i] : []));
  const derivative = reverse(program, { wrt, outParameters });
  legal(derivative.program);
  const after = run(derivative.program, [...args, ...adjoints]);
  const n = program.functions[0]!.results.length;
  const shadows = after.args.slice(args.length + derivative.of.length);
  const adjoint = args.map((_, i): Argument => {
    const k = derivative.adjointParameters.indexOf(i);
    if (k >= 0) return shadows[k]!;
    const r = derivative.adjointResults.indexOf(i);
    return r >= 0 ? (after.results[n + r] as number) : 0;
  });
  return {
    value: outputs(program, { results: after.results.slice(0, n), args: after.args.slice(0, args.length) }),
    adjoint,
  };
}

export const close = (x: number, y: number, tolerance: number): boolean =>
  Object.is(x, y) || Math.abs(x - y) <= tolerance * (1 + Math.abs(x) + Math.abs(y));

/** Asserts ⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩ for a random direction, that J ẋ is what differences give, and that values are untouched. */
export function verify(
  program: Program,
  args: readonly Argument[],
  { seed = 1, smooth = true }: { seed?: number; smooth?: boolean } = {},
): void {
  legal(program);
  const random = randomFrom(seed);
  const direction = args.map((x, i) => (program.functions[0]!.params[i]!.ty === "i32" ? 0 : like(x, random)));
  const plain = outputs(program, run(program, args));
  const seeds = plain.map((y) => like(y, random));
  const { value, tangent } = pushforward(program, args, direction);
  expect(value, "values of forward mode").toEqual(plain);
  const back = pullback(program, args, seeds);
  expect(back.value, "values of reverse mode").toEqual(plain);
  const ahead = tangent.reduce<number>((sum, t, k) => sum + dot(t, seeds[k]!), 0);
  const behind = back.adjoint.reduce<number>((sum, a, i) => sum + dot(a, direction[i]!), 0);
  expect(close(ahead, behind, 1e-9), `forward ${ahead}, reverse ${behind}`).toBe(true);
  if (!smooth) return;
  // Where the function curves strongly, smaller steps come nearer, and elsewhere rounding spoils them.
  const differing = [2 ** -10, 2 ** -14, 2 ** -18].map((h) =>
    differences(program, args, direction, h).reduce<number>((sum, t, k) => sum + dot(t, seeds[k]!), 0),
  );
  const agrees = differing.some((d) => close(ahead, d, 1e-6));
  expect(agrees, `forward ${ahead}, differences ${differing.join(", ")}`).toBe(true);
}

/** Compiled derivatives of functions of Reals, beside loops over Float64Arrays written by hand. */
import { compile, grad, hessian, hvp } from "cotangent";
import type { Real } from "cotangent";
import type { Contender, Row } from "../row.ts";
import {
  leastSquares,
  leastSquaresGradient,
  logSumExp,
  logSumExpGradient,
  network,
  networkGradient,
  rosenbrock,
  rosenbrockGradient,
  rosenbrockHessian,
  rosenbrockHessianTimes,
  sum10,
  sum10Gradient,
  WEIGHTS,
} from "./problems.ts";

/** Numbers that look random and are the same in every run. */
export const numbers = (count: number, scale = 1): Float64Array =>
  Float64Array.from({ length: count }, (_, i) => scale * Math.sin(12.9898 * (i + 1)));
const byHand = (size: number, work: (out: Float64Array) => void): Contender => ({
  name: "by hand",
  prepare: () => {
    const out = new Float64Array(size);
    return {
      run: () => {
        work(out);
        return out[0]!;
      },
      result: () => {
        work(out);
        return out;
      },
    };
  },
});

interface IntoResult {
  into<T extends object>(out: T, ...args: readonly unknown[]): T;
  readonly wasm: Uint8Array;
}

/** `make` compiles; `args` is what the compiled function is called with. */
const compiled = (size: number, make: () => unknown, args: readonly unknown[]): Contender => ({
  name: "compiled",
  prepare: () => {
    const f = make() as IntoResult;
    const out = new Float64Array(size);
    const facts = { bytes: 0 };
    const work =
      args.length === 1 ? (): unknown => f.into(out, args[0]) : (): unknown => f.into(out, ...args);
    work();
    facts.bytes = f.wasm.length;
    return {
      facts,
      run: () => {
        work();
        return out[0]!;
      },
      result: () => {
        work();
        return out;
      },
    };
  },
});

const gradient = (
  name: string,
  title: string,
  f: (x: readonly Real[]) => Real,
  hand: (x: Float64Array, out: Float64Array) => void,
  x: Float64Array,
): Row => ({
  name,
  title,
  contenders: [byHand(x.length, (out) => hand(x, out)), compiled(x.length, () => compile(grad(f)), [x])],
});

/** The matrix row after row. */
const hessianRow = (n: number): Row => {
  const x = numbers(n);
  return {
    name: `hessian-${n}`,
    title: `Hessian of Rosenbrock's function, n = ${n}`,
    contenders: [
      byHand(n * n, (out) => rosenbrockHessian(x, out)),
      compiled(n * n, () => compile(hessian(rosenbrock)), [x]),
    ],
  };
};

const x1000 = numbers(1000);
const v1000 = numbers(1000, 0.5);
const x10 = numbers(10);
/** What the network learns from: x, y and label of each point. */
export const points = Float64Array.from({ length: 150 }, (_, i) => (i % 3 === 2 ? i % 2 : Math.sin(3.7 * i)));
/** Of the least squares: row after row, and the right-hand side. */
export const matrix = numbers(128 * 1000);
export const rightHandSide = numbers(1000);

export const programs: readonly Row[] = [
  ...[2, 100, 1000, 10_000].map((n) =>
    gradient(
      `rosenbrock-${n}`,
      `Gradient of Rosenbrock's function, n = ${n}`,
      rosenbrock,
      rosenbrockGradient,
      numbers(n),
    ),
  ),
  hessianRow(2),
  hessianRow(20),
  {
    name: "hvp-1000",
    title: "Hessian of Rosenbrock's function times a vector, n = 1000",
    contenders: [
      byHand(1000, (out) => rosenbrockHessianTimes(x1000, v1000, out)),
      compiled(1000, () => compile(hvp(rosenbrock)), [[x1000], [v1000]]),
    ],
  },
  gradient(
    "network",
    "One epoch of a 2-10-10-1 network on 50 points",
    network(points),
    (w, out) => networkGradient(points, w, out),
    numbers(WEIGHTS),
  ),
  ...[1000, 100_000].map((n) =>
    gradient(`lse-${n}`, `Gradient of log-sum-exp, n = ${n}`, logSumExp, logSumExpGradient, numbers(n)),
  ),
  gradient(
    "least-squares",
    "Gradient of a least-squares sum, 1000 x 128",
    leastSquares(matrix, rightHandSide),
    (x, out) => leastSquaresGradient(matrix, rightHandSide, x, out),
    numbers(128),
  ),
  {
    name: "sum-10",
    title: "Gradient of Σ sin(xᵢ) xᵢ₊₁, 10 parameters",
    contenders: [
      byHand(10, (out) => sum10Gradient(x10, out)),
      compiled(10, () => compile(grad(sum10)), Array.from(x10)),
    ],
  },
];

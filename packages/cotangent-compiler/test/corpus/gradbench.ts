/** Inputs for GradBench's problems, which the benches run in their full size. */
import type { Cases } from "./case.ts";

export {
  bundle,
  determinant,
  gmm,
  kmeans,
  llsq,
  logSumExp,
  lstm,
  ode,
  odeEnd,
  square,
} from "../../../../bench/src/gradbench/problems.ts";

const f = (...x: number[]): Float64Array => Float64Array.from(x);
const sines = (length: number): Float64Array => Float64Array.from({ length }, (_, i) => Math.sin(i + 1));

export const cases: Cases = {
  square: [() => [3]],
  llsq: [() => [f(0.5, -1, 2), 8]],
  logSumExp: [() => [f(1, 2, 3)], () => [f(-800, 5)]],
  gmm: [
    () => [
      f(0.1, 0.4),
      f(0, 0.5, 1, -1),
      f(0.1, 0.2, -0.1, 0.3),
      f(0.5, -0.5),
      f(1, 2, -1, 0.5),
      2,
      { gamma: 1, m: 0 },
    ],
  ],
  bundle: [
    () => [
      // The second camera is not turned.
      f(
        0.1,
        0.2,
        0.3,
        0.5,
        -0.5,
        4,
        500,
        10,
        20,
        0.01,
        0.001,
        0,
        0,
        0,
        0.5,
        -0.5,
        4,
        500,
        10,
        20,
        0.01,
        0.001,
      ),
      f(1, 2, 10),
      f(0.9, 0.8),
      f(0, 0, 1, 0),
      f(100, 200, 110, 190),
    ],
  ],
  lstm: [() => [sines(48), sines(9), sines(12).map(Math.abs), f(1, 0, 1, 0, 0, 1, 1, 1, 0, 0, 0, 1), 2, 3]],
  determinant: [() => [f(2, -1, 0.5, 3, 1, 1, -2, 0, 4), 3], () => [sines(16), 4]],
  ode: [() => [f(0.5, 1, -2, 1.5), 3]],
  odeEnd: [() => [f(0.5, 1, -2, 1.5), 2], () => [f(3), 1]],
  kmeans: [() => [f(1, 2, 3, 4, -1, 0), f(0, 0, 3, 3), 2]],
};

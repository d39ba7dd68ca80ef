/** GradBench's problems in its sizes. Unless `--full` is given, a few of each. */
import { compile, grad } from "cotangent";
import { problemRow } from "../problem.ts";
import type { Row } from "../row.ts";
import { handArrays, normal, numbers, someHand, uniform } from "./data.ts";
import { particles, saddles } from "./descent.ts";
import { handErrors, handJacobian } from "./hand.ts";
import {
  bundle,
  bundleJacobian,
  determinant,
  gmm,
  kmeans,
  kmeansDirection,
  llsq,
  logSumExp,
  lstm,
  ode,
  odeEnd,
  square,
} from "./problems.ts";

export function llsqRow(n: number, m: number, full: boolean): Row {
  const x = numbers(m, uniform(n));
  return problemRow({
    name: `gradbench-llsq-${n}x${m}`,
    title: `GradBench llsq: least squares, ${n} points, ${m} coefficients`,
    full,
    cpp: "llsq",
    tuned: true,
    data: () => [x, Float64Array.of(n)],
    plain: () => () => llsq(x, n),
    primal: () => {
      const f = compile(llsq);
      return () => f(x, n);
    },
    derivative: () => {
      const g = grad(llsq, { wrt: 0 });
      return () => g(x, n);
    },
    into: () => {
      const g = compile(grad(llsq, { wrt: 0 }));
      return (out) => g.into(out, x, n);
    },
  });
}

export function lseRow(n: number, full: boolean): Row {
  const x = numbers(n, uniform(n));
  return problemRow({
    name: `gradbench-lse-${n}`,
    title: `GradBench lse: log-sum-exp of ${n} numbers`,
    full,
    cpp: "lse",
    data: () => [x],
    plain: () => () => logSumExp(x),
    primal: () => {
      const f = compile(logSumExp);
      return () => f(x);
    },
    derivative: () => {
      const g = grad(logSumExp);
      return () => g(x);
    },
    into: () => {
      const g = compile(grad(logSumExp));
      return (out) => g.into(out, x);
    },
  });
}

export function gmmRow(d: number, k: number, n: number, full: boolean): Row {
  const next = normal(31 * d + k);
  const wishart = { gamma: 1, m: 0 };
  const args = (): Parameters<typeof gmm> => [
    numbers(k, next),
    numbers(k * d, uniform(d)),
    numbers(k * d, next),
    numbers((k * d * (d - 1)) / 2, next),
    numbers(n * d, next),
    d,
    wishart,
  ];
  let made: Parameters<typeof gmm> | undefined;
  const data = (): Parameters<typeof gmm> => (made ??= args());
  return problemRow({
    name: `gradbench-gmm-d${d}-k${k}`,
    title: `GradBench gmm: mixture of ${k} Gaussians in ${d} dimensions, ${n} points`,
    full,
    cpp: "gmm",
    tuned: true,
    data: () => {
      const [alpha, means, logDiagonals, below, points] = data();
      return [Float64Array.of(d, wishart.gamma, wishart.m), alpha, means, logDiagonals, below, points];
    },
    plain: () => {
      const args = data();
      return () => gmm(...args);
    },
    primal: () => {
      const [args, f] = [data(), compile(gmm)];
      return () => f(...args);
    },
    derivative: () => {
      const [args, g] = [data(), grad(gmm, { wrt: [0, 1, 2, 3] })];
      return () => g(...args);
    },
    into: () => {
      const [args, g] = [data(), compile(grad(gmm, { wrt: [0, 1, 2, 3] }))];
      return (out) => g.into(out, ...args);
    },
  });
}

/** Cameras that look at a cloud of points from near by, each from another side. */
export function baRow(n: number, m: number, p: number, full: boolean): Row {
  const make = (): Parameters<typeof bundle> => {
    const next = uniform(p);
    const around = (x: number, width: number): number => x + width * (next() - 0.5);
    // Rotation, centre; focal length, middle of the sensor, distortion.
    const camera = [0, 0, 0, 0, 0, -5, 500, 0, 0, 0, 0];
    const widths = [1, 1, 1, 1, 1, 1, 100, 20, 20, 0.02, 0.002];
    const cameras = Float64Array.from({ length: 11 * n }, (_, i) => around(camera[i % 11]!, widths[i % 11]!));
    const points = numbers(3 * m, () => around(0, 2));
    const weights = numbers(p, next);
    const observations = Float64Array.from({ length: 2 * p }, (_, i) =>
      i % 2 === 0 ? (i / 2) % n : ((i - 1) / 2) % m,
    );
    return [cameras, points, weights, observations, numbers(2 * p, () => around(0, 500))];
  };
  let made: Parameters<typeof bundle> | undefined;
  const data = (): Parameters<typeof bundle> => (made ??= make());
  return problemRow({
    name: `gradbench-ba-n${n}-m${m}-p${p}`,
    title: `GradBench ba: ${n} cameras, ${m} points, ${p} observations`,
    full,
    cpp: "ba",
    data,
    plain: () => {
      const args = data();
      return () => bundle(...args);
    },
    primal: () => {
      const [args, f] = [data(), compile(bundle)];
      return () => f(...args);
    },
    derivative: () => {
      const [args, f] = [data(), compile(bundleJacobian)];
      return () => f(...args);
    },
    into: () => {
      const [args, f] = [data(), compile(bundleJacobian)];
      return (out) => f.into(out, ...args);
    },
  });
}

export function lstmRow(layers: number, characters: number, full: boolean): Row {
  const bits = 14;
  const next = uniform(layers * characters);
  const weights = numbers(8 * layers * bits, next);
  const ends = numbers(3 * bits, next);
  const start = numbers(2 * layers * bits, next);
  const text = numbers(characters * bits, () => (next() < 0.3 ? 1 : 0));
  return problemRow({
    name: `gradbench-lstm-l${layers}-c${characters}`,
    title: `GradBench lstm: ${layers} layers, ${characters} characters of ${bits} bits`,
    full,
    cpp: "lstm",
    data: () => [Float64Array.of(layers, bits), weights, ends, start, text],
    plain: () => () => lstm(weights, ends, start, text, layers, bits),
    primal: () => {
      const f = compile(lstm);
      return () => f(weights, ends, start, text, layers, bits);
    },
    derivative: () => {
      const g = grad(lstm, { wrt: [0, 1] });
      return () => g(weights, ends, start, text, layers, bits);
    },
    into: () => {
      const g = compile(grad(lstm, { wrt: [0, 1] }));
      return (out) => g.into(out, weights, ends, start, text, layers, bits);
    },
  });
}

export function kmeansRow(k: number, n: number, d: number, full: boolean): Row {
  let made: Float64Array | undefined;
  const data = (): Float64Array => (made ??= numbers(n * d, uniform(n * d)));
  const centresOf = (points: Float64Array): Float64Array => points.slice(-k * d);
  return problemRow({
    name: `gradbench-kmeans-k${k}-n${n}-d${d}`,
    title: `GradBench kmeans: ${k} centres, ${n} points in ${d} dimensions; gradient and diagonal of the Hessian`,
    full,
    cpp: "kmeans",
    tuned: true,
    data: () => [data(), centresOf(data()), Float64Array.of(d)],
    plain: () => {
      const [points, centres] = [data(), centresOf(data())];
      return () => kmeans(points, centres, d);
    },
    primal: () => {
      const [points, centres, f] = [data(), centresOf(data()), compile(kmeans)];
      return () => f(points, centres, d);
    },
    derivative: () => {
      const [points, centres, f] = [data(), centresOf(data()), compile(kmeansDirection)];
      return () => f(points, centres, d);
    },
    into: () => {
      const [points, centres, f] = [data(), centresOf(data()), compile(kmeansDirection)];
      return (out) => f.into(out, points, centres, d);
    },
  });
}

export function determinantRow(n: number, full: boolean): Row {
  const a = numbers(n * n, uniform(n));
  return problemRow({
    name: `gradbench-det-${n}`,
    title: `GradBench det: a determinant of ${n} x ${n} by its minors`,
    full,
    cpp: "det",
    data: () => [a, Float64Array.of(n)],
    plain: () => () => determinant(a, n),
    primal: () => {
      const f = compile(determinant);
      return () => f(a, n);
    },
    derivative: () => {
      const g = grad(determinant, { wrt: 0 });
      return () => g(a, n);
    },
    into: () => {
      const g = compile(grad(determinant, { wrt: 0 }));
      return (out) => g.into(out, a, n);
    },
  });
}

export function odeRow(n: number, steps: number, full: boolean): Row {
  const x = numbers(n, uniform(n + steps));
  return problemRow({
    name: `gradbench-ode-n${n}-s${steps}`,
    title: `GradBench ode: ${n} equations, ${steps} steps of Runge and Kutta's method`,
    full,
    cpp: "ode",
    data: () => [x, Float64Array.of(steps)],
    plain: () => () => ode(x, steps),
    primal: () => {
      const f = compile(ode);
      return () => f(x, steps);
    },
    derivative: () => {
      const g = grad(odeEnd, { wrt: 0 });
      return () => g(x, steps);
    },
    into: () => {
      const g = compile(grad(odeEnd, { wrt: 0 }));
      return (out) => g.into(out, x, steps);
    },
  });
}

export function handRow(vertices: number, points: number, inTriangles: boolean, full: boolean): Row {
  let made: Parameters<typeof handErrors> | undefined;
  const data = (): Parameters<typeof handErrors> => (made ??= someHand(vertices, points, inTriangles));
  return problemRow({
    name: `gradbench-ht-${inTriangles ? "complicated" : "simple"}-c${points}`,
    title: `GradBench ht: a hand of ${vertices} vertices, ${points} points${inTriangles ? " in triangles" : ""}`,
    full,
    cpp: "ht",
    data: () => handArrays(data()),
    plain: () => {
      const args = data();
      return () => handErrors(...args);
    },
    primal: () => {
      const [args, f] = [data(), compile(handErrors)];
      return () => f(...args);
    },
    derivative: () => {
      const [args, f] = [data(), compile(handJacobian)];
      return () => f(...args);
    },
    into: () => {
      const [args, f] = [data(), compile(handJacobian)];
      return (out) => f.into(out, ...args);
    },
  });
}

/** The derivatives by hand are forward or in reverse as the outer ones are; the inner ones are formulas. */
const particleRow = (modes: string, particle: (w: number) => number): Row =>
  problemRow({
    name: `gradbench-particle-${modes}`,
    title: `GradBench particle: descent along the derivative of a path that has derivatives inside (${modes})`,
    cpp: "particle",
    data: () => [Float64Array.of(0), Float64Array.of(modes.startsWith("r") ? 1 : 0)],
    derivative: () => {
      const f = compile(particle);
      return () => f(0);
    },
  });

const saddleRow = (modes: string, saddle: typeof saddles.ff): Row =>
  problemRow({
    name: `gradbench-saddle-${modes}`,
    title: `GradBench saddle: the least of what is greatest, by descent within descent (${modes})`,
    cpp: "saddle",
    data: () => [Float64Array.of(1, 1)],
    derivative: () => {
      const f = compile(saddle);
      return () => f([1, 1]);
    },
  });

export const descents: readonly Row[] = [
  ...Object.entries(particles).map(([modes, f]) => particleRow(modes, f)),
  ...Object.entries(saddles).map(([modes, f]) => saddleRow(modes, f)),
];

export const hello: Row = problemRow({
  name: "gradbench-hello",
  title: "GradBench hello: the square of a number",
  cpp: "hello",
  data: () => [Float64Array.of(3)],
  plain: () => () => square(3),
  primal: () => {
    const f = compile(square);
    return () => f(3);
  },
  derivative: () => {
    const g = grad(square);
    return () => g(3);
  },
});

const LLSQ = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8196, 16_392];
const LSE = [1000, 2500, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 1_280_000];
const GMM_D = [2, 10, 20, 32, 64];
const GMM_K = [5, 10, 25, 50, 100, 200];

/**
 * Cameras, points and observations of the public data sets, but for the two largest: their Jacobians take more than the two gigabytes that
 * Node reads from a file at once, and the last more than the four that a WebAssembly module can have.
 */
const BA = [
  [49, 7776, 31_843],
  [21, 11_315, 36_455],
  [161, 48_126, 182_072],
  [372, 47_423, 204_472],
  [257, 65_132, 225_911],
  [539, 65_220, 277_273],
  [93, 61_203, 287_451],
  [88, 64_298, 383_937],
  [810, 88_814, 393_775],
  [1197, 126_327, 563_734],
  [1723, 156_502, 678_718],
  [253, 163_691, 899_155],
  [245, 198_739, 1_091_386],
  [356, 226_730, 1_255_268],
  [1102, 780_462, 4_052_340],
  [1544, 942_409, 4_750_193],
  [1778, 993_923, 5_001_946],
  [1936, 649_673, 5_213_733],
] as const;
const LSTM = [
  [2, 1024],
  [4, 1024],
  [2, 4096],
  [4, 4096],
] as const;
const KMEANS_K = [10, 100];
const KMEANS_N = [1000, 10_000];
const KMEANS_D = [8, 16];
const DET = [5, 6, 7, 8, 9, 10, 11];
/** By the product, as GradBench orders them. The largest keep a gigabyte for the way back. */
const ODE = [
  [1000, 1],
  [1000, 10],
  [10_000, 1],
  [1000, 100],
  [10_000, 10],
  [100_000, 1],
  [10_000, 100],
  [100_000, 10],
  [100_000, 100],
] as const;
/** The vertices of the smaller of GradBench's two hands, and the points of the first of its data. */
const HT_VERTICES = 544;
const HT_POINTS = [100, 192, 200, 400, 800, 1600, 3200];

export const gradbench: readonly Row[] = [
  hello,
  ...LLSQ.map((n) => llsqRow(n, 128, ![64, 1024, 16_392].includes(n))),
  ...LSE.map((n) => lseRow(n, ![1000, 10_000, 160_000].includes(n))),
  ...GMM_D.flatMap((d) =>
    GMM_K.map((k) => gmmRow(d, k, 1000, !["2,5", "10,25", "32,50", "64,25"].includes(`${d},${k}`))),
  ),
  ...BA.map(([n, m, p], i) => baRow(n, m, p, i > 0)),
  ...LSTM.map(([layers, characters]) => lstmRow(layers, characters, characters > 1024)),
  ...DET.map((n) => determinantRow(n, ![5, 8, 10].includes(n))),
  ...ODE.map(([n, steps]) =>
    odeRow(n, steps, !["1000,10", "1000,100", "10000,10"].includes(`${n},${steps}`)),
  ),
  ...HT_POINTS.flatMap((points) =>
    [false, true].map((inTriangles) => handRow(HT_VERTICES, points, inTriangles, points > 100)),
  ),
  ...descents,
  ...KMEANS_K.flatMap((k) => KMEANS_N.flatMap((n) => KMEANS_D.map((d) => kmeansRow(k, n, d, d > 8)))),
];

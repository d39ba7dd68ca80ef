/** GradBench's problems in its sizes. Unless `--full` is given, a few of each. */
import { compile, grad } from "cotangent";
import type { Row } from "../row.ts";
import { normal, numbers, uniform } from "./data.ts";
import { gmm, llsq, logSumExp } from "./problems.ts";
import { problemRow } from "./row.ts";

function llsqRow(n: number, m: number, full: boolean): Row {
  const x = numbers(m, uniform(n));
  return problemRow({
    name: `gradbench-llsq-${n}x${m}`,
    title: `GradBench llsq: least squares, ${n} points, ${m} coefficients`,
    full,
    cpp: "llsq",
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
  });
}

function lseRow(n: number, full: boolean): Row {
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
  });
}

function gmmRow(d: number, k: number, n: number, full: boolean): Row {
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
  });
}

const LLSQ = [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8196, 16_392];
const LSE = [1000, 2500, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 640_000, 1_280_000];
const GMM_D = [2, 10, 20, 32, 64];
const GMM_K = [5, 10, 25, 50, 100, 200];

export const gradbench: readonly Row[] = [
  ...LLSQ.map((n) => llsqRow(n, 128, ![64, 1024, 16_392].includes(n))),
  ...LSE.map((n) => lseRow(n, ![1000, 10_000, 160_000].includes(n))),
  ...GMM_D.flatMap((d) =>
    GMM_K.map((k) => gmmRow(d, k, 1000, !["2,5", "10,25", "32,50", "64,25"].includes(`${d},${k}`))),
  ),
];

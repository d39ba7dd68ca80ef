import { readFile } from "node:fs/promises";
import { compile, grad, jacobian } from "cotangent";
import { describe, expect, it } from "vitest";
import { normal, numbers, someHand, uniform } from "../src/gradbench/data.ts";
import { handErrors, handJacobian } from "../src/gradbench/hand.ts";
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
  odeEnd,
  square,
} from "../src/gradbench/problems.ts";
import {
  baRow,
  descents,
  determinantRow,
  gmmRow,
  handRow,
  hello,
  kmeansRow,
  llsqRow,
  lseRow,
  lstmRow,
  odeRow,
} from "../src/gradbench/rows.ts";
import { differs, measure } from "../src/measure.ts";
import { noNative } from "../src/native/native.ts";
import type { Contender, Row } from "../src/row.ts";
import { springsRow } from "../src/springs/rows.ts";
import { adjointByHand, beam, miss } from "../src/springs/springs.ts";

const settings = { steps: 60, dt: 0.02, fixed: 3, floor: -0.05, target: [2, 0] } as const;

/** The problems, so small that the whole work of a row takes milliseconds. */
const small = [
  hello,
  llsqRow(20, 7, false),
  lseRow(33, false),
  gmmRow(1, 3, 10, false),
  gmmRow(6, 3, 10, false),
  baRow(3, 5, 11, false),
  lstmRow(2, 9, false),
  kmeansRow(3, 20, 5, false),
  determinantRow(4, false),
  odeRow(7, 5, false),
  handRow(6, 4, false, false),
  handRow(6, 4, true, false),
  ...descents,
  springsRow(4, settings),
];

const inCpp = ({ contenders }: Row): readonly Contender[] =>
  contenders.filter(({ name }) => name.startsWith("C++ "));

/** What takes derivatives itself is nothing without them. */
const hasPrimal = ({ contenders }: Row): boolean => contenders.some(({ name }) => name === "primal");

describe("rows of plain functions", () => {
  it.each(small)("$name: every contender gives the same numbers", async (row) => {
    const { findings, comparisons, missing } = await measure(row, { rounds: 1, sample: 0.01 });
    expect(findings.length + missing.length).toBe(row.contenders.length);
    // Without a compiler for C++ there is nothing beside it.
    expect(missing.length).toBe(noNative() === undefined ? 0 : inCpp(row).length);
    const compared = new Set(comparisons.map(({ name }) => name));
    expect(compared.has("derivative / primal")).toBe(hasPrimal(row));
    expect(compared.has("derivative / C++")).toBe(noNative() === undefined);
  });

  it.each(small)("$name: straight and tuned C++ are told apart", async (row) => {
    const source = await readFile(new URL(`../cpp/${row.group}.cpp`, import.meta.url), "utf8");
    const works = inCpp(row).map(({ name }) => name);
    const kinds = source.includes('"derivative, straight"') ? ["C++", "C++ tuned"] : ["C++"];
    const wanted = hasPrimal(row) ? ["derivative", "primal"] : ["derivative"];
    expect(works).toEqual(wanted.flatMap((work) => kinds.map((kind) => `${kind} ${work}`)));
  });
});

/** Derivatives of `f` at x by differences, to about nine digits where f is of moderate size and bends little within 2h. */
function differences(f: (x: Float64Array) => number, x: Float64Array, h = 1e-3): Float64Array {
  const at = (i: number, h: number): number => {
    const moved = x.slice();
    moved[i] = moved[i]! + h;
    return f(moved);
  };
  const central = (i: number, h: number): number => (at(i, h) - at(i, -h)) / (2 * h);
  // Two step widths leave an error of the fourth order.
  return x.map((_, i) => (4 * central(i, h) - central(i, 2 * h)) / 3);
}

describe("derivatives are those that differences give", () => {
  const expectNear = (got: ArrayLike<number>, wanted: ArrayLike<number>): void => {
    expect(got).toHaveLength(wanted.length);
    expect(differs(got, wanted, 1e-8)).toBe(undefined);
  };

  it("hello", () => {
    expect(grad(square)(-3)).toBe(-6);
  });

  it("llsq", () => {
    const x = numbers(5, uniform(1));
    expectNear(
      grad(llsq, { wrt: 0 })(x, 12),
      differences((y) => llsq(y, 12), x),
    );
  });

  it("lse", () => {
    const x = numbers(9, normal(2));
    expectNear(grad(logSumExp)(x), differences(logSumExp, x));
  });

  it("gmm", () => {
    const [d, k, n] = [3, 2, 5];
    const next = normal(3);
    const args = [k, k * d, k * d, (k * d * (d - 1)) / 2, n * d].map((size) => numbers(size, next));
    const [alpha, means, logDiagonals, below, points] = args as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const wishart = { gamma: 1.5, m: 2 };
    const f = (...x: readonly Float64Array[]): number =>
      gmm(...(x as [Float64Array, Float64Array, Float64Array, Float64Array]), points, d, wishart);
    const found = grad(gmm, { wrt: [0, 1, 2, 3] })(alpha, means, logDiagonals, below, points, d, wishart);
    found.forEach((g, i) => {
      expectNear(
        g,
        differences((x) => f(...args.slice(0, 4).map((y, j) => (i === j ? x : y))), args[i]!),
      );
    });
  });

  it("ba: row by row, the dense Jacobian without its zeros", () => {
    const [n, m, p] = [2, 3, 4];
    const next = uniform(4);
    const cameras = numbers(11 * n, next);
    const points = numbers(3 * m, () => 3 + next());
    const weights = numbers(p, next);
    const observations = Float64Array.of(0, 1, 1, 2, 0, 0, 1, 1);
    const features = numbers(2 * p, next);
    // One camera is not turned at all.
    cameras.fill(0, 0, 3);
    const values = compile(bundleJacobian)(cameras, points, weights, observations, features);
    const dense = jacobian(bundle, { wrt: [0, 1, 2] })(cameras, points, weights, observations, features);
    const rows = dense as unknown as readonly (readonly Float64Array[])[];
    const wanted = Array.from({ length: 2 * p }, (_, row) => {
      const i = Math.floor(row / 2);
      const [camera, point] = [observations[2 * i]!, observations[2 * i + 1]!];
      const [byCameras, byPoints, byWeights] = rows[row]! as [Float64Array, Float64Array, Float64Array];
      return [
        ...byCameras.slice(11 * camera, 11 * camera + 11),
        ...byPoints.slice(3 * point, 3 * point + 3),
        byWeights[i]!,
      ];
    });
    expectNear(values, [...wanted.flat(), ...weights.map((w) => -2 * w)]);
    const first = (x: Float64Array): number => bundle(x, points, weights, observations, features)[2]!;
    expectNear(rows[2]![0]!, differences(first, cameras));
  });

  it("lstm", () => {
    const [layers, bits] = [2, 3];
    const next = uniform(5);
    const weights = numbers(8 * layers * bits, next);
    const ends = numbers(3 * bits, next);
    const start = numbers(2 * layers * bits, next);
    const text = numbers(7 * bits, () => (next() < 0.5 ? 1 : 0));
    const [byWeights, byEnds] = grad(lstm, { wrt: [0, 1] })(weights, ends, start, text, layers, bits);
    expectNear(
      byWeights,
      differences((x) => lstm(x, ends, start, text, layers, bits), weights),
    );
    expectNear(
      byEnds,
      differences((x) => lstm(weights, x, start, text, layers, bits), ends),
    );
  });

  it("kmeans, to the second order", () => {
    const d = 2;
    const points = numbers(20, uniform(6));
    const centres = points.slice(-6);
    const [gradient, diagonal] = compile(kmeansDirection)(points, centres, d);
    expectNear(
      gradient,
      differences((x) => kmeans(points, x, d), centres),
    );
    const at = (x: Float64Array): Float64Array => grad(kmeans, { wrt: 1 })(points, x, d);
    expectNear(
      diagonal,
      centres.map((_, i) => differences((x) => at(x)[i]!, centres)[i]!),
    );
  });

  it("det", () => {
    const n = 4;
    const a = numbers(n * n, normal(7));
    expectNear(
      grad(determinant, { wrt: 0 })(a, n),
      differences((x) => determinant(x, n), a),
    );
  });

  it("ode", () => {
    const x = numbers(5, uniform(8));
    expectNear(
      grad(odeEnd, { wrt: 0 })(x, 6),
      differences((y) => odeEnd(y, 6), x),
    );
  });

  it.each([false, true])("ht: column by column, in triangles: %s", (inTriangles) => {
    const [theta, us, ...others] = someHand(5, 4, inTriangles);
    const columns = compile(handJacobian)(theta, us, ...others);
    const rows = others[2].length;
    const errors = (t: Float64Array, u: Float64Array): Float64Array => handErrors(t, u, ...others);
    const byPose = Array.from({ length: rows }, (_, row) => differences((t) => errors(t, us)[row]!, theta));
    // Each error depends on two of `us`, its point's own.
    const byPlace = Array.from({ length: rows }, (_, row) => {
      const own = 2 * Math.floor(row / 3);
      return differences((u) => errors(theta, u)[row]!, us).slice(own, own + 2);
    });
    const wanted = (inTriangles ? [0, 1] : [])
      .flatMap((k) => byPlace.map((row) => row[k]!))
      .concat(Array.from(theta).flatMap((_, k) => byPose.map((row) => row[k]!)));
    expectNear(columns, wanted);
  });

  it("springs, while some masses lie on the floor", () => {
    const { stiffness, rest, start, ends } = beam(4);
    const f = (k: Float64Array, r: Float64Array, x: Float64Array): number => miss(k, r, x, ends, settings);
    // It does touch the floor: deeper down the result is another.
    expect(f(stiffness, rest, start)).not.toBe(
      miss(stiffness, rest, start, ends, { ...settings, floor: -9 }),
    );
    const [byStiffness, byRest, byStart] = grad(miss, { wrt: [0, 1, 2] })(
      stiffness,
      rest,
      start,
      ends,
      settings,
    );
    expectNear(
      byStiffness,
      differences((x) => f(x, rest, start), stiffness, 1e-2),
    );
    expectNear(
      byRest,
      differences((x) => f(stiffness, x, start), rest, 1e-5),
    );
    const byHand = adjointByHand(stiffness.length, start.length / 2, ends, settings)(stiffness, rest, start);
    [byStiffness, byRest, byStart].forEach((g, i) => expectNear(g, byHand[i]!));
  });
});

/** What the tool can do: the modules of the evals, with their functions, from JSON to JSON. */
import { compile, grad } from "cotangent";

import { particles, saddles } from "../gradbench/descent.ts";
import { handErrors, handJacobian } from "../gradbench/hand.ts";
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
} from "../gradbench/problems.ts";
import { boolean, count, fields, indices, InputError, matrices, matrix, number, vector } from "./input.ts";

/** A function with its input read: runs as often as it is wanted; what the last run gave is then put into JSON. */
export interface Prepared {
  readonly run: () => void;
  readonly output: () => unknown;
}

type Evaluable = (input: unknown) => Prepared;

/** What runs, and how its result is written. */
function prepared<T>(run: () => T, write: (result: T) => unknown): Prepared {
  let last: { readonly result: T } | undefined;
  return {
    run: () => {
      last = { result: run() };
    },
    output: () => write(last!.result),
  };
}

const list = (x: Float64Array): readonly number[] => Array.from(x);
const itself = <T>(x: T): T => x;

function rowsOf(x: Float64Array, columns: number, rows: number): readonly (readonly number[])[] {
  return Array.from({ length: rows }, (_, i) => list(x.subarray(i * columns, (i + 1) * columns)));
}

const compiled = {
  square: compile(square),
  double: grad(square),
  llsq: compile(llsq),
  llsqGradient: grad(llsq, { wrt: 0 }),
  logSumExp: compile(logSumExp),
  logSumExpGradient: grad(logSumExp),
  gmm: compile(gmm),
  gmmGradient: grad(gmm, { wrt: [0, 1, 2, 3] }),
  bundle: compile(bundle),
  bundleJacobian: compile(bundleJacobian),
  lstm: compile(lstm),
  lstmGradient: grad(lstm, { wrt: [0, 1] }),
  kmeans: compile(kmeans),
  kmeansDirection: compile(kmeansDirection),
  determinant: compile(determinant),
  determinantGradient: grad(determinant, { wrt: 0 }),
  ode: compile(ode),
  odeGradient: grad(odeEnd, { wrt: 0 }),
  handErrors: compile(handErrors),
  handJacobian: compile(handJacobian),
};

function llsqInput(input: unknown): [Float64Array, number] {
  const { x, n } = fields(input, "The input");
  return [vector(x, "x"), count(n, "n", 2)];
}

function lseInput(input: unknown): Float64Array {
  const x = vector(fields(input, "The input")["x"], "x");
  if (x.length === 0) throw new InputError("x must have at least one number.");
  return x;
}

function gmmInput(input: unknown): Parameters<typeof gmm> {
  const given = fields(input, "The input");
  const d = count(given["d"], "d");
  const k = count(given["k"], "k");
  const n = count(given["n"], "n");
  return [
    vector(given["alpha"], "alpha", k),
    matrix(given["mu"], "mu", { rows: k, columns: d }).values,
    matrix(given["q"], "q", { rows: k, columns: d }).values,
    matrix(given["l"], "l", { rows: k, columns: (d * (d - 1)) / 2 }).values,
    matrix(given["x"], "x", { rows: n, columns: d }).values,
    d,
    { gamma: number(given["gamma"], "gamma"), m: count(given["m"], "m", 0) },
  ];
}

/** The eval sends one camera, one point, one weight and one feature, of which there are as many copies as it says. */
function baInput(input: unknown): {
  readonly n: number;
  readonly m: number;
  readonly p: number;
  readonly args: Parameters<typeof bundle>;
} {
  const given = fields(input, "The input");
  const n = count(given["n"], "n");
  const m = count(given["m"], "m");
  const p = count(given["p"], "p");
  const repeated = (x: Float64Array, times: number): Float64Array =>
    Float64Array.from({ length: times * x.length }, (_, i) => x[i % x.length]!);
  const observations = Float64Array.from({ length: 2 * p }, (_, i) =>
    i % 2 === 0 ? (i / 2) % n : ((i - 1) / 2) % m,
  );
  return {
    n,
    m,
    p,
    args: [
      repeated(vector(given["cam"], "cam", 11), n),
      repeated(vector(given["x"], "x", 3), m),
      new Float64Array(p).fill(number(given["w"], "w")),
      observations,
      repeated(vector(given["feat"], "feat", 2), p),
    ],
  };
}

/** Numbers of the first observation's two rows in the sparse Jacobian of ba: all other observations have the same. */
const FIRST = 30;

/** The Jacobian in compressed rows, cut to its first two rows and the last entry, as the eval wants it. */
function sparse(values: Float64Array, { n, m, p }: { n: number; m: number; p: number }): unknown {
  const entries = 31 * p;
  // Where each row begins: two rows of 15 entries for an observation, then one entry for each weight.
  const begin = (row: number): number => (row <= 2 * p ? 15 * row : 30 * p + (row - 2 * p));
  const column = (entry: number): number => {
    if (entry >= 30 * p) return 11 * n + 3 * m + (entry - 30 * p);
    const [observation, place] = [Math.floor(entry / 30), entry % 15];
    if (place < 11) return 11 * (observation % n) + place;
    return place < 14 ? 11 * n + 3 * (observation % m) + (place - 11) : 11 * n + 3 * m + observation;
  };
  const cut = (length: number, at: (i: number) => number): readonly number[] => [
    ...Array.from({ length: Math.min(FIRST, length) }, (_, i) => at(i)),
    at(length - 1),
  ];
  return {
    rows: cut(3 * p + 1, begin),
    cols: cut(entries, column),
    vals: cut(entries, (i) => values[i]!),
  };
}

function lstmInput(input: unknown): Parameters<typeof lstm> {
  const given = fields(input, "The input");
  const ends = matrix(given["extra_params"], "extra_params", { rows: 3 });
  const bits = ends.columns;
  const weights = matrix(given["main_params"], "main_params", { columns: 4 * bits });
  if (weights.rows % 2 !== 0) throw new InputError("main_params must have two rows for each layer.");
  const start = matrix(given["state"], "state", { rows: weights.rows, columns: bits });
  const text = matrix(given["sequence"], "sequence", { columns: bits });
  if (text.rows < 2) throw new InputError("sequence must have at least two rows.");
  return [weights.values, ends.values, start.values, text.values, weights.rows / 2, bits];
}

function kmeansInput(input: unknown): { readonly k: number; readonly args: Parameters<typeof kmeans> } {
  const given = fields(input, "The input");
  const points = matrix(given["points"], "points");
  const centroids = matrix(given["centroids"], "centroids", { columns: points.columns });
  return { k: centroids.rows, args: [points.values, centroids.values, points.columns] };
}

function determinantInput(input: unknown): Parameters<typeof determinant> {
  const given = fields(input, "The input");
  const n = count(given["ell"], "ell");
  return [vector(given["A"], "A", n * n), n];
}

function odeInput(input: unknown): Parameters<typeof ode> {
  const given = fields(input, "The input");
  const x = vector(given["x"], "x");
  if (x.length === 0) throw new InputError("x must have at least one number.");
  return [x, count(given["s"], "s")];
}

/** As many as the angles of `theta` need: a wrist, and five fingers of four. */
const FEWEST_BONES = 21;

/** `us` come as pairs, one for each point; as a list of numbers, which the eval's description says, they are understood, too. */
function handInput(input: unknown): Parameters<typeof handErrors> {
  const given = fields(input, "The input");
  const data = fields(given["data"], "data");
  const model = fields(data["model"], "data.model");
  const bones = count(model["bone_count"], "data.model.bone_count", FEWEST_BONES);
  const parents = indices(model["parents"], "data.model.parents", bones, { least: -1, length: bones });
  const late = parents.findIndex((parent, bone) => parent >= bone);
  if (late >= 0) throw new InputError(`data.model.parents[${late}] must come before bone ${late}.`);
  const square = { rows: 4, columns: 4 };
  const positions = matrix(model["base_positions"], "data.model.base_positions", { columns: 4 });
  const vertices = positions.rows;
  const us = given["us"];
  const isSimple = Array.isArray(us) && us.length === 0;
  const triangles = matrix(model["triangles"], "data.model.triangles", { columns: 3 });
  const seen = matrix(data["points"], "data.points", { columns: 3 });
  const points = seen.rows;
  return [
    vector(given["theta"], "theta", 26),
    isSimple || (Array.isArray(us) && typeof us[0] === "number")
      ? vector(us, "us", isSimple ? 0 : 2 * points)
      : matrix(us, "us", { rows: points, columns: 2 }).values,
    {
      parents,
      relatives: matrices(model["base_relatives"], "data.model.base_relatives", bones, square),
      inverses: matrices(model["inverse_base_absolutes"], "data.model.inverse_base_absolutes", bones, square),
      vertices: positions.values,
      weights: matrix(model["weights"], "data.model.weights", { rows: vertices, columns: bones }).values,
      triangles: indices(Array.from(triangles.values), "data.model.triangles", vertices),
      mirrored: boolean(model["is_mirrored"], "data.model.is_mirrored"),
    },
    indices(data["correspondences"], "data.correspondences", isSimple ? vertices : triangles.rows, {
      length: points,
    }),
    seen.values,
  ];
}

/** The four variants of a function that takes derivatives inside, by their names. */
const variants = <T, U>(
  functions: readonly (readonly [string, (start: T) => U])[],
  read: (input: unknown) => T,
  write: (result: U) => unknown,
): Readonly<Record<string, Evaluable>> =>
  Object.fromEntries(
    functions.map(([name, f]) => [
      name,
      (input: unknown) => {
        const start = read(input);
        return prepared(() => f(start), write);
      },
    ]),
  );

/** By module and function. */
export const modules: ReadonlyMap<string, ReadonlyMap<string, Evaluable>> = new Map(
  Object.entries({
    hello: {
      square: (input: unknown) => {
        const x = number(input, "The input");
        return prepared(() => compiled.square(x), itself);
      },
      double: (input: unknown) => {
        const x = number(input, "The input");
        return prepared(() => compiled.double(x), itself);
      },
    },
    llsq: {
      primal: (input: unknown) => {
        const args = llsqInput(input);
        return prepared(() => compiled.llsq(...args), itself);
      },
      gradient: (input: unknown) => {
        const args = llsqInput(input);
        return prepared(() => compiled.llsqGradient(...args), list);
      },
    },
    lse: {
      primal: (input: unknown) => {
        const x = lseInput(input);
        return prepared(() => compiled.logSumExp(x), itself);
      },
      gradient: (input: unknown) => {
        const x = lseInput(input);
        return prepared(() => compiled.logSumExpGradient(x), list);
      },
    },
    gmm: {
      objective: (input: unknown) => {
        const args = gmmInput(input);
        return prepared(() => compiled.gmm(...args), itself);
      },
      jacobian: (input: unknown) => {
        const args = gmmInput(input);
        const [k, d] = [args[0].length, args[5]];
        return prepared(
          () => compiled.gmmGradient(...args),
          ([alpha, mu, q, l]) => ({
            alpha: list(alpha),
            mu: rowsOf(mu, d, k),
            q: rowsOf(q, d, k),
            l: rowsOf(l, (d * (d - 1)) / 2, k),
          }),
        );
      },
    },
    ba: {
      objective: (input: unknown) => {
        const { args, p } = baInput(input);
        return prepared(
          () => compiled.bundle(...args),
          (errors) => ({
            reproj_error: { elements: list(errors.subarray(0, 2)), repeated: p },
            w_err: { element: errors[2 * p]!, repeated: p },
          }),
        );
      },
      jacobian: (input: unknown) => {
        const { args, ...sizes } = baInput(input);
        return prepared(
          () => compiled.bundleJacobian(...args),
          (values) => sparse(values, sizes),
        );
      },
    },
    lstm: {
      objective: (input: unknown) => {
        const args = lstmInput(input);
        return prepared(() => compiled.lstm(...args), itself);
      },
      jacobian: (input: unknown) => {
        const args = lstmInput(input);
        return prepared(
          () => compiled.lstmGradient(...args),
          ([weights, ends]) => [...weights, ...ends],
        );
      },
    },
    kmeans: {
      cost: (input: unknown) => {
        const { args } = kmeansInput(input);
        return prepared(() => compiled.kmeans(...args), itself);
      },
      dir: (input: unknown) => {
        const { args, k } = kmeansInput(input);
        return prepared(
          () => compiled.kmeansDirection(...args),
          ([gradient, diagonal]) =>
            rowsOf(
              gradient.map((g, i) => g / diagonal[i]!),
              args[2],
              k,
            ),
        );
      },
    },
    det: {
      primal: (input: unknown) => {
        const args = determinantInput(input);
        return prepared(() => compiled.determinant(...args), itself);
      },
      gradient: (input: unknown) => {
        const args = determinantInput(input);
        return prepared(() => compiled.determinantGradient(...args), list);
      },
    },
    ode: {
      primal: (input: unknown) => {
        const args = odeInput(input);
        return prepared(() => compiled.ode(...args), list);
      },
      gradient: (input: unknown) => {
        const args = odeInput(input);
        return prepared(() => compiled.odeGradient(...args), list);
      },
    },
    ht: {
      objective: (input: unknown) => {
        const args = handInput(input);
        return prepared(() => compiled.handErrors(...args), list);
      },
      jacobian: (input: unknown) => {
        const args = handInput(input);
        const rows = args[4].length;
        return prepared(
          () => compiled.handJacobian(...args),
          // It comes column after column.
          (columns) =>
            Array.from({ length: rows }, (_, row) =>
              Array.from({ length: columns.length / rows }, (_, column) => columns[column * rows + row]!),
            ),
        );
      },
    },
    particle: variants(
      Object.entries(particles).map(([name, f]) => [name, compile(f)]),
      (input) => number(fields(input, "The input")["w"], "w"),
      itself,
    ),
    saddle: variants(
      Object.entries(saddles).map(([name, f]) => [name, compile(f)]),
      (input): [number, number] => {
        const [x, y] = vector(fields(input, "The input")["start"], "start", 2);
        return [x!, y!];
      },
      (points) => points.flat(),
    ),
  }).map(([name, functions]) => [name, new Map<string, Evaluable>(Object.entries(functions))]),
);

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import cotangent from "../../packages/cotangent-compiler/src/plugin/esbuild.ts";
import { gmm, kmeans, llsq, logSumExp, lstm } from "../src/gradbench/problems.ts";
import { differs } from "../src/measure.ts";
import { modules } from "../src/gradbench-tool/modules.ts";
import { Session } from "../src/gradbench-tool/protocol.ts";

interface Answer {
  readonly id: number | null;
  readonly success?: boolean;
  readonly tool?: string;
  readonly error?: string;
  readonly output?: unknown;
  readonly timings?: readonly { readonly name: string; readonly nanoseconds: number }[];
}

/** Sends messages with ids from 0, and gives the answers. */
function converse(...messages: readonly object[]): Answer[] {
  const session = new Session();
  return messages.map(
    (message, id) => JSON.parse(session.answer(JSON.stringify({ id, ...message }))) as Answer,
  );
}

const RUNS = { min_runs: 1, min_seconds: 0 };

/** Defines a module and evaluates a function of it. */
function evaluate(module: string, name: string, input: unknown): Answer {
  const evaluation = { kind: "evaluate", module, function: name, input };
  return converse({ kind: "start", eval: module }, { kind: "define", module }, evaluation)[2]!;
}

/** Some numbers, the same each time. */
const sines = (length: number, from = 1): number[] => Array.from({ length }, (_, i) => Math.sin(i + from));
const rows = (x: readonly number[], columns: number): number[][] =>
  Array.from({ length: x.length / columns }, (_, i) => x.slice(i * columns, (i + 1) * columns));
const f64 = (x: readonly number[]): Float64Array => Float64Array.from(x);
const expectNear = (got: unknown, wanted: ArrayLike<number>, tolerance = 1e-12): void => {
  expect(got).toHaveLength(wanted.length);
  expect(differs(got as number[], wanted, tolerance)).toBe(undefined);
};
/** Central differences, good for about eight digits. */
const differences = (f: (x: Float64Array) => number, x: readonly number[]): number[] =>
  x.map((_, i) => {
    const at = (h: number): number => f(f64(x.map((v, j) => (i === j ? v + h : v))));
    return (at(1e-4) - at(-1e-4)) / 2e-4;
  });

describe("a conversation", () => {
  it("starts, defines, evaluates, and hears an analysis", () => {
    const answers = converse(
      { kind: "start", eval: "hello", config: { anything: 1 } },
      { kind: "define", module: "hello" },
      { kind: "evaluate", module: "hello", function: "square", input: 3, description: "3.0" },
      { kind: "evaluate", module: "hello", function: "double", input: 9 },
      { kind: "analysis", of: 3, valid: true },
      { kind: "something new" },
    );
    const evaluated = (id: number, output: number): object => ({
      id,
      success: true,
      output,
      timings: [
        { name: "prepare", nanoseconds: expect.any(Number) as number },
        { name: "evaluate", nanoseconds: expect.any(Number) as number },
      ],
    });
    expect(answers).toEqual([
      { id: 0, tool: "cotangent" },
      { id: 1, success: true },
      evaluated(2, 9),
      evaluated(3, 18),
      { id: 4 },
      { id: 5 },
    ]);
  });

  it("runs as often and as long as it is told", () => {
    const input = { x: [1, 2], n: 4 };
    const runs = (more: object): number[] =>
      evaluate("llsq", "primal", { ...input, ...more }).timings!.flatMap(({ name, nanoseconds }) =>
        name === "evaluate" ? [nanoseconds] : [],
      );
    expect(runs({})).toHaveLength(1);
    expect(runs({ min_runs: 7, min_seconds: 0 })).toHaveLength(7);
    const long = runs({ min_runs: 1, min_seconds: 0.02 });
    const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);
    expect(sum(long)).toBeGreaterThanOrEqual(2e7);
    // No more than needed: without the last it is not enough.
    expect(sum(long.slice(0, -1))).toBeLessThan(2e7);
  });

  it("refuses what it does not know, and what comes too early", () => {
    const [unknown, early, , missing] = converse(
      { kind: "define", module: "mandelbrot" },
      { kind: "evaluate", module: "lse", function: "primal", input: { x: [1], ...RUNS } },
      { kind: "define", module: "lse" },
      { kind: "evaluate", module: "lse", function: "hessian", input: { x: [1], ...RUNS } },
    );
    expect(unknown).toEqual({
      id: 0,
      success: false,
      error:
        'There is no module "mandelbrot"; there are hello, llsq, lse, gmm, ba, lstm, kmeans, det, ode, ht, particle, saddle.',
    });
    expect(early).toEqual({ id: 1, success: false, error: 'The module "lse" has not been defined.' });
    expect(missing).toEqual({
      id: 3,
      success: false,
      error: 'The module lse has no function "hessian"; it has primal, gradient.',
    });
  });

  it.each([
    ["nonsense", null, /^The line is not JSON: /],
    ["[1]", null, /^A message must be an object, not a list\.$/],
    ['{"kind":"start"}', null, /^A message must have a number as its id\.$/],
    ['{"id":"7","kind":"start"}', "7", /^A message must have a number as its id\.$/],
    ['{"id":7,"kind":"define"}', 7, /^There is no module undefined; /],
  ])("answers %s with what is wrong, and goes on", (line, id, error) => {
    const session = new Session();
    expect(JSON.parse(session.answer(line))).toEqual({
      id,
      success: false,
      error: expect.stringMatching(error) as string,
    });
    expect(session.answer('{"id":8,"kind":"start"}')).toBe('{"id":8,"tool":"cotangent"}');
  });

  it.each([
    ["hello", "square", "3", 'The input must be a number, not "3".'],
    ["llsq", "primal", { x: [1, "2"], n: 4 }, 'x[1] must be a number, not "2".'],
    ["llsq", "primal", { x: [1], n: 1 }, "n must be a whole number from 2, not 1."],
    ["llsq", "gradient", { n: 4 }, "x must be a list of numbers, not missing."],
    ["llsq", "gradient", { x: [1], n: 4, min_runs: 0 }, "min_runs must be a whole number from 1, not 0."],
    ["llsq", "gradient", { x: [1], n: 4, min_seconds: "1" }, 'min_seconds must be a number from 0, not "1".'],
    ["lse", "primal", { x: [] }, "x must have at least one number."],
    ["lse", "primal", null, "The input must be an object, not null."],
    [
      "kmeans",
      "cost",
      { points: [[1, 2], [3]], centroids: [[1, 2]] },
      "points[1] must have 2 numbers, not 1.",
    ],
    [
      "kmeans",
      "cost",
      { points: [], centroids: [[1, 2]] },
      "points must be a list of rows, not an empty list.",
    ],
    ["det", "primal", { A: [1, 2, 3], ell: 2 }, "A must have 4 numbers, not 3."],
    ["ode", "gradient", { x: [1], s: 0 }, "s must be a whole number from 1, not 0."],
    ["particle", "ff", { w: null }, "w must be a number, not null."],
    ["saddle", "rf", { start: [1] }, "start must have 2 numbers, not 1."],
    ["lse", "gradient", { x: [1e308 * 10] }, "x[0] must be a number, not null."],
  ])("%s.%s refuses input of another form: %j", (module, name, input, error) => {
    expect(evaluate(module, name, input)).toEqual({ id: 2, success: false, error });
  });

  it("says that JSON has no infinities", () => {
    const answer = evaluate("lse", "primal", { x: [-1e308, 1e308], ...RUNS });
    expect(answer.output).toBe(1e308);
    expect(evaluate("hello", "square", 1e200)).toMatchObject({
      success: false,
      error: "The result has infinities or NaN in it, which JSON cannot say.",
    });
  });
});

describe("evals", () => {
  it("llsq", () => {
    const x = sines(4);
    expect(evaluate("llsq", "primal", { x, n: 9, ...RUNS }).output).toBeCloseTo(llsq(f64(x), 9), 12);
    const wanted = differences((y) => llsq(y, 9), x);
    expectNear(evaluate("llsq", "gradient", { x, n: 9, ...RUNS }).output, wanted, 1e-7);
  });

  it("lse", () => {
    const x = sines(6);
    expect(evaluate("lse", "primal", { x, ...RUNS }).output).toBeCloseTo(logSumExp(f64(x)), 12);
    const sum = x.reduce((s, v) => s + Math.exp(v), 0);
    const wanted = x.map((v) => Math.exp(v) / sum);
    expectNear(evaluate("lse", "gradient", { x, ...RUNS }).output, wanted);
  });

  it("gmm: by every parameter, in its form", () => {
    const [d, k, n, gamma, m] = [3, 2, 4, 1.2, 1];
    const [alpha, mu, q, l, x] = [k, k * d, k * d, (k * d * (d - 1)) / 2, n * d].map((size, i) =>
      sines(size, 10 * i + 1),
    ) as [number[], number[], number[], number[], number[]];
    const input = {
      d,
      k,
      n,
      gamma,
      m,
      alpha,
      mu: rows(mu, d),
      q: rows(q, d),
      l: rows(l, 3),
      x: rows(x, d),
      ...RUNS,
    };
    const parts = [alpha, mu, q, l] as const;
    const at = (part: number, y: Float64Array): number => {
      const [a, b, c, e] = parts.map((x, i) => (i === part ? y : f64(x))) as [
        Float64Array,
        Float64Array,
        Float64Array,
        Float64Array,
      ];
      return gmm(a, b, c, e, f64(x), d, { gamma, m });
    };
    expect(evaluate("gmm", "objective", input).output).toBeCloseTo(at(0, f64(alpha)), 10);
    const { output } = evaluate("gmm", "jacobian", input);
    const found = output as { alpha: number[]; mu: number[][]; q: number[][]; l: number[][] };
    expect(Object.keys(found).sort()).toEqual(["alpha", "l", "mu", "q"]);
    expect([found.mu, found.q, found.l].map((rows) => rows.map((row) => row.length))).toEqual([
      [3, 3],
      [3, 3],
      [3, 3],
    ]);
    [found.alpha, found.mu.flat(), found.q.flat(), found.l.flat()].forEach((g, i) => {
      expectNear(
        g,
        differences((y) => at(i, y), parts[i]!),
        1e-7,
      );
    });
    expect(evaluate("gmm", "jacobian", { ...input, l: rows(l, 2) }).error).toBe("l must have 2 rows, not 3.");
  });

  it("gmm in one dimension, where nothing is below the diagonal", () => {
    const input = {
      d: 1,
      k: 2,
      n: 2,
      gamma: 1,
      m: 0,
      alpha: [0, 1],
      mu: [[0], [1]],
      q: [[0], [1]],
      l: [[], []],
    };
    const { output } = evaluate("gmm", "jacobian", { ...input, x: [[1], [2]], ...RUNS });
    expect(output).toMatchObject({ l: [[], []] });
  });

  it("ba: the first observation's rows and the last entry stand for all", () => {
    const [n, m, p] = [3, 4, 12];
    const input = {
      n,
      m,
      p,
      cam: [0.1, 0.2, 0.3, 1, 2, -5, 500, 1, 2, 0.01, 0.001],
      x: [1, 3, 4],
      w: 0.9,
      feat: [7, 8],
    };
    const { output } = evaluate("ba", "jacobian", { ...input, ...RUNS });
    const { rows, cols, vals } = output as Record<"rows" | "cols" | "vals", number[]>;
    expect(rows).toEqual([
      ...Array.from({ length: 25 }, (_, i) => 15 * i),
      ...Array.from({ length: 5 }, (_, i) => 361 + i),
      372,
    ]);
    const row = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 33, 34, 35, 45];
    expect(cols).toEqual([...row, ...row, 56]);
    const errors = (input: object): number[] => {
      const { output } = evaluate("ba", "objective", { ...input, ...RUNS });
      const { reproj_error, w_err } = output as {
        reproj_error: { elements: number[]; repeated: number };
        w_err: { element: number; repeated: number };
      };
      expect([reproj_error.repeated, w_err.repeated]).toEqual([p, p]);
      return [...reproj_error.elements, w_err.element];
    };
    // By the camera, the point and the weight, in this order.
    const all = [...input.cam, ...input.x, input.w];
    const moved = (i: number, h: number): number[] => {
      const y = all.map((v, j) => (i === j ? v + h : v));
      return errors({ ...input, cam: y.slice(0, 11), x: y.slice(11, 14), w: y[14] });
    };
    const wanted = [0, 1].flatMap((error) =>
      all.map((_, i) => (moved(i, 1e-5)[error]! - moved(i, -1e-5)[error]!) / 2e-5),
    );
    expectNear(vals, [...wanted, -2 * input.w], 1e-7);
  });

  it("lstm", () => {
    const [layers, bits, characters] = [2, 3, 5];
    const [main, extra, state] = [sines(8 * layers * bits), sines(3 * bits), sines(2 * layers * bits)];
    const text = Array.from({ length: characters * bits }, (_, i) => (i * i) % 2);
    const input = {
      main_params: rows(main, 4 * bits),
      extra_params: rows(extra, bits),
      state: rows(state, bits),
      sequence: rows(text, bits),
      ...RUNS,
    };
    const f = (params: Float64Array): number =>
      lstm(params.slice(0, main.length), params.slice(main.length), f64(state), f64(text), layers, bits);
    const all = [...main, ...extra];
    expect(evaluate("lstm", "objective", input).output).toBeCloseTo(f(f64(all)), 12);
    expectNear(evaluate("lstm", "jacobian", input).output, differences(f, all), 1e-7);
    expect(evaluate("lstm", "objective", { ...input, main_params: input.main_params.slice(1) }).error).toBe(
      "main_params must have two rows for each layer.",
    );
  });

  it("kmeans: Newton's direction, to the mean of the points that are nearest", () => {
    const points = rows(sines(16), 2);
    const centroids = points.slice(-3);
    const input = { points, centroids, ...RUNS };
    expect(evaluate("kmeans", "cost", input).output).toBeCloseTo(
      kmeans(f64(points.flat()), f64(centroids.flat()), 2),
      12,
    );
    const distance = (a: readonly number[], b: readonly number[]): number =>
      (a[0]! - b[0]!) ** 2 + (a[1]! - b[1]!) ** 2;
    const nearest = points.map((p) => {
      const all = centroids.map((c) => distance(p, c));
      return all.indexOf(Math.min(...all));
    });
    const wanted = centroids.flatMap((c, j) => {
      const own = points.filter((_, i) => nearest[i] === j);
      return [0, 1].map((r) => c[r]! - own.reduce((s, p) => s + p[r]!, 0) / own.length);
    });
    const { output } = evaluate("kmeans", "dir", input);
    expectNear((output as number[][]).flat(), wanted);
    expect((output as number[][]).map((row) => row.length)).toEqual([2, 2, 2]);
  });
});

describe("ht", () => {
  const frames = Array.from({ length: 21 }, () => rows(sines(16), 4));
  const model = {
    bone_count: 21,
    parents: Array.from({ length: 21 }, (_, i) => i - 1),
    base_relatives: frames,
    inverse_base_absolutes: frames,
    base_positions: rows(sines(8), 4),
    weights: rows(sines(42), 21),
    triangles: [[0, 1, 0]],
    is_mirrored: true,
  };
  const data = { model, correspondences: [1, 0], points: rows(sines(6), 3) };
  const input = { theta: sines(26), data, us: [] };
  const errorOf = (more: object): string | undefined =>
    evaluate("ht", "objective", { ...input, ...more }).error;

  it("takes us as pairs and as numbers", () => {
    const complicated = { ...input, data: { ...data, correspondences: [0, 0] } };
    const jacobian = (us: unknown): unknown =>
      evaluate("ht", "jacobian", { ...complicated, us, ...RUNS }).output;
    const pairs = jacobian([
      [0.1, 0.2],
      [0.3, 0.4],
    ]) as number[][];
    expect(pairs.map((row) => row.length)).toEqual(Array.from({ length: 6 }, () => 28));
    expect(jacobian([0.1, 0.2, 0.3, 0.4])).toEqual(pairs);
    // The first and the last corner are the same vertex.
    expect(pairs.map((row) => Math.abs(row[0]!))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("refuses what points nowhere", () => {
    const hand = (more: object): object => ({ data: { ...data, model: { ...model, ...more } } });
    expect(errorOf({})).toBe(undefined);
    expect(errorOf({ data: { ...data, correspondences: [1, 2] } })).toBe(
      "data.correspondences[1] must be a whole number from 0 to 1, not 2.",
    );
    expect(errorOf({ us: [0.5, 0.5, 0.5, 0.5] })).toBe(
      "data.correspondences[0] must be a whole number from 0 to 0, not 1.",
    );
    expect(errorOf(hand({ triangles: [[0, 1, 2]] }))).toBe(
      "data.model.triangles[2] must be a whole number from 0 to 1, not 2.",
    );
    expect(errorOf(hand({ parents: model.parents.map(() => 3) }))).toBe(
      "data.model.parents[0] must come before bone 0.",
    );
    expect(errorOf(hand({ bone_count: 20 }))).toBe(
      "data.model.bone_count must be a whole number from 21, not 20.",
    );
    expect(errorOf(hand({ base_relatives: frames.slice(1) }))).toBe(
      "data.model.base_relatives must be a list of 21 matrices, not of 20.",
    );
    expect(errorOf(hand({ is_mirrored: 1 }))).toBe("data.model.is_mirrored must be true or false, not 1.");
  });
});

it("is what the image starts, and what the README names", async () => {
  const text = (file: string): Promise<string> =>
    readFile(new URL(`../gradbench-tool/${file}`, import.meta.url), "utf8");
  const [image, readme] = [await text("Dockerfile"), await text("README.md")];
  const [node, script] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(image)![1]!) as [string, string];
  expect([node, script]).toEqual(["node", "bench/gradbench-tool/run.js"]);
  expect(await text("run.js")).toContain('import("../src/gradbench-tool/main.ts")');
  for (const [eval_, functions] of modules) {
    const row = readme.split("\n").find((line) => line.startsWith("|") && line.includes(`\`${eval_}\``))!;
    for (const name of functions.keys()) expect(row).toContain(`\`${name}\``);
  }
});

it("runs as a program that reads lines and writes lines", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cotangent-tool-"));
  try {
    const outfile = join(folder, "tool.mjs");
    await build({
      entryPoints: [fileURLToPath(new URL("../src/gradbench-tool/main.ts", import.meta.url))],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@cotangent/source"],
      plugins: [cotangent()],
      logLevel: "silent",
    });
    const lines = [
      '{"id":0,"kind":"start","eval":"hello"}',
      "",
      "{not JSON",
      '{"id":1,"kind":"define","module":"hello"}\r',
      '{"id":2,"kind":"evaluate","module":"hello","function":"double","input":4}',
    ];
    const printed = await new Promise<string>((resolve, reject) => {
      const child = execFile(process.execPath, [outfile], (error, stdout) =>
        error === null ? resolve(stdout) : reject(error),
      );
      child.stdin!.end(`${lines.join("\n")}\n`);
    });
    const answers = printed
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer);
    expect(answers.map(({ id }) => id)).toEqual([0, null, 1, 2]);
    expect(answers.at(-1)!.output).toBe(8);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

/** Every eval of GradBench, as it is there: its messages, its sizes or small ones, its tolerance; what it compares with is our C++. */
import { describe, expect, it } from "vitest";
import { handArrays, normal, numbers, someHand, uniform } from "../src/gradbench/data.ts";
import { native, noNative } from "../src/native/native.ts";
import { converse } from "./support/eval.ts";
import type { Evaluation } from "./support/eval.ts";

/** What the C++ by hand gives for the whole work. */
function byHand(problem: string, data: readonly Float64Array[]): (work: string) => number[] {
  const peer = native(problem, data);
  return (work) => Array.from(peer.result(work));
}

const rows = (x: ArrayLike<number>, columns: number): number[][] =>
  Array.from({ length: x.length / columns }, (_, i) => Array.from(x).slice(i * columns, (i + 1) * columns));
const RUNS = { min_runs: 2, min_seconds: 0 };
const list = (x: Float64Array): number[] => Array.from(x);

/** The same input for a function and its derivative, as most evals have it. */
const both = (
  [primal, derivative]: readonly [string, string],
  description: string,
  input: object,
  [value, gradient]: readonly [unknown, unknown],
): readonly Evaluation[] => {
  const asked = { input: { ...input, ...RUNS }, description };
  return [
    { ...asked, function: primal, expected: value },
    { ...asked, function: derivative, expected: gradient },
  ];
};

function llsq(n: number, m: number): readonly Evaluation[] {
  const x = numbers(m, uniform(n));
  const of = byHand("llsq", [x, Float64Array.of(n)]);
  return both(["primal", "gradient"], `n=${n},m=${m}`, { x: list(x), n }, [
    of("primal")[0],
    of("derivative"),
  ]);
}

function lse(n: number): readonly Evaluation[] {
  const x = numbers(n, uniform(n));
  const of = byHand("lse", [x]);
  return both(["primal", "gradient"], `n=${n}`, { x: list(x) }, [of("primal")[0], of("derivative")]);
}

function gmm(d: number, k: number, n: number): readonly Evaluation[] {
  const next = normal(d * k);
  const below = (d * (d - 1)) / 2;
  const sizes = { alpha: k, mu: k * d, q: k * d, l: k * below };
  const [alpha, mu, q, l] = Object.values(sizes).map((size) => numbers(size, next)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const x = numbers(n * d, next);
  const [gamma, m] = [1.25, 2];
  const of = byHand("gmm", [Float64Array.of(d, gamma, m), alpha, mu, q, l, x]);
  const gradient = of("derivative");
  const part = (from: number, size: number): number[] => gradient.slice(from, from + size);
  const input = {
    d,
    k,
    n,
    m,
    gamma,
    alpha: list(alpha),
    mu: rows(mu, d),
    q: rows(q, d),
    l: rows(l, below),
    x: rows(x, d),
  };
  const expected = {
    alpha: part(0, k),
    mu: rows(part(k, k * d), d),
    q: rows(part(k + k * d, k * d), d),
    l: rows(part(k + 2 * k * d, k * below), below),
  };
  return both(["objective", "jacobian"], `${d}_${k}_${n}`, input, [of("primal")[0], expected]);
}

/** One camera, one point, one weight, one feature, repeated; of the sparse Jacobian the first 30 numbers of each list, and the last. */
function ba(n: number, m: number, p: number): readonly Evaluation[] {
  const cam = [0.1, 0.2, 0.3, 1, 2, -5, 500, 1, 2, 0.01, 0.001];
  const [x, w, feat] = [[1, 3, 4], 0.9, [7, 8]];
  const repeat = (x: readonly number[], times: number): Float64Array =>
    Float64Array.from(Array.from({ length: times }, () => x).flat());
  const observed = Array.from({ length: p }, (_, i) => [i % n, i % m] as const);
  const of = byHand("ba", [
    repeat(cam, n),
    repeat(x, m),
    repeat([w], p),
    Float64Array.from(observed.flat()),
    repeat(feat, p),
  ]);
  const [begins, cols]: [number[], number[]] = [[0], []];
  observed.forEach(([camera, point], i) => {
    for (let row = 0; row < 2; row++) {
      for (let k = 0; k < 11; k++) cols.push(11 * camera + k);
      for (let k = 0; k < 3; k++) cols.push(11 * n + 3 * point + k);
      cols.push(11 * n + 3 * m + i);
      begins.push(cols.length);
    }
  });
  for (let i = 0; i < p; i++) {
    cols.push(11 * n + 3 * m + i);
    begins.push(cols.length);
  }
  const cut = (all: readonly number[]): number[] => [...all.slice(0, 30), all.at(-1)!];
  const errors = of("primal");
  return both(["objective", "jacobian"], `ba_n${n}_m${m}_p${p}`, { n, m, p, cam, x, w, feat }, [
    {
      reproj_error: { elements: errors.slice(0, 2), repeated: p },
      w_err: { element: errors[2 * p], repeated: p },
    },
    { rows: cut(begins), cols: cut(cols), vals: cut(of("derivative")) },
  ]);
}

function lstm(layers: number, characters: number, bits: number): readonly Evaluation[] {
  const next = uniform(layers * characters);
  const main = numbers(8 * layers * bits, next);
  const extra = numbers(3 * bits, next);
  const state = numbers(2 * layers * bits, next);
  const sequence = numbers(characters * bits, () => (next() < 0.3 ? 1 : 0));
  const of = byHand("lstm", [Float64Array.of(layers, bits), main, extra, state, sequence]);
  const input = {
    main_params: rows(main, 4 * bits),
    extra_params: rows(extra, bits),
    state: rows(state, bits),
    sequence: rows(sequence, bits),
  };
  return both(["objective", "jacobian"], `lstm_l${layers}_c${characters}`, input, [
    of("primal")[0],
    of("derivative"),
  ]);
}

function kmeans(k: number, n: number, d: number): readonly Evaluation[] {
  const points = numbers(n * d, uniform(n));
  const centroids = points.slice(-k * d);
  const of = byHand("kmeans", [points, centroids, Float64Array.of(d)]);
  const derivative = of("derivative");
  const direction = centroids.map((_, i) => derivative[i]! / derivative[k * d + i]!);
  const input = { points: rows(points, d), centroids: rows(centroids, d) };
  return both(["cost", "dir"], `k=${k},n=${n},d=${d}`, input, [of("primal")[0], rows(direction, d)]);
}

function det(ell: number): readonly Evaluation[] {
  const a = numbers(ell * ell, uniform(ell));
  const of = byHand("det", [a, Float64Array.of(ell)]);
  return both(["primal", "gradient"], `${ell}`, { A: list(a), ell }, [of("primal")[0], of("derivative")]);
}

function ode(n: number, s: number): readonly Evaluation[] {
  const x = numbers(n, uniform(n));
  const of = byHand("ode", [x, Float64Array.of(s)]);
  return both(["primal", "gradient"], `n=${n},s=${s}`, { x: list(x), s }, [of("primal"), of("derivative")]);
}

function ht(vertices: number, points: number, complicated: boolean): readonly Evaluation[] {
  const [theta, us, made, to, seen] = someHand(vertices, points, complicated);
  const hand = { ...made, mirrored: false };
  const bones = hand.parents.length;
  const of = byHand("ht", handArrays([theta, us, hand, to, seen]));
  const frame = (x: Float64Array): number[][][] => rows(x, 16).map((m) => rows(m, 4));
  const input = {
    theta: list(theta),
    data: {
      model: {
        bone_count: bones,
        bone_names: Array.from({ length: bones }, (_, i) => `bone ${i}`),
        parents: list(hand.parents),
        base_relatives: frame(hand.relatives),
        inverse_base_absolutes: frame(hand.inverses),
        base_positions: rows(hand.vertices, 4),
        weights: rows(hand.weights, bones),
        triangles: rows(hand.triangles, 3),
        is_mirrored: hand.mirrored,
      },
      correspondences: list(to),
      points: rows(seen, 3),
    },
    us: rows(us, 2),
  };
  const columns = rows(of("derivative"), 3 * points);
  const jacobian = list(seen).map((_, row) => columns.map((column) => column[row]!));
  return both(["objective", "jacobian"], `${complicated ? "complicated" : "simple"}_c${points}`, input, [
    of("primal"),
    jacobian,
  ]);
}

const hello = [1, 4, 64].flatMap((x): readonly Evaluation[] => [
  { function: "square", input: x, expected: x * x },
  { function: "double", input: x * x, expected: 2 * x * x },
]);

const modes = (input: object, expected: unknown): readonly Evaluation[] =>
  ["rr", "ff", "fr", "rf"].map((name) => {
    const asked = { ...input, ...RUNS };
    return { function: name, input: asked, description: "w=0", expected };
  });

/** Each eval's evaluations: in the smallest of its sizes, and some in which all sizes differ. */
const evals: Readonly<Record<string, () => readonly Evaluation[]>> = {
  hello: () => hello,
  llsq: () => [16, 32].flatMap((n) => llsq(n, 128)),
  lse: () => [2500, 5000].flatMap(lse),
  gmm: () => [gmm(2, 5, 1000), gmm(10, 5, 100), gmm(3, 2, 7)].flat(),
  ba: () => [ba(3, 4, 12), ba(49, 77, 318)].flat(),
  lstm: () => [lstm(2, 1024, 14), lstm(3, 5, 4)].flat(),
  kmeans: () => [kmeans(10, 1000, 8), kmeans(3, 20, 2)].flat(),
  det: () => [5, 6, 7].flatMap(det),
  ode: () => [ode(1000, 1), ode(1000, 10), ode(5, 7)].flat(),
  ht: () => [ht(40, 10, false), ht(40, 10, true)].flat(),
  // The minima that GradBench itself holds for right.
  particle: () => modes({ w: 0 }, 0.207_191_874_648_611_6),
  saddle: () => modes({ start: [1, 1] }, [8.246e-6, 8.246e-6, 8.246e-6, 8.246e-6]),
};

describe.skipIf(noNative() !== undefined)("the evals", () => {
  it.each(Object.keys(evals))("%s: every output is valid", (module) => {
    const evaluations = evals[module]!();
    const outcomes = converse(module, evaluations);
    expect(
      outcomes.flatMap(({ description, mismatches }) => mismatches.map((m) => `${description}: ${m}`)),
    ).toEqual([]);
    const asked = evaluations.map(({ input }) => (input as Partial<typeof RUNS>).min_runs ?? 1);
    expect(outcomes.map(({ runs }) => runs)).toEqual(asked);
  });

  it("what is wrong is found", () => {
    const value = converse("hello", [{ function: "square", input: 3, expected: 9.002 }]);
    expect(value[0]!.mismatches).toEqual(["output: 9.002 != 9"]);
    const shape = converse("lse", [{ function: "gradient", input: { x: [1, 2] }, expected: [[1, 2]] }]);
    expect(shape[0]!.mismatches).toEqual(["output: 1 elements != 2"]);
  });
});

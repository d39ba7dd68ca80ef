/** Widths, counts and offsets that no type calls integers: the same results, and integer arithmetic where they are whole. */
import { compile, grad } from "cotangent";
import { print } from "cotangent/program";
import { describe, expect, test } from "vitest";
import { differentiable } from "cotangent-compiler/parse";

const image = differentiable((pixels: Float64Array, width: number, height: number): number => {
  let total = 0;
  for (let y = 1; y < height; y++)
    for (let x = 0; x < width; x++) total += pixels[y * width + x]! * pixels[(y - 1) * width + x]!;
  return total / width;
});

const rows = differentiable((data: Float64Array, weights: Float64Array): number => {
  const d = data.length / weights.length;
  let total = 0;
  for (let r = 0; r < weights.length; r++)
    for (let i = 0; i < d; i++) total += weights[r]! * data[r * d + i]!;
  return total;
});

const strided = differentiable((a: Float64Array, step: number): number => {
  let total = 0;
  for (let i = 0; i < 6; i++) total += a[2 * i * step]! * step;
  return total;
});

const tail = differentiable((a: Float64Array, first: number): number => {
  const pairs = a.length / 2;
  let total = 0;
  for (let i = first; i < pairs; i++) total += a[2 * i]! * a[2 * i + 1]!;
  return total;
});

/** Moving averages over a window on both sides, clamped at the ends. */
const windowed = differentiable((a: Float64Array, weights: Float64Array): number => {
  const r = (weights.length - 1) / 2;
  let total = 0;
  for (let i = 0; i < a.length; i++) {
    let s = 0;
    for (let k = -r; k <= r; k++) s += weights[k + r]! * a[Math.min(a.length - 1, Math.max(0, i + k))]!;
    total += s * s;
  }
  return total;
});

/** All pairs of points, each two numbers. */
const allPairs = differentiable((points: Float64Array): number => {
  const n = points.length / 2;
  let total = 0;
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++)
      total += (points[2 * i]! - points[2 * j]!) * (points[2 * i + 1]! + points[2 * j + 1]!);
  return total;
});

/** A kernel moved over an image as far as it fits in. */
const convolution = differentiable(
  (pixels: Float64Array, kernel: Float64Array, w: number, h: number, k: number): number => {
    let total = 0;
    for (let y = 0; y + k <= h; y++)
      for (let x = 0; x + k <= w; x++) {
        let s = 0;
        for (let j = 0; j < k; j++)
          for (let i = 0; i < k; i++) s += pixels[(y + j) * w + x + i]! * kernel[j * k + i]!;
        total += s * s;
      }
    return total;
  },
);

/** What begins with -0 says so. */
const signed = differentiable((weights: Float64Array): number => {
  const r = (weights.length - 1) / 2;
  let total = 0;
  for (let k = -r; k <= r; k++) total += Math.max(-1e3, weights[k + r]! / k);
  return total;
});

const numbers = (n: number): Float64Array => Float64Array.from({ length: n }, (_, i) => Math.sin(3 * i + 1));

/** What is done in each iteration of the innermost loops. */
function innermost(program: string): string {
  const loops = [...program.matchAll(/for [^{]*\{([^{}]*)\}/g)].map((m) => m[1]);
  expect(loops.length).toBeGreaterThan(0);
  return loops.join("\n");
}

describe("where they are whole numbers", () => {
  test.each([
    ["a parameter", image, [numbers(30), 5, 6]],
    ["a quotient of lengths", rows, [numbers(24), numbers(4)]],
    ["a stride", strided, [numbers(60), 3]],
    ["where a loop begins", tail, [numbers(24), 3]],
    ["half a length", allPairs, [numbers(24)]],
    ["what is compared with a limit", convolution, [numbers(30), numbers(4), 6, 5, 2]],
  ] as const)("%s: no conversion is left in the loop, and the result is the plain call's", (_, f, args) => {
    const compiled = compile(f as (...args: readonly unknown[]) => number, { math: "exact" });
    expect(compiled(...args)).toBe((f as (...args: readonly unknown[]) => number)(...args));
    expect(innermost(print(compiled.program))).not.toMatch(/f64\.index|f64\.fromI32|bound/);
  });

  test("half a length and its negative: loops count in integers", () => {
    const compiled = compile(windowed, { math: "exact" });
    for (const n of [1, 3, 5, 9])
      expect(compiled(numbers(12), numbers(n))).toBe(windowed(numbers(12), numbers(n)));
    expect(print(compiled.program)).not.toContain("while");
  });

  test("where a kernel does not fit in, or has no width", () => {
    const compiled = compile(convolution, { math: "exact" });
    for (const [w, h, k] of [
      [6, 5, 2],
      [6, 5, 5],
      [6, 5, 6],
      [6, 5, 0],
      [6, -1, 2],
      [6, 4.5, 2],
      [6, NaN, 2],
    ] as const)
      expect(compiled(numbers(30), numbers(36), w, h, k)).toBe(
        convolution(numbers(30), numbers(36), w, h, k),
      );
    expect(() => compiled(numbers(30), numbers(36), 6, 6, 2)).toThrow(/pixels\[30\]/);
    expect(() => compiled(numbers(30), numbers(36), 2.5, 4, 2)).toThrow(/index/);
  });

  test("they have a derivative all the same", () => {
    const pixels = numbers(30);
    const [byPixels, byWidth] = grad(image, { wrt: [0, 1] })(pixels, 5, 6);
    expect(byWidth).toBeCloseTo(-image(pixels, 5, 6) / 5, 14);
    expect(byPixels[7]).toBeCloseTo((pixels[2]! + pixels[12]!) / 5, 15);
  });

  test("nothing wraps around: a product beyond an i32 is no index", () => {
    expect(() => compile(image)(numbers(30), 70_000, 70_000)).toThrow(/index/);
    expect(() => compile(image)(numbers(30), 2 ** 31, 2)).toThrow(/index/);
    expect(() => compile(strided)(numbers(30), 2 ** 30)).toThrow(/index/);
  });
});

describe("where they are not", () => {
  test("half of an odd length is no index", () => {
    expect(() => compile(windowed)(numbers(7), numbers(2))).toThrow(/index/);
    expect(() => compile(allPairs)(numbers(9))).toThrow(/points\[9\]/);
  });

  test("-0, of which nobody makes 0", () => {
    const compiled = compile(signed, { math: "exact" });
    for (const n of [1, 3, 1, 5]) expect(compiled(numbers(n))).toBe(signed(numbers(n)));
    expect(compiled(Float64Array.of(1))).toBe(-1e3);
  });

  test("products that are whole find their elements", () => {
    const a = numbers(60);
    const compiled = compile(strided, { math: "exact" });
    for (const step of [0.5, 2, 1.5, -0, 0, 5]) expect(compiled(a, step)).toBe(strided(a, step));
  });

  test("a loop begins where it is told, between integers, behind its end, or nowhere", () => {
    const compiled = compile(tail, { math: "exact" });
    for (const [n, first] of [
      ...[3, -0, 0, 11, 12, 13, NaN, Infinity].map((first) => [24, first] as const),
      ...[0.5, 3.5, 12.5].map((first) => [25, first] as const),
    ])
      expect(compiled(numbers(n), first)).toBe(tail(numbers(n), first));
    expect(() => compiled(numbers(24), 0.5)).toThrow(/24/);
  });

  test("what is no index is refused, by name", () => {
    const compiled = compile(strided);
    expect(() => compiled(numbers(60), 0.3)).toThrow(/a's index/);
    expect(compiled(numbers(60), 1)).toBeCloseTo(strided(numbers(60), 1), 14);
    expect(() => compile(rows)(numbers(10), numbers(4))).toThrow(/index/);
    expect(() => compile(image)(numbers(30), NaN, 6)).toThrow(/width is NaN/);
  });

  test("derivatives follow", () => {
    const a = numbers(60);
    const gradient = grad(strided, { wrt: [1] });
    const sum = (step: number): number => strided(a, step) / step;
    for (const step of [0.5, 3, 2.5]) expect(gradient(a, step)).toBeCloseTo(sum(step), 14);
  });
});

describe("rows of one length", () => {
  const nearest = differentiable((from: number[][], to: number[][]): number => {
    let total = 0;
    for (const p of from) {
      let best = Infinity;
      for (const q of to) best = Math.min(best, (p[0]! - q[0]!) ** 2 + (p[1]! - q[1]!) ** 2);
      total += best;
    }
    return total;
  });
  const product = differentiable((a: number[][], b: number[][]): number => {
    let total = 0;
    for (let i = 0; i < a.length; i++)
      for (let j = 0; j < b[0]!.length; j++) {
        let s = 0;
        for (let k = 0; k < b.length; k++) s += a[i]![k]! * b[k]![j]!;
        total += s * s;
      }
    return total;
  });
  const ragged = differentiable((a: number[][]): number => {
    let total = 0;
    for (let i = 0; i < a.length; i++) for (const x of a[i]!) total += x * (i + 1) + a[i]!.length;
    return total;
  });
  const samples = differentiable((w: number[], data: { x: number[]; y: number; z: number[] }[]): number => {
    let total = 0;
    for (const { x, y, z } of data)
      total += (x.reduce((s, v, i) => s + v * w[i]!, 0) - y) ** 2 * z[z.length - 1]!;
    return total;
  });
  const tuples = differentiable((paths: [number, number][][]): number => {
    let total = 0;
    for (const path of paths)
      for (let i = 1; i < path.length; i++) total += (path[i]![0] - path[i - 1]![1]) ** 2;
    return total + paths[1]![0]![1] * paths[0]![1]![0];
  });
  const cubes = differentiable((a: { rows: number[][][] }): number => {
    let total = 0;
    for (const plane of a.rows) for (const row of plane) for (const x of row) total = total * 1.1 + x;
    return total + a.rows[1]![0]![1]!;
  });
  const elementWritten = differentiable((a: number[][]): number => {
    const [first] = a;
    for (let i = 1; i < a.length; i++)
      for (let j = 0; j < first!.length; j++) a[i]![j]! += a[i - 1]![j]! * 0.5;
    return a.at(-1)!.reduce((s, x) => s + x * x, 0);
  });
  const rowWritten = differentiable((a: number[][]): number => {
    a[0] = a[1]!;
    return a[0].reduce((s, x, i) => s + x * (i + 1), 0);
  });
  const list = (n: number, m: (i: number) => number): number[][] =>
    Array.from({ length: n }, (_, i) => Array.from(numbers(m(i)), (x) => x + i));
  const pairs = (n: number): [number, number][] => Array.from(numbers(n), (x, i) => [x, x * i]);
  const equal = (): readonly unknown[] => [list(4, () => 3)];

  // oxlint-disable-next-line no-explicit-any -- functions of all kinds
  type Any = (...args: any[]) => number;
  const cases: readonly (readonly [string, Any, () => readonly unknown[]])[] = [
    ["points", nearest, () => [list(4, () => 2), list(5, () => 2)]],
    ["points, some of them longer", nearest, () => [list(4, () => 2), list(5, (i) => 2 + (i % 2))]],
    ["matrices", product, () => [list(4, () => 3), list(3, () => 2)]],
    ["rows of many lengths", ragged, () => [list(5, (i) => i)]],
    ["rows of one length", ragged, equal],
    ["no rows", ragged, () => [[]]],
    ["rows of none", ragged, () => [[[], [], []]]],
    ["Float64Arrays among them", ragged, () => [[numbers(3), [1, 2, 3]]]],
    [
      "arrays in objects",
      samples,
      () => [[1, 2, 3], list(4, () => 3).map((x, i) => ({ x, y: i, z: [i, i + 2] }))],
    ],
    [
      "arrays in objects, one of them of many lengths",
      samples,
      () => [[1, 2, 3], list(4, () => 3).map((x, i) => ({ x, y: i, z: x.slice(0, 1 + (i % 2)) }))],
    ],
    ["tuples in rows", tuples, () => [[pairs(4), pairs(4), pairs(4)]]],
    ["tuples in rows of many lengths", tuples, () => [[pairs(4), pairs(2), pairs(3)]]],
    ["rows of rows", cubes, () => [{ rows: [list(2, () => 3), list(2, () => 3)] }]],
    ["rows of rows of many lengths", cubes, () => [{ rows: [list(2, () => 3), list(2, (i) => 2 + i)] }]],
    ["rows that are written to", elementWritten, equal],
    ["rows that are exchanged", rowWritten, equal],
  ];

  test.each(cases)("%s: what the plain call gives", (_, f, make) => {
    for (const target of ["js", "wasm"] as const)
      expect(compile(f, { math: "exact", target })(...make())).toBe(f(...make()));
  });

  test("nothing is looked up in a loop", () => {
    const compiled = compile(nearest);
    compiled(
      list(4, () => 2),
      list(5, () => 2),
    );
    expect(print(compiled.program)).not.toMatch(/toInt32/);
    expect(innermost(print(compiled.program))).not.toMatch(/subarray|bound/);
  });

  test("rows may change their lengths from call to call", () => {
    const compiled = compile(ragged, { math: "exact" });
    for (const a of [list(3, () => 2), list(3, (i) => i), list(2, () => 5), []])
      expect(compiled(a)).toBe(ragged(a));
  });

  test("what is not there is an error that names it", () => {
    expect(() =>
      compile(product)(
        list(2, () => 2),
        list(3, () => 2),
      ),
    ).toThrow(/\[2\] does not exist: its indices are 0 to 1/);
    expect(() => compile(nearest)([[1]], [[1, 2]])).toThrow(/\[1\] does not exist: its indices are 0 to 0/);
  });

  test("derivatives", () => {
    const [a, b] = [list(2, () => 3), list(3, () => 2)];
    const [byA] = grad(product, { wrt: [0, 1] })(a, b);
    const ab = a.map((row) => [0, 1].map((j) => row.reduce((s, x, k) => s + x * b[k]![j]!, 0)));
    byA.forEach((row, i) =>
      row.forEach((d, k) => expect(d).toBeCloseTo(2 * (ab[i]![0]! * b[k]![0]! + ab[i]![1]! * b[k]![1]!), 12)),
    );
    expect(grad(ragged)([[1], [2, 3]])).toEqual([[1], [2, 2]]);
    expect(
      grad(ragged)([
        [1, 4],
        [2, 3],
      ]),
    ).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

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

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
  ] as const)("%s: no conversion is left in the loop, and the result is the plain call's", (_, f, args) => {
    const compiled = compile(f as (...args: readonly unknown[]) => number, { math: "exact" });
    expect(compiled(...args)).toBe((f as (...args: readonly unknown[]) => number)(...args));
    expect(innermost(print(compiled.program))).not.toMatch(/f64\.index|f64\.fromI32|bound/);
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

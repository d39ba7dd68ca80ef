/** Many calls of a compiled plain function at once. */
import { compile, grad } from "cotangent";
import { expect, test } from "vitest";
import { differentiable } from "../src/parse.ts";

const [x, y] = [Float64Array.of(1, 2, 3), Float64Array.of(10, 20, 30)];

test("numbers, and transforms with several results", () => {
  const f = differentiable((a: number, b: number) => a ** 2 * b);
  expect(compile(f).batch(3)(x, y)).toEqual(Float64Array.of(10, 80, 270));
  expect(compile(grad(f)).batch(3)(x, y)).toEqual([Float64Array.of(20, 80, 180), Float64Array.of(1, 4, 9)]);
});

test("arrays, one behind the other", () => {
  const f = differentiable((a: Float64Array, scale: number) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += scale * a[i]! ** 2;
    return sum;
  });
  const a = Float64Array.of(1, 2, 3, 4, 5, 6);
  expect(compile(f).batch(3)(a, x)).toEqual(Float64Array.of(5, 50, 183));
  expect(compile(grad(f, { wrt: 0 })).batch(3)(a, x)).toEqual(Float64Array.of(2, 4, 12, 16, 30, 36));
});

test("objects", () => {
  const f = differentiable((p: { u: number; v: number }) => ({ sum: p.u + p.v, parts: [p.u * p.v] }));
  expect(compile(f).batch(3)({ u: x, v: y })).toEqual({
    sum: Float64Array.of(11, 22, 33),
    parts: [Float64Array.of(10, 40, 90)],
  });
});

/** The same array passed twice: JavaScript's result, or an error that names both. */
import { compile, grad, valueAndGrad } from "cotangent";
import type { Target } from "cotangent";
import { expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

const scale = differentiable((a: number[], b: number[]) => {
  a[0] = a[0]! * 2;
  return a[0] * b[0]!;
});
const typed = differentiable((a: Float64Array, b: Float64Array) => {
  a[0] = a[0]! * 2;
  return a[0] * b[0]!;
});
const reads = differentiable((a: number[], b: number[]) => a[0]! * b[0]!);

test.each<Target>(["js", "wasm", "interpreter"])("compiled to %s", (target) => {
  const xs = [3];
  expect(() => compile(scale, { target })(xs, xs)).toThrow("The arrays passed for a and b overlap");
  expect(compile(scale, { target })([3], [3])).toBe(18);
  expect(compile(reads, { target })(xs, xs)).toBe(9);
});

test("Float64Arrays are written in place, but WebAssembly has copies of them", () => {
  const fs = Float64Array.of(3);
  expect(compile(typed, { target: "js" })(fs, fs)).toBe(36);
  expect(compile(typed, { target: "interpreter" })(Float64Array.of(3), fs)).toBe(36);
  expect(() => compile(typed, { target: "wasm" })(fs, fs)).toThrow("[aliased-structure]");
});

test("derivatives, which leave arrays as they are", () => {
  const xs = [3];
  expect(() => grad(scale)(xs, xs)).toThrow("[aliased-structure]");
  expect(grad(scale)([3], [3])).toEqual([[6], [6]]);
  expect(grad(reads)(xs, xs)).toEqual([[3], [3]]);
  const fs = Float64Array.of(3, 4, 5);
  expect(() => valueAndGrad(typed)(fs, fs)).toThrow("[aliased-structure]");
  expect(() => grad(typed)(fs.subarray(0, 2), fs.subarray(1))).toThrow("[aliased-structure]");
  expect(grad(typed)(fs.subarray(0, 1), fs.subarray(1))).toEqual([Float64Array.of(8), Float64Array.of(6, 0)]);
  expect(fs).toEqual(Float64Array.of(3, 4, 5));
});

test("deep inside: rows, objects in arrays, fields", () => {
  const row = [1, 2];
  const rows = differentiable((m: number[][]) => {
    m[0]![0] = 10;
    return m[1]![0]! * m[1]![1]!;
  });
  expect(() => grad(rows)([row, row])).toThrow("The arrays passed for m[0] and m[1] overlap");
  expect(grad(rows)([row, [1, 2]])).toEqual([
    [0, 0],
    [2, 1],
  ]);
  const point = { x: 2 };
  const moves = differentiable((ps: { x: number }[]) => {
    ps[0]!.x = 3;
    return ps[1]!.x ** 2;
  });
  expect(() => grad(moves)([point, point])).toThrow("What was passed for ps[0] and ps[1] is the same");
  const fields = differentiable((p: { a: number[]; b: number[] }) => {
    p.a[0] = 7;
    return p.a[0] * p.b[0]!;
  });
  expect(() => grad(fields)({ a: row, b: row })).toThrow("The arrays passed for p.a and p.b overlap");
  expect(() => grad(fields)({ a: row, b: 3 as unknown as number[] })).not.toThrow("aliased");
});

test("what is around the function counts as well", () => {
  const data = [2, 3];
  const f = differentiable(
    (x: number[]) => {
      x[0] = 5;
      return x[0] * data[0]! * x[1]!;
    },
    { scope: { data } },
  );
  expect(() => grad(f)(data)).toThrow("The arrays passed for x and data overlap");
  expect(grad(f)([2, 3])).toEqual([0, 10]);
});

/** Functions made of one text share what is compiled of it, and each sees its own scope. */
import { derivative, grad } from "cotangent";
import { capturedOf } from "cotangent/program";
import { expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

/** The program for a number. */
const programOf = (f: object): unknown => capturedOf(f)!.specialise([1]);

test("a number in the scope is a constant; one that varies becomes an argument", () => {
  const make = (a: number) => differentiable((x: number): number => a * x * x, { scope: { a } });
  const made = [1, 2, 3, 4, 5, 4].map(make);
  expect(made.map((f) => grad(f)(3))).toEqual([6, 12, 18, 24, 30, 24]);
  const programs = made.map(programOf);
  // Those of 1 and 2 have them as constants; from then on there is one for all.
  expect(new Set(programs).size).toBe(3);
  expect(new Set(programs.slice(2)).size).toBe(1);
  expect(make(2)(3)).toBe(18);
  expect(grad(make(1))(3)).toBe(6);
  // Each keeps its own, whoever was asked last.
  expect(made.map((f) => grad(f)(1))).toEqual([2, 4, 6, 8, 10, 8]);
});

test("a hundred thousand of them, within the memory of a few", () => {
  let sum = 0;
  const all = new Set<unknown>();
  for (let i = 0; i < 1e5; i++) {
    const f = differentiable((x: number): number => i * x * x, { scope: { i } });
    if (i % 100 === 0) sum += grad(f)(1);
    if (i % 10_000 === 0) all.add(programOf(f));
  }
  expect(sum).toBe(2 * 100 * ((999 * 1000) / 2));
  expect(all.size).toBeLessThan(4);
});

test("arrays, objects and functions of one kind are shared, others are not", () => {
  const make = (w: unknown, helper: (x: number) => number) =>
    differentiable((x: number): number => helper(x) * (w as number[])[0]!, { scope: { w, helper } });
  const square = (): ((x: number) => number) => (x: number) => x * x;
  const cube = (x: number): number => x ** 3;
  const made = [
    make([2], square()),
    make([3, 4], square()),
    make(Float64Array.of(5), square()),
    make([6], cube),
    make([7], cube),
  ];
  expect(made.map((f) => grad(f)(1))).toEqual([4, 6, 10, 18, 21]);
  const [a, b, c, d, e] = made.map(programOf);
  expect([a === b, a === c, a === d, d === e]).toEqual([true, false, false, true]);
  expect(made.map((f) => grad(f)(2))).toEqual([8, 12, 20, 72, 84]);
});

test("what one asks of its scope, the others are asked as well", () => {
  const make = (k: number, on: boolean) =>
    differentiable(
      (x: number | number[]): number => (typeof x === "number" ? x * x : on ? k * x[0]! : x[0]!),
      {
        scope: { k, on },
      },
    );
  const [first, second, third] = [make(2, true), make(3, true), make(4, false)];
  // For a number, nothing is asked of the scope.
  expect([first, second, third].map((f) => grad(f)(1))).toEqual([2, 2, 2]);
  expect([first, second, third].map((f) => grad(f)([1]))).toEqual([[2], [3], [1]]);
  expect([third, second, first].map((f) => grad(f)([1]))).toEqual([[1], [3], [2]]);
});

test("objects are looked up at each call", () => {
  for (const k of [1, 2, 3, 4]) {
    const own = { k };
    const g = differentiable((x: number): number => own.k * x * x, { scope: { own } });
    expect(grad(g)(1)).toBe(2 * k);
    own.k = 10;
    expect(grad(g)(1)).toBe(20);
  }
});

test("the scope's own object may change: its numbers do not", () => {
  const values: number[] = [];
  for (const n of [1, 2, 3, 4]) {
    const scope = { n, list: [n] };
    const f = differentiable((x: number): number => n * x * (scope.list[0] ?? 0), { scope: { n, scope } });
    values.push(grad(f)(1));
    scope.list = [100];
    values.push(grad(f)(1));
  }
  expect(values).toEqual([1, 100, 4, 200, 9, 300, 16, 400]);
  const k = 0;
  for (const start of [1, 2, 3, 4]) {
    const scope: { k: number } = { k: start };
    const f = differentiable((x: number): number => k * x, { scope });
    expect(grad(f)(1)).toBe(start);
    scope.k = 50;
    expect(grad(f)(1)).toBe(start);
  }
});

test("a number that must be known stays a constant", () => {
  const make = (order: number) =>
    differentiable((x: number): number => derivative((y: number) => y ** 4, order)(x), {
      scope: { order, derivative },
    });
  expect([0, 1, 2, 3, 4, 3].map((order) => make(order)(1))).toEqual([1, 4, 12, 24, 24, 24]);
});

/** How compiled functions are called: whatever way is taken, the same comes out. */
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { add, exp, mul, sin, square } from "../../src/primitives/index.ts";
import type { Real } from "../../src/real/real.ts";
import { grad, valueAndGrad } from "../../src/transforms/grad.ts";
import { hessian } from "../../src/transforms/hessian.ts";
import { any, refusal } from "../support/refusal.ts";

const product = (x: Real, y: Real): Real => mul(square(x), y);
const norm = (x: readonly Real[]): Real => x.reduce((s: Real, xi) => add(s, square(xi)), 0);

describe.each(["js", "wasm", "interpreter"] as const)("in %s", (target) => {
  test("numbers go in and come out", () => {
    const f = compile(product, { target });
    for (let k = 0; k < 3; k++) expect(f(3, k)).toBe(9 * k);
    const g = compile(grad(product), { target });
    for (let k = 0; k < 3; k++) expect(g(3, k)).toEqual([6 * k, 9]);
    const out = new Float64Array(2);
    expect(g.into(out, 3, 5)).toBe(out);
    expect(out).toEqual(Float64Array.of(30, 9));
    expect(g.into([0, 0], 2, 5)).toEqual([20, 4]);
    expect(f.into([0], 2, 5)).toEqual([20]);
  });

  test("lists, typed arrays and objects, nested; by turns", () => {
    const g = compile(grad(norm), { target });
    for (let k = 0; k < 3; k++) {
      expect(g([1, 2, k])).toEqual([2, 4, 2 * k]);
      expect(g([1, k])).toEqual([2, 2 * k]);
      expect(g(Float64Array.of(1, k))).toEqual(Float64Array.of(2, 2 * k));
      expect(g(Float64Array.of(1, 2, k))).toEqual(Float64Array.of(2, 4, 2 * k));
    }
    const both = compile(valueAndGrad(norm), { target });
    for (let k = 0; k < 3; k++) {
      expect(both([3, k])).toEqual({ value: 9 + k * k, grad: [6, 2 * k] });
      expect(both(Float64Array.of(3, k))).toEqual({ value: 9 + k * k, grad: Float64Array.of(6, 2 * k) });
    }
    const parts = (p: { a: Real; b: readonly Real[] }, c: readonly (readonly Real[])[]): Real =>
      add(mul(p.a, p.b[1]!), mul(c[1]![0]!, square(p.b[0]!)));
    const h = compile(grad(parts), { target });
    for (let k = 0; k < 3; k++) {
      expect(h({ a: 2, b: [3, k] }, [[1], [5]])).toEqual([{ a: k, b: [30, 2] }, [[0], [9]]]);
    }
    const second = compile(hessian(norm), { target });
    for (let k = 0; k < 3; k++) {
      expect(second([1, k])).toEqual([
        [2, 0],
        [0, 2],
      ]);
      expect(second.into(new Float64Array(4), [1, k])).toEqual(Float64Array.of(2, 0, 0, 2));
    }
  });

  test("matrices of many numbers, into one array or into rows", () => {
    const steep = (x: readonly Real[]): Real =>
      x.slice(1).reduce((s: Real, xi, i) => add(s, mul(square(x[i]!), xi)), 0);
    for (const n of [9, 50]) {
      const x = Array.from({ length: n }, (_, i) => i + 1);
      const entry = (i: number, j: number): number =>
        i === j ? 2 * (x[i + 1] ?? 0) : Math.abs(i - j) === 1 ? 2 * x[Math.min(i, j)]! : 0;
      const rows = x.map((_, i) => x.map((_, j) => entry(i, j)));
      const f = compile(hessian(steep), { target });
      for (let k = 0; k < 2; k++) {
        expect(f(x)).toEqual(rows);
        expect(f.into(new Float64Array(n * n), x)).toEqual(Float64Array.from(rows.flat()));
        expect(f.into(new Float64Array(n * n), any(Float64Array.from(x)))).toEqual(
          Float64Array.from(rows.flat()),
        );
        const lists = x.map(() => x.map(() => NaN));
        expect(f.into(lists, x)).toBe(lists);
        expect(lists).toEqual(rows);
      }
      expect(f(any(Float64Array.from(x)))).toEqual(rows.map((row) => Float64Array.from(row)));
    }
  });

  test("the result may go to where an argument is", () => {
    const swap = (x: readonly Real[], y: readonly Real[]): readonly Real[] =>
      x.map((_, i) => add(x[x.length - 1 - i]!, mul(2, y[i]!)));
    const f = compile(swap, { target });
    for (let k = 0; k < 2; k++) {
      const [x, y] = [Float64Array.of(1, 2, 3), Float64Array.of(10, 20, 30)];
      expect(f.into(x, any(x), any(y))).toEqual(Float64Array.of(23, 42, 61));
      expect(f.into(y, [1, 2, 3], any(y))).toEqual(Float64Array.of(23, 42, 61));
    }
  });

  test("each call has a result of its own", () => {
    const g = compile(grad(norm), { target });
    const [one, two] = [g(Float64Array.of(1, 2)), g(Float64Array.of(3, 4))];
    expect([one, two]).toEqual([Float64Array.of(2, 4), Float64Array.of(6, 8)]);
    const lists = compile(valueAndGrad(norm), { target });
    const [first, second] = [lists([1]), lists([2])];
    expect([first, second]).toEqual([
      { value: 1, grad: [2] },
      { value: 4, grad: [4] },
    ]);
  });

  test("what it is not made for is refused as ever", () => {
    const g = compile(grad(product), { target });
    expect(g(1, 2)).toEqual([4, 1]);
    // @ts-expect-error an argument is missing
    expect(refusal(() => g(1))).toMatchObject({ code: "missing-argument" });
    expect(refusal(() => g.into(new Float64Array(3), 1, 2))).toMatchObject({ code: "wrong-structure" });
    const f = compile((x: Real) => exp(sin(x)), { target });
    expect([0, 1, 2].map(f)).toEqual([f(0), f(1), f(2)]);
  });
});

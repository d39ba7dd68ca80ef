/** Transforms of plain functions, compiled: the numbers are those of the same function written on Reals. */
import {
  checkDerivatives,
  compile,
  derivative,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  valueAndGrad,
  vjp,
} from "cotangent";
import { describe, expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

const banana = differentiable((x: number, y: number): number => (1 - x) ** 2 + 100 * (y - x ** 2) ** 2);
const chained = differentiable((x: Float64Array): number => {
  let s = 0;
  for (let i = 0; i + 1 < x.length; i++) s += (1 - x[i]!) ** 2 + 100 * (x[i + 1]! - x[i]! ** 2) ** 2;
  return s;
});
const layered = differentiable((p: { w: number[][]; b: number }, x: number[]): number => {
  let s = p.b;
  for (const row of p.w) {
    let t = 0;
    for (let i = 0; i < row.length; i++) t += row[i]! * x[i]!;
    s += t * t;
  }
  return s;
});
const polar = differentiable((r: number, t: number) => ({ x: r * Math.cos(t), y: r * Math.sin(t) }));

// Seen as functions of Reals by the types of the transforms, as a build would have it.
// oxlint-disable-next-line no-explicit-any -- what plain functions are to the transforms is for the build to say
const any = (f: unknown): any => f;

describe("a plain function of numbers", () => {
  test("is still the plain function", () => {
    expect(banana(1, 2)).toBe(100);
  });

  test("grad, valueAndGrad, derivative", () => {
    expect(any(grad)(banana)(1, 2)).toEqual([-400, 200]);
    expect(any(valueAndGrad)(banana)(1, 2)).toEqual({ value: 100, grad: [-400, 200] });
    const square = differentiable((x: number): number => x * x);
    expect(any(derivative)(square)(3)).toBe(6);
    expect(any(grad)(square)(3)).toBe(6);
  });

  test("hessian, hvp, jvp, vjp", () => {
    expect(any(hessian)(banana)(1, 2)).toEqual([
      [402, -400],
      [-400, 200],
    ]);
    expect(any(hvp)(banana)([1, 2], [1, 0])).toEqual([402, -400]);
    expect(any(jvp)(banana)([1, 2], [1, 0])).toEqual({ value: 100, tangent: -400 });
    const { value, pullback } = any(vjp)(banana)(1, 2);
    expect([value, pullback(1), pullback(2)]).toEqual([100, [-400, 200], [-800, 400]]);
  });

  test("wrt by position and by name", () => {
    expect(any(grad)(banana, { wrt: 1 })(1, 2)).toBe(200);
    expect(any(grad)(banana, { wrt: "y" })(1, 2)).toBe(200);
    expect(any(grad)(banana, { wrt: ["y", "x"] })(1, 2)).toEqual([200, -400]);
    expect(() => any(grad)(banana, { wrt: "z" })(1, 2)).toThrow(
      /parameters of .* are x, y.*\n.*\[wrong-option\]/,
    );
  });
});

describe("a plain function of arrays and structures", () => {
  const x = Float64Array.of(-1.2, 1, 0.5, 2);

  test("grad of a loop over an array, and its Hessian", () => {
    const expected = [0, 0, 0, 0];
    for (let i = 0; i < 3; i++) {
      const d = x[i + 1]! - x[i]! ** 2;
      expected[i]! += -2 * (1 - x[i]!) - 400 * d * x[i]!;
      expected[i + 1]! += 200 * d;
    }
    const gradient = any(grad)(chained)(x);
    expect(gradient).toBeInstanceOf(Float64Array);
    gradient.forEach((g: number, i: number) => expect(g).toBeCloseTo(expected[i]!, 10));
    const h: number[][] = any(hessian)(chained)(x);
    expect(h.length).toBe(4);
    expect(h[0]![0]).toBeCloseTo(2 - 400 * (x[1]! - 3 * x[0]! ** 2), 9);
    expect(h[0]![1]).toBeCloseTo(-400 * x[0]!, 10);
    expect(h[0]![3]).toBe(0);
    h.forEach((row, i) => row.forEach((v, j) => expect(v).toBeCloseTo(h[j]![i]!, 9)));
    expect(x).toEqual(Float64Array.of(-1.2, 1, 0.5, 2));
  });

  test("grad has the structure of the arguments", () => {
    const p = {
      w: [
        [1, 2],
        [3, 4, 5],
      ],
      b: 6,
    };
    expect(any(grad)(layered)(p, [1, 10, 100])).toEqual([
      {
        w: [
          [42, 420],
          [1086, 10860, 108600],
        ],
        b: 1,
      },
      [1 * 42 + 3 * 1086, 2 * 42 + 4 * 1086, 5 * 1086],
    ]);
    expect(any(grad)(layered, { wrt: "p" })(p, [1, 10, 100])).toEqual({
      w: [
        [42, 420],
        [1086, 10860, 108600],
      ],
      b: 1,
    });
  });

  test("jacobian of several results", () => {
    const j = any(jacobian)(polar)(2, 0.5);
    expect(j.x[0]).toBeCloseTo(Math.cos(0.5), 14);
    expect(j.x[1]).toBeCloseTo(-2 * Math.sin(0.5), 14);
    expect(j.y[0]).toBeCloseTo(Math.sin(0.5), 14);
    expect(j.y[1]).toBeCloseTo(2 * Math.cos(0.5), 14);
    expect(() => any(grad)(polar)(2, 0.5)).toThrow(/does not return a single number.*\n.*jacobian/);
  });

  test("jacobian of an array: banded, so that a few directions give all columns", () => {
    const differences = differentiable((v: Float64Array): Float64Array => {
      const out = new Float64Array(v.length);
      for (let i = 0; i < v.length; i++) out[i] = v[i]! ** 2 + (i + 1 < v.length ? v[i + 1]! : 0);
      return out;
    });
    const v = Float64Array.from({ length: 9 }, (_, i) => i + 1);
    const rows: Float64Array[] = any(jacobian)(differences)(v);
    expect(rows.map((row) => [...row])).toEqual(
      Array.from({ length: 9 }, (_, i) =>
        Array.from({ length: 9 }, (_x, j) => (j === i ? 2 * (i + 1) : j === i + 1 ? 1 : 0)),
      ),
    );
    expect(rows.every((row) => row instanceof Float64Array)).toBe(true);
    expect(any(jacobian)(differences)(v.subarray(0, 2))).toEqual([
      Float64Array.of(2, 1),
      Float64Array.of(0, 4),
    ]);
  });

  test("jacobian by a pattern that arguments decide which are not differentiated by", () => {
    const shifted = differentiable((v: Float64Array, k: number): Float64Array => {
      const out = new Float64Array(v.length);
      for (let i = 0; i < v.length; i++) out[i] = 3 * v[(i + k) % v.length]!;
      return out;
    });
    const v = new Float64Array(9);
    for (const k of [1, 4, 1, 0]) {
      const rows: Float64Array[] = any(jacobian)(shifted, { wrt: "v" })(v, k);
      rows.forEach((row, i) => row.forEach((x, j) => expect(x).toBe(j === (i + k) % 9 ? 3 : 0)));
    }
  });

  test("grad of a function that exchanges the rows of its argument", () => {
    const pivoted = differentiable((a: number[][]): number => {
      const first = a[0]!;
      a[0] = a[1]!;
      a[1] = first;
      return 10 * a[0][0]! + a[1][0]! ** 2;
    });
    expect(any(grad)(pivoted)([[3, 1], [4]])).toEqual([[6, 0], [10]]);
    expect(any(hessian)(pivoted)([[3, 1], [4]])[0]).toEqual([
      [[2, 0], [0]],
      [[0, 0], [0]],
    ]);
  });
});

describe("checked against differences", () => {
  test("beside an index there is nothing to compare with", () => {
    const f = (points: { x: number }[], edges: { from: number; to: number }[]): number =>
      edges.reduce((sum, { from, to }) => sum + (points[to]!.x - points[from]!.x) ** 2, 0);
    const { ok, comparisons } = any(checkDerivatives)(differentiable(f), [
      [{ x: 1 }, { x: 3 }, { x: 4 }],
      [
        { from: 0, to: 1 },
        { from: 1, to: 2 },
      ],
    ]);
    expect(ok).toBe(true);
    const verdicts = new Map<string, Set<string>>();
    for (const { by, verdict } of comparisons as { by: string[]; verdict: string }[]) {
      const kind = by.some((name) => /from|to/.test(name)) ? "an index" : "a coordinate";
      verdicts.set(kind, (verdicts.get(kind) ?? new Set()).add(verdict));
    }
    expect(verdicts.get("a coordinate")).toEqual(new Set(["right"]));
    expect(verdicts.get("an index")).toContain("unknown");
  });
});

describe("a marked function that nothing has compiled", () => {
  function marked(x: number): number {
    "use grad";
    return x > 1 ? x * x : -x;
  }
  const transforms = {
    grad,
    valueAndGrad,
    jacobian,
    hessian,
    derivative,
    jvp,
    vjp,
    hvp,
    compile,
    checkDerivatives: (f: unknown) => any(checkDerivatives)(f, [2]),
  };

  test.each(Object.keys(transforms))("%s says so, and how to compile it", (name) => {
    const transform = any(transforms[name as keyof typeof transforms]);
    const expected =
      /^marked is marked "use grad", but nothing has compiled it: .*\n.*cotangent-compiler\/vite .*register.*differentiable.*\[missing-plugin\]$/;
    expect(() => transform(marked)).toThrow(expected);
    expect(() => transform(marked)).toThrow(expected);
    expect(() => transform((x: number): number => marked(x) + 1)).not.toThrow("missing-plugin");
  });

  test("one that is not marked is told of the mark where it computes", () => {
    expect(() => any(grad)((x: number) => x * x)(2)).toThrow(
      /mark the function "use grad", for cotangent-compiler/,
    );
  });

  test("captured at run time, it is like any other", () => {
    function later(x: number): number {
      "use grad";
      return x * x;
    }
    expect(any(grad)(differentiable(later))(3)).toBe(6);
  });
});

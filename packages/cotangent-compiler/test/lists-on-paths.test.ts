/** Lists that are one of several, some of which grew: they are as long as they are, whatever memory lies behind them. */
import { compile, grad } from "cotangent";
import { describe, expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

// oxlint-disable-next-line no-explicit-any -- functions of all kinds
type Any = any;

interface P {
  a: number;
}

const grown = (v: number[], c: number): number[] => (c > 0 ? v : v.filter((x) => x > 1));

const quicksort = (list: number[]): number[] => {
  const sort = (a: number[]): number[] => {
    if (a.length <= 1) return a;
    const p = a[0]!;
    const rest = a.slice(1);
    return [...sort(rest.filter((q) => q < p)), p, ...sort(rest.filter((q) => q >= p))];
  };
  return sort(list);
};

const CASES: Readonly<Record<string, (v: number[], c: number) => unknown>> = {
  returned: grown,
  "returned by a function that calls itself": quicksort,
  "of objects": (v, c): P[] => {
    const l = v.map((a) => ({ a }));
    return c > 0 ? l : l.filter((x) => x.a > 1);
  },
  "exchanged in a loop": (v, c): number[] => {
    let a = v;
    for (let i = 0; i < Math.abs(c); i++) a = a.filter((x) => x > i);
    return a;
  },
  "copied into another one": (v, c): number[] => {
    const a = c > 0 ? v : v.filter((x) => x > 1);
    const t = new Float64Array(6);
    t.set(a, 1);
    const u = Float64Array.from(a);
    return [...t, u.length, ...a.slice(1), ...a.slice().reverse()];
  },
  filled: (v, c): number[] => {
    const a = c > 0 ? v.slice() : v.filter((x) => x > 1);
    a.fill(c);
    return [...a, a.length];
  },
  "written out on one path": (v, c): number[] => {
    if (c > 0) return [c, 2 * c];
    return v.map((x) => x * c);
  },
  "written out before a loop in which it grows": (v, c): number[] => {
    let a = [c, 2 * c];
    for (let i = 0; i < 3; i++) a = a.concat(v.map((x) => x * i));
    return a;
  },
};

describe.each(Object.entries(CASES))("%s", (_, f) => {
  test.each([1, -1, -2])("%s", (c) => {
    const v = [3, 1, 2, 5, 4];
    for (const target of ["js", "wasm"] as const)
      expect(compile(differentiable(f) as Any, { target, math: "exact" })(v.slice(), c)).toEqual(
        f(v.slice(), c),
      );
  });
});

test("what was sorted by a function that calls itself keeps its derivative", () => {
  const f = differentiable(
    (v: number[]): number => quicksort(v).reduce((s, x, i) => s + x * x * (i + 1), 0),
    { scope: { quicksort } },
  );
  // 1, 2, 3, 4, 5, so that x² counts x times.
  expect(grad(f as Any)([3, 1, 2, 5, 4])).toEqual([18, 2, 8, 50, 32]);
});

/** Lists that are one of several, some of which grew: they are as long as they are, whatever memory lies behind them. */
import { compile, grad } from "cotangent";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
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
  "of rows, which are exchanged": (v, c): unknown => {
    let a = [v, v.map((x) => c * x)];
    let b = a.map((row) => row.slice());
    for (let t = 0; t < 3; t++) {
      for (let i = 1; i + 1 < v.length; i++) b[1]![i] = 0.5 * (a[0]![i - 1]! + a[1]![i + 1]!);
      [a, b] = [b, a];
    }
    return [a, b];
  },
  "of rows, made anew": (v, c): unknown => {
    let a = [v, v.map((x) => c * x)];
    for (let t = 0; t < 3; t++) a = a.map((row, i) => row.map((x, j) => x + 0.1 * a[1 - i]![j]!));
    return a;
  },
  "of rows, of which some go": (v, c): unknown => {
    let a = [v, v.slice(1), v.slice(2)];
    for (let t = 0; t < 3; t++) a = a.filter((row) => row.length > Math.abs(c) + 2);
    return a;
  },
  "of rows, written to by either name": (v, c): unknown => {
    const a = [v.slice(), v.slice()];
    const b = [v.map((x) => 2 * x), v.slice()];
    const m = c > 0 ? a : b;
    m[0]![1] = c;
    b[1]![0] = 9;
    return [a[0]![1]!, m[1]![0]!, b[0]![0]!];
  },
  "of objects with lists": (v, c): unknown => {
    let a = [
      { w: 1, p: v },
      { w: 2, p: v.slice(1) },
    ];
    for (let t = 0; t < 2; t++)
      a = a.filter((q) => q.w > t + c).map((q) => ({ w: q.w, p: q.p.map((x) => x + q.w) }));
    return a;
  },
};

test("one that grows afterwards is not silently as long as it was", () => {
  const f = differentiable((v: number[], c: number): number => {
    const a = v.slice();
    const b = v.map((x) => 2 * x);
    const m = c > 0 ? a : b;
    a.push(5);
    return m.length;
  });
  expect(refusal(() => compile(f as Any)([1], 1)).code).toBe("aliased-structure");
});

test("a tuple and an object are one of several: those of lists, too", () => {
  const f = (v: number[], c: number): number => {
    const l = v.map((a, i) => ({ a, q: { z: i } }));
    let best = { a: 0, q: { z: 1 } };
    for (const p of l) if (p.a > best.a) best = p;
    const other = l.map((p) => ({ ...p, a: 2 * p.a }));
    const o = c > 0 ? l[0]! : other[1]!;
    return best.a * 100 + best.q.z * 10 + o.a;
  };
  for (const c of [1, -1]) expect(compile(differentiable(f) as Any)([3, 1, 4], c)).toBe(f([3, 1, 4], c));
});

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

/** Kinks, limits and the edges of domains: SEMANTICS.md, "Kinks and limits", word for word. */
import { describe, expect, test } from "vitest";

import * as cotangent from "../../src/index.ts";
import {
  abs,
  add,
  atan2,
  div,
  erf,
  exp,
  gt,
  hypot,
  log,
  mul,
  neg,
  pow,
  sigmoid,
  softplus,
  sqrt,
  sub,
  where,
} from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { table } from "../../src/primitives/table.ts";
import { ulps } from "./accuracy.ts";
import { applyTo, modes } from "./modes.ts";
import type { Multivariate } from "./modes.ts";

const { grad, hessian } = cotangent;

/** The gradient by every mode: they must agree. */
function gradients(f: Multivariate, x: readonly number[]): number[][] {
  return Object.values(modes).map((mode) => x.map((_, i) => mode(f, i)(...x) as number));
}

/** Expects exactly these partial derivatives at x, in every mode. 0 and −0 count as the same. */
function expectPartials(f: Multivariate, x: readonly number[], expected: readonly number[]): void {
  for (const found of gradients(f, x)) expect(found.map((d) => (d === 0 ? 0 : d))).toEqual(expected);
}

/** All second derivatives at x, in every pair of modes; 0 and −0 count as the same. */
function seconds(f: Multivariate, x: readonly number[], i = 0, j = 0): number[] {
  const all = Object.values(modes);
  return all
    .flatMap((outer) => all.map((inner) => outer(inner(f, i), j)(...x) as number))
    .map((d) => (d === 0 ? 0 : d));
}

const call =
  (id: string): Multivariate =>
  (...x) =>
    applyTo(table.get(id)!.primitive, x);
const at = (id: string, ...x: number[]): number => call(id)(...x) as number;

describe("kinks", () => {
  test.each([0, -0])("abs'(%d) = 0", (x) => expectPartials(call("abs"), [x], [0]));
  test.each([0, -0])("relu'(%d) = 0", (x) => expectPartials(call("relu"), [x], [0]));

  test.each([0, 1, -2.5, 1e300, -1e-300])("a tie of max or min at %d: 1/2 to each", (x) => {
    expectPartials(call("max"), [x, x], [0.5, 0.5]);
    expectPartials(call("min"), [x, x], [0.5, 0.5]);
  });

  test("away from a tie, all goes to one argument of max and min", () => {
    expectPartials(call("max"), [1, 2], [0, 1]);
    expectPartials(call("max"), [2, 1], [1, 0]);
    expectPartials(call("min"), [1, 2], [1, 0]);
    expectPartials(call("min"), [2, 1], [0, 1]);
    expectPartials(call("max"), [1e-300, -1e-300], [1, 0]);
  });

  test.each(["sign", "floor", "ceil", "round", "trunc"])("%s' = 0, at the jumps too", (id) => {
    for (const x of [-1.5, -1, -0.5, 0, 0.3, 0.5, 1, 2.5, 1e300]) expectPartials(call(id), [x], [0]);
  });

  test.each(["lt", "gt", "eq"])("the derivatives of %s are 0", (id) => {
    for (const x of [
      [1, 2],
      [2, 1],
      [1, 1],
      [0, -0],
    ])
      expectPartials(call(id), x, [0, 0]);
  });

  test("comparisons give 0 or 1, and 0 where an argument is NaN", () => {
    expect([at("lt", 1, 2), at("lt", 2, 1), at("lt", 1, 1)]).toEqual([1, 0, 0]);
    expect([at("gt", 1, 2), at("gt", 2, 1), at("gt", 1, 1)]).toEqual([0, 1, 0]);
    expect([at("eq", 1, 2), at("eq", 2, 1), at("eq", 1, 1)]).toEqual([0, 0, 1]);
    for (const id of ["lt", "gt", "eq"]) {
      expect([at(id, NaN, 1), at(id, 1, NaN), at(id, NaN, NaN)]).toEqual([0, 0, 0]);
    }
  });

  test("round is Math.round", () => {
    expect([2.5, -2.5, 0.49999999999999994, -0.5].map((x) => at("round", x))).toEqual([3, -2, 0, -0]);
  });

  test("stopGradient lets no derivative through", () => {
    expectPartials(call("stopGradient"), [3], [0]);
    expectPartials((x) => mul(cotangent.stopGradient(x), x), [3], [3]);
    expect(seconds((x) => mul(cotangent.stopGradient(x), x), [3])).toEqual([0, 0, 0, 0]);
  });
});

describe("powers", () => {
  test("sqrt'(0) = infinity", () => expectPartials(call("sqrt"), [0], [Infinity]));
  test("cbrt'(0) = infinity", () => expectPartials(call("cbrt"), [0], [Infinity]));

  test("pow(0, 0): derivatives 0 and 0", () => {
    expect(at("pow", 0, 0)).toBe(1);
    expectPartials(call("pow"), [0, 0], [0, 0]);
    expectPartials((x) => pow(x, 0), [0], [0]);
    expectPartials((y) => pow(0, y), [0], [0]);
    expectPartials((x) => pow(x, x), [0], [0]);
    expect(seconds((x) => pow(x, 0), [0])).toEqual([0, 0, 0, 0]);
  });

  test.each([-2, -1e-300, 1e-300, 0.5, 3, 1e300, Infinity])("pow(%d, 0): x-derivative 0", (x) => {
    expectPartials((x) => pow(x, 0), [x], [0]);
    expect(modes.reverse(call("pow"), 0)(x, 0)).toBe(0);
    expect(modes.forward(call("pow"), 0)(x, 0)).toBe(0);
    expect(seconds((x) => pow(x, 0), [x])).toEqual([0, 0, 0, 0]);
  });

  test.each([
    [-2, 3, 12, -12],
    [-2, 2, -4, 2],
    [-2, 1, 1, 0],
    [-2, -1, -0.25, -0.25],
    [-2, -2, 0.25, 0.375],
    [-3, 5, 405, -540],
    [-10, 7, 7e6, -4.2e6],
    [-0.5, 4, -0.5, 3],
    [0, 1, 1, 0],
    [0, 2, 0, 2],
    [0, 3, 0, 0],
  ])("pow(%d, %d): x-derivatives exactly %d and %d", (x, n, first, second) => {
    expectPartials((x) => pow(x, n), [x], [first]);
    expect(seconds((x) => pow(x, n), [x])).toEqual([second, second, second, second]);
    // Also where the exponent is a variable, but not the one that is asked about.
    for (const mode of Object.values(modes)) expect(mode(call("pow"), 0)(x, n)).toBe(first);
    expect(seconds(call("pow"), [x, n])).toEqual([second, second, second, second]);
  });

  test("the exponent's derivative at a negative base is NaN, and leaks nowhere when the exponent is a constant", () => {
    expect(grad((x: Real, y: Real) => pow(x, y))(-2, 3)).toEqual([12, NaN]);
    expect(grad((x: Real) => add(pow(x, 3), pow(mul(x, 2), 2)))(-2)).toBe(-4);
    expect(hessian((x: Real) => pow(x, 3))(-2)).toBe(-12);
  });

  test("pow(0, y): the exponent's derivative is 0 for y > 0", () => {
    for (const y of [1e-300, 0.5, 1, 2, 1e300]) {
      expect(modes.forward(call("pow"), 1)(0, y)).toBe(0);
      expect(modes.reverse(call("pow"), 1)(0, y)).toBe(0);
    }
    expect(modes.reverse(call("pow"), 1)(0, -1)).toBe(-Infinity);
  });

  test("pow(0, y) for y < 1: the x-derivative is infinite", () => {
    expectPartials((x) => pow(x, 0.5), [0], [Infinity]);
    expectPartials((x) => pow(x, 0.3), [0], [Infinity]);
    expectPartials((x) => pow(x, -1), [0], [-Infinity]);
    expect(seconds((x) => pow(x, 1.2), [0])).toEqual([Infinity, Infinity, Infinity, Infinity]);
    expect(seconds(call("pow"), [0, 1.2])).toEqual([Infinity, Infinity, Infinity, Infinity]);
    expect(seconds(call("pow"), [0, 1])).toEqual([0, 0, 0, 0]);
  });

  test.each([
    ["log", 0, Infinity],
    ["log2", 0, Infinity],
    ["log10", 0, Infinity],
    ["log1p", -1, Infinity],
  ])("%s has a pole at %d", (id, x, slope) => {
    expect(at(id, x)).toBe(-Infinity);
    expectPartials(call(id), [x], [slope]);
  });

  test("expm1 and log1p are exact near 0", () => {
    for (const x of [1e-300, -1e-300, 1e-20, -1e-20, 5e-324]) {
      expect(at("expm1", x)).toBe(x);
      expect(at("log1p", x)).toBe(x);
      expectPartials(call("expm1"), [x], [1]);
      expectPartials(call("log1p"), [x], [1]);
    }
  });

  test("expm1 keeps its derivative where its value is −1", () => {
    expectPartials(call("expm1"), [-40], [Math.exp(-40)]);
  });

  test("exp overflows and vanishes together with its derivative", () => {
    expectPartials(call("exp"), [710], [Infinity]);
    expectPartials(call("exp"), [-746], [0]);
  });
});

describe("the plane", () => {
  test("hypot(0, 0): 0, 0", () => {
    expect(hypot(0, 0)).toBe(0);
    expectPartials(call("hypot"), [0, 0], [0, 0]);
  });

  test("atan2(0, 0): 0", () => {
    expect(atan2(0, 0)).toBe(0);
    expectPartials(call("atan2"), [0, 0], [0, 0]);
  });

  test.each([1e200, 1e-200, 1e300, 1e-300])("hypot and atan2 at %d neither overflow nor vanish", (s) => {
    expect(ulps(hypot(3 * s, 4 * s), 5 * s)).toBeLessThanOrEqual(4);
    expect(atan2(s, s)).toBe(Math.PI / 4);
    for (const [dx, dy] of gradients(call("hypot"), [3 * s, 4 * s])) {
      expect(ulps(dx as number, 0.6)).toBeLessThanOrEqual(8);
      expect(ulps(dy as number, 0.8)).toBeLessThanOrEqual(8);
    }
    for (const [dy, dx] of gradients(call("atan2"), [3 * s, 4 * s])) {
      expect(ulps(dy as number, 0.16 / s)).toBeLessThanOrEqual(9);
      expect(ulps(dx as number, -0.12 / s)).toBeLessThanOrEqual(9);
    }
  });

  test("div keeps its second derivatives at 1e±300", () => {
    expect(seconds(call("div"), [1e300, 1e300], 1, 1).map((d) => ulps(d, 2 / 1e300 / 1e300))).toEqual([
      0, 0, 0, 0,
    ]);
    for (const d of seconds(call("div"), [1e300, 1e200], 1, 1))
      expect(ulps(d, 2e-300)).toBeLessThanOrEqual(16);
    for (const d of seconds(call("div"), [1e-300, 1e-200], 1, 1))
      expect(ulps(d, 2e300)).toBeLessThanOrEqual(16);
    for (const d of seconds(call("div"), [1, 1e-200], 0, 1)) expect(d).toBe(-Infinity);
  });
});

describe("saturation", () => {
  test("sigmoid'(40) = 4.248e-18, not 0", () => {
    for (const [d] of gradients((x) => sigmoid(x), [40]))
      expect(ulps(d as number, 4.248354255291589e-18)).toBeLessThanOrEqual(4);
    for (const [d] of gradients((x) => sigmoid(x), [-40]))
      expect(ulps(d as number, 4.248354255291589e-18)).toBeLessThanOrEqual(4);
  });

  test("sigmoid is 0 and 1 at the ends, with derivative 0", () => {
    expect([at("sigmoid", -Infinity), at("sigmoid", 0), at("sigmoid", Infinity)]).toEqual([0, 0.5, 1]);
    expect(at("sigmoid", -740)).toBe(Math.exp(-740));
    expectPartials(call("sigmoid"), [0], [0.25]);
    expectPartials(call("sigmoid"), [Infinity], [0]);
    expectPartials(call("sigmoid"), [-Infinity], [0]);
  });

  test("softplus is exact at both ends", () => {
    expect(softplus(1000)).toBe(1000);
    expect(softplus(-700)).toBe(Math.exp(-700));
    expect(softplus(-40)).toBe(Math.exp(-40));
    expect(softplus(0)).toBe(Math.LN2);
    expect([softplus(Infinity), softplus(-Infinity)]).toEqual([Infinity, 0]);
    expectPartials(call("softplus"), [1000], [1]);
    expectPartials(call("softplus"), [-700], [Math.exp(-700)]);
    expectPartials(call("softplus"), [Infinity], [1]);
    expectPartials(call("softplus"), [-Infinity], [0]);
  });

  test("tanh' without cancellation", () => {
    // 4 e^−2x / (1 + e^−2x)²
    for (const [d] of gradients(call("tanh"), [20]))
      expect(ulps(d as number, 4 * Math.exp(-40))).toBeLessThanOrEqual(8);
    for (const [d] of gradients(call("tanh"), [-300]))
      expect(ulps(d as number, 4 * Math.exp(-600))).toBeLessThanOrEqual(8);
    expectPartials(call("tanh"), [0], [1]);
    expectPartials(call("tanh"), [Infinity], [0]);
    expectPartials(call("tanh"), [-Infinity], [0]);
  });

  test("erf saturates, its derivative does not before the range ends", () => {
    expect([at("erf", 0), at("erf", 6), at("erf", Infinity), at("erf", -Infinity)]).toEqual([0, 1, 1, -1]);
    for (const [d] of gradients((x) => erf(x), [26])) expect(d).toBeGreaterThan(1e-294);
    expectPartials(call("erf"), [Infinity], [0]);
    expectPartials(call("erf"), [1e300], [0]);
  });

  test("atan is flat at infinity", () => {
    expect(at("atan", Infinity)).toBe(Math.PI / 2);
    expectPartials(call("atan"), [Infinity], [0]);
    expectPartials(call("asinh"), [-Infinity], [0]);
  });
});

describe("edges", () => {
  test.each([
    ["asin", 1, Math.PI / 2, Infinity],
    ["asin", -1, -Math.PI / 2, Infinity],
    ["acos", 1, 0, -Infinity],
    ["acos", -1, Math.PI, -Infinity],
    ["acosh", 1, 0, Infinity],
    ["atanh", 1, Infinity, Infinity],
    ["atanh", -1, -Infinity, Infinity],
  ])("%s at %d is %d with slope %d", (id, x, value, slope) => {
    expect(at(id, x)).toBe(value);
    expectPartials(call(id), [x], [slope]);
  });

  test.each(["asin", "acos", "atanh"])("%s is NaN outside [−1, 1]", (id) => {
    expect([at(id, 1.5), at(id, -2)]).toEqual([NaN, NaN]);
  });

  test("log, sqrt and acosh are NaN outside their domains", () => {
    expect([at("log", -1), at("sqrt", -1), at("acosh", 0.5), at("log1p", -2)]).toEqual([NaN, NaN, NaN, NaN]);
  });

  test("lgamma(1) = lgamma(2) = 0 exactly", () => {
    expect([at("lgamma", 1), at("lgamma", 2)]).toEqual([0, 0]);
  });

  test.each([0, -1, -2, -3, -17, -1e10])("lgamma has a pole at %d", (x) => {
    expect(at("lgamma", x)).toBe(Infinity);
    expect(Math.abs(at("digamma", x))).toBe(Infinity);
    expect(at("polygamma", 1, x)).toBe(Infinity);
  });

  test("lgamma at infinity", () => expect(at("lgamma", Infinity)).toBe(Infinity));
});

describe("a branch that is not taken contributes exactly 0", () => {
  test.each<[string, (x: Real) => Real, number, number]>([
    ["sqrt of a negative number", (x) => where(gt(x, 0), sqrt(x), 0), -1, 0],
    ["sqrt at 0", (x) => where(gt(x, 0), sqrt(x), 0), 0, 0],
    ["log of a negative number", (x) => where(gt(x, 0), log(x), mul(2, x)), -1, 2],
    ["1/x at 0", (x) => where(x, div(1, x), x), 0, 1],
    ["exp that overflows", (x) => where(gt(x, 700), x, exp(x)), 1000, 1],
    ["exp that overflows, squared", (x) => where(gt(x, 700), x, pow(exp(x), 2)), 1000, 1],
    ["the taken one, nested", (x) => where(gt(x, 0), where(gt(x, 4), neg(x), sqrt(x)), log(x)), 9, -1],
    ["a product with a constant 0", (x) => mul(0, sqrt(x)), 0, 0],
    ["a path of abs through its kink", (x) => sqrt(abs(sub(x, x))), 3, 0],
  ])("%s", (_what, f, x, slope) => {
    expectPartials((x) => f(x), [x], [slope]);
    expect(seconds((x) => f(x), [x])).toEqual([0, 0, 0, 0]);
  });

  test("where goes by the condition's value, and NaN is false", () => {
    expect([
      at("where", 1, 2, 3),
      at("where", -0.5, 2, 3),
      at("where", 0, 2, 3),
      at("where", NaN, 2, 3),
    ]).toEqual([2, 2, 3, 3]);
    expectPartials(call("where"), [1, 2, 3], [0, 1, 0]);
    expectPartials(call("where"), [0, 2, 3], [0, 0, 1]);
  });
});

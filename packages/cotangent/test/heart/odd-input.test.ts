/** What people pass without thinking, and what once gave a wrong number, or an error that was not the library's. */
import { describe, expect, it } from "vitest";
import {
  centralDifference,
  checkDerivatives,
  derivative,
  derivativeCheck,
  grad,
  hessian,
  hvp,
  jvp,
  mul,
  Scalar,
  sin,
  square,
  sum,
} from "../../src/index.ts";
import type { ErrorCode, Real } from "../../src/index.ts";
import { any, refusal } from "../support/refusal.ts";

describe("a derivative passed to map", () => {
  it("is called with the element, not with its index and the array", () => {
    expect([1, 2, 3].map(grad(square))).toEqual([2, 4, 6]);
    expect([1, 2, 3].map(grad((x: Real) => grad(square)(mul(x, x))))).toEqual([4, 8, 12]);
    expect([1, 2].map(grad(grad(square)))).toEqual([2, 2]);
    expect([[1, 2], [3]].map(grad((v: readonly Real[]) => sum(v.map(square))))).toEqual([[2, 4], [6]]);
    expect([0, 0].map(derivative(sin))).toEqual([1, 1]);
    expect([1, 2].map(hessian(square))).toEqual([2, 2]);
  });

  it("three arguments that only look similar are three arguments", () => {
    const f = (x: Real, y: Real, zs: readonly Real[]): Real => mul(mul(x, y), zs[0]!);
    expect(grad(f)(3, 0, [3])).toEqual([0, 9, [0]]);
  });
});

describe("objects", () => {
  it("keep names that their prototype uses for something else", () => {
    class Celsius {
      get degrees(): Real {
        return 0;
      }
    }
    const t = Object.defineProperty(new Celsius(), "degrees", { value: 3, enumerable: true });
    const g = grad((x: Celsius) => square(x.degrees))(t);
    expect([g.degrees, Object.keys(g)]).toEqual([6, ["degrees"]]);
    expect(g).toBeInstanceOf(Celsius);

    const parsed = JSON.parse('{ "__proto__": 3 }') as Record<string, number>;
    const derived = grad((x: Record<string, Real>) => square(x["__proto__"]!))(parsed);
    expect(Object.entries(derived)).toEqual([["__proto__", 6]]);
  });

  it("may be frozen, proxies, without prototype, with computed fields, the same in two places", () => {
    const product = (p: { a: Real; b: Real }): Real => mul(p.a, p.b);
    expect(grad(product)(Object.freeze({ a: 2, b: 3 }))).toEqual({ a: 3, b: 2 });
    expect(grad(product)(new Proxy({ a: 2, b: 3 }, {}))).toEqual({ a: 3, b: 2 });
    expect({ ...grad(product)(Object.assign(Object.create(null), { a: 2, b: 3 })) }).toEqual({ a: 3, b: 2 });
    const computed = {
      get a() {
        return 2;
      },
      b: 3,
    };
    expect(grad(product)(computed)).toEqual({ a: 3, b: 2 });
    const shared = [1, 2];
    const pair = (p: { x: readonly Real[]; y: readonly Real[] }): Real => mul(p.x[0]!, p.y[1]!);
    expect(grad(pair)({ x: shared, y: shared })).toEqual({ x: [2, 0], y: [0, 1] });
  });

  it("are not changed when f changes its argument", () => {
    const xs = [3, 2];
    const f = (v: Real[]): Real => {
      v[0] = square(v[0]!);
      return mul(v[0], v[1]!);
    };
    expect([grad(f)(xs), xs]).toEqual([
      [12, 9],
      [3, 2],
    ]);
  });
});

describe("refusals", () => {
  const two = (x: Real, y: Real): Real => mul(x, y);
  const cases: [what: string, code: ErrorCode, says: RegExp, run: () => unknown][] = [
    ["a BigInt", "not-a-number", /argument 1 is the bigint 3/, () => grad(any(square))(3n)],
    ["a symbol", "not-a-number", /Symbol\(s\)/, () => grad(any(square))(Symbol("s"))],
    ["an iterator", "not-a-number", /a bare object/, () => grad(any(sum))((function* () {})())],
    [
      "no argument to f(...xs)",
      "missing-argument",
      /1 argument, but/,
      () => grad((...xs: Real[]) => sum(xs))(),
    ],
    ["an argument named twice", "wrong-option", /twice: 0, 0/, () => grad(two, { wrt: [0, 0] })(1, 2)],
    ["wrt: null", "wrong-option", /null as wrt/, () => grad(two, { wrt: any(null) })(1, 2)],
    [
      "more tangents than arguments",
      "mixed-structures",
      /1 argument.*2 tangent/,
      () => any(jvp(square))([3], [1, 1]),
    ],
    ["fewer tangents", "mixed-structures", /2 argument.*1 tangent/, () => any(jvp(two))([3, 1], [1])],
    ["more vectors", "mixed-structures", /1 argument.*2 vector/, () => any(hvp(square))([3], [1, 1])],
    ["NaN as a tangent", "nan-input", /tangent 2 is NaN/, () => jvp(two)([3, 1], [1, Number.NaN])],
    ["derivative of a list", "not-a-number", /an array of 2/, () => any(derivative(any(sum)))([1, 2])],
    [
      "no list to checkDerivatives",
      "mixed-structures",
      /list of arguments/,
      () => checkDerivatives(square, any(3)),
    ],
    [
      "order 3",
      "wrong-option",
      /the number 3 as order/,
      () => checkDerivatives(square, [3], { order: any(3) }),
    ],
    [
      "a tolerance that nothing meets",
      "wrong-option",
      /the number NaN as tolerance/,
      () => checkDerivatives(square, [3], { tolerance: Number.NaN }),
    ],
    [
      "a difference of no function",
      "not-a-function",
      /centralDifference/,
      () => centralDifference(any(3), [3]),
    ],
    ["a difference at no list", "wrong-option", /the number 3/, () => centralDifference(square, any(3))],
    ["a check of no function", "not-a-function", /derivativeCheck/, () => derivativeCheck(any(3), 3)],
  ];
  it.each(cases)("%s: %s", (_what, code, says, run) => {
    const error = refusal(run);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
  });
});

describe("functions written with methods", () => {
  const f = (x: Scalar): Scalar => x.sin().mul(x);

  it("can be checked, since they are given variables there too", () => {
    derivativeCheck(f, new Scalar(2));
    derivativeCheck(f, 2);
    expect(checkDerivatives(f, [2]).ok).toBe(true);
    expect(centralDifference(f, [new Scalar(2)])).toBeCloseTo(Math.sin(2) + 2 * Math.cos(2), 8);
  });

  it("and differences of plain functions are still possible", () => {
    expect(centralDifference((x: number) => x * x, [3])).toBeCloseTo(6, 8);
  });
});

describe("checkDerivatives far away from zero", () => {
  it("does not call right derivatives wrong, where the function looks rough from afar", () => {
    expect(checkDerivatives((x: Real) => sin(x), [1e10]).ok).toBe(true);
  });
});

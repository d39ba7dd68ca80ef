import { describe, expect, test } from "vitest";
import { AdError } from "../../src/errors.ts";
import { exp, mul, sin, sub, sum } from "../../src/primitives/index.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program } from "../../src/program/ir.ts";
import { print } from "../../src/program/print.ts";
import { record } from "../../src/program/record.ts";
import { ScalarFunction } from "../../src/custom.ts";
import { Context, value } from "../../src/real/real.ts";
import type { Real } from "../../src/real/real.ts";
import { noGrad } from "../../src/traces/levels.ts";
import { Scalar } from "../../src/traces/scalar.ts";
import { grad } from "../../src/transforms/grad.ts";

/** The program of a function of Reals. */
const recorded = (f: (...x: Real[]) => Real, ...names: string[]): Program =>
  record(
    "f",
    names.map((name) => ({ name, ty: "f64" })),
    (recorder, _, args) => [recorder.valueOf(f(...args.map((v) => recorder.variable(v))))],
  );

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof AdError) return error.code;
    throw error;
  }
  return "no error";
};

class SquareOfNumbers extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }
  static backward(ctx: Context<[number]>, dOut: number): number {
    return 2 * ctx.savedValues * dOut;
  }
}

class SquareOfReals extends ScalarFunction {
  static forward(ctx: Context<[Real]>, x: Real): Real {
    ctx.saveForBackward(x);
    return mul(x, x);
  }
  static backward(ctx: Context<[Real]>, dOut: Real): Real {
    return mul(2, mul(ctx.savedValues, dOut));
  }
}

describe("the recorder", () => {
  test("writes down what a function does", () => {
    const program = recorded((x, y) => sub(mul(x, sin(y)), 0.5), "x", "y");
    expect(print(program)).toBe(`function f(x: f64, y: f64): f64 {
  v0 = sin(y)
  v1 = mul(x, v0)
  v2 = f64 0.5
  v3 = sub(v1, v2)
  return v3
}
`);
    expect(interpreter(program)(3, 2)).toEqual([3 * Math.sin(2) - 0.5]);
  });

  test("offers methods, and takes lists", () => {
    const program = recorded((x) => sum([x, (x as Scalar).mul(x), 1]), "x");
    expect(interpreter(program)(3)).toEqual([13]);
  });

  test("writes down a gradient taken inside", () => {
    const program = recorded((x) => grad((z: Real) => mul(z, exp(z)))(x), "x");
    expect(check(program)).toEqual([]);
    expect(interpreter(program)(1)).toEqual([2 * Math.exp(1)]);
  });

  test("calls a function on numbers, and takes one on Reals along with its derivative", () => {
    const outside = recorded((x) => SquareOfNumbers.apply(x), "x");
    expect(print(outside)).toContain('external forward "SquareOfNumbers"(x)');
    expect(interpreter(outside)(3)).toEqual([9]);
    const inside = recorded((x) => SquareOfReals.apply(SquareOfReals.apply(x)), "x");
    expect(check(inside)).toEqual([]);
    expect(inside.functions.map((f) => [f.name, f.pullback])).toEqual([
      ["f", undefined],
      ["SquareOfReals", "SquareOfReals_pullback"],
      ["SquareOfReals_pullback", undefined],
    ]);
    expect(interpreter(inside)(3)).toEqual([81]);
    expect(interpreter({ functions: inside.functions.slice(2) })(3, 10)).toEqual([60]);
  });

  test("keeps what noGrad means", () => {
    const program = recorded(
      (x) =>
        mul(
          x,
          noGrad(() => sin(x)),
        ),
      "x",
    );
    expect(print(program)).toContain("stopGradient");
  });

  test("refuses what cannot be recorded", () => {
    expect(codeOf(() => recorded((x) => (value(x) > 0 ? x : 0), "x"))).toBe("value-while-recording");
    expect(codeOf(() => recorded((x) => ((x as Scalar).lessThan(1) ? x : 0), "x"))).toBe(
      "value-while-recording",
    );
    expect(codeOf(() => recorded((x) => ((x as unknown as number) > 0 ? x : 0), "x"))).toBe(
      "implicit-conversion",
    );
    expect(codeOf(() => recorded((x) => Math.sin(x as unknown as number), "x"))).toBe("implicit-conversion");
    const outer = new Scalar(2);
    expect(codeOf(() => recorded((x) => mul(x, outer), "x"))).toBe("foreign-variable");
    let kept: Real = 0;
    recorded((x) => (kept = x!), "x");
    expect(codeOf(() => mul(kept, 2))).toBe("escaped-variable");
    expect(codeOf(() => recorded((x) => mul(x, kept), "x"))).toBe("foreign-variable");
  });
});

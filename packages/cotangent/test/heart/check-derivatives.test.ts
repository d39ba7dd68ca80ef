import { describe, expect, it } from "vitest";
import {
  abs,
  add,
  checkDerivatives,
  Context,
  exp,
  floor,
  log,
  max,
  mul,
  relu,
  ScalarFunction,
  sin,
  sqrt,
  square,
  stopGradient,
} from "../../src/index.ts";
import type { CheckReport, Real } from "../../src/index.ts";

const verdicts = (report: CheckReport): string[] =>
  [...new Set(report.comparisons.map((c) => c.verdict))].sort();
const f = (x: Real, y: Real): Real => mul(exp(sin(x)), square(y));

describe("a function that is right", () => {
  it("passes in every mode, to second order", () => {
    const report = checkDerivatives(f, [0.7, 1.3]);
    expect(report.ok).toBe(true);
    expect(verdicts(report)).toEqual(["right"]);
    expect(new Set(report.comparisons.map((c) => c.mode))).toEqual(
      new Set([
        "forward",
        "reverse",
        "forward over reverse",
        "reverse over reverse",
        "reverse over forward",
        "mixed",
      ]),
    );
    // 2 inputs: 2·2 first; 4·3 second, and one pair in both orders.
    expect(report.comparisons.length).toBe(4 + 12 + 1);
    expect(`${report}`).toBe("f at (0.7, 1.3): 17 of 17 derivatives right");
  });

  it("differences are known well: to nine digits and more", () => {
    for (const c of checkDerivatives(f, [0.7, 1.3]).comparisons) {
      expect(Math.abs(c.got - c.expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(c.expected)));
    }
  });

  it("of structures, into structures: says which", () => {
    const g = (p: { w: readonly Real[] }): unknown => ({
      energy: mul(p.w[0]!, p.w[1]!),
      rest: [sin(p.w[1]!)],
    });
    const report = checkDerivatives(g, [{ w: [2, 3] }]);
    expect(new Set(report.comparisons.map((c) => c.result))).toEqual(new Set([".energy", ".rest[0]"]));
    expect(new Set(report.comparisons.flatMap((c) => c.by))).toEqual(
      new Set(["argument 1.w[0]", "argument 1.w[1]"]),
    );
  });

  it("whatever the scale", () => {
    for (const at of [1e-300, 1e-8, 1, 1e8, 1e150]) {
      expect(checkDerivatives((x: Real) => square(x), [at]).ok).toBe(true);
      expect(checkDerivatives((x: Real) => log(x), [at]).ok).toBe(true);
    }
  });
});

describe("a function that is wrong", () => {
  class Off extends ScalarFunction {
    static forward(ctx: Context<[Real]>, x: Real): Real {
      ctx.saveForBackward(x);
      return sin(x);
    }
    static backward(ctx: Context<[Real]>, dOut: Real): Real {
      return mul(dOut, add(1, mul(-0.5 + 1e-5, square(ctx.savedValues))));
    }
  }

  it("is found, even if it is nearly right", () => {
    const report = checkDerivatives((x: Real) => Off.apply(x), [0.001], { throws: false, order: 1 });
    expect(report.ok).toBe(true); // off by 1e-11 there: within the tolerance
    const further = checkDerivatives((x: Real) => Off.apply(x), [0.3], { throws: false, order: 1 });
    expect([further.ok, verdicts(further)]).toEqual([false, ["wrong"]]);
    expect(`${further}`).toMatch(
      /wrong: df by argument 1 \(forward\): got 0\.95500\d*; expected 0\.955336\d* ± \de-1\d/,
    );
    expect(() => checkDerivatives((x: Real) => Off.apply(x), [0.3])).toThrow("wrong: df by argument 1");
  });

  it("in second order only", () => {
    class FirstOnly extends ScalarFunction {
      static forward(ctx: Context<[Real]>, x: Real): Real {
        ctx.saveForBackward(x);
        return square(x);
      }
      static backward(ctx: Context<[Real]>, dOut: Real): Real {
        return mul(dOut, mul(2, stopGradient(ctx.savedValues)));
      }
    }
    const report = checkDerivatives((x: Real) => FirstOnly.apply(x), [3], { throws: false });
    const wrong = report.comparisons.filter((c) => c.verdict === "wrong");
    expect(wrong.length).toBe(3);
    expect(wrong.every((c) => c.by.length === 2 && c.got === 0 && Math.abs(c.expected - 2) < 1e-9)).toBe(
      true,
    );
    expect(checkDerivatives((x: Real) => FirstOnly.apply(x), [3], { order: 1 }).ok).toBe(true);
  });

  it("because a derivative is missing", () => {
    expect(checkDerivatives((x: Real) => mul(x, stopGradient(x)), [3], { throws: false, order: 1 }).ok).toBe(
      false,
    );
  });
});

describe("where f is not smooth", () => {
  it.each([
    ["abs at 0", (x: Real) => abs(x), 0],
    ["relu at 0", (x: Real) => relu(x), 0],
    ["max at a tie", (x: Real) => max(x, mul(2, x)), 0],
  ])("%s: a kink, and no mistake", (_what, g, at) => {
    const report = checkDerivatives(g, [at], { order: 1 });
    expect([report.ok, verdicts(report)]).toEqual([true, ["kink"]]);
    expect(`${report}`).toContain("f is not smooth here");
  });

  it("near a kink, but not on it: right", () => {
    expect(verdicts(checkDerivatives((x: Real) => abs(x), [1e-4]))).toEqual(["right"]);
  });

  it("at a jump, and at an infinite slope, it says that nothing can be said", () => {
    expect(verdicts(checkDerivatives((x: Real) => floor(x), [2], { order: 1 }))).not.toContain("wrong");
    expect(verdicts(checkDerivatives((x: Real) => sqrt(x), [0], { order: 1 }))).toEqual(["unknown"]);
  });

  it("at the end of its domain", () => {
    expect(checkDerivatives((x: Real) => mul(x, sqrt(x)), [0], { order: 1 }).ok).toBe(true);
  });
});

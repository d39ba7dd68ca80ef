import { describe, expect, it } from "vitest";
import { add, compile, div, exp, mul, square, sub } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { leastSquares } from "../../src/optimize/index.ts";
import { functions } from "./mgh.ts";
import { problems } from "./nist.ts";

/** How many digits of `got` are those of `certified`. */
const digits = (got: readonly number[], certified: readonly number[]): number =>
  Math.min(...got.map((x, i) => -Math.log10(Math.abs(x / certified[i]! - 1) + 1e-16)));

describe("NIST's reference problems for nonlinear regression, from both starts", () => {
  const cases = problems.flatMap((problem) =>
    problem.starts.map((start, i) => [problem.name, i + 1, problem, start] as const),
  );
  it.each(cases)("%s from start %i", (_name, _start, problem, start) => {
    const residuals = (b: readonly Real[]): Real[] =>
      problem.data.map(([x, y]) => sub(problem.model(b, x), y));
    const fit = leastSquares(residuals, start);
    expect(fit.converged).toBe(true);
    expect(digits(fit.x, problem.certified)).toBeGreaterThan(6.5);
    expect(digits(fit.standardErrors, problem.standardDeviations)).toBeGreaterThan(6.5);
    expect(digits([fit.sumOfSquares], [problem.sumOfSquares])).toBeGreaterThan(9.5);
    const freedom = problem.data.length - start.length;
    expect(fit.degreesOfFreedom).toBe(freedom);
    expect(digits([fit.standardDeviation], [Math.sqrt(problem.sumOfSquares / freedom)])).toBeGreaterThan(9.5);
  });
});

describe("a straight line, for which everything can be written down", () => {
  // x̄ = 2, Σ(x - x̄)² = 10; b = Σ(x - x̄)y / 10 = 1.9, a = ȳ - b·x̄ = 1.2; residuals -0.2 0.9 -1 0.1 0.2.
  const xs = [0, 1, 2, 3, 4];
  const ys = [1.4, 2.2, 6, 6.8, 8.6];
  const line = ({ a, b }: { a: Real; b: Real }): Real[] => xs.map((x, i) => sub(add(a, mul(b, x)), ys[i]!));
  const fit = leastSquares(line, { a: 10, b: -10 });

  it("the fit and its errors, in the structure of the start", () => {
    expect(fit.reason).toBe("optimal");
    expect(fit.x.a).toBeCloseTo(1.2, 12);
    expect(fit.x.b).toBeCloseTo(1.9, 12);
    expect(fit.sumOfSquares).toBeCloseTo(1.9, 12);
    const variance = 1.9 / 3;
    expect(fit.standardErrors.b).toBeCloseTo(Math.sqrt(variance / 10), 12);
    expect(fit.standardErrors.a).toBeCloseTo(Math.sqrt(variance * (1 / 5 + 4 / 10)), 12);
    expect(fit.covariance.a.b).toBeCloseTo((-2 * variance) / 10, 12);
    expect(fit.covariance.b.a).toBe(fit.covariance.a.b);
    expect(fit.residuals[0]).toBeCloseTo(-0.2, 12);
    expect(fit.jacobian[3]).toEqual({ a: 1, b: 3 });
    expect(fit.rank).toBe(2);
  });

  it("with known noise, the errors do not depend on the residuals", () => {
    const known = leastSquares(line, { a: 0, b: 0 }, { noise: "unit" });
    expect(known.standardErrors.b).toBeCloseTo(Math.sqrt(1 / 10), 12);
    expect(known.standardErrors.a).toBeCloseTo(Math.sqrt(0.6), 12);
  });

  it("shows its steps, and stops when asked", () => {
    const curve = ({ a, b }: { a: Real; b: Real }): Real[] =>
      xs.map((x, i) => sub(mul(a, exp(mul(b, x))), ys[i]!));
    const seen: number[] = [];
    const signal = { aborted: false };
    const stopped = leastSquares(
      curve,
      { a: 1, b: 1 },
      {
        signal,
        onStep: ({ iteration, sumOfSquares, x }) => {
          seen.push(sumOfSquares);
          expect(iteration).toBe(seen.length);
          expect(Object.keys(x)).toEqual(["a", "b"]);
          signal.aborted = seen.length === 2;
        },
      },
    );
    expect(stopped.reason).toBe("stopped");
    expect(stopped.converged).toBe(false);
    expect(stopped.iterations).toBe(2);
    expect(seen[1]).toBeLessThan(seen[0]!);
    expect(leastSquares(curve, { a: 1, b: 1 }, { maxIterations: 3 })).toMatchObject({
      reason: "iterations",
      iterations: 3,
    });
  });
});

describe("what it says of itself", () => {
  it("parameters that the residuals do not determine have infinite errors", () => {
    const fit = leastSquares(([a, b]: readonly Real[]) => [1, 2, 3].map((y) => sub(add(a!, b!), y)), [0, 0]);
    expect(fit.converged).toBe(true);
    expect(fit.rank).toBe(1);
    expect(fit.x[0] + fit.x[1]).toBeCloseTo(2, 12);
    expect(fit.standardErrors).toEqual([Infinity, Infinity]);
    expect(fit.covariance[0]).toEqual([Number.NaN, Number.NaN]);
  });

  it("an exact fit", () => {
    const fit = leastSquares((x: readonly Real[]) => [sub(x[0]!, 1), sub(x[1]!, 2)], Float64Array.of(5, 5));
    expect(fit.reason).toBe("exact");
    expect(fit.x).toEqual(Float64Array.of(1, 2));
    expect(fit.standardDeviation).toBeNaN();
  });

  it("a derivative that does not fit leaves it stuck, not converged", () => {
    const wrong = (x: Real): Real[] => [sub(1, x), 1];
    const fit = leastSquares((x: Real) => wrong(x).map((r) => mul(r, typeof x === "number" ? 1 : -1)), 0);
    expect(fit.reason).toBe("stuck");
    expect(fit.converged).toBe(false);
  });

  it("where nothing depends on a parameter any more, it does not claim a minimum", () => {
    // BoxBOD from a start from which the rate constant runs away: exp(-bx) underflows.
    const boxBod = problems.find(({ name }) => name === "BoxBOD")!;
    const fit = leastSquares(
      (b: readonly Real[]) => boxBod.data.map(([x, y]) => sub(boxBod.model(b, x), y)),
      [150, 50],
    );
    expect(fit.converged).toBe(false);
    expect(fit.sumOfSquares).toBeGreaterThan(9e3);
  });

  it.each([
    ["underdetermined", () => leastSquares(([a, b]: readonly Real[]) => [add(a!, b!)], [1, 2])],
    ["bad-start", () => leastSquares((x: Real) => [div(1, x)], 0)],
    ["bad-start", () => leastSquares((x: Real) => [x], Infinity)],
    ["bad-start", () => leastSquares((x: readonly Real[]) => [x.length], [])],
    ["nan-input", () => leastSquares((x: Real) => [x], Number.NaN)],
    ["wrong-option", () => leastSquares((x: Real) => [square(x)], 1, { tolerance: -1 })],
    ["wrong-option", () => leastSquares((x: Real) => [square(x)], 1, { maxIterations: Number.NaN })],
  ])("refuses: %s", (code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

it("compiled first: the same fit", () => {
  const problem = problems.find(({ name }) => name === "Eckerle4")!;
  const residuals = (b: readonly Real[]): Real[] => problem.data.map(([x, y]) => sub(problem.model(b, x), y));
  const fit = leastSquares(residuals, problem.starts[1]!, { compile });
  expect(fit.converged).toBe(true);
  expect(digits(fit.x, problem.certified)).toBeGreaterThan(6.5);
  expect(digits(fit.standardErrors, problem.standardDeviations)).toBeGreaterThan(6.5);
});

describe("Moré, Garbow and Hillstrom's functions", () => {
  it.each(functions)("$name", ({ residuals, start, minima }) => {
    const found = leastSquares((x: readonly Real[]) => residuals(x), [...start], { maxIterations: 5000 });
    expect(found.converged).toBe(true);
    const off = minima.map((m) =>
      m === 0 ? found.sumOfSquares : Math.abs(found.sumOfSquares / m - 1) * 1e-6,
    );
    expect(Math.min(...off)).toBeLessThan(1e-11);
  });
});

import { describe, expect, expectTypeOf, it } from "vitest";
import { add, compile, cos, exp, grad, log, max, mul, neg, pow, square, sub, sum } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { minimize, minimizeSteps } from "../../src/optimize/index.ts";
import type { Compiler, Minimum } from "../../src/optimize/index.ts";
import { functions, value } from "./mgh.ts";

const banana = ({ x, y }: { x: Real; y: Real }): Real =>
  add(square(sub(1, x)), mul(100, square(sub(y, square(x)))));
const bowl = (xs: readonly Real[]): Real => add(3, sum(xs.map((x, i) => mul(i + 1, square(sub(x, i))))));

/** Whether the value found is one of the minima, to the paper's digits. */
function expectMinimum(found: Minimum<number[]>, minima: readonly number[]): void {
  const nearest = Math.min(
    ...minima.map((m) => (m === 0 ? found.value : Math.abs(found.value / m - 1) * 1e-6)),
  );
  expect(nearest).toBeLessThan(1e-11);
}

describe("Moré, Garbow and Hillstrom's functions", () => {
  it.each(functions)("$name by L-BFGS", (f) => {
    const found = minimize(value(f), [...f.start], { maxIterations: 5000 });
    expect(found.converged).toBe(true);
    expectMinimum(found, f.minima);
  });

  // From the start of function 18, Newton's steps enter a valley that leads on to infinity.
  it.each(functions.filter(({ name }) => !name.startsWith("(18)")))("$name by Newton's method", (f) => {
    const found = minimize(value(f), [...f.start], { method: "newton" });
    expect(found.converged).toBe(true);
    expectMinimum(found, f.minima);
    expect(found.iterations).toBeLessThan(300);
  });
});

describe("the structure of the arguments", () => {
  it("a number", () => {
    const found = minimize((x: Real) => neg(cos(x)), 0.7);
    expectTypeOf(found.x).toEqualTypeOf<number>();
    expect(found.x).toBeCloseTo(0, 8);
    expect(found.gradient).toBe(Math.sin(found.x));
  });

  it("an array, a Float64Array", () => {
    expect(minimize(bowl, [9, 9]).x).toHaveLength(2);
    const found = minimize(bowl, new Float64Array(5).fill(7));
    expect(found.x).toBeInstanceOf(Float64Array);
    found.x.forEach((x, i) => expect(x).toBeCloseTo(i, 8));
    expect(found.gradient).toBeInstanceOf(Float64Array);
  });

  it("nested objects", () => {
    const f = (p: { w: readonly Real[]; inner: { b: Real } }): Real =>
      add(bowl(p.w), square(sub(p.inner.b, 4)));
    const found = minimize(f, { w: [5, 5], inner: { b: 0 } });
    expectTypeOf(found.x.inner.b).toEqualTypeOf<number>();
    expect(found.x.inner.b).toBeCloseTo(4, 8);
    expect(found.x.w[1]).toBeCloseTo(1, 8);
  });
});

describe("every method", () => {
  const methods = [
    {},
    { method: "lbfgs", memory: 3 },
    { method: "newton" },
    { method: "gradient-descent", maxIterations: 50_000 },
    { method: "gradient-descent", rate: 1e-3, momentum: 0.9, maxIterations: 50_000 },
    { method: "adam", rate: 0.05 },
  ] as const;

  it.each(methods)("finds the minimum of the banana: %o", (options) => {
    const found = minimize(banana, { x: -1.2, y: 1 }, options);
    expect(found.reason).toBe("gradient");
    expect(found.x.x).toBeCloseTo(1, 6);
    expect(found.x.y).toBeCloseTo(1, 6);
    expect(Math.max(Math.abs(found.gradient.x), Math.abs(found.gradient.y))).toBeLessThanOrEqual(1e-8);
  });

  it.each(methods)("shows its steps and can be stopped: %o", (options) => {
    const signal = { aborted: false };
    const seen: number[] = [];
    const found = minimize(
      banana,
      { x: -1.2, y: 1 },
      {
        ...options,
        signal,
        onStep: (step) => {
          seen.push(step.iteration);
          expect(step.value).toBeCloseTo(banana(step.x) as number, 12);
          signal.aborted = step.iteration === 3;
        },
      },
    );
    expect(seen).toEqual([1, 2, 3]);
    expect(found).toMatchObject({ reason: "stopped", converged: false, iterations: 3 });
  });

  it("gradient descent with a rate is what the textbook says", () => {
    const steps = [
      ...minimizeSteps((x: Real) => square(x), 1, {
        method: "gradient-descent",
        rate: 0.25,
        maxIterations: 4,
      }),
    ];
    expect(steps.map(({ x }) => x)).toEqual([0.5, 0.25, 0.125, 0.0625]);
    const heavy = { method: "gradient-descent", rate: 0.25, momentum: 0.25, maxIterations: 3 } as const;
    // Velocities -0.5, -0.125 - 0.25, -0.09375 - 0.0625.
    expect([...minimizeSteps((x: Real) => square(x), 1, heavy)].map(({ x }) => x)).toEqual([
      0.5, 0.125, -0.03125,
    ]);
  });

  it("Adam's first steps are of the rate's length, whatever the gradient's", () => {
    const f = ([x, y]: readonly Real[]): Real => add(mul(1e6, square(x!)), mul(1e-6, square(y!)));
    const [first] = minimizeSteps(f, [1, 1], { method: "adam", rate: 0.1, epsilon: 1e-20 });
    expect(first!.x[0]).toBeCloseTo(0.9, 12);
    expect(first!.x[1]).toBeCloseTo(0.9, 12);
  });
});

describe("Newton's method", () => {
  it("needs one step for a parabola", () => {
    const found = minimize(bowl, [1, 2, 3], { method: "newton", gradientTolerance: 1e-12 });
    expect(found.iterations).toBeLessThanOrEqual(2);
    expect(found.evaluations.hessians).toBeLessThanOrEqual(3);
  });

  it("leaves a saddle, also when it starts exactly on its ridge", () => {
    // Minima at y = ±1; along y = 0 it looks like a bowl.
    const saddle = ([x, y]: readonly Real[]): Real => add(square(x!), square(sub(square(y!), 1)));
    const found = minimize(saddle, [3, 0], { method: "newton" });
    expect(Math.abs(found.x[1])).toBeCloseTo(1, 8);
  });
});

describe("what it says of itself", () => {
  it("precision: where the value's rounding hides what is left, and the tolerance cannot be met", () => {
    const f = (x: Real): Real => add(1e10, square(sub(x, 1)));
    const found = minimize(f, 5, { gradientTolerance: 0 });
    expect(found.converged).toBe(true);
    expect(found.x).toBeCloseTo(1, 4);
  });

  it("line-search: where the derivative does not fit the value", () => {
    // Descends where its gradient says that it ascends.
    const f = (x: Real): Real => (typeof x === "number" ? x : sub(mul(2, x.primal), x));
    const found = minimize(f, 1);
    expect(found).toMatchObject({ reason: "line-search", converged: false });
  });

  it("a kink is not claimed to be a minimum by its gradient", () => {
    const found = minimize((x: Real) => max(sub(0.3, x), mul(2, sub(x, 0.3))), 1);
    expect(found.reason).not.toBe("gradient");
    expect(found.x).toBeCloseTo(0.3, 6);
  });

  it.each([
    ["diverged", (x: Real) => square(x), { method: "gradient-descent", rate: 3 }],
    ["unbounded", (x: Real) => neg(exp(x)), {}],
    ["unbounded", (x: Real) => x, {}],
    ["unbounded", (x: Real) => neg(pow(x, 4)), { method: "newton" }],
    ["iterations", (x: Real) => pow(sub(x, 3), 2), { method: "adam", maxIterations: 5 }],
  ] as const)("%s", (reason, f, options) => {
    expect(minimize(f, 1, options)).toMatchObject({ reason, converged: false });
  });

  it("steps into the undefined are taken back", () => {
    const found = minimize((x: Real) => sub(x, log(x)), 0.001);
    expect(found.converged).toBe(true);
    expect(found.x).toBeCloseTo(1, 7);
  });

  it.each([
    ["bad-start", () => minimize((x: Real) => log(x), 0)],
    ["bad-start", () => minimize((x: Real) => pow(x, 0.5), 0)],
    ["bad-start", () => minimize(bowl, [])],
    ["not-a-number", () => minimize(bowl, ["1"] as never)],
    ["nan-input", () => minimize(bowl, [Number.NaN])],
    ["result-not-scalar", () => minimize((xs: readonly Real[]) => xs as never, [1])],
    ["wrong-option", () => minimize(bowl, [1], { method: "simplex" as never })],
    ["wrong-option", () => minimize(bowl, [1], { method: "gradient-descent", rate: -1 })],
    ["wrong-option", () => minimize(bowl, [1], { memory: 0 })],
    ["watched-result", () => grad((a: Real) => minimize((x: Real) => square(sub(x, a)), 0).x)(1)],
  ])("refuses: %s", (code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe("compiled first", () => {
  const chain = (xs: readonly Real[]): Real =>
    sum(xs.slice(1).map((x, i) => add(square(sub(1, xs[i]!)), mul(100, square(sub(x, square(xs[i]!)))))));

  it.each(["lbfgs", "newton"] as const)("by %s: the same minimum", (method) => {
    let compiled = 0;
    const counted: Compiler = (f) => {
      compiled++;
      return compile(f);
    };
    const found = minimize(chain, new Float64Array(8).fill(0.5), { method, compile: counted });
    expect(compiled).toBeGreaterThan(0);
    expect(found.converged).toBe(true);
    found.x.forEach((x) => expect(x).toBeCloseTo(1, 7));
  });

  it("structures go through", () => {
    const found = minimize(banana, { x: -1.2, y: 1 }, { compile });
    expect(found.x.x).toBeCloseTo(1, 7);
    expect(found.x.y).toBeCloseTo(1, 7);
  });
});

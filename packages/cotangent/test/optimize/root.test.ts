import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  atan,
  cbrt,
  compile,
  cos,
  div,
  exp,
  grad,
  hypot,
  mul,
  pow,
  sinh,
  square,
  sub,
  sum,
} from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { root } from "../../src/optimize/index.ts";

/** Distance in units in the last place. */
const ulps = (got: number, wanted: number): number =>
  Math.abs(got - wanted) / (2 ** Math.floor(Math.log2(Math.abs(wanted) || 1)) * Number.EPSILON);

describe("one number, between two places", () => {
  const cases: [string, (x: Real) => Real, [number, number], number][] = [
    ["the fixed point of cos", (x) => sub(cos(x), x), [0, 1], 0.7390851332151607],
    ["a steep one, from far away", (x) => sub(exp(x), 1), [-1000, 4], 0],
    ["a slope that is infinite", (x) => cbrt(x), [-1, 2], 0],
    ["a slope that vanishes", (x) => pow(sub(x, 1), 9), [-1, 4], 1],
    ["ends in the wrong order", (x) => sub(square(x), 2), [2, 0], Math.SQRT2],
    ["a root of another magnitude", (x) => sub(x, 1e-200), [0, 4], 1e-200],
    ["at an end", (x) => x, [0, 4], 0],
    ["nearly flat on both sides", (x) => mul(x, exp(mul(-1, square(x)))), [-10, 20], 0],
  ];
  it.each(cases)("%s", (_name, f, between, wanted) => {
    const found = root(f, { between });
    expect(found.reason).toBe("root");
    expect(ulps(found.x, wanted)).toBeLessThanOrEqual(2);
    expect(found.iterations).toBeLessThan(120);
  });

  it("finds the root of any cubic with one, to the last digits, in few steps", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -100, max: 100, noNaN: true }),
        fc.double({ min: 0.01, max: 100, noNaN: true }),
        (r, c) => {
          // (x - r)·((x - r)² + c): increasing, zero at r only.
          const f = (x: Real): Real => mul(sub(x, r), add(square(sub(x, r)), c));
          const found = root(f, { between: [-1000, 1001] });
          expect(found.converged).toBe(true);
          expect(found.x).toBeCloseTo(r, 12);
          expect(found.iterations).toBeLessThan(60);
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });

  it("a pole is not a root", () => {
    expect(root((x: Real) => div(1, x), { between: [-1, 2] })).toMatchObject({
      reason: "pole",
      converged: false,
    });
    expect(root((x: Real) => div(1, sub(x, 0.3)), { between: [0, 1] }).reason).toBe("pole");
  });

  it.each([
    ["no-bracket", () => root((x: Real) => add(square(x), 1), { between: [-1, 1] })],
    ["wrong-option", () => root((x: Real) => x, { between: [0, Infinity] })],
    ["wrong-option", () => root((x: Real) => x, { between: [-1, 1] }, { tolerance: -1 })],
  ])("refuses: %s", (code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });
});

describe("one number, near a start", () => {
  const cases: [string, (x: Real) => Real, number, number][] = [
    ["cos x = x", (x) => sub(cos(x), x), 0.5, 0.7390851332151607],
    ["atan, on which Newton's method alone diverges", (x) => atan(x), 3, 0],
    ["cbrt, likewise", (x) => cbrt(x), 1, 0],
    [
      "a cubic on which Newton's method alone goes round in circles",
      (x) => add(sub(pow(x, 3), mul(2, x)), 2),
      0,
      -1.7692923542386314,
    ],
    ["a local minimum in the way", (x) => add(sub(pow(x, 3), mul(3, x)), 3), 1.1, -2.103803402735536],
  ];
  it.each(cases)("%s", (_name, f, start, wanted) => {
    const found = root(f, start);
    expect(found.reason).toBe("root");
    expect(ulps(found.x, wanted)).toBeLessThanOrEqual(2);
  });

  it("a double root, to what can be told", () => {
    const found = root((x: Real) => square(sub(x, 1)), 3);
    expect(found.converged).toBe(true);
    expect(found.x).toBeCloseTo(1, 7);
  });

  it("says that it is stuck where there is none", () => {
    const found = root((x: Real) => add(square(x), 1), 1);
    expect(found).toMatchObject({ reason: "stuck", converged: false });
    expect(found.x).toBeCloseTo(0, 6);
    expect(found.value).toBeCloseTo(1, 12);
  });
});

describe("systems of equations", () => {
  it("unknowns and equations structured as one likes", () => {
    const circle = ({ x, y }: { x: Real; y: Real }): { onCircle: Real; onLine: Real } => ({
      onCircle: sub(hypot(x, y), 2),
      onLine: sub(x, y),
    });
    const found = root(circle, { x: 1, y: 2 });
    expect(found.converged).toBe(true);
    expect(found.x.x).toBeCloseTo(Math.SQRT2, 14);
    expect(found.x.y).toBeCloseTo(Math.SQRT2, 14);
    expect(Math.abs(found.value.onCircle)).toBeLessThan(1e-15);
  });

  // J. J. Moré, B. S. Garbow, K. E. Hillstrom, Testing unconstrained optimization software, ACM TOMS 7 (1981).
  const systems: [string, (x: readonly Real[]) => Real[], number[], number[] | undefined][] = [
    ["Rosenbrock", ([x, y]) => [mul(10, sub(y!, square(x!))), sub(1, x!)], [-1.2, 1], [1, 1]],
    [
      "Powell's badly scaled function",
      ([x, y]) => [sub(mul(1e4, mul(x!, y!)), 1), sub(add(exp(mul(-1, x!)), exp(mul(-1, y!))), 1.0001)],
      [0, 1],
      [1.0981593296998e-5, 9.106146739867],
    ],
    [
      "Broyden's tridiagonal function",
      (x) =>
        x.map((xi, i) => add(sub(sub(mul(sub(3, mul(2, xi)), xi), x[i - 1] ?? 0), mul(2, x[i + 1] ?? 0)), 1)),
      Array.from({ length: 10 }, () => -1),
      undefined,
    ],
    [
      "the trigonometric function",
      (x) => {
        const n = x.length;
        const all = sum(x.map((xi) => cos(xi)));
        return x.map((xi, i) =>
          sub(add(sub(n, all), mul(i + 1, sub(1, cos(xi)))), cos(sub(xi, Math.PI / 2))),
        );
      },
      Array.from({ length: 5 }, () => 1 / 5),
      undefined,
    ],
  ];
  it.each(systems)("%s", (_name, f, start, wanted) => {
    const found = root(f, start);
    expect(found.reason).toBe("root");
    expect(Math.max(...found.value.map((r) => Math.abs(r)))).toBeLessThan(1e-12);
    found.x.forEach((x, i) => expect(x / (wanted?.[i] ?? x)).toBeCloseTo(1, 10));
  });

  it("Powell's singular function, where the Jacobian vanishes at the root", () => {
    const found = root(
      ([a, b, c, d]: readonly Real[]) => [
        add(a!, mul(10, b!)),
        mul(Math.sqrt(5), sub(c!, d!)),
        square(sub(b!, mul(2, c!))),
        mul(Math.sqrt(10), square(sub(a!, d!))),
      ],
      [3, -1, 0, 1],
    );
    expect(found.converged).toBe(true);
    found.x.forEach((x) => expect(x).toBeCloseTo(0, 10));
  });

  it("says that it is stuck where there is none", () => {
    const none = root(({ x, y }: { x: Real; y: Real }) => [add(square(x), 1), sub(x, y)], { x: 1, y: 2 });
    expect(none).toMatchObject({ reason: "stuck", converged: false });
  });

  it("stops when asked, and when it has taken its steps", () => {
    const f = ([x, y]: readonly Real[]): Real[] => [mul(10, sub(y!, square(x!))), sub(1, x!)];
    const signal = { aborted: false };
    const stopped = root(f, [-1.2, 1], { signal, onStep: () => (signal.aborted = true) });
    expect(stopped).toMatchObject({ reason: "stopped", iterations: 1 });
    expect(root(f, [-1.2, 1], { maxIterations: 2 })).toMatchObject({ reason: "iterations", iterations: 2 });
    const near = root(f, [-1.2, 1], { tolerance: 1e-3 });
    expect(near.reason).toBe("root");
    expect(Math.max(...near.value.map((r) => Math.abs(r)))).toBeLessThanOrEqual(1e-3);
  });

  it.each([
    ["not-square", () => root((x: Real) => [x, x], 1)],
    ["bad-start", () => root((x: Real) => div(1, x), 0)],
    ["bad-start", () => root((x: Real) => sinh(x), 1e4)],
    ["watched-result", () => grad((a: Real) => root((x: Real) => sub(x, a), 1).x)(2)],
  ])("refuses: %s", (code, call) => {
    expect(call).toThrow(expect.objectContaining({ code }));
  });

  it("inside a differentiated function, on what is held constant", () => {
    expect(grad((a: Real) => mul(a, root((x: Real) => sub(square(x), 4), 1).x))(3)).toBeCloseTo(2, 14);
  });
});

it("compiled first: the same roots", () => {
  expect(root((x: Real) => sub(cos(x), x), { between: [0, 1] }, { compile }).x).toBeCloseTo(
    0.7390851332151607,
    14,
  );
  expect(root((x: Real) => sub(cos(x), x), 0.5, { compile }).x).toBeCloseTo(0.7390851332151607, 14);
  const circle = ([x, y]: readonly Real[]): Real[] => [sub(hypot(x!, y!), 2), sub(x!, y!)];
  expect(root(circle, [1, 2], { compile }).x[0]).toBeCloseTo(Math.SQRT2, 14);
});

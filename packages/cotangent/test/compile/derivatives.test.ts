/** The derivative of a compiled function is that of what it was compiled of, and variables pass through it. */
import { expect, test } from "vitest";
import { compile, grad, hessian, jvp, mul, Scalar, sin, sum, vjp } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

const cube = (x: Real): Real => mul(mul(x, x), x);
const dot = (x: readonly Real[], y: readonly Real[]): Real => sum(x.map((xi, i) => mul(xi, y[i]!)));

test("grad(compile(f)), to any order", () => {
  const compiled = compile(cube);
  expect(grad(compiled)(2)).toBe(12);
  expect(grad(grad(compiled))(2)).toBe(12);
  expect(hessian(compiled)(2)).toBe(12);
  expect(grad(compile(grad(cube)))(2)).toBe(12);
  expect(compile(grad(compile(cube)))(2)).toBe(12);
  expect(grad(compile(dot))([1, 2], [3, 4])).toEqual([
    [3, 4],
    [1, 2],
  ]);
  expect(jvp(compiled)([2], [0.5])).toEqual({ value: 8, tangent: 6 });
  expect(vjp(compiled)(2).pullback(2)).toBe(24);
});

test("inside other functions", () => {
  const compiled = compile(cube);
  expect(grad((x: Real) => sin(compiled(x as number)))(2)).toBeCloseTo(12 * Math.cos(8), 13);
  const inner = compile(grad(cube));
  // d/dx (3 x^2 x) = 9 x^2
  expect(grad((x: Real) => mul(inner(x as number), x))(2)).toBe(36);
});

test("called with a variable, and with numbers again", () => {
  const compiled = compile(cube);
  const x = new Scalar(2);
  const y = compiled(x as unknown as number) as unknown as Scalar;
  expect(y).toBeInstanceOf(Scalar);
  y.backward();
  expect(x.derivative).toBe(12);
  expect(compiled(3)).toBe(27);
});

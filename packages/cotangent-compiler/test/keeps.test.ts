/** A function may write to its arguments; what derives it leaves them as they are. */
import { compile, grad, hessian, hvp, jacobian, jvp, valueAndGrad, vjp } from "cotangent";
import { describe, expect, test } from "vitest";
import { differentiable } from "cotangent-compiler/parse";

const small = differentiable((v: Float64Array): number => {
  v[0] = v[0]! ** 2;
  return v[0] * v[1]!;
});
const looping = differentiable((v: Float64Array): number => {
  let total = 0;
  for (let i = 0; i < v.length; i++) {
    v[i] = v[i]! ** 2;
    total += v[i]! * (i + 1);
  }
  return total;
});
const inPlace = differentiable((v: Float64Array): Float64Array => {
  for (let i = 0; i < v.length; i++) v[i] = v[i]! ** 2;
  return v;
});

// oxlint-disable-next-line no-explicit-any -- one list for functions of several types
type Any = any;
const any = (f: unknown): Any => f;

describe.each([
  ["in a straight line", small, [6, 9]],
  ["in a loop", looping, [6, 4]],
] as const)("a function that writes to its argument %s", (_, f, gradient) => {
  test.each(["js", "wasm", "interpreter"] as const)("compiled to %s: so does what is compiled", (target) => {
    const [plain, compiled] = [Float64Array.of(3, 1), Float64Array.of(3, 1)];
    expect(any(compile(f, { target }))(compiled)).toBe(any(f)(plain));
    expect(compiled).toEqual(plain);
    expect(plain[0]).toBe(9);
  });

  test.each(["js", "wasm", "interpreter"] as const)("compiled to %s: its derivatives do not", (target) => {
    const [x, d] = [Float64Array.of(3, 1), Float64Array.of(1, 2)];
    const to = (g: unknown): Any => compile(any(g), { target });
    for (let n = 0; n < 2; n++) {
      expect([...to(grad(any(f)))(x)]).toEqual(gradient);
      expect([...to(valueAndGrad(any(f)))(x).grad]).toEqual(gradient);
      expect(to(jvp(any(f)))([x], [d]).tangent).toBe(gradient[0] + 2 * gradient[1]);
      to(hessian(any(f)))(x);
      to(hvp(any(f)))([x], [d]);
      expect([...x, ...d]).toEqual([3, 1, 1, 2]);
    }
  });

  test("neither does vjp", () => {
    const x = Float64Array.of(3, 1);
    const { pullback } = any(vjp)(f)(x);
    expect([...pullback(1)]).toEqual(gradient);
    expect([...pullback(1)]).toEqual(gradient);
    expect([...x]).toEqual([3, 1]);
  });
});

test("nor a Jacobian, of a function that returns what it was given", () => {
  const x = Float64Array.of(3, 1);
  expect(any(jacobian)(inPlace)(x).map((row: Iterable<number>) => Array.from(row))).toEqual([
    [6, 0],
    [0, 2],
  ]);
  const { value, tangent } = any(jvp)(inPlace)([x], [Float64Array.of(1, 1)]);
  expect([[...value], [...tangent], [...x]]).toEqual([
    [9, 1],
    [6, 2],
    [3, 1],
  ]);
});

/** Types of derivatives by what people also pass: optional parameters, classes with methods, strings beside numbers. */
import { describe, expectTypeOf, it } from "vitest";
import { add, grad, mul, square, sum, valueAndGrad } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

describe("transforms", () => {
  it("of optional parameters", () => {
    const f = (x: Real, y?: Real): Real => mul(x, y ?? 1);
    expectTypeOf(grad(f)(3)).toEqualTypeOf<number>();
    expectTypeOf(grad(f)(3, 4)).toEqualTypeOf<[number, number]>();
    const g = (x: Real, y: Real = 2): Real => mul(x, y);
    expectTypeOf(grad(g)(3, 4)).toEqualTypeOf<[number, number]>();
    const h = (p: { a: Real; b?: Real }): Real => mul(p.a, p.b ?? 1);
    expectTypeOf(grad(h)({ a: 1, b: 2 })).toEqualTypeOf<{ a: number; b: number }>();
  });

  it("of any number of parameters", () => {
    expectTypeOf(grad((...xs: Real[]) => sum(xs))(1, 2)).toEqualTypeOf<[number, number]>();
  });

  it("of classes: methods stay methods", () => {
    class Point {
      x: Real = 0;
      y: Real = 0;
      norm2(): Real {
        return add(square(this.x), square(this.y));
      }
    }
    const g = grad((p: Point) => p.norm2())(new Point());
    expectTypeOf(g.norm2).toEqualTypeOf<() => Real>();
    expectTypeOf(g.x).toEqualTypeOf<Real>();
  });

  it("with other things beside the numbers", () => {
    const model = (x: Real, name: string, on: boolean): Real => mul(x, on ? name.length : 0);
    expectTypeOf(valueAndGrad(model, { wrt: 0 })(1, "a", true)).toEqualTypeOf<{
      value: number;
      grad: number;
    }>();
  });
});

/** The types of derivatives of compiled functions. */
import { expectTypeOf, test } from "vitest";
import { compile, grad, hessian, mul } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

const cube = (x: Real): Real => mul(mul(x, x), x);
const plain = (x: number, w: { k: number }): number => w.k * x ** 2;

test("what is compiled is differentiated like what it was compiled of", () => {
  expectTypeOf(grad(compile(cube))(2)).toEqualTypeOf<number>();
  expectTypeOf(hessian(compile(cube))(2)).toEqualTypeOf<number>();
  expectTypeOf(compile(grad(compile(cube)))(2)).toEqualTypeOf<number>();
  expectTypeOf(grad(compile(plain))(2, { k: 3 })).toEqualTypeOf<[number, { k: number }]>();
  // @ts-expect-error an argument is missing
  grad(compile(plain))(2);
});

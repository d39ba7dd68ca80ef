import { expectTypeOf, test } from "vitest";
import { compile } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { leastSquares, minimize, root } from "../../src/optimize/index.ts";
import type { MinimizeReason } from "../../src/optimize/index.ts";

declare const f: (p: { w: readonly Real[]; b: Real }) => Real;
declare const list: (xs: readonly Real[]) => Real;
declare const residuals: (p: { a: Real; b: Real }) => Real[];

test("results have the structure of the start", () => {
  const found = minimize(f, { w: [1, 2], b: 0 });
  expectTypeOf(found.x.b).toEqualTypeOf<number>();
  expectTypeOf(found.x.w[0]).toEqualTypeOf<number>();
  expectTypeOf(found.gradient.b).toEqualTypeOf<number>();
  expectTypeOf(found.reason).toEqualTypeOf<MinimizeReason>();
  expectTypeOf(minimize(list, new Float64Array(3)).x).toEqualTypeOf<Float64Array>();

  const fit = leastSquares(residuals, { a: 1, b: 2 });
  expectTypeOf(fit.standardErrors.a).toEqualTypeOf<number>();
  expectTypeOf(fit.covariance.a.b).toEqualTypeOf<number>();
  expectTypeOf(fit.residuals[0]!).toEqualTypeOf<number>();
  expectTypeOf(fit.jacobian[0]!.b).toEqualTypeOf<number>();

  expectTypeOf(root((x: Real) => x, { between: [0, 1] }).x).toEqualTypeOf<number>();
  expectTypeOf(root((x: Real) => x, 1).value).toEqualTypeOf<number>();
});

test("steps have it, too", () => {
  minimize(f, { w: [1], b: 0 }, { onStep: ({ x }) => expectTypeOf(x.b).toEqualTypeOf<number>() });
});

test("compile fits", () => {
  minimize(f, { w: [1], b: 0 }, { compile });
});

test("refusals", () => {
  // @ts-expect-error: b is missing
  minimize(f, { w: [1, 2] });
  // @ts-expect-error: w is no list
  minimize(f, { w: 1, b: 0 });
  // @ts-expect-error: a gradient needs a single number
  minimize(residuals, { a: 1, b: 2 });
  // @ts-expect-error: there is no such method
  minimize(list, [1], { method: "simplex" });
  // @ts-expect-error: Newton's method has no rate
  minimize(list, [1], { method: "newton", rate: 1 });
  // @ts-expect-error: a bracket has two ends
  root((x: Real) => x, { between: [0] });
});

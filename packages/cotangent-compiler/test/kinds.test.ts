/** Types say that something is a list of numbers, not of which kind: what a derivative returns is of the kind that was passed. */
import { grad, hessian, hvp, jacobian, valueAndGrad } from "cotangent";
import { CAPTURE_VERSION, lowered, print } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { lower } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";

/** The function `f` of a source, as a build leaves it. */
function built<F extends (...args: never[]) => unknown>(source: string): F {
  const module = readModule(parseSource(source, "f.ts"));
  const made = lower(module, functionsOf(module).get("f")!, "f", undefined);
  const { params, outside, result, program } = made;
  const variants = [{ params, outside, result, program: print(program, { locations: true }) }];
  return lowered((() => undefined) as unknown as F, { version: CAPTURE_VERSION, name: "f", variants });
}

const typed = (...x: number[]): number[] => Float64Array.from(x) as unknown as number[];

describe("a list of numbers", () => {
  const squares = built<(x: readonly number[]) => number>(
    "export const f = (x: readonly number[]) => { let s = 0; for (const v of x) s += v * v; return s; };",
  );

  test("comes back as it was passed, by turns", () => {
    const slope = grad(squares);
    expect(slope([1, 2])).toEqual([2, 4]);
    expect(slope(typed(1, 2))).toEqual(Float64Array.of(2, 4));
    expect(slope([1, 3])).toEqual([2, 6]);
    expect(valueAndGrad(squares)(typed(3))).toEqual({ value: 9, grad: Float64Array.of(6) });
  });

  test("in every transform", () => {
    expect(hvp(squares)([typed(1, 2)], [typed(1, 0)])).toEqual(Float64Array.of(2, 0));
    expect(hessian(squares)(typed(1, 2))).toEqual([Float64Array.of(2, 0), Float64Array.of(0, 2)]);
    const doubled = built<(x: number[]) => number[]>("export const f = (x: number[]) => [2 * x[0]!, x[1]!];");
    expect(jacobian(doubled)(typed(1, 2))).toEqual([Float64Array.of(2, 0), Float64Array.of(0, 1)]);
    expect(jacobian(doubled)([1, 2])).toEqual([
      [2, 0],
      [0, 1],
    ]);
  });
});

test("each argument, and each field, for itself", () => {
  const f = built<(p: { w: number[]; b: [number[], number] }, x: number[]) => number>(
    `export function f(p: { w: number[]; b: [number[], number] }, x: number[]) {
      return p.w[0]! * x[0]! + p.b[0][0]! * p.b[1];
    }`,
  );
  expect(grad(f)({ w: typed(2), b: [[3], 4] }, [5])).toEqual([{ w: Float64Array.of(5), b: [[4], 3] }, [2]]);
  expect(grad(f)({ w: [2], b: [typed(3), 4] }, typed(5))).toEqual([
    { w: [5], b: [Float64Array.of(4), 3] },
    Float64Array.of(2),
  ]);
});

test("and what was declared as a Float64Array stays one", () => {
  const f = built<(x: Float64Array) => number>("export const f = (x: Float64Array) => x[0]! ** 2;");
  expect(grad(f)(typed(3) as unknown as Float64Array)).toEqual(Float64Array.of(6));
  expect(grad(f)([3] as unknown as Float64Array)).toEqual(Float64Array.of(6));
});

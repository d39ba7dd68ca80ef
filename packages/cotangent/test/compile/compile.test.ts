import { describe, expect, expectTypeOf, test } from "vitest";
import {
  add,
  compile,
  exp,
  grad,
  hessian,
  jacobian,
  lt,
  mul,
  sin,
  square,
  sub,
  sum,
  valueAndGrad,
  where,
} from "../../src/index.ts";
import type { Real, Target } from "../../src/index.ts";
import { AdError } from "../../src/errors.ts";
import { instantiate } from "../../src/compile/webassembly.ts";

const banana = (x: Real, y: Real): Real => add(square(sub(1, x)), mul(100, square(sub(y, square(x)))));
const norm = (x: readonly Real[]): Real => sum(x.map((xi) => square(xi)));
const model = (p: { w: readonly Real[]; b: Real }, x: Real): Real =>
  add(mul(p.w[0]!, sin(mul(p.w[1]!, x))), p.b);

const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof AdError) return error.code;
    throw error;
  }
  return "no error";
};

describe.each<Target>(["js", "wasm", "interpreter"])("compiled to %s", (target) => {
  const options = { target, math: "exact" } as const;

  test("a function is called as before", () => {
    const f = compile(banana, options);
    expect(f(-1.2, 1)).toBe(banana(-1.2, 1));
    expect(f.target).toBe(target);
  });

  test("so is every transform of it", () => {
    expect(compile(grad(banana), options)(-1.2, 1)).toEqual(grad(banana)(-1.2, 1));
    expect(compile(valueAndGrad(banana), options)(-1.2, 1)).toEqual(valueAndGrad(banana)(-1.2, 1));
    const [computed, wanted] = [compile(hessian(banana), options)(-1.2, 1), hessian(banana)(-1.2, 1)];
    wanted.forEach((row, i) => row.forEach((y, j) => expect(computed[i]![j]).toBeCloseTo(y, 10)));
    const both = (x: Real, y: Real): Real[] => [mul(x, y), exp(x)];
    expect(compile(jacobian(both), options)(1, 2)).toEqual(jacobian(both)(1, 2));
  });

  test("structures are kept", () => {
    const g = compile(grad(model, { wrt: 0 }), options);
    const p = { w: [2, 3], b: 1 };
    expect(g(p, 0.5)).toEqual(grad(model, { wrt: 0 })(p, 0.5));
  });

  test("Float64Arrays come back as Float64Arrays, of any length", () => {
    const g = compile(grad(norm), options);
    for (const n of [1, 5, 40, 5]) {
      const x = Float64Array.from({ length: n }, (_, i) => i + 1);
      const dx = g(x);
      expect(dx).toBeInstanceOf(Float64Array);
      expect(Array.from(dx)).toEqual(Array.from(x, (xi) => 2 * xi));
    }
  });

  test("many numbers are passed in one array", () => {
    const x = Array.from({ length: 50 }, (_, i) => i);
    expect(compile(grad(norm), options)(x)).toEqual(x.map((xi) => 2 * xi));
  });

  test("into writes where it is told, and returns that", () => {
    const g = compile(grad(banana), options);
    const typed = new Float64Array(2);
    expect(g.into(typed, -1.2, 1)).toBe(typed);
    expect(Array.from(typed)).toEqual(grad(banana)(-1.2, 1));
    expect(g.into([0, 0], -1.2, 1)).toEqual(grad(banana)(-1.2, 1));
    expect(compile(banana, options).into([0], -1.2, 1)).toEqual([banana(-1.2, 1)]);
    const h = compile(grad(model, { wrt: 0 }), options);
    const out = { w: new Float64Array(2), b: 0 };
    h.into(out, { w: [2, 3], b: 1 }, 0.5);
    const wanted = grad(model, { wrt: 0 })({ w: [2, 3], b: 1 }, 0.5);
    expect([...out.w, out.b]).toEqual([...wanted.w, wanted.b]);
  });

  test("into may overwrite an argument", () => {
    const g = compile(
      grad((x: readonly Real[]) => mul(x[0]!, mul(x[1]!, x[2]!))),
      options,
    );
    const x = Float64Array.of(2, 3, 5);
    expect(g.into(x, x)).toEqual(Float64Array.of(15, 10, 6));
  });

  test("a batch is as many calls", () => {
    const [x, y] = [Float64Array.of(1, 2, 3, -1.2), Float64Array.of(0, 1, 4, 1)];
    const [dx, dy] = compile(grad(banana), options).batch(4)(x, y) as [Float64Array, Float64Array];
    x.forEach((_, i) => expect([dx[i], dy[i]]).toEqual(grad(banana)(x[i]!, y[i]!)));
    const f = compile(norm, options).batch(2)(Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(f).toEqual(Float64Array.of(14, 77));
  });
});

test("types: called like the function, with plain numbers", () => {
  expectTypeOf(compile(banana)(1, 2)).toEqualTypeOf<number>();
  expectTypeOf(compile(grad(norm))([1, 2])).toEqualTypeOf<number[]>();
  // @ts-expect-error -- two arguments
  expect(() => compile(banana)(1)).toThrow(AdError);
});

describe("what is compiled", () => {
  test("small functions to JavaScript, larger ones to WebAssembly", () => {
    expect(compile(grad(banana)).target).toBe("js");
    const large = compile(norm);
    large(new Float64Array(100));
    expect(large.target).toBe("wasm");
  });

  test("both forms can be had", () => {
    const f = compile(grad(banana));
    expect(f.source).toMatch(/^function grad_banana\(x, y, out\) \{\n {2}const /);
    expect(f.program.functions[0]!.name).toBe("grad_banana");
    const exports = instantiate(f.wasm, {});
    expect(Object.keys(exports).sort()).toEqual(["heap", "memory", "parameters", "results", "run", "top"]);
  });

  test("the module alone computes, with nothing but WebAssembly", () => {
    const f = compile((x: Real, y: Real) => mul(sin(x), exp(y)), { target: "wasm" });
    expect(instantiate(f.wasm, {}).run(1, 2)).toBe(f(1, 2));
  });

  test("strings and such belong to the structure", () => {
    const f = compile((kind: string, x: Real) => (kind === "sine" ? sin(x) : exp(x)), { math: "exact" });
    expect(f("sine", 1)).toBe(Math.sin(1));
    expect(f("other", 1)).toBe(Math.exp(1));
    expect(f("sine", 2)).toBe(Math.sin(2));
  });
});

describe("refusals", () => {
  test("a branch on a variable", () => {
    const f = compile((x: Real) => ((x as number) > 0 ? x : 0));
    expect(codeOf(() => f(1))).toBe("implicit-conversion");
    const g = compile((x: Real) => where(lt(x, 0), 0, x));
    expect([g(1), g(-1)]).toEqual([1, 0]);
  });

  test.each<[string, () => unknown]>([
    ["not-a-function", () => compile(3 as never)],
    ["missing-argument", () => (compile(banana) as (x: number) => unknown)(1)],
    ["wrong-structure", () => compile(grad(banana)).into(new Float64Array(3), 1, 2)],
    ["wrong-option", () => compile(banana).batch(0)],
    ["wrong-structure", () => compile(banana).batch(3)(new Float64Array(2), new Float64Array(3))],
  ])("%s", (code, run) => {
    expect(codeOf(run)).toBe(code);
  });

  test("an error leaves a compiled function usable", () => {
    const f = compile(norm, { target: "wasm" });
    expect(f([1, 2])).toBe(5);
    expect(() => f(["a"] as never)).toThrow("not a number");
    expect(f([3, 4])).toBe(25);
  });
});

import { compile, grad, hessian, jvp, mul, ScalarFunction, sin, valueAndGrad } from "cotangent";
import type { Context } from "cotangent";
import { describe, expect, test } from "vitest";

import { CompileError, differentiable } from "../src/parse.ts";

/** The code of what is thrown. */
function codeOf(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error instanceof CompileError ? error.code : error;
  }
  return undefined;
}

describe("differentiable", () => {
  test("returns the function itself, which is called as before", () => {
    const f = (x: number) => x * x;
    expect(differentiable(f)).toBe(f);
    expect(f(3)).toBe(9);
  });

  test("reads arrows, function expressions, declarations and methods", () => {
    function declared(x: number) {
      return x + 1;
    }
    const object = {
      method(x: number) {
        return x + 2;
      },
    };
    const expression = function (x: number) {
      return x + 3;
    };
    // oxlint-disable-next-line typescript/unbound-method -- its text is what counts
    const list = [declared, object.method, expression, (x: number) => x + 4];
    expect(list.map((f) => compile(differentiable(f))(10))).toEqual([11, 12, 13, 14]);
  });

  test("numbers, functions, texts, arrays and objects come from the scope", () => {
    const K = 3;
    const table = [1, 2, 3];
    const settings = { scale: 2, mode: "steep" };
    const helper = (x: number): number => K * x;
    const f = (x: number): number => (settings.mode === "steep" ? helper(x) : 0) + table[1]! * settings.scale;
    const { mode } = settings;
    const g = differentiable(
      (x: number): number => (mode === "steep" ? helper(x) : 0) + table[1]! * settings.scale,
      {
        scope: { K, table, settings, helper, mode },
      },
    );
    expect(compile(g)(5)).toBe(f(5));
  });

  test("arrays of the scope are looked at anew at each call", () => {
    const table = [1, 2];
    const f = compile(differentiable((i: number): number => table[i]!, { scope: { table } }));
    expect(f(1)).toBe(2);
    table[1] = 7;
    expect(f(1)).toBe(7);
  });

  test("each program is passed what it uses, whichever was made last", () => {
    const table = [1, 2, 3];
    const f = (x: number | number[]): number => (Array.isArray(x) ? x[0]! : table[1]! * x);
    const g = compile(differentiable(f, { scope: { table } }));
    expect([g([5]), g(2), g([6]), g(3)]).toEqual([5, 4, 6, 6]);
  });

  test("the library's functions may be called", () => {
    const [times, sine] = [mul, sin];
    const f = differentiable((x: number): number => times(x, sine(x)), { scope: { times, sine } });
    expect(compile(f, { math: "exact" })(2)).toBe(2 * Math.sin(2));
  });

  test("every transform takes it", () => {
    const f = differentiable((x: number, y: number): number => x * x * y);
    const norm = differentiable((v: number[]): number => v.reduce((s, x) => s + x ** 3, 0));
    const model = differentiable((p: { a: number; w: number[] }): number => p.a * p.w[0]! + p.w[1]! ** 2);
    expect(grad(f)(3, 2)).toEqual([12, 9]);
    expect(valueAndGrad(norm)([1, 2])).toEqual({ value: 9, grad: [3, 12] });
    expect(hessian(norm)([1, 2])).toEqual([
      [6, 0],
      [0, 12],
    ]);
    expect(grad(model)({ a: 2, w: [3, 4] })).toEqual({ a: 3, w: [2, 8] });
    expect(jvp(f)([3, 2], [1, 0])).toEqual({ value: 18, tangent: 12 });
  });

  test("derivatives may be taken inside", () => {
    const gradient = grad;
    const newton = differentiable(
      (a: number): number => {
        const f = (x: number): number => x * x * x - a;
        let x = 2;
        for (let i = 0; i < 8; i++) x -= f(x) / gradient(f)(x);
        return x;
      },
      { scope: { gradient } },
    );
    expect(compile(newton)(5)).toBeCloseTo(Math.cbrt(5), 14);

    const descent = differentiable(
      (start: number[], rate: number): number => {
        const loss = ([x, y]: number[]): number => (x! - 1) ** 2 + 10 * (y! - x! * x!) ** 2;
        let p = start.slice();
        for (let i = 0; i < 5; i++) {
          const g = gradient(loss)(p);
          p = p.map((v, k) => v - rate * g[k]!);
        }
        return loss(p);
      },
      { scope: { gradient } },
    );
    const byHand = ([x, y]: [number, number], rate: number): number => {
      for (let i = 0; i < 5; i++) {
        const [gx, gy] = [2 * (x - 1) - 40 * x * (y - x * x), 20 * (y - x * x)];
        [x, y] = [x - rate * gx, y - rate * gy];
      }
      return (x - 1) ** 2 + 10 * (y - x * x) ** 2;
    };
    expect(compile(descent)([0.5, 0.2], 0.01)).toBeCloseTo(byHand([0.5, 0.2], 0.01), 12);
  });

  test("derivatives of derivatives may be taken inside, with values and of some arguments", () => {
    const [gradient, both] = [grad, valueAndGrad];
    const f = differentiable(
      (x: number, y: number): number[] => {
        const g = (u: number, v: number): number => Math.sin(u) * v ** 3;
        const { value, grad: dv } = both(g, { wrt: 1 })(x, y);
        const d2 = gradient((u: number): number => gradient((w: number): number => g(w, y))(u))(x);
        const d3 = gradient(gradient((u: number): number => u ** 4))(x);
        return [value, dv, d2, d3];
      },
      { scope: { gradient, both } },
    );
    const got = compile(f)(0.5, 2);
    const wanted = [Math.sin(0.5) * 8, Math.sin(0.5) * 12, -Math.sin(0.5) * 8, 12 * 0.25];
    wanted.forEach((w, i) => expect(got[i]).toBeCloseTo(w, 12));
  });

  test("functions with a derivative of their own are called", () => {
    class Cube extends ScalarFunction {
      static forward(_ctx: Context, x: number): number {
        return x ** 3;
      }
      static backward(_ctx: Context, dOut: number): number {
        return 100 * dOut;
      }
    }
    const f = differentiable((x: number): number => 2 * Cube.apply(x), { scope: { Cube } });
    expect(compile(f)(2)).toBe(16);
    expect(grad(f)(2)).toBe(200);
  });

  test("each structure of the arguments has a program of its own", () => {
    const norm = compile(differentiable((x: ArrayLike<number>): number => Math.hypot(x[0]!, x[1]!)));
    expect([norm([3, 4]), norm(Float64Array.of(6, 8)), norm([5, 12])]).toEqual([5, 10, 13]);
  });

  test("built-in and bound functions have no text", () => {
    expect(codeOf(() => differentiable(Math.sin))).toBe("no-source");
    // oxlint-disable-next-line no-extra-bind -- the point
    expect(codeOf(() => differentiable(((x: number) => x).bind(null)))).toBe("no-source");
  });

  test("a class is no function", () => {
    class Model {}
    expect(codeOf(() => differentiable(Model as never))).toBe("unsupported-syntax");
  });

  test("a name that is not in the scope is named", () => {
    const outside = 3;
    const f = differentiable((x: number) => x * outside);
    expect(codeOf(() => compile(f)(1))).toBe("unknown-name");
  });

  test("an index out of range names array, index and place", () => {
    const f = compile(differentiable((x: number[], i: number): number => x[i]!));
    expect(() => f([1, 2], 5)).toThrow(/x\[5\] does not exist: its indices are 0 to 1 \(:1:\d+\)/);
    expect(() => f([1, 2], 0.5)).toThrow(/not-an-index/);
  });

  test("what the function throws itself, its program throws", () => {
    const f = compile(
      differentiable((x: number): number => {
        if (x < 0) throw new RangeError(`negative: ${x}`);
        return Math.sqrt(x);
      }),
    );
    expect(f(4)).toBe(2);
    expect(() => f(-4)).toThrow(/negative: -4.*thrown/s);
  });
});

test("what is imported where the function stands is known by its name, also as Vite writes it", () => {
  const f = differentiable((x: number): number => importedK * x + helper(x), {
    scope: { importedK: 3, helper: (x: number) => x * x },
  });
  expect(grad(f)(2)).toBe(7);
  // oxlint-disable-next-line no-implied-eval -- a function's text as another tool leaves it
  const written = new Function(
    "return (x) => (0,__vite_ssr_import_4__.helper)(x) + __vite_ssr_import_12__.k * (x + 1)",
  );
  const g = differentiable(written() as (x: number) => number, {
    scope: { k: 5, helper: (x: number) => x * x },
  });
  expect(grad(g)(2)).toBe(9);
});
declare const importedK: number;
declare function helper(x: number): number;

test("functions and the like are refused, as arguments and in arrays; texts where they are computed with", () => {
  const square = differentiable((x: number): number => x * x);
  const sum = differentiable((x: number[]): number => x.reduce((s, v) => s + v, 0));
  expect(() => grad(square)("3" as unknown as number)).toThrow(/text.*unsupported-type/s);
  expect(() => grad(sum)([1, "3" as unknown as number])).toThrow(/text.*unsupported-type/s);
  for (const wrong of [3n, Symbol("x"), () => 3]) {
    expect(() => grad(square)(wrong as unknown as number)).toThrow(/A \w+ was passed.*wrong-structure/s);
    expect(() => grad(sum)([1, wrong as unknown as number])).toThrow(/A \w+ was passed.*wrong-structure/s);
  }
  const weight = differentiable((p: { name: string; mass: number }): number => p.mass * 9.81);
  expect(compile(weight)({ name: "apple", mass: 2 })).toBe(19.62);
});

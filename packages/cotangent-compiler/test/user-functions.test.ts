/** Functions with a derivative of their own, called inside plain functions: that derivative is used, at every order. */
import * as ad from "cotangent";
import type { Context, Real } from "cotangent";
import { CAPTURE_VERSION, check, interpreter, lowered, print, users as inside } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import { lower, nowhere } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { differentiable } from "../src/parse.ts";
import { parseSource } from "../src/source.ts";

// oxlint-disable-next-line no-explicit-any -- what plain functions are to the transforms is for the build to say
type Any = any;
const { compile, grad, hessian, jvp } = ad as unknown as Readonly<Record<string, Any>>;
const { mul, ScalarFunction } = ad;

/** x³, with ten times its derivative: whoever uses it shows. */
class Cube extends ScalarFunction {
  static forward(ctx: Context<[Real]>, x: Real): Real {
    ctx.saveForBackward(x);
    return mul(x, mul(x, x));
  }
  static backward(ctx: Context<[Real]>, dOut: Real): Real {
    const x = ctx.savedValues;
    return mul(dOut, mul(30, mul(x, x)));
  }
}
/** The same on plain numbers. */
class PlainCube extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x ** 3;
  }
  static backward(ctx: Context<[number]>, dOut: number): number {
    return dOut * 30 * ctx.savedValues ** 2;
  }
}
/** x·y, with derivatives y + 1 and x. */
class Product extends ScalarFunction {
  static forward(ctx: Context<[Real, Real]>, x: Real, y: Real): Real {
    ctx.saveForBackward(x, y);
    return mul(x, y);
  }
  static backward(ctx: Context<[Real, Real]>, dOut: Real): [Real, Real] {
    const [x, y] = ctx.savedTensors;
    return [mul(dOut, ad.add(y, 1)), mul(dOut, x)];
  }
}
/** A function of a module as a build stores it. */
function moduleText(text: string, name: string): Any {
  const module = readModule(parseSource(text, "f.ts"));
  const { params, outside, result, program } = lower(module, functionsOf(module).get(name)!, name, undefined);
  return { params, outside, result, program: print(program) };
}
const scope = { Cube, PlainCube, Product, grad };

describe("a forward that calls a compiled function", () => {
  const cube = differentiable((x: number): number => x ** 3);
  const built = lowered((x: number): number => x ** 3, {
    version: CAPTURE_VERSION,
    name: "cube",
    variants: [moduleText("export function cube(x: number): number { return x ** 3; }", "cube")],
  });
  test.each([
    ["read at run time", compile(cube)],
    ["read by a build", compile(built)],
  ])("%s", (_, inner: Any) => {
    class Calls extends ScalarFunction {
      static forward(ctx: Context<[number]>, x: number): number {
        ctx.saveForBackward(x);
        return inner(x);
      }
      static backward(ctx: Context<[number]>, dOut: number): number {
        return dOut * grad(inner)(ctx.savedValues);
      }
    }
    const f = differentiable((x: number): number => 10 * (Calls as Any).apply(x), { scope: { Calls } });
    for (const target of ["wasm", "js", "interpreter"]) {
      expect(compile(f, { target })(2)).toBe(80);
      expect(compile(grad(f), { target })(2)).toBe(120);
    }
    expect(grad((x: Any) => (Calls as Any).apply(x))(2)).toBe(12);
  });
});

describe("on Reals", () => {
  const f = differentiable((x: number): number => 2 * (Cube as Any).apply(x) + x, { scope });

  test("values, first and second derivatives, in both modes, compiled", () => {
    for (const target of ["wasm", "js", "interpreter"]) {
      expect(compile(f, { target })(2)).toBe(18);
      expect(compile(grad(f), { target })(2)).toBe(241);
      expect(compile(jvp(f), { target })([2], [1]).tangent).toBe(241);
      expect(compile(hessian(f), { target })(2)).toBe(240);
      expect(compile(grad(grad(f)), { target })(2)).toBe(240);
      expect(compile(grad(grad(grad(f))), { target })(2)).toBe(120);
    }
  });

  test("nothing is called from outside", () => {
    expect(print(compile(hessian(f)).program)).not.toContain("external");
    const { Module } = (globalThis as Any).WebAssembly;
    expect(Module.imports(new Module(compile(grad(f), { target: "wasm" }).wasm))).toEqual([]);
  });

  test("of two arguments, in a loop, and in a derivative taken inside", () => {
    const g = differentiable(
      (x: Float64Array, k: number): number => {
        let s = 0;
        for (let i = 0; i < x.length; i++) s += (Product as Any).apply(x[i]!, k);
        return s;
      },
      { scope },
    );
    expect(grad(g)(Float64Array.of(1, 2, 3), 5)).toEqual([Float64Array.of(6, 6, 6), 6]);
    const inside = differentiable((x: number): number => grad((y: number) => (Cube as Any).apply(y))(x), {
      scope,
    });
    expect([compile(inside)(2), grad(inside)(2)]).toEqual([120, 120]);
  });
});

describe("on plain numbers", () => {
  const f = differentiable((x: number): number => 2 * (PlainCube as Any).apply(x) + x, { scope });

  test("first derivatives in both modes; of second ones an error", () => {
    expect([compile(f)(2), grad(f)(2), jvp(f)([2], [1]).tangent]).toEqual([18, 241, 241]);
    for (const second of [hessian(f), grad(grad(f))]) {
      expect(refusal(() => second(2)).code).toBe("first-order-only");
    }
  });
});

test("as a build writes it: the program names the class, which is found when it is read", () => {
  const source = `
    import { grad, ScalarFunction } from "cotangent";
    class Cube extends ScalarFunction {}
    const slope = grad((x: number) => Cube.apply(x));
    export const f = (x: number) => Cube.apply(x) + slope(x);
  `;
  const module = readModule(parseSource(source, "module.ts"));
  const { program, params, outside, result, users } = lower(
    module,
    functionsOf(module).get("f")!,
    "f",
    undefined,
    {
      ...nowhere,
      thunks: true,
    },
  );
  expect(users).toEqual(["Cube"]);
  const data = {
    version: CAPTURE_VERSION,
    name: "f",
    variants: [{ params, outside, result, program: print(program) }],
    users,
  };
  const f = lowered(
    (x: number): number => x,
    data,
    () => [],
    { users: inside(() => [Cube as Any]) },
  );
  // x³ + 30 x², 30 x² + 60 x, 60 x + 60
  expect([compile(f)(2), grad(f)(2), grad(grad(f))(2)]).toEqual([128, 240, 180]);
  expect(check(compile(f).program)).toEqual([]);
  expect(interpreter(compile(f).program)(2)).toEqual([128]);
});

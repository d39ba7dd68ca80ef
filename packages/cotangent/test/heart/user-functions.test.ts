import { describe, expect, it } from "vitest";
import {
  add,
  AdError,
  checkDerivatives,
  compile,
  Context,
  derivative,
  div,
  grad,
  hessian,
  jacobian,
  jvp,
  mul,
  noGrad,
  Scalar,
  ScalarFunction,
  square,
} from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

class OnNumbers extends ScalarFunction {
  static forward(ctx: Context<[number, number]>, x: number, y: number): number {
    ctx.saveForBackward(x, y);
    return (x * x) / y;
  }
  static backward(ctx: Context<[number, number]>, dOut: number): [number, number] {
    const [x, y] = ctx.savedValues;
    return [((2 * x) / y) * dOut, -((x * x) / (y * y)) * dOut];
  }
}

class OnReals extends ScalarFunction {
  static forward(ctx: Context<[Real, Real]>, x: Real, y: Real): Real {
    ctx.saveForBackward(x, y);
    return div(square(x), y);
  }
  static backward(ctx: Context<[Real, Real]>, dOut: Real): [Real, Real] {
    const [x, y] = ctx.savedValues;
    return [mul(dOut, div(mul(2, x), y)), mul(dOut, div(square(x), mul(-1, square(y))))];
  }
}

describe("both forms", () => {
  it.each([
    ["on numbers", OnNumbers],
    ["on Reals", OnReals],
  ])("%s: first derivatives in every mode", (_form, F) => {
    const f = (x: Real, y: Real): Real => F.apply(x, y);
    const expected = [3, -2.25];
    expect(grad(f)(3, 2)).toEqual(expected);
    expect([jvp(f)([3, 2], [1, 0]).tangent, jvp(f)([3, 2], [0, 1]).tangent]).toEqual(expected);
    expect(jacobian(f)(3, 2)).toEqual(expected);
    const [x, y] = [new Scalar(3), new Scalar(2)];
    F.apply(x, y).backward();
    expect([x.derivative, y.derivative]).toEqual(expected);
    expect(checkDerivatives(f, [3, 2], { order: 1 }).ok).toBe(true);
  });

  it("on Reals: any order", () => {
    const f = (x: Real, y: Real): Real => OnReals.apply(x, y);
    expect(hessian(f)(3, 2)).toEqual([
      [1, -1.5],
      [-1.5, 2.25],
    ]);
    expect(derivative((x) => OnReals.apply(x, x), 2)(5)).toBeCloseTo(0, 13);
    expect(derivative((y) => OnReals.apply(2, y), 4)(1)).toBe(96);
    expect(checkDerivatives(f, [3, 2]).ok).toBe(true);
  });

  it("on numbers, asked for more: an error that says what to write", () => {
    for (const second of [
      () => hessian((x: Real) => OnNumbers.apply(x, 2))(3),
      () => grad((x: Real) => grad((y: Real) => OnNumbers.apply(y, 2))(x))(3),
      () => derivative((x) => OnNumbers.apply(x, 2), 2)(3),
    ]) {
      expect(second).toThrow(AdError);
      expect(second).toThrow(/OnNumbers is written on plain numbers.*\n.*mul\(x, x\).*\[first-order-only\]/);
    }
  });

  it("on numbers, times something that an outer transform watches: still first order", () => {
    // d/dw d/dx (w·f(x)) = f'(x)
    expect(grad((w: Real) => grad((x: Real) => mul(w, OnNumbers.apply(x, 2)))(3))(7)).toBe(3);
  });
});

describe("compiled", () => {
  it.each(["js", "wasm", "interpreter"] as const)(
    "%s: a function on numbers is called, forward and backward",
    (target) => {
      const f = (x: Real, y: Real): Real => mul(OnNumbers.apply(square(x), y), x);
      expect(compile(grad(f), { target })(3, 2)).toEqual(grad(f)(3, 2));
      expect(compile(f, { target })(3, 2)).toBe(f(3, 2));
      expect(() => compile(hessian(f), { target })(3, 2)).toThrow("first-order-only");
    },
  );

  it("is what map may be given", () => {
    expect([1, 2, 3].map(compile(grad((x: Real) => mul(x, x))))).toEqual([2, 4, 6]);
  });
});

describe("a derivative of one's own", () => {
  /** The identity, whose derivative is clipped to 1: what is differentiated is what `backward` says. */
  class Clip extends ScalarFunction {
    static forward(_ctx: Context<[]>, x: Real): Real {
      return x;
    }
    static backward(_ctx: Context<[]>, dOut: Real): Real {
      return mul(dOut, 0.5);
    }
  }

  it("holds at every level, not only at the innermost", () => {
    const f = (x: Real): Real => mul(Clip.apply(x), Clip.apply(x));
    expect(grad(f)(3)).toBe(3);
    // (x²)' with each x contributing half: x; and half again.
    expect(derivative((x) => f(x), 2)(3)).toBe(0.5);
    expect(hessian(f)(3)).toBe(0.5);
    expect(grad((x: Real) => grad(f)(x))(3)).toBe(0.5);
  });

  it("is not asked where nothing comes in, so that it cannot make NaN of zero", () => {
    class Inverse extends ScalarFunction {
      static forward(ctx: Context<[number]>, x: number): number {
        ctx.saveForBackward(x);
        return 1 / x;
      }
      static backward(ctx: Context<[number]>, dOut: number): number {
        return (-1 / ctx.savedValues ** 2) * dOut;
      }
    }
    expect(grad((x: Real) => mul(0, Inverse.apply(x)))(0)).toBe(0);
  });

  it("receives the derivative of the box to its right", () => {
    const seen: number[] = [];
    class Spy extends ScalarFunction {
      static forward(_ctx: Context<[]>, x: number): number {
        return x;
      }
      static backward(_ctx: Context<[]>, dOut: number): number {
        seen.push(dOut);
        return dOut;
      }
    }
    const x = new Scalar(2);
    const y = Spy.apply(x);
    add(mul(y, 3), mul(y, 4)).backward();
    expect(seen).toEqual([7]);
  });
});

describe("Context", () => {
  it("gives the bare value if one was saved, else the tuple; a second save replaces the first", () => {
    const ctx = new Context();
    ctx.saveForBackward(1, 2);
    expect([ctx.savedValues, ctx.savedTensors]).toEqual([
      [1, 2],
      [1, 2],
    ]);
    ctx.saveForBackward(3);
    expect([ctx.savedValues, ctx.savedTensors]).toEqual([3, [3]]);
  });

  it("complains if nothing was saved", () => {
    expect(() => new Context().savedValues).toThrow("Did you forget to save values?");
  });

  it("saves nothing under noGrad", () => {
    let kept: Context<[number]> | undefined;
    class Keeps extends ScalarFunction {
      static forward(ctx: Context<[number]>, x: number): number {
        ctx.saveForBackward(x);
        kept = ctx;
        return x;
      }
      static backward(_ctx: Context<[number]>, dOut: number): number {
        return dOut;
      }
    }
    const out = noGrad(() => Keeps.apply(new Scalar(3)));
    expect(out.isConstant()).toBe(true);
    expect(() => kept?.savedValues).toThrow("Did you forget");
  });
});

describe("null", () => {
  it("counts as zero, for inputs that need no derivative", () => {
    class Scale extends ScalarFunction {
      static forward(ctx: Context<[number]>, x: number, factor: number): number {
        ctx.saveForBackward(factor);
        return x * factor;
      }
      static backward(ctx: Context<[number]>, dOut: number): [number, null] {
        return [dOut * ctx.savedValues, null];
      }
    }
    const [x, k] = [new Scalar(3), new Scalar(5)];
    Scale.apply(x, k).backward();
    expect([x.derivative, k.derivative]).toEqual([5, 0]);
  });
});

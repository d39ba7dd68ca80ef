/** The page with which the project began, function by function, as the page writes them. */
import { describe, expect, it } from "vitest";
import { backpropagate, Context, grad, jvp, Scalar, ScalarFunction } from "../../src/index.ts";

class TimesFive extends ScalarFunction {
  static forward(_ctx: Context | null, x: number): number {
    return x * 5;
  }
  static backward(_ctx: Context | null, dOut: number): number {
    const fPrime = 5;
    return fPrime * dOut;
  }
}

class Mul extends ScalarFunction {
  static forward(ctx: Context<[number, number]>, x: number, y: number): number {
    ctx.saveForBackward(x, y);
    return x * y;
  }
  static backward(ctx: Context<[number, number]>, dOut: number): [number, number] {
    const [x, y] = ctx.savedValues;
    return [y * dOut, x * dOut];
  }
}

class AddTimes2 extends ScalarFunction {
  static forward(_ctx: Context | null, x: number, y: number): number {
    return x + 2 * y;
  }
  static backward(_ctx: Context | null, dOut: number): [number, number] {
    return [dOut, 2 * dOut];
  }
}

class Square extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }
  static backward(ctx: Context<[number]>, dOut: number): number {
    const x = ctx.savedValues;
    const fPrime = 2 * x;
    return fPrime * dOut;
  }
}

describe("calls by hand, on plain numbers", () => {
  it("AddTimes2 at x = 10, as plotted on the page", () => {
    for (const y of [-4, 0, 3.8]) {
      expect(AddTimes2.forward(null, 10, y)).toBe(10 + 2 * y);
      expect(AddTimes2.backward(null, 1)[1]).toBe(2);
    }
  });

  it("Square keeps x in its context", () => {
    for (const x of [-4, 0, 3.8]) {
      const ctx = new Context();
      expect(Square.forward(ctx, x)).toBe(x * x);
      expect(Square.backward(ctx, 1)).toBe(2 * x);
    }
  });
});

describe("apply", () => {
  it("on plain numbers is the plain function", () => {
    expect(TimesFive.apply(3)).toBe(15);
    expect(Mul.apply(3, 4)).toBe(12);
  });

  it("on variables records a history", () => {
    const x = new Scalar(3);
    const y = new Scalar(10);
    const z = Mul.apply(x, y);
    expect(z.data).toBe(30);
    expect(z.history?.lastFn).toBe(Mul);
    expect(z.history?.inputs).toEqual([x, y]);
    expect(z.history?.ctx?.savedValues).toEqual([3, 10]);
  });

  it.each([
    ["TimesFive", (x: Scalar) => TimesFive.apply(x), 5],
    ["Square", (x: Scalar) => Square.apply(x), 6],
    ["Mul with itself", (x: Scalar) => Mul.apply(x, x), 6],
    ["AddTimes2 after Square", (x: Scalar) => AddTimes2.apply(Square.apply(x), x), 8],
    ["Square after TimesFive", (x: Scalar) => Square.apply(TimesFive.apply(x)), 150],
  ])("%s: backward, grad and forward mode agree", (_name, f, expected) => {
    const x = new Scalar(3);
    backpropagate(f(x), 1);
    expect(x.derivative).toBe(expected);
    expect(grad(f)(3)).toBe(expected);
    expect(jvp(f)([3], [1]).tangent).toBe(expected);
  });
});

describe("the chain of two boxes", () => {
  it("hands the right box's derivative to the left one, whatever the number of its inputs", () => {
    const seen: [string, number][] = [];
    class G extends ScalarFunction {
      static forward(_ctx: Context, x: number, y: number): number {
        return x + 2 * y;
      }
      static backward(_ctx: Context, dOut: number): [number, number] {
        seen.push(["g", dOut]);
        return [dOut, 2 * dOut];
      }
    }
    class F extends ScalarFunction {
      static forward(ctx: Context<[number]>, z: number): number {
        ctx.saveForBackward(z);
        return z * z;
      }
      static backward(ctx: Context<[number]>, dOut: number): number {
        seen.push(["f", dOut]);
        return 2 * ctx.savedValues * dOut;
      }
    }
    const [x, y] = [new Scalar(1), new Scalar(2)];
    F.apply(G.apply(x, y)).backward();
    expect(seen).toEqual([
      ["f", 1],
      ["g", 10],
    ]);
    expect([x.derivative, y.derivative]).toEqual([10, 20]);
  });
});

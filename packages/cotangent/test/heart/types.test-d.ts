/** What must not compile, and what hovering over a result says. */
import { describe, expectTypeOf, it } from "vitest";
import {
  checkpoint,
  add,
  atan2,
  Context,
  derivative,
  exp,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  mul,
  Scalar,
  ScalarFunction,
  sin,
  square,
  sum,
  valueAndGrad,
  vjp,
  where,
} from "../../src/index.ts";
import type { Binary, Real, Unary } from "../../src/index.ts";
import { primitive } from "../../src/real/primitive.ts";

declare const real: Real;
declare const scalar: Scalar;

describe("primitives", () => {
  it("give numbers of numbers, Scalars of Scalars, and Reals where it is not known", () => {
    expectTypeOf(mul(2, 3)).toEqualTypeOf<number>();
    expectTypeOf(mul(scalar, 3)).toEqualTypeOf<Scalar>();
    expectTypeOf(mul(2, scalar)).toEqualTypeOf<Scalar>();
    expectTypeOf(mul(scalar, real)).toEqualTypeOf<Real>();
    expectTypeOf(mul(real, 3)).toEqualTypeOf<Real>();
    expectTypeOf(where(1, scalar, 0)).toEqualTypeOf<Scalar>();
    expectTypeOf(sum([1, 2])).toEqualTypeOf<number>();
    expectTypeOf(scalar.mul(2).sin()).toEqualTypeOf<Scalar>();
    expectTypeOf(sin).toExtend<(x: Real) => Real>();
    expectTypeOf([1, 2].map((x) => sin(x))).toEqualTypeOf<number[]>();
  });

  it("refuse wrong numbers of arguments, and what is not a number", () => {
    // @ts-expect-error one argument is missing
    atan2(1);
    // @ts-expect-error one argument too many
    exp(1, 2);
    // @ts-expect-error a string
    mul("2", 1);
    // @ts-expect-error the list must be one argument
    sum(1, 2);
    // @ts-expect-error one argument is missing
    scalar.mul();
    // @ts-expect-error one argument too many
    scalar.sin(1);
  });

  it("cannot be replaced by operators or Math", () => {
    // @ts-expect-error an operator on a Scalar
    void (scalar * 2);
    // @ts-expect-error an operator on a Real
    void (real + real);
    // @ts-expect-error a function of plain numbers
    Math.sin(real);
    // @ts-expect-error a comparison
    void (scalar < 2);
  });
});

describe("declarations of primitives", () => {
  it("refuse rules that do not fit", () => {
    const eval2 = (x: number, y: number): number => x * y;
    // @ts-expect-error one partial for two arguments
    primitive("a", eval2, [(_x, y) => y]);
    // @ts-expect-error two partials for one argument
    primitive("b", (x: number) => x, [() => 1, () => 1]);
    // @ts-expect-error a partial of more arguments than there are
    primitive("c", (x: number) => x, [(_x, _out, _more) => 1]);
    // @ts-expect-error no fixed number of arguments
    primitive("d", Math.max, [() => 1]);
    // @ts-expect-error an operator on a Real: second derivatives would be lost
    primitive("e", (x: number) => x, [(x) => x * 2]);
    // @ts-expect-error Math on a Real
    primitive("f", (x: number) => x, [(x) => Math.cos(x)]);
    // @ts-expect-error no rule
    primitive("g", (x: number) => x);
    // @ts-expect-error two arguments are not one
    const unary: Unary = primitive("h", eval2, [() => 1, () => 1]);
    // @ts-expect-error one argument is not two
    const binary: Binary = primitive("i", (x: number) => x, [() => 1]);
    void [unary, binary];
  });
});

describe("functions of the user's own", () => {
  class Square extends ScalarFunction {
    static forward(ctx: Context<[number]>, x: number): number {
      ctx.saveForBackward(x);
      return x * x;
    }
    static backward(ctx: Context<[number]>, dOut: number): number {
      expectTypeOf(ctx.savedValues).toEqualTypeOf<number>();
      expectTypeOf(ctx.savedTensors).toEqualTypeOf<[number]>();
      return 2 * ctx.savedValues * dOut;
    }
  }

  it("are applied to numbers and variables", () => {
    expectTypeOf(Square.apply(3)).toEqualTypeOf<number>();
    expectTypeOf(Square.apply(scalar)).toEqualTypeOf<Scalar>();
    expectTypeOf(Square.apply(real)).toEqualTypeOf<Real>();
    // @ts-expect-error one argument too many
    Square.apply(3, 4);
    // @ts-expect-error one argument is missing
    Square.apply();
    // @ts-expect-error not a number
    Square.apply("3");
  });

  it("can be called by hand with any context", () => {
    expectTypeOf(Square.forward(new Context(), 3)).toEqualTypeOf<number>();
  });

  it("are refused where forward and backward do not fit", () => {
    class TwoForOne extends ScalarFunction {
      static forward(_ctx: Context<[]>, a: Real): Real {
        return a;
      }
      static backward(_ctx: Context<[]>, d: Real): [Real, Real] {
        return [d, d];
      }
    }
    // @ts-expect-error two derivatives for one argument
    TwoForOne.apply(1);
    class OneForTwo extends ScalarFunction {
      static forward(_ctx: Context<[]>, a: Real, b: Real): Real {
        return mul(a, b);
      }
      static backward(_ctx: Context<[]>, d: Real): Real {
        return d;
      }
    }
    // @ts-expect-error one derivative for two arguments
    OneForTwo.apply(1, 2);
    class WrongSave extends ScalarFunction {
      static forward(ctx: Context<[Real]>, a: Real): Real {
        // @ts-expect-error two values where one was promised
        ctx.saveForBackward(a, a);
        return a;
      }
      static backward(_ctx: Context<[Real]>, d: Real): Real {
        return d;
      }
    }
    void WrongSave;
    class ReadsWhatWasNotSaved extends ScalarFunction {
      static forward(ctx: Context<[Real]>, a: Real): Real {
        ctx.saveForBackward(a);
        return a;
      }
      static backward(ctx: Context<[Real, Real]>, d: Real): Real {
        return mul(d, ctx.savedTensors[1]);
      }
    }
    // @ts-expect-error backward expects two saved values, forward saves one
    ReadsWhatWasNotSaved.apply(1);
    class NoBackward extends ScalarFunction {
      static forward(_ctx: Context<[]>, a: Real): Real {
        return a;
      }
    }
    // @ts-expect-error no backward
    NoBackward.apply(1);
  });
});

describe("transforms", () => {
  const net = (p: { w: Real[]; b: Real }): Real => add(sum(p.w), p.b);
  const two = (x: Real, y: Real): Real => mul(x, y);
  const vector = (x: readonly Real[]): Real[] => x.map(square);

  it("give the structure of the arguments", () => {
    expectTypeOf(grad(square)(3)).toEqualTypeOf<number>();
    expectTypeOf(grad(two)(3, 4)).toEqualTypeOf<[number, number]>();
    expectTypeOf(grad(net)({ w: [1, 2], b: 3 })).toEqualTypeOf<{ w: number[]; b: number }>();
    expectTypeOf(grad((x: readonly Real[]) => sum(x))(new Float64Array(3))).toEqualTypeOf<Float64Array>();
    expectTypeOf(grad((x: readonly [Real, Real]) => mul(...x))([1, 2])).toEqualTypeOf<[number, number]>();
    expectTypeOf(valueAndGrad(two)(3, 4)).toEqualTypeOf<{ value: number; grad: [number, number] }>();
    expectTypeOf(grad(two)(real, 3)).toEqualTypeOf<[Real, number]>();
    expectTypeOf(valueAndGrad(square)(real)).toEqualTypeOf<{ value: Real; grad: Real }>();
  });

  it("of other results", () => {
    expectTypeOf(jvp(two)([1, 2], [1, 0])).toEqualTypeOf<{ value: number; tangent: number }>();
    expectTypeOf(jvp(vector)([[1, 2]], [[1, 0]])).toEqualTypeOf<{ value: number[]; tangent: number[] }>();
    expectTypeOf(vjp(vector)([1, 2]).pullback([1, 0])).toEqualTypeOf<number[]>();
    expectTypeOf(jacobian(vector)([1, 2])).toEqualTypeOf<number[][]>();
    expectTypeOf(jacobian((x: Real, y: Real) => ({ a: mul(x, y) }))(1, 2)).toEqualTypeOf<{
      a: [number, number];
    }>();
    expectTypeOf(hessian((x: readonly Real[]) => sum(x))([1, 2])).toEqualTypeOf<number[][]>();
    expectTypeOf(hessian(square)(2)).toEqualTypeOf<number>();
    expectTypeOf(hvp(two)([1, 2], [1, 0])).toEqualTypeOf<[number, number]>();
    expectTypeOf(derivative(sin)(2)).toEqualTypeOf<number>();
    expectTypeOf(derivative(sin, 2)(real)).toEqualTypeOf<Real>();
  });

  it("compose", () => {
    expectTypeOf(grad((x: Real) => grad(square)(x))(3)).toEqualTypeOf<number>();
    expectTypeOf(grad(grad(square))(3)).toEqualTypeOf<number>();
    expectTypeOf(
      jacobian((x: readonly Real[]) => grad((y: readonly Real[]) => sum(y))(x))([1]),
    ).toEqualTypeOf<number[][]>();
  });

  it("by chosen arguments", () => {
    const model = (p: Real, name: string, q: Real): Real => mul(mul(p, q), name.length);
    expectTypeOf(grad(model, { wrt: 0 })(1, "a", 2)).toEqualTypeOf<number>();
    expectTypeOf(grad(model, { wrt: [2, 0] })(1, "a", 2)).toEqualTypeOf<[number, number]>();
    // @ts-expect-error a string cannot be differentiated by
    grad(model)(1, "a", 2);
    // @ts-expect-error the name is still a string
    grad(model, { wrt: 0 })(1, 3, 2);
  });

  it("by the names of a plain function's parameters, which are no part of its type", () => {
    const plain = (p: number, x: Float64Array, name: string): number => p * x[0]! * name.length;
    const x = new Float64Array(1);
    // Some argument's derivative: which one, only the name says.
    expectTypeOf(grad(plain, { wrt: "p" })(1, x, "a")).toEqualTypeOf<number | Float64Array>();
    expectTypeOf(grad(plain, { wrt: ["x", 0] })(1, x, "a")).toEqualTypeOf<[number | Float64Array, number]>();
    // Where all are alike, that says it all.
    const alike = (a: number, b: number): number => a * b;
    expectTypeOf(grad(alike, { wrt: "b" })(1, 2)).toEqualTypeOf<number>();
    expectTypeOf(hessian(alike, { wrt: ["a", "b"] })(1, 2)).toEqualTypeOf<
      [[number, number], [number, number]]
    >();
    expectTypeOf(jacobian(alike, { wrt: "a" })(1, 2)).toEqualTypeOf<number>();
    expectTypeOf(grad(grad(alike, { wrt: "a" }), { wrt: "b" })(1, 2)).toEqualTypeOf<number>();
    const model = (p: Real, q: Real): Real => mul(p, q);
    // @ts-expect-error a function of Reals has no names when it runs
    grad(model, { wrt: "p" });
    // @ts-expect-error nor in a list
    jacobian(model, { wrt: ["p", 1] });
    // @ts-expect-error a name is no symbol
    grad(alike, { wrt: Symbol("a") });
  });

  it("of plain functions take numbers, not variables", () => {
    const plain = (x: number): number => x * x;
    expectTypeOf(derivative(plain, 2)(3)).toEqualTypeOf<number>();
    expectTypeOf(grad(plain)(3)).toEqualTypeOf<number>();
    // @ts-expect-error it would be multiplied as if it were a number
    grad(plain)(real);
    // @ts-expect-error the same
    derivative(plain)(real);
    expectTypeOf(checkpoint(() => [1, 2])).toEqualTypeOf<number[]>();
  });

  it("refuse what cannot be", () => {
    // @ts-expect-error a gradient of a list: use jacobian
    grad((x: Real) => [x]);
    // @ts-expect-error a Hessian of an object
    hessian((x: Real) => ({ x }));
    // @ts-expect-error a missing argument
    grad(two)(1);
    // @ts-expect-error a missing key
    grad(net)({ w: [1] });
    // @ts-expect-error a string where a number must be
    grad(net)({ w: ["1"], b: 2 });
    // @ts-expect-error a tangent of another structure
    jvp(net)([{ w: [1], b: 2 }], [{ w: [1] }]);
    // @ts-expect-error not a list of arguments
    jvp(square)(3, 1);
    // @ts-expect-error a cotangent of another structure
    vjp(vector)([1]).pullback(3);
    // @ts-expect-error not a function
    grad(3);
    // @ts-expect-error a leaf's value is a number
    new Scalar("3");
    // @ts-expect-error a value cannot be changed
    scalar.data = 3;
  });
});

import { describe, expect, it } from "vitest";
import {
  add,
  cos,
  derivative,
  div,
  exp,
  grad,
  hessian,
  hvp,
  inv,
  jacobian,
  jvp,
  log,
  mul,
  neg,
  noGrad,
  pow,
  Scalar,
  sin,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  value,
  valueAndGrad,
  vjp,
  where,
  gt,
} from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

/** x²y + sin y, with derivatives by hand. */
const f = (x: Real, y: Real): Real => add(mul(square(x), y), sin(y));
const rosenbrock = ([x, y]: readonly Real[]): Real =>
  add(square(sub(1, x!)), mul(100, square(sub(y!, square(x!)))));

describe("structures", () => {
  it("one argument: its structure; several: a tuple", () => {
    expect(grad(square)(3)).toBe(6);
    expect(grad(f)(3, 2)).toEqual([12, 9 + Math.cos(2)]);
    const net = (p: { w: readonly Real[]; b: Real }): Real => add(sum(p.w.map(square)), p.b);
    expect(grad(net)({ w: [1, 2], b: 3 })).toEqual({ w: [2, 4], b: 1 });
    expect(grad(rosenbrock)([1, 2])).toEqual([-400, 200]);
  });

  it("Float64Array in, Float64Array out, in any place", () => {
    expect(grad(rosenbrock)(Float64Array.of(1, 2))).toEqual(Float64Array.of(-400, 200));
    const g = grad((p: { w: ArrayLike<Real> }) => mul(p.w[0]!, p.w[1]!))({ w: Float64Array.of(2, 3) });
    expect(g).toEqual({ w: Float64Array.of(3, 2) });
  });

  it("classes of the user keep their methods", () => {
    class Point {
      x: Real;
      y: Real;
      constructor(x: Real, y: Real) {
        this.x = x;
        this.y = y;
      }
      norm2(): Real {
        return add(square(this.x), square(this.y));
      }
    }
    const g = grad((p: Point) => p.norm2())(new Point(1, 2));
    expect(g).toBeInstanceOf(Point);
    expect({ ...g }).toEqual({ x: 2, y: 4 });
  });

  it("an empty array has an empty gradient", () => {
    expect(grad((xs: readonly Real[]) => sum(xs))([])).toEqual([]);
  });

  it("wrt chooses arguments; the others may be anything", () => {
    const model = (p: Real, data: readonly string[], q: Real): Real => mul(mul(p, q), data.length);
    expect(grad(model, { wrt: 0 })(3, ["a", "b"], 5)).toBe(10);
    expect(grad(model, { wrt: [2, 0] })(3, ["a", "b"], 5)).toEqual([6, 10]);
    expect(hessian(model, { wrt: [0, 2] })(3, ["a"], 5)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(
      jacobian((x: Real, k: readonly string[]) => [mul(x, k.length)], { wrt: 0 })(2, ["a", "b"]),
    ).toEqual([2]);
  });

  it("an unused input has derivative zero, and a constant result too", () => {
    expect(grad((x: Real, _y: Real) => x)(1, 2)).toEqual([1, 0]);
    expect(grad((_x: Real) => 7)(1)).toBe(0);
    expect(hessian((_x: Real) => 7)(1)).toBe(0);
    expect(jacobian((_x: Real) => [7, 8])(1)).toEqual([0, 0]);
    expect(jvp((_x: Real) => 7)([1], [1])).toEqual({ value: 7, tangent: 0 });
  });
});

describe("what each transform gives", () => {
  it("valueAndGrad", () => {
    expect(valueAndGrad(f)(3, 2)).toEqual({ value: 18 + Math.sin(2), grad: [12, 9 + Math.cos(2)] });
  });

  it("jvp: value and tangent in the structure of the result", () => {
    expect(jvp(f)([3, 2], [1, 0])).toEqual({ value: 18 + Math.sin(2), tangent: 12 });
    expect(jvp((x: Real) => ({ a: mul(x, x), b: [x, 5] }))([3], [2])).toEqual({
      value: { a: 9, b: [3, 5] },
      tangent: { a: 12, b: [2, 0] },
    });
  });

  it("vjp: a pullback that may be called again", () => {
    const { value: out, pullback } = vjp((x: Real, y: Real) => ({ p: mul(x, y), q: [inv(x)] }))(2, 3);
    expect(out).toEqual({ p: 6, q: [0.5] });
    expect(pullback({ p: 1, q: [0] })).toEqual([3, 2]);
    expect(pullback({ p: 0, q: [1] })).toEqual([-0.25, 0]);
    expect(pullback({ p: 2, q: [4] })).toEqual([5, 4]);
  });

  it("jacobian: the result with every number replaced by its gradient, the same forward and back", () => {
    const polar = ([r, t]: readonly Real[]): Real[] => [mul(r!, cos(t!)), mul(r!, sin(t!))];
    expect(jacobian(polar)([2, 0.5])).toEqual([
      [Math.cos(0.5), -2 * Math.sin(0.5)],
      [Math.sin(0.5), 2 * Math.cos(0.5)],
    ]);
    const powers = (x: Real): Real[] => Array.from({ length: 9 }, (_, k) => pow(x, k));
    expect(jacobian(powers)(2)).toEqual(
      Array.from({ length: 9 }, (_, k) => (k === 0 ? 0 : k * 2 ** (k - 1))),
    );
    expect(jacobian((x: ArrayLike<Real>) => [x[0]!, mul(x[0]!, x[1]!)])(Float64Array.of(2, 3))).toEqual([
      Float64Array.of(1, 0),
      Float64Array.of(3, 2),
    ]);
    expect(jacobian(f)(3, 2)).toEqual(grad(f)(3, 2));
  });

  it("hessian: structure within structure", () => {
    expect(hessian(rosenbrock)([1, 2])).toEqual([
      [402, -400],
      [-400, 200],
    ]);
    expect(hessian(f)(3, 2)).toEqual([
      [4, 6],
      [6, -Math.sin(2)],
    ]);
    expect(
      hessian((p: { a: Real; b: readonly Real[] }) => mul(p.a, mul(p.b[0]!, p.b[1]!)))({ a: 2, b: [3, 5] }),
    ).toEqual({
      a: { a: 0, b: [5, 3] },
      b: [
        { a: 5, b: [0, 2] },
        { a: 3, b: [2, 0] },
      ],
    });
  });

  it("hvp: the Hessian times a vector", () => {
    expect(hvp(rosenbrock)([[1, 2]], [[1, 0]])).toEqual([402, -400]);
    expect(hvp(f)([3, 2], [0, 1])).toEqual([6, -Math.sin(2)]);
  });

  it("derivative: of order zero it is the function, which is left alone", () => {
    const f = (x: Real): Real => exp(x);
    expect(derivative(f, 0)(1)).toBe(Math.E);
    expect(Reflect.ownKeys(f)).toEqual(["length", "name"]);
    expect(grad(f)(0)).toBe(1);
  });

  it("derivative: of any order", () => {
    expect(Array.from({ length: 7 }, (_, n) => derivative(exp, n)(0))).toEqual([1, 1, 1, 1, 1, 1, 1]);
    expect(Array.from({ length: 6 }, (_, n) => derivative((x) => inv(x), n)(1))).toEqual([
      1, -1, 2, -6, 24, -120,
    ]);
  });
});

describe("composition", () => {
  const cube = (x: Real): Real => mul(x, mul(x, x));

  it("to third order, in all mixtures of modes", () => {
    const forward =
      (g: (x: Real) => Real) =>
      (x: Real): Real =>
        jvp(g)([x], [1]).tangent;
    const reverse =
      (g: (x: Real) => Real) =>
      (x: Real): Real =>
        grad(g)(x);
    for (const a of [forward, reverse]) {
      for (const b of [forward, reverse]) {
        expect(a(b(cube))(5)).toBe(30);
        for (const c of [forward, reverse]) expect(a(b(c(cube)))(5)).toBe(6);
      }
    }
  });

  it("does not confuse perturbations", () => {
    // d/dx (x · d/dy (x + y)) = 1, not 2: Siskind and Pearlmutter (2005), "Perturbation confusion and referential transparency".
    expect(grad((x: Real) => mul(x, grad((y: Real) => add(x, y))(1)))(1)).toBe(1);
    expect(derivative((x) => mul(x, derivative((y) => add(x, y))(1)))(1)).toBe(1);
    // autodidax's example: f(x) = cos(x)·(d/dy sin(y) at x) has f' = -2 sin x cos x.
    expect(derivative((x) => mul(cos(x), derivative(sin)(x)))(0.7)).toBeCloseTo(
      -2 * Math.sin(0.7) * Math.cos(0.7),
      14,
    );
    expect(grad((x: Real) => grad((y: Real) => grad((z: Real) => mul(mul(x, y), z))(x))(x))(3)).toBe(1);
  });

  it("a gradient inside a loss that is itself differentiated", () => {
    // One step of gradient descent on (w − 3)², differentiated by the rate: w₁ = w − 2r(w − 3).
    const stepped = (rate: Real): Real => {
      const w = 10;
      const g = grad((u: Real) => square(sub(u, 3)))(w);
      return square(sub(sub(w, mul(rate, g)), 3));
    };
    expect(grad(stepped)(0.1)).toBeCloseTo(2 * (7 - 1.4) * -14, 12);
  });

  it("vjp's pullback can be differentiated", () => {
    const g = (x: Real): Real => vjp(cube)(x).pullback(x); // 3x²·x
    expect(grad(g)(2)).toBe(36);
  });

  it("jacobian of a gradient is the Hessian", () => {
    expect(jacobian((x: readonly Real[]) => grad(rosenbrock)(x))([1, 2])).toEqual(
      hessian(rosenbrock)([1, 2]),
    );
  });

  it("hessians of hessians: fourth order", () => {
    const quartic = (x: Real): Real => square(square(x));
    expect(hessian((x: Real) => hessian(quartic)(x))(1.5)).toBe(24);
  });

  it("watches outer Scalars", () => {
    const a = new Scalar(2);
    const { value: v, tangent } = jvp((x: Real) => mul(mul(a, x), x))([3], [1]);
    (tangent as unknown as Scalar).backward();
    expect([value(v), value(tangent), a.derivative]).toEqual([18, 12, 6]);
  });
});

describe("levels", () => {
  it("are restored when the user's function throws", () => {
    const bad = (): Real => {
      throw new Error("mine");
    };
    for (let i = 0; i < 3; i++)
      expect(() => grad((x: Real) => mul(x, grad(bad as (y: Real) => Real)(x)))(1)).toThrow("mine");
    expect(grad((x: Real) => mul(x, grad((y: Real) => add(x, y))(1)))(1)).toBe(1);
  });

  it("noGrad stops derivatives, but not the transforms inside it", () => {
    expect(
      grad((x: Real) =>
        mul(
          x,
          noGrad(() => mul(x, x)),
        ),
      )(3),
    ).toBe(9);
    expect(noGrad(() => grad(square)(3))).toBe(6);
    expect(derivative((x) => noGrad(() => mul(x, x)))(3)).toBe(0);
    expect(
      grad((x: Real) =>
        mul(
          x,
          noGrad(() => grad(square)(x)),
        ),
      )(3),
    ).toBe(6);
  });

  it("stopGradient stops at all orders", () => {
    expect(grad((x: Real) => mul(x, stopGradient(x)))(3)).toBe(3);
    expect(hessian((x: Real) => mul(square(x), stopGradient(x)))(3)).toBe(6);
  });
});

describe("a path that carries nothing", () => {
  it("contributes exactly zero, whatever its derivative", () => {
    const safe = (x: Real): Real => where(gt(x, 0), sqrt(x), 0);
    for (const at of [-1, 0]) {
      expect(grad(safe)(at)).toBe(0);
      expect(derivative((x) => safe(x))(at)).toBe(0);
      expect(hessian(safe)(at)).toBe(0);
      expect(derivative((x) => safe(x), 3)(at)).toBe(0);
    }
    expect(grad((x: Real) => where(gt(x, 0), log(x), neg(x)))(-2)).toBe(-1);
    expect(hessian((x: Real) => where(gt(x, 0), div(1, x), square(x)))(-2)).toBe(2);
    expect(grad((x: Real) => mul(0, sqrt(x)))(0)).toBe(0);
  });
});

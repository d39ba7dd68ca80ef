/** Derivatives taken inside plain functions, which are differentiated from outside. */
import * as ad from "cotangent";
import { interpreter, lowered } from "cotangent/program";
import type { LoweredFunction } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { lower, nowhere } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { differentiable } from "../src/parse.ts";
import { parseSource } from "../src/source.ts";
import { transform } from "../src/transform.ts";
import { refusal } from "../../cotangent/test/support/refusal.ts";

// The types of the transforms are those of functions of Reals.
// oxlint-disable-next-line no-explicit-any -- what plain functions are to the transforms is for the build to say
type Any = any;
const { derivative, grad, hessian, hvp, jacobian, jvp, valueAndGrad, vjp } = ad as unknown as Readonly<
  Record<string, Any>
>;
const scope = { derivative, grad, hessian, hvp, jacobian, jvp, valueAndGrad, vjp };
const make = (f: Any, more: Readonly<Record<string, unknown>> = {}): Any =>
  differentiable(f, { scope: { ...scope, ...more } });

describe("nested differentiation is not confused", () => {
  test("functions that are passed on: a minimum of a maximum, each by steps along its own derivative", () => {
    type Function1 = (x: number) => number;
    const f = make((a: number): number => {
      const least = (g: Function1, by: (g: Function1, x: number) => number, n: number): number => {
        let x = 1;
        for (let i = 0; i < n; i++) x -= 0.25 * by(g, x);
        return x;
      };
      const reverse = (g: Function1, x: number): number => grad(g)(x);
      const forward = (g: Function1, x: number): number => jvp(g)([x], [1]).tangent;
      const cost = (x: number, y: number): number => (x - a) ** 2 + 2 * x * y - y ** 2;
      const worst = (x: number): number => {
        const y = least((y) => -cost(x, y), forward, 1);
        return cost(x, y);
      };
      return least(worst, reverse, 40);
    });
    // One step from 1: y = 1/2 + x/2, so that worst is (x - a)² + x + x² - (1 + x)²/4, with its minimum at (4a - 1)/7.
    expect(f(3)).toBeCloseTo(11 / 7, 12);
    expect(grad(f)(3)).toBeCloseTo(4 / 7, 12);
  });

  test("a recursion that is given a function, differentiated by it", () => {
    const f = make((a: number): number => {
      const newton = (g: (x: number) => number, x: number, n: number): number =>
        n === 0 ? x : newton(g, x - g(x) / grad(g)(x), n - 1);
      return newton((x) => x ** 3 - a, a, 30);
    });
    expect(f(8)).toBeCloseTo(2, 14);
    expect(grad(f)(8)).toBeCloseTo(1 / 12, 14);
  });

  test("x · d/dy (x + y): the classic", () => {
    const f = make((x: number): number => x * grad((y: number) => x + y)(1));
    expect(grad(f)(3)).toBe(1);
    expect(derivative(f)(3)).toBe(1);
    expect(hessian(f)(3)).toBe(0);
  });

  test("the same variable inside and outside, to the third order", () => {
    // d/dy (x y² + y x³) = 2xy + x³; at y = x²: 3x³; times x: 3x⁴.
    const f = make((x: number): number => x * grad((y: number) => x * y * y + y * x ** 3)(x * x));
    expect(f.length).toBe(1);
    const x = 1.5;
    expect(grad(f)(x)).toBeCloseTo(12 * x ** 3, 12);
    expect(hessian(f)(x)).toBeCloseTo(36 * x ** 2, 12);
    expect(derivative(f, 3)(x)).toBeCloseTo(72 * x, 12);
  });

  test("a derivative of a derivative that sees three scopes", () => {
    const f = make((a: number): number => {
      const outer = (b: number): number => {
        const inner = (c: number): number => a * b * b * c ** 3;
        return grad(inner)(2) * b;
      };
      return grad(outer)(5) + a;
    });
    // inner' = 3 a b² c² = 12 a b²; outer = 12 a b³, outer' = 36 a b² = 900 a.
    expect(ad.compile(f)(1)).toBe(901);
    expect(grad(f)(1)).toBe(901);
  });

  test("a derivative that another derivative's function sees", () => {
    const f = make((a: number, x: number): number => {
      const loss = (y: number): number => a * y ** 3;
      const g = grad(loss);
      const h = (z: number): number => g(z) * z;
      return grad(h)(x);
    });
    // h = 3 a z³, h' = 9 a z²
    expect(ad.compile(f)(2, 3)).toBe(162);
    expect(grad(f)(2, 3)).toEqual([81, 108]);
  });
});

describe("called as it is", () => {
  test("a function that takes derivatives inside runs its program, and keeps its name", () => {
    const f = differentiable(
      function cubeRoot(a: number, start = 1): number {
        const loss = (x: number): number => (x ** 3 - a) ** 2;
        let x = start;
        for (let k = 0; k < 60; k++) x -= grad(loss)(x) / hessian(loss)(x);
        return x;
      },
      { scope },
    );
    expect(f(8, 2.5)).toBeCloseTo(2, 6);
    expect([f.name, f.length]).toEqual(["cubeRoot", 1]);
    expect(grad(f, { wrt: "a" })(8, 2.5)).toBeCloseTo(1 / 12, 6);
    // By a namespace, too; and in other functions.
    const lib = ad;
    const g = differentiable((x: number): number => lib.derivative((y: number) => y ** 3)(x), {
      scope: { lib },
    });
    expect(g(2)).toBe(12);
    const h = differentiable((x: number): number => g(x) * x, { scope: { g } });
    expect([h(2), grad(h)(2)]).toEqual([24, 36]);
  });

  test("in a build as well", () => {
    const code = `
      import { grad } from "cotangent";
      export function steep(x: number): number {
        "use grad";
        return grad((y: number) => x * y ** 2)(x);
      }
      export const flat = grad((x: number) => x * x);
    `;
    const made = transform(code, "/steep.ts", {})!.code;
    expect(made).toContain('"nested":true');
    expect(made.split('"nested"').length).toBe(2);
    const data = JSON.parse(
      /__cotangent_lowered\(steep\$plain, (\{.*?\})\);/.exec(made)![1]!,
    ) as LoweredFunction;
    const plain = (): number => {
      throw new Error("not the plain function");
    };
    const steep = lowered(plain as (x: number) => number, data);
    expect([steep(3), grad(steep)(3), steep.name]).toEqual([18, 12, "steep"]);
  });
});

describe("every transform inside", () => {
  const at = [0.7, 1.3] as const;
  /** The gradient and, by it, the second derivatives of a function of a and b, against closed forms. */
  const expectDerivatives = (
    f: Any,
    value: (a: number, b: number) => number,
    gradient: (a: number, b: number) => number[],
  ): void => {
    expect(ad.compile(f)(...at)).toBeCloseTo(value(...at), 12);
    const g: number[] = grad(f)(...at);
    g.forEach((x, i) => expect(x).toBeCloseTo(gradient(...at)[i]!, 12));
    const h = 1e-5;
    const second: number[][] = hessian(f)(...at);
    const [a, b] = at;
    second.forEach((row, i) =>
      row.forEach((x, j) => {
        const up = gradient(j === 0 ? a + h : a, j === 1 ? b + h : b)[i]!;
        const down = gradient(j === 0 ? a - h : a, j === 1 ? b - h : b)[i]!;
        expect(x).toBeCloseTo((up - down) / (2 * h), 6);
      }),
    );
  };

  test("derivative, of any order", () => {
    const f = make((a: number, b: number): number => derivative((x: number) => Math.sin(a * x), 3)(b));
    expectDerivatives(
      f,
      (a, b) => -(a ** 3) * Math.cos(a * b),
      (a, b) => [-3 * a ** 2 * Math.cos(a * b) + a ** 3 * b * Math.sin(a * b), a ** 4 * Math.sin(a * b)],
    );
    const none = make((a: number): number => derivative((x: number) => x * a, 0)(a));
    expect(grad(none)(3)).toBe(6);
  });

  test("valueAndGrad, by one of several arguments, by position and by name", () => {
    for (const wrt of [1, "y"]) {
      const f = make(
        (a: number, b: number): number => {
          const { value, grad: d } = valueAndGrad((x: number, y: number) => x * x * y * y, { wrt })(a, b);
          return value + d;
        },
        { wrt },
      );
      expectDerivatives(
        f,
        (a, b) => a * a * b * b + 2 * a * a * b,
        (a, b) => [2 * a * b * b + 4 * a * b, 2 * a * a * b + 2 * a * a],
      );
    }
  });

  test("jvp and hvp, in a direction that varies", () => {
    const pushed = make((a: number, b: number): number => {
      const { value, tangent } = jvp((x: number, y: number) => x ** 2 * y)([a, b], [b, a]);
      return value * tangent;
    });
    // value a²b, tangent 2ab·b + a²·a
    expectDerivatives(
      pushed,
      (a, b) => a * a * b * (2 * a * b * b + a ** 3),
      (a, b) => [6 * a * a * b ** 3 + 5 * a ** 4 * b, 6 * a ** 3 * b * b + a ** 5],
    );
    const product = make((a: number, b: number): number => {
      const [p, q] = hvp((x: number, y: number) => x ** 2 * y)([a, b], [1, a]);
      return p + q;
    });
    // H = [[2b, 2a], [2a, 0]]; H [1, a] = [2b + 2a², 2a]
    expectDerivatives(
      product,
      (a, b) => 2 * b + 2 * a * a + 2 * a,
      (a) => [4 * a + 2, 2],
    );
  });

  test("vjp: the pullback belongs to what the arguments were", () => {
    const f = make((a: number, b: number): number => {
      const x = [a, b];
      const { value, pullback } = vjp((v: number[]) => [v[0]! * v[1]!, v[0]! ** 2])(x);
      x[0] = 100;
      const once = pullback([1, b]);
      const twice = pullback(value);
      return once[0]! + twice[1]!;
    });
    // [b + 2ab, ...] and a·(ab) for the second
    expectDerivatives(
      f,
      (a, b) => b + 2 * a * b + a * a * b,
      (a, b) => [2 * b + 2 * a * b, 1 + 2 * a + a * a],
    );
  });

  test("jacobian and hessian, of arrays", () => {
    const f = make((a: number, b: number): number => {
      const x = new Float64Array(3).fill(b);
      const j = jacobian((v: Float64Array) => {
        const out = new Float64Array(2);
        out[0] = a * v[0]! * v[1]!;
        out[1] = v[2]! ** 3;
        return out;
      })(x);
      const h = hessian((v: Float64Array) => a * v[0]! ** 3 * v[1]!)(x);
      return j[0]![1]! * j[1]![2]! + h[0]![1]!;
    });
    // ab · 3b² + 3ab²
    expectDerivatives(
      f,
      (a, b) => 3 * a * b ** 3 + 3 * a * b * b,
      (a, b) => [3 * b ** 3 + 3 * b * b, 9 * a * b * b + 6 * a * b],
    );
  });

  test("of rows, objects and tuples", () => {
    const f = make((a: number, b: number): number => {
      const g = grad((p: { w: number[][]; t: [number, number] }) => {
        let s = p.t[0] * p.t[1];
        for (const row of p.w) for (const v of row) s += a * v * v;
        return s;
      })({ w: [[1, b], [3]], t: [a, b] });
      return g.w[0]![1]! * g.w[1]![0]! + g.t[0];
    });
    // 2ab · 6a + b
    expectDerivatives(
      f,
      (a, b) => 12 * a * a * b + b,
      (a, b) => [24 * a * b, 12 * a * a + 1],
    );
  });
});

describe("an optimiser inside a loss", () => {
  test("Newton's method by grad, until it converges", () => {
    const root = make((a: number): number => {
      const residual = (x: number): number => x ** 3 - a;
      const slope = grad(residual);
      let x = 1;
      while (Math.abs(residual(x)) > 1e-13) x -= residual(x) / slope(x);
      return x;
    });
    expect(ad.compile(root)(8)).toBeCloseTo(2, 13);
    expect(grad(root)(8)).toBeCloseTo(1 / 12, 10);
    expect(hessian(root)(8)).toBeCloseTo((-2 / 9) * 8 ** (-5 / 3), 8);
  });

  test("Newton's method by hessian and grad in two dimensions", () => {
    const minimum = make((a: number): number => {
      const loss = (p: number[]): number => (p[0]! - a) ** 2 + (p[1]! - p[0]! ** 2) ** 2;
      let p = [1.1, 0.9];
      for (let k = 0; k < 20; k++) {
        const g = grad(loss)(p);
        const h = hessian(loss)(p);
        const det = h[0]![0]! * h[1]![1]! - h[0]![1]! * h[1]![0]!;
        p = [
          p[0]! - (h[1]![1]! * g[0]! - h[0]![1]! * g[1]!) / det,
          p[1]! - (h[0]![0]! * g[1]! - h[1]![0]! * g[0]!) / det,
        ];
      }
      return p[1]!;
    });
    // The minimum is at (a, a²).
    expect(ad.compile(minimum)(1.5)).toBeCloseTo(2.25, 12);
    expect(grad(minimum)(1.5)).toBeCloseTo(3, 10);
  });

  test("gradient descent on arrays of any length", () => {
    const descend = make((x: Float64Array, rate: number): number => {
      const loss = (v: Float64Array): number => {
        let s = 0;
        for (let i = 0; i < v.length; i++) s += (v[i]! - i) ** 2;
        return s;
      };
      const v = x.slice();
      for (let k = 0; k < 3; k++) {
        const g = grad(loss)(v);
        for (let i = 0; i < v.length; i++) v[i]! -= rate * g[i]!;
      }
      return loss(v);
    });
    // Σ (xᵢ - i)² (1 - 2r)⁶
    const x = Float64Array.of(1, 3, 0);
    const factor = (1 - 0.2) ** 6;
    const [byX, byRate] = grad(descend)(x, 0.1) as [Float64Array, number];
    byX.forEach((d, i) => expect(d).toBeCloseTo(2 * (x[i]! - i) * factor, 12));
    expect(byRate).toBeCloseTo(9 * 6 * (1 - 0.2) ** 5 * -2, 11);
  });
});

describe("derivatives by name", () => {
  test("a constant that holds a derivative, in another derivative", () => {
    const f = differentiable((x: number, y: number): number => x ** 2 * y);
    const g = make((x: number): number => gradient(x, 3)[0] ** 2, { gradient: grad(f) });
    const gradient = grad(f);
    // (2xy)² = 36x²
    expect(grad(g)(2)).toBe(144);
    const h = make((x: number): number => second(x, 3)[0][0] * x, { second: jacobian(grad(f)) });
    const second = jacobian(grad(f));
    expect(grad(h)(2)).toBe(6);
  });

  test("a captured function keeps what it was captured with, and sees it change", () => {
    const weights = [1, 2, 3];
    const K = 10;
    const poly = differentiable(
      (x: number): number => {
        let s = 0;
        for (let i = 0; i < weights.length; i++) s += weights[i]! * x ** i;
        return K * s;
      },
      { scope: { weights, K } },
    );
    const outer = make((x: number): number => poly(x) * slope(x), {
      poly,
      slope: grad(poly),
      K: 5,
      weights: 7,
    });
    const slope = grad(poly);
    // p = 10(1 + 2x + 3x²), p' = 10(2 + 6x); (p p')' = p'² + 60p
    const value = (x: number): number => 100 * ((2 + 6 * x) ** 2 + 6 * (1 + 2 * x + 3 * x * x));
    expect(grad(outer)(2)).toBe(value(2));
    weights[0] = 2;
    expect(grad(outer)(2)).toBe(value(2) + 600);
  });

  test("constants of a module that hold derivatives, and compiled ones", () => {
    const source = `
      import * as ad from "cotangent";
import { interpreter, lowered } from "cotangent/program";
import type { LoweredFunction } from "cotangent/program";
      import { compile, grad, hessian as second } from "cotangent";
      const f = (x: number, y: number) => x ** 2 * y ** 3;
      const byY = compile(grad(f, { wrt: "y" }));
      const h = second(f);
      const third = ad.derivative((x: number) => x ** 4, 3);
      export const use = (x: number) => byY(x, 2) + h(x, 1)[0][1] + third(x);
    `;
    const module = readModule(parseSource(source, "module.ts"));
    const made = lower(module, functionsOf(module).get("use")!, "use", undefined, {
      ...nowhere,
      thunks: true,
    });
    expect(made.outside).toEqual([]);
    // 12x² + 6x + 24x
    expect(interpreter(made.program)(2)).toEqual([48 + 12 + 48]);
  });

  test("which one, decided when it runs", () => {
    const f = make((x: number): number => {
      const g = x > 0 ? grad((y: number) => y ** 3) : grad((y: number) => 3 * y);
      return g(x);
    });
    expect([f(2), f(-2), grad(f)(2), grad(f)(-2)]).toEqual([12, 3, 12, 0]);
    const same = make((x: number): number => {
      const p = (y: number): number => y * y;
      const g = x > 0 ? grad(p) : grad(p);
      return g(x);
    });
    expect(grad(same)(2)).toBe(2);
  });

  test("what cannot be differentiated is refused at its place", () => {
    const cases: readonly (readonly [string, Any])[] = [
      ["result-not-scalar", (x: number) => grad((y: number) => [y, y])(x)],
      ["wrong-option", (x: number) => grad((y: number) => y, { wrt: "z" })(x)],
      ["mixed-structures", (x: number) => jvp((y: number) => y)(x, 1).tangent],
      ["mixed-structures", (x: number) => jvp((y: number) => y)([x], []).tangent],
      ["unsupported-type", (x: number) => grad(3)(x)],
      ["not-a-number", (x: number) => derivative((y: number[]) => y[0]!)([x])],
      ["missing-argument", (x: number) => vjp((y: number) => y)(x).pullback()],
    ];
    for (const [code, f] of cases) {
      const error = refusal(() => grad(make(f))(2));
      expect([error.code, (error as Any).line]).toEqual([code, 1]);
    }
  });
});

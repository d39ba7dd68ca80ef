import {
  AdError,
  abs, add, asin, atan, cos, derivative, digamma, div, erf, exp, grad, log, log2, lt, max, mul, neg, noGrad, pow, Scalar,
  ScalarFunction, sigmoid, sin, softplus, sqrt, square, sub, tan, tanh, value, where, type Context, type Real,
} from "cotangent"; // prettier-ignore
import { table } from "cotangent/notation";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { Algebra, type Expression } from "../src/formula/algebra.ts";
import { expressionOf } from "../src/formula/symbolic.ts";
import { derivativeFormula, formula } from "../src/index.ts";
import { every, parseXml } from "./support/xml.ts";

/** The value of an expression, computed from what it says. */
function evaluate(x: Expression, at: Readonly<Record<string, number>>): number {
  switch (x.kind) {
    case "number":
      return x.value;
    case "name":
      return at[x.name]!;
    case "sum":
      return x.terms.reduce((sum, [factor, term]) => sum + factor * evaluate(term, at), x.constant);
    case "product":
      return x.powers.reduce(
        (product, [base, exponent]) => product * evaluate(base, at) ** exponent,
        x.factor,
      );
    case "call": {
      const args = x.args.map((arg) => evaluate(arg, at));
      const { primitive } = table.get(x.f)!;
      return primitive.arity === undefined ? primitive.evaluate(args) : primitive.evaluate(...args);
    }
    default:
      return x satisfies never;
  }
}

const hasPole = (x: Expression): boolean => {
  switch (x.kind) {
    case "number":
      return !Number.isFinite(x.value);
    case "sum":
      return !Number.isFinite(x.constant) || x.terms.some(([, term]) => hasPole(term));
    case "product":
      return !Number.isFinite(x.factor) || x.powers.some(([base, exponent]) => exponent < 0 || hasPole(base));
    case "call":
      return x.args.some(hasPole);
    default:
      return false;
  }
};

const NAMES = ["x", "y", "z"];

describe("the derivative of every primitive", () => {
  test.each([...table.values()])("$primitive.id, as the formula has it", ({ primitive, domain }) => {
    const names = domain.map((_, i) => NAMES[i]!);
    const at = domain.map(([low, high], i) => low + (high - low) * (0.37 + 0.19 * i));
    const f = primitive as unknown as (...args: unknown[]) => Real;
    const call = (...args: Real[]): Real => (primitive.arity === undefined ? f(args) : f(...args));
    const variables = Object.fromEntries(names.map((name, i) => [name, at[i]!]));

    const close = (got: number, wanted: number): void =>
      expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));
    close(evaluate(expressionOf(call, names, new Algebra()), variables), value(call(...at)));
    for (const wrt of domain.keys()) {
      if (primitive.id === "polygamma" && wrt === 0) continue; // has no derivative by its order
      const partial = (...args: Real[]): Real => grad((...own: Real[]) => call(...own), { wrt })(...args);
      const found = expressionOf(partial, names, new Algebra());
      close(evaluate(found, variables), value(partial(...at)));
    }
  });
});

describe("random expressions", () => {
  const unary = [neg, square, sin, cos, exp, tanh, sigmoid, atan, abs];
  const binary = [add, sub, mul, max];
  const tree = fc.letrec<{ node: (x: Real, y: Real) => Real }>((tie) => ({
    node: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(
        (x: Real) => x,
        (_x: Real, y: Real) => y,
      ),
      fc.integer({ min: -3, max: 3 }).map((c) => (): Real => c / 2),
      fc.tuple(fc.constantFrom(...unary), tie("node")).map(
        ([f, a]) =>
          (x: Real, y: Real): Real =>
            f(a(x, y)),
      ),
      fc.tuple(fc.constantFrom(...binary), tie("node"), tie("node")).map(
        ([f, a, b]) =>
          (x: Real, y: Real): Real =>
            f(a(x, y), b(x, y)),
      ),
      fc.tuple(tie("node"), fc.constantFrom(2, 3, -1, -2)).map(
        ([a, n]) =>
          (x: Real, y: Real): Real =>
            pow(a(x, y), n),
      ),
      fc.tuple(tie("node"), tie("node"), tie("node")).map(
        ([c, a, b]) =>
          (x: Real, y: Real): Real =>
            where(lt(c(x, y), 0.3), a(x, y), b(x, y)),
      ),
    ),
  })).node;

  test("are equal to what they were made of, and so are their derivatives", () => {
    let compared = 0;
    fc.assert(
      fc.property(tree, (f) => {
        const at = { x: 0.7312, y: -0.4871 };
        const partial = (x: Real, y: Real): Real => grad(f, { wrt: 0 })(x, y);
        for (const [g, algebra] of [
          [f, new Algebra()],
          [partial, new Algebra()],
        ] as const) {
          const wanted = value(g(at.x, at.y));
          // Where an overflow or a pole is near, rounding decides.
          if (!(Math.abs(wanted) < 1e6)) continue;
          let expression: Expression;
          try {
            expression = expressionOf(g, ["x", "y"], algebra);
          } catch (error) {
            if (error instanceof AdError && error.code === "wrong-option") continue; // too long to read
            throw error;
          }
          const got = evaluate(expression, at);
          // At a pole, the library counts 0·∞ as 0; the formula has no value there.
          if (!Number.isFinite(got) && hasPole(expression)) continue;
          compared++;
          expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(wanted)));
        }
      }),
      { seed: 5, numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(700);
  });
});

const latex = (f: Parameters<typeof derivativeFormula>[0]): [string, string] => {
  const right = (text: string): string => text.slice(text.indexOf(" = ") + 3);
  return [right(formula(f).latex), right(derivativeFormula(f).latex)];
};

const written: readonly (readonly [(x: Real) => Real, string, string])[] = [
  [(x) => mul(x, sin(x)), "x \\sin x", "\\sin x + x \\cos x"],
  [(x) => pow(x, 3), "x^{3}", "3 x^{2}"],
  [(x) => pow(x, x), "x^{x}", "x x^{x - 1} + x^{x} \\log x"],
  [(x) => pow(2, x), "2^{x}", "2^{x} \\log 2"],
  [(x) => exp(neg(square(x))), "e^{-x^{2}}", "-2 x e^{-x^{2}}"],
  [(x) => div(sin(x), x), "\\frac{\\sin x}{x}", "\\frac{\\cos x}{x} - \\frac{\\sin x}{x^{2}}"],
  [(x) => mul(0.5, square(sub(x, 3))), "\\frac{1}{2} \\left(x - 3\\right)^{2}", "x - 3"],
  [(x) => sin(mul(2, x)), "\\sin\\left(2 x\\right)", "2 \\cos\\left(2 x\\right)"],
  [(x) => add(add(x, x), x), "3 x", "3"],
  [(x) => sub(x, x), "0", "0"],
  [(x) => mul(mul(x, 2), mul(3, x)), "6 x^{2}", "12 x"],
  [(x) => sub(1, sub(x, 2)), "3 - x", "-1"],
  [(x) => div(x, 3), "\\frac{x}{3}", "\\frac{1}{3}"],
  [(x) => add(x, 0.1), "x + 0.1", "1"],
  [(x) => mul(Math.PI, x), "\\pi x", "\\pi"],
  [(x) => mul(1.5e9, x), "1500000000 x", "1500000000"],
  [
    (x) => where(lt(x, 0), square(x), sin(x)),
    "\\begin{cases} x^{2} & \\text{if } x < 0 \\\\ \\sin x & \\text{otherwise} \\end{cases}",
    "\\begin{cases} 2 x & \\text{if } x < 0 \\\\ \\cos x & \\text{otherwise} \\end{cases}",
  ],
  [sqrt, "\\sqrt{x}", "\\frac{1}{2 \\sqrt{x}}"],
  [log2, "\\log_2 x", "\\frac{1}{x \\log 2}"],
  [tan, "\\tan x", "\\tan^{2} x + 1"],
  [asin, "\\arcsin x", "\\frac{1}{\\sqrt{1 - x^{2}}}"],
  [softplus, "\\log\\left(1 + e^{x}\\right)", "\\sigma\\left(x\\right)"],
  [erf, "\\operatorname{erf} x", "\\frac{2 e^{-x^{2}}}{\\sqrt{\\pi}}"],
  [digamma, "\\psi\\left(x\\right)", "\\psi^{\\left(1\\right)}\\left(x\\right)"],
  [(x) => max(x, 1), "\\max\\left(x, 1\\right)", "\\left[x > 1\\right] + \\frac{\\left[x = 1\\right]}{2}"],
];

test.each(written.map(([f, own, derived]) => ({ f, own, derived })))(
  "$own has the derivative $derived",
  ({ f, own, derived }) => {
    expect(latex(f)).toEqual([own, derived]);
  },
);

describe("the left side", () => {
  test("has the names of the parameters, or others", () => {
    expect(formula((alpha: Real, x1: Real, rate: Real) => add(alpha, mul(x1, rate))).latex).toBe(
      "f\\left(\\alpha, x_{1}, \\mathit{rate}\\right) = \\alpha + x_{1} \\, \\mathit{rate}",
    );
    expect(formula(sin, { name: "g", inputs: ["t"] }).latex).toBe("g\\left(t\\right) = \\sin t");
    expect(formula(mul, { name: "product" }).latex).toBe("\\operatorname{product}\\left(x, y\\right) = x y");
    expect(formula((...args: Real[]) => args[0]!).latex).toBe("f\\left(x\\right) = x");
  });

  test("says which derivative it is", () => {
    const f = (x: Real): Real => exp(x);
    const orders = [1, 2, 3, 5].map((order) => derivativeFormula(f, { order }).latex);
    expect(orders).toEqual(["f'", "f''", "f'''", "f^{(5)}"].map((left) => `${left}\\left(x\\right) = e^{x}`));
    const g = (x: Real, y: Real): Real => mul(square(x), sin(y));
    expect(derivativeFormula(g, { wrt: 1 }).latex).toBe("\\frac{\\partial f}{\\partial y} = x^{2} \\cos y");
    expect(derivativeFormula(g, { wrt: 1, order: 2 }).latex).toBe(
      "\\frac{\\partial^{2} f}{\\partial y^{2}} = -x^{2} \\sin y",
    );
    expect(derivativeFormula((x: Real) => mul(square(x), sin(x)), { order: 2 }).latex).toBe(
      "f''\\left(x\\right) = 2 \\sin x + 4 x \\cos x - x^{2} \\sin x",
    );
  });
});

class Cube extends ScalarFunction {
  static forward(ctx: Context<[Real]>, x: Real): Real {
    ctx.saveForBackward(x);
    return pow(x, 3);
  }

  static backward(ctx: Context<[Real]>, dOut: Real): Real {
    return mul(mul(3, square(ctx.savedValues)), dOut);
  }
}

describe("functions of the user's", () => {
  test("stand by their names, and have the derivative they declare", () => {
    expect(latex((x: Real) => Cube.apply(sin(x)))).toEqual([
      "\\operatorname{Cube}\\left(\\sin x\\right)",
      "3 \\cos x \\sin^{2} x",
    ]);
  });

  test("written on numbers cannot be written down", () => {
    class OnNumbers extends ScalarFunction {
      static forward(_ctx: Context<[]>, x: number): number {
        return x * 2;
      }

      static backward(_ctx: Context<[]>, dOut: number): number {
        return 2 * dOut;
      }
    }
    const f = (x: Real): Real => OnNumbers.apply(x as number);
    expect(formula(f).latex).toBe("f\\left(x\\right) = \\operatorname{OnNumbers}\\left(x\\right)");
    expect(() => derivativeFormula(f)).toThrow("[first-order-only]");
  });
});

describe("a Scalar's formula", () => {
  test("is what it was computed from", () => {
    const x = new Scalar(2, { name: "x" });
    const slope = new Scalar(0.5, { name: "w[3]" });
    const z = Cube.apply(x.mul(slope)).add(log(x)).div(3);
    expect(formula(z).latex).toBe(
      "y = \\frac{1}{3} \\left(\\operatorname{Cube}\\left(x w_{3}\\right) + \\log x\\right)",
    );
    z.name = "loss";
    expect(formula(z).latex).toMatch(/^\\mathit\{loss\} = /);
    expect(formula(z, { name: "L" }).latex).toMatch(/^L = /);
    expect(formula(x).latex).toBe("x = x");
  });

  test("is refused where it would be too long to read, quickly", () => {
    let x = new Scalar(0.1, { name: "x" });
    for (let i = 0; i < 60; i++) x = x.add(sin(x));
    expect(() => formula(x)).toThrow("[wrong-option]");
  });
});

describe("MathML", () => {
  test.each([...table.values()])("of $primitive.id is well-formed", ({ primitive, domain }) => {
    const f = primitive as unknown as (...args: unknown[]) => Real;
    const call = (...args: Real[]): Real => (primitive.arity === undefined ? f(args) : f(...args));
    const { mathml } = formula(call, { inputs: domain.map((_, i) => NAMES[i]!) });
    const root = parseXml(mathml);
    expect(root.name).toBe("math");
    expect(root.attributes["xmlns"]).toBe("http://www.w3.org/1998/Math/MathML");
    expect([...every(root)].map(({ name }) => name)).not.toContain("merror");
  });

  test("says the same", () => {
    const { mathml } = formula((x: Real) => div(sin(x), square(x)));
    const fraction = [...every(parseXml(mathml))].find(({ name }) => name === "mfrac");
    expect(fraction!.children.map(({ text }) => text.replace(/[\u2061\s]/g, ""))).toEqual(["sinx", "x2"]);
  });

  test.each(["a<b", "x\\y", "50%", "a b", "x'", "{", "$", "ℝ", "x_1_2", ""])("takes the name %j", (name) => {
    const x = new Scalar(1, { name });
    expect(() => parseXml(formula(x.mul(2)).mathml)).not.toThrow();
  });
});

test.each([
  ["something that is not a function", () => formula(3 as never), "not-a-function"],
  ["a branch on a value", () => formula((x: Real) => (value(x) > 0 ? x : neg(x))), "implicit-conversion"],
  ["arithmetic by operators", () => formula((x: Real) => (x as number) * 2), "implicit-conversion"],
  ["a derivative by what is no argument", () => derivativeFormula(sin, { wrt: 1 }), "wrong-option"],
  ["a derivative of order 0", () => derivativeFormula(sin, { order: 0 }), "wrong-option"],
  ["a Scalar without history", () => formula(noGrad(() => new Scalar(2).mul(3))), "not-a-variable"],
])("refuses %s", (_, write, code) => {
  expect(write).toThrow(`[${code}]`);
});

test("leaves derivatives elsewhere as they are", () => {
  formula((x: Real) => mul(x, x));
  expect(derivative(sin)(0)).toBe(1);
});

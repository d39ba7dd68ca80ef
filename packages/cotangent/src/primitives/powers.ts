import { primitive } from "../real/primitive.ts";
import type { Binary, Real, Unary } from "../real/real.ts";
import { add, div, eq, inv, lt, mul, square, sub, where } from "./arithmetic.ts";
import {
  argument,
  binding,
  call,
  command,
  fixed,
  frame,
  latexInfix,
  latexPower,
  notation,
  power,
} from "./notation.ts";
import type { Notation } from "./notation.ts";

/** ∂/∂y of a power p = xʸ: p·log x. At x = 0, the limit 0 for y > 0; and 0 for y = 0. */
const byExponent = (p: Real, x: Real, y: Real): Real =>
  where(mul(eq(x, 0), eq(lt(y, 0), 0)), 0, mul(p, log(x)));

/**
 * xʸ. Partials: y·xʸ⁻¹, xʸ·log x; at x = 0, the second is 0 for y > 0, and both are for y = 0. For x < 0 the second is NaN, but
 * only an exponent that varies asks for it.
 */
export const pow: Binary = primitive("pow", (x, y) => x ** y, [
  // A constant exponent from ½ on is the usual case: y − 1 is exact, and x¹ or x⁰ can be simplified by a compiler.
  (x, y) => mul(y, typeof y === "number" && y >= 0.5 ? pow(x, y - 1) : reducedPow(x, y)),
  (x, y, out) => byExponent(out, x, y),
]);
export const powNotation: Notation = /* @__PURE__ */ notation(pow, () => ({
  js: power,
  latex: latexPower(argument(0), argument(1)),
  domain: [
    [0.3, 3],
    [-3, 3],
  ],
}));

/**
 * xʸ⁻¹, accurate also where y − 1 is rounded (y < ½): then xʸ/x is computed, in which neither step overflows or vanishes before
 * the result does. It is 0 at x = y = 0, so that y·xʸ⁻¹ is. Partials: (y − 1)·xʸ⁻², xʸ⁻¹·log x.
 */
export const reducedPow: Binary = primitive(
  "reducedPow",
  (x, y) => {
    if (x === 0 && y === 0) return 0;
    const quotient = x ** y / x;
    return y < 0.5 && !Number.isNaN(quotient) ? quotient : x ** (y - 1);
  },
  [
    (x, y, out) => {
      const smaller = sub(y, 1);
      const divisible = mul(lt(y, 1.5), eq(div(x, x), 1));
      return mul(smaller, where(divisible, div(out, x), reducedPow(x, smaller)));
    },
    (x, y, out) => byExponent(out, x, sub(y, 1)),
  ],
);
export const reducedPowNotation: Notation = /* @__PURE__ */ notation(reducedPow, () => ({
  js: call("reducedPow"),
  latex: latexPower(argument(0), (_x, y) => latexInfix("-", binding.sum)(y, fixed("1")())),
  domain: [
    [0.3, 3],
    [-3, 3],
  ],
}));

/** eˣ. Partial: eˣ. */
export const exp: Unary = primitive("exp", Math.exp, [(_x, out) => out]);
export const expNotation: Notation = /* @__PURE__ */ notation(exp, () => ({
  js: call("Math.exp"),
  latex: latexPower(fixed("e"), argument(0)),
  domain: [[-3, 3]],
}));

/** eˣ − 1, accurate near 0. Partial: eˣ. */
export const expm1: Unary = primitive("expm1", Math.expm1, [(x) => exp(x)]);
export const expm1Notation: Notation = /* @__PURE__ */ notation(expm1, () => ({
  js: call("Math.expm1"),
  latex: command("\\operatorname{expm1}"),
  domain: [[-3, 3]],
}));

/** The natural logarithm. Partial: 1/x. */
export const log: Unary = primitive("log", Math.log, [(x) => inv(x)]);
export const logNotation: Notation = /* @__PURE__ */ notation(log, () => ({
  js: call("Math.log"),
  latex: command("\\log"),
  domain: [[0.3, 3]],
}));

/** log(1 + x), accurate near 0. Partial: 1/(1 + x). */
export const log1p: Unary = primitive("log1p", Math.log1p, [(x) => inv(add(1, x))]);
export const log1pNotation: Notation = /* @__PURE__ */ notation(log1p, () => ({
  js: call("Math.log1p"),
  latex: frame`\log\left(1 + ${0}\right)`,
  domain: [[-0.7, 3]],
}));

/** The logarithm to base 2. Partial: log₂e/x. */
export const log2: Unary = primitive("log2", Math.log2, [(x) => div(Math.LOG2E, x)]);
export const log2Notation: Notation = /* @__PURE__ */ notation(log2, () => ({
  js: call("Math.log2"),
  latex: command("\\log_2"),
  domain: [[0.3, 3]],
}));

/** The logarithm to base 10. Partial: log₁₀e/x. */
export const log10: Unary = primitive("log10", Math.log10, [(x) => div(Math.LOG10E, x)]);
export const log10Notation: Notation = /* @__PURE__ */ notation(log10, () => ({
  js: call("Math.log10"),
  latex: command("\\log_{10}"),
  domain: [[0.3, 3]],
}));

/** √x. Partial: ½/√x, which is ∞ at 0. */
export const sqrt: Unary = primitive("sqrt", Math.sqrt, [(_x, out) => div(0.5, out)]);
export const sqrtNotation: Notation = /* @__PURE__ */ notation(sqrt, () => ({
  js: call("Math.sqrt"),
  latex: frame`\sqrt{${0}}`,
  domain: [[0.3, 3]],
}));

/** ∛x, also of negative numbers. Partial: 1/(3·∛x²), which is ∞ at 0. */
export const cbrt: Unary = primitive("cbrt", Math.cbrt, [(_x, out) => inv(mul(3, square(out)))]);
export const cbrtNotation: Notation = /* @__PURE__ */ notation(cbrt, () => ({
  js: call("Math.cbrt"),
  latex: frame`\sqrt[3]{${0}}`,
  domain: [[0.3, 3]],
}));

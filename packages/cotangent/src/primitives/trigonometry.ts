import { primitive } from "../real/primitive.ts";
import type { Primitive, Unary } from "../real/real.ts";
import { add, differenceOfSquares, inv, inversion, neg, square } from "./arithmetic.ts";
import { call, command, frame, notation } from "./notation.ts";
import type { Notation } from "./notation.ts";
import { sqrt } from "./powers.ts";

/** sin x, x in radians. Partial: cos x. */
export const sin: Unary = primitive("sin", Math.sin, [(x) => cos(x)]);
export const sinNotation: Notation = /* @__PURE__ */ notation(sin, () => ({
  js: call("Math.sin"),
  latex: command("\\sin"),
  domain: [[-3, 3]],
}));

/** cos x, x in radians. Partial: −sin x. */
export const cos: Unary = primitive("cos", Math.cos, [(x) => neg(sin(x))]);
export const cosNotation: Notation = /* @__PURE__ */ notation(cos, () => ({
  js: call("Math.cos"),
  latex: command("\\cos"),
  domain: [[-3, 3]],
}));

/** tan x, x in radians. Partial: 1 + tan² x. */
export const tan: Unary = primitive("tan", Math.tan, [(_x, out) => add(1, square(out))]);
export const tanNotation: Notation = /* @__PURE__ */ notation(tan, () => ({
  js: call("Math.tan"),
  latex: command("\\tan"),
  domain: [[-1.4, 1.4]],
}));

/** The angle in [−π/2, π/2] whose sine is x. Partial: 1/√(1 − x²). */
export const asin: Unary = primitive("asin", Math.asin, [(x) => inv(sqrt(differenceOfSquares(1, x)))]);
export const asinNotation: Notation = /* @__PURE__ */ notation(asin, () => ({
  js: call("Math.asin"),
  latex: command("\\arcsin"),
  domain: [[-0.9, 0.9]],
}));

/** The angle in [0, π] whose cosine is x. Partial: −1/√(1 − x²). */
export const acos: Unary = primitive("acos", Math.acos, [(x) => neg(inv(sqrt(differenceOfSquares(1, x))))]);
export const acosNotation: Notation = /* @__PURE__ */ notation(acos, () => ({
  js: call("Math.acos"),
  latex: command("\\arccos"),
  domain: [[-0.9, 0.9]],
}));

/** The angle in (−π/2, π/2) whose tangent is x. Partial: 1/(1 + x²). */
export const atan: Unary = primitive("atan", Math.atan, [(x) => inversion(1, x)]);
export const atanNotation: Notation = /* @__PURE__ */ notation(atan, () => ({
  js: call("Math.atan"),
  latex: command("\\arctan"),
  domain: [[-3, 3]],
}));

/** The angle of the point (x, y), in (−π, π]. Partials: x/(x² + y²), −y/(x² + y²). */
export const atan2: Primitive<[y: number, x: number]> = primitive("atan2", Math.atan2, [
  (y, x) => inversion(x, y),
  (y, x) => neg(inversion(y, x)),
]);
export const atan2Notation: Notation = /* @__PURE__ */ notation(atan2, () => ({
  js: call("Math.atan2"),
  latex: frame`\operatorname{atan2}\left(${0}, ${1}\right)`,
  domain: [
    [-3, 3],
    [0.3, 3],
  ],
}));

import { primitive } from "../real/primitive.ts";
import type { Unary } from "../real/real.ts";
import { add, differenceOfSquares, hypot, inv, mul, neg, square, sub } from "./arithmetic.ts";
import { call, command, notation } from "./notation.ts";
import type { Notation } from "./notation.ts";
import { sqrt } from "./powers.ts";

/** sinh x. Partial: cosh x. */
export const sinh: Unary = primitive("sinh", Math.sinh, [(x) => cosh(x)]);
export const sinhNotation: Notation = /* @__PURE__ */ notation(sinh, () => ({
  js: call("Math.sinh"),
  latex: command("\\sinh"),
  domain: [[-3, 3]],
}));

/** cosh x. Partial: sinh x. */
export const cosh: Unary = primitive("cosh", Math.cosh, [(x) => sinh(x)]);
export const coshNotation: Notation = /* @__PURE__ */ notation(cosh, () => ({
  js: call("Math.cosh"),
  latex: command("\\cosh"),
  domain: [[-3, 3]],
}));

/** tanh x. Partial: sech² x, because 1 − tanh² x would lose all its digits for large x. */
export const tanh: Unary = primitive("tanh", Math.tanh, [(x) => square(sech(x))]);
export const tanhNotation: Notation = /* @__PURE__ */ notation(tanh, () => ({
  js: call("Math.tanh"),
  latex: command("\\tanh"),
  domain: [[-3, 3]],
}));

/**
 * 1/cosh x. Partial: −sech x·tanh x. A primitive of its own, because cosh overflows, and differentiating its reciprocal
 * passes through the much smaller sech².
 */
export const sech: Unary = primitive("sech", (x) => 1 / Math.cosh(x), [(x, out) => neg(mul(out, tanh(x)))]);
export const sechNotation: Notation = /* @__PURE__ */ notation(sech, () => ({
  js: call("sech"),
  latex: command("\\operatorname{sech}"),
  domain: [[-3, 3]],
}));

/** The inverse of sinh. Partial: 1/√(1 + x²). */
export const asinh: Unary = primitive("asinh", Math.asinh, [(x) => inv(hypot(1, x))]);
export const asinhNotation: Notation = /* @__PURE__ */ notation(asinh, () => ({
  js: call("Math.asinh"),
  latex: command("\\operatorname{arsinh}"),
  domain: [[-3, 3]],
}));

/** The inverse of cosh on [1, ∞). Partial: 1/(√(x − 1)·√(x + 1)): accurate near 1, and no square overflows. */
export const acosh: Unary = primitive("acosh", Math.acosh, [
  (x) => inv(mul(sqrt(sub(x, 1)), sqrt(add(x, 1)))),
]);
export const acoshNotation: Notation = /* @__PURE__ */ notation(acosh, () => ({
  js: call("Math.acosh"),
  latex: command("\\operatorname{arcosh}"),
  domain: [[1.2, 4]],
}));

/** The inverse of tanh on (−1, 1). Partial: 1/(1 − x²). */
export const atanh: Unary = primitive("atanh", Math.atanh, [(x) => inv(differenceOfSquares(1, x))]);
export const atanhNotation: Notation = /* @__PURE__ */ notation(atanh, () => ({
  js: call("Math.atanh"),
  latex: command("\\operatorname{artanh}"),
  domain: [[-0.9, 0.9]],
}));

import { primitive } from "../real/primitive.ts";
import type { Unary } from "../real/real.ts";
import { gt, mul, square } from "./arithmetic.ts";
import { sech } from "./hyperbolic.ts";
import { call, command, frame, notation } from "./notation.ts";
import type { Notation } from "./notation.ts";

/**
 * 1/(1 + e⁻ˣ), computed from e^−|x| so that neither side overflows. Partial: (½ sech(x/2))², which keeps its digits on
 * both sides and at 0.
 */
export const sigmoid: Unary = primitive(
  "sigmoid",
  (x) => {
    const e = Math.exp(-Math.abs(x));
    return (x < 0 ? e : 1) / (1 + e);
  },
  [(x) => square(mul(0.5, sech(mul(0.5, x))))],
);
export const sigmoidNotation: Notation = /* @__PURE__ */ notation(sigmoid, () => ({
  js: call("sigmoid"),
  latex: command("\\sigma"),
  domain: [[-3, 3]],
}));

/** log(1 + eˣ), computed as max(x, 0) + log(1 + e^−|x|). Partial: sigmoid(x). */
export const softplus: Unary = primitive(
  "softplus",
  (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  [(x) => sigmoid(x)],
);
export const softplusNotation: Notation = /* @__PURE__ */ notation(softplus, () => ({
  js: call("softplus"),
  latex: frame`\log\left(1 + e^{${0}}\right)`,
  domain: [[-3, 3]],
}));

/** max(x, 0). Partial: 1 for x > 0, otherwise 0. */
export const relu: Unary = primitive("relu", (x) => Math.max(x, 0), [(x) => gt(x, 0)]);
export const reluNotation: Notation = /* @__PURE__ */ notation(relu, () => ({
  js: call("relu"),
  latex: frame`\max\left(${0}, 0\right)`,
  domain: [[0.3, 3]],
}));

import { erfOf, gaussianOf } from "../numeric/erf.ts";
import { digammaOf, lgammaOf } from "../numeric/gamma.ts";
import { polygammaOf } from "../numeric/zeta.ts";
import { primitive } from "../real/primitive.ts";
import type { Primitive, Unary } from "../real/real.ts";
import { add, mul } from "./arithmetic.ts";
import { call, command, frame, notation } from "./notation.ts";
import type { Notation } from "./notation.ts";

/** The error function (2/√π)∫₀ˣ e^(−t²) dt. Partial: (2/√π)·e^(−x²). */
export const erf: Unary = primitive("erf", erfOf, [(x) => mul(2 / Math.sqrt(Math.PI), gaussian(x))]);
export const erfNotation: Notation = /* @__PURE__ */ notation(erf, () => ({
  js: call("erf"),
  latex: command("\\operatorname{erf}"),
  domain: [[-3, 3]],
}));

/** e^(−x²), accurate for large x too, where rounding x² first would lose digits. Partial: −2x·e^(−x²). */
export const gaussian: Unary = primitive("gaussian", gaussianOf, [(x, out) => mul(-2, mul(x, out))]);
export const gaussianNotation: Notation = /* @__PURE__ */ notation(gaussian, () => ({
  js: call("gaussian"),
  latex: frame`e^{-\left(${0}\right)^2}`,
  domain: [[-3, 3]],
}));

/** log |Γ(x)|; ∞ at 0 and at the negative integers. Partial: digamma(x). */
export const lgamma: Unary = primitive("lgamma", lgammaOf, [(x) => digamma(x)]);
export const lgammaNotation: Notation = /* @__PURE__ */ notation(lgamma, () => ({
  js: call("lgamma"),
  latex: frame`\log\left|\Gamma\left(${0}\right)\right|`,
  domain: [[0.3, 5]],
}));

/** ψ(x) = Γ′(x)/Γ(x). Partial: polygamma(1, x). */
export const digamma: Unary = primitive("digamma", digammaOf, [(x) => polygamma(1, x)]);
export const digammaNotation: Notation = /* @__PURE__ */ notation(digamma, () => ({
  js: call("digamma"),
  latex: command("\\psi"),
  domain: [[0.3, 5]],
}));

/** ψ⁽ⁿ⁾(x), the n-th derivative of digamma, n = 1, 2, 3, … Partial by x: ψ⁽ⁿ⁺¹⁾(x); there is none by n. */
export const polygamma: Primitive<[n: number, x: number]> = primitive("polygamma", polygammaOf, [
  () => NaN,
  (n, x) => polygamma(add(n, 1), x),
]);
export const polygammaNotation: Notation = /* @__PURE__ */ notation(polygamma, () => ({
  js: call("polygamma"),
  latex: frame`\psi^{\left(${0}\right)}\left(${1}\right)`,
  domain: [
    [1, 1],
    [0.3, 5],
  ],
}));

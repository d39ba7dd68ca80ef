/** Every primitive the library offers; what only their derivatives are made of is left out. */
export {
  abs,
  add,
  ceil,
  div,
  eq,
  floor,
  gt,
  hypot,
  inv,
  lt,
  max,
  min,
  mul,
  neg,
  round,
  sign,
  square,
  stopGradient,
  sub,
  sum,
  trunc,
  where,
} from "./arithmetic.ts";
export { relu, sigmoid, softplus } from "./activation.ts";
export { acosh, asinh, atanh, cosh, sinh, tanh } from "./hyperbolic.ts";
export { cbrt, exp, expm1, log, log10, log1p, log2, pow, sqrt } from "./powers.ts";
export { digamma, erf, lgamma } from "./special.ts";
export { acos, asin, atan, atan2, cos, sin, tan } from "./trigonometry.ts";

/** What only derivatives of the library's primitives are made of: no part of what it offers, but part of what is compiled. */
export { cosine, differenceOfSquares, inversion } from "./arithmetic.ts";
export { sech } from "./hyperbolic.ts";
export { reducedPow } from "./powers.ts";
export { gaussian, polygamma } from "./special.ts";

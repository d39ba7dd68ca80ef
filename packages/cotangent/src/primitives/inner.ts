/** What only derivatives of the library's primitives and compiled functions are made of: no part of what it offers. */
export { cosine, differenceOfSquares, inversion } from "./arithmetic.ts";
export { sech } from "./hyperbolic.ts";
export { hypotSoFar } from "./parts.ts";
export { reducedPow } from "./powers.ts";
export { gaussian, polygamma } from "./special.ts";

/**
 * The entry `cotangent/precompiled/functions`: the values of the primitives that take more than a few lines, by the primitives'
 * names. All others that `Math` lacks are written into precompiled code as they are.
 */
export { erfOf as erf, gaussianOf as gaussian } from "../numeric/erf.ts";
export { digammaOf as digamma, lgammaOf as lgamma } from "../numeric/gamma.ts";
export { neumaierSum as sum } from "../numeric/sum.ts";
export { polygammaOf as polygamma } from "../numeric/zeta.ts";

/** The entry `cotangent/precompiled/functions`: the values of the primitives that `Math` lacks, by the primitives' names. */
export {
  cosineOf as cosine,
  differenceOfSquaresOf as differenceOfSquares,
  inversionOf as inversion,
  reducedPowOf as reducedPow,
  reluOf as relu,
  sechOf as sech,
  sigmoidOf as sigmoid,
  softplusOf as softplus,
} from "../numeric/elementary.ts";
export { erfOf as erf, gaussianOf as gaussian } from "../numeric/erf.ts";
export { digammaOf as digamma, lgammaOf as lgamma } from "../numeric/gamma.ts";
export { neumaierSum as sum } from "../numeric/sum.ts";
export { polygammaOf as polygamma } from "../numeric/zeta.ts";

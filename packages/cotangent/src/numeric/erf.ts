/** e^(−x²). With x = h + t, h having at most 24 bits, h² is exact: e^(−h²)·e^(−t(x + h)) loses nothing to the rounding of x². */
export function gaussianOf(x: number): number {
  if (Math.abs(x) > 28) return 0;
  const h = Math.fround(x);
  return Math.exp(-h * h) * Math.exp((h - x) * (h + x));
}

/**
 * erf(x) = (2/√π) e^(−x²) Σₙ 2ⁿ x²ⁿ⁺¹/(2n + 1)!!, all of whose terms have one sign (NIST Digital Library of Mathematical Functions,
 * 7.6.2), for |x| < 2; beyond, 1 − erfc by the continued fraction x + (1/2)/(x + 1/(x + (3/2)/(x + …))) (DLMF 7.9.1).
 */
export function erfOf(x: number): number {
  const a = Math.abs(x);
  const scale = gaussianOf(x) / Math.sqrt(Math.PI);
  if (a >= 2) {
    let fraction = a;
    for (let n = 60; n > 0; n--) fraction = a + n / 2 / fraction;
    return Math.sign(x) * (1 - scale / fraction);
  }
  let term = 2 * x;
  let total = term;
  for (let n = 3; n < 60; n += 2) total += term *= (2 * x * x) / n;
  return scale * total;
}

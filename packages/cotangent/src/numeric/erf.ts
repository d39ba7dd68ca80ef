/** e^(−x²). With x = h + t, h having at most 24 bits, h² is exact: e^(−h²)·e^(−t(x + h)) loses nothing to the rounding of x². */
export function gaussianOf(x: number): number {
  if (Math.abs(x) > 28) return 0;
  const h = Math.fround(x);
  return Math.exp(-h * h) * Math.exp((h - x) * (h + x));
}

/**
 * erf(x): near 0, its Maclaurin series (2/√π) Σ (−1)ⁿ x²ⁿ⁺¹/(n! (2n + 1)) (NIST Digital Library of Mathematical Functions, 7.6.1);
 * beyond, 1 − erfc(x), where erfc(x) = e^(−x²)/√π / (x + (1/2)/(x + 1/(x + (3/2)/(x + …)))) (DLMF 7.9.1) is small enough not to
 * bring errors in. 300/x² terms of the fraction suffice from 1.4 on.
 */
export function erfOf(x: number): number {
  const a = Math.abs(x);
  if (a > 1.4) {
    let fraction = a;
    for (let n = Math.ceil(300 / (a * a)); n > 0; n--) fraction = a + n / 2 / fraction;
    return Math.sign(x) * (1 - gaussianOf(x) / Math.sqrt(Math.PI) / fraction);
  }
  let rest = 0;
  for (let n = 30; n > 0; n--) rest = (1 / (2 * n + 1) - rest) * ((x * x) / n);
  // The sign of a zero is kept.
  return (2 / Math.sqrt(Math.PI)) * (x - x * rest || x);
}

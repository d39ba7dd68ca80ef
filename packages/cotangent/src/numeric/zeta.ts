/** B₂, B₄, …, B₁₄: the Bernoulli numbers. */
const bernoulli = [1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6];

/** From here on, the asymptotic series below is accurate to the last bit. */
export const asymptotic = 16;

/**
 * Σₖ B₂ₖ/(2k)! · (s + 1)(s + 2)…(s + 2k − 2) · x^(1−2k), for x ≥ 16 and small s: what the Euler-Maclaurin formula adds to an
 * integral over x^−s. F. W. J. Olver et al. (eds.), NIST Digital Library of Mathematical Functions, 25.11.43; with s = 0 and 1 it is
 * the tail of Stirling's series, 5.11.1, and of that of digamma, 5.11.2.
 */
export function eulerMaclaurin(s: number, x: number): number {
  let term = 0.5 / x;
  let total = 0;
  let j = 2;
  for (const b of bernoulli) {
    total += b * term;
    term *= ((++s / ++j) * (++s / ++j)) / x / x;
  }
  return total;
}

/** Hurwitz's zeta function Σₙ (x + n)^−s, n = 0, 1, 2, …, for s > 1, x > 0. */
export function zeta(s: number, x: number): number {
  let total = 0;
  for (; x < asymptotic; x++) total += x ** -s;
  return total + x ** (1 - s) * (1 / (s - 1) + (0.5 + s * eulerMaclaurin(s, x)) / x);
}

/**
 * ψ⁽ⁿ⁾(x) = (−1)ⁿ⁺¹ n! ζ(n + 1, x), n ≥ 1 (DLMF 5.15.1, 25.11.12). For x < 0 the sum runs over all integers, minus the terms
 * left of x: with r and l, the distances to the poles on both sides, ζ(s, r) ± (ζ(s, l) − ζ(s, 1 − x)).
 */
export function polygammaOf(n: number, x: number): number {
  const s = n + 1;
  const sign = s % 2 ? -1 : 1;
  let total: number;
  if (x > 0) total = zeta(s, x);
  else {
    const d = x - Math.round(x);
    total = zeta(s, d > 0 ? d : 1 + d) + sign * (zeta(s, d > 0 ? 1 - d : -d) - zeta(s, 1 - x));
  }
  for (let i = 2; i <= n; i++) total *= i;
  return sign * total;
}

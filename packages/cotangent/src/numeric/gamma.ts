import { asymptotic, eulerMaclaurin, zeta } from "./zeta.ts";

/** 1 − γ, γ being Euler's constant: ψ(2). */
const psi2 = 0.42278433509846713;

let cached: number[] | undefined;
/** (−1)ᵏ (ζ(k) − 1), k = 2, 3, …, 39: Taylor coefficients of ψ at 2 (DLMF 5.7.3, 5.7.4). */
const coefficients = (): number[] =>
  (cached ??= Array.from({ length: 38 }, (_, i) => zeta(i + 2, 2) * (i % 2 ? -1 : 1)));

/** ψ(2 + z) for |z| ≤ ¾; with integrated = 1, its mean between 0 and z, which is log Γ(2 + z) / z. */
const psiNear2 = (z: number, integrated: 0 | 1): number =>
  psi2 + z * coefficients().reduceRight((sum, c, i) => sum * z + c / (1 + integrated * (i + 1)), 0);

/** The distance to the nearest integer, times π. Exact for a large x too, as π·x is not. */
const phase = (x: number): number => Math.PI * (x - Math.round(x));

/**
 * log |Γ(x)|: Stirling's series (DLMF 5.11.1) for x ≥ 16; otherwise by Γ(x + 1) = x Γ(x) from the Taylor series at 2, so
 * that the zeros at 1 and 2 are exact; by reflection (DLMF 5.5.3) for x ≤ 0. Near −2.61, where log |Γ| has a minimum close to
 * 0, that would lose a digit: there Γ(x + 4) = x(x + 1)(x + 2)(x + 3) Γ(x), and the product is (x² + 3x + 1)² − 1.
 */
export function lgammaOf(x: number): number {
  if (x > -3 && x < -2) {
    const u = x * (x + 3) + 1;
    return lgammaOf(x + 4) - Math.log1p(-u * u);
  }
  if (x <= 0) return -Math.log(Math.abs(Math.sin(phase(x))) / Math.PI) - lgammaOf(1 - x);
  // x − 1 is exact, x + 1 would not be: so the zero at 1 keeps its digits.
  if (x < 1.25) return (x < 0.5 ? lgammaOf(x + 1) : (x - 1) * psiNear2(x - 1, 1)) - Math.log(x);
  if (x >= asymptotic) {
    return (x - 0.5) * (Math.log(x) - 1) + (Math.log(2 * Math.PI) - 1) / 2 + eulerMaclaurin(0, x);
  }
  let product = 1;
  while (x > 2.5) product *= --x;
  return (x - 2) * psiNear2(x - 2, 1) + Math.log(product);
}

/**
 * ψ(x) = Γ′(x)/Γ(x): the asymptotic series (DLMF 5.11.2) for x ≥ 16; otherwise by ψ(x + 1) = ψ(x) + 1/x from the Taylor series at
 * 2; by reflection (DLMF 5.5.4) for x ≤ 0.
 */
export function digammaOf(x: number): number {
  if (x <= 0) return digammaOf(1 - x) - Math.PI / Math.tan(phase(x));
  if (x >= asymptotic) return Math.log(x) - (0.5 + eulerMaclaurin(1, x)) / x;
  let total = 0;
  for (; x < 1.5; x++) total -= 1 / x;
  while (x > 2.5) total += 1 / --x;
  return psiNear2(x - 2, 0) + total;
}

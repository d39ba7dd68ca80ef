/** Constants and tables of the gamma function and its derivatives, computed as those of tables.ts. */
import { halfPi, log2, nearest, odd, once, ONE, pair } from "./tables.ts";
import type { MoreKernels } from "./tables.ts";

/** B₂ₖ/(2k)!, k = 1 ... 24, by Σ bⱼ/(k + 1 − j)! = 0, j = 0 ... k. */
const bernoulli = (): bigint[] => {
  const inverses = [ONE];
  const b = [ONE];
  for (let k = 1; k <= 48; k++) {
    inverses.push(inverses[k - 1]! / BigInt(k));
    let sum = 0n;
    for (let j = 0; j < k; j++) sum -= (b[j]! * (inverses[k - j]! / BigInt(k + 1 - j))) / ONE;
    b.push(sum);
  }
  return b.filter((_, k) => k > 0 && k % 2 === 0);
};

/**
 * −ψ(x) and then ζ(s, x) = Σ (x + n)⁻ˢ for s = 2, 3, ... `count`, by the Euler-Maclaurin formula behind the first 32 terms (DLMF
 * 5.11.2, 25.11.43), for x from 1 to 2.
 */
const zetas = (x: bigint, count: number): bigint[] => {
  const values: bigint[] = [];
  const add = (k: number, v: bigint): void => void (values[k] = (values[k] ?? 0n) + v);
  let at = x;
  for (let n = 0; n < 32; n++, at += ONE) {
    const inverse = (ONE * ONE) / at;
    for (let k = 0, power = inverse; k < count; k++, power = (power * inverse) / ONE) add(k, power);
  }
  const [inverse, b] = [(ONE * ONE) / at, bernoullis()];
  for (let k = 0, power = inverse; k < count; k++, power = (power * inverse) / ONE) {
    const s = BigInt(k + 1);
    add(
      k,
      k === 0 ? -5n * log2() - 2n * odd(at - 32n * ONE, at + 32n * ONE, 1n) : (power * at) / ONE / (s - 1n),
    );
    add(k, power / 2n);
    let term = (s * power * inverse) / ONE;
    b.forEach((factor, i) => {
      add(k, (factor * term) / ONE);
      const j = s + BigInt(2 * i + 1);
      term = ((((term * inverse) / ONE) * inverse) / ONE) * j * (j + 1n);
    });
  }
  return values;
};

/** The zero of ψ between 1 and 2, by Newton's method. */
const rootOfDigamma = (): bigint => {
  let x = (146163n * ONE) / 100000n;
  for (let k = 0; k < 4; k++) {
    const [minus, slope] = zetas(x, 2) as [bigint, bigint];
    x += (minus * ONE) / slope;
  }
  return x;
};

/** (−1)ᵏ v, v being the k-th. */
const alternating = (v: bigint, k: number): bigint => (k % 2 ? -v : v);
/** log Γ(2 + z) = ψ(2) z + z² Σ cₖ zᵏ (DLMF 5.7.3): these c. */
const gammaAt2 = (): number[] =>
  zetasAt2()
    .slice(1)
    .map((v, k) => nearest(alternating(v / BigInt(k + 2), k)));
/** ψ(r + z) = ψ′(r) z + z² Σ cₖ zᵏ, where r is the zero (DLMF 5.15.1): these c. */
const digammaAtRoot = (): number[] =>
  zetasAtRoot()
    .slice(2)
    .map((v, k) => nearest(-alternating(v, k)));

const bernoullis = once(bernoulli);
const root = once(rootOfDigamma);
const zetasAt2 = once(() => zetas(2n * ONE, 28));
const zetasAtRoot = once(() => zetas(root(), 38));
/** log π = log 2 + 2 artanh((π/2 − 1)/(π/2 + 1)) */
const logPi = once(() => log2() + 2n * odd(halfPi() - ONE, halfPi() + ONE, 1n));

export const tables: MoreKernels["tables"] = { LGAMMA: once(gammaAt2), DIGAMMA: once(digammaAtRoot) };

export const constants: MoreKernels["constants"] = {
  LOGPI: () => pair(logPi()),
  // (log 2π - 1)/2, of Stirling's series
  STIRLING: () => [nearest((log2() + logPi() - ONE) / 2n)],
  // ψ(2), the zero of ψ (and 1 less), and the slope there
  PSI2: () => pair(-zetasAt2()[0]!),
  ROOT: () => pair(root()),
  ROOTM1: () => pair(root() - ONE),
  SLOPE: () => pair(zetasAtRoot()[1]!),
};

/** GradBench's problems as plain functions: what is differentiated is this text. */
import { lgamma } from "cotangent";

/** hello: x². */
export function square(x: number): number {
  "use grad";
  return x * x;
}

/** llsq: how badly the polynomial with these coefficients fits the sign of t at n points from −1 to 1. */
export function llsq(coefficients: Float64Array, n: number): number {
  "use grad";
  let total = 0;
  for (let i = 0; i < n; i++) {
    const t = -1 + (2 * i) / (n - 1);
    let residual = Math.sign(t);
    let power = 1;
    for (const c of coefficients) {
      residual -= c * power;
      power *= t;
    }
    total += residual * residual;
  }
  return total / 2;
}

/** lse: log Σ exp(xᵢ), shifted by the greatest so that nothing overflows. */
export function logSumExp(x: Float64Array): number {
  "use grad";
  let top = -Infinity;
  for (const v of x) top = Math.max(top, v);
  let sum = 0;
  for (const v of x) sum += Math.exp(v - top);
  return top + Math.log(sum);
}

/**
 * gmm: the logarithm of the posterior of a mixture of Gaussians in d dimensions, with a Wishart prior. Component j has the weight
 * softmax(alpha)ⱼ, the mean means[j·d ...], and the inverse covariance QᵀQ: Q is lower triangular, with exp(logDiagonals[j·d ...])
 * on its diagonal and `below` it, column after column, the rest. `points` are given one after another.
 */
export function gmm(
  alpha: Float64Array,
  means: Float64Array,
  logDiagonals: Float64Array,
  below: Float64Array,
  points: Float64Array,
  d: number,
  wishart: { gamma: number; m: number },
): number {
  "use grad";
  const k = alpha.length;
  const n = points.length / d;
  const size = (d * (d - 1)) / 2;

  const diagonals = new Float64Array(k * d);
  for (let i = 0; i < k * d; i++) diagonals[i] = Math.exp(logDiagonals[i]!);
  const logDeterminants = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    for (let i = 0; i < d; i++) logDeterminants[j]! += logDiagonals[j * d + i]!;
  }

  let total = -0.5 * n * d * Math.log(2 * Math.PI) - n * logSumExp(alpha);
  const centred = new Float64Array(d);
  const scaled = new Float64Array(d);
  const terms = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      for (let r = 0; r < d; r++) {
        centred[r] = points[i * d + r]! - means[j * d + r]!;
        scaled[r] = diagonals[j * d + r]! * centred[r]!;
      }
      let at = j * size;
      for (let c = 0; c < d; c++) {
        for (let r = c + 1; r < d; r++) scaled[r]! += below[at++]! * centred[c]!;
      }
      let distance = 0;
      for (const y of scaled) distance += y * y;
      terms[j] = alpha[j]! + logDeterminants[j]! - 0.5 * distance;
    }
    total += logSumExp(terms);
  }

  const { gamma, m } = wishart;
  const degrees = d + m + 1;
  let squares = 0;
  for (const e of diagonals) squares += e * e;
  for (const e of below) squares += e * e;
  let sum = 0;
  for (const e of logDeterminants) sum += e;
  const constant = degrees * d * (Math.log(gamma) - 0.5 * Math.log(2)) - logGamma(degrees / 2, d);
  return total + m * sum - 0.5 * gamma * gamma * squares + k * constant;
}

/** The logarithm of the gamma function in d dimensions. */
function logGamma(a: number, d: number): number {
  let sum = 0.25 * d * (d - 1) * Math.log(Math.PI);
  for (let j = 0; j < d; j++) sum += lgamma(a - j / 2);
  return sum;
}

/** The problems of the table of programs: each as a function of Reals, and its derivative by hand as loops over Float64Arrays. */
import { add, div, exp, log, mul, sigmoid, sin, square, sub, tanh } from "cotangent";
import type { Real } from "cotangent";

/** Σ (1 − xᵢ)² + 100 (xᵢ₊₁ − xᵢ²)² */
export function rosenbrock(x: readonly Real[]): Real {
  let sum: Real = 0;
  for (let i = 0; i + 1 < x.length; i++) {
    sum = add(sum, add(square(sub(1, x[i]!)), mul(100, square(sub(x[i + 1]!, square(x[i]!))))));
  }
  return sum;
}

export function rosenbrockGradient(x: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i + 1 < x.length; i++) {
    const a = 1 - x[i]!;
    const b = x[i + 1]! - x[i]! * x[i]!;
    out[i] = out[i]! - 2 * a - 400 * b * x[i]!;
    out[i + 1] = out[i + 1]! + 200 * b;
  }
}

/** The matrix row after row. */
export function rosenbrockHessian(x: Float64Array, out: Float64Array): void {
  const n = x.length;
  out.fill(0);
  for (let i = 0; i + 1 < n; i++) {
    out[i * n + i] = out[i * n + i]! + 2 - 400 * x[i + 1]! + 1200 * x[i]! * x[i]!;
    out[(i + 1) * n + i + 1] = 200;
    out[i * n + i + 1] = out[(i + 1) * n + i] = -400 * x[i]!;
  }
}

export function rosenbrockHessianTimes(x: Float64Array, v: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i + 1 < x.length; i++) {
    const off = -400 * x[i]!;
    out[i] = out[i]! + (2 - 400 * x[i + 1]! + 1200 * x[i]! * x[i]!) * v[i]! + off * v[i + 1]!;
    out[i + 1] = out[i + 1]! + 200 * v[i + 1]! + off * v[i]!;
  }
}

/** log Σ exp(xᵢ − 1) + 1 */
export function logSumExp(x: readonly Real[]): Real {
  let sum: Real = 0;
  for (const xi of x) sum = add(sum, exp(sub(xi, 1)));
  return add(1, log(sum));
}

export function logSumExpGradient(x: Float64Array, out: Float64Array): void {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += out[i] = Math.exp(x[i]! - 1);
  for (let i = 0; i < x.length; i++) out[i] = out[i]! / sum;
}

/** Σ sin(xᵢ) xᵢ₊₁ of ten parameters */
export function sum10(...x: Real[]): Real {
  let sum: Real = 0;
  for (let i = 0; i + 1 < x.length; i++) sum = add(sum, mul(sin(x[i]!), x[i + 1]!));
  return sum;
}

export function sum10Gradient(x: Float64Array, out: Float64Array): void {
  out.fill(0);
  for (let i = 0; i + 1 < x.length; i++) {
    out[i] = out[i]! + Math.cos(x[i]!) * x[i + 1]!;
    out[i + 1] = out[i + 1]! + Math.sin(x[i]!);
  }
}

/** ½ Σ (aᵢ·x − bᵢ)² for a matrix of m rows; a and b are constants. */
export const leastSquares =
  (a: Float64Array, b: Float64Array) =>
  (x: readonly Real[]): Real => {
    let sum: Real = 0;
    for (let i = 0; i < b.length; i++) {
      let r: Real = -b[i]!;
      for (let j = 0; j < x.length; j++) r = add(r, mul(a[i * x.length + j]!, x[j]!));
      sum = add(sum, square(r));
    }
    return mul(0.5, sum);
  };

export function leastSquaresGradient(
  a: Float64Array,
  b: Float64Array,
  x: Float64Array,
  out: Float64Array,
): void {
  const n = x.length;
  out.fill(0);
  for (let i = 0; i < b.length; i++) {
    let r = -b[i]!;
    for (let j = 0; j < n; j++) r += a[i * n + j]! * x[j]!;
    for (let j = 0; j < n; j++) out[j] = out[j]! + a[i * n + j]! * r;
  }
}

/** A network 2-h-h-1 (tanh, tanh, sigmoid) on labelled points (x, y, label): the sum of squared errors; one epoch is its gradient. */
const HIDDEN = 10;
export const WEIGHTS: number = HIDDEN * 3 + HIDDEN * (HIDDEN + 1) + HIDDEN + 1;
const SECOND = HIDDEN * 3;
const LAST = SECOND + HIDDEN * (HIDDEN + 1);

export const network =
  (points: Float64Array) =>
  (w: readonly Real[]): Real => {
    let loss: Real = 0;
    for (let p = 0; p < points.length; p += 3) {
      const first = Array.from({ length: HIDDEN }, (_, i) =>
        tanh(add(w[3 * i + 2]!, add(mul(w[3 * i]!, points[p]!), mul(w[3 * i + 1]!, points[p + 1]!)))),
      );
      const second = Array.from({ length: HIDDEN }, (_, i) => {
        const at = SECOND + i * (HIDDEN + 1);
        return tanh(first.reduce((sum: Real, h, j) => add(sum, mul(w[at + j]!, h)), w[at + HIDDEN]!));
      });
      const out = sigmoid(
        second.reduce((sum: Real, h, j) => add(sum, mul(w[LAST + j]!, h)), w[LAST + HIDDEN]!),
      );
      loss = add(loss, square(sub(out, points[p + 2]!)));
    }
    return div(loss, points.length / 3);
  };

const hidden = [0, 1].map(() => [new Float64Array(HIDDEN), new Float64Array(HIDDEN)] as const);

export function networkGradient(points: Float64Array, w: Float64Array, out: Float64Array): void {
  out.fill(0);
  const [[h1, d1], [h2, d2]] = hidden as [
    readonly [Float64Array, Float64Array],
    readonly [Float64Array, Float64Array],
  ];
  for (let p = 0; p < points.length; p += 3) {
    const [x, y] = [points[p]!, points[p + 1]!];
    for (let i = 0; i < HIDDEN; i++) h1[i] = Math.tanh(w[3 * i]! * x + w[3 * i + 1]! * y + w[3 * i + 2]!);
    let z = w[LAST + HIDDEN]!;
    for (let i = 0; i < HIDDEN; i++) {
      const at = SECOND + i * (HIDDEN + 1);
      let s = w[at + HIDDEN]!;
      for (let j = 0; j < HIDDEN; j++) s += w[at + j]! * h1[j]!;
      h2[i] = Math.tanh(s);
      z += w[LAST + i]! * h2[i]!;
    }
    const o = 1 / (1 + Math.exp(-z));
    const dz = ((2 * (o - points[p + 2]!) * o * (1 - o)) / points.length) * 3;
    d1.fill(0);
    for (let i = 0; i < HIDDEN; i++) {
      out[LAST + i] = out[LAST + i]! + dz * h2[i]!;
      d2[i] = dz * w[LAST + i]! * (1 - h2[i]! * h2[i]!);
      const at = SECOND + i * (HIDDEN + 1);
      for (let j = 0; j < HIDDEN; j++) {
        out[at + j] = out[at + j]! + d2[i]! * h1[j]!;
        d1[j] = d1[j]! + d2[i]! * w[at + j]!;
      }
      out[at + HIDDEN] = out[at + HIDDEN]! + d2[i]!;
    }
    out[LAST + HIDDEN] = out[LAST + HIDDEN]! + dz;
    for (let i = 0; i < HIDDEN; i++) {
      const s = d1[i]! * (1 - h1[i]! * h1[i]!);
      out[3 * i] = out[3 * i]! + s * x;
      out[3 * i + 1] = out[3 * i + 1]! + s * y;
      out[3 * i + 2] = out[3 * i + 2]! + s;
    }
  }
}

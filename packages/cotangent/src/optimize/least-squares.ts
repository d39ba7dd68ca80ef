import { AdError } from "../index.ts";
import type { Cotangent, Input, Product, Result } from "../index.ts";
import { aFunction, checkOptions, from0, oneOf } from "../options.ts";
import type { Rules } from "../options.ts";
import { columnLengths, levenbergMarquardt } from "./levenberg-marquardt.ts";
import type { Fit } from "./levenberg-marquardt.ts";
import { COMMON } from "./options.ts";
import type { CommonOptions } from "./options.ts";
import { factorize, rankOf, solveTransposed } from "./qr.ts";
import { Space } from "./space.ts";
import { UserSystem } from "./system.ts";
import { dot, scaled } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

export interface LeastSquaresOptions<P = unknown> extends CommonOptions {
  /**
   * Done when the linear model would remove no more than this share of the residuals: then the parameters are within about
   * this many standard errors of the minimum. Default 1e-9.
   */
  readonly tolerance?: number;
  /** At most so many steps. Default 1000. */
  readonly maxIterations?: number;
  /**
   * Where standard errors take the noise from. `"estimated"` (the default): from the residuals themselves. `"unit"`: the
   * residuals are divided by known standard deviations of the measurements, so that theirs is 1.
   */
  readonly noise?: "estimated" | "unit";
  /** Called after every step. */
  readonly onStep?: (step: LeastSquaresStep<P>) => void;
}

const RULES: Rules<LeastSquaresOptions> = {
  ...COMMON,
  tolerance: from0,
  maxIterations: from0,
  noise: oneOf("estimated", "unit"),
  onStep: aFunction,
};

/** One step of {@link leastSquares}. */
export interface LeastSquaresStep<P> {
  /** Counted from 1. */
  readonly iteration: number;
  /** The parameters after the step. */
  readonly x: P;
  /** Σrᵢ² */
  readonly sumOfSquares: number;
}

/**
 * Why {@link leastSquares} stopped.
 *
 * - `"optimal"`: within tolerance of a minimum.
 * - `"precision"`: what is left to gain is lost in rounding. As good as it gets.
 * - `"exact"`: all residuals are 0.
 * - `"iterations"`: `maxIterations` steps were taken.
 * - `"stopped"`: the signal asked for it.
 * - `"stuck"`: no step succeeds although the model promises a gain: the residuals are not smooth there, or their derivatives
 *   are wrong (see checkDerivatives).
 */
export type LeastSquaresReason = "optimal" | "precision" | "exact" | "iterations" | "stopped" | "stuck";

/** What {@link leastSquares} found: parameters of structure `P` that make residuals of structure `R` least. */
export interface LeastSquaresFit<P, R> {
  /** The parameters, in the structure of the start. */
  readonly x: P;
  /** Σrᵢ², without a factor ½. */
  readonly sumOfSquares: number;
  /** The residuals at x. */
  readonly residuals: R;
  /** Their derivatives at x, as `jacobian` gives them. */
  readonly jacobian: Product<R, P>;
  /** Residuals less parameters. */
  readonly degreesOfFreedom: number;
  /** The standard deviation of a residual: √(Σrᵢ²/degreesOfFreedom); NaN without degrees of freedom. */
  readonly standardDeviation: number;
  /**
   * s²(JᵀJ)⁻¹, in the structure of a Hessian: `covariance.a.b` for parameters `{ a, b }`. NaN everywhere if some parameters
   * are not determined.
   */
  readonly covariance: Product<P, P>;
  /** √ of its diagonal; Infinity everywhere if some parameters are not determined. */
  readonly standardErrors: P;
  /** How many combinations of parameters the residuals determine at x, to working precision. */
  readonly rank: number;
  readonly iterations: number;
  readonly evaluations: { readonly residuals: number; readonly jacobians: number };
  /** Whether x is a minimum, as far as can be told: the reason is `"optimal"`, `"precision"` or `"exact"`. */
  readonly converged: boolean;
  readonly reason: LeastSquaresReason;
}

/**
 * The parameters that make the sum of squared residuals least (a local minimum of it), by the Levenberg-Marquardt method
 * with exact derivatives, with standard errors.
 *
 *     const residuals = ({ a, b }: { a: Real; b: Real }): Real[] => data.map(([x, y]) => sub(add(a, mul(b, x)), y));
 *     const { x, standardErrors } = leastSquares(residuals, { a: 0, b: 1 });
 *
 * It does not throw when it does not converge: `converged` and `reason` tell.
 * @param residuals of one argument; its results, however structured, are squared and added up
 * @throws AdError `underdetermined` with fewer residuals than parameters, `bad-start`, `not-a-number`, `nan-input`,
 * `watched-result`, `wrong-option`; and the errors of `jacobian`
 */
export function leastSquares<P, const X extends Input<P>, R>(
  residuals: (parameters: P) => R,
  start: X,
  options: LeastSquaresOptions<Cotangent<X>> = {},
): LeastSquaresFit<Cotangent<X>, Result<R, Cotangent<X>>> {
  checkOptions("leastSquares", options, RULES);
  const { tolerance = 1e-9, maxIterations = 1000, noise = "estimated", onStep, signal } = options;
  const space = new Space("leastSquares", start);
  const n = space.start.length;
  const system = new UserSystem(space, residuals, options.compile);
  const first = system.begin();
  if (first.length < n) {
    throw new AdError(
      "underdetermined",
      `leastSquares was given ${first.length} residuals for ${n} parameters: many parameters fit equally well.`,
      "Give at least as many residuals as parameters; additional ones, such as small multiples of the parameters, choose among the fits.",
    );
  }

  const walk = levenbergMarquardt(system, space.start, first);
  let fit: Fit | undefined;
  let iterations = -1;
  let reason: LeastSquaresReason | undefined;
  while (reason === undefined) {
    const { done, value } = walk.next();
    if (done) {
      reason = value;
      break;
    }
    fit = value;
    iterations++;
    if (iterations > 0)
      onStep?.({
        iteration: iterations,
        x: space.build(fit.x) as Cotangent<X>,
        sumOfSquares: dot(fit.residuals, fit.residuals),
      });
    if (fit.length === 0) reason = "exact";
    else if (fit.offset <= tolerance) reason = "optimal";
    else if (iterations >= maxIterations) reason = "iterations";
    else if (signal?.aborted) reason = "stopped";
  }

  const { x, residuals: r, jacobian: j } = fit!;
  const sumOfSquares = dot(r, r);
  const degreesOfFreedom = r.length - n;
  const standardDeviation = degreesOfFreedom > 0 ? Math.sqrt(sumOfSquares / degreesOfFreedom) : Number.NaN;
  const { rank, rows } = inverseOfNormal(j, r, n);
  const s = noise === "unit" ? 1 : standardDeviation;
  const parameters = space.build(x);
  return {
    x: parameters as Cotangent<X>,
    sumOfSquares,
    residuals: residuals(parameters as P) as Result<R, Cotangent<X>>,
    jacobian: system.derive(parameters) as Product<Result<R, Cotangent<X>>, Cotangent<X>>,
    degreesOfFreedom,
    standardDeviation,
    covariance: space.buildMatrix(rows.map((row) => scaled(s * s, row))) as Product<
      Cotangent<X>,
      Cotangent<X>
    >,
    standardErrors: space.build(
      rows.map((row, i) => (rank < n ? Infinity : s * Math.sqrt(row[i]!))),
    ) as Cotangent<X>,
    rank,
    iterations,
    evaluations: system.evaluations,
    converged: reason === "optimal" || reason === "precision" || reason === "exact",
    reason,
  };
}

/** (JᵀJ)⁻¹ by the QR factorization of J, whose columns are scaled to length 1 first. NaN where J lacks rank. */
function inverseOfNormal(jacobian: Vector, residuals: Vector, n: number): { rank: number; rows: Vector[] } {
  const lengths = columnLengths(jacobian, n).map((length) => length || 1);
  const factors = factorize(
    jacobian.map((d, i) => d / lengths[i % n]!),
    residuals,
    n,
  );
  const rank = rankOf(factors);
  // Row i of R⁻¹, found as R⁻ᵀeᵢ: (JᵀJ)⁻¹ᵢⱼ = (R⁻ᵀeᵢ)·(R⁻ᵀeⱼ).
  const rows = Array.from({ length: n }, (_, i) =>
    solveTransposed(
      factors,
      Float64Array.from({ length: n }, (_k, k) => Number(k === i)),
    ),
  );
  return {
    rank,
    rows: rows.map((a, i) =>
      Float64Array.from(rows, (b, j) => (rank < n ? Number.NaN : dot(a, b) / lengths[i]! / lengths[j]!)),
    ),
  };
}

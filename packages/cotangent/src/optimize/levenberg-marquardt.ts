/**
 * Steps towards the least sum of squares: J. J. Moré, The Levenberg-Marquardt algorithm: implementation and theory, Lecture
 * Notes in Mathematics 630 (1978). A Gauss-Newton step where the linear model is trusted as far as it goes; otherwise the best
 * step of the model within a region, which grows and shrinks with the model's success. Parameters are scaled by the largest
 * column norms of the Jacobian so far, so that their units do not matter.
 */
import { factorize, rankOf, solve, solveTransposed } from "./qr.ts";
import type { Factors } from "./qr.ts";
import { isFinite, maxNorm, norm, scaled } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** Residuals r(x) of m components and their Jacobian, m×n, row by row. */
export interface System {
  residualsAt(x: Vector): Vector;
  jacobianAt(x: Vector): Vector;
}

/** A place, and the linear model there. */
export interface Fit {
  readonly x: Vector;
  readonly residuals: Vector;
  /** ‖r‖ */
  readonly length: number;
  readonly jacobian: Vector;
  /**
   * How much of the residuals, 0 to 1, the linear model would still remove: the relative offset of D. M. Bates and
   * D. G. Watts (Technometrics 23, 1981), here without the degrees of freedom. 0 at a minimum.
   */
  readonly offset: number;
  /** The greatest cosine, 0 to 1, between the residuals and a column of the Jacobian: 0 where ‖r‖² is level. */
  readonly cosine: number;
  /** How many combinations of parameters the residuals determine. */
  readonly rank: number;
  /** The Gauss-Newton step in the scaled parameters, and the scale itself. */
  readonly newton: Vector;
  readonly scale: Vector;
}

/** How near to the radius a step may end. */
const SLACK = 0.1;
const DAMPINGS = 20;
/** A step is taken if it gains at least this share of what the model promised. */
const DECREASE = 1e-4;
/**
 * The first region is this many times the start's own size. Larger ones send parameters in exponents to where nothing
 * depends on them any more.
 */
const FIRST = 1;

interface Model extends Fit {
  readonly factors: Factors;
}

function modelAt(system: System, x: Vector, residuals: Vector, before: Vector | undefined): Model {
  const n = x.length;
  const jacobian = system.jacobianAt(x);
  const lengths = columnLengths(jacobian, n);
  const scale = lengths.map((length, j) => Math.max(before?.[j] ?? 0, length) || 1);
  // Rank and offset are judged with columns of length 1 each; the steps are taken in parameters scaled by the longest.
  const factors = factorize(
    padded(
      jacobian.map((d, i) => d / (lengths[i % n]! || 1)),
      n,
    ),
    padded(scaled(-1, residuals), 1, n),
    n,
  );
  const rank = rankOf(factors);
  const length = norm(residuals);
  const cosine = length === 0 ? 0 : maxNorm(gradientOf(factors)) / length;
  factors.order.forEach((j, k) => {
    for (let i = 0; i <= k; i++) factors.r[i * n + k] = (factors.r[i * n + k]! * lengths[j]!) / scale[j]!;
  });
  return {
    x,
    residuals,
    length,
    jacobian,
    offset: length === 0 ? 0 : Math.min(1, norm(factors.qtb.subarray(0, rank)) / length),
    cosine,
    newton: newtonStep(factors, rank),
    scale,
    factors,
    rank,
  };
}

/** The Gauss-Newton step; without the last parameters where they hardly matter and would be sent beyond all doubles. */
function newtonStep(factors: Factors, rank: number): Vector {
  const step = solve(factors, rank);
  return Number.isFinite(norm(step)) ? step : newtonStep(factors, rank - 1);
}

/** The norms of the columns of a matrix with n of them. */
export function columnLengths(a: Vector, n: number): Vector {
  const lengths = new Float64Array(n);
  for (let i = 0; i < a.length; i++) lengths[i % n] = Math.hypot(lengths[i % n]!, a[i]!);
  return lengths;
}

/** With rows of zeros below, until there are `n` rows: fewer residuals than parameters. */
function padded(rows: Vector, width: number, n: number = width): Vector {
  if (rows.length >= n * width) return rows;
  const all = new Float64Array(n * width);
  all.set(rows);
  return all;
}

/**
 * Walks from `start` to a minimum of ‖r‖; the first fit it yields is the start's own. Returns `"precision"` where what is
 * left to gain is lost in rounding, `"stuck"` where no step succeeds although the model promises much.
 */
export function* levenbergMarquardt(
  system: System,
  start: Vector,
  first: Vector,
): Generator<Fit, "precision" | "stuck", void> {
  let fit = modelAt(system, start, first, undefined);
  yield fit;
  let radius = FIRST * (norm(start.map((x, j) => x * fit.scale[j]!)) || 1);
  let isFirst = true;
  for (;;) {
    const { step, damping } = dampedStep(fit, radius);
    const length = norm(step);
    const size = norm(fit.x.map((x, j) => x * fit.scale[j]!));
    if (isFirst) radius = Math.min(radius, length);
    // With (JᵀJ + λI)p = -Jᵀr: the slope of ½‖r‖² along p, -‖Jp‖² - λ‖p‖², and what the model promises to gain of ‖r‖²,
    // ‖Jp‖² + 2λ‖p‖²; both as shares of ‖r‖².
    const damped = damping * (length / fit.length) ** 2;
    const slope = -((modelled(fit, step) / fit.length) ** 2 + damped);
    const promised = damped - slope;

    const x = fit.x.map((xi, j) => xi + step[j]! / fit.scale[j]!);
    const residuals = system.residualsAt(x);
    const usable = isFinite(residuals);
    const ratio = norm(residuals) / fit.length;
    const actual = usable ? 1 - ratio * ratio : -1;
    const success = promised > 0 ? actual / promised : 0;

    if (success <= 0.25) radius = shrink(slope, actual) * Math.min(radius, 10 * length);
    else if (damping === 0 || success >= 0.75) radius = 2 * length;

    const isRounding = !(promised > 16 * Number.EPSILON) || length <= Number.EPSILON * size;
    // In the rounding of ‖r‖², a smaller offset still tells a better place.
    if (success >= DECREASE || (isRounding && actual >= -16 * Number.EPSILON)) {
      const next = modelAt(system, x, residuals, fit.scale);
      if (!isFinite(next.jacobian)) radius = length / 4;
      else if (!isRounding || actual > 0 || next.offset < fit.offset / 2) {
        fit = next;
        isFirst = false;
        yield fit;
        continue;
      }
    }
    if (isRounding) return isLevel(fit) ? "precision" : "stuck";
  }
}

/** By how much the region shrinks: to where the parabola through both ends of the step is least, between 0.1 and 0.5. */
function shrink(slope: number, actual: number): number {
  const least = actual >= 0 ? 0.5 : (0.5 * slope) / (slope + 0.5 * actual);
  return Math.max(0.1, least);
}

/** ‖J·p‖ for a step in scaled parameters. */
function modelled({ factors: { n, r, order } }: Model, p: Vector): number {
  const jp = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let k = i; k < n; k++) jp[i] = jp[i]! + r[i * n + k]! * p[order[k]!]!;
  return norm(jp);
}

/** The p that makes ‖J·p + r‖ least among ‖p‖ ≤ radius (about): (JᵀJ + λI)p = -Jᵀr, with λ found by Hebden's method. */
function dampedStep(fit: Model, radius: number): { step: Vector; damping: number } {
  const { factors, rank, newton } = fit;
  const { n } = factors;
  let excess = norm(newton) - radius;
  if (excess <= SLACK * radius) return { step: newton, damping: 0 };

  let low =
    rank === n ? excess / radius / norm(solveTransposed(factors, scaled(1 / norm(newton), newton))) ** 2 : 0;
  let high = norm(gradientOf(factors)) / radius || Number.MIN_VALUE / SLACK;
  let damping = Math.min(Math.max(low, norm(gradientOf(factors)) / norm(newton)), high);
  for (let i = 0; ; i++) {
    if (damping === 0) damping = Math.max(Number.MIN_VALUE, 1e-3 * high);
    const damped = factorize(stacked(factors, Math.sqrt(damping)), padded(factors.qtb, 1, 2 * n), n);
    const own = solve(damped, n);
    const step = new Float64Array(n);
    factors.order.forEach((j, k) => (step[j] = own[k]!));
    const length = norm(step);
    const before = excess;
    excess = length - radius;
    const isNear = Math.abs(excess) <= SLACK * radius || (low === 0 && excess <= before && before < 0);
    if (isNear || i === DAMPINGS) return { step, damping };
    const correction = excess / radius / norm(solveTransposed(damped, scaled(1 / length, own))) ** 2;
    if (excess > 0) low = Math.max(low, damping);
    else high = Math.min(high, damping);
    damping = Math.max(low, damping + correction);
  }
}

/** R over s·I: 2n×n. */
function stacked({ n, r }: Factors, s: number): Vector {
  const all = new Float64Array(2 * n * n);
  all.set(r);
  for (let k = 0; k < n; k++) all[(n + k) * n + k] = s;
  return all;
}

/** -Jᵀr = Rᵀ·Qᵀ(-r), in the order of the columns of R. */
function gradientOf({ n, r, qtb }: Factors): Vector {
  const g = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let k = i; k < n; k++) g[k] = g[k]! + r[i * n + k]! * qtb[i]!;
  return g;
}

/** Whether a place from which no step succeeds is a minimum, by any of the signs of one. */
const isLevel = (fit: Fit): boolean => fit.offset <= 1e-6 || fit.cosine <= 1e-6 || isSettled(fit, 1e-8);

/** Whether another step would not matter: the Gauss-Newton step is below `tolerance` of x. */
export function isSettled({ newton, rank, scale, x }: Fit, tolerance: number): boolean {
  return rank === x.length && norm(newton) <= tolerance * norm(x.map((xi, j) => xi * scale[j]!));
}

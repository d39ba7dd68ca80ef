import { AdError, valueAndGrad } from "../index.ts";
import type { Cotangent, Input, Real, Result } from "../index.ts";
import { aFunction, checkOptions, from0 } from "../options.ts";
import type { Rules } from "../options.ts";
import { bracketOf, narrow } from "./bracket.ts";
import type { Bracket, Sample } from "./bracket.ts";
import { isSettled, levenbergMarquardt } from "./levenberg-marquardt.ts";
import type { Fit } from "./levenberg-marquardt.ts";
import { asItIs, COMMON } from "./options.ts";
import type { CommonOptions, Compiler } from "./options.ts";
import { Space } from "./space.ts";
import { UserSystem } from "./system.ts";
import { maxNorm } from "./vectors.ts";

export interface RootOptions<P = unknown> extends CommonOptions {
  /** Done when no result is larger than this. Default 0: as near to zero as rounding allows. */
  readonly tolerance?: number;
  /** At most so many steps. Default 1000. */
  readonly maxIterations?: number;
  /** Called after every step. */
  readonly onStep?: (step: RootStep<P>) => void;
}

const RULES: Rules<RootOptions> = { ...COMMON, tolerance: from0, maxIterations: from0, onStep: aFunction };

/** One step of {@link root}. */
export interface RootStep<P> {
  /** Counted from 1. */
  readonly iteration: number;
  readonly x: P;
  /** The largest of the results, in size. */
  readonly residual: number;
}

/**
 * Why {@link root} stopped.
 *
 * - `"root"`: the results are zero, within tolerance or to rounding.
 * - `"stuck"`: a place from which the results come no nearer to zero, without being zero: a local minimum of their size.
 *   There may be a root elsewhere.
 * - `"pole"`: the function changes its sign there by jumping or through infinity, or has no value there.
 * - `"iterations"`: `maxIterations` steps were taken.
 * - `"stopped"`: the signal asked for it.
 */
export type RootReason = "root" | "stuck" | "pole" | "iterations" | "stopped";

/** What {@link root} found: unknowns of structure `P`, at which the function's result, of structure `R`, is zero. */
export interface Root<P, R> {
  /** The unknowns, in the structure of the start. */
  readonly x: P;
  /** The function's result there. */
  readonly value: R;
  readonly iterations: number;
  /** Whether x is a root: the reason is `"root"`. */
  readonly converged: boolean;
  readonly reason: RootReason;
}

/** An interval at whose ends the function has different signs. */
export interface Between {
  readonly between: readonly [number, number];
}

/**
 * A root of a function of one number, between two places where its signs differ: by Newton's steps, and by halving where
 * they do not help; it cannot fail for a continuous function.
 *
 *     root((x: Real) => sub(cos(x), x), { between: [0, 1] }).x; // 0.7390851332151607
 *
 * @throws AdError `no-bracket` where the signs agree, `wrong-option`, and the errors of `grad`
 */
export function root(
  f: (x: Real) => Real,
  between: Between,
  options?: RootOptions<number>,
): Root<number, number>;
/**
 * A root near a start: of a function of one number, or of as many equations in as many unknowns, structured as one likes.
 * Newton's method, in a region in which it is trusted; for one number also by a bracket, as soon as one is seen.
 *
 *     root(({ x, y }: { x: Real; y: Real }) => [sub(hypot(x, y), 2), sub(x, y)], { x: 1, y: 2 }).x; // both √2
 *
 * It does not throw when it does not converge: `converged` and `reason` tell.
 * @throws AdError `not-square` where the function returns fewer or more numbers than there are unknowns, `bad-start`,
 * `not-a-number`, `nan-input`, `watched-result`, `wrong-option`; and the errors of `jacobian`
 */
export function root<P, const X extends Input<P>, R>(
  f: (unknowns: P) => R,
  start: X,
  options?: RootOptions<Cotangent<X>>,
): Root<Cotangent<X>, Result<R, Cotangent<X>>>;
export function root(
  f: (x: never) => unknown,
  start: unknown,
  options: RootOptions<never> = {},
): Root<unknown, unknown> {
  checkOptions("root", options, RULES);
  const erased = options as RootOptions;
  const search = isBetween(start) ? bracketed(f, start.between, erased) : solved(f, start, erased);
  return { ...search, converged: search.reason === "root" };
}

const DEFAULT_ITERATIONS = 1000;

type Found = Omit<Root<unknown, unknown>, "converged">;

function isBetween(start: unknown): start is Between {
  if (typeof start !== "object" || start === null || !("between" in start)) return false;
  return Object.keys(start).length === 1;
}

/** Counts steps, shows them, and knows when to stop. */
class Progress {
  iterations = 0;
  readonly #options: RootOptions;

  constructor(options: RootOptions) {
    this.#options = options;
  }

  /** Why the search ends here, if it does. */
  verdict(residual: number): RootReason | undefined {
    const { tolerance = 0, maxIterations = DEFAULT_ITERATIONS, signal } = this.#options;
    if (residual <= tolerance) return "root";
    if (this.iterations >= maxIterations) return "iterations";
    return signal?.aborted ? "stopped" : undefined;
  }

  step(x: unknown, residual: number): void {
    this.iterations++;
    this.#options.onStep?.({ iteration: this.iterations, x, residual });
  }
}

/** The function of one number, with its slope. */
function sampler(f: (x: never) => unknown, compile: Compiler = asItIs): (x: number) => Sample {
  const both = compile(valueAndGrad(f as (x: Real) => Real) as never) as (x: number) => {
    readonly value: number;
    readonly grad: number;
  };
  return (x) => {
    const { value, grad } = both(x);
    return { x, value, slope: grad };
  };
}

function bracketed(f: (x: never) => unknown, between: readonly number[], options: RootOptions): Found {
  const [a, b] = between;
  if (between.length !== 2 || !Number.isFinite(a) || !Number.isFinite(b)) {
    throw new AdError(
      "wrong-option",
      `root: between is ${JSON.stringify(between)}.`,
      "Give two finite numbers: { between: [0, 1] }.",
    );
  }
  const sample = sampler(f, options.compile);
  const [left, right] = [sample(a!), sample(b!)];
  const bracket = bracketOf(left, right);
  if (bracket === undefined) {
    throw new AdError(
      "no-bracket",
      `root: the function is ${left.value} at ${a} and ${right.value} at ${b}, which are not of different signs.`,
      "Give an interval at whose ends the signs differ, or one number from which to start.",
    );
  }
  return within(bracket, sample, new Progress(options));
}

/** Narrows the bracket to its end. */
function within(bracket: Bracket, sample: (x: number) => Sample, progress: Progress): Found {
  const { negative, positive } = bracket;
  const least = Math.min(-negative.value, positive.value);
  const walk = narrow(bracket, sample);
  let best = -negative.value < positive.value ? negative : positive;
  for (;;) {
    let reason = progress.verdict(Math.abs(best.value));
    if (reason === undefined) {
      const { done, value } = walk.next();
      best = value;
      // At a root the function is smaller than where the bracket began.
      if (done) reason = Math.abs(best.value) <= least ? "root" : "pole";
      else progress.step(best.x, Math.abs(best.value));
    }
    if (reason !== undefined) {
      return { x: best.x, value: best.value, iterations: progress.iterations, reason };
    }
  }
}

function solved(f: (x: never) => unknown, start: unknown, options: RootOptions): Found {
  const space = new Space("root", start);
  const n = space.start.length;
  const system = new UserSystem(space, f, options.compile);
  const first = system.begin();
  if (first.length !== n) {
    throw new AdError(
      "not-square",
      `root was given ${first.length} equations for ${n} unknowns.`,
      "Return one number for each unknown; where there are more equations, leastSquares fits them.",
    );
  }
  const progress = new Progress(options);
  const isPlain = typeof start === "number";
  const walk = levenbergMarquardt(system, space.start, first);
  let fit = (walk.next() as IteratorYieldResult<Fit>).value;
  const size = maxNorm(first);
  for (;;) {
    const residual = maxNorm(fit.residuals);
    let reason = progress.verdict(residual) ?? (residual <= FALL * size ? "root" : undefined);
    if (reason === undefined) {
      const { done, value } = walk.next();
      if (done) reason = isSettled(fit, SETTLED) ? "root" : "stuck";
      else {
        const before = fit;
        fit = value;
        progress.step(space.build(fit.x), maxNorm(fit.residuals));
        if (isPlain && before.residuals[0]! < 0 !== fit.residuals[0]! < 0) {
          const sample = sampler(f, options.compile);
          const bracket = bracketOf(sample(before.x[0]!), sample(fit.x[0]!));
          if (bracket !== undefined) return within(bracket, sample, progress);
        }
      }
    }
    if (reason === "stuck" && isPlain) {
      const found = elsewhere(sampler(f, options.compile), fit.x[0]!, progress);
      if (found !== undefined) return found;
    }
    if (reason !== undefined) {
      const x = space.build(fit.x);
      return { x, value: f(x as never), iterations: progress.iterations, reason };
    }
  }
}

/** By rounding, what Newton's method would still change of a root. */
const SETTLED = 1e-7;
/** At a root at which the slope vanishes too, steps never become small beside x = 0; but f has fallen so far. */
const FALL = 1e-30;

/** Looks for another sign on both sides of a place that Newton's method does not leave, further and further away. */
function elsewhere(sample: (x: number) => Sample, x: number, progress: Progress): Found | undefined {
  const middle = sample(x);
  for (let distance = 1e-3 * Math.max(1, Math.abs(x)), k = 0; k < FURTHER; k++, distance *= 1.5) {
    for (const other of [sample(x - distance), sample(x + distance)]) {
      const bracket = bracketOf(middle, other);
      if (bracket !== undefined) return within(bracket, sample, progress);
    }
  }
  return undefined;
}

/** So often: up to a million times the size of x. */
const FURTHER = 51;

import { aFunction, checkOptions, from0, oneOf, positive } from "../options.ts";
import type { Rule, Rules } from "../options.ts";
import type { Cotangent, Input, Real } from "../index.ts";
import { ADAM } from "./adam-rule.ts";
import type { AdamOptions } from "./adam-rule.ts";
import { adam, fixedRate, lbfgs, newton, steepestDescent } from "./descents.ts";
import type { Descent, Standstill } from "./descents.ts";
import { Objective, steepness } from "./objective.ts";
import type { Evaluations, Point } from "./objective.ts";
import { COMMON } from "./options.ts";
import type { CommonOptions } from "./options.ts";
import { Space } from "./space.ts";

/** What all methods of {@link minimize} have in common. `P` is the structure of the parameters. */
export interface MinimizeOptions<P = unknown> extends CommonOptions {
  /** Done when no component of the gradient is larger than this. Default 1e-8. */
  readonly gradientTolerance?: number;
  /** At most so many steps. Default 1000; 10000 for the methods that take small ones (gradient descent, Adam). */
  readonly maxIterations?: number;
  /** Called after every step. */
  readonly onStep?: (step: Step<P>) => void;
}

/** The method, with the options that only it has. */
export type Method =
  | {
      /** Quasi-Newton with limited memory and a strong Wolfe line search. The default. */
      readonly method?: "lbfgs";
      /** How many steps back it remembers. Default 10. */
      readonly memory?: number;
    }
  | {
      /** Newton's method with exact second derivatives and a trust region. For up to some hundreds of parameters. */
      readonly method: "newton";
    }
  | {
      /** Steps against the gradient: of fixed rate where one is given, otherwise by line search. */
      readonly method: "gradient-descent";
      /** The step is rate times the gradient. */
      readonly rate?: number;
      /** How much of the last step is added to the next one, 0 to 1. Default 0; needs a rate. */
      readonly momentum?: number;
    }
  | ({
      /** Steps whose length adapts to each parameter. */
      readonly method: "adam";
    } & AdamOptions);

const SHARED: Rules<MinimizeOptions> = {
  ...COMMON,
  gradientTolerance: from0,
  maxIterations: from0,
  onStep: aFunction,
};
const METHODS: Readonly<Record<NonNullable<Method["method"]>, Readonly<Record<string, Rule>>>> = {
  lbfgs: { memory: positive },
  newton: {},
  "gradient-descent": { rate: positive, momentum: from0 },
  adam: ADAM,
};

/** @throws AdError `wrong-option` */
function check(options: Method): void {
  const method: unknown = (options as Method | null)?.method ?? "lbfgs";
  const own = Object.hasOwn(METHODS, method as string) ? METHODS[method as keyof typeof METHODS] : {};
  const name = own === METHODS.lbfgs ? "minimize" : `minimize, with method ${JSON.stringify(method)},`;
  checkOptions(name, options, { method: oneOf(...Object.keys(METHODS)), ...own, ...SHARED });
}

/** One step of a solver. */
export interface Step<P> {
  /** Counted from 1. */
  readonly iteration: number;
  /** The parameters after the step. */
  readonly x: P;
  readonly value: number;
  /** The largest component of the gradient. */
  readonly gradientNorm: number;
}

/**
 * Why {@link minimize} stopped.
 *
 * - `"gradient"`: the gradient is within tolerance. A minimum (or, for a start exactly there, another stationary point).
 * - `"precision"`: what is left to gain is lost in rounding. As good as it gets.
 * - `"iterations"`: `maxIterations` steps were taken.
 * - `"stopped"`: the signal asked for it.
 * - `"line-search"`: no lower point was found along a direction that leads down: the function is not smooth there, or its
 *   derivative is wrong (see checkDerivatives).
 * - `"diverged"`: a step of a fixed-rate method led to a value that is not finite. The rate is too large.
 * - `"unbounded"`: the function falls to -∞.
 */
export type MinimizeReason = "gradient" | "iterations" | "stopped" | Standstill;

/** What {@link minimize} found. */
export interface Minimum<P> {
  /** The parameters, in the structure of the start. */
  readonly x: P;
  readonly value: number;
  /** The gradient at x, in the same structure. */
  readonly gradient: P;
  readonly iterations: number;
  readonly evaluations: Evaluations;
  /** Whether x is a minimum, as far as can be told: the reason is `"gradient"` or `"precision"`. */
  readonly converged: boolean;
  readonly reason: MinimizeReason;
}

/**
 * Looks for a local minimum of `f`, a function of one argument: a number, an array, a Float64Array, or an object of these.
 * The result has the structure of `start`.
 *
 *     const banana = ({ x, y }: { x: Real; y: Real }): Real => add(square(sub(1, x)), mul(100, square(sub(y, square(x)))));
 *     minimize(banana, { x: -1.2, y: 1 }).x; // { x: 1, y: 1 }
 *
 * It does not throw when it does not converge: `converged` and `reason` tell.
 * @throws AdError `bad-start`, `not-a-number`, `nan-input`, `watched-result`, `wrong-option`; and the errors of `grad`
 */
export function minimize<P, const X extends Input<P>>(
  f: (parameters: P) => Real,
  start: X,
  options: MinimizeOptions<Cotangent<X>> & Method = {},
): Minimum<Cotangent<X>> {
  const steps = minimizeSteps(f, start, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    options.onStep?.(value);
  }
}

/**
 * As {@link minimize}, one step at a time: an iterator over the steps whose return value is the result. For what shows its
 * progress, or waits between steps.
 *
 *     for (const step of minimizeSteps(f, [1, 2])) console.log(step.iteration, step.value);
 *
 * @throws AdError as {@link minimize}
 */
export function* minimizeSteps<P, const X extends Input<P>>(
  f: (parameters: P) => Real,
  start: X,
  options: Omit<MinimizeOptions, "onStep"> & Method = {},
): Generator<Step<Cotangent<X>>, Minimum<Cotangent<X>>, void> {
  check(options);
  const { gradientTolerance = 1e-8, maxIterations = defaultIterations(options), signal } = options;
  const space = new Space("minimize", start);
  const objective = new Objective(space, f, options.compile);
  const build = (x: Iterable<number>): Cotangent<X> => space.build(x) as Cotangent<X>;

  let point: Point = objective.begin();
  let iteration = 0;
  const descent = descentBy(options, objective, point);
  const reason = yield* (function* () {
    for (;;) {
      if (steepness(point) <= gradientTolerance) return "gradient";
      if (iteration >= maxIterations) return "iterations";
      if (signal?.aborted) return "stopped";
      const { done, value } = descent.next();
      if (done) return value;
      point = value;
      iteration++;
      yield { iteration, x: build(point.x), value: point.value, gradientNorm: steepness(point) };
    }
  })();

  return {
    x: build(point.x),
    value: point.value,
    gradient: build(point.gradient),
    iterations: iteration,
    evaluations: objective.evaluations,
    converged: reason === "gradient" || reason === "precision",
    reason,
  };
}

function descentBy(options: Method, objective: Objective, start: Point): Descent {
  switch (options.method) {
    case "newton":
      return newton(objective, start);
    case "adam":
      return adam(objective, start, options);
    case "gradient-descent": {
      const { rate, momentum = 0 } = options;
      if (rate === undefined) return steepestDescent(objective, start);
      return fixedRate(objective, start, rate, momentum);
    }
    default:
      return lbfgs(objective, start, Math.ceil(options.memory ?? 10));
  }
}

const defaultIterations = ({ method }: Method): number =>
  method === "adam" || method === "gradient-descent" ? 10_000 : 1000;

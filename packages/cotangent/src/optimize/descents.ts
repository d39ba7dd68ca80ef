/** The methods of `minimize`: each walks from point to point, and says why it can go no further. */
import { AdamRule } from "./adam-rule.ts";
import type { AdamOptions } from "./adam-rule.ts";
import { lineSearch, ROUNDING } from "./line-search.ts";
import { isUsable, steepness } from "./objective.ts";
import type { Objective, Point } from "./objective.ts";
import { product, trustRegionStep } from "./trust-region.ts";
import { dot, minus, moved, norm, scaled } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** Why a method goes no further by itself. */
export type Standstill = "precision" | "line-search" | "diverged" | "unbounded";

/** Walks on from a point; returns when it cannot. */
export type Descent = Generator<Point, Standstill, void>;

/** Fixed steps against the gradient: x ← x + velocity, velocity ← momentum·velocity - rate·gradient. */
export function* fixedRate(objective: Objective, start: Point, rate: number, momentum: number): Descent {
  let velocity: Vector = new Float64Array(start.x.length);
  return yield* walk(objective, start, ({ gradient }) => {
    velocity = moved(scaled(momentum, velocity), -rate, gradient);
    return velocity;
  });
}

export function* adam(objective: Objective, start: Point, options: AdamOptions): Descent {
  const rule = new AdamRule(start.x.length, options);
  return yield* walk(objective, start, ({ gradient }) => rule.step(gradient));
}

/** Takes every step, be it up or down. */
function* walk(objective: Objective, start: Point, step: (at: Point) => Vector): Descent {
  for (let point = start; ;) {
    const x = moved(point.x, 1, step(point));
    if (x.every((xi, i) => xi === point.x[i])) return "precision";
    point = objective.at(x);
    if (point.value === -Infinity) return "unbounded";
    if (!isUsable(point)) return "diverged";
    yield point;
  }
}

/** Steepest descent: against the gradient, as far as the line search says. */
export function* steepestDescent(objective: Objective, start: Point): Descent {
  let point = start;
  let length = firstStep(start);
  for (;;) {
    const direction = scaled(-1, point.gradient);
    const next = lineSearch(objective, point, direction, length);
    if (next === "unbounded") return next;
    if (next === "none") return standstill(point, direction);
    // As if the value fell as much as in this step.
    length = (norm(minus(next.x, point.x)) * norm(point.gradient)) / dot(next.gradient, next.gradient);
    point = next;
    yield point;
  }
}

/** A step and how the gradient changed by it. */
interface Pair {
  readonly s: Vector;
  readonly y: Vector;
  readonly sy: number;
}

/**
 * Limited-memory BFGS: J. Nocedal, Math. Comp. 35 (1980); the two-loop recursion, scaled by the latest curvature.
 * @param memory how many steps back it remembers
 */
export function* lbfgs(objective: Objective, start: Point, memory: number): Descent {
  let point = start;
  let pairs: Pair[] = [];
  for (;;) {
    const direction = twoLoops(pairs, point.gradient);
    const next = lineSearch(objective, point, direction, pairs.length === 0 ? firstStep(point) : 1);
    if (next === "unbounded") return next;
    if (next === "none") {
      const end = standstill(point, direction);
      if (end === "precision" || pairs.length === 0) return end;
      // The remembered curvature may belong to another place: begin anew.
      pairs = [];
      continue;
    }
    const s = minus(next.x, point.x);
    const y = minus(next.gradient, point.gradient);
    const sy = dot(s, y);
    if (sy > Number.EPSILON * norm(s) * norm(y)) pairs = [...pairs.slice(1 - memory), { s, y, sy }];
    point = next;
    yield point;
  }
}

/** -H·g, where H approximates the inverse of the Hessian. */
function twoLoops(pairs: readonly Pair[], gradient: Vector): Vector {
  let q: Vector = scaled(-1, gradient);
  const alphas = new Float64Array(pairs.length);
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { s, y, sy } = pairs[i]!;
    alphas[i] = dot(s, q) / sy;
    q = moved(q, -alphas[i]!, y);
  }
  const last = pairs.at(-1);
  if (last !== undefined) q = scaled(last.sy / dot(last.y, last.y), q);
  pairs.forEach(({ s, y, sy }, i) => {
    q = moved(q, alphas[i]! - dot(y, q) / sy, s);
  });
  return q;
}

/** Nothing is known of the curvature yet: move by at most 1. */
const firstStep = (point: Point): number => Math.min(1, 1 / norm(point.gradient));

/** Why a line search found nothing. */
function standstill(point: Point, direction: Vector): Standstill {
  // Were f quadratic, the full step along `direction` would gain this much.
  const promised = -dot(direction, point.gradient) / 2;
  return promised <= ROUNDING * Math.abs(point.value) ? "precision" : "line-search";
}

/**
 * Newton's method with exact second derivatives, in a region in which the quadratic model is trusted: the region grows when
 * the model predicts well and shrinks when it does not, so that the method also comes away from saddles and out of regions
 * of negative curvature.
 */
export function* newton(objective: Objective, start: Point): Descent {
  let point = start;
  let radius = Math.max(1, 0.1 * norm(start.x));
  let hessian = objective.hessianAt(start.x);
  for (;;) {
    const step = trustRegionStep(hessian, point.gradient, radius);
    const length = norm(step);
    const predicted = -(dot(point.gradient, step) + dot(step, product(hessian, step)) / 2);
    const next = objective.at(moved(point.x, 1, step));
    if (next.value === -Infinity) return "unbounded";
    const noise = ROUNDING * Math.abs(point.value);
    const usable = isUsable(next);
    if (predicted <= noise || length <= Number.EPSILON * norm(point.x)) {
      // What is left to gain is lost in rounding; a flatter gradient still tells a better place.
      if (!usable || next.value > point.value + noise || steepness(next) >= steepness(point))
        return "precision";
    } else {
      const ratio = usable ? (point.value - next.value) / predicted : -1;
      if (ratio < 0.25) radius = length / 4;
      else if (ratio > 0.75 && length > 0.8 * radius) radius *= 2;
      if (ratio < DECREASE) continue;
    }
    point = next;
    hessian = objective.hessianAt(point.x);
    yield point;
  }
}

/** A step is taken if it gains at least this share of what the model promised. */
const DECREASE = 1e-4;

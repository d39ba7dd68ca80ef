/**
 * A step along a descent direction by the strong Wolfe conditions: J. Nocedal, S. J. Wright, Numerical Optimization (2nd
 * ed., 2006), algorithms 3.5 and 3.6, with cubic interpolation. Where rounding hides the decrease, the slope decides: the
 * approximate Wolfe conditions of W. W. Hager, H. Zhang, ACM TOMS 32 (2006).
 */
import { isUsable } from "./objective.ts";
import type { Objective, Point } from "./objective.ts";
import { dot, moved } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** Sufficient decrease, and sufficient flattening. */
const DECREASE = 1e-4;
const FLATTEN = 0.9;
/** What counts as rounding in the value, relative to its size. */
export const ROUNDING: number = 16 * Number.EPSILON;
/** A line on which this many fourfold steps all lead down, as steeply as it began, is taken to have no end. */
const EXPANSIONS = 30;
const REFINEMENTS = 50;

interface Trial extends Point {
  readonly step: number;
  /** The derivative along the line. */
  readonly slope: number;
  readonly usable: boolean;
}

/**
 * A point from `start` along `direction` that is lower and flatter.
 * @param first the step to try first, in multiples of `direction`
 * @returns `"none"` where none is found: rounding hides every decrease, or the gradient does not fit the function;
 * `"unbounded"` where the function falls to -∞, or for as far as the line was followed
 */
export function lineSearch(
  objective: Objective,
  start: Point,
  direction: Vector,
  first: number,
): Point | "none" | "unbounded" {
  const at = (step: number): Trial => {
    const point = objective.at(moved(start.x, step, direction));
    return { ...point, step, slope: dot(point.gradient, direction), usable: isUsable(point) };
  };
  const origin: Trial = { ...start, step: 0, slope: dot(start.gradient, direction), usable: true };
  const noise = ROUNDING * Math.abs(start.value);

  const isTooHigh = (t: Trial): boolean =>
    !t.usable || t.value > origin.value + DECREASE * t.step * origin.slope + noise;
  const isDone = (t: Trial): boolean => {
    if (!t.usable || Math.abs(t.slope) > -FLATTEN * origin.slope) return false;
    if (t.value <= origin.value + DECREASE * t.step * origin.slope) return true;
    return t.value <= origin.value + noise && t.slope <= (2 * DECREASE - 1) * origin.slope;
  };

  /** Between `low`, the best so far, and `high`, there is an acceptable step. */
  const zoom = (low: Trial, high: Trial): Trial | "none" => {
    for (let i = 0; i < REFINEMENTS; i++) {
      const t = at(between(low, high));
      if (isDone(t)) return t;
      if (isTooHigh(t) || t.value > low.value + noise) high = t;
      else {
        if (t.slope * (high.step - low.step) >= 0) high = low;
        low = t;
      }
      if (Math.abs(high.step - low.step) <= Number.EPSILON * low.step) break;
    }
    return low.value < origin.value ? low : "none";
  };

  let previous = origin;
  let step = first;
  for (let i = 0; i < EXPANSIONS; i++) {
    const t = at(step);
    if (t.value === -Infinity) return "unbounded";
    if (isDone(t)) return t;
    if (isTooHigh(t) || t.value > previous.value + noise) return zoom(previous, t);
    if (t.slope >= 0) return zoom(t, previous);
    previous = t;
    step *= 4;
  }
  return "unbounded";
}

/** A step between two trials: where the cubic through both is least, but well inside. */
function between(low: Trial, high: Trial): number {
  const width = high.step - low.step;
  if (!high.usable) return low.step + width / 10;
  const secant = (high.value - low.value) / width;
  const d1 = low.slope + high.slope - 3 * secant;
  const square = d1 * d1 - low.slope * high.slope;
  const d2 = Math.sign(width) * Math.sqrt(Math.max(0, square));
  const fraction = 1 - (high.slope + d2 - d1) / (high.slope - low.slope + 2 * d2);
  const inside = square >= 0 && Number.isFinite(fraction) ? Math.min(0.9, Math.max(0.1, fraction)) : 0.5;
  return low.step + inside * width;
}

/** Derivatives by differences: slow, approximate, and independent of everything else here. */

/** A derivative estimated from values of the function. */
export interface Estimate {
  readonly value: number;
  /** How far off it may be. */
  readonly error: number;
}

/** How much each step is smaller than the one before. */
const SHRINK = 1.6;
const STEPS = 14;

/**
 * The limit of `quotient(h)` for h → 0, where its error is a series in powers h^power, h^(2·power), ...: extrapolated, with
 * the step chosen by how well neighbouring extrapolations agree (Ridders 1982, "Accurate computation of F'(x) and F'(x)F''(x)").
 */
function extrapolate(quotient: (h: number) => number, start: number, power: number): Estimate {
  let best: Estimate = { value: Number.NaN, error: Infinity };
  let previous: number[] = [];
  for (let i = 0, h = start; i < STEPS; i++, h /= SHRINK) {
    const row = [quotient(h)];
    let factor = SHRINK ** power;
    for (let j = 1; j <= previous.length; j++, factor *= SHRINK ** power) {
      row.push((row[j - 1]! * factor - previous[j - 1]!) / (factor - 1));
      const error = Math.max(Math.abs(row[j]! - row[j - 1]!), Math.abs(row[j]! - previous[j - 1]!));
      if (error <= best.error) best = { value: row[j]!, error };
    }
    previous = row;
  }
  return best;
}

/** Steps to begin with: of the size of x, and of the size of one, since the function may vary on either scale. */
const startingSteps = (x: number): number[] =>
  [0.5, 0.05].flatMap((s) => (x === 0 ? [s] : [s * Math.abs(x), s])).concat(1e-3);

const bestOf = (estimates: Estimate[]): Estimate => estimates.reduce((a, b) => (b.error < a.error ? b : a));

/** f'(x) from values on both sides. */
export const central = (f: (x: number) => number, x: number): Estimate =>
  bestOf(startingSteps(x).map((h) => extrapolate((d) => (f(x + d) - f(x - d)) / (x + d - (x - d)), h, 2)));

/** The slope of f at x seen from one side: +1 from above, -1 from below. */
export const oneSided = (f: (x: number) => number, x: number, side: 1 | -1): Estimate =>
  bestOf(
    startingSteps(x).map((h) => extrapolate((d) => (f(x + side * d) - f(x)) / (x + side * d - x), h, 1)),
  );

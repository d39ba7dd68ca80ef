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

/** A difference quotient, and by how much the rounding of the function's values may have changed it. */
type Quotient = (h: number) => { readonly slope: number; readonly noise: number };

const slope = (f: (x: number) => number, from: number, to: number): ReturnType<Quotient> => {
  const [a, b] = [f(from), f(to)];
  const rounding = Number.EPSILON * Math.max(Math.abs(a), Math.abs(b)) + Number.MIN_VALUE;
  return { slope: (b - a) / (to - from), noise: rounding / Math.abs(to - from) };
};

/** A first look: whether the slopes on both sides of x differ, and do not come closer as the step becomes smaller. */
export function looksBroken(f: (x: number) => number, x: number): boolean {
  const gap = (h: number): number => {
    const [below, above] = [slope(f, x - h, x), slope(f, x, x + h)];
    return Math.max(0, Math.abs(above.slope - below.slope) - 8 * (below.noise + above.noise));
  };
  const h = 1e-4 * Math.max(1, Math.abs(x));
  const [wide, narrow] = [gap(h), gap(h / 16)];
  return narrow > 0 && narrow > wide / 2;
}

/**
 * The limit of the quotient for h → 0, where its error is a series in powers h^power, h^(2·power), ...: extrapolated, with the
 * step chosen by how well neighbouring extrapolations agree (Ridders 1982, "Accurate computation of F'(x) and F'(x)F''(x)").
 */
function extrapolate(quotient: Quotient, start: number, power: number): Estimate {
  let best: Estimate = { value: Number.NaN, error: Infinity };
  let previous: number[] = [];
  for (let i = 0, h = start; i < STEPS; i++, h /= SHRINK) {
    const { slope: first, noise } = quotient(h);
    const row = [first];
    let factor = SHRINK ** power;
    for (let j = 1; j <= previous.length; j++, factor *= SHRINK ** power) {
      row.push((row[j - 1]! * factor - previous[j - 1]!) / (factor - 1));
      const error = Math.max(Math.abs(row[j]! - row[j - 1]!), Math.abs(row[j]! - previous[j - 1]!), noise);
      if (error < best.error) best = { value: row[j]!, error };
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
  bestOf(startingSteps(x).map((h) => extrapolate((d) => slope(f, x - d, x + d), h, 2)));

/** The slope of f at x seen from one side: +1 from above, -1 from below. */
export const oneSided = (f: (x: number) => number, x: number, side: 1 | -1): Estimate =>
  bestOf(startingSteps(x).map((h) => extrapolate((d) => slope(f, x, x + side * d), h, 1)));

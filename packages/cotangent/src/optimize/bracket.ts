/** A place on the line, and a function's value and slope there. */
export interface Sample {
  readonly x: number;
  readonly value: number;
  readonly slope: number;
}

/** An interval at whose ends the function has different signs. */
export interface Bracket {
  readonly negative: Sample;
  readonly positive: Sample;
}

/** The bracket between two samples; undefined where their signs agree. A zero counts as either. */
export function bracketOf(a: Sample, b: Sample): Bracket | undefined {
  if (a.value <= 0 && b.value >= 0) return { negative: a, positive: b };
  if (b.value <= 0 && a.value >= 0) return { negative: b, positive: a };
  return undefined;
}

/**
 * Narrows a bracket until no number is left inside, by Newton's steps where they shrink it fast enough and by halving
 * otherwise. Yields every place it looks at, and returns the best; or a place at which the function has no value.
 */
export function* narrow(bracket: Bracket, sample: (x: number) => Sample): Generator<Sample, Sample, void> {
  let { negative, positive } = bracket;
  for (let before = Infinity; ;) {
    const best = -negative.value < positive.value ? negative : positive;
    const width = Math.abs(positive.x - negative.x);
    const middle = halfway(negative.x, positive.x);
    if (best.value === 0 || middle === negative.x || middle === positive.x) return best;
    const newton = best.x - best.value / best.slope;
    const isInside = isBetween(newton, negative.x, positive.x);
    const next = sample(isInside && width <= before / 2 ? overshoot(newton, best.x, middle) : middle);
    before = isInside && width <= before / 2 ? width : Infinity;
    if (Number.isNaN(next.value)) return next;
    if (next.value < 0) negative = next;
    else positive = next;
    yield next;
  }
}

/**
 * Newton's steps come near a root from one side, and would leave the other end of the bracket where it is: go a little
 * further than the step, at least to the next number.
 */
function overshoot(newton: number, from: number, limit: number): number {
  const least = 2 * Number.EPSILON * Math.abs(newton);
  const step = newton - from;
  if (Math.abs(step) > 1e6 * least) return newton;
  const beyond = newton + Math.sign(step) * least;
  return isBetween(beyond, from, limit) ? beyond : limit;
}

const isBetween = (x: number, a: number, b: number): boolean => x > Math.min(a, b) && x < Math.max(a, b);

/**
 * Between a and b: zero where it lies between them, and their geometric mean where they differ by magnitudes, so that few
 * halvings reach any number.
 */
function halfway(a: number, b: number): number {
  if (Math.sign(a) !== Math.sign(b) && a !== 0 && b !== 0) return 0;
  const [low, high] = [Math.min(Math.abs(a), Math.abs(b)), Math.max(Math.abs(a), Math.abs(b))];
  if (high <= 16 * low) return a / 2 + b / 2;
  return Math.sign(a + b) * Math.sqrt(Math.max(low, Number.MIN_VALUE)) * Math.sqrt(high);
}

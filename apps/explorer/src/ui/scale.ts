/** Axes: from numbers to pixels, and where ticks stand. */

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** From a number to pixels. */
  readonly at: (x: number) => number;
  /** And back. */
  readonly from: (pixel: number) => number;
}

export function linear([low, high]: readonly [number, number], [a, b]: readonly [number, number]): Scale {
  return {
    low,
    high,
    at: (x) => a + ((x - low) / (high - low)) * (b - a),
    from: (pixel) => low + ((pixel - a) / (b - a)) * (high - low),
  };
}

/** 1, 2 or 5 times a power of ten: the nearest such number that is not below `least`. */
export function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((k) => k * power >= least * (1 - 1e-12))!;
  return factor * power;
}

/** A number on the grid of `step`, written as it would be by hand: 0.3, not 0.30000000000000004. */
export function snapped(x: number, step: number): number {
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Number((Math.round(x / step) * step).toFixed(Math.min(digits, 100)));
}

/** Some `count` ticks. */
export function ticks({ low, high }: Pick<Scale, "low" | "high">, count: number): readonly number[] {
  const step = niceStep((high - low) / Math.max(1, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => snapped((first + i) * step, step));
}

/** What part of an axis to show: all of it, unless a pole sends a few values far out; a constant in the middle. */
export function rangeOf(values: Iterable<number>): readonly [number, number] {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort();
  if (sorted.length === 0) return [-1, 1];
  const quantile = (q: number): number => sorted[Math.round(q * (sorted.length - 1))]!;
  let [low, high] = [quantile(0), quantile(1)];
  const middle = quantile(0.95) - quantile(0.05);
  if (middle > 0 && high - low > 12 * middle) {
    [low, high] = [Math.max(low, quantile(0.05) - middle), Math.min(high, quantile(0.95) + middle)];
  }
  if (high - low <= 1e-12 * Math.max(Math.abs(low), Math.abs(high)) || low === high) {
    const air = Math.max(1, Math.abs(low) / 2);
    return [low - air, high + air];
  }
  const air = (high - low) * 0.06;
  return [low - air, high + air];
}

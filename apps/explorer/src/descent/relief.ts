/** Heights as colours, in steps that each cover about as much of the map as the others. */

type Rgb = readonly [number, number, number];

export interface Colours {
  readonly low: Rgb;
  readonly high: Rgb;
  /** Where the function is not finite. */
  readonly none: Rgb;
}

const STEPS = 16;

/** The heights at which the colour changes, ascending. */
export function levelsOf(heights: Float64Array): Float64Array {
  const sorted = heights.filter(Number.isFinite).sort();
  const found = Array.from(
    { length: STEPS - 1 },
    (_, k) => sorted[Math.floor(((k + 1) / STEPS) * sorted.length)]!,
  );
  return Float64Array.from(new Set(found.filter(Number.isFinite)));
}

/** Fills an image; the heights lie row by row from below, as many across as down, and are interpolated. */
export function shade(
  heights: Float64Array,
  levels: Float64Array,
  { low, high, none }: Colours,
  image: { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray },
): void {
  const size = Math.sqrt(heights.length);
  const steps = Array.from({ length: levels.length + 1 }, (_, k): Rgb => {
    const t = levels.length === 0 ? 0 : k / levels.length;
    return [0, 1, 2].map((c) => low[c]! + (high[c]! - low[c]!) * t) as unknown as Rgb;
  });
  for (let row = 0; row < image.height; row++) {
    const v = (1 - row / (image.height - 1)) * (size - 1);
    const i = Math.min(size - 2, Math.floor(v));
    for (let column = 0; column < image.width; column++) {
      const u = (column / (image.width - 1)) * (size - 1);
      const j = Math.min(size - 2, Math.floor(u));
      const [s, t] = [u - j, v - i];
      const at = i * size + j;
      const height =
        (heights[at]! * (1 - s) + heights[at + 1]! * s) * (1 - t) +
        (heights[at + size]! * (1 - s) + heights[at + size + 1]! * s) * t;
      const colour = Number.isFinite(height) ? steps[stepOf(levels, height)]! : none;
      const to = 4 * (row * image.width + column);
      for (let c = 0; c < 3; c++) image.data[to + c] = colour[c]!;
      image.data[to + 3] = 255;
    }
  }
}

/** How many of the levels lie at or below a height. */
function stepOf(levels: Float64Array, height: number): number {
  let [from, to] = [0, levels.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (levels[middle]! <= height) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Functions of two numbers in steps of height, the same in contours and surfaces. */
import { AdError, value } from "cotangent";
import type { Real } from "cotangent";

import { element, group } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { formatNumber } from "../svg/text.ts";
import { levels, paint } from "../svg/theme.ts";
import type { Colour } from "../svg/theme.ts";
import { checkRange } from "./range.ts";
import type { PlotOptions } from "./range.ts";

/** A function of two numbers: on plain numbers, or on Reals where gradients are to be drawn. */
export type Surface = ((x: number, y: number) => Real) | ((x: Real, y: Real) => Real);

/** Where a function of two numbers is plotted. */
export interface SurfaceOptions extends PlotOptions {
  /** Default: from −4 to 4. */
  readonly xRange?: readonly [low: number, high: number];
  /** Default: from −4 to 4. */
  readonly yRange?: readonly [low: number, high: number];
}

/** @throws AdError `wrong-option` */
export function ranges({ xRange = [-4, 4], yRange = [-4, 4] }: SurfaceOptions): {
  xRange: readonly [number, number];
  yRange: readonly [number, number];
} {
  checkRange(xRange, "xRange");
  checkRange(yRange, "yRange");
  return { xRange, yRange };
}

export const onNumbers =
  (f: Surface) =>
  (x: number, y: number): number =>
    value(f(x, y));

/** A function of two numbers on a grid. */
export interface SampledSurface {
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** z[i][j] = f(x[j], y[i]). */
  readonly z: readonly (readonly number[])[];
  /** The heights that divide the values into parts of about the same size, ascending; the first is the least value. */
  readonly thresholds: readonly number[];
  readonly highest: number;
}

/**
 * The numbers behind a contour plot, for those who draw by other means: `columns` times `rows` places, the corners included.
 * @throws AdError `wrong-option`
 */
export function sampleSurface(
  f: Surface,
  options: SurfaceOptions & { readonly columns?: number; readonly rows?: number } = {},
): SampledSurface {
  const { columns = 61, rows = 61 } = options;
  if (![columns, rows].every((n) => Number.isInteger(n) && n >= 2 && n <= 2000)) {
    throw new AdError(
      "wrong-option",
      `A grid of ${columns} columns and ${rows} rows was asked for.`,
      "Give whole numbers from 2 to 2000.",
    );
  }
  const { xRange, yRange } = ranges(options);
  const at = onNumbers(f);
  const [x, y] = [spread(xRange, columns - 1), spread(yRange, rows - 1)];
  const z = y.map((b) => x.map((a) => at(a, b)));
  const { thresholds, high } = new Levels(z.flat());
  return { x, y, z, thresholds, highest: high };
}

/** `count` + 1 places, the ends included. */
export const spread = ([low, high]: readonly [number, number], count: number): number[] =>
  Array.from({ length: count + 1 }, (_, i) => low + ((high - low) * i) / count);

/** Heights that divide the values of f into as many parts as there are colours, each about as large as the others. */
export class Levels {
  /** Ascending, the least value first. */
  readonly thresholds: readonly number[];
  readonly low: number;
  readonly high: number;

  constructor(values: readonly number[]) {
    const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
    this.low = sorted[0] ?? 0;
    this.high = sorted.at(-1) ?? 0;
    const parts = levels.length;
    const found = new Set<number>([this.low]);
    for (let k = 1; k < parts; k++) {
      const exact = sorted[Math.floor((k / parts) * sorted.length)] ?? 0;
      // Two digits can be read in a legend; near a minimum they may not be enough to tell two heights apart.
      const rounded = Number(exact.toPrecision(2));
      found.add(rounded > this.low && rounded < this.high ? rounded : exact);
    }
    this.thresholds = [...found].sort((a, b) => a - b);
  }

  colour(z: number): Colour {
    let k = 0;
    while (k + 1 < this.thresholds.length && z >= this.thresholds[k + 1]!) k++;
    return this.colourOf(k);
  }

  /** The colour from the k-th threshold on. */
  colourOf(k: number): Colour {
    const last = Math.max(1, this.thresholds.length - 1);
    return levels[Math.round((k * (levels.length - 1)) / last)]!;
  }

  /** A scale of colours with the heights between them, `width` wide. */
  legend(width: number, y: number): Element {
    const cell = Math.min(58, (width - 80) / this.thresholds.length);
    const left = (width - cell * this.thresholds.length) / 2;
    return group(
      {},
      this.thresholds.flatMap((threshold, k) => [
        element("rect", {
          x: left + k * cell,
          y,
          width: cell,
          height: 10,
          fill: paint(this.colourOf(k)),
          stroke: paint("muted"),
          "stroke-width": 0.6,
        }),
        element(
          "text",
          { x: left + k * cell, y: y + 23, "font-size": 11, "text-anchor": "middle", fill: paint("ink") },
          formatNumber(threshold, 2),
        ),
        ...(k < this.thresholds.length - 1
          ? []
          : [
              element(
                "text",
                {
                  x: left + (k + 1) * cell,
                  y: y + 23,
                  "font-size": 11,
                  "text-anchor": "middle",
                  fill: paint("ink"),
                },
                formatNumber(this.high, 2),
              ),
            ]),
      ]),
    );
  }
}
/** The height of {@link Levels.legend}. */
export const LEVELS_HEIGHT = 34;

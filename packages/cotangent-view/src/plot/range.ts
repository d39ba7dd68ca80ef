/** What all plots take, and the ranges of their axes. */
import { AdError } from "cotangent";

import type { FigureOptions } from "../svg/figure.ts";

/** What every plot takes. */
export interface PlotOptions extends FigureOptions {
  /** In pixels. Default: 560. */
  readonly width?: number;
  /** In pixels, without title and legend. Default: 360. */
  readonly height?: number;
  readonly xLabel?: string;
  readonly yLabel?: string;
}

/** @throws AdError `wrong-option` */
export function checkRange(range: readonly [number, number], what: string): void {
  if (range.length === 2 && range.every(Number.isFinite) && range[0] < range[1]) return;
  throw new AdError(
    "wrong-option",
    `${what} is [${range.join(", ")}].`,
    "Give two finite numbers, the smaller one first.",
  );
}

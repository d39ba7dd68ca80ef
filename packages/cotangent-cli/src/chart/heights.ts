/** A function of two variables in the terminal: shades of the levels, darker or brighter the higher. */
import { formatNumber } from "cotangent-view/data";
import type { SampledSurface } from "cotangent-view/data";

import { styled } from "../terminal.ts";
import { withAxes } from "./axes.ts";
import { columnsOf } from "./curves.ts";
import type { ChartOptions } from "./curves.ts";

/** From low to high. */
const SHADES = [" ", "·", "░", "▒", "▓", "█"] as const;
const AROUND = 5;

/** How many places are to be computed, across and down. */
export const gridOf = ({
  columns,
  rows,
}: ChartOptions): { readonly columns: number; readonly rows: number } => ({
  columns: columnsOf(columns),
  rows: Math.max(4, rows - AROUND),
});

/** Heights as shades, with arrows along the gradient if there are any. */
export function drawHeights(
  sampled: SampledSurface,
  options: ChartOptions,
  gradient?: (x: number, y: number) => readonly [number, number],
): string {
  const { x, y, z } = sampled;
  const bounds = boundsOf(sampled);
  const rows = z
    .map((row, i) =>
      row
        .map((height, j) => {
          if (gradient !== undefined && i % 3 === 1 && j % 6 === 3) {
            const arrow = arrowOf(gradient(x[j]!, y[i]!));
            if (arrow !== undefined) return styled(arrow, "bold", options.colours);
          }
          return shadeOf(height, bounds);
        })
        .join(""),
    )
    .reverse();
  const lines = withAxes(rows, {
    columns: x.length,
    x: [x[0]!, x.at(-1)!],
    y: [y[0]!, y.at(-1)!],
    xLabel: options.xLabel,
    yLabel: options.yLabel,
  });
  const legend = SHADES.slice(0, bounds.length)
    .map((shade, k) => `${shade === " " ? "␣" : shade} from ${formatNumber(bounds[k]!, 3)}`)
    .join("  ");
  const title = styled(options.title, "bold", options.colours);
  return `${[title, `${legend}, to ${formatNumber(sampled.highest, 3)}`, ...lines].join("\n")}\n`;
}

/** The least height of each shade, so that each covers about as much as the others. */
function boundsOf({ z }: SampledSurface): number[] {
  const sorted = z
    .flat()
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const found = SHADES.map((_, k) => sorted[Math.floor((k / SHADES.length) * sorted.length)] ?? 0);
  return [...new Set(found)];
}

function shadeOf(height: number, bounds: readonly number[]): string {
  if (!Number.isFinite(height)) return "?";
  let k = 0;
  while (k + 1 < bounds.length && height >= bounds[k + 1]!) k++;
  return SHADES[k]!;
}

const ARROWS = ["→", "↗", "↑", "↖", "←", "↙", "↓", "↘"] as const;

/** The arrow that points along a gradient; none where it is zero or not finite. */
function arrowOf([dx, dy]: readonly [number, number]): string | undefined {
  if (!Number.isFinite(dx) || !Number.isFinite(dy) || (dx === 0 && dy === 0)) return undefined;
  return ARROWS[(Math.round(Math.atan2(dy, dx) / (Math.PI / 4)) + 8) % 8];
}

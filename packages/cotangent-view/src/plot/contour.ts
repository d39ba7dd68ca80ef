import { AdError, grad } from "cotangent";
import type { Real } from "cotangent";
import * as Plot from "@observablehq/plot";

import type { Figure } from "../svg/figure.ts";
import { formatNumber } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { Levels, LEVELS_HEIGHT, onNumbers, ranges, spread } from "./levels.ts";
import type { Surface, SurfaceOptions } from "./levels.ts";
import { axisNames, margins, sheet, ticks } from "./sheet.ts";
import type { Key } from "./sheet.ts";

/** How a function of two numbers is drawn from above. */
export interface ContourOptions extends SurfaceOptions {
  /** Draw arrows along the gradient: uphill, longer where it is steeper. f has to be a function of Reals. */
  readonly gradient?: boolean;
  /** Points to be joined by a line, such as the steps of an optimiser; several paths by name. */
  readonly path?: readonly (readonly [x: number, y: number])[];
}

const ARROWS = 10;
const LONGEST = 24;

/**
 * A function of two variables from above: regions between lines of equal height, and arrows along its gradient.
 *
 *     plotContour("x² + 3y²", (x: Real, y: Real) => add(square(x), mul(3, square(y))), { gradient: true });
 *
 * @throws AdError `wrong-option`; `implicit-conversion` where the gradient is asked of a function of plain numbers
 */
export function plotContour(title: string, f: Surface, options: ContourOptions = {}): Figure {
  const { gradient = false, path = [], width = 560, height = 460 } = options;
  const { xRange, yRange } = ranges(options);
  const at = onNumbers(f);
  const values = spread(xRange, 60).flatMap((x) => spread(yRange, 60).map((y) => at(x, y)));
  if (!values.some(Number.isFinite)) {
    throw new AdError(
      "wrong-option",
      "The function is finite nowhere in this range.",
      "Choose another xRange and yRange.",
    );
  }
  const levels = new Levels(values);
  const area = { x1: xRange[0], x2: xRange[1], y1: yRange[0], y2: yRange[1] };
  // A plot of white paper where f is not finite: contours are drawn of finite values only.
  const height_ = (x: number, y: number): number => {
    const z = at(x, y);
    return Number.isFinite(z) ? z : NaN;
  };
  const marks: Plot.Markish[] =
    levels.thresholds.length === 1
      ? []
      : [
          Plot.contour({
            ...area,
            fill: height_,
            stroke: paint("muted"),
            strokeWidth: 0.6,
            thresholds: [...levels.thresholds],
            pixelSize: 4,
          }),
        ];
  const keys: Key[] = [];
  if (gradient) {
    const scale = {
      x: (width - margins.marginLeft - margins.marginRight) / (xRange[1] - xRange[0]),
      y: (height - margins.marginBottom - 20) / (yRange[1] - yRange[0]),
    };
    marks.push(...arrows(f as (x: Real, y: Real) => Real, xRange, yRange, scale));
    keys.push({ name: "gradient", colour: "ink", mark: "arrow" });
  }
  if (path.length > 0) {
    marks.push(
      Plot.line(path, {
        x: (p: readonly number[]) => p[0],
        y: (p: readonly number[]) => p[1],
        stroke: paint("red"),
        strokeWidth: 2,
        clip: true,
      }),
      Plot.dot(path, {
        x: (p: readonly number[]) => p[0],
        y: (p: readonly number[]) => p[1],
        r: 3,
        fill: paint("red"),
        stroke: paint("paper"),
        clip: true,
      }),
    );
    keys.push(
      path.length === 1
        ? { name: "point", colour: "red", mark: "dot" }
        : { name: "path", colour: "red", mark: "line" },
    );
  }
  const lowest = lowestPlace(at, xRange, yRange);
  const description = [
    `Contours of a function of two variables, x from ${range(xRange)} and y from ${range(yRange)}.`,
    `Its values run from ${formatNumber(levels.low)}, near (${lowest.map((x) => formatNumber(x, 2)).join(", ")}), to ${formatNumber(levels.high)}.`,
    ...(gradient ? ["Arrows point uphill, along the gradient."] : []),
    ...(path.length > 0
      ? [
          `A path of ${path.length} points ends at (${path
            .at(-1)!
            .map((x) => formatNumber(x))
            .join(", ")}).`,
        ]
      : []),
  ].join(" ");
  return sheet(
    title,
    description,
    {
      ...margins,
      x: { domain: [...xRange], nice: false },
      y: { domain: [...yRange], nice: false },
      color: {
        type: "threshold",
        domain: levels.thresholds.slice(1),
        range: levels.thresholds.map((_, k) => paint(levels.colourOf(k))),
      },
      marks: [...marks, Plot.frame({ stroke: paint("muted") }), ...ticks(), ...axisNames(options)],
    },
    keys,
    { ...options, width, height },
    { height: LEVELS_HEIGHT, draw: (y) => levels.legend(width, y) },
  );
}

/** Arrows on a grid, as long as the gradient is steep, up to a limit; their direction is that on the paper. */
function arrows(
  f: (x: Real, y: Real) => Real,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
  scale: { x: number; y: number },
): Plot.Markish[] {
  const gradient = grad(f);
  const middle = (range: readonly [number, number]): number[] =>
    spread(range, 2 * ARROWS).filter((_, i) => i % 2 === 1);
  const found = middle(xRange).flatMap((x) =>
    middle(yRange).flatMap((y) => {
      const [gx, gy] = gradient(x, y);
      const size = Math.hypot(gx, gy);
      return Number.isFinite(size) && size > 0 ? [{ x, y, gx, gy, size }] : [];
    }),
  );
  const sizes = found.map(({ size }) => size).sort((a, b) => a - b);
  const typical = sizes[Math.floor(sizes.length * 0.9)] ?? 1;
  return [
    Plot.vector(found, {
      x: "x",
      y: "y",
      length: ({ size }: { size: number }) => 5 + (LONGEST - 5) * Math.min(1, Math.sqrt(size / typical)),
      rotate: ({ gx, gy }: { gx: number; gy: number }) =>
        (Math.atan2(gx * scale.x, gy * scale.y) * 180) / Math.PI,
      stroke: paint("ink"),
      strokeWidth: 1.3,
      anchor: "middle",
    }),
  ];
}

const range = ([low, high]: readonly [number, number]): string =>
  `${formatNumber(low)} to ${formatNumber(high)}`;

function lowestPlace(
  f: (x: number, y: number) => number,
  xRange: readonly [number, number],
  yRange: readonly [number, number],
): [number, number] {
  let best: [number, number] = [xRange[0], yRange[0]];
  let least = Infinity;
  for (const x of spread(xRange, 60)) {
    for (const y of spread(yRange, 60)) {
      const z = f(x, y);
      if (z < least) [least, best] = [z, [x, y]];
    }
  }
  return best;
}

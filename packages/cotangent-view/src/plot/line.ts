import * as Plot from "@observablehq/plot";

import type { Figure } from "../svg/figure.ts";
import { formatNumber } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { linesOf, sample } from "./sample.ts";
import type { Curve, FunctionPlotOptions, Line } from "./sample.ts";
import { axisNames, frame, margins, series, sheet } from "./sheet.ts";
import type { Key } from "./sheet.ts";

/**
 * A function of one variable as a curve, with derivatives, a tangent line, and the secant of a central difference on request.
 *
 *     plotFunction("Square", (x) => Square.forward(new Context(), x));
 *     plotFunction("x sin x", (x: Real) => mul(x, sin(x)), { derivatives: 2, tangent: 1 });
 *
 * Where f is not finite the curve has a gap.
 * @throws AdError `wrong-option`; `implicit-conversion` where derivatives are asked of a function of plain numbers
 */
export function plotFunction(title: string, f: Curve, options: FunctionPlotOptions = {}): Figure {
  const lines = linesOf(f, options);
  const sampled = sample(f, lines, options);
  const xs = sampled.x;
  const data = sampled.curves.map(({ y }) => xs.map((x, i) => ({ x, y: y[i]! })));
  const [low, high] = sampled.yRange;
  const marks: Plot.Markish[] = [
    ...frame(),
    ...(low <= 0 && high >= 0 ? [Plot.ruleY([0], { stroke: paint("muted") })] : []),
  ];
  const keys: Key[] = [];
  lines.forEach(({ name, from, f }, i) => {
    const { colour, dash } = series[i % series.length]!;
    keys.push({ name, colour, dash, mark: "line" });
    const points =
      from === "curve" ? broken(data[i]!, low, high) : [xs[0]!, xs.at(-1)!].map((x) => ({ x, y: f(x) }));
    marks.push(
      Plot.line(points, {
        x: "x",
        y: "y",
        stroke: paint(colour),
        strokeWidth: 2.2,
        ...(dash === undefined ? {} : { strokeDasharray: dash }),
        clip: true,
      }),
    );
  });
  const touched = sampled.marked;
  marks.push(Plot.dot(touched, { x: "x", y: "y", r: 4.5, fill: paint("red"), stroke: paint("paper") }));
  return sheet(
    title,
    describe(lines, xs, data, touched),
    {
      ...margins,
      x: { domain: [xs[0]!, xs.at(-1)!] },
      y: { domain: [low, high] },
      marks: [...marks, ...axisNames(options)],
    },
    keys.length > 1 ? keys : [],
    options,
  );
}

/** Without the line that would join the two ends of a curve at a pole: one leaves at the top, the other comes in at the bottom. */
function broken(
  points: readonly { x: number; y: number }[],
  low: number,
  high: number,
): { x: number; y: number }[] {
  return points.flatMap((point, i) => {
    const next = points[i + 1];
    const jumps =
      next !== undefined && ((point.y > high && next.y < low) || (point.y < low && next.y > high));
    return jumps ? [point, { x: (point.x + next.x) / 2, y: NaN }] : [point];
  });
}

function describe(
  lines: readonly Line[],
  xs: readonly number[],
  data: readonly (readonly { y: number }[])[],
  touched: readonly { x: number; y: number }[],
): string {
  const range = `x from ${formatNumber(xs[0]!)} to ${formatNumber(xs.at(-1)!)}`;
  const each = lines.map(({ name }, i) => {
    const ys = data[i]!.map(({ y }) => y).filter(Number.isFinite);
    if (ys.length === 0) return `${name} is nowhere finite`;
    const [low, high] = [Math.min(...ys), Math.max(...ys)];
    return low === high
      ? `${name} is constantly ${formatNumber(low)}`
      : `${name} runs from ${formatNumber(ys[0]!)} to ${formatNumber(ys.at(-1)!)}, between ${formatNumber(low)} and ${formatNumber(high)}`;
  });
  const points = touched.map(({ x, y }) => `(${formatNumber(x)}, ${formatNumber(y)})`);
  return `${range}: ${each.join("; ")}.${points.length === 0 ? "" : ` Marked: ${points.join(", ")}.`}`;
}

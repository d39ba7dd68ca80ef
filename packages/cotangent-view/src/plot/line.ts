import { AdError, derivative, value } from "cotangent";
import type { Real } from "cotangent";
import * as Plot from "@observablehq/plot";

import type { Figure } from "../svg/figure.ts";
import { formatNumber } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { axisNames, checkRange, frame, margins, series, sheet } from "./sheet.ts";
import type { Key, PlotOptions } from "./sheet.ts";

/** A function of one number: on plain numbers, or on Reals where derivatives are to be drawn. */
export type Curve = ((x: number) => Real) | ((x: Real) => Real);

/** How a function is plotted. */
export interface FunctionPlotOptions extends PlotOptions {
  /** From where to where. Default: 40 points, x = i/5 − 4, from −4 to 3.8. */
  readonly range?: readonly [low: number, high: number];
  /** How many points, the ends included. Default: 40; with a `range` of one's own, 200. */
  readonly points?: number;
  /** Draw the derivatives up to this order, too. */
  readonly derivatives?: number;
  /** Draw the tangent line there. */
  readonly tangent?: number;
  /** Draw the secant of the central difference: through x − epsilon and x + epsilon. */
  readonly secant?: { readonly at: number; readonly epsilon: number };
  /** Further functions, by name. */
  readonly others?: Readonly<Record<string, Curve>>;
  /** What to call f in the legend. Default: `f(x)`. */
  readonly name?: string;
  /** What part of the y axis to show. Default: all that is drawn, unless a few points lie far out. */
  readonly yRange?: readonly [low: number, high: number];
}

interface Line {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly from: "curve" | "straight";
}

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

/** What {@link plotFunction} draws, as numbers. */
export interface SampledFunction {
  readonly x: readonly number[];
  /** f, its derivatives, the others, tangent and secant, in this order; NaN where a curve has a gap. */
  readonly curves: readonly { readonly name: string; readonly y: readonly number[] }[];
  /** What part of the y axis is shown. */
  readonly yRange: readonly [low: number, high: number];
  /** Where a tangent touches, and where a secant cuts. */
  readonly marked: readonly { readonly x: number; readonly y: number }[];
}

/**
 * The numbers behind a plot, for those who draw by other means.
 * @throws AdError as {@link plotFunction}
 */
export const sampleFunction = (f: Curve, options: FunctionPlotOptions = {}): SampledFunction =>
  sample(f, linesOf(f, options), options);

function sample(f: Curve, lines: readonly Line[], options: FunctionPlotOptions): SampledFunction {
  const x = samples(options);
  const curves = lines.map(({ name, f }) => ({ name, y: x.map((at) => finite(f(at))) }));
  const shown = options.yRange ?? yRange(curves.flatMap(({ y }) => y));
  return { x, curves, yRange: shown, marked: touchedBy(f, options) };
}

function samples({ range, points = range === undefined ? 40 : 200 }: FunctionPlotOptions): number[] {
  if (!Number.isInteger(points) || points < 2 || points > 100000) {
    throw new AdError("wrong-option", `points is ${points}.`, "Give a whole number from 2 to 100000.");
  }
  if (range === undefined && points === 40) return Array.from({ length: 40 }, (_, i) => i / 5 - 4);
  const [low, high] = range ?? [-4, 3.8];
  checkRange([low, high], "range");
  return Array.from({ length: points }, (_, i) => low + ((high - low) * i) / (points - 1));
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

const finite = (y: number): number => (Number.isFinite(y) ? y : NaN);

function linesOf(f: Curve, options: FunctionPlotOptions): Line[] {
  const { derivatives = 0, tangent, secant, others = {}, name = "f(x)" } = options;
  if (!Number.isInteger(derivatives) || derivatives < 0 || derivatives > 4) {
    throw new AdError("wrong-option", `derivatives is ${derivatives}.`, "Give an order from 0 to 4.");
  }
  const real = f as (x: Real) => Real;
  const plain = (g: Curve) => (x: number) => value(g(x));
  const lines: Line[] = [{ name, f: plain(f), from: "curve" }];
  for (let order = 1; order <= derivatives; order++) {
    lines.push({ name: primed(name, order), f: plain(derivative(real, order)), from: "curve" });
  }
  for (const [name, g] of Object.entries(others)) lines.push({ name, f: plain(g), from: "curve" });
  if (tangent !== undefined) {
    const slope = derivative(real)(tangent);
    const y = value(real(tangent));
    lines.push({
      name: `tangent at ${formatNumber(tangent)}, slope ${formatNumber(slope)}`,
      f: (x) => y + slope * (x - tangent),
      from: "straight",
    });
  }
  if (secant !== undefined) {
    const { at, epsilon } = secant;
    if (!(epsilon > 0)) {
      throw new AdError("wrong-option", `The secant's epsilon is ${epsilon}.`, "Give a number above 0.");
    }
    const [a, b] = [plain(f)(at - epsilon), plain(f)(at + epsilon)];
    const slope = (b - a) / (2 * epsilon);
    lines.push({
      name: `secant, slope ${formatNumber(slope)}`,
      f: (x) => a + slope * (x - at + epsilon),
      from: "straight",
    });
  }
  return lines;
}

/** f(x), f′(x), f″(x); what has no argument in its name gets the mark at its end. */
function primed(name: string, order: number): string {
  const marks = ["", "′", "″", "‴", "⁗"][order]!;
  return /^\p{L}+\(/u.test(name) ? name.replace("(", `${marks}(`) : `(${name})${marks}`;
}

/** The points where a tangent touches, and where a secant cuts. */
function touchedBy(f: Curve, { tangent, secant }: FunctionPlotOptions): { x: number; y: number }[] {
  const xs = [
    ...(tangent === undefined ? [] : [tangent]),
    ...(secant === undefined ? [] : [secant.at - secant.epsilon, secant.at + secant.epsilon]),
  ];
  return xs.map((x) => ({ x, y: value(f(x)) }));
}

/** All values with a little air; where a pole sends a few of them far out, the range of the others. */
function yRange(ys: readonly number[]): [number, number] {
  const sorted = ys.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return [-1, 1];
  const at = (q: number): number => sorted[Math.round(q * (sorted.length - 1))]!;
  let [low, high] = [at(0), at(1)];
  const middle = at(0.9) - at(0.1);
  if (middle > 0 && high - low > 20 * middle) [low, high] = [at(0.1) - middle, at(0.9) + middle];
  // A constant is drawn in the middle, at a scale on which its value can be read.
  if (low === high) return [low - Math.max(1, Math.abs(low) / 2), high + Math.max(1, Math.abs(high) / 2)];
  const air = (high - low) * 0.05;
  return [low - air, high + air];
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

/** The numbers behind a plot of one variable: f, its derivatives, tangents and secants. Nothing here draws. */
import { AdError, derivative, value } from "cotangent";
import type { Real } from "cotangent";

import { formatNumber } from "../svg/text.ts";
import { checkRange } from "./range.ts";
import type { PlotOptions } from "./range.ts";

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

export interface Line {
  readonly name: string;
  readonly f: (x: number) => number;
  readonly from: "curve" | "straight";
}

/** What `plotFunction` draws, as numbers. */
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
 * @throws AdError as `plotFunction`
 */
export const sampleFunction = (f: Curve, options: FunctionPlotOptions = {}): SampledFunction =>
  sample(f, linesOf(f, options), options);

export function sample(f: Curve, lines: readonly Line[], options: FunctionPlotOptions): SampledFunction {
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

const finite = (y: number): number => (Number.isFinite(y) ? y : NaN);

export function linesOf(f: Curve, options: FunctionPlotOptions): Line[] {
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

import { AdError } from "cotangent";

import { arrow } from "../svg/arrow.ts";
import { element, group } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { Figure } from "../svg/figure.ts";
import type { FigureOptions } from "../svg/figure.ts";
import { formatNumber, mathText, mathWidth, shorten, textWidth } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { chain } from "./model.ts";
import type { Box, BoxFunction, Label } from "./model.ts";

/** How a box figure is drawn. */
export interface BoxOptions extends FigureOptions {
  /** Values to the right, derivatives to the left, or one above the other. Default: `forward`. */
  readonly direction?: "forward" | "backward" | "both";
  /** The arguments of the first function: what to compute the numbers with. */
  readonly at?: readonly number[];
  /** The derivative that comes in from the right; 1 unless said. Numbers only. */
  readonly dOut?: number;
  /** What the arrows say. Default: `numbers` where `at` is given, otherwise `symbols`. */
  readonly show?: "symbols" | "numbers" | "both";
  /** What to call the arguments of the first function. Default: x, y, z, ... */
  readonly inputs?: readonly string[];
  /** A name for each value between boxes (y, and dOut coming back), instead of f(g(x)). Default: from three boxes on. */
  readonly names?: boolean;
}

const MARGIN = 24;
const SIZE = 20;
const LANE = 48;
const MIN_ARROW = 84;

/**
 * A function as a box: what goes in on the left, what comes out on the right; and backward, dOut coming in on the right and
 * f′(x) × dOut leaving on the left. Several functions make a chain, in which the left box is handed what the right one returned.
 *
 *     boxes(Square);                                    // x → [f] → f(x)
 *     boxes(Square, { direction: "backward", at: [3] }); // 6 × 1 = 6 ← [f] ← 1
 *     boxes([Mul, Square], { direction: "both" });
 *     boxes(["g", "f"]);                                // f(g(x)), nothing but symbols
 *
 * @throws AdError `wrong-option`, `not-a-function`, and what the functions throw
 */
export function boxes(functions: BoxFunction | readonly BoxFunction[], options: BoxOptions = {}): Figure {
  const { direction = "forward", at, dOut, inputs, names } = options;
  const show = options.show ?? (at === undefined ? "symbols" : "numbers");
  if (show !== "symbols" && at === undefined) {
    throw new AdError(
      "wrong-option",
      `There are no ${show} to show without inputs.`,
      "Give at: [3], one number per argument.",
    );
  }
  const parts = chain(Array.isArray(functions) ? functions : [functions as BoxFunction], {
    at,
    dOut,
    inputs,
    names,
  });
  const rows = direction === "both" ? (["forward", "backward"] as const) : [direction];

  const says = (label: Label): string => write(label, show);
  // Both rows of one figure have the same measures, so that one stands exactly below the other.
  const plan = rows.map((row) =>
    (row === "forward" ? forwardLabels : backwardLabels)(parts).map((lanes) => lanes.map(says)),
  );
  const gaps = plan[0]!.map((_, i) => Math.max(MIN_ARROW, ...plan.map((lanes) => widest(lanes[i]!) + 34)));
  const widths = parts.map(boxWidth);
  const lanes = Math.max(...plan.flatMap((row) => row.map((labels) => labels.length)));
  const rowHeight = Math.max(76, lanes * LANE + 20);
  const width = sum(gaps) + sum(widths) + 2 * MARGIN;
  const gap = 30;
  const height = rows.length * rowHeight + (rows.length - 1) * gap + 2 * MARGIN;

  const body = rows.flatMap((row, r) =>
    drawRow(parts, plan[r]!, { row, gaps, widths, top: MARGIN + r * (rowHeight + gap), height: rowHeight }),
  );
  return new Figure({ ...describe(parts, rows, show), width, height, body }, options);
}

/** What the arrows before, between and after the boxes say. */
const forwardLabels = (parts: readonly Box[]): (readonly Label[])[] => [
  parts[0]!.inputs,
  ...parts.map(({ output }) => [output]),
];
const backwardLabels = (parts: readonly Box[]): (readonly Label[])[] => [
  parts[0]!.derivatives,
  ...parts.slice(1).map(({ derivatives }) => derivatives),
  [parts.at(-1)!.dOut],
];

function write({ symbol, numbers }: Label, show: "symbols" | "numbers" | "both"): string {
  if (show === "symbols" || numbers === undefined) return symbol;
  const product = numbers.map((x, i) =>
    i > 0 && i < numbers.length - 1 && x < 0 ? `(${formatNumber(x)})` : formatNumber(x),
  );
  const result = product.pop()!;
  const text = product.length === 0 ? result : `${product.join(" × ")} = ${result}`;
  return show === "numbers" || symbol === text ? text : `${symbol} = ${text}`;
}

interface Row {
  readonly row: "forward" | "backward";
  readonly gaps: readonly number[];
  readonly widths: readonly number[];
  readonly top: number;
  readonly height: number;
}

function drawRow(
  parts: readonly Box[],
  labels: readonly (readonly string[])[],
  { row, gaps, widths, top, height }: Row,
): Element[] {
  const drawn: Element[] = [];
  let x = MARGIN;
  labels.forEach((lanes, i) => {
    const to = x + gaps[i]!;
    lanes.forEach((text, lane) => {
      const y = top + height / 2 + (lane - (lanes.length - 1) / 2) * LANE;
      const ends = [
        { x, y },
        { x: to, y },
      ];
      drawn.push(
        arrow(row === "forward" ? ends : ends.reverse()),
        mathText(text, SIZE, {
          x: (x + to) / 2 + (row === "forward" ? -4 : 4),
          y: y - 10,
          fill: paint("ink"),
          "text-anchor": "middle",
        }),
      );
    });
    x = to;
    const part = parts[i];
    if (part === undefined) return;
    drawn.push(drawBox(part, row, { x, y: top, width: widths[i]!, height }));
    x += widths[i]!;
  });
  return drawn;
}

function drawBox(
  { symbol, name }: Box,
  row: "forward" | "backward",
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
): Element {
  const middle = { x: x + width / 2, fill: paint("onBox"), "text-anchor": "middle" };
  const centre = y + height / 2;
  const label = row === "forward" ? symbol : `${symbol}′`;
  return group({}, [
    element("rect", { x, y, width, height, fill: paint(row), stroke: paint("outline"), "stroke-width": 1.6 }),
    mathText(label, 26, { ...middle, y: name === undefined ? centre + 8 : centre + 1 }),
    ...(name === undefined
      ? []
      : [element("text", { ...middle, y: centre + 22, "font-size": 13 }, shorten(name, 24))]),
  ]);
}

const boxWidth = ({ symbol, name = "" }: Box): number =>
  Math.max(76, mathWidth(symbol, 26) + 32, textWidth(shorten(name, 24), 13) + 28);
const widest = (texts: readonly string[]): number => Math.max(...texts.map((text) => mathWidth(text, SIZE)));
const sum = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0);

/** The figure in words. */
function describe(
  parts: readonly Box[],
  rows: readonly ("forward" | "backward")[],
  show: "symbols" | "numbers" | "both",
): { title: string; description: string } {
  const names = parts.map(({ name, symbol }) => name ?? symbol);
  const say = (labels: readonly Label[]): string =>
    labels.map((label) => write(label, show).replaceAll("_", "")).join(" and ");
  const sentences = rows.map((row) =>
    row === "forward"
      ? `Forward, left to right: ${parts.map((p, i) => `${names[i]} takes ${say(p.inputs)} and gives ${say([p.output])}`).join("; ")}.`
      : `Backward, right to left: ${parts
          .map((p, i) => `${names[i]} is handed ${say([p.dOut])} and passes back ${say(p.derivatives)}`)
          .reverse()
          .join("; ")}.`,
  );
  return { title: `${names.join(", then ")}: ${rows.join(" and ")}`, description: sentences.join(" ") };
}

/** Curves in the terminal. */
import type { SampledFunction } from "cotangent-view/data";

import { styled } from "../terminal.ts";
import type { Style } from "../terminal.ts";
import { withAxes } from "./axes.ts";
import { ACROSS, Canvas, DOWN } from "./canvas.ts";

/** Colours and dashes, told apart by more than colour: how many dots are drawn, and how many left out. */
const SERIES: readonly { readonly style: Style; readonly dash: readonly [on: number, off: number] }[] = [
  { style: "blue", dash: [1, 0] },
  { style: "yellow", dash: [6, 3] },
  { style: "green", dash: [1, 2] },
  { style: "magenta", dash: [8, 2] },
  { style: "cyan", dash: [3, 2] },
];

export interface ChartOptions {
  readonly title: string;
  /** Of everything, in characters. */
  readonly columns: number;
  readonly rows: number;
  readonly colours: boolean;
  readonly xLabel: string;
  readonly yLabel: string;
}

/** Room for labels at the left. */
const MARGIN = 10;
/** Title, legend, the name of the y axis, the x axis with its labels. */
const AROUND = 5;

/** How many columns the plot itself has. */
export const columnsOf = (columns: number): number => Math.max(10, columns - MARGIN);

/** The samples of a function as lines of text. */
export function drawCurves(sampled: SampledFunction, options: ChartOptions): string {
  const columns = columnsOf(options.columns);
  const rows = Math.max(4, options.rows - AROUND);
  const canvas = new Canvas(columns, rows);
  const [low, high] = sampled.yRange;
  const height = rows * DOWN;
  const rowOf = (y: number): number => ((high - y) / (high - low)) * (height - 1);
  if (low < 0 && high > 0) {
    const zero = Math.floor(rowOf(0) / DOWN);
    for (let column = 0; column < columns; column++) canvas.put(column, zero, "┄", "dim", true);
  }
  sampled.curves.forEach(({ y }, k) => {
    const { style, dash } = SERIES[k % SERIES.length]!;
    drawCurve(canvas, y, rowOf, { style, dash, height });
  });
  const [first, last] = [sampled.x[0]!, sampled.x.at(-1)!];
  for (const { x, y } of sampled.marked) {
    const row = Math.floor(rowOf(y) / DOWN);
    canvas.put(Math.round(((x - first) / (last - first)) * (columns - 1)), row, "●", "red");
  }
  const lines = withAxes(canvas.lines(options.colours), {
    columns,
    x: [first, last],
    y: [low, high],
    xLabel: options.xLabel,
    yLabel: options.yLabel,
  });
  const legend = sampled.curves.map(({ name }, k) => `${sample(k, options.colours)} ${name}`).join("   ");
  const head = [
    styled(options.title, "bold", options.colours),
    ...(sampled.curves.length > 1 ? [legend] : []),
  ];
  return `${[...head, ...lines].join("\n")}\n`;
}

/** One curve: from each place to the next, where both are finite and no pole lies between. */
function drawCurve(
  canvas: Canvas,
  ys: readonly number[],
  rowOf: (y: number) => number,
  { style, dash: [on, off], height }: { style: Style; dash: readonly [number, number]; height: number },
): void {
  const width = canvas.columns * ACROSS;
  let walked = 0;
  let before: number | undefined;
  ys.forEach((y, i) => {
    if (!Number.isFinite(y)) {
      before = undefined;
      return;
    }
    const x = Math.round((i / (ys.length - 1)) * (width - 1));
    const row = Math.round(rowOf(y));
    // At a pole one end leaves at the top, the other comes in at the bottom.
    const jumps = before !== undefined && ((before < 0 && row >= height) || (before >= height && row < 0));
    // What lies outside is not walked through dot by dot.
    const to = clamp(row, -1, height);
    const from = before === undefined || jumps ? to : clamp(before, -1, height);
    const down = to >= from ? 1 : -1;
    // The dot of the place before is there already.
    for (let at = from === to ? to : from + down; at !== to + down; at += down) {
      if (at < 0 || at >= height) continue;
      if (off === 0 || walked % (on + off) < on) canvas.dot(x, at, style);
      walked++;
    }
    before = row;
  });
}

const clamp = (x: number, low: number, high: number): number => Math.max(low, Math.min(high, x));

/** A piece of the line, for the legend. */
function sample(k: number, colours: boolean): string {
  const {
    style,
    dash: [on, off],
  } = SERIES[k % SERIES.length]!;
  const canvas = new Canvas(5, 1);
  for (let x = 0; x < 5 * ACROSS; x++) if (off === 0 || x % (on + off) < on) canvas.dot(x, 2, style);
  return canvas.lines(colours)[0]!.padEnd(colours ? 0 : 5);
}

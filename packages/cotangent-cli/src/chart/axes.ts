/** Axes in characters: round numbers, and where they stand. */
import { formatNumber } from "cotangent-view/data";

/** Round numbers in a range, about `count` of them: multiples of 1, 2 or 5 times a power of ten. */
function ticks(low: number, high: number, count: number): number[] {
  const rough = (high - low) / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  // The nearest by ratio.
  const far = (step: number): number => Math.abs(Math.log(step / rough));
  const step = [1, 2, 5, 10]
    .map((m) => m * power)
    .reduce((best, next) => (far(next) < far(best) ? next : best));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // Multiplied, not added up: 0.30000000000000004 is no round number.
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Puts labelled axes around the rows of a plot. */
export function withAxes(
  rows: readonly string[],
  {
    columns,
    x,
    y,
    xLabel,
    yLabel,
  }: {
    readonly columns: number;
    readonly x: readonly [low: number, high: number];
    readonly y: readonly [low: number, high: number];
    readonly xLabel: string;
    readonly yLabel: string;
  },
): string[] {
  const rowOf = (value: number): number => Math.round(((y[1] - value) / (y[1] - y[0])) * (rows.length - 1));
  const columnOf = (value: number): number => Math.round(((value - x[0]) / (x[1] - x[0])) * (columns - 1));
  const yTicks = new Map(
    ticks(y[0], y[1], Math.max(2, Math.floor(rows.length / 3))).map((t) => [rowOf(t), formatNumber(t)]),
  );
  const xTicks = ticks(x[0], x[1], Math.max(2, Math.floor(columns / 8))).map(
    (t) => [columnOf(t), formatNumber(t)] as const,
  );
  const margin = Math.max(yLabel.length, ...Array.from(yTicks.values(), (text) => text.length)) + 1;

  const lines = [yLabel.padStart(margin - 1)];
  rows.forEach((row, i) => {
    const label = yTicks.get(i);
    lines.push(`${(label ?? "").padStart(margin - 1)} ${label === undefined ? "│" : "┤"}${row}`);
  });
  let ruler = "";
  let labels = "";
  const marked = new Map(xTicks);
  for (let column = 0; column < columns; column++) ruler += marked.has(column) ? "┬" : "─";
  for (const [column, text] of xTicks) {
    const from = margin + 1 + column - Math.floor(text.length / 2);
    // Labels that would touch the one before are left out.
    if (from > labels.length || labels === "") labels = labels.padEnd(from) + text;
  }
  lines.push(`${" ".repeat(margin)}└${ruler}`);
  lines.push(`${labels.padEnd(margin + 1 + columns - xLabel.length - 1)} ${xLabel}`);
  return lines;
}

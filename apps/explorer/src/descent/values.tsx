/** How high each method stands above the lowest place that any of them found, by step. */
import type { JSX } from "preact";

import { formatNumber } from "../ui/format.ts";
import { LogChart } from "../ui/log-chart.tsx";
import { methods } from "./methods.ts";
import type { Walk } from "./walks.ts";

/** Heights that differ by less are the same in floating point, at the size that functions have here. */
const LEAST = 1e-16;

export function Values({
  walks,
  step,
}: {
  readonly walks: readonly Walk[];
  readonly step: number;
}): JSX.Element {
  const lowest = Math.min(...walks.flatMap(({ values }) => values.filter(Number.isFinite)));
  const series = walks.map(({ id, values }) => ({
    key: id,
    className: `way-line ${id}`,
    points: values.slice(0, step + 1).map((value, k) => [k, Math.max(LEAST, value - lowest)] as const),
  }));
  const ends = walks.map(
    ({ id, values }) =>
      `${methods[id].name} ${formatNumber(values[Math.min(step, values.length - 1)]! - lowest, 2)}`,
  );
  const last = Math.max(10, ...walks.map(({ values }) => values.length - 1));
  return (
    <LogChart
      series={series}
      label={`Height above the lowest place found, after step ${step}: ${ends.join("; ")}.`}
      least={1e-3}
      most={1}
      steps={last}
    />
  );
}

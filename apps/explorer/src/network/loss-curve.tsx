/** The mean loss by epoch. */
import type { JSX } from "preact";

import { formatNumber } from "../ui/format.ts";
import { LogChart } from "../ui/log-chart.tsx";

export function LossCurve({
  losses,
}: {
  readonly losses: readonly (readonly [epoch: number, loss: number])[];
}): JSX.Element {
  const [first, last] = [losses[0], losses.at(-1)];
  const description =
    first === undefined || last === undefined
      ? "No epoch yet."
      : `From ${formatNumber(first[1], 3)} in epoch ${first[0]} to ${formatNumber(last[1], 3)} in epoch ${last[0]}.`;
  return (
    <LogChart
      series={[{ key: "loss", className: "loss", points: losses }]}
      label={`Loss. ${description}`}
      least={0.5}
      most={1}
    />
  );
}

/** The mean loss by epoch, on a scale on which every tenth is as high as the next. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { formatNumber } from "../ui/format.ts";
import { linear, ticks } from "../ui/scale.ts";
import { useWidth } from "../ui/use-width.ts";

const HEIGHT = 220;
const MARGIN = { left: 52, right: 14, top: 12, bottom: 30 };

export function LossCurve({
  losses,
}: {
  readonly losses: readonly (readonly [epoch: number, loss: number])[];
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const shown = losses.filter(([, loss]) => loss > 0 && Number.isFinite(loss));
  const values = shown.map(([, loss]) => loss);
  const [least, most] = [Math.min(0.5, ...values), Math.max(1, ...values)];
  const last = Math.max(10, shown.at(-1)?.[0] ?? 0);
  const x = linear([0, last], [MARGIN.left, width - MARGIN.right]);
  const log = linear([Math.log10(least * 0.9), Math.log10(most * 1.1)], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const y = (loss: number): number => log.at(Math.log10(loss));
  const marks = levels(10 ** log.low, 10 ** log.high);
  const description =
    shown.length === 0
      ? "No epoch yet."
      : `From ${formatNumber(values[0]!, 3)} in epoch ${shown[0]![0]} to ${formatNumber(values.at(-1)!, 3)} in epoch ${shown.at(-1)![0]}.`;
  return (
    <div class="loss-curve" ref={element}>
      <svg
        width={width}
        height={HEIGHT}
        viewBox={`0 0 ${width} ${HEIGHT}`}
        role="img"
        aria-label={`Loss. ${description}`}
      >
        {marks.map((level) => (
          <g key={level}>
            <line class="loss-grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(level)} y2={y(level)} />
            <text class="loss-tick" x={MARGIN.left - 8} y={y(level) + 4} text-anchor="end">
              {formatNumber(level, 2)}
            </text>
          </g>
        ))}
        {ticks(x, Math.max(2, Math.floor(width / 110))).map((epoch) => (
          <text key={epoch} class="loss-tick" x={x.at(epoch)} y={HEIGHT - 10} text-anchor="middle">
            {formatNumber(epoch)}
          </text>
        ))}
        <line
          class="loss-axis"
          x1={MARGIN.left}
          x2={width - MARGIN.right}
          y1={HEIGHT - MARGIN.bottom}
          y2={HEIGHT - MARGIN.bottom}
        />
        {shown.length < 2 ? null : (
          <path
            class="loss-line"
            d={`M${shown.map(([epoch, loss]) => `${x.at(epoch).toFixed(1)},${y(loss).toFixed(1)}`).join("L")}`}
          />
        )}
        {shown.length === 0 ? null : (
          <circle class="loss-now" cx={x.at(shown.at(-1)![0])} cy={y(shown.at(-1)![1])} r={3.5} />
        )}
      </svg>
    </div>
  );
}

/** 1, 2 and 5 times powers of ten in a range; only the powers where they would be too many. */
function levels(low: number, high: number): readonly number[] {
  const found: number[] = [];
  const decades = Math.log10(high / low);
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    for (const factor of decades > 3 ? [1] : [1, 2, 5])
      found.push(Number((factor * 10 ** power).toPrecision(1)));
  }
  return found.filter((level) => level >= low && level <= high);
}

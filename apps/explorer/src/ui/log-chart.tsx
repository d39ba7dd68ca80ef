/** Curves over counted steps, on a scale on which every tenth is as high as the next. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";

import { formatNumber } from "./format.ts";
import "./log-chart.css";
import { linear, ticks } from "./scale.ts";
import { useWidth } from "./use-width.ts";

export interface LogSeries {
  readonly key: string;
  /** Of the line: its colour and its dashes. */
  readonly className: string;
  /** What is not above 0 has no place on the scale, and leaves a gap. */
  readonly points: readonly (readonly [step: number, height: number])[];
}

const HEIGHT = 220;
const MARGIN = { left: 58, right: 14, top: 12, bottom: 30 };

export function LogChart({
  series,
  label,
  least,
  most,
  steps = 10,
}: {
  readonly series: readonly LogSeries[];
  readonly label: string;
  /** At least these heights are shown. */
  readonly least: number;
  readonly most: number;
  /** And at least so many steps. */
  readonly steps?: number;
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const shown = series.map((s) => ({
    ...s,
    points: s.points.filter(([, height]) => height > 0 && Number.isFinite(height)),
  }));
  const heights = shown.flatMap(({ points }) => points.map(([, height]) => height));
  const low = heights.reduce((a, b) => Math.min(a, b), least);
  const high = heights.reduce((a, b) => Math.max(a, b), most);
  const last = Math.max(steps, ...series.map(({ points }) => points.at(-1)?.[0] ?? 0));
  const x = linear([0, last], [MARGIN.left, width - MARGIN.right]);
  const log = linear([Math.log10(low * 0.9), Math.log10(high * 1.1)], [HEIGHT - MARGIN.bottom, MARGIN.top]);
  const y = (height: number): number => log.at(Math.log10(height));
  return (
    <div class="log-chart" ref={element}>
      <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={label}>
        {levels(10 ** log.low, 10 ** log.high).map((level) => (
          <g key={level}>
            <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(level)} y2={y(level)} />
            <text class="tick" x={MARGIN.left - 8} y={y(level) + 4} text-anchor="end">
              {formatNumber(level, 2)}
            </text>
          </g>
        ))}
        {ticks(x, Math.max(2, Math.floor(width / 110)))
          .filter(Number.isInteger)
          .map((step) => (
            <text key={step} class="tick" x={x.at(step)} y={HEIGHT - 10} text-anchor="middle">
              {formatNumber(step)}
            </text>
          ))}
        <line
          class="axis"
          x1={MARGIN.left}
          x2={width - MARGIN.right}
          y1={HEIGHT - MARGIN.bottom}
          y2={HEIGHT - MARGIN.bottom}
        />
        {shown.map(({ key, className, points }) => (
          <g key={key} class={className}>
            {points.length < 2 ? null : (
              <path
                d={`M${points.map(([step, height]) => `${x.at(step).toFixed(1)},${y(height).toFixed(1)}`).join("L")}`}
              />
            )}
            {points.length === 0 ? null : (
              <circle cx={x.at(points.at(-1)![0])} cy={y(points.at(-1)![1])} r={3.5} />
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}

/** 1, 2 and 5 times powers of ten in a range; only some powers where they would be too many. */
function levels(low: number, high: number): readonly number[] {
  const found: number[] = [];
  const decades = Math.log10(high / low);
  const every = Math.max(1, Math.ceil(decades / 6));
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
    if (power % every !== 0) continue;
    for (const factor of decades > 3 ? [1] : [1, 2, 5])
      found.push(Number((factor * 10 ** power).toPrecision(1)));
  }
  return found.filter((level) => level >= low && level <= high);
}

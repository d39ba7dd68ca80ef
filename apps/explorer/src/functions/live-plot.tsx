/** Curves one above the other along one input, which can be dragged. Drawn here, because they follow the hand. */
import type { JSX } from "preact";
import { useId, useRef, useState } from "preact/hooks";

import { formatNumber } from "../ui/format.ts";
import { linear, niceStep, rangeOf, snapped, ticks } from "../ui/scale.ts";
import type { Scale } from "../ui/scale.ts";
import { useWidth } from "../ui/use-width.ts";

/** One curve. */
interface Series {
  readonly name: string;
  readonly ys: Float64Array;
  /** At the present input: exact, not read off the samples. */
  readonly now: number;
  /** The slope there, for the tangent. */
  readonly slope?: number;
}

export interface PlotPanel {
  readonly title: string;
  readonly kind: "value" | "derivative" | "second";
  readonly series: readonly Series[];
}

export interface LivePlotProps {
  readonly xs: Float64Array;
  readonly xName: string;
  readonly x: number;
  readonly panels: readonly PlotPanel[];
  readonly description: string;
  readonly onMove: (x: number) => void;
}

const MARGIN = { left: 58, right: 18, top: 26, bottom: 30 };
const HEIGHTS = { value: 250, derivative: 150, second: 120 };
const GAP = 24;

export function LivePlot({ xs, xName, x, panels, description, onMove }: LivePlotProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const [hover, setHover] = useState<number | undefined>(undefined);
  const id = useId();
  const [low, high] = [xs[0]!, xs.at(-1)!];
  const xScale = linear([low, high], [MARGIN.left, width - MARGIN.right]);
  let top = 0;
  const placed = panels.map((panel) => {
    const range = rangeOf([
      ...panel.series.flatMap(({ ys }) => [...ys]),
      ...panel.series
        .filter(({ now }) => x >= low && x <= high && Number.isFinite(now))
        .map(({ now }) => now),
    ]);
    const from = top + MARGIN.top;
    const to = from + HEIGHTS[panel.kind];
    top = to + GAP - MARGIN.top + 10;
    return { panel, from, to, y: linear(range, [to, from]) };
  });
  const bottom = placed.at(-1)?.to ?? 0;
  const height = bottom + MARGIN.bottom + 14;
  const step = niceStep((high - low) / 400);
  const at = (event: PointerEvent): number => {
    const box = element.current!.getBoundingClientRect();
    return Math.min(high, Math.max(low, snapped(xScale.from(event.clientX - box.left), step)));
  };
  const shown = hover ?? x;
  const index = Math.round(((shown - low) / (high - low)) * (xs.length - 1));
  return (
    <div
      class="live-plot"
      ref={element}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setHover(undefined);
        onMove(at(event));
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) onMove(at(event));
        else if (event.pointerType === "mouse") setHover(at(event));
      }}
      onPointerLeave={() => setHover(undefined)}
    >
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-labelledby={id}>
        <title id={id}>{description}</title>
        {placed.map(({ panel, from, to, y }) => (
          <g key={panel.kind}>
            <Grid x={xScale} y={y} from={from} to={to} labels={to === bottom} width={width} />
            <text class="plot-title" x={MARGIN.left} y={from - 9}>
              {panel.title}
            </text>
            {panel.series.map((series, k) => (
              <path
                key={series.name}
                class={`curve ${panel.kind} s${k}`}
                d={pathOf(xs, series.ys, xScale, y, from, to)}
              />
            ))}
            {hover === undefined || hover === x ? null : (
              <g class="hover">
                <line x1={xScale.at(hover)} x2={xScale.at(hover)} y1={from} y2={to} />
                <Reading
                  x={xScale.at(hover)}
                  y={from + 12}
                  width={width}
                  text={panel.series.map(({ ys }) => formatNumber(ys[index] ?? NaN, 4)).join("  ")}
                />
              </g>
            )}
            {x < low || x > high ? null : (
              <Now panel={panel} x={x} xScale={xScale} y={y} from={from} to={to} width={width} />
            )}
          </g>
        ))}
        <text class="plot-axis-name" x={(MARGIN.left + width - MARGIN.right) / 2} y={height - 6}>
          {hover === undefined ? `${xName} = ${formatNumber(x)}` : `${xName} = ${formatNumber(hover)}`}
        </text>
      </svg>
    </div>
  );
}

function Now({
  panel,
  x,
  xScale,
  y,
  from,
  to,
  width,
}: {
  readonly panel: PlotPanel;
  readonly x: number;
  readonly xScale: Scale;
  readonly y: Scale;
  readonly from: number;
  readonly to: number;
  readonly width: number;
}): JSX.Element {
  const px = xScale.at(x);
  return (
    <g class="now">
      <line class="now-line" x1={px} x2={px} y1={from} y2={to} />
      {panel.series.map(({ name, now, slope }, k) => {
        const py = y.at(now);
        if (!Number.isFinite(py) || py < from - 1 || py > to + 1) return null;
        return (
          <g key={name}>
            {slope === undefined || !Number.isFinite(slope) ? null : (
              <Tangent x={x} value={now} slope={slope} xScale={xScale} y={y} from={from} to={to} />
            )}
            <circle class={`dot ${panel.kind} s${k}`} cx={px} cy={py} r={5} />
            {panel.series.length > 2 ? null : (
              <Reading
                x={px}
                y={py < from + 26 ? py + 20 : py - 10}
                width={width}
                text={formatNumber(now, 5)}
                strong
              />
            )}
          </g>
        );
      })}
    </g>
  );
}

/** Text beside a line, on the side where there is room. */
function Reading({
  x,
  y,
  width,
  text,
  strong = false,
}: {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
  readonly strong?: boolean;
}): JSX.Element {
  const left = x > width - 110;
  return (
    <text
      class={strong ? "plot-reading strong" : "plot-reading"}
      x={left ? x - 9 : x + 9}
      y={y}
      text-anchor={left ? "end" : "start"}
    >
      {text}
    </text>
  );
}

/** A piece of the tangent, as long on the paper wherever it stands. */
function Tangent({
  x,
  value,
  slope,
  xScale,
  y,
  from,
  to,
}: {
  readonly x: number;
  readonly value: number;
  readonly slope: number;
  readonly xScale: Scale;
  readonly y: Scale;
  readonly from: number;
  readonly to: number;
}): JSX.Element {
  const dx = xScale.at(x + 1) - xScale.at(x);
  const dy = (y.at(value + 1) - y.at(value)) * slope;
  const long = 70 / Math.hypot(dx, dy);
  const [px, py] = [xScale.at(x), y.at(value)];
  // Cut off at the edges of its panel.
  const cut = (sign: number): number => {
    const end = py + sign * long * dy;
    if (end >= from && end <= to) return sign * long;
    return ((end < from ? from : to) - py) / dy;
  };
  const [a, b] = [cut(-1), cut(1)];
  return <line class="tangent" x1={px + a * dx} y1={py + a * dy} x2={px + b * dx} y2={py + b * dy} />;
}

function Grid({
  x,
  y,
  from,
  to,
  labels,
  width,
}: {
  readonly x: Scale;
  readonly y: Scale;
  readonly from: number;
  readonly to: number;
  readonly labels: boolean;
  readonly width: number;
}): JSX.Element {
  const right = width - MARGIN.right;
  return (
    <g class="grid" aria-hidden="true">
      {ticks(x, Math.max(3, Math.round(width / 90))).map((t) => (
        <g key={t}>
          <line class={t === 0 ? "axis" : undefined} x1={x.at(t)} x2={x.at(t)} y1={from} y2={to} />
          {labels ? (
            <text x={x.at(t)} y={to + 17} text-anchor="middle">
              {formatNumber(t, 4)}
            </text>
          ) : null}
        </g>
      ))}
      {ticks(y, Math.round((to - from) / 45)).map((t) => (
        <g key={t}>
          <line class={t === 0 ? "axis" : undefined} x1={MARGIN.left} x2={right} y1={y.at(t)} y2={y.at(t)} />
          <text x={MARGIN.left - 8} y={y.at(t) + 4} text-anchor="end">
            {formatNumber(t, 4)}
          </text>
        </g>
      ))}
    </g>
  );
}

/** Broken where the function is not finite, and where it jumps over the whole panel: a pole, no line. */
function pathOf(xs: Float64Array, ys: Float64Array, x: Scale, y: Scale, from: number, to: number): string {
  let path = "";
  let pen = false;
  const far = (to - from) * 4;
  let before = 0;
  for (let i = 0; i < xs.length; i++) {
    const value = ys[i]!;
    if (!Number.isFinite(value)) {
      pen = false;
      continue;
    }
    // Far outside, the exact place is of no interest, and would be too large a number for some renderers.
    const py = Math.min(to + far, Math.max(from - far, y.at(value)));
    if (pen && ((before < from && py > to) || (before > to && py < from))) pen = false;
    path += `${pen ? "L" : "M"}${x.at(xs[i]!).toFixed(1)},${clamped(py, from, to).toFixed(1)}`;
    pen = true;
    before = py;
  }
  return path;
}

/** A curve that leaves the panel runs along its edge, so that nothing is drawn over the neighbour. */
const clamped = (py: number, from: number, to: number): number => Math.min(to, Math.max(from, py));

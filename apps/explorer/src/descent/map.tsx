/** The function from above, with the paths on it. */
import type { JSX } from "preact";
import { useEffect, useId, useMemo, useRef, useState } from "preact/hooks";

import type { Watched } from "../tab.ts";
import { formatNumber } from "../ui/format.ts";
import { linear, niceStep, snapped, ticks } from "../ui/scale.ts";
import { useWidth } from "../ui/use-width.ts";
import { useWatched } from "../ui/use.ts";
import { methods } from "./methods.ts";
import { levelsOf, shade } from "./relief.ts";
import type { Colours } from "./relief.ts";
import type { DescentSettings } from "./settings.ts";
import type { Walk } from "./walks.ts";

/** Of the height to the width. */
const SHAPE = 0.92;
const MARGIN = { left: 46, right: 12, top: 10, bottom: 30 };
/** Lines that leave the map are cut here: renderers take no numbers of any size. */
const FAR = 5000;
/** Pixels of the relief, across and down. */
const PIXELS = 420;

export function Map({
  heights,
  settings: { xRange, yRange, start },
  walks,
  step,
  theme,
  onStart,
}: {
  readonly heights: Float64Array | undefined;
  readonly settings: DescentSettings;
  readonly walks: readonly Walk[];
  readonly step: number;
  readonly theme: Watched<"light" | "dark">;
  readonly onStart: (place: readonly [number, number]) => void;
}): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const width = useWidth(element);
  const height = Math.round(width * SHAPE);
  const clip = useId();
  const relief = useRelief(element, heights, theme);
  const x = linear(xRange, [MARGIN.left, width - MARGIN.right]);
  const y = linear(yRange, [height - MARGIN.bottom, MARGIN.top]);
  const place = (p: readonly [number, number]): readonly [number, number] => [
    Math.min(FAR, Math.max(-FAR, x.at(p[0]))),
    Math.min(FAR, Math.max(-FAR, y.at(p[1]))),
  ];
  const at = (event: PointerEvent): readonly [number, number] => {
    const box = element.current!.getBoundingClientRect();
    const within = ({ low, high, from }: typeof x, pixel: number): number =>
      Math.min(high, Math.max(low, snapped(from(pixel), niceStep((high - low) / 400))));
    return [within(x, event.clientX - box.left), within(y, event.clientY - box.top)];
  };
  return (
    <div class="map" ref={element}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={describe(walks, step)}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          onStart(at(event));
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) onStart(at(event));
        }}
      >
        <clipPath id={clip}>
          <rect
            x={MARGIN.left}
            y={MARGIN.top}
            width={width - MARGIN.left - MARGIN.right}
            height={height - MARGIN.top - MARGIN.bottom}
          />
        </clipPath>
        {relief === undefined ? null : (
          <image
            href={relief}
            x={MARGIN.left}
            y={MARGIN.top}
            width={width - MARGIN.left - MARGIN.right}
            height={height - MARGIN.top - MARGIN.bottom}
            preserveAspectRatio="none"
          />
        )}
        <rect
          class="map-frame"
          x={MARGIN.left}
          y={MARGIN.top}
          width={width - MARGIN.left - MARGIN.right}
          height={height - MARGIN.top - MARGIN.bottom}
        />
        {ticks(x, Math.max(3, Math.round(width / 80))).map((value) => (
          <text key={`x${value}`} class="map-tick" x={x.at(value)} y={height - 12} text-anchor="middle">
            {formatNumber(value)}
          </text>
        ))}
        {ticks(y, Math.max(3, Math.round(width / 80))).map((value) => (
          <text key={`y${value}`} class="map-tick" x={MARGIN.left - 7} y={y.at(value) + 4} text-anchor="end">
            {formatNumber(value)}
          </text>
        ))}
        <g clip-path={`url(#${clip})`}>
          {walks.map(({ id, xs }) => {
            const gone = xs.slice(0, step + 1).map(place);
            return (
              <g key={id} class={`way ${id}`}>
                <polyline class="way-paper" points={gone.join(" ")} />
                <polyline points={gone.join(" ")} />
                {gone.length > 80
                  ? null
                  : gone.map(([px, py], i) => <circle key={i} cx={px} cy={py} r={2.6} />)}
              </g>
            );
          })}
          <circle class="map-start" cx={place(start)[0]} cy={place(start)[1]} r={6} />
          {walks.map(({ id, xs }) => {
            const [px, py] = place(xs[Math.min(step, xs.length - 1)]!);
            return (
              <g key={id} class={`way-end ${id}`}>
                <circle cx={px} cy={py} r={9} />
                <text x={px} y={py + 4} text-anchor="middle">
                  {methods[id].letter}
                </text>
              </g>
            );
          })}
        </g>
      </svg>
    </div>
  );
}

function describe(walks: readonly Walk[], step: number): string {
  const ends = walks.map(({ id, xs, values }) => {
    const k = Math.min(step, xs.length - 1);
    const [px, py] = xs[k]!;
    return `${methods[id].name} is at (${formatNumber(px, 3)}, ${formatNumber(py, 3)}), height ${formatNumber(values[k]!, 3)}`;
  });
  return `A map of the function, darker or brighter the higher. After step ${step}: ${ends.join("; ")}.`;
}

/** The relief as a picture. */
function useRelief(
  element: { readonly current: Element | null },
  heights: Float64Array | undefined,
  theme: Watched<"light" | "dark">,
): string | undefined {
  const now = useWatched(theme);
  const [colours, setColours] = useState<Colours | undefined>(undefined);
  useEffect(() => setColours(coloursOf(element.current!)), [now]);
  return useMemo(() => {
    if (heights === undefined || colours === undefined) return undefined;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = PIXELS;
    const image = new ImageData(PIXELS, PIXELS);
    shade(heights, levelsOf(heights), colours, image);
    canvas.getContext("2d")!.putImageData(image, 0, 0);
    return canvas.toDataURL();
  }, [heights, colours]);
}

/** The colours of the style sheet, as numbers. */
function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  const context = document.createElement("canvas").getContext("2d")!;
  const read = (name: string): readonly [number, number, number] => {
    context.fillStyle = style.getPropertyValue(name);
    const n = Number.parseInt(context.fillStyle.slice(1), 16);
    return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
  };
  return { low: read("--lowest"), high: read("--highest"), none: read("--paper") };
}

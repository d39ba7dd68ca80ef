/** The unit square as the network sees it, with the points on it. */
import type { DataSet } from "cotangent/nn";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import type { Watched } from "../tab.ts";
import { useWatched } from "../ui/use.ts";
import { boundary } from "./boundary.ts";

/** Pixels of the canvas, across and down. */
const SIZE = 448;

export function Plane({
  data,
  field,
  right,
  theme,
  description,
}: {
  readonly data: DataSet;
  readonly field: Float32Array;
  readonly right: readonly boolean[];
  readonly theme: Watched<"light" | "dark">;
  readonly description: string;
}): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shade = useWatched(theme);
  useEffect(() => paint(canvas.current!, field), [field, shade]);
  return (
    <div class="plane" role="img" aria-label={`The decision boundary. ${description}`}>
      <canvas ref={canvas} width={SIZE} height={SIZE} />
      <svg viewBox="0 0 1 1" aria-hidden="true">
        {data.points.map(([x, y], i) => (
          <g key={i} class={data.labels[i] === 1 ? "class-1" : "class-0"}>
            {right[i] === false ? <circle class="ring" cx={x} cy={1 - y} r={0.022} /> : null}
            {data.labels[i] === 1 ? (
              <rect x={x - 0.0105} y={1 - y - 0.0105} width={0.021} height={0.021} />
            ) : (
              <circle cx={x} cy={1 - y} r={0.0125} />
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}

type Rgb = readonly [number, number, number];

/** The surer the network is, the stronger the colour of the class; a line where it is not. */
function paint(canvas: HTMLCanvasElement, field: Float32Array): void {
  const style = getComputedStyle(canvas);
  const to = canvas.getContext("2d")!;
  const colour = (name: string): Rgb => {
    // However the style sheet writes it, the canvas says #rrggbb.
    to.fillStyle = style.getPropertyValue(name);
    const n = Number.parseInt(to.fillStyle.slice(1), 16);
    return [(n >> 16) & 255, (n >> 8) & 255, n & 255];
  };
  const [zero, one, paper] = [colour("--class-0"), colour("--class-1"), colour("--paper")];
  const size = Math.sqrt(field.length);
  const image = new ImageData(size, size);
  field.forEach((p, i) => {
    const [row, column] = [Math.floor(i / size), i % size];
    const at = 4 * ((size - 1 - row) * size + column);
    const strength = Math.min(1, 0.15 + Math.abs(2 * p - 1));
    const target = p > 0.5 ? one : zero;
    for (let c = 0; c < 3; c++) image.data[at + c] = paper[c]! + (target[c]! - paper[c]!) * strength;
    image.data[at + 3] = 255;
  });
  const small = new OffscreenCanvas(size, size);
  small.getContext("2d")!.putImageData(image, 0, 0);
  to.imageSmoothingEnabled = true;
  to.drawImage(small, 0, 0, canvas.width, canvas.height);
  to.strokeStyle = style.getPropertyValue("--ink");
  to.lineWidth = 2;
  to.beginPath();
  for (const [x1, y1, x2, y2] of boundary(field, size)) {
    to.moveTo(x1 * canvas.width, (1 - y1) * canvas.height);
    to.lineTo(x2 * canvas.width, (1 - y2) * canvas.height);
  }
  to.stroke();
}

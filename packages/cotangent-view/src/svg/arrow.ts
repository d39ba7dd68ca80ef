import { element, group, px } from "./element.ts";
import type { Element } from "./element.ts";
import { paint } from "./theme.ts";
import type { Colour } from "./theme.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

const HEAD = 9;

export interface ArrowStyle {
  readonly colour?: Colour;
  readonly width?: number;
  readonly dash?: string;
}

/** An arrow through `points`, ending in a filled head. Drawn as shapes, so that there is no marker whose id could clash. */
export function arrow(
  points: readonly Point[],
  { colour = "ink", width = 1.6, dash }: ArrowStyle = {},
): Element {
  const tip = points.at(-1)!;
  const before = points.at(-2)!;
  const length = Math.hypot(tip.x - before.x, tip.y - before.y) || 1;
  const along = { x: (tip.x - before.x) / length, y: (tip.y - before.y) / length };
  const head = HEAD * (0.6 + 0.25 * width);
  const neck = { x: tip.x - along.x * head, y: tip.y - along.y * head };
  const side = { x: -along.y * head * 0.42, y: along.x * head * 0.42 };
  // The line ends inside the head, so that its own end is not seen.
  const end = { x: tip.x - along.x * head * 0.7, y: tip.y - along.y * head * 0.7 };
  return group({}, [
    element("path", {
      d: curve([...points.slice(0, -1), end]),
      fill: "none",
      stroke: paint(colour),
      "stroke-width": width,
      "stroke-dasharray": dash,
    }),
    element("path", {
      d: `M${at(tip)}L${at({ x: neck.x + side.x, y: neck.y + side.y })}L${at({ x: neck.x - side.x, y: neck.y - side.y })}Z`,
      fill: paint(colour),
    }),
  ]);
}

const at = ({ x, y }: Point): string => `${px(x)},${px(y)}`;

/** A smooth line from the first point to the last, with the points between as its guides. */
function curve(points: readonly Point[]): string {
  const [first, ...rest] = points;
  const last = rest.pop();
  if (first === undefined || last === undefined) return "";
  if (rest.length === 0) return `M${at(first)}L${at(last)}`;
  let path = `M${at(first)}`;
  rest.forEach((guide, i) => {
    const next = rest[i + 1];
    const to = next === undefined ? last : { x: (guide.x + next.x) / 2, y: (guide.y + next.y) / 2 };
    path += `Q${at(guide)} ${at(to)}`;
  });
  return path;
}

/** From a plot of Observable Plot to a figure. */
import { AdError } from "cotangent";
import * as Plot from "@observablehq/plot";

import { document } from "#document";
import { arrow } from "../svg/arrow.ts";
import { element, group, px } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { Figure, fingerprint } from "../svg/figure.ts";
import { mathText, SERIF, textWidth } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import type { Colour } from "../svg/theme.ts";
import type { PlotOptions } from "./range.ts";

/** An entry of the legend. */
export interface Key {
  readonly name: string;
  readonly colour: Colour;
  readonly mark: "line" | "dot" | "square" | "ring" | "arrow";
  readonly dash?: string | undefined;
}

const HEAD = 40;
const LEGEND = 26;

/** Lays a plot out below its title, its legend, and its scale of heights if it has one. */
export function sheet(
  heading: string,
  description: string,
  specification: Plot.PlotOptions,
  keys: readonly Key[],
  options: PlotOptions,
  scale?: { readonly height: number; readonly draw: (y: number) => Element },
): Figure {
  const { width = 560, height = 360 } = options;
  for (const [name, size] of Object.entries({ width, height })) {
    if (size >= 120 && size <= 10000) continue;
    throw new AdError("wrong-option", `${name} is ${size}.`, "Give a number of pixels from 120 to 10000.");
  }
  const drawn = Plot.plot({ ...specification, width, height, document, style: { background: "none" } });
  const legend = drawLegend(keys, width);
  const top = HEAD + legend.height + (scale?.height ?? 0);
  const body = [
    element(
      "text",
      {
        x: width / 2,
        y: 26,
        "font-size": 16,
        "font-weight": 600,
        "text-anchor": "middle",
        fill: paint("ink"),
      },
      heading,
    ),
    ...legend.drawn,
    ...(scale === undefined ? [] : [scale.draw(HEAD + legend.height)]),
    group(
      // As Plot's root has it: its texts stand in the middle unless they say otherwise.
      { transform: `translate(0 ${top})`, fill: paint("ink"), "font-size": 12, "text-anchor": "middle" },
      childrenOf(drawn, `ct-${fingerprint(heading + description)}`),
    ),
  ];
  return new Figure({ title: heading, description, width, height: top + height + 8, body }, options);
}

/** The legend: names beside samples of their lines, in rows. */
function drawLegend(keys: readonly Key[], width: number): { drawn: Element[]; height: number } {
  if (keys.length === 0) return { drawn: [], height: 0 };
  const sizes = keys.map(({ name }) => 36 + textWidth(name, 13.5));
  const rows: number[][] = [[]];
  let used = 0;
  sizes.forEach((size, i) => {
    if (used + size > width - 40 && used > 0) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(i);
    used += size + 14;
  });
  const drawn = rows.flatMap((row, r) => {
    const total = row.reduce((sum, i) => sum + sizes[i]! + 14, -14);
    let x = (width - total) / 2;
    return row.map((i) => {
      const key = keys[i]!;
      const y = HEAD + 8 + r * LEGEND;
      const one = group({}, [
        sample(key, x, y),
        nameText(key.name, { x: x + 34, y: y + 5, fill: paint("ink") }),
      ]);
      x += sizes[i]! + 14;
      return one;
    });
  });
  return { drawn, height: rows.length * LEGEND };
}

/** Words are written upright, mathematics in italics. */
const nameText = (name: string, attributes: Element["attributes"]): Element =>
  isWords(name) ? element("text", { "font-size": 13, ...attributes }, name) : mathText(name, 15, attributes);

const isWords = (text: string): boolean => /\p{L}{3}/u.test(text);

function sample({ mark, colour, dash }: Key, x: number, y: number): Element {
  const fill = paint(colour);
  switch (mark) {
    case "line":
      return element("path", {
        d: `M${x},${y}h28`,
        stroke: fill,
        "stroke-width": 2.4,
        "stroke-dasharray": dash,
        fill: "none",
      });
    case "dot":
      return element("circle", { cx: x + 18, cy: y, r: 5, fill, stroke: paint("paper") });
    case "square":
      return element("rect", { x: x + 13, y: y - 5, width: 10, height: 10, fill, stroke: paint("paper") });
    case "ring":
      return element("circle", { cx: x + 18, cy: y, r: 7, fill: "none", stroke: fill, "stroke-width": 2 });
    case "arrow":
      return arrow(
        [
          { x, y },
          { x: x + 26, y },
        ],
        { colour, width: 1.3 },
      );
    default:
      return mark satisfies never;
  }
}

/**
 * What Plot drew, as a tree of our own: its colours are still names, and it is written as XML, which a page's HTML is not.
 * Plot counts its ids up for as long as the program runs; here they are counted within the figure, and begin with `prefix`.
 */
function childrenOf(node: globalThis.Element, prefix: string): Element[] {
  // Plot wraps the drawing in a <figure> where it warns of something.
  const root = node.localName === "svg" ? node : node.querySelector("svg")!;
  const ids = new Map<string, string>();
  const renamed = (id: string): string => {
    if (!ids.has(id)) ids.set(id, `${prefix}-${ids.size}`);
    return ids.get(id)!;
  };
  const treeOf = (one: globalThis.Element): Element => {
    const attributes: Record<string, string> = {};
    for (const { name, value } of one.attributes) {
      // Each mark says what it is; the figure as a whole has a description.
      if (name.startsWith("aria-")) continue;
      if (name === "id") attributes[name] = renamed(value);
      else if (value === "currentColor") attributes[name] = paint("ink");
      else {
        attributes[name] = value
          .replace(/url\(#([^)]+)\)/g, (_, id: string) => `url(#${renamed(id)})`)
          .replace(/-?\d+\.\d{3,}(?:e-?\d+)?/g, (number) => String(px(Number(number))));
      }
    }
    const children = [...one.childNodes].flatMap((child): (Element | string)[] =>
      child.nodeType === ELEMENT
        ? [treeOf(child as globalThis.Element)]
        : child.nodeType === TEXT
          ? [child.textContent ?? ""]
          : [],
    );
    return element(one.localName, attributes, ...children);
  };
  return [...root.children].filter(({ localName }) => localName !== "style").map(treeOf);
}

/** `Node.ELEMENT_NODE` and `Node.TEXT_NODE`; there is no global `Node` outside of a browser. */
const ELEMENT = 1;
const TEXT = 3;

/** Colours and dashes of several lines: told apart by more than colour. */
export const series: readonly { readonly colour: Colour; readonly dash: string | undefined }[] = [
  { colour: "series1", dash: undefined },
  { colour: "series2", dash: "7 4" },
  { colour: "series3", dash: "2 4" },
  { colour: "series4", dash: "9 3 2 3" },
  { colour: "series5", dash: "14 5" },
];

/** The grid and the ticks below everything else. */
export const frame = (yFormat?: (y: number) => string): Plot.Markish[] => [
  Plot.gridX({ stroke: paint("rule"), strokeOpacity: 1 }),
  Plot.gridY({ stroke: paint("rule"), strokeOpacity: 1, ...(yFormat === undefined ? {} : { ticks: 5 }) }),
  ...ticks(yFormat),
];

export const ticks = (yFormat?: (y: number) => string): Plot.Markish[] => [
  Plot.axisX({ label: null, fontSize: 12 }),
  Plot.axisY({
    label: null,
    fontSize: 12,
    ...(yFormat === undefined ? {} : { tickFormat: yFormat, ticks: 5 }),
  }),
];

/** The names of the axes, in the middle of their sides. */
export function axisNames({ xLabel = "x", yLabel = "y" }: PlotOptions): Plot.Markish[] {
  const style = (text: string) => ({
    fontSize: 14,
    fill: paint("ink"),
    ...(isWords(text) ? {} : { fontStyle: "italic", fontFamily: SERIF }),
  });
  return [
    Plot.text([xLabel], { ...style(xLabel), frameAnchor: "bottom", dy: 38 }),
    Plot.text([yLabel], {
      ...style(yLabel),
      frameAnchor: "left",
      dx: -46,
      rotate: yLabel.length > 2 ? -90 : 0,
    }),
  ];
}

/** Room for ticks and names. */
export const margins = { marginLeft: 60, marginRight: 24, marginBottom: 44 } as const;

import { AdError } from "cotangent";

import type { Point } from "../svg/arrow.ts";
import { element, group, px } from "../svg/element.ts";
import type { Element } from "../svg/element.ts";
import { Figure } from "../svg/figure.ts";
import { formatNumber, mathText } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { Levels, LEVELS_HEIGHT, onNumbers, ranges, spread } from "./levels.ts";
import type { Surface, SurfaceOptions } from "./levels.ts";

/** How a surface is seen. */
export interface Function3DOptions extends SurfaceOptions {
  /** The name of the upright axis. Default: z. */
  readonly zLabel?: string;
  /** From where it is seen: degrees around the upright axis. Default: 35. */
  readonly azimuth?: number;
  /** Degrees above the ground, from 5 to 90. Default: 28. */
  readonly elevation?: number;
  /** Into how many pieces each side is divided, at most 100. Default: 32. */
  readonly pieces?: number;
}

/** Width of the base in units of its own; the height of the box is this part of it. */
const TALL = 0.62;

/**
 * A function of two variables as a surface in space.
 *
 *     plotFunction3D("x y", (x, y) => x * y);
 *
 * Where f is not finite the surface has a hole.
 * @throws AdError `wrong-option`
 */
export function plotFunction3D(title: string, f: Surface, options: Function3DOptions = {}): Figure {
  const { width = 560, height = 440, azimuth = 35, elevation = 28, pieces = 32 } = options;
  const { xLabel = "x", yLabel = "y", zLabel = "z" } = options;
  const { xRange, yRange } = ranges(options);
  if (!Number.isInteger(pieces) || pieces < 2 || pieces > 100) {
    throw new AdError("wrong-option", `pieces is ${pieces}.`, "Give a whole number from 2 to 100.");
  }
  if (!(elevation >= 5 && elevation <= 90 && Number.isFinite(azimuth))) {
    throw new AdError(
      "wrong-option",
      `One cannot look from ${azimuth}, ${elevation}.`,
      "Give an elevation from 5 to 90 degrees.",
    );
  }
  const xs = spread(xRange, pieces);
  const ys = spread(yRange, pieces);
  const at = onNumbers(f);
  const zs = xs.map((x) => ys.map((y) => at(x, y)));
  const levels = new Levels(zs.flat());
  const camera = new Camera(azimuth, elevation, { width, height });
  const flat = levels.high === levels.low;
  const up = (z: number): number => (flat ? 0.5 : (z - levels.low) / (levels.high - levels.low)) * TALL;
  const across = (i: number): number => i / pieces - 0.5;

  const quads: { depth: number; drawn: Element }[] = [];
  for (let i = 0; i < pieces; i++) {
    for (let j = 0; j < pieces; j++) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ] as const;
      const heights = corners.map(([a, b]) => zs[a]![b]!);
      if (!heights.every(Number.isFinite)) continue;
      const points = corners.map(([a, b], k) => camera.see(across(a), across(b), up(heights[k]!)));
      const mean = heights.reduce((sum, z) => sum + z, 0) / 4;
      quads.push({
        depth: camera.depth(across(i + 0.5), across(j + 0.5)),
        drawn: element("path", {
          d: `M${points.map(({ x, y }) => `${tenth(x)},${tenth(y)}`).join("L")}Z`,
          fill: paint(levels.colour(mean)),
        }),
      });
    }
  }
  // What is further away is drawn first, and covered by what is nearer.
  quads.sort((a, b) => b.depth - a.depth);

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
      title,
    ),
    levels.legend(width, 44),
    ...camera.room(),
    group(
      { stroke: paint("muted"), "stroke-width": 0.5, "stroke-linejoin": "round" },
      quads.map(({ drawn }) => drawn),
    ),
    ...camera.labels({
      x: [xLabel, ...xRange.map((x) => formatNumber(x, 3))],
      y: [yLabel, ...yRange.map((y) => formatNumber(y, 3))],
      z: [zLabel, formatNumber(levels.low, 3), formatNumber(levels.high, 3)],
    }),
  ];
  const description = `A surface over x from ${formatNumber(xRange[0])} to ${formatNumber(xRange[1])} and y from ${formatNumber(yRange[0])} to ${formatNumber(yRange[1])}; its height runs from ${formatNumber(levels.low)} to ${formatNumber(levels.high)}.`;
  return new Figure({ title, description, width, height: height + LEVELS_HEIGHT, body }, options);
}

type Corner = readonly [x: number, y: number];

/** Sees the box with the base [−½, ½]² from afar, without perspective. */
class Camera {
  readonly #cos: number;
  readonly #sin: number;
  readonly #rise: number;
  readonly #tilt: number;
  readonly #scale: number;
  readonly #centre: Point;

  constructor(azimuth: number, elevation: number, { width, height }: { width: number; height: number }) {
    const turn = (azimuth * Math.PI) / 180;
    const lift = (elevation * Math.PI) / 180;
    this.#cos = Math.cos(turn);
    this.#sin = Math.sin(turn);
    this.#tilt = Math.sin(lift);
    this.#rise = Math.cos(lift);
    this.#scale = Math.min(
      (width - 130) / Math.SQRT2,
      (height - 110) / (Math.SQRT2 * this.#tilt + TALL * this.#rise),
    );
    this.#centre = {
      x: width / 2,
      y: LEVELS_HEIGHT + 48 + (height - 60) / 2 + (TALL * this.#rise * this.#scale) / 2 - 6,
    };
  }

  see(x: number, y: number, z: number): Point {
    const right = x * this.#cos - y * this.#sin;
    return {
      x: this.#centre.x + right * this.#scale,
      y: this.#centre.y - (this.depth(x, y) * this.#tilt + z * this.#rise) * this.#scale,
    };
  }

  /** How far away a point of the base is. */
  depth(x: number, y: number): number {
    return x * this.#sin + y * this.#cos;
  }

  /** The corners of the base, the nearest first, then around. */
  #corners(): Corner[] {
    const around: Corner[] = [
      [-0.5, -0.5],
      [0.5, -0.5],
      [0.5, 0.5],
      [-0.5, 0.5],
    ];
    const depths = around.map(([x, y]) => this.depth(x, y));
    const nearest = depths.indexOf(Math.min(...depths));
    return [...around.slice(nearest), ...around.slice(0, nearest)];
  }

  /** The base and the two walls behind. */
  room(): Element[] {
    const [near, one, far, other] = this.#corners() as [Corner, Corner, Corner, Corner];
    const panel = (corners: readonly (readonly [Corner, number])[]): Element =>
      element("path", {
        d: `M${corners
          .map(([[x, y], z]) => this.see(x, y, z))
          .map(({ x, y }) => `${px(x)},${px(y)}`)
          .join("L")}Z`,
        fill: "none",
        stroke: paint("rule"),
        "stroke-width": 1,
      });
    return [
      panel([near, one, far, other].map((corner) => [corner, 0])),
      panel([
        [one, 0],
        [far, 0],
        [far, TALL],
        [one, TALL],
      ]),
      panel([
        [far, 0],
        [other, 0],
        [other, TALL],
        [far, TALL],
      ]),
    ];
  }

  /** Names and ends of the axes: x and y along the two near edges of the base, z on the upright edge on the left. */
  labels(texts: Readonly<Record<"x" | "y" | "z", readonly string[]>>): Element[] {
    const [near, one, , other] = this.#corners() as [Corner, Corner, Corner, Corner];
    const labels: Element[] = [];
    for (const end of [one, other]) {
      const alongX = end[0] !== near[0];
      const [name, low, high] = texts[alongX ? "x" : "y"] as [string, string, string];
      const rises = alongX ? end[0] > near[0] : end[1] > near[1];
      const a = this.see(...near, 0);
      const b = this.see(...end, 0);
      const outward = Math.sign(b.x - a.x) || 1;
      const at = (t: number, drop: number): Point => ({
        x: a.x + (b.x - a.x) * t + outward * drop * 0.5,
        y: a.y + (b.y - a.y) * t + drop,
      });
      const anchor = outward > 0 ? "start" : "end";
      labels.push(
        small(rises ? low : high, at(0.06, 16), anchor),
        small(rises ? high : low, at(0.94, 16), anchor),
        mathText(name, 16, { ...at(0.5, 24), "text-anchor": "middle", fill: paint("ink") }),
      );
    }
    const left = this.see(...one, 0).x < this.see(...other, 0).x ? one : other;
    const [name, low, high] = texts.z as [string, string, string];
    const [foot, top] = [this.see(...left, 0), this.see(...left, TALL)];
    labels.push(
      small(low, { x: foot.x - 8, y: foot.y - 4 }, "end"),
      small(high, { x: top.x - 8, y: top.y + 8 }, "end"),
      mathText(name, 16, {
        x: foot.x - 14,
        y: (foot.y + top.y) / 2,
        "text-anchor": "end",
        fill: paint("ink"),
      }),
    );
    return labels;
  }
}

// There are thousands of corners.
const tenth = (x: number): number => Math.round(x * 10) / 10;

const small = (text: string, { x, y }: Point, anchor: string): Element =>
  element("text", { x, y, "font-size": 12, "text-anchor": anchor, fill: paint("ink") }, text);

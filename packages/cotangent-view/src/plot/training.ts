/** Pictures of training: how the loss falls, and where a classifier draws the line. */
import { AdError, value } from "cotangent";
import type { Real } from "cotangent";
import * as Plot from "@observablehq/plot";

import type { Figure } from "../svg/figure.ts";
import { formatNumber } from "../svg/text.ts";
import { paint } from "../svg/theme.ts";
import { checkRange } from "./range.ts";
import { axisNames, frame, margins, series, sheet, ticks } from "./sheet.ts";
import type { PlotOptions } from "./range.ts";

/** How losses are plotted. */
export interface LossOptions extends PlotOptions {
  /** `log`: every power of ten is as high as the next. Losses of 0 or less are then left out. Default: `linear`. */
  readonly scale?: "linear" | "log";
}

/**
 * How the loss falls from epoch to epoch; several runs by name.
 *
 *     plotLoss("Xor", losses);
 *     plotLoss("Xor", { SGD: first, Adam: second }, { scale: "log" });
 *
 * @throws AdError `wrong-option` where there is nothing to draw
 */
export function plotLoss(
  title: string,
  losses: readonly number[] | Readonly<Record<string, readonly number[]>>,
  options: LossOptions = {},
): Figure {
  const { scale = "linear", xLabel = "epoch", yLabel = "loss" } = options;
  const runs = Array.isArray(losses)
    ? [["loss", losses as readonly number[]] as const]
    : Object.entries(losses as Record<string, readonly number[]>);
  const shown = runs.map(([, run]) =>
    run.map((loss, i) => ({
      epoch: i + 1,
      loss: Number.isFinite(loss) && (scale === "linear" || loss > 0) ? loss : NaN,
    })),
  );
  const all = shown
    .flat()
    .map(({ loss }) => loss)
    .filter(Number.isFinite);
  if (all.length === 0) {
    throw new AdError(
      "wrong-option",
      "There is no loss to draw.",
      "Give the losses of at least one epoch, as finite numbers.",
    );
  }
  const lines = shown.map((run, i) => {
    const { colour, dash } = series[i % series.length]!;
    return Plot.line(run, {
      x: "epoch",
      y: "loss",
      stroke: paint(colour),
      strokeWidth: 2,
      ...(dash === undefined ? {} : { strokeDasharray: dash }),
    });
  });
  const sentences = runs.map(
    ([name, run]) =>
      `${name} goes from ${formatNumber(run[0]!)} to ${formatNumber(run.at(-1)!)} in ${run.length} epochs, at least ${formatNumber(
        Math.min(
          ...shown
            .flat()
            .map((p) => p.loss)
            .filter(Number.isFinite),
        ),
      )}`,
  );
  return sheet(
    title,
    `${sentences.join("; ")}.`,
    {
      ...margins,
      x: { domain: [1, Math.max(2, ...runs.map(([, run]) => run.length))] },
      y: scale === "log" ? { type: "log" } : { domain: [Math.min(0, ...all), Math.max(...all) * 1.05 || 1] },
      marks: [
        ...frame(scale === "log" ? (y) => formatNumber(y) : undefined),
        ...lines,
        ...axisNames({ xLabel, yLabel }),
      ],
    },
    runs.length > 1
      ? runs.map(([name], i) => Object.assign({ name, mark: "line" as const }, series[i % series.length]!))
      : [],
    options,
  );
}

/** A point of a data set with two features. */
export interface LabelledPoint {
  readonly x: readonly [number, number];
  /** Its class: 1, or anything else for the other one. */
  readonly label: number;
}

/** How a decision boundary is drawn. */
export interface DecisionOptions extends PlotOptions {
  /** Above this a point belongs to class 1. Default: 0.5. */
  readonly threshold?: number;
  /** Default: from 0 to 1. */
  readonly xRange?: readonly [low: number, high: number];
  /** Default: from 0 to 1. */
  readonly yRange?: readonly [low: number, high: number];
}

/**
 * Where a model of two inputs decides for which class, with the data: class 0 as dots, class 1 as squares; those on the wrong
 * side have a red ring.
 *
 *     plotDecision("Xor", (x, y) => model.forward([x, y]), points);
 *
 * @throws AdError `wrong-option`
 */
export function plotDecision(
  title: string,
  model: (x: number, y: number) => Real,
  points: readonly LabelledPoint[],
  options: DecisionOptions = {},
): Figure {
  const {
    threshold = 0.5,
    xRange = [0, 1],
    yRange = [0, 1],
    width = 480,
    height = 440,
    xLabel = "x₁",
    yLabel = "x₂",
  } = options;
  checkRange(xRange, "xRange");
  checkRange(yRange, "yRange");
  const decide = (x: number, y: number): number => value(model(x, y));
  const wrong = points.filter(({ x, label }) => decide(...x) > threshold !== (label === 1));
  const classes = [
    points.filter(({ label }) => label !== 1),
    points.filter(({ label }) => label === 1),
  ] as const;
  const at = { x: (p: LabelledPoint) => p.x[0], y: (p: LabelledPoint) => p.x[1] };
  return sheet(
    title,
    `${points.length} points of two classes, ${classes[0].length} and ${classes[1].length}; the model puts ${points.length - wrong.length} of them on the right side.`,
    {
      ...margins,
      x: { domain: [...xRange] },
      y: { domain: [...yRange] },
      color: { type: "threshold", domain: [threshold], range: [paint("classA"), paint("classB")] },
      marks: [
        Plot.contour({
          x1: xRange[0],
          x2: xRange[1],
          y1: yRange[0],
          y2: yRange[1],
          fill: decide,
          thresholds: [-Number.MAX_VALUE, threshold],
          stroke: paint("ink"),
          strokeWidth: 1.4,
          pixelSize: 4,
        }),
        Plot.frame({ stroke: paint("muted") }),
        Plot.dot(classes[0], { ...at, r: 5, fill: paint("series1"), stroke: paint("paper") }),
        Plot.dot(classes[1], {
          ...at,
          r: 5,
          symbol: "square",
          fill: paint("series2"),
          stroke: paint("paper"),
        }),
        Plot.dot(wrong, { ...at, r: 9, fill: "none", stroke: paint("red"), strokeWidth: 2 }),
        ...ticks(),
        ...axisNames({ xLabel, yLabel }),
      ],
    },
    [
      { name: "class 0", colour: "series1", mark: "dot" },
      { name: "class 1", colour: "series2", mark: "square" },
      ...(wrong.length > 0 ? [{ name: "wrong side", colour: "red", mark: "ring" } as const] : []),
    ],
    { ...options, width, height },
  );
}

/** `cotangent plot` */
import { grad, value } from "cotangent";
import type { Real } from "cotangent";
import type { TextFunction } from "cotangent-compiler/read";
import { sampleFunction, sampleSurface } from "cotangent-view/data";
import type { FunctionPlotOptions, SurfaceOptions } from "cotangent-view/data";

import { columnsOf, drawCurves } from "../chart/curves.ts";
import type { ChartOptions } from "../chart/curves.ts";
import { drawHeights, gridOf } from "../chart/heights.ts";
import { EXIT, UsageError } from "../command.ts";
import type { Command, Invocation } from "../command.ts";
import { argumentsOf, numberOf, OPEN, pairOf, rangeOf, sizeOf, stepsOf, wholeOf } from "../options.ts";
import { formatOf, json, pictureOf, themeOf, write } from "../output.ts";
import type { Format } from "../output.ts";
import { functionOf, titleOf } from "../subject.ts";
import { hasColours } from "../terminal.ts";
import { checkCount } from "../trace.ts";

export const command: Command = async (invocation) => {
  const f = functionOf(invocation, stepsOf(invocation.options, STEPS));
  const format = formatOf(invocation, ["text", "svg", "png", "json"]);
  const slice = sliceOf(f, invocation);
  const written =
    slice.names.length === 1 ? curve(slice, invocation, format) : surface(slice, invocation, format);
  write(invocation, await written);
  return EXIT.ok;
};

/** More is done for no point of a plot: what does not end is told within a moment, and all of them are drawn within seconds. */
const STEPS = 1_000_000;

/** A function of the numbers that run along the axes; all else is held fixed. */
interface Slice {
  readonly name: string;
  /** What runs along the axes. */
  readonly names: readonly string[];
  readonly along: (...xs: Real[]) => Real;
}

function sliceOf(f: TextFunction, { options }: Invocation): Slice {
  const given = argumentsOf(options, true);
  if (f.result.kind !== "number") {
    throw new UsageError(
      `${f.name} does not return a number.`,
      "Plot a function that does: of several results, write one that picks one, p => f(p)[0].",
    );
  }
  if (f.parameters.length === 0)
    throw new UsageError(`${f.name} takes nothing.`, "Plot a function of a number: x => x ** 2.");
  if (given === undefined) {
    // What has a default keeps it, unless there is nothing else.
    const required = f.length === 0 ? f.parameters : f.parameters.slice(0, f.length);
    const numbers = required.every(({ structure }) => structure.kind === "number");
    if (numbers && (required.length === 1 || required.length === 2)) {
      return { name: f.name, names: required.map(({ name }) => name), along: f };
    }
    throw new UsageError(
      `${f.name}(${required.map(({ name }) => name).join(", ")}) is no function of one or two numbers.`,
      numbers && required.length > 2
        ? `Hold some fixed, and leave one or two open: --at ${required.map((_, i) => (i === 0 ? "_" : "1")).join(",")}.`
        : "Give the arguments, with null for one or two numbers that run along the axes: --arguments '[[null, 1], 2]'.",
    );
  }
  checkCount(f, given);
  const names = given.flatMap((x, i) => openIn(x, f.parameters[i]!.name));
  if (names.length !== 1 && names.length !== 2) {
    throw new UsageError(
      `${names.length === 0 ? "No argument is" : `${names.length} numbers are`} left open.`,
      "Leave one or two open: --at _,2, or null in --arguments.",
    );
  }
  const along = (...xs: Real[]): Real => {
    const next = xs.values();
    return f(...given.map((x) => filled(x, next))) as Real;
  };
  const all = given.length === f.parameters.length && given.every((x) => x === OPEN);
  return {
    name: f.name,
    names,
    along: all ? f : names.length === 1 ? (x) => along(x) : (x, y) => along(x, y),
  };
}

/** The paths of the numbers that are left open. */
function openIn(x: unknown, path: string): string[] {
  if (x === OPEN) return [path];
  if (Array.isArray(x)) return x.flatMap((y, i) => openIn(y, `${path}[${i}]`));
  if (typeof x !== "object" || x === null) return [];
  return Object.entries(x).flatMap(([key, y]) => openIn(y, `${path}.${key}`));
}

function filled(x: unknown, next: Iterator<Real>): unknown {
  if (x === OPEN) return next.next().value as Real;
  if (Array.isArray(x)) return x.map((y) => filled(y, next));
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, filled(y, next)]));
}

const DEFAULT: [number, number] = [-4, 4];
/** As wide and high as fits most windows; a figure has its own size. */
const TEXT = { columns: 80, rows: 24 };
const WIDEST = 120;

async function curve(slice: Slice, invocation: Invocation, format: Format): Promise<string | Uint8Array> {
  const { options } = invocation;
  for (const name of ["gradient", "surface"]) {
    if (options[name] !== true) continue;
    throw new UsageError(
      `--${name} is for functions of two numbers.`,
      "For one, there are --derivatives and --tangent.",
    );
  }
  const [name] = slice.names as [string];
  const chart = chartOf(slice, invocation);
  const secant = pairOf(options, "secant", "2,0.5");
  const tangent = numberOf(options, "tangent");
  const yRange = rangeOf(options, "y-range");
  const points = wholeOf(options, "points", 2, 100_000);
  const settings: FunctionPlotOptions = {
    range: rangeOf(options, "range") ?? DEFAULT,
    points: points ?? (format === "text" ? 2 * columnsOf(chart.columns) : 200),
    derivatives: wholeOf(options, "derivatives", 0, 4) ?? 0,
    name: `${slice.name}(${name})`,
    ...(tangent === undefined ? {} : { tangent }),
    ...(secant === undefined ? {} : { secant: { at: secant[0], epsilon: secant[1] } }),
    ...(yRange === undefined ? {} : { yRange }),
  };
  const f: (x: Real) => Real = slice.along;
  if (format === "svg" || format === "png") {
    const { plotFunction } = await import("cotangent-view");
    const size = sizeOf(options);
    const figure = plotFunction(chart.title, f, {
      ...settings,
      xLabel: name,
      ...themeOf(invocation, format),
      ...size,
    });
    return pictureOf(invocation, figure, format);
  }
  const sampled = sampleFunction(f, settings);
  if (format === "text") return drawCurves(sampled, chart);
  return json({ function: slice.name, variable: name, ...sampled });
}

async function surface(slice: Slice, invocation: Invocation, format: Format): Promise<string | Uint8Array> {
  const { options } = invocation;
  for (const name of ["derivatives", "tangent", "secant"]) {
    if (options[name] === undefined) continue;
    throw new UsageError(
      `--${name} is for functions of one number.`,
      "For two, there is --gradient; or hold one fixed: --at _,2.",
    );
  }
  const [x, y] = slice.names as [string, string];
  const chart = chartOf(slice, invocation);
  const settings: SurfaceOptions = {
    xRange: rangeOf(options, "range") ?? DEFAULT,
    yRange: rangeOf(options, "y-range") ?? DEFAULT,
    xLabel: x,
    yLabel: y,
  };
  const f: (x: Real, y: Real) => Real = slice.along;
  const gradient = options["gradient"] === true;
  if (format === "svg" || format === "png") {
    const { plotContour, plotFunction3D } = await import("cotangent-view");
    const common = { ...settings, ...themeOf(invocation, format), ...sizeOf(options) };
    const figure =
      options["surface"] === true
        ? plotFunction3D(chart.title, f, common)
        : plotContour(chart.title, f, { ...common, gradient });
    return pictureOf(invocation, figure, format);
  }
  if (options["surface"] === true) {
    throw new UsageError(
      "A surface is drawn as a picture.",
      "Name a file, -o surface.svg; or leave --surface out.",
    );
  }
  const slope = grad(f);
  if (format === "text") {
    const sampled = sampleSurface(f, { ...settings, ...gridOf(chart) });
    return drawHeights(sampled, chart, gradient ? (a, b) => slope(a, b) : undefined);
  }
  const points = wholeOf(options, "points", 2, 2000) ?? 61;
  const sampled = sampleSurface(f, { ...settings, columns: points, rows: points });
  return json({
    function: slice.name,
    variables: slice.names,
    ...sampled,
    ...(gradient ? { gradient: sampled.y.map((b) => sampled.x.map((a) => slope(a, b).map(value))) } : {}),
  });
}

function chartOf(slice: Slice, invocation: Invocation): ChartOptions {
  const { options, terminal } = invocation;
  const size = sizeOf(options);
  const columns = size?.width ?? Math.min(terminal.columns ?? TEXT.columns, WIDEST);
  return {
    title: titleOf(invocation, slice),
    columns,
    rows: size?.height ?? TEXT.rows,
    colours: hasColours(terminal.env, terminal.isTerminal === true && options["output"] === undefined),
    xLabel: slice.names[0]!,
    yLabel: slice.names[1] ?? slice.name,
  };
}

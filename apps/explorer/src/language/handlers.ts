/** What the page may ask about a function. Every answer is plain data. */
import { AdError } from "cotangent";

import type { Drawing } from "../ui/figure.tsx";
import { checkAgainstDifferences } from "./check.ts";
import type { Check } from "./check.ts";
import type { Formulas } from "./formulas.ts";
import type { GraphPicture, GraphRequest, GraphSummary, NoGraph } from "./graph.ts";
import { functionNames } from "./names.ts";
import type { Listing, ListingRequest } from "./listings.ts";
import type { PairResult } from "./pair.ts";
import { Subject } from "./subject.ts";
import type { SurfaceRequest } from "./surface.ts";
import type { Text } from "./text.ts";
import { timing } from "./timing.ts";
import type { Timing } from "./timing.ts";
import { fitting, withLeaf } from "./values.ts";
import type { Data, Leaf, Parameter } from "./values.ts";

/** What a text holds. */
export interface Reading {
  readonly functions: readonly string[];
  readonly name: string;
  readonly parameters: readonly Parameter[];
  /** Parameters that take whole numbers only, by position. */
  readonly integers: readonly number[];
}

/** A number of the result, and its derivative by each of the inputs. */
interface Output {
  /** Empty where the result is a single number. */
  readonly path: string;
  readonly value: number;
  readonly gradient: readonly number[];
}

export interface Point {
  readonly inputs: readonly Leaf[];
  readonly outputs: readonly Output[];
}

/** One number of the result along one input. */
interface Curve {
  readonly path: string;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
  /** Of a single number. */
  readonly seconds: Float64Array | undefined;
}

export interface Curves {
  readonly xs: Float64Array;
  readonly curves: readonly Curve[];
}

/** More derivatives cannot be shown beside each other. */
const MOST_INPUTS = 64;
const MOST_OUTPUTS = 5;

/** The function asked about last: the next question is about the same one nearly always. */
let latest: { readonly source: string; readonly name: string; readonly subject: Subject } | undefined;

function subjectOf({ source, name }: Text): Subject {
  if (latest === undefined || latest.source !== source || latest.name !== name) {
    latest = { source, name, subject: new Subject(source, name) };
  }
  return latest.subject;
}

const inputsOf = (subject: Subject, inputs: readonly unknown[]): Data[] =>
  subject.parameters.map(({ structure }, i) => fitting(structure, inputs[i], i));

export const handlers = {
  /** @throws CompileError with the place in the source */
  read(text: Text): Reading {
    const functions = functionNames(text.source);
    const name = functions.includes(text.name) ? text.name : (functions.at(-1) ?? "");
    const subject = subjectOf({ source: text.source, name });
    const { parameters, f } = subject;
    return { functions, name: f.name, parameters, integers: subject.integers(inputsOf(subject, [])) };
  },

  /** The value and all first derivatives. */
  point(text: Text, given: readonly unknown[]): Point {
    const subject = subjectOf(text);
    const inputs = inputsOf(subject, given);
    const leaves = subject.leaves(inputs);
    const numeric = leaves.filter(({ value }) => typeof value === "number").length;
    const integers = new Set(subject.integers(inputs));
    const isActive = (leaf: Leaf): boolean =>
      typeof leaf.value === "number" && !(integers.has(leaf.argument) && leaf.place.length === 0);
    const result: unknown = subject.f(...subject.arguments(inputs));
    const paths = subject.outputs(result);
    const values = subject.values(inputs);
    if (subject.scalar) {
      const gradient = numeric === 0 ? [] : subject.gradient(inputs);
      return { inputs: leaves, outputs: [{ path: "", value: values[0]!, gradient }] };
    }
    const columns = leaves
      .slice(0, MOST_INPUTS)
      .map((leaf) => (isActive(leaf) ? subject.along(inputs, leaf).slopes : []));
    return {
      inputs: leaves,
      outputs: paths.map((path, k) => ({
        path,
        value: values[k]!,
        gradient: columns.map((slopes) => slopes[k] ?? 0),
      })),
    };
  },

  /** The second derivative by one input, of a single number. */
  second(text: Text, given: readonly unknown[], index: number): number {
    const subject = subjectOf(text);
    const inputs = inputsOf(subject, given);
    const leaf = subject.leaves(inputs)[index];
    return leaf === undefined || !subject.scalar ? NaN : subject.second(inputs, leaf);
  },

  /** The value and its derivatives while one input goes through a range, the others standing still. */
  curves(
    text: Text,
    given: readonly unknown[],
    which: {
      readonly leaf: number;
      readonly range: readonly [number, number];
      readonly points: number;
      /** Whether to compute second derivatives, too. */
      readonly second: boolean;
    },
  ): Curves {
    const subject = subjectOf(text);
    const inputs = inputsOf(subject, given);
    const leaf = subject.leaves(inputs)[which.leaf];
    if (leaf === undefined || typeof leaf.value !== "number") {
      throw new AdError("wrong-option", "There is no such input.", "Choose one of the inputs.");
    }
    const [low, high] = which.range;
    const xs = Float64Array.from(
      { length: which.points },
      (_, i) => low + ((high - low) * i) / (which.points - 1),
    );
    const second = which.second && subject.scalar;
    const paths = subject.outputs(subject.f(...subject.arguments(inputs))).slice(0, MOST_OUTPUTS);
    const curves = paths.map((path) => ({
      path,
      values: new Float64Array(xs.length).fill(NaN),
      slopes: new Float64Array(xs.length).fill(NaN),
      seconds: second ? new Float64Array(xs.length).fill(NaN) : undefined,
    }));
    xs.forEach((x, i) => {
      const moved = inputs.map((data, k) => (k === leaf.argument ? withLeaf(data, leaf.place, x) : data));
      try {
        const { values, slopes } = subject.along(moved, leaf);
        curves.forEach((curve, k) => {
          curve.values[i] = values[k] ?? NaN;
          curve.slopes[i] = slopes[k] ?? NaN;
        });
        if (second) curves[0]!.seconds![i] = subject.second(moved, leaf);
      } catch (error) {
        // An index out of range, say: the curve has a gap there.
        if (!(error instanceof AdError)) throw error;
      }
    });
    return { xs, curves };
  },

  async listing(text: Text, given: readonly unknown[], request: ListingRequest): Promise<Listing> {
    const subject = subjectOf(text);
    const { listing } = await import("./listings.ts");
    return listing(text, subject, inputsOf(subject, given), request);
  },

  async formulas(text: Text, given: readonly unknown[]): Promise<Formulas> {
    const subject = subjectOf(text);
    const { formulas } = await import("./formulas.ts");
    return formulas(subject, inputsOf(subject, given));
  },

  async surface(text: Text, given: readonly unknown[], request: SurfaceRequest): Promise<Drawing> {
    const subject = subjectOf(text);
    const { drawSurface } = await import("./surface.ts");
    return drawSurface(subject, inputsOf(subject, given), request);
  },

  async graph(
    text: Text,
    given: readonly unknown[],
    request: GraphRequest,
  ): Promise<GraphPicture | GraphSummary | NoGraph> {
    const subject = subjectOf(text);
    const { drawnGraph } = await import("./graph.ts");
    return drawnGraph(subject, inputsOf(subject, given), request);
  },

  async pair(
    source: string,
    at: readonly number[],
    range: readonly [number, number],
    theme: "light" | "dark",
  ): Promise<PairResult> {
    const { checkPair } = await import("./pair.ts");
    return checkPair(source, at, range, theme);
  },

  timing(text: Text, given: readonly unknown[]): Timing {
    const subject = subjectOf(text);
    return timing(subject, inputsOf(subject, given));
  },

  check(text: Text, given: readonly unknown[]): Check {
    const subject = subjectOf(text);
    return checkAgainstDifferences(subject, inputsOf(subject, given));
  },
};

/**
 * A forward and a backward of the reader's own, as the page's Square has them. The class is read, not run: its two methods are
 * laid out as plain functions at the same places of the text, and go through the front end like any others.
 */
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { Parser } from "acorn";
import type { CallExpression, ClassDeclaration, MethodDefinition, Node, Pattern } from "acorn";
import { AdError, ScalarFunction } from "cotangent";
import type { Context } from "cotangent";
import { readFunction } from "cotangent-compiler/read";
import { boxes } from "cotangent-view";

import type { Drawing } from "../ui/figure.tsx";

/** One derivative of the pair's, and what differences of its forward give. */
interface PairDerivative {
  readonly path: string;
  readonly backward: number;
  readonly differences: number;
  readonly right: boolean;
}

export interface PairResult {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly value: number;
  readonly derivatives: readonly PairDerivative[];
  /** At how many of the further points tried all derivatives were right. */
  readonly right: number;
  readonly tried: number;
  readonly figure: Drawing;
}

const TOLERANCE = 1e-5;
/** How many further points are tried, in the range of the sliders. */
const POINTS = 24;

const TypeScript = Parser.extend(tsPlugin());

/** @throws CompileError where the text is outside the language; AdError where it is no such class */
export function checkPair(
  source: string,
  at: readonly number[],
  range: readonly [number, number],
  theme: "light" | "dark",
): PairResult {
  const { name, parameters, text } = laidOut(source);
  const f = readFunction(text, { function: PAIR });
  const inputs = parameters.map((_, i) => at[i] ?? 1 + i);
  const call = (xs: readonly number[], dOut: number): { value: number; derivatives: number[] } => {
    const [value, back] = f(...xs, dOut) as [unknown, unknown];
    const derivatives = Array.isArray(back) ? (back as unknown[]) : [back];
    if (typeof value !== "number")
      throw wrong("forward must return a number.", "Return the value: return x * x.");
    if (derivatives.length !== xs.length || derivatives.some((d) => typeof d !== "number")) {
      throw wrong(
        `backward returns ${derivatives.length} derivatives, but forward takes ${xs.length} arguments.`,
        "Return one derivative for each argument, in order: return [dX, dY].",
        "wrong-number-of-derivatives",
      );
    }
    return { value, derivatives: derivatives as number[] };
  };
  const { value } = call(inputs, 1);
  const compared = compare(call, inputs, parameters);
  // The golden ratio's multiples are spread evenly: the same points every time, and none of them special.
  const points = Array.from({ length: POINTS }, (_, k) =>
    parameters.map(
      (_, i) =>
        range[0] + (range[1] - range[0]) * (((k * parameters.length + i + 1) * 0.6180339887498949) % 1),
    ),
  ).filter((point) => Number.isFinite(call(point, 1).value));
  const right = points.filter((point) => compare(call, point, parameters).every((d) => d.right)).length;
  return {
    name,
    parameters,
    value,
    derivatives: compared,
    right,
    tried: points.length,
    figure: drawn(name, call, inputs, theme),
  };
}

type Pair = (
  xs: readonly number[],
  dOut: number,
) => { readonly value: number; readonly derivatives: number[] };

/** A `dOut` that no honest mistake survives: neither 1, nor a whole number, nor positive. */
const D_OUT = -2.5;

function compare(call: Pair, at: readonly number[], names: readonly string[]): PairDerivative[] {
  const { derivatives } = call(at, 1);
  const scaled = call(at, D_OUT).derivatives;
  return names.map((path, i) => {
    const along = (x: number): number =>
      call(
        at.map((y, k) => (k === i ? x : y)),
        1,
      ).value;
    const h = 1e-3 * Math.max(1, Math.abs(at[i]!));
    const slope = (step: number): number => (along(at[i]! + step) - along(at[i]! - step)) / (2 * step);
    // One step of Richardson's extrapolation.
    const differences = (4 * slope(h / 2) - slope(h)) / 3;
    const near = (derivative: number): boolean =>
      Math.abs(derivative - differences) <= TOLERANCE * Math.max(1, Math.abs(differences));
    const backward = derivatives[i]!;
    return { path, backward, differences, right: near(backward) && near(scaled[i]! / D_OUT) };
  });
}

/** The page's box figure of it, with the numbers of this call. */
function drawn(name: string, call: Pair, at: readonly number[], theme: "light" | "dark"): Drawing {
  class Own extends ScalarFunction {
    static forward(ctx: Context<number[]>, ...xs: number[]): number {
      ctx.saveForBackward(...xs);
      return call(xs, 1).value;
    }
    static backward(_: Context<number[]>, dOut: number): number | number[] {
      const { derivatives } = call(at, dOut);
      return derivatives.length === 1 ? derivatives[0]! : derivatives;
    }
  }
  Object.defineProperty(Own, "name", { value: name });
  const figure = boxes(Own as never, { direction: "both", at: [...at], theme });
  return { svg: figure.svg, width: figure.width, height: figure.height };
}

const PAIR = "$pair";
const FORWARD = "$fwd";
const BACKWARD = "$bwd";

/** The class as plain functions, every character of theirs where it was. */
function laidOut(source: string): {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly text: string;
} {
  const found = classIn(source);
  const methods = found.body.body.filter((m): m is MethodDefinition => m.type === "MethodDefinition");
  const [forward, backward] = ["forward", "backward"].map((name) => {
    const method = methods.find((m) => m.static && m.key.type === "Identifier" && m.key.name === name);
    if (method === undefined) {
      throw wrong(
        `The class has no static method ${name}.`,
        "Write static forward(ctx, x) and static backward(ctx, dOut).",
      );
    }
    return method;
  }) as [MethodDefinition, MethodDefinition];
  const text = source.split("");
  const blank = (from: number, to: number): void => {
    for (let i = from; i < to; i++) if (text[i] !== "\n") text[i] = " ";
  };
  let at = found.start;
  for (const method of [forward, backward].sort((a, b) => a.start - b.start)) {
    blank(at, method.value.start);
    const head = `function ${method === forward ? FORWARD : BACKWARD}`;
    // "static forward" is no shorter than what takes its place.
    head.split("").forEach((c, i) => (text[method.start + i] = c));
    at = method.end;
  }
  blank(at, found.end);
  const parameters = forward.value.params.slice(1).map(nameOf);
  const saved = savedIn(source, forward);
  const context =
    saved === 0
      ? "{ saveForBackward: () => {} }"
      : `{ savedValues: ${saved === 1 ? "0" : `[${"0, ".repeat(saved)}]`}, saveForBackward: (${list(saved)}) => { $ctx.savedValues = ${
          saved === 1 ? "$0" : `[${list(saved)}]`
        }; } }`;
  const typed = parameters.map((p) => `${p}: number`);
  const driver = `\nfunction ${PAIR}(${[...typed, "$dOut: number"].join(", ")}) { const $ctx = ${context}; const $y = ${FORWARD}(${["$ctx", ...parameters].join(", ")}); return [$y, ${BACKWARD}($ctx, $dOut)]; }\n`;
  return { name: found.id.name, parameters, text: text.join("") + driver };
}

const list = (count: number): string => Array.from({ length: count }, (_, i) => `$${i}`).join(", ");

function nameOf(pattern: Pattern): string {
  if (pattern.type === "Identifier") return pattern.name;
  throw wrong("forward takes something that is not a plain name.", "Name its arguments: forward(ctx, x, y).");
}

/** How many values `forward` saves. */
function savedIn(source: string, forward: MethodDefinition): number {
  const [ctx] = forward.value.params;
  let count = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    const call = node as CallExpression;
    if (call.type === "CallExpression" && call.callee.type === "MemberExpression") {
      const callee = source.slice(call.callee.start, call.callee.end);
      if (ctx?.type === "Identifier" && callee === `${ctx.name}.saveForBackward`)
        count = call.arguments.length;
    }
    Object.values(node).forEach(visit);
  };
  visit(forward.value.body);
  return count;
}

function classIn(source: string): ClassDeclaration {
  let program;
  try {
    program = TypeScript.parse(source, { ecmaVersion: "latest", sourceType: "module", locations: true });
  } catch (error) {
    // The front end says the same with a place and a remedy.
    readFunction(source);
    throw error;
  }
  const found = (program.body as readonly Node[])
    .map((node) => ("declaration" in node ? (node.declaration as Node) : node))
    .find((node): node is ClassDeclaration => node?.type === "ClassDeclaration");
  if (found === undefined) {
    throw wrong("There is no class here.", "Write class Square extends ScalarFunction { ... }.");
  }
  return found;
}

const wrong = (
  problem: string,
  remedy: string,
  code: "wrong-option" | "wrong-number-of-derivatives" = "wrong-option",
): AdError => new AdError(code, problem, remedy);

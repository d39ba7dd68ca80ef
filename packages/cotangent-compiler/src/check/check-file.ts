/** Checks the derivatives of a module's functions against differences. */
import { AdError } from "cotangent";
import { forward, reverse } from "cotangent/differentiate";
import {
  central,
  interpreter,
  leafTypes,
  looksBroken,
  oneSided,
  optimise,
  toLeaves,
} from "cotangent/program";
import type { Datum, Leaf, Structure } from "cotangent/program";

import type { Node } from "../ast.ts";
import { lower, nowhere } from "../lower/lower.ts";
import type { Lowered } from "../lower/lower.ts";
import { functionsOf, readModule } from "../lower/module.ts";
import type { Module } from "../lower/module.ts";
import { parseSource } from "../source.ts";
import { targetsOf } from "../targets.ts";
import { integerParameters, pointsAbove, random, randomArguments } from "./points.ts";

export interface CheckFileOptions {
  /** The file's name, for messages. */
  readonly file?: string;
  /** Only these functions. Unless said, those that are differentiated (marked, or handed to a transform); if there are none, all. */
  readonly functions?: readonly string[];
  /** Points by function, beside those of `// @check [1, 2]` comments above it. Each is a list of arguments. */
  readonly points?: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  /** At how many random points each function is checked. Default: 8. */
  readonly random?: number;
  /** Default: 1. */
  readonly seed?: number;
  /** How far a derivative may be off, relative to its size or to 1. Default: 1e-6. */
  readonly tolerance?: number;
  /** How many loop iterations and calls a call of a function may take; a point that takes more is left out. Default: 200,000. */
  readonly steps?: number;
  /** The module that another one imports from, already read. */
  readonly resolve?: (importer: string, from: string) => Module | undefined;
}

export interface CheckFileResult {
  /** Whether some function was checked, and none failed or was refused. One among others that could not be checked is no failure. */
  readonly ok: boolean;
  readonly functions: readonly FunctionCheck[];
}

export interface FunctionCheck {
  readonly name: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 1. */
  readonly column: number;
  /** `unchecked`: no point could be tried. `refused`: it is outside the language. `reason` says more. */
  readonly status: "passed" | "failed" | "unchecked" | "refused";
  /** At how many points derivatives were compared. */
  readonly points: number;
  /** How many random points were no good: the function threw there, gave no finite number, or is not smooth. */
  readonly rejected: number;
  /** The points of comments and options that were no good, and why. */
  readonly skipped: readonly SkippedPoint[];
  /** Where a derivative was furthest from differences. */
  readonly worst: CheckDifference | undefined;
  readonly reason: string | undefined;
  /** What was thrown, if it was refused. */
  readonly error?: Error;
}

export interface SkippedPoint {
  /** The arguments. */
  readonly at: readonly unknown[];
  readonly reason: string;
}

export interface CheckDifference {
  readonly mode: "reverse" | "forward";
  /** Relative to the derivative's size, or to 1. */
  readonly error: number;
  /** Which number of which argument: `points[1].x`. */
  readonly argument: string;
  readonly derivative: number;
  readonly difference: number;
  /** The arguments. */
  readonly at: readonly unknown[];
}

/**
 * Checks the derivatives of a module's functions, by reverse and by forward mode, against differences: at the points given in
 * comments and options, and at random ones. Nothing of the text is run as JavaScript.
 *
 *     checkFile("// @check [3]\nconst square = (x: number) => x * x;").ok // true
 *
 * @throws CompileError `syntax-error`; AdError `wrong-option` for a function that is not there
 */
export function checkFile(source: string, options: CheckFileOptions = {}): CheckFileResult {
  const module = readModule(parseSource(source, options.file));
  const functions = functionsOf(module);
  const captured = new Set(targetsOf(module).map((t) => t.node));
  const differentiated = [...functions].filter(([, node]) => captured.has(node)).map(([name]) => name);
  const names = options.functions ?? (differentiated.length > 0 ? differentiated : [...functions.keys()]);
  const checked = names.map((name) => {
    const node = functions.get(name);
    if (node !== undefined) return checkOne(module, name, node, options);
    throw new AdError(
      "wrong-option",
      `There is no function ${JSON.stringify(name)}; there are: ${[...functions.keys()].join(", ")}`,
      "Give the names of functions at the top level of the module.",
    );
  });
  const has = (...statuses: readonly FunctionCheck["status"][]): boolean =>
    checked.some((c) => statuses.includes(c.status));
  return { ok: has("passed") && !has("failed", "refused"), functions: checked };
}

function checkOne(module: Module, name: string, node: Node, options: CheckFileOptions): FunctionCheck {
  const place = { name, line: node.loc.start.line, column: node.loc.start.column + 1 };
  const nothing = { ...place, points: 0, rejected: 0, skipped: [], worst: undefined };
  let lowered: Lowered;
  try {
    lowered = lower(module, node, name, undefined, {
      ...nowhere,
      resolve: (importer, from) => options.resolve?.(importer.source.file ?? "", from),
    });
  } catch (error) {
    if (!(error instanceof AdError)) throw error;
    return { ...nothing, status: "refused", reason: error.message, error };
  }
  const unchecked = (reason: string): FunctionCheck => ({ ...nothing, status: "unchecked", reason });
  if (lowered.outside.length > 0) {
    const names = lowered.outside.map((p) => p.name).join(", ");
    return unchecked(`It needs ${names} of another module, whose text is not at hand.`);
  }
  if (lowered.users.length > 0) {
    return unchecked(
      `It calls ${lowered.users.join(", ")}, whose derivative is code of its own: use checkDerivatives.`,
    );
  }
  const { points, broken } = pointsAbove(module.source.code, node.start);
  if (broken.length > 0) {
    return {
      ...unchecked(`@check takes a list of arguments as JSON, not ${broken[0]!}.`),
      status: "refused",
    };
  }
  return new Check(place, lowered, options).run([...points, ...(options.points?.[name] ?? [])]);
}

/** A function takes at most so many loop iterations and calls, unless more are allowed. */
const STEPS = 2e5;
/** So many random points are tried for one that is wanted. */
const ATTEMPTS = 12;
/** Differences that are less certain say nothing. */
const UNCERTAIN = 1e-4;
/** So many numbers of the arguments are compared one by one; of more, a random choice. */
const MOST = 10;

/** A point at which derivatives mean nothing. */
class Rejected extends Error {}

/** The derivatives of one function. */
class Check {
  readonly #place: Pick<FunctionCheck, "name" | "line" | "column">;
  readonly #lowered: Lowered;
  readonly #options: CheckFileOptions;
  readonly #value: Run;
  readonly #forward: ReturnType<typeof forward>;
  readonly #reverse: ReturnType<typeof reverse>;
  readonly #runForward: Run;
  readonly #runReverse: Run;
  readonly #integers: ReadonlySet<number>;
  readonly #next: () => number;
  #worst: CheckDifference | undefined;

  constructor(
    place: Pick<FunctionCheck, "name" | "line" | "column">,
    lowered: Lowered,
    options: CheckFileOptions,
  ) {
    this.#place = place;
    this.#lowered = lowered;
    this.#options = options;
    this.#next = random(options.seed ?? 1);
    const program = optimise(lowered.program, { stage: "primal" });
    const runnerOf = (made: Lowered["program"]): Run => runner(made, options.steps ?? STEPS);
    this.#value = runnerOf(program);
    this.#forward = forward(program);
    this.#reverse = reverse(program);
    this.#runForward = runnerOf(this.#forward.program);
    this.#runReverse = runnerOf(this.#reverse.program);
    this.#integers = integerParameters(program);
  }

  run(given: readonly (readonly unknown[])[]): FunctionCheck {
    let points = 0;
    /** Why there is nothing to compare at a point; undefined where there was. */
    const attempt = (args: readonly unknown[]): string | undefined => {
      try {
        if (this.#compare(args)) points++;
        return undefined;
      } catch (error) {
        if (!(error instanceof AdError) && !(error instanceof Rejected)) throw error;
        return error.message;
      }
    };
    const skipped = given.flatMap((at): SkippedPoint[] => {
      const reason = attempt(at);
      return reason === undefined ? [] : [{ at, reason }];
    });
    const rejected: string[] = [];
    const wanted = this.#options.random ?? 8;
    const { params, program } = this.#lowered;
    const numbers = program.functions[0]!.params.slice(
      0,
      params.flatMap((p) => leafTypes(p.structure)).length,
    );
    const active = numbers.some((p, i) => p.ty !== "i32" && !this.#integers.has(i));
    const none = !active || this.#reverse.of.length === 0;
    const enough = points + wanted;
    const most = none ? 0 : wanted * ATTEMPTS;
    for (let k = 0; k < most; k++) {
      const isOff = this.#worst !== undefined && this.#worst.error > this.#tolerance;
      if (isOff || points >= enough) break;
      const reason = attempt(randomArguments(this.#lowered, this.#integers, this.#next));
      if (reason !== undefined) rejected.push(reason);
    }
    const worst = this.#worst;
    const failed = worst !== undefined && !(worst.error <= this.#tolerance);
    const status = failed ? "failed" : points > 0 ? "passed" : "unchecked";
    const why = skipped[0]?.reason ?? rejected[0] ?? "None was tried.";
    const reason = this.#reason(status, why, none);
    return { ...this.#place, status, points, rejected: rejected.length, skipped, worst, reason };
  }

  get #tolerance(): number {
    return this.#options.tolerance ?? 1e-6;
  }

  #reason(status: FunctionCheck["status"], why: string, none: boolean): string | undefined {
    const worst = this.#worst;
    if (status === "failed" && worst !== undefined) {
      return `${worst.mode} mode gives ${worst.derivative} by ${worst.argument}, differences give ${worst.difference}.`;
    }
    if (status !== "unchecked") return undefined;
    if (none) return "There is nothing to differentiate.";
    return `No point could be compared. ${why} Write one above it: // @check [...]`;
  }

  /** Compares all derivatives at one point; false where there is nothing to compare. */
  #compare(args: readonly unknown[]): boolean {
    const { params } = this.#lowered;
    const leaves = params.flatMap((p, i) => toLeaves(p.structure, args[i], p.name));
    const values = this.#value(leaves);
    const numbers = values.flatMap((v) => (typeof v === "number" ? [v] : [...v]));
    if (numbers.some((x) => !Number.isFinite(x)))
      throw new Rejected("The function gives no finite number there.");
    // All results at once: a random sum of them; of one, it is that itself.
    const of = this.#reverse.of;
    const isOne = of.length === 1 && typeof values[of[0]!] === "number";
    const weight = (): number => (isOne ? 1 : 0.5 + this.#next());
    const weights = values.map((v) => (typeof v === "number" ? weight() : v.map(weight)));
    const total = (at: readonly Leaf[]): number => {
      const out = this.#value(at);
      if (out.some((v, k) => typeof v !== "number" && v.length !== (values[k] as Float64Array).length)) {
        throw new Rejected("How many numbers the function returns depends on the others.");
      }
      return of.reduce((s, k) => s + dot(weights[k]!, out[k]!), 0);
    };
    const gradient = this.#gradient(leaves, values, weights);
    const places = this.#places(args, leaves);
    let compared = 0;
    let unsettled: (() => never) | undefined;
    for (const { leaf, index, name } of places) {
      const from = leaves[leaf]!;
      const x = typeof from === "number" ? from : from[index]!;
      // Out of the domain, at one end of a wide step, there is no difference.
      const along = (y: number): number => {
        try {
          return total(moved(leaves, leaf, index, y));
        } catch (error) {
          if (error instanceof AdError) return Number.NaN;
          throw error;
        }
      };
      const refuse = (): never => {
        const { what, how } = obstacleOf(along, x);
        // A sum of several results says nothing to the reader.
        const numbers = isOne ? `${how}; the derivative given is ${gradient(leaf, index)}` : "";
        throw new Rejected(`By ${name}, the function ${what}${numbers}.`);
      };
      if (looksBroken(along, x)) refuse();
      unsettled ??= refuse;
      const { value: difference, error: uncertainty } = central(along, x);
      if (!(uncertainty < UNCERTAIN * (1 + Math.abs(difference)))) continue;
      // A wide step may have gone across a jump, a narrow one not.
      const h = 1e-5 * Math.max(1, Math.abs(x));
      const near = (along(x + h) - along(x - h)) / (2 * h);
      if (!(Math.abs(near - difference) < 1e-3 * (1 + Math.abs(difference)))) continue;
      compared++;
      const derivatives = {
        reverse: gradient(leaf, index),
        forward: this.#rate(leaves, weights, leaf, index),
      };
      for (const mode of ["reverse", "forward"] as const) {
        const derivative = derivatives[mode];
        const off = Math.max(0, Math.abs(derivative - difference) - 4 * uncertainty);
        const error = Number.isNaN(off) ? Infinity : off / Math.max(1, Math.abs(difference));
        if (this.#worst === undefined || error > this.#worst.error) {
          this.#worst = { mode, error, argument: name, derivative, difference, at: args };
        }
      }
    }
    if (compared === 0) unsettled?.();
    return compared > 0;
  }

  /** Reverse mode: the derivative by each number. */
  #gradient(
    leaves: readonly Leaf[],
    values: readonly Leaf[],
    weights: readonly Leaf[],
  ): (leaf: number, index: number) => number {
    const { of, adjointParameters, adjointResults } = this.#reverse;
    const arrays = adjointParameters.map((i) => new Float64Array((leaves[i] as Float64Array).length));
    const out = this.#runReverse([...leaves, ...of.map((k) => weights[k]!), ...arrays], arrays);
    return (leaf, index) => {
      const at = adjointParameters.indexOf(leaf);
      return at >= 0 ? arrays[at]![index]! : (out[values.length + adjointResults.indexOf(leaf)] as number);
    };
  }

  /** Forward mode: the derivative by one number. */
  #rate(leaves: readonly Leaf[], weights: readonly Leaf[], leaf: number, index: number): number {
    const { tangentParameters, tangentResults } = this.#forward;
    const tangents = tangentParameters.map((i): Leaf => {
      const x = leaves[i]!;
      if (typeof x === "number") return i === leaf ? 1 : 0;
      const tangent = new Float64Array(x.length);
      if (i === leaf) tangent[index] = 1;
      return tangent;
    });
    const out = this.#runForward([...leaves, ...tangents]);
    const count = this.#lowered.program.functions[0]!.results.length;
    return this.#reverse.of.reduce(
      (s, k) => s + dot(weights[k]!, out[count + tangentResults.indexOf(k)]!),
      0,
    );
  }

  /** The numbers by which is differentiated, with their names; integers are none. */
  #places(args: readonly unknown[], leaves: readonly Leaf[]): Place[] {
    const { params } = this.#lowered;
    const names: string[] = [];
    const numbered = params.flatMap((p, i) =>
      toLeaves(p.structure, numberedAs(p.structure, args[i], p.name, names), p.name),
    );
    const places: Place[] = [];
    numbered.forEach((ids, leaf) => {
      if (this.#integers.has(leaf)) return;
      const list = typeof ids === "number" ? [ids] : [...ids];
      list.forEach((id, index) => {
        // Where arrays in arrays begin, and truths, are no such numbers.
        const isNumber = Number.isInteger(id - 0.5) && names[id - 0.5] !== undefined;
        if (isNumber && leaves[leaf] !== undefined) places.push({ leaf, index, name: names[id - 0.5]! });
      });
    });
    while (places.length > MOST) places.splice(Math.floor(this.#next() * places.length), 1);
    return places;
  }
}

interface Place {
  readonly leaf: number;
  readonly index: number;
  readonly name: string;
}

/** The same argument with the number of its name, and one half, in place of each number. */
function numberedAs(s: Structure, x: unknown, path: string, names: string[]): unknown {
  switch (s.kind) {
    case "number":
      return names.push(path) - 0.5;
    case "array": {
      const list = Array.from(x as ArrayLike<unknown>, (y, i) =>
        numberedAs(s.element, y, `${path}[${i}]`, names),
      );
      return s.typed === true ? Float64Array.from(list as number[]) : list;
    }
    case "tuple":
      return s.elements.map((e, i) => numberedAs(e, (x as unknown[])[i], `${path}[${i}]`, names));
    case "object":
      return Object.fromEntries(
        s.fields.map(([key, e]) => [
          key,
          numberedAs(e, (x as Record<string, unknown>)[key], `${path}.${key}`, names),
        ]),
      );
    default:
      return x;
  }
}

type Run = (leaves: readonly Leaf[], kept?: readonly Leaf[]) => Leaf[];

/** Runs a program on copies of its arguments, but for `kept`, which are written to. */
function runner(program: Lowered["program"], steps: number): Run {
  const run = interpreter(program, { steps });
  return (leaves, kept = []) =>
    run(...leaves.map((x): Datum => (typeof x === "number" || kept.includes(x) ? x : x.slice()))) as Leaf[];
}

/** What keeps differences from telling the derivative of a function of one number at x, as the rest of a sentence. */
function obstacleOf(f: (x: number) => number, x: number): { readonly what: string; readonly how: string } {
  const near = (h: number): { readonly below: number; readonly above: number; readonly gap: number } => {
    const step = h * Math.max(1, Math.abs(x));
    const [below, above] = [f(x - step), f(x + step)];
    return { below, above, gap: Math.max(Math.abs(f(x) - below), Math.abs(above - f(x))) };
  };
  const [wide, narrow, nearest] = [near(1e-9), near(2e-12), near(1e-12)];
  if (!Number.isFinite(wide.below) || !Number.isFinite(wide.above)) {
    return { what: "is defined on one side of this only", how: "" };
  }
  // What is continuous comes closer with the step.
  if (narrow.gap > 0 && narrow.gap > wide.gap / 2) {
    const limits = [2 * nearest.below - narrow.below, 2 * nearest.above - narrow.above];
    return { what: "jumps here", how: `, from ${limits.map(written).join(" to ")}` };
  }
  const slopes = [oneSided(f, x, -1), oneSided(f, x, 1)];
  return slopes.every(({ value, error }) => error < UNCERTAIN * (1 + Math.abs(value)))
    ? {
        what: "has a corner here",
        how: `, with slopes ${slopes.map(({ value }) => written(value)).join(" and ")}`,
      }
    : { what: "has no finite slope here", how: "" };
}

/** What differences tell, in as many digits as they can. */
const written = (x: number): string => String(Number(x.toPrecision(6)) + 0);

function moved(leaves: readonly Leaf[], leaf: number, index: number, y: number): Leaf[] {
  return leaves.map((x, i): Leaf => {
    if (i !== leaf) return x;
    if (typeof x === "number") return y;
    const copy = x.slice();
    copy[index] = y;
    return copy;
  });
}

/** Σ xᵢ yᵢ */
function dot(x: Leaf, y: Leaf): number {
  if (typeof x === "number") return x * (y as number);
  return x.reduce((s, v, i) => s + v * (y as Float64Array)[i]!, 0);
}

/** The strict check: every mode against differences, and against each other. */
import { AdError, describe } from "../errors.ts";
import { checkOptions, from0 } from "../options.ts";
import type { Rules } from "../options.ts";
import { value } from "../real/real.ts";
import type { Real } from "../real/real.ts";
import { constants } from "../traces/scalar.ts";
import { checkFunction, Chosen } from "../transforms/arguments.ts";
import type { AnyFunction } from "../transforms/arguments.ts";
import { hessian } from "../transforms/hessian.ts";
import { jacobian } from "../transforms/jacobian.ts";
import { jvp, push } from "../transforms/jvp.ts";
import { record } from "../transforms/reverse.ts";
import { flatten, textOf } from "../transforms/structure.ts";
import type { Inputs } from "../transforms/structure.ts";
import { checkBuilt, compiler, derivationOf } from "../transforms/transformed.ts";
import { central, looksBroken, oneSided } from "./differences.ts";
import type { Estimate } from "./differences.ts";

export interface CheckOptions {
  /** Up to which order: 1 or 2 (the default). */
  readonly order?: 1 | 2;
  /** How far a derivative may be from the reference, relative to its size. Default 1e-7. */
  readonly tolerance?: number;
  /** Whether to throw if something is wrong (the default), or to return the report all the same. */
  readonly throws?: boolean;
}

const RULES: Rules<CheckOptions> = {
  order: [(x) => x === 1 || x === 2, "Give 1 or 2."],
  tolerance: from0,
  throws: [(x) => typeof x === "boolean", "Give true or false."],
};

/** How one derivative was found. */
export type Mode =
  | "forward"
  | "reverse"
  | "forward over reverse"
  | "reverse over reverse"
  | "reverse over forward"
  | "mixed";

/** One derivative that was compared. */
export interface Comparison {
  readonly mode: Mode;
  /** Which result of f: empty where it is a single number, else a path such as `[2]` or `.energy`. */
  readonly result: string;
  /** By which inputs, one for each order: `argument 1[2]`. */
  readonly by: readonly string[];
  readonly got: number;
  /** By differences; in mode "mixed", the same derivative in the other order. */
  readonly expected: number;
  /** How exactly `expected` is known. */
  readonly uncertainty: number;
  /**
   * `"kink"`: the slopes from both sides differ, and the derivative lies between them. `"unknown"`: f has no finite values on
   * either side, or throws there, as one does of which an input is an index; or differences do not settle.
   */
  readonly verdict: "right" | "wrong" | "kink" | "unknown";
}

/** What {@link checkDerivatives} found. Prints as a table. */
export interface CheckReport {
  /** Whether nothing is wrong. */
  readonly ok: boolean;
  readonly name: string;
  /** The inputs, as numbers. */
  readonly at: readonly number[];
  readonly comparisons: readonly Comparison[];
  toString(): string;
}

/**
 * Checks the derivatives of `f` at the arguments `at`: forward and reverse mode against extrapolated differences of f; second
 * derivatives, found in three ways, against differences of the gradient and against each other in the other order. Where f is
 * not smooth the report says so; that is no mistake if the derivative lies between the slopes of both sides.
 * Of a plain function that a compiler has captured: first derivatives, and the Hessian where the result is one number.
 *
 *     checkDerivatives((x: Real, y: Real) => mul(sin(x), y), [1, 2]).ok; // true
 *
 * @throws AdError `wrong-derivative` with the report as its message; those of {@link grad}
 */
export function checkDerivatives<A extends readonly unknown[]>(
  f: (...args: A) => unknown,
  at: Inputs<A>,
  options: CheckOptions = {},
): CheckReport {
  checkFunction("checkDerivatives", f);
  checkOptions("checkDerivatives", options, RULES);
  const { order = 2, tolerance = 1e-7, throws = true } = options;
  if (!Array.isArray(at)) {
    throw new AdError(
      "mixed-structures",
      `checkDerivatives takes the list of arguments, but was given ${describe(at)}.`,
      "Write checkDerivatives(f, [x]), or (f, [x, y]) for two arguments.",
    );
  }
  const subject = new Subject(f, at, tolerance);
  const comparisons = [...subject.first(), ...(order === 2 && subject.hasSecond ? subject.second() : [])];
  const name = f.name || "the function";
  const report: CheckReport = {
    ok: comparisons.every((c) => c.verdict !== "wrong"),
    name,
    at: subject.inputs,
    comparisons,
    toString: () => print(name, subject.inputs, comparisons),
  };
  if (report.ok || !throws) return report;
  throw new AdError(
    "wrong-derivative",
    report.toString(),
    "A backward (or a rule) that f uses does not fit its forward, or f is not a function of its arguments alone.",
  );
}

/** Whether f is a plain function that a compiler has captured, or made of one: it takes no variables. */
function isCompiled(f: AnyFunction): boolean {
  let root = f;
  for (let from = derivationOf(root); from !== undefined; from = derivationOf(root)) root = from.f;
  if (compiler in root) return true;
  checkBuilt(root);
  return false;
}

/** Hessians by mode: one matrix for each result. */
type Ways = Partial<Record<Mode, number[][][]>>;

/** A function at a point, all its derivatives as flat lists of numbers. */
class Subject {
  readonly inputs: readonly number[];
  readonly #f: AnyFunction;
  readonly #chosen: Chosen;
  readonly #tolerance: number;
  /** Of a compiled function: its derivatives, compiled once. */
  readonly #compiled: { readonly jvp: AnyFunction; readonly jacobian: AnyFunction } | undefined;
  readonly #names: readonly string[];
  readonly #results: readonly string[];

  constructor(f: AnyFunction, at: readonly unknown[], tolerance: number) {
    this.#f = f;
    this.#chosen = new Chosen(f, at);
    this.#tolerance = tolerance;
    if (isCompiled(f)) this.#compiled = { jvp: jvp(f), jacobian: jacobian(f) };
    this.inputs = this.#chosen.leaves.map(value);
    this.#names = this.#chosen.trees.flatMap((tree, i) =>
      tree.places.map((place) => `argument ${i + 1}${textOf(place)}`),
    );
    this.#results = flatten(this.#call(this.inputs), "the result of f", "allow").places.map(textOf);
  }

  /** Of a compiled function with several results there are first derivatives only. */
  get hasSecond(): boolean {
    return this.#compiled === undefined || (this.#results.length === 1 && this.#results[0] === "");
  }

  /** First derivatives, forward and reverse. */
  first(): Comparison[] {
    const rows = this.#gradients(this.inputs);
    return this.#names.flatMap((name, j) => {
      const forward = this.#push(j, this.inputs);
      return this.#results.flatMap((result, i) => {
        const along = elsewhere((x) => this.#values(this.#moved(j, x))[i]!);
        const judge = this.#judgeBy(along, this.inputs[j]!);
        return [
          judge("forward", result, [name], forward[i]!),
          judge("reverse", result, [name], rows[i]![j]!),
        ];
      });
    });
  }

  /** Second derivatives: three ways, each against differences of the gradient; then both orders against each other. */
  second(): Comparison[] {
    const ways = this.#compiled === undefined ? this.#hessians() : this.#compiledHessian();
    const comparisons: Comparison[] = [];
    this.#results.forEach((result, i) => {
      this.#names.forEach((a, j) => {
        this.#names.forEach((b, k) => {
          const along = elsewhere((x) => value(this.#gradient(i, this.#moved(k, x))[j]!));
          const judge = this.#judgeBy(along, this.inputs[k]!);
          for (const [mode, matrices] of Object.entries(ways)) {
            comparisons.push(judge(mode as Mode, result, [a, b], matrices[i]![j]![k]!));
          }
          if (k <= j) return;
          const matrix = ways["forward over reverse"]![i]!;
          const [got, expected] = [matrix[j]![k]!, matrix[k]![j]!];
          const uncertainty = 1e-12 * Math.max(Math.abs(got), Math.abs(expected));
          const verdict =
            Object.is(got, expected) || Math.abs(got - expected) <= uncertainty ? "right" : "wrong";
          comparisons.push({ mode: "mixed", result, by: [a, b], got, expected, uncertainty, verdict });
        });
      });
    });
    return comparisons;
  }

  /** The Hessian of each result, by each way of finding it. */
  #hessians(): Ways {
    return {
      "forward over reverse": this.#results.map((_, i) =>
        this.#jacobian((xs) => this.#gradient(i, xs), "forward"),
      ),
      "reverse over reverse": this.#results.map((_, i) =>
        this.#jacobian((xs) => this.#gradient(i, xs), "reverse"),
      ),
      "reverse over forward": this.#results.map((_, i) =>
        this.#jacobian((xs) => this.#names.map((_n, j) => this.#push(j, xs)[i]!), "reverse"),
      ),
    };
  }

  /** Of a compiled function there is one way. */
  #compiledHessian(): Ways {
    const n = this.inputs.length;
    const rows = hessian(this.#f as (...args: unknown[]) => Real)(...this.#arguments(this.inputs));
    const leaves = flatten(rows, "the Hessian", "allow").leaves.map(value);
    const matrix = this.inputs.map((_, i) => leaves.slice(i * n, i * n + n));
    return { "forward over reverse": [matrix] };
  }

  #call(inputs: readonly Real[]): unknown {
    if (this.#compiled !== undefined) return this.#f(...this.#arguments(inputs));
    // As constants, because f may be written with methods: x.mul(x).
    return this.#f(
      ...this.#chosen.replace(inputs.map((x) => (typeof x === "number" ? constants.wrap(x) : x))),
    );
  }

  /** Of a compiled function: plain numbers, in arrays of the kinds that were given. */
  #arguments(inputs: readonly Real[]): unknown[] {
    const args = this.#chosen.pack(inputs.map(value));
    return this.#chosen.indices.length === 1 ? [args] : (args as unknown[]);
  }

  #leaves(inputs: readonly Real[]): readonly Real[] {
    return flatten(this.#call(inputs), "the result of f", "allow").leaves;
  }

  #values(inputs: readonly number[]): number[] {
    return this.#leaves(inputs).map(value);
  }

  #moved(j: number, x: number): number[] {
    return this.inputs.map((old, i) => (i === j ? x : old));
  }

  /** The derivatives of all results by input j, forward. */
  #push(j: number, inputs: readonly Real[]): readonly Real[] {
    const directions = inputs.map((_, i) => (i === j ? 1 : 0));
    if (this.#compiled !== undefined) {
      const out = this.#compiled.jvp(this.#arguments(inputs), this.#arguments(directions));
      return flatten((out as { tangent: unknown }).tangent, "the tangent", "allow").leaves;
    }
    return derivativesAlong((...xs) => [...this.#leaves(xs)], inputs, directions);
  }

  #gradient(i: number, inputs: readonly Real[]): readonly Real[] {
    if (this.#compiled !== undefined) {
      const rows = this.#compiled.jacobian(...this.#arguments(inputs));
      const n = inputs.length;
      return flatten(rows, "the Jacobian", "allow").leaves.slice(i * n, i * n + n);
    }
    const recording = record(
      (...xs: Real[]) => this.#leaves(xs)[i],
      new Chosen(
        this.#f,
        inputs,
        inputs.map((_, k) => k),
      ),
    );
    return recording.pull([recording.output as Real], [1]);
  }

  #gradients(inputs: readonly number[]): number[][] {
    return this.#results.map((_, i) => this.#gradient(i, inputs).map(value));
  }

  /** The Jacobian of a list-valued function of the inputs, by the outer mode given. */
  #jacobian(list: (inputs: readonly Real[]) => readonly Real[], mode: "forward" | "reverse"): number[][] {
    const flat = (...xs: Real[]): Real[] => [...list(xs)];
    const all = new Chosen(flat, this.inputs);
    if (mode === "reverse") {
      const recording = record(flat, all);
      return (recording.output as Real[]).map((x) => recording.pull([x], [1]).map(value));
    }
    const columns = this.inputs.map((_, k) =>
      derivativesAlong(
        flat,
        this.inputs,
        this.inputs.map((_x, i) => (i === k ? 1 : 0)),
      ),
    );
    return this.#names.map((_, j) => columns.map((column) => value(column[j]!)));
  }

  /** Compares derivatives of `along` at x with differences. */
  #judgeBy(along: (x: number) => number, x: number) {
    const estimate = central(along, x);
    const broken = looksBroken(along, x);
    return (mode: Mode, result: string, by: readonly string[], derivative: Real): Comparison => {
      const got = value(derivative);
      const near = (e: Estimate): boolean =>
        Math.abs(got - e.value) <=
        this.#tolerance * Math.max(Math.abs(e.value), Math.abs(got), this.#scale(along, x)) + 4 * e.error;
      const fits = settled(estimate) && near(estimate);
      const sides = fits && !broken ? "right" : this.#judgeBySides(along, x, got, near);
      // Slopes from one side are known less well: they cannot contradict the mean of both.
      const verdict = fits && sides === "wrong" ? "right" : sides;
      return { mode, result, by, got, expected: estimate.value, uncertainty: estimate.error, verdict };
    };
  }

  /** A derivative of which differences see only what is not lost in the rounding of f itself. */
  #scale(along: (x: number) => number, x: number): number {
    return (Math.abs(along(x)) / Math.max(1, Math.abs(x))) * 1e-3;
  }

  #judgeBySides(
    along: (x: number) => number,
    x: number,
    got: number,
    near: (e: Estimate) => boolean,
  ): Comparison["verdict"] {
    const sides = [oneSided(along, x, -1), oneSided(along, x, 1)].filter(settled);
    if (sides.length === 0) return "unknown";
    if (sides.length === 1) return near(sides[0]!) ? "right" : "wrong";
    const [below, above] = sides as [Estimate, Estimate];
    const gap = Math.abs(above.value - below.value);
    if (
      gap <=
      1e-3 * Math.max(Math.abs(above.value), Math.abs(below.value)) + 4 * (above.error + below.error)
    ) {
      return near(above) || near(below) ? "right" : "wrong";
    }
    const slack = 1e-6 * gap;
    const [low, high] = [
      Math.min(below.value, above.value) - slack,
      Math.max(below.value, above.value) + slack,
    ];
    return got >= low && got <= high ? "kink" : "wrong";
  }
}

/**
 * NaN where f throws. At the point itself it does not, or nothing would be checked; but an argument may be an index, beside which there is
 * nothing.
 */
const elsewhere =
  (f: (x: number) => number) =>
  (x: number): number => {
    try {
      return f(x);
    } catch {
      return Number.NaN;
    }
  };

/** Whether the differences agree well enough to contradict a derivative. */
const settled = (e: Estimate): boolean =>
  Number.isFinite(e.value) && e.error <= 1e-3 * Math.max(Math.abs(e.value), 1e-3);

function derivativesAlong(
  f: (...xs: Real[]) => Real[],
  inputs: readonly Real[],
  directions: readonly Real[],
): readonly Real[] {
  const { tangent } = push("checkDerivatives", f, new Chosen(f, inputs), directions);
  return tangent as readonly Real[];
}

function print(name: string, at: readonly number[], comparisons: readonly Comparison[]): string {
  const bad = comparisons.filter((c) => c.verdict !== "right");
  const count = (verdict: Comparison["verdict"]): number =>
    comparisons.filter((c) => c.verdict === verdict).length;
  const notes: [Comparison["verdict"], string][] = [
    ["kink", "at a kink"],
    ["unknown", "not testable"],
    ["wrong", "WRONG"],
  ];
  const summary = notes.filter(([v]) => count(v) > 0).map(([v, note]) => `, ${count(v)} ${note}`);
  const lines = [
    `${name} at (${at.join(", ")}): ${count("right")} of ${comparisons.length} derivatives right${summary.join("")}`,
  ];
  for (const c of bad.slice(0, LISTED)) {
    const what = `d${c.by.length > 1 ? "²" : ""}f${c.result} by ${c.by.join(" and ")} (${c.mode})`;
    const why =
      c.verdict === "kink"
        ? "f is not smooth here, and this lies between the slopes of both sides"
        : c.verdict === "unknown"
          ? "differences tell nothing here"
          : `expected ${c.expected} ± ${c.uncertainty.toExponential(0)}`;
    lines.push(`  ${c.verdict === "wrong" ? "wrong" : "note"}: ${what}: got ${c.got}; ${why}`);
  }
  if (bad.length > LISTED) lines.push(`  ... and ${bad.length - LISTED} more`);
  return lines.join("\n");
}

const LISTED = 12;

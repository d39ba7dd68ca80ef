import { AdError, derivative, grad, Scalar, Traced } from "cotangent";
import type { Real } from "cotangent";
import temml from "temml";

import { computationGraph } from "../graph/model.ts";
import { Algebra } from "./algebra.ts";
import type { Expression } from "./algebra.ts";
import { latexFunction, latexName, latexOf } from "./latex.ts";

/** A formula, in the two languages in which formulas are written. */
export class Formula {
  /** Without dollar signs or brackets around it. */
  readonly latex: string;

  /** @internal */
  constructor(latex: string) {
    this.latex = latex;
  }

  /** A `<math>` element, which browsers show without any help. */
  get mathml(): string {
    return temml.renderToString(this.latex, { displayMode: true, xml: true, throwOnError: true });
  }

  /** The LaTeX. */
  toString(): string {
    return this.latex;
  }
}

/** How a formula is written. */
export interface FormulaOptions {
  /** What to call the function, or the result of a computation. Default: its own name, or f, or y. */
  readonly name?: string;
  /** What to call the arguments. Default: as in the function's own text, or x, y, z, ... */
  readonly inputs?: readonly string[];
}

export interface DerivativeFormulaOptions extends FormulaOptions {
  /** By which argument to differentiate, counted from 0. Default: 0. */
  readonly wrt?: number;
  /** How often. Default: 1. */
  readonly order?: number;
}

// oxlint-disable-next-line no-explicit-any -- erasure: a function of any number of Reals
type RealFunction = (...args: any[]) => Real;

/**
 * The formula of a function of Reals, or of all that a Scalar was computed from.
 *
 *     formula((x: Real) => mul(x, sin(x)), { name: "f" }).latex; // f\left(x\right) = x \sin x
 *     formula(z).mathml;
 *
 * @throws AdError `not-a-function`, `not-a-variable`; `implicit-conversion` where the function asks for a value;
 * `wrong-option` where the formula would be too long to read
 */
export function formula(f: RealFunction | Scalar, options: FormulaOptions = {}): Formula {
  if (f instanceof Scalar) return formulaOfScalar(f, options);
  const { run, names, left } = symbolic(f, options, new Algebra());
  return new Formula(`${left} = ${latexOf(run(f)).text}`);
}

/**
 * The formula of a derivative of a function of Reals: its chain rule carried out, and simplified. It holds almost everywhere:
 * what happens at single points, such as a tie of two numbers in `max`, is left out.
 *
 *     derivativeFormula((x: Real) => mul(x, sin(x))).latex;        // f'\left(x\right) = \sin x + x \cos x
 *     derivativeFormula(pow, { wrt: 0 }).latex;
 *
 * @throws AdError as {@link formula}; `first-order-only` where a function has a derivative on plain numbers only
 */
export function derivativeFormula(f: RealFunction, options: DerivativeFormulaOptions = {}): Formula {
  const { wrt = 0, order = 1 } = options;
  const { run, names, left, name } = symbolic(f, options, new Algebra({ almostEverywhere: true }));
  const by = names[wrt];
  if (by === undefined || !Number.isInteger(order) || order < 1) {
    throw new AdError(
      "wrong-option",
      `A derivative of order ${order} by argument ${wrt} was asked of a function of ${names.length} ${names.length === 1 ? "argument" : "arguments"}.`,
      "Give an order from 1, and the position of an argument, counted from 0.",
    );
  }
  if (names.length === 1) {
    const primes = order <= 3 ? "'".repeat(order) : `^{(${order})}`;
    return new Formula(
      `${left.replace(name, `${name}${primes}`)} = ${latexOf(run(derivative(f as (x: Real) => Real, order))).text}`,
    );
  }
  let partial: RealFunction = f;
  for (let k = 0; k < order; k++) {
    const inner = partial;
    partial = (...args: Real[]) => grad((...own: Real[]) => inner(...own), { wrt })(...args);
  }
  const power = order === 1 ? "" : `^{${order}}`;
  return new Formula(
    `\\frac{\\partial${power} ${name}}{\\partial ${latexName(by)}${power}} = ${latexOf(run(partial)).text}`,
  );
}

/** What it takes to run f on symbols instead of numbers. */
function symbolic(f: unknown, options: FormulaOptions, algebra: Algebra) {
  if (typeof f !== "function") {
    throw new AdError(
      "not-a-function",
      "A formula was asked of something that is not a function.",
      "Pass a function of Reals, or a Scalar.",
    );
  }
  const names = options.inputs ?? parameters(f as RealFunction);
  const trace = new SymbolicTrace(algebra);
  const name = latexFunction(options.name ?? "f");
  const run = (g: RealFunction): Expression =>
    trace.expression(g(...names.map((each) => new Symbolic(trace, algebra.name(each)))));
  return { run, names, name, left: `${name}\\left(${names.map(latexName).join(", ")}\\right)` };
}

const PARAMETERS = ["x", "y", "z", "u", "v", "w"];

/** The names of the parameters as the function's text has them; x, y, z where that is not plain to see. */
function parameters(f: RealFunction): string[] {
  const { id, arity } = f as { id?: unknown; arity?: number };
  const text = typeof id === "string" ? "" : Function.prototype.toString.call(f);
  const list =
    /^(?:async\s+)?(?:function\b[^(]*)?\(([^()]*)\)/.exec(text)?.[1] ?? /^(\w+)\s*=>/.exec(text)?.[1];
  const names = list
    ?.split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  if (names !== undefined && names.length > 0 && names.every((each) => /^[\p{L}][\p{L}\p{N}_]*$/u.test(each)))
    return names;
  return Array.from({ length: Math.max(1, arity ?? f.length) }, (_, i) => PARAMETERS[i] ?? `x_${i + 1}`);
}

/** A number of which only the name, or the formula, is known. */
class Symbolic extends Traced {
  readonly trace: SymbolicTrace;
  readonly expression: Expression;

  constructor(trace: SymbolicTrace, expression: Expression) {
    super();
    this.trace = trace;
    this.expression = expression;
  }

  get primal(): Real {
    throw new AdError(
      "implicit-conversion",
      `The value of ${latexOf(this.expression).text} was asked for, but a formula is written without numbers.`,
      "Write where(lt(x, y), a, b) instead of a branch on values.",
    );
  }

  override toString(): string {
    return latexOf(this.expression).text;
  }
}

/** Writes down what is computed, as expressions. */
class SymbolicTrace {
  readonly level: number = 0;
  readonly #algebra: Algebra;

  constructor(algebra: Algebra) {
    this.#algebra = algebra;
  }

  apply(f: { readonly id?: string; readonly name?: string }, args: readonly Real[]): Real {
    const primitive = typeof f.id === "string";
    const name = primitive ? f.id! : f.name || "f";
    const result = this.#algebra.apply(
      name,
      args.map((x) => this.expression(x)),
      !primitive,
    );
    // A number stays a plain number, so that rules that look for zeros and ones find them.
    return result.kind === "number" ? result.value : new Symbolic(this, result);
  }

  expression(x: Real): Expression {
    if (typeof x === "number") return this.#algebra.number(x);
    if (x instanceof Symbolic) return x.expression;
    if (x instanceof Scalar) {
      return x.isConstant() ? this.#algebra.number(x.data) : this.#algebra.name(x.name);
    }
    throw new AdError(
      "not-a-number",
      `${String(x)} has no place in a formula.`,
      "Return a number computed from the arguments.",
    );
  }
}

function formulaOfScalar(output: Scalar, options: FormulaOptions): Formula {
  const graph = computationGraph(output);
  const algebra = new Algebra();
  const written = new Map<string, Expression>();
  for (const { id, kind, name, value } of graph.variables) {
    if (kind === "constant") written.set(id, algebra.number(value));
    else if (kind === "leaf") written.set(id, algebra.name(name));
  }
  const primitives = new Map(graph.operations.map((o) => [o.id, o.output.scalar!.history!.lastFn!]));
  for (const { id, name, inputs, output } of [...graph.operations].reverse()) {
    const custom = !("id" in primitives.get(id)!);
    written.set(
      output.id,
      algebra.apply(
        name,
        inputs.map((input) => written.get(input.id)!),
        custom,
      ),
    );
  }
  const name = options.name ?? (graph.output.named ? graph.output.name : "y");
  return new Formula(`${latexName(name)} = ${latexOf(written.get(graph.output.id)!).text}`);
}

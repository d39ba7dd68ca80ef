import { AdError, derivative, grad, Scalar } from "cotangent";
import type { Real } from "cotangent";
import temml from "temml";

import { computationGraph } from "../graph/model.ts";
import { Algebra } from "./algebra.ts";
import type { Expression } from "./algebra.ts";
import { latexFunction, latexName, latexOf } from "./latex.ts";
import { expressionOf, parameters } from "./symbolic.ts";
import type { RealFunction } from "./symbolic.ts";

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
  const { names, left } = heading(f, options);
  return new Formula(`${left} = ${latexOf(expressionOf(f, names, new Algebra())).text}`);
}

/**
 * The formula of a derivative of a function of Reals: its chain rule carried out, and simplified.
 *
 *     derivativeFormula((x: Real) => mul(x, sin(x))).latex;        // f'\left(x\right) = \sin x + x \cos x
 *     derivativeFormula(pow, { wrt: 0 }).latex;
 *
 * @throws AdError as {@link formula}; `first-order-only` where a function has a derivative on plain numbers only
 */
export function derivativeFormula(f: RealFunction, options: DerivativeFormulaOptions = {}): Formula {
  const { wrt = 0, order = 1 } = options;
  const { names, left, name } = heading(f, options);
  const write = (g: RealFunction): string => latexOf(expressionOf(g, names, new Algebra())).text;
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
      `${left.replace(name, `${name}${primes}`)} = ${write(derivative(f as (x: Real) => Real, order))}`,
    );
  }
  let partial: RealFunction = f;
  for (let k = 0; k < order; k++) {
    const inner = partial;
    partial = (...args: Real[]) => grad((...own: Real[]) => inner(...own), { wrt })(...args);
  }
  const power = order === 1 ? "" : `^{${order}}`;
  return new Formula(
    `\\frac{\\partial${power} ${name}}{\\partial ${latexName(by)}${power}} = ${write(partial)}`,
  );
}

/** f, the names of its arguments, and f\left(x\right). */
function heading(
  f: unknown,
  options: FormulaOptions,
): { names: readonly string[]; name: string; left: string } {
  if (typeof f !== "function") {
    throw new AdError(
      "not-a-function",
      "A formula was asked of something that is not a function.",
      "Pass a function of Reals, or a Scalar.",
    );
  }
  const names = options.inputs ?? parameters(f as RealFunction);
  const name = latexFunction(options.name ?? "f");
  return { names, name, left: `${name}\\left(${names.map(latexName).join(", ")}\\right)` };
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

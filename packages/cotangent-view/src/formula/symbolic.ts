/** Running functions on symbols instead of numbers: what they compute is written down. */
import { AdError, Scalar, Traced } from "cotangent";
import type { Real } from "cotangent";

import type { Algebra, Expression } from "./algebra.ts";
import { latexOf } from "./latex.ts";

// oxlint-disable-next-line no-explicit-any -- erasure: a function of any number of Reals
export type RealFunction = (...args: any[]) => Real;

/** What f computes from arguments of these names. */
export function expressionOf(f: RealFunction, names: readonly string[], algebra: Algebra): Expression {
  const trace = new SymbolicTrace(algebra);
  return trace.expression(f(...names.map((name) => new Symbolic(trace, algebra.name(name)))));
}

const PARAMETERS = ["x", "y", "z", "u", "v", "w"];

/** The names of the parameters as the function's text has them; x, y, z where that is not plain to see. */
export function parameters(f: RealFunction): string[] {
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
    const name = f.id ?? (f.name || "f");
    const result = this.#algebra.apply(
      name,
      args.map((x) => this.expression(x)),
      f.id === undefined,
    );
    // A number stays a plain number, so that rules that look for zeros and ones find them.
    return result.kind === "number" ? result.value : new Symbolic(this, result);
  }

  expression(x: Real): Expression {
    if (typeof x === "number") return this.#algebra.number(x);
    if (x instanceof Symbolic) return x.expression;
    // What a transform counts as constant may still be a symbol inside.
    if (x instanceof Scalar && x.isConstant()) return this.expression(x.primal);
    if (x instanceof Scalar) {
      // A variable from outside the function: by its name if it has one, else it is a number like any other.
      return x.name === String(x.uniqueId) ? this.#algebra.number(x.data) : this.#algebra.name(x.name);
    }
    throw new AdError(
      "not-a-number",
      `${String(x)} has no place in a formula.`,
      "Return a number computed from the arguments.",
    );
  }
}

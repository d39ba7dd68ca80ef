/**
 * Expressions in a normal form: sums of products of powers. Like terms are collected and numbers are multiplied out as they
 * come, so that a derivative, which the chain rule writes with many ones and zeros, becomes what a person would write.
 *
 * Everything is made once: two expressions are equal if and only if they are the same object.
 */
import { AdError } from "cotangent";

export type Expression = Num | Name | Call | Sum | Product;

interface Made {
  readonly id: number;
  /** How many symbols it takes to write it out. */
  readonly size: number;
}
interface Num extends Made {
  readonly kind: "number";
  readonly value: number;
}
interface Name extends Made {
  readonly kind: "name";
  readonly name: string;
}
/** f(x, y): a primitive by its id, or a function of the user's. */
interface Call extends Made {
  readonly kind: "call";
  readonly f: string;
  readonly custom: boolean;
  readonly args: readonly Expression[];
}
/** constant + Σ factor·term; terms are neither numbers nor sums, and do not begin with a number. */
export interface Sum extends Made {
  readonly kind: "sum";
  readonly constant: number;
  readonly terms: readonly (readonly [factor: number, term: Expression])[];
}
/** factor·Π baseᵉ; the exponents are numbers, and no base is a product. */
export interface Product extends Made {
  readonly kind: "product";
  readonly factor: number;
  readonly powers: readonly (readonly [base: Expression, exponent: number])[];
}

/** Numbers that derivatives of the library's functions hold: factor·f(argument)ᵉ. */
const CONSTANTS: ReadonlyMap<
  number,
  readonly [factor: number, f: string, argument: number, exponent: number]
> = new Map([
  [Math.LN2, [1, "log", 2, 1]],
  [Math.LN10, [1, "log", 10, 1]],
  [Math.LOG2E, [1, "log", 2, -1]],
  [Math.LOG10E, [1, "log", 10, -1]],
  [2 / Math.sqrt(Math.PI), [2, "sqrt", Math.PI, -1]],
]);

/** Beyond this nobody reads a formula. */
const LONGEST = 4000;

/** Where expressions of one formula are made. */
export class Algebra {
  readonly #made: Map<string, Expression> = new Map();
  #make<E extends Expression>(key: string, size: number, rest: Omit<E, "id" | "size">): Expression {
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    if (size > LONGEST) {
      throw new AdError(
        "wrong-option",
        `Written out, this formula would have more than ${LONGEST} symbols.`,
        "Write the formula of a part of the computation, or draw its graph, in which what is shared is drawn once: drawGraph(y).",
      );
    }
    const made = { ...rest, id: this.#made.size, size } as unknown as Expression;
    this.#made.set(key, made);
    return made;
  }

  number(value: number): Expression {
    // A formula knows no negative zero.
    const x = value === 0 ? 0 : value;
    const name = CONSTANTS.get(x);
    if (name !== undefined) {
      const [factor, f, argument, exponent] = name;
      return this.#product(factor, [[this.#call(f, [this.number(argument)], false), exponent]]);
    }
    return this.#make<Num>(`n${x}`, 1, { kind: "number", value: x });
  }

  name(name: string): Expression {
    return this.#make<Name>(`v${name}`, 1, { kind: "name", name });
  }

  /** f(args), simplified as far as the function is one of arithmetic. */
  apply(f: string, args: readonly Expression[], custom: boolean = false): Expression {
    return (custom ? undefined : this.#known(f, args)) ?? this.#call(f, args, custom);
  }

  #call(f: string, args: readonly Expression[], custom: boolean): Expression {
    const size = args.reduce((sum, x) => sum + x.size, 1);
    return this.#make<Call>(`${custom ? "u" : "c"}${f}(${ids(args)})`, size, {
      kind: "call",
      f,
      custom,
      args,
    });
  }

  /** What arithmetic makes of it; undefined where the function remains. */
  #known(f: string, args: readonly Expression[]): Expression | undefined {
    const [x, y, z] = args as [Expression, Expression, Expression];
    switch (f) {
      case "add":
        return this.#sum([
          [1, x],
          [1, y],
        ]);
      case "sub":
        return this.#sum([
          [1, x],
          [-1, y],
        ]);
      case "neg":
        return this.#sum([[-1, x]]);
      case "sum":
        return this.#sum(args.map((arg) => [1, arg]));
      case "mul":
        return this.#product(1, [
          [x, 1],
          [y, 1],
        ]);
      case "div":
        return this.#product(1, [
          [x, 1],
          [y, -1],
        ]);
      case "inv":
        return this.#product(1, [[x, -1]]);
      case "square":
        return this.#product(1, [[x, 2]]);
      case "pow":
        return y.kind === "number" ? this.#product(1, [[x, y.value]]) : undefined;
      case "stopGradient":
        return x;
      // What derivatives are computed with for the sake of accuracy is written as what it is.
      case "differenceOfSquares":
        return this.#sum([
          [1, this.#product(1, [[x, 2]])],
          [-1, this.#product(1, [[y, 2]])],
        ]);
      case "inversion":
        return this.#product(1, [
          [x, 1],
          [this.#sumOfSquares(x, y), -1],
        ]);
      case "cosine":
        return this.#product(1, [
          [x, 1],
          [this.apply("sqrt", [this.#sumOfSquares(x, y)]), -1],
        ]);
      case "reducedPow":
        return this.apply("pow", [
          x,
          this.#sum([
            [1, y],
            [-1, this.number(1)],
          ]),
        ]);
      case "gaussian":
        return this.apply("exp", [this.#sum([[-1, this.#product(1, [[x, 2]])]])]);
      case "where":
        return this.#where(x, y, z);
      case "eq":
        return this.#eq(x, y);
      case "lt":
      case "gt":
        return x === y ? this.number(0) : undefined;
      case "min":
      case "max":
        return x === y ? x : undefined;
      case "sqrt":
      case "exp":
      case "log":
      case "sin":
      case "cos":
        return x.kind === "number" ? this.#exact(f, x.value) : undefined;
      default:
        return undefined;
    }
  }

  #sumOfSquares(x: Expression, y: Expression): Expression {
    return this.#sum([
      [1, this.#product(1, [[x, 2]])],
      [1, this.#product(1, [[y, 2]])],
    ]);
  }

  /** Values that are known without rounding. */
  #exact(f: string, x: number): Expression | undefined {
    const table: Readonly<Record<string, readonly [number, number]>> = {
      exp: [0, 1],
      log: [1, 0],
      sin: [0, 0],
      cos: [0, 1],
    };
    if (f === "sqrt") return Number.isInteger(Math.sqrt(x)) ? this.number(Math.sqrt(x)) : undefined;
    return table[f]?.[0] === x ? this.number(table[f][1]) : undefined;
  }

  #where(condition: Expression, a: Expression, b: Expression): Expression | undefined {
    if (a === b) return a;
    if (condition.kind === "number") return condition.value === 0 ? b : a;
    return a.kind === "number" && a.value === 0 && guardsLogarithm(condition, b) ? b : undefined;
  }

  #eq(x: Expression, y: Expression): Expression | undefined {
    if (x === y) return this.number(1);
    if (x.kind === "number" && y.kind === "number") return this.number(Number(x.value === y.value));
    return undefined;
  }

  #sum(parts: readonly (readonly [factor: number, x: Expression])[]): Expression {
    let constant = 0;
    const terms = new Map<Expression, number>();
    const add = (factor: number, x: Expression): void => {
      if (x.kind === "number") constant += factor * x.value;
      else if (x.kind === "sum" && (Math.abs(factor) === 1 || parts.length === 1)) {
        constant += factor * x.constant;
        for (const [own, term] of x.terms) add(factor * own, term);
      } else if (x.kind === "product") {
        const bare = this.#product(1, x.powers);
        if (bare.kind === "sum" && Math.abs(factor * x.factor) === 1) add(factor * x.factor, bare);
        else terms.set(bare, (terms.get(bare) ?? 0) + factor * x.factor);
      } else {
        terms.set(x, (terms.get(x) ?? 0) + factor);
      }
    };
    for (const [factor, x] of parts) add(factor, x);
    const branches = this.#joined(terms);
    if (branches !== undefined)
      return this.#sum([
        [1, branches],
        [1, this.#plainSum(constant, terms)],
      ]);
    return this.#plainSum(constant, terms);
  }

  /** Case distinctions by the same condition, as one; they are taken out of `terms`. */
  #joined(terms: Map<Expression, number>): Expression | undefined {
    const byCondition = new Map<Expression, [factor: number, term: Call][]>();
    for (const [term, factor] of terms) {
      if (term.kind !== "call" || term.f !== "where" || term.custom) continue;
      const list = byCondition.get(term.args[0]!);
      if (list === undefined) byCondition.set(term.args[0]!, [[factor, term]]);
      else list.push([factor, term]);
    }
    for (const [condition, list] of byCondition) {
      if (list.length < 2) continue;
      for (const [, term] of list) terms.delete(term);
      const branch = (i: 1 | 2): Expression =>
        this.#sum(list.map(([factor, { args }]) => [factor, args[i]!]));
      return this.apply("where", [condition, branch(1), branch(2)]);
    }
    return undefined;
  }

  #plainSum(constant: number, terms: ReadonlyMap<Expression, number>): Expression {
    const kept = [...terms]
      .filter(([, factor]) => factor !== 0)
      .map(([term, factor]) => [factor, term] as const);
    const [only] = kept;
    if (only === undefined) return this.number(constant);
    if (kept.length === 1 && constant === 0) return this.#product(only[0], [[only[1], 1]]);
    const size = kept.reduce((sum, [factor, term]) => sum + term.size + (Math.abs(factor) === 1 ? 1 : 2), 1);
    const key = `s${constant}${unordered(kept.map(([factor, term]) => `|${factor}*${term.id}`))}`;
    return this.#make<Sum>(key, size, { kind: "sum", constant, terms: kept });
  }

  #product(factor: number, parts: readonly (readonly [base: Expression, exponent: number])[]): Expression {
    let number = factor;
    const powers = new Map<Expression, number>();
    const multiply = (base: Expression, exponent: number): void => {
      if (exponent === 0) return;
      if (base.kind === "number") number *= base.value ** exponent;
      else if (base.kind === "product" && (Number.isInteger(exponent) || base.factor === 1)) {
        number *= base.factor ** exponent;
        for (const [own, e] of base.powers) {
          // (x²)^½ is |x|: exponents are multiplied only where that is true of all numbers.
          if (Number.isInteger(exponent) || e === 1) multiply(own, e * exponent);
          else {
            const inner = this.#product(1, [[own, e]]);
            powers.set(inner, (powers.get(inner) ?? 0) + exponent);
          }
        }
      } else powers.set(base, (powers.get(base) ?? 0) + exponent);
    };
    for (const [base, exponent] of parts) multiply(base, exponent);
    if (number === 0) return this.number(0);
    const kept = [...powers].filter(([, exponent]) => exponent !== 0);
    const [only] = kept;
    const at = kept.findIndex(([base, e]) => e === 1 && isSwitch(base));
    if (at >= 0 && (kept.length > 1 || number !== 1)) {
      // What multiplies a choice between numbers is written into its branches.
      const [condition, a, b] = (kept[at]![0] as Call).args as [Expression, Expression, Expression];
      const rest = kept.filter((_, i) => i !== at);
      const branch = (x: Expression): Expression => this.#product(number, [[x, 1], ...rest]);
      return this.apply("where", [condition, branch(a), branch(b)]);
    }
    if (only === undefined) return this.number(number);
    if (number === 1 && kept.length === 1 && only[1] === 1) return only[0];
    const size = kept.reduce(
      (sum, [base, exponent]) => sum + base.size + (exponent === 1 ? 0 : 1),
      number === 1 ? 0 : 1,
    );
    const key = `p${number}${unordered(kept.map(([base, exponent]) => `|${base.id}^${exponent}`))}`;
    return this.#make<Product>(key, size, { kind: "product", factor: number, powers: kept });
  }
}

/** x·y is y·x: whichever was made first is how both are written. */
const unordered = (parts: string[]): string => parts.sort().join("");

const ids = (args: readonly Expression[]): string => args.map(({ id }) => id).join();

/** A choice of which one branch is a number. */
const isSwitch = (x: Expression): boolean =>
  x.kind === "call" && x.f === "where" && !x.custom && x.args.slice(1).some(({ kind }) => kind === "number");

/** Whether the condition is there for p·log x at x = 0 only, where a derivative of a power counts it as 0. */
function guardsLogarithm(condition: Expression, product: Expression): boolean {
  if (product.kind !== "product") return false;
  const factors = condition.kind === "product" ? condition.powers.map(([base]) => base) : [condition];
  const zeros = new Set(
    factors.flatMap((x) => (x.kind === "call" && x.f === "eq" && isZero(x.args[1]!) ? [x.args[0]!] : [])),
  );
  return product.powers.some(
    ([base]) => base.kind === "call" && base.f === "log" && zeros.has(base.args[0]!),
  );
}

const isZero = (x: Expression): boolean => x.kind === "number" && x.value === 0;

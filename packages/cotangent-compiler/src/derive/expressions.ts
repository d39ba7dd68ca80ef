/** From values of a program to expressions. */
import { isOp } from "cotangent/program";
import type { Op, Value } from "cotangent/program";

import { definedBy, isDouble } from "./facts.ts";
import type { Facts, Use } from "./facts.ts";
import type { Shared } from "./shared.ts";
import { difference, negative, product, quotient, squared, sum } from "./text/algebra.ts";
import { choice, compared, truthOf } from "./text/shapes.ts";
import { call, conditional, element, infix, member, not, num, text } from "./text/tree.ts";
import type { Expression, Infix } from "./text/tree.ts";

const COMPARISONS: Readonly<Record<string, Infix>> = {
  eq: "===",
  ne: "!==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
const OPPOSITE: Readonly<Record<string, Infix>> = {
  eq: "!==",
  ne: "===",
  lt: ">=",
  le: ">",
  gt: "<=",
  ge: "<",
};
const INFIX: Readonly<Record<string, Infix>> = {
  "f64.rem": "%",
  "i32.and": "&",
  "i32.or": "|",
  "i32.xor": "^",
  "i32.shl": "<<",
  "i32.shr": ">>",
  "i32.ushr": ">>>",
};

/** What expressions are made of that are not written in place. */
export interface Host {
  variable(v: Value): Expression;
  slot(tape: Value, slot: number, record: Value, read: boolean): Expression;
}

export class Expressions {
  readonly #facts: Facts;
  readonly #shared: Shared;
  readonly #bindings: ReadonlyMap<Value, Expression>;
  readonly #host: Host;

  constructor(facts: Facts, shared: Shared, bindings: ReadonlyMap<Value, Expression>, host: Host) {
    this.#facts = facts;
    this.#shared = shared;
    this.#bindings = bindings;
    this.#host = host;
  }

  /** A value; `like`: for a place that holds truth or an integer, as that other value does. */
  value(given: Value, like?: Value): Expression {
    const v = this.#facts.real(given);
    if (v.ty !== "i32") return this.#expression(v);
    const { classes } = this.#shared;
    const target = like ?? v;
    if (definedBy(v)?.kind === "constant") {
      const constant = (definedBy(v) as Extract<Op, { kind: "constant" }>).attr;
      return like !== undefined && classes.isTruth(target)
        ? text(constant === 0 ? "false" : "true")
        : num(constant);
    }
    return like !== undefined && classes.isTruth(target)
      ? this.truth(v)
      : classes.isTruth(v) && like === undefined
        ? this.#expression(v)
        : this.integer(v);
  }

  /** An integer, for sure within 32 bits. */
  integer(given: Value): Expression {
    const v = this.#facts.real(given);
    const op = definedBy(v);
    if (op?.kind === "constant") return num(op.attr);
    if (this.#shared.classes.isTruth(v)) return call("Number", this.truth(v));
    const e = this.#expression(v);
    const overflows =
      (op?.kind === "i32.add" || op?.kind === "i32.sub") &&
      this.#facts.inlined.has(v) &&
      this.#shared.classes.isWide(v);
    return overflows ? infix("|", e, num(0)) : e;
  }

  /** Where only truth matters. */
  truth(given: Value): Expression {
    const v = this.#facts.real(given);
    const op = definedBy(v);
    if (op?.kind === "constant") return text(op.attr === 0 ? "false" : "true");
    if (op !== undefined && this.#facts.inlined.has(v)) {
      if (op.kind === "i32.not") return this.untruth(op.args[0]!);
      const compare = COMPARISONS[op.kind.slice(4)];
      if (compare !== undefined) return this.#comparison(op, compare);
    }
    const e = this.#expression(v);
    return this.#shared.classes.isTruth(v) ? e : compared("!==", e, num(0));
  }

  untruth(given: Value): Expression {
    const v = this.#facts.real(given);
    const op = definedBy(v);
    if (op !== undefined && this.#facts.inlined.has(v)) {
      if (op.kind === "i32.not") return this.truth(op.args[0]!);
      const opposite = op.kind.startsWith("i32.") ? OPPOSITE[op.kind.slice(4)] : undefined;
      if (opposite !== undefined) return this.#comparison(op, opposite);
    }
    if (!this.#shared.classes.isTruth(v) && op?.kind !== "constant")
      return compared("===", this.#expression(v), num(0));
    return not(this.truth(v));
  }

  #comparison(op: Op, operator: Infix): Expression {
    const [x, y] = op.args as [Value, Value];
    if (op.kind.startsWith("f64.") && x === y && (operator === "===" || operator === "!==")) {
      const isNaN = call("Number.isNaN", this.value(x));
      return operator === "!==" ? isNaN : not(isNaN);
    }
    if (op.kind.startsWith("f64.")) return infix(operator, this.value(x), this.value(y));
    return compared(operator, this.integer(x), this.integer(y));
  }

  #expression(v: Value): Expression {
    const bound = this.#bindings.get(v);
    if (bound !== undefined) return bound;
    const op = definedBy(v);
    if (op?.kind === "data") return text(this.#shared.data.get(op.attr)!);
    if (op?.kind === "constant") return num(op.attr);
    if (op === undefined || !this.#facts.inlined.has(v)) return this.#host.variable(v);
    return this.compute(op, v);
  }

  /** What an operation computes. */
  compute(op: Op, v: Value): Expression {
    const [x, y, z] = op.args as [Value, Value, Value];
    switch (op.kind) {
      case "constant":
        return num(op.attr);
      case "primitive":
        if (isDouble(op)) return product(num(2), this.value(x));
        return this.#primitive(v, op);
      case "select":
        return choice(this.truth(x), this.value(y, v), this.value(z, v));
      case "if": {
        const [yes, no] = op.regions.map((r) => this.value(r.yields[v.index]!, v)) as [
          Expression,
          Expression,
        ];
        return choice(this.truth(x), yes, no);
      }
      case "length":
        return member(this.value(x), "length");
      case "load":
        return element(this.value(x), this.integer(y));
      case "tape.load":
        return this.#host.slot(x, op.attr.slot, y, true);
      case "f64.fromI32":
      case "f64.index":
        return x.ty === "i32" ? this.integer(x) : this.value(x);
      case "f64.fromU32":
        return infix(">>>", this.integer(x), num(0));
      case "f64.toInt32":
        return infix("|", this.value(x), num(0));
      case "i32.add":
      case "i32.sub":
        return this.#sum(op);
      case "i32.mul": {
        const [a, b] = [this.integer(x), this.integer(y)];
        if (this.#shared.classes.isWide(x) || this.#shared.classes.isWide(y)) return call("Math.imul", a, b);
        return infix("*", a, b);
      }
      case "i32.div":
        return infix("|", infix("/", this.integer(x), this.integer(y)), num(0));
      case "i32.rem":
        return infix("%", this.integer(x), this.integer(y));
      case "i32.min":
      case "i32.max":
        return call(op.kind === "i32.min" ? "Math.min" : "Math.max", this.integer(x), this.integer(y));
      case "i32.clz":
        return call("Math.clz32", this.integer(x));
      case "i32.not":
        return this.#asWritten(v, this.untruth(x));
      case "i32.ushr":
        return definedBy(y)?.kind === "constant" && (definedBy(y) as { attr: number }).attr > 0
          ? infix(">>>", this.integer(x), this.integer(y))
          : infix("|", infix(">>>", this.integer(x), this.integer(y)), num(0));
      case "allocate":
        if (this.#shared.classes.isPlain(v)) {
          return this.#zeros(x);
        }
        return { kind: "new", type: "Float64Array", args: [this.integer(x)] };
      case "subarray":
        return call(member(this.value(x), "subarray"), this.integer(y), this.integer(z));
      default: {
        const compare = COMPARISONS[op.kind.slice(4)];
        if (compare !== undefined) return this.#asWritten(v, this.#comparison(op, compare));
        if (op.kind === "f64.rem") return infix("%", this.value(x), this.value(y));
        const { classes } = this.#shared;
        if (op.kind === "i32.or" && isNonzero(x, y)) {
          const other = definedBy(x)!.args[0]!;
          return this.#asWritten(v, infix(">", call("Math.abs", this.value(other)), num(0)));
        }
        if (classes.isTruth(v) && (op.kind === "i32.and" || op.kind === "i32.or")) {
          return infix(op.kind === "i32.and" ? "&&" : "||", this.truth(x), this.truth(y));
        }
        if (classes.isTruth(v) && op.kind === "i32.xor") return infix("!==", this.truth(x), this.truth(y));
        return infix(INFIX[op.kind]!, this.integer(x), this.integer(y));
      }
    }
  }

  /** Truth as `v` has it: 1 or 0, if it is an integer otherwise. */
  #asWritten(v: Value, truth: Expression): Expression {
    return this.#shared.classes.isTruth(v) ? truth : call("Number", truth);
  }

  /** A `number[]` of zeros. */
  #zeros(n: Value): Expression {
    const zero: Expression = { kind: "arrow", params: [], body: num(0) };
    const length = definedBy(this.#facts.real(n));
    if (length?.kind === "length" && this.#shared.classes.isPlain(length.args[0]!)) {
      const [array] = length.args as [Value];
      return this.#shared.converting.has(array)
        ? call("Array.from", this.value(array), zero)
        : call(member(this.value(array), "map"), zero);
    }
    return call("Array.from", { kind: "object", fields: [["length", this.integer(n)]] }, zero);
  }

  /** x + y or x - y of integers; constants behind. */
  #sum(op: Op): Expression {
    const [x, y] = op.args as [Value, Value];
    const constant = definedBy(y);
    const minus = op.kind === "i32.sub";
    if (constant?.kind === "constant") {
      const n = minus ? -constant.attr : constant.attr;
      const inner = definedBy(x);
      if (
        inner?.kind === "i32.sub" &&
        definedBy(inner.args[0]!)?.kind === "constant" &&
        this.#facts.inlined.has(x)
      ) {
        const first = (definedBy(inner.args[0]!) as Extract<Op, { kind: "constant" }>).attr + n;
        return infix("-", num(first), this.integer(inner.args[1]!));
      }
      if (n === 0) return this.integer(x);
      return n < 0 ? infix("-", this.integer(x), num(-n)) : infix("+", this.integer(x), num(n));
    }
    return infix(minus ? "-" : "+", this.integer(x), this.integer(y));
  }

  #primitive(v: Value, op: Extract<Op, { kind: "primitive" }>): Expression {
    const { id, evaluate } = op.attr;
    const list = op.args;
    const simple = this.#withZero(v, id, list);
    if (simple !== undefined) return simple;
    const args = list.map((v) => this.value(v));
    const [x, y, z] = args as [Expression, Expression, Expression];
    switch (id) {
      case "add":
        return sum(x, y);
      case "sub":
        return difference(x, y);
      case "mul":
        return product(x, y);
      case "div":
        return quotient(x, y);
      case "neg":
        return negative(x);
      case "inv":
        return quotient(num(1), x);
      case "square":
        return squared(x);
      case "pow":
        return infix("**", x, y);
      case "reducedPow":
        if (y.kind === "number") return infix("**", x, num(y.value - 1));
        break;
      case "lt":
      case "gt":
      case "eq":
        return call("Number", infix(COMPARISONS[id]!, x, y));
      case "where":
        return conditional(truthOf(x), y, z);
      case "stopGradient":
        return x;
      case "hypot":
      case "hypotSoFar": {
        // The parts of one distance.
        const inner = x.kind === "call" && definedBy(list[0]!) !== undefined && isPart(definedBy(list[0]!)!);
        return call("Math.hypot", ...(inner ? x.args : [x]), y);
      }
      case "sum":
        return args.reduce((a, b) => sum(a, b), num(0));
      default:
    }
    if ((Math as unknown as Record<string, unknown>)[id] === evaluate) return call(`Math.${id}`, ...args);
    this.#shared.helpers.add(id);
    return call(id, ...args);
  }

  /** Sums and products of which one operand is zero. */
  #withZero(v: Value, id: string, [x, y]: readonly Value[]): Expression | undefined {
    const isZero = (v: Value | undefined): boolean => {
      const op = v === undefined ? undefined : definedBy(v);
      return op?.kind === "constant" && op.attr === 0;
    };
    if (id === "mul" && (isZero(x) || isZero(y))) {
      // The sign of the zero matters to nobody who adds it up; linters find 0 · x a mistake.
      const summand = (u: Use): boolean =>
        isOp(u.at) && u.at.kind === "primitive" && (u.at.attr.id === "add" || u.at.attr.id === "sub");
      if (this.#facts.usesOf(v).every(summand)) return num(0);
      return infix("*", call("Number", num(0)), this.value(isZero(x) ? y! : x!));
    }
    if ((id === "add" || id === "sub") && isZero(y)) return this.value(x!);
    if (id === "add" && isZero(x)) return this.value(y!);
    return id === "sub" && isZero(x) ? negative(this.value(y!)) : undefined;
  }
}

const isPart = (op: Op): boolean => op.kind === "primitive" && op.attr.id === "hypotSoFar";

/** Whether two values are `x < 0` and `x > 0`, of the same x: together, whether it is true as a number. */
function isNonzero(a: Value, b: Value): boolean {
  const [less, greater] = [definedBy(a), definedBy(b)];
  if (less?.kind !== "f64.lt" || greater?.kind !== "f64.gt" || less.args[0] !== greater.args[0]) return false;
  return [less, greater].every((op) => {
    const limit = definedBy(op.args[1]!);
    return limit?.kind === "constant" && limit.attr === 0;
  });
}

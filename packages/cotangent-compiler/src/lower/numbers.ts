/** Arithmetic: what is an integer stays one as long as it cannot leave the 32 bits. */
import {
  ceil,
  floor,
  add as plus,
  div as over,
  max,
  min,
  mul as times,
  neg as minus,
  pow,
  sub as less,
  trunc,
} from "cotangent";
import type { PrimitiveBase, Value } from "cotangent/program";

import type { Context } from "./context.ts";
import { bool, constant, FALSE, I32_MAX, I32_MIN, integer, isI32, number, TRUE } from "./values.ts";
import type { Bool, Num } from "./values.ts";

/** Beyond these, products of sizes are no longer indices of anything. */
const FARTHEST = 2 ** 62;
/** Integers up to here are exact. */
const EXACT = 2 ** 53;

const fits = (lo: number, hi: number): boolean => lo >= I32_MIN && hi <= I32_MAX;

/** x as an f64. */
export function f64(cx: Context, x: Num): Value {
  if (x.k !== undefined) return cx.b.f64(x.k);
  return x.f ?? cx.b.op("f64.fromI32", x.i!);
}

/** x as an i32 modulo 2^32, where something of the kind is at hand. */
function bits(cx: Context, x: Num): Value | undefined {
  if (x.k !== undefined) return isI32(x.k) ? cx.b.i32(x.k) : undefined;
  return x.i;
}

/** x as an i32, which it must be; else the program throws, calling it `name`. An argument is checked at the call. */
export function index(cx: Context, x: Num, name: string): Value {
  const i = bits(cx, x);
  // Products of sizes may leave the 32 bits: what has wrapped around is another element's index.
  if (i !== undefined && (x.k !== undefined || fits(x.lo, x.hi))) return i;
  demand(cx, x);
  cx.impure = true;
  return cx.b.index(f64(cx, x), name);
}

/** Where x is an argument: it is an integer from the start. */
export function demand(cx: Context, x: Num): void {
  if (x.leaf === undefined || x.int) return;
  const guess = cx.knowledge.guesses.get(x.leaf);
  if (guess?.kind === "integer") return;
  cx.knowledge.guesses.set(x.leaf, { kind: "integer", fields: [] });
  cx.knowledge.restart();
}

/** The argument f; `path` is how it is known across restarts. Checked at the call, if it has to be an integer. */
export function argument(cx: Context, f: Value, path: string, name: string): Num {
  if (cx.knowledge.guesses.get(path)?.kind !== "integer") return { ...number(f), leaf: path };
  return { t: "num", f, i: cx.b.index(f, name), int: true, lo: I32_MIN, hi: I32_MAX, leaf: path };
}

/** JavaScript's ToInt32. */
export function toInt32(cx: Context, x: Num): Value {
  if (x.k !== undefined) return cx.b.i32(x.k | 0);
  if (x.int || (x.i !== undefined && -x.lo <= EXACT && x.hi <= EXACT)) return x.i!;
  if (x.quotient !== undefined) return cx.b.op("i32.div", bits(cx, x.quotient.of)!, cx.b.i32(x.quotient.by));
  return cx.b.op("f64.toInt32", f64(cx, x));
}

export function primitive(cx: Context, f: PrimitiveBase, ...args: readonly Num[]): Num {
  if (f.arity !== undefined && args.every((x) => x.k !== undefined))
    return constant(f.evaluate(...args.map((x) => x.k!)));
  return number(cx.b.primitive(f, ...args.map((x) => f64(cx, x))));
}

type Bounds = readonly [lo: number, hi: number];

/** x ∘ y for an operation on integers with these bounds of the result; `exact`: the i32 is the number itself. */
function arithmetic(
  cx: Context,
  f: PrimitiveBase,
  kind: "i32.add" | "i32.sub" | "i32.mul",
  x: Num,
  y: Num,
  [lo, hi]: Bounds,
  exact: boolean,
): Num {
  if (x.k !== undefined && y.k !== undefined) return constant(f.evaluate(x.k, y.k));
  const [i, j] = [bits(cx, x), bits(cx, y)];
  if (i === undefined || j === undefined || !(lo >= -FARTHEST && hi <= FARTHEST))
    return primitive(cx, f, x, y);
  const v = cx.b.op(kind, i, j);
  if (exact && x.int && y.int && fits(lo, hi) && x.f === undefined && y.f === undefined)
    return integer(v, lo, hi);
  const both = primitive(cx, f, x, y);
  return { ...both, i: v, lo, hi, int: exact && x.int && y.int && fits(lo, hi) };
}

export function add(cx: Context, x: Num, y: Num): Num {
  return arithmetic(cx, plus, "i32.add", x, y, [x.lo + y.lo, x.hi + y.hi], true);
}

export function sub(cx: Context, x: Num, y: Num): Num {
  return arithmetic(cx, less, "i32.sub", x, y, [x.lo - y.hi, x.hi - y.lo], true);
}

export function mul(cx: Context, x: Num, y: Num): Num {
  if (!Number.isFinite(x.lo + x.hi + y.lo + y.hi)) return primitive(cx, times, x, y);
  const corners = [x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi];
  const lo = Math.min(...corners);
  const hi = Math.max(...corners);
  // 0 times a negative number is -0, which no i32 is.
  const negativeZero = (x.lo < 0 && y.lo <= 0 && y.hi >= 0) || (y.lo < 0 && x.lo <= 0 && x.hi >= 0);
  return arithmetic(cx, times, "i32.mul", x, y, [lo, hi], !negativeZero);
}

export function div(cx: Context, x: Num, y: Num): Num {
  const q = primitive(cx, over, x, y);
  const byInteger = x.int && y.k !== undefined && isI32(y.k) && y.k > 0 && x.k === undefined;
  return byInteger ? { ...q, quotient: { of: x, by: y.k } } : q;
}

export function rem(cx: Context, x: Num, y: Num): Num {
  if (x.k !== undefined && y.k !== undefined) return constant(x.k % y.k);
  if (x.int && y.int && x.lo >= 0 && y.lo > 0) {
    const i = cx.b.op("i32.rem", bits(cx, x)!, bits(cx, y)!);
    return integer(i, 0, Math.min(x.hi, y.hi - 1));
  }
  return number(cx.b.op("f64.rem", f64(cx, x), f64(cx, y)));
}

export function power(cx: Context, x: Num, y: Num): Num {
  return primitive(cx, pow, x, y);
}

export function neg(cx: Context, x: Num): Num {
  if (x.k !== undefined) return constant(-x.k);
  const i = bits(cx, x);
  const f = cx.b.primitive(minus, f64(cx, x));
  if (i === undefined) return number(f);
  const [lo, hi] = [-x.hi, -x.lo];
  return { t: "num", f, i: cx.b.op("i32.sub", cx.b.i32(0), i), int: x.int && x.lo > 0, lo, hi };
}

export type Rounding = "Math.floor" | "Math.ceil" | "Math.trunc";
const rounded: Readonly<Record<Rounding, PrimitiveBase>> = {
  "Math.floor": floor,
  "Math.ceil": ceil,
  "Math.trunc": trunc,
};

/** Math.floor, ceil and trunc. */
export function round(cx: Context, id: Rounding, x: Num): Num {
  if (x.int) return x;
  const q = x.quotient;
  if (q !== undefined && q.of.lo >= 0 && id !== "Math.ceil") {
    const i = cx.b.op("i32.div", bits(cx, q.of)!, cx.b.i32(q.by));
    return integer(i, Math.floor(q.of.lo / q.by), Math.floor(q.of.hi / q.by));
  }
  return primitive(cx, rounded[id], x);
}

/** Math.min and Math.max of two. */
export function extreme(cx: Context, id: "min" | "max", x: Num, y: Num): Num {
  const pick = Math[id];
  if (x.int && y.int && (x.k === undefined || y.k === undefined) && x.f === undefined && y.f === undefined) {
    return integer(cx.b.op(`i32.${id}`, bits(cx, x)!, bits(cx, y)!), pick(x.lo, y.lo), pick(x.hi, y.hi));
  }
  return primitive(cx, id === "min" ? min : max, x, y);
}

type BitKind = "i32.and" | "i32.or" | "i32.xor" | "i32.shl" | "i32.shr";
type Sign = "&" | "|" | "^" | "<<" | ">>";
const bitwise: Readonly<Record<Sign, readonly [BitKind, (x: number, y: number) => number]>> = {
  "&": ["i32.and", (x: number, y: number) => x & y],
  "|": ["i32.or", (x: number, y: number) => x | y],
  "^": ["i32.xor", (x: number, y: number) => x ^ y],
  "<<": ["i32.shl", (x: number, y: number) => x << y],
  ">>": ["i32.shr", (x: number, y: number) => x >> y],
};
export type Bitwise = Sign | ">>>";

export function bitOperation(cx: Context, operator: Bitwise, x: Num, y: Num): Num {
  if (operator === ">>>") {
    if (x.k !== undefined && y.k !== undefined) return constant(x.k >>> y.k);
    const v = cx.b.op("i32.ushr", toInt32(cx, x), toInt32(cx, y));
    if ((x.int && x.lo >= 0) || (y.k !== undefined && (y.k & 31) > 0)) return integer(v, 0, I32_MAX);
    return number(cx.b.op("f64.fromU32", v));
  }
  const [kind, evaluate] = bitwise[operator];
  if (x.k !== undefined && y.k !== undefined) return constant(evaluate(x.k, y.k));
  const i = toInt32(cx, x);
  if (operator === "|" && y.k === 0) return integer(i, ...within(x, (k) => Math.trunc(k)));
  const v = cx.b.op(kind, i, toInt32(cx, y));
  if (operator === "&") {
    const bound = Math.min(x.int && x.lo >= 0 ? x.hi : I32_MAX, y.int && y.lo >= 0 ? y.hi : I32_MAX);
    if ((x.int && x.lo >= 0) || (y.int && y.lo >= 0)) return integer(v, 0, bound);
  }
  if (operator === ">>" && x.int && y.k !== undefined) return integer(v, x.lo >> y.k, x.hi >> y.k);
  if (operator === "<<" && x.int && x.lo >= 0 && y.k !== undefined && fits(0, x.hi * 2 ** (y.k & 31))) {
    return integer(v, x.lo << y.k, x.hi << y.k);
  }
  return integer(v);
}

/** The bounds of `x | 0`. */
function within(x: Num, f: (k: number) => number): Bounds {
  if (x.int) return [x.lo, x.hi];
  if (x.quotient !== undefined)
    return [f(x.quotient.of.lo / x.quotient.by), f(x.quotient.of.hi / x.quotient.by)];
  return [I32_MIN, I32_MAX];
}

export type Comparison = "<" | "<=" | ">" | ">=" | "===" | "!==";
type CompareKind = "lt" | "le" | "gt" | "ge" | "eq" | "ne";
const comparisons: Readonly<Record<Comparison, readonly [CompareKind, (x: number, y: number) => boolean]>> = {
  "<": ["lt", (x: number, y: number) => x < y],
  "<=": ["le", (x: number, y: number) => x <= y],
  ">": ["gt", (x: number, y: number) => x > y],
  ">=": ["ge", (x: number, y: number) => x >= y],
  "===": ["eq", (x: number, y: number) => x === y],
  "!==": ["ne", (x: number, y: number) => x !== y],
};

export function compare(cx: Context, operator: Comparison, x: Num, y: Num): Bool {
  const [kind, evaluate] = comparisons[operator];
  if (x.k !== undefined && y.k !== undefined) return evaluate(x.k, y.k) ? TRUE : FALSE;
  if (x.int && y.int) return bool(cx.b.op(`i32.${kind}`, bits(cx, x)!, bits(cx, y)!));
  return bool(cx.b.op(`f64.${kind}`, f64(cx, x), f64(cx, y)));
}

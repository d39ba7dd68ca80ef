/**
 * Applies the library's declared derivative rules inside a program: a rule is run on Reals that stand for values of the
 * program, and what it does becomes operations. So no rule is written twice.
 */
import { AdError } from "../errors.ts";
import {
  abs,
  add,
  div,
  exp,
  inv,
  max,
  mul,
  neg,
  sigmoid,
  softplus,
  sqrt,
  square,
  where,
} from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import type { OpOf, Value } from "../program/ir.ts";
import { constantOf } from "../program/optimise/analysis.ts";
import { isPrimitive, nameOf, Traced } from "../real/real.ts";
import type { Differentiable, PrimitiveBase, Real, Trace, UserFunction } from "../real/real.ts";

/**
 * A number of the program that is being written. Nothing is emitted before it is known to be used: a rule may compute
 * what it then does not select, and what a rule does not use must not be recorded for it.
 */
abstract class Symbolic extends Traced {
  readonly trace: Trace = writer;
  get primal(): Real {
    return this;
  }
  /** Emits whatever computes it. */
  abstract emit(b: Builder): Value;
  /** What it may be where the program's inputs are finite (overflow of polynomials aside). */
  abstract readonly beyond: Beyond;
}

/** What a value is to a rule besides: where a function of it is to be had that has been computed with the operation itself. */
type Beside = (f: PrimitiveBase) => Value | undefined;

/** Primitives that have most of their computation in common, so that one costs little where the other is computed. */
export const twins: Readonly<Record<string, string>> = { sin: "cos", tanh: "sech" };

/** A value that the program has. */
class Leaf extends Symbolic {
  readonly #value: () => Value;
  readonly beyond: Beyond;
  readonly beside: Beside | undefined;

  constructor(value: () => Value, beyond: Beyond, beside?: Beside) {
    super();
    this.#value = value;
    this.beyond = beyond;
    this.beside = beside;
  }

  emit(): Value {
    return this.#value();
  }
}

/** A primitive of such numbers. */
class Application extends Symbolic {
  readonly f: PrimitiveBase;
  readonly args: readonly Real[];
  readonly beyond: Beyond;
  /** Whether it is 0 or 1 whatever its arguments are. */
  readonly truth: boolean;
  #value: Value | undefined;

  constructor(f: PrimitiveBase, args: readonly Real[]) {
    super();
    this.f = f;
    this.args = args;
    this.truth = isTruth(f) || (f === mul && args.every((x) => isTrue(x)));
    this.beyond = beyond(
      f,
      args.map((x) => (typeof x === "number" ? x : (x as Symbolic).beyond)),
    );
  }

  emit(b: Builder): Value {
    const [x] = this.args;
    return (this.#value ??=
      (x instanceof Leaf ? x.beside?.(this.f) : undefined) ??
      b.primitive(this.f, ...this.args.map((y) => emitReal(b, y))));
  }
}

const writer: Trace = {
  level: 0,
  apply(f: Differentiable, args: readonly Real[]): Real {
    if (!isPrimitive(f)) throw firstOrderOnly(f);
    const [x, y] = args;
    if (f === where && typeof x === "number") return x ? args[1]! : args[2]!;
    // Conditions are multiplied; a factor that is a known condition decides or drops out.
    if (f === mul && isTrue(x!) && isTrue(y!)) {
      if (x === 0 || y === 0) return 0;
      if (x === 1) return y!;
      if (y === 1) return x!;
    }
    return new Application(f, args);
  },
};

const isWild = (x: Real): boolean =>
  typeof x === "number" ? !Number.isFinite(x) : (x as Symbolic).beyond.flags > 0;
const isTrue = (x: Real): boolean => x === 0 || x === 1 || (x instanceof Application && x.truth);
const emitReal = (b: Builder, x: Real): Value => (typeof x === "number" ? b.f64(x) : (x as Symbolic).emit(b));

/** Places where functions of the library's kind leave the finite numbers, or do not. */
export const PROBES: readonly number[] = [-1000, -3, -1, -0.5, 0, 0.5, 1, 2.5, 1000];
const NOT_FINITE = [Number.NaN, Infinity, -Infinity];
const masking = new WeakMap<PrimitiveBase, boolean>();
const truths = new WeakMap<PrimitiveBase, boolean>();

const INFINITE = 1;
const UNDEFINED = 2;

/** What a value may be besides a finite number: `flags` are INFINITE, UNDEFINED (NaN), or both. It is never less than `least`. */
export interface Beyond {
  readonly flags: number;
  readonly least: number;
}

export const FINITE: Beyond = { flags: 0, least: -Infinity };
export const ANYTHING: Beyond = { flags: INFINITE | UNDEFINED, least: -Infinity };

/** Some of the numbers that a value may be. */
function samples(x: number | Beyond): readonly number[] {
  if (typeof x === "number") return [x];
  const all = [...PROBES, ...(x.flags & INFINITE ? [Infinity, -Infinity] : [])].filter((p) => p >= x.least);
  // It may be just there, too.
  if (x.least > -Infinity) all.push(x.least);
  return x.flags & UNDEFINED ? [...all, NaN] : all;
}

/** What a function makes of such arguments. */
interface Outcome extends Beyond {
  /** Whether a derivative may be infinite where the function is finite (sqrt, cbrt, asin, ... at the ends). */
  readonly steep: boolean;
}

const outcomes = new WeakMap<PrimitiveBase, Map<string, Outcome>>();

/** What `f` may be where its arguments are constants, or may be such numbers. */
export function beyond(f: PrimitiveBase, args: readonly (number | Beyond)[]): Outcome {
  let byArguments = outcomes.get(f);
  if (byArguments === undefined) outcomes.set(f, (byArguments = new Map<string, Outcome>()));
  const key = args.map((x) => (typeof x === "number" ? x : `${x.flags},${x.least}`)).join(" ");
  let found = byArguments.get(key);
  if (found !== undefined) return found;
  let flags = 0;
  let steep = false;
  if (f.arity === undefined) {
    if (args.some((x) => (typeof x === "number" ? !Number.isFinite(x) : x.flags > 0))) ({ flags } = ANYTHING);
  } else {
    somewhere(args.map(samples), (x) => {
      const y = f.evaluate(...x);
      if (!Number.isFinite(y)) flags |= Number.isNaN(y) ? UNDEFINED : INFINITE;
      else if (x.every(Number.isFinite)) {
        steep ||= args.some(
          (arg, i) => typeof arg !== "number" && Math.abs(f.partials[i]!(...x, y) as number) === Infinity,
        );
      }
      return false;
    });
  }
  byArguments.set(key, (found = { flags, steep, least: leastOf(f, args) }));
  return found;
}

/** What an operation makes of finite numbers. */
export const ofFinite = ({ attr, args }: OpOf<"primitive">): Outcome =>
  beyond(
    attr,
    args.map((v) => constantOf(v) ?? FINITE),
  );

/** Functions that are never negative. */
const POSITIVE: ReadonlySet<PrimitiveBase> = /* @__PURE__ */ new Set<PrimitiveBase>([
  abs,
  exp,
  sigmoid,
  softplus,
  sqrt,
  square,
]);

/** A bound that `f` is never below: what is 1 or more is a divisor that is not zero. */
function leastOf(f: PrimitiveBase, args: readonly (number | Beyond)[]): number {
  const [x = -Infinity, y = -Infinity] = args.map((arg) => (typeof arg === "number" ? arg : arg.least));
  if (f === add) return x + y;
  if (f === max) return Math.max(x, y);
  if (POSITIVE.has(f) || ((f === mul || f === div || f === inv) && x >= 0 && (f === inv || y >= 0))) return 0;
  return -Infinity;
}

/** Whether `holds` for some choice of one number from each list. */
export function somewhere(
  lists: readonly (readonly number[])[],
  holds: (x: readonly number[]) => boolean,
  x: readonly number[] = [],
): boolean {
  const list = lists[x.length];
  return list === undefined ? holds(x) : list.some((p) => somewhere(lists, holds, [...x, p]));
}

/** The same list for each argument. */
const forEach = (f: PrimitiveBase, list: readonly number[]): readonly (readonly number[])[] =>
  Array.from({ length: f.arity! }, () => list);

function remember(memory: WeakMap<PrimitiveBase, boolean>, f: PrimitiveBase, find: () => boolean): boolean {
  let known = memory.get(f);
  if (known === undefined) memory.set(f, (known = find()));
  return known;
}

/** Whether a partial derivative of `f` is zero on whole intervals (max, relu, ...), so that what goes in may count for nothing. */
export const isMasking = (f: PrimitiveBase): boolean =>
  !f.flat &&
  f.arity !== undefined &&
  remember(masking, f, () => {
    let zeros = 0;
    somewhere(forEach(f, [-2.3, -1.7, 0.4, 1.9, 2.6]), (x) => {
      if (f.partials.some((d) => d(...x, f.evaluate(...x)) === 0)) zeros++;
      return false;
    });
    return zeros > 1;
  });

/** Whether `f` is a comparison: 0 or 1 whatever its arguments are. */
const isTruth = (f: PrimitiveBase): boolean =>
  f.flat &&
  remember(truths, f, () => {
    const probes = [...PROBES, ...NOT_FINITE];
    return f.arity !== undefined && !somewhere(forEach(f, probes), (x) => ![0, 1].includes(f.evaluate(...x)));
  });

/** What a rule is told of a value: the number, where it is a constant; otherwise how to get hold of it. */
export function operand(v: Value, beyond: Beyond, get: () => Value, beside?: Beside): Real {
  return constantOf(v) ?? new Leaf(get, beyond, beside);
}

/** ∂f/∂xᵢ of a primitive operation, from its operands. */
export function partialOf(op: OpOf<"primitive">, i: number, args: readonly Real[], out: Real): Real {
  const f = op.attr;
  return f.arity === undefined ? f.partials[0]!() : f.partials[i]!(...args, out);
}

/** Where zero has to be told apart. */
export interface Guard {
  /** Whether x may be zero where p, and no result, is infinite: because something further on was not taken. */
  readonly zero: boolean;
  /** Whether x itself may be infinite. */
  readonly steep: boolean;
  /** Whether zero is told apart whatever the product is, and so that people can read it. */
  readonly readable: boolean;
}

/**
 * x·p for a tangent or adjoint x and a partial p, where zero absorbs (0·∞ = 0: a path that carries nothing contributes
 * nothing). Undefined where it is zero whatever x is. The comparison is only written where a factor may not be finite.
 */
export function scale(b: Builder, x: Value, p: Real, guard: Guard): Value | undefined {
  if (p === 0) return undefined;
  if (p === 1) return x;
  if (p === -1) return b.primitive(neg, x);
  if (p instanceof Application) {
    const masked = mask(b, x, p, guard);
    if (masked !== undefined) return masked;
  }
  const factor = emitReal(b, p);
  const product = b.primitive(mul, x, factor);
  const tested = [
    ...(guard.zero && isWild(p) ? [x] : []),
    ...(guard.steep && typeof p !== "number" ? [factor] : []),
  ];
  if (tested.length === 0) return product;
  const isZero = (v: Value): Value => b.op("f64.eq", v, b.f64(0));
  if (guard.readable) return tested.reduce((y, v) => b.select(isZero(v), b.f64(0), y), product);
  // What is a number is right: that is one comparison, for many products together (compile/wasm/guards.ts).
  const either = tested.map(isZero).reduce((y, z) => b.op("i32.or", y, z));
  return b.select(b.op("i32.and", b.op("f64.ne", product, product), either), b.f64(0), product);
}

/**
 * Whether a choice is one of those that `scale` writes for people: 0 where a factor is 0, and else the product. To be differentiated again, it is
 * chosen only where the product is no number: elsewhere the product varies with both its factors, though one of them is 0 here.
 */
function absorbs(op: OpOf<"select">): boolean {
  const [condition, zero, product] = op.args as [Value, Value, Value];
  const test = condition.def;
  if (!("kind" in test) || test.kind !== "f64.eq" || constantOf(zero) !== 0) return false;
  const [x, y] = test.args as [Value, Value];
  const factor = constantOf(y) === 0 ? x : constantOf(x) === 0 ? y : undefined;
  return factor !== undefined && isProductOf(product, factor);
}

/** Whether `v` is the product of `factor` and something, which may have been chosen in its turn. */
function isProductOf(v: Value, factor: Value): boolean {
  if (!("kind" in v.def)) return false;
  if (v.def.kind === "select") return absorbs(v.def) && isProductOf(v.def.args[2]!, factor);
  return v.def.kind === "primitive" && v.def.attr === mul && v.def.args.includes(factor);
}

/** The condition of a choice, for derivatives: see `absorbs`. `product` is the value of what is chosen otherwise. */
export function chooses(b: Builder, op: OpOf<"select">, condition: Value, product: () => Value): Value {
  if (!absorbs(op)) return condition;
  const value = product();
  return b.op("i32.and", condition, b.op("f64.ne", value, value));
}

/** A second derivative was asked of a function that was written on plain numbers. */
export function firstOrderOnly(f: UserFunction): AdError {
  return new AdError(
    "first-order-only",
    `${nameOf(f)} is written on plain numbers, so it has first derivatives only.`,
    "Write its forward and backward on Reals (mul(x, x) in place of x * x); then it can be differentiated again.",
  );
}

/** x·p where p is a choice (`where`) or made of conditions: chosen rather than multiplied, so that zero absorbs. */
function mask(b: Builder, x: Value, p: Application, guard: Guard): Value | undefined {
  const choose = (condition: Real, then: Value | undefined, otherwise: Value | undefined): Value =>
    b.primitive(where, emitReal(b, condition), then ?? b.f64(0), otherwise ?? b.f64(0));
  const [first, second, third] = p.args as [Real, Real, Real];
  if (p.truth) return choose(p, x, undefined);
  if (p.f === where && (second === 0 || third === 0)) {
    return choose(first, scale(b, x, second, guard), scale(b, x, third, guard));
  }
  if (p.f === mul && typeof first === "number" && isTrue(second)) {
    return choose(second, scale(b, x, first, guard), undefined);
  }
  if (p.f === add && p.args.some((y) => y instanceof Application && y.truth)) {
    const [y, z] = [scale(b, x, first, guard), scale(b, x, second, guard)];
    return y === undefined || z === undefined ? (y ?? z) : b.primitive(add, y, z);
  }
  return undefined;
}

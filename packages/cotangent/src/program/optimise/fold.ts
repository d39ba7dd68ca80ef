/**
 * Algebra: what an operation is equal to. Every rule holds to the bit for all f64 (-0, infinities, NaN) and for i32 with
 * wraparound, except those under `fast`.
 */
import {
  abs,
  add,
  ceil,
  cos,
  cosh,
  div,
  eq,
  floor,
  gt,
  inv,
  lt,
  max,
  min,
  mul,
  neg,
  pow,
  round,
  square,
  stopGradient,
  sub,
  trunc,
  where,
} from "../../primitives/index.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import type { Builder, SimpleKind } from "../builder.ts";
import { kinds } from "../ir.ts";
import type { Kind, Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import type { OptimiseOptions } from "./options.ts";

/** The argument of a unary primitive, if v is its value. */
const under = (v: Value, f: PrimitiveBase): Value | undefined => {
  const op = definedBy(v, "primitive");
  return op?.attr === f ? op.args[0] : undefined;
};

/** The value that an operation is equal to, made with `b` where it takes others; undefined if none is known. */
export function simplify(
  b: Builder,
  kind: Kind,
  args: readonly Value[],
  attr: unknown,
  options: OptimiseOptions,
): Value | undefined {
  const constants = args.map(constantOf);
  if (kind === "primitive") {
    const f = attr as PrimitiveBase;
    if (constants.every((x) => x !== undefined)) return b.f64(evaluateAt(f, constants));
    return primitive(b, f, args, constants, options);
  }
  const { evaluate, results } = kinds[kind];
  if (evaluate !== undefined && constants.every((x) => x !== undefined)) {
    const x = evaluate(...constants);
    return results[0] === "i32" ? b.i32(x) : b.f64(x);
  }
  return kind.startsWith("i32.")
    ? integer(b, kind as SimpleKind, args, constants)
    : other(b, kind, args, constants);
}

const evaluateAt = (f: PrimitiveBase, x: readonly number[]): number =>
  f.arity === undefined
    ? (f.evaluate as unknown as (list: readonly number[]) => number)(x)
    : f.evaluate(...x);

function primitive(
  b: Builder,
  f: PrimitiveBase,
  args: readonly Value[],
  constants: readonly (number | undefined)[],
  { fast = false, stage = "final" }: OptimiseOptions,
): Value | undefined {
  const [x, y, z] = args as [Value, Value, Value];
  const [p, q] = constants;
  switch (f) {
    case add:
      if (isZero(p, -1) || (fast && p === 0)) return y;
      if (isZero(q, -1) || (fast && q === 0)) return x;
      return reflect(b, x, y);
    case sub: {
      if (isZero(q, 1) || (fast && q === 0)) return x;
      if (isZero(p, -1)) return b.primitive(neg, y);
      if (fast && x === y) return b.f64(0);
      const negated = under(y, neg);
      return negated && b.primitive(add, x, negated);
    }
    case mul: {
      if (p === 1) return y;
      if (q === 1) return x;
      if (p === -1) return b.primitive(neg, y);
      if (q === -1) return b.primitive(neg, x);
      if (x === y) return b.primitive(square, x);
      if (fast && (p === 0 || q === 0)) return b.f64(0);
      if (p !== undefined || q !== undefined) return scaled(b, p === undefined ? x : y, (p ?? q)!);
      const [minusX, minusY] = [under(x, neg), under(y, neg)];
      return minusX && minusY && b.primitive(mul, minusX, minusY);
    }
    case div:
      if (q === 1) return x;
      if (q === -1) return b.primitive(neg, x);
      if (p === 1) return b.primitive(inv, y);
      // The reciprocal of a power of two is exact, unless it overflows.
      if (q !== undefined && (fast || isPowerOfTwo(q))) return b.primitive(mul, x, b.f64(1 / q));
      return undefined;
    case neg:
      return under(x, neg);
    case square:
    case abs:
    case cos:
    case cosh: {
      const negated = under(x, neg);
      return negated && b.primitive(f, negated);
    }
    case floor:
    case ceil:
    case round:
    case trunc:
      return definedBy(x, "f64.fromI32") && x;
    case max:
    case min:
      return x === y ? x : undefined;
    case pow:
      if (q === 0) return b.f64(1);
      if (q === 1) return x;
      if (q === 2) return b.primitive(square, x);
      // Some engines round x ** -1 otherwise than 1 / x.
      if (fast && q === -1) return b.primitive(inv, x);
      return fast && q === 3 ? b.primitive(mul, b.primitive(square, x), x) : undefined;
    case stopGradient:
      return stage === "final" ? x : under(x, stopGradient) && x;
    case where: {
      if (p !== undefined) return p ? y : z;
      if (y === z) return y;
      const condition = stage === "final" ? asCondition(b, x) : undefined;
      return condition && b.select(condition, y, z);
    }
    default:
      return undefined;
  }
}

/** x + (-y) = x - y. */
function reflect(b: Builder, x: Value, y: Value): Value | undefined {
  const minusY = under(y, neg);
  if (minusY !== undefined) return b.primitive(sub, x, minusY);
  const minusX = under(x, neg);
  return minusX && b.primitive(sub, y, minusX);
}

/**
 * c · x where x is -u, or k · u: factors are put together where one is a power of two, so that only one product rounds. Neither may be
 * below 1: then what overflows or underflows does so either way. (A subnormal u times a whole number is exact.) But where u is an i32,
 * nothing can underflow.
 */
function scaled(b: Builder, x: Value, c: number): Value | undefined {
  const negated = under(x, neg);
  if (negated !== undefined) return b.primitive(mul, b.f64(-c), negated);
  const product = definedBy(x, "primitive");
  if (product?.attr !== mul) return undefined;
  const [u, v] = product.args as readonly [Value, Value];
  const k = constantOf(u) ?? constantOf(v);
  if (k === undefined) return undefined;
  const other = constantOf(u) === undefined ? u : v;
  const isWhole =
    isPowerOfTwo(k) && Math.abs(c * k) > 1e-200 && definedBy(other, "f64.fromI32") !== undefined;
  if (!isWhole && !(Math.abs(k) >= 1 && Math.abs(c) >= 1)) return undefined;
  const isExact = Number.isFinite(c * k) && (isPowerOfTwo(k) || (isPowerOfTwo(c) && Number.isInteger(k)));
  return isExact ? b.primitive(mul, b.f64(c * k), other) : undefined;
}

/** The zero of this sign: adding -0 and subtracting +0 change nothing, but -0 + 0 is 0. */
const isZero = (x: number | undefined, sign: 1 | -1): boolean => x === 0 && 1 / x === sign * Infinity;

function isPowerOfTwo(x: number): boolean {
  const exponent = Math.log2(Math.abs(x));
  return Number.isInteger(exponent) && Math.abs(exponent) < 1000 && 2 ** exponent === Math.abs(x);
}

const COMPARISONS: ReadonlyMap<PrimitiveBase, SimpleKind> = /* @__PURE__ */ new Map<
  PrimitiveBase,
  SimpleKind
>([
  [lt, "f64.lt"],
  [gt, "f64.gt"],
  [eq, "f64.eq"],
]);

/** The same truth as an i32: of a comparison, or of a converted i32. */
function asCondition(b: Builder, x: Value): Value | undefined {
  const converted = definedBy(x, "f64.fromI32");
  if (converted !== undefined) return converted.args[0];
  const op = definedBy(x, "primitive");
  const kind = op && COMPARISONS.get(op.attr);
  return kind && b.op(kind, ...op.args);
}

const OPPOSITE: { readonly [K in Kind]?: SimpleKind } = {
  "i32.eq": "i32.ne",
  "i32.ne": "i32.eq",
  "i32.lt": "i32.ge",
  "i32.ge": "i32.lt",
  "i32.gt": "i32.le",
  "i32.le": "i32.gt",
  // Of the comparisons of f64, only these are each other's opposites for NaN, too.
  "f64.eq": "f64.ne",
  "f64.ne": "f64.eq",
};

const isTruth = (v: Value): boolean => {
  const kind = "kind" in v.def ? v.def.kind : undefined;
  return kind !== undefined && /\.(eq|ne|lt|le|gt|ge|not)$/.test(kind);
};

function integer(
  b: Builder,
  kind: SimpleKind,
  args: readonly Value[],
  constants: readonly (number | undefined)[],
): Value | undefined {
  const [x, y] = args as [Value, Value];
  const [p, q] = constants;
  switch (kind) {
    case "i32.add": {
      if (p !== undefined) return b.op("i32.add", y, x);
      if (q === 0) return x;
      const inner = q === undefined ? undefined : definedBy(x, "i32.add");
      const offset = constantOf(inner?.args[1]);
      return offset === undefined ? undefined : b.op("i32.add", inner!.args[0]!, b.i32((offset + q!) | 0));
    }
    case "i32.sub":
      if (x === y) return b.i32(0);
      return q === undefined ? differenceFrom(x, y) : b.op("i32.add", x, b.i32(-q | 0));
    case "i32.mul":
      if (p !== undefined) return b.op("i32.mul", y, x);
      if (q === 0) return b.i32(0);
      return q === 1 ? x : undefined;
    case "i32.div":
      return q === 1 ? x : undefined;
    case "i32.and":
    case "i32.or":
      if (x === y) return x;
      if (q === 0) return kind === "i32.or" ? x : b.i32(0);
      if (p === 0) return kind === "i32.or" ? y : b.i32(0);
      if (kind === "i32.and" && q === 1 && isTruth(x)) return x;
      return kind === "i32.and" && p === 1 && isTruth(y) ? y : undefined;
    case "i32.xor":
      if (x === y) return b.i32(0);
      return q === 0 ? x : undefined;
    case "i32.shl":
    case "i32.shr":
    case "i32.ushr":
      return q === 0 ? x : undefined;
    case "i32.min":
    case "i32.max":
    case "i32.eq":
    case "i32.le":
    case "i32.ge":
    case "i32.ne":
    case "i32.lt":
    case "i32.gt":
      if (x === y) return kind === "i32.min" || kind === "i32.max" ? x : b.i32(Number(/eq|le|ge/.test(kind)));
      if (kind === "i32.ne" && q === 0 && isTruth(x)) return x;
      return kind === "i32.eq" && q === 0 ? b.op("i32.not", x) : undefined;
    case "i32.not": {
      const op = "kind" in x.def ? x.def : undefined;
      const opposite = op && OPPOSITE[op.kind];
      if (opposite !== undefined) return b.op(opposite, ...op!.args);
      return op?.kind === "i32.not" && isTruth(op.args[0]!) ? op.args[0] : undefined;
    }
    default:
      return undefined;
  }
}

/** u + y - y, which is u however much wraps around. */
function differenceFrom(x: Value, y: Value): Value | undefined {
  const [u, v] = definedBy(x, "i32.add")?.args ?? [];
  return u === y ? v : v === y ? u : undefined;
}

function other(
  b: Builder,
  kind: Kind,
  args: readonly Value[],
  constants: readonly (number | undefined)[],
): Value | undefined {
  const [x, y, z] = args as [Value, Value, Value];
  switch (kind) {
    case "select": {
      const [condition] = constants;
      if (condition !== undefined) return condition === 0 ? z : y;
      if (y === z) return y;
      if (y.ty === "i32" && constants[1] === 1 && constants[2] === 0 && isTruth(x)) return x;
      const not = definedBy(x, "i32.not");
      return not && b.select(not.args[0]!, z, y);
    }
    case "f64.toInt32":
    case "f64.index":
      return definedBy(x, "f64.fromI32")?.args[0];
    case "f64.eq":
    case "f64.ne":
    case "f64.lt":
    case "f64.le":
    case "f64.gt":
    case "f64.ge":
      return ofIntegers(b, kind, x, y);
    case "length":
      return lengthOf(b, x);
    case "subarray": {
      if (constants[1] !== 0) return undefined;
      const view = definedBy(x, "subarray")?.args;
      const isWhole =
        definedBy(z, "length")?.args[0] === x ||
        definedBy(x, "allocate")?.args[0] === z ||
        (view !== undefined && b.op("i32.sub", view[2]!, view[1]!) === z);
      return isWhole ? x : undefined;
    }
    case "load": {
      const data = definedBy(x, "data")?.attr;
      const element = constants[1] === undefined ? undefined : data?.[constants[1]];
      return element === undefined ? undefined : b.f64(element);
    }
    default:
      return undefined;
  }
}

/** Integers are compared as such. */
function ofIntegers(b: Builder, kind: Kind, x: Value, y: Value): Value | undefined {
  const asInteger = (v: Value): Value | undefined => {
    const converted = definedBy(v, "f64.fromI32")?.args[0];
    const constant = constantOf(v);
    if (converted !== undefined || constant === undefined) return converted;
    return constant === (constant | 0) ? b.i32(constant | 0) : undefined;
  };
  const i = asInteger(x);
  const j = i && asInteger(y);
  return j && b.op(kind.replace("f64", "i32") as SimpleKind, i, j);
}

function lengthOf(b: Builder, a: Value): Value | undefined {
  const allocated = definedBy(a, "allocate");
  if (allocated !== undefined) return allocated.args[0];
  const view = definedBy(a, "subarray");
  if (view !== undefined) return b.op("i32.sub", view.args[2]!, view.args[1]!);
  const data = definedBy(a, "data");
  return data && b.i32(data.attr.length);
}

/**
 * The intermediate representation: what a program is.
 *
 * Structured SSA. A program is a list of functions, the entry first; a function is a region with arguments; a region is a
 * list of operations that ends in what it yields; loops and branches are operations that own regions. Scalars are values:
 * what a loop changes goes round as its carries. Arrays are the only mutable state.
 *
 * A value may be used in the region that defines it, after its definition, and in the regions nested there. Programs are
 * never changed once built: passes read one program and build another, through a `Builder`.
 *
 * All of JavaScript's arithmetic holds: -0, infinities and NaN behave as in the language.
 */
import type { ErrorCode } from "../errors.ts";
import type { PrimitiveBase, UserFunction } from "../real/real.ts";

/**
 * - `f64`: a JavaScript number.
 * - `i32`: a 32-bit integer with wraparound; also truth: 0 is false, all else is true, and comparisons give 0 or 1.
 * - `array`: the handle (where, and how long) of a mutable block of f64. Two handles may name overlapping blocks.
 * - `tape`: the handle of a block of records that reverse mode writes forwards and reads backwards.
 */
export type Ty = "f64" | "i32" | "array" | "tape";

/** Something computed once: a result of an operation, or an argument of a region. */
export interface Value {
  /** Unique in its function and dense from 0, so that a pass may keep what it knows in an array. */
  readonly id: number;
  readonly ty: Ty;
  /** The user's name for it; for messages, printing and readable output only. */
  name: string | undefined;
  readonly def: Op | Region;
  /** Its place among the results of the operation, or among the arguments of the region. */
  readonly index: number;
}

/** A sequence of operations with arguments, ending in what it yields to the operation (or function) that owns it. */
export interface Region {
  readonly args: readonly Value[];
  readonly ops: readonly Op[];
  readonly yields: readonly Value[];
  /** The operation that owns it; null for a function's body. */
  readonly parent: Op | null;
}

/** Where in the user's source something was written; lines and columns count from 1. */
export interface Location {
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** One operation of kind `K`. */
export interface OpOf<K extends Kind> {
  readonly kind: K;
  readonly args: readonly Value[];
  readonly results: readonly Value[];
  readonly regions: readonly Region[];
  readonly attr: AttributeOf<K>;
  readonly loc: Location | undefined;
  readonly parent: Region;
}

/** One operation; `op.kind` tells what `op.attr` is. */
export type Op = { [K in Kind]: OpOf<K> }[Kind];

/** Whether something is an operation: a value is defined by one, or by the region whose argument it is. */
export const isOp = (x: Op | Region): x is Op => "kind" in x;

/** Whether this holds for some operation of a region, or of the regions inside. */
export const someOp = (region: Region, holds: (op: Op) => boolean): boolean =>
  region.ops.some((op) => holds(op) || op.regions.some((inner) => someOp(inner, holds)));

/** The operations of a region, and of the regions inside. */
export const opsIn = (region: Region): readonly Op[] =>
  region.ops.flatMap((op) => [op, ...op.regions.flatMap(opsIn)]);

/** A parameter of a function. */
export interface Parameter {
  readonly name: string;
  readonly ty: Ty;
  /** For an array: it overlaps no other array that the function can reach but through this parameter. */
  readonly noalias: boolean;
}

/** A function. `body.args` are its parameters' values, `body.yields` its results. */
export interface Func {
  readonly name: string;
  readonly params: readonly Parameter[];
  readonly results: readonly Ty[];
  readonly body: Region;
  /** How many values there are: every `Value.id` in the body lies below. */
  readonly size: number;
  /**
   * The name of the function that is its derivative, where the user gave one: from the parameters, then one cotangent per
   * f64 result, to one cotangent per f64 parameter. Such a function is not inlined before it has been differentiated.
   */
  readonly pullback: string | undefined;
}

/** Whether a program does something again and again, recursion aside. */
export const hasLoops = ({ functions }: Program): boolean =>
  functions.some((f) => someOp(f.body, (op) => op.kind === "for" || op.kind === "while"));

/** A program. Functions are called by name, the names are unique, and the first function is the entry. */
export interface Program {
  readonly functions: readonly Func[];
}

/** What an operation says beside its arguments. Kinds that are not listed say nothing (`undefined`). */
export interface Attributes {
  /** The number; the result's type tells which kind of number. */
  readonly constant: number;
  /** The elements. Nobody may change them. */
  readonly data: Float64Array;
  readonly primitive: PrimitiveBase;
  /** What the user calls the number that should have been an index: for the message. */
  readonly "f64.index": { readonly name: string };
  /** What the user calls the array: for the message. */
  readonly bound: { readonly name: string };
  /** `message` may hold {0}, {1}, ... for the arguments' values. */
  readonly fail: { readonly code: ErrorCode; readonly message: string; readonly remedy: string };
  /** `step` is an integer other than 0. `checkpoint`: on request, reverse mode keeps O(sqrt n) iterations only. */
  readonly for: { readonly step: number; readonly checkpoint?: boolean };
  /** `checkpoint` as for `for`. */
  readonly while: { readonly checkpoint?: boolean };
  readonly call: { readonly callee: string };
  /** Which function of the user's, written on numbers, and which of its two halves. */
  readonly external: { readonly function: UserFunction; readonly half: "forward" | "backward" };
  /** What one record holds. `growable`: the number of records is not known beforehand. */
  readonly "tape.allocate": { readonly slots: readonly Ty[]; readonly growable: boolean };
  readonly "tape.store": { readonly slot: number };
  readonly "tape.load": { readonly slot: number };
}
export type AttributeOf<K extends Kind> = K extends keyof Attributes ? Attributes[K] : undefined;

/**
 * What an operation does beside computing its results:
 * - `pure`: nothing. It may be moved, repeated, carried out needlessly or left out.
 * - `traps`: it may throw, and is otherwise pure. It must not happen earlier than it would, nor be left out, unless it is
 *   known to succeed or to repeat one that has.
 * - `reads`: it reads memory. It must not be carried out where its own condition (see the kind) may not hold.
 * - `writes`: it writes memory.
 * - `allocates`: it makes a new block. It may be left out if nobody reads the block.
 * - `regions`: whatever its regions do. (A `while` may also never end; that is not kept by leaving it out.)
 * - `calls`: whatever the callee does.
 */
type Effect = "pure" | "traps" | "reads" | "writes" | "allocates" | "regions" | "calls";

/** What is known of a kind of operation, whatever its arguments. */
export interface KindInfo {
  /** The types of its arguments; `any` takes each type, and all arguments that are `any` are of one type. */
  readonly args: readonly (Ty | "any")[];
  /** The type of all further arguments, as many as there are; `each`: of each its own type. */
  readonly rest?: Ty | "each";
  /** The types of its results; `stated`: the operation itself tells (a rule of the checker's says what is allowed). */
  readonly results: readonly Ty[] | "stated";
  readonly regions: number;
  readonly effect: Effect;
  /** The result, where it depends on the numbers in the arguments alone. i32 goes in and comes out as a signed integer. */
  readonly evaluate?: (...args: number[]) => number;
}

export type Kind =
  | "constant"
  | "data"
  | "primitive"
  | "select"
  | `i32.${"add" | "sub" | "mul" | "div" | "rem" | "min" | "max"}`
  | `i32.${"and" | "or" | "xor" | "shl" | "shr" | "ushr" | "clz" | "not"}`
  | `i32.${Comparison}`
  | `f64.${Comparison}`
  | "f64.rem"
  | "f64.fromI32"
  | "f64.fromU32"
  | "f64.toInt32"
  | "f64.index"
  | "allocate"
  | "length"
  | "load"
  | "store"
  | "accumulate"
  | "fill"
  | "copy"
  | "subarray"
  | "bound"
  | "fail"
  | "for"
  | "while"
  | "if"
  | "call"
  | "external"
  | "tape.allocate"
  | "tape.store"
  | "tape.load"
  | "mark"
  | "reset";
type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

type Evaluate = (...args: number[]) => number;
const i32 = (evaluate: Evaluate): KindInfo => scalar(["i32", "i32"], "i32", evaluate);
const f64 = (evaluate: Evaluate): KindInfo => scalar(["f64", "f64"], "i32", evaluate);
const scalar = (args: readonly Ty[], result: Ty, evaluate: Evaluate): KindInfo => ({
  args,
  results: [result],
  regions: 0,
  effect: "pure",
  evaluate,
});

/** THE TABLE OF KINDS. Builder, checker, printer, parser, interpreter and optimiser all read it. */
export const kinds: Readonly<Record<Kind, KindInfo>> = {
  /** A number. `-0`, infinities and NaN are numbers; an i32 is in -2^31 ... 2^31 - 1. */
  constant: { args: [], results: "stated", regions: 0, effect: "pure" },
  /** A constant array. Nothing may write to it, nor to a part of it. */
  data: { args: [], results: ["array"], regions: 0, effect: "pure" },
  /** A primitive of the library's: its value at the arguments, as many as the primitive takes. */
  primitive: { args: [], rest: "f64", results: ["f64"], regions: 0, effect: "pure" },
  /** `condition ? x : y`, both already computed. */
  select: { args: ["i32", "any", "any"], results: "stated", regions: 0, effect: "pure" },

  "i32.add": i32((x, y) => (x + y) | 0),
  "i32.sub": i32((x, y) => (x - y) | 0),
  "i32.mul": i32((x, y) => Math.imul(x, y)),
  /** `(x / y) | 0`: rounded towards zero; x/0 is 0, and -2^31 / -1 is -2^31. */
  "i32.div": i32((x, y) => (x / y) | 0),
  /** `(x % y) | 0`: it has the sign of x; x % 0 is 0. */
  "i32.rem": i32((x, y) => (x % y) | 0),
  "i32.min": i32((x, y) => (x < y ? x : y)),
  "i32.max": i32((x, y) => (x > y ? x : y)),
  "i32.and": i32((x, y) => x & y),
  "i32.or": i32((x, y) => x | y),
  "i32.xor": i32((x, y) => x ^ y),
  "i32.shl": i32((x, y) => x << y),
  "i32.shr": i32((x, y) => x >> y),
  /** The bits of `x >>> y`, as a signed integer; `f64.fromU32` makes JavaScript's number of it. */
  "i32.ushr": i32((x, y) => (x >>> y) | 0),
  "i32.clz": scalar(["i32"], "i32", (x) => Math.clz32(x)),
  /** 1 for 0, otherwise 0. */
  "i32.not": scalar(["i32"], "i32", (x) => (x === 0 ? 1 : 0)),
  "i32.eq": i32((x, y) => (x === y ? 1 : 0)),
  "i32.ne": i32((x, y) => (x === y ? 0 : 1)),
  "i32.lt": i32((x, y) => (x < y ? 1 : 0)),
  "i32.le": i32((x, y) => (x <= y ? 1 : 0)),
  "i32.gt": i32((x, y) => (x > y ? 1 : 0)),
  "i32.ge": i32((x, y) => (x >= y ? 1 : 0)),

  "f64.eq": f64((x, y) => (x === y ? 1 : 0)),
  "f64.ne": f64((x, y) => (x === y ? 0 : 1)),
  "f64.lt": f64((x, y) => (x < y ? 1 : 0)),
  "f64.le": f64((x, y) => (x <= y ? 1 : 0)),
  "f64.gt": f64((x, y) => (x > y ? 1 : 0)),
  "f64.ge": f64((x, y) => (x >= y ? 1 : 0)),
  /** JavaScript's `x % y`, with the sign of x. */
  "f64.rem": scalar(["f64", "f64"], "f64", (x, y) => x % y),
  "f64.fromI32": scalar(["i32"], "f64", (x) => x),
  /** The bits as an unsigned integer: 0 ... 2^32 - 1. */
  "f64.fromU32": scalar(["i32"], "f64", (x) => x >>> 0),
  /** `x | 0`: JavaScript's ToInt32, modulo 2^32; 0 for NaN and infinities. */
  "f64.toInt32": scalar(["f64"], "i32", (x) => x | 0),
  /** The same number as an i32 (-0 becomes 0); throws `not-an-index` if it is not an integer of 32 bits. */
  "f64.index": { args: ["f64"], results: ["i32"], regions: 0, effect: "traps" },

  /** A new array of n zeros; n >= 0. It lives until the entry returns, or until `reset` to a mark set before. */
  allocate: { args: ["i32"], results: ["array"], regions: 0, effect: "allocates" },
  /** How many elements an array has. It never changes. */
  length: { args: ["array"], results: ["i32"], regions: 0, effect: "pure" },
  /** a[i], where 0 <= i < length(a): unchecked, a `bound` before it checks. */
  load: { args: ["array", "i32"], results: ["f64"], regions: 0, effect: "reads" },
  /** a[i] = x, where 0 <= i < length(a). */
  store: { args: ["array", "i32", "f64"], results: [], regions: 0, effect: "writes" },
  /** a[i] = a[i] + x, where 0 <= i < length(a). */
  accumulate: { args: ["array", "i32", "f64"], results: [], regions: 0, effect: "writes" },
  /** Every element of the array becomes x. */
  fill: { args: ["array", "f64"], results: [], regions: 0, effect: "writes" },
  /** target[i] = source[i] for all i below length(source) <= length(target), as if read before any is written. */
  copy: { args: ["array", "array"], results: [], regions: 0, effect: "writes" },
  /** The elements lo ... hi - 1 of an array, in place. Unless 0 <= lo <= hi <= length, nobody looks at them. */
  subarray: { args: ["array", "i32", "i32"], results: ["array"], regions: 0, effect: "pure" },
  /** Throws `index-out-of-range` unless 0 <= i < length(a). Arguments: i, a. */
  bound: { args: ["i32", "array"], results: [], regions: 0, effect: "traps" },
  /** Throws. What follows it in its region is never reached, but must be legal. */
  fail: { args: [], rest: "each", results: [], regions: 0, effect: "traps" },

  /**
   * `for (i = lo; step > 0 ? i < hi : i > hi; i += step)`, where i does not wrap around: arguments lo, hi, and the
   * carries' first values. The region takes i and the carries, and yields the carries of the next iteration. Results:
   * the carries at the end.
   */
  for: { args: ["i32", "i32"], rest: "each", results: "stated", regions: 1, effect: "regions" },
  /**
   * Arguments: the carries' first values. The first region takes the carries and yields the condition (i32); the second,
   * the body, takes the carries and yields those of the next iteration. Results: the carries at the end, then how many
   * times the body ran (i32).
   */
  while: { args: [], rest: "each", results: "stated", regions: 2, effect: "regions" },
  /** Two regions without arguments, the first for any condition but 0. Results: what the region taken yields. */
  if: { args: ["i32"], results: "stated", regions: 2, effect: "regions" },
  /** Calls a function of the program; its parameters, its results. */
  call: { args: [], rest: "each", results: "stated", regions: 0, effect: "calls" },
  /**
   * A function of the user's on numbers, taken to be pure but for throwing. Its `forward`: from its arguments to its
   * value. Its `backward`: from its arguments and the cotangent of its value to one cotangent per argument (it runs
   * `forward` first, for what that saves).
   */
  external: { args: [], rest: "f64", results: "stated", regions: 0, effect: "traps" },

  /** A new block of n records (growable: at least n). What it holds before the first store is not defined. */
  "tape.allocate": { args: ["i32"], results: ["tape"], regions: 0, effect: "allocates" },
  /**
   * Arguments: tape, i, the value for the slot of record i. 0 <= i < n; in a growable block, i is at most the number of
   * records so far.
   */
  "tape.store": { args: ["tape", "i32", "any"], results: [], regions: 0, effect: "writes" },
  /** What was last stored in the slot of record i. Arguments: tape, i. */
  "tape.load": { args: ["tape", "i32"], results: "stated", regions: 0, effect: "reads" },
  /** Where the allocator of scratch memory stands. */
  mark: { args: [], results: ["i32"], regions: 0, effect: "writes" },
  /** Gives back everything allocated since the mark: no such array or tape may be used any more. */
  reset: { args: ["i32"], results: [], regions: 0, effect: "writes" },
};

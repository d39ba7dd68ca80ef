/** What loops and branches look like, read off the program as it was. */
import { abs, add, eq, gt, lt, max, min, mul, neg, square, sub } from "../../primitives/index.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import { isOp, kinds, opsIn, someOp } from "../ir.ts";
import type { Op, OpOf, Region, Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import { ANY, decided } from "./ranges.ts";
import type { Range } from "./ranges.ts";

/** A loop's body with more operations is not written several times, */
const UNROLLED_OPS = 12;
/** and branches with more are not both computed. */
const CONVERTED_OPS = 4;

/** The carry by which a `while` counts, and how far. */
export interface Counter {
  readonly place: number;
  readonly limit: Value;
  /** What is added to the carry before it is compared, if anything is: a value from outside. */
  readonly ahead: Value | undefined;
  /** What it grows by, if not by 1: a value from outside. */
  readonly by: Value | undefined;
  /** Whether the limit itself is reached. */
  readonly inclusive: boolean;
}

/** Whether a value was there before the region (its operations, if it has no arguments) began. */
export function isOutside(v: Value, region: Region): boolean {
  const first = region.args[0] ?? region.ops.find((op) => op.results.length > 0)?.results[0];
  return first === undefined || v.id < first.id;
}

/** How a `while` counts, if all that it tests is whether a carry that grows has reached something from outside. */
export function counterOf(op: OpOf<"while">): Counter | undefined {
  const [test, body] = op.regions as [Region, Region];
  const condition = test.yields[0]!;
  if (!isOp(condition.def)) return undefined;
  const { kind, args } = condition.def;
  const comparison = /^(?:i32|f64)\.(lt|le|gt|ge)$/.exec(kind)?.[1];
  if (comparison === undefined) return undefined;
  const [compared, limit] = (comparison.startsWith("l") ? args : [args[1], args[0]]) as [Value, Value];
  const later = definedBy(compared, "primitive");
  const ahead = later?.attr === add ? later.args.find((v) => isOutside(v, test)) : undefined;
  const counter = ahead === undefined ? compared : later!.args.find((v) => v !== ahead)!;
  const place = test.args.indexOf(counter);
  if (place < 0 || !isOutside(limit, test)) return undefined;
  const isOwn = (o: Op): boolean => o === condition.def || (ahead !== undefined && o === later);
  if (test.ops.some((o) => o.kind !== "constant" && !isOwn(o))) return undefined;
  const next = body.yields[place]!;
  const sum = definedBy(next, "i32.add") ?? definedBy(next, "primitive");
  if (sum === undefined || (sum.kind === "primitive" && sum.attr !== add)) return undefined;
  const carry = body.args[place]!;
  const by = sum.args[0] === carry ? sum.args[1]! : sum.args[1] === carry ? sum.args[0]! : undefined;
  if (by === undefined) return undefined;
  const inclusive = comparison.endsWith("e");
  if (definedBy(by, "constant")?.attr === 1) return { place, limit, ahead, by: undefined, inclusive };
  // An i32 might wrap around before it reaches the limit.
  return carry.ty === "f64" && isOutside(by, test) ? { place, limit, ahead, by, inclusive } : undefined;
}

/** How often a loop runs, if its bounds are known; else infinitely often. */
export function tripsOf(lo: Range, hi: Range, step: number): number {
  if (lo[0] !== lo[1] || hi[0] !== hi[1]) return Infinity;
  return Math.max(0, Math.ceil((hi[0] - lo[0]) / step));
}

/** Whether a loop's body is short enough to be written several times. */
export const isSmall = (region: Region): boolean =>
  region.ops.length <= UNROLLED_OPS && region.ops.every((op) => op.regions.length === 0);

const CHEAP: ReadonlySet<PrimitiveBase> = /* @__PURE__ */ new Set<PrimitiveBase>([
  abs,
  add,
  eq,
  gt,
  lt,
  max,
  min,
  mul,
  neg,
  square,
  sub,
]);

/** Whether to compute a branch costs less than to decide against it, and does no harm. */
export function isCheap(region: Region): boolean {
  let count = 0;
  for (const op of region.ops) {
    if (op.kind === "constant") continue;
    const cheap = op.kind === "primitive" ? CHEAP.has(op.attr) : op.kind === "select" || isCheapKind(op.kind);
    if (!cheap || ++count > CONVERTED_OPS) return false;
  }
  return true;
}

/** A body with more operations is not written apart for the first iteration. */
const APART_OPS = 60;
const COMPARISON = /^i32\.(?:eq|ne|lt|le|gt|ge|not)$/;

/** Whether something is decided in the body of a loop that begins with the index `first` by whether it is the first iteration, so that all others need not ask. */
export function isFirstApart(region: Region, first: number): boolean {
  const [index] = region.args as [Value];
  const [, most] = ANY;
  const isDecided = (op: Op): boolean => {
    if (!COMPARISON.test(op.kind) || !op.args.includes(index)) return false;
    const given = (i: Range): 0 | 1 | undefined => {
      const [x = i, y = [0, 0]] = op.args.map((v): Range => (v === index ? i : constantRange(v)));
      const less = (a: Range, b: Range) => (c: number) => a[1] + c < b[0];
      return decided(op.kind === "i32.not" ? "i32.eq" : op.kind, less(x, y), less(y, x));
    };
    return given([first, most]) === undefined && given([first + 1, most]) !== undefined;
  };
  return fewIn(region, APART_OPS)?.some(isDecided) ?? false;
}

/** All operations of a body without loops, calls and allocations, if there are no more than `most`. */
function fewIn(region: Region, most: number): readonly Op[] | undefined {
  let count = 0;
  return someOp(region, (op) => /for|while|call|allocate/.test(op.kind) || ++count > most)
    ? undefined
    : opsIn(region);
}

/** A body with more operations is not written for both outcomes of a condition, nor one with more such conditions. */
const BOTH_OPS = 40;
const CONDITIONS = 2;

/** A condition from outside on which a loop's body, without loops, branches in each iteration. */
export function decidedIn(region: Region): Value | undefined {
  const conditions = new Set<Value>();
  for (const op of fewIn(region, BOTH_OPS) ?? []) {
    const [condition] = op.args as readonly [Value];
    const isCostly = op.kind === "if" && !op.regions.every(isCheap) && !op.regions.every(isChecks);
    if (isCostly && isOutside(condition, region)) conditions.add(condition);
  }
  return conditions.size <= CONDITIONS ? [...conditions][0] : undefined;
}

const constantRange = (v: Value): Range => {
  const constant = constantOf(v);
  return constant === undefined ? ANY : [constant, constant];
};

export const isEmpty = (region: Region): boolean => region.ops.length === 0 && region.yields.length === 0;

/** Whether a branch does nothing but check that indices are in range and numbers are indices. */
export const isChecks = (region: Region): boolean =>
  region.yields.length === 0 &&
  region.ops.every((op) => {
    const { effect } = kinds[op.kind];
    if (op.kind === "if") return op.regions.every(isChecks);
    return effect === "pure" || op.kind === "bound" || op.kind === "f64.index";
  });

const isCheapKind = (kind: string): boolean => /^(i32|f64)\.(?!index|rem|div)/.test(kind);

/** Which elements of arrays can live in values instead of memory. */
import { isOp, kinds } from "../ir.ts";
import type { Func, Op, OpOf, Region, Value } from "../ir.ts";
import { constantOf, definedBy, rootOf } from "./analysis.ts";
import type { Marked } from "./analysis.ts";
import { affine } from "./memory.ts";
import type { Group } from "./memory.ts";
import { rangeOf } from "./ranges.ts";
import type { Range } from "./ranges.ts";
import { tripsOf } from "./shapes.ts";

/** Arrays longer than this stay in memory. */
const SMALL = 64;

/** A loop that runs more often is not written out. */
export const FEW_TRIPS = 4;
/** Loops are not written out into more operations for the sake of an array. */
const OPENED_OPS = 200;

/** Arrays allocated in a function that are short, only read and written, and never handed on. */
export interface SmallArrays {
  /** Those that can be taken apart, since they are accessed at constant indices; with their lengths. */
  readonly apart: ReadonlyMap<Value, number>;
  /**
   * The short loops to write out so that others can be, as `for (r < 3) at[r] += ...` on a vector of three: all that keeps these in
   * memory are indices that are computed from those of the loops.
   */
  readonly loops: ReadonlySet<Op>;
}

export function smallArrays(func: Func): SmallArrays {
  const found = new Map<Value, { length: number; isKnown: boolean; readonly loops: Set<Op> }>();
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      const length = op.kind === "allocate" ? constantOf(op.args[0]) : undefined;
      if (length !== undefined && length >= 0 && length <= SMALL)
        found.set(op.results[0]!, { length, isKnown: true, loops: new Set() });
      op.args.forEach((v, place) => {
        const array = found.get(v);
        if (array === undefined || op.kind === "length" || (op.kind === "fill" && place === 0)) return;
        const index = op.kind === "bound" ? op.args[0] : isAccess(op) && place === 0 ? op.args[1] : undefined;
        const range = index && rangeInShortLoops(index, array.loops);
        if (range === undefined || range[0] < 0 || range[1] >= array.length) found.delete(v);
        else if (constantOf(index) === undefined) array.isKnown = false;
      });
      op.regions.forEach(visit);
    }
    for (const v of region.yields) found.delete(v);
  };
  visit(func.body);
  const apart = new Map<Value, number>();
  const all = new Set<Op>();
  for (const [array, { length, isKnown, loops }] of found) {
    if (isKnown) apart.set(array, length);
    for (const loop of loops) all.add(loop);
  }
  return { apart, loops: all };
}

/** Between what bounds a number lies that is computed from constants and indices of short loops alone; these are noted. */
function rangeInShortLoops(v: Value, loops: Set<Op>): Range | undefined {
  const constant = constantOf(v);
  if (constant !== undefined) return [constant, constant];
  if (isOp(v.def)) {
    if (!v.def.kind.startsWith("i32.")) return undefined;
    const ranges = v.def.args.map((x) => rangeInShortLoops(x, loops));
    return ranges.includes(undefined) ? undefined : rangeOf(v.def.kind, ranges as Range[]);
  }
  const loop = v.def.parent;
  if (loop?.kind !== "for" || v.index !== 0 || cost(loop) > OPENED_OPS) return undefined;
  const [lo, hi] = [constantOf(loop.args[0])!, constantOf(loop.args[1])!];
  loops.add(loop);
  return loop.attr.step > 0 ? [lo, hi - 1] : [hi + 1, lo];
}

/** How many operations it takes to write out a loop, and those in it: infinitely many where one is not short. */
function cost({ args, attr, regions }: OpOf<"for">): number {
  const [lo, hi] = [constantOf(args[0]), constantOf(args[1])];
  const trips = lo === undefined || hi === undefined ? Infinity : tripsOf([lo, lo], [hi, hi], attr.step);
  const count = (ops: readonly Op[]): number =>
    ops.reduce((n, op) => {
      if (op.kind === "while") return Infinity;
      return n + 1 + (op.kind === "for" ? cost(op) : count(op.regions.flatMap((r) => r.ops)));
    }, 0);
  return trips > FEW_TRIPS ? Infinity : trips * count(regions[0]!.ops);
}

export type Access = OpOf<"load" | "store" | "accumulate">;
const isAccess = (op: Op): op is Access =>
  op.kind === "load" || op.kind === "store" || op.kind === "accumulate";

/** An element that is the same in every iteration of a loop. */
export interface Element {
  readonly array: Value;
  readonly index: Value;
  readonly written: boolean;
  /** Whether the first iteration gets to it before anything can throw. */
  readonly certain: boolean;
}

/** Loops with more accesses to memory are left alone. */
const ACCESSES = 100;

/**
 * The elements that a loop can keep in a value while it runs: what is accessed at an array and an index from outside, where
 * nothing else in the loop may touch the same element.
 */
export function loopElements(
  op: OpOf<"for">,
  needed: Marked,
  groupOf: (root: Value) => Group,
  overlap: (x: Group, y: Group) => boolean,
): readonly Element[] {
  const body = op.regions[0]!;
  const born = body.args[0]!.id;
  const isOutside = (v: Value): boolean => v.id < born;
  const accesses: { op: Op; array: Value; group: Group; certain: boolean }[] = [];
  let safe = true;
  let simple = true;
  const note = (op: Op, array: Value, certain: boolean): void => {
    const root = rootOf(array);
    // What is allocated in the loop is nothing else's.
    if (!isOutside(root) && definedBy(root, "allocate") !== undefined) return;
    accesses.push({ op, array, group: isOutside(root) ? groupOf(root) : "unknown", certain });
  };
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      if (!needed.has(op)) continue;
      if (op.kind === "call") simple &&= op.args.every((v) => v.ty === "f64" || v.ty === "i32");
      if (isAccess(op) || op.kind === "fill") note(op, op.args[0]!, safe && region === body);
      else if (op.kind === "copy") for (const v of op.args) note(op, v, false);
      op.regions.forEach(visit);
      const { effect } = kinds[op.kind];
      if (effect === "traps" || effect === "calls" || effect === "regions") safe = false;
    }
  };
  visit(body);
  if (!simple || accesses.length > ACCESSES) return [];

  const elements: Element[] = [];
  for (const { op: first, array, group } of accesses) {
    const index = isAccess(first) ? first.args[1]! : undefined;
    if (index === undefined || !isOutside(array) || !isOutside(index)) continue;
    if (elements.some((e) => e.array === array && e.index === index)) continue;
    const same = (op: Op): boolean => isAccess(op) && op.args[0] === array && op.args[1] === index;
    const own = accesses.filter(({ op }) => same(op));
    const written = own.some(({ op }) => op.kind !== "load");
    const disturbed = accesses.some(
      ({ op, array: other, group: its }) =>
        !same(op) &&
        (written || op.kind !== "load") &&
        overlap(its, group) &&
        !(isAccess(op) && other === array && areDifferent(op.args[1]!, index)),
    );
    if (!disturbed) elements.push({ array, index, written, certain: own.some(({ certain }) => certain) });
  }
  return elements;
}

/** Whether two indices differ for certain. */
function areDifferent(i: Value, j: Value): boolean {
  const [base, offset] = affine(i);
  const [other, its] = affine(j);
  return base === other && offset !== its;
}

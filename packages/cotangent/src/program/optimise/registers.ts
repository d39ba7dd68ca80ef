/** Which elements of arrays can live in values instead of memory. */
import { kinds } from "../ir.ts";
import type { Func, Op, OpOf, Region, Value } from "../ir.ts";
import { constantOf, definedBy, rootOf } from "./analysis.ts";
import type { Marked } from "./analysis.ts";
import { affine } from "./memory.ts";
import type { Group } from "./memory.ts";

/** Arrays longer than this stay in memory. */
const SMALL = 64;

/**
 * The arrays allocated in a function that can be taken apart, with their lengths: short ones that are only read and written,
 * at constant indices, and never handed on.
 */
export function smallArrays(func: Func): ReadonlyMap<Value, number> {
  const found = new Map<Value, number>();
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      const length = op.kind === "allocate" ? constantOf(op.args[0]) : undefined;
      if (length !== undefined && length >= 0 && length <= SMALL) found.set(op.results[0]!, length);
      op.args.forEach((v, place) => {
        const n = found.get(v);
        if (n !== undefined && !isElementwise(op, place, n)) found.delete(v);
      });
      op.regions.forEach(visit);
    }
    for (const v of region.yields) found.delete(v);
  };
  visit(func.body);
  return found;
}

/** Whether an operation only touches known elements of the array of length n that is its argument at `place`. */
function isElementwise(op: Op, place: number, n: number): boolean {
  if (op.kind === "length" || (op.kind === "fill" && place === 0)) return true;
  const index = op.kind === "bound" ? op.args[0] : isAccess(op) && place === 0 ? op.args[1] : undefined;
  const i = constantOf(index);
  return i !== undefined && i >= 0 && i < n;
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

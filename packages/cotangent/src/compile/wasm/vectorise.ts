/** Which loops may be carried out two iterations at a time, and how. */
import { isOp } from "../plan.ts";
import type { Plan } from "../plan.ts";
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { affine, isInside, keyOf } from "./affine.ts";
import type { Affine } from "./affine.ts";

/** An access to memory in a loop. */
interface Access {
  readonly op: OpOf<"load"> | OpOf<"store"> | OpOf<"accumulate"> | OpOf<"tape.load"> | OpOf<"tape.store">;
  readonly index: Affine;
}

/** How a loop is carried out two iterations at a time. */
export interface VectorLoop {
  /** The operations, in an order that may differ from the program's where that makes no difference. */
  readonly ops: readonly Op[];
  readonly accesses: ReadonlyMap<Op, Access>;
  /** The carries, each a sum: what is added to each (or taken from it). */
  readonly sums: readonly { readonly term: Value; readonly negative: boolean; readonly op: Op }[];
  /** Sums that live in memory: accumulated at an index that does not change. */
  readonly memorySums: ReadonlySet<Op>;
  /**
   * Pairs a[i + 1] += x, a[i] += y by the second: what the first adds is kept until the next two iterations reach its element,
   * because storing two elements and loading two that overlap them makes a processor wait.
   */
  readonly handedOn: ReadonlyMap<Op, Op>;
  /** Checks that must succeed beforehand for all iterations; else the loop is carried out one by one. */
  readonly bounds: readonly { readonly index: Affine; readonly array: Value }[];
}

/**
 * @param reorder whether sums may be added up in another order
 * @param alone whether a parameter overlaps no other array
 */
export function vectorLoop(
  loop: OpOf<"for">,
  plan: Plan,
  hasVector: (primitive: string) => boolean,
  reorder: boolean,
  alone: (parameter: Value) => boolean,
): VectorLoop | undefined {
  const overlap = (a: Value, b: Value): boolean => mayOverlap(a, b, alone);
  const [region] = loop.regions as [Region];
  if (loop.attr.step !== 1) return undefined;
  const accesses = new Map<Op, Access>();
  const bounds: { index: Affine; array: Value }[] = [];
  const memorySums = new Set<Op>();
  for (const op of region.ops) {
    switch (op.kind) {
      case "load":
      case "store":
      case "accumulate":
      case "tape.load":
      case "tape.store": {
        const [a, i, x] = op.args as [Value, Value, Value?];
        const element = op.kind === "load" || op.kind === "tape.load" ? op.results[0]! : x!;
        const index = isInside(a, region) ? undefined : affine(i, region);
        if (index === undefined || element.ty !== "f64") return undefined;
        const isLoad = op.kind === "load" || op.kind === "tape.load";
        if (op.kind === "accumulate" && index.slope === 0) {
          if (!reorder) return undefined;
          memorySums.add(op);
        } else if (isLoad ? index.slope < 0 || index.slope > 64 : index.slope !== 1) return undefined;
        accesses.set(op, { op, index });
        break;
      }
      case "bound": {
        const [i, array] = op.args as [Value, Value];
        const index = affine(i, region);
        if (index === undefined || isInside(array, region) || index.slope < 0) return undefined;
        bounds.push({ index, array });
        break;
      }
      case "primitive":
        if (!hasVector(op.attr.id)) return undefined;
        break;
      case "f64.fromI32":
        if (affine(op.args[0]!, region) === undefined) return undefined;
        break;
      case "constant":
      case "f64.eq":
      case "f64.ne":
      case "f64.lt":
      case "f64.le":
      case "f64.gt":
      case "f64.ge":
        break;
      case "select":
        if (op.results[0]!.ty !== "f64" || !isMask(op.args[0]!, region)) return undefined;
        break;
      case "i32.and":
      case "i32.or":
      case "i32.not":
        if (!isMask(op.results[0]!, region)) return undefined;
        break;
      case "i32.add":
      case "i32.sub":
      case "i32.mul":
      case "i32.shl":
        if (affine(op.results[0]!, region) === undefined) return undefined;
        break;
      default:
        return undefined;
    }
  }
  const sums = sumsOf(region, plan, reorder);
  if (sums === undefined) return undefined;
  const shared = { accesses, sums, memorySums, bounds };
  if (isLegal(region.ops, accesses, memorySums, overlap)) {
    return { ops: region.ops, handedOn: neighbours(region.ops, accesses, overlap), ...shared };
  }
  // a[i] += x; a[i + 1] += y: adding to the element further on first keeps the order in which each element is added to.
  const late = region.ops.filter((op) => op.kind === "accumulate");
  const constant = (op: Op): number => accesses.get(op)!.index.constant;
  late.sort((x, y) => constant(y) - constant(x));
  const ops = [...region.ops.filter((op) => op.kind !== "accumulate"), ...late];
  return isReorderable(region.ops, accesses, overlap) && isLegal(ops, accesses, memorySums, overlap)
    ? { ops, handedOn: neighbours(ops, accesses, overlap), ...shared }
    : undefined;
}

/** Whether v is a condition that each lane has for itself. */
function isMask(v: Value, region: Region): boolean {
  if (!isOp(v.def) || !isInside(v, region)) return false;
  const { kind, args } = v.def;
  if (kind === "i32.and" || kind === "i32.or" || kind === "i32.not")
    return args.every((x) => isMask(x, region));
  return kind.startsWith("f64.") && /eq|ne|lt|le|gt|ge/.test(kind.slice(4)) && kind.length === 6;
}

/** The carries as sums: each goes into one addition (or is what something is subtracted from), whose result is the next one. */
function sumsOf(region: Region, plan: Plan, reorder: boolean): VectorLoop["sums"] | undefined {
  const sums: { term: Value; negative: boolean; op: Op }[] = [];
  for (const [k, next] of region.yields.entries()) {
    const carry = region.args[k + 1]!;
    if (!reorder || carry.ty !== "f64" || plan.uses[carry.id] !== 1) return undefined;
    // Yields count twice: the new sum may be used for nothing else.
    if (!isOp(next.def) || next.def.kind !== "primitive" || plan.uses[next.id] !== 2) return undefined;
    const [x, y] = next.def.args as [Value, Value];
    const { id } = next.def.attr;
    if (id === "add" && (x === carry || y === carry))
      sums.push({ term: x === carry ? y : x, negative: false, op: next.def });
    else if (id === "sub" && x === carry) sums.push({ term: y, negative: true, op: next.def });
    else return undefined;
  }
  return sums;
}

/** What an array is a part of: arrays of different origins do not overlap. Undefined: not known. */
function origin(a: Value): Value | undefined {
  let v = a;
  while (isOp(v.def) && v.def.kind === "subarray") v = v.def.args[0]!;
  if (isOp(v.def))
    return v.def.kind === "allocate" || v.def.kind === "data" || v.def.kind === "tape.allocate"
      ? v
      : undefined;
  return v.def.parent === null ? v : undefined;
}

/** Parameters may overlap each other unless one is alone; what was allocated here overlaps nothing else. */
function mayOverlap(a: Value, b: Value, alone: (parameter: Value) => boolean): boolean {
  const [x, y] = [origin(a), origin(b)];
  if (a.ty !== b.ty) return false;
  if (x === undefined || y === undefined || x === y) return true;
  return !isOp(x.def) && !isOp(y.def) && !alone(x) && !alone(y);
}
type Overlap = (a: Value, b: Value) => boolean;

const writes = (op: Op): boolean =>
  op.kind === "store" || op.kind === "accumulate" || op.kind === "tape.store";

/** Two operations on memory in this order, each on both iterations at once: is the effect that of one iteration after the other? */
function inOrder(first: Access, second: Access, memorySums: ReadonlySet<Op>, overlap: Overlap): boolean {
  if (!writes(first.op) && !writes(second.op)) return true;
  const [a, b] = [first.op.args[0]!, second.op.args[0]!];
  const bothSums = memorySums.has(first.op) && memorySums.has(second.op);
  if (bothSums) return true;
  if (a !== b) return !overlap(a, b);
  if (
    "slot" in (first.op.attr ?? {}) &&
    (first.op.attr as { slot: number }).slot !== (second.op.attr as { slot: number }).slot
  ) {
    return true;
  }
  // The second, an iteration earlier, must not meet the first.
  if (first.index.slope !== 1 || keyOf(first.index) !== keyOf(second.index)) return false;
  return second.index.constant !== first.index.constant + 1;
}

function isLegal(
  ops: readonly Op[],
  accesses: ReadonlyMap<Op, Access>,
  memorySums: ReadonlySet<Op>,
  overlap: Overlap,
): boolean {
  const list = ops.flatMap((op) => accesses.get(op) ?? []);
  return list.every((second, k) =>
    list.slice(0, k).every((first) => inOrder(first, second, memorySums, overlap)),
  );
}

/** Arrays that a loop accesses by two operations only: adding to an element, and then to the one before it. */
function neighbours(
  ops: readonly Op[],
  accesses: ReadonlyMap<Op, Access>,
  overlap: Overlap,
): ReadonlyMap<Op, Op> {
  const list = ops.flatMap((op) => accesses.get(op) ?? []);
  const found = new Map<Op, Op>();
  for (const [k, first] of list.entries()) {
    const array = first.op.args[0]!;
    const others = list.filter((other) => other !== first && overlap(other.op.args[0]!, array));
    const [second] = others;
    if (first.op.kind !== "accumulate" || second?.op.kind !== "accumulate" || others.length > 1) continue;
    if (second.op.args[0] !== array || list.indexOf(second) < k || first.index.slope !== 1) continue;
    if (keyOf(first.index) !== keyOf(second.index)) continue;
    if (first.index.constant === second.index.constant + 1) found.set(second.op, first.op);
  }
  return found;
}

/** Whether what is accumulated is neither read nor stored otherwise in the loop, so that it may be accumulated at the end. */
function isReorderable(ops: readonly Op[], accesses: ReadonlyMap<Op, Access>, overlap: Overlap): boolean {
  const list = ops.flatMap((op) => accesses.get(op) ?? []);
  return list.every(
    ({ op }) =>
      op.kind !== "accumulate" ||
      list.every((other) => other.op.kind === "accumulate" || !overlap(other.op.args[0]!, op.args[0]!)),
  );
}

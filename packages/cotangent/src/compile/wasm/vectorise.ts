/** Which loops may be carried out two iterations at a time, and how. */
import type { Plan } from "../plan.ts";
import { isOp } from "../../program/ir.ts";
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { affine, isInside, keyOf } from "./affine.ts";
import type { Affine } from "./affine.ts";
import type { Overlap } from "./origins.ts";

/** An access to memory in a loop. */
export interface Access {
  readonly op: OpOf<"load"> | OpOf<"store"> | OpOf<"accumulate"> | OpOf<"tape.load"> | OpOf<"tape.store">;
  readonly index: Affine;
}

/** How a loop is carried out two iterations at a time. */
export interface VectorLoop {
  readonly accesses: ReadonlyMap<Op, Access>;
  /** What each carry gathers. */
  readonly reductions: readonly Reduction[];
  /** Sums that live in memory: accumulated at an index that does not change. */
  readonly memorySums: ReadonlySet<Op>;
  /** By each of its operations. */
  readonly windows: ReadonlyMap<Op, Window>;
  /** Checks that must succeed beforehand for all iterations; else the loop is carried out one by one. */
  readonly bounds: readonly { readonly index: Affine; readonly array: Value }[];
  /** What only the addresses can tell beforehand; else the loop is carried out one by one. */
  readonly guards: readonly Guard[];
}

/**
 * Accumulations to elements close to each other, as a[i + 1] += x; a[i] += y; a[i - 1] += z: carried out together, in place of the last of
 * them. In memory, two elements are added to, those that lie furthest behind; what belongs to those further on is kept until the next
 * iterations reach them, because storing two elements and loading two that overlap them makes a processor wait.
 */
export interface Window {
  /** In the order in which an element that has been reached is added to. */
  readonly accesses: readonly Access[];
  /** The constant of the index furthest behind. */
  readonly least: number;
}

/** More would not stay in registers. */
const WIDEST = 6;

/** A carry that gathers one term per iteration. */
interface Reduction {
  readonly op: Op;
  readonly term: Value;
  readonly by: "add" | "sub";
}

/**
 * Two accesses in their order: the second must not lie one element behind the first (`neighbour`), or the two must not have an
 * element in common in the whole loop (`apart`).
 */
export interface Guard {
  readonly first: Access;
  readonly second: Access;
  readonly kind: "neighbour" | "apart";
}

/** A loop with more guards than this is not worth it. */
export const MOST_GUARDS = 64;

/**
 * Loops that count down are carried out upwards: then no iteration may have to do with another.
 *
 * @param reorder whether sums may be added up in another order
 * @param overlap whether two arrays may share memory
 */
export function vectorLoop(
  loop: OpOf<"for">,
  plan: Plan,
  hasVector: (primitive: string) => boolean,
  reorder: boolean,
  overlap: Overlap,
): VectorLoop | undefined {
  const [region] = loop.regions as [Region];
  if (Math.abs(loop.attr.step) !== 1) return undefined;
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
        if (op.results[0]!.ty !== "f64" || (isInside(op.args[0]!, region) && !isMask(op.args[0]!, region)))
          return undefined;
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
  const reductions = reductionsOf(region, plan, reorder);
  if (reductions === undefined) return undefined;
  const order = new Order(accesses, memorySums, overlap, loop.attr.step < 0, reorder);
  const guards = order.guards(region.ops);
  if (guards === undefined || guards.length > MOST_GUARDS) return undefined;
  const windows = windowsOf(accesses, guards, overlap, reorder);
  return { windows, guards, accesses, reductions, memorySums, bounds };
}

/** Whether v is a condition, 0 or 1, that each lane has for itself, or that is the same for all. */
function isMask(v: Value, region: Region): boolean {
  if (!isOp(v.def)) return false;
  const { kind, args } = v.def;
  if (!isInside(v, region)) return /\.(eq|ne|lt|le|gt|ge|not)$/.test(kind);
  if (kind === "i32.and" || kind === "i32.or" || kind === "i32.not")
    return args.every((x) => isMask(x, region));
  return kind.startsWith("f64.") && /eq|ne|lt|le|gt|ge/.test(kind.slice(4)) && kind.length === 6;
}

/**
 * What the carries gather: each goes into one sum (or is what something is subtracted from), the next carry. Maxima would be
 * allowed, too, but two lanes of them take engines longer than one after the other.
 */
function reductionsOf(region: Region, plan: Plan, reorder: boolean): readonly Reduction[] | undefined {
  const reductions: Reduction[] = [];
  for (const [k, next] of region.yields.entries()) {
    const carry = region.args[k + 1]!;
    if (!reorder || carry.ty !== "f64" || plan.uses[carry.id] !== 1) return undefined;
    // Yields count twice: the new value may be used for nothing else.
    if (!isOp(next.def) || next.def.kind !== "primitive" || plan.uses[next.id] !== 2) return undefined;
    const [x, y] = next.def.args as [Value, Value];
    const { id } = next.def.attr;
    if (id !== "add" && id !== "sub") return undefined;
    if (x !== carry && (y !== carry || id === "sub")) return undefined;
    reductions.push({ op: next.def, term: x === carry ? y : x, by: id });
  }
  return reductions;
}

const writes = (op: Op): boolean =>
  op.kind === "store" || op.kind === "accumulate" || op.kind === "tape.store";

/** Whether operations on memory may be carried out on two iterations at once, each one after the other. */
class Order {
  readonly #accesses: ReadonlyMap<Op, Access>;
  readonly #memorySums: ReadonlySet<Op>;
  readonly #overlap: Overlap;
  /** Whether the iterations are carried out from the last to the first. */
  readonly #turned: boolean;
  readonly #reorder: boolean;

  constructor(
    accesses: ReadonlyMap<Op, Access>,
    memorySums: ReadonlySet<Op>,
    overlap: Overlap,
    turned: boolean,
    reorder: boolean,
  ) {
    this.#accesses = accesses;
    this.#memorySums = memorySums;
    this.#overlap = overlap;
    this.#turned = turned;
    this.#reorder = reorder;
  }

  /** What has to hold for the operations in this order; undefined if that would not be enough. */
  guards(ops: readonly Op[]): Guard[] | undefined {
    const list = ops.flatMap((op) => this.#accesses.get(op) ?? []);
    const guards: Guard[] = [];
    for (const [k, second] of list.entries()) {
      for (const first of list.slice(0, k)) {
        const kind = this.#between(first, second);
        if (kind === "never") return undefined;
        if (kind !== "always") guards.push({ first, second, kind });
      }
    }
    return guards;
  }

  #between(first: Access, second: Access): Guard["kind"] | "always" | "never" {
    if (!writes(first.op) && !writes(second.op)) return "always";
    const [a, b] = [first.op.args[0]!, second.op.args[0]!];
    if (!this.#overlap(a, b)) return "always";
    if (isTapeAccess(first.op) && isTapeAccess(second.op) && first.op.attr.slot !== second.op.attr.slot)
      return "always";
    if (this.#memorySums.has(first.op) && this.#memorySums.has(second.op)) return "always";
    const adding = first.op.kind === "accumulate" && second.op.kind === "accumulate";
    if (adding && this.#reorder) return "always";
    const { slope } = first.index;
    if (a === b && keyOf(first.index) === keyOf(second.index)) {
      const distance = second.index.constant - first.index.constant;
      if (slope === 0) return "never";
      if (this.#turned) return distance === 0 ? "always" : "never";
      // The second, an iteration earlier, must not meet the first.
      return distance === slope ? "never" : "always";
    }
    return !this.#turned && slope === 1 && second.index.slope === 1 ? "neighbour" : "apart";
  }
}

export const isTapeAccess = (op: Op): op is OpOf<"tape.load"> | OpOf<"tape.store"> =>
  op.kind === "tape.load" || op.kind === "tape.store";

function windowsOf(
  accesses: ReadonlyMap<Op, Access>,
  guards: readonly Guard[],
  overlap: Overlap,
  reorder: boolean,
): ReadonlyMap<Op, Window> {
  const list = [...accesses.values()];
  const found = new Map<Op, Window>();
  for (const { op, index } of list) {
    if (op.kind !== "accumulate" || index.slope !== 1 || found.has(op)) continue;
    const [array] = op.args;
    const isGuarded = (other: Access): boolean =>
      guards.some(
        ({ first, second, kind }) =>
          kind === "apart" &&
          ((first === other && second.op === op) || (first.op === op && second === other)),
      );
    const others = list.filter((other) => overlap(other.op.args[0]!, array!) && !isGuarded(other));
    if (others.some((other) => other.op.kind !== "accumulate")) continue;
    const window = others.filter(
      (other) => other.op.args[0] === array && keyOf(other.index) === keyOf(index),
    );
    const constants = window.map((access) => access.index.constant);
    const [least, most] = [Math.min(...constants), Math.max(...constants)];
    // The order in which each element is added to is kept where it is that to the next, and then that to its own.
    const isInOrder = others.length === 2 && constants.length === 2 && constants[0] === constants[1]! + 1;
    if (most > least && most - least <= WIDEST && (reorder || isInOrder))
      window.forEach((access) => found.set(access.op, { accesses: window, least }));
  }
  return found;
}

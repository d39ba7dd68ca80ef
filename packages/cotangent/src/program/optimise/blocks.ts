/**
 * Blocks that a function allocates, and what is done to them. Most are the function's own: no other function, tape or branch gets
 * hold of them, so that all reads and writes are seen here. What is written for nobody to read need not be written.
 */
import type { Func, Op, OpOf, Region, Value } from "../ir.ts";
import { constantOf, definedBy, rootOf } from "./analysis.ts";
import { affine } from "./memory.ts";

/** Something done to a block. */
interface Touch {
  /** Its place in the program. */
  readonly at: number;
  readonly region: Region;
  /** Undefined where the region yields the handle. */
  readonly op: Op | undefined;
  /** The handle. */
  readonly array: Value;
  /** Which element; undefined where it may be any. */
  readonly index: Value | undefined;
  readonly reads: boolean;
}

/** A block, and all that is done to it, in the order of the program. */
export interface Block {
  readonly allocation: OpOf<"allocate">;
  readonly touches: Touch[];
  isOwn: boolean;
}

/** Of a block to which more is done, nothing is said. */
const MOST_TOUCHES = 100;

/** What a function does to the blocks that it allocates. */
export class Blocks {
  /** By the handle that the allocation gives. */
  readonly #blocks = new Map<Value, Block>();
  /** Where loops and branches begin and end. */
  readonly #spans = new Map<Op, readonly [first: number, last: number]>();
  #dead: ReadonlySet<Op> | undefined;

  constructor({ body }: Func) {
    let at = 0;
    const touch = (
      region: Region,
      op: Op | undefined,
      array: Value,
      reads: boolean,
      index?: Value,
    ): Block | undefined => {
      const block = this.#blocks.get(rootOf(array));
      block?.touches.push({ at, region, op, array, index: begins(array) ? index : undefined, reads });
      return block;
    };
    const give = (region: Region, op: Op | undefined, v: Value): void => {
      const block = v.ty === "array" ? touch(region, op, v, true) : undefined;
      if (block !== undefined) block.isOwn = false;
    };
    const visit = (region: Region): void => {
      for (const op of region.ops) {
        const first = ++at;
        const [x, y] = op.args as [Value, Value];
        switch (op.kind) {
          case "allocate":
            this.#blocks.set(op.results[0]!, { allocation: op, touches: [], isOwn: true });
            break;
          case "load":
          case "accumulate":
            touch(region, op, x, true, y);
            break;
          case "store":
            touch(region, op, x, false, y);
            break;
          case "copy":
            touch(region, op, y, true);
            touch(region, op, x, false);
            break;
          case "fill":
            touch(region, op, x, false);
            break;
          case "length":
          case "bound":
          case "subarray":
            break;
          default:
            for (const v of op.args) give(region, op, v);
        }
        op.regions.forEach(visit);
        if (op.regions.length > 0) this.#spans.set(op, [first, at]);
      }
      ++at;
      for (const v of region.yields) give(region, undefined, v);
    };
    visit(body);
  }

  /** Whether the array of this allocation is the function's own. */
  isOwn(array: Value): boolean {
    return this.own(array) !== undefined;
  }

  /** The block of an allocation, if it is the function's own and all is known that is done to it. */
  own(root: Value): Block | undefined {
    const block = this.#blocks.get(root);
    return block?.isOwn === true && block.touches.length <= MOST_TOUCHES ? block : undefined;
  }

  /**
   * If an iteration of a loop uses one element of a block at most, and no other iteration that element: by which handle, and how
   * far it is from the loop's index.
   */
  elementIn(loop: OpOf<"for">, root: Value): { readonly array: Value; readonly offset: number } | undefined {
    const [begin, end] = this.#spans.get(loop)!;
    const inside = this.own(root)?.touches.filter(({ at }) => begin < at && at <= end);
    const first = inside?.[0];
    if (first?.index === undefined) return undefined;
    const [base, offset] = affine(first.index);
    const isSame = ({ array, index }: Touch): boolean => {
      const [its, distance] = index === undefined ? [undefined, 0] : affine(index);
      return array === first.array && its === base && distance === offset;
    };
    return base === loop.regions[0]!.args[0] && inside!.every(isSame)
      ? { array: first.array, offset }
      : undefined;
  }

  /** Whether all of a block is written before any of it is read: from when it is allocated, or filled. */
  isOverwritten(op: OpOf<"allocate" | "fill">): boolean {
    const isNew = op.kind === "allocate";
    const root = rootOf(isNew ? op.results[0]! : op.args[0]!);
    const block = isNew ? this.#blocks.get(root) : this.own(root);
    if (block === undefined || block.touches.length > MOST_TOUCHES) return false;
    const { touches } = block;
    if (isNew) return this.#writtenFirst(op.parent, block, touches);
    const from = touches.findIndex((t) => t.op === op) + 1;
    // In a loop, what comes before comes after as well.
    const isRepeated = op.parent !== this.#homeOf(block) && touches.slice(0, from).some((t) => t.reads);
    return this.#writtenFirst(op.parent, block, touches.slice(from), isRepeated);
  }

  /** The innermost region of which each round might as well have a block of its own. */
  #homeOf(block: Block): Region {
    const { allocation, touches } = block;
    for (let home = allocation.parent; ;) {
      const [loop, ...others] = new Set(touches.map((t) => childOf(home, t)));
      if (loop?.kind !== "for" || others.length > 0) return home;
      const [body] = loop.regions as [Region];
      if (!this.#writtenFirst(body, block, touches)) return home;
      home = body;
    }
  }

  /** Whether a region writes the whole block before it reads; `certainly`: and does not leave it as it was. */
  #writtenFirst(
    region: Region,
    block: Block,
    touches: readonly Touch[],
    certainly: boolean = false,
  ): boolean {
    const [first] = touches;
    if (first === undefined) return !certainly;
    const child = childOf(region, first);
    // It is yielded here, or used further out.
    if (child === undefined) return false;
    const n = block.allocation.args[0]!;
    if (child === first.op && child.kind === "fill") return isWhole(child.args[0]!, n);
    const inside = touches.filter((t) => childOf(region, t) === child);
    if (writesFirst(child, inside, n)) {
      const rest = touches.slice(inside.length);
      const loop = rest[0] && childOf(region, rest[0]);
      return (
        loop?.kind === "for" &&
        writesEach(
          loop,
          rest.filter((t) => childOf(region, t) === loop),
          n,
          1,
        )
      );
    }
    if (child.kind !== "for") return false;
    const [body] = child.regions as [Region];
    if (!certainly && inside.length === touches.length && this.#writtenFirst(body, block, inside))
      return true;
    return writesEach(child, inside, n, 0);
  }

  /** Stores to the function's own blocks, and fills of them, that nothing reads from before they are overwritten or gone. */
  get dead(): ReadonlySet<Op> {
    if (this.#dead === undefined) {
      const dead = new Set<Op>();
      for (const root of this.#blocks.keys()) {
        const block = this.own(root);
        if (block === undefined) continue;
        const home = this.#homeOf(block);
        block.touches.forEach(({ op }, k) => {
          if (op?.kind === "fill" && this.isOverwritten(op)) dead.add(op);
          if (op?.kind === "store" && this.#isUnread(block, home, k)) dead.add(op);
        });
      }
      this.#dead = dead;
    }
    return this.#dead;
  }

  /** Whether nobody reads what a store, one of the touches, writes. */
  #isUnread({ touches }: Block, home: Region, k: number): boolean {
    const { at, region, array, index } = touches[k]!;
    if (index === undefined) return false;
    const next = touches.slice(k + 1).find((t) => t.reads || t.op?.kind === "store");
    if (next?.reads === false && next.region === region && next.array === array && next.index === index)
      return true;
    const loops: Op[] = [];
    for (let r = region; r !== home; r = r.parent!.parent) if (r.parent!.kind !== "if") loops.push(r.parent!);
    const [base, offset] = affine(index);
    return touches.every((t) => {
      if (!t.reads) return true;
      const [its, distance] = t.index === undefined ? [undefined, 0] : affine(t.index);
      // Not later in the same round of all loops around both, nor in another round of one of them.
      return (
        (t.at < at || (its === base && distance !== offset)) &&
        loops.every((loop) => {
          const [begin, end] = this.#spans.get(loop)!;
          const isIndex = loop.kind === "for" && base === loop.regions[0]!.args[0];
          return t.at < begin || t.at > end || (isIndex && its === base && distance === offset);
        })
      );
    });
  }
}

/** Whether an array begins where its block does. */
export function begins(array: Value): boolean {
  const view = definedBy(array, "subarray");
  return view === undefined || (constantOf(view.args[1]) === 0 && begins(view.args[0]!));
}

/** The operation of a region that a touch is part of, if it is. */
function childOf(region: Region, { region: from, op }: Touch): Op | undefined {
  if (from === region) return op;
  for (let o = from.parent; o !== null; o = o.parent.parent) if (o.parent === region) return o;
  return undefined;
}

/** Whether `to` is n + beyond. Of n or 0, whichever it is: where it is 0, there is nothing to be written. */
function isPast(to: Value, n: Value, beyond: number): boolean {
  const either = definedBy(n, "select");
  const [base, offset] = affine(constantOf(either?.args[2]) === 0 ? either!.args[1]! : n);
  const [its, distance] = affine(to);
  return its === base && distance === offset + beyond;
}

/** Whether a handle of a block of n elements is for all of them. */
function isWhole(array: Value, n: Value): boolean {
  const view = definedBy(array, "subarray");
  return view === undefined || (begins(array) && isPast(view.args[2]!, n, 0));
}

/** Whether a loop goes once through from ... n - 1. */
function goesThrough({ args, attr: { step } }: OpOf<"for">, n: Value, from: number): boolean {
  const [lo, hi] = args as [Value, Value];
  return (
    (step === 1 && constantOf(lo) === from && isPast(hi, n, 0)) ||
    (step === -1 && isPast(lo, n, -1) && constantOf(hi) === from - 1)
  );
}

/** Whether a loop writes each element from ... n - 1 of a block before it reads it. */
function writesEach(loop: OpOf<"for">, inside: readonly Touch[], n: Value, from: number): boolean {
  const [body] = loop.regions as [Region];
  const [first] = inside;
  return (
    goesThrough(loop, n, from) &&
    first?.op?.kind === "store" &&
    first.region === body &&
    inside.every((t) => t.index === body.args[0])
  );
}

/** Whether an operation writes the first element of a block of n before it reads it, if there is any: the first iteration of a loop, apart. */
function writesFirst(op: Op, inside: readonly Touch[], n: Value): boolean {
  const [first] = inside;
  if (first?.op?.kind !== "store" || !inside.every((t) => constantOf(t.index) === 0)) return false;
  if (op === first.op) return true;
  const runs = op.kind === "if" ? definedBy(op.args[0], "i32.lt") : undefined;
  const [zero, length] = runs?.args ?? [];
  return first.region === op.regions[0] && constantOf(zero) === 0 && isPast(length!, n, 0);
}

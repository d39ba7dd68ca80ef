/**
 * Work space that every iteration of a loop writes before it reads: whoever wrote the function allocated it once, outside,
 * but each iteration might as well have a block of its own. For the way back that makes all the difference, because then
 * nothing flows from one iteration to the next, and nothing is overwritten.
 */
import type { Op, OpOf, Program, Region, Value } from "../program/ir.ts";
import { usesIn } from "./uses.ts";
import type { Uses } from "./uses.ts";

/** By region: allocations from further out that can be done at its start as well, for all uses inside. */
export type Moves = ReadonlyMap<Region, readonly OpOf<"allocate">[]>;

export function privateSpace(program: Program): Moves {
  const moves = new Map<Region, OpOf<"allocate">[]>();
  for (const f of program.functions) {
    if (!f.body.ops.some((op) => op.regions.length > 0)) continue;
    const uses = usesIn(f.body);
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        op.regions.forEach(walk);
        if (op.kind !== "allocate") continue;
        const target = new Space(op, uses).target();
        if (target === undefined) continue;
        const moved = moves.get(target);
        if (moved === undefined) moves.set(target, [op]);
        else moved.push(op);
      }
    };
    walk(f.body);
  }
  return moves;
}

const PLAIN: ReadonlySet<string> = new Set([
  "load",
  "store",
  "accumulate",
  "fill",
  "copy",
  "length",
  "bound",
]);

/** One allocation, and everything that uses its block. */
class Space {
  readonly #allocation: OpOf<"allocate">;
  readonly #array: Value;
  readonly #uses: Uses;

  constructor(allocation: OpOf<"allocate">, uses: Uses) {
    this.#allocation = allocation;
    this.#array = allocation.results[0]!;
    this.#uses = uses;
  }

  /** The innermost body of a loop to which the allocation can be moved. */
  target(): Region | undefined {
    const uses: Op[] = [];
    if (!this.#collect(this.#array, uses)) return undefined;
    let target: Region | undefined;
    for (let region = this.#allocation.parent; ;) {
      const [user, ...others] = this.#accesses(region, uses);
      if (user === undefined || others.length > 0) return target;
      if ((user.kind !== "for" && user.kind !== "while") || user.attr.checkpoint === true) return target;
      const body = user.regions.at(-1)!;
      if (this.#accesses(user.regions[0]!, uses).length > 0 && user.kind === "while") return target;
      if (!this.#written(body, uses)) return target;
      target = region = body;
    }
  }

  /** All operations on the block but those that only ask how long it is; false where its handle goes further than this can follow. */
  #collect(array: Value, uses: Op[]): boolean {
    return (this.#uses.get(array) ?? []).every((by) => {
      if (!("kind" in by)) return false;
      if (by.kind !== "length" && by.kind !== "bound") uses.push(by);
      return by.kind === "subarray" ? this.#collect(by.results[0]!, uses) : PLAIN.has(by.kind);
    });
  }

  /** The operations of a region that use the block, themselves or inside. */
  #accesses(region: Region, uses: readonly Op[]): Op[] {
    const found = new Set<Op>();
    for (const use of uses) {
      for (let op: Op | null = use; op !== null; op = op.parent.parent)
        if (op.parent === region) found.add(op);
    }
    return region.ops.filter((op) => found.has(op));
  }

  /** Whether a region writes all of the block before it reads any of it. */
  #written(region: Region, uses: readonly Op[]): boolean {
    const [first, ...others] = this.#accesses(region, uses);
    if (first === undefined) return true;
    if (first.kind === "fill") return first.args[0] === this.#array;
    if (first.kind !== "for") return false;
    const [body] = first.regions as [Region];
    if (others.length === 0 && this.#written(body, uses)) return true;
    return this.#coversAll(first, body, uses);
  }

  /** `for (i = 0; i < n; i++) { ...; a[i] = x; ... }`, where n is the length, and nothing is read before the store. */
  #coversAll(loop: OpOf<"for">, body: Region, uses: readonly Op[]): boolean {
    const [lo, hi] = loop.args as [Value, Value];
    const whole = this.#sameNumber(hi, this.#allocation.args[0]!) || this.#isLength(hi);
    if (loop.attr.step !== 1 || constant(lo) !== 0 || !whole) return false;
    const [store] = this.#accesses(body, uses);
    return (
      store !== undefined &&
      store.kind === "store" &&
      store.args[0] === this.#array &&
      store.args[1] === body.args[0] &&
      // What comes after the store reads what is there: this element, or one before it.
      this.#accesses(body, uses).every((op) => op === store || this.#readsOnly(op, body.args[0]!))
    );
  }

  #readsOnly(op: Op, i: Value): boolean {
    return op.args[0] === this.#array && op.args[1] === i && (op.kind === "load" || op.kind === "accumulate");
  }

  #sameNumber(x: Value, y: Value): boolean {
    if (x === y) return true;
    const n = constant(x);
    if (n !== undefined && n === constant(y)) return true;
    // The same length, asked for twice: lengths never change.
    const [dx, dy] = [x.def, y.def];
    return (
      "kind" in dx &&
      "kind" in dy &&
      dx.kind === "length" &&
      dy.kind === "length" &&
      dx.args[0] === dy.args[0]
    );
  }

  #isLength(v: Value): boolean {
    return "kind" in v.def && v.def.kind === "length" && v.def.args[0] === this.#array;
  }
}

const constant = (v: Value): number | undefined =>
  "kind" in v.def && v.def.kind === "constant" ? v.def.attr : undefined;

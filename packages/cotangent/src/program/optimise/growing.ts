/**
 * Blocks that are replaced by larger ones where they are full, as the blocks of lists are that something is pushed to. Where it is known
 * before a loop how much room will be wanted in it, the block is allocated once: what goes round is no handle any more, nothing is
 * copied, and adjoints lie in one block as well.
 */
import { add, max, min, mul } from "../../primitives/index.ts";
import { kinds } from "../ir.ts";
import type { Op, OpOf, Region, Value } from "../ir.ts";
import { constantOf, definedBy, rootOf } from "./analysis.ts";
import type { Folder } from "./folder.ts";
import { ANY } from "./ranges.ts";

/** A carry of a loop that only ever holds one list's block. */
interface Growing {
  readonly place: number;
  /** The branches that replace the block if it is full. */
  readonly sites: readonly OpOf<"if">[];
  /** How many elements are wanted, for each of them. */
  readonly rooms: readonly Value[];
  /** The carries by which it goes through loops inside. */
  readonly carries: readonly Value[];
}

/** The carries of a loop that hold blocks of lists which nobody knows by another name. */
function growingCarries(loop: OpOf<"for">): readonly Growing[] {
  const [body] = loop.regions as [Region];
  return body.yields.flatMap((v, place): Growing[] => {
    if (v.ty !== "array" || definedBy(loop.args[place + 2], "allocate")?.parent !== loop.parent) return [];
    const found = new Flow(loop, place);
    const { sites, rooms, carries } = found;
    return sites.length > 0 && found.isAll() ? [{ place, sites, rooms, carries }] : [];
  });
}

/** A branch that replaces a block if it has no room for so many elements. */
interface Site {
  readonly op: OpOf<"if">;
  readonly array: Value;
  readonly room: Value;
}

/** What goes round by a carry, from its first value to what is yielded. */
class Flow {
  readonly sites: OpOf<"if">[] = [];
  readonly rooms: Value[] = [];
  readonly carries: Value[] = [];
  readonly #loop: OpOf<"for">;
  readonly #init: Value;
  /** What may be done to a handle in the end, by whom it is replaced. */
  readonly #replaced = new Map<Value, Op | Region>();
  readonly #handles: Set<Value>;
  #isComplete: boolean;

  constructor(loop: OpOf<"for">, place: number) {
    this.#loop = loop;
    this.#init = loop.args[place + 2]!;
    this.#isComplete = this.#through(loop, place);
    this.#handles = new Set(this.#replaced.keys());
  }

  /** Follows a handle back, from what a loop yields to what it was when the iteration began. */
  #through(loop: OpOf<"for">, place: number): boolean {
    const [body] = loop.regions as [Region];
    const carry = body.args[place + 1]!;
    this.carries.push(carry);
    this.#replaced.set(loop.args[place + 2]!, loop);
    let v = body.yields[place]!;
    this.#replaced.set(v, body);
    while (v !== carry) {
      const site = siteOf(v);
      const inner = definedBy(v, "for");
      if (site !== undefined) {
        this.sites.push(site.op);
        this.rooms.push(site.room);
        this.#replaced.set(site.array, site.op);
        v = site.array;
      } else if (inner !== undefined && isInside(inner, body)) {
        if (!this.#through(inner, v.index)) return false;
        v = inner.args[v.index + 2]!;
      } else return false;
      if (v.id < carry.id) return false;
    }
    return true;
  }

  /** Whether there are no other names for the block, and each is used only until it is replaced. */
  isAll(): boolean {
    if (!this.#isComplete) return false;
    const { ops } = this.#loop.parent;
    const gone = new Set<Value>();
    const isEmpty = constantOf(definedBy(this.#init, "allocate")!.args[0]) === 0;
    const isHandle = (v: Value): boolean => v.ty === "array" && this.#handles.has(rootOf(v));
    const visit = (op: Op): boolean => {
      const handles = op.args.filter(isHandle);
      if (handles.some((v) => gone.has(rootOf(v)))) return false;
      for (const v of handles) {
        if (this.#replaced.get(v) === op) gone.add(v);
        else if (!ELEMENTWISE.has(op.kind)) return false;
      }
      const site = op.kind === "if" && op.results.length === 1 && this.sites.includes(op);
      if (site) {
        gone.add(siteOf(op.results[0]!)!.array);
        return true;
      }
      return op.regions.every(
        (region) =>
          region.ops.every(visit) &&
          region.yields.every((v) => !isHandle(v) || (this.#replaced.get(v) === region && !gone.has(v))),
      );
    };
    // Of a block without elements, other names do no harm.
    if (isEmpty) this.#handles.delete(this.#init);
    if (!visit(this.#loop) || (!isEmpty && count(this.#loop.args, this.#init) > 1)) return false;
    const after = ops.slice(ops.indexOf(this.#loop) + 1);
    const names = (op: Op): boolean =>
      op.args.some((v) => v.ty === "array" && rootOf(v) === this.#init) || op.regions.some(namesIn);
    const namesIn = (region: Region): boolean => region.ops.some(names) || region.yields.includes(this.#init);
    return isEmpty || !(after.some(names) || this.#loop.parent.yields.includes(this.#init));
  }
}

/** What may be done to a list by its handle. */
const ELEMENTWISE: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "load",
  "store",
  "accumulate",
  "fill",
  "copy",
  "length",
  "bound",
  "subarray",
]);

const count = (values: readonly Value[], v: Value): number => values.filter((x) => x === v).length;

const isInside = (op: Op, region: Region): boolean => op.parent === region;

/** The branch that v comes of, if all that it does is to replace a full block by a larger one. */
function siteOf(v: Value): Site | undefined {
  const op = definedBy(v, "if");
  if (op?.results.length !== 1) return undefined;
  const [full, fits] = op.regions as [Region, Region];
  const [array] = fits.yields as [Value];
  const [room, length] = definedBy(op.args[0], "i32.gt")?.args ?? [];
  const block = definedBy(full.yields[0], "allocate");
  if (fits.ops.length > 0 || block?.parent !== full || definedBy(length, "length")?.args[0] !== array)
    return undefined;
  const isGrowth = full.ops.every((o) => {
    if (o.kind === "copy") return o.args[0] === block.results[0] && o.args[1] === array;
    return o === block || kinds[o.kind].effect === "pure";
  });
  return isGrowth && full.ops.some((o) => o.kind === "copy") ? { op, array, room: room! } : undefined;
}

/** A loop that is about to be written. */
interface Around {
  readonly loop: OpOf<"for">;
  readonly lo: Value;
  readonly hi: Value;
  /** The first values of the carries. */
  readonly inits: Value[];
  readonly isNeeded: (op: Op) => boolean;
  /** What values from outside the loop have become. */
  readonly renew: (v: Value) => Value;
}

/**
 * Allocates before a loop the blocks that grow in it, as large as they will be, and makes them the first values of their carries.
 * Returns the handles, as they were, that stand for these blocks all the time.
 */
export function allocateOnce(b: Folder, around: Around): readonly Value[] {
  const { loop, lo, hi, inits, isNeeded } = around;
  return growingCarries(loop).flatMap((growing) => {
    const { place, sites, carries } = growing;
    const room = sites.every(isNeeded) ? roomFor(growing, b, around) : undefined;
    if (room === undefined) return [];
    const before = inits[place]!;
    const most = b.select(b.op(loop.attr.step > 0 ? "i32.lt" : "i32.gt", lo, hi), room, b.i32(0));
    const length = b.length(before);
    const isEmpty = constantOf(length) === 0;
    const block = b.allocate(isEmpty ? most : b.op("i32.max", most, length));
    if (!isEmpty) b.copy(block, before);
    inits[place] = block;
    return carries.concat(sites.map((site) => site.results[0]!));
  });
}

/** Writes before a loop how much room is wanted in it at most; undefined if that is not known. */
function roomFor({ rooms }: Growing, b: Folder, around: Around): Value | undefined {
  const small = rooms.map((room) => mostOf(room, inI32(b), around));
  if (small.every((x) => x !== undefined)) return small.reduce((x, y) => b.op("i32.max", x, y));
  const large = rooms.map((room) => mostOf(room, inF64(b), around));
  if (!large.every((x) => x !== undefined)) return undefined;
  const most = large.reduce((x, y) => b.primitive(max, x, y));
  // What is beyond this is refused when it is allocated.
  const fits = b.primitive(max, b.primitive(min, most, b.f64(2 ** 31 - 1)), b.f64(0));
  return b.op("f64.toInt32", fits);

  /** What an integer of the loop's body is at most. */
  function mostOf(v: Value, numbers: Numbers, { loop, renew }: Around): Value | undefined {
    if (v.id < loop.regions[0]!.args[0]!.id) return numbers.outside(renew(v));
    const constant = constantOf(v);
    if (constant !== undefined) return numbers.constant(constant);
    const counted = countedBy(v);
    if (counted !== undefined) {
      const { args, attr } = counted;
      const end = mostOf(args[attr.step > 0 ? 1 : 0]!, numbers, around);
      return end && (attr.step > 0 ? numbers.sum(end, numbers.constant(-1)) : end);
    }
    const op = definedBy(v, "i32.add") ?? definedBy(v, "i32.mul");
    if (op === undefined) return undefined;
    if (op.kind === "i32.mul" && !op.args.every((x) => isNatural(x, b, around))) return undefined;
    const [x, y] = op.args.map((arg) => mostOf(arg, numbers, around));
    return x && y && (op.kind === "i32.add" ? numbers.sum(x, y) : numbers.product(x, y));
  }
}

/** Integers, and what they come to: undefined where that might not be an integer of the kind. */
interface Numbers {
  readonly outside: (v: Value) => Value;
  readonly constant: (n: number) => Value;
  readonly sum: (x: Value, y: Value) => Value | undefined;
  readonly product: (x: Value, y: Value) => Value | undefined;
}

const inI32 = (b: Folder): Numbers => {
  const ifExact = (v: Value): Value | undefined => (b.rangeOf(v) === ANY ? undefined : v);
  return {
    outside: (v) => v,
    constant: (n) => b.i32(n),
    sum: (x, y) => ifExact(b.op("i32.add", x, y)),
    product: (x, y) => ifExact(b.op("i32.mul", x, y)),
  };
};

/** Far beyond 32 bits they stay what they are, or nearly. */
const inF64 = (b: Folder): Numbers => ({
  outside: (v) => b.op("f64.fromI32", v),
  constant: (n) => b.f64(n),
  sum: (x, y) => b.primitive(add, x, y),
  product: (x, y) => b.primitive(mul, x, y),
});

/** Whether an integer of a loop's body is never negative. */
function isNatural(v: Value, b: Folder, around: Around): boolean {
  const { loop, renew } = around;
  if (v.id < loop.regions[0]!.args[0]!.id) return b.rangeOf(renew(v))[0] >= 0;
  const counted = countedBy(v);
  if (counted !== undefined) {
    const { args, attr } = counted;
    return attr.step > 0 ? isNatural(args[0]!, b, around) : (constantOf(args[1]) ?? NaN) >= -1;
  }
  const constant = constantOf(v);
  if (constant !== undefined) return constant >= 0;
  const op = definedBy(v, "i32.add") ?? definedBy(v, "i32.mul");
  return op?.args.every((x) => isNatural(x, b, around)) ?? false;
}

/** The loop of which v is the index. */
const countedBy = ({ def, index }: Value): OpOf<"for"> | undefined =>
  !("kind" in def) && index === 0 && def.parent?.kind === "for" ? def.parent : undefined;

/** Values of a function that is being written anew: what old ones have become, and elements of arrays that live in values. */
import { add, neg, sub } from "../../primitives/index.ts";
import type { Func, Op, OpOf, Value } from "../ir.ts";
import { definedBy } from "./analysis.ts";
import type { Analysis } from "./analysis.ts";
import type { Blocks } from "./blocks.ts";
import type { Folder } from "./folder.ts";
import type { Lists } from "./lists.ts";
import type { Group } from "./memory.ts";
import type { OptimiseOptions } from "./options.ts";
import { loopElements, smallArrays } from "./registers.ts";
import type { Access, SmallArrays } from "./registers.ts";

/** A function to be read, and what is known of it. */
export interface Source {
  readonly func: Func;
  readonly analysis: Analysis;
  readonly blocks: Blocks;
}

export interface RebuildOptions extends OptimiseOptions {
  /** How lists are allocated once where it is known how long they will become: for front ends, whose functions have them. */
  readonly lists?: Lists;
  /** Values known to be i32, those of all rounds; what they become is added. */
  readonly integers: Set<Value>;
}

/** An element kept in a value: the value at present. */
interface Kept {
  readonly get: () => Value;
  readonly set: (v: Value) => void;
}

export abstract class Elements {
  protected readonly b: Folder;
  protected readonly source: Source;
  protected readonly options: RebuildOptions;
  /** Old values' ids to new values. */
  protected readonly map: (Value | undefined)[] = [];
  protected readonly small: SmallArrays;
  /** Old arrays that have been taken apart: the new values of their elements at present. */
  protected readonly apart: Map<Value, readonly Value[]> = new Map();
  /** Old arrays of which single elements are kept in values, by the old index. */
  protected readonly single: Map<Value, Map<Value, Value>> = new Map();
  /** Values known to be i32, those of all rounds. */
  protected readonly integers: Set<Value>;

  constructor(b: Folder, source: Source, options: RebuildOptions) {
    this.b = b;
    this.source = source;
    this.options = options;
    this.integers = options.integers;
    this.small = smallArrays(source.func);
  }

  protected bind(from: readonly Value[], to: readonly Value[]): void {
    from.forEach((v, i) => this.is(v, to[i]));
  }

  /** What is not needed has no new value. */
  protected is(from: Value, to: Value | undefined): void {
    this.map[from.id] = to;
    if (to !== undefined && this.integers.has(from)) {
      this.b.isI32(to);
      this.integers.add(to);
    }
    if (to !== undefined) to.name ??= from.name;
  }

  protected new(v: Value): Value {
    return this.map[v.id]!;
  }

  protected all(values: readonly Value[]): Value[] {
    return values.map((v) => this.map[v.id]!);
  }

  protected isLive(v: Value): boolean {
    return this.source.analysis.live[v.id] === 1;
  }

  /** By the allocation in a loop's body: the block that all iterations share. */
  readonly #shared = new Map<Op, () => Value>();

  /** Blocks of one length, which no iteration leaves to another, are allocated once, before the loop. */
  protected shareBlocks({ attr, regions: [body] }: OpOf<"for">, lo: Value, hi: Value): void {
    const { b, source, options } = this;
    if (options.stage === "primal" || options.readable === true) return;
    for (const op of body!.ops) {
      if (op.kind !== "allocate" || !source.analysis.needed.has(op)) continue;
      const [[array], [n]] = [op.results, op.args] as [[Value], [Value]];
      if (!source.blocks.isOwn(array) || this.small.apart.has(array) || n.id >= body!.args[0]!.id) continue;
      const length = this.new(n);
      // Where the loop does not run, nobody has asked for so much memory.
      const most = b.select(b.op(attr.step > 0 ? "i32.lt" : "i32.gt", lo, hi), length, b.i32(0));
      const block = b.allocate(most);
      b.memory.own(block);
      // Each iteration finds what the one before has left.
      b.memory.forget(b.memory.groupOf(block));
      this.#shared.set(op, () => (most === length ? block : b.subarray(block, b.i32(0), length)));
    }
  }

  /** Allocates an array that is taken apart, or deals with all of it. */
  protected inPieces(op: OpOf<"allocate"> | OpOf<"fill" | "length" | "bound">): boolean {
    const b = this.b;
    if (op.kind === "allocate") {
      const [array] = op.results as [Value];
      const length = this.small.apart.get(array);
      if (length === undefined) return this.#takeShared(op, array);
      const zero = b.f64(0);
      this.apart.set(
        array,
        Array.from({ length }, () => zero),
      );
      return true;
    }
    const array = op.args[op.kind === "bound" ? 1 : 0]!;
    const elements = this.apart.get(array);
    if (elements === undefined) return false;
    if (op.kind === "fill") {
      const x = this.new(op.args[1]!);
      this.apart.set(
        array,
        Array.from(elements, () => x),
      );
    }
    if (op.kind === "length") this.is(op.results[0]!, b.i32(elements.length));
    return true;
  }

  #takeShared(op: OpOf<"allocate">, array: Value): boolean {
    const shared = this.#shared.get(op)?.();
    if (shared === undefined) return false;
    this.is(array, shared);
    if (!this.source.blocks.isOverwritten(op)) this.b.fill(shared, this.b.f64(0));
    return true;
  }

  /** An access to an element that is kept in a value. */
  protected inValues(op: Access): boolean {
    const [array, index, x] = op.args as [Value, Value, Value];
    const elements = this.apart.get(array);
    const single = this.single.get(array);
    const i = definedBy(index, "constant")?.attr ?? -1;
    const before = elements?.[i] ?? single?.get(index);
    if (before === undefined) return false;
    if (op.kind === "load") {
      this.map[op.results[0]!.id] = before;
      return true;
    }
    const after = op.kind === "store" ? this.new(x) : this.b.primitive(add, before, this.new(x));
    if (elements === undefined) single!.set(index, after);
    else this.apart.set(array, replaced(elements, i, after));
    return true;
  }

  /** The values of elements that an operation with regions changes, and how to set them. */
  protected kept(...ops: readonly Op[]): Kept[] {
    const kept: Kept[] = [];
    const { written } = this.source.analysis;
    const roots = new Set<Value>();
    for (const op of ops) for (const root of written.get(op)!.roots) roots.add(root);
    for (const root of roots) {
      this.apart.get(root)?.forEach((_, i) => {
        kept.push({
          get: () => this.apart.get(root)![i]!,
          set: (v) => void this.apart.set(root, replaced(this.apart.get(root)!, i, v)),
        });
      });
    }
    for (const elements of this.single.values()) {
      for (const index of elements.keys()) {
        kept.push({ get: () => elements.get(index)!, set: (v) => void elements.set(index, v) });
      }
    }
    return kept;
  }

  /**
   * a[i] = a[i] + x. Only where the element read and the sum are used for nothing else: an accumulator has no value of its own.
   */
  protected accumulates(op: OpOf<"store">): boolean {
    const [a, i, x] = op.args as [Value, Value, Value];
    const { uses } = this.source.analysis;
    const sum = definedBy(x, "primitive");
    if (sum === undefined || uses[x.id] !== 1 || (sum.attr !== add && sum.attr !== sub)) return false;
    const [target, index] = [this.new(a), this.new(i)];
    const inPlace = (v: Value): boolean => {
      const load = definedBy(v, "load");
      if (load === undefined || uses[v.id] !== 1) return false;
      const [from, at] = this.all(load.args);
      const element = this.new(v);
      const isLoad = definedBy(element, "load") !== undefined;
      return isLoad && from === target && at === index && this.b.memory.load(target, index) === element;
    };
    const [left, right] = sum.args as [Value, Value];
    if (inPlace(left)) {
      const more = this.new(right);
      this.b.accumulate(target, index, sum.attr === add ? more : this.b.primitive(neg, more));
      return true;
    }
    if (sum.attr !== add || !inPlace(right)) return false;
    this.b.accumulate(target, index, this.new(left));
    return true;
  }

  /**
   * Elements of which each iteration has its own are what they were before the loop when their iteration begins. To be asked before the
   * loop, and said in it.
   */
  protected untouched(op: OpOf<"for">): (index: Value) => void {
    const { b, source } = this;
    const known = [...source.analysis.written.get(op)!.roots].flatMap((root) => {
      const element = this.apart.has(root) ? undefined : source.blocks.elementIn(op, root);
      const array = element && this.map[element.array.id];
      const x = array && b.memory.filledWith(array);
      return x === undefined ? [] : [{ array: array!, offset: element!.offset, x }];
    });
    return (i) => {
      for (const { array, offset, x } of known) b.memory.read(array, b.op("i32.add", i, b.i32(offset)), x);
    };
  }

  protected forgetWritten(op: Op): void {
    const written = this.source.analysis.written.get(op)!;
    const { memory } = this.b;
    if (written.all) memory.forget("unknown");
    for (const root of written.roots) {
      if (!this.apart.has(root)) memory.forget(memory.groupOf(this.new(root)));
    }
  }

  /**
   * Elements that are the same in every iteration are read before the loop and written after it. They may not exist where the
   * loop does not run at all; then they are left alone.
   */
  protected enterElements(op: OpOf<"for">, lo: Value, hi: Value): () => void {
    const b = this.b;
    if (this.options.stage === "primal") return () => undefined;
    const up = op.attr.step > 0;
    const [first, last] = [b.rangeOf(lo), b.rangeOf(hi)];
    const always = up ? first[1] < last[0] : first[0] > last[1];
    const runs = (): Value => b.op(up ? "i32.lt" : "i32.gt", lo, hi);
    const after: (() => void)[] = [];
    const groupOf = (root: Value): Group => (this.apart.has(root) ? root : b.memory.groupOf(this.new(root)));
    const overlap = (x: Group, y: Group): boolean => b.memory.overlap(x, y);
    for (const { array, index, written, certain } of loopElements(
      op,
      this.source.analysis.needed,
      groupOf,
      overlap,
    )) {
      if (this.apart.has(array) || this.single.get(array)?.has(index)) continue;
      const [a, i] = [this.new(array), this.new(index)];
      const exists = b.exists(i, a) || (certain && always);
      if (!exists && !(certain && written)) continue;
      const guarded = (then: () => readonly Value[], otherwise: () => readonly Value[]): readonly Value[] =>
        exists ? then() : b.if(runs(), then, otherwise);
      const [element] = guarded(
        () => [b.load(a, i)],
        () => [b.f64(0)],
      );
      let elements = this.single.get(array);
      if (elements === undefined) this.single.set(array, (elements = new Map<Value, Value>()));
      elements.set(index, element!);
      after.push(() => {
        const last = elements.get(index)!;
        elements.delete(index);
        if (!written) return;
        guarded(
          () => {
            b.store(a, i, last);
            return [];
          },
          () => [],
        );
        if (!exists) b.memory.forget(b.memory.groupOf(a));
      });
    }
    return () => after.forEach((run) => run());
  }
}

const replaced = (list: readonly Value[], at: number, v: Value): readonly Value[] =>
  list.map((old, i) => (i === at ? v : old));

import { add, eq, hypot, max, min, mul } from "../../primitives/index.ts";
import { Builder } from "../builder.ts";
import { kinds } from "../ir.ts";
import type { AttributeOf, Kind, Region, Ty, Value } from "../ir.ts";
import { definedBy } from "./analysis.ts";
import { simplify } from "./fold.ts";
import { Memory } from "./memory.ts";
import type { OptimiseOptions } from "./options.ts";
import { ANY, decided, rangeOf } from "./ranges.ts";
import type { Range } from "./ranges.ts";

/**
 * A builder that simplifies as it goes: folds, reuses what has been computed, moves what does not change out of loops,
 * reads from what was written, and leaves out checks that cannot fail.
 */
export class Folder extends Builder {
  readonly memory: Memory = new Memory();
  readonly #options: OptimiseOptions;
  /** What has been computed, by what it is. Only what is visible here. */
  readonly #seen = new Map<string, Value>();
  /** For each open region, outermost first: the keys that are forgotten with it, and whether it is part of a loop. */
  readonly #scopes: { readonly keys: string[]; readonly loop: boolean }[] = [];
  readonly #ranges: (Range | undefined)[] = [];
  /** Numbers objects by identity, for keys. */
  readonly #identities = new Map<unknown, number>();

  constructor(options: OptimiseOptions) {
    super();
    this.#options = options;
  }

  override emit<K extends Kind>(
    kind: K,
    args: readonly Value[],
    attr: AttributeOf<K>,
    types: readonly Ty[] = kinds[kind].results as readonly Ty[],
    regions: readonly Region[] = [],
  ): readonly Value[] {
    const { effect } = kinds[kind];
    if (effect === "regions" || effect === "calls") return super.emit(kind, args, attr, types, regions);
    const equal = simplify(this, kind, args, attr, this.#options) ?? this.#known(kind, args);
    if (equal !== undefined) return [equal];
    if (kind === "bound" && this.#inRange(args[0]!, args[1]!)) return [];
    if (effect === "writes" || effect === "allocates") return this.#writes(kind, args, attr, types);
    if (kind === "fail" || kind === "external") return super.emit(kind, args, attr, types);
    if (effect === "reads") {
      const results = super.emit(kind, args, attr, types);
      if (kind === "load") this.memory.read(args[0]!, args[1]!, results[0]!);
      return results;
    }
    return this.#once(kind, args, attr, types);
  }

  /** Pure operations and checks: once is enough. */
  #once<K extends Kind>(
    kind: K,
    args: readonly Value[],
    attr: AttributeOf<K>,
    types: readonly Ty[],
  ): readonly Value[] {
    const key = this.#key(kind, args, attr, types);
    const seen = this.#seen.get(key);
    if (seen !== undefined) return [seen];
    const depth = this.#place(kind, args);
    const results = this.at(depth, () => super.emit(kind, args, attr, types));
    // A check has no result; its first argument stands for its having been carried out.
    this.#seen.set(key, results[0] ?? args[0]!);
    this.#scopes[depth - 1]!.keys.push(key);
    const [result] = results;
    if (result?.ty === "i32")
      this.#ranges[result.id] = rangeOf(
        kind,
        args.map((v) => this.rangeOf(v)),
      );
    if (kind === "data") this.memory.declare(result!, result!);
    if (kind === "subarray") this.memory.declare(result!, this.memory.groupOf(args[0]!));
    return results;
  }

  #key(kind: Kind, args: readonly Value[], attr: unknown, types: readonly Ty[]): string {
    const ids = args.map((v) => v.id);
    switch (kind) {
      case "constant":
        return Object.is(attr, -0) ? "-0" : `${types[0]}${String(attr)}`;
      case "primitive":
        if (COMMUTATIVE.has(attr)) ids.sort((a, b) => a - b);
        return `p${this.#identity(attr)} ${ids.join()}`;
      case "data":
        return `data${this.#identity(attr)}`;
      default:
        if (COMMUTATIVE.has(kind)) ids.sort((a, b) => a - b);
        return `${kind} ${ids.join()}`;
    }
  }

  #identity(x: unknown): number {
    let n = this.#identities.get(x);
    if (n === undefined) this.#identities.set(x, (n = this.#identities.size));
    return n;
  }

  /**
   * Where a pure operation is best carried out: constants at the beginning; what does not change in a loop, before it. A view
   * stays, because its bounds may be wrong where the loop does not run; so do checks.
   */
  #place(kind: Kind, args: readonly Value[]): number {
    if (kind === "constant" || kind === "data") return 1;
    if (kinds[kind].effect !== "pure" || kind === "subarray") return this.depth;
    let least = 1;
    for (const v of args) least = Math.max(least, this.depthOf(v));
    for (let depth = least + 1; depth <= this.depth; depth++) {
      if (this.#scopes[depth - 1]!.loop) return depth - 1;
    }
    return this.depth;
  }

  /** What is known by what memory holds, or by the ranges of integers. */
  #known(kind: Kind, args: readonly Value[]): Value | undefined {
    const [x, y] = args as [Value, Value];
    if (kind === "load") return this.memory.load(x, y);
    if (!kind.startsWith("i32.") || args.length !== 2) return undefined;
    const [a, b] = [this.rangeOf(x), this.rangeOf(y)];
    if (kind === "i32.min") return a[1] <= b[0] ? x : b[1] <= a[0] ? y : undefined;
    if (kind === "i32.max") return a[0] >= b[1] ? x : b[0] >= a[1] ? y : undefined;
    if (kind === "i32.rem" && a[0] >= 0 && b[0] > a[1]) return x;
    const truth = decided(kind, a, b);
    return truth === undefined ? undefined : this.i32(truth);
  }

  #writes<K extends Kind>(
    kind: K,
    args: readonly Value[],
    attr: AttributeOf<K>,
    types: readonly Ty[],
  ): readonly Value[] {
    const { memory } = this;
    const [a, i, x] = args as [Value, Value, Value];
    switch (kind) {
      case "store": {
        if (memory.load(a, i) === x) return [];
        const results = super.emit(kind, args, attr, types);
        memory.store(a, i, x);
        return results;
      }
      case "accumulate": {
        const before = memory.load(a, i);
        if (before !== undefined) {
          this.store(a, i, this.primitive(add, before, x));
          return [];
        }
        break;
      }
      case "fill": {
        const results = super.emit(kind, args, attr, types);
        memory.fill(a, i);
        return results;
      }
      case "allocate": {
        const [block] = super.emit(kind, args, attr, types);
        memory.declare(block!, block!);
        memory.fill(block!, this.f64(0));
        return [block!];
      }
      default:
    }
    if (kind === "accumulate" || kind === "copy") memory.forget(memory.groupOf(a));
    return super.emit(kind, args, attr, types);
  }

  /** Between what bounds an i32 lies. */
  rangeOf(v: Value): Range {
    const constant = definedBy(v, "constant");
    return constant === undefined ? (this.#ranges[v.id] ?? ANY) : [constant.attr, constant.attr];
  }

  setRange(v: Value, range: Range): void {
    this.#ranges[v.id] = range;
  }

  /** Whether 0 <= i < length(a) is certain. */
  #inRange(i: Value, a: Value): boolean {
    const [least, greatest] = this.rangeOf(i);
    if (least < 0) return false;
    const length = this.length(a);
    return greatest < this.rangeOf(length)[0] || this.#limits.get(i) === length;
  }

  /** Indices of loops that stay below a value. */
  readonly #limits = new Map<Value, Value>();

  /** Notes that i < limit wherever i is visible. */
  below(i: Value, limit: Value): void {
    this.#limits.set(i, limit);
  }

  override region(types: readonly Ty[], write: (...args: Value[]) => readonly Value[]): Region {
    return this.#scoped(false, types, write);
  }

  /** A region that is carried out again and again. */
  loopRegion(types: readonly Ty[], write: (...args: Value[]) => readonly Value[]): Region {
    return this.#scoped(true, types, write);
  }

  #scoped(loop: boolean, types: readonly Ty[], write: (...args: Value[]) => readonly Value[]): Region {
    const outer = this.#scopes.splice(this.depth);
    this.#scopes.push({ keys: [], loop });
    try {
      return this.memory.inside(() => super.region(types, write));
    } finally {
      for (const key of this.#scopes.pop()!.keys) this.#seen.delete(key);
      this.#scopes.push(...outer);
    }
  }

  /** Calls of functions that write: whatever they are given may have changed. */
  forgetArguments(args: readonly Value[]): void {
    for (const v of args) {
      if (v.ty === "tape") this.memory.forget("unknown");
      if (v.ty === "array") this.memory.forget(this.memory.groupOf(v));
    }
  }
}

/** Arguments in either order give the same bits (which NaN it is does not count). */
const COMMUTATIVE: ReadonlySet<unknown> = /* @__PURE__ */ new Set<unknown>([
  add,
  mul,
  min,
  max,
  hypot,
  eq,
  "i32.add",
  "i32.mul",
  "i32.and",
  "i32.or",
  "i32.xor",
  "i32.eq",
  "i32.ne",
  "i32.min",
  "i32.max",
  "f64.eq",
  "f64.ne",
]);

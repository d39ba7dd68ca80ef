/**
 * Loops whose way back can be part of the forward sweep: nothing flows from one iteration to the next but running sums, so
 * that each iteration can be reversed as soon as it has run, with all its values at hand. No tape is left behind.
 *
 * That asks for the adjoints of the sums before the loop has run. They are known where the rest of the function depends on
 * the sums linearly, as in a mean of losses.
 */
import { add, sub } from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import { someOp } from "../program/ir.ts";
import type { Func, Op, OpOf, Region, Ty, Value } from "../program/ir.ts";
import { WRITES } from "./augmented.ts";
import type { Augmented } from "./augmented.ts";
import { nameAfter } from "./names.ts";
import { isMemory } from "./places.ts";
import type { Pullback } from "./pullback.ts";
import { operand, partialOf, scale } from "./rules.ts";
import type { Sweeps } from "./sweeps.ts";
import { aside, backThrough, insert, regionOf, turn } from "./tape.ts";
import type { Back, Forth, Tapes } from "./tape.ts";

/** Where a value is used: as an argument of an operation, or as what a region yields. */
interface Use {
  readonly by: Op | Region;
  readonly index: number;
}

/** An adjoint that is not known yet. */
class Unknown extends Error {}

/** How many operations are followed from a sum to the results. */
const REACH = 50;
/** How many summands are followed within an iteration. */
const LONGEST_SUM = 1000;

export class Fusion {
  readonly #sweeps: Sweeps;
  readonly #f: Func;
  readonly #b: Builder;
  readonly #tapes: Tapes;
  readonly #augmented: Augmented;
  readonly #pullback: Pullback;
  #uses: Map<Value, Use[]> | undefined;
  /** The regions that the sweep is in, as far as they are direct: the function's body, and bodies of fused loops. */
  readonly #direct: {
    readonly region: Region;
    readonly back: Back;
    readonly seeds: readonly (Value | undefined)[];
  }[] = [];

  constructor(sweeps: Sweeps, f: Func, b: Builder, tapes: Tapes, augmented: Augmented, pullback: Pullback) {
    this.#sweeps = sweeps;
    this.#f = f;
    this.#b = b;
    this.#tapes = tapes;
    this.#augmented = augmented;
    this.#pullback = pullback;
    augmented.special = (op) => this.#fuse(op);
  }

  /**
   * The forward sweep through a direct region.
   *
   * @param seeds the adjoints of what it yields; undefined for zero
   */
  through(region: Region, back: Back, seeds: readonly (Value | undefined)[]): void {
    this.#direct.push({ region, back, seeds });
    this.#augmented.region(region);
    this.#direct.pop();
  }

  #usesOf(v: Value): readonly Use[] {
    this.#uses ??= usesIn(this.#f.body);
    return this.#uses.get(v) ?? [];
  }

  #active(v: Value): boolean {
    return this.#sweeps.active(this.#f, v);
  }

  #fuse(op: OpOf<"for">): boolean {
    const here = this.#direct.at(-1)!;
    const [body] = op.regions as [Region];
    if (op.parent !== here.region || op.results.some(isMemory)) return false;
    const carried = op.results.flatMap((_, k) => (this.#active(body.args[k + 1]!) ? [k] : []));
    if (carried.length === 0 || !carried.every((k) => this.#isSum(op, k)) || !this.#independent(op, body))
      return false;
    let seeds: Map<number, Value | undefined>;
    try {
      seeds = new Map(carried.map((k) => [k, this.#early(op.results[k]!, here.region, REACH)]));
    } catch (error) {
      if (error instanceof Unknown) return false;
      throw error;
    }
    if ([...seeds.values()].every((seed) => seed === undefined)) return false;
    this.#write(op, body, seeds, here.back);
    return true;
  }

  #write(op: OpOf<"for">, body: Region, seeds: ReadonlyMap<number, Value | undefined>, at: Back): void {
    const b = this.#b;
    const augmented = this.#augmented;
    const pullback = this.#pullback;
    for (const v of this.#arraysIn(body)) pullback.shadow(v, at);
    const free = pullback.freeIn(body);
    const [lo, hi, ...first] = op.args.map((v) => augmented.value(v)) as [Value, Value, ...Value[]];
    const inits = [...first, ...free.map(() => b.f64(0))];
    const types = inits.map((v): Ty => v.ty);
    const region = b.region(["i32", ...types], (i, ...carries) => {
      body.args.forEach((v, k) => augmented.bind(v, k === 0 ? i : carries[k - 1]!));
      const forth: Forth = { region: regionOf(i), kind: "direct", exports: new Map() };
      this.#tapes.enter(forth);
      const back = backThrough(forth, at);
      this.through(
        body,
        back,
        body.yields.map((_, k) => seeds.get(k)),
      );
      const complete = turn(b, back);
      free.forEach((v, n) => {
        nameAfter(carries[first.length + n]!, v);
        back.adjoints.set(v, carries[first.length + n]!);
      });
      for (const [k, seed] of seeds) pullback.add(body.yields[k]!, seed, back);
      pullback.region(body, back);
      complete();
      const sums = free.map((v) => back.adjoints.get(v)!);
      return [...body.yields.map((v) => augmented.value(v)), ...sums];
    });
    this.#scratch(region);
    const received = b.emit("for", [lo, hi, ...inits], { step: op.attr.step }, types, [region]);
    op.results.forEach((v, k) => augmented.bind(v, received[k]!));
    pullback.fused.set(op, new Map(free.map((v, n) => [v, received[first.length + n]!])));
  }

  /** What an iteration allocates serves that iteration only. */
  #scratch(region: Region): void {
    if (!someOp(region, (op) => /^(?:allocate|tape\.allocate|call)$/.test(op.kind))) return;
    const b = this.#b;
    let mark: Value;
    insert(
      region,
      0,
      aside(b, () => (mark = b.mark())),
    );
    insert(
      region,
      region.ops.length,
      aside(b, () => b.reset(mark)),
    );
  }

  /** Active arrays from outside that are used inside. */
  #arraysIn(body: Region): Set<Value> {
    const found = new Set<Value>();
    const inside = new Set<Value>();
    const walk = (region: Region): void => {
      for (const v of region.args) inside.add(v);
      for (const op of region.ops) {
        for (const v of op.args) if (v.ty === "array" && !inside.has(v) && this.#active(v)) found.add(v);
        op.regions.forEach(walk);
        for (const v of op.results) inside.add(v);
      }
    };
    walk(body);
    return found;
  }

  /** Whether carry `k` is only ever added to. */
  #isSum(op: OpOf<"for">, k: number): boolean {
    const body = op.regions[0]!;
    const arg = body.args[k + 1]!;
    return this.#passes(body.yields[k]!, arg) === this.#usesOf(arg).length;
  }

  /** How often `arg` goes into `v`, if only ever as a summand; NaN otherwise. */
  #passes(v: Value, arg: Value, reach = LONGEST_SUM): number {
    if (v === arg) return 1;
    const { def } = v;
    if (!("kind" in def) || this.#usesOf(v).length !== 1 || reach === 0) return Number.NaN;
    if (def.kind === "primitive" && (def.attr === add || def.attr === sub)) {
      const [x, y] = def.args as [Value, Value];
      const left = this.#passes(x, arg, reach - 1);
      return left > 0 || def.attr === sub ? left : this.#passes(y, arg, reach - 1);
    }
    if (def.kind === "if") {
      return def.regions.reduce((sum, branch) => sum + this.#passes(branch.yields[v.index]!, arg), 0);
    }
    if (def.kind === "for" && this.#isSum(def, v.index)) return this.#passes(def.args[2 + v.index]!, arg);
    return Number.NaN;
  }

  /** Whether no iteration of a loop has to do with the memory that another leaves. */
  #independent(loop: Op, region: Region): boolean {
    const { stability } = this.#sweeps;
    return region.ops.every((op) => {
      const [first] = op.args;
      if (WRITES.has(op.kind)) {
        if (stability.ownedBy(loop, this.#f, first!)) return true;
        return !this.#active(first!) && !stability.undone(this.#f, first!);
      }
      if (op.kind === "tape.store" || op.kind === "tape.load") return !this.#active(first!);
      if (op.kind === "load" && this.#active(first!)) {
        return stability.stable(op) || stability.ownedBy(loop, this.#f, first!);
      }
      if (op.kind === "call") {
        return (
          !this.#sweeps.segments.has(op.attr.callee) &&
          ![...op.args, ...op.results].some((v) => isMemory(v) && this.#active(v))
        );
      }
      return op.regions.every((inner) => this.#independent(loop, inner));
    });
  }

  /** The adjoint of `v`, a value of `region`, from nothing but what there is before the loop; undefined for zero. */
  #early(v: Value, region: Region, reach: number): Value | undefined {
    const b = this.#b;
    let sum: Value | undefined;
    for (const { by, index } of this.#usesOf(v)) {
      const more = this.#through(by, index, region, reach - 1);
      sum = sum === undefined || more === undefined ? (sum ?? more) : b.primitive(add, sum, more);
    }
    return sum;
  }

  /** What one use adds to the adjoint of a value. */
  #through(by: Op | Region, index: number, region: Region, reach: number): Value | undefined {
    if (!("kind" in by)) {
      if (by !== region) throw new Unknown();
      return this.#direct.at(-1)!.seeds[index];
    }
    if (
      by.results.length === 1 &&
      by.regions.length === 0 &&
      by.kind !== "call" &&
      !this.#active(by.results[0]!)
    )
      return undefined;
    if (by.parent !== region || reach < 0) throw new Unknown();
    if (by.kind === "for" && index >= 2) {
      if (!this.#active(by.regions[0]!.args[index - 1]!)) return undefined;
      if (this.#isSum(by, index - 2)) return this.#early(by.results[index - 2]!, region, reach);
    }
    if (by.kind !== "primitive") throw new Unknown();
    const adjoint = this.#early(by.results[0]!, region, reach);
    if (adjoint === undefined) return undefined;
    const { activity } = this.#sweeps;
    const real = (v: Value): Parameters<typeof scale>[2] =>
      operand(v, activity.beyond(this.#f, v), () => {
        if (!this.#augmented.has(v)) throw new Unknown();
        return this.#augmented.value(v);
      });
    const partial = partialOf(by, index, by.args.map(real), real(by.results[0]!));
    return scale(this.#b, adjoint, partial, this.#pullback.guard(by.results[0]!));
  }
}

function usesIn(body: Region): Map<Value, Use[]> {
  const all = new Map<Value, Use[]>();
  const use = (v: Value, by: Op | Region, index: number): void => {
    const uses = all.get(v);
    if (uses === undefined) all.set(v, [{ by, index }]);
    else uses.push({ by, index });
  };
  const walk = (region: Region): void => {
    for (const op of region.ops) {
      op.args.forEach((v, i) => use(v, op, i));
      op.regions.forEach(walk);
    }
    region.yields.forEach((v, k) => use(v, region, k));
  };
  walk(body);
  return all;
}

/**
 * Loops whose way back can be part of the forward sweep: nothing flows from one iteration to the next but running sums, so
 * that each iteration can be reversed as soon as it has run, with all its values at hand. No tape is left behind.
 *
 * That asks for the adjoints of the sums before the loop has run. They are known where the rest of the function depends on
 * the sums linearly, as in a mean of losses.
 *
 * A call whose results' adjoints are known before it is likewise made once for both sweeps, and a branch that has such calls in it. A
 * function that calls itself then leaves no tape of all its calls, but needs room for those that are open.
 */
import { add, sub } from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import { someOp } from "../program/ir.ts";
import type { Func, Op, OpOf, Region, Ty, Value } from "../program/ir.ts";
import { WRITES } from "./augmented.ts";
import type { Augmented, Control } from "./augmented.ts";
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

type Loop = OpOf<"for"> | OpOf<"while">;
type Seeds = readonly (Value | undefined)[];

const bodyOf = (op: Loop): Region => op.regions.at(-1)!;
/** What goes round in a loop, as its body has it. */
const carriesOf = (op: Loop): readonly Value[] => bodyOf(op).args.slice(op.kind === "for" ? 1 : 0);
const initsOf = (op: Loop): readonly Value[] => op.args.slice(op.kind === "for" ? 2 : 0);

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

  #fuse(op: Control): boolean {
    const here = this.#direct.at(-1);
    if (op.parent !== here?.region) return false;
    switch (op.kind) {
      case "call":
        return this.#fuseCall(op, here.back);
      case "if":
        return this.#fuseIf(op, here.back);
      default:
        return this.#fuseLoop(op, here.back);
    }
  }

  /** The adjoints of these values, from what there is by now; undefined if they cannot be had yet. */
  #seeds(values: readonly Value[]): readonly (Value | undefined)[] | undefined {
    const { region } = this.#direct.at(-1)!;
    try {
      return values.map((v) =>
        v.ty === "f64" && this.#active(v) ? this.#early(v, region, REACH) : undefined,
      );
    } catch (error) {
      if (error instanceof Unknown) return undefined;
      throw error;
    }
  }

  #fuseLoop(op: Loop, at: Back): boolean {
    if (op.results.some(isMemory)) return false;
    const args = carriesOf(op);
    const carried = args.flatMap((v, k) => (this.#active(v) ? [k] : []));
    if (carried.length === 0 || !carried.every((k) => this.#isSum(op, k))) return false;
    if (!op.regions.every((region) => this.#independent(op, region))) return false;
    const seeds = this.#seeds(op.results);
    if (seeds === undefined || seeds.every((seed) => seed === undefined)) return false;
    const body = bodyOf(op);
    const free = this.#prepare(body, at);
    if (op.kind === "for") this.#writeFor(op, body, seeds, free, at);
    else this.#writeWhile(op, body, seeds, free, at);
    return true;
  }

  /** Has the shadows at hand that a region will need; returns the numbers from outside whose adjoints it adds to. */
  #prepare(region: Region, at: Back): readonly Value[] {
    for (const v of this.#arraysIn(region)) this.#pullback.shadow(v, at);
    return this.#pullback.freeIn(region);
  }

  #writeFor(op: OpOf<"for">, body: Region, seeds: Seeds, free: readonly Value[], at: Back): void {
    const b = this.#b;
    const augmented = this.#augmented;
    const [lo, hi, ...first] = op.args.map((v) => augmented.value(v)) as [Value, Value, ...Value[]];
    const inits = [...first, ...free.map(() => b.f64(0))];
    const types = inits.map((v): Ty => v.ty);
    const region = b.region(["i32", ...types], (i, ...carries) => {
      body.args.forEach((v, k) => augmented.bind(v, k === 0 ? i : carries[k - 1]!));
      return this.#both(regionOf(i), body, seeds, free, carries.slice(first.length), at);
    });
    this.#scratch(region);
    const received = b.emit("for", [lo, hi, ...inits], { step: op.attr.step }, types, [region]);
    op.results.forEach((v, k) => augmented.bind(v, received[k]!));
    this.#pullback.fused.set(
      op,
      free.map((v, n) => [v, received[first.length + n]!]),
    );
  }

  #writeWhile(op: OpOf<"while">, body: Region, seeds: Seeds, free: readonly Value[], at: Back): void {
    const b = this.#b;
    const augmented = this.#augmented;
    const [test] = op.regions as [Region];
    const first = op.args.map((v) => augmented.value(v));
    const inits = [...first, ...free.map(() => b.f64(0))];
    const types = inits.map((v): Ty => v.ty);
    const condition = b.region(types, (...carries) => {
      test.args.forEach((v, k) => augmented.bind(v, carries[k]!));
      augmented.region(test);
      return [augmented.value(test.yields[0]!)];
    });
    const region = b.region(types, (...carries) => {
      body.args.forEach((v, k) => augmented.bind(v, carries[k]!));
      return this.#both(regionOf(carries[0]!), body, seeds, free, carries.slice(first.length), at);
    });
    this.#scratch(region);
    const received = b.emit("while", inits, {}, [...types, "i32"], [condition, region]);
    op.results.forEach((v, k) => augmented.bind(v, k < first.length ? received[k]! : received.at(-1)!));
    this.#pullback.fused.set(
      op,
      free.map((v, n) => [v, received[first.length + n]!]),
    );
  }

  /**
   * Both sweeps through a region.
   *
   * @param here where they are written
   * @param sums what has been added up for `free` so far
   * @returns what the region yields, and the sums
   */
  #both(
    here: Region,
    region: Region,
    seeds: Seeds,
    free: readonly Value[],
    sums: readonly Value[],
    at: Back,
  ): readonly Value[] {
    const b = this.#b;
    const forth: Forth = { region: here, kind: "direct", exports: new Map() };
    this.#tapes.enter(forth);
    const back = backThrough(forth, at);
    this.through(region, back, seeds);
    const complete = turn(b, back);
    sums.forEach((sum, n) => {
      nameAfter(sum, free[n]!);
      back.adjoints.set(free[n]!, sum);
    });
    region.yields.forEach((v, k) => this.#pullback.add(v, seeds[k], back));
    this.#pullback.region(region, back);
    complete();
    const totals = free.map((v) => back.adjoints.get(v) ?? b.f64(0));
    return [...region.yields.map((v) => this.#augmented.value(v)), ...totals];
  }

  /** A branch is worth it for the calls in it: other values are better recorded, or made results. */
  #fuseIf(op: OpOf<"if">, at: Back): boolean {
    const calls = (inner: Op): boolean =>
      inner.kind === "call" && this.#sweeps.derived(this.#sweeps.lookup(inner.attr.callee));
    if (op.results.some((v) => isMemory(v) && this.#active(v))) return false;
    if (!op.regions.some((region) => someOp(region, calls))) return false;
    if (!op.regions.every((region) => this.#independent(op, region))) return false;
    const seeds = this.#seeds(op.results);
    if (seeds === undefined || seeds.every((seed) => seed === undefined)) return false;
    const b = this.#b;
    const free = [...new Set(op.regions.flatMap((region) => this.#prepare(region, at)))];
    const condition = this.#augmented.value(op.args[0]!);
    const regions = op.regions.map((branch) =>
      b.region([], () => this.#both(regionOf(b.i32(0)), branch, seeds, free, [], at)),
    );
    const types = [...op.results, ...free].map((v) => v.ty);
    const received = b.emit("if", [condition], undefined, types, regions);
    op.results.forEach((v, k) => this.#augmented.bind(v, received[k]!));
    this.#pullback.fused.set(
      op,
      free.map((v, n) => [v, received[op.results.length + n]!]),
    );
    return true;
  }

  #fuseCall(op: OpOf<"call">, at: Back): boolean {
    const callee = this.#sweeps.lookup(op.attr.callee);
    if (!this.#sweeps.derived(callee) || !this.#isJoint(op)) return false;
    const seeds = this.#seeds(op.results);
    if (seeds === undefined || seeds.every((seed) => seed === undefined)) return false;
    const b = this.#b;
    const exchange = this.#sweeps.exchange(callee);
    const given = exchange.seeds.map((k) => seeds[k] ?? b.f64(0));
    const shadows = exchange.shadows.map((i) => this.#pullback.shadow(op.args[i]!, at));
    const inputs = exchange.adjoints.map((i) => op.args[i]!);
    const types = [...op.results.map((v) => v.ty), ...inputs.map((): Ty => "f64")];
    const own = op.args.map((v) => this.#augmented.value(v));
    const received = b.call(this.#sweeps.joint(callee), [...own, ...given, ...shadows], types);
    op.results.forEach((v, k) => this.#augmented.bind(v, received[k]!));
    this.#pullback.fused.set(
      op,
      inputs.map((v, n) => [v, received[op.results.length + n]!]),
    );
    return true;
  }

  /**
   * Whether the way back through a call only adds to what is there: of the memory that it gets, what is active stays as it is from now on,
   * so that its adjoints are in nobody's way.
   */
  #isJoint(op: OpOf<"call">): boolean {
    const { segments, stability } = this.#sweeps;
    if (segments.has(op.attr.callee)) return false;
    const callee = this.#sweeps.lookup(op.attr.callee);
    const { args, yields } = callee.body;
    const isActive = (v: Value, there: Value): boolean =>
      isMemory(v) && (this.#active(v) || this.#sweeps.active(callee, there));
    if (op.results.some((v, k) => isActive(v, yields[k]!))) return false;
    return op.args.every((v, i) => {
      if (!isActive(v, args[i]!)) return true;
      if (v.ty !== "array" || this.#sweeps.mixed(callee, args[i]!) || this.#sweeps.mixed(this.#f, v))
        return false;
      return !stability.changes(op, this.#f, v);
    });
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
  #isSum(op: Loop, k: number): boolean {
    if (op.kind === "while" && this.#usesOf(op.regions[0]!.args[k]!).length > 0) return false;
    const arg = carriesOf(op)[k]!;
    return this.#passes(bodyOf(op).yields[k]!, arg) === this.#usesOf(arg).length;
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
    if ((def.kind === "for" || def.kind === "while") && v.index < carriesOf(def).length) {
      if (this.#isSum(def, v.index)) return this.#passes(initsOf(def)[v.index]!, arg);
    }
    return Number.NaN;
  }

  /** Whether no iteration of a loop (or nothing after a branch) has to do with the memory that another leaves. */
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
      if (op.kind === "call") return this.#isJoint(op);
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
    const k = by.kind === "for" ? index - 2 : index;
    if ((by.kind === "for" || by.kind === "while") && k >= 0) {
      if (!this.#active(carriesOf(by)[k]!)) return undefined;
      if (this.#isSum(by, k)) return this.#early(by.results[k]!, region, reach);
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

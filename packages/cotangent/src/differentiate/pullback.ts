/** The reverse sweep of one function: adjoints of what is active, from the last operation to the first. */
import { add, div, sub, where } from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import type { Func, Op, OpOf, Region, Ty, Value } from "../program/ir.ts";
import { WRITES } from "./augmented.ts";
import type { Augmented } from "./augmented.ts";
import { recordOf, tripCount } from "./indices.ts";
import { nameAfter } from "./names.ts";
import type { Sweeps } from "./sweeps.ts";
import { ANYTHING, chooses, firstOrderOnly, ofFinite, operand, partialOf, scale } from "./rules.ts";
import type { Guard } from "./rules.ts";
import { aside, backThrough } from "./tape.ts";
import type { Back, Tapes } from "./tape.ts";

export class Pullback {
  readonly #owner: Sweeps;
  readonly #f: Func;
  readonly #b: Builder;
  readonly #tapes: Tapes;
  readonly #augmented: Augmented;
  readonly #free = new Map<Region, readonly Value[]>();
  readonly #touching = new Map<Region, boolean>();
  /** Loops, branches and calls whose way back is part of the forward sweep, and what this left for the adjoints of numbers from outside. */
  readonly fused: Map<Op, readonly (readonly [of: Value, sum: Value])[]> = new Map();

  constructor(owner: Sweeps, f: Func, b: Builder, tapes: Tapes, augmented: Augmented) {
    this.#owner = owner;
    this.#f = f;
    this.#b = b;
    this.#tapes = tapes;
    this.#augmented = augmented;
  }

  /** The adjoint of `v`, as far as it has been summed up; undefined while it is zero. */
  adjoint(v: Value, at: Back): Value | undefined {
    for (let back: Back | undefined = at; back !== undefined; back = back.parent) {
      const known = back.adjoints.get(v);
      if (known !== undefined) return known;
      if (back.forth.kind !== "branch") break;
    }
    return undefined;
  }

  /** Adds to the adjoint of a result: `seed`, or 1. */
  seed(v: Value, seed: Value | undefined, at: Back): void {
    if (!this.active(v)) return;
    const b = this.#b;
    if (v.ty === "f64") return this.add(v, seed ?? b.f64(1), at);
    const shadow = this.shadow(v, at);
    if (seed === undefined) return b.fill(shadow, b.f64(1));
    this.#addArray(shadow, seed, b.length(seed));
  }

  region(region: Region, at: Back): void {
    for (let k = region.ops.length - 1; k >= 0; k--) {
      const op = region.ops[k]!;
      this.#b.loc = op.loc;
      this.#op(op, at);
    }
  }

  active(v: Value): boolean {
    return this.#owner.active(this.#f, v);
  }

  add(v: Value, x: Value | undefined, at: Back): void {
    if (x === undefined || !this.active(v)) return;
    const sum = this.adjoint(v, at);
    const total = sum === undefined ? x : this.#b.primitive(add, sum, x);
    nameAfter(total, v);
    at.adjoints.set(v, total);
  }

  /** target[j] += source[j] for all j below n. */
  #addArray(target: Value, source: Value, n: Value): void {
    const b = this.#b;
    b.for(b.i32(0), n, [], (j) => {
      b.accumulate(target, j, b.load(source, j));
      return [];
    });
  }

  /** What `v` was in the forward sweep. */
  #need(v: Value, at: Back): Value {
    const { def } = v;
    if ("kind" in def && def.kind === "load") {
      const { stability } = this.#owner;
      const [a, i] = def.args as [Value, Value];
      if (stability.undone(this.#f, a) && !stability.stable(def) && stability.current(this.#f, def)) {
        return this.#b.load(this.#need(a, at), this.#need(i, at));
      }
    }
    return this.#tapes.need(this.#augmented.value(v), at);
  }

  /** Where the adjoints of the elements of an array are. */
  shadow(v: Value, at: Back): Value {
    if (this.#owner.mixed(this.#f, v)) return this.#tapes.need(this.#augmented.shadow(v), at);
    const home = this.#tapes.home(this.#augmented.value(v), at);
    let shadow = home.shadows.get(v);
    if (shadow !== undefined) return shadow;
    const op = v.def as Op;
    const make = ((): ((b: Builder) => Value) => {
      if (op.kind === "subarray") {
        const [a, lo, hi] = op.args as [Value, Value, Value];
        const [base, from, to] = [this.shadow(a, home), this.#need(lo, home), this.#need(hi, home)];
        return (b) => b.subarray(base, from, to);
      }
      if (op.kind === "allocate") {
        const n = this.#need(op.args[0]!, home);
        return (b) => b.allocate(n);
      }
      const array = this.#need(v, home);
      return (b) => b.allocate(b.length(array));
    })();
    this.#tapes.first(home, (b) => (shadow = make(b)));
    nameAfter(shadow!, v);
    home.shadows.set(v, shadow!);
    return shadow!;
  }

  #op(op: Op, at: Back): void {
    const b = this.#b;
    const result = op.results[0];
    const [first, second, third] = op.args;
    switch (op.kind) {
      case "for":
        return this.#for(op, at);
      case "while":
        return this.#while(op, at);
      case "if":
        return this.#if(op, at);
      case "call":
        return this.#call(op, at);
      case "store":
      case "accumulate":
      case "fill":
      case "copy":
        if (this.active(first!)) this.#write(op, at);
        return this.#undo(op, at);
      case "tape.store": {
        const { slot } = op.attr;
        if (third!.ty !== "f64" || !this.#owner.activity.activeSlot(this.#f, first!, slot)) return;
        const [shadow, record] = [this.shadow(first!, at), this.#need(second!, at)];
        if (this.active(third!)) this.add(third!, b.tapeLoad(shadow, record, slot, "f64"), at);
        return b.tapeStore(shadow, record, slot, b.f64(0));
      }
      default:
    }
    if (result?.ty !== "f64" || !this.active(result)) return;
    const adjoint = this.adjoint(result, at);
    if (adjoint === undefined) return;
    switch (op.kind) {
      case "primitive":
        return this.#primitive(op, adjoint, at);
      case "select": {
        const condition = chooses(b, op, this.#need(first!, at), () => this.#need(third!, at));
        const zero = b.f64(0);
        if (this.active(second!)) this.add(second!, b.select(condition, adjoint, zero), at);
        if (this.active(third!)) this.add(third!, b.select(condition, zero, adjoint), at);
        return;
      }
      case "f64.rem": {
        // x - y·trunc(x/y)
        this.add(first!, adjoint, at);
        if (!this.active(second!)) return;
        const [x, y, r] = [first!, second!, result].map((v) => this.#need(v, at)) as [Value, Value, Value];
        const quotient = b.primitive(div, b.primitive(sub, r, x), y);
        return this.#scaled(
          second!,
          adjoint,
          result,
          operand(quotient, ANYTHING, () => quotient),
          at,
        );
      }
      case "external": {
        if (op.attr.half === "backward") throw firstOrderOnly(op.attr.function);
        const args = op.args.map((v) => this.#need(v, at));
        const adjoints = b.externalBackward(op.attr.function, args, adjoint);
        return op.args.forEach((v, i) => this.add(v, adjoints[i], at));
      }
      case "load":
        return b.accumulate(this.shadow(first!, at), this.#need(second!, at), adjoint);
      case "tape.load": {
        const [shadow, record, { slot }] = [this.shadow(first!, at), this.#need(second!, at), op.attr];
        const sum = b.primitive(add, b.tapeLoad(shadow, record, slot, "f64"), adjoint);
        return b.tapeStore(shadow, record, slot, sum);
      }
      default:
    }
  }

  #scaled(v: Value, adjoint: Value, of: Value, partial: Parameters<typeof scale>[2], at: Back): void {
    this.add(v, scale(this.#b, adjoint, partial, this.guard(of)), at);
  }

  /** What is to be looked out for with the adjoint of `v`. */
  guard(v: Value): Guard {
    const { activity, readable } = this.#owner;
    const op = v.def as Op;
    const natural = op.kind === "primitive" && ofFinite(op);
    // People compute on where the function itself has left the finite numbers for good.
    const beyond = !natural || natural.flags > 0 || activity.masked(this.#f, v);
    const zero = activity.steep(this.#f, v) || (beyond && activity.matters(this.#f, v));
    return { zero, steep: activity.steepAdjoint(this.#f, v), readable };
  }

  #primitive(op: OpOf<"primitive">, adjoint: Value, at: Back): void {
    const result = op.results[0]!;
    const value = (v: Value): Value => this.#augmented.value(v);
    const real = (v: Value): Parameters<typeof scale>[2] =>
      operand(
        v,
        this.#owner.activity.beyond(this.#f, v),
        () => this.#need(v, at),
        // What is written for people computes where it uses.
        (f) =>
          this.#owner.readable || v === result
            ? undefined
            : this.#tapes.beside(f, value(v), op.attr, value(result), at),
      );
    const args = op.args.map(real);
    const out = real(result);
    op.args.forEach((v, i) => {
      if (!this.active(v) || (op.attr === where && i === 0)) return;
      this.#scaled(v, adjoint, result, partialOf(op, i, args, out), at);
    });
  }

  /** What is overwritten receives nothing; what was written receives the adjoints. */
  #write(op: OpOf<"store"> | OpOf<"accumulate"> | OpOf<"fill"> | OpOf<"copy">, at: Back): void {
    const b = this.#b;
    const [array, second, third] = op.args as [Value, Value, Value];
    const shadow = this.shadow(array, at);
    switch (op.kind) {
      case "store": {
        const i = this.#need(second, at);
        if (this.active(third)) this.add(third, b.load(shadow, i), at);
        return b.store(shadow, i, b.f64(0));
      }
      case "accumulate":
        if (this.active(third)) this.add(third, b.load(shadow, this.#need(second, at)), at);
        return;
      case "fill": {
        if (this.active(second)) {
          const [sum] = b.for(b.i32(0), b.length(shadow), [b.f64(0)], (j, [s]) => [
            b.primitive(add, s!, b.load(shadow, j)),
          ]);
          this.add(second, sum, at);
        }
        return b.fill(shadow, b.f64(0));
      }
      case "copy": {
        const n = b.length(this.#need(second, at));
        const written = b.subarray(shadow, b.i32(0), n);
        if (!this.active(second)) return b.fill(written, b.f64(0));
        // The two may overlap: what was written is taken out whole before it is given back.
        const taken = b.allocate(n);
        b.copy(taken, written);
        b.fill(written, b.f64(0));
        return this.#addArray(this.shadow(second, at), taken, n);
      }
    }
  }

  /** Puts back what a store has overwritten. */
  #undo(op: Op, at: Back): void {
    const saved = this.#augmented.saved.get(op);
    if (saved === undefined) return;
    const b = this.#b;
    const [array, old] = [this.#need(op.args[0]!, at), this.#tapes.need(saved, at)];
    if (op.kind === "fill" || op.kind === "copy") return b.copy(array, old);
    return b.store(array, this.#need(op.args[1]!, at), old);
  }

  // Control

  /** Active numbers from outside that are used inside. */
  freeIn(region: Region): readonly Value[] {
    let free = this.#free.get(region);
    if (free !== undefined) return free;
    const inside = new Set<Value>(region.args);
    const used = new Set<Value>();
    for (const op of region.ops) {
      for (const v of op.args) used.add(v);
      for (const inner of op.regions) for (const v of this.freeIn(inner)) used.add(v);
      for (const v of op.results) inside.add(v);
    }
    for (const v of region.yields) used.add(v);
    free = [...used].filter((v) => v.ty === "f64" && !inside.has(v) && this.active(v));
    this.#free.set(region, free);
    return free;
  }

  /** Whether the way back through a region has something to do even if no number in it has an adjoint yet. */
  #touches(region: Region): boolean {
    let touches = this.#touching.get(region);
    if (touches !== undefined) return touches;
    touches = region.ops.some((op) => {
      if (WRITES.has(op.kind)) return this.active(op.args[0]!) || this.#augmented.saved.has(op);
      if (op.kind === "tape.store") return this.active(op.args[0]!);
      if (op.kind === "call") return this.#derived(op) && this.#memoryOf(op);
      return op.regions.some((inner) => this.#touches(inner));
    });
    this.#touching.set(region, touches);
    return touches;
  }

  /** Whether a call is of a function with sweeps of its own. */
  #derived(op: Op): boolean {
    return this.#augmented.tapeOf.has(op) || this.#augmented.checkpoints.has(op);
  }

  /** Whether a call gets at active memory. */
  #memoryOf(op: OpOf<"call">): boolean {
    return [...op.args, ...op.results].some((v) => v.ty !== "f64" && this.active(v));
  }

  /** Takes what the way back has left if it has been gone already. `inits`: what sums begin with. */
  #isFused(op: Op, inits: readonly Value[], at: Back): boolean {
    const sums = this.fused.get(op);
    if (sums === undefined) return false;
    inits.forEach((v, k) => {
      const result = op.results[k]!;
      if (result.ty === "f64") this.add(v, this.adjoint(result, at), at);
    });
    for (const [v, sum] of sums) this.add(v, sum, at);
    return true;
  }

  #for(op: OpOf<"for">, at: Back): void {
    const b = this.#b;
    const [body] = op.regions as [Region];
    if (this.#isFused(op, op.args.slice(2), at)) return;
    const forth = this.#augmented.forth(body);
    const { step } = op.attr;
    this.#loop(op.args.slice(2), op.results, body, at, (types, inits, write) => {
      const [lo, hi] = [this.#need(op.args[0]!, at), this.#need(op.args[1]!, at)];
      if (Math.abs(step) === 1) {
        // The same indices in reverse order.
        const unit = b.i32(step);
        const [from, to] = [b.op("i32.sub", hi, unit), b.op("i32.sub", lo, unit)];
        const region = b.region(["i32", ...types], (i, ...carries) => {
          i.name = body.args[0]!.name;
          let record: Value;
          const numbering = aside(b, () => (record = recordOf(b, i, lo, step)));
          const back = backThrough(forth, at, record!);
          back.prelude.push(...numbering);
          back.known.set(forth.region.args[0]!, i);
          return write(back, carries);
        });
        return [b.emit("for", [from, to, ...inits], { step: -step }, types, [region]), region];
      }
      const last = b.op("i32.sub", tripCount(b, lo, hi, step), b.i32(1));
      const region = b.region(["i32", ...types], (record, ...carries) => {
        const back = backThrough(forth, at, record);
        this.#tapes.first(back, () => {
          const i = b.op("i32.add", lo, b.op("i32.mul", record, b.i32(step)));
          back.known.set(forth.region.args[0]!, i);
        });
        return write(back, carries);
      });
      return [b.emit("for", [last, b.i32(-1), ...inits], { step: -1 }, types, [region]), region];
    });
  }

  #while(op: OpOf<"while">, at: Back): void {
    if (this.#isFused(op, op.args, at)) return;
    const b = this.#b;
    const body = op.regions[1]!;
    const forth = this.#augmented.forth(body);
    this.#loop(op.args, op.results.slice(0, -1), body, at, (types, inits, write) => {
      const trips = this.#need(op.results.at(-1)!, at);
      const region = b.region(["i32", ...types], (record, ...carries) => {
        const back = backThrough(forth, at, record);
        back.known.set(forth.region.args.at(-1)!, record);
        return write(back, carries);
      });
      const last = b.op("i32.sub", trips, b.i32(1));
      return [b.emit("for", [last, b.i32(-1), ...inits], { step: -1 }, types, [region]), region];
    });
  }

  /**
   * A loop backwards carries the adjoints of its carries, and sums up those of the numbers from outside.
   *
   * @param emit writes the loop; it gives each iteration to its third argument
   */
  #loop(
    inits: readonly Value[],
    results: readonly Value[],
    body: Region,
    at: Back,
    emit: (
      types: readonly Ty[],
      inits: readonly Value[],
      write: (back: Back, carries: readonly Value[]) => readonly Value[],
    ) => readonly [readonly Value[], Region],
  ): void {
    const b = this.#b;
    const args = body.args.slice(body.args.length - body.yields.length);
    const carried = args.flatMap((v, k) => (v.ty === "f64" && this.active(v) ? [k] : []));
    const seeds = carried.map((k) => this.adjoint(results[k]!, at));
    if (seeds.every((seed) => seed === undefined) && !this.#touches(body)) return;
    const free = this.freeIn(body);
    const sums = free.map((v) => this.adjoint(v, at));
    const starts = [...seeds, ...sums].map((x) => x ?? b.f64(0));
    const changed = new Set<Value>();
    let way: Back;
    const [received, region] = emit(
      starts.map((): Ty => "f64"),
      starts,
      (back, carries) => {
        carried.forEach((k, n) => nameAfter(carries[n]!, args[k]!));
        free.forEach((v, n) => {
          nameAfter(carries[carried.length + n]!, v);
          back.adjoints.set(v, carries[carried.length + n]!);
        });
        carried.forEach((k, n) => this.add(body.yields[k]!, carries[n], back));
        this.region(body, back);
        const next = carried.map((k) => back.adjoints.get(args[k]!) ?? b.f64(0));
        const totals = free.map((v) => back.adjoints.get(v)!);
        totals.forEach((x, n) => x !== carries[carried.length + n]! && changed.add(free[n]!));
        way = back;
        return [...next, ...totals];
      },
    );
    this.#tapes.complete(way!, region);
    free.forEach((v, n) => changed.has(v) && at.adjoints.set(v, received[carried.length + n]!));
    carried.forEach((k, n) => this.add(inits[k]!, received[n], at));
  }

  #if(op: OpOf<"if">, at: Back): void {
    if (this.#isFused(op, [], at)) return;
    const b = this.#b;
    const seeds = op.results.map((v) => (v.ty === "f64" && this.active(v) ? this.adjoint(v, at) : undefined));
    if (seeds.every((seed) => seed === undefined) && !op.regions.some((r) => this.#touches(r))) return;
    const free = [...new Set(op.regions.flatMap((r) => this.freeIn(r)))];
    const condition = this.#need(op.args[0]!, at);
    const changed = new Set<Value>();
    const regions = op.regions.map((branch) => {
      const back = backThrough(this.#augmented.forth(branch), at);
      const region = b.region([], () => {
        seeds.forEach((seed, k) => this.add(branch.yields[k]!, seed, back));
        this.region(branch, back);
        for (const v of free) if (back.adjoints.has(v)) changed.add(v);
        return free.map((v) => this.adjoint(v, back) ?? b.f64(0));
      });
      this.#tapes.complete(back, region);
      return region;
    });
    const types = free.map((): Ty => "f64");
    const received = b.emit("if", [condition], undefined, types, regions);
    free.forEach((v, n) => {
      nameAfter(received[n]!, v);
      if (changed.has(v)) at.adjoints.set(v, received[n]!);
    });
  }

  #call(op: OpOf<"call">, at: Back): void {
    if (this.#isFused(op, [], at)) return;
    const b = this.#b;
    const callee = this.#owner.lookup(op.attr.callee);
    const numbers = op.results.filter((v) => v.ty === "f64");
    const seed = (v: Value): Value => this.adjoint(v, at) ?? b.f64(0);
    const seeded = numbers.some((v) => this.active(v) && this.adjoint(v, at) !== undefined);
    if (callee.pullback !== undefined) {
      if (!seeded) return;
      this.#owner.plain(callee.pullback);
      const inputs = op.args.filter((v) => v.ty === "f64");
      const args = [...op.args.map((v) => this.#need(v, at)), ...numbers.map(seed)];
      const adjoints = b.call(
        callee.pullback,
        args,
        inputs.map((): Ty => "f64"),
      );
      return inputs.forEach((v, i) => this.add(v, adjoints[i], at));
    }
    if (!this.#derived(op) || (!seeded && !this.#memoryOf(op))) return;
    const exchange = this.#owner.exchange(callee);
    const seeds = exchange.seeds.map((k) => seed(op.results[k]!));
    const shadows = exchange.shadows.map((i) => this.shadow(op.args[i]!, at));
    const inputs = exchange.adjoints.map((i) => op.args[i]!);
    const types = inputs.map((): Ty => "f64");
    const { back } = this.#owner.pair(callee);
    const mark = this.#augmented.checkpoints.has(op) ? b.mark() : undefined;
    const adjoints = b.call(back, [this.#tapeOf(op, callee, at), ...seeds, ...shadows], types);
    if (mark !== undefined) b.reset(mark);
    inputs.forEach((v, i) => this.add(v, adjoints[i], at));
  }

  /** The tape that the forward sweep of a call left; a checkpointed segment is run again to have one. */
  #tapeOf(op: OpOf<"call">, callee: Func, at: Back): Value {
    const b = this.#b;
    const kept = this.#augmented.checkpoints.get(op);
    if (kept === undefined) return this.#tapes.need(this.#augmented.tapeOf.get(op)!, at);
    const args = op.args.map((v) => this.#need(v, at));
    kept.forEach((copy, i) => copy !== undefined && b.copy(args[i]!, this.#tapes.need(copy, at)));
    const params = callee.body.args;
    const mixed = op.args
      .filter((_, i) => this.#owner.mixed(callee, params[i]!))
      .map((v) => this.shadow(v, at));
    const types = op.results.map((v) => v.ty);
    return b.call(this.#owner.pair(callee).forth, [...args, ...mixed], [...types, "tape"]).at(-1)!;
  }
}

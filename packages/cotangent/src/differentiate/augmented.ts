/** The forward sweep of one function: the function itself, with tapes, shadows and saved values where they are needed. */
import type { Builder } from "../program/builder.ts";
import type { Func, Op, OpOf, Region, Ty, Value } from "../program/ir.ts";
import { recordOf, tripCount } from "./indices.ts";
import { isMemory } from "./places.ts";
import type { Sweeps } from "./sweeps.ts";
import { aside, insert } from "./tape.ts";
import type { Forth, Recorder, Tapes } from "./tape.ts";

/** How many iterations of a `while` a tape has room for at first. */
const FIRST_RECORDS = 8;

/** What has a way back of its own. */
export type Control = OpOf<"for"> | OpOf<"while"> | OpOf<"if"> | OpOf<"call">;

export class Augmented {
  readonly #owner: Sweeps;
  readonly #f: Func;
  readonly #b: Builder;
  readonly #tapes: Tapes;
  readonly #values = new Map<Value, Value>();
  /** Shadows of mixed arrays and tapes: those that go along. */
  readonly #shadows = new Map<Value, Value>();
  readonly #regions = new Map<Region, Region>();
  /** Tries to write a loop, a branch or a call together with its way back; says whether it did. */
  special: (op: Control) => boolean = () => false;
  /** Of a store that is undone: what was there before. */
  readonly saved: Map<Op, Value> = new Map();
  /** Of a call that is a checkpointed segment: for each array that does not stay as it is, what it held before. */
  readonly checkpoints: Map<Op, readonly (Value | undefined)[]> = new Map();
  /** Of a call: the tape that the callee's forward sweep left. */
  readonly tapeOf: Map<Op, Value> = new Map();

  constructor(owner: Sweeps, f: Func, b: Builder, tapes: Tapes) {
    this.#owner = owner;
    this.#f = f;
    this.#b = b;
    this.#tapes = tapes;
  }

  begin(args: readonly Value[], shadows: readonly (Value | undefined)[]): void {
    this.#f.body.args.forEach((v, i) => {
      this.#values.set(v, args[i]!);
      if (shadows[i] !== undefined) this.#shadows.set(v, shadows[i]);
    });
  }

  /** What `v` of the original is in the forward sweep. */
  value(v: Value): Value {
    return this.#values.get(v)!;
  }

  /** The shadow of a mixed array, in the forward sweep. */
  shadow(v: Value): Value {
    return this.#shadows.get(v)!;
  }

  /** Whether the forward sweep has come to `v` yet. */
  has(v: Value): boolean {
    return this.#values.has(v);
  }

  forth(region: Region): Forth {
    return this.#tapes.forth(this.#regions.get(region)!);
  }

  region(region: Region): void {
    for (const op of region.ops) {
      this.#b.loc = op.loc;
      this.#op(op);
    }
  }

  #mixed(v: Value): boolean {
    return this.#owner.mixed(this.#f, v);
  }

  bind(v: Value, value: Value): void {
    this.#values.set(v, value);
    value.name ??= v.name;
  }

  /** Takes over values, followed by the shadows of those that are mixed; returns how many there were. */
  #bindAll(values: readonly Value[], received: readonly Value[]): number {
    values.forEach((v, i) => this.bind(v, received[i]!));
    let next = values.length;
    for (const v of values) if (this.#mixed(v)) this.#shadows.set(v, received[next++]!);
    return next;
  }

  /** The shadows of those that are mixed, for passing on. */
  #along(values: readonly Value[]): Value[] {
    return values.filter((v) => this.#mixed(v)).map((v) => this.shadow(v));
  }

  /** The values, and the shadows of those that are mixed. */
  #all(values: readonly Value[]): Value[] {
    return [...values.map((v) => this.value(v)), ...this.#along(values)];
  }

  #types(values: readonly Value[]): Ty[] {
    return [...values, ...values.filter((v) => this.#mixed(v))].map((v) => v.ty);
  }

  #op(op: Op): void {
    switch (op.kind) {
      case "for":
      case "while":
      case "if":
      case "call":
        return this.special(op) ? undefined : this.#control(op);
      // What the forward sweep allocates is needed on the way back.
      case "mark":
        return this.bind(op.results[0]!, this.#b.i32(0));
      case "reset":
        return;
      default:
    }
    this.#save(op);
    const results = this.#b.emit(
      op.kind,
      op.args.map((v) => this.value(v)),
      op.attr,
      op.results.map((v) => v.ty),
    );
    op.results.forEach((v, i) => this.bind(v, results[i]!));
    if ((op.kind === "load" || op.kind === "tape.load") && this.#owner.stability.stable(op)) {
      this.#tapes.repeatable.add(results[0]!.def as Op);
    }
    this.#shadowed(op);
  }

  /** Before a store that is to be undone: what is there. */
  #save(op: Op): void {
    const [a, i] = op.args;
    if (a?.ty !== "array" || !WRITES.has(op.kind) || !this.#owner.stability.undone(this.#f, a)) return;
    const b = this.#b;
    const array = this.value(a);
    if (op.kind === "store" || op.kind === "accumulate") {
      this.saved.set(op, b.load(array, this.value(i!)));
      return;
    }
    const n = b.length(op.kind === "copy" ? this.value(i!) : array);
    const old = b.allocate(n);
    b.copy(old, b.subarray(array, b.i32(0), n));
    this.saved.set(op, old);
  }

  /** Does to the shadows of mixed memory what was done to it. */
  #shadowed(op: Op): void {
    const b = this.#b;
    const result = op.results[0];
    const [first, second, third] = op.args;
    if (op.kind === "tape.store" && this.#mixed(first!)) {
      const { slot } = op.attr;
      if (!this.#owner.activity.activeSlot(this.#f, first!, slot)) return;
      const x = isMemory(third!) ? this.shadow(third!) : b.f64(0);
      b.tapeStore(this.shadow(first!), this.value(second!), slot, x);
      return;
    }
    if (result === undefined || !this.#mixed(result)) return;
    const shadow = (): Value | undefined => {
      switch (op.kind) {
        case "allocate":
        case "data":
          return b.allocate(b.length(this.value(result)));
        case "tape.allocate":
          return b.tape(this.value(first!), op.attr.slots, op.attr.growable);
        case "subarray":
          return b.subarray(this.shadow(first!), this.value(second!), this.value(third!));
        case "select":
          return b.select(this.value(first!), this.shadow(second!), this.shadow(third!));
        case "tape.load":
          return b.tapeLoad(this.shadow(first!), this.value(second!), op.attr.slot, result.ty);
        default:
          return undefined;
      }
    };
    this.#shadows.set(result, shadow()!);
  }

  #control(op: Control): void {
    switch (op.kind) {
      case "for":
        return this.#for(op);
      case "while":
        return this.#while(op);
      case "if":
        return this.#if(op);
      case "call":
        return this.#call(op);
    }
  }

  #for(op: OpOf<"for">): void {
    const b = this.#b;
    const [body] = op.regions as [Region];
    const [lo, hi] = [this.value(op.args[0]!), this.value(op.args[1]!)];
    const inits = this.#all(op.args.slice(2));
    const region = b.region(["i32", ...inits.map((v) => v.ty)], (i, ...carries) => {
      this.bind(body.args[0]!, i);
      this.#bindAll(body.args.slice(1), carries);
      this.region(body);
      return this.#all(body.yields);
    });
    const types = inits.map((v) => v.ty);
    this.#bindAll(op.results, b.emit("for", [lo, hi, ...inits], { step: op.attr.step }, types, [region]));
    this.#records(body, region, false, () => {
      const n = b.op("i32.max", b.i32(0), tripCount(b, lo, hi, op.attr.step));
      return [n, () => recordOf(b, region.args[0]!, lo, op.attr.step)];
    });
  }

  /** The counter that numbers the records is one more carry. */
  #while(op: OpOf<"while">): void {
    const b = this.#b;
    const [test, body] = op.regions as [Region, Region];
    const inits = [...this.#all(op.args), b.i32(0)];
    const types = inits.map((v) => v.ty);
    const condition = b.region(types, (...carries) => {
      this.#bindAll(test.args, carries);
      this.region(test);
      return [this.value(test.yields[0]!)];
    });
    const region = b.region(types, (...carries) => {
      this.#bindAll(body.args, carries);
      this.region(body);
      return [...this.#all(body.yields), b.op("i32.add", carries.at(-1)!, b.i32(1))];
    });
    const received = b.emit("while", inits, {}, [...types, "i32"], [condition, region]);
    this.#bindAll(op.results.slice(0, -1), received);
    this.bind(op.results.at(-1)!, received.at(-1)!);
    this.#regions.set(test, condition);
    this.#records(body, region, true, () => [b.i32(FIRST_RECORDS), () => region.args.at(-1)!]);
  }

  /** Has the body of a loop record on demand. */
  #records(body: Region, region: Region, growable: boolean, layout: () => [Value, () => Value]): void {
    let recorder: Recorder | undefined;
    const make = (): Recorder => {
      const b = this.#b;
      const loop = region.parent!;
      const slots: Ty[] = [];
      let [tape, record]: (Value | undefined)[] = [];
      let number: () => Value;
      const before = aside(b, () => {
        const [n, rest] = layout();
        number = rest;
        tape = b.tape(n, slots, growable);
      });
      insert(loop.parent, loop.parent.ops.indexOf(loop), before);
      insert(
        region,
        region.ops.length,
        aside(b, () => (record = number())),
      );
      return { tape: tape!, record: record!, slots, slotOf: new Map() };
    };
    this.#regions.set(body, region);
    this.#tapes.enter({ region, kind: "records", exports: new Map(), tape: () => (recorder ??= make()) });
  }

  #if(op: OpOf<"if">): void {
    const b = this.#b;
    const regions = op.regions.map((branch) => {
      const region = b.region([], () => {
        this.region(branch);
        const mixed = branch.yields.filter((_, k) => this.#mixed(op.results[k]!));
        return [...branch.yields.map((v) => this.value(v)), ...mixed.map((v) => this.shadow(v))];
      });
      this.#regions.set(branch, region);
      this.#tapes.enter({ region, kind: "branch", exports: new Map() });
      return region;
    });
    const condition = this.value(op.args[0]!);
    this.#bindAll(op.results, b.emit("if", [condition], undefined, this.#types(op.results), regions));
  }

  #call(op: OpOf<"call">): void {
    const b = this.#b;
    const callee = this.#owner.lookup(op.attr.callee);
    const args = op.args.map((v) => this.value(v));
    const types = op.results.map((v) => v.ty);
    if (!this.#owner.derived(callee)) {
      this.#owner.plain(callee.name);
      const results = b.call(callee.name, args, types);
      op.results.forEach((v, i) => this.bind(v, results[i]!));
      return;
    }
    if (this.#owner.segments.has(callee.name)) return this.#segment(op, callee, args);
    const shadows = op.args
      .filter((_, i) => this.#owner.mixed(callee, callee.body.args[i]!))
      .map((v) => this.shadow(v));
    const more = op.results
      .filter((_, k) => this.#owner.mixed(callee, callee.body.yields[k]!))
      .map((v) => v.ty);
    const { forth } = this.#owner.pair(callee);
    const received = b.call(forth, [...args, ...shadows], [...types, ...more, "tape"]);
    this.#bindAll(op.results, received);
    this.tapeOf.set(op, received.at(-1)!);
  }

  /** The segment as it is; of the state at its beginning, what does not stay is kept. */
  #segment(op: OpOf<"call">, callee: Func, args: readonly Value[]): void {
    const b = this.#b;
    const kept = op.args.map((v, i) => {
      if (v.ty !== "array" || !this.#owner.stability.changes(op, this.#f, v)) return undefined;
      const copy = b.allocate(b.length(args[i]!));
      b.copy(copy, args[i]!);
      return copy;
    });
    this.checkpoints.set(op, kept);
    this.#owner.plain(callee.name);
    const mark = b.mark();
    const results = b.call(
      callee.name,
      args,
      op.results.map((v) => v.ty),
    );
    b.reset(mark);
    op.results.forEach((v, i) => this.bind(v, results[i]!));
  }
}

export const WRITES: ReadonlySet<string> = new Set(["store", "accumulate", "fill", "copy"]);

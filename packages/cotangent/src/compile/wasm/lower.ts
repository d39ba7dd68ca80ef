/** From programs to WebAssembly: one function of a program at a time. */
import { isOp, plan } from "../plan.ts";
import type { Plan } from "../plan.ts";
import type { Func, Op, OpOf, Parameter, Region, Value } from "../../program/ir.ts";
import { affine, isInside, keyOf } from "./affine.ts";
import type { Affine } from "./affine.ts";
import type { Callable, FunctionBuilder, ModuleBuilder } from "./assembler.ts";
import type { Instruction } from "./instructions.ts";
import { vectorLoop } from "./vectorise.ts";
import type { VectorLoop } from "./vectorise.ts";
import { TAPE_CAPACITY, TAPE_RECORDS } from "./layout.ts";
import type { Arithmetic } from "./primitives.ts";
import type { Runtime } from "./runtime.ts";

/** What all functions of a module share. */
export interface Shared {
  readonly module: ModuleBuilder;
  readonly runtime: Runtime;
  readonly arithmetic: Arithmetic;
  readonly functions: ReadonlyMap<string, FunctionBuilder>;
  readonly externals: (op: OpOf<"external">) => Callable;
  /** The number by which the host finds the operation that refused. */
  readonly site: (op: Op) => number;
  /** Whether sums may be added up in another order than the program says. */
  readonly reorder: boolean;
  /** The address of a constant array. */
  readonly data: (elements: Float64Array) => number;
}

/** The types of a function's parameters or results in WebAssembly: an array is an address and a length. */
export const flatten = (types: readonly Value["ty"][]): string =>
  types.map((ty) => ({ f64: "f", i32: "i", array: "ii", tape: "i" })[ty]).join("");

/** An address that a loop keeps in a local and moves along: that of the element whose index has this key and constant. */
interface Pointer {
  readonly base: string;
  readonly key: string;
  readonly constant: number;
  readonly local: number;
  /** Bytes per iteration. */
  readonly stride: number;
}

interface Loop {
  readonly region: Region;
  readonly pointers: readonly Pointer[];
}

/** More than this would not stay in registers. */
const MOST_POINTERS = 10;
/** A function of more operations than this is written in pieces of so many. */
const LONGEST = 4000;
const PIECE = 2000;
/** Loops of fewer iterations are carried out one by one. */
const FEWEST_PAIRED = 4;
/** A pointer serves elements up to this far behind it; memory begins with as much that no array lies in. */
const REACH = 8;

const direct: Partial<Record<Op["kind"], Instruction>> = {
  "i32.add": "i32.add",
  "i32.sub": "i32.sub",
  "i32.mul": "i32.mul",
  "i32.and": "i32.and",
  "i32.or": "i32.or",
  "i32.xor": "i32.xor",
  "i32.shl": "i32.shl",
  "i32.shr": "i32.shr_s",
  "i32.ushr": "i32.shr_u",
  "i32.clz": "i32.clz",
  "i32.not": "i32.eqz",
  "i32.eq": "i32.eq",
  "i32.ne": "i32.ne",
  "i32.lt": "i32.lt_s",
  "i32.le": "i32.le_s",
  "i32.gt": "i32.gt_s",
  "i32.ge": "i32.ge_s",
  "f64.eq": "f64.eq",
  "f64.ne": "f64.ne",
  "f64.lt": "f64.lt",
  "f64.le": "f64.le",
  "f64.gt": "f64.gt",
  "f64.ge": "f64.ge",
  "f64.fromI32": "f64.convert_i32_s",
  "f64.fromU32": "f64.convert_i32_u",
};

/** Calls `visit` for everything that an operation uses, its regions included. */
function eachUse(op: Op, visit: (v: Value) => void): void {
  op.args.forEach(visit);
  for (const region of op.regions) {
    for (const inner of region.ops) eachUse(inner, visit);
    region.yields.forEach(visit);
  }
}

/** Whether v is defined inside the regions of op. */
const isInsideOp = (v: Value, op: Op): boolean => op.regions.some((region) => isInside(v, region));

export class Lowering {
  /** The function being written: that of the program, or a piece of it. */
  f: FunctionBuilder;
  readonly #shared: Shared;
  readonly #plan: Plan;
  readonly #params: readonly Parameter[];
  /** The local of each value (of an array: of its address), -1 where it has none. */
  readonly #local: Int32Array;
  /** Of an array: the local of its length. */
  readonly #length: Int32Array;
  /** Of a tape whose records stay in place: the local of each slot's address. */
  readonly #slots = new Map<Value, Map<number, number>>();
  /** Which slots of a tape are accessed, and whether they are written. */
  readonly #accessed = new Map<Value, { readonly slots: Set<number>; written: boolean }>();
  readonly #loops: Loop[] = [];

  constructor(func: Func, f: FunctionBuilder, shared: Shared) {
    this.f = f;
    this.#shared = shared;
    this.#plan = plan(func);
    this.#params = func.params;
    this.#local = new Int32Array(func.size).fill(-1);
    this.#length = new Int32Array(func.size).fill(-1);
    this.#scanTapes(func.body);
    let next = 0;
    for (const v of func.body.args) {
      this.#local[v.id] = next++;
      if (v.ty === "array") this.#length[v.id] = next++;
    }
    func.body.args.forEach((v) => this.#locateRecords(v));
    if (func.body.ops.length > LONGEST) {
      this.#pieces(func);
      return;
    }
    this.#ops(func.body);
    func.body.yields.forEach((v) => this.#push(v));
  }

  // Long functions

  /**
   * Engines refuse very long functions, and take long over long ones: the body is written in pieces, each a function of its own.
   * What one piece computes and another needs goes through memory.
   */
  #pieces(func: Func): void {
    const outer = this.f;
    const { ops, args, yields } = func.body;
    const { inlined } = this.#plan;
    const piece = new Int32Array(func.size).fill(-1);
    ops.forEach((op, k) => op.results.forEach((v) => (piece[v.id] = Math.floor(k / PIECE))));
    const slots = new Map<Value, number>();
    const share = (v: Value): void => {
      if (!slots.has(v)) slots.set(v, 8 * slots.size);
    };
    // Backwards, so that it is known where an inlined value is written before its arguments are looked at.
    for (let k = ops.length - 1; k >= 0; k--) {
      const here = Math.floor(k / PIECE);
      eachUse(ops[k]!, (v) => {
        if (piece[v.id] === here || isInsideOp(v, ops[k]!)) return;
        if (isOp(v.def) && v.def.kind === "constant") return;
        inlined[v.id] = 0;
        share(v);
      });
    }
    for (const v of yields) if (!inlined[v.id]) share(v);
    const frame = outer.local("i");
    const store = (v: Value, at: number): void => {
      const { f } = this;
      const slot = slots.get(v)!;
      f.get(at)
        .get(this.#local[v.id]!)
        .access(v.ty === "f64" ? "f64.store" : "i32.store", slot);
      if (v.ty === "array")
        f.get(at)
          .get(this.#length[v.id]!)
          .access("i32.store", slot + 4);
    };
    const load = (v: Value, at: number): void => {
      const { f } = this;
      const slot = slots.get(v)!;
      f.get(at).access(v.ty === "f64" ? "f64.load" : "i32.load", slot);
      if (v.ty === "array") f.get(at).access("i32.load", slot + 4);
    };
    outer
      .i32(8 * slots.size)
      .call(this.#shared.runtime.reserve)
      .set(frame);
    for (const v of args) if (slots.has(v)) store(v, frame);
    let present: Value[] = [...args];
    for (let begin = 0; begin < ops.length; begin += PIECE) {
      for (const v of present) {
        this.#local[v.id] = -1;
        this.#slots.delete(v);
      }
      present = [];
      this.f = this.#shared.module.function(`${func.name} ${begin}`, "i", "");
      for (const op of ops.slice(begin, begin + PIECE)) {
        eachUse(op, (v) => {
          if (!slots.has(v) || this.#local[v.id]! >= 0) return;
          load(v, 0);
          this.#defineAll([v]);
          present.push(v);
        });
        this.#operation(op);
        for (const v of op.results) {
          if (slots.has(v) && !inlined[v.id]) store(v, 0);
          present.push(v);
        }
        this.#bury(op);
      }
      outer.get(frame).call(this.f);
    }
    this.f = outer;
    for (const v of yields) {
      if (inlined[v.id]) this.#push(v);
      else load(v, frame);
    }
  }

  // Values

  #define(v: Value): void {
    this.#local[v.id] = this.f.local(v.ty === "f64" ? "f" : "i");
    if (v.ty === "array") this.#length[v.id] = this.f.local("i");
  }

  /** Pops what is on the stack into the locals of `values`. */
  #store(values: readonly Value[]): void {
    for (let i = values.length - 1; i >= 0; i--) {
      const v = values[i]!;
      if (v.ty === "array") this.f.set(this.#length[v.id]!);
      this.f.set(this.#local[v.id]!);
    }
    values.forEach((v) => this.#locateRecords(v));
  }

  #defineAll(values: readonly Value[]): void {
    values.forEach((v) => this.#define(v));
    this.#store(values);
  }

  #push(v: Value): void {
    if (this.#plan.inlined[v.id]) {
      this.#pure(v.def as Op);
      return;
    }
    this.f.get(this.#local[v.id]!);
    if (v.ty === "array") this.f.get(this.#length[v.id]!);
  }

  #release(v: Value): void {
    const local = this.#local[v.id]!;
    if (local < 0) return;
    this.f.release(local);
    if (v.ty === "array") this.f.release(this.#length[v.id]!);
    this.#slots.get(v)?.forEach((l) => this.f.release(l));
    this.#slots.delete(v);
    this.#local[v.id] = -1;
  }

  // Tapes

  #scanTapes(region: Region): void {
    for (const op of region.ops) {
      if (op.kind === "tape.store" || op.kind === "tape.load") {
        const tape = op.args[0]!;
        let entry = this.#accessed.get(tape);
        if (entry === undefined) this.#accessed.set(tape, (entry = { slots: new Set(), written: false }));
        entry.slots.add(op.attr.slot);
        if (op.kind === "tape.store") entry.written = true;
      }
      op.regions.forEach((r) => this.#scanTapes(r));
    }
  }

  /** Records move when a growable tape grows; nobody but a function that writes to a tape makes it grow. */
  #staysInPlace(tape: Value): boolean {
    if (isOp(tape.def) && tape.def.kind === "tape.allocate") return !tape.def.attr.growable;
    return this.#accessed.get(tape)?.written !== true;
  }

  /** slot s begins at records + 8·s·capacity */
  #pushSlot(tape: Value, slot: number): void {
    const { f } = this;
    const local = this.#local[tape.id]!;
    f.get(local).access("i32.load", TAPE_RECORDS);
    if (slot > 0)
      f.get(local)
        .access("i32.load", TAPE_CAPACITY)
        .i32(8 * slot)
        .op("i32.mul")
        .op("i32.add");
  }

  #locateRecords(v: Value): void {
    if (v.ty !== "tape" || !this.#staysInPlace(v)) return;
    // A loop's tape keeps its locals from round to round.
    const slots = this.#slots.get(v) ?? new Map<number, number>();
    this.#accessed.get(v)?.slots.forEach((slot) => {
      const local = slots.get(slot) ?? this.f.local("i");
      this.#pushSlot(v, slot);
      this.f.set(local);
      slots.set(slot, local);
    });
    this.#slots.set(v, slots);
  }

  // Addresses

  /** Pushes an address and returns the offset from it at which element i of an array, or a tape's slot, lies. */
  #address(a: Value, i: Value, slot?: number): number {
    const { f } = this;
    const base = slot === undefined ? `${a.id}` : `${a.id}.${slot}`;
    for (let k = this.#loops.length - 1; k >= 0; k--) {
      const { region, pointers } = this.#loops[k]!;
      if (!pointers.some((p) => p.base === base)) continue;
      const index = affine(i, region);
      if (index === undefined) break;
      const key = keyOf(index);
      const p = pointers.find(
        (p) =>
          p.base === base &&
          p.key === key &&
          index.constant >= p.constant &&
          index.constant - p.constant <= REACH,
      );
      if (p !== undefined) {
        f.get(p.local);
        return 8 * (index.constant - p.constant);
      }
    }
    this.#pushBase(a, slot);
    if (isOp(i.def)) {
      if (i.def.kind === "constant") return 8 * i.def.attr;
      const [x, y] = i.def.args;
      const isSum = i.def.kind === "i32.add" && this.#plan.inlined[i.id];
      if (isSum && isOp(y!.def) && y!.def.kind === "constant" && y!.def.attr >= 0 && y!.def.attr < 2 ** 20) {
        // x alone may be negative: x + y may not. The address of a[x] may lie before memory, if y is large.
        if (y!.def.attr <= REACH) {
          this.#push(x!);
          f.i32(3).op("i32.shl").op("i32.add");
          return 8 * y!.def.attr;
        }
      }
    }
    this.#push(i);
    f.i32(3).op("i32.shl").op("i32.add");
    return 0;
  }

  #pushBase(a: Value, slot?: number): void {
    if (slot === undefined) this.f.get(this.#local[a.id]!);
    else {
      const local = this.#slots.get(a)?.get(slot);
      if (local === undefined) this.#pushSlot(a, slot);
      else this.f.get(local);
    }
  }

  // Operations

  #ops(region: Region): void {
    for (const op of region.ops) {
      this.#operation(op);
      this.#bury(op);
    }
  }

  #operation(op: Op): void {
    const out = op.results[0];
    if (out === undefined || !this.#plan.inlined[out.id]) this.#op(op);
  }

  /** Frees the locals of what is not used after op. */
  #bury(op: Op): void {
    for (const v of this.#plan.deaths.get(op) ?? []) this.#release(v);
    for (const v of op.results) if (this.#plan.uses[v.id] === 0) this.#release(v);
  }

  /** What a region defined and yields lives to its end, and no longer. */
  #leave(region: Region): void {
    for (const op of region.ops) for (const v of op.results) this.#release(v);
  }

  #op(op: Op): void {
    const { f } = this;
    const { runtime } = this.#shared;
    const [x, y, z] = op.args as [Value, Value, Value];
    switch (op.kind) {
      case "data":
        f.i32(this.#shared.data(op.attr)).i32(op.attr.length);
        break;
      case "select":
        if (x.ty === "i32" && op.results[0]!.ty === "array") {
          for (const of of [this.#local, this.#length]) {
            f.get(of[y.id]!).get(of[z.id]!);
            this.#push(x);
            f.select("i");
          }
        } else {
          this.#pure(op);
        }
        break;
      case "f64.index": {
        this.#push(x);
        const number = f.local("f");
        const index = f.local("i");
        f.tee(number).op("i32.trunc_sat_f64_s").tee(index).op("f64.convert_i32_s").get(number).op("f64.ne");
        f.if("", () => f.i32(this.#shared.site(op)).get(number).call(runtime.fail(1)));
        f.get(index);
        f.release(number);
        f.release(index);
        break;
      }
      case "allocate":
        this.#push(x);
        f.call(runtime.allocate);
        this.#push(x);
        break;
      case "load": {
        f.access("f64.load", this.#address(x, y));
        break;
      }
      case "store": {
        const offset = this.#address(x, y);
        this.#push(z);
        f.access("f64.store", offset);
        return;
      }
      case "accumulate": {
        const offset = this.#address(x, y);
        const at = f.local("i");
        f.tee(at).get(at).access("f64.load", offset);
        this.#push(z);
        f.op("f64.add").access("f64.store", offset);
        f.release(at);
        return;
      }
      case "fill":
        this.#fill(x, y);
        return;
      case "copy":
        f.get(this.#local[x.id]!)
          .get(this.#local[y.id]!)
          .get(this.#length[y.id]!)
          .i32(3)
          .op("i32.shl")
          .copy();
        return;
      case "subarray":
        f.get(this.#local[x.id]!);
        this.#push(y);
        f.i32(3).op("i32.shl").op("i32.add");
        this.#push(z);
        this.#push(y);
        f.op("i32.sub");
        break;
      case "bound":
        this.#push(x);
        f.get(this.#length[y.id]!).op("i32.ge_u");
        f.if("", () => {
          f.i32(this.#shared.site(op));
          this.#push(x);
          f.op("f64.convert_i32_s").get(this.#length[y.id]!).op("f64.convert_i32_s").call(runtime.fail(2));
          f.unreachable();
        });
        return;
      case "fail": {
        f.i32(this.#shared.site(op));
        const values = op.args.slice(0, 8);
        for (const v of values) {
          if (v.ty === "array") f.get(this.#length[v.id]!);
          else this.#push(v);
          if (v.ty !== "f64") f.op("f64.convert_i32_s");
        }
        f.call(runtime.fail(values.length));
        return;
      }
      case "for":
        this.#for(op);
        return;
      case "while":
        this.#while(op);
        return;
      case "if":
        this.#if(op);
        return;
      case "call":
        op.args.forEach((v) => this.#push(v));
        f.call(this.#shared.functions.get(op.attr.callee)!);
        break;
      case "external":
        op.args.forEach((v) => this.#push(v));
        f.call(this.#shared.externals(op));
        break;
      case "tape.allocate":
        this.#push(x);
        f.i32(op.attr.slots.length).call(runtime.tape);
        break;
      case "tape.store":
        this.#tapeStore(op);
        return;
      case "tape.load": {
        const { ty } = op.results[0]!;
        const offset = this.#address(x, y, op.attr.slot);
        if (ty === "array") {
          const at = f.local("i");
          f.tee(at)
            .access("i32.load", offset)
            .get(at)
            .access("i32.load", offset + 4);
          f.release(at);
        } else {
          f.access(ty === "f64" ? "f64.load" : "i32.load", offset);
        }
        break;
      }
      case "mark":
        f.getGlobal(runtime.top);
        break;
      case "reset": {
        // Not below the records of a tape that has grown since.
        this.#push(x);
        f.getGlobal(runtime.floor);
        this.#push(x);
        f.getGlobal(runtime.floor).op("i32.gt_u").select("i").setGlobal(runtime.top);
        return;
      }
      default:
        this.#pure(op);
    }
    this.#defineAll(op.results);
  }

  /** Pushes the result of an operation that has no effect. */
  #pure(op: Op): void {
    const { f } = this;
    const { runtime } = this.#shared;
    const [x, y] = op.args as [Value, Value];
    const args = (): void => op.args.forEach((v) => this.#push(v));
    switch (op.kind) {
      case "constant":
        if (op.results[0]!.ty === "i32") f.i32(op.attr);
        else this.#shared.arithmetic.constant(f, op.attr);
        return;
      case "primitive":
        this.#shared.arithmetic.apply(f, op.attr, op.args, (v) => this.#push(v));
        return;
      case "select": {
        const ty = op.results[0]!.ty;
        this.#push(op.args[1]!);
        this.#push(op.args[2]!);
        this.#push(x);
        f.select(ty === "f64" ? "f" : "i");
        return;
      }
      case "length":
        f.get(this.#length[x.id]!);
        return;
      case "f64.rem":
        args();
        f.call(runtime.remainder);
        return;
      case "f64.toInt32":
        args();
        f.call(runtime.toInt32);
        return;
      case "i32.div":
      case "i32.rem": {
        args();
        const safe = isOp(y.def) && y.def.kind === "constant" && y.def.attr > 0;
        if (op.kind === "i32.div") safe ? f.op("i32.div_s") : f.call(runtime.div);
        else safe ? f.op("i32.rem_s") : f.call(runtime.rem);
        return;
      }
      case "i32.min":
      case "i32.max": {
        const [a, b] = [f.local("i"), f.local("i")];
        args();
        f.set(b)
          .set(a)
          .get(a)
          .get(b)
          .get(a)
          .get(b)
          .op(op.kind === "i32.min" ? "i32.lt_s" : "i32.gt_s")
          .select("i");
        f.release(a);
        f.release(b);
        return;
      }
      default:
        args();
        f.op(direct[op.kind]!);
    }
  }

  #fill(a: Value, x: Value): void {
    const { f } = this;
    const [at, end] = [f.local("i"), f.local("i")];
    const value = f.local("f");
    this.#push(x);
    f.set(value).get(this.#local[a.id]!).tee(at);
    f.get(this.#length[a.id]!).i32(3).op("i32.shl").op("i32.add").set(end);
    f.block("", (done) => {
      f.get(at).get(end).op("i32.eq").brIf(done);
      f.loop("", (again) => {
        f.get(at).get(value).access("f64.store", 0);
        f.get(at).i32(8).op("i32.add").tee(at).get(end).op("i32.ne").brIf(again);
      });
    });
    f.release(at);
    f.release(end);
    f.release(value);
  }

  #tapeStore(op: OpOf<"tape.store">): void {
    const { f } = this;
    const [tape, i, x] = op.args as [Value, Value, Value];
    if (!this.#staysInPlace(tape)) {
      this.#push(i);
      f.get(this.#local[tape.id]!).access("i32.load", TAPE_CAPACITY).op("i32.ge_u");
      f.if("", () => f.get(this.#local[tape.id]!).call(this.#shared.runtime.growTape));
    }
    const offset = this.#address(tape, i, op.attr.slot);
    if (x.ty === "array") {
      const at = f.local("i");
      f.tee(at).get(this.#local[x.id]!).access("i32.store", offset);
      f.get(at)
        .get(this.#length[x.id]!)
        .access("i32.store", offset + 4);
      f.release(at);
      return;
    }
    this.#push(x);
    f.access(x.ty === "f64" ? "f64.store" : "i32.store", offset);
  }

  // Control

  /** Gives the carries of the next round (or the results of a branch) their values, all at once. */
  #assign(from: readonly Value[], to: readonly Value[]): void {
    const changed = to.map((_, k) => k).filter((k) => from[k] !== to[k]);
    for (const k of changed) this.#push(from[k]!);
    this.#store(changed.map((k) => to[k]!));
  }

  /** The results of a loop are its carries: they take over the locals. */
  #inherit(results: readonly Value[], carries: readonly Value[]): void {
    carries.forEach((c, k) => {
      const v = results[k]!;
      this.#local[v.id] = this.#local[c.id]!;
      this.#length[v.id] = this.#length[c.id]!;
      const slots = this.#slots.get(c);
      slots?.forEach((l) => this.f.release(l));
      this.#slots.delete(c);
      this.#local[c.id] = -1;
      this.#locateRecords(v);
    });
  }

  #for(op: OpOf<"for">): void {
    const { f } = this;
    const [lo, hi, ...inits] = op.args as [Value, Value, ...Value[]];
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const { step } = op.attr;
    this.#define(i);
    carries.forEach((c) => this.#define(c));
    inits.forEach((v) => this.#push(v));
    this.#store(carries);
    this.#push(lo);
    f.set(this.#local[i.id]!);
    const more: Instruction = step > 0 ? "i32.lt_s" : "i32.gt_s";
    f.get(this.#local[i.id]!);
    this.#push(hi);
    f.op(more);
    f.if("", () => {
      const { arithmetic, reorder } = this.#shared;
      const vector = vectorLoop(
        op,
        this.#plan,
        (id) => arithmetic.hasVector(id),
        reorder,
        (v) => this.#params[v.index]!.noalias,
      );
      const scalar = (): void => this.#rounds(op, more);
      if (vector === undefined) {
        scalar();
        return;
      }
      this.#pairs(op, vector);
      f.get(this.#local[i.id]!);
      this.#push(hi);
      f.op(more).if("", scalar);
    });
    this.#release(i);
    this.#inherit(op.results, carries);
  }

  /** The iterations of a loop, one by one, from the present value of its variable. There is at least one. */
  #rounds(op: OpOf<"for">, more: Instruction): void {
    const { f } = this;
    const hi = op.args[1]!;
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const { step } = op.attr;
    const pointers = this.#pointers(region, step);
    f.loop("", (again) => {
      this.#loops.push({ region, pointers });
      this.#ops(region);
      this.#assign(region.yields, carries);
      this.#leave(region);
      this.#loops.pop();
      for (const p of pointers) if (p.stride !== 0) f.get(p.local).i32(p.stride).op("i32.add").set(p.local);
      f.get(this.#local[i.id]!).i32(step).op("i32.add").tee(this.#local[i.id]!);
      this.#push(hi);
      f.op(more).brIf(again);
    });
    for (const p of pointers) f.release(p.local);
  }

  // Two iterations at a time

  /** As many pairs of iterations as there are, if there are enough to be worth it and all checks will succeed. */
  #pairs(op: OpOf<"for">, vector: VectorLoop): void {
    const { f } = this;
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const index = this.#local[i.id]!;
    const end = f.local("i");
    this.#push(op.args[1]!);
    f.get(index).op("i32.sub").tee(end).i32(FEWEST_PAIRED).op("i32.ge_s");
    f.get(end).i32(-2).op("i32.and").get(index).op("i32.add").set(end);
    // So that slope times count stays below 2^31.
    if (vector.bounds.some((b) => b.index.slope > 1)) {
      f.get(end)
        .get(index)
        .op("i32.sub")
        .i32(2 ** 24)
        .op("i32.lt_s")
        .op("i32.and");
    }
    for (const bound of vector.bounds) {
      const length = this.#length[bound.array.id]!;
      // The first and the last index in range, and the first not after the last: then all are.
      this.#pushAffine(bound.index, () => f.get(index));
      f.get(length).op("i32.lt_u").op("i32.and");
      if (bound.index.slope === 0) continue;
      const last = (): unknown => f.get(end).i32(1).op("i32.sub");
      this.#pushAffine(bound.index, last);
      f.get(length).op("i32.lt_u").op("i32.and");
      this.#pushAffine(bound.index, () => f.get(index));
      this.#pushAffine(bound.index, last);
      f.op("i32.le_s").op("i32.and");
    }
    f.if("", () => {
      const pointers = this.#pointers(region, 1);
      const lanes = new Map<Value, number>();
      const splat = (v: Value): void => {
        if (lanes.has(v) || isInside(v, region) || v.ty !== "f64" || this.#plan.inlined[v.id]) return;
        const local = f.local("v");
        f.get(this.#local[v.id]!).op("f64x2.splat").set(local);
        lanes.set(v, local);
      };
      for (const o of region.ops) o.args.forEach(splat);
      region.yields.forEach(splat);
      const totals = carries.map((c) => {
        const local = f.local("v");
        // The sum so far in one lane, nothing in the other.
        this.#shared.arithmetic.constant(f, 0);
        f.op("f64x2.splat").get(this.#local[c.id]!).lane("f64x2.replace_lane", 0).set(local);
        return local;
      });
      const memoryTotals = new Map<Op, number>();
      for (const o of vector.memorySums) {
        const local = f.local("v");
        this.#shared.arithmetic.constant(f, 0);
        f.op("f64x2.splat").set(local);
        memoryTotals.set(o, local);
      }
      f.loop("", (again) => {
        this.#loops.push({ region, pointers });
        const owned: number[] = [];
        for (const o of vector.ops) this.#pair(o, vector, lanes, owned, memoryTotals);
        vector.sums.forEach(({ term, negative }, k) => {
          f.get(totals[k]!);
          this.#pushLanes(term, lanes);
          f.op(negative ? "f64x2.sub" : "f64x2.add").set(totals[k]!);
        });
        this.#leave(region);
        for (const local of owned) f.release(local);
        this.#loops.pop();
        for (const p of pointers)
          f.get(p.local)
            .i32(2 * p.stride)
            .op("i32.add")
            .set(p.local);
        f.get(index).i32(2).op("i32.add").tee(index).get(end).op("i32.lt_s").brIf(again);
      });
      const both = (local: number): void => {
        f.get(local).lane("f64x2.extract_lane", 0).get(local).lane("f64x2.extract_lane", 1).op("f64.add");
      };
      carries.forEach((c, k) => {
        both(totals[k]!);
        f.set(this.#local[c.id]!);
      });
      for (const [o, local] of memoryTotals) {
        const at = f.local("i");
        this.#pushBase(o.args[0]!);
        this.#pushAffine(vector.accesses.get(o)!.index, () => f.i32(0));
        f.i32(3).op("i32.shl").op("i32.add").tee(at).get(at).access("f64.load");
        both(local);
        f.op("f64.add").access("f64.store");
        f.release(at);
      }
      for (const p of pointers) f.release(p.local);
      for (const local of [...totals, ...memoryTotals.values()]) f.release(local);
      for (const [v, local] of lanes) if (!isInside(v, region)) f.release(local);
    });
    f.release(end);
  }

  /** Pushes an index, where `at` pushes the loop's variable. */
  #pushAffine(index: Affine, at: () => unknown): void {
    const { f } = this;
    f.i32(index.constant);
    if (index.slope !== 0) {
      at();
      f.i32(index.slope).op("i32.mul").op("i32.add");
    }
    for (const [v, factor] of index.terms) {
      this.#push(v);
      f.i32(factor).op("i32.mul").op("i32.add");
    }
  }

  #pushLanes(v: Value, lanes: ReadonlyMap<Value, number>): void {
    const known = lanes.get(v);
    if (known !== undefined) {
      this.f.get(known);
      return;
    }
    if (isOp(v.def) && v.def.kind === "constant") {
      this.#shared.arithmetic.constantLanes(this.f, v.def.attr);
      return;
    }
    this.#push(v);
    this.f.op("f64x2.splat");
  }

  /** One operation in two iterations at once. */
  #pair(
    op: Op,
    vector: VectorLoop,
    lanes: Map<Value, number>,
    owned: number[],
    memoryTotals: ReadonlyMap<Op, number>,
  ): void {
    const { f } = this;
    const [x, y, z] = op.args as [Value, Value, Value];
    const push = (v: Value): void => this.#pushLanes(v, lanes);
    const out = op.results[0];
    const define = (): void => {
      const local = f.local("v");
      owned.push(local);
      f.set(local);
      lanes.set(out!, local);
    };
    if (vector.sums.some((sum) => sum.op === op)) return;
    const access = vector.accesses.get(op);
    if (access !== undefined) {
      const total = memoryTotals.get(op);
      if (total !== undefined) {
        f.get(total);
        push(z);
        f.op("f64x2.add").set(total);
        return;
      }
      const slot = op.kind === "tape.load" || op.kind === "tape.store" ? op.attr.slot : undefined;
      const offset = this.#address(x, y, slot);
      if (op.kind === "load" || op.kind === "tape.load") {
        const { slope } = access.index;
        if (slope === 0) f.access("v128.load64_splat", offset);
        else if (slope === 1) f.access("v128.load", offset);
        else {
          const at = f.local("i");
          f.tee(at)
            .get(at)
            .access("v128.load64_zero", offset)
            .loadSecondLane(offset + 8 * slope);
          f.release(at);
        }
        define();
      } else if (op.kind === "accumulate") {
        const at = f.local("i");
        f.tee(at).get(at).access("v128.load", offset);
        push(z);
        f.op("f64x2.add").access("v128.store", offset);
        f.release(at);
      } else {
        push(z);
        f.access("v128.store", offset);
      }
      return;
    }
    switch (op.kind) {
      case "bound":
      case "constant":
        return;
      case "primitive":
        this.#shared.arithmetic.applyLanes(f, op.attr, op.args, push);
        define();
        return;
      case "f64.fromI32": {
        const index = affine(x, op.parent)!;
        this.#push(x);
        f.op("f64.convert_i32_s").op("f64x2.splat");
        this.#push(x);
        f.i32(index.slope).op("i32.add").op("f64.convert_i32_s").lane("f64x2.replace_lane", 1);
        define();
        return;
      }
      case "select":
        push(y);
        push(z);
        push(x);
        f.op("v128.bitselect");
        define();
        return;
      case "i32.and":
      case "i32.or":
        push(x);
        push(y);
        f.op(op.kind === "i32.and" ? "v128.and" : "v128.or");
        define();
        return;
      case "i32.not":
        push(x);
        f.op("v128.not");
        define();
        return;
      default:
        if (out!.ty === "i32" && op.kind.startsWith("i32.")) {
          // An index: that of the first lane.
          if (!this.#plan.inlined[out!.id]) this.#op(op);
          return;
        }
        push(x);
        push(y);
        f.op(direct[op.kind]!.replace("f64.", "f64x2.") as Instruction);
        define();
    }
  }

  /** Sets up pointers for what a loop accesses at indices that move evenly. */
  #pointers(region: Region, step: number): Pointer[] {
    const found = new Map<
      string,
      { a: Value; slot: number | undefined; index: Affine; constants: number[] }
    >();
    const visit = (r: Region): void => {
      for (const op of r.ops) {
        if (op.kind === "if") op.regions.forEach(visit);
        const isTape = op.kind === "tape.load" || op.kind === "tape.store";
        if (!isTape && op.kind !== "load" && op.kind !== "store" && op.kind !== "accumulate") continue;
        const [a, i] = op.args as [Value, Value];
        if (isInside(a, region) || (isTape && !this.#staysInPlace(a))) continue;
        const index = affine(i, region);
        if (index === undefined || index.slope === 0) continue;
        const slot = isTape ? op.attr.slot : undefined;
        const key = `${a.id}.${slot};${keyOf(index)}`;
        const group = found.get(key);
        if (group === undefined) found.set(key, { a, slot, index, constants: [index.constant] });
        else group.constants.push(index.constant);
      }
    };
    visit(region);
    const pointers: Pointer[] = [];
    const { f } = this;
    for (const { a, slot, index, constants } of found.values()) {
      const ordered = [...new Set(constants)].sort((x, y) => x - y);
      let reach = -Infinity;
      for (const constant of ordered) {
        if (constant <= reach) continue;
        if (pointers.length === MOST_POINTERS) return pointers;
        reach = constant + REACH;
        const local = f.local("i");
        this.#pushBase(a, slot);
        f.get(this.#local[region.args[0]!.id]!).i32(index.slope).op("i32.mul");
        for (const [v, factor] of index.terms) {
          this.#push(v);
          f.i32(factor).op("i32.mul").op("i32.add");
        }
        f.i32(constant).op("i32.add").i32(3).op("i32.shl").op("i32.add").set(local);
        const base = slot === undefined ? `${a.id}` : `${a.id}.${slot}`;
        pointers.push({ base, key: keyOf(index), constant, local, stride: 8 * index.slope * step });
      }
    }
    return pointers;
  }

  #while(op: OpOf<"while">): void {
    const { f } = this;
    const [test, body] = op.regions as [Region, Region];
    const trips = op.results.at(-1)!;
    test.args.forEach((c) => this.#define(c));
    this.#define(trips);
    op.args.forEach((v) => this.#push(v));
    this.#store(test.args);
    // The body's carries are the condition's.
    body.args.forEach((c, k) => {
      const of = test.args[k]!;
      this.#local[c.id] = this.#local[of.id]!;
      this.#length[c.id] = this.#length[of.id]!;
    });
    f.i32(0).set(this.#local[trips.id]!);
    f.block("", (done) => {
      f.loop("", (again) => {
        this.#ops(test);
        this.#push(test.yields[0]!);
        f.op("i32.eqz").brIf(done);
        this.#leave(test);
        body.args.forEach((c) => this.#locateRecords(c));
        this.#ops(body);
        this.#assign(
          body.yields.map((v) => (body.args.includes(v) ? test.args[body.args.indexOf(v)]! : v)),
          test.args,
        );
        this.#leave(body);
        body.args.forEach((c) => this.#slots.get(c)?.forEach((l) => f.release(l)));
        f.get(this.#local[trips.id]!).i32(1).op("i32.add").set(this.#local[trips.id]!).br(again);
      });
    });
    body.args.forEach((c) => (this.#local[c.id] = -1));
    this.#inherit(op.results.slice(0, -1), test.args);
  }

  #if(op: OpOf<"if">): void {
    const { f } = this;
    const [then, otherwise] = op.regions as [Region, Region];
    op.results.forEach((v) => this.#define(v));
    this.#push(op.args[0]!);
    const branch = (region: Region) => (): void => {
      this.#ops(region);
      region.yields.forEach((v) => this.#push(v));
      for (let k = op.results.length - 1; k >= 0; k--) {
        const v = op.results[k]!;
        if (v.ty === "array") f.set(this.#length[v.id]!);
        f.set(this.#local[v.id]!);
      }
      this.#leave(region);
    };
    const isEmpty = otherwise.ops.length === 0 && otherwise.yields.length === 0;
    f.if("", branch(then), isEmpty ? undefined : branch(otherwise));
    op.results.forEach((v) => this.#locateRecords(v));
  }
}

/** Where the values of a function are while it is written: in locals, on the stack, in memory. */
import { plan } from "../plan.ts";
import type { Plan } from "../plan.ts";
import { isOp } from "../../program/ir.ts";
import type { Func, Op, OpOf, Region, Value } from "../../program/ir.ts";
import { Blocks } from "../../program/optimise/blocks.ts";
import { affine, isInside, keyOf } from "./affine.ts";
import type { Affine } from "./affine.ts";
import type { Callable, FunctionBuilder, ModuleBuilder } from "./assembler.ts";
import { REACH, TAPE_CAPACITY, TAPE_RECORDS } from "./layout.ts";
import { overlaps } from "./origins.ts";
import type { Overlap } from "./origins.ts";
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
  /** Bytes per iteration; 0 if it does not move by itself. */
  readonly stride: number;
  /** A local to be added: how far all such pointers have moved. */
  readonly shift?: number;
}

interface Loop {
  readonly region: Region;
  readonly pointers: readonly Pointer[];
}

/** Primitives of one number that are computed together, wherever the first of them is. */
interface Twins {
  readonly values: readonly [Value, Value];
  readonly call: (lanes: 1 | 2) => Callable;
}

/** A function of more operations than this is written in pieces. */
export const LONGEST = 4000;
/** More than this would not stay in registers: then addresses stay, and one distance moves. */
const MOST_POINTERS = 10;

export abstract class Values {
  /** The function being written: that of the program, or a piece of it. */
  f: FunctionBuilder;
  protected readonly shared: Shared;
  protected readonly plan: Plan;
  protected readonly overlap: Overlap;
  protected readonly blocks: Blocks;
  /** The local of each value (of an array: of its address), -1 where it has none. */
  protected readonly local: Int32Array;
  /** Of an array: the local of its length. */
  protected readonly length: Int32Array;
  /** Of a tape whose records stay in place: the local of each slot's address. */
  protected readonly slots: Map<Value, Map<number, number>> = new Map();
  /** Which slots of a tape are accessed, and whether they are written. */
  protected readonly accessed: Map<Value, { readonly slots: Set<number>; written: boolean }> = new Map();
  protected readonly loops: Loop[] = [];
  protected readonly twins: Map<Op, Twins> = new Map();
  /** Arrays and tapes of which every element has two lanes: each of two iterations has its own. */
  protected readonly wide: Set<Value> = new Set();

  constructor(func: Func, f: FunctionBuilder, shared: Shared) {
    this.f = f;
    this.shared = shared;
    this.plan = plan(func, true);
    this.overlap = overlaps(func);
    this.blocks = new Blocks(func);
    this.local = new Int32Array(func.size).fill(-1);
    this.length = new Int32Array(func.size).fill(-1);
    this.scanTapes(func.body);
    if (func.body.ops.length <= LONGEST) this.findTwins(func.body);
    let next = 0;
    for (const v of func.body.args) {
      this.local[v.id] = next++;
      if (v.ty === "array") this.length[v.id] = next++;
    }
    func.body.args.forEach((v) => this.locateRecords(v));
  }

  /** Pushes the result of an operation that has no effect. */
  protected abstract pure(op: Op): void;

  protected define(v: Value): void {
    this.local[v.id] = this.f.local(v.ty === "f64" ? "f" : "i");
    if (v.ty === "array") this.length[v.id] = this.f.local("i");
  }

  /** Pops what is on the stack into the locals of `values`. */
  protected store(values: readonly Value[]): void {
    for (let i = values.length - 1; i >= 0; i--) {
      const v = values[i]!;
      if (v.ty === "array") this.f.set(this.length[v.id]!);
      this.f.set(this.local[v.id]!);
    }
    values.forEach((v) => this.locateRecords(v));
  }

  protected defineAll(values: readonly Value[]): void {
    values.forEach((v) => this.define(v));
    this.store(values);
  }

  protected push(v: Value): void {
    if (this.plan.inlined[v.id]) {
      this.pure(v.def as Op);
      return;
    }
    this.f.get(this.local[v.id]!);
    if (v.ty === "array") this.f.get(this.length[v.id]!);
  }

  protected release(v: Value): void {
    const local = this.local[v.id]!;
    if (local < 0) return;
    this.f.release(local);
    if (v.ty === "array") this.f.release(this.length[v.id]!);
    this.slots.get(v)?.forEach((l) => this.f.release(l));
    this.slots.delete(v);
    this.local[v.id] = -1;
  }

  protected findTwins(region: Region): void {
    const seen = new Map<Value, OpOf<"primitive">[]>();
    for (const op of region.ops) {
      op.regions.forEach((r) => this.findTwins(r));
      if (op.kind !== "primitive" || op.args.length !== 1) continue;
      const others = seen.get(op.args[0]!) ?? [];
      seen.set(op.args[0]!, [...others, op]);
      for (const other of others) {
        for (const pair of [[op, other] as const, [other, op] as const]) {
          const call = this.shared.arithmetic.both(pair[0].attr, pair[1].attr);
          if (call === undefined || pair.some((one) => this.twins.has(one))) continue;
          const values = pair.map(({ results }) => results[0]!) as [Value, Value];
          for (const one of pair) {
            this.twins.set(one, { values, call });
            this.plan.inlined[one.results[0]!.id] = 0;
          }
        }
      }
    }
  }

  // Tapes

  protected scanTapes(region: Region): void {
    for (const op of region.ops) {
      if (op.kind === "tape.store" || op.kind === "tape.load") {
        const tape = op.args[0]!;
        let entry = this.accessed.get(tape);
        if (entry === undefined) this.accessed.set(tape, (entry = { slots: new Set(), written: false }));
        entry.slots.add(op.attr.slot);
        if (op.kind === "tape.store") entry.written = true;
      }
      op.regions.forEach((r) => this.scanTapes(r));
    }
  }

  /** Records move when a growable tape grows; nobody but a function that writes to a tape makes it grow. */
  protected staysInPlace(tape: Value): boolean {
    if (isOp(tape.def) && tape.def.kind === "tape.allocate") return !tape.def.attr.growable;
    return this.accessed.get(tape)?.written !== true;
  }

  /** slot s begins at records + 8·s·capacity */
  protected pushSlot(tape: Value, slot: number): void {
    const { f } = this;
    const local = this.local[tape.id]!;
    f.get(local).access("i32.load", TAPE_RECORDS);
    if (slot > 0)
      f.get(local)
        .access("i32.load", TAPE_CAPACITY)
        .i32(8 * slot)
        .op("i32.mul")
        .op("i32.add");
  }

  protected locateRecords(v: Value): void {
    if (v.ty !== "tape" || !this.staysInPlace(v)) return;
    // A loop's tape keeps its locals from round to round.
    const slots = this.slots.get(v) ?? new Map<number, number>();
    this.accessed.get(v)?.slots.forEach((slot) => {
      const local = slots.get(slot) ?? this.f.local("i");
      this.pushSlot(v, slot);
      this.f.set(local);
      slots.set(slot, local);
    });
    this.slots.set(v, slots);
  }

  // Addresses

  /** Pushes an address and returns the offset from it at which element i of an array, or a tape's slot, lies. */
  protected address(a: Value, i: Value, slot?: number): number {
    const { f } = this;
    const base = slot === undefined ? `${a.id}` : `${a.id}.${slot}`;
    const shift = this.shiftOf(a);
    for (let k = this.loops.length - 1; k >= 0; k--) {
      const { region, pointers } = this.loops[k]!;
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
        if (p.shift !== undefined) f.get(p.shift).op("i32.add");
        return (index.constant - p.constant) << shift;
      }
    }
    this.pushBase(a, slot);
    if (isOp(i.def)) {
      if (i.def.kind === "constant") return i.def.attr << shift;
      const [x, y] = i.def.args;
      const isSum = i.def.kind === "i32.add" && this.plan.inlined[i.id];
      // x alone may be negative: x + y may not. The address of a[x] may lie before memory, if y is large.
      if (isSum && isOp(y!.def) && y!.def.kind === "constant" && y!.def.attr >= 0 && y!.def.attr <= REACH) {
        this.push(x!);
        f.i32(shift).op("i32.shl").op("i32.add");
        return y!.def.attr << shift;
      }
    }
    this.push(i);
    f.i32(shift).op("i32.shl").op("i32.add");
    return 0;
  }

  /** An element has two to the power of this bytes. */
  protected shiftOf(a: Value): 3 | 4 {
    return this.wide.has(a) ? 4 : 3;
  }

  protected pushBase(a: Value, slot?: number): void {
    if (slot === undefined) this.f.get(this.local[a.id]!);
    else {
      const local = this.slots.get(a)?.get(slot);
      if (local === undefined) this.pushSlot(a, slot);
      else this.f.get(local);
    }
  }

  /** Moves pointers along by so many iterations. */
  protected move(pointers: readonly Pointer[], iterations: number): void {
    for (const p of pointers) {
      if (p.stride === 0) continue;
      this.f
        .get(p.local)
        .i32(iterations * p.stride)
        .op("i32.add")
        .set(p.local);
    }
  }

  /** Sets up pointers for what a loop accesses at indices that move evenly. */
  protected pointers(region: Region, step: number): Pointer[] {
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
        if (isInside(a, region) || (isTape && !this.staysInPlace(a))) continue;
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
    const groups = [...found.values()].flatMap(({ constants, ...group }) => {
      let reach = -Infinity;
      const ordered = [...new Set(constants)].sort((x, y) => x - y);
      return ordered.flatMap((constant) => {
        if (constant <= reach) return [];
        reach = constant + REACH;
        return [{ ...group, constant }];
      });
    });
    const pointers: Pointer[] = [];
    const { f } = this;
    const moving = groups.length <= MOST_POINTERS;
    const i = this.local[region.args[0]!.id]!;
    const shifts = new Map<number, number>();
    for (const { a, slot, index, constant } of groups) {
      const bytes = index.slope << this.shiftOf(a);
      const stride = bytes * step;
      let shift = moving ? undefined : shifts.get(bytes);
      if (shift === undefined && !moving) {
        shift = f.local("i");
        f.get(i).i32(bytes).op("i32.mul").set(shift);
        shifts.set(bytes, shift);
        pointers.push({ base: "", key: "", constant: 0, local: shift, stride });
      }
      const local = f.local("i");
      this.pushBase(a, slot);
      f.i32(constant);
      if (moving) f.get(i).i32(index.slope).op("i32.mul").op("i32.add");
      for (const [v, factor] of index.terms) {
        this.push(v);
        f.i32(factor).op("i32.mul").op("i32.add");
      }
      f.i32(this.shiftOf(a)).op("i32.shl").op("i32.add").set(local);
      const base = slot === undefined ? `${a.id}` : `${a.id}.${slot}`;
      const key = keyOf(index);
      pointers.push(
        shift === undefined
          ? { base, key, constant, local, stride }
          : { base, key, constant, local, stride: 0, shift },
      );
    }
    return pointers;
  }
}

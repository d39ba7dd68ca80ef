/** From programs to WebAssembly: one function of a program at a time. */
import { isOp } from "../../program/ir.ts";
import type { Func, Op, OpOf, Region, Value } from "../../program/ir.ts";
import { isInside } from "./affine.ts";
import type { Instruction } from "./instructions.ts";
import { abreast } from "./abreast.ts";
import { Outer } from "./outer.ts";
import { LONGEST } from "./values.ts";
import { vectorLoop } from "./vectorise.ts";

/** So many operations are one piece of a function that is written in pieces. */
const PIECE = 2000;

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

/** Writes a function of the program into one of the module. */
export class Lowering extends Outer {
  write(func: Func): void {
    if (func.body.ops.length > LONGEST) {
      this.pieces(func);
      return;
    }
    this.ops(func.body);
    func.body.yields.forEach((v) => this.push(v));
  }

  // Long functions

  /**
   * Engines refuse very long functions, and take long over long ones: the body is written in pieces, each a function of its own.
   * What one piece computes and another needs goes through memory.
   */
  protected pieces(func: Func): void {
    const outer = this.f;
    const { ops, args, yields } = func.body;
    const { inlined } = this.plan;
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
        .get(this.local[v.id]!)
        .access(v.ty === "f64" ? "f64.store" : "i32.store", slot);
      if (v.ty === "array")
        f.get(at)
          .get(this.length[v.id]!)
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
      .call(this.shared.runtime.reserve)
      .set(frame);
    for (const v of args) if (slots.has(v)) store(v, frame);
    let present: Value[] = [...args];
    for (let begin = 0; begin < ops.length; begin += PIECE) {
      for (const v of present) {
        this.local[v.id] = -1;
        this.slots.delete(v);
      }
      present = [];
      this.f = this.shared.module.function(`${func.name} ${begin}`, "i", "");
      for (const op of ops.slice(begin, begin + PIECE)) {
        eachUse(op, (v) => {
          if (!slots.has(v) || this.local[v.id]! >= 0) return;
          load(v, 0);
          this.defineAll([v]);
          present.push(v);
        });
        this.operation(op);
        for (const v of op.results) {
          if (slots.has(v) && !inlined[v.id]) store(v, 0);
          present.push(v);
        }
        this.bury(op);
      }
      outer.get(frame).call(this.f);
    }
    this.f = outer;
    for (const v of yields) {
      if (inlined[v.id]) this.push(v);
      else load(v, frame);
    }
  }

  // Control

  /** Gives the carries of the next round (or the results of a branch) their values, all at once. */
  protected override assign(from: readonly Value[], to: readonly Value[]): void {
    const changed = to.map((_, k) => k).filter((k) => from[k] !== to[k]);
    for (const k of changed) this.push(from[k]!);
    this.store(changed.map((k) => to[k]!));
  }

  /** The results of a loop are its carries: they take over the locals. */
  protected inherit(results: readonly Value[], carries: readonly Value[]): void {
    carries.forEach((c, k) => {
      const v = results[k]!;
      this.local[v.id] = this.local[c.id]!;
      this.length[v.id] = this.length[c.id]!;
      const slots = this.slots.get(c);
      slots?.forEach((l) => this.f.release(l));
      this.slots.delete(c);
      this.local[c.id] = -1;
      this.locateRecords(v);
    });
  }

  protected override forLoop(op: OpOf<"for">): void {
    const { f } = this;
    const [lo, hi, ...inits] = op.args as [Value, Value, ...Value[]];
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const { step } = op.attr;
    this.define(i);
    carries.forEach((c) => this.define(c));
    inits.forEach((v) => this.push(v));
    this.store(carries);
    this.push(lo);
    f.set(this.local[i.id]!);
    const more: Instruction = step > 0 ? "i32.lt_s" : "i32.gt_s";
    f.get(this.local[i.id]!);
    this.push(hi);
    f.op(more);
    f.if("", () => {
      const { arithmetic, reorder } = this.shared;
      const hasVector = (id: string): boolean => arithmetic.hasVector(id);
      const vector = vectorLoop(op, this.plan, hasVector, reorder, this.overlap);
      const two = vector ?? abreast(op, this.plan, hasVector, reorder, this.overlap);
      const scalar = (): void => this.rounds(op, more);
      if (two === undefined) {
        scalar();
        return;
      }
      if ("sides" in two) this.twoAbreast(op, two);
      else this.pairs(op, two);
      f.get(this.local[i.id]!);
      this.push(hi);
      f.op(more).if("", scalar);
    });
    this.release(i);
    this.inherit(op.results, carries);
  }

  /** The iterations of a loop, one by one, from the present value of its variable. There is at least one. */
  protected rounds(op: OpOf<"for">, more: Instruction): void {
    const { f } = this;
    const hi = op.args[1]!;
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const { step } = op.attr;
    const pointers = this.pointers(region, step);
    f.loop("", (again) => {
      this.loops.push({ region, pointers });
      this.ops(region);
      this.assign(region.yields, carries);
      this.leave(region);
      this.loops.pop();
      this.move(pointers, 1);
      f.get(this.local[i.id]!).i32(step).op("i32.add").tee(this.local[i.id]!);
      this.push(hi);
      f.op(more).brIf(again);
    });
    for (const p of pointers) f.release(p.local);
  }

  protected override whileLoop(op: OpOf<"while">): void {
    const { f } = this;
    const [test, body] = op.regions as [Region, Region];
    const trips = op.results.at(-1)!;
    test.args.forEach((c) => this.define(c));
    this.define(trips);
    op.args.forEach((v) => this.push(v));
    this.store(test.args);
    // The body's carries are the condition's.
    body.args.forEach((c, k) => {
      const of = test.args[k]!;
      this.local[c.id] = this.local[of.id]!;
      this.length[c.id] = this.length[of.id]!;
    });
    f.i32(0).set(this.local[trips.id]!);
    f.block("", (done) => {
      f.loop("", (again) => {
        this.ops(test);
        this.push(test.yields[0]!);
        f.op("i32.eqz").brIf(done);
        this.leave(test);
        body.args.forEach((c) => this.locateRecords(c));
        this.ops(body);
        this.assign(
          body.yields.map((v) => (body.args.includes(v) ? test.args[body.args.indexOf(v)]! : v)),
          test.args,
        );
        this.leave(body);
        body.args.forEach((c) => this.slots.get(c)?.forEach((l) => f.release(l)));
        f.get(this.local[trips.id]!).i32(1).op("i32.add").set(this.local[trips.id]!).br(again);
      });
    });
    body.args.forEach((c) => (this.local[c.id] = -1));
    this.inherit(op.results.slice(0, -1), test.args);
  }

  protected override branch(op: OpOf<"if">): void {
    const { f } = this;
    const [then, otherwise] = op.regions as [Region, Region];
    op.results.forEach((v) => this.define(v));
    this.push(op.args[0]!);
    const branch = (region: Region) => (): void => {
      this.ops(region);
      region.yields.forEach((v) => this.push(v));
      for (let k = op.results.length - 1; k >= 0; k--) {
        const v = op.results[k]!;
        if (v.ty === "array") f.set(this.length[v.id]!);
        f.set(this.local[v.id]!);
      }
      this.leave(region);
    };
    const isEmpty = otherwise.ops.length === 0 && otherwise.yields.length === 0;
    f.if("", branch(then), isEmpty ? undefined : branch(otherwise));
    op.results.forEach((v) => this.locateRecords(v));
  }
}

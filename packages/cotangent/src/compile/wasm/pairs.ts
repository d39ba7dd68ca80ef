/** Loops carried out two iterations at a time. */
import { isOp } from "../plan.ts";
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { affine, isInside } from "./affine.ts";
import type { Affine } from "./affine.ts";
import type { Instruction } from "./instructions.ts";
import { direct, Operations } from "./operations.ts";
import type { VectorLoop } from "./vectorise.ts";

/** Loops of fewer iterations are carried out one by one. */
const FEWEST_PAIRED = 4;

export abstract class Pairs extends Operations {
  /** As many pairs of iterations as there are, if there are enough to be worth it and all checks will succeed. */
  protected pairs(op: OpOf<"for">, vector: VectorLoop): void {
    const { f } = this;
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const index = this.local[i.id]!;
    const end = f.local("i");
    this.push(op.args[1]!);
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
      const length = this.length[bound.array.id]!;
      // The first and the last index in range, and the first not after the last: then all are.
      this.pushAffine(bound.index, () => f.get(index));
      f.get(length).op("i32.lt_u").op("i32.and");
      if (bound.index.slope === 0) continue;
      const last = (): unknown => f.get(end).i32(1).op("i32.sub");
      this.pushAffine(bound.index, last);
      f.get(length).op("i32.lt_u").op("i32.and");
      this.pushAffine(bound.index, () => f.get(index));
      this.pushAffine(bound.index, last);
      f.op("i32.le_s").op("i32.and");
    }
    f.if("", () => {
      const pointers = this.pointers(region, 1);
      const lanes = new Map<Value, number>();
      const splat = (v: Value): void => {
        if (lanes.has(v) || isInside(v, region) || v.ty !== "f64" || this.plan.inlined[v.id]) return;
        const local = f.local("v");
        f.get(this.local[v.id]!).op("f64x2.splat").set(local);
        lanes.set(v, local);
      };
      for (const o of region.ops) o.args.forEach(splat);
      region.yields.forEach(splat);
      const totals = carries.map((c) => {
        const local = f.local("v");
        // The sum so far in one lane, nothing in the other.
        this.shared.arithmetic.constant(f, 0);
        f.op("f64x2.splat").get(this.local[c.id]!).lane("f64x2.replace_lane", 0).set(local);
        return local;
      });
      const memoryTotals = new Map<Op, number>();
      for (const o of vector.memorySums) {
        const local = f.local("v");
        this.shared.arithmetic.constant(f, 0);
        f.op("f64x2.splat").set(local);
        memoryTotals.set(o, local);
      }
      const handed = new Map<Op, number>();
      for (const o of vector.handedOn.values()) {
        const local = f.local("v");
        // Adding -0 changes nothing.
        this.shared.arithmetic.constantLanes(f, -0);
        f.set(local);
        handed.set(o, local);
      }
      f.loop("", (again) => {
        this.loops.push({ region, pointers });
        const owned: number[] = [];
        for (const o of vector.ops) this.pair(o, vector, lanes, owned, memoryTotals, handed);
        vector.sums.forEach(({ term, negative }, k) => {
          f.get(totals[k]!);
          this.pushLanes(term, lanes);
          f.op(negative ? "f64x2.sub" : "f64x2.add").set(totals[k]!);
        });
        this.leave(region);
        for (const local of owned) f.release(local);
        this.loops.pop();
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
        f.set(this.local[c.id]!);
      });
      for (const [o, local] of memoryTotals) {
        const at = f.local("i");
        this.pushBase(o.args[0]!);
        this.pushAffine(vector.accesses.get(o)!.index, () => f.i32(0));
        f.i32(3).op("i32.shl").op("i32.add").tee(at).get(at).access("f64.load");
        both(local);
        f.op("f64.add").access("f64.store");
        f.release(at);
      }
      for (const [second, first] of vector.handedOn) {
        // What the last iteration has added to the element behind its own.
        const at = f.local("i");
        this.pushBase(first.args[0]!);
        this.pushAffine(vector.accesses.get(second)!.index, () => f.get(index));
        f.i32(3).op("i32.shl").op("i32.add").tee(at).get(at).access("f64.load");
        f.get(handed.get(first)!).lane("f64x2.extract_lane", 1).op("f64.add").access("f64.store");
        f.release(at);
      }
      for (const p of pointers) f.release(p.local);
      for (const local of [...totals, ...memoryTotals.values(), ...handed.values()]) f.release(local);
      for (const [v, local] of lanes) if (!isInside(v, region)) f.release(local);
    });
    f.release(end);
  }

  /** Pushes an index, where `at` pushes the loop's variable. */
  protected pushAffine(index: Affine, at: () => unknown): void {
    const { f } = this;
    f.i32(index.constant);
    if (index.slope !== 0) {
      at();
      f.i32(index.slope).op("i32.mul").op("i32.add");
    }
    for (const [v, factor] of index.terms) {
      this.push(v);
      f.i32(factor).op("i32.mul").op("i32.add");
    }
  }

  protected pushLanes(v: Value, lanes: ReadonlyMap<Value, number>): void {
    const known = lanes.get(v);
    if (known !== undefined) {
      this.f.get(known);
      return;
    }
    if (isOp(v.def) && v.def.kind === "constant") {
      this.shared.arithmetic.constantLanes(this.f, v.def.attr);
      return;
    }
    this.push(v);
    this.f.op("f64x2.splat");
  }

  /** One operation in two iterations at once. */
  protected pair(
    op: Op,
    vector: VectorLoop,
    lanes: Map<Value, number>,
    owned: number[],
    memoryTotals: ReadonlyMap<Op, number>,
    handed: ReadonlyMap<Op, number>,
  ): void {
    const { f } = this;
    const [x, y, z] = op.args as [Value, Value, Value];
    const push = (v: Value): void => this.pushLanes(v, lanes);
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
      if (handed.has(op)) return;
      const slot = op.kind === "tape.load" || op.kind === "tape.store" ? op.attr.slot : undefined;
      const offset = this.address(x, y, slot);
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
        const first = vector.handedOn.get(op);
        if (first !== undefined) {
          const before = handed.get(first)!;
          f.get(before);
          push(first.args[2]!);
          f.joinLanes().op("f64x2.add");
          push(first.args[2]!);
          f.set(before);
        }
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
        this.shared.arithmetic.applyLanes(f, op.attr, op.args, push);
        define();
        return;
      case "f64.fromI32": {
        const index = affine(x, op.parent)!;
        this.push(x);
        f.op("f64.convert_i32_s").op("f64x2.splat");
        this.push(x);
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
          if (!this.plan.inlined[out!.id]) this.op(op);
          return;
        }
        push(x);
        push(y);
        f.op(direct[op.kind]!.replace("f64.", "f64x2.") as Instruction);
        define();
    }
  }
}

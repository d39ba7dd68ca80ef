/** Loops carried out two iterations at a time. */
import { isOp } from "../../program/ir.ts";
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { affine, isInside } from "./affine.ts";
import type { Affine } from "./affine.ts";
import type { Instruction } from "./instructions.ts";
import { direct, Operations } from "./operations.ts";
import type { Access, VectorLoop, Window } from "./vectorise.ts";

/** Loops of fewer iterations are carried out one by one. */
const FEWEST_PAIRED = 4;

/** What is kept for the elements of a window that no iteration has reached: two by two, and of an odd distance what was to be added last. */
interface Kept {
  /** By access; -1 where its distance is even. */
  readonly before: readonly number[];
  readonly sums: readonly number[];
}

/** How far ahead of the index furthest behind an access is. */
const ahead = ({ least }: Window, { index }: Access): number => index.constant - least;

/** The slot of a tape that an operation accesses, if it does. */
export const slotOf = (op: Op): number | undefined =>
  op.kind === "tape.load" || op.kind === "tape.store" ? op.attr.slot : undefined;

export abstract class Pairs extends Operations {
  /** As many pairs of iterations as there are, if there are enough to be worth it and all checks will succeed. */
  protected pairs(op: OpOf<"for">, vector: VectorLoop): void {
    const { f } = this;
    const i = this.local[op.regions[0]!.args[0]!.id]!;
    const [begin, end] = [f.local("i"), f.local("i")];
    const up = op.attr.step > 0;
    if (up) this.push(op.args[1]!);
    f.get(i);
    if (!up) this.push(op.args[1]!);
    f.op("i32.sub").tee(end).i32(FEWEST_PAIRED).op("i32.ge_s");
    f.if("", () => {
      // A loop that counts down is carried out upwards, as far as pairs go.
      f.get(end).i32(-2).op("i32.and").set(end);
      f.get(i);
      if (!up) f.get(end).op("i32.sub").i32(1).op("i32.add");
      f.tee(begin).get(end).op("i32.add").set(end);
      this.checks(vector, begin, end);
      f.if("", () => {
        f.get(begin).set(i);
        this.paired(op, vector, end);
        if (!up) f.get(begin).i32(1).op("i32.sub").set(i);
      });
    });
    f.release(begin);
    f.release(end);
  }

  /** Pushes whether all iterations from `begin` to below `end` may run in pairs. */
  protected checks(vector: Pick<VectorLoop, "bounds" | "guards">, begin: number, end: number): void {
    const { f } = this;
    f.i32(1);
    // So that slope times count stays below 2^31.
    if (vector.bounds.some((b) => b.index.slope > 1)) {
      f.get(end).get(begin).op("i32.sub");
      f.i32(2 ** 24)
        .op("i32.lt_s")
        .op("i32.and");
    }
    const first = (): unknown => f.get(begin);
    const last = (): unknown => f.get(end).i32(1).op("i32.sub");
    for (const { array, index } of vector.bounds) {
      const length = this.length[array.id]!;
      // The first and the last index in range, and the first not after the last: then all are.
      this.pushAffine(index, first);
      f.get(length).op("i32.lt_u").op("i32.and");
      if (index.slope === 0) continue;
      this.pushAffine(index, last);
      f.get(length).op("i32.lt_u").op("i32.and");
      this.pushAffine(index, first);
      this.pushAffine(index, last);
      f.op("i32.le_s").op("i32.and");
    }
    if (vector.guards.length === 0) return;
    // By access: the address of its first element, and of its last.
    const places = new Map<Op, { readonly first: number; last?: number }>();
    const place = (access: Access): { readonly first: number; last?: number } => {
      let found = places.get(access.op);
      if (found === undefined) {
        this.pushAddress(access, first);
        places.set(access.op, (found = { first: f.local("i") }));
        f.set(found.first);
      }
      return found;
    };
    const lastOf = (access: Access): number => {
      const found = place(access);
      if (found.last === undefined) {
        found.last = f.local("i");
        this.pushAddress(access, last);
        f.set(found.last);
      }
      return found.last;
    };
    for (const { first: a, second: b, kind } of vector.guards) {
      if (kind === "neighbour") {
        const [x, y] = [place(a).first, place(b).first];
        f.get(y).get(x).op("i32.sub").i32(8).op("i32.ne").op("i32.and");
      } else {
        const [x, y] = [place(a).first, place(b).first];
        const [lastX, lastY] = [lastOf(a), lastOf(b)];
        f.get(lastX).get(y).op("i32.lt_u").get(lastY).get(x).op("i32.lt_u").op("i32.or").op("i32.and");
      }
    }
    for (const { first: x, last: y } of places.values()) {
      f.release(x);
      if (y !== undefined) f.release(y);
    }
  }

  /** Pushes the address that an operation accesses, where `at` pushes the loop's variable. */
  protected pushAddress({ op, index }: Access, at: () => unknown): void {
    this.pushBase(op.args[0]!, slotOf(op));
    this.pushAffine(index, at);
    this.f.i32(3).op("i32.shl").op("i32.add");
  }

  /** The iterations from the present value of the loop's variable to below `end`, two at a time. */
  protected paired(op: OpOf<"for">, vector: VectorLoop, end: number): void {
    const { f } = this;
    const [region] = op.regions as [Region];
    const [i, ...carries] = region.args as [Value, ...Value[]];
    const index = this.local[i.id]!;
    const pointers = this.pointers(region, 1);
    const lanes = new Map<Value, number>();
    const splat = (v: Value): void => {
      if (lanes.has(v) || isInside(v, region) || v.ty !== "f64" || this.plan.inlined[v.id]) return;
      const local = f.local("v");
      f.get(this.local[v.id]!).op("f64x2.splat").set(local);
      lanes.set(v, local);
    };
    for (const o of region.ops) {
      o.args.forEach(splat);
      if (o.kind === "select" || o.kind === "i32.and" || o.kind === "i32.or" || o.kind === "i32.not") {
        for (const v of o.kind === "select" ? o.args.slice(0, 1) : o.args) this.splatMask(v, region, lanes);
      }
    }
    region.yields.forEach(splat);
    const totals = carries.map((c) => {
      const local = f.local("v");
      // The sum so far in one lane, nothing in the other.
      this.shared.arithmetic.constantLanes(f, 0);
      f.get(this.local[c.id]!).lane("f64x2.replace_lane", 0).set(local);
      return local;
    });
    const memoryTotals = new Map<Op, number>();
    for (const o of vector.memorySums) {
      const local = f.local("v");
      this.shared.arithmetic.constant(f, 0);
      f.op("f64x2.splat").set(local);
      memoryTotals.set(o, local);
    }
    const kept = new Map<Window, Kept>();
    for (const window of vector.windows.values()) {
      // Adding -0 changes nothing.
      const nothing = (): number => {
        const local = f.local("v");
        this.shared.arithmetic.constantLanes(f, -0);
        f.set(local);
        return local;
      };
      const distances = window.accesses.map((access) => ahead(window, access));
      if (!kept.has(window))
        kept.set(window, {
          before: distances.map((distance) => (distance % 2 === 1 ? nothing() : -1)),
          sums: Array.from({ length: Math.max(...distances) >> 1 }, nothing),
        });
    }
    f.loop("", (again) => {
      this.loops.push({ region, pointers });
      const owned: number[] = [];
      for (const o of region.ops) this.pair(o, vector, lanes, owned, memoryTotals, kept);
      vector.reductions.forEach(({ term, by }, k) => {
        f.get(totals[k]!);
        this.pushLanes(term, lanes);
        f.op(`f64x2.${by}`).set(totals[k]!);
      });
      this.leave(region);
      for (const local of owned) f.release(local);
      this.loops.pop();
      this.move(pointers, 2);
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
      this.pushAddress(vector.accesses.get(o)!, () => f.i32(0));
      f.tee(at).get(at).access("f64.load");
      both(local);
      f.op("f64.add").access("f64.store");
      f.release(at);
    }
    for (const [window, { before, sums }] of kept) {
      // What the last iterations have added to elements that none has reached.
      const at = f.local("i");
      this.pushAddress(this.#furthestBehind(window), () => f.get(index));
      f.set(at);
      sums.forEach((local, k) => {
        f.get(at)
          .get(at)
          .access("v128.load", 16 * k)
          .get(local);
        f.op("f64x2.add").access("v128.store", 16 * k);
        f.release(local);
      });
      before.forEach((local, k) => {
        if (local < 0) return;
        const offset = 8 * (ahead(window, window.accesses[k]!) - 1);
        f.get(at).get(at).access("f64.load", offset).get(local).lane("f64x2.extract_lane", 1);
        f.op("f64.add").access("f64.store", offset).release(local);
      });
      f.release(at);
    }
    for (const p of pointers) f.release(p.local);
    for (const local of [...totals, ...memoryTotals.values()]) f.release(local);
    for (const [v, local] of lanes) if (!isInside(v, region)) f.release(local);
  }

  /** Makes a condition from outside the loop one that each lane has. */
  protected splatMask(v: Value, region: Region, lanes: Map<Value, number>): void {
    if (lanes.has(v) || isInside(v, region)) return;
    const local = this.f.local("v");
    this.pushLanes(v, lanes);
    this.f.set(local);
    lanes.set(v, local);
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
    if (v.ty === "f64" && isOp(v.def) && v.def.kind === "constant") {
      this.shared.arithmetic.constantLanes(this.f, v.def.attr);
      return;
    }
    this.push(v);
    // A condition that is the same for all is a mask of all bits, or none.
    if (v.ty === "i32") this.f.i32(0).op("i32.ne").op("i64.extend_i32_u").op("i64x2.splat").op("i64x2.neg");
    else this.f.op("f64x2.splat");
  }

  /** One operation in two iterations at once. */
  protected pair(
    op: Op,
    vector: VectorLoop,
    lanes: Map<Value, number>,
    owned: number[],
    memoryTotals: ReadonlyMap<Op, number>,
    kept: ReadonlyMap<Window, Kept>,
  ): void {
    const { f } = this;
    const [x, y, z] = op.args as [Value, Value, Value];
    const push = (v: Value): void => this.pushLanes(v, lanes);
    const out = op.results[0];
    const define = (): void => {
      owned.push(this.defineLanes(out!, lanes));
    };
    if (vector.reductions.some((r) => r.op === op)) return;
    const access = vector.accesses.get(op);
    if (access !== undefined) {
      const total = memoryTotals.get(op);
      if (total !== undefined) {
        f.get(total);
        push(z);
        f.op("f64x2.add").set(total);
        return;
      }
      const window = vector.windows.get(op);
      if (window !== undefined) {
        if (op === window.accesses.at(-1)!.op) this.#addTogether(window, kept.get(window)!, push);
        return;
      }
      const offset = this.address(x, y, slotOf(op));
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
    if (op.kind === "bound" || op.kind === "constant") return;
    if (op.kind === "f64.fromI32") {
      this.fromI32(x, () => f.i32(affine(x, op.parent)!.slope).op("i32.add"));
      define();
    } else if (out!.ty === "i32" && op.kind.startsWith("i32.") && !/and|or|not/.test(op.kind)) {
      // An index: that of the first lane.
      if (!this.plan.inlined[out!.id]) this.op(op);
    } else if (this.twins.has(op)) owned.push(...this.twinLanes(op, lanes));
    else {
      this.inLanes(op, lanes);
      define();
    }
  }

  #furthestBehind({ accesses, least }: Window): Access {
    return accesses.find(({ index }) => index.constant === least)!;
  }

  /** What two iterations add to the elements of a window. */
  #addTogether(window: Window, { before, sums }: Kept, push: (v: Value) => void): void {
    const { f } = this;
    const { accesses } = window;
    const [a, i] = this.#furthestBehind(window).op.args as [Value, Value];
    const at = f.local("i");
    const offset = this.address(a, i);
    f.tee(at).get(at).access("v128.load", offset);
    // Two elements after the other: those in memory, and those further on.
    for (let k = 0; k <= sums.length; k++) {
      let isFirst = k > 0;
      const plus = (): void => {
        if (!isFirst) f.op("f64x2.add");
        isFirst = false;
      };
      if (k < sums.length) {
        f.get(sums[k]!);
        plus();
      }
      accesses.forEach((access, n) => {
        if (ahead(window, access) >> 1 !== k) return;
        if (before[n]! >= 0) f.get(before[n]!);
        push(access.op.args[2]!);
        if (before[n]! >= 0) f.joinLanes();
        plus();
      });
      if (k === 0) f.access("v128.store", offset);
      else f.set(sums[k - 1]!);
    }
    accesses.forEach(({ op }, n) => {
      if (before[n]! < 0) return;
      push(op.args[2]!);
      f.set(before[n]!);
    });
    f.release(at);
  }

  protected defineLanes(v: Value, lanes: Map<Value, number>): number {
    const local = this.f.local("v");
    this.f.set(local);
    lanes.set(v, local);
    return local;
  }

  /** Primitives that are computed together, where the first of them is; the locals of both. */
  protected twinLanes(op: Op, lanes: Map<Value, number>): readonly number[] {
    if (lanes.has(op.results[0]!)) return [];
    const { values, call } = this.twins.get(op)!;
    this.pushLanes(op.args[0]!, lanes);
    this.f.call(call(2));
    return [...values].reverse().map((v) => this.defineLanes(v, lanes));
  }

  /** Pushes an integer as a number, in the second lane with what `growth` adds to it. */
  protected fromI32(x: Value, growth: () => unknown): void {
    const { f } = this;
    this.push(x);
    f.op("f64.convert_i32_s").op("f64x2.splat");
    this.push(x);
    growth();
    f.op("f64.convert_i32_s").lane("f64x2.replace_lane", 1);
  }

  /** Pushes the result, in each lane, of an operation that has no effect. */
  protected inLanes(op: Op, lanes: ReadonlyMap<Value, number>): void {
    const { f } = this;
    const [x, y, z] = op.args as [Value, Value, Value];
    const push = (v: Value): void => this.pushLanes(v, lanes);
    switch (op.kind) {
      case "primitive":
        this.shared.arithmetic.applyLanes(f, op.attr, op.args, push);
        return;
      case "select":
        push(y);
        push(z);
        push(x);
        f.op("v128.bitselect");
        return;
      case "i32.not":
        push(x);
        f.op("v128.not");
        return;
      default:
        push(x);
        push(y);
        f.op((direct[op.kind] as string).replace("i32.", "v128.").replace("f64.", "f64x2.") as Instruction);
    }
  }
}

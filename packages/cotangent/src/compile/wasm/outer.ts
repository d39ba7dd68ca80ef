/** Loops with loops or branches inside, or with indices from arrays, carried out two iterations abreast. */
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { isSame, SAME } from "./abreast.ts";
import type { Abreast, Growth } from "./abreast.ts";
import type { Label } from "./assembler.ts";
import { isInside } from "./affine.ts";
import { Pairs, slotOf } from "./pairs.ts";

export abstract class Outer extends Pairs {
  /** What stands for a value while what is late is written: its number in one of the iterations. */
  readonly #standIns = new Map<Value, number>();

  protected abstract assign(from: readonly Value[], to: readonly Value[]): void;

  protected override push(v: Value): void {
    const local = this.#standIns.get(v);
    if (local === undefined) super.push(v);
    else this.f.get(local);
  }

  /** The iterations from the present value of the loop's variable on, two at a time, as long as there are two. */
  protected twoAbreast(loop: OpOf<"for">, { sides, late, wide, guards }: Abreast): void {
    const { f } = this;
    const { runtime } = this.shared;
    const [body] = loop.regions as [Region];
    const index = this.local[body.args[0]!.id]!;
    const { step } = loop.attr;
    const lanes = new Map<Value, number>();
    /** What is an integer of its own in each iteration. */
    const twos = new Map<Value, readonly [number, number]>();
    /** To here if one of the iterations refuses: what it refuses is found when they are carried out one by one. */
    let refused: Label;
    const checked = new Set<Op>();
    const inLanes = (v: Value): boolean => sides.get(v) === "lanes";
    const push = (v: Value): void => this.pushLanes(v, lanes);
    const define = (v: Value): void => {
      this.defineLanes(v, lanes);
    };
    /** Pushes x, and by how much an integer is greater in the second iteration, in units of `scale`: their sum. */
    const addGrowth = ({ factor, by }: Growth, scale: number): void => {
      f.i32(factor * step * scale);
      if (by !== undefined) {
        this.push(by);
        f.op("i32.mul");
      }
      f.op("i32.add");
    };

    /** Has `write` do something for one of the iterations, which uses some values. */
    const onSide = (side: 0 | 1, values: readonly Value[], write: () => void): void => {
      const found = new Map<Value, number>();
      const owned: number[] = [];
      const stand = (v: Value): void => {
        const what = sides.get(v);
        if (what === undefined || isSame(what) || found.has(v)) return;
        const two = twos.get(v);
        if (two !== undefined) found.set(v, two[side]);
        else if (what === "two") (v.def as Op).args.forEach(stand);
        else if (what === "lanes" || side === 1) {
          const local = f.local(what === "lanes" ? "f" : "i");
          if (what === "lanes") f.get(lanes.get(v)!).lane("f64x2.extract_lane", side);
          else {
            this.push(v);
            addGrowth(what, 1);
          }
          f.set(local);
          owned.push(local);
          found.set(v, local);
        }
      };
      values.forEach(stand);
      found.forEach((local, v) => this.#standIns.set(v, local));
      write();
      this.#standIns.clear();
      owned.forEach((local) => f.release(local));
    };

    /** Puts what comes from outside the loop into both lanes. */
    const spread = (v: Value): void => {
      if (v.ty !== "f64" || isInside(v, body) || lanes.has(v) || this.plan.inlined[v.id]) return;
      this.push(v);
      f.op("f64x2.splat");
      define(v);
    };
    const spreadAll = (region: Region): void => {
      for (const op of region.ops) {
        op.args.forEach(spread);
        op.regions.forEach(spreadAll);
      }
      region.yields.forEach(spread);
    };

    const access = (op: Op): void => {
      const [a, i, z] = op.args as [Value, Value, Value?];
      const what = isInside(i, body) ? sides.get(i) : undefined;
      const growth = what === "two" ? undefined : (what as Growth | undefined);
      const isFixed = what === undefined || isSame(what);
      const distance = growth?.by === undefined && growth ? growth.factor * step : undefined;
      const isNext = wide.has(a) || distance === 1;
      const ats = [f.local("i"), f.local("i")] as const;
      let [first, second] = [0, 0];
      let [, other] = ats;
      // Where each iteration accesses: as far behind the first as can be said now, or at an address of its own.
      if (what === "two") {
        onSide(0, [i], () => (first = this.address(a, i, slotOf(op))));
        f.set(ats[0]);
        onSide(1, [i], () => (second = this.address(a, i, slotOf(op))));
        f.set(ats[1]);
      } else {
        first = second = this.address(a, i, slotOf(op));
        f.set(ats[0]);
        if (isFixed || (distance !== undefined && distance > 0)) {
          second += 8 * (distance ?? 0);
          [other] = ats;
        } else {
          f.get(ats[0]);
          addGrowth(growth!, 8);
          f.set(ats[1]);
        }
      }
      if (z === undefined) {
        if (isNext || isFixed) f.get(ats[0]).access(isNext ? "v128.load" : "v128.load64_splat", first);
        else f.get(other).get(ats[0]).access("v128.load64_zero", first).loadSecondLane(second);
      } else {
        const adds = op.kind === "accumulate";
        if (isNext) {
          f.get(ats[0]);
          if (adds) f.get(ats[0]).access("v128.load", first);
          push(z);
          if (adds) f.op("f64x2.add");
          f.access("v128.store", first);
        } else {
          // First for one iteration, then for the other.
          const value = f.local("v");
          push(z);
          f.set(value);
          f.get(ats[0]);
          if (adds) f.get(ats[0]).access("f64.load", first);
          f.get(value).lane("f64x2.extract_lane", 0);
          if (adds) f.op("f64.add");
          f.access("f64.store", first).get(other);
          if (adds) {
            f.get(other).access("f64.load", second);
            f.get(value).lane("f64x2.extract_lane", 1).op("f64.add").access("f64.store", second);
          } else f.get(value).storeSecondLane(second);
          f.release(value);
        }
      }
      ats.forEach((at) => f.release(at));
    };

    /** A loop inside, once for both. */
    const inner = (op: OpOf<"for">): void => {
      const [lo, hi, ...inits] = op.args as [Value, Value, ...Value[]];
      const [region] = op.regions as [Region];
      const [i, ...carries] = region.args as [Value, ...Value[]];
      const { step } = op.attr;
      const give = (from: readonly Value[], first: boolean): void => {
        carries.forEach((c, k) => (inLanes(c) ? push(from[k]!) : this.push(from[k]!)));
        for (const c of [...carries].reverse()) {
          if (first && inLanes(c)) lanes.set(c, f.local("v"));
          else if (first) this.define(c);
          f.set(inLanes(c) ? lanes.get(c)! : this.local[c.id]!);
        }
      };
      give(inits, true);
      this.push(lo);
      this.define(i);
      const index = this.local[i.id]!;
      const more = (): void => {
        f.tee(index);
        this.push(hi);
        f.op(step > 0 ? "i32.lt_s" : "i32.gt_s");
      };
      more();
      f.if("", () => {
        const pointers = this.pointers(region, step);
        f.loop("", (again) => {
          this.loops.push({ region, pointers });
          region.ops.forEach(both);
          give(region.yields, false);
          this.leave(region);
          this.loops.pop();
          this.move(pointers, 1);
          f.get(index).i32(step).op("i32.add");
          more();
          f.brIf(again);
        });
        for (const p of pointers) f.release(p.local);
      });
      this.release(i);
      op.results.forEach((v, k) => {
        const c = carries[k]!;
        if (inLanes(c)) lanes.set(v, lanes.get(c)!);
        else {
          this.local[v.id] = this.local[c.id]!;
          this.local[c.id] = -1;
        }
      });
    };

    /** Indices of each iteration. */
    const integers = (op: Op): void => {
      const [out] = op.results as [Value];
      if (this.plan.inlined[out.id]) return;
      const locals = [f.local("i"), f.local("i")] as const;
      for (const side of [0, 1] as const) {
        onSide(side, op.args, () => {
          if (op.kind === "f64.index") this.index(op.args[0]!, locals[side], () => f.brIf(refused));
          else {
            this.pure(op);
            f.set(locals[side]);
          }
        });
      }
      twos.set(out, locals);
    };

    /** A check, with all those beside it. */
    const check = (op: OpOf<"bound">): void => {
      const [x, array] = op.args as [Value, Value];
      if (checked.has(op)) return;
      const { base } = this.displaced(x);
      const beside = body.ops.filter(
        (o): o is OpOf<"bound"> =>
          o.kind === "bound" && o.args[1] === array && this.displaced(o.args[0]!).base === base,
      );
      beside.forEach((o) => checked.add(o));
      for (const side of [0, 1] as const) {
        onSide(side, [base], () => {
          for (const constant of new Set(this.extremes(beside))) {
            this.isOutside(base, constant, array);
            f.brIf(refused);
          }
        });
      }
    };

    /** A branch: where each iteration has its own condition, both ways if these differ. */
    const branch = (op: OpOf<"if">): void => {
      const [condition] = op.args as [Value];
      const results = op.results.map(() => f.local("v"));
      const mask = inLanes(condition) ? lanes.get(condition)! : undefined;
      const [then, otherwise] = op.regions.map((region, k) => (): void => {
        region.ops.forEach(both);
        region.yields.forEach(push);
        for (const local of [...results].reverse()) {
          if (k === 1 && mask !== undefined) {
            const value = f.local("v");
            f.set(value).get(local).get(value).get(mask).op("v128.bitselect");
            f.release(value);
          }
          f.set(local);
        }
        this.leave(region);
      });
      if (mask === undefined) {
        this.push(condition);
        f.if("", then!, otherwise);
      } else {
        f.get(mask).op("v128.any_true").if("", then!);
        f.get(mask).op("i64x2.all_true").op("i32.eqz").if("", otherwise!);
      }
      op.results.forEach((v, k) => lanes.set(v, results[k]!));
    };

    /** One operation, for both iterations. */
    const both = (op: Op): void => {
      const [x] = op.args as [Value];
      const [out] = op.results;
      if (out !== undefined && wide.has(out)) {
        this.push(x);
        f.i32(1).op("i32.shl");
        if (op.kind === "tape.allocate") f.i32(op.attr.slots.length).call(runtime.tape);
        else {
          f.call(runtime.allocate);
          this.push(x);
        }
        this.defineAll(op.results);
      } else if (slotOf(op) !== undefined || /load|store|acc/.test(op.kind)) {
        access(op);
        if (out === undefined) return;
        define(out);
        if (inLanes(out)) return;
        f.get(lanes.get(out)!).lane("f64x2.extract_lane", 0);
        this.defineAll(op.results);
      } else if (op.kind === "for") inner(op);
      else if (op.kind === "if") branch(op);
      else if (op.kind === "bound" && !isSame(isInside(x, body) ? sides.get(x) : SAME)) check(op);
      else if (out !== undefined && sides.get(out) === "two") integers(op);
      else if (out === undefined || !inLanes(out)) {
        this.operation(op);
        if (out?.ty !== "f64" || this.plan.inlined[out.id]) return;
        this.push(out);
        f.op("f64x2.splat");
        define(out);
      } else {
        if (op.kind === "f64.fromI32") {
          onSide(0, [x], () => this.push(x));
          f.op("f64.convert_i32_s").op("f64x2.splat");
          onSide(1, [x], () => this.push(x));
          f.op("f64.convert_i32_s").lane("f64x2.replace_lane", 1);
        } else if (this.twins.has(op)) {
          this.twinLanes(op, lanes);
          return;
        } else this.inLanes(op, lanes);
        define(out);
      }
    };

    /** What depends on the loop's carries, for one of the two iterations. */
    const finish = (side: 0 | 1): void => {
      onSide(side, [body.yields, ...late.map(({ args }) => args)].flat(), () => {
        for (const op of late) this.operation(op);
        this.assign(body.yields, body.args.slice(1));
        for (const op of late) for (const v of op.results) this.release(v);
      });
    };

    const areTwo = (): void => {
      if (step > 0) this.push(loop.args[1]!);
      f.get(index);
      if (step < 0) this.push(loop.args[1]!);
      f.op("i32.sub").i32(Math.abs(step)).op("i32.gt_s");
    };
    for (const v of wide) this.wide.add(v);
    areTwo();
    if (guards.length > 0) {
      const [begin, end] = [f.local("i"), f.local("i")];
      this.push(loop.args[1]!);
      if (step < 0) f.i32(1).op("i32.add");
      f.set(step > 0 ? end : begin).get(index);
      if (step < 0) f.i32(1).op("i32.add");
      f.set(step > 0 ? begin : end);
      this.checks({ bounds: [], guards }, begin, end);
      f.op("i32.and");
      f.release(begin);
      f.release(end);
    }
    f.if("", () => {
      spreadAll(body);
      const pointers = this.pointers(body, step);
      f.block("", (outside) => {
        refused = outside;
        f.loop("", (again) => {
          this.loops.push({ region: body, pointers });
          for (const op of body.ops) if (!late.includes(op)) both(op);
          finish(0);
          finish(1);
          this.leave(body);
          this.loops.pop();
          this.move(pointers, 2);
          f.get(index)
            .i32(2 * step)
            .op("i32.add")
            .set(index);
          areTwo();
          f.brIf(again);
        });
      });
      for (const p of pointers) f.release(p.local);
    });
    for (const local of new Set([...lanes.values(), ...[...twos.values()].flat()])) f.release(local);
    for (const v of wide) this.wide.delete(v);
  }
}

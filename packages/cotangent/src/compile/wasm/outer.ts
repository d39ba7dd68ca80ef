/** Loops with loops inside, carried out two iterations abreast. */
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { isSame } from "./abreast.ts";
import type { Abreast, Growth } from "./abreast.ts";
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
  protected twoAbreast(loop: OpOf<"for">, { sides, late, wide }: Abreast): void {
    const { f } = this;
    const { runtime } = this.shared;
    const [body] = loop.regions as [Region];
    const index = this.local[body.args[0]!.id]!;
    const { step } = loop.attr;
    const lanes = new Map<Value, number>();
    const inLanes = (v: Value): boolean => sides.get(v) === "lanes";
    const push = (v: Value): void => this.pushLanes(v, lanes);
    const define = (v: Value): void => {
      const local = f.local("v");
      f.set(local);
      lanes.set(v, local);
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
      const growth = (isInside(i, body) ? sides.get(i) : undefined) as Growth | undefined;
      const isFixed = growth === undefined || isSame(growth);
      const isNext = wide.has(a) || (!isFixed && growth.by === undefined && growth.factor * step === 1);
      const offset = this.address(a, i, slotOf(op));
      const at = f.local("i");
      f.tee(at);
      if (z === undefined) {
        if (isNext || isFixed) f.access(isNext ? "v128.load" : "v128.load64_splat", offset);
        else {
          addGrowth(growth, 8);
          f.get(at).access("v128.load64_zero", offset).loadSecondLane(offset);
        }
      } else {
        const adds = op.kind === "accumulate";
        if (isNext) {
          if (adds) f.get(at).access("v128.load", offset);
          push(z);
          if (adds) f.op("f64x2.add");
          f.access("v128.store", offset);
        } else {
          // First for one iteration, then for the other.
          const value = f.local("v");
          push(z);
          f.set(value);
          for (const side of [0, 1] as const) {
            if (side === 1) {
              f.get(at);
              if (!isFixed) addGrowth(growth, 8);
              f.tee(at);
            }
            if (adds) f.get(at).access("f64.load", offset);
            f.get(value).lane("f64x2.extract_lane", side);
            if (adds) f.op("f64.add");
            f.access("f64.store", offset);
          }
          f.release(value);
        }
      }
      f.release(at);
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
      else if (op.kind === "if") {
        this.push(x);
        const [then, otherwise] = op.regions.map((region) => (): void => {
          region.ops.forEach(both);
          this.leave(region);
        });
        f.if("", then!, otherwise);
      } else if (out === undefined || !inLanes(out)) {
        this.operation(op);
        if (out?.ty !== "f64" || this.plan.inlined[out.id]) return;
        this.push(out);
        f.op("f64x2.splat");
        define(out);
      } else {
        if (op.kind === "f64.fromI32") this.fromI32(x, () => addGrowth(sides.get(x) as Growth, 1));
        else this.inLanes(op, lanes);
        define(out);
      }
    };

    /** What depends on the loop's carries, for one of the two iterations. */
    const finish = (side: 0 | 1): void => {
      for (const v of new Set([body.yields, ...late.map(({ args }) => args)].flat())) {
        const what = sides.get(v);
        if (what === undefined || isSame(what) || (what !== "lanes" && side === 0)) continue;
        if (what === "lanes") f.get(lanes.get(v)!).lane("f64x2.extract_lane", side);
        else {
          super.push(v);
          addGrowth(what, 1);
        }
        const local = f.local(what === "lanes" ? "f" : "i");
        f.set(local);
        this.#standIns.set(v, local);
      }
      for (const op of late) this.operation(op);
      this.assign(body.yields, body.args.slice(1));
      for (const op of late) for (const v of op.results) this.release(v);
      this.#standIns.forEach((local) => f.release(local));
      this.#standIns.clear();
    };

    const areTwo = (): void => {
      if (step > 0) this.push(loop.args[1]!);
      f.get(index);
      if (step < 0) this.push(loop.args[1]!);
      f.op("i32.sub").i32(Math.abs(step)).op("i32.gt_s");
    };
    for (const v of wide) this.wide.add(v);
    areTwo();
    f.if("", () => {
      spreadAll(body);
      f.loop("", (again) => {
        for (const op of body.ops) if (!late.includes(op)) both(op);
        finish(0);
        finish(1);
        this.leave(body);
        f.get(index)
          .i32(2 * step)
          .op("i32.add")
          .set(index);
        areTwo();
        f.brIf(again);
      });
    });
    for (const local of new Set(lanes.values())) f.release(local);
    for (const v of wide) this.wide.delete(v);
  }
}

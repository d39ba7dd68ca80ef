/** One operation of a program after the other, but for loops and branches. */
import { isOp, kinds } from "../../program/ir.ts";
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import type { Instruction } from "./instructions.ts";
import { TAPE_CAPACITY } from "./layout.ts";
import { Values } from "./values.ts";

/** Operations that are one instruction. */
export const direct: Partial<Record<Op["kind"], Instruction>> = {
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

/**
 * Whether a choice between numbers is best made by a branch. In a loop that waits for it from iteration to iteration, and does little else,
 * it is: processors foresee what most choices come to. One that is not foreseen costs as much as twenty additions.
 */
function isForeseen(op: Op): boolean {
  const { parent } = op;
  if (parent.ops.length > LONGEST_BODY) return false;
  const first = parent.args.length - parent.yields.length;
  const written = new Set(parent.ops.flatMap(({ kind, args }) => (kind === "store" ? [args[0]] : [])));
  const waits = (v: Value, reach: number): boolean => {
    if (!isOp(v.def)) return v.def === parent && v.index >= first;
    if (v.def.parent !== parent || reach === 0) return false;
    return v.def.kind === "load"
      ? written.has(v.def.args[0])
      : v.def.args.some((arg) => waits(arg, reach - 1));
  };
  return (
    parent.ops.every(({ regions }) => regions.length === 0) && op.args.some((v) => waits(v, LONGEST_WAIT))
  );
}

const LONGEST_BODY = 64;
/** Operations in a row. */
const LONGEST_WAIT = 4;

export abstract class Operations extends Values {
  protected abstract forLoop(op: OpOf<"for">): void;
  protected abstract whileLoop(op: OpOf<"while">): void;
  protected abstract branch(op: OpOf<"if">): void;

  /** Of a check, those behind it that are made with it; and which these are. */
  readonly #checks: Map<Op, readonly OpOf<"bound">[]> = new Map();

  protected ops(region: Region): void {
    this.#gather(region);
    for (const op of region.ops) {
      this.operation(op);
      this.bury(op);
    }
  }

  /** Finds checks of one array beside each other, behind which nothing but reading goes on until the next. */
  #gather({ ops }: Region): void {
    let first: OpOf<"bound"> | undefined;
    let list: OpOf<"bound">[] = [];
    for (const op of ops) {
      if (op.kind === "bound") {
        const isBeside = first?.args[1] === op.args[1];
        if (isBeside && this.displaced(first!.args[0]!).base === this.displaced(op.args[0]!).base) {
          list.push(op);
          this.#checks.set(op, []);
        } else this.#checks.set((first = op), (list = [op]));
      } else if (op.kind !== "load" && kinds[op.kind].effect !== "pure") first = undefined;
    }
  }

  /** An index as another and a constant. */
  protected displaced(v: Value): { readonly base: Value; readonly constant: number } {
    if (isOp(v.def) && v.def.kind === "i32.add" && this.plan.inlined[v.id]) {
      const [base, y] = v.def.args as [Value, Value];
      if (isOp(y.def) && y.def.kind === "constant") return { base, constant: y.def.attr };
    }
    return { base: v, constant: 0 };
  }

  /** The least and the greatest of some indices beside each other: if these are in range, all are. */
  protected extremes(checks: readonly OpOf<"bound">[]): readonly number[] {
    const constants = checks.map(({ args }) => this.displaced(args[0]!).constant);
    return [Math.min(...constants), Math.max(...constants)];
  }

  /** Pushes whether an index is out of range. */
  protected isOutside(base: Value, constant: number, array: Value): void {
    this.push(base);
    if (constant !== 0) this.f.i32(constant).op("i32.add");
    this.f.get(this.length[array.id]!).op("i32.ge_u");
  }

  protected operation(op: Op): void {
    const out = op.results[0];
    if (out === undefined || !this.plan.inlined[out.id]) this.op(op);
  }

  /** Frees the locals of what is not used after op. */
  protected bury(op: Op): void {
    for (const v of this.plan.deaths.get(op) ?? []) this.release(v);
    for (const v of op.results) if (this.plan.uses[v.id] === 0) this.release(v);
  }

  /** What a region defined and yields lives to its end, and no longer. */
  protected leave(region: Region): void {
    for (const op of region.ops) for (const v of op.results) this.release(v);
  }

  protected op(op: Op): void {
    const { f } = this;
    const { runtime } = this.shared;
    const [x, y, z] = op.args as [Value, Value, Value];
    const twins = this.twins.get(op);
    if (twins !== undefined) {
      // One of them came first.
      if (this.local[op.results[0]!.id]! >= 0) return;
      this.push(x);
      f.call(twins.call(1));
      this.defineAll(twins.values);
      return;
    }
    switch (op.kind) {
      case "data":
        f.i32(this.shared.data(op.attr)).i32(op.attr.length);
        break;
      case "select":
        if (x.ty === "i32" && op.results[0]!.ty === "array") {
          for (const of of [this.local, this.length]) {
            f.get(of[y.id]!).get(of[z.id]!);
            this.push(x);
            f.select("i");
          }
        } else {
          this.pure(op);
        }
        break;
      case "f64.index": {
        const index = f.local("i");
        this.index(x, index, (number) => {
          f.if("", () => {
            f.i32(this.shared.site(op)).get(number).call(runtime.fail(1));
            // Else engines prepare for what comes after the call, where it is not called as well.
            f.unreachable();
          });
        });
        f.get(index);
        f.release(index);
        break;
      }
      case "allocate":
        this.push(x);
        if (this.blocks.isOverwritten(op)) runtime.block(f);
        else f.call(runtime.allocate);
        this.push(x);
        break;
      case "load": {
        f.access("f64.load", this.address(x, y));
        break;
      }
      case "store": {
        const offset = this.address(x, y);
        this.push(z);
        f.access("f64.store", offset);
        return;
      }
      case "accumulate": {
        const offset = this.address(x, y);
        const at = f.local("i");
        f.tee(at).get(at).access("f64.load", offset);
        this.push(z);
        f.op("f64.add").access("f64.store", offset);
        f.release(at);
        return;
      }
      case "fill":
        this.fill(x, y);
        return;
      case "copy":
        f.get(this.local[x.id]!).get(this.local[y.id]!).get(this.length[y.id]!).i32(3).op("i32.shl").copy();
        return;
      case "subarray":
        f.get(this.local[x.id]!);
        this.push(y);
        f.i32(3).op("i32.shl").op("i32.add");
        this.push(z);
        this.push(y);
        f.op("i32.sub");
        break;
      case "bound": {
        const checks = this.#checks.get(op) ?? [op];
        const check = (op: Op): void => {
          const { base, constant } = this.displaced(op.args[0]!);
          this.isOutside(base, constant, y);
          f.if("", () => {
            f.i32(this.shared.site(op));
            this.push(base);
            f.i32(constant).op("i32.add");
            f.op("f64.convert_i32_s").get(this.length[y.id]!).op("f64.convert_i32_s").call(runtime.fail(2));
            f.unreachable();
          });
        };
        if (checks.length < 3) {
          checks.forEach(check);
          return;
        }
        const { base } = this.displaced(x);
        const [least, greatest] = this.extremes(checks) as [number, number];
        f.block("", (done) => {
          f.block("", (outside) => {
            this.isOutside(base, least, y);
            f.brIf(outside);
            this.isOutside(base, greatest, y);
            f.op("i32.eqz").brIf(done);
          });
          checks.forEach(check);
          f.unreachable();
        });
        return;
      }
      case "fail": {
        f.i32(this.shared.site(op));
        const values = op.args.slice(0, 8);
        for (const v of values) {
          if (v.ty === "array") f.get(this.length[v.id]!);
          else this.push(v);
          if (v.ty !== "f64") f.op("f64.convert_i32_s");
        }
        f.call(runtime.fail(values.length));
        return;
      }
      case "for":
        this.forLoop(op);
        return;
      case "while":
        this.whileLoop(op);
        return;
      case "if":
        this.branch(op);
        return;
      case "call":
        op.args.forEach((v) => this.push(v));
        f.call(this.shared.functions.get(op.attr.callee)!);
        break;
      case "external":
        op.args.forEach((v) => this.push(v));
        f.call(this.shared.externals(op));
        break;
      case "tape.allocate":
        this.push(x);
        f.i32(op.attr.slots.length).call(runtime.tape);
        break;
      case "tape.store":
        this.tapeStore(op);
        return;
      case "tape.load": {
        const { ty } = op.results[0]!;
        const offset = this.address(x, y, op.attr.slot);
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
        this.push(x);
        f.getGlobal(runtime.floor);
        this.push(x);
        f.getGlobal(runtime.floor).op("i32.gt_u").select("i").setGlobal(runtime.top);
        return;
      }
      default:
        this.pure(op);
    }
    this.defineAll(op.results);
  }

  /** Makes an index of x: `refuse` pops whether it is none, and is given the local that holds x. */
  protected index(x: Value, index: number, refuse: (number: number) => void): void {
    const { f } = this;
    const number = f.local("f");
    this.push(x);
    f.tee(number);
    // Of a sum with this, the last bits are those of an integer; engines take twice as long to truncate.
    this.shared.arithmetic.constant(f, 1.5 * 2 ** 52);
    f.op("f64.add").op("i64.reinterpret_f64").op("i32.wrap_i64").tee(index);
    f.op("f64.convert_i32_s").get(number).op("f64.ne");
    refuse(number);
    f.release(number);
  }

  /** Pushes the result of an operation that has no effect. */
  protected override pure(op: Op): void {
    const { f } = this;
    const { runtime } = this.shared;
    const [x, y] = op.args as [Value, Value];
    const args = (): void => op.args.forEach((v) => this.push(v));
    switch (op.kind) {
      case "constant":
        if (op.results[0]!.ty === "i32") f.i32(op.attr);
        else this.shared.arithmetic.constant(f, op.attr);
        return;
      case "primitive": {
        const { arithmetic } = this.shared;
        if (arithmetic.branches(op.attr) && !isForeseen(op)) {
          arithmetic.applyLanes(f, op.attr, op.args, (v) => {
            this.push(v);
            f.op("f64x2.splat");
          });
          f.lane("f64x2.extract_lane", 0);
        } else arithmetic.apply(f, op.attr, op.args, (v) => this.push(v));
        return;
      }
      case "select": {
        const ty = op.results[0]!.ty;
        this.push(op.args[1]!);
        this.push(op.args[2]!);
        this.push(x);
        f.select(ty === "f64" ? "f" : "i");
        return;
      }
      case "length":
        f.get(this.length[x.id]!);
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
        if (safe) f.op(op.kind === "i32.div" ? "i32.div_s" : "i32.rem_s");
        else f.call(op.kind === "i32.div" ? runtime.div : runtime.rem);
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

  protected fill(a: Value, x: Value): void {
    const { f } = this;
    const [at, end] = [f.local("i"), f.local("i")];
    const value = f.local("f");
    this.push(x);
    f.set(value).get(this.local[a.id]!).tee(at);
    f.get(this.length[a.id]!).i32(3).op("i32.shl").op("i32.add").set(end);
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

  protected tapeStore(op: OpOf<"tape.store">): void {
    const { f } = this;
    const [tape, i, x] = op.args as [Value, Value, Value];
    if (!this.staysInPlace(tape)) {
      this.push(i);
      f.get(this.local[tape.id]!).access("i32.load", TAPE_CAPACITY).op("i32.ge_u");
      f.if("", () => f.get(this.local[tape.id]!).call(this.shared.runtime.growTape));
    }
    const offset = this.address(tape, i, op.attr.slot);
    if (x.ty === "array") {
      const at = f.local("i");
      f.tee(at).get(this.local[x.id]!).access("i32.store", offset);
      f.get(at)
        .get(this.length[x.id]!)
        .access("i32.store", offset + 4);
      f.release(at);
      return;
    }
    this.push(x);
    f.access(x.ty === "f64" ? "f64.store" : "i32.store", offset);
  }
}

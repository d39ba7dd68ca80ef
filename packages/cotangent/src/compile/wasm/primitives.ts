/** How the library's primitives are computed in WebAssembly: by an instruction or a few, by a kernel, or by a call to the host. */
import { twins } from "../../differentiate/rules.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import type { Callable, FunctionBuilder, ModuleBuilder } from "./assembler.ts";
import type { Instruction } from "./instructions.ts";
import { isKernel, type Kernels } from "./kernels/kernels.ts";

/** Primitives that are one instruction. */
const single: Readonly<Record<string, Instruction>> = {
  add: "f64.add",
  sub: "f64.sub",
  mul: "f64.mul",
  div: "f64.div",
  neg: "f64.neg",
  abs: "f64.abs",
  sqrt: "f64.sqrt",
  min: "f64.min",
  max: "f64.max",
  floor: "f64.floor",
  ceil: "f64.ceil",
  trunc: "f64.trunc",
};
const comparisons: Readonly<Record<string, Instruction>> = { lt: "f64.lt", gt: "f64.gt", eq: "f64.eq" };

/**
 * The least of two numbers on each lane. `pmin(x, y)` is `y < x ? y : x`: x where they are NaN or zeros of either sign, so that the bits of both
 * orders together are those of NaN or of -0. What engines make of f64x2.min is twice as long.
 */
const least: Emit = (_, f, args, push) => {
  bothOrders(f, "f64x2.pmin", args, push, (x, y) => f.get(x).get(y).op("v128.or"));
};

/** The greatest: as for the least, but that of -0 and 0 it is 0, which is -0 less the bits that differ. */
const greatest: Emit = (_, f, args, push) => {
  bothOrders(f, "f64x2.pmax", args, push, (x, y) => {
    f.get(x).get(y).op("v128.or").get(x).get(y).op("v128.xor").op("f64x2.sub");
  });
};

function bothOrders(
  f: FunctionBuilder,
  name: Instruction,
  args: readonly unknown[],
  push: Push<unknown>,
  use: (x: number, y: number) => void,
): void {
  const [x, y] = [f.local("v"), f.local("v")];
  args.forEach(push);
  f.set(y).set(x).get(x).get(y).op(name).get(y).get(x).op(name).set(y).set(x);
  use(x, y);
  f.release(x);
  f.release(y);
}

/** Primitives that are a few instructions on two lanes; the others of {@link several} stay on one. */
const pairs: Readonly<Record<string, Emit>> = {
  min: least,
  max: greatest,
  stopGradient: (_, _f, [x], push) => push(x),
  square: (_, f, [x], push) => {
    push(x);
    push(x);
    f.op("f64x2.mul");
  },
  inv: (self, f, [x], push) => {
    self.constantLanes(f, 1);
    push(x);
    f.op("f64x2.div");
  },
  // 0 is added to -0.
  relu: (self, f, [x], push) => {
    push(x);
    self.constantLanes(f, 0);
    f.op("f64x2.pmax");
    self.constantLanes(f, 0);
    f.op("f64x2.add");
  },
  where: (self, f, [c, a, b], push) => {
    push(a);
    push(b);
    push(c);
    f.op("f64x2.abs");
    self.constantLanes(f, 0);
    f.op("f64x2.gt").op("v128.bitselect");
  },
};

type Push<T> = (arg: T) => void;
const onLanes = (name: Instruction): Instruction => name.replace("f64.", "f64x2.") as Instruction;

type Emit = (self: Arithmetic, f: FunctionBuilder, args: readonly unknown[], push: Push<unknown>) => void;

/** Primitives that are a few instructions. */
const several: Readonly<Record<string, Emit>> = {
  stopGradient: (_, _f, [x], push) => push(x),
  square: (self, f, [x], push) => {
    self.twice(f, x, push, (v) => f.get(v).get(v).op("f64.mul"));
  },
  inv: (self, f, [x], push) => {
    self.constant(f, 1);
    push(x);
    f.op("f64.div");
  },
  relu: (self, f, [x], push) => {
    push(x);
    self.constant(f, 0);
    f.op("f64.max");
  },
  where: (self, f, [c, a, b], push) => {
    push(a);
    push(b);
    push(c);
    // True is what is neither 0 nor NaN.
    f.op("f64.abs");
    self.constant(f, 0);
    f.op("f64.gt").select("f");
  },
  sign: (self, f, [x], push) => {
    self.twice(f, x, push, (v) => {
      self.constant(f, 1);
      f.get(v).op("f64.copysign").get(v).get(v).op("f64.abs");
      self.constant(f, 0);
      f.op("f64.gt").select("f");
    });
  },
  // floor(x), and 1 more where x lies half or more above it; the sign of x, so that -0.2 gives -0.
  round: (self, f, [x], push) => {
    self.twice(f, x, push, (v) => {
      f.get(v).op("f64.floor").get(v).get(v).op("f64.floor").op("f64.sub");
      self.constant(f, 0.5);
      f.op("f64.ge").op("f64.convert_i32_s").op("f64.add").get(v).op("f64.copysign");
    });
  },
  // Neumaier's summation, as in numeric/sum.ts.
  sum: (self, f, args, push) => {
    const [total, lost, x, next] = [f.local("f"), f.local("f"), f.local("f"), f.local("f")];
    self.constant(f, 0);
    f.tee(total).set(lost);
    for (const arg of args) {
      push(arg);
      f.set(x).get(total).get(x).op("f64.add").set(next);
      f.get(lost);
      f.get(total).get(next).op("f64.sub").get(x).op("f64.add");
      f.get(x).get(next).op("f64.sub").get(total).op("f64.add");
      f.get(total).op("f64.abs").get(x).op("f64.abs").op("f64.ge").select("f").op("f64.add").set(lost);
      f.get(next).set(total);
    }
    f.get(total).get(lost).op("f64.add").get(total);
    // What is finite is 0 when taken from itself.
    f.get(lost).get(lost).op("f64.sub");
    self.constant(f, 0);
    f.op("f64.eq").select("f");
    for (const local of [total, lost, x, next]) f.release(local);
  },
};

/** Whether a primitive is computed inside the module; otherwise the host is called. */
export const isInside = (id: string, math: "fast" | "exact"): boolean =>
  id in single || id in comparisons || id in several || (math === "fast" && isKernel(id));

export class Arithmetic {
  readonly #module: ModuleBuilder;
  readonly #kernels: Kernels;
  readonly #imports: ReadonlyMap<string, Callable>;

  constructor(module: ModuleBuilder, kernels: Kernels, imports: ReadonlyMap<string, Callable>) {
    this.#module = module;
    this.#kernels = kernels;
    this.#imports = imports;
  }

  /** Pushes a number that is kept in memory: engines are slow at constants inside the code. */
  constant(f: FunctionBuilder, value: number): void {
    f.i32(0).access("f64.load", this.#module.constant(value));
  }

  /** The same for two lanes. */
  constantLanes(f: FunctionBuilder, value: number): void {
    f.i32(0).access("v128.load64_splat", this.#module.constant(value));
  }

  /** Whether engines branch where a primitive is computed on one number, and not on two lanes. */
  branches({ id }: PrimitiveBase): boolean {
    return id === "min" || id === "max" || id === "relu";
  }

  /** Whether a primitive can be computed two at a time. */
  hasVector(id: string): boolean {
    return id in single || id in comparisons || id in pairs || (isKernel(id) && !this.#imports.has(id));
  }

  /** What computes both of a number, one after the other on the stack; undefined if nothing does. */
  both(first: PrimitiveBase, second: PrimitiveBase): ((lanes: 1 | 2) => Callable) | undefined {
    const id = first.id + second.id;
    if (twins[first.id] !== second.id || this.#imports.has(first.id) || this.#imports.has(second.id))
      return undefined;
    return (lanes) => (lanes === 1 ? this.#kernels.scalar(id) : this.#kernels.vector(id));
  }

  /** Pushes primitive(args) on two lanes; the same bits in each as `apply` gives. */
  applyLanes<T>(f: FunctionBuilder, primitive: PrimitiveBase, args: readonly T[], push: Push<T>): void {
    const { id } = primitive;
    const pair = pairs[id];
    if (pair !== undefined) {
      pair(this, f, args, push as Push<unknown>);
      return;
    }
    args.forEach(push);
    if (!this.hasVector(id)) {
      // One after the other.
      const both = args.map(() => f.local("v"));
      for (const local of [...both].reverse()) f.set(local);
      const lane = (k: 0 | 1): void => {
        this.apply(f, primitive, both, (local) => f.get(local).lane("f64x2.extract_lane", k));
      };
      lane(0);
      f.op("f64x2.splat");
      lane(1);
      f.lane("f64x2.replace_lane", 1);
      for (const local of both) f.release(local);
      return;
    }
    if (id in single) f.op(onLanes(single[id]!));
    else if (id in comparisons) {
      // All bits of a lane where it holds: of them, those of the number 1.
      f.op(onLanes(comparisons[id]!));
      this.constantLanes(f, 1);
      f.op("v128.and");
    } else f.call(this.#kernels.vector(id));
  }

  /** Has `use` work on a local that holds x. */
  twice(f: FunctionBuilder, x: unknown, push: Push<unknown>, use: (local: number) => void): void {
    const v = f.local("f");
    push(x);
    f.set(v);
    use(v);
    f.release(v);
  }

  /** Pushes primitive(args). */
  apply<T>(f: FunctionBuilder, primitive: PrimitiveBase, args: readonly T[], push: Push<T>): void {
    const { id } = primitive;
    const some = several[id];
    if (some !== undefined) {
      some(this, f, args, push as Push<unknown>);
      return;
    }
    args.forEach(push);
    const imported = this.#imports.get(id);
    if (id in single) f.op(single[id]!);
    else if (id in comparisons) f.op(comparisons[id]!).op("f64.convert_i32_s");
    else f.call(imported ?? this.#kernels.scalar(id));
  }
}

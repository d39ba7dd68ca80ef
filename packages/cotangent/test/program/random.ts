/**
 * Random legal programs, for differential testing: of the optimiser against the interpreter, of reverse mode against forward
 * mode, of one back end against another.
 *
 *     fc.assert(fc.property(programs(), ({ program, args }) => { ... args() ... }));          // shrinks; for CI
 *     for (let seed = 0; seed < 100_000; seed++) { const { program, args } = programFromSeed(seed); ... }   // fast
 *
 * Every program ends, keeps its indices in range, and computes finite numbers of moderate size: sums and products are kept
 * small by sin, tanh and the like. It is smooth in its f64 arguments but for comparisons, selections, roundings, min, max
 * and abs, which the option `kinks` leaves out. Entry parameters come in the order f64, i32, arrays; arrays are written in
 * place, so that their final contents are results, too.
 */
import fc from "fast-check";
import {
  abs,
  add,
  atan,
  atan2,
  cos,
  div,
  erf,
  exp,
  floor,
  gt,
  hypot,
  lt,
  max,
  min,
  mul,
  neg,
  pow,
  relu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  where,
} from "../../src/primitives/index.ts";
import type { PrimitiveBase } from "../../src/real/real.ts";
import { Builder, buildFunction } from "../../src/program/builder.ts";
import type { ParameterSpec } from "../../src/program/builder.ts";
import { print } from "../../src/program/print.ts";
import type { Func, Program, Value } from "../../src/program/ir.ts";

/** What may occur in a program. Everything may, unless said. */
export interface RandomOptions {
  /** Arrays: parameters, allocation, reading, writing, views. */
  readonly arrays?: boolean;
  /** `for` and `while`. */
  readonly loops?: boolean;
  /** `if`. */
  readonly branches?: boolean;
  /** Helpers, and a recursive one. */
  readonly calls?: boolean;
  /** Comparisons of f64, selection, rounding, min, max, abs: whatever is not smooth. */
  readonly kinks?: boolean;
  /** Checks that may fail: indices out of range, numbers that are no indices. Not unless asked for. */
  readonly faults?: boolean;
  /** Array arguments that overlap one another. Not unless asked for. */
  readonly overlap?: boolean;
  /** Roughly how many operations; 30 unless said. */
  readonly size?: number;
}

/** A program, and arguments for its entry. */
export interface RandomProgram {
  readonly program: Program;
  /** Fresh arguments each time, because programs write to their arrays. */
  readonly args: () => (number | Float64Array)[];
  /** So that a failure shows the program's text. */
  readonly [fc.toStringMethod]: () => string;
}

/** Where decisions come from: `choose(n)` is one of 0 ... n - 1; 0 is the simplest. */
type Choose = (n: number) => number;

/** Random programs that shrink. */
export function programs(options: RandomOptions = {}): fc.Arbitrary<RandomProgram> {
  return fc.array(fc.nat(0xffff), { minLength: 40, maxLength: 600, size: "max" }).map((decisions) => {
    let at = 0;
    return randomProgram((n) => (decisions[at++] ?? 0) % n, options);
  });
}

/** The program of a seed; fast, for long runs. */
export function programFromSeed(seed: number, options: RandomOptions = {}): RandomProgram {
  let state = (seed + 1) * 0x9e3779b9;
  return randomProgram((n) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % n;
  }, options);
}

/** The program that a sequence of decisions makes. */
function randomProgram(choose: Choose, options: RandomOptions = {}): RandomProgram {
  const settings = {
    arrays: true,
    loops: true,
    branches: true,
    calls: true,
    kinks: true,
    faults: false,
    overlap: false,
    size: 30,
    ...options,
  };
  const helpers: Helper[] = [];
  const functions: Func[] = [];
  if (settings.calls) {
    for (let k = choose(3); k > 0; k--) {
      const helper = new Writer(choose, settings, helpers).helper(`helper${k}`);
      helpers.push(helper);
      functions.push(helper.func);
    }
  }
  const lengths = settings.arrays ? Array.from({ length: choose(3) }, () => 3 + choose(4)) : [];
  const entry = new Writer(choose, settings, helpers).entry(1 + choose(3), lengths);
  const numbers = entry.params.filter((p) => p.ty === "f64").map(() => number(choose));
  const n = choose(5);
  const elements = lengths.map((length) => Array.from({ length }, () => number(choose)));
  const overlapping = settings.overlap && choose(2) === 1;
  const args = (): (number | Float64Array)[] => {
    if (!overlapping) return [...numbers, n, ...elements.map((list) => Float64Array.from(list))];
    const block = Float64Array.from({ length: 12 }, (_, i) => elements[0]?.[i % 3] ?? 0);
    return [...numbers, n, ...lengths.map((length, i) => block.subarray(i, i + length))];
  };
  const program = { functions: [entry, ...functions.reverse()] };
  return { program, args, [fc.toStringMethod]: () => `${print(program)}\narguments: ${args().join("; ")}` };
}

/** A number between -2 and 2, hardly ever a tie with another. */
const number = (choose: Choose): number => ((choose(4001) - 2000) / 1000) * 0.9973 + 0.000123;

type Settings = Required<RandomOptions>;

interface Helper {
  readonly func: Func;
  /** How long its array parameters must be. */
  readonly lengths: readonly number[];
}

/** A value of type f64 and the most it can be in magnitude; an i32 and its range; an array and its length. */
interface Num {
  readonly v: Value;
  readonly most: number;
}
interface Int {
  readonly v: Value;
  readonly lo: number;
  readonly hi: number;
}
interface Arr {
  readonly v: Value;
  readonly length: number;
}

/** What is visible where operations are being written. */
interface Scope {
  readonly nums: Num[];
  readonly ints: Int[];
  readonly arrs: Arr[];
}

/** Elements of arrays are taken to be at most this in magnitude. */
const ELEMENT = 4;
/** Beyond this, a number is tamed. */
const LARGE = 30;

class Writer {
  readonly #choose: Choose;
  readonly #settings: Settings;
  readonly #helpers: readonly Helper[];
  #b = new Builder();
  #scope: Scope = { nums: [], ints: [], arrs: [] };
  #left: number;

  constructor(choose: Choose, settings: Settings, helpers: readonly Helper[]) {
    this.#choose = choose;
    this.#settings = settings;
    this.#helpers = helpers;
    this.#left = settings.size;
  }

  entry(numbers: number, lengths: readonly number[]): Func {
    const params: ParameterSpec[] = Array.from({ length: numbers }, (_, i) => ({ name: `x${i}`, ty: "f64" }));
    params.push({ name: "n", ty: "i32" });
    lengths.forEach((_, i) => params.push({ name: `a${i}`, ty: "array", noalias: !this.#settings.overlap }));
    return buildFunction("main", params, (b, args) => {
      this.#begin(b, args, lengths);
      this.#statements(0);
      return Array.from({ length: 1 + this.#choose(2) }, () => this.#num().v);
    });
  }

  helper(name: string): Helper {
    this.#left = Math.ceil(this.#left / 3);
    const lengths = this.#settings.arrays && this.#flip() ? [3] : [];
    const recursive = this.#choose(3) === 1;
    const params: ParameterSpec[] = [
      { name: "x", ty: "f64" },
      { name: "y", ty: "f64" },
      { name: "depth", ty: "i32" },
      ...lengths.map((): ParameterSpec => ({ name: "a", ty: "array" })),
    ];
    const func = buildFunction(name, params, (b, args) => {
      this.#begin(b, args, lengths);
      if (!recursive) {
        this.#statements(1);
        return [this.#tame(this.#num(), 2).v];
      }
      const depth = args[2]!;
      return b.if(
        b.op("i32.gt", depth, b.i32(0)),
        () =>
          this.#nested(() => {
            this.#statements(2);
            const again = [this.#tame(this.#num(), 2).v, this.#tame(this.#num(), 2).v];
            const next = b.op("i32.sub", b.op("i32.min", depth, b.i32(3)), b.i32(1));
            const [y] = b.call(name, [...again, next, ...args.slice(3)], ["f64"]);
            this.#scope.nums.push({ v: y!, most: 2 });
            return [this.#tame(this.#num(), 2).v];
          }),
        () => [this.#tame(this.#num(), 2).v],
      );
    });
    return { func, lengths };
  }

  #begin(b: Builder, args: readonly Value[], lengths: readonly number[]): void {
    this.#b = b;
    const arrays = args.filter((v) => v.ty === "array");
    this.#scope = {
      nums: args.filter((v) => v.ty === "f64").map((v) => ({ v, most: 2 })),
      ints: args.filter((v) => v.ty === "i32").map((v) => ({ v, lo: -4, hi: 4 })),
      arrs: arrays.map((v, i) => ({ v, length: lengths[i]! })),
    };
  }

  #flip(): boolean {
    return this.#choose(2) === 1;
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#choose(list.length)]!;
  }

  /** The latest of a list are chosen more often: they make deeper expressions. */
  #recent<T>(list: readonly T[]): T {
    const reach = this.#flip() ? list.length : Math.min(list.length, 3);
    return list[list.length - 1 - this.#choose(reach)]!;
  }

  // Values that are there, or made where there are none

  #num(): Num {
    if (this.#scope.nums.length === 0 || this.#choose(8) === 7) return this.#constant();
    return this.#recent(this.#scope.nums);
  }

  #constant(): Num {
    const x = this.#pick([0.5, 1, 0, -1, 2, -0.25, 1.5, -0, 3, 0.1]);
    return { v: this.#b.f64(x), most: Math.abs(x) };
  }

  #int(): Int {
    if (this.#scope.ints.length === 0 || this.#choose(5) === 4) return this.#literal(this.#choose(7) - 2);
    return this.#recent(this.#scope.ints);
  }

  #literal(n: number): Int {
    return { v: this.#b.i32(n), lo: n, hi: n };
  }

  /** An index into an array of this length. */
  #index(length: number): Value {
    const b = this.#b;
    const { v, lo, hi } = this.#int();
    if (lo >= 0 && hi < length) return v;
    if (this.#flip()) return b.op("i32.min", b.op("i32.max", v, b.i32(0)), b.i32(length - 1));
    const n = b.i32(length);
    return b.op("i32.rem", b.op("i32.add", b.op("i32.rem", v, n), n), n);
  }

  #condition(): Value {
    const b = this.#b;
    const comparison = this.#pick(["lt", "ge", "eq", "ne", "gt", "le"] as const);
    if (this.#settings.kinks && this.#flip()) return b.op(`f64.${comparison}`, this.#num().v, this.#num().v);
    const c = b.op(`i32.${comparison}`, this.#int().v, this.#int().v);
    return this.#choose(4) === 3 ? b.op("i32.not", c) : c;
  }

  /** x, or a bounded function of it if it may exceed `most`. */
  #tame(x: Num, most: number): Num {
    if (x.most <= most) return x;
    if (most < 1) throw new Error("nothing is that tame");
    const f = this.#pick([tanh, sin, cos, sigmoid]);
    return { v: this.#b.primitive(f, x.v), most: 1 };
  }

  // Statements

  #statements(depth: number): void {
    for (let count = 3 + this.#choose(6); count > 0 && this.#left > 0; count--) this.#statement(depth);
  }

  #statement(depth: number): void {
    this.#left--;
    const { arrays, loops, branches } = this.#settings;
    const deeper = depth < 3 ? this.#choose(10) : 0;
    if (deeper === 9 && loops) return this.#for(depth);
    if (deeper === 8 && loops) return this.#while(depth);
    if (deeper === 7 && branches) return this.#if(depth);
    if (deeper === 6 && this.#helpers.length > 0) return this.#call();
    const what = this.#choose(12);
    if (what >= 7 && arrays) return this.#memory();
    if (what >= 5) return this.#integer();
    this.#scope.nums.push(this.#arithmetic());
  }

  #arithmetic(): Num {
    const x = this.#num();
    const y = this.#num();
    const result = this.#settings.kinks && this.#choose(5) === 4 ? this.#kinked(x, y) : this.#smooth(x, y);
    return this.#tame(result, LARGE);
  }

  #smooth(x: Num, y: Num): Num {
    const apply = (f: PrimitiveBase, ...args: Num[]): Value =>
      this.#b.primitive(f, ...args.map(({ v }) => v));
    const one = (): Num => ({ v: this.#b.f64(1), most: 1 });
    /** 1 + z², to divide by and take roots of. */
    const positive = (z: Num): Num => ({
      v: apply(add, one(), { v: apply(square, z), most: 0 }),
      most: 1 + z.most ** 2,
    });
    switch (this.#choose(16)) {
      case 0:
        return { v: apply(add, x, y), most: x.most + y.most };
      case 1:
        return { v: apply(mul, x, y), most: x.most * y.most };
      case 2:
        return { v: apply(sub, x, y), most: x.most + y.most };
      case 3:
        return { v: apply(this.#pick([sin, cos, tanh, sigmoid, erf]), x), most: 1 };
      case 4:
        return { v: apply(div, x, positive(y)), most: x.most };
      case 5:
        return { v: apply(square, x), most: x.most ** 2 };
      case 6:
        return { v: apply(neg, x), most: x.most };
      case 7:
        return { v: apply(sqrt, positive(x)), most: 1 + x.most };
      case 8:
        return { v: apply(exp, this.#tame(x, 2)), most: 8 };
      case 9:
        return { v: apply(pow, x, { v: this.#b.f64(2), most: 2 }), most: x.most ** 2 };
      case 10:
        return { v: apply(pow, positive(this.#tame(x, 2)), this.#tame(y, 2)), most: 25 };
      case 11:
        return { v: apply(atan2, x, positive(y)), most: 2 };
      case 12:
        return { v: apply(hypot, positive(x), y), most: 1 + x.most ** 2 + y.most };
      case 13:
        return { v: apply(sum, x, y, this.#tame(x, 1)), most: x.most + y.most + 1 };
      case 14:
        return { v: apply(softplus, x), most: x.most + 1 };
      default:
        return { v: apply(this.#pick([atan, stopGradient]), x), most: x.most + 2 };
    }
  }

  #kinked(x: Num, y: Num): Num {
    const apply = (f: PrimitiveBase, ...args: Value[]): Value => this.#b.primitive(f, ...args);
    const most = Math.max(x.most, y.most);
    switch (this.#choose(7)) {
      case 0:
        return { v: this.#b.select(this.#condition(), x.v, y.v), most };
      case 1:
        return { v: apply(max, x.v, y.v), most };
      case 2:
        return { v: apply(min, x.v, y.v), most };
      case 3:
        return { v: apply(this.#pick([abs, relu, sign]), x.v), most: most + 1 };
      case 4:
        return { v: apply(where, apply(this.#pick([lt, gt]), x.v, y.v), y.v, x.v), most };
      case 5:
        return { v: apply(floor, x.v), most: most + 1 };
      default: {
        const divisor = apply(add, this.#b.f64(1), apply(square, y.v));
        return { v: this.#b.op("f64.rem", x.v, divisor), most };
      }
    }
  }

  #integer(): void {
    const b = this.#b;
    const x = this.#int();
    const y = this.#int();
    const span = (...ends: number[]): { lo: number; hi: number } => ({
      lo: Math.min(...ends),
      hi: Math.max(...ends),
    });
    const { ints, nums } = this.#scope;
    const push = (v: Value, range: { lo: number; hi: number }): void => {
      const { lo, hi } = range;
      if (lo >= -100 && hi <= 100) ints.push({ v, lo, hi });
      else ints.push({ v: b.op("i32.rem", v, b.i32(7)), lo: -6, hi: 6 });
    };
    switch (this.#choose(9)) {
      case 0:
        return push(b.op("i32.add", x.v, y.v), span(x.lo + y.lo, x.hi + y.hi));
      case 1:
        return push(b.op("i32.mul", x.v, y.v), span(x.lo * y.lo, x.lo * y.hi, x.hi * y.lo, x.hi * y.hi));
      case 2:
        return push(b.op("i32.sub", x.v, y.v), span(x.lo - y.hi, x.hi - y.lo));
      case 3:
        return push(b.op(this.#pick(["i32.min", "i32.max"]), x.v, y.v), span(x.lo, x.hi, y.lo, y.hi));
      case 4:
        return push(b.op(this.#pick(["i32.div", "i32.rem"]), x.v, y.v), span(x.lo, x.hi, -x.lo, -x.hi, 0));
      case 5: {
        const kind = this.#pick(["i32.and", "i32.or", "i32.xor", "i32.shl", "i32.shr", "i32.ushr"] as const);
        return push(b.op(kind, x.v, y.v), { lo: -Infinity, hi: Infinity });
      }
      case 6:
        return push(this.#condition(), { lo: 0, hi: 1 });
      case 7: {
        const f = b.op("f64.fromI32", x.v);
        if (this.#settings.faults && this.#choose(4) === 3) b.index(this.#num().v, "i");
        return push(this.#flip() ? b.index(f, "i") : b.op("f64.toInt32", f), x);
      }
      default: {
        const most = Math.max(Math.abs(x.lo), Math.abs(x.hi));
        nums.push(this.#tame({ v: b.op("f64.fromI32", x.v), most }, LARGE));
      }
    }
  }

  #memory(): void {
    const b = this.#b;
    const { arrs, nums, ints } = this.#scope;
    if (arrs.length === 0 || this.#choose(12) === 11) {
      const length = 1 + this.#choose(5);
      arrs.push({ v: b.allocate(b.i32(length)), length });
      return;
    }
    const a = this.#recent(arrs);
    const element = (): Value => this.#tame(this.#num(), ELEMENT).v;
    const checked = (): Value => {
      if (this.#settings.faults && this.#choose(3) === 2) {
        const shift = this.#choose(4);
        const i = this.#int().v;
        b.bound(shift === 0 ? i : b.op("i32.add", i, b.i32(shift - 2)), a.v, "a");
      }
      const i = this.#index(a.length);
      if (this.#flip()) b.bound(i, a.v, "a");
      return i;
    };
    switch (this.#choose(11)) {
      case 0:
      case 1:
        nums.push({ v: b.load(a.v, checked()), most: ELEMENT });
        return;
      case 2:
      case 3:
        return b.store(a.v, checked(), element());
      case 4: {
        const i = checked();
        const more = this.#tame(this.#num(), 1).v;
        if (this.#flip()) return b.accumulate(a.v, i, more);
        return b.store(a.v, i, b.primitive(add, b.load(a.v, i), more));
      }
      case 5:
        return b.fill(a.v, element());
      case 6: {
        const source = this.#recent(arrs);
        if (source.length <= a.length) b.copy(a.v, source.v);
        return;
      }
      case 7: {
        const length = 1 + this.#choose(a.length);
        const lo = this.#index(a.length - length + 1);
        arrs.push({ v: b.subarray(a.v, lo, b.op("i32.add", lo, b.i32(length))), length });
        return;
      }
      case 8: {
        const other = this.#recent(arrs);
        if (other.length !== a.length) return;
        arrs.push({ v: b.select(this.#condition(), a.v, other.v), length: a.length });
        return;
      }
      case 9:
        ints.push({ v: b.length(a.v), lo: a.length, hi: a.length });
        return;
      default: {
        const least = this.#settings.faults && this.#choose(4) === 3 ? 4 : 0;
        const never = b.op("i32.lt", b.length(a.v), b.i32(least));
        b.if(never, () => {
          b.fail({ code: "index-out-of-range", message: "length {0}", remedy: "None." }, b.length(a.v));
          return [];
        });
      }
    }
  }

  #call(): void {
    const b = this.#b;
    const { func, lengths } = this.#pick(this.#helpers);
    const depth = b.op("i32.min", this.#int().v, b.i32(3));
    const numbers = [this.#tame(this.#num(), 2).v, this.#tame(this.#num(), 2).v];
    const arrays = lengths.map((least) => {
      const fitting = this.#scope.arrs.filter(({ length }) => length >= least);
      if (fitting.length === 0) return b.allocate(b.i32(least));
      const a = this.#recent(fitting);
      return a.length === least ? a.v : b.subarray(a.v, b.i32(0), b.i32(least));
    });
    const [v] = b.call(func.name, [...numbers, depth, ...arrays], ["f64"]);
    this.#scope.nums.push({ v: v!, most: 2 });
  }

  /** Writes what is nested: its values are not visible outside. */
  #nested<T>(write: () => T): T {
    const { nums, ints, arrs } = this.#scope;
    const outer = this.#scope;
    this.#scope = { nums: [...nums], ints: [...ints], arrs: [...arrs] };
    try {
      return write();
    } finally {
      this.#scope = outer;
    }
  }

  /** Carried numbers, now and then an integer, and two arrays that change places. */
  #carries(): Carries {
    const nums = Array.from({ length: this.#choose(3) }, () => this.#tame(this.#num(), 2));
    const ints = this.#choose(4) === 3 ? [this.#int()] : [];
    const arrs: Arr[] = [];
    if (this.#choose(6) === 5 && this.#scope.arrs.length > 0) {
      const a = this.#recent(this.#scope.arrs);
      arrs.push(a, ...this.#scope.arrs.filter(({ length }) => length === a.length).slice(0, 1));
    }
    return { nums, ints, arrs };
  }

  #enter(carries: Carries, values: readonly Value[]): void {
    const { nums, ints, arrs } = carries;
    let at = 0;
    for (const _ of nums) this.#scope.nums.push({ v: values[at++]!, most: 2 });
    for (const _ of ints) this.#scope.ints.push({ v: values[at++]!, lo: -6, hi: 6 });
    for (const { length } of arrs) this.#scope.arrs.push({ v: values[at++]!, length });
  }

  /** What goes round: tame numbers, small integers, and the arrays in turn. */
  #yield(carries: Carries, values: readonly Value[]): Value[] {
    const b = this.#b;
    const arrays = values.slice(carries.nums.length + carries.ints.length);
    return [
      ...carries.nums.map((_, i) => (this.#choose(6) === 5 ? values[i]! : this.#tame(this.#num(), 2).v)),
      ...carries.ints.map(() => b.op("i32.rem", this.#int().v, b.i32(7))),
      ...arrays.map((_, i) => arrays[(i + 1) % arrays.length]!),
    ];
  }

  #inits({ nums, ints, arrs }: Carries): Value[] {
    return [
      ...nums.map(({ v }) => v),
      ...ints.map(({ v }) => this.#b.op("i32.rem", v, this.#b.i32(7))),
      ...arrs.map(({ v }) => v),
    ];
  }

  #for(depth: number): void {
    const b = this.#b;
    const carries = this.#carries();
    const inits = this.#inits(carries);
    const up = this.#choose(4) < 3;
    const step = (up ? 1 : -1) * (this.#choose(4) === 3 ? 2 : 1);
    const low = this.#literal(this.#choose(5) === 4 ? -1 : 0);
    const array = this.#scope.arrs.length > 0 && this.#flip() ? this.#recent(this.#scope.arrs) : undefined;
    const high = array === undefined ? this.#int() : this.#length(array);
    const limit =
      high.hi <= 6 ? high : { v: b.op("i32.min", high.v, b.i32(6)), lo: Math.min(high.lo, 6), hi: 6 };
    const last = up ? limit : { ...limit, v: b.op("i32.sub", limit.v, b.i32(1)) };
    const before = up ? low : { ...low, v: b.i32(low.lo - 1) };
    const results = b.for(
      up ? low.v : last.v,
      up ? limit.v : before.v,
      inits,
      (i, values) =>
        this.#nested(() => {
          this.#enter(carries, values);
          this.#scope.ints.push({ v: i, lo: low.lo, hi: Math.max(low.lo, limit.hi - 1) });
          this.#statements(depth + 1);
          return this.#yield(carries, values);
        }),
      { step },
    );
    this.#enter(carries, results);
  }

  /** The length of an array, or almost. */
  #length({ v, length }: Arr): Int {
    const by = this.#pick([0, 0, 0, -1, 1]);
    const n = this.#b.length(v);
    return {
      v: by === 0 ? n : this.#b.op("i32.add", n, this.#b.i32(by)),
      lo: length + by,
      hi: length + by,
    };
  }

  #while(depth: number): void {
    const b = this.#b;
    const carries = this.#carries();
    const inits = this.#inits(carries);
    const limit = 1 + this.#choose(5);
    const results = b.while(
      [b.i32(0), b.i32(1), ...inits],
      ([k, go, ...values]) =>
        this.#nested(() => {
          this.#enter(carries, values);
          const more = b.op("i32.and", b.op("i32.lt", k!, b.i32(limit)), go!);
          return this.#settings.kinks && this.#flip() ? b.op("i32.and", more, this.#condition()) : more;
        }),
      ([k, , ...values]) =>
        this.#nested(() => {
          this.#enter(carries, values);
          this.#scope.ints.push({ v: k!, lo: 0, hi: limit - 1 });
          this.#statements(depth + 1);
          const go = this.#choose(3) === 2 ? b.op("i32.ne", this.#condition(), b.i32(0)) : b.i32(1);
          return [b.op("i32.add", k!, b.i32(1)), go, ...this.#yield(carries, values)];
        }),
    );
    this.#enter(carries, results.slice(2, -1));
    this.#scope.ints.push({ v: results.at(-1)!, lo: 0, hi: limit });
  }

  #if(depth: number): void {
    const b = this.#b;
    const nums = this.#choose(3);
    const arr =
      this.#scope.arrs.length > 0 && this.#choose(6) === 5 ? this.#recent(this.#scope.arrs) : undefined;
    const branch = (): Value[] =>
      this.#nested(() => {
        this.#statements(depth + 1);
        const yields = Array.from({ length: nums }, () => this.#tame(this.#num(), 2).v);
        if (arr !== undefined) {
          yields.push(this.#recent(this.#scope.arrs.filter(({ length }) => length === arr.length)).v);
        }
        return yields;
      });
    const results = b.if(this.#condition(), branch, branch);
    results.slice(0, nums).forEach((v) => this.#scope.nums.push({ v, most: 2 }));
    if (arr !== undefined) this.#scope.arrs.push({ v: results.at(-1)!, length: arr.length });
  }
}

interface Carries {
  readonly nums: readonly Num[];
  readonly ints: readonly Int[];
  readonly arrs: readonly Arr[];
}

/** Whether two results of a run are the same to the bit; NaN equals itself, -0 differs from 0. */
export const sameBits = (x: unknown, y: unknown): boolean =>
  x instanceof Float64Array && y instanceof Float64Array
    ? x.length === y.length && x.every((value, i) => Object.is(value, y[i]))
    : Object.is(x, y);

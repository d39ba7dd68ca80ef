import {
  add,
  ceil,
  eq,
  floor,
  hypot,
  max,
  min,
  mul,
  neg,
  round,
  sub,
  trunc,
} from "../../primitives/index.ts";
import { Builder } from "../builder.ts";
import { isOp, kinds } from "../ir.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import type { AttributeOf, Attributes, Kind, Op, OpOf, Region, Ty, Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import { eachVisible, sameResults } from "./choices.ts";
import type { Choice } from "./choices.ts";
import { simplify } from "./fold.ts";
import { LARGEST_INTEGER } from "./integers.ts";
import { Known } from "./known.ts";
import { Limits } from "./limits.ts";
import { Memory } from "./memory.ts";
import type { OptimiseOptions } from "./options.ts";
import { ANY, decided, rangeOf } from "./ranges.ts";
import type { Range } from "./ranges.ts";

/** A `for` loop, and how deep its body lies. */
interface CountedLoop {
  readonly index: Value;
  readonly lo: Value;
  readonly hi: Value;
  readonly step: number;
  readonly depth: number;
}

/**
 * A builder that simplifies as it goes: folds, reuses what has been computed, moves what does not change out of loops,
 * reads from what was written, and leaves out checks that cannot fail.
 */
export class Folder extends Builder {
  readonly memory: Memory = new Memory();
  readonly #options: OptimiseOptions;
  /** What has been computed, by what it is. Only what is visible here. */
  readonly #seen = new Known();
  /** For each open region, outermost first: the keys that are forgotten with it, and whether it is part of a loop. */
  readonly #scopes: {
    readonly keys: (string | number)[];
    readonly checks: string[];
    readonly loop: boolean;
  }[] = [];
  /** The checks that have been made, and how deep. */
  readonly #checked = new Map<string, number>();
  /** The `for` loops around, outermost first. */
  readonly #loops: CountedLoop[] = [];
  readonly #ranges: (Range | undefined)[] = [];
  /** Numbers objects by identity, for keys. */
  readonly #identities = new Map<unknown, number>();

  constructor(options: OptimiseOptions) {
    super();
    this.#options = options;
  }

  override emit<K extends Kind>(
    kind: K,
    args: readonly Value[],
    attr: AttributeOf<K>,
    types: readonly Ty[] = kinds[kind].results as readonly Ty[],
    regions: readonly Region[] = [],
  ): readonly Value[] {
    if (this.#truths.size > 0) args = args.map((v) => this.#settled(v));
    if (kind === "load" || kind === "store" || kind === "accumulate") args = inBlock(args);
    const { effect } = kinds[kind];
    if (kind === "if" && regions[0]!.yields.length > 0) return this.#choose(args[0]!, types, regions);
    if (effect === "regions" || effect === "calls") return super.emit(kind, args, attr, types, regions);
    if (this.#options.readable === true && isCheck(kind, attr)) return [];
    const equal = simplify(this, kind, args, attr, this.#options) ?? this.#known(kind, args);
    if (equal !== undefined) return [equal];
    if (kind === "primitive" && ROUNDING.has(attr as PrimitiveBase) && this.#isInteger(args[0]!)) return args;
    if (kind === "f64.index") {
      const integer =
        this.#besideIndex(args[0]!) ?? this.#indexInLoop(args[0]!, attr as Attributes["f64.index"]);
      if (integer !== undefined) {
        this.#remember(this.#key(kind, args, attr, types), integer);
        return [integer];
      }
    }
    if (kind === "bound") return this.#check(args[0]!, args[1]!, attr as Attributes["bound"]);
    if (effect === "writes" || effect === "allocates") return this.#writes(kind, args, attr, types);
    if (kind === "fail" || kind === "external") return super.emit(kind, args, attr, types);
    if (effect === "reads") {
      const results = super.emit(kind, args, attr, types);
      if (kind === "load") this.memory.read(args[0]!, args[1]!, results[0]!);
      return results;
    }
    return this.#once(kind, args, attr, types);
  }

  /** A check that cannot fail, or has been made, is left out; one that runs with a loop is made before it, for its ends. */
  #check(i: Value, a: Value, attr: Attributes["bound"]): readonly Value[] {
    if (this.exists(i, a)) return [];
    const loop = this.#everyTime();
    if (loop === undefined || !this.#checkEnds(loop, i, a, attr)) super.emit("bound", [i, a], attr);
    const length = this.#lengthOf(a);
    const below = length === undefined ? [] : [`below ${i.id},${length.id}`];
    for (const key of [`bound ${i.id},${a.id}`, `index ${i.id}`, ...below]) {
      if (this.#checked.has(key)) continue;
      this.#checked.set(key, this.depth);
      this.#scopes[this.depth - 1]!.checks.push(key);
    }
    return [];
  }

  /** x + c as an i32, where x is known to be an index into some array: the sum cannot wrap around. */
  #besideIndex(sum: Value): Value | undefined {
    const op = definedBy(sum, "primitive");
    const c = op?.attr === add ? constantOf(op.args[1]) : undefined;
    if (c === undefined || c !== (c | 0) || Math.abs(c) > FURTHEST) return undefined;
    const i = this.#indexOf(op!.args[0]!);
    if (i === undefined || (this.#checked.get(`index ${i.id}`) ?? Infinity) > this.depth) return undefined;
    return this.op("i32.add", i, this.i32(c));
  }

  /** Notes what has been computed here, or is known to be the same. */
  #remember(key: string | number, value: Value): void {
    if (this.#seen.get(key) !== undefined) return;
    this.#seen.set(key, value);
    this.#scopes[this.depth - 1]!.keys.push(key);
  }

  /** Conditions that are known to hold, or not to, in the region that is being written. */
  #truths: ReadonlyMap<Value, readonly [holds: boolean, depth: number]> = new Map();

  /** What is written further out, before the region, is not under its condition. */
  #told(condition: Value): boolean | undefined {
    const told = this.#truths.get(condition);
    return told !== undefined && told[1] <= this.depth ? told[0] : undefined;
  }

  /** The branches that have been written here, and that have results. */
  readonly #choices: Choice[] = [];

  #choose(condition: Value, types: readonly Ty[], regions: readonly Region[]): readonly Value[] {
    for (const choice of this.#choices) {
      const same = sameResults(choice, condition, regions);
      if (same !== undefined) return same;
    }
    const results = super.emit("if", [condition], undefined, types, regions);
    this.#choices.push({ condition, regions, results });
    return results;
  }

  /** Writes the branch that is taken if the condition holds, or if it does not; in its region. */
  taking<T>(condition: Value, holds: boolean, write: () => T): T {
    const outer = this.#truths;
    this.#truths = new Map([...outer, [condition, [holds, this.depth]]]);
    for (const choice of this.#choices) {
      if (choice.condition !== condition) continue;
      eachVisible(choice, holds, (op, args, value) => {
        this.#remember(this.#key(op.kind, args, op.attr, [value.ty]), value);
      });
    }
    try {
      return write();
    } finally {
      this.#truths = outer;
    }
  }

  /** What a choice comes to, where its condition is known. */
  #settled(v: Value): Value {
    const choice = definedBy(v, "select");
    const holds = choice && this.#told(choice.args[0]!);
    return holds === undefined ? v : this.#settled(choice!.args[holds ? 1 : 2]!);
  }

  /** Whether a condition is known to hold, or not to. */
  truthOf(condition: Value): boolean | undefined {
    const [least, greatest] = this.rangeOf(condition);
    if (least > 0 || greatest < 0) return true;
    return least === 0 && greatest === 0 ? false : this.#told(condition);
  }

  /**
   * Every iteration checks a linear function of the loop's index: in range at the first and at the last iteration, it is so at
   * all. (Linear in the integers, that is: what wraps around in i32 is out of range.) So an error comes before the loop has
   * begun, and not in its midst.
   */
  #checkEnds(loop: CountedLoop, i: Value, a: Value, attr: Attributes["bound"]): boolean {
    if (this.depthOf(a) >= loop.depth) return false;
    const shape = this.#linear(i, loop);
    if (shape === undefined) return false;
    const { lo, hi, step } = loop;
    const positive = step > 0 ? this.rangeOf(lo)[0] >= 0 : this.rangeOf(hi)[0] >= -1;
    this.#before(loop, (ends) => {
      if (shape === "constant") return this.bound(i, a, attr.name);
      for (const end of ends()) {
        if (shape === "shifted" && positive) {
          this.bound(this.#shifted(i, loop, end), a, attr.name);
        } else {
          // In f64 nothing wraps around; what is far out of range stays out of range.
          const exact = this.#exactly(i, loop, this.op("f64.fromI32", end));
          const near = this.primitive(
            max,
            this.primitive(min, exact, this.f64(TOO_LARGE)),
            this.f64(TOO_SMALL),
          );
          this.bound(this.op("f64.toInt32", near), a, attr.name);
        }
      }
    });
    return true;
  }

  /**
   * An index that has been computed in f64, as a linear function of the loop's index with integers throughout, is computed in
   * i32: if it is an i32 at the first and at the last iteration, which is checked before, it is one at all.
   */
  #indexInLoop(x: Value, attr: Attributes["f64.index"]): Value | undefined {
    const loop = this.#everyTime();
    if (loop === undefined || !this.#isInteger(x)) return undefined;
    const shape = this.#linear(x, loop);
    if (shape === undefined) return undefined;
    // What is known now of its parts need not be known any more when the check has been written.
    const integer = this.#integer(x);
    if (this.#options.readable === true) return integer;
    this.#before(loop, (ends) => {
      if (shape === "constant") this.index(x, attr.name);
      else
        for (const end of ends()) this.index(this.#exactly(x, loop, this.op("f64.fromI32", end)), attr.name);
    });
    return integer;
  }

  /** f64 that are i32 by what the options say, and what they are as such. */
  readonly #integers = new Map<Value, Value>();

  /** Says that an f64 always is one of `OptimiseOptions.integers`. */
  isI32(v: Value): void {
    const integer = this.op("f64.toInt32", v);
    const [least, greatest] = this.rangeOf(integer);
    this.setRange(integer, [Math.max(least, -LARGEST_INTEGER), Math.min(greatest, LARGEST_INTEGER)]);
    this.#integers.set(v, integer);
  }

  /** The i32 that an f64 has been said to be. */
  i32Of(v: Value): Value | undefined {
    return this.#integers.get(v);
  }

  /** The same integer as an i32, where that is known for certain: of an i32, a constant, or what has been converted. */
  asInteger(x: Value): Value | undefined {
    if (x.ty === "i32") return x;
    const constant = constantOf(x);
    if (constant !== undefined) return constant === (constant | 0) ? this.i32(constant | 0) : undefined;
    return definedBy(x, "f64.fromI32")?.args[0] ?? this.#integers.get(x) ?? this.#indexOf(x);
  }

  /** Whether an f64 is made of integers alone, so that it can be made of i32 as well. */
  #isInteger(x: Value, deepest: number = DEEPEST): boolean {
    if (definedBy(x, "constant") !== undefined || this.asInteger(x) !== undefined) {
      return this.asInteger(x) !== undefined;
    }
    const chosen = definedBy(x, "select");
    if (deepest === 0) return false;
    if (chosen !== undefined) return chosen.args.slice(1).every((arg) => this.#isInteger(arg, deepest - 1));
    const op = definedBy(x, "primitive");
    const isMade = op !== undefined && (INTEGRAL.has(op.attr) || op.attr === neg);
    return isMade && op.args.every((arg) => this.#isInteger(arg, deepest - 1));
  }

  /** The f64 x, made of integers, in i32. */
  #integer(x: Value): Value {
    const known = this.asInteger(x);
    if (known !== undefined) return known;
    const chosen = definedBy(x, "select");
    if (chosen !== undefined) {
      const [condition, y, z] = chosen.args;
      return this.select(condition!, this.#integer(y!), this.#integer(z!));
    }
    const { attr, args } = definedBy(x, "primitive")!;
    if (attr === neg) return this.op("i32.sub", this.i32(0), this.#integer(args[0]!));
    return this.op(INTEGRAL.get(attr)!, this.#integer(args[0]!), this.#integer(args[1]!));
  }

  /** What an earlier conversion has made of x. */
  #indexOf(x: Value): Value | undefined {
    const seen = this.#seen.get(this.#key("f64.index", [x], undefined, ["i32"]));
    return seen !== undefined && this.depthOf(seen) <= this.depth ? seen : undefined;
  }

  /**
   * The innermost loop, if what is written now is done in each of its iterations: in its body, or there under conditions that do not
   * change in it.
   */
  #everyTime(): CountedLoop | undefined {
    const loop = this.#loops.at(-1);
    const { length } = this.#conditions;
    if (loop === undefined || loop.depth + length !== this.depth || length > MOST_CONDITIONS)
      return undefined;
    return this.#conditions.every((c) => this.depthOf(c) < loop.depth) ? loop : undefined;
  }

  /** Conditions of checks that are being written, outermost first; each with a region of its own. */
  #conditions: readonly Value[] = [];

  /** Writes checks, and what they need, under a condition: nothing, if none of them has to be made here. */
  checksIf(condition: Value, write: () => void): void {
    const checks = this.region([], () => {
      const outer = this.#conditions;
      this.#conditions = [...outer, condition];
      try {
        write();
      } finally {
        this.#conditions = outer;
      }
      return [];
    });
    if (checks.ops.every((op) => kinds[op.kind].effect === "pure")) return;
    this.emit("if", [condition], undefined, [], [checks, this.region([], () => [])]);
  }

  /** Writes before the loop, which is the innermost, what is done only if it runs; given its first and last index. */
  #before(loop: CountedLoop, write: (ends: () => readonly [first: Value, last: Value]) => void): void {
    const { lo, hi, step } = loop;
    const ends = (): [Value, Value] => {
      const span = this.op("i32.sub", this.op("i32.sub", hi, this.i32(Math.sign(step))), lo);
      const by = this.i32(step);
      return [lo, this.op("i32.add", lo, this.op("i32.mul", this.op("i32.div", span, by), by))];
    };
    const inner = this.#conditions;
    this.#loops.pop();
    this.#conditions = [];
    try {
      this.at(loop.depth - 1, () => {
        const under = ([condition, ...more]: readonly Value[]): void =>
          condition === undefined ? write(ends) : this.checksIf(condition, () => under(more));
        const runs = this.op(step > 0 ? "i32.lt" : "i32.gt", lo, hi);
        under(this.rangeOf(runs)[0] > 0 ? inner : [runs, ...inner]);
      });
    } finally {
      this.#loops.push(loop);
      this.#conditions = inner;
    }
  }

  /** How v depends on a loop's index: not at all, as index + constant, linearly; undefined if otherwise. */
  #linear(v: Value, loop: CountedLoop): "constant" | "shifted" | "scaled" | undefined {
    if (this.depthOf(v) < loop.depth) return "constant";
    if (v === loop.index) return "shifted";
    if (!isOp(v.def)) return undefined;
    if (v.def.kind === "f64.fromI32") return this.#linear(v.def.args[0]!, loop);
    const limited = unlimited(v);
    if (limited !== undefined) return this.#linear(limited, loop) && "scaled";
    const kind = arithmeticOf(v.def);
    if (kind === undefined) return undefined;
    const [x, y] = v.def.args.map((arg) => this.#linear(arg, loop));
    if (x === undefined || y === undefined) return undefined;
    if (x === "constant" && y === "constant") return "constant";
    if (kind === "i32.mul") return x === "constant" || y === "constant" ? "scaled" : undefined;
    if (kind === "i32.add" && (x === "constant" || y === "constant")) return x === "constant" ? y : x;
    return kind === "i32.sub" && y === "constant" ? x : "scaled";
  }

  /** The shifted index v where the loop's index is `end`. */
  #shifted(v: Value, loop: CountedLoop, end: Value): Value {
    if (v === loop.index) return end;
    if (this.depthOf(v) < loop.depth) return v;
    const { kind, args } = v.def as OpOf<"i32.add" | "i32.sub">;
    return this.op(kind, this.#shifted(args[0]!, loop, end), this.#shifted(args[1]!, loop, end));
  }

  /** The linear function v of the loop's index where that is `end`, in f64. */
  #exactly(v: Value, loop: CountedLoop, end: Value): Value {
    if (v === loop.index) return end;
    if (this.depthOf(v) < loop.depth) return v.ty === "i32" ? this.op("f64.fromI32", v) : v;
    const op = v.def as Op;
    if (op.kind === "f64.fromI32") return this.#exactly(op.args[0]!, loop, end);
    const limited = unlimited(v);
    if (limited !== undefined) return this.#exactly(limited, loop, end);
    const kind = arithmeticOf(op)!;
    const f = kind === "i32.add" ? add : kind === "i32.sub" ? sub : mul;
    return this.primitive(f, this.#exactly(op.args[0]!, loop, end), this.#exactly(op.args[1]!, loop, end));
  }

  /** Pure operations and conversions: once is enough. */
  #once<K extends Kind>(
    kind: K,
    args: readonly Value[],
    attr: AttributeOf<K>,
    types: readonly Ty[],
  ): readonly Value[] {
    const key = this.#key(kind, args, attr, types);
    const seen = this.#seen.get(key);
    // What was computed further in does not exist yet where something is moved out to.
    if (seen !== undefined && this.depthOf(seen) <= this.depth) return [seen];
    const depth = this.#place(kind, args);
    const write = (): readonly Value[] => super.emit(kind, args, attr, types);
    const results = depth === this.depth ? write() : this.at(depth, write);
    const result = results[0]!;
    this.#seen.set(key, result);
    // What the function itself has computed is never forgotten.
    if (depth > 1) this.#scopes[depth - 1]!.keys.push(key);
    if (result.ty === "i32")
      this.#ranges[result.id] = rangeOf(
        kind,
        args.map((v) => this.rangeOf(v)),
      );
    if (kind === "data") this.memory.declare(result, result);
    if (kind === "subarray") this.memory.declare(result, this.memory.groupOf(args[0]!));
    return results;
  }

  /** What an operation is. A number where that is possible: in large programs, texts take most of the time. */
  #key(kind: Kind, args: readonly Value[], attr: unknown, types: readonly Ty[]): string | number {
    if (kind === "constant") return Object.is(attr, -0) ? "-0" : `${types[0]}${String(attr)}`;
    const what = kind === "primitive" || kind === "data" ? attr : kind;
    const code = this.#identity(what);
    let [x = 0, y = 0] = args.map((v) => v.id);
    if (COMMUTATIVE.has(what) && x > y) [x, y] = [y, x];
    if (args.length <= 2 && code < CODES && x < IDS && y < IDS) return (code * IDS + x) * IDS + y;
    return args.length <= 2 ? `${code} ${x},${y}` : `${code} ${args.map((v) => v.id).join()}`;
  }

  #identity(x: unknown): number {
    let n = this.#identities.get(x);
    if (n === undefined) this.#identities.set(x, (n = this.#identities.size));
    return n;
  }

  /**
   * Where a pure operation is best carried out: constants at the beginning; what does not change in a loop, before it. Checks stay; so
   * do views in what is written for people.
   */
  #place(kind: Kind, args: readonly Value[]): number {
    if (kind === "constant" || kind === "data") return 1;
    if (kinds[kind].effect !== "pure" || (kind === "subarray" && this.#options.readable === true))
      return this.depth;
    let least = 1;
    for (const v of args) least = Math.max(least, this.depthOf(v));
    for (let depth = least + 1; depth <= this.depth; depth++) {
      if (this.#scopes[depth - 1]!.loop) return depth - 1;
    }
    return this.depth;
  }

  /** What is known by what memory holds, or by the ranges of integers. */
  #known(kind: Kind, args: readonly Value[]): Value | undefined {
    const [x, y] = args as [Value, Value];
    if (kind === "load") return this.memory.load(x, y);
    if (kind === "select") return this.#natural(x, y, args[2]!);
    if (kind === "i32.not") {
      const [least, greatest] = this.rangeOf(x);
      return least > 0 || greatest < 0 ? this.i32(0) : undefined;
    }
    if (!kind.startsWith("i32.") || args.length !== 2) return undefined;
    const [a, b] = [this.rangeOf(x), this.rangeOf(y)];
    if (kind === "i32.min") return a[1] <= b[0] ? x : b[1] <= a[0] ? y : undefined;
    if (kind === "i32.max") return a[0] >= b[1] ? x : b[0] >= a[1] ? y : undefined;
    if (kind === "i32.rem" && a[0] >= 0 && b[0] > a[1]) return x;
    const truth = decided(
      kind,
      (c) => this.isLess(x, y, c),
      (c) => this.isLess(y, x, c),
    );
    return truth === undefined ? undefined : this.i32(truth);
  }

  /** `0 < n ? n : 0`, where n is not negative. */
  #natural(condition: Value, n: Value, otherwise: Value): Value | undefined {
    const isPositive = definedBy(condition, "i32.lt")?.args;
    if (isPositive?.[1] !== n || constantOf(isPositive[0]) !== 0 || constantOf(otherwise) !== 0)
      return undefined;
    return this.rangeOf(n)[0] >= 0 ? n : undefined;
  }

  #writes<K extends Kind>(
    kind: K,
    args: readonly Value[],
    attr: AttributeOf<K>,
    types: readonly Ty[],
  ): readonly Value[] {
    const { memory } = this;
    const [a, i, x] = args as [Value, Value, Value];
    switch (kind) {
      case "store": {
        if (memory.load(a, i) === x) return [];
        const results = super.emit(kind, args, attr, types);
        memory.store(a, i, x);
        return results;
      }
      case "accumulate": {
        const before = memory.load(a, i);
        // What has only been read there is best left to be read again.
        if (before !== undefined && definedBy(before, "load") === undefined) {
          this.store(a, i, this.primitive(add, before, x));
          return [];
        }
        break;
      }
      case "fill": {
        if (memory.filledWith(a) === i) return [];
        const results = super.emit(kind, args, attr, types);
        memory.fill(a, i);
        return results;
      }
      case "allocate": {
        const [block] = super.emit(kind, args, attr, types);
        memory.declare(block!, block!);
        memory.fill(block!, this.f64(0));
        return [block!];
      }
      default:
    }
    if (kind === "copy") {
      const x = memory.filledWith(i);
      if (x !== undefined) {
        this.fill(this.subarray(a, this.i32(0), this.length(i)), x);
        return [];
      }
    }
    if (kind === "accumulate" || kind === "copy") memory.forget(memory.groupOf(a));
    return super.emit(kind, args, attr, types);
  }

  /** Between what bounds an i32 lies. */
  rangeOf(v: Value): Range {
    const constant = definedBy(v, "constant");
    return constant === undefined ? (this.#ranges[v.id] ?? ANY) : [constant.attr, constant.attr];
  }

  /** Says that what follows, in this region, is done once for each index. */
  inLoop<T>(loop: Omit<CountedLoop, "depth">, write: () => T): T {
    const { lo, hi, step } = loop;
    // Somebody may have asked before whether it does.
    const runs = this.#seen.get(this.#key(step > 0 ? "i32.lt" : "i32.gt", [lo, hi], undefined, ["i32"]));
    this.#loops.push({ ...loop, depth: this.depth });
    try {
      return runs === undefined ? write() : this.taking(runs, true, write);
    } finally {
      this.#loops.pop();
    }
  }

  setRange(v: Value, range: Range): void {
    this.#ranges[v.id] = range;
  }

  /** Whether a[i] exists, by what is known here. */
  exists(i: Value, a: Value): boolean {
    return this.#isChecked(`bound ${i.id},${a.id}`) || this.#inRange(i, a);
  }

  /** Whether x + c < y is certain. */
  isLess(x: Value, y: Value, c: number = 0): boolean {
    return this.#limits.isBelow(x, y, c);
  }

  #isChecked(key: string): boolean {
    return (this.#checked.get(key) ?? Infinity) <= this.depth;
  }

  /** Whether 0 <= i < length(a) is certain. */
  #inRange(i: Value, a: Value): boolean {
    if (this.rangeOf(i)[0] < 0) return false;
    const length = this.#lengthOf(a);
    return length !== undefined && this.#limits.isBelow(i, length);
  }

  /** The length of an array, if anybody has asked for it or it is known without asking. */
  #lengthOf(a: Value): Value | undefined {
    const isKnown = isOp(a.def) && ["allocate", "subarray", "data"].includes(a.def.kind);
    const length = isKnown ? this.length(a) : this.#seen.get(this.#key("length", [a], undefined, ["i32"]));
    return length && this.#settled(length);
  }

  readonly #limits = new Limits({
    rangeOf: (v) => this.rangeOf(v),
    isChecked: (x, y) => this.#isChecked(`below ${x.id},${y.id}`) || this.#isTold(x, y),
  });

  /** Whether it follows from a condition around that x < y. */
  #isTold(x: Value, y: Value): boolean {
    if (this.#truths.size === 0) return false;
    const told = (kind: Kind, args: readonly Value[], holds: boolean): boolean => {
      const condition = this.#seen.get(this.#key(kind, args, undefined, ["i32"]));
      return condition !== undefined && this.#told(condition) === holds;
    };
    return (
      told("i32.lt", [x, y], true) ||
      told("i32.ge", [x, y], false) ||
      told("i32.gt", [y, x], true) ||
      told("i32.le", [y, x], false)
    );
  }

  /** Notes that i < limit wherever i is visible. */
  below(i: Value, limit: Value): void {
    this.#limits.below(i, limit, 0);
  }

  /** Notes that i <= most wherever i is visible. */
  notAbove(i: Value, most: Value): void {
    this.#limits.below(i, most, 1);
  }

  override region(types: readonly Ty[], write: (...args: Value[]) => readonly Value[]): Region {
    return this.#scoped(false, types, write);
  }

  /** A region that is carried out again and again. */
  loopRegion(types: readonly Ty[], write: (...args: Value[]) => readonly Value[]): Region {
    return this.#scoped(true, types, write);
  }

  #scoped(loop: boolean, types: readonly Ty[], write: (...args: Value[]) => readonly Value[]): Region {
    const outer = this.#scopes.splice(this.depth);
    this.#scopes.push({ keys: [], checks: [], loop });
    const choices = this.#choices.length;
    try {
      return this.memory.inside(() => super.region(types, write));
    } finally {
      const { keys, checks } = this.#scopes.pop()!;
      for (const key of keys) this.#seen.delete(key);
      for (const key of checks) this.#checked.delete(key);
      this.#choices.length = choices;
      this.#scopes.push(...outer);
    }
  }

  /** Calls of functions that write: whatever they are given may have changed. */
  forgetArguments(args: readonly Value[]): void {
    for (const v of args) {
      if (v.ty === "tape") this.memory.forget("unknown");
      if (v.ty === "array") this.memory.forget(this.memory.groupOf(v));
    }
  }
}

/** The same element by the handle of the block, where a view begins with it. */
function inBlock(args: readonly Value[]): readonly Value[] {
  const view = definedBy(args[0], "subarray");
  return view !== undefined && constantOf(view.args[1]) === 0
    ? inBlock([view.args[0]!, ...args.slice(1)])
    : args;
}

/** Elements further from an index are looked at by themselves. */
const FURTHEST = 2 ** 20;

/** Each condition doubles the checks: further out they are not moved. */
const MOST_CONDITIONS = 2;

/** Integers that are no index of any array. */
const TOO_LARGE = 2 ** 31 - 1;
const TOO_SMALL = -1;

/** x, if v is x as an i32, but where x is too large or too small for an index. */
function unlimited(v: Value): Value | undefined {
  const limited = (x: Value | undefined, by: PrimitiveBase, limit: number): Value | undefined => {
    const op = definedBy(x, "primitive");
    return op?.attr === by && constantOf(op.args[1]) === limit ? op.args[0] : undefined;
  };
  return limited(limited(definedBy(v, "f64.toInt32")?.args[0], max, TOO_SMALL), min, TOO_LARGE);
}

/** What computes an index is a small expression; in a larger one, common parts would be visited again and again. */
const DEEPEST = 12;

/** What leaves integers as they are. */
const ROUNDING: ReadonlySet<PrimitiveBase> = /* @__PURE__ */ new Set<PrimitiveBase>([
  floor,
  ceil,
  round,
  trunc,
]);

type Arithmetic = "i32.add" | "i32.sub" | "i32.mul";

/** What sums, differences and products of f64 are in i32. */
const INTEGRAL: ReadonlyMap<PrimitiveBase, Arithmetic> = /* @__PURE__ */ new Map<PrimitiveBase, Arithmetic>([
  [add, "i32.add"],
  [sub, "i32.sub"],
  [mul, "i32.mul"],
]);

/** Which sum, difference or product an operation is, in i32 or in f64. */
function arithmeticOf(op: Op): Arithmetic | undefined {
  if (op.kind === "i32.add" || op.kind === "i32.sub" || op.kind === "i32.mul") return op.kind;
  return op.kind === "primitive" ? INTEGRAL.get(op.attr) : undefined;
}

/** A key is a number as long as ids lie below IDS and codes below CODES: together they fill the 53 bits of an integer. */
const IDS = 2 ** 22;
const CODES = 2 ** 9;

/** Arguments in either order give the same bits (which NaN it is does not count). */
const COMMUTATIVE: ReadonlySet<unknown> = /* @__PURE__ */ new Set<unknown>([
  add,
  mul,
  min,
  max,
  hypot,
  eq,
  "i32.add",
  "i32.mul",
  "i32.and",
  "i32.or",
  "i32.xor",
  "i32.eq",
  "i32.ne",
  "i32.min",
  "i32.max",
  "f64.eq",
  "f64.ne",
]);

/** Whether an operation does nothing but find fault with an index, a length or a count: not what the function itself throws. */
const isCheck = (kind: Kind, attr: unknown): boolean =>
  kind === "bound" || (kind === "fail" && (attr as Attributes["fail"]).code !== "thrown");

/** One pass over a function, front to back: writes it anew through a folding builder. */
import { add, ceil, div, mul, sub } from "../../primitives/index.ts";
import { buildFunction } from "../builder.ts";
import { kinds } from "../ir.ts";
import type { Attributes, Func, Op, OpOf, Region, Value } from "../ir.ts";
import { constantOf, rootOf } from "./analysis.ts";
import { begins } from "./blocks.ts";
import { distanceOf, endingOn, integerOf, limitOf } from "./counting.ts";
import { counted, steadyCarries } from "./counters.ts";
import type { Counted } from "./counters.ts";
import { Elements } from "./elements.ts";
import type { RebuildOptions, Source } from "./elements.ts";
import { Folder } from "./folder.ts";
import type { Formulas } from "./formulas.ts";
import { FEW_TRIPS } from "./registers.ts";
import type { Access } from "./registers.ts";
import {
  counterOf,
  decidedIn,
  isCheap,
  isChecks,
  isEmpty,
  isFirstApart,
  isOutside,
  isSmall,
  tripsOf,
} from "./shapes.ts";
import type { Group } from "./memory.ts";
import type { Counter } from "./shapes.ts";
import { union } from "./ranges.ts";

/** Of a function that is called: what is known, and whether its body may take the call's place. */
export interface Callee extends Source {
  readonly inline: boolean;
}

/** What a loop says that would never end. */
const ENDLESS: Attributes["fail"] = {
  code: "endless-loop",
  message: "A loop counts up in steps of {0}, so that it never ends",
  remedy: "Check the step: it must be greater than 0.",
};

/** A function that has grown to so many values takes no other in. */
const INLINED_SIZE = 200_000;

export function rebuild(source: Source, calleeOf: (name: string) => Callee, options: RebuildOptions): Func {
  const { func } = source;
  const b = new Folder(options);
  const write = (_: unknown, args: readonly Value[]): readonly Value[] => {
    args.forEach((v, i) => {
      if (v.ty === "array") b.memory.declare(v, func.params[i]!.noalias ? v : "parameters");
    });
    return new Rebuilder(b, source, calleeOf, options).run(args);
  };
  const pullback = options.stage === "primal" ? func.pullback : undefined;
  return buildFunction(func.name, func.params, write, { pullback, builder: b });
}

class Rebuilder extends Elements {
  readonly #calleeOf: (name: string) => Callee;
  readonly #formulas: Formulas | undefined;

  constructor(b: Folder, source: Source, calleeOf: (name: string) => Callee, options: RebuildOptions) {
    super(b, source, options);
    this.#calleeOf = calleeOf;
    this.#formulas = options.lists?.formulas(b, source.blocks);
  }

  /** Writes the function's body with these parameters, and returns its results. */
  run(args: readonly Value[]): readonly Value[] {
    const { body } = this.source.func;
    this.bind(body.args, args);
    return this.#region(body);
  }

  #region(region: Region): Value[] {
    const { needed } = this.source.analysis;
    const ops: Op[] = [];
    for (const op of region.ops) {
      if (!needed.has(op) || this.#done.has(op)) continue;
      // Constants stand at the beginning of the function, wherever they come from.
      if (op.kind === "constant") this.#op(op);
      else ops.push(op);
    }
    for (let k = 0; k < ops.length; k++) {
      const op = ops[k]!;
      this.b.loc = op.loc;
      if (op.kind === "if" && op.results[0] !== undefined && this.#grown.has(op.results[0])) {
        this.is(op.results[0], this.new(op.regions[1]!.yields[0]!));
      } else if (op.kind === "if") {
        // Branches on the same condition, one after the other, are one.
        const same = [op];
        for (let next = ops[k + 1]; next?.kind === "if" && next.args[0] === op.args[0]; next = ops[k + 1]) {
          same.push(next);
          k++;
        }
        this.#if(same);
      } else {
        this.#op(op);
      }
    }
    return this.all(region.yields);
  }

  #op(op: Exclude<Op, { kind: "if" }>): void {
    switch (op.kind) {
      case "for":
        return this.#for(op);
      case "while":
        return this.#while(op);
      case "call":
        return this.#call(op);
      case "allocate":
      case "fill":
      case "length":
      case "bound":
        if (this.inPieces(op)) return;
        break;
      case "load":
      case "store":
      case "accumulate":
        if (this.inValues(op) || this.#inFormula(op) || (op.kind === "store" && this.accumulates(op))) return;
        break;
      default:
    }
    const types = op.results.map((v) => v.ty);
    const results = this.b.emit(op.kind, this.all(op.args), op.attr, types);
    this.bind(op.results, results);
    if (op.kind === "allocate" && this.source.blocks.isOwn(op.results[0]!)) this.b.memory.own(results[0]!);
  }

  /** An element that is read where it is known what it is by its place; what is stored is noted. */
  #inFormula(op: Access): boolean {
    if (this.#formulas === undefined || !begins(op.args[0]!)) return false;
    const array = rootOf(op.args[0]!);
    const index = this.new(op.args[1]!);
    if (op.kind === "store") this.#formulas.store(array, index, this.new(op.args[2]!));
    if (op.kind !== "load") return false;
    const x = this.#formulas.load(array, index);
    if (x === undefined) return false;
    this.is(op.results[0]!, x);
    return true;
  }

  #call(op: OpOf<"call">): void {
    const callee = this.#calleeOf(op.attr.callee);
    const args = this.all(op.args);
    if (callee.inline && this.b.size < INLINED_SIZE) {
      const inner = new Rebuilder(this.b, callee, this.#calleeOf, this.options);
      return this.bind(op.results, inner.run(args));
    }
    if (callee.analysis.behaviour.writes) this.b.forgetArguments(args);
    const types = op.results.map((v) => v.ty);
    this.bind(op.results, this.b.call(op.attr.callee, args, types));
  }

  #for(op: OpOf<"for">): void {
    const b = this.b;
    const [region] = op.regions as [Region];
    const [index, ...carries] = region.args as [Value, ...Value[]];
    const [lo, hi, ...inits] = this.all(op.args) as [Value, Value, ...Value[]];
    const { step } = op.attr;
    const [first, last] = [b.rangeOf(lo), b.rangeOf(hi)];
    const never = step > 0 ? first[0] >= last[1] : first[1] <= last[0];
    if (never) return this.bind(op.results, inits);
    const trips = tripsOf(first, last, step);
    const few = this.options.readable !== true && trips <= FEW_TRIPS;
    if (trips === 1 || (few && (isSmall(region) || this.small.loops.has(op)))) {
      let values = inits;
      for (let k = 0; k < trips; k++) {
        this.bind([index, ...carries], [trips === 1 ? lo : b.i32(first[0] + k * step), ...values]);
        values = this.#region(region);
      }
      return this.bind(op.results, values);
    }
    const isNeeded = (o: Op): boolean => this.source.analysis.needed.has(o);
    const renew = (v: Value): Value => this.new(v);
    for (const v of this.options.lists?.allocateOnce(b, { loop: op, lo, hi, inits, isNeeded, renew }) ?? [])
      this.#grown.add(v);
    const scalars = inits.every((v) => v?.ty !== "array" && v?.ty !== "tape");
    if (
      step === 1 &&
      first[0] === first[1] &&
      scalars &&
      this.options.readable !== true &&
      isFirstApart(region, first[0])
    ) {
      const [one, next] = [this.#first(op, lo, hi, inits), b.op("i32.add", lo, b.i32(1))];
      return this.#loop(op, next, hi, one, false);
    }
    const decided = scalars && this.options.readable !== true ? decidedIn(region) : undefined;
    const condition = decided && this.new(decided);
    if (condition === undefined || b.truthOf(condition) !== undefined)
      return this.#loop(op, lo, hi, inits, true);
    this.#eitherWay(op, condition, () => this.#loop(op, lo, hi, inits, false));
  }

  /** Writes a loop twice: for where a condition holds that is decided in its body, and for where it does not. */
  #eitherWay(op: OpOf<"for">, condition: Value, loop: () => void): void {
    const b = this.b;
    const live = op.results.filter((v) => this.isLive(v));
    const elements = this.kept(op);
    const before = elements.map((e) => e.get());
    const regions = [true, false].map((holds) =>
      b.region([], () => {
        elements.forEach((e, k) => e.set(before[k]!));
        return b.taking(condition, holds, () => {
          loop();
          return [...this.all(live), ...elements.map((e) => e.get())];
        });
      }),
    );
    this.forgetWritten(op);
    const types = regions[0]!.yields.map((v) => v.ty);
    const results = b.emit("if", [condition], undefined, types, regions);
    live.forEach((v, k) => this.is(v, results[k]));
    elements.forEach((e, k) => e.set(results[live.length + k]!));
  }

  /** The first iteration of a loop, if it has any; returns the carries after it. */
  #first(op: OpOf<"for">, lo: Value, hi: Value, inits: readonly Value[]): readonly Value[] {
    const b = this.b;
    const [region] = op.regions as [Region];
    const [index, ...carries] = region.args as [Value, ...Value[]];
    const kept = this.#carried(carries, inits, region.yields, op.results);
    const runs = b.op("i32.lt", lo, hi);
    const elements = this.kept(op);
    const before = elements.map((e) => e.get());
    const then = (): readonly Value[] => {
      this.is(index, lo);
      for (const k of kept) this.is(carries[k]!, inits[k]);
      const yields = this.#region(region);
      return kept.map((k) => yields[k]!);
    };
    let after: readonly Value[];
    if (b.truthOf(runs) === true) after = then();
    else {
      const regions = [
        b.region([], () =>
          b.taking(runs, true, () => {
            const values = then();
            return [...values, ...elements.map((e) => e.get())];
          }),
        ),
        b.region([], () => [...kept.map((k) => inits[k]!), ...before]),
      ];
      this.forgetWritten(op);
      const types = regions[0]!.yields.map((v) => v.ty);
      after = b.emit("if", [runs], undefined, types, regions);
      elements.forEach((e, k) => e.set(after[kept.length + k]!));
    }
    return inits.map((v, k) => (kept.includes(k) ? after[kept.indexOf(k)]! : v));
  }

  /** `isWhole`: no iteration has been written apart. */
  #loop(op: OpOf<"for">, lo: Value, hi: Value, inits: readonly Value[], isWhole: boolean): void {
    const b = this.b;
    const [region] = op.regions as [Region];
    const { step } = op.attr;
    const [first, last] = [b.rangeOf(lo), b.rangeOf(hi)];
    const leave = this.enterElements(op, lo, hi);
    this.#rounds(op, region.args.slice(1), inits, { lo, hi, step }, () => {
      const untouched = this.untouched(op);
      this.shareBlocks(op, lo, hi);
      return (i) => {
        b.setRange(i, step > 0 ? [first[0], last[1] - 1] : [last[0] + 1, first[1]]);
        if (step > 0) b.below(i, hi);
        else b.notAbove(i, lo);
        this.is(region.args[0]!, i);
        untouched(i);
        if (isWhole) this.#formulas?.begin(op, i, hi);
      };
    });
    if (isWhole) this.#formulas?.end(op);
    leave();
  }

  /**
   * Writes a loop that counts. `carries` are those of its body.
   * @param prepare writes what comes before it; returns what says in the body what the index is
   * @param place of the carry that counts, if one does
   */
  #rounds(
    op: OpOf<"for"> | OpOf<"while">,
    carries: readonly Value[],
    inits: readonly Value[],
    around: { readonly lo: Value; readonly hi: Value; readonly step: number },
    prepare: () => (i: Value) => void,
    place: number = -1,
  ): void {
    const b = this.b;
    const body = op.regions.at(-1)!;
    const carried = this.#carried(carries, inits, body.yields, op.results).filter((k) => k !== place);
    const [kept, steady] = this.#counts(op, carried, inits, around);
    const elements = this.kept(op);
    const begin = prepare();
    this.forgetWritten(op);
    const first = [...kept.map((k) => inits[k]!), ...elements.map((e) => e.get())];
    const types = first.map((v) => v.ty);
    const region = b.loopRegion(["i32", ...types], (i, ...values) => {
      begin(i);
      steady.forEach((c, k) => this.is(carries[k]!, c.at(i)));
      kept.forEach((k, at) => this.is(carries[k]!, values[at]));
      elements.forEach((e, at) => e.set(values[kept.length + at]!));
      const yields = b.inLoop({ index: i, ...around }, () => this.#region(body));
      return [...kept.map((k) => yields[k]!), ...elements.map((e) => e.get())];
    });
    const attr = { ...op.attr, step: around.step };
    const results = b.emit("for", [around.lo, around.hi, ...first], attr, types, [region]);
    steady.forEach((c, k) => this.isLive(op.results[k]!) && this.is(op.results[k]!, c.after()));
    kept.forEach((k, at) => this.is(op.results[k]!, results[at]));
    elements.forEach((e, at) => e.set(results[kept.length + at]!));
  }

  /** Handles of blocks that are as large as they ever will be. */
  readonly #grown = new Set<Value>();

  /** Of the carries that stay, those that have to go round, and those that are computed from the index instead. */
  #counts(
    op: OpOf<"for"> | OpOf<"while">,
    kept: readonly number[],
    inits: readonly Value[],
    loop: { readonly lo: Value; readonly hi: Value; readonly step: number },
  ): [number[], Map<number, Counted>] {
    const found = new Map<number, Counted>();
    if (Math.abs(loop.step) === 1) {
      for (const steady of steadyCarries(op.regions.at(-1)!)) {
        if (!kept.includes(steady.place)) continue;
        const more = this.all(steady.more);
        found.set(steady.place, counted(this.b, { ...steady, more }, inits[steady.place]!, loop));
      }
    }
    return [kept.filter((k) => !found.has(k)), found];
  }

  #while(op: OpOf<"while">): void {
    const b = this.b;
    const [test, body] = op.regions as [Region, Region];
    const inits = this.all(op.args);
    this.#testFirst(op, test);
    const counter = counterOf(op);
    if (counter !== undefined && this.#counted(op, counter, inits)) return;
    const kept = this.#carried(body.args, inits, body.yields, op.results);
    test.args.forEach((v, k) => {
      if (!kept.includes(k)) this.map[v.id] = inits[k]!;
    });
    const elements = this.kept(op);
    this.forgetWritten(op);
    const part = (region: Region, values: readonly Value[]): readonly Value[] => {
      kept.forEach((k, at) => this.is(region.args[k]!, values[at]));
      elements.forEach((e, at) => e.set(values[kept.length + at]!));
      // What ends the loop when it is set is not set in its body.
      if (region === body) for (const k of endingOn(test)) this.map[body.args[k]!.id] = b.i32(0);
      return this.#region(region);
    };
    const begin = [...kept.map((k) => inits[k]!), ...elements.map((e) => e.get())];
    const types = begin.map((v) => v.ty);
    const regions = [
      b.loopRegion(types, (...values) => part(test, values)),
      b.loopRegion(types, (...values) => {
        const yields = part(body, values);
        return [...kept.map((k) => yields[k]!), ...elements.map((e) => e.get())];
      }),
    ];
    const results = b.emit("while", begin, op.attr, [...types, "i32"], regions);
    kept.forEach((k, at) => this.is(op.results[k]!, results[at]));
    elements.forEach((e, at) => e.set(results[kept.length + at]!));
    const trips = results.at(-1)!;
    b.setRange(trips, [0, 2 ** 31 - 1]);
    this.is(op.results.at(-1)!, trips);
  }

  /**
   * What a loop's test begins with is done at least once: checks that do not change, and elements that the loop does not write, come
   * before it.
   */
  #testFirst(op: OpOf<"while">, test: Region): void {
    const { needed, written } = this.source.analysis;
    const { memory } = this.b;
    const { all, roots } = written.get(op)!;
    const groupOf = (array: Value): Group =>
      this.apart.has(array) ? array : memory.groupOf(this.new(array));
    const isWritten = (array: Value): boolean =>
      all || [...roots].some((root) => memory.overlap(groupOf(root), groupOf(rootOf(array))));
    const known = new Set<Value>();
    const isKnown = (v: Value): boolean => isOutside(v, test) || known.has(v);
    for (const o of test.ops) {
      if (!needed.has(o)) continue;
      const { effect } = kinds[o.kind];
      if (!o.args.every(isKnown) && effect === "pure") continue;
      const isFixed =
        effect === "traps" || effect === "pure" || (o.kind === "load" && !isWritten(o.args[0]!));
      if (!isFixed || !o.args.every(isKnown)) return;
      const { loc } = this.b;
      this.b.loc = o.loc;
      this.#op(o as Exclude<Op, { kind: "if" }>);
      this.b.loc = loc;
      this.#done.add(o);
      for (const v of o.results) known.add(v);
    }
  }

  /** What has been written before its region is. */
  readonly #done = new Set<Op>();

  /**
   * A `while` that counts up to a limit is a `for`. The counter and the limit may be f64, and the limit a fraction; a step other than
   * 1 is an integer from outside.
   */
  #counted(op: OpOf<"while">, counter: Counter, inits: readonly Value[]): boolean {
    const b = this.b;
    const { place } = counter;
    const first = inits[place]!;
    const isF64 = first.ty === "f64";
    const by = counter.by && b.asInteger(this.new(counter.by));
    if (counter.by !== undefined && by === undefined) return false;
    const distance = distanceOf(b, counter, (v) => this.new(v));
    if (distance === undefined) return false;
    const begin = isF64 ? integerOf(b, first) : first;
    if (begin === undefined) return false;
    const end = limitOf(b, counter, distance, begin);
    if (end === undefined) return false;
    let [lo, hi] = [begin, end];
    if (by !== undefined) {
      // From here on, it is the iterations that are counted.
      const runs = b.op("i32.lt", begin, end);
      const endless = b.op("i32.and", runs, b.op("i32.le", by, b.i32(0)));
      b.if(endless, () => {
        b.fail(ENDLESS, by);
        return [];
      });
      const [x, y, z] = [end, begin, by].map((v) => b.op("f64.fromI32", v)) as [Value, Value, Value];
      const trips = b.primitive(ceil, b.primitive(div, b.primitive(sub, x, y), z));
      lo = b.i32(0);
      hi = b.select(runs, b.op("f64.toInt32", trips), lo);
    }
    const { args } = op.regions[1]!;
    const inF64 = (i: Value): Value => (isF64 ? b.op("f64.fromI32", i) : i);
    const say = (i: Value): void => {
      b.setRange(i, [b.rangeOf(lo)[0], b.rangeOf(hi)[1] - 1]);
      b.below(i, hi);
      this.is(args[place]!, inF64(by === undefined ? i : b.op("i32.add", begin, b.op("i32.mul", i, by))));
    };
    this.#rounds(op, args, inits, { lo, hi, step: 1 }, () => say, place);
    const after = b.op("i32.max", lo, hi);
    if (this.isLive(op.results[place]!)) {
      const last =
        by === undefined
          ? inF64(after)
          : b.primitive(
              add,
              b.op("f64.fromI32", begin),
              b.primitive(mul, b.op("f64.fromI32", after), b.op("f64.fromI32", by)),
            );
      this.is(op.results[place]!, last);
    }
    const trips = op.results.at(-1)!;
    if (this.isLive(trips)) this.is(trips, b.op("i32.sub", after, lo));
    return true;
  }

  /** Which carries stay: those that are needed and change. The others are bound to their first values. */
  #carried(
    carries: readonly Value[],
    inits: readonly Value[],
    yields: readonly Value[],
    results: readonly Value[],
  ): number[] {
    const kept: number[] = [];
    carries.forEach((carry, k) => {
      const yielded = yields[k]!;
      // It goes round unchanged, or what is yielded is defined outside (before it) and is what it was at first.
      const same =
        yielded === carry ||
        this.#grown.has(carry) ||
        (yielded.id < carry.id && this.map[yielded.id] === inits[k]);
      if (this.isLive(carry) && !same) {
        kept.push(k);
        return;
      }
      this.map[carry.id] = inits[k];
      this.map[results[k]!.id] = inits[k];
    });
    return kept;
  }

  /** Branches on one condition, in order. */
  #if(ops: readonly OpOf<"if">[]): void {
    const b = this.b;
    const condition = this.new(ops[0]!.args[0]!);
    const truth = b.truthOf(condition);
    if (truth !== undefined) {
      for (const op of ops) this.bind(op.results, this.#region(op.regions[truth ? 0 : 1]!));
      return;
    }
    if (ops.every((op) => op.results.length === 0 && isChecks(op.regions[0]!) && isEmpty(op.regions[1]!))) {
      return b.checksIf(condition, () => ops.forEach((op) => this.#region(op.regions[0]!)));
    }
    const live = ops.flatMap((op) => op.results.filter((v) => this.isLive(v)));
    const cheap = ops.every((op) => op.regions.every(isCheap)) && live.every(isScalar);
    if (this.options.stage !== "primal" && cheap) return this.#select(ops, condition);

    const elements = this.kept(...ops);
    const before = elements.map((e) => e.get());
    const branch = (which: 0 | 1) => (): readonly Value[] => {
      elements.forEach((e, k) => e.set(before[k]!));
      return b.taking(condition, which === 0, () => {
        for (const op of ops) this.bind(op.results, this.#region(op.regions[which]!));
        return [...this.all(live), ...elements.map((e) => e.get())];
      });
    };
    const regions = [b.region([], branch(0)), b.region([], branch(1))];
    const [least, greatest] = b.rangeOf(condition);
    const isTruth = least === 0 && greatest === 1;
    for (const op of ops) this.forgetWritten(op);
    const types = regions[0]!.yields.map((v) => v.ty);
    const results = b.emit("if", [condition], undefined, types, regions).map((result, k) => {
      const [yes, no] = regions.map((region) => region.yields[k]!) as [Value, Value];
      if (result.ty === "i32") b.setRange(result, union(b.rangeOf(yes), b.rangeOf(no)));
      // Where both branches yield the same value, it is visible here, too; and 1 or 0 tell the condition.
      if (yes === no) return yes;
      return isTruth && isInteger(yes, 1) && isInteger(no, 0) ? condition : result;
    });
    live.forEach((v, k) => this.is(v, results[k]));
    elements.forEach((e, k) => e.set(results[live.length + k]!));
  }

  /** Computes both branches, and chooses. */
  #select(ops: readonly OpOf<"if">[], condition: Value): void {
    for (const op of ops) {
      const [yes, no] = op.regions.map((region) => this.#region(region)) as [Value[], Value[]];
      for (const v of op.results) {
        if (this.isLive(v)) this.is(v, this.b.select(condition, yes[v.index]!, no[v.index]!));
      }
    }
  }
}

const isInteger = (v: Value, n: number): boolean => v.ty === "i32" && constantOf(v) === n;

const isScalar = (v: Value): boolean => v.ty === "f64" || v.ty === "i32";

/**
 * How the reverse sweep gets at values of the forward sweep. It asks for them (`need`); what cannot be had otherwise is
 * then recorded: a loop gets a tape with one record per iteration, a function called a tape with one record, a branch
 * one more result. The handle of a tape is a value like any other, and recorded in turn by the loop around it.
 */
import { add } from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import type { Op, OpOf, Region, Ty, Value } from "../program/ir.ts";
import { leastRecorded } from "./cut.ts";
import type { Repeating } from "./cut.ts";
import { twins } from "./rules.ts";
import type { PrimitiveBase } from "../real/real.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A region of the forward sweep. */
export interface Forth {
  readonly region: Region;
  /**
   * - `direct`: the reverse sweep runs where its values are still visible;
   * - `records`: it runs several times, or elsewhere;
   * - `branch`: one branch of an `if`.
   */
  readonly kind: "direct" | "records" | "branch";
  /** For `records`: makes the tape (before the loop), and the number of the record (at the end of the region). */
  readonly tape?: () => Recorder;
  /** For `branch`: what has been made a result of the `if`. */
  readonly exports: Map<Value, Value>;
}

/** A tape being laid out. */
export interface Recorder {
  readonly tape: Value;
  readonly record: Value;
  readonly slots: Ty[];
  readonly slotOf: Map<Value, number>;
}

/** A region of the reverse sweep: the way back through a region of the forward sweep. */
export interface Back {
  readonly forth: Forth;
  readonly parent: Back | undefined;
  /** Operations to stand at the start of the way back. */
  readonly prelude: Op[];
  /** For `direct`: whether the way back has begun; before that, what it will need is written where the sweep is. */
  turned: boolean;
  /** Values of the forward region that are known here, those wanted included. */
  readonly known: Map<Value, Value>;
  /** For `records`: values that were asked for, and what will stand for them when it is settled how to have them. */
  readonly wanted: Map<Value, Value>;
  /** How much of the prelude was there before. */
  before: number;
  /** For `records`: which record this is, and the tape where it was handed over (to a function). */
  readonly record: Value | undefined;
  readonly tape: Value | undefined;
  /** Adjoints of values of the original program, so far. */
  readonly adjoints: Map<Value, Value>;
  /** Shadows of arrays of the original program that belong here. */
  readonly shadows: Map<Value, Value>;
}

export function backThrough(forth: Forth, parent?: Back, record?: Value, tape?: Value): Back {
  return {
    forth,
    parent,
    record,
    tape,
    prelude: [],
    turned: forth.kind !== "direct",
    known: new Map(),
    wanted: new Map(),
    before: 0,
    adjoints: new Map(),
    shadows: new Map(),
  };
}

/** The operations that `write` emits, in a list instead of in place. */
export function aside(b: Builder, write: () => void): Op[] {
  return [...b.region([], () => (write(), [])).ops];
}

/** Puts operations into a region that has been written already. */
export function insert(region: Region, at: number, ops: readonly Op[]): void {
  const all = region.ops as Op[];
  const after = all.splice(at);
  for (const op of ops) {
    (op as Mutable<Op>).parent = region;
    all.push(op);
  }
  for (const op of after) all.push(op);
}

export const regionOf = (v: Value): Region => ("kind" in v.def ? v.def.parent : v.def);

/** Marks the place where the way back through a direct region begins; returns what completes that region's prelude. */
export function turn(b: Builder, back: Back): () => void {
  const place = b.i32(0).def as Op;
  back.turned = true;
  return () => insert(place.parent, place.parent.ops.indexOf(place) + 1, back.prelude);
}

// What it costs to have a value on the way back, in quarters of an operation.
/** To record it: it is stored and loaded, and eight bytes of memory are written, and read when they are long out of mind. */
const RECORDING = 24;
/** To make it a result of a branch, which lives on in a register. */
const EXPORTING = 4;
/** To have it from further out, where it is computed or recorded less often. */
const FROM_OUTSIDE = 1;
const ONE = 4;
/** What is part of an index mostly becomes an address that moves along. */
const PART_OF_INDEX = 1;
const COUNTING = 8;
/** Divisions and roots take longer than all else that is one instruction. */
const DIVIDING = 8;
/** The largest step of what is counted. */
const LARGEST_STEP = 2 ** 10;
/** Primitives that are one instruction, or few. */
const CHEAP = new Set(
  "add sub mul neg square abs lt gt eq where min max floor ceil trunc stopGradient".split(" "),
);
const DIVISIONS = new Set(["div", "inv", "sqrt"]);
const NEVER: Repeating = { cost: Infinity, operands: [] };

/** A carry that grows: the first value of it, and by how much. */
interface Counter {
  readonly init: Value;
  readonly step: number;
}

export class Tapes {
  /** Writes the forward sweep, and the reverse sweep; the same where both are one function. */
  readonly forward: Builder;
  readonly backward: Builder;
  readonly #forths = new Map<Region, Forth>();
  /** Loads, as written into the forward sweep, that may be repeated in the reverse sweep. */
  readonly repeatable: Set<Op> = new Set();

  constructor(forwardBuilder: Builder, backwardBuilder: Builder) {
    this.forward = forwardBuilder;
    this.backward = backwardBuilder;
  }

  enter(forth: Forth): void {
    this.#forths.set(forth.region, forth);
  }

  forth(region: Region): Forth {
    return this.#forths.get(region)!;
  }

  /** The value `v` of the forward sweep, where the reverse sweep has come to `at`. */
  need(v: Value, at: Back): Value {
    const home = this.home(v, at);
    const { forth, known, wanted } = home;
    if (forth.kind === "direct") return v;
    let found = known.get(v);
    if (found !== undefined) return found;
    if (forth.kind === "records") {
      // How to have it best depends on what else is wanted: that is settled when the way back is complete.
      if (wanted.size === 0) home.before = home.prelude.length;
      found = resultOf(this.backward, v.ty);
      wanted.set(v, found);
    } else {
      const isInLoop = home.parent!.forth.kind !== "direct";
      const exported = leastRecorded([v], (x) => this.#repeating(x, home), isInLoop ? RECORDING : EXPORTING);
      if (exported.has(v)) found = this.need(this.#export(v, forth), home.parent!);
      else this.first(home, () => (found = this.#repeat(v, home, (x) => this.need(x, home))));
    }
    found!.name ??= v.name;
    known.set(v, found!);
    return found!;
  }

  /** `f` of `x`, if it is computed together with `g` of x, which is `y`: on the way there, to be recorded. */
  beside(f: PrimitiveBase, x: Value, g: PrimitiveBase, y: Value, at: Back): Value | undefined {
    const { forth } = this.home(y, at);
    if (forth.kind !== "records" || (twins[f.id] !== g.id && twins[g.id] !== f.id)) return undefined;
    const b = this.forward;
    const ops = aside(b, () => b.primitive(f, x));
    insert(forth.region, forth.region.ops.length, ops);
    return this.need(ops[0]!.results[0]!, at);
  }

  /** Completes the way back through a region, of which `region` is what has been written: settles how to have what it wants. */
  complete(back: Back, region: Region, at: number = 0): void {
    const { forth, known, wanted, prelude } = back;
    if (wanted.size > 0) {
      const b = this.backward;
      const recorded = leastRecorded(wanted.keys(), (v) => this.#repeating(v, back), RECORDING);
      const done = new Set<Value>();
      const have = (v: Value): Value => {
        if (regionOf(v) !== forth.region) return this.need(v, back);
        const expected = wanted.get(v);
        if (done.has(v) || (expected === undefined && known.has(v))) return known.get(v)!;
        const found = recorded.has(v) ? this.#load(v, back) : this.#repeat(v, back, have);
        found.name ??= v.name;
        if (expected !== undefined) standFor(expected, found);
        else known.set(v, found);
        done.add(v);
        return known.get(v)!;
      };
      const ops = aside(b, () => [...wanted.keys()].forEach(have));
      prelude.splice(back.before, 0, ...ops);
    }
    insert(region, at, prelude);
  }

  /** The region of the reverse sweep that belongs to where `v` was computed. */
  home(v: Value, at: Back): Back {
    const region = regionOf(v);
    let back: Back | undefined = at;
    while (back !== undefined && back.forth.region !== region) back = back.parent;
    if (back === undefined) throw new Error(`Value ${v.id} is not visible where its reverse is.`);
    return back;
  }

  /** Writes to the start of a region of the reverse sweep. */
  first(back: Back, write: (b: Builder) => void): void {
    const b = this.backward;
    if (back.turned) back.prelude.push(...aside(b, () => write(b)));
    else write(b);
  }

  /** What it takes to have a value of a region again without recording it. */
  #repeating(v: Value, home: Back): Repeating {
    if (this.#counterOf(v, home) !== undefined) return { cost: COUNTING, operands: [] };
    const op = v.def;
    if (!("kind" in op)) return NEVER;
    let cost = this.#ownCost(op);
    if (cost === Infinity) return NEVER;
    const operands = op.args.filter((x) => {
      const from = this.home(x, home);
      if (from.forth.kind === "direct" || (from.known.has(x) && !from.wanted.has(x))) return false;
      if (from === home) return true;
      if (!from.known.has(x)) cost += home.forth.kind === "branch" ? RECORDING : FROM_OUTSIDE;
      return false;
    });
    return { cost, operands };
  }

  /** A carry that grows by the same integer in each iteration. */
  #counter(v: Value, home: Back): Counter | undefined {
    const region = home.forth.region;
    const loop = region.parent;
    if (v.def !== region || home.record === undefined || loop === null) return undefined;
    const place = loop.kind === "for" ? v.index - 1 : loop.kind === "while" ? v.index : -1;
    const next = region.yields[place]?.def;
    if (next === undefined || !("kind" in next)) return undefined;
    if (next.kind !== "i32.add" && !(next.kind === "primitive" && next.attr === add)) return undefined;
    const other = next.args[0] === v ? next.args[1]! : next.args[1] === v ? next.args[0]! : undefined;
    const step =
      other !== undefined && "kind" in other.def && other.def.kind === "constant" ? other.def.attr : NaN;
    if (step !== (step | 0) || Math.abs(step) > LARGEST_STEP) return undefined;
    return { init: loop.args[loop.kind === "for" ? place + 2 : place]!, step };
  }

  /**
   * What is counted up is computed from the number of the iteration: an i32; or an index that was counted in f64, where
   * all numbers are integers without rounding, or the index would not have been one.
   */
  #count(v: Value, home: Back, { init, step }: Counter): Value {
    const b = this.backward;
    const indexed = indexOf(v);
    const first = this.need(init, home.parent!);
    b.loc = indexed?.loc;
    const past = b.op("i32.mul", home.record!, b.i32(step));
    if (indexed === undefined) return b.op("i32.add", first, past);
    return b.index(b.primitive(add, first, b.op("f64.fromI32", past)), indexed.attr.name);
  }

  #counterOf(v: Value, home: Back): Counter | undefined {
    return v.ty === "i32" ? this.#counter(indexOf(v)?.args[0] ?? v, home) : undefined;
  }

  #ownCost(op: Op): number {
    switch (op.kind) {
      case "load":
      case "tape.load":
        return this.repeatable.has(op) ? ONE : Infinity;
      case "primitive":
        return CHEAP.has(op.attr.id) ? ONE : DIVISIONS.has(op.attr.id) ? DIVIDING : Infinity;
      case "constant":
      case "data":
        return 0;
      case "select":
      case "subarray":
      case "length":
        return ONE;
      case "i32.add":
      case "i32.sub":
      case "i32.mul":
        return PART_OF_INDEX;
      default:
        return /^(?:i32|f64)\./.test(op.kind) && op.kind !== "f64.rem" ? ONE : Infinity;
    }
  }

  /** Computes `v` again where the reverse sweep is, from what it was computed from. */
  #repeat(v: Value, home: Back, have: (x: Value) => Value): Value {
    const counter = this.#counterOf(v, home);
    if (counter !== undefined) return this.#count(v, home, counter);
    const op = v.def as Op;
    const args = op.args.map(have);
    const b = this.backward;
    b.loc = op.loc;
    // What trapped has succeeded once, so it succeeds again.
    return b.emit(op.kind, args, op.attr, [v.ty])[0]!;
  }

  /** What has been recorded of `v`. */
  #load(v: Value, home: Back): Value {
    const recorder = this.#recorded(v, home.forth);
    const tape = home.tape ?? this.need(recorder.tape, home.parent!);
    return this.backward.tapeLoad(tape, home.record!, recorder.slotOf.get(v)!, v.ty);
  }

  /** Records `v` at the end of every run through its region. */
  #recorded(v: Value, forth: Forth): Recorder {
    const recorder = forth.tape!();
    if (!recorder.slotOf.has(v)) {
      const slot = recorder.slots.length;
      recorder.slots.push(v.ty);
      recorder.slotOf.set(v, slot);
      const b = this.forward;
      insert(
        forth.region,
        forth.region.ops.length,
        aside(b, () => b.tapeStore(recorder.tape, recorder.record, slot, v)),
      );
    }
    return recorder;
  }

  /** Makes `v`, from inside a branch, a result of the `if`; the other branch yields nothing of worth. */
  #export(v: Value, forth: Forth): Value {
    let result = forth.exports.get(v);
    if (result !== undefined) return result;
    const op = forth.region.parent!;
    const b = this.forward;
    for (const region of op.regions) {
      let y = v;
      if (region !== forth.region) {
        insert(
          region,
          region.ops.length,
          aside(b, () => (y = idle(b, v))),
        );
      }
      (region.yields as Value[]).push(y);
    }
    result = resultOf(b, v.ty);
    Object.assign(result, { def: op, index: op.results.length, name: v.name });
    (op.results as Value[]).push(result);
    forth.exports.set(v, result);
    return result;
  }
}

/** The operation that makes an index of an f64, if `v` comes of one. */
const indexOf = (v: Value): OpOf<"f64.index"> | undefined =>
  "kind" in v.def && v.def.kind === "f64.index" ? v.def : undefined;

/** A new value; what computes it is told later. */
function resultOf(b: Builder, ty: Ty): Value {
  let result: Value;
  aside(b, () => (result = b.emit("constant", [], 0, [ty])[0]!));
  return result!;
}

/** Has what computes `found` compute `expected` instead. */
function standFor(expected: Value, found: Value): void {
  const op = found.def as Op;
  (op.results as Value[])[found.index] = expected;
  Object.assign(expected, { def: op, index: found.index });
}

/** Stands for a value where there is none. */
function idle(b: Builder, v: Value): Value {
  if (v.ty === "f64") return b.f64(0);
  if (v.ty === "i32") return b.i32(0);
  if (v.ty === "array") return b.allocate(b.i32(0));
  return b.tape(b.i32(0), "kind" in v.def && v.def.kind === "tape.allocate" ? v.def.attr.slots : ["f64"]);
}

/**
 * How the reverse sweep gets at values of the forward sweep. It asks for them (`need`); what cannot be had otherwise is
 * then recorded: a loop gets a tape with one record per iteration, a function called a tape with one record, a branch
 * one more result. The handle of a tape is a value like any other, and recorded in turn by the loop around it.
 */
import { add } from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import type { Op, OpOf, Region, Ty, Value } from "../program/ir.ts";

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
  /** Values of the forward region that are known here. */
  readonly known: Map<Value, Value>;
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

/** What it may cost at most, in operations, to compute something again rather than to record it. */
const WORTH_REPEATING = 4;
const WORTH_REPEATING_INTEGERS = 12;
/** What is part of an index mostly becomes an address that moves along. */
const PART_OF_INDEX = 0.25;
/** The largest step of what is counted. */
const LARGEST_STEP = 2 ** 10;
/** Primitives that cost no more than a load. */
const CHEAP = new Set(["add", "sub", "mul", "neg", "square", "abs", "lt", "gt", "eq", "where", "min", "max"]);

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
    if (home.forth.kind === "direct") return v;
    const known = home.known.get(v);
    if (known !== undefined) return known;
    const counted = this.#count(v, home);
    if (counted !== undefined) {
      home.known.set(v, counted);
      return counted;
    }
    let found: Value;
    const carry = this.#carryBehind(v, home);
    if (carry !== undefined) this.need(carry, home);
    if (this.#cost(v, home, v.ty === "f64" ? WORTH_REPEATING : WORTH_REPEATING_INTEGERS) < Infinity) {
      found = this.#repeat(v, home);
    } else if (home.forth.kind === "branch") {
      found = this.need(this.#export(v, home.forth), home.parent!);
    } else {
      const recorder = this.#recorded(v, home.forth);
      const slot = recorder.slotOf.get(v)!;
      const tape = home.tape ?? this.need(recorder.tape, home.parent!);
      this.first(home, (b) => (found = b.tapeLoad(tape, home.record!, slot, v.ty)));
    }
    found!.name ??= v.name;
    home.known.set(v, found!);
    return found!;
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

  /**
   * How many operations it takes to have `v` again in `origin`, where it is not recorded there; Infinity where more than
   * allowed, or impossible. What belongs to regions further out may be recorded there: that is done less often.
   */
  #cost(v: Value, at: Back, allowed: number, origin: Back = at): number {
    if (allowed < 0) return Infinity;
    const home = this.home(v, at);
    if (home.forth.kind === "direct" || home.known.has(v)) return 0;
    const op = v.def;
    const recorded = home === origin ? Infinity : 1;
    if (this.#counterOf(v, home) !== undefined) return 2;
    if (!("kind" in op)) return recorded;
    if (op.kind === "constant") return 0;
    if (home.forth.kind === "branch" && home.forth.exports.has(v)) return 0;
    let cost = this.#ownCost(op);
    for (const x of op.args) {
      if (cost > allowed) return recorded;
      cost += this.#cost(x, home, allowed - cost, origin);
    }
    return cost > allowed ? recorded : Math.min(cost, recorded);
  }

  /** A carry that grows by the same integer in each iteration; the first value of it, and by how much. */
  #counter(v: Value, home: Back): { init: Value; step: number } | undefined {
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
  #count(v: Value, home: Back): Value | undefined {
    const counter = this.#counterOf(v, home);
    if (counter === undefined) return undefined;
    const indexed = indexOf(v);
    const init = this.need(counter.init, home.parent!);
    let found: Value;
    this.first(home, (b) => {
      b.loc = indexed?.loc;
      const past = b.op("i32.mul", home.record!, b.i32(counter.step));
      found =
        indexed === undefined
          ? b.op("i32.add", init, past)
          : b.index(b.primitive(add, init, b.op("f64.fromI32", past)), indexed.attr.name);
    });
    return found!;
  }

  #counterOf(v: Value, home: Back): { init: Value; step: number } | undefined {
    return v.ty === "i32" ? this.#counter(indexOf(v)?.args[0] ?? v, home) : undefined;
  }

  /** The carry that is worth recording instead of `v`, because `v` is then had by one cheap operation more. */
  #carryBehind(v: Value, home: Back): Value | undefined {
    const op = v.def;
    if (!("kind" in op) || op.kind !== "primitive" || !CHEAP.has(op.attr.id)) return undefined;
    const missing = op.args.filter((x) => this.#cost(x, home, WORTH_REPEATING - 1) === Infinity);
    const [carry] = missing;
    return carry !== undefined && missing.every((x) => x === carry) && carry.def === home.forth.region
      ? carry
      : undefined;
  }

  #ownCost(op: Op): number {
    switch (op.kind) {
      case "load":
      case "tape.load":
        return this.repeatable.has(op) ? 1 : Infinity;
      case "primitive":
        return CHEAP.has(op.attr.id) ? 1 : Infinity;
      case "data":
        return 0;
      case "select":
      case "subarray":
      case "length":
      case "f64.index":
      case "f64.fromI32":
      case "f64.fromU32":
      case "f64.toInt32":
        return 1;
      case "i32.add":
      case "i32.sub":
      case "i32.mul":
        return PART_OF_INDEX;
      default:
        return /^(?:i32|f64)\./.test(op.kind) && op.kind !== "f64.rem" ? 1 : Infinity;
    }
  }

  /** Computes `v` again, at the start of where it belongs. */
  #repeat(v: Value, home: Back): Value {
    const exported = home.forth.exports.get(v);
    if (exported !== undefined) return this.need(exported, home.parent!);
    const op = v.def as Op;
    const args = op.args.map((x) => this.need(x, home));
    let found: Value;
    this.first(home, (b) => {
      b.loc = op.loc;
      // What trapped has succeeded once, so it succeeds again.
      found = b.emit(op.kind, args, op.attr, [v.ty])[0]!;
    });
    return found!;
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
    result = resultOf(b, op, v.ty);
    result.name = v.name;
    (op.results as Value[]).push(result);
    forth.exports.set(v, result);
    return result;
  }
}

/** The operation that makes an index of an f64, if `v` comes of one. */
const indexOf = (v: Value): OpOf<"f64.index"> | undefined =>
  "kind" in v.def && v.def.kind === "f64.index" ? v.def : undefined;

/** A new value that is one more result of `op`. */
function resultOf(b: Builder, op: Op, ty: Ty): Value {
  let result: Value;
  aside(b, () => (result = b.emit("constant", [], 0, [ty])[0]!));
  return Object.assign(result!, { def: op, index: op.results.length });
}

/** Stands for a value where there is none. */
function idle(b: Builder, v: Value): Value {
  if (v.ty === "f64") return b.f64(0);
  if (v.ty === "i32") return b.i32(0);
  if (v.ty === "array") return b.allocate(b.i32(0));
  return b.tape(b.i32(0), "kind" in v.def && v.def.kind === "tape.allocate" ? v.def.attr.slots : ["f64"]);
}

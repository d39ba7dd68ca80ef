/** What TypeScript makes of values, over a whole program: truth or integer, which kind of array, which kind of tape. */
import { isOp } from "cotangent/program";
import type { Func, Op, Program, Region, Ty, Value } from "cotangent/program";

import { definedBy } from "./facts.ts";
import { Sets } from "./sets.ts";

/** A slot of all tapes of a kind. */
type Slot = string;

/** A kind of tape. */
export interface TapeKind {
  readonly slots: readonly Ty[];
  /** Tapes that are handed on: to a function, to another tape, or through a branch. */
  readonly escapes: boolean;
  /** At most one record. */
  readonly single: boolean;
  /** What is stored into each slot. */
  readonly stored: readonly (Value | undefined)[];
}

/** Connects what is one thing: the carries of loops, results of branches, arguments and parameters. */
function eachFlow(program: Program, flow: (to: Value, from: Value) => void): void {
  const functions = new Map(program.functions.map((f) => [f.name, f]));
  eachOperation(program, (op) => {
    switch (op.kind) {
      case "if":
        for (const region of op.regions) op.results.forEach((v, k) => flow(v, region.yields[k]!));
        return;
      case "for":
      case "while": {
        const shift = op.kind === "for" ? 1 : 0;
        const inits = op.args.slice(2 * shift);
        inits.forEach((init, k) => {
          for (const region of op.regions) {
            flow(region.args[k + shift]!, init);
            flow(region.args[k + shift]!, op.results[k]!);
          }
          flow(op.results[k]!, op.regions.at(-1)!.yields[k]!);
        });
        return;
      }
      case "call": {
        const callee = functions.get(op.attr.callee)!;
        callee.body.args.forEach((v, i) => flow(v, op.args[i]!));
        callee.body.yields.forEach((v, i) => flow(op.results[i]!, v));
        return;
      }
      case "select":
        op.args.slice(1).forEach((v) => flow(op.results[0]!, v));
        return;
      default:
    }
  });
}

export function eachOperation(program: Program, visit: (op: Op, f: Func) => void): void {
  for (const f of program.functions) {
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        visit(op, f);
        op.regions.forEach(walk);
      }
    };
    walk(f.body);
  }
}

const COMPARISON = /^(?:i32|f64)\.(?:eq|ne|lt|le|gt|ge)$/;
/** Operations on truth that give truth. */
const LOGIC: ReadonlySet<string> = new Set(["i32.and", "i32.or", "i32.xor"]);

export class Classes {
  readonly #flows = new Sets<Value | Slot>();
  readonly #integers = new Set<Value | Slot>();
  readonly #wide = new Set<Value | Slot>();
  readonly #plain = new Set<Value | Slot>();
  readonly #typed = new Set<Value | Slot>();
  readonly #kinds = new Map<Value | Slot, TapeKind>();

  /**
   * @param plain arrays of the entry that are to be `number[]`, if nothing speaks against it
   * @param integers values of the entry that are neither true nor false
   */
  constructor(program: Program, plain: readonly Value[], integers: readonly Value[]) {
    const flows = this.#flows;
    const numbers: Value[] = [];
    // A constant stands in one place for all its uses, which have nothing else in common.
    const flow = (to: Value | Slot, from: Value): void => {
      const constant = definedBy(from);
      if (constant?.kind !== "constant") flows.join(to, from);
      else if (from.ty === "i32" && constant.attr !== 0 && constant.attr !== 1) numbers.push(to as Value);
    };
    eachFlow(program, flow);
    // Slots of tapes: first which tapes are alike, until nothing more is learned from tapes in tapes.
    for (let before = -1; before !== flows.joins;) {
      before = flows.joins;
      eachOperation(program, (op) => {
        if (op.kind !== "tape.store" && op.kind !== "tape.load") return;
        const slot = this.#slot(op.args[0]!, op.attr.slot);
        const value = op.kind === "tape.store" ? op.args[2]! : op.results[0]!;
        // A tape's name goes with a value: slots have new ones where that has changed, without end where a tape holds others of its kind.
        if (value.ty === "tape") flows.join(value, slot);
        else flow(slot, value);
      });
    }
    for (const v of [...numbers, ...integers]) this.#integers.add(flows.find(v));
    this.#findIntegers(program);
    this.#findWide(program);
    this.#findArrays(program, plain);
    this.#findTapes(program);
  }

  #slot(tape: Value, slot: number): Slot {
    const root = this.#flows.find(tape);
    const name = this.#names.get(root) ?? `tape${this.#names.size}`;
    this.#names.set(root, name);
    return `${name}.${slot}`;
  }
  readonly #names = new Map<Value | Slot, string>();

  /** Whether an i32 is `true` or `false` in what is written. */
  isTruth(v: Value): boolean {
    return v.ty === "i32" && !this.#integers.has(this.#flows.find(v));
  }

  /** Whether an array is a `number[]`; otherwise it is a Float64Array. */
  isPlain(v: Value): boolean {
    const root = this.#flows.find(v);
    return this.#plain.has(root) && !this.#typed.has(root);
  }

  tape(v: Value): TapeKind {
    return this.#kinds.get(this.#flows.find(v))!;
  }

  /** The same for all tapes of a kind. */
  tapeName(v: Value): string {
    this.#slot(v, 0);
    return this.#names.get(this.#flows.find(v))!;
  }

  #findIntegers(program: Program): void {
    const integer = (v: Value | undefined): void => {
      if (v?.ty === "i32") this.#integers.add(this.#flows.find(v));
    };
    const later: Op[] = [];
    const functions = new Map(program.functions.map((f) => [f.name, f]));
    eachOperation(program, (op) => {
      const [result] = op.results;
      switch (op.kind) {
        case "constant":
          return;
        case "for":
          op.args.slice(0, 2).forEach(integer);
          integer(op.regions[0]!.args[0]);
          return;
        case "while":
          integer(op.results.at(-1));
          return;
        case "if":
        case "select":
        case "tape.load":
        // Truth as a number is written as such.
        case "f64.fromI32":
          return;
        case "call":
          functions.get(op.attr.callee)!.body.yields.forEach((v, k) => {
            if (definedBy(v)?.kind === "constant") integer(op.results[k]);
          });
          return;
        case "tape.store":
          integer(op.args[1]);
          return;
        case "i32.not":
          return;
        default:
      }
      if (LOGIC.has(op.kind)) {
        later.push(op);
        return;
      }
      op.args.forEach(integer);
      if (!COMPARISON.test(op.kind)) integer(result);
    });
    for (let changed = true; changed;) {
      changed = false;
      for (const op of later) {
        const all = [...op.args, op.results[0]!];
        const known = all.filter((v) => definedBy(v)?.kind !== "constant");
        if (known.some((v) => !this.isTruth(v)) && known.some((v) => this.isTruth(v))) {
          known.forEach(integer);
          changed = true;
        }
      }
    }
  }
  /**
   * Integers that may be anything: what bit operations and conversions give. All others count or point into arrays, and stay far
   * from the ends of 32 bits.
   */
  #findWide(program: Program): void {
    const small = (v: Value, least: number): boolean => {
      const op = definedBy(v);
      return op?.kind === "constant" && op.attr >= least;
    };
    for (let size = -1; size < this.#wide.size;) {
      size = this.#wide.size;
      eachOperation(program, (op) => {
        const [result] = op.results;
        if (result?.ty !== "i32") return;
        const [x, y] = op.args;
        const passes =
          /^i32\.(?:add|sub|mul|min|max|div|rem|shr)$/.test(op.kind) && op.args.some((v) => this.isWide(v));
        const bounded =
          (op.kind === "i32.and" && op.args.some((v) => small(v, 0) || !this.isWide(v))) ||
          ((op.kind === "i32.shr" || op.kind === "i32.ushr") && small(y!, 2)) ||
          (op.kind === "i32.rem" && !this.isWide(y!)) ||
          (op.kind === "i32.shr" && !this.isWide(x!));
        const wild = /^(?:f64\.toInt32|i32\.(?:and|or|xor|shl|ushr))$/.test(op.kind) && !this.isTruth(result);
        if ((passes || wild) && !bounded) this.#wide.add(this.#flows.find(result));
      });
    }
  }

  /** Whether an i32 may be any number of 32 bits. */
  isWide(v: Value): boolean {
    return this.#wide.has(this.#flows.find(v));
  }

  #findArrays(program: Program, plain: readonly Value[]): void {
    for (const v of plain) this.#plain.add(this.#flows.find(v));
    eachOperation(program, (op) => {
      if (op.kind === "subarray" || op.kind === "copy") {
        for (const v of [...op.args, ...op.results])
          if (v.ty === "array") this.#typed.add(this.#flows.find(v));
      }
    });
  }

  #findTapes(program: Program): void {
    const found = new Map<
      Value | Slot,
      { slots: Ty[]; escapes: boolean; single: boolean; stored: (Value | undefined)[] }
    >();
    const of = (v: Value) => {
      const root = this.#flows.find(v);
      let kind = found.get(root);
      if (kind === undefined)
        found.set(root, (kind = { slots: [], escapes: false, single: true, stored: [] }));
      return kind;
    };
    eachOperation(program, (op) => {
      switch (op.kind) {
        case "tape.allocate": {
          const kind = of(op.results[0]!);
          const count = definedBy(op.args[0]!);
          const few = count?.kind === "constant" && count.attr <= 1;
          if (op.attr.growable || !few) kind.single = false;
          if (!(count?.kind === "constant" && count.attr === 0)) kind.slots = [...op.attr.slots];
          return;
        }
        case "tape.store":
          of(op.args[0]!).stored[op.attr.slot] ??= op.args[2]!;
          if (op.args[2]!.ty === "tape") of(op.args[2]!).escapes = true;
          return;
        case "tape.load":
          if (op.results[0]!.ty === "tape") of(op.results[0]!).escapes = true;
          return;
        default:
          for (const v of [
            ...op.args,
            ...op.results,
            ...op.regions.flatMap((r) => [...r.args, ...r.yields]),
          ]) {
            if (v.ty === "tape") of(v).escapes = true;
          }
      }
    });
    for (const f of program.functions) {
      for (const v of [...f.body.args, ...f.body.yields]) if (v.ty === "tape") of(v).escapes = true;
    }
    for (const [root, kind] of found) this.#kinds.set(root, kind);
  }
}

export const isParameter = (v: Value): boolean => !isOp(v.def) && v.def.parent === null;

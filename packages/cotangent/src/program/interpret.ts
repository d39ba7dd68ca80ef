/**
 * Runs programs as they are: the reference for what a program means, and the way to run one where code must not be
 * generated. Each operation becomes a closure once; a call keeps its values in a list, by their ids.
 */
import { backward, evaluate } from "../custom.ts";
import { Context } from "../real/real.ts";
import { failure, indexOutOfRange, notAnIndex, outOfSteps } from "./faults.ts";
import { kinds } from "./ir.ts";
import type { Op, OpOf, Program, Region, Ty, Value } from "./ir.ts";

/** What stands for a value outside: a number for f64 and i32, the elements themselves for an array. */
export type Datum = number | Float64Array | Tape;

export interface InterpretOptions {
  /** How many loop iterations and calls are allowed; `out-of-steps` is thrown beyond. */
  readonly steps?: number;
}

/**
 * A function that runs the program's entry: from one argument per parameter to one result per result. Arrays are read and
 * written in place.
 */
export function interpreter(
  { functions }: Program,
  { steps: limit = Infinity }: InterpretOptions = {},
): (...args: readonly Datum[]) => readonly Datum[] {
  const machine = new Machine(functions, limit);
  return (...args) => machine.run(args);
}

/** Records of reverse mode: slot by slot, what was stored in each record. */
class Tape {
  readonly #slots: readonly unknown[][];
  readonly #length: number;

  constructor(slots: readonly Ty[], length: number) {
    this.#slots = slots.map(() => []);
    this.#length = length;
  }

  store(i: number, slot: number, x: unknown): void {
    if (i < 0 || i >= this.#length) throw illegal(`record ${i} of a tape of ${this.#length}`);
    this.#slots[slot]![i] = x;
  }

  load(i: number, slot: number): unknown {
    const x = this.#slots[slot]![i];
    if (x === undefined) throw illegal(`record ${i} of a tape was never written`);
    return x;
  }
}

/** A program that breaks its own conditions: whoever made it made a mistake, not whoever runs it. */
const illegal = (what: string): Error => new Error(`Illegal program: ${what}.`);

/** The values of one call by their ids. */
type Frame = unknown[];
type Step = (frame: Frame) => unknown;
type Code = (args: readonly unknown[]) => Datum[];

const valuesOf = (values: readonly Value[]): ((frame: Frame) => unknown[]) => {
  const ids = values.map((v) => v.id);
  return (frame) => ids.map((id) => frame[id]);
};

/** Assigns all at once: what is assigned to may be among what is read. */
function moves(from: readonly Value[], to: readonly Value[]): Step {
  const pairs = to.flatMap((t, i) => (t === from[i] ? [] : [[from[i]!, t] as const]));
  const targets = pairs.map(([, t]) => t.id);
  const read = valuesOf(pairs.map(([f]) => f));
  if (targets.length === 1) {
    const [[{ id: source }]] = pairs as [readonly [Value, Value]];
    const [target] = targets as [number];
    return (frame) => {
      frame[target] = frame[source];
    };
  }
  return (frame) => {
    const values = read(frame);
    for (let k = 0; k < targets.length; k++) frame[targets[k]!] = values[k];
  };
}

class Machine {
  readonly #functions: Program["functions"];
  readonly #limit: number;
  readonly #codes = new Map<string, Code>();
  #left = Infinity;

  constructor(functions: Program["functions"], limit: number) {
    this.#functions = functions;
    this.#limit = limit;
  }

  run(args: readonly unknown[]): readonly Datum[] {
    this.#left = this.#limit;
    return this.#code(this.#functions[0]!.name)(args);
  }

  #code(name: string): Code {
    let code = this.#codes.get(name);
    if (code === undefined) {
      const { body } = this.#functions.find((f) => f.name === name)!;
      const steps = this.#steps(body);
      const results = valuesOf(body.yields);
      code = (args) => {
        const frame: Frame = [];
        body.args.forEach((v, i) => (frame[v.id] = args[i]));
        steps(frame);
        return results(frame) as Datum[];
      };
      this.#codes.set(name, code);
    }
    return code;
  }

  #tick(op: Op): void {
    if (--this.#left < 0) throw outOfSteps(this.#limit, op);
  }

  /** All that a region does; behind it, where it yields its values to. */
  #steps({ ops, yields }: Region, to?: readonly Value[]): Step {
    const steps = ops.map((op) => this.#step(op));
    if (to !== undefined) steps.push(moves(yields, to));
    return (frame) => {
      for (let k = 0; k < steps.length; k++) steps[k]!(frame);
    };
  }

  #step(op: Op): Step {
    switch (op.kind) {
      case "for":
        return this.#for(op);
      case "while":
        return this.#while(op);
      case "if": {
        const [condition] = op.args as [Value];
        const [then, otherwise] = op.regions.map((region) => this.#steps(region, op.results)) as [Step, Step];
        return (frame) => (frame[condition.id] === 0 ? otherwise : then)(frame);
      }
      case "call": {
        const read = valuesOf(op.args);
        return (frame) => {
          this.#tick(op);
          const results = this.#code(op.attr.callee)(read(frame));
          op.results.forEach((v, i) => (frame[v.id] = results[i]));
        };
      }
      default:
        return simple(op);
    }
  }

  #for(op: OpOf<"for">): Step {
    const [region] = op.regions as [Region];
    const [lo, hi, ...inits] = op.args as [Value, Value, ...Value[]];
    const [index, ...carries] = region.args as [Value, ...Value[]];
    const enter = moves(inits, carries);
    const round = this.#steps(region, carries);
    const leave = moves(carries, op.results);
    const { step } = op.attr;
    return (frame) => {
      enter(frame);
      const end = frame[hi.id] as number;
      for (let i = frame[lo.id] as number; step > 0 ? i < end : i > end; i += step) {
        this.#tick(op);
        frame[index.id] = i;
        round(frame);
      }
      leave(frame);
    };
  }

  #while(op: OpOf<"while">): Step {
    const [test, body] = op.regions as [Region, Region];
    const enter = moves(op.args, test.args);
    const testing = this.#steps(test);
    const condition = test.yields[0]!.id;
    const pass = moves(test.args, body.args);
    const round = this.#steps(body, test.args);
    const leave = moves(test.args, op.results.slice(0, -1));
    const trips = op.results.at(-1)!.id;
    return (frame) => {
      enter(frame);
      for (let count = 0; ; count++) {
        frame[trips] = count;
        testing(frame);
        if (frame[condition] === 0) break;
        this.#tick(op);
        pass(frame);
        round(frame);
      }
      leave(frame);
    };
  }
}

/** From the values of the arguments to that of the result. */
type Compute = (x: never, y: never, z: never) => unknown;

/** An operation without regions. */
function simple(op: Op): Step {
  const read = valuesOf(op.args);
  if (op.kind === "fail") {
    return (frame) => {
      throw failure(op.attr, read(frame), op.loc);
    };
  }
  if (op.kind === "external") return external(op, read as (frame: Frame) => number[]);
  const [x = 0, y = 0, z = 0] = op.args.map((v) => v.id);
  const [result] = op.results;
  const compute = computing(op) as (...args: unknown[]) => unknown;
  if (result === undefined) return (frame) => compute(frame[x], frame[y], frame[z]);
  const { id } = result;
  const arity = op.kind === "primitive" && op.attr.arity === undefined ? undefined : op.args.length;
  // A primitive may be one of Math's, which look at all that they are given.
  switch (arity) {
    case undefined:
      return (frame) => (frame[id] = compute(read(frame)));
    case 1:
      return (frame) => (frame[id] = compute(frame[x]));
    case 2:
      return (frame) => (frame[id] = compute(frame[x], frame[y]));
    default:
      return (frame) => (frame[id] = compute(frame[x], frame[y], frame[z]));
  }
}

/** Where an array is accessed, its own condition is checked: a breach is the program's fault. */
function computing(op: Op): Compute {
  const element = (a: Float64Array, i: number): number => {
    if (i >= 0 && i < a.length) return i;
    throw illegal(`element ${i} of an array of ${a.length} in ${op.kind}`);
  };
  const { attr } = op;
  switch (op.kind) {
    case "constant":
    case "data":
      return () => attr;
    case "primitive":
      return op.attr.evaluate as Compute;
    case "select":
      return (c: number, a: unknown, b: unknown) => (c === 0 ? b : a);
    case "f64.index":
      return (i: number) => {
        if (i !== (i | 0)) throw notAnIndex(op.attr.name, i, op.loc);
        return i | 0;
      };
    case "allocate":
      return (length: number) => {
        if (length < 0) throw illegal(`an array of ${length} elements`);
        return new Float64Array(length);
      };
    case "length":
      return (a: Float64Array) => a.length;
    case "load":
      return (a: Float64Array, i: number) => a[element(a, i)];
    case "store":
      return (a: Float64Array, i: number, x: number) => (a[element(a, i)] = x);
    case "accumulate":
      return (a: Float64Array, i: number, x: number) => (a[element(a, i)]! += x);
    case "fill":
      return (a: Float64Array, x: number) => a.fill(x);
    case "copy":
      return (to: Float64Array, from: Float64Array) => {
        if (from.length > to.length) throw illegal("a copy that does not fit");
        to.set(from);
      };
    case "subarray":
      return (a: Float64Array, lo: number, hi: number) => {
        return lo >= 0 && lo <= hi && hi <= a.length ? a.subarray(lo, hi) : new Float64Array(0);
      };
    case "bound":
      return (i: number, { length }: Float64Array) => {
        if (!(i >= 0 && i < length)) throw indexOutOfRange(op.attr.name, i, length, op.loc);
      };
    case "tape.allocate": {
      const { slots, growable } = op.attr;
      return (length: number) => new Tape(slots, growable ? Infinity : length);
    }
    case "tape.store":
      return (tape: Tape, i: number, x: unknown) => tape.store(i, op.attr.slot, x);
    case "tape.load":
      return (tape: Tape, i: number) => tape.load(i, op.attr.slot);
    // Scratch memory is JavaScript's own here, which collects what nobody uses any more.
    case "mark":
    case "reset":
      return () => 0;
    default:
      return kinds[op.kind].evaluate as Compute;
  }
}

function external({ attr, results }: OpOf<"external">, read: (frame: Frame) => number[]): Step {
  const { function: f, half } = attr;
  const assign = (frame: Frame, values: readonly unknown[]): void =>
    results.forEach((v, i) => (frame[v.id] = Number(values[i])));
  if (half === "forward") return (frame) => assign(frame, [evaluate(f, read(frame))]);
  return (frame) => {
    const args = read(frame);
    const cotangent = args.pop()!;
    const ctx = new Context();
    evaluate(f, args, ctx);
    assign(frame, backward(f, ctx, args.length, cotangent));
  };
}

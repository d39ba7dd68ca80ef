/**
 * Runs programs as they are: the reference for what a program means, and the way to run one where code must not be
 * generated. Each operation becomes a closure once; numbers live in one Float64Array per call.
 */
import { backward, evaluate } from "../custom.ts";
import { Context } from "../real/real.ts";
import type { PrimitiveBase } from "../real/real.ts";
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
  program: Program,
  options: InterpretOptions = {},
): (...args: readonly Datum[]) => readonly Datum[] {
  const machine = new Machine(program, options.steps ?? Infinity);
  const [entry] = program.functions;
  return (...args) => machine.run(entry!.name, args);
}

/** Records of reverse mode: slot by slot, what was stored in each record. */
class Tape {
  readonly slots: readonly unknown[][];
  readonly #length: number;

  constructor(slots: readonly Ty[], length: number) {
    this.slots = slots.map(() => []);
    this.#length = length;
  }

  store(i: number, slot: number, x: unknown): void {
    const column = this.slots[slot]!;
    if (i < 0 || i >= this.#length) throw illegal(`record ${i} of a tape of ${this.#length}`);
    column[i] = x;
  }

  load(i: number, slot: number): unknown {
    const x = this.slots[slot]![i];
    if (x === undefined) throw illegal(`record ${i} of a tape was never written`);
    return x;
  }
}

/** A program that breaks its own conditions: whoever made it made a mistake, not whoever runs it. */
const illegal = (what: string): Error => new Error(`Illegal program: ${what}.`);

/** The values of one call by their ids: numbers here, */
type Numbers = Float64Array;
/** and handles there. */
type Handles = unknown[];
type Step = (n: Numbers, h: Handles) => void;

interface Code {
  readonly size: number;
  readonly body: Region;
  readonly steps: readonly Step[];
}

function runAll(steps: readonly Step[], n: Numbers, h: Handles): void {
  for (let k = 0; k < steps.length; k++) steps[k]!(n, h);
}

const isNumber = (v: Value): boolean => v.ty === "f64" || v.ty === "i32";
const nothing: Step = () => undefined;

/** Assigns all at once: `to` may be among `from`. */
function moves(from: readonly Value[], to: readonly Value[]): Step {
  const pairs = to.flatMap((t, i): readonly (readonly [number, number, boolean])[] =>
    t === from[i] ? [] : [[from[i]!.id, t.id, isNumber(t)]],
  );
  const [first, second] = pairs;
  if (first === undefined) return nothing;
  if (second === undefined) {
    const [f, t, number] = first;
    return number ? (n) => void (n[t] = n[f]!) : (_, h) => void (h[t] = h[f]);
  }
  if (pairs.length === 2 && first[2] && second[2]) {
    const [f0, t0] = first;
    const [f1, t1] = second;
    return (n) => {
      const x = n[f0]!;
      n[t1] = n[f1]!;
      n[t0] = x;
    };
  }
  const numbers = pairs.filter(([, , number]) => number);
  const handles = pairs.filter(([, , number]) => !number);
  const n0 = new Float64Array(numbers.length);
  const h0: unknown[] = [];
  return (n, h) => {
    for (let k = 0; k < numbers.length; k++) n0[k] = n[numbers[k]![0]]!;
    for (let k = 0; k < handles.length; k++) h0[k] = h[handles[k]![0]];
    for (let k = 0; k < numbers.length; k++) n[numbers[k]![1]] = n0[k]!;
    for (let k = 0; k < handles.length; k++) h[handles[k]![1]] = h0[k];
    h0.length = 0;
  };
}

class Machine {
  readonly #program: Program;
  readonly #limit: number;
  readonly #codes = new Map<string, Code>();
  #left = Infinity;

  constructor(program: Program, limit: number) {
    this.#program = program;
    this.#limit = limit;
  }

  run(name: string, args: readonly unknown[]): readonly Datum[] {
    this.#left = this.#limit;
    return this.#call(this.#code(name), args);
  }

  #call(code: Code, args: readonly unknown[]): Datum[] {
    const n = new Float64Array(code.size);
    const h: unknown[] = [];
    code.body.args.forEach((v, i) => {
      if (isNumber(v)) n[v.id] = args[i] as number;
      else h[v.id] = args[i];
    });
    runAll(code.steps, n, h);
    return code.body.yields.map((v) => (isNumber(v) ? n[v.id]! : (h[v.id] as Datum)));
  }

  #code(name: string): Code {
    let code = this.#codes.get(name);
    if (code === undefined) {
      const { size, body } = this.#program.functions.find((f) => f.name === name)!;
      code = { size, body, steps: this.#steps(body) };
      this.#codes.set(name, code);
    }
    return code;
  }

  #tick(op: Op): void {
    if (--this.#left < 0) throw outOfSteps(this.#limit, op);
  }

  #steps(region: Region): Step[] {
    return region.ops.map((op) => this.#step(op));
  }

  #step(op: Op): Step {
    switch (op.kind) {
      case "for":
        return this.#for(op);
      case "while":
        return this.#while(op);
      case "if":
        return this.#if(op);
      case "call":
        return this.#callOf(op);
      default:
        return simple(op);
    }
  }

  #for(op: OpOf<"for">): Step {
    const [region] = op.regions as [Region];
    const [lo, hi] = op.args.map((v) => v.id) as [number, number];
    const [index, ...carries] = region.args as [Value, ...Value[]];
    const enter = moves(op.args.slice(2), carries);
    const steps = this.#steps(region);
    const round = moves(region.yields, carries);
    const leave = moves(carries, op.results);
    const { step } = op.attr;
    return (n, h) => {
      enter(n, h);
      const end = n[hi]!;
      for (let i = n[lo]!; step > 0 ? i < end : i > end; i += step) {
        this.#tick(op);
        n[index.id] = i;
        runAll(steps, n, h);
        round(n, h);
      }
      leave(n, h);
    };
  }

  #while(op: OpOf<"while">): Step {
    const [test, body] = op.regions as [Region, Region];
    const enter = moves(op.args, test.args);
    const testing = this.#steps(test);
    const condition = test.yields[0]!.id;
    const pass = moves(test.args, body.args);
    const steps = this.#steps(body);
    const round = moves(body.yields, test.args);
    const leave = moves(test.args, op.results.slice(0, -1));
    const trips = op.results.at(-1)!.id;
    return (n, h) => {
      enter(n, h);
      let count = 0;
      for (;;) {
        runAll(testing, n, h);
        if (n[condition] === 0) break;
        this.#tick(op);
        pass(n, h);
        runAll(steps, n, h);
        round(n, h);
        count++;
      }
      leave(n, h);
      n[trips] = count;
    };
  }

  #if(op: OpOf<"if">): Step {
    const condition = op.args[0]!.id;
    const [then, otherwise] = op.regions.map((region) => [
      ...this.#steps(region),
      moves(region.yields, op.results),
    ]) as [Step[], Step[]];
    return (n, h) => runAll(n[condition] === 0 ? otherwise : then, n, h);
  }

  #callOf(op: OpOf<"call">): Step {
    const { callee } = op.attr;
    return (n, h) => {
      this.#tick(op);
      const args = op.args.map((v) => (isNumber(v) ? n[v.id] : h[v.id]));
      const results = this.#call(this.#code(callee), args);
      op.results.forEach((v, i) => {
        if (isNumber(v)) n[v.id] = results[i] as number;
        else h[v.id] = results[i];
      });
    };
  }
}

/** Operations without regions. Where an array is accessed, its own condition is checked: a breach is the program's fault. */
function simple(op: Op): Step {
  const [x, y, z] = op.args.map((v) => v.id) as [number, number, number];
  const d = op.results[0]?.id ?? -1;
  const array = (h: Handles, id: number): Float64Array => h[id] as Float64Array;
  const element = (a: Float64Array, i: number): number => {
    if (i >= 0 && i < a.length) return i;
    throw illegal(`element ${i} of an array of ${a.length} in ${op.kind}`);
  };
  switch (op.kind) {
    case "constant": {
      const { attr } = op;
      return (n) => void (n[d] = attr);
    }
    case "data": {
      const { attr } = op;
      return (_, h) => void (h[d] = attr);
    }
    case "primitive":
      return applied(op, op.attr);
    case "select":
      return isNumber(op.results[0]!)
        ? (n) => void (n[d] = n[x] === 0 ? n[z]! : n[y]!)
        : (n, h) => void (h[d] = n[x] === 0 ? h[z] : h[y]);
    case "f64.index": {
      const { name } = op.attr;
      return (n) => {
        const i = n[x]!;
        if (i !== (i | 0)) throw notAnIndex(name, i, op.loc);
        n[d] = i | 0;
      };
    }
    case "allocate":
      return (n, h) => {
        if (n[x]! < 0) throw illegal(`an array of ${n[x]} elements`);
        h[d] = new Float64Array(n[x]!);
      };
    case "length":
      return (n, h) => void (n[d] = array(h, x).length);
    case "load":
      return (n, h) => {
        const a = array(h, x);
        n[d] = a[element(a, n[y]!)]!;
      };
    case "store":
      return (n, h) => {
        const a = array(h, x);
        a[element(a, n[y]!)] = n[z]!;
      };
    case "accumulate":
      return (n, h) => {
        const a = array(h, x);
        const i = element(a, n[y]!);
        a[i] = a[i]! + n[z]!;
      };
    case "fill":
      return (n, h) => void array(h, x).fill(n[y]!);
    case "copy":
      return (_, h) => {
        if (array(h, y).length > array(h, x).length) throw illegal("a copy that does not fit");
        array(h, x).set(array(h, y));
      };
    case "subarray":
      return (n, h) => {
        const a = array(h, x);
        const [lo, hi] = [n[y]!, n[z]!];
        if (!(lo >= 0 && lo <= hi && hi <= a.length)) throw illegal(`elements ${lo} to ${hi} of ${a.length}`);
        h[d] = a.subarray(lo, hi);
      };
    case "bound": {
      const { name } = op.attr;
      return (n, h) => {
        const { length } = array(h, y);
        const i = n[x]!;
        if (!(i >= 0 && i < length)) throw indexOutOfRange(name, i, length, op.loc);
      };
    }
    case "fail":
      return (n, h) => {
        const values = op.args.map((v) => (isNumber(v) ? n[v.id] : h[v.id]));
        throw failure(op.attr, values, op.loc);
      };
    case "external":
      return external(op);
    case "tape.allocate": {
      const { slots, growable } = op.attr;
      return (n, h) => void (h[d] = new Tape(slots, growable ? Infinity : n[x]!));
    }
    case "tape.store": {
      const { slot } = op.attr;
      return isNumber(op.args[2]!)
        ? (n, h) => (h[x] as Tape).store(n[y]!, slot, n[z]!)
        : (n, h) => (h[x] as Tape).store(n[y]!, slot, h[z]);
    }
    case "tape.load": {
      const { slot } = op.attr;
      return isNumber(op.results[0]!)
        ? (n, h) => void (n[d] = (h[x] as Tape).load(n[y]!, slot) as number)
        : (n, h) => void (h[d] = (h[x] as Tape).load(n[y]!, slot));
    }
    // Scratch memory is JavaScript's own here, which collects what nobody uses any more.
    case "mark":
      return (n) => void (n[d] = 0);
    case "reset":
      return nothing;
    case "i32.add":
      return (n) => void (n[d] = (n[x]! + n[y]!) | 0);
    case "i32.lt":
      return (n) => void (n[d] = n[x]! < n[y]! ? 1 : 0);
    default:
      return pure(op, kinds[op.kind].evaluate!);
  }
}

/** An operation that is its `evaluate`. */
function pure(op: Op, evaluate: (...args: number[]) => number): Step {
  const [x, y] = op.args.map((v) => v.id) as [number, number];
  const d = op.results[0]!.id;
  if (op.args.length === 1) return (n) => void (n[d] = evaluate(n[x]!));
  if (op.args.length === 2) return (n) => void (n[d] = evaluate(n[x]!, n[y]!));
  const ids = op.args.map((v) => v.id);
  return (n) => void (n[d] = evaluate(...ids.map((id) => n[id]!)));
}

function applied(op: Op, f: PrimitiveBase): Step {
  const [x, y] = op.args.map((v) => v.id) as [number, number];
  const d = op.results[0]!.id;
  if (f.arity === undefined) {
    const list = f.evaluate as unknown as (list: readonly number[]) => number;
    const ids = op.args.map((v) => v.id);
    return (n) => void (n[d] = list(ids.map((id) => n[id]!)));
  }
  // The four that most programs consist of are spared the call.
  switch (f.id) {
    case "add":
      return (n) => void (n[d] = n[x]! + n[y]!);
    case "sub":
      return (n) => void (n[d] = n[x]! - n[y]!);
    case "mul":
      return (n) => void (n[d] = n[x]! * n[y]!);
    case "div":
      return (n) => void (n[d] = n[x]! / n[y]!);
    default:
      return pure(op, f.evaluate);
  }
}

function external(op: OpOf<"external">): Step {
  const { function: f, half } = op.attr;
  const ids = op.args.map((v) => v.id);
  if (half === "forward") {
    const d = op.results[0]!.id;
    return (n) =>
      void (n[d] = Number(
        evaluate(
          f,
          ids.map((id) => n[id]!),
        ),
      ));
  }
  const cotangent = ids.pop()!;
  return (n) => {
    const ctx = new Context();
    evaluate(
      f,
      ids.map((id) => n[id]!),
      ctx,
    );
    const derivatives = backward(f, ctx, ids.length, n[cotangent]!);
    op.results.forEach((v, i) => (n[v.id] = Number(derivatives[i])));
  };
}

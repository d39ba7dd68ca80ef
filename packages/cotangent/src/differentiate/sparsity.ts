/**
 * Which outputs of a program depend on which inputs, read off the program: it is run with sets of inputs in the place of
 * numbers. Integers, and numbers that are not differentiated by, keep their values, so that loops and indices go as they
 * will; where the course of the program itself depends on the inputs, there is no pattern.
 */
import { where } from "../primitives/index.ts";
import { kinds } from "../program/ir.ts";
import type { Func, Op, Program, Region } from "../program/ir.ts";

/** Which columns of each row of a matrix may be other than zero. */
export interface Pattern {
  readonly columns: number;
  /** For each row its columns, ascending. */
  readonly rows: readonly (readonly number[])[];
}

/** The inputs that a number depends on, ascending; `all` where there are too many to tell. */
type Inputs = readonly number[] | "all";

const NONE: Inputs = [];
/** Beyond this, a number is taken to depend on everything. */
const MOST = 1024;

function union(x: Inputs, y: Inputs): Inputs {
  if (x === y || y.length === 0) return x;
  if (x.length === 0) return y;
  if (x === "all" || y === "all") return "all";
  const merged: number[] = [];
  let [i, j] = [0, 0];
  while (i < x.length || j < y.length) {
    const next = Math.min(x[i] ?? Infinity, y[j] ?? Infinity);
    merged.push(next);
    if (x[i] === next) i++;
    if (y[j] === next) j++;
  }
  if (merged.length === x.length) return x;
  if (merged.length === y.length) return y;
  return merged.length > MOST ? "all" : merged;
}

/** A number: its value, where that does not depend on the inputs, and the inputs it depends on. */
interface Num {
  readonly value: number | undefined;
  readonly inputs: Inputs;
}
/** Part of a block of numbers. */
interface Block {
  readonly elements: Num[];
  readonly from: number;
  readonly to: number;
}
/** Records, slot by slot. */
type Records = Map<number, Datum>[];
type Datum = Num | Block | Records;

const known = (value: number): Num => ({ value, inputs: NONE });
const ZERO: Num = known(0);

/** The program's course depends on its inputs. */
class NoPattern extends Error {}

export interface SparsityOptions {
  readonly wrt: readonly number[];
  readonly of: readonly number[];
  readonly outParameters: readonly number[];
}

/**
 * The pattern of the Jacobian for arguments such as these (of arrays by which is differentiated, only the lengths are
 * looked at). Undefined where the program's course depends on its inputs.
 *
 * @param steps how many operations may be run at most; beyond, there is no pattern either
 */
export function sparsity(
  program: Program,
  args: readonly (number | Float64Array)[],
  { wrt, of, outParameters }: SparsityOptions,
  steps = 1e7,
): Pattern | undefined {
  let columns = 0;
  const input = (): Num => ({ value: undefined, inputs: [columns++] });
  const given = args.map((x, i): Datum => {
    const asked = wrt.includes(i);
    if (typeof x === "number") return asked ? input() : known(x);
    return { elements: Array.from(x, (xj) => (asked ? input() : known(xj))), from: 0, to: x.length };
  });
  let results: Datum[];
  try {
    results = new Course(program, steps).run(program.functions[0]!, given);
  } catch (error) {
    if (error instanceof NoPattern) return undefined;
    throw error;
  }
  const outputs = [...of.map((k) => results[k]!), ...outParameters.map((i) => given[i]!)];
  const everything = Array.from({ length: columns }, (_, j) => j);
  const rows = outputs.flatMap(numbersOf).map(({ inputs }) => (inputs === "all" ? everything : inputs));
  return { columns, rows };
}

const isNum = (x: Datum): x is Num => "inputs" in x;
const numbersOf = (x: Datum): readonly Num[] =>
  isNum(x) ? [x] : Array.isArray(x) ? [] : x.elements.slice(x.from, x.to);

class Course {
  readonly #functions: ReadonlyMap<string, Func>;
  #left: number;
  /** How many conditions around here depend on the inputs: nothing may be written there. */
  #undecided = 0;

  constructor(program: Program, steps: number) {
    this.#functions = new Map(program.functions.map((f) => [f.name, f]));
    this.#left = steps;
  }

  run(f: Func, args: readonly Datum[]): Datum[] {
    const frame: Datum[] = [];
    return this.#region(f.body, args, frame);
  }

  #region(region: Region, args: readonly Datum[], frame: Datum[]): Datum[] {
    region.args.forEach((v, i) => (frame[v.id] = args[i]!));
    for (const op of region.ops) {
      if (--this.#left < 0) throw new NoPattern();
      this.#op(op, frame).forEach((x, i) => (frame[op.results[i]!.id] = x));
    }
    return region.yields.map((v) => frame[v.id]!);
  }

  #op(op: Op, frame: Datum[]): Datum[] {
    const data = op.args.map((v) => frame[v.id]!);
    const num = (i: number): Num => data[i] as Num;
    const block = (i: number): Block => data[i] as Block;
    switch (op.kind) {
      case "constant":
        return [known(op.attr)];
      case "data":
        return [{ elements: Array.from(op.attr, known), from: 0, to: op.attr.length }];
      case "primitive":
        return [
          this.#apply(op.attr.flat, op.attr === where, data as Num[], (...x) =>
            op.attr.arity === undefined
              ? (op.attr.evaluate as unknown as (list: number[]) => number)(x)
              : op.attr.evaluate(...x),
          ),
        ];
      case "select":
        if (num(0).value !== undefined) return [num(0).value === 0 ? data[2]! : data[1]!];
        if (!isNum(data[1]!)) throw new NoPattern();
        return [{ value: undefined, inputs: union(num(1).inputs, num(2).inputs) }];
      case "f64.index":
        return [{ value: num(0).value, inputs: NONE }];
      case "allocate": {
        const n = certain(num(0));
        return [{ elements: Array.from({ length: n }, () => ZERO), from: 0, to: n }];
      }
      case "length":
        return [known(block(0).to - block(0).from)];
      case "load":
        return [this.#load(block(0), num(1).value)];
      case "store":
        return this.#write(block(0), num(1).value, () => num(2));
      case "accumulate":
        return this.#write(block(0), num(1).value, (old) =>
          this.#apply(false, false, [old, num(2)], (x, y) => x + y),
        );
      case "fill": {
        const { elements, from, to } = this.#writable(block(0));
        elements.fill(num(1), from, to);
        return [];
      }
      case "copy": {
        const source = numbersOf(block(1));
        const { elements, from } = this.#writable(block(0));
        source.forEach((x, j) => (elements[from + j] = x));
        return [];
      }
      case "subarray": {
        const { elements, from } = block(0);
        return [{ elements, from: from + certain(num(1)), to: from + certain(num(2)) }];
      }
      case "tape.allocate":
        return [op.attr.slots.map(() => new Map<number, Datum>())];
      case "tape.store":
        if (this.#undecided > 0) throw new NoPattern();
        (data[0] as Records)[op.attr.slot]!.set(certain(num(1)), data[2]!);
        return [];
      case "tape.load":
        return [(data[0] as Records)[op.attr.slot]!.get(certain(num(1)))!];
      case "mark":
        return [ZERO];
      case "bound":
      case "fail":
      case "reset":
        return [];
      case "external":
        return op.results.map(() => this.#apply(false, false, data as Num[], () => Number.NaN));
      case "call":
        return this.run(this.#functions.get(op.attr.callee)!, data);
      case "if":
        return this.#if(op, num(0), frame);
      case "for": {
        const [lo, hi] = [certain(num(0)), certain(num(1))];
        const { step } = op.attr;
        let carries = data.slice(2);
        for (let i = lo; step > 0 ? i < hi : i > hi; i += step) {
          carries = this.#region(op.regions[0]!, [known(i), ...carries], frame);
        }
        return carries;
      }
      case "while": {
        let carries: Datum[] = data;
        let trips = 0;
        for (; certain(this.#region(op.regions[0]!, carries, frame)[0] as Num) !== 0; trips++) {
          carries = this.#region(op.regions[1]!, carries, frame);
        }
        return [...carries, known(trips)];
      }
      default: {
        const { evaluate } = kinds[op.kind];
        return [this.#apply(op.results[0]!.ty === "i32", false, data as Num[], evaluate!)];
      }
    }
  }

  /** A function of numbers; `flat` where nothing differentiable goes through. */
  #apply(flat: boolean, chooses: boolean, args: readonly Num[], evaluate: (...x: number[]) => number): Num {
    if (chooses && args[0]!.value !== undefined) return args[0]!.value ? args[1]! : args[2]!;
    const differentiable = chooses ? args.slice(1) : args;
    const inputs = flat ? NONE : differentiable.reduce<Inputs>((all, x) => union(all, x.inputs), NONE);
    const values = args.map((x) => x.value);
    const value = values.includes(undefined) ? undefined : evaluate(...(values as number[]));
    return { value, inputs };
  }

  #load({ elements, from, to }: Block, i: number | undefined): Num {
    if (i !== undefined) return elements[from + i] ?? { value: undefined, inputs: NONE };
    let inputs = NONE;
    for (let j = from; j < to; j++) inputs = union(inputs, elements[j]!.inputs);
    return { value: undefined, inputs };
  }

  #writable(block: Block): Block {
    if (this.#undecided > 0) throw new NoPattern();
    return block;
  }

  #write(block: Block, i: number | undefined, make: (old: Num) => Num): [] {
    const { elements, from, to } = this.#writable(block);
    if (i !== undefined) {
      elements[from + i] = make(elements[from + i]!);
      return [];
    }
    // Somewhere: every element may have become this.
    for (let j = from; j < to; j++) {
      const old = elements[j]!;
      elements[j] = { value: undefined, inputs: union(old.inputs, make(old).inputs) };
    }
    return [];
  }

  #if(op: Op, condition: Num, frame: Datum[]): Datum[] {
    const [then, otherwise] = op.regions as [Region, Region];
    if (condition.value !== undefined)
      return this.#region(condition.value === 0 ? otherwise : then, [], frame);
    this.#undecided++;
    const [xs, ys] = [this.#region(then, [], frame), this.#region(otherwise, [], frame)];
    this.#undecided--;
    return xs.map((x, k) => {
      const y = ys[k]!;
      if (!isNum(x) || !isNum(y)) throw new NoPattern();
      return { value: undefined, inputs: union(x.inputs, y.inputs) };
    });
  }
}

/** A value on which the course depends. */
function certain({ value }: Num): number {
  if (value === undefined) throw new NoPattern();
  return value;
}

/**
 * Colours for the columns, so that columns of one colour have no row in common: their derivatives can be had by one pass.
 * Greedy, in the given order; optimal for banded and block patterns.
 * After A. Curtis, M. Powell and J. Reid, "On the estimation of sparse Jacobian matrices" (1974).
 */
export function colour({ columns, rows }: Pattern): { colours: Int32Array; count: number } {
  const rowsOf: number[][] = Array.from({ length: columns }, () => []);
  rows.forEach((row, i) => row.forEach((j) => rowsOf[j]!.push(i)));
  const colours = new Int32Array(columns).fill(-1);
  let count = 0;
  // By colour: the last column that it was forbidden to.
  const forbidden: number[] = [];
  for (let j = 0; j < columns; j++) {
    for (const i of rowsOf[j]!) for (const other of rows[i]!) if (other < j) forbidden[colours[other]!] = j;
    let c = 0;
    while (forbidden[c] === j) c++;
    colours[j] = c;
    count = Math.max(count, c + 1);
  }
  return { colours, count };
}

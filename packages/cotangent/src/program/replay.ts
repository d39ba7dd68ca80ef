/**
 * Runs programs on Reals, one operation after the other: whoever watches the arguments (a Scalar's history, say) then sees
 * every primitive that was applied, loops unrolled, and only the branches that were taken.
 */
import { add, mul, sub } from "../primitives/arithmetic.ts";
import { apply, linearize, pullback, value } from "../real/real.ts";
import type { Real } from "../real/real.ts";
import { failure, indexOutOfRange, notAnIndex, outOfSteps } from "./faults.ts";
import { kinds } from "./ir.ts";
import type { Func, Op, OpOf, Program, Region, Value } from "./ir.ts";

export interface ReplayOptions {
  /** How many operations are allowed; `out-of-steps` is thrown beyond. Default: 1,000,000. */
  readonly steps?: number;
  /** Told of each number that the user gave a name to, when it is computed. */
  readonly onNamed?: (x: Real, name: string) => void;
}

/** What a value of a program is here: a number that may be watched, or the elements of an array. */
export type Watched = Real | readonly Real[];

/**
 * The results of the program's entry at these arguments, one per parameter. Arrays that the program writes to are those passed.
 * @throws AdError `out-of-steps`, and what the program itself throws
 */
export function replay(
  program: Program,
  args: readonly Watched[],
  options: ReplayOptions = {},
): readonly Watched[] {
  const player = new Player(program, options);
  const results = player.call(
    program.functions[0]!,
    args.map((x) => (isList(x) ? new Block(x as Real[], 0, x.length) : x)),
  );
  return results.map((x) => (x instanceof Block ? x.elements() : (x as Real)));
}

const isList = (x: Watched): x is readonly Real[] => Array.isArray(x);

/** A part of an array, in place. */
class Block {
  readonly all: Real[];
  readonly from: number;
  readonly length: number;

  constructor(all: Real[], from: number, length: number) {
    this.all = all;
    this.from = from;
    this.length = length;
  }

  elements(): Real[] {
    return this.all.slice(this.from, this.from + this.length);
  }
}

/** Records of reverse mode, by slot. */
type Tape = readonly unknown[][];

/** Reals for f64, plain numbers for i32, Blocks and Tapes for handles. */
type Known = unknown[];

class Player {
  readonly #functions: ReadonlyMap<string, Func>;
  readonly #limit: number;
  readonly #onNamed: ((x: Real, name: string) => void) | undefined;
  #left: number;

  constructor(program: Program, { steps = 1_000_000, onNamed }: ReplayOptions) {
    this.#functions = new Map(program.functions.map((f) => [f.name, f]));
    this.#limit = this.#left = steps;
    this.#onNamed = onNamed;
  }

  call(f: Func, args: readonly unknown[]): unknown[] {
    const known: Known = [];
    f.body.args.forEach((v, i) => (known[v.id] = args[i]));
    return this.#run(f.body, known);
  }

  /** Runs a region whose arguments are known; what it yields. */
  #run(region: Region, known: Known): unknown[] {
    for (const op of region.ops) {
      if (--this.#left < 0) throw outOfSteps(this.#limit, op, "operations");
      const results = this.#step(op, known);
      op.results.forEach((v, i) => {
        known[v.id] = results[i];
        if (v.name !== undefined && v.ty === "f64") this.#onNamed?.(results[i] as Real, v.name);
      });
    }
    return region.yields.map((v) => known[v.id]);
  }

  #enter(region: Region, args: readonly unknown[], known: Known): unknown[] {
    region.args.forEach((v, i) => (known[v.id] = args[i]));
    return this.#run(region, known);
  }

  #step(op: Op, known: Known): readonly unknown[] {
    const args = op.args.map((v) => known[v.id]);
    switch (op.kind) {
      case "for":
        return this.#for(op, args, known);
      case "while":
        return this.#while(op, args, known);
      case "if":
        return this.#enter(op.regions[args[0] === 0 ? 1 : 0]!, [], known);
      case "call":
        return this.call(this.#functions.get(op.attr.callee)!, args);
      default:
        return simple(op, args);
    }
  }

  #for(op: OpOf<"for">, [lo, hi, ...first]: readonly unknown[], known: Known): readonly unknown[] {
    const { step } = op.attr;
    let carries: readonly unknown[] = first;
    const end = hi as number;
    for (let i = lo as number; step > 0 ? i < end : i > end; i += step) {
      if (--this.#left < 0) throw outOfSteps(this.#limit, op, "operations");
      carries = this.#enter(op.regions[0]!, [i, ...carries], known);
    }
    return carries;
  }

  #while(op: OpOf<"while">, first: readonly unknown[], known: Known): readonly unknown[] {
    const [test, body] = op.regions as readonly [Region, Region];
    let carries = first;
    let trips = 0;
    while (this.#enter(test, carries, known)[0] !== 0) {
      if (--this.#left < 0) throw outOfSteps(this.#limit, op, "operations");
      carries = this.#enter(body, carries, known);
      trips++;
    }
    return [...carries, trips];
  }
}

const plain = (v: Value, x: unknown): number => (v.ty === "f64" ? value(x as Real) : (x as number));

/** Operations without regions. */
function simple(op: Op, args: readonly unknown[]): readonly unknown[] {
  const [x, y, z] = args;
  const block = x as Block;
  const reals = args as readonly Real[];
  switch (op.kind) {
    case "constant":
      return [op.attr];
    case "data":
      return [new Block([...op.attr], 0, op.attr.length)];
    case "primitive":
      return [apply(op.attr, reals)];
    case "select":
      return [x === 0 ? z : y];
    case "f64.rem": {
      // x − trunc(x/y)·y has the derivatives of x % y. Numbers have its value, too, without rounding.
      if (typeof x === "number" && typeof y === "number") return [x % y];
      const quotient = Math.trunc(value(reals[0]!) / value(reals[1]!));
      return [sub(reals[0]!, mul(quotient, reals[1]!))];
    }
    case "f64.index": {
      const i = value(reals[0]!);
      if (i !== (i | 0)) throw notAnIndex(op.attr.name, i, op.loc);
      return [i | 0];
    }
    case "external": {
      const { function: f, half } = op.attr;
      if (half === "forward") return [apply(f, reals)];
      const inputs = reals.slice(0, -1);
      const [, context] = f[linearize](inputs, true);
      return f[pullback](context, inputs.length, reals.at(-1)!);
    }
    case "fail":
      throw failure(
        op.attr,
        op.args.map((v, i) => plain(v, args[i])),
        op.loc,
      );
    case "allocate":
      return [
        new Block(
          Array.from({ length: x as number }, (): Real => 0),
          0,
          x as number,
        ),
      ];
    case "length":
      return [block.length];
    case "load":
      return [block.all[block.from + (y as number)]];
    case "store":
      block.all[block.from + (y as number)] = z as Real;
      return [];
    case "accumulate": {
      const i = block.from + (y as number);
      block.all[i] = add(block.all[i]!, z as Real);
      return [];
    }
    case "fill":
      block.all.fill(y as Real, block.from, block.from + block.length);
      return [];
    case "copy":
      (y as Block).elements().forEach((element, i) => (block.all[block.from + i] = element));
      return [];
    case "subarray":
      return [new Block(block.all, block.from + (y as number), (z as number) - (y as number))];
    case "bound": {
      const { length } = y as Block;
      const i = x as number;
      if (!(i >= 0 && i < length)) throw indexOutOfRange(op.attr.name, i, length, op.loc);
      return [];
    }
    case "tape.allocate":
      return [op.attr.slots.map((): unknown[] => [])];
    case "tape.store":
      (x as Tape)[op.attr.slot]![y as number] = z;
      return [];
    case "tape.load":
      return [(x as Tape)[op.attr.slot]![y as number]];
    case "mark":
      return [0];
    case "reset":
      return [];
    default: {
      const evaluate = kinds[op.kind].evaluate!;
      return [evaluate(...op.args.map((v, i) => plain(v, args[i])))];
    }
  }
}

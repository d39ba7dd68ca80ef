/**
 * Long loops on request: in place of a record of every iteration, reverse mode keeps the state at the beginning of every
 * segment of some √n iterations, and runs a segment once more, recording, when it comes to it on the way back. Memory is
 * O(√n), time one more forward sweep (A. Griewank, "Achieving logarithmic growth of temporal and spatial complexity in
 * reverse automatic differentiation", Optimization Methods and Software 1, 1992; here with two levels).
 *
 * This pass makes such a segment a function of its own, which `reverse` then treats specially.
 */
import { ceil, sqrt } from "../primitives/index.ts";
import { Builder, buildFunction } from "../program/builder.ts";
import { Copy } from "../program/copy.ts";
import { kinds, someOp } from "../program/ir.ts";
import type { Func, Op, OpOf, Program, Region, Ty, Value } from "../program/ir.ts";
import { tripCount } from "./indices.ts";
import { isMemory } from "./places.ts";
import { privateSpace } from "./private.ts";
import type { Moves } from "./private.ts";

export interface Checkpointed {
  readonly program: Program;
  /** The names of the functions that are segments. */
  readonly segments: ReadonlySet<string>;
}

/** Makes the segments of all loops that ask for it functions; and sees to it that no condition of a loop changes memory. */
export function cutSegments(program: Program): Checkpointed {
  const moves = privateSpace(program);
  if (moves.size === 0 && !program.functions.some((f) => asks(f.body)))
    return { program, segments: new Set() };
  const cutter = new Cutter(program, moves);
  return { program: { functions: cutter.all() }, segments: cutter.segments };
}

/** Whether a loop wants checkpoints, and can have them: its state must be copied, so it may not carry handles. */
const wants = (op: Op): op is OpOf<"for"> | OpOf<"while"> =>
  (op.kind === "for" || op.kind === "while") && op.attr.checkpoint === true && !op.results.some(isMemory);

/** Whether the condition of a loop changes memory: it has a way back, too. */
const rotates = (op: Op): op is OpOf<"while"> => op.kind === "while" && writes(op.regions[0]!);
const writes = (region: Region): boolean =>
  someOp(region, (op) => ["writes", "calls"].includes(kinds[op.kind].effect));

const asks = (region: Region): boolean => someOp(region, (op) => wants(op) || rotates(op));

class Cutter {
  readonly segments: Set<string> = new Set();
  readonly moves: Moves;
  readonly #program: Program;
  readonly #names: Set<string>;
  readonly #made: Func[] = [];

  constructor(program: Program, moves: Moves) {
    this.#program = program;
    this.moves = moves;
    this.#names = new Set(program.functions.map((f) => f.name));
  }

  all(): Func[] {
    const functions = this.#program.functions.map((f) => {
      const write = (b: Builder, args: readonly Value[]): readonly Value[] => {
        const copy = new Segmented(this, f.name, b);
        return copy.region(f.body, args);
      };
      return buildFunction(f.name, f.params, write, { pullback: f.pullback });
    });
    return [...functions, ...this.#made];
  }

  /** A new function, from the numbers of `own` types and the free values of a loop. */
  segment(
    stem: string,
    own: readonly Ty[],
    free: readonly Value[],
    write: (copy: Segmented, own: readonly Value[]) => readonly Value[],
  ): string {
    let name = `${stem}_segment`;
    for (let n = 2; this.#names.has(name); n++) name = `${stem}_segment${n}`;
    this.#names.add(name);
    this.segments.add(name);
    const params = [
      ...own.map((ty, i) => ({ name: `s${i}`, ty })),
      ...free.map((v, i) => ({ name: v.name ?? `free${i}`, ty: v.ty })),
    ];
    const made = buildFunction(name, params, (b, args) => {
      const copy = new Segmented(this, stem, b);
      free.forEach((v, i) => copy.values.set(v, args[own.length + i]!));
      return write(copy, args.slice(0, own.length));
    });
    this.#made.push(made);
    return name;
  }
}

/** Rewrites a function, with its segments called. */
class Segmented extends Copy {
  readonly #cutter: Cutter;
  readonly #stem: string;

  constructor(cutter: Cutter, stem: string, b: Builder) {
    super(b);
    this.#cutter = cutter;
    this.#stem = stem;
  }

  override region(region: Region, args: readonly Value[]): readonly Value[] {
    // The block outside stays for what only asks how long it is.
    const own = this.#cutter.moves.get(region) ?? [];
    const outside = own.map((op) => this.values.get(op.results[0]!)!);
    for (const op of own) this.plain(op);
    const yields = super.region(region, args);
    own.forEach((op, i) => this.values.set(op.results[0]!, outside[i]!));
    return yields;
  }

  protected override op(op: Op): void {
    if (rotates(op)) this.#rotate(op);
    else if (!wants(op)) this.plain(op);
    else if (op.kind === "for") this.#for(op);
    else this.#while(op);
  }

  /** The condition is computed before the loop, and at the end of its body, where it is like all else. */
  #rotate(op: OpOf<"while">): void {
    const { b } = this;
    const [test, body] = op.regions as [Region, Region];
    const inits = this.args(op);
    const results = b.while(
      [...inits, this.region(test, inits)[0]!],
      (carries) => carries.at(-1)!,
      (carries) => {
        const next = this.region(body, carries.slice(0, -1));
        return [...next, this.region(test, next)[0]!];
      },
    );
    op.results.forEach((v, i) => this.bind(v, i < inits.length ? results[i]! : results.at(-1)!));
  }

  /** As many segments as each has iterations: ⌈√n⌉ of the n. */
  #for(op: OpOf<"for">): void {
    const { b } = this;
    const [body] = op.regions as [Region];
    const [lo, hi, ...inits] = this.args(op) as [Value, Value, ...Value[]];
    const { step } = op.attr;
    const free = freeIn(body);
    const name = this.#cutter.segment(
      this.#stem,
      ["i32", "i32", ...inits.map((v) => v.ty)],
      free,
      (copy, args) => {
        const [from, to, ...carries] = args as [Value, Value, ...Value[]];
        return copy.b.for(from, to, carries, (i, values) => copy.region(body, [i, ...values]), {
          step,
        });
      },
    );
    const outside = free.map((v) => this.values.get(v)!);
    const number = (v: Value): Value => b.op("f64.fromI32", v);
    const n = b.index(
      b.primitive(ceil, b.primitive(sqrt, number(b.op("i32.max", tripCount(b, lo, hi, step), b.i32(0))))),
      "n",
    );
    const stride = b.op("i32.mul", n, b.i32(step));
    const closer = step > 0 ? "i32.min" : "i32.max";
    const results = b.for(b.i32(0), n, inits, (s, carries) => {
      const from = b.op("i32.add", lo, b.op("i32.mul", s, stride));
      const to = b.op(closer, b.op("i32.add", from, stride), hi);
      const types = carries.map((v) => v.ty);
      return b.call(name, [from, to, ...carries, ...outside], types);
    });
    op.results.forEach((v, i) => this.bind(v, results[i]!));
  }

  /** Where nobody knows n, the segments grow: the s-th has s + FIRST iterations, so that there are O(√n) of O(√n). */
  #while(op: OpOf<"while">): void {
    const { b } = this;
    const [test, body] = op.regions as [Region, Region];
    const inits = this.args(op);
    const free = [...new Set([...freeIn(test), ...freeIn(body)])];
    const types = inits.map((v) => v.ty);
    const name = this.#cutter.segment(this.#stem, ["i32", ...types], free, (copy, [limit, ...carries]) => {
      const inner = copy.b;
      return inner.while(
        [...carries, inner.i32(0)],
        (values) => {
          const [more] = copy.region(test, values.slice(0, -1));
          const truth = inner.op("i32.ne", more!, inner.i32(0));
          return inner.op("i32.and", inner.op("i32.lt", values.at(-1)!, limit!), truth);
        },
        (values) => {
          const next = copy.region(body, values.slice(0, -1));
          return [...next, inner.op("i32.add", values.at(-1)!, inner.i32(1))];
        },
      );
    });
    const outside = free.map((v) => this.values.get(v)!);
    const results = b.while(
      [...inits, b.i32(FIRST_SEGMENT), b.i32(0), b.i32(1)],
      (carries) => carries.at(-1)!,
      (carries) => {
        const state = carries.slice(0, inits.length);
        const [limit, total] = carries.slice(inits.length) as [Value, Value];
        const after = b.call(name, [limit, ...state, ...outside], [...types, "i32", "i32"]);
        const trips = after.at(-1)!;
        return [
          ...after.slice(0, inits.length),
          b.op("i32.add", limit, b.i32(1)),
          b.op("i32.add", total, trips),
          b.op("i32.eq", trips, limit),
        ];
      },
    );
    op.results.forEach((v, i) => this.bind(v, i < inits.length ? results[i]! : results[inits.length + 1]!));
  }
}

const FIRST_SEGMENT = 8;

/** Values from outside that a region uses. */
function freeIn(region: Region): Value[] {
  const inside = new Set<Value>(region.args);
  const used = new Set<Value>();
  for (const op of region.ops) {
    for (const v of [...op.args, ...op.regions.flatMap(freeIn)]) used.add(v);
    for (const v of op.results) inside.add(v);
  }
  for (const v of region.yields) used.add(v);
  return [...used].filter((v) => !inside.has(v));
}

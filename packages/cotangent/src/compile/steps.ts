/** Programs that stop themselves: every iteration of a loop and every call is a step, and there is a limit. */
import { div, max, sub } from "../primitives/index.ts";
import { Builder, buildFunction } from "../program/builder.ts";
import { hasLoops, someOp } from "../program/ir.ts";
import type { Func, Op, OpOf, Program, Region, Value } from "../program/ir.ts";

/**
 * The same program, but it throws `out-of-steps`, naming the loop or the call, when it has taken `steps` steps. What remains is
 * kept in an array that all functions are handed. A loop that counts is charged before it begins, so that its body stays as it
 * is; what is vectorised remains so.
 */
export function limitSteps(program: Program, steps: number): Program {
  const [entry, ...rest] = program.functions;
  if (!hasLoops(program) && !calls(program)) return program;
  const params = (f: Func): Func["params"] => [...f.params, { name: "steps", ty: "array", noalias: true }];
  const limited = (f: Func, isEntry: boolean): Func =>
    buildFunction(
      f.name,
      isEntry ? f.params : params(f),
      (b, args) => {
        let left = args.at(-1)!;
        if (isEntry) {
          left = b.allocate(b.i32(1));
          b.store(left, b.i32(0), b.f64(steps));
        }
        return new Copy(b, left, steps).region(f.body, args);
      },
      { pullback: f.pullback },
    );
  // The entry may be called, too.
  const own = calls(program, entry!.name) ? [limited(entry!, false)] : [];
  if (own.length === 0) return { functions: [limited(entry!, true), ...rest.map((f) => limited(f, false))] };
  const start = buildFunction(`${entry!.name}_start`, entry!.params, (b, args) => {
    const left = b.allocate(b.i32(1));
    b.store(left, b.i32(0), b.f64(steps));
    return b.call(entry!.name, [...args, left], entry!.results);
  });
  return { functions: [start, ...own, ...rest.map((f) => limited(f, false))] };
}

/** Whether some function of a program calls any, or that of this name. */
const calls = ({ functions }: Program, name?: string): boolean =>
  functions.some((f) =>
    someOp(f.body, (op) => op.kind === "call" && (name ?? op.attr.callee) === op.attr.callee),
  );

/** Writes the operations of a function again, with the counting in between. */
class Copy {
  readonly #b: Builder;
  /** An array of one: how many steps are left. */
  readonly #left: Value;
  readonly #limit: number;
  readonly #values = new Map<Value, Value>();

  constructor(b: Builder, left: Value, limit: number) {
    this.#b = b;
    this.#left = left;
    this.#limit = limit;
  }

  region(region: Region, args: readonly Value[]): readonly Value[] {
    region.args.forEach((v, i) => this.#bind(v, args[i]!));
    for (const op of region.ops) this.#op(op);
    return region.yields.map((v) => this.#values.get(v)!);
  }

  #bind(v: Value, value: Value): void {
    this.#values.set(v, value);
    value.name ??= v.name;
  }

  #op(op: Op): void {
    const b = this.#b;
    b.loc = op.loc;
    const args = op.args.map((v) => this.#values.get(v)!);
    if (op.kind === "for") this.#charge(op, this.#trips(op, args));
    if (op.kind === "call") this.#charge(op, b.f64(1));
    const regions = op.regions.map((r, k) =>
      b.region(
        r.args.map((v) => v.ty),
        (...inner) => {
          b.loc = op.loc;
          if (op.kind === "while" && k === 1) this.#charge(op, b.f64(1));
          return this.region(r, inner);
        },
      ),
    );
    b.loc = op.loc;
    const types = op.results.map((v) => v.ty);
    const handed = op.kind === "call" ? [...args, this.#left] : args;
    const results = b.emit(op.kind, handed, op.attr, types, regions);
    op.results.forEach((v, i) => this.#bind(v, results[i]!));
  }

  /** How often a loop will run; a fraction too few where its step is not 1. */
  #trips({ attr }: OpOf<"for">, [lo, hi]: readonly Value[]): Value {
    const b = this.#b;
    const span = b.primitive(sub, b.op("f64.fromI32", hi!), b.op("f64.fromI32", lo!));
    return b.primitive(max, attr.step === 1 ? span : b.primitive(div, span, b.f64(attr.step)), b.f64(0));
  }

  #charge(op: Op, trips: Value): void {
    const b = this.#b;
    const first = b.i32(0);
    const left = b.primitive(sub, b.load(this.#left, first), trips);
    b.store(this.#left, first, left);
    b.if(b.op("f64.lt", left, b.f64(0)), () => {
      b.fail({
        code: "out-of-steps",
        message: `The program was stopped after ${this.#limit} loop iterations and calls, in ${op.kind === "call" ? "a call" : "a loop"}`,
        remedy: "Check that its loops end, or allow more steps.",
      });
      return [];
    });
  }
}

/** Programs that stop themselves: every iteration of a loop and every call is a step, and there is a limit. */
import { div, max, sub } from "../primitives/index.ts";
import { Builder, buildFunction } from "../program/builder.ts";
import { Copy } from "../program/copy.ts";
import { stopped } from "../program/faults.ts";
import { hasLoops, someOp } from "../program/ir.ts";
import type { Func, Op, OpOf, Program, Value } from "../program/ir.ts";

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
        return new Counted(b, left, steps).region(f.body, args);
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
class Counted extends Copy {
  /** An array of one: how many steps are left. */
  readonly #left: Value;
  readonly #limit: number;

  constructor(b: Builder, left: Value, limit: number) {
    super(b);
    this.#left = left;
    this.#limit = limit;
  }

  protected override op(op: Op): void {
    if (op.kind === "for") this.#charge(op, this.#trips(op));
    if (op.kind === "call") this.#charge(op, this.b.f64(1));
    this.plain(op);
  }

  protected override enter(op: Op, k: number): void {
    if (op.kind === "while" && k === 1) this.#charge(op, this.b.f64(1));
  }

  override args(op: Op): Value[] {
    const args = super.args(op);
    return op.kind === "call" ? [...args, this.#left] : args;
  }

  /** How often a loop will run; a fraction too few where its step is not 1. */
  #trips(op: OpOf<"for">): Value {
    const { b } = this;
    const [lo, hi] = this.args(op);
    const { step } = op.attr;
    const span = b.primitive(sub, b.op("f64.fromI32", hi!), b.op("f64.fromI32", lo!));
    return b.primitive(max, step === 1 ? span : b.primitive(div, span, b.f64(step)), b.f64(0));
  }

  #charge(op: Op, trips: Value): void {
    const { b } = this;
    const first = b.i32(0);
    const left = b.primitive(sub, b.load(this.#left, first), trips);
    b.store(this.#left, first, left);
    b.if(b.op("f64.lt", left, b.f64(0)), () => {
      b.fail(stopped(this.#limit, op.kind));
      return [];
    });
  }
}

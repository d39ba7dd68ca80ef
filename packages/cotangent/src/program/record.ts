/**
 * The recorder: a trace that writes a program. A function of Reals is run once, on variables without values, and what it
 * does to them is written down, in a straight line.
 */
import { backward, evaluate } from "../custom.ts";
import { AdError } from "../errors.ts";
import { stopGradient, sum } from "../primitives/index.ts";
import { Context, isPrimitive, nameOf, Traced } from "../real/real.ts";
import type { Differentiable, PrimitiveBase, Real, Trace, UserFunction } from "../real/real.ts";
import { Fluent } from "../traces/fluent.ts";
import { isRecording, nested } from "../traces/levels.ts";
import { Builder, buildFunction } from "./builder.ts";
import type { ParameterSpec } from "./builder.ts";
import type { Func, Program, Value } from "./ir.ts";
import { summed } from "./summation.ts";

/**
 * Runs `write` and returns the program it has written. `write` is given the entry's builder and parameters; it makes
 * variables of values by `recorder.variable`, runs functions of Reals on them, and takes the results back by
 * `recorder.valueOf`. Functions of the user's written on Reals become functions of the program, with a pullback made from
 * their `backward`; those written on plain numbers become `external` operations.
 *
 * @throws AdError `value-while-recording` where a variable's value is asked for (by a branch, say), `implicit-conversion`,
 * `escaped-variable`, `foreign-variable`
 */
export function record(
  name: string,
  params: readonly ParameterSpec[],
  write: (recorder: Recorder, b: Builder, args: readonly Value[]) => readonly Value[],
): Program {
  return nested((level) => {
    const recorder = new Recorder(level, name);
    try {
      return recorder.program(params, write);
    } finally {
      recorder.close();
    }
  });
}

/** A number that will be known when the program runs. */
class Variable extends Fluent<Variable> {
  readonly trace: Recorder;
  readonly value: Value;
  /** The function in which it is visible. */
  readonly home: Builder;

  constructor(trace: Recorder, value: Value, home: Builder) {
    super();
    this.trace = trace;
    this.value = value;
    this.home = home;
  }

  get primal(): Real {
    throw new AdError(
      "value-while-recording",
      `${this} was asked for its value, to branch on it or to keep it; but it has none while the function is being compiled.`,
      'Choose by where(lt(x, y), a, b), which is compiled with both sides; or mark the function "use grad" and write it with plain numbers.',
    );
  }

  override toString(): string {
    return `Variable(${this.value.name ?? this.value.id})`;
  }
}

/** The trace that writes a program. */
export class Recorder implements Trace {
  readonly level: number;
  readonly #name: string;
  #builder = new Builder();
  /** Those of the function that is being recorded. */
  #constants = new Map<number, Value>();
  #closed = false;
  /** What has become of the user's functions: a function of the program by name, or null if it is called from outside. */
  readonly #users = new Map<UserFunction, Map<number, string | null>>();
  readonly #functions: Func[] = [];
  readonly #names = new Set<string>();

  /** Made by {@link record}. */
  constructor(level: number, name: string) {
    this.level = level;
    this.#name = name;
  }

  program(params: readonly ParameterSpec[], write: Parameters<typeof record>[2]): Program {
    this.#names.add(this.#name);
    const builder = this.#builder;
    const entry = buildFunction(this.#name, params, (b, args) => write(this, b, args), { builder });
    return { functions: [entry, ...this.#functions] };
  }

  close(): void {
    this.#closed = true;
  }

  /** The variable that stands for an f64. */
  variable(value: Value): Real {
    return new Variable(this, value, this.#builder);
  }

  /** The f64 that a number or a variable stands for. */
  valueOf(x: Real): Value {
    if (typeof x === "number") return this.#constant(x);
    if (!(x instanceof Variable) || x.trace !== this) throw foreign(x);
    if (this.#closed || x.home !== this.#builder) throw escaped(x);
    return x.value;
  }

  /** Each constant is written once. */
  #constant(x: number): Value {
    // A map takes -0 for 0.
    if (Object.is(x, -0)) return this.#builder.f64(x);
    let value = this.#constants.get(x);
    if (value === undefined) this.#constants.set(x, (value = this.#builder.f64(x)));
    return value;
  }

  apply(f: Differentiable, args: readonly Real[]): Real {
    if (this.#closed) throw escaped(args.find((x) => x instanceof Variable));
    const values = args.map((x) => this.valueOf(x));
    const result = !isPrimitive(f)
      ? this.#user(f, values)
      : f === sum && values.length > FEW
        ? summed(this.#builder, this.#constant(0), values)
        : this.#builder.emit("primitive", values, f)[0]!;
    // Under noGrad, what is computed counts as constant.
    return this.variable(isRecording(this.level) ? result : this.#builder.primitive(stopGradient, result));
  }

  /** The same for one or two arguments, where all is as it should be. */
  applyFew(f: PrimitiveBase, x: Real, y: Real | undefined): Real | undefined {
    if (this.#closed || !isRecording(this.level)) return undefined;
    if (!this.#isOwn(x) || !(y === undefined || this.#isOwn(y))) return undefined;
    const values = y === undefined ? [this.valueOf(x)] : [this.valueOf(x), this.valueOf(y)];
    return this.variable(this.#builder.emit("primitive", values, f)[0]!);
  }

  #isOwn(x: Real): boolean {
    return typeof x === "number" || (x instanceof Variable && x.trace === this);
  }

  /** A function on plain numbers is called by the program, forward and backward. */
  callOutside(f: UserFunction, args: readonly Real[]): { out: Real; pull: (dOut: Real) => readonly Real[] } {
    const builder = this.#builder;
    const values = args.map((x) => this.valueOf(x));
    return {
      out: this.variable(builder.externalForward(f, values)),
      pull: (dOut) => builder.externalBackward(f, values, this.valueOf(dOut)).map((d) => this.variable(d)),
    };
  }

  #user(f: UserFunction, args: readonly Value[]): Value {
    let names = this.#users.get(f);
    if (names === undefined) this.#users.set(f, (names = new Map<number, string | null>()));
    let name = names.get(args.length);
    if (name === undefined) names.set(args.length, (name = this.#inside(f, args.length)));
    return name === null
      ? this.#builder.externalForward(f, args)
      : this.#builder.call(name, args, ["f64"])[0]!;
  }

  /** Makes functions of the program of f and its `backward`. Where they are written on plain numbers, that fails: null. */
  #inside(f: UserFunction, arity: number): string | null {
    const name = this.#unique(nameOf(f).replace(/[^\w$]/g, "_"));
    const pullback = this.#unique(`${name}_pullback`);
    const params = Array.from({ length: arity }, (_, i): ParameterSpec => ({ name: `x${i + 1}`, ty: "f64" }));
    const made = this.#functions.length;
    try {
      const forward = this.#function(name, params, pullback, (xs) => [evaluate(f, xs)]);
      const derivative = this.#function(
        pullback,
        [...params, { name: "dOut", ty: "f64" }],
        undefined,
        (xs) => {
          const ctx = new Context();
          const dOut = xs.pop()!;
          evaluate(f, xs, ctx);
          return backward(f, ctx, arity, dOut);
        },
      );
      this.#functions.push(forward, derivative);
      return name;
    } catch (error) {
      if (!(error instanceof AdError) || !ON_NUMBERS.has(error.code)) throw error;
      this.#functions.length = made;
      return null;
    }
  }

  #function(
    name: string,
    params: readonly ParameterSpec[],
    pullback: string | undefined,
    run: (xs: Real[]) => readonly Real[],
  ): Func {
    const outer = this.#builder;
    const constants = this.#constants;
    this.#builder = new Builder();
    this.#constants = new Map();
    try {
      const write = (_: Builder, args: readonly Value[]): Value[] =>
        run(args.map((v) => this.variable(v))).map((x) => this.valueOf(x));
      return buildFunction(name, params, write, { pullback, builder: this.#builder });
    } finally {
      this.#builder = outer;
      this.#constants = constants;
    }
  }

  #unique(wanted: string): string {
    let name = wanted;
    for (let n = 1; this.#names.has(name); n++) name = `${wanted}_${n}`;
    this.#names.add(name);
    return name;
  }
}

/** A sum of more numbers is written as additions, so that it can be rolled: no function of a module takes a million numbers. */
const FEW = 16;

/** By these, a function tells that it wants plain numbers. */
const ON_NUMBERS: ReadonlySet<string> = new Set([
  "implicit-conversion",
  "first-order-only",
  "value-while-recording",
  // A compiled plain function was called.
  "wrong-structure",
]);

function escaped(x: Traced | number | undefined): AdError {
  return new AdError(
    "escaped-variable",
    `${x} was used where it does not exist: it belongs to a function that was recorded before, or that is around this one.`,
    "Pass what a function needs as its arguments, and return what others need of it.",
  );
}

function foreign(x: Traced): AdError {
  return new AdError(
    "foreign-variable",
    `${x} was used inside a function that is being compiled, but it is not one of the function's variables.`,
    "Pass it as an argument; value(x) makes a constant of it.",
  );
}

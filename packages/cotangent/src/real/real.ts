/**
 * What a number is here. Everything else in the library is written in these terms: a `Real` is a plain number or one that
 * a `Trace` is watching, and `apply` hands each application of a function to the innermost trace among its arguments.
 */
import { AdError, notANumber } from "../errors.ts";

/**
 * A real number: plain, or watched by a trace. Functions to be differentiated are written on `Real`s:
 * `(x: Real): Real => mul(x, sin(x))`.
 */
export type Real = number | Traced;

/** The tuple `A` with every element replaced by `T`. */
export type Each<A extends readonly unknown[], T> = { [K in keyof A]: T };

/**
 * What a function of `X` returns: plain numbers give a plain number; a variable of a known class gives a variable of that
 * class; where it is not known whether any argument is a variable, neither is it known of the result.
 */
export type Lift<X extends readonly Real[]> = [X[number]] extends [number]
  ? number
  : [X[number]] extends [number | Variables<X>]
    ? Variables<X>
    : Real;
type Variables<X extends readonly Real[]> = {
  [K in keyof X]: [X[K]] extends [Traced] ? X[K] : never;
}[number];

/** An interpreter of function application: it records, or carries tangents along, or writes a program. */
export interface Trace {
  /** How deeply it is nested. The innermost trace (the greatest level) among the arguments decides what an application means. */
  readonly level: number;
  apply(f: Differentiable, args: readonly Real[]): Real;
  /** The same for a primitive of x or of x and y, if this trace has a faster way; undefined if not. */
  applyFew?(f: PrimitiveBase, x: Real, y: Real | undefined): Real | undefined;
  /**
   * Where functions written on plain numbers can be called although the numbers are not known yet: the value of f, and
   * dOut·∂f/∂xᵢ for all arguments.
   */
  callOutside?(f: UserFunction, args: readonly Real[]): { out: Real; pull: (dOut: Real) => readonly Real[] };
}

/** A number that some trace is watching. It never turns silently into a plain number. */
export abstract class Traced {
  abstract readonly trace: Trace;
  /** The same number as the next trace outward sees it. */
  abstract readonly primal: Real;

  /** Printing is allowed; arithmetic and comparison by JavaScript's operators would lose the derivative, so they throw. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint === "string") return this.toString();
    throw new AdError(
      "implicit-conversion",
      `${this} was used as a plain number (by * or Math.sin, say): its derivative would be lost.`,
      'Write mul(x, y), lt(x, y), value(x); or mark the function "use grad", for cotangent-compiler.',
    );
  }

  toString(): string {
    return `Real(${this.primal})`;
  }
}

// So that Node prints `Scalar(3)` rather than the bookkeeping.
Object.assign(Traced.prototype, {
  [Symbol.for("nodejs.util.inspect.custom")](this: Traced): string {
    return this.toString();
  },
});

/** ∂f/∂xᵢ at (x₁, …, xₙ), where f(x₁, …, xₙ) = out; written in the library's own functions. */
export type Partial<A extends readonly number[]> = (...argsAndOut: [...Each<A, Real>, out: Real]) => Real;

/**
 * One partial derivative per argument, in order: only those that are needed are ever computed. `"flat"`: the function is
 * constant between its jumps, so that its derivative counts as zero everywhere.
 */
export type Partials<A extends readonly number[]> = { readonly [K in keyof A]: Partial<A> } | "flat";

/** What every primitive is, whatever the number of its arguments. */
export interface PrimitiveBase {
  readonly id: string;
  /** The number of arguments; undefined where it takes one list of any length. */
  readonly arity: number | undefined;
  readonly flat: boolean;
  /** The value at plain numbers. */
  // oxlint-disable-next-line no-explicit-any -- erasure: of a known primitive the arguments are known
  readonly evaluate: (...args: any[]) => number;
  /** ∂f/∂xᵢ for argument i. */
  readonly partials: readonly ((...argsAndOut: Real[]) => Real)[];
}

/** A function with a declared derivative, of a fixed number of arguments. */
export interface Primitive<A extends readonly number[]> extends PrimitiveBase {
  <X extends Each<A, Real>>(...args: X): Lift<X>;
  readonly evaluate: (...args: A) => number;
}
export type Unary = Primitive<[x: number]>;
export type Binary = Primitive<[x: number, y: number]>;

/** Where a function's `forward` leaves what its `backward` will need. */
// oxlint-disable-next-line no-explicit-any -- erasure: `new Context()` fits every function's context
export class Context<S extends readonly Real[] = any> {
  readonly #keep: boolean;
  #saved: S | undefined;

  /** @param keep false where nothing is being recorded: saving then does nothing */
  constructor(keep = true) {
    this.#keep = keep;
  }

  /** Keeps `values` for `backward`. A second call replaces the first. */
  saveForBackward(...values: S): void {
    if (this.#keep) this.#saved = values;
  }

  /** What was saved: the bare value where exactly one was, otherwise the tuple. */
  get savedValues(): S extends readonly [infer Only] ? Only : S {
    const saved = this.savedTensors;
    return (saved.length === 1 ? saved[0] : saved) as S extends readonly [infer Only] ? Only : S;
  }

  /** What was saved, always as a tuple. */
  get savedTensors(): S {
    if (this.#saved === undefined) {
      throw new AdError(
        "nothing-saved",
        "Nothing was saved in this context. Did you forget to save values?",
        "Call ctx.saveForBackward(...) in forward, and run forward before backward.",
      );
    }
    return this.#saved;
  }
}

/** One derivative; null or undefined mean that none is needed, and count as zero. */
export type Derivative = Real | null | undefined;

/** What `backward` returns: one derivative per argument; a function of one argument may return it bare. */
export type Derivatives<A extends readonly Real[]> = A extends readonly [Real]
  ? Derivative | readonly [Derivative]
  : { readonly [K in keyof A]: Derivative };

/** The static side of a {@link ScalarFunction}. Written on numbers or on Reals. */
export interface FunctionClass<A extends readonly Real[], S extends readonly Real[]> {
  readonly name: string;
  forward(ctx: Context<S>, ...args: A): Real;
  backward(ctx: Context<S>, dOut: A[number] extends number ? number : Real): Derivatives<A>;
}

/** The keys under which {@link UserFunction} says how it is used: names that no user's class has by accident. */
export const linearize: unique symbol = Symbol("linearize");
export const pullback: unique symbol = Symbol("pullback");

/**
 * A user's function as the traces see it. How its `forward` and `backward` are called, it knows itself (custom.ts), so that
 * programs without such functions do without.
 */
export interface UserFunction {
  readonly name: string;
  readonly forward: (ctx: Context, ...args: Real[]) => Real;
  readonly backward: (ctx: Context, dOut: Real) => Derivative | readonly Derivative[];
  /** The value at `args`, and what `backward` will read, if `keep` is set. */
  [linearize](args: readonly Real[], keep: boolean): [out: Real, ctx: Context];
  /** dOut·∂f/∂xᵢ for all arguments. */
  [pullback](ctx: Context, arity: number, dOut: Real): readonly Real[];
}

/** A function with a derivative: a primitive of the library's, or one of the user's. */
export type Differentiable = PrimitiveBase | UserFunction;

export const isPrimitive = (f: Differentiable): f is PrimitiveBase => "partials" in f;

/** The name by which messages and pictures call `f`. */
export const nameOf = (f: Differentiable): string => (isPrimitive(f) ? f.id : f.name || "anonymous function");

/** Applies `f`: the innermost trace among the arguments decides; without one, this is plain arithmetic. */
export function apply(f: Differentiable, args: readonly Real[]): Real {
  let innermost: Trace | undefined;
  for (let i = 0; i < args.length; i++) {
    const x = args[i]!;
    if (typeof x === "number") continue;
    if (!(x instanceof Traced)) throw notANumber(`Argument ${i + 1} of ${nameOf(f)}`, x);
    const { trace } = x;
    if (innermost === undefined || trace.level > innermost.level) innermost = trace;
  }
  if (innermost !== undefined) return innermost.apply(f, args);
  if (!isPrimitive(f)) return f[linearize](args, false)[0];
  return f.arity === undefined ? f.evaluate(args) : f.evaluate(...args);
}

/** `apply` for a primitive of one argument (then y is undefined) or two: without an argument list where the trace can do so. */
export function applyFew(f: PrimitiveBase, x: Real, y: Real | undefined): Real {
  const trace = x instanceof Traced ? x.trace : y instanceof Traced ? y.trace : undefined;
  return trace?.applyFew?.(f, x, y) ?? apply(f, y === undefined && f.arity === 1 ? [x] : [x, y as Real]);
}

/**
 * The plain number in `x`, whatever is watching it.
 * @throws AdError `not-a-number`
 */
export function value(x: Real): number {
  let inner: unknown = x;
  while (inner instanceof Traced) inner = inner.primal;
  if (typeof inner === "number") return inner;
  throw notANumber("The argument of value", inner);
}

export const wrongNumberOfArguments = (name: string, wanted: number, got: number): AdError =>
  new AdError(
    "wrong-number-of-arguments",
    `${name} takes ${wanted} argument(s), but was given ${got}.`,
    `Call it with ${wanted}.`,
  );

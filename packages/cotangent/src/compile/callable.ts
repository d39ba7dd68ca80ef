/** Compiled functions: what is called, for arguments of any structure. */
import { checkOptions, oneOf, positive } from "../options.ts";
import type { Rules } from "../options.ts";
import { isOverflow } from "../program/faults.ts";
import type { Program, Region } from "../program/ir.ts";
import type { Real } from "../real/real.ts";
import { isMapped } from "../transforms/arguments.ts";
import type { Input, Result } from "../transforms/structure.ts";
import { batched } from "./batch.ts";
import type { Batch } from "./batch.ts";
import type { Direct } from "./direct.ts";
import { execute } from "./execute.ts";
import type { Executable, MathMode, Target } from "./execute.ts";
import { emitJs } from "./js/emit.ts";
import { overflow } from "./overflow.ts";
import { base } from "./recorded.ts";
import type { AnyFunction } from "./recorded.ts";
import { limitSteps } from "./steps.ts";
import { emitWasm } from "./wasm/emit.ts";

export interface CompileOptions {
  /**
   * What to compile to. Unless said, small functions become JavaScript, because a call into WebAssembly takes longer than what
   * they compute, and all others WebAssembly. Where a page's policy forbids one, the next is taken; last the interpreter.
   */
  readonly target?: Target;
  /**
   * Where WebAssembly takes elementary functions from: `"fast"` (unless said), its own, at most 1 ulp off for the usual ones and
   * the same bits everywhere, so that the module imports nothing; or `"exact"`, `Math`, so that results are those of the plain
   * call to the last bit.
   */
  readonly math?: MathMode;
  /**
   * How many loop iterations and calls of functions a call may take; beyond, it throws `out-of-steps`, which names the loop. For
   * what somebody else wrote: a loop that never ends then does not block the thread. Unless said, there is no limit.
   */
  readonly steps?: number;
}

/** What may be passed for a parameter of type T; what holds no numbers is passed as it is. */
type Argument<T> = [Input<T>] extends [never] ? T : Input<T>;
/** The arguments with their numbers, for the type of the result. */
type Numeric<X> = {
  [K in keyof X]: X[K] extends string | boolean | bigint | symbol | null | undefined ? number : X[K];
};

/** How a compiled function is called: like the function, with plain numbers. */
export type Call<F extends AnyFunction> = F extends (...args: infer A) => infer R
  ? [R] extends [Real]
    ? [Real] extends [R]
      ? <X extends { [K in keyof A]: Argument<A[K]> }>(...args: X) => Result<R, Numeric<X>>
      : F
    : F
  : never;

/** A compiled function. */
export type Compiled<F extends AnyFunction> = Call<F> & {
  /**
   * Writes the result's numbers into `out` and returns it: an array or a Float64Array for an array, an array of one for a number,
   * an object of the same structure for an object; or a Float64Array for all numbers in order, such as a matrix row after row.
   * Allocates nothing.
   * @throws AdError `wrong-structure`
   */
  into<T extends object>(out: T, ...args: Parameters<F>): T;
  /**
   * The function for n calls at once: in place of each number a Float64Array of n, in place of a Float64Array of m one of n·m, call
   * after call; so in the result.
   */
  batch(n: number): (...args: unknown[]) => unknown;
  /**
   * As code that can be read: a transform of a function read at run time as TypeScript (as `cotangent derive` writes it), all else as
   * the program's JavaScript. For the arguments last used; before the first call, for plain numbers.
   */
  readonly source: string;
  /** The bytes of a WebAssembly module that stands alone (with `math: "exact"`, it imports Math's functions); as for `source`. */
  readonly wasm: Uint8Array;
  /** The program; as for `source`. */
  readonly program: Program;
  /** What it was compiled to; as for `source`. */
  readonly target: Target;
};

/** The function compiled for arguments of one structure. */
export interface Specialised {
  readonly program: Program;
  readonly executable: Executable;
  fits(args: readonly unknown[]): boolean;
  call(args: readonly unknown[]): unknown;
  into(out: object, args: readonly unknown[]): void;
  /** The same for a list of arguments, quicker. */
  readonly direct?: Direct | undefined;
}

const RULES: Rules<CompileOptions> = {
  target: oneOf("wasm", "js", "interpreter"),
  math: oneOf("fast", "exact"),
  steps: positive,
};

/** How functions of one kind are compiled. */
interface Making {
  /** @param otherwise what is called with arguments of another structure, or with another place for the result */
  specialise(args: readonly unknown[], otherwise: Direct): Specialised;
  /** For n calls with arguments like these. */
  batch(n: number, sample: readonly unknown[]): Batch;
  /** The code that people read, if it is not the program's. */
  source?(): string | undefined;
  /** Whether f has to be run as it is: something that it computes with is a variable. */
  isTraced(args: readonly unknown[]): boolean;
}

/** Thrown where nothing is to be compiled. */
const TRACED: Error = new Error();

/**
 * `f`, compiled for each structure of arguments when it is first called with that.
 * @throws AdError `wrong-option`
 */
export function callable(f: AnyFunction, options: CompileOptions, making: Making): AnyFunction {
  checkOptions("compile", options, RULES);
  const known: Specialised[] = [];
  let latest: Specialised | undefined;
  const specialise = (args: readonly unknown[]): Specialised => {
    if (latest?.fits(args) === true) return latest;
    let found = known.find((s) => s.fits(args));
    if (found === undefined) {
      if (making.isTraced(args)) throw TRACED;
      known.push((found = making.specialise(args, slow)));
    }
    direct = found.direct ?? slow;
    return (latest = found);
  };
  const slow: Direct = {
    call: (...given) => {
      const args = given.length === 3 && isMapped(base(f), given) ? given.slice(0, 1) : given;
      try {
        return specialise(args).call(args);
      } catch (error) {
        if (isOverflow(error)) throw overflow(error, args);
        if (making.isTraced(args)) return f(...given);
        throw error;
      }
    },
    into: (out, ...args) => {
      try {
        specialise(args).into(out, args);
      } catch (error) {
        throw overflow(error, args);
      }
      return out;
    },
  };
  // For arguments of the structure seen last, straight to what was made for it.
  let direct = slow;
  const call = (...given: unknown[]): unknown => direct.call(...given);
  const any = (): Specialised => latest ?? specialise(Array.from({ length: base(f).length }, () => 1));
  const getter = (get: () => unknown): PropertyDescriptor => ({ get, enumerable: true });
  // What f carries: its derivatives are those of what is compiled of it.
  for (const key of Object.getOwnPropertySymbols(f))
    Object.defineProperty(call, key, Object.getOwnPropertyDescriptor(f, key)!);
  return Object.defineProperties(call, {
    name: { value: f.name },
    length: { value: f.length },
    into: { value: (out: object, ...args: unknown[]) => direct.into(out, ...args) },
    batch: { value: (n: number) => batched(n, (sample) => making.batch(n, sample)) },
    source: getter(() => {
      const made = any();
      return making.source?.() ?? made.executable.source ?? emitJs(made.program).source;
    }),
    wasm: getter(
      () => any().executable.wasm ?? emitWasm(any().program, { math: options.math ?? "fast" }).bytes,
    ),
    program: getter(() => any().program),
    target: getter(() => any().executable.target),
  });
}

/** Below so many operations in a straight line, JavaScript is faster: measured. */
export const SMALL = 500;
/** A program, made to run as the options say. */
export function runnable(
  program: Program,
  options: CompileOptions,
  outputs: readonly number[],
  keep: boolean = false,
): Executable {
  const target = options.target ?? (isSmall(program) ? "js" : "wasm");
  const limited = options.steps === undefined ? program : limitSteps(program, options.steps);
  return execute(limited, { target, math: options.math ?? "fast", outputs, keep });
}

/** Whether a program is a few operations in a straight line. */
export function isSmall(program: Program): boolean {
  let operations = 0;
  const visit = (region: Region): boolean =>
    region.ops.every((op) => {
      if (op.kind !== "constant") operations++;
      return operations < SMALL && op.kind !== "for" && op.kind !== "while" && op.regions.every(visit);
    });
  return program.functions.every((f) => visit(f.body));
}

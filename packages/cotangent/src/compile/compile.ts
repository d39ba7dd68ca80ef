/** `compile`: the public way from functions to compiled code. */
import { AdError } from "../errors.ts";
import { capturedOf } from "../program/captured.ts";
import { hasLoops } from "../program/ir.ts";
import type { Program, Region } from "../program/ir.ts";
import { assign } from "../program/marshal.ts";
import { optimise } from "../program/optimise/index.ts";
import { roll } from "../program/roll/index.ts";
import type { Real } from "../real/real.ts";
import { checkCount, checkFunction, isMapped } from "../transforms/arguments.ts";
import { checkBuilt, derivationOf } from "../transforms/transformed.ts";
import type { Input, Result } from "../transforms/structure.ts";
import { directCalls, numberCalls, typedCalls } from "./direct.ts";
import type { Direct } from "./direct.ts";
import { execute } from "./execute.ts";
import type { Datum, Executable, MathMode, Target } from "./execute.ts";
import { emitJs } from "./js/emit.ts";
import { recordHessian, recordTransform } from "./derived.ts";
import { plainCall } from "./plain.ts";
import { base, recordFunction } from "./recorded.ts";
import type { AnyFunction, Recorded } from "./recorded.ts";
import { count, fits, gather, rebuild, scatter, shapeOf, withoutTyped } from "./shape.ts";
import type { Shape } from "./shape.ts";
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

/** Below so many operations in a straight line, JavaScript is faster: measured. */
const SMALL = 500;
/** A function of more operations is rolled into loops, if it repeats: that takes less to compile, and soon less to run. */
const FEW = 64;

/**
 * Compiles `f`: a function of Reals, any transform of one (`grad(f)`, `hessian(f)`, ...), or a captured plain function. Lazily: the
 * first call with arguments of a new structure (which arrays, how long, which keys) takes some milliseconds. Arguments that hold
 * no numbers (strings, say) belong to the structure.
 *
 *     const g = compile(grad((x: Real, y: Real) => mul(sin(x), y)));
 *     g(1, 2);            // [1.08..., 0.84...]
 *     g.into(out, 1, 2);  // the same into an array
 *
 * @throws AdError `not-a-function`; at the call, `value-while-recording` (a branch on a variable), `escaped-variable`,
 * `missing-argument`, and what f itself throws
 */
export function compile<F extends AnyFunction>(f: F, options: CompileOptions = {}): Compiled<F> {
  checkFunction("compile", f);
  if (capturedOf(base(f)) === undefined) checkBuilt(base(f));
  if (options.steps !== undefined && !(options.steps > 0)) {
    throw new AdError(
      "wrong-option",
      `compile was given ${options.steps} as the number of steps.`,
      "Give a positive number, such as 1e8.",
    );
  }
  const known: Specialised[] = [];
  let latest: Specialised | undefined;
  const specialise = (args: readonly unknown[]): Specialised => {
    if (latest?.fits(args) === true) return latest;
    let found = known.find((s) => s.fits(args));
    if (found === undefined) {
      // Captured functions know themselves which arguments may be left out.
      const isCaptured = capturedOf(base(f)) !== undefined;
      if (!isCaptured) checkCount(f, args);
      found = isCaptured
        ? specialiseCaptured(f, args, options, [slow, slowInto])
        : specialiseRecorded(f, args, options, [slow, slowInto]);
      known.push(found);
    }
    enter = found.direct?.call ?? slow;
    enterInto = found.direct?.into ?? slowInto;
    return (latest = found);
  };
  const slow = (...given: unknown[]): unknown => {
    const args = given.length === 3 && isMapped(base(f), given) ? given.slice(0, 1) : given;
    return specialise(args).call(args);
  };
  const slowInto = (out: object, ...args: unknown[]): object => {
    specialise(args).into(out, args);
    return out;
  };
  // For arguments of the structure seen last, straight to what was made for it.
  let enter = slow;
  let enterInto = slowInto;
  const call = (...given: unknown[]): unknown => enter(...given);
  const any = (): Specialised => latest ?? specialise(Array.from({ length: base(f).length }, () => 1));
  const getter = (get: () => unknown): PropertyDescriptor => ({ get, enumerable: true });
  return Object.defineProperties(call, {
    name: { value: f.name },
    length: { value: f.length },
    into: { value: (out: object, ...args: unknown[]) => enterInto(out, ...args) },
    batch: { value: (n: number) => batched(f, n, options) },
    source: getter(() => {
      const made = any();
      return written(f) ?? made.executable.source ?? emitJs(made.program).source;
    }),
    wasm: getter(
      () => any().executable.wasm ?? emitWasm(any().program, { math: options.math ?? "fast" }).bytes,
    ),
    program: getter(() => any().program),
    target: getter(() => any().executable.target),
  }) as unknown as Compiled<F>;
}

/** A transform of a captured function as its front end writes it, if that is at hand. */
function written(f: AnyFunction): string | undefined {
  const derivation = derivationOf(f);
  if (derivation === undefined || derivationOf(derivation.f) !== undefined) return undefined;
  return capturedOf(base(f))?.source?.(derivation.transform, derivation.options);
}

/** The function compiled for arguments of one structure. */
interface Specialised {
  readonly program: Program;
  readonly executable: Executable;
  fits(args: readonly unknown[]): boolean;
  call(args: readonly unknown[]): unknown;
  into(out: object, args: readonly unknown[]): void;
  /** The same for a list of arguments, quicker. */
  readonly direct?: Direct | undefined;
}

/** The program as it is compiled. Only what is exact is simplified: `math` says where elementary functions come from. */
const prepare = (program: Program): Program => optimise(program);

function run(
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
function isSmall(program: Program): boolean {
  let operations = 0;
  const visit = (region: Region): boolean =>
    region.ops.every((op) => {
      if (op.kind !== "constant") operations++;
      return operations < SMALL && op.kind !== "for" && op.kind !== "while" && op.regions.every(visit);
    });
  return program.functions.every((f) => visit(f.body));
}

/**
 * What is compiled for f: the program of a transform of what has been rolled, if that repeats; else f, run on variables. What is small is
 * left a straight line.
 */
function programFor(f: AnyFunction, args: readonly unknown[]): Recorded {
  const straight = recordHessian(f, args);
  const derived = straight === undefined ? recordTransform(f, args, FEW) : undefined;
  if (derived !== undefined) return { ...derived, program: prepare(derived.program) };
  const recorded = straight ?? recordFunction(f, args, false);
  const { program } = recorded;
  // Of a transform, most may be optimised away.
  const most = derivationOf(f) === undefined ? 2 * FEW : 20 * SMALL;
  if (straight !== undefined || program.functions[0]!.size <= most) {
    const optimised = prepare(program);
    if (isSmall(optimised)) return { ...recorded, program: optimised };
  }
  return { ...recorded, program: prepare(roll(program)) };
}

function specialiseRecorded(
  f: AnyFunction,
  args: readonly unknown[],
  options: CompileOptions,
  otherwise: readonly [Direct["call"], Direct["into"]],
): Specialised {
  const recorded = programFor(f, args);
  const { program, args: shape, spread, result, outputs } = recorded;
  const executable = run(program, options, outputs ? [program.functions[0]!.params.length - 1] : []);
  const { call } = executable;
  const fit = fitter(shape);
  const size = count(result);
  const direct =
    directCalls(recorded, executable, ...otherwise) ?? typedCalls(recorded, executable, ...otherwise);
  if (!outputs) {
    const marshal = marshaller(shape, spread);
    const compute = isPlain(shape)
      ? (list: readonly unknown[]): number => call(...(list as number[])) as number
      : (list: readonly unknown[]): number => call(...marshal(list)) as number;
    return {
      program,
      executable,
      direct,
      fits: fit,
      call:
        result.kind === "number"
          ? compute
          : (list) => (
              compute(list),
              rebuild(
                result,
                () => 0,
                () => 0,
              )
            ),
      into: (out, list) => {
        (out as number[])[0] = compute(list);
      },
    };
  }
  const marshal = marshaller(shape, spread);
  const scratch = new Float64Array(size);
  const inPlace = executable.target !== "wasm" && hasLoops(program);
  const compute = isPlain(shape)
    ? (list: readonly unknown[], out: Float64Array): Float64Array => {
        const x = list as readonly number[];
        // Spreading a list costs more than what a small function computes.
        if (x.length === 1) call(x[0]!, out);
        else if (x.length === 2) call(x[0]!, x[1]!, out);
        else if (x.length === 3) call(x[0]!, x[1]!, x[2]!, out);
        else call(...x, out);
        return out;
      }
    : (list: readonly unknown[], out: Float64Array): Float64Array => {
        const flat = marshal(list);
        // An argument, or a part of one, may be asked to receive the result: it is read to the end before it is overwritten.
        const target = flat.some((x) => x === out || (inPlace && isPartOf(x, out))) ? scratch : out;
        if (flat.length === 1) call(flat[0]!, target);
        else if (flat.length === 2) call(flat[0]!, flat[1]!, target);
        else call(...flat, target);
        if (target !== out) out.set(target);
        return out;
      };
  const isTyped = result.kind === "typed";
  const isList = result.kind === "list" && result.elements.every((e) => e.kind === "number");
  return {
    program,
    executable,
    direct,
    fits: fit,
    call: (list) => {
      if (isTyped) return compute(list, new Float64Array(size));
      compute(list, scratch);
      if (isList) {
        const list = [];
        for (let i = 0; i < size; i++) list.push(scratch[i]!);
        return list;
      }
      let next = 0;
      return rebuild(
        result,
        () => scratch[next++],
        (length) => scratch.slice(next, (next += length)),
      );
    },
    into: (out, list) => {
      if (out instanceof Float64Array && out.length === size) compute(list, out);
      else scatter(result, compute(list, scratch), out);
    },
  };
}

const isPartOf = (x: Datum, y: Float64Array): boolean => typeof x !== "number" && x.buffer === y.buffer;

/** Whether all arguments are numbers. */
const isPlain = (args: Shape): boolean =>
  args.kind === "list" && args.elements.every((e) => e.kind === "number");

/** `fits` for a list of arguments, quick where they are plain numbers. */
function fitter(args: Shape): (list: readonly unknown[]) => boolean {
  if (!isPlain(args) || args.kind !== "list") return (list) => fits(args, list);
  const { length } = args.elements;
  return (list) => {
    if (list.length !== length) return false;
    for (let i = 0; i < length; i++) if (typeof list[i] !== "number") return false;
    return true;
  };
}

/** From arguments to what the program takes; the list is used again. */
function marshaller(args: Shape, spread: boolean): (list: readonly unknown[]) => Datum[] {
  const steps: ((x: unknown, to: Datum[]) => void)[] = [];
  const typed: ((x: unknown, to: Datum[]) => void)[] = [];
  const rest: Shape[] = [];
  const plan = (shape: Shape, get: (x: unknown) => unknown): void => {
    if (shape.kind === "number") steps.push((x, to) => to.push(get(x) as number));
    else if (shape.kind === "typed") typed.push((x, to) => to.push(get(x) as Float64Array));
    else if (shape.kind === "list")
      shape.elements.forEach((e, i) => plan(e, (x) => (get(x) as unknown[])[i]));
    else if (shape.kind === "record") {
      shape.keys.forEach((key, k) => plan(shape.fields[k]!, (x) => (get(x) as Record<string, unknown>)[key]));
    }
    rest.push(shape);
  };
  const to: Datum[] = [];
  if (spread) {
    plan(args, (x) => x);
    return (list) => {
      to.length = 0;
      for (const step of steps) step(list, to);
      for (const step of typed) step(list, to);
      return to;
    };
  }
  plan(args, (x) => x);
  const loose = withoutTyped(args);
  const numbers = new Float64Array(count(loose));
  return (list) => {
    to.length = 0;
    gather(loose, list, numbers, 0);
    to.push(numbers);
    for (const step of typed) step(list, to);
    return to;
  };
}

function specialiseCaptured(
  f: AnyFunction,
  args: readonly unknown[],
  options: CompileOptions,
  [slow, slowInto]: readonly [Direct["call"], Direct["into"]],
): Specialised {
  const { program, executable, call, fits, ofNumbers } = plainCall(f, args, {
    run: (p, keep) => run(p, options, [], keep),
    key: JSON.stringify(options),
  });
  const { length } = program.functions[0]!.params;
  return {
    program,
    executable,
    fits,
    call,
    direct: ofNumbers && { call: numberCalls(length, executable, ofNumbers, slow), into: slowInto },
    into: (out, list) => {
      const y = call(list);
      const flat = out instanceof Float64Array && !(y instanceof Float64Array) && typeof y !== "number";
      if (!flat) {
        assign(out, y);
        return;
      }
      const shape = shapeOf(y);
      const numbers = new Float64Array(count(shape));
      gather(shape, y, numbers, 0);
      scatter(shape, numbers, out);
    },
  };
}

/** f for n calls at once; see {@link Compiled}. */
function batched(f: AnyFunction, n: number, options: CompileOptions): (...args: unknown[]) => unknown {
  if (!Number.isInteger(n) || n < 1) {
    throw new AdError(
      "wrong-option",
      `batch was given ${n}.`,
      "Give the number of calls: a positive integer.",
    );
  }
  const known: { readonly shape: Shape; readonly call: (list: readonly unknown[]) => unknown }[] = [];
  return (...args) => {
    let found = known.find((s) => fits(s.shape, args));
    if (found === undefined) known.push((found = batchFor(f, n, args, options)));
    return found.call(args);
  };
}

function batchFor(
  f: AnyFunction,
  n: number,
  args: readonly unknown[],
  options: CompileOptions,
): { readonly shape: Shape; readonly call: (list: readonly unknown[]) => unknown } {
  const shape = shapeOf(args);
  // One call's arguments: what has n numbers stands for one, what has more for an array.
  let sized = false;
  const one = (s: Shape): Shape => {
    if (s.kind === "typed") {
      if (s.length % n !== 0 || s.length === 0) {
        throw new AdError(
          "wrong-structure",
          `batch(${n}) was given a Float64Array of ${s.length}.`,
          `Pass Float64Arrays of ${n} numbers for a number, or of ${n} times as many for an array.`,
        );
      }
      sized = true;
      return s.length === n ? { kind: "number" } : { kind: "typed", length: s.length / n };
    }
    if (s.kind === "list") return { ...s, elements: s.elements.map(one) };
    if (s.kind === "record") return { ...s, fields: s.fields.map(one) };
    return { kind: "static", value: undefined };
  };
  const single = one(shape);
  if (!sized) {
    throw new AdError(
      "wrong-structure",
      `batch(${n}) was given no Float64Array.`,
      "Pass at least one, and only those.",
    );
  }
  const sample = rebuild(
    single,
    () => 1,
    (length) => new Float64Array(length),
  ) as unknown[];
  const recorded = recordFunction(f, sample, true);
  const { result } = recorded;
  const program = prepare(recorded.program);
  const executable = execute(program, {
    target: options.target ?? "wasm",
    math: options.math ?? "fast",
    outputs: [program.functions[0]!.params.length - 1],
  });
  const size = count(result);
  // The numbers first, then the arrays, as the program has them.
  const order: [numbers: Float64Array[], arrays: Float64Array[]] = [[], []];
  const collect = (s: Shape, x: unknown): void => {
    if (s.kind === "typed") order[s.length === n ? 0 : 1].push(x as Float64Array);
    else if (s.kind === "list") s.elements.forEach((e, i) => collect(e, (x as unknown[])[i]));
    else if (s.kind === "record")
      s.keys.forEach((k, i) => collect(s.fields[i]!, (x as Record<string, unknown>)[k]));
  };
  return {
    shape,
    call: (list) => {
      order[0].length = order[1].length = 0;
      collect(shape, list);
      const out = new Float64Array(n * size);
      executable.call(...order[0], ...order[1], out);
      if (result.kind === "number" || result.kind === "typed") return out;
      // A structure of arrays: the k-th number of every call.
      let k = 0;
      const column = (length: number): Float64Array => {
        const from = k;
        k += length;
        return Float64Array.from(
          { length: n * length },
          (_, i) => out[Math.floor(i / length) * size + from + (i % length)]!,
        );
      };
      return rebuild(result, () => column(1), column);
    },
  };
}

/** `compile`: the public way from functions to compiled code. */
import { hasLoops } from "../program/ir.ts";
import { optimise } from "../program/optimise/index.ts";
import { roll } from "../program/roll/index.ts";
import { checkCount, checkFunction } from "../transforms/arguments.ts";
import { checkBuilt, compilerOf, derivationOf } from "../transforms/transformed.ts";
import type { Batch } from "./batch.ts";
import { callable, isSmall, runnable, SMALL } from "./callable.ts";
import type { Compiled, CompileOptions, Specialised } from "./callable.ts";
import { manyCalls } from "./calls.ts";
import { directCalls } from "./direct.ts";
import type { Direct } from "./direct.ts";
import type { Datum } from "./execute.ts";
import { recordHessian, recordTransform } from "./derived.ts";
import { base, recordFunction } from "./recorded.ts";
import type { AnyFunction, Recorded } from "./recorded.ts";
import { count, fits, gather, isWatched, rebuild, scatter, withoutTyped } from "./shape.ts";
import type { Shape } from "./shape.ts";
import { bringGamma } from "./wasm/kernels/gamma-kernels.ts";

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
  const root = base(f);
  const own = compilerOf(root);
  if (own !== undefined) return own(f, options) as Compiled<F>;
  checkBuilt(root);
  bringGamma();
  return callable(f, options, {
    specialise: (args, otherwise) => {
      // Captured functions know themselves which arguments may be left out.
      checkCount(f, args);
      return specialise(f, args, options, otherwise);
    },
    batch: (n, sample) => batch(f, n, sample, options),
    isTraced: (args) => args.some(isWatched),
  }) as Compiled<F>;
}

/**
 * What is compiled for f: the program of a transform of what has been rolled, if that repeats; else f, run on variables. What is small is
 * left a straight line.
 */
function programFor(f: AnyFunction, args: readonly unknown[]): Recorded {
  const straight = recordHessian(f, args);
  const derived = straight === undefined ? recordTransform(f, args, FEW) : undefined;
  if (derived !== undefined) return { ...derived, program: optimise(derived.program) };
  const recorded = straight ?? recordFunction(f, args);
  const { program } = recorded;
  // Of a transform, most may be optimised away.
  const most = derivationOf(f) === undefined ? 2 * FEW : 20 * SMALL;
  if (straight !== undefined || program.functions[0]!.size <= most) {
    const optimised = optimise(program);
    if (isSmall(optimised)) return { ...recorded, program: optimised };
  }
  return { ...recorded, program: optimise(roll(program)) };
}

function specialise(
  f: AnyFunction,
  args: readonly unknown[],
  options: CompileOptions,
  otherwise: Direct,
): Specialised {
  const recorded = programFor(f, args);
  const { program, args: shape, spread, result, outputs } = recorded;
  const executable = runnable(program, options, outputs ? [program.functions[0]!.params.length - 1] : []);
  const { call } = executable;
  const marshal = marshaller(shape, spread);
  const fit = (list: readonly unknown[]): boolean => fits(shape, list);
  const size = count(result);
  const direct = directCalls(recorded, executable, otherwise);
  if (!outputs) {
    const compute = (list: readonly unknown[]): number => call(...marshal(list)) as number;
    return {
      program,
      executable,
      direct,
      fits: fit,
      call: (list) => {
        const y = compute(list);
        // Without a number, it is the same at every call.
        return rebuild(
          result,
          () => y,
          () => 0,
        );
      },
      into: (out, list) => {
        (out as number[])[0] = compute(list);
      },
    };
  }
  const scratch = new Float64Array(size);
  const inPlace = executable.target !== "wasm" && hasLoops(program);
  const compute = (list: readonly unknown[], out: Float64Array): Float64Array => {
    const flat = marshal(list);
    // An argument, or a part of one, may be asked to receive the result: it is read to the end before it is overwritten.
    const target = flat.some((x) => x === out || (inPlace && isPartOf(x, out))) ? scratch : out;
    call(...flat, target);
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

/** A loop over the calls, inside the module. */
function batch(f: AnyFunction, n: number, sample: readonly unknown[], options: CompileOptions): Batch {
  const recorded = programFor(f, sample);
  const { result } = recorded;
  const size = count(result);
  const program = optimise(manyCalls(f, sample, n, recorded));
  const { call } = runnable(program, { target: "wasm", ...options }, [
    program.functions[0]!.params.length - 1,
  ]);
  return (numbers, arrays) => {
    const out = new Float64Array(n * size);
    call(...numbers, ...arrays, out);
    return { out, result };
  };
}

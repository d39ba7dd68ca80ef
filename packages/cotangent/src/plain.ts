/** The entry `cotangent/program`: programs, and plain functions that carry theirs, with the compiler that their transforms use. */
import type { CompileOptions } from "./compile/callable.ts";
import { compileCaptured } from "./compile/captured.ts";
import { bringGamma as gamma } from "./compile/wasm/kernels/gamma-kernels.ts";
import {
  attach as attachProgram,
  capturedOf,
  exact,
  lowered as attachLowered,
  rows,
  writes,
} from "./program/index.ts";
import type { Abilities, Captured, Lower, LoweredAbilities, LoweredFunction } from "./program/index.ts";
import type { AnyFunction } from "./transforms/arguments.ts";
import { compiler } from "./transforms/transformed.ts";

export { derivationOf } from "./transforms/transformed.ts";
export type { Derivation } from "./transforms/transformed.ts";

export * from "./program/index.ts";
// What checks of functions read from a text compare derivatives with.
export { central, looksBroken, oneSided } from "./check/differences.ts";
export type { Estimate } from "./check/differences.ts";
export { gamma };
export { aheadOfTime } from "./compile/ahead.ts";
export type { AheadCode, AheadOptions, AheadVariant } from "./compile/ahead.ts";

/** All that functions may need beside their programs. */
const abilities: Abilities = { exact, gamma, rows, writes };

const withCompiler = <F extends object>(f: F, options: CompileOptions = {}): F =>
  Object.defineProperty(f, compiler, {
    value: (g: AnyFunction, own: CompileOptions = options) => compileCaptured(g, own),
    configurable: true,
  });

/**
 * Makes `f` carry `captured`: `compile` and all transforms then take it. Done twice, the second counts. For front ends that are at hand at
 * run time: it brings along all that functions may need, where `lowered` brings what they name.
 * @param options how its transforms are compiled, where they are called without `compile`
 */
export const attach = <F extends object>(f: F, captured: Captured, options: CompileOptions = {}): F =>
  withCompiler(attachProgram(f, { ...abilities, ...captured }), options);

/**
 * Something to be called in the place of a captured function that takes derivatives of plain functions inside: it runs the
 * program, by Math's functions, since called as it is such a function would differentiate what nobody has captured.
 */
export function runningItsProgram<F extends (...args: never[]) => unknown>(f: F): F {
  let call: ((...args: unknown[]) => unknown) | undefined;
  const run = (...args: unknown[]): unknown => {
    call ??= compileCaptured(f, { math: "exact" });
    return call(...args);
  };
  Object.defineProperties(run, { name: { value: f.name }, length: { value: f.length } });
  return withCompiler(attachProgram(run, capturedOf(f)!)) as unknown as F;
}

/**
 * Makes `f` carry what a build found out about it. Build plugins write calls of this.
 * @param outside gives the present values of what f refers to outside itself, for the variant with so many arguments
 * @param abilities what it needs beside its programs: `users`, if these call classes with forward and backward, `writes`, if it writes to its
 *   arguments, `rows`, if it takes arrays of arrays, `exact`, if it calls Math.hypot of many, `gamma`, if it calls lgamma and the like. Only functions that name them bring them along.
 * @throws AdError `malformed-program` at the first use, if another version of the compiler wrote it
 */
export const lowered = <F extends (...args: never[]) => unknown>(
  f: F,
  data: LoweredFunction,
  outside?: () => readonly unknown[],
  abilities?: LoweredAbilities,
): F => carrying(data, false)(f, outside, abilities);

/**
 * The same for functions that are made again and again, inside others: what a build found out stands once at the top of the module,
 * and makes each of them carry it.
 */
export const closures = (data: LoweredFunction): Lower => carrying(data, true);

function carrying(data: LoweredFunction, isClosure: boolean): Lower {
  const lower = attachLowered(data, isClosure);
  return (f, outside, abilities) => {
    const captured = withCompiler(lower(f, outside, abilities));
    return data.nested === true ? runningItsProgram(captured) : captured;
  };
}

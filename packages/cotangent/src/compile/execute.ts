/** Programs that run: compiled to WebAssembly or JavaScript, or interpreted, all called alike. */
import { writtenParameters } from "../differentiate/index.ts";
import { exhaustion, faultOf } from "../program/faults.ts";
import { interpreter } from "../program/interpret.ts";
import { someOp } from "../program/ir.ts";
import type { OpOf, Program } from "../program/ir.ts";
import { external } from "./external.ts";
import { emitJs } from "./js/emit.ts";
import { Instance } from "./instance.ts";
import { emitWasm } from "./wasm/emit.ts";
import { interfaceOf } from "./wasm/interface.ts";
import { hasWebAssembly, instantiate } from "./webassembly.ts";

/** What stands for a value outside: a number, or the elements of an array. */
export type Datum = number | Float64Array;

/** How a program is run. */
export type Target = "wasm" | "js" | "interpreter";

/** Where elementary functions come from: the module's own, the same bits everywhere, or `Math`, the same bits as the plain call. */
export type MathMode = "fast" | "exact";

export interface Executable {
  readonly target: Target;
  /**
   * From one argument per parameter to the result, bare if there is one (a list of results otherwise). Arrays are read and
   * written in place.
   */
  readonly call: (...args: Datum[]) => Datum | readonly Datum[] | undefined;
  /** The same, but arrays among the results may be gone after the next call: for whoever copies them. */
  readonly peek?: Executable["call"];
  /** As JavaScript. */
  readonly source?: string;
  /** As the bytes of a WebAssembly module. */
  readonly wasm?: Uint8Array;
}

export interface ExecuteOptions {
  readonly target: Target;
  readonly math: MathMode;
  /** Array parameters of which the program writes every element, before it reads any, by position. */
  readonly outputs?: readonly number[];
  /** The arrays of the caller stay as they are: what the program writes to them is lost. */
  readonly keep?: boolean;
}

/** Makes a program run. Where a page's policy forbids code to be generated, the next best target is taken. */
export function execute(program: Program, options: ExecuteOptions): Executable {
  const executable = executableOf(program, options);
  if (!mayExhaust(program)) return executable;
  const { call, peek } = executable;
  const explained =
    (run: Executable["call"]): Executable["call"] =>
    (...args) => {
      try {
        return run(...args);
      } catch (error) {
        throw exhaustion(error);
      }
    };
  return { ...executable, call: explained(call), ...(peek && { peek: explained(peek) }) };
}

/** Whether a program may fill the stack, or allocate more than there is. */
const mayExhaust = ({ functions }: Program): boolean =>
  functions.some((f) => someOp(f.body, (op) => op.kind === "call" || op.kind === "allocate"));

function executableOf(program: Program, options: ExecuteOptions): Executable {
  const { target } = options;
  if (target === "js") {
    const js = tryJs(program);
    if (js !== undefined) return options.keep === true ? keeping(js, program) : js;
  }
  if (target !== "interpreter" && hasWebAssembly) {
    const wasm = tryWasm(program, options);
    if (wasm !== undefined) return wasm;
  }
  const run = interpreter(program);
  const bare = program.functions[0]!.results.length === 1;
  const interpreted: Executable = {
    target: "interpreter",
    call: (...args) => {
      const results = run(...args) as readonly Datum[];
      return bare ? results[0] : results;
    },
  };
  return options.keep === true ? keeping(interpreted, program) : interpreted;
}

/** Works on copies of the arrays that it writes to. */
function keeping(executable: Executable, program: Program): Executable {
  const written = writtenParameters(program);
  if (written.length === 0) return executable;
  const call: Executable["call"] = (...args) => {
    for (const k of written) args[k] = (args[k] as Float64Array).slice();
    return executable.call(...args);
  };
  return { ...executable, call };
}

/** As compiled code calls it. */
const called = ({ attr, args }: OpOf<"external">): ReturnType<typeof external> =>
  external(attr.function, attr.half, attr.half === "forward" ? args.length : args.length - 1);

/** A policy's refusal of generated code: EvalError of `new Function`, CompileError of WebAssembly. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && (error.name === "EvalError" || error.name === "CompileError");

/** The function with these parameters and, last, this body; undefined where a page's policy forbids to make one. */
export function generated(...text: string[]): ((...args: unknown[]) => unknown) | undefined {
  try {
    // oxlint-disable-next-line no-implied-eval -- generating code is what a compiler is for
    return new Function(...text) as (...args: unknown[]) => unknown;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

function tryJs(program: Program): Executable | undefined {
  const { source, entry, primitives, externals, sites } = emitJs(program);
  const names = [...primitives.keys(), ...externals.map((_, k) => `user${k}`), "fault"];
  const factory = generated(...names, `"use strict";\n${source}\nreturn ${entry};`);
  if (factory === undefined) return undefined;
  const fault = (k: number, ...values: (number | Float64Array)[]): never => {
    throw faultOf(
      sites[k],
      values.map((v) => (typeof v === "number" ? v : v.length)),
    );
  };
  const call = factory(
    ...[...primitives.values()].map((p) => p.evaluate),
    ...externals.map(called),
    fault,
  ) as Executable["call"];
  return { target: "js", call, source };
}

function tryWasm(program: Program, { math, outputs, keep }: ExecuteOptions): Executable | undefined {
  const emitted = emitWasm(program, { math });
  try {
    const imports = {
      math: Object.fromEntries(emitted.primitives.map((p) => [p.id, p.evaluate])),
      user: Object.fromEntries(emitted.externals.map((op, k) => [String(k), called(op)])),
    };
    const instance = new Instance(
      interfaceOf(program, outputs ?? []),
      instantiate(emitted.bytes, imports),
      (site, values) => faultOf(emitted.sites[site], values),
      keep,
    );
    return { target: "wasm", call: instance.call, peek: instance.peek, wasm: emitted.bytes };
  } catch (error) {
    if (isRefusal(error) && !allowed()) return undefined;
    throw error;
  }
}

/** Whether the smallest module compiles: it does unless a policy forbids all of them. */
function allowed(): boolean {
  try {
    instantiate(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), {});
    return true;
  } catch {
    return false;
  }
}

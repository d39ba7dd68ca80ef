/** Programs that run: compiled to WebAssembly or JavaScript, or interpreted, all called alike. */
import { backward } from "../chain.ts";
import { AdError } from "../errors.ts";
import { failure, indexOutOfRange, notAnIndex } from "../program/faults.ts";
import { interpreter } from "../program/interpret.ts";
import type { Op, OpOf, Program, Region, Value } from "../program/ir.ts";
import { Context, evaluate } from "../real/real.ts";
import type { PrimitiveBase } from "../real/real.ts";
import { emitJs } from "./js/emit.ts";
import { hasWebAssembly, instantiate } from "./webassembly.ts";
import type { Exports } from "./webassembly.ts";
import { emitWasm, isDirect, isReturned } from "./wasm/emit.ts";
import type { Emitted } from "./wasm/emit.ts";
import { SITE, SITE_VALUES } from "./wasm/layout.ts";

/** What stands for a value outside: a number, or the elements of an array. */
export type Datum = number | Float64Array;

/** How a program is run. */
export type Target = "wasm" | "js" | "interpreter";

/** Where elementary functions come from: the module's own, the same bits everywhere, or `Math`, the same bits as the plain call. */
export type MathMode = "fast" | "exact";

export interface Executable {
  readonly target: Target;
  /** From one argument per parameter to one result per result. Arrays are read and written in place. */
  readonly run: (args: readonly Datum[]) => readonly Datum[];
  /** As JavaScript. */
  readonly source?: string;
  /** As the bytes of a WebAssembly module. */
  readonly wasm?: Uint8Array;
}

export interface ExecuteOptions {
  readonly target: Target;
  readonly math: MathMode;
}

/** Makes a program run. Where a page's policy forbids code to be generated, the next best target is taken. */
export function execute(program: Program, options: ExecuteOptions): Executable {
  const { target } = options;
  if (target === "js") {
    const js = tryJs(program);
    if (js !== undefined) return js;
  }
  if (target !== "interpreter" && hasWebAssembly) {
    const wasm = tryWasm(program, options.math);
    if (wasm !== undefined) return wasm;
  }
  return { target: "interpreter", run: interpreted(program) };
}

const interpreted = (program: Program): Executable["run"] => {
  const run = interpreter(program);
  return (args) => run(...args) as readonly Datum[];
};

/** The error that the operation `op` stands for. Site 1 of a module, which no operation stands for, is its memory. */
function faultOf(op: Op | undefined, values: readonly number[]): AdError {
  switch (op?.kind) {
    case "bound":
      return indexOutOfRange(op.attr.name, values[0]!, values[1]!, op.loc);
    case "f64.index":
      return notAnIndex(op.attr.name, values[0]!, op.loc);
    case "fail":
      return failure(op.attr, values, op.loc);
    default:
      return new AdError(
        "out-of-memory",
        "The compiled function needs more memory than WebAssembly has (4 GB) or the machine gives.",
        "Work on smaller pieces, or use checkpoints for long loops.",
      );
  }
}

/** A function of the user's on numbers, as compiled code calls it. */
function external({ attr, args }: OpOf<"external">): (...args: number[]) => number | readonly number[] {
  const f = attr.function;
  if (attr.half === "forward") return (...x) => Number(evaluate(f, x));
  const arity = args.length - 1;
  return (...x) => {
    const cotangent = x.pop()!;
    const ctx = new Context();
    evaluate(f, x, ctx);
    return backward(f, ctx, arity, cotangent).map(Number);
  };
}

/** A policy's refusal of generated code: EvalError of `new Function`, CompileError of WebAssembly. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error && (error.name === "EvalError" || error.name === "CompileError");

/** JavaScript

 */
function tryJs(program: Program): Executable | undefined {
  const { source, entry, primitives, externals, sites } = emitJs(program);
  const names = [...primitives.keys(), ...externals.map((_, k) => `user${k}`), "fault"];
  let factory: (...imports: unknown[]) => (...args: Datum[]) => unknown;
  try {
    // oxlint-disable-next-line no-new-func, no-implied-eval -- generating code is what this back end is for
    factory = new Function(...names, `"use strict";\n${source}\nreturn ${entry};`) as typeof factory;
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
  const fault = (k: number, ...values: (number | Float64Array)[]): never => {
    throw faultOf(
      sites[k],
      values.map((v) => (typeof v === "number" ? v : v.length)),
    );
  };
  const f = factory(...[...primitives.values()].map((p) => p.evaluate), ...externals.map(external), fault);
  const count = program.functions[0]!.results.length;
  const run: Executable["run"] =
    count === 1
      ? (args) => [f(...args) as Datum]
      : (args) => (f(...args) as readonly Datum[] | undefined) ?? [];
  return { target: "js", run, source };
}

function tryWasm(program: Program, math: MathMode): Executable | undefined {
  const emitted = emitWasm(program, { math });
  try {
    return { target: "wasm", run: new Instance(program, emitted).run, wasm: emitted.bytes };
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

/** An instance of a module. Nothing else refers to it or its memory: they go when this goes. */
class Instance {
  readonly #exports: Exports;
  readonly #emitted: Emitted;
  readonly #params: readonly { readonly isArray: boolean; readonly isF64: boolean; readonly isWritten: boolean }[];
  readonly #results: readonly Value["ty"][];
  readonly #direct: boolean;
  readonly #returned: boolean;
  readonly #addresses: number[] = [];
  #f64: Float64Array;
  #i32: Int32Array;

  constructor(program: Program, emitted: Emitted) {
    const entry = program.functions[0]!;
    const math = Object.fromEntries(emitted.primitives.map((p: PrimitiveBase) => [p.id, p.evaluate]));
    const user = Object.fromEntries(emitted.externals.map((op, k) => [String(k), external(op)]));
    this.#exports = instantiate(emitted.bytes, { math, user });
    this.#emitted = emitted;
    const written = writtenParameters(entry.body);
    this.#params = entry.body.args.map((v) => ({
      isArray: v.ty === "array",
      isF64: v.ty === "f64",
      isWritten: written.has(v),
    }));
    this.#results = entry.results;
    this.#direct = isDirect(entry.params);
    this.#returned = isReturned(entry.results);
    this.#f64 = new Float64Array(this.#exports.memory.buffer);
    this.#i32 = new Int32Array(this.#exports.memory.buffer);
  }

  /** Views of the memory as it is now: growing it takes the old ones away. */
  #refresh(): void {
    if (this.#f64.length > 0) return;
    this.#f64 = new Float64Array(this.#exports.memory.buffer);
    this.#i32 = new Int32Array(this.#exports.memory.buffer);
  }

  readonly run = (args: readonly Datum[]): readonly Datum[] => {
    const { memory, heap, top, parameters, results, run } = this.#exports;
    const params = this.#params;
    let free = heap.value;
    for (let k = 0; k < params.length; k++) {
      if (!params[k]!.isArray) continue;
      this.#addresses[k] = free;
      free += 8 * (args[k] as Float64Array).length;
      // Arrays begin at multiples of 16, where two elements are loaded fastest.
      free = (free + 15) & -16;
    }
    if (free > memory.buffer.byteLength) {
      memory.grow(Math.ceil((free - memory.buffer.byteLength) / 65536));
    }
    this.#refresh();
    const flat: number[] = [];
    for (let k = 0; k < params.length; k++) {
      const arg = args[k]!;
      if (typeof arg === "number") {
        flat.push(arg);
      } else {
        this.#f64.set(arg, this.#addresses[k]! / 8);
        flat.push(this.#addresses[k]!, arg.length);
      }
    }
    if (!this.#direct) {
      let at = parameters.value;
      let next = 0;
      for (const { isArray, isF64 } of params) {
        if (isF64) this.#f64[at / 8] = flat[next++]!;
        else this.#i32[at / 4] = flat[next++]!;
        if (isArray) this.#i32[at / 4 + 1] = flat[next++]!;
        at += 8;
      }
    }
    top.value = free;
    let returned: number | undefined;
    try {
      returned = this.#direct ? run(...flat) : run();
    } catch (error) {
      throw this.#fault(error);
    }
    this.#refresh();
    for (let k = 0; k < params.length; k++) {
      if (!params[k]!.isWritten) continue;
      const arg = args[k] as Float64Array;
      arg.set(this.#f64.subarray(this.#addresses[k]! / 8, this.#addresses[k]! / 8 + arg.length));
    }
    if (this.#returned) return [returned!];
    return this.#results.map((ty, k) => {
      const at = results.value + 8 * k;
      if (ty !== "array") return this.#f64[at / 8]!;
      const [address, length] = [this.#i32[at / 4]!, this.#i32[at / 4 + 1]!];
      // A result that is a parameter is that parameter.
      const same = this.#params.findIndex((p, j) => p.isArray && this.#addresses[j] === address && length > 0);
      const whole = same >= 0 && (args[same] as Float64Array).length === length;
      return whole ? args[same]! : this.#f64.slice((address >>> 0) / 8, (address >>> 0) / 8 + length);
    });
  };

  /** A trap as the error it stands for. */
  #fault(error: unknown): unknown {
    this.#refresh();
    const site = this.#i32[SITE / 4]!;
    if (site === 0) return error;
    this.#i32[SITE / 4] = 0;
    const values = Array.from(this.#f64.subarray(SITE_VALUES / 8, SITE_VALUES / 8 + 8));
    return faultOf(this.#emitted.sites[site], values);
  }
}

/** The array parameters of an entry whose elements it may change, directly or under another name. */
function writtenParameters(body: Region): ReadonlySet<Value> {
  const written = new Set<Value>();
  const harmless = new Set<Op["kind"]>(["load", "length", "bound", "fail"]);
  const visit = (region: Region): void => {
    for (const v of region.yields) if (region.parent !== null && v.ty === "array") written.add(v);
    for (const op of region.ops) {
      op.args.forEach((v, k) => {
        if (v.ty === "array" && !harmless.has(op.kind) && !(op.kind === "copy" && k === 1)) written.add(v);
      });
      op.regions.forEach(visit);
    }
  };
  visit(body);
  return written;
}

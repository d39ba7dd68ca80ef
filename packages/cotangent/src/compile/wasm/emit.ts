/** From programs to the bytes of a WebAssembly module. */
import { opsIn } from "../../program/ir.ts";
import type { Func, Op, OpOf, Program } from "../../program/ir.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import { plan } from "../plan.ts";
import type { Plan } from "../plan.ts";
import { ModuleBuilder } from "./assembler.ts";
import type { Callable, FunctionBuilder } from "./assembler.ts";
import { testTogether } from "./guards.ts";
import { Kernels } from "./kernels/kernels.ts";
import { isDirect, isReturned } from "./interface.ts";
import { DATA } from "./layout.ts";
import { Lowering } from "./lower.ts";
import { Arithmetic, isInside } from "./primitives.ts";
import { overlaps } from "./origins.ts";
import type { Overlap } from "./origins.ts";
import { Runtime } from "./runtime.ts";
import { flatten } from "./values.ts";
import { vectorLoop } from "./vectorise.ts";

export interface Emitted {
  readonly bytes: Uint8Array;
  /** What each error site is; site 1 is "out of memory". */
  readonly sites: readonly (Op | undefined)[];
  /** Primitives that the module imports from "math", by id. */
  readonly primitives: readonly PrimitiveBase[];
  /** Functions of the user's that it imports from "user", as "0", "1", ... */
  readonly externals: readonly OpOf<"external">[];
}

/**
 * Writes `program` as a module.
 *
 * Exports: `memory`; `run`, the entry; `heap` (i32), the first address that is free for arguments; `top` (i32, mutable), the
 * first address that is free at all: the caller puts arrays between `heap` and `top` (multiples of 8), moves `top` behind
 * them and calls `run`, which allocates from there and leaves `top` where it was. `parameters` and `results` (i32): addresses of slots of 8 bytes.
 * `run` takes a number (f64 or i32) per scalar, an address and a length (i32 each) per array; if that is more than
 * 16 (MAX_DIRECT) it takes nothing, and finds them in the slots, one slot per parameter. If the program has one result,
 * an f64, `run` returns it; otherwise the results are in the slots, a scalar as an f64, an array as its address and length.
 */
export function emitWasm(original: Program, options: { readonly math: "fast" | "exact" }): Emitted {
  const module = new ModuleBuilder(DATA);
  const sites: (Op | undefined)[] = [undefined, undefined];
  const primitives = new Map<string, PrimitiveBase>();
  for (const op of original.functions.flatMap((f) => opsIn(f.body)))
    if (op.kind === "primitive" && !isInside(op.attr.id, options.math)) primitives.set(op.attr.id, op.attr);
  const imported = new Map<string, Callable>();
  for (const [id, { arity }] of primitives)
    imported.set(id, module.import("math", id, "f".repeat(arity ?? 0), "f"));
  const kernels = new Kernels(module);
  const arithmetic = new Arithmetic(module, kernels, imported);
  const reorder = options.math === "fast";
  const program = { functions: original.functions.map((f) => prepared(f, arithmetic, reorder)) };
  const isExternal = (op: Op): op is OpOf<"external"> => op.kind === "external";
  const externals = program.functions.flatMap((f) => opsIn(f.body).filter(isExternal));
  const called = new Map<Op, Callable>();
  externals.forEach((op, k) =>
    called.set(
      op,
      module.import("user", String(k), "f".repeat(op.args.length), "f".repeat(op.results.length)),
    ),
  );

  const runtime = new Runtime(module);
  const [parametersAt, resultsAt, heap] = [
    module.global(0, false),
    module.global(0, false),
    module.global(0, false),
  ];
  const functions = new Map<string, FunctionBuilder>();
  for (const { name, params, results } of program.functions) {
    functions.set(name, module.function(name, flatten(params.map((p) => p.ty)), flatten(results)));
  }
  const shared = {
    module,
    runtime,
    arithmetic,
    functions,
    reorder,
    externals: (op: OpOf<"external">) => called.get(op)!,
    site: (op: Op) => sites.push(op) - 1,
    data: (elements: Float64Array) => module.table(Array.from(elements)),
  };
  for (const f of program.functions) new Lowering(f, functions.get(f.name)!, shared).write(f);
  const entry = program.functions[0]!;
  const run = writeEntry(module, entry, functions.get(entry.name)!, parametersAt, resultsAt, runtime);

  const slots = (module.dataEnd + 15) & -16;
  const results = slots + 8 * entry.params.length;
  const free = (results + 8 * entry.results.length + 15) & -16;
  module.initialise(parametersAt, slots);
  module.initialise(resultsAt, results);
  for (const global of [heap, runtime.top, runtime.floor]) module.initialise(global, free);
  module.exportFunction("run", run);
  module.exportGlobal("parameters", parametersAt);
  module.exportGlobal("results", resultsAt);
  module.exportGlobal("heap", heap);
  module.exportGlobal("top", runtime.top);
  return { bytes: module.encode(free), sites, primitives: [...primitives.values()], externals };
}

/** The function as it is written: choices that are hardly ever needed are tested for together. */
function prepared(f: Func, arithmetic: Arithmetic, reorder: boolean): Func {
  let known: readonly [Plan, Overlap] | undefined;
  const hasVector = (id: string): boolean => arithmetic.hasVector(id);
  return testTogether(f, (loop) => {
    known ??= [plan(f), overlaps(f)];
    return vectorLoop(loop, known[0], hasVector, reorder, known[1]) !== undefined;
  });
}

/** The function that is exported: it takes parameters from, and puts results into, the slots where that is agreed. */
function writeEntry(
  module: ModuleBuilder,
  entry: Func,
  target: FunctionBuilder,
  parametersAt: number,
  resultsAt: number,
  runtime: Runtime,
): Callable {
  const direct = isDirect(entry.params);
  const returned = isReturned(entry.results);
  const f = module.function("run", direct ? target.params : "", returned ? "f" : "");
  // What is allocated is free again when the entry returns: until the next call it can still be read.
  const top = f.local("i");
  f.getGlobal(runtime.top).tee(top).setGlobal(runtime.floor);
  if (direct) {
    for (let k = 0; k < target.params.length; k++) f.get(k);
  } else {
    entry.params.forEach(({ ty }, k) => {
      f.getGlobal(parametersAt).access(ty === "f64" ? "f64.load" : "i32.load", 8 * k);
      if (ty === "array") f.getGlobal(parametersAt).access("i32.load", 8 * k + 4);
    });
  }
  f.call(target).get(top).setGlobal(runtime.top);
  if (returned) return f;
  for (let k = entry.results.length - 1; k >= 0; k--) {
    const ty = entry.results[k]!;
    const number = f.local("f");
    const integer = f.local("i");
    if (ty === "array") {
      f.set(integer)
        .getGlobal(resultsAt)
        .get(integer)
        .access("i32.store", 8 * k + 4);
      f.set(integer)
        .getGlobal(resultsAt)
        .get(integer)
        .access("i32.store", 8 * k);
    } else {
      if (ty !== "f64") f.op("f64.convert_i32_s");
      f.set(number)
        .getGlobal(resultsAt)
        .get(number)
        .access("f64.store", 8 * k);
    }
    f.release(number);
    f.release(integer);
  }
  return f;
}

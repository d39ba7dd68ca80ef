/** Code that is finished when a module is built: what a build writes in the place of `grad(f)`. */
import { AdError } from "../errors.ts";
import { transformProgram, writtenParameters } from "../differentiate/index.ts";
import { writtenBy } from "../program/aliases.ts";
import type { Apart } from "../program/aliases.ts";
import type { Specialisation } from "../program/captured.ts";
import type { Site } from "../program/faults.ts";
import { someOp } from "../program/ir.ts";
import type { Op, Program } from "../program/ir.ts";
import { exact } from "../program/exact.ts";
import { optimise } from "../program/optimise/index.ts";
import { restorer } from "../program/restore.ts";
import type { Restored } from "../program/restore.ts";
import type { PrimitiveBase } from "../real/real.ts";
import type { AnyFunction } from "../transforms/arguments.ts";
import { derivationOf } from "../transforms/transformed.ts";
import type { MathMode } from "./execute.ts";
import { emitJs } from "./js/emit.ts";
import { programsOf } from "./plain.ts";
import { base } from "./recorded.ts";
import { bySize } from "./sizes.ts";
import { emitWasm } from "./wasm/emit.ts";
import { interfaceOf } from "./wasm/interface.ts";
import type { Interface } from "./wasm/interface.ts";
import { bringGamma } from "./wasm/kernels/gamma-kernels.ts";

/** A function of the user's that the code calls: which class, and which half. */
interface AheadExternal {
  readonly name: string;
  readonly half: "forward" | "backward";
  readonly arity: number;
}

/** The code of a program. */
export interface AheadCode {
  /** Statements that declare `entry`; or the bytes of a module. */
  readonly js?: { readonly source: string; readonly entry: string; readonly rooms: boolean };
  readonly wasm?: { readonly bytes: Uint8Array; readonly interface: Interface };
  /** The primitives that it calls by their names. */
  readonly primitives: readonly PrimitiveBase[];
  readonly externals: readonly AheadExternal[];
  /** Where it may fail. */
  readonly sites: readonly (Site | undefined)[];
}

/** A function for a number of arguments: how its arguments become the program's, and the code. */
export interface AheadVariant extends Omit<Specialisation, "program"> {
  readonly code: AheadCode;
  /** Arrays among the leaves, by position, that the code writes to, but must not of its caller: of derivatives. */
  readonly keep: readonly number[];
  /** Of `vjp`: from the leaves of the arguments, of the result's cotangent and of what is outside, to those of the derivative. */
  readonly pullback?: AheadVariant;
  /** Of a function that writes to arrays: what its arguments must not share. */
  readonly apart?: Apart;
  /** What a function does to copies of its arguments, which it gives its caller. */
  readonly restored?: Restored;
}

export interface AheadOptions {
  readonly target: "js" | "wasm";
  readonly math: MathMode;
}

/**
 * The code of a captured function, or of any transform of one, called with so many arguments.
 * @throws AdError as its first call would: `result-not-scalar`, `wrong-option`, `unsupported-transform`
 */
export function aheadOfTime(f: AnyFunction, count: number, options: AheadOptions): AheadVariant {
  const derivation = derivationOf(f);
  const isPullback = derivation?.transform === "vjp";
  // What is called itself gives its arguments what it writes to them.
  const captured = derivation === undefined ? bySize(f, true) : programsOf(isPullback ? derivation.f : f);
  if (captured === undefined) {
    throw new AdError("no-source", `${f.name || "The function"} was not captured.`, 'Mark it "use grad".');
  }
  const of = captured.specialise(argumentsFor(isPullback ? derivation.f : f, count));
  const apart = apartOf(f, count);
  const variant = {
    ...variantOf(of, options, derivation !== undefined),
    ...(derivation === undefined ? restoredOf(captured.name, of) : {}),
    ...(apart === undefined ? {} : { apart }),
  };
  if (!isPullback) return variant;
  return {
    ...variant,
    pullback: variantOf(transformProgram(of, { transform: "pullback" }, captured.name), options, true),
  };
}

/** A list of arguments, as far as their number matters. */
function argumentsFor(f: AnyFunction, count: number): readonly unknown[] {
  const derivation = derivationOf(f);
  if (derivation === undefined) return Array.from({ length: count });
  const inner = argumentsFor(derivation.f, count);
  const takesLists = derivation.transform === "jvp" || derivation.transform === "hvp";
  return takesLists ? [inner, inner] : inner;
}

/** What is known of the arguments of a function that writes to them. */
function apartOf(f: AnyFunction, count: number): Apart | undefined {
  const root = base(f);
  const { params, outside, program, effects } = programsOf(root)!.specialise(argumentsFor(root, count));
  const written = writtenBy(writtenParameters(program), effects);
  if (written.leaves.length + written.objects.length === 0) return undefined;
  return { params, outside, written, keep: f !== root, lists: listsAround(f) };
}

/** @throws AdError `aliased-structure` */
function restoredOf(name: string, of: Specialisation): { readonly restored?: Restored } {
  const { params, result, effects } = of;
  const written = writtenParameters(of.program);
  if (restorer(name, of, written) === undefined) return {};
  const { program: _, ...known } = effects ?? { program: undefined, changes: [], resized: [], fresh: [] };
  return { restored: { params, result, effects: known, written } };
}

const listsAround = (f: AnyFunction): number => {
  const derivation = derivationOf(f);
  if (derivation === undefined) return 0;
  const { transform } = derivation;
  return listsAround(derivation.f) + (transform === "jvp" || transform === "hvp" ? 1 : 0);
};

function variantOf(of: Specialisation, options: AheadOptions, isDerived: boolean): AheadVariant {
  const { params, outside, result } = of;
  const program = optimise(of.program);
  const keep = isDerived ? writtenParameters(program) : [];
  return { params, outside, result, keep, code: codeOf(program, options) };
}

function codeOf(original: Program, { target, math }: AheadOptions): AheadCode {
  const program = math === "exact" ? exact(original) : original;
  const site = (op: Op | undefined): Site | undefined =>
    op === undefined ? undefined : { kind: op.kind, attr: op.attr, loc: op.loc };
  if (target === "js") {
    const rooms = isAlone(program);
    const { source, entry, primitives, externals, sites } = emitJs(program, rooms);
    return {
      js: { source, entry, rooms },
      primitives: [...primitives.values()],
      externals: externals.map(externalOf),
      sites: sites.map(site),
    };
  }
  bringGamma();
  const { bytes, primitives, externals, sites } = emitWasm(program, { math });
  return {
    wasm: { bytes, interface: interfaceOf(program, []) },
    primitives,
    externals: externals.map(externalOf),
    sites: sites.map(site),
  };
}

/** Whether nobody calls a program's entry while it runs: then its results may have one place for all calls. */
function isAlone({ functions }: Program): boolean {
  const { name } = functions[0]!;
  const calls = (op: Op): boolean =>
    op.kind === "external" || (op.kind === "call" && op.attr.callee === name);
  return !functions.some((f) => someOp(f.body, calls));
}

function externalOf({ attr, args }: Extract<Op, { kind: "external" }>): AheadExternal {
  const { function: f, half } = attr;
  return { name: f.name, half, arity: half === "forward" ? args.length : args.length - 1 };
}

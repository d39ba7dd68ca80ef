/** Transforms of plain functions: programs of programs, compiled, and called with the user's structures. */
import { fixedLeaves, transformProgram, transformSparsely } from "../differentiate/index.ts";
import type { Selection, Transform } from "../differentiate/index.ts";
import { AdError } from "../errors.ts";
import type { Captured, Specialisation } from "../program/captured.ts";
import type { Program } from "../program/ir.ts";
import { optimise } from "../program/optimise/index.ts";
import { builder, copyOf, taker, toLeaves } from "../program/marshal.ts";
import { leafTypes } from "../program/structure.ts";
import type { Leaf, Structure } from "../program/structure.ts";
import { derivationOf } from "../transforms/transformed.ts";
import type { Derivation } from "../transforms/transformed.ts";
import type { AnyFunction } from "../transforms/arguments.ts";
import type { Executable } from "./execute.ts";
import { bySize } from "./sizes.ts";

/** How a program is made to run. `keep`: so that it leaves the caller's arrays as they are. */
type Run = (program: Program, keep: boolean) => Executable;

/** A captured function, or a transform of one, for arguments of one structure: from its arguments to its result. */
interface PlainCall {
  readonly program: Program;
  readonly executable: Executable;
  readonly call: (list: readonly unknown[]) => unknown;
  /** Whether a list of arguments has the structure that it was made for. */
  readonly fits: (list: readonly unknown[]) => boolean;
  /** Where all arguments are numbers, and any numbers will do: from what the program returns for them to the result. */
  readonly ofNumbers?: ((out: ReturnType<Executable["call"]>) => unknown) | undefined;
}

/** What captured functions and their transforms carry; the latter made when they are asked for. */
const derived: WeakMap<AnyFunction, Captured> = new WeakMap();

/**
 * What `f` carries, or gets by transforms from a function that does: a transform of a captured function is itself one.
 * Undefined where there is nothing captured. A function that `vjp` returns is no part of it, nor is what contains one.
 */
export function programsOf(f: AnyFunction): Captured | undefined {
  const derivation = derivationOf(f);
  if (derivation === undefined) return bySize(f);
  let found = derived.get(f);
  if (found === undefined) {
    const inner = programsOf(derivation.f);
    if (inner === undefined) return undefined;
    derived.set(f, (found = derivedFrom(inner, derivation)));
  }
  return found;
}

function derivedFrom(inner: Captured, derivation: Derivation): Captured {
  const name = `${derivation.transform}(${inner.name})`;
  const known = new Map<Specialisation, Specialisation>();
  return {
    version: inner.version,
    name,
    outside: () => inner.outside(),
    specialise: (args) => {
      const of = inner.specialise(argumentsOf(derivation, args));
      let found = known.get(of);
      if (found === undefined) {
        known.set(of, (found = transformProgram(of, transformOf(derivation, name), inner.name)));
      }
      return found;
    },
  };
}

/** The arguments of the function itself among those of its transform. */
const argumentsOf = ({ transform }: Derivation, args: readonly unknown[]): readonly unknown[] =>
  transform === "jvp" || transform === "hvp" ? listIn(args[0]) : args;

const listIn = (x: unknown): readonly unknown[] => {
  if (Array.isArray(x)) return x as unknown[];
  throw new AdError(
    "mixed-structures",
    "jvp and hvp take the list of arguments, and a list beside it.",
    "Write jvp(f)([x], [v]), or ([x, y], [v, w]) for two arguments.",
  );
};

function transformOf({ transform, options }: Derivation, name: string): Transform {
  switch (transform) {
    case "derivative":
      return { transform, order: (options as number | undefined) ?? 1 };
    case "jvp":
    case "hvp":
      return { transform };
    case "vjp":
      throw new AdError(
        "unsupported-transform",
        `${name} returns a function, which has no derivative.`,
        "Apply vjp last: vjp(grad(f)), not grad(vjp(f)); or call the pullback inside the function that is differentiated.",
      );
    default:
      return { transform, wrt: (options as { readonly wrt?: Selection } | undefined)?.wrt };
  }
}

/**
 * A captured function or a transform of one, ready to be called with arguments like these.
 * @throws AdError `result-not-scalar`, `wrong-option`, `unsupported-transform`
 */
export function plainCall(f: AnyFunction, args: readonly unknown[], run: Run): PlainCall {
  const derivation = derivationOf(f);
  if (derivation?.transform === "vjp") {
    const inner = programsOf(derivation.f)!;
    return pullback(inner, inner.specialise(args), run);
  }
  const captured = programsOf(f)!;
  const of = captured.specialise(args);
  // A function may write to its arguments; its derivatives do not.
  const keep = derivation !== undefined;
  const call = directly(captured, of, run, keep);
  if (derivation?.transform !== "jacobian") return call;
  const inner = programsOf(derivation.f)!;
  const { wrt } = (derivation.options ?? {}) as { readonly wrt?: Selection };
  return byPattern(call, captured, inner.specialise(args), { wrt, name: inner.name, run });
}

/** A program, called. */
function directly(captured: Captured, of: Specialisation, run: Run, keep: boolean): PlainCall {
  const program = optimise(of.program);
  const executable = run(program, keep);
  const build = builder(of.result);
  const marshal = marshaller(captured, of);
  let isBusy = false;
  const call = (list: readonly unknown[]): unknown => {
    // A function on numbers that the program calls may call it again, while its arguments are still in use.
    if (isBusy) return directly(captured, of, run, keep).call(list);
    isBusy = true;
    try {
      return build(executable.call(...marshal(list)));
    } finally {
      isBusy = false;
    }
  };
  const { params, outside, result } = of;
  const areNumbers = outside.length === 0 && params.every((p) => p.structure.kind === "number");
  // A program for whole numbers is not for any.
  const isGeneral = areNumbers && captured.specialise(params.map(() => NaN)) === of;
  return {
    program,
    executable,
    call,
    fits: (list) => captured.specialise(list) === of,
    ofNumbers: isGeneral ? fromNumbers(result, build) : undefined,
  };
}

/** As `build`, but what is as it should be is left as it is. */
function fromNumbers(
  result: Structure,
  build: ReturnType<typeof builder>,
): (out: ReturnType<Executable["call"]>) => unknown {
  const isList = result.kind === "tuple" && result.elements.every((e) => e.kind === "number");
  const isReady = result.kind === "number" || (isList && result.elements.length > 1);
  return isReady ? (out) => out : build;
}

/** From arguments to leaves. The list is used again at the next call, and so are arrays in it. */
function marshaller(
  captured: Captured,
  { params, outside }: Specialisation,
): (list: readonly unknown[]) => readonly Leaf[] {
  const takeOwn = taker(params);
  const takeOutside = taker(
    outside,
    params.reduce((n, p) => n + leafTypes(p.structure).length, 0),
  );
  const leaves: Leaf[] = [];
  return (list) => {
    takeOwn(list, leaves);
    if (outside.length > 0) takeOutside(captured.outside(), leaves);
    return leaves;
  };
}

/** The value, and a function that runs the program again, backwards. */
function pullback(captured: Captured, of: Specialisation, run: Run): PlainCall {
  const value = directly(captured, of, run, true);
  const marshal = marshaller(captured, of);
  const back = transformProgram(of, { transform: "pullback" }, captured.name);
  const program = optimise(back.program);
  const executable = run(program, true);
  const build = builder(back.result);
  const own = of.params.reduce((n, p) => n + leafTypes(p.structure).length, 0);
  return {
    program,
    executable,
    fits: value.fits,
    call: (list) => {
      // The pullback belongs to what the arguments hold now.
      const kept = copyOf(marshal(list));
      return {
        value: value.call(list),
        pullback: (cotangent: unknown) => {
          const seeds = toLeaves(of.result, cotangent, "the cotangent");
          const leaves = copyOf(kept);
          return build(executable.call(...leaves.slice(0, own), ...seeds, ...leaves.slice(own)));
        },
      };
    },
  };
}

/** More patterns than this are not kept: where the arguments that decide about them change all the time, none is looked for. */
const MOST_PATTERNS = 8;

/** A Jacobian, by its pattern where one can be read off for the arguments given, and otherwise as `dense` computes it. */
function byPattern(
  dense: PlainCall,
  captured: Captured,
  of: Specialisation,
  { wrt, name, run }: { readonly wrt: Selection; readonly name: string; readonly run: Run },
): PlainCall {
  if (of.result.kind === "number") return dense;
  const fixed = fixedLeaves(of, wrt, name);
  const marshal = marshaller(captured, of);
  // A pattern holds for arrays of these lengths and these values of what is not differentiated by.
  const known: { readonly fits: (leaves: readonly Leaf[]) => boolean; readonly call: PlainCall["call"] }[] =
    [];
  const call = (list: readonly unknown[]): unknown => {
    const leaves = marshal(list);
    let found = known.find((k) => k.fits(leaves));
    if (found === undefined) {
      if (known.length === MOST_PATTERNS) return dense.call(list);
      const sparse = transformSparsely(of, wrt, name, copyOf(leaves));
      const like = leaves.map((x, i) => (typeof x === "number" || !fixed.includes(i) ? x : x.slice()));
      const lengths = leaves.map((x) => (typeof x === "number" ? -1 : x.length));
      found = {
        fits: (now) =>
          now.every((x, i) => typeof x === "number" || x.length === lengths[i]) &&
          fixed.every((i) => isSame(now[i]!, like[i]!)),
        call: sparse === undefined ? dense.call : directly(captured, sparse, run, true).call,
      };
      known.push(found);
    }
    return found.call(list);
  };
  return { ...dense, call };
}

function isSame(x: Leaf, y: Leaf): boolean {
  if (typeof x === "number" || typeof y === "number") return Object.is(x, y);
  for (let i = 0; i < x.length; i++) if (!Object.is(x[i], y[i])) return false;
  return true;
}

/** Transforms of plain functions: programs of programs, compiled, and called with the user's structures. */
import {
  fixedLeaves,
  transformProgram,
  transformSparsely,
  writtenParameters,
} from "../differentiate/index.ts";
import type { Selection, Transform } from "../differentiate/index.ts";
import { AdError } from "../errors.ts";
import type { AliasCheck, Captured, Restore, Specialisation } from "../program/captured.ts";
import type { Program } from "../program/ir.ts";
import { optimise } from "../program/optimise/index.ts";
import { builder, copyOf, listed, taker, toLeaves } from "../program/marshal.ts";
import { children, leafTypes } from "../program/structure.ts";
import type { Leaf, Structure } from "../program/structure.ts";
import { derivationOf } from "../transforms/transformed.ts";
import type { Derivation } from "../transforms/transformed.ts";
import type { AnyFunction } from "../transforms/arguments.ts";
import { entry } from "./entry.ts";
import type { Executable } from "./execute.ts";
import { base } from "./recorded.ts";
import { bySize } from "./sizes.ts";

/** How programs are made to run. */
export interface How {
  /** `keep`: so that it leaves the caller's arrays as they are. */
  readonly run: (program: Program, keep: boolean) => Executable;
  /** The same for what is run alike. */
  readonly key: string;
}

/** A captured function, or a transform of one, for arguments of one structure: from its arguments to its result. */
interface PlainCall {
  readonly program: Program;
  readonly executable: Executable;
  /** `peeks`: for whoever copies the result at once: its Float64Arrays may be gone after the next call. */
  readonly call: (list: readonly unknown[], peeks?: boolean) => unknown;
  /** Whether a list of arguments has the structure that it was made for. */
  readonly fits: (list: readonly unknown[]) => boolean;
  /** The same for a list of arguments, by code written for them, which gives `slow` what has another structure; if there is any. */
  readonly enter?: ((slow: AnyFunction) => AnyFunction | undefined) | undefined;
}

/**
 * What `f` carries, or gets by transforms from a function that does: a transform of a captured function is itself one.
 * Undefined where there is nothing captured. A function that `vjp` returns is no part of it, nor is what contains one.
 */
export function programsOf(f: AnyFunction): Captured | undefined {
  const derivation = derivationOf(f);
  if (derivation === undefined) return bySize(f);
  const inner = programsOf(derivation.f);
  return inner && derivedFrom(inner, derivation);
}

function derivedFrom(inner: Captured, derivation: Derivation): Captured {
  const name = `${derivation.transform}(${inner.name})`;
  let latest: Specialisation | undefined;
  let found: Specialisation | undefined;
  return {
    ...inner,
    name,
    specialise: (args) => {
      const of = inner.specialise(argumentsOf(derivation, args));
      if (found === undefined || of !== latest) {
        found = transformedOnce(of, transformOf(derivation, name), inner.name);
        latest = of;
      }
      return found;
    },
  };
}

/** The transforms of a program, by what they are. */
const transformed: WeakMap<Specialisation, Map<string, Specialisation>> = new WeakMap();

const transformedOnce = (of: Specialisation, how: Transform, name: string): Specialisation =>
  once(transformed, of, JSON.stringify(how), () => ({
    ...transformProgram(of, how, name),
    isCertain: of.isCertain === true,
  }));

/** What was made for a program under this key, or is made now. */
function once<T>(
  known: WeakMap<Specialisation, Map<string, T>>,
  of: Specialisation,
  key: string,
  make: () => T,
): T {
  let all = known.get(of);
  if (all === undefined) known.set(of, (all = new Map<string, T>()));
  let found = all.get(key);
  if (found === undefined) all.set(key, (found = make()));
  return found;
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
export function plainCall(f: AnyFunction, args: readonly unknown[], how: How): PlainCall {
  const made = callOf(f, args, how);
  const root = programsOf(base(f))!;
  const of = root.specialise(ownArguments(f, args));
  const keep = derivationOf(f) !== undefined;
  const { check } = once(aliases, of, String(keep), () => ({
    check: root.writes?.check(of, writtenParameters(of.program), keep),
  }));
  if (check === undefined) return made;
  return {
    ...made,
    enter: undefined,
    call: (list, peeks) => {
      check(ownArguments(f, list), root.outside);
      return made.call(list, peeks);
    },
  };
}

const aliases: WeakMap<
  Specialisation,
  Map<string, { readonly check: AliasCheck | undefined }>
> = new WeakMap();

/** The arguments of the captured function itself. */
function ownArguments(f: AnyFunction, args: readonly unknown[]): readonly unknown[] {
  const derivation = derivationOf(f);
  return derivation === undefined ? args : ownArguments(derivation.f, argumentsOf(derivation, args));
}

function callOf(f: AnyFunction, args: readonly unknown[], how: How): PlainCall {
  const derivation = derivationOf(f);
  if (derivation?.transform === "vjp") {
    const inner = programsOf(derivation.f)!;
    return pullback(inner, inner.specialise(args), how);
  }
  // A function may write to its arguments; its derivatives do not.
  const keep = derivation !== undefined;
  const captured = keep ? programsOf(f)! : bySize(f, true)!;
  const of = captured.specialise(args);
  const call = directly(captured, of, how, keep);
  if (derivation?.transform !== "jacobian") return call;
  const inner = programsOf(derivation.f)!;
  const { wrt } = (derivation.options ?? {}) as { readonly wrt?: Selection };
  return byPattern(call, captured, inner.specialise(args), { wrt, name: inner.name, how });
}

/** A program made to run, with what takes arguments apart and puts results together for it. */
class Ready {
  readonly program: Program;
  readonly executable: Executable;
  readonly build: ReturnType<typeof builder>;
  readonly #peek: Executable["call"];
  readonly run: Executable["call"];
  readonly #marshal: Marshal;
  readonly #restore: Restore | undefined;
  readonly #again: () => Ready;
  isBusy = false;

  /** @param keep whether the arguments stay as they are */
  constructor(captured: Captured, of: Specialisation, how: How, keep: boolean) {
    const { name, writes } = captured;
    this.program = optimise(of.program);
    this.#restore = keep ? undefined : writes?.restorer(name, of, writtenParameters(this.program));
    this.executable = how.run(this.program, keep);
    this.build = builder(of.result);
    const { call, peek = call } = this.executable;
    this.#peek = peek;
    // Lists and objects are copies.
    this.run = isHandedOut(of.result) || this.#restore !== undefined ? call : peek;
    this.#marshal = marshaller(of);
    this.#again = () => new Ready(captured, of, how, keep);
  }

  call(list: readonly unknown[], outside: Captured["outside"], peeks?: boolean): unknown {
    // A function on numbers that the program calls may call it again, while its arguments are still in use.
    if (this.isBusy) return this.#again().call(list, outside, peeks);
    this.isBusy = true;
    try {
      const leaves = this.#marshal(list, outside);
      if (this.#restore !== undefined) return this.#restore(list, leaves, listed(this.run(...leaves)));
      return this.build(peeks === true ? this.#peek(...leaves) : this.run(...leaves));
    } finally {
      this.isBusy = false;
    }
  }

  /** Code written for this program; undefined where what it changes is given back, or no code may be made. */
  enter(
    of: Specialisation,
    slow: AnyFunction,
    outside: Captured["outside"],
    fits: ((list: readonly unknown[]) => boolean) | undefined,
  ): AnyFunction | undefined {
    return this.#restore || this.executable.target === "interpreter"
      ? undefined
      : entry(of, { ready: this, slow, outside, fits });
  }
}

/** Whether a Float64Array that a program returns is, or is part of, what the user gets. */
const isHandedOut = (s: Structure): boolean =>
  s.kind === "array" ? s.typed === true : children(s).some(([, part]) => isHandedOut(part));

/** What closures share: there may be any number of them, each asked once. */
const shared: WeakMap<Specialisation, Map<string, Ready>> = new WeakMap();

const ready = (captured: Captured, of: Specialisation, how: How, keep: boolean): Ready =>
  captured.isClosure === true
    ? once(shared, of, `${keep}${how.key}`, () => new Ready(captured, of, how, keep))
    : new Ready(captured, of, how, keep);

/** A program, called. */
function directly(captured: Captured, of: Specialisation, how: How, keep: boolean): PlainCall {
  const made = ready(captured, of, how, keep);
  const { program, executable } = made;
  const { params, isCertain } = of;
  const fits = (list: readonly unknown[]): boolean => captured.specialise(list) === of;
  return {
    program,
    executable,
    fits,
    call: (list, peeks) => made.call(list, captured.outside, peeks),
    enter: (slow) => {
      const areNumbers = params.every((p) => p.structure.kind === "number");
      // A program for whole numbers is not for any.
      const isGeneral = isCertain === true || (areNumbers && fits(params.map(() => NaN)));
      return made.enter(of, slow, captured.outside, isGeneral ? undefined : fits);
    },
  };
}

type Marshal = (list: readonly unknown[], outside: Captured["outside"]) => readonly Leaf[];

/** From arguments to leaves. The list is used again at the next call, and so are arrays in it. */
function marshaller({ params, outside }: Specialisation): Marshal {
  const takeOwn = taker(params);
  const takeOutside = taker(
    outside,
    params.reduce((n, p) => n + leafTypes(p.structure).length, 0),
  );
  const leaves: Leaf[] = [];
  return (list, around) => {
    takeOwn(list, leaves);
    if (outside.length > 0) takeOutside(around(), leaves);
    return leaves;
  };
}

/** The value, and a function that runs the program again, backwards. */
function pullback(captured: Captured, of: Specialisation, how: How): PlainCall {
  const value = directly(captured, of, how, true);
  const marshal = marshaller(of);
  const { program, executable, build } = ready(
    captured,
    transformedOnce(of, { transform: "pullback" }, captured.name),
    how,
    true,
  );
  const own = of.params.reduce((n, p) => n + leafTypes(p.structure).length, 0);
  return {
    program,
    executable,
    fits: value.fits,
    call: (list) => {
      // The pullback belongs to what the arguments hold now.
      const kept = copyOf(marshal(list, captured.outside));
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
  { wrt, name, how }: { readonly wrt: Selection; readonly name: string; readonly how: How },
): PlainCall {
  if (of.result.kind === "number") return dense;
  const fixed = fixedLeaves(of, wrt, name);
  const marshal = marshaller(of);
  const known =
    captured.isClosure === true ? once(patterns, of, JSON.stringify([wrt, how.key]), () => []) : [];
  const call: PlainCall["call"] = (list, peeks) => {
    const leaves = marshal(list, captured.outside);
    let found = known.find((k) => k.fits(leaves));
    if (found === undefined) {
      if (known.length === MOST_PATTERNS) return dense.call(list, peeks);
      const sparse = transformSparsely(of, wrt, name, copyOf(leaves));
      const like = leaves.map((x, i) => (typeof x === "number" || !fixed.includes(i) ? x : x.slice()));
      const lengths = leaves.map((x) => (typeof x === "number" ? -1 : x.length));
      found = {
        fits: (now) =>
          now.every((x, i) => typeof x === "number" || x.length === lengths[i]) &&
          fixed.every((i) => isSame(now[i]!, like[i]!)),
        ready: sparse && new Ready(captured, sparse, how, true),
      };
      known.push(found);
    }
    return found.ready === undefined
      ? dense.call(list, peeks)
      : found.ready.call(list, captured.outside, peeks);
  };
  return { ...dense, enter: undefined, call };
}

/** A Jacobian's pattern: it holds for arrays of these lengths and these values of what is not differentiated by. */
interface Pattern {
  readonly fits: (leaves: readonly Leaf[]) => boolean;
  /** What computes it; undefined: nothing is gained. */
  readonly ready: Ready | undefined;
}

const patterns: WeakMap<Specialisation, Map<string, Pattern[]>> = new WeakMap();

function isSame(x: Leaf, y: Leaf): boolean {
  if (typeof x === "number" || typeof y === "number") return Object.is(x, y);
  for (let i = 0; i < x.length; i++) if (!Object.is(x[i], y[i])) return false;
  return true;
}

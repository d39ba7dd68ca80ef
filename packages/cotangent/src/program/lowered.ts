/** What a build attaches to a plain function: its program as text, read when it is needed. */
import { AdError, missingArgument } from "../errors.ts";
import * as library from "../primitives/index.ts";
import * as inner from "../primitives/inner.ts";
import type { PrimitiveBase, UserFunction } from "../real/real.ts";
import { attach, CAPTURE_VERSION } from "./captured.ts";
import type { Abilities, CapturedParameter, Effects, Specialisation } from "./captured.ts";
import type { Program } from "./ir.ts";
import { specialisation } from "./effects.ts";
import { parse } from "./parse.ts";
import { children, partOf } from "./structure.ts";
import type { Structure } from "./structure.ts";

/** A function's program for a number of arguments; plain data. */
export interface LoweredVariant {
  readonly params: readonly CapturedParameter[];
  readonly outside: readonly CapturedParameter[];
  readonly result: Structure;
  /** As `print` writes it. */
  readonly program: string;
  /** What the function does to its arguments; then the program's entry returns what is new there, too. */
  readonly effects?: Effects;
}

/** What a build writes for a function; plain data. */
export interface LoweredFunction {
  readonly version: number;
  readonly name: string;
  /** For each number of arguments that may be passed, fewest first. */
  readonly variants: readonly LoweredVariant[];
  /** What the programs call the classes with forward and backward, in order; a minifier may call them otherwise. */
  readonly users?: readonly string[];
  /** It takes derivatives inside: called as it is, it runs its program, since plain code cannot be differentiated. */
  readonly nested?: boolean;
  /** It is written on the library's functions of Reals, so that it can be run on variables as well. */
  readonly onReals?: boolean;
}

/**
 * What makes functions carry what a build found out about them: one function, or all closures that a place in the source makes. They
 * share their programs.
 * @throws AdError `malformed-program` at the first use, if another version of the compiler wrote it
 */
export function lowered(data: LoweredFunction, isClosure: boolean): Lower {
  const known: (((args: readonly unknown[]) => Specialisation) | undefined)[] = [];
  let given: LoweredAbilities = {};
  const specialise = (args: readonly unknown[]): Specialisation => {
    if (data.version !== CAPTURE_VERSION) {
      throw new AdError(
        "malformed-program",
        `${data.name} was compiled by another version of cotangent-compiler.`,
        "Use the same version of cotangent and cotangent-compiler, and build again.",
      );
    }
    const { variants } = data;
    const fewest = variants[0]!.params.length;
    if (args.length < fewest) throw missingArgument(data.name, fewest, args.length);
    const fitting = variants.findIndex((v) => v.params.length >= args.length);
    const at = fitting < 0 ? variants.length - 1 : fitting;
    const of = (known[at] ??= typedVersions(read(variants[at]!, data.users ?? [], given.users)));
    return of(args);
  };
  return (f, outside = () => [], abilities = given) => {
    given = abilities;
    if (f.name !== data.name) Object.defineProperty(f, "name", { value: data.name, configurable: true });
    const { version, name, onReals: isOnReals = false } = data;
    return attach(f, { ...abilities, version, name, isClosure, isOnReals, outside, specialise });
  };
}

/**
 * Attaches programs to a function.
 * @param outside gives the present values of what f refers to outside itself, for the variant with so many arguments
 * @param abilities what it needs beside its programs
 */
export type Lower = <F extends (...args: never[]) => unknown>(
  f: F,
  outside?: () => readonly unknown[],
  abilities?: LoweredAbilities,
) => F;

/** What a build says that a function needs beside its programs. */
export interface LoweredAbilities extends Abilities {
  readonly users?: Users;
}

/** The classes with forward and backward that programs call, and what brings those written on Reals into a program. */
export interface Users {
  readonly classes: () => readonly UserFunction[];
  readonly bringInside: (program: Program) => Program;
}

/**
 * A type says of an array of numbers that it is one, not of which kind: a program for lists takes Float64Arrays as well, and then what has the
 * structure of an argument is made of these again.
 */
function typedVersions(of: Specialisation): (args: readonly unknown[]) => Specialisation {
  const places = of.params.flatMap(({ structure }, i) => listsIn(structure, [i]));
  if (places.length === 0) return () => of;
  const known = new Map<string, Specialisation>();
  return (args) => {
    const typed = places.filter((place) => at(args, place) instanceof Float64Array);
    if (typed.length === 0) return of;
    const key = typed.join();
    let found = known.get(key);
    if (found === undefined) {
      const params = of.params.map((p, i) => ({
        ...p,
        structure: typed
          .filter(([first]) => first === i)
          .reduce<Structure>((s, [, ...path]) => withTyped(s, path), p.structure),
      }));
      known.set(key, (found = { ...of, params }));
    }
    return found;
  };
}

type Place = readonly (string | number)[];

const at = (x: unknown, place: Place): unknown => place.reduce(partOf, x);

/** Where there are lists of numbers that are in no other lists. */
function listsIn(s: Structure, place: Place): readonly Place[] {
  if (s.kind === "array") return s.element.kind === "number" && s.typed !== true ? [place] : [];
  if (s.kind !== "tuple" && s.kind !== "object") return [];
  return children(s).flatMap(([key, e]) => listsIn(e, [...place, key]));
}

function withTyped(s: Structure, [key, ...rest]: Place): Structure {
  if (s.kind === "array") return { ...s, typed: true };
  if (s.kind === "tuple")
    return { ...s, elements: s.elements.map((e, i) => (i === key ? withTyped(e, rest) : e)) };
  if (s.kind !== "object") return s;
  return { ...s, fields: s.fields.map(([k, e]) => [k, k === key ? withTyped(e, rest) : e] as const) };
}

/** A program that takes derivatives inside has more than the library offers. */
const primitives = (): PrimitiveBase[] =>
  [...Object.values(library), ...Object.values(inner)].filter(
    (x): x is PrimitiveBase & typeof x => typeof x === "function" && "partials" in x,
  );

/** The classes by the names that they had when they were compiled. */
const named = (classes: readonly UserFunction[], names: readonly string[]): readonly UserFunction[] =>
  classes.map((f, i) => Object.create(f, { name: { value: names[i] } }) as UserFunction);

function read(variant: LoweredVariant, names: readonly string[], users: Users | undefined): Specialisation {
  const { params, outside, result, effects } = variant;
  const functions = users === undefined ? [] : named(users.classes(), names);
  const parsed = parse(variant.program, { primitives: primitives(), functions });
  const program = users?.bringInside(parsed) ?? parsed;
  return specialisation({ params, outside, result, program, isCertain: true }, effects);
}

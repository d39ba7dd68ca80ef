/**
 * How a plain function carries its program. The front end (cotangent-compiler) attaches it, at build time or at run time;
 * the transforms and `compile` look it up.
 */
import type { Program, Value } from "./ir.ts";
import type { Leaf, Structure } from "./structure.ts";

/** The version of what is attached. A function captured by another version is refused. */
export const CAPTURE_VERSION = 2;

/** A parameter of a captured function, or something that it refers to outside itself. */
export interface CapturedParameter {
  readonly name: string;
  readonly structure: Structure;
}

/** A part of the arguments: the position of the parameter, then the keys. */
export type Path = readonly (string | number)[];

/** What is somewhere in the arguments afterwards: something new of this structure, or what was passed elsewhere. */
export type Change = { readonly path: Path } & ({ readonly structure: Structure } | { readonly from: Path });

/** What a function does to its arguments, beside writing to elements of arrays; plain data. */
export interface Effects {
  /** The arrays, by their leaves, that have become longer or shorter. Their elements come first behind the result. */
  readonly resized: readonly number[];
  /** What is new comes behind these. */
  readonly changes: readonly Change[];
  /** Tuples and objects in arrays, by the leaf and by where in a record they are, of which some were replaced: what differs is new. */
  readonly fresh: readonly (readonly [leaf: number, path: string])[];
  /** The result is what was passed here. */
  readonly same?: Path;
  /** Why the arguments cannot be given what the function gives them: it can be differentiated, but not compiled itself. */
  readonly problem?: string;
}

/** A function's program for arguments of one structure. */
export interface Specialisation {
  /** The entry takes the leaves of all parameters, then those of everything outside, and returns the leaves of the result. */
  readonly program: Program;
  readonly params: readonly CapturedParameter[];
  readonly outside: readonly CapturedParameter[];
  readonly result: Structure;
  /** All arguments get it that can be taken apart for it: `specialise` need not be asked again. */
  readonly isCertain?: boolean;
  /** What it does to its arguments, and the program that does: its entry returns what is new there behind the result. */
  readonly effects?: Effects & { readonly program: Program };
}

/** Called before a function, with its arguments: refuses what they share. */
export type AliasCheck = (args: readonly unknown[], around: () => readonly unknown[]) => void;

/** After a call: from the arguments, their leaves and what the program returned, to the result. */
export type Restore = (args: readonly unknown[], leaves: readonly Leaf[], out: readonly Leaf[]) => unknown;

/** Of a function that writes to its arguments. */
export interface Writes {
  readonly check: (of: Specialisation, written: readonly number[], keep: boolean) => AliasCheck | undefined;
  readonly restorer: (name: string, of: Specialisation, written: readonly number[]) => Restore | undefined;
}

/** Of a function that is passed arrays of arrays: which of these may all be of one length, and the program for that. */
export type Rows = (of: Specialisation) => {
  readonly areEqual: readonly ((inputs: readonly unknown[]) => boolean)[];
  readonly program: (
    of: Program,
    equal: readonly boolean[],
  ) => { readonly program: Program; readonly values: ReadonlyMap<Value, Value> };
};

/** What not every function needs beside its program. It carries it, so that only a page with such functions brings the code along. */
export interface Abilities {
  readonly writes?: Writes;
  readonly rows?: Rows;
  /** What `math: "exact"` asks for beyond the host's own functions. */
  readonly exact?: (program: Program) => Program;
  /** Of a function that calls `lgamma`, `digamma` or `polygamma`: has modules compute these themselves from now on. */
  readonly gamma?: () => void;
}

/** What a plain function carries. */
export interface Captured extends Abilities {
  readonly version: number;
  readonly name: string;
  /** The program for these arguments. Asked again for arguments of the same structure, it answers with the same object. */
  specialise(args: readonly unknown[]): Specialisation;
  /** One of many functions, made at one place of the source, that share their programs: what is compiled of these is kept for all. */
  readonly isClosure?: boolean;
  /** It is written on the library's functions of Reals, so that it can be run on variables as well. */
  readonly isOnReals?: boolean;
  /** What `Specialisation.outside` holds at present. */
  readonly outside: () => readonly unknown[];
  /**
   * A transform of the function as TypeScript that people read, for arguments as it was last asked about; undefined where that cannot
   * be written. Only a front end that is at hand at run time has it.
   */
  readonly source?: (transform: string, options: unknown) => string | undefined;
}

/** Registered, so that several copies of the library understand each other. */
const key: unique symbol = Symbol.for("cotangent.captured") as never;

/** What `f` carries; undefined for a function that nobody captured. */
export function capturedOf(f: object): Captured | undefined {
  return (f as { [key]?: Captured })[key];
}

/** Makes `f` carry `captured`. Done twice, the second counts. */
export function attach<F extends object>(f: F, captured: Captured): F {
  return Object.defineProperty(f, key, { value: captured, configurable: true });
}

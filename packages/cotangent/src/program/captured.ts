/**
 * How a plain function carries its program. The front end (cotangent-compiler) attaches it, at build time or at run time;
 * the transforms and `compile` look it up.
 */
import type { Program } from "./ir.ts";
import type { Structure } from "./structure.ts";

/** The version of what is attached. A function captured by another version is refused. */
export const CAPTURE_VERSION = 1;

/** A parameter of a captured function, or something that it refers to outside itself. */
export interface CapturedParameter {
  readonly name: string;
  readonly structure: Structure;
}

/** A function's program for arguments of one structure. */
export interface Specialisation {
  /** The entry takes the leaves of all parameters, then those of everything outside, and returns the leaves of the result. */
  readonly program: Program;
  readonly params: readonly CapturedParameter[];
  readonly outside: readonly CapturedParameter[];
  readonly result: Structure;
}

/** What a plain function carries. */
export interface Captured {
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

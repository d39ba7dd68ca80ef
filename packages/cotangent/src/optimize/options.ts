import { aFunction } from "../options.ts";
import type { Rules } from "../options.ts";

/** Something that says when to stop: an `AbortSignal`, or any object whose `aborted` turns true. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** Makes the same function, faster: `compile` is one. */
export type Compiler = (f: (p: unknown) => unknown) => (p: unknown) => unknown;

/** What all solvers take. */
export interface CommonOptions {
  /**
   * Give `compile` here, and the function and its derivatives are compiled before they are used: worth it where they are
   * called many times. The function must then do the same operations whatever the values (see `compile`). A function that a
   * build tool has captured is compiled anyway.
   */
  readonly compile?: Compiler | undefined;
  /** Looked at before every step: where its `aborted` is true, the best so far is returned, with reason `"stopped"`. */
  readonly signal?: StopSignal;
}

/** Where nothing is compiled. */
export const asItIs: Compiler = (f) => f;

/** The rules of what all solvers take. */
export const COMMON: Rules<CommonOptions> = {
  compile: aFunction,
  signal: [
    (x) => typeof x === "object" && x !== null && "aborted" in x,
    "Give an AbortSignal, or an object with `aborted`.",
  ],
};

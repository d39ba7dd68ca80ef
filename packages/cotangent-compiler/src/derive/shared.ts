import type { Value } from "cotangent/program";

import type { Classes } from "./classes.ts";

/** What all functions of a derivative have in common. */
export interface Shared {
  readonly classes: Classes;
  /** What functions are called in the output. */
  readonly functions: ReadonlyMap<string, string>;
  /** Which parameters of a function are written. */
  readonly params: ReadonlyMap<string, readonly number[]>;
  /** Primitives that are called by their own name. */
  readonly helpers: Set<string>;
  /** The names of constant arrays. */
  readonly data: ReadonlyMap<Float64Array, string>;
  /** Arrays of integers or of single precision, as they were passed: what is written into them is converted. */
  readonly converting: ReadonlySet<Value>;
  /** Names that no variable may have. */
  readonly taken: ReadonlySet<string>;
  tapeType(tape: Value): string;
  slotNames(tape: Value): readonly string[];
}

/** Functions as people write them, each with inputs. */
import { readFileSync } from "node:fs";

import * as arrays from "./arrays.ts";
import type { Cases } from "./case.ts";
import * as gradbench from "./gradbench.ts";
import * as loops from "./loops.ts";
import * as problems from "./problems.ts";
import * as scalars from "./scalars.ts";
import * as springs from "./springs.ts";
import * as structures from "./structures.ts";

interface Part {
  /** The text in which the functions are written. */
  readonly text: string;
  readonly functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  readonly cases: Cases;
}

const part = ({ cases, ...functions }: { readonly cases: Cases }, file: string): Part => ({
  text: readFileSync(new URL(file, import.meta.url), "utf8"),
  functions: functions as unknown as Part["functions"],
  cases,
});

export const corpus: Readonly<Record<string, Part>> = {
  arrays: part(arrays, "./arrays.ts"),
  gradbench: part(gradbench, "../../../../bench/src/gradbench/problems.ts"),
  loops: part(loops, "./loops.ts"),
  problems: part(problems, "./problems.ts"),
  scalars: part(scalars, "./scalars.ts"),
  springs: part(springs, "../../../../bench/src/springs/springs.ts"),
  structures: part(structures, "./structures.ts"),
};

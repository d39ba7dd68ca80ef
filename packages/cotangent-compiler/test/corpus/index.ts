/* oxlint-disable import/default -- `?raw` makes of any file its text */
/** Functions as people write them, each with inputs. */
import gradbenchText from "../../../../bench/src/gradbench/problems.ts?raw";
import springsText from "../../../../bench/src/springs/springs.ts?raw";
import * as arrays from "./arrays.ts";
import arraysText from "./arrays.ts?raw";
import type { Cases } from "./case.ts";
import * as gradbench from "./gradbench.ts";
import * as loops from "./loops.ts";
import loopsText from "./loops.ts?raw";
import * as problems from "./problems.ts";
import problemsText from "./problems.ts?raw";
import * as scalars from "./scalars.ts";
import scalarsText from "./scalars.ts?raw";
import * as springs from "./springs.ts";
import * as structures from "./structures.ts";
import structuresText from "./structures.ts?raw";

interface Part {
  /** The text in which the functions are written. */
  readonly text: string;
  readonly functions: Readonly<Record<string, (...args: unknown[]) => unknown>>;
  readonly cases: Cases;
}

const part = ({ cases, ...functions }: { readonly cases: Cases }, text: string): Part => ({
  text,
  functions: functions as unknown as Part["functions"],
  cases,
});

export const corpus: Readonly<Record<string, Part>> = {
  arrays: part(arrays, arraysText),
  gradbench: part(gradbench, gradbenchText),
  loops: part(loops, loopsText),
  problems: part(problems, problemsText),
  scalars: part(scalars, scalarsText),
  springs: part(springs, springsText),
  structures: part(structures, structuresText),
};

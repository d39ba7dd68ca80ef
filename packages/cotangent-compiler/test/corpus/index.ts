/* oxlint-disable import/default -- `?raw` makes of any file its text */
/** Functions as people write them, each with inputs. */
import handText from "../../../../bench/src/gradbench/hand.ts?raw";
import gradbenchText from "../../../../bench/src/gradbench/problems.ts?raw";
import springsText from "../../../../bench/src/springs/springs.ts?raw";
import * as applied from "./applied.ts";
import appliedText from "./applied.ts?raw";
import * as arrays from "./arrays.ts";
import arraysText from "./arrays.ts?raw";
import type { Cases } from "./case.ts";
import * as classes from "./classes.ts";
import classesText from "./classes.ts?raw";
import * as everyday from "./everyday.ts";
import everydayText from "./everyday.ts?raw";
import * as functions from "./functions.ts";
import functionsText from "./functions.ts?raw";
import * as gradbench from "./gradbench.ts";
import * as hand from "./hand.ts";
import * as learning from "./learning.ts";
import learningText from "./learning.ts?raw";
import * as loops from "./loops.ts";
import loopsText from "./loops.ts?raw";
import * as mechanics from "./mechanics.ts";
import mechanicsText from "./mechanics.ts?raw";
import * as methods from "./methods.ts";
import methodsText from "./methods.ts?raw";
import * as optional from "./optional.ts";
import optionalText from "./optional.ts?raw";
import * as problems from "./problems.ts";
import problemsText from "./problems.ts?raw";
import * as scalars from "./scalars.ts";
import scalarsText from "./scalars.ts?raw";
import * as springs from "./springs.ts";
import * as texts from "./texts.ts";
import textsText from "./texts.ts?raw";
import * as typed from "./typed.ts";
import typedText from "./typed.ts?raw";
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
  applied: part(applied, appliedText),
  arrays: part(arrays, arraysText),
  classes: part(classes, classesText),
  everyday: part(everyday, everydayText),
  functions: part(functions, functionsText),
  gradbench: part(gradbench, gradbenchText),
  hand: part(hand, handText),
  learning: part(learning, learningText),
  loops: part(loops, loopsText),
  mechanics: part(mechanics, mechanicsText),
  methods: part(methods, methodsText),
  optional: part(optional, optionalText),
  problems: part(problems, problemsText),
  scalars: part(scalars, scalarsText),
  springs: part(springs, springsText),
  structures: part(structures, structuresText),
  texts: part(texts, textsText),
  typed: part(typed, typedText),
};

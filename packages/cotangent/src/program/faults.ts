/** What goes wrong while a program runs; the interpreter and the back ends throw the same errors. */
import { AdError } from "../errors.ts";
import type { Attributes, Kind, Location, Op } from "./ir.ts";
import { place } from "./print.ts";

const at = (loc: Location | undefined): string => (loc === undefined ? "" : ` (${place(loc)})`);

/** Of `bound`. */
export function indexOutOfRange(name: string, i: number, length: number, loc: Location | undefined): AdError {
  const range = length === 0 ? "it is empty" : `its indices are 0 to ${length - 1}`;
  return new AdError(
    "index-out-of-range",
    `${name}[${i}] does not exist: ${range}${at(loc)}.`,
    "Check the loop's bounds and the length of the array that was passed.",
  );
}

/** Of arguments that share memory, where one of them is written to. */
export const overlapping = (x: string, y: string): AdError =>
  new AdError(
    "aliased-structure",
    `The arrays passed for ${x} and ${y} overlap, and the function writes to one of them.`,
    `Pass a copy: ${y}.slice().`,
  );

/** The same of objects and tuples. */
export const shared = (x: string, y: string): AdError =>
  new AdError(
    "aliased-structure",
    `What was passed for ${x} and ${y} is the same, and the function writes to it.`,
    `Pass a copy: { ...${y} }.`,
  );

/** Of arrays of numbers that are written to, but round, or made longer, but cannot be. */
export const unwritable = (name: string): AdError =>
  new AdError(
    "wrong-structure",
    `${name} cannot take what the function writes to it: typed arrays keep their length, and all but Float64Array round.`,
    "Pass a list of numbers.",
  );

/** Of `f64.index`. */
export function notAnIndex(name: string, x: number, loc: Location | undefined): AdError {
  return new AdError(
    "not-an-index",
    `${name} is ${x}, but an integer of 32 bits is needed here${at(loc)}.`,
    "Indices, lengths and loop bounds must be integers: use Math.floor or Math.round, or check the arguments.",
  );
}

/** Of `fail`. */
export function failure(
  attr: Attributes["fail"],
  values: readonly unknown[],
  loc: Location | undefined,
): AdError {
  const message = attr.message.replace(/\{(\d+)\}/g, (text, i: string) =>
    Number(i) < values.length ? String(values[Number(i)]) : text,
  );
  return new AdError(attr.code, `${message}${at(loc)}`, attr.remedy);
}

/** An operation at which a program may fail; plain data. */
export interface Site {
  readonly kind: string;
  readonly attr: unknown;
  readonly loc?: Location | undefined;
}

/** The error that an operation stands for. Undefined, which no operation stands for, is the memory. */
export function faultOf(site: Site | undefined, values: readonly number[]): AdError {
  const attr = site?.attr;
  switch (site?.kind) {
    case "bound":
      return indexOutOfRange((attr as Attributes["bound"]).name, values[0]!, values[1]!, site.loc);
    case "f64.index":
      return notAnIndex((attr as Attributes["f64.index"]).name, values[0]!, site.loc);
    case "fail":
      return failure(attr as Attributes["fail"], values, site.loc);
    default:
      return new AdError(
        "out-of-memory",
        "The compiled function needs more memory than WebAssembly has (4 GB) or the machine gives.",
        "Work on smaller pieces, or use checkpoints for long loops.",
      );
  }
}

/** Whether an engine says that its stack is full. */
export const isOverflow = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof AdError) && /call stack|recursion/i.test(error.message);

/** What an engine throws where its stack is full or its memory is exhausted, as the error it stands for; others as they are. */
export function exhaustion(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AdError) return error;
  if (isOverflow(error)) {
    return new AdError(
      "out-of-steps",
      "The stack is full: the function calls itself too often, or what it was given is nested too deeply.",
      "Check that the recursion has a case in which it stops, or write a loop.",
      { cause: error },
    );
  }
  return error instanceof RangeError && /array|allocation/i.test(error.message)
    ? faultOf(undefined, [])
    : error;
}

/** What a program fails with that is stopped at an operation of this kind, having done so much. */
export const stopped = (
  limit: number,
  kind: Kind,
  done: string = "loop iterations and calls",
): Attributes["fail"] => {
  const where = kind === "call" ? ", in a call" : kind === "for" || kind === "while" ? ", in a loop" : "";
  return {
    code: "out-of-steps",
    message: `The program was stopped after ${limit} ${done}${where}`,
    remedy: "Check that its loops end, or allow more steps.",
  };
};

/** Of whoever limits how long a program may run. */
export const outOfSteps = (limit: number, { kind, loc }: Op, done?: string): AdError =>
  failure(stopped(limit, kind, done), [], loc);

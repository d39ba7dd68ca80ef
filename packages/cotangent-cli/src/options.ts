/** Reading the values of options; what is wrong with one, its error says. */
import { UsageError } from "./command.ts";
import type { Invocation } from "./command.ts";

type Options = Invocation["options"];

/** The text of an option. */
export const textOf = (options: Options, name: string): string | undefined => {
  const given = options[name];
  return typeof given === "string" ? given : undefined;
};

/** A number. */
export function numberOf(options: Options, name: string): number | undefined {
  const text = textOf(options, name);
  return text === undefined ? undefined : parseNumber(text, name);
}

/** A whole number from `least` on. */
export function wholeOf(
  options: Options,
  name: string,
  least: number = 0,
  most: number = Infinity,
): number | undefined {
  const n = numberOf(options, name);
  if (n === undefined || (Number.isInteger(n) && n >= least && n <= most)) return n;
  const range = most === Infinity ? `from ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`--${name} is ${textOf(options, name)}.`, `Give a whole number ${range}.`);
}

/** What --steps says, as an option of what it is handed on to. */
export function stepsOf(options: Options, usual?: number): { readonly steps?: number } {
  const steps = wholeOf(options, "steps", 1) ?? usual;
  return steps === undefined ? {} : { steps };
}

/** Two numbers with a comma between them. */
export function pairOf(options: Options, name: string, placeholder: string): [number, number] | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  const parts = text.split(",");
  if (parts.length === 2) return parts.map((part) => parseNumber(part, name)) as [number, number];
  throw new UsageError(
    `--${name} is ${JSON.stringify(text)}.`,
    `Give two numbers: --${name} ${placeholder}.`,
  );
}

/** A range: the smaller number first. */
export function rangeOf(options: Options, name: string): [number, number] | undefined {
  const pair = pairOf(options, name, "-3,3");
  if (pair === undefined || pair[0] < pair[1]) return pair;
  throw new UsageError(
    `--${name} is ${pair.join(",")}.`,
    "Give the smaller number first, and two that differ.",
  );
}

/** 800x480. */
export function sizeOf(options: Options): { readonly width: number; readonly height: number } | undefined {
  const text = textOf(options, "size");
  if (text === undefined) return undefined;
  const [, width, height] = /^(\d{1,5})[x×](\d{1,5})$/.exec(text) ?? [];
  if (width !== undefined && height !== undefined) return { width: Number(width), height: Number(height) };
  throw new UsageError(`--size is ${JSON.stringify(text)}.`, "Give width and height: --size 800x480.");
}

/** A place for a number that is left open, in a list of arguments. */
export const OPEN: unique symbol = Symbol("open");

/**
 * The arguments of a function, from `--at 1,2` or `--arguments '[1, [2, 3]]'`; undefined if neither is there.
 * @param open whether `_` and null may stand for numbers that are left open
 */
export function argumentsOf(options: Options, open: boolean = false): readonly unknown[] | undefined {
  const at = textOf(options, "at");
  const json = textOf(options, "arguments");
  if (at !== undefined && json !== undefined) {
    throw new UsageError("Both --at and --arguments are given.", "Give one of them.");
  }
  if (at !== undefined) {
    return at.split(",").map((part) => (open && part.trim() === "_" ? OPEN : parseNumber(part, "at")));
  }
  if (json === undefined) return undefined;
  let list: unknown;
  try {
    list = JSON.parse(json);
  } catch (error) {
    throw new UsageError(
      `--arguments is not JSON: ${(error as Error).message}.`,
      "Give a list of the arguments: --arguments '[1, [2, 3]]'.",
    );
  }
  if (!Array.isArray(list)) {
    throw new UsageError(
      `--arguments is ${json}, which is no list.`,
      `Give the list of all arguments: --arguments '[${json}]'.`,
    );
  }
  return list.map((x) => checked(x, open));
}

/** Numbers, booleans, texts, and lists and objects of them. */
function checked(x: unknown, open: boolean): unknown {
  if (typeof x === "number" || typeof x === "boolean" || typeof x === "string") return x;
  if (x === null && open) return OPEN;
  if (Array.isArray(x)) return x.map((y) => checked(y, open));
  if (typeof x === "object" && x !== null) {
    return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, checked(y, open)]));
  }
  throw new UsageError(
    `--arguments holds ${JSON.stringify(x)}.`,
    "Arguments are numbers, booleans, texts, and lists and objects of them.",
  );
}

/** `2`, `-1.5e3`, and `pi` and `e` with a factor or a divisor, as one would write them: `2pi`, `-pi/2`. */
function parseNumber(text: string, name: string): number {
  const trimmed = text.trim();
  const [, sign, factor, constant, divisor] =
    /^([+-]?)(\d*\.?\d*)\*?(pi|π|e)(?:\/(\d+\.?\d*))?$/.exec(trimmed) ?? [];
  const number =
    constant === undefined
      ? /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(trimmed)
        ? Number(trimmed)
        : NaN
      : ((sign === "-" ? -1 : 1) *
          (factor === "" ? 1 : Number(factor)) *
          (constant === "e" ? Math.E : Math.PI)) /
        (divisor === undefined ? 1 : Number(divisor));
  if (Number.isFinite(number)) return number;
  throw new UsageError(
    `--${name}: ${JSON.stringify(text)} is no finite number.`,
    "Write numbers as 2, -1.5, 1e-3 or pi/2.",
  );
}

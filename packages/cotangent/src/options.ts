/** Options that nobody knows, and values that they cannot have: refused instead of ignored. */
import { AdError, describe } from "./errors.ts";

/** Whether a value is one that an option may have, and what to give instead. */
export type Rule = readonly [holds: (x: unknown) => boolean, remedy: string];
/** The rules of all options. */
export type Rules<T> = { readonly [K in keyof T]-?: Rule };

const isNumber = (x: unknown): x is number => typeof x === "number";

export const oneOf = (...values: readonly string[]): Rule => [
  (x) => values.includes(x as string),
  `Choose one of ${values.map((v) => JSON.stringify(v)).join(", ")}.`,
];
export const positive: Rule = [(x) => isNumber(x) && x > 0, "Give a number greater than 0."];
export const from0: Rule = [(x) => isNumber(x) && x >= 0, "Give a number from 0."];
export const aFunction: Rule = [(x) => typeof x === "function", "Give a function."];

/**
 * Checks what a function was given as its options; undefined counts as not given.
 * @throws AdError `wrong-option`
 */
export function checkOptions(
  of: string,
  options: object | undefined,
  rules: Readonly<Record<string, Rule>>,
): void {
  if (options === undefined) return;
  const names = Object.keys(rules);
  const refuse = (what: string, remedy: string): never => {
    throw new AdError("wrong-option", `${of} was given ${what}.`, remedy);
  };
  if (typeof options !== "object" || options === null) {
    refuse(`${describe(options)} in the place of its options`, `Pass an object: { ${names[0]}: ... }.`);
  }
  for (const [name, x] of Object.entries(options)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined) {
      refuse(`an option ${name}, which it does not have`, `Its options are ${names.join(", ")}.`);
    } else if (x !== undefined && !rule[0](x)) refuse(`${describe(x)} as ${name}`, rule[1]);
  }
}

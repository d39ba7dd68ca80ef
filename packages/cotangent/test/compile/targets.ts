import { AdError } from "../../src/errors.ts";
import { execute } from "../../src/compile/execute.ts";
import type { ExecuteOptions } from "../../src/compile/execute.ts";
import type { Program } from "../../src/program/ir.ts";

export type Numbers = readonly number[];

/** What a run leaves: all numbers in its results and then in its arrays; or the message of the error it ends in. */
export function outcome(
  program: Program,
  options: ExecuteOptions,
  args: readonly (number | Float64Array)[],
): Numbers | string {
  const numbers = (xs: readonly unknown[]): number[] =>
    xs.flatMap((x) => (x instanceof Float64Array ? Array.from(x) : typeof x === "number" ? [x] : []));
  try {
    const result = execute(program, options).call(...args);
    return [
      ...numbers(Array.isArray(result) ? (result as unknown[]) : [result]),
      ...numbers(args.filter((x) => typeof x !== "number")),
    ];
  } catch (error) {
    if (!(error instanceof AdError)) throw error;
    return error.message;
  }
}

export const interpreted: ExecuteOptions = { target: "interpreter", math: "exact" };
/** Every other way to run a program, which must give the same bits. */
export const exact: readonly ExecuteOptions[] = [
  { target: "js", math: "exact" },
  { target: "wasm", math: "exact" },
];

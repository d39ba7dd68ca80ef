/** Programs that tests write as texts: what stands in them, what they leave, and whether optimised ones leave the same. */
import { expect } from "vitest";
import { AdError } from "../../src/errors.ts";
import { table } from "../../src/primitives/table.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { parse } from "../../src/program/parse.ts";
import { sameBits } from "./random.ts";

/** All that a text may name. */
export const primitives = [...table.values()].map(({ primitive }) => primitive);

export type Arguments = readonly (number | Float64Array)[];

/** Results and what has become of the arrays; or the error's code. */
export function run(program: Program, args: Arguments): readonly unknown[] {
  const given = args.map((x) => (typeof x === "number" ? x : x.slice()));
  try {
    return [...interpreter(program, { steps: 10_000 })(...given), ...given];
  } catch (error) {
    if (error instanceof AdError) return [error.code];
    throw error;
  }
}

/** The program of a text, optimised: it leaves the same to the bit at each of these calls. */
export function agrees(text: string, calls: readonly Arguments[]): Program {
  const program = parse(text, { primitives });
  const optimised = optimise(program);
  expect(check(optimised)).toEqual([]);
  for (const args of calls) {
    const [wanted, got] = [run(program, args), run(optimised, args)];
    expect([args, got.length]).toEqual([args, wanted.length]);
    expect([args, wanted.filter((x, i) => !sameBits(x, got[i]))]).toEqual([args, []]);
  }
  return optimised;
}

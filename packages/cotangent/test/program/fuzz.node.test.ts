/** The optimiser on many random programs: `FUZZ=100000 npx vitest run --project node program/fuzz`. */
import { env } from "node:process";
import { expect, test } from "vitest";
import { forward } from "../../src/differentiate/forward.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import { AdError } from "../../src/errors.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { programFromSeed, sameBits } from "./random.ts";

type Argument = number | Float64Array;

const COUNT = Number(env["FUZZ"] ?? 200);

/** Results and final contents of the arrays; or the error's code. */
function run(program: Program, args: readonly Argument[]): unknown[] | string {
  const given = args.map((x) => (typeof x === "number" ? x : x.slice()));
  try {
    return [...interpreter(program, { steps: 1e6 })(...given), ...given];
  } catch (error) {
    if (error instanceof AdError) return error.code;
    throw error;
  }
}

/** What is wrong with an optimised program; undefined if nothing is. */
function wrong(program: Program, args: readonly Argument[], stage: "primal" | "final"): string | undefined {
  const optimised = optimise(program, { stage });
  const problems = check(optimised);
  if (problems.length > 0) return problems.join("\n");
  const [before, after] = [run(program, args), run(optimised, args)];
  const same =
    typeof before === "string" || typeof after === "string"
      ? typeof before === typeof after
      : before.every((x, i) => sameBits(x, after[i]));
  return same ? undefined : `${String(before)} has become ${String(after)}`;
}

test("random programs, which may fail, whose arrays may overlap", () => {
  for (let seed = 0; seed < COUNT; seed++) {
    const options = { overlap: seed % 2 === 0, faults: seed % 3 === 0, size: 5 + ((seed * 7) % 90) };
    const { program, args } = programFromSeed(seed, options);
    for (const stage of ["primal", "final"] as const) {
      expect([seed, stage, wrong(program, args(), stage)]).toEqual([seed, stage, undefined]);
    }
  }
});

test("derivatives of random programs", () => {
  for (let seed = 0; seed < COUNT / 4; seed++) {
    const { program, args } = programFromSeed(seed, { size: 5 + ((seed * 7) % 40) });
    const given = args();
    const like = (i: number): Argument => {
      const x = given[i]!;
      return typeof x === "number" ? 0.7 : x.map((_, k) => 0.3 * k + 0.1);
    };
    const arrays = given.flatMap((x, i) => (typeof x === "number" ? [] : [i]));
    const back = reverse(program, { outParameters: arrays });
    const seeds = back.of.map((k) => 1 + 0.7 * k);
    const reversed = wrong(back.program, [...given, ...seeds, ...back.adjointParameters.map(like)], "final");
    expect([seed, reversed]).toEqual([seed, undefined]);
    const along = forward(program);
    const forwarded = wrong(along.program, [...given, ...along.tangentParameters.map(like)], "final");
    expect([seed, forwarded]).toEqual([seed, undefined]);
  }
});

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { programs, sameBits } from "./random.ts";
import type { RandomProgram } from "./random.ts";

/** Results and what has become of the arrays. */
function run(program: Program, args: RandomProgram["args"]): unknown[] {
  const given = args();
  return [...interpreter(program, { steps: 100_000 })(...given), ...given];
}

describe("optimised random programs", () => {
  for (const stage of ["primal", "final"] as const) {
    test(`are legal and give the same to the bit: ${stage}`, () => {
      fc.assert(
        fc.property(programs({ overlap: true, size: 40 }), ({ program, args }) => {
          const optimised = optimise(program, { stage });
          expect(check(optimised)).toEqual([]);
          const [before, after] = [run(program, args), run(optimised, args)];
          expect(before.every((x, i) => sameBits(x, after[i]))).toBe(true);
        }),
        { seed: 20261123, numRuns: 300 },
      );
    });
  }
});

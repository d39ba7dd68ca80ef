import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { table } from "../../src/primitives/table.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import { parse } from "../../src/program/parse.ts";
import { print } from "../../src/program/print.ts";
import { programs, sameBits } from "./random.ts";

const primitives = [...table.values()].map(({ primitive }) => primitive);
const RUNS = { seed: 20261123, numRuns: 200 };

describe("random programs", () => {
  test("are legal", () => {
    fc.assert(
      fc.property(programs(), ({ program }) => {
        expect(check(program)).toEqual([]);
      }),
      RUNS,
    );
  });

  test("run to finite results", () => {
    fc.assert(
      fc.property(programs(), ({ program, args }) => {
        const run = interpreter(program, { steps: 100_000 });
        const results = run(...args());
        for (const x of results) expect(x).toSatisfy(Number.isFinite);
        expect(results.every((x, i) => sameBits(x, run(...args())[i]))).toBe(true);
      }),
      RUNS,
    );
  });

  test("survive printing and parsing", () => {
    fc.assert(
      fc.property(programs(), ({ program, args }) => {
        const text = print(program);
        const read = parse(text, { primitives });
        expect(check(read)).toEqual([]);
        expect(print(read)).toBe(text);
        expect(interpreter(read)(...args())).toEqual(interpreter(program)(...args()));
      }),
      RUNS,
    );
  });
});

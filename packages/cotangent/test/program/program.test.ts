import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add } from "../../src/primitives/index.ts";
import { buildFunction } from "../../src/program/builder.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Op, Value } from "../../src/program/ir.ts";
import { parse } from "../../src/program/parse.ts";
import { print } from "../../src/program/print.ts";
import { programs, sameBits } from "./random.ts";
import { primitives } from "./texts.ts";

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

test("an operation with regions, and what comes behind it, are where it begins, whatever is inside", () => {
  const places: (number | undefined)[] = [];
  buildFunction("f", [{ name: "x", ty: "f64" }], (b, [x]) => {
    const at = (line: number): void => void (b.loc = { line, column: 1 });
    const inside =
      (line: number) =>
      (...carries: readonly (readonly Value[])[]): readonly Value[] => {
        at(line);
        return [b.primitive(add, carries[0]?.[0] ?? x!, x!)];
      };
    const note = (results: readonly Value[]): Value => {
      places.push((results[0]!.def as Op).loc?.line, b.loc?.line);
      return results[0]!;
    };
    at(1);
    const sum = note(b.for(b.i32(0), b.i32(3), [x!], (_, carries) => inside(2)(carries)));
    const test = ([y]: readonly Value[]): Value => {
      at(4);
      return b.op("f64.lt", y!, b.f64(9));
    };
    at(3);
    const more = note(b.while([sum], test, inside(5)));
    at(6);
    const chosen = note(b.if(b.op("f64.lt", more, x!), inside(7), inside(8)));
    return [chosen];
  });
  expect(places).toEqual([1, 1, 3, 3, 6, 6]);
});

import { describe, expect, test } from "vitest";

import { reverse } from "../../src/differentiate/reverse.ts";
import { AdError, backpropagate, Scalar, value } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program } from "../../src/program/ir.ts";
import { parse } from "../../src/program/parse.ts";
import { replay } from "../../src/program/replay.ts";
import type { Watched } from "../../src/program/replay.ts";
import * as primitives from "../../src/primitives/index.ts";
import { programFromSeed, sameBits } from "./random.ts";

type Argument = number | Float64Array;

const STEPS = 1e6;
const isList = (x: Watched): x is readonly Real[] => Array.isArray(x);
const plain = (x: Watched): Argument => (isList(x) ? Float64Array.from(x, value) : value(x));

/** Results and final contents of the arrays, or the code of the error. */
function interpreted(program: Program, args: readonly Argument[]): readonly unknown[] | string {
  const given = args.map((x) => (typeof x === "number" ? x : x.slice()));
  return guarded(() => [...interpreter(program, { steps: STEPS })(...given), ...given]);
}

function replayed(program: Program, args: readonly Argument[]): readonly unknown[] | string {
  const given = args.map((x): Watched => (typeof x === "number" ? x : Array.from(x)));
  return guarded(() => [...replay(program, given, { steps: 100 * STEPS }), ...given].map(plain));
}

function guarded(run: () => readonly unknown[]): readonly unknown[] | string {
  try {
    return run();
  } catch (error) {
    if (error instanceof AdError) return error.code;
    throw error;
  }
}

describe("replay", () => {
  test("on numbers is the interpreter, to the bit: random programs, which may fail", () => {
    for (let seed = 0; seed < 150; seed++) {
      const { program, args } = programFromSeed(seed, {
        faults: seed % 3 === 0,
        size: 5 + ((seed * 7) % 60),
      });
      const given = args();
      const [a, b] = [interpreted(program, given), replayed(program, given)];
      const same =
        typeof a === "string" ? a === b : typeof b !== "string" && a.every((x, i) => sameBits(x, b[i]));
      expect([seed, same]).toEqual([seed, true]);
    }
  });

  test("also of derivatives, with their tapes", () => {
    let compared = 0;
    for (let seed = 0; seed < 60; seed++) {
      const { program, args } = programFromSeed(seed, { size: 5 + ((seed * 7) % 30) });
      const back = reverse(program);
      const given = args();
      const adjoints = back.adjointParameters.map((i) => new Float64Array((given[i] as Float64Array).length));
      const all = [...given, ...back.of.map((k) => 1 + 0.5 * k), ...adjoints];
      const seeds = all.filter((x) => x !== undefined);
      if (program.functions[0]!.results.some((ty) => ty === "array")) continue;
      compared++;
      const [a, b] = [interpreted(back.program, seeds), replayed(back.program, seeds)];
      const same =
        typeof a === "string" ? a === b : typeof b !== "string" && a.every((x, i) => sameBits(x, b[i]));
      expect([seed, same]).toEqual([seed, true]);
    }
    expect(compared).toBeGreaterThan(20);
  });

  test("on Scalars, backpropagation finds what reverse mode on the program finds", () => {
    let compared = 0;
    for (let seed = 0; seed < 120; seed++) {
      const { program, args } = programFromSeed(seed, { size: 5 + ((seed * 7) % 30) });
      const entry = program.functions[0]!;
      const of = entry.results.indexOf("f64");
      if (of < 0) continue;
      const given = args();
      const leaves = given.map((x, i): Scalar | Scalar[] | number =>
        typeof x !== "number"
          ? Array.from(x, (element) => new Scalar(element))
          : entry.params[i]!.ty === "f64"
            ? new Scalar(x)
            : x,
      );
      const y = replay(
        program,
        leaves.map((x): Watched => (Array.isArray(x) ? [...x] : x)),
      )[of] as Real;
      if (y instanceof Scalar && !y.isConstant()) y.backward();
      const back = reverse(program, { of: [of], seeds: "one" });
      const adjoints = back.adjointParameters.map((i) => new Float64Array((given[i] as Float64Array).length));
      const results = interpreter(back.program)(
        ...given.map((x) => (typeof x === "number" ? x : x.slice())),
        ...adjoints,
      );
      const numbers = results.slice(entry.results.length) as readonly number[];
      const pairs = [
        ...back.adjointResults.map((i, k) => [leaves[i] as Scalar, numbers[k]!] as const),
        ...back.adjointParameters.flatMap((i, k) =>
          (leaves[i] as Scalar[]).map((leaf, j) => [leaf, adjoints[k]![j]!] as const),
        ),
      ];
      for (const [leaf, expected] of pairs) {
        const got = leaf.derivative ?? 0;
        if (!Number.isFinite(expected) || Math.abs(expected) > 1e100) continue;
        compared++;
        expect(Math.abs(got - expected), `seed ${seed}: ${got} instead of ${expected}`).toBeLessThanOrEqual(
          1e-9 * Math.max(1, Math.abs(expected)),
        );
      }
    }
    expect(compared).toBeGreaterThan(300);
  });

  const power = parse(
    `function power(x: f64, n: i32): f64 {
       v0 = i32 0
       v1 = f64 1
       result = for i = v0 to n (p = v1) {
         next = mul(p, x)
         yield next
       }
       return result
     }`,
    { primitives: [primitives.mul] },
  );

  test("on Scalars: every operation is recorded, loops unrolled, with the names of the program", () => {
    const x = new Scalar(1.5);
    const names: string[] = [];
    const [y] = replay(power, [x, 4], { onNamed: (_, name) => names.push(name) }) as [Scalar];
    expect(y.data).toBe(1.5 ** 4);
    backpropagate(y, 1);
    expect(x.derivative).toBe(4 * 1.5 ** 3);
    expect(names).toEqual(["next", "next", "next", "next", "result"]);
  });

  test("stops after so many operations", () => {
    expect(() => replay(power, [2, 1e9], { steps: 1000 })).toThrow(/stopped after 1000/);
  });
});

/** What functions make of numbers that may be infinite, undefined, or not below a bound. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ANYTHING, beyond, FINITE } from "../../src/differentiate/rules.ts";
import type { Beyond } from "../../src/differentiate/rules.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import { add, div, exp, inv, log, lt, mul, pow, sin, tanh, where } from "../../src/primitives/index.ts";
import { someOp } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { parse } from "../../src/program/parse.ts";
import { primitives } from "../program/texts.ts";

const [NUMBER, INFINITE, UNDEFINED] = [0, 1, 2];
const infinite: Beyond = { flags: INFINITE, least: -Infinity };

describe("what may come out", () => {
  test.each([
    ["1/x", beyond(inv, [FINITE]), INFINITE],
    ["log x", beyond(log, [FINITE]), INFINITE | UNDEFINED],
    ["tanh of what may be infinite", beyond(tanh, [infinite]), NUMBER],
    ["sin of what may be infinite", beyond(sin, [infinite]), UNDEFINED],
    ["what may be infinite, plus a number", beyond(add, [infinite, FINITE]), INFINITE],
    ["what may be infinite, times a number", beyond(mul, [infinite, FINITE]), INFINITE | UNDEFINED],
    ["x/2", beyond(div, [FINITE, 2]), NUMBER],
    ["x³", beyond(pow, [FINITE, 3]), NUMBER],
    ["a power", beyond(pow, [FINITE, FINITE]), INFINITE | UNDEFINED],
    ["a comparison", beyond(lt, [ANYTHING, ANYTHING]), NUMBER],
    ["a choice", beyond(where, [ANYTHING, FINITE, infinite]), INFINITE],
  ] as const)("%s", (_, { flags }, wanted) => expect(flags).toBe(wanted));

  test("1/(1 + exp x) is a number whatever x is, but for NaN", () => {
    const one = (x: Beyond): Beyond => beyond(inv, [beyond(add, [1, beyond(exp, [x])])]);
    expect([one(FINITE).flags, one(infinite).flags, one(ANYTHING).flags]).toEqual([
      NUMBER,
      NUMBER,
      UNDEFINED,
    ]);
    expect(beyond(inv, [beyond(add, [-1, beyond(exp, [FINITE])])]).flags).toBe(INFINITE);
  });

  test("roots are steep, whole powers are not", () => {
    expect([0.5, 1.5, 3, -1].map((n) => beyond(pow, [FINITE, n]).steep)).toEqual([true, false, false, false]);
  });

  test.each(primitives.filter((f) => f.arity !== undefined).map((f) => [f.id, f] as const))(
    "%s keeps what is said of it",
    (_, f) => {
      const { flags, least } = beyond(
        f,
        Array.from({ length: f.arity! }, () => FINITE),
      );
      const number = fc.integer({ min: -3200, max: 3200 }).map((k) => k / 64);
      fc.assert(
        fc.property(fc.array(number, { minLength: f.arity!, maxLength: f.arity! }), (x) => {
          const y = f.evaluate(...x);
          const is = Number.isNaN(y) ? UNDEFINED : Number.isFinite(y) ? NUMBER : INFINITE;
          expect([is & ~flags, y < least]).toEqual([0, false]);
        }),
        { seed: 8, numRuns: 300 },
      );
    },
  );
});

test("derivatives compare only where there is something to compare", () => {
  const comparisons = (line: string): number => {
    const text = `function f(x: array noalias, out: array noalias) {
      zero = i32 0
      one = f64 1
      three = f64 3
      n = length(x)
      for i = zero to n {
        v = load(x, i)
        ${line}
        p = mul(y, v)
        store(out, i, p)
      }
    }`;
    const { program } = reverse(parse(text, { primitives }), { wrt: [0], outParameters: [1] });
    let count = 0;
    someOp(optimise(program).functions[0]!.body, (op) => (count += Number(op.kind === "f64.ne")) < 0);
    return count;
  };
  expect(comparisons("y = tanh(v)")).toBe(0);
  expect(comparisons("y = pow(v, three)")).toBe(0);
  expect(comparisons("y = div(v, three)")).toBe(0);
  expect(comparisons("y = inv(v)")).toBeGreaterThan(0);
  expect(comparisons("e = exp(v)\nd = add(one, e)\ny = inv(d)")).toBe(1);
});

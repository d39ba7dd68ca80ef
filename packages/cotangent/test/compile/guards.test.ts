/** Random loops full of guarded products, with infinities and zeros about: tested together, they give the same bits as one by one. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { testTogether } from "../../src/compile/wasm/guards.ts";
import { Builder, buildFunction } from "../../src/program/builder.ts";
import { someOp } from "../../src/program/ir.ts";
import type { Program, Value } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { legal } from "../differentiate/support.ts";
import { add, div, exp, max, mul, neg, sub } from "./primitives.ts";
import { exact, interpreted, outcome } from "./targets.ts";

const { process } = globalThis as unknown as { process?: { env: Record<string, string | undefined> } };
const RUNS = Number(process?.env["COTANGENT_RUNS"] ?? 300);

const KINDS = [
  "guard",
  "guard",
  "steep",
  "outside",
  "add",
  "sub",
  "neg",
  "div",
  "max",
  "exp",
  "load",
  "store",
  "accumulate",
  "branch",
  "user's",
] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  /** Which of the numbers so far, counted from the last. */
  readonly x: number;
  readonly y: number;
}

const SPECIAL = [0, -0, 1, -2.5, 0.75, 3, 1e200, Infinity, -Infinity, NaN];

/** p, but 0 where a factor is 0 and p is no number. */
function guarded(b: Builder, p: Value, ...factors: readonly Value[]): Value {
  const zeros = factors.map((v) => b.op("f64.eq", v, b.f64(0)));
  const either = zeros.reduce((x, y) => b.op("i32.or", x, y));
  return b.select(b.op("i32.and", b.op("f64.ne", p, p), either), b.f64(0), p);
}

/** A loop over places that come from an array, so that it does not go in pairs. */
function build(steps: readonly Step[]): Program {
  const f = buildFunction(
    "loop",
    [
      { name: "x", ty: "array", noalias: true },
      { name: "places", ty: "array", noalias: true },
      { name: "factor", ty: "f64", noalias: false },
    ],
    (b, args) => {
      const [x, places, factor] = args as [Value, Value, Value];
      const isZero = b.op("f64.eq", factor, b.f64(0));
      return b.for(b.i32(0), b.length(places), [b.f64(1), b.f64(0)], (i, [carry, other]) => {
        const at = b.op("f64.toInt32", b.load(places, i));
        const numbers = [other!, factor, carry!, b.load(x, at)];
        const pick = (k: number): Value => numbers[numbers.length - 1 - (k % numbers.length)]!;
        for (const { kind, x: k, y: n } of steps) {
          const [p, q] = [pick(k), pick(n)];
          const product = (): Value => b.primitive(mul, p, q);
          switch (kind) {
            case "guard":
              numbers.push(guarded(b, product(), p));
              break;
            case "steep":
              numbers.push(guarded(b, product(), p, q));
              break;
            case "outside": {
              const scaled = b.primitive(mul, p, factor);
              const either = b.op("i32.and", b.op("f64.ne", scaled, scaled), isZero);
              numbers.push(b.select(either, b.f64(0), scaled));
              break;
            }
            case "user's": {
              const sum = b.primitive(add, p, q);
              const both = b.op("i32.and", b.op("f64.ne", sum, sum), b.op("f64.lt", p, b.load(x, at)));
              numbers.push(b.select(both, b.f64(0), sum));
              break;
            }
            case "add":
              numbers.push(b.primitive(add, p, q));
              break;
            case "sub":
              numbers.push(b.primitive(sub, p, q));
              break;
            case "neg":
              numbers.push(b.primitive(neg, p));
              break;
            case "div":
              numbers.push(b.primitive(div, p, q));
              break;
            case "max":
              numbers.push(b.primitive(max, p, q));
              break;
            case "exp":
              numbers.push(b.primitive(exp, p));
              break;
            case "load":
              numbers.push(b.load(x, at));
              break;
            case "store":
              b.store(x, at, p);
              break;
            case "accumulate":
              b.accumulate(x, at, p);
              break;
            case "branch":
              numbers.push(
                ...b.if(
                  b.op("f64.lt", p, q),
                  () => [guarded(b, product(), q)],
                  () => [p],
                ),
              );
              break;
          }
        }
        return [pick(0), pick(1)];
      });
    },
  );
  return { functions: [f] };
}

const steps = fc.array(fc.record({ kind: fc.constantFrom(...KINDS), x: fc.nat(5), y: fc.nat(5) }), {
  minLength: 1,
  maxLength: 14,
});

describe("guarded products tested together", () => {
  test("leave what each by itself leaves", () => {
    const number = fc.constantFrom(...SPECIAL);
    const list = fc.array(number, { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(steps, list, number, (steps, x, factor) => {
        for (const program of [build(steps), optimise(build(steps))]) {
          const together = testTogether(program.functions[0]!, () => false);
          legal({ functions: [together] });
          const args = (): (number | Float64Array)[] => [
            Float64Array.from(x),
            Float64Array.of(0, 2, 1, 1, 3, 0),
            factor,
          ];
          const wanted = outcome(program, interpreted, args());
          expect(outcome({ functions: [together] }, interpreted, args())).toEqual(wanted);
          for (const options of exact) expect(outcome(program, options, args())).toEqual(wanted);
        }
      }),
      { seed: 2209, numRuns: RUNS },
    );
  });

  test("are one test, where nothing comes between", () => {
    const chain: Step[] = Array.from({ length: 6 }, () => ({ kind: "steep", x: 0, y: 1 }));
    const [f] = optimise(build(chain)).functions;
    const written = testTogether(f!, () => false);
    const count = (kind: string): number => {
      let n = 0;
      someOp(written.body, (op) => (n += Number(op.kind === kind && op.parent.parent?.kind === "for")) < 0);
      return n;
    };
    expect([count("select"), count("if")]).toEqual([0, 1]);
    // In pairs of iterations, they stay as they are.
    expect(testTogether(f!, () => true).body.ops.length).toBe(f!.body.ops.length);
  });
});

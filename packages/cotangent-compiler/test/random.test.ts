import fc from "fast-check";
import { compile } from "cotangent";
import { check, fromLeaves, interpreter, toLeaves } from "cotangent/program";
import type { Datum, Leaf } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { forward, reverse } from "../../cotangent/src/differentiate/index.ts";
import { CompileError } from "../src/errors.ts";
import { lower } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { capture } from "../src/capture.ts";
import type { AnyFunction } from "../src/capture.ts";
import { parseExpression, parseSource } from "../src/source.ts";
import { structureOf } from "../src/structures.ts";
import { grow } from "./grow.ts";
import { copy, dot, like, run } from "./leaves.ts";

const RUNS = Number(globalThis.process?.env["COTANGENT_RUNS"] ?? 150);
const choices = fc.array(fc.nat(1000), { minLength: 1, maxLength: 90 });

const calls = [
  [0.7, -1.3, 3, [0.5, -0.25, 2]],
  [-2, 4, 0, [1, 1]],
  [1.5, 0.1, 5, [3, -1, 0, 0.125]],
] as const;
const fresh = (call: (typeof calls)[number]): unknown[] => structuredClone(call) as unknown as unknown[];

describe("random functions", () => {
  test("interpreted, they give what they give when called", () => {
    fc.assert(
      fc.property(choices, (list) => {
        const source = grow(list);
        // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- generated here
        const plain = new Function(`return ${source}`)() as AnyFunction;
        const module = { source: parseExpression(source), declarations: new Map(), types: new Map() };
        const given = calls[0].map((x) => structureOf(x));
        const { program, params, result } = lower(module, module.source.program, "f", given);
        expect(check(program)).toEqual([]);
        for (const call of calls) {
          const args = fresh(call);
          const leaves = params.flatMap((p, i) => toLeaves(p.structure, args[i], p.name));
          const out = interpreter(program, { steps: 1e5 })(...(leaves as Datum[])) as Leaf[];
          expect({ source, result: fromLeaves(result, out[Symbol.iterator]()) }).toEqual({
            source,
            result: plain(...fresh(call)),
          });
        }
      }),
      { numRuns: RUNS, seed: 20261123 },
    );
  });

  test.each(["js", "wasm"] as const)("compiled to %s, they give what they give when called", (target) => {
    fc.assert(
      fc.property(choices, (list) => {
        const source = grow(list);
        // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- generated here
        const plain = new Function(`return ${source}`)() as AnyFunction;
        const compiled = compile(capture(plain, {}), { target, math: "exact" });
        for (const call of calls) {
          expect({ source, result: compiled(...fresh(call)) }).toEqual({
            source,
            result: plain(...fresh(call)),
          });
        }
      }),
      { numRuns: RUNS, seed: 20261124 },
    );
  });
});

describe("derivatives of random functions", () => {
  test("forward = reverse", () => {
    fc.assert(
      fc.property(choices, (list) => {
        const source = grow(list);
        const module = { source: parseExpression(source), declarations: new Map(), types: new Map() };
        const given = calls[0].map((x) => structureOf(x));
        const { program, params } = lower(module, module.source.program, "f", given);
        // By n, an integer, nothing is differentiated.
        const wrt = [0, 1, 3];
        const f = forward(program, { wrt });
        const r = reverse(program, { wrt });
        expect(check(f.program)).toEqual([]);
        expect(check(r.program)).toEqual([]);
        for (const call of calls) {
          const leaves = params.flatMap((p, i) => toLeaves(p.structure, call[i], p.name));
          let k = 0;
          const next = (): number => Math.sin(++k * 12.9898);
          const tangents = f.tangentParameters.map((i) => like(leaves[i]!, next));
          const there = run(f.program, [...copy(leaves), ...copy(tangents)]).slice(-f.tangentResults.length);
          const seeds = r.of.map(next);
          const adjoints = r.adjointParameters.map((i) => like(leaves[i]!, () => 0));
          const back = run(r.program, [...copy(leaves), ...seeds, ...adjoints]).slice(
            program.functions[0]!.results.length,
          );
          const along = (i: number): Leaf => tangents[f.tangentParameters.indexOf(i)]!;
          const pushed = dot(seeds, there);
          const pulled =
            dot(r.adjointParameters.map(along), adjoints) + dot(r.adjointResults.map(along), back);
          const error =
            Number.isFinite(pushed) && Math.abs(pushed) < 1e100
              ? Math.abs(pushed - pulled) / (1 + Math.abs(pushed))
              : 0;
          expect({ source, agree: error < 1e-6 }).toEqual({ source, agree: true });
        }
      }),
      { numRuns: RUNS, seed: 20261127 },
    );
  });
});

/** What becomes of a source. Other errors than refusals pass through. */
function fate(source: string): string {
  try {
    const module = readModule(parseSource(source, "f.ts"));
    const f = functionsOf(module).get("f");
    if (f !== undefined) lower(module, f, "f", undefined);
    return "compiled";
  } catch (error) {
    if (!(error instanceof CompileError) || !error.frame.includes("^")) throw error;
    return `refused at line ${error.line}`;
  }
}

describe("broken sources", () => {
  const damaged = fc.record({
    list: choices,
    at: fc.nat(2000),
    length: fc.nat(12),
    put: fc.constantFrom(
      "",
      "(",
      ")",
      "{",
      "}",
      "=>",
      "let ",
      "0",
      "x",
      ".",
      "[",
      "`",
      "/",
      "async ",
      "\u2028",
      "return ",
      "?",
      ":",
    ),
  });

  test("they compile, or are refused with a place; never anything else", () => {
    fc.assert(
      fc.property(damaged, ({ list, at, length, put }) => {
        const whole = `export const f = ${grow(list)};`;
        const from = at % whole.length;
        const source = whole.slice(0, from) + put + whole.slice(from + length);
        expect(fate(source)).toMatch(/^(compiled|refused at line [1-9]\d*)$/);
      }),
      { numRuns: 2 * RUNS, seed: 20261125 },
    );
  });

  test("cut off anywhere, they are refused", () => {
    fc.assert(
      fc.property(choices, fc.double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const whole = `export const f = ${grow(list)};`;
        // Before the brace, what is left may be a whole expression.
        const [from, to] = [whole.indexOf("{") + 1, whole.length - 2];
        const source = whole.slice(0, Math.floor(from + share * (to - from)));
        expect(() => parseSource(source)).toThrow(CompileError);
      }),
      { numRuns: RUNS, seed: 20261126 },
    );
  });
});

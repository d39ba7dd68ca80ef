/** Plain functions are called by code written for their arguments, which does what closures do, and a first call goes through these. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lowered } from "../../src/plain.ts";
import { compile } from "../../src/compile/compile.ts";
import { buildFunction } from "../../src/program/builder.ts";
import { CAPTURE_VERSION } from "../../src/program/captured.ts";
import type { LoweredVariant } from "../../src/program/lowered.ts";
import { print } from "../../src/program/print.ts";
import { leafTypes, stride } from "../../src/program/structure.ts";
import type { Structure } from "../../src/program/structure.ts";
import { refusal } from "../support/refusal.ts";

const number: Structure = { kind: "number" };
const boolean: Structure = { kind: "boolean" };
const text: Structure = { kind: "boolean", of: ["red", "green"] };
const listOf = (element: Structure): Structure => ({ kind: "array", element });
const typed: Structure = { kind: "array", element: number, typed: true };
const tupleOf = (...elements: Structure[]): Structure => ({ kind: "tuple", elements });
const objectOf = (fields: Record<string, Structure>): Structure => ({
  kind: "object",
  fields: Object.entries(fields),
});

const { structure: structures } = fc.letrec<{ structure: Structure }>((tie) => ({
  structure: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<Structure>(
      number,
      boolean,
      text,
      typed,
      listOf(number),
      { kind: "nothing" },
      { kind: "nothing", is: "null" },
    ),
    // Of a list of nothing, a program does not know how long it is.
    tie("structure").map((element) => (stride(element) === 0 ? listOf(number) : listOf(element))),
    fc.array(tie("structure"), { maxLength: 3 }).map((e) => tupleOf(...e)),
    fc
      .dictionary(fc.constantFrom("x", "y", "a b", "0", "constructor"), tie("structure"), {
        maxKeys: 3,
        noNullPrototype: true,
      })
      .map(objectOf),
  ),
}));

/** Something of this structure; every number another one. */
function value(s: Structure, next: () => number): unknown {
  const numbers = (): number[] => Array.from({ length: next() % 4 }, next);
  switch (s.kind) {
    case "number":
      return [next(), next() / 3, -0, NaN, Infinity][next() % 5];
    case "boolean":
      return s.of === undefined ? next() % 2 === 0 : s.of[next() % s.of.length];
    case "nothing":
      return s.is === "null" ? null : undefined;
    case "array":
      return s.typed === true ? Float64Array.from(numbers()) : numbers().map(() => value(s.element, next));
    case "tuple":
      return s.elements.map((e) => value(e, next));
    default:
      return Object.fromEntries(s.fields.map(([key, e]) => [key, value(e, next)]));
  }
}

/** A function that returns its arguments, and what is outside it. */
function identity(
  params: readonly Structure[],
  outside: readonly Structure[] = [],
  values: () => readonly unknown[] = () => [],
): (...args: unknown[]) => unknown {
  const all = [...params, ...outside];
  const leaves = all.flatMap(leafTypes).map((ty, k) => ({ name: `l${k}`, ty }));
  const program = { functions: [buildFunction("f", leaves, (_, values) => values)] };
  const named = (s: Structure, i: number): LoweredVariant["params"][number] => ({
    name: `p${i}`,
    structure: s,
  });
  const variant: LoweredVariant = {
    params: params.map(named),
    outside: outside.map(named),
    result: tupleOf(...all),
    program: print(program),
  };
  const data = { version: CAPTURE_VERSION, name: "f", variants: [variant] };
  return lowered((...args: unknown[]): unknown => args, data, values);
}

describe.each(["js", "wasm", "interpreter"] as const)("in %s", (target) => {
  test("what goes in comes out, whatever it is, and each time anew", () => {
    fc.assert(
      fc.property(
        fc.array(structures, { maxLength: 3 }),
        fc.array(structures, { maxLength: 2 }),
        fc.integer({ min: 1, max: 1e6 }),
        (params, outside, seed) => {
          let state = seed;
          const next = (): number => (state = (state * 48271) % 2147483647) % 1000;
          let around: unknown[] = [];
          const f = compile(
            identity(params, outside, () => around),
            { target },
          );
          const [wanted, got]: unknown[][] = [[], []];
          for (let call = 0; call < 4; call++) {
            around = outside.map((s) => value(s, next));
            const args = params.map((s) => value(s, next));
            wanted!.push(structuredClone([...args, ...around]));
            got!.push(f(...args));
          }
          // Compared at the end: no result is where another one was.
          expect(got).toEqual(wanted);
        },
      ),
      { numRuns: 150, seed: 11 },
    );
  });

  test("what does not fit is refused with the same words as at a first call", () => {
    const wrong = [1, "red", null, undefined, true, [1, "x"], [[1], 2], { x: 1 }, { x: [1, [2]] }, () => 1];
    fc.assert(
      fc.property(structures, fc.constantFrom<unknown>(...wrong), (s, x) => {
        const f = identity([s]);
        const [first, later] = [compile(f, { target }), compile(f, { target })];
        let state = 7;
        later(value(s, () => (state = (state * 31) % 101)));
        const said = (g: typeof first): unknown => {
          try {
            return g(x);
          } catch (error) {
            return String(error);
          }
        };
        expect(said(later)).toEqual(said(first));
      }),
      { numRuns: 150, seed: 12 },
    );
  });

  test("by turns: lists, typed arrays, longer ones, shorter ones", () => {
    const f = compile(identity([listOf(number), listOf(listOf(number))]), { target });
    for (let k = 0; k < 3; k++) {
      expect(f([1, k], [[k], [], [2, 3]])).toEqual([
        [1, k],
        [[k], [], [2, 3]],
      ]);
      expect(f([], [])).toEqual([[], []]);
      expect(f(Float64Array.of(k), [Float64Array.of(k, 1), [2]])).toEqual([[k], [[k, 1], [2]]]);
      expect(f(Int32Array.of(k), [[1]])).toEqual([[k], [[1]]]);
      expect(refusal(() => f([1]))).toMatchObject({ code: "missing-argument" });
      expect(f([1], [[2]], "more")).toEqual([[1], [[2]]]);
    }
  });

  test("an argument that calls the function while it is read", () => {
    const f = compile(identity([listOf(number), objectOf({ x: number, y: number })]), { target });
    const inner: unknown[] = [];
    const sly = (x: number): unknown => ({
      get x() {
        inner.push(f([x, x, x], { x, y: -x }));
        return x;
      },
      y: 5,
    });
    for (let k = 1; k < 4; k++) expect(f([k, 2], sly(k))).toEqual([[k, 2], { x: k, y: 5 }]);
    expect(inner).toEqual([1, 2, 3].map((k) => [[k, k, k], { x: k, y: -k }]));
  });

  test("an argument that throws leaves the function as it was", () => {
    const f = compile(identity([objectOf({ x: number })]), { target });
    const thrown = {
      get x(): number {
        throw new Error("not now");
      },
    };
    for (let k = 0; k < 3; k++) {
      expect(f({ x: k })).toEqual([{ x: k }]);
      expect(() => f(thrown)).toThrow("not now");
    }
  });

  test("a Float64Array that is returned is the one that was passed; a list is not", () => {
    const f = compile(identity([typed, listOf(number)]), { target });
    const [x, list] = [Float64Array.of(1, 2), [3]];
    for (let k = 0; k < 2; k++) {
      const [y, z] = f(x, list) as [unknown, unknown];
      expect(y).toBe(x);
      expect(z).toEqual(list);
      expect(z).not.toBe(list);
    }
  });
});

/** Turns that people use without thinking, and that were once wrong, crashed, or were refused. */
import { compile, grad } from "cotangent";
import { attach, CAPTURE_VERSION, check } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import { lower } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { differentiable } from "../src/parse.ts";
import { parseSource } from "../src/source.ts";

// oxlint-disable-next-line no-explicit-any -- what is written in these texts, the texts say
type Any = any;

/** The function f of a module, lowered as a build does it: by its types, before any argument is seen. */
function built(text: string): Any {
  const module = readModule(parseSource(text, "f.ts"));
  const node = functionsOf(module).get("f")!;
  return attach(() => NaN, {
    version: CAPTURE_VERSION,
    name: "f",
    outside: () => [],
    specialise: (args) => {
      const found = lower(
        module,
        node,
        "f",
        Array.from(args, () => undefined),
      );
      expect(check(found.program)).toEqual([]);
      return found;
    },
  });
}
const value = (text: string, ...args: unknown[]): unknown => compile(built(text))(...(args as Any));

describe("methods", () => {
  const v = [0.3, -0.7, 1.9, 2];
  test.each([
    [
      "concat of several lists, and of what is no list",
      "v.concat([1], 2, v.slice(0, 1)).reduce((s, x, i) => s + x * i, 0)",
      24.9,
    ],
    [
      "Math's functions as callbacks: they take one argument of three",
      "v.map(Math.abs).reduce((s, x) => s + x, 0)",
      4.9,
    ],
    ["indexOf from a position", "v.concat(v).indexOf(1.9, 3)", 6],
    ["indexOf from a position before the end", "v.indexOf(0.3, -2)", -1],
    ["includes from a position", "v.includes(0.3, 1) ? 1 : 2", 2],
    ["findLast", "v.findLast((x) => x < 1.95)!", 1.9],
    ["findLastIndex", "v.findLastIndex((x) => x < 1.95)", 2],
    ["toSorted leaves the list as it is", "v.toSorted((a, b) => b - a)[0]! * 10 + v[0]!", 20.3],
    ["toReversed", "v.toReversed()[0]! * 10 + v[0]!", 20.3],
    ["with", "v.with(-1, 5)[3]! * 10 + v[3]!", 52],
    [
      "a spread with a list that is empty is a copy",
      "(() => { const w = [...v, ...[]]; w[0] = 9; return v[0]! + w[0]!; })()",
      9.3,
    ],
    [
      "splice returns what it takes out",
      "(() => { const w = v.slice(); return w.splice(1, 2, 7, 8, 9).reduce((a, b) => a + b, 0) * 100 + w.length; })()",
      125,
    ],
    [
      "toSpliced leaves the list as it is",
      "v.toSpliced(1, 2, 7, 8, 9).reduce((a, b) => a + b, 0) * 100 + v.length",
      2634,
    ],
    [
      "copyWithin",
      "(() => { const w = v.slice(); w.copyWithin(0, 2); w.copyWithin(-1, 0, 1); return w[0]! * 1000 + w[1]! * 100 + w[3]!; })()",
      2101.9,
    ],
    [
      "structuredClone, all the way down",
      "(() => { const p = { a: v, q: [[v[3]!], [1]], o: { z: 2 } }; const w = structuredClone({ p, again: p }); w.p.a[0] = 5; w.again.q[0]![0] = 7; w.p.o.z = 9; return v[0]! + p.q[0]![0]! * 10 + p.o.z * 100 + w.again.a[0]! * 1e3 + w.p.q[0]![0]! * 1e4; })()",
      75_220.3,
    ],
    ["in", "('a' in { a: 1 } ? 1 : 2) * 10 + ('b' in { a: 1 } ? 1 : 2)", 12],
    [
      "Object.fromEntries",
      "(() => { const o = Object.fromEntries(Object.entries({ a: v[3]!, b: 3 }).map(([k, y]) => [k, y * 2])) as { a: number; b: number }; return o.a * 10 + o.b; })()",
      46,
    ],
    ["numbers in texts", "Number('2.5') * 10 + parseFloat('1.5px')", 26.5],
    ["flat to a depth", "[[v, v], [v]].flat(2).length", 12],
  ])("%s", (_, expression, wanted) => {
    const got = value(`export const f = (v: number[]): number => ${expression};`, v) as number;
    expect(got).toBeCloseTo(wanted, 12);
  });

  test("Object.is tells the zeros apart", () => {
    const text = "export const f = (x: number): number => (Object.is(x * 0, -0) ? 1 : 2);";
    expect([-1, 1].map((x) => value(text, x))).toEqual([1, 2]);
  });

  test("the length of an array that a loop exchanges is an integer", () => {
    const text = `export function f(n: number, steps: number): number {
      let state = new Float64Array(6 * n);
      for (let t = 0; t < steps; t++) state = state.map((v, i) => v + i);
      const part = state.subarray(1, 4);
      return part[0]! + 10 * part[2]!;
    }`;
    expect(value(text, 2, 3)).toBe(93);
  });

  test("arrays of arrays of arrays", () => {
    const text = `export function f(v: number[]): number {
      const blocks: number[][][] = [];
      blocks.push([v, v]);
      blocks.push([v.slice(1)]);
      return blocks[1]![0]![0]! * 10 + blocks.flat(2).length;
    }`;
    expect(value(text, [1, 3])).toBe(35);
  });

  test("rows that begin empty are filled one element after the other", () => {
    const text = `export function f(n: number, x: number): number {
      const rows: number[][] = [];
      for (let i = 0; i < n; i++) {
        rows[i] = [];
        for (let j = 0; j <= i; j++) rows[i]![j] = x * j;
      }
      return rows[n - 1]!.length * 100 + rows[n - 1]![n - 1]!;
    }`;
    expect(value(text, 4, 2)).toBe(406);
  });
});

test("a list of texts may get others", () => {
  const text = `export function f(v: number[]): number {
    const kinds = ["low"];
    for (const x of v) kinds.push(x > 2 ? "high" : x > 1 ? "middle" : "low");
    return kinds.reduce((s, k, i) => s + (k === "high" ? 100 : k === "middle" ? 10 : 1) * i, 0);
  }`;
  expect(value(text, [3, 1, 2])).toBe(100 + 2 + 30);
});

test("a default in the middle is for what no case is for, and falls through", () => {
  const text = `export function f(n: number, x: number): number {
    let s = 0;
    switch (n) {
      case 1: s += x;
      default: s += 10 * x;
      case 2: s += 100; break;
      case 3: s = 7 * x;
    }
    return s;
  }`;
  expect([1, 2, 3, 9].map((n) => value(text, n, 2))).toEqual([122, 100, 14, 120]);
});

test("sort without a comparison says what JavaScript would do", () => {
  const { remedy } = refusal(() => value("export const f = (v: number[]): number => v.sort()[0]!;", [1]));
  expect(remedy).toBe(
    "Say how: .sort((x, y) => x - y). Without, JavaScript sorts numbers as texts, 10 before 9.",
  );
});

describe("enums", () => {
  const text = `enum Kind { Linear, Square = 2, Cube }
    const enum Sign { Plus = 1, Minus = -1 }
    export function f(x: number, kind: Kind): number {
      switch (kind) {
        case Kind.Linear: return x * Sign.Minus;
        case Kind.Cube: return x ** 3;
        default: return x ** 2 * Sign.Plus;
      }
    }`;
  test("their members are constants, counted on from the one before", () => {
    expect([0, 2, 3].map((kind) => value(text, 2, kind))).toEqual([-2, 4, 8]);
  });
});

describe("what may be missing", () => {
  test("fields with defaults are read, all of them, not only the first", () => {
    const text = `export function f(x: number, { gain = 1, shift = 0 }: { gain?: number; shift?: number } = {}): number {
      return gain * x + shift;
    }`;
    expect(value(text, 3)).toBe(3);
    expect(value(text, 3, { gain: 2, shift: 5 })).toBe(11);
    expect(() => value(text, 3, { gain: 2 })).toThrow("shift is undefined");
  });

  test("names and labels beside numbers need no place", () => {
    const text = `interface Named { name: string; tag?: "a" | "b" }
      interface Body extends Named { mass: number; at: { x: number } & { y: number } }
      export const f = (bodies: Body[]): number => bodies.reduce((s, b) => s + b.mass * b.at.x * b.at.y, 0);`;
    expect(value(text, [{ name: "Earth", mass: 2, at: { x: 3, y: 5 } }])).toBe(30);
    expect((grad(built(text)) as Any)([{ name: "Earth", mass: 2, at: { x: 3, y: 5 } }])[0].mass).toBe(15);
  });

  test("a text in an argument decides what it decides in JavaScript, whether its type says what it may be or not", () => {
    const area = differentiable((s: Any): number => (s.kind === "circle" ? 3 * s.r ** 2 : s.r));
    expect(["circle", "other"].map((kind) => compile(area)({ kind, r: 2 }))).toEqual([12, 2]);
    expect((grad(area) as Any)({ kind: "circle", r: 2 }).r).toBe(12);
    const either = differentiable((s: Any): number => (s.label ? s.x : 2 * s.x));
    expect(["a", "", undefined, null].map((label) => compile(either)({ label, x: 2 }))).toEqual([2, 4, 4, 4]);
    const text = `export const f = (s: { label?: string | null }): number =>
      s.label === undefined ? 1 : s.label === null ? 2 : s.label ? (typeof s.label === "string" ? 3 : 4) : 5;`;
    expect([undefined, null, "a", ""].map((label) => value(text, { label }))).toEqual([1, 2, 3, 5]);
  });

  test("lists of texts are as long as they are", () => {
    const count = differentiable((v: Any): number => v.length);
    expect(compile(count)(["a", "b", "c"])).toBe(3);
    expect(compile(count)([{ name: "a" }, { name: "b" }])).toBe(2);
    const first = differentiable((v: Any, x: number): number =>
      v.reduce((s: number, k: string) => s + (k === "a" ? x : 1), 0),
    );
    expect(compile(first)(["a", "b", "a"], 5)).toBe(11);
  });

  test("null counts as 0 and undefined as NaN; they are not the same", () => {
    const sum = differentiable((x: Any, y: number): number => x * 1 + y);
    expect(compile(sum)(null, 3)).toBe(3);
    expect(compile(sum)(undefined, 3)).toBeNaN();
    const which = differentiable((x: Any): number => (x === null ? 1 : x === undefined ? 2 : 3));
    expect([null, undefined, 7].map((x) => compile(which)(x))).toEqual([1, 2, 3]);
  });

  test("who uses what is not there is told so, where it happens", () => {
    const text = `export const f = (v: number[]): number => v.map((x) => ({ x })).find((p) => p.x > 1)!.x;`;
    expect(value(text, [0, 2])).toBe(2);
    expect(() => value(text, [0, 1])).toThrow("undefined has no fields");
  });

  test("whether an element was assigned yet cannot be asked", () => {
    const text = `export function f(n: number): number {
      const memo = new Array<number | undefined>(n);
      return memo[0] === undefined ? 1 : 2;
    }`;
    expect(refusal(() => value(text, 3)).code).toBe("unsupported-type");
  });

  test("JavaScript's own names that are outside the language say what to use instead", () => {
    const text = "export const f = (v: number[]): number => new Set(v).size;";
    const { code, remedy } = refusal(() => value(text, [1]));
    expect([code, remedy]).toEqual([
      "unsupported-call",
      "Keep what belongs to a number in an array, at that index; or the keys in one list, and what belongs to them in another: values[keys.indexOf(key)].",
    ]);
  });
});

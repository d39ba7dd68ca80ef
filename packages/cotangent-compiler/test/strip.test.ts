import { describe, expect, test } from "vitest";

import { stripTypes } from "../src/strip.ts";

describe("taking the types out", () => {
  test.each([
    ["const x: number = 1;", "const x = 1;"],
    ["function f(a: number, b?: string): a is number { return a as any; }", "function f(a, b) { return a; }"],
    ["import type { A } from 'a'; import { b, type C, d } from 'b';", "import { b, d } from 'b';"],
    ["type A = number; interface B { x: A } export type D = A; const c = 1;", "const c = 1;"],
    ["const f = <T,>(x: T): T => x!; f<number>(2);", "const f = (x) => x; f(2);"],
    [
      "class A<T> implements B { private readonly x: T; declare y: number; constructor(x?: T) { this.x = x!; } }",
      "class A { x; constructor(x) { this.x = x; } }",
    ],
    ["const o = { a: 1 } satisfies Record<string, number>;", "const o = { a: 1 };"],
    ["declare const global: number; export const z = global;", "export const z = global;"],
  ])("%s", (typed, plain) => {
    const stripped = stripTypes(typed);
    // Nothing moves: types leave blanks.
    expect(stripped).toHaveLength(typed.length);
    const squeezed = stripped
      .replace(/\s+/g, " ")
      .replace(/ (?=[,;)(=:])|(?<=\() /g, "")
      .trim();
    expect(squeezed.replace(/ /g, "")).toBe(plain.replace(/ /g, ""));
  });

  test.each([
    "enum A { x }",
    "namespace N { export const x = 1; }",
    "class A { constructor(private x: number) {} }",
  ])("%s is more than types", (source) => expect(() => stripTypes(source)).toThrow("unsupported-syntax"));
});

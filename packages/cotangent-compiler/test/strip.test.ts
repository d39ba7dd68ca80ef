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
    [
      "abstract class A extends B<number> { abstract x: T; abstract f(): void; static readonly y = 1; override g?(): T { } z!: T; f(): T; f() { } }",
      "class A extends B { static y = 1; g() { } z; f() { } }",
    ],
    [
      "export default abstract class A extends B { private static override async h(this: A, x: T) { } [key: string]: T }",
      "export default class A extends B { static async h(x) { } }",
    ],
    ["let x!: number, { y }: T = z, [w]: [T] = v;", "let x, { y } = z, [w] = v;"],
    ["function f({ a }: T, [b]: T = [1], c?: T) { }", "function f({ a }, [b] = [1], c) { }"],
    [
      "export type * from './a'; export type { B } from './b'; export default interface Q { } const c = 1;",
      "const c = 1;",
    ],
    ["declare global { interface W { } } declare module 'x' { } c;", "c;"],
    // Where a type ends a line, what follows must not be taken for more of the expression.
    ["a = b as T\n(c)()", "a = b;(c)()"],
    ["const a = b!\n;[c].d()", "const a = b;[c].d()"],
    ["a\ntype T = 1\n`c`", "a;`c`"],
    ["const f = (x: T):\n  Promise<T> => x", "const f = (x) => x"],
    [
      "b = ((a)) as T; c = (a /* ) */)!; d = <T>(e); f = (g) satisfies H",
      "b = ((a)); c = (a /* ) */); d = (e); f = (g)",
    ],
    ["x = (a as T)\n+ (b as T)", "x = (a)+ (b)"],
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

/** Objects and rows that are in several arrays at once, or in one twice: as JavaScript has it, or refused, but never something else. */
import { compile } from "cotangent";
import { attach, CAPTURE_VERSION } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import { lower } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { stripTypes } from "../src/strip.ts";

// oxlint-disable-next-line no-explicit-any -- what is written in these texts, the texts say
type Any = any;

/** The function that a text means, and what a build makes of it. */
function both(body: string): { readonly plain: Any; readonly built: Any } {
  const text = `export function f(x: number): number {\n${body}\n}`;
  const module = readModule(parseSource(text, "f.ts"));
  // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- written here
  const plain: Any = new Function(`${stripTypes(text).replace("export ", "")}\nreturn f;`)();
  const built = attach(plain, {
    version: CAPTURE_VERSION,
    name: "f",
    outside: () => [],
    specialise: (args) =>
      lower(
        module,
        functionsOf(module).get("f")!,
        "f",
        Array.from(args, () => undefined),
      ),
  });
  return { plain, built };
}

const LIST = "const l: { a: number }[] = []; for (let i = 0; i < 3; i++) l.push({ a: x * (3 - i) });";
const ROWS = "const l: number[][] = []; for (let i = 0; i < 3; i++) l.push([x * (3 - i), i]);";

const NESTED =
  "const l: { p: { x: number }; q: { x: number }; m: number }[] = []; for (let i = 0; i < 3; i++) l.push({ p: { x: x * i }, q: { x: i }, m: i });";

describe("what changes in one array is not silently as it was in another", () => {
  test.each([
    [LIST, "const m = l.slice(); m[0]!.a = 50; return l[0]!.a;"],
    [LIST, "const m = l.slice(1); l[1]!.a = 50; return m[0]!.a;"],
    [LIST, "const m = [...l]; m[0]!.a = 50; return l[0]!.a;"],
    [LIST, "const m = l.concat(l); m[0]!.a = 50; return m[3]!.a + l[0]!.a;"],
    [LIST, "const m = l.filter((p) => p.a > 2); l[0]!.a = 50; return m[0]!.a;"],
    [LIST, "const m = l.map((p) => p); m[0]!.a = 50; return l[0]!.a;"],
    [LIST, "const m = l.toSorted((p, q) => p.a - q.a); m[0]!.a = 50; return l[2]!.a;"],
    [LIST, "const m = l.with(0, { a: 1 }); m[1]!.a = 50; return l[1]!.a;"],
    [LIST, "const m = l.flatMap((p) => [p, p]); m[1]!.a = 50; return l[0]!.a;"],
    [LIST, "const m = Array.from(l); m[1]!.a = 50; return l[1]!.a;"],
    [LIST, "const m: { a: number }[] = []; m.push(l[0]!); m[0]!.a = 50; return l[0]!.a;"],
    [
      LIST,
      "let m = l; for (let t = 0; t < 3; t++) { m = m.filter((p) => p.a > t); for (const p of m) p.a += 1; } return l[0]!.a;",
    ],
    [LIST, "l[1] = l[0]!; l[1]!.a = 50; return l[0]!.a;"],
    [LIST, "l.push(l[0]!); for (const p of l) p.a += 1; return l[0]!.a;"],
    [LIST, "const p = l[0]!; l.length = 0; l.push({ a: 9 }); p.a = 1; return l[0]!.a;"],
    [LIST, "const p = l.pop()!; l.push(p); p.a = 50; return l[2]!.a;"],
    [
      "const l = [{ q: { v: x } }]; l.push({ q: { v: 1 } });",
      "l[0]!.q = l[1]!.q; l[0]!.q.v = 7; return l[1]!.q.v;",
    ],
    [
      "const l = [{ q: { v: x } }]; l.push({ q: { v: 1 } });",
      "const m = l.map((p) => ({ ...p })); m[0]!.q.v = 7; return l[0]!.q.v;",
    ],
    [
      "const l = [{ q: [x] }]; l.push({ q: [1] });",
      "const m = l.map((p) => ({ ...p })); m[0]!.q[0] = 7; return l[0]!.q[0]!;",
    ],
    [ROWS, "const m = l.slice(); m[0]![0] = 50; return l[0]![0]!;"],
    [ROWS, "const m = l.filter((r) => r[0]! > 2); m[0]![0] = 50; return l[0]![0]!;"],
    [ROWS, "const m: number[][] = []; m.push(l[0]!); m[0]!.push(50); return l[0]!.length;"],
    [
      "const row = [x, 1]; const l: number[][] = [];",
      "for (let t = 0; t < 3; t++) { row[0]! += 1; l.push(row); } return l[0]![0]!;",
    ],
    [NESTED, "l[0]!.p = l[1]!.p; l[0]!.p.x = 7; return l[1]!.p.x;"],
    [NESTED, "l[0]!.p = l[0]!.q; l[0]!.q.x = 7; return l[0]!.p.x;"],
    [NESTED, "const o = l[1]!.p; l[1]!.p = { x: 9 }; l[1]!.p.x = 5; return o.x;"],
  ])("refused: %s %s", (before, after) => {
    const { code, message } = refusal(() => compile(both(`${before}\n${after}`).built)(2));
    expect(code).toBe("aliased-structure");
    expect(message).toMatch(/\(f\.ts:\d+:\d+\)/);
  });
});

describe("as JavaScript has it", () => {
  test.each([
    [
      "elements that change places, by a third name",
      LIST,
      "const t = l[0]!; l[0] = l[2]!; l[2] = t; l[0]!.a += 1; return l[0]!.a * 10 + l[2]!.a;",
    ],
    [
      "at once",
      LIST,
      "[l[0], l[1], l[2]] = [l[2]!, l[0]!, l[1]!]; l[0]!.a += 1; return l[0]!.a * 100 + l[1]!.a * 10 + l[2]!.a;",
    ],
    [
      "by reverse",
      LIST,
      "const p = l[0]!; l.reverse(); l.forEach((q, i) => { q.a += i; }); return l[0]!.a * 10 + l[2]!.a;",
    ],
    ["what was there before", LIST, "const p = l[0]!; l.reverse(); return p.a * 10 + l[0]!.a;"],
    [
      "the top of a heap, replaced by the last",
      LIST,
      "const top = l[0]!; const last = l.pop()!; l[0] = last; return top.a * 10 + l[0]!.a;",
    ],
    [
      "the last in the place of one that goes",
      LIST,
      "l[0] = l[l.length - 1]!; l.pop(); for (const p of l) p.a += 1; return l[0]!.a * 10 + l[1]!.a;",
    ],
    [
      "a stack of objects, read after others were pushed where they were",
      "const l = [{ d: 0, w: x }]; let s = 0;",
      "while (l.length > 0) { const top = l.pop()!; s += top.w; if (top.d < 3) { l.push({ d: top.d + 1, w: top.w * 0.5 }); l.push({ d: top.d + 2, w: top.w * x }); } } return s;",
    ],
    ["what splice moved", LIST, "const p = l[0]!; l.splice(0, 1); return p.a * 10 + l[0]!.a;"],
    [
      "lists that are sorted, then written to",
      LIST,
      "l.sort((p, q) => p.a - q.a); l.forEach((p, i) => { p.a += i; }); return l[0]!.a * 10 + l[2]!.a;",
    ],
    [
      "particles that move, and of which some go",
      LIST,
      "let m = l; for (let t = 0; t < 3; t++) { for (const p of m) p.a += 1; m = m.filter((p) => p.a > 4); } return m.reduce((s, p) => s * 10 + p.a, 0);",
    ],
    ["copies", LIST, "const m = l.map((p) => ({ ...p })); m[0]!.a = 50; return l[0]!.a;"],
    ["what is only read", LIST, "const m = l.toSorted((p, q) => p.a - q.a); return m[0]!.a * 10 + l[0]!.a;"],
    [
      "whole objects of whose inner ones both are the same",
      "const l = [{ q: { v: x }, m: 1 }];",
      "l.push({ q: { v: 3 }, m: 4 }); const c = l.map((p) => ({ ...p })); c[0]!.m = 7; return c[0]!.m * 10 + l[0]!.m + c[1]!.q.v;",
    ],
    [
      "rows that change places",
      ROWS,
      "[l[0], l[2]] = [l[2]!, l[0]!]; l[0]![0]! += 1; return l[0]![0]! * 10 + l[2]![0]!;",
    ],
    [
      "a row taken off the end",
      ROWS,
      "const r = l.pop()!; l.push([8, 9]); r[0]! += 1; return r[0]! * 10 + l[2]![0]!;",
    ],
    [
      "a nested object, after it was replaced",
      NESTED,
      "const b = l[1]!; const o = b.p; b.p = { x: 9 }; b.m = 5; return o.x * 100 + b.p.x * 10 + b.m;",
    ],
    [
      "nested objects that move on: Verlet's steps",
      NESTED,
      "for (const b of l) { const n = { x: 2 * b.p.x - b.q.x }; b.q = b.p; b.p = n; } for (const b of l) b.p.x += 1; return l[1]!.p.x * 10 + l[2]!.q.x;",
    ],
    [
      "nested objects that change places",
      NESTED,
      "for (const b of l) [b.p, b.q] = [b.q, b.p]; l[1]!.p.x = 7; return l[1]!.p.x * 10 + l[1]!.q.x;",
    ],
    [
      "another field of what has a nested object twice",
      NESTED,
      "l[0]!.p = l[1]!.p; l[0]!.m = 7; return l[1]!.p.x + l[0]!.m * l[0]!.p.x;",
    ],
  ])("%s", (_, before, after) => {
    const { plain, built } = both(`${before}\n${after}`);
    for (const target of ["js", "wasm"] as const)
      expect(compile(built, { target, math: "exact" })(2)).toBe(plain(2));
  });
});

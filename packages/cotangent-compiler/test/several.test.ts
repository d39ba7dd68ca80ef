/** What is one of several, which one the run decides; what a loop makes anew; lists of nothing. Found by random programs. */
import { compile } from "cotangent";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import { capture } from "../src/capture.ts";
import type { AnyFunction } from "../src/capture.ts";

const plainOf = (parameters: string, body: string): AnyFunction =>
  // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- written here
  new Function(`return (${parameters}) => {\n${body}\n};`)() as AnyFunction;

describe("an object that is one of several does not stay as it was when one of these changes: it is refused", () => {
  const TWO = "const p = { u: a, v: 1 }; const r = { u: 3, v: 4 };";
  test.each([
    [TWO, "const q = n > 2 ? p : r; p.u = 7; return q.u;"],
    [TWO, "const q = n > 2 ? p : r; r.v *= 2; return { ...q }.v;"],
    [TWO, "const q = n > 2 ? p : r; const list = [r]; p.u = 7; list.push(q); return list[1].u;"],
    [TWO, "let q; if (n > 2) q = p; p.u = 7; return q === undefined ? a : q.u;"],
    [TWO, "let q = r; for (let i = 0; i < n; i++) { if (i === 1) q = p; p.u += 1; } return q.u;"],
    [TWO, "let q = r; for (let i = 0; i < n; i++) { p.u += 1; if (i === 1) q = p; } return q.u;"],
    ["const p = [a, 1]; const r = [3, 4];", "const q = n > 2 ? p : r; p[0] = 7; return q[0];"],
    [
      "const p = { w: { k: a } }; const r = { w: { k: 3 } };",
      "const q = n > 2 ? p : r; p.w.k = 7; return q.w.k;",
    ],
    [
      "class C { constructor(k) { this.k = k; } add(t) { this.k += t; } } const p = new C(a), r = new C(2);",
      "const q = n > 2 ? p : r; p.add(3); return q.k;",
    ],
    [TWO, "const f = () => { if (n > 2) return p; return r; }; const q = f(); p.u = 7; return q.u;"],
  ])("%s %s", (before, after) => {
    const f = compile(capture(plainOf("a, n", `${before}\n${after}`), {}));
    const { code, message } = refusal(() => (f as AnyFunction)(0.7, 3));
    expect(code).toBe("aliased-structure");
    expect(message).toContain("one of these has been changed since");
  });

  test.each([
    [TWO, "const q = n > 2 ? p : r; p.u = 7; return q.v * 10 + p.u;"],
    [TWO, "p.u = 7; const q = n > 2 ? p : r; return q.u;"],
    [
      TWO,
      "let s = 0; for (let i = 0; i < n; i++) { const q = i > 1 ? p : r; s += q.u; p.u += 1; } return s;",
    ],
    [
      TWO,
      "let q = r; for (let i = 0; i < n; i++) { p.u += 1; q = i > 1 ? p : r; } p.v = 0; return q.u * r.v;",
    ],
  ])("not what did not change, nor what is decided afterwards: %s %s", (before, after) => {
    const plain = plainOf("a, n", `${before}\n${after}`);
    for (const target of ["js", "wasm"] as const)
      for (const n of [1, 3])
        expect(compile(capture(plain, {}), { target, math: "exact" })(0.7, n)).toBe(plain(0.7, n));
  });
});

describe("what is known when compiling, and made anew in each iteration", () => {
  test.each([
    "let s; for (const e of z) s = 'u'; return s === 'u' ? n : -n;",
    "let s = null; for (const e of z) s = 'u'; return s === 'u' ? n : -n;",
    "for (const e of z) { var h = (t) => t; } return n;",
    "for (const e of z) { var h = (t) => t * e; n += h(n); } return n;",
    "let h = null; for (const e of z) { h = Math.sin; n += h(n); } return h === null ? n : h(n);",
    "let h; if (n > 1) { for (const e of z) h = (t) => t + 1; } return h ? h(n) : n;",
    "let c = null; for (const e of z) c = { f: (t) => t + 1, q: e }; return c === null ? n : c.f(c.q);",
    "for (const e of z) { var K = class { constructor(q) { this.q = q; } }; n += new K(e).q; } return n;",
  ])("%s", (body) => {
    const plain = plainOf("n, z", body);
    const compiled = compile(capture(plain, {}), { math: "exact" });
    for (const z of [[1, 2], [], [3]]) expect(compiled(2, z)).toBe(plain(2, z));
  });

  test("a function with other variables around it at the end is refused where it is called", () => {
    const f = plainOf(
      "n, z",
      "let h = null; for (const e of z) h = (t) => t + e; return h === null ? n : h(n);",
    );
    expect(refusal(() => (compile(capture(f, {})) as AnyFunction)(2, [1])).code).toBe("aliased-structure");
  });
});

describe("what is put into arrays twice does not change in one place alone: it is refused", () => {
  test.each([
    "const row = [a, 1]; const l = []; l.push(row); l.push(row); l[0][0] = 3; return l[1][0];",
    "const row = [a, 1]; const l = []; l.push(row, row); l[0][0] = 3; return l[1][0];",
    "const row = [a, 1]; const l = [row, row]; l[n % 2][0] = 3; return l[1][0];",
    "const row = [a, 1, 2]; const l = [row, x.slice()]; l.push(row); l[0][0] = 3; return l[2][0];",
    "const row = x.slice(); row.push(a); const l = []; l.push(row); l.push(row); l[0][0] = 3; return l[1][0];",
    "const l = []; l.push(x); l.push(x); l[0][0] = 3; return l[1][0];",
    "const l = []; for (let i = 0; i < 2; i++) { const row = [a, i]; l.push(row); l.push(row); } l[0][0] = 3; return l[1][0];",
    "const q = { x: a, y: 1 }; const l = [q]; for (let i = 0; i < n; i++) l.push(q); l[0].x = 3; return l[n].x;",
    "const q = { x: a }; const l = []; const k = []; l.push(q); k.push(q); l[0].x = 3; return k[0].x;",
    "const q = { x: a }; const l = []; const k = []; l.push(q); k.push(q); l[0].x = 3; return q.x;",
    "const c = { v: a }; const l = []; l.push({ c, k: 1 }); l.push({ c, k: 2 }); l[0].c.v = 3; return l[1].c.v;",
  ])("%s", (body) => {
    const f = compile(capture(plainOf("a, n, x", body), {}));
    expect(refusal(() => (f as AnyFunction)(0.7, 3, [1, 2])).code).toBe("aliased-structure");
  });

  test.each([
    "const rows = x.map((v) => [v, a]); const l = rows.concat(rows); l[0][0] = 7; return l[x.length][0];",
    "const rows = x.map((v) => ({ v })); const l = [...rows, ...rows]; l[0].v = 7; return l[x.length].v;",
    "const p = { v: a }; const r = { v: 2 }; const q = n > 0 ? p : r; const l = []; l.push(p); l.push(q); l[0].v = 7; return l[1].v;",
    "const p = { v: a }; const r = { v: 2 }; let q = p; if (n > 5) q = r; const l = []; l.push(q); l.push(p); l[0].v = 7; return l[1].v;",
  ])("nor what is there twice: %s", (body) => {
    const f = compile(capture(plainOf("a, n, x", body), {}), { math: "exact" });
    expect(refusal(() => (f as AnyFunction)(0.7, 3, [1, 2])).code).toBe("aliased-structure");
    const read = plainOf("a, n, x", body.replace(/ l\[0\].* = 7;/, ""));
    expect(compile(capture(read, {}))(0.7, 3, [1, 2])).toBe(read(0.7, 3, [1, 2]));
  });

  test.each([
    "const row = [a, 1]; const l = []; l.push(row); l.push(row); return l[0][0] + l[1][1];",
    "const row = [a, 1]; const l = []; l.push(row); l.push(row); l[0] = [4, 5]; return l[0][0] + l[1][0];",
    "const c = { v: a }; const l = []; l.push({ c, k: 1 }); l.push({ c, k: 2 }); l[0].k = 3; return l[0].k + l[1].c.v;",
    "const l = []; for (let i = 0; i < n; i++) { const row = [a, i]; l.push(row); } l[0][0] = 3; return l[1][0];",
    "const p = { v: a }; const r = { v: 2 }; const q = n > 0 ? p : r; const l = []; l.push(q); l.push({ v: 1 }); l[0].v = 7; return l[1].v;",
    "let p = { v: a }; const l = []; for (let i = 0; i < n; i++) { l.push(p); p = { v: p.v + 1 }; } l[0].v = 3; return l[1].v;",
  ])("not what is only read or replaced: %s", (body) => {
    const plain = plainOf("a, n, x", body);
    for (const target of ["js", "wasm"] as const)
      expect(compile(capture(plain, {}), { target, math: "exact" })(0.7, 3, [1, 2])).toBe(
        plain(0.7, 3, [1, 2]),
      );
  });
});

test("an index that is the same in two loops, one in the other, is checked before both", () => {
  const body =
    "const l = new Array(4).fill(a); for (const v of x) for (const w of x) { [l[n % 4], a] = [a, l[n % 4]]; } return a + l[0];";
  const plain = plainOf("a, n, x", body);
  for (const target of ["js", "wasm"] as const)
    for (const n of [0, 5])
      expect(compile(capture(plain, {}), { target })(0.7, n, [1, 2])).toBe(plain(0.7, n, [1, 2]));
});

test("lists whose elements take no room are as long as they are", () => {
  const plain = plainOf(
    "a, list",
    "let s = a; for (const x of list) s = 2 * s + (x ?? 5); return s + list.length;",
  );
  const compiled = compile(capture(plain, {}), { math: "exact" });
  // oxlint-disable-next-line no-sparse-arrays -- as people may pass them
  for (const list of [[null], [undefined, undefined], [1, null], [1, , 3], [1, 2], []])
    expect(compiled(2, list)).toBe(plain(2, list));
  const count = plainOf("list", "return list.length;");
  for (const list of [[{}, {}], [[], [], []], [{ k: null }], ["u", "v"]])
    expect((compile(capture(count, {})) as AnyFunction)(list)).toBe(list.length);
});

/** Functions outside the language. The mark ▶ stands before the place that the error must name. */
import type { ErrorCode } from "cotangent";

export const illegal: readonly (readonly [code: ErrorCode, source: string])[] = [
  ["syntax-error", "export function f(x: number) { return x +▶; }"],
  ["syntax-error", "export function f(x: number) { return (x▶; "],
  ["syntax-error", "export function f(x: number) { let ▶x y; }"],
  ["unknown-name", "export function f(x: number) { return x * ▶k; }"],
  ["unknown-name", "export const f = (x: number) => ▶helper(x);"],
  ["unsupported-call", "export const f = (x: number) => x + ▶Math.random();"],
  ["unsupported-call", "export const f = (x: number) => { let i = 0; console.log(▶i++); return x + i; };"],
  [
    "unsupported-call",
    "export const f = (x: number) => { const g = () => 1; console.log(▶g()); return x; };",
  ],
  ["unsupported-syntax", "export const f = (x: number) => { try { x++; } finally ▶{ return x; } };"],
  [
    "aliased-structure",
    "export const f = (x: number) => { let g = (t: number) => t; for (let i = 0; i < 3; i++) { g = (t: number) => t * i; } return ▶g(x); };",
  ],
  [
    "unsupported-type",
    "export const f = (x: number[]) => { let s = 0; for (const i in ▶x) s++; return s; };",
  ],
  ["unsupported-call", "export const f = (x: number) => ▶Math.f16round(x);"],
  ["unsupported-call", "export const f = (x: number[]) => ▶x.join(',').length;"],
  ["unsupported-call", "export const f = (x: number) => ▶new Error();"],
  ["unsupported-call", "export const f = (x: number[]) => ▶x.slice().sort();"],
  ["unsupported-syntax", "export ▶async function f(x: number) { return x; }"],
  ["unsupported-syntax", "export ▶function* f(x: number) { yield x; }"],
  ["unsupported-syntax", "export function f(x: number) { ▶try { return x; } catch { return 0; } }"],
  [
    "unsupported-type",
    "export const f = (x: number) => { class A extends ▶Array {} return new A().length + x; };",
  ],
  [
    "unsupported-type",
    "abstract class A {} export const f = (x: number) => { const a = ▶new A(); return x; };",
  ],
  [
    "unsupported-syntax",
    "class A { [▶'a' + 'b'] = 1; } export const f = (x: number) => { new A(); return x; };",
  ],
  [
    "unknown-field",
    "class A { a = 1; } export const f = (x: number) => { const p = new A(); return ▶p.go(x); };",
  ],
  [
    "constant-assignment",
    "class A { get a() { return 1; } } export const f = (x: number) => { const p = new A(); ▶p.a = x; return x; };",
  ],
  ["captured-variable-changes", "export class A { static k = 1; } export const f = (x: number) => x * ▶A.k;"],
  [
    "captured-variable-changes",
    "class A { static k = 1; } export const f = (x: number) => { ▶A.k = x; return A.k; };",
  ],
  [
    "captured-variable-changes",
    "class A { static readonly p = { v: 1 }; } export const f = (x: number) => { ▶A.p.v = x; return A.p.v; };",
  ],
  [
    "aliased-structure",
    "class A { v = 1; } class B { v = 2; } export const f = (x: number) => { const p = ▶x > 0 ? new A() : new B(); return p.v; };",
  ],
  [
    "unsupported-type",
    "class A { v = 1; } class B { v = 2; } export const f = (x: number) => { const l = [new A()]; ▶l.push(new B()); return l[0]!.v; };",
  ],
  [
    "unsupported-type",
    "export const f = ▶(x: number) => { const o = { get a() { return x; } }; return o; };",
  ],
  [
    "unsupported-type",
    "export const f = ▶(x: number) => { class A { v = 1; go() { return x; } } return new A(); };",
  ],
  [
    "unsupported-syntax",
    "export const f = (x: number) => { function g() { return ▶this.a; } return g() * x; };",
  ],
  ["unsupported-syntax", "export function f(x: number) { return ▶this.a * x; }"],
  ["unsupported-syntax", "export function f(x: number) { return ▶/a/.test('a') ? x : 0; }"],
  ["unsupported-syntax", "export function f(x: number) { return ▶10n > x ? 1 : 2; }"],
  ["unsupported-syntax", "export function f(▶...xs: number[]) { return xs[0]; }"],
  ["unsupported-syntax", "export function f(x: number) { const o = { a: x }; ▶delete o.a; return x; }"],
  ["unsupported-syntax", "export const f = (x: number) => (▶'a' in [x] ? x : 0);"],
  ["unsupported-call", "export const f = (x: number) => ▶structuredClone({ f: () => x }).f();"],
  ["unsupported-call", "export const f = (x: number) => ▶Object.fromEntries([[x, x]]).a;"],
  ["unsupported-call", "export function f(x: number) { return ▶arguments.length * x; }"],
  ["unsupported-syntax", "export const f = (x: number) => { ▶try { return x; } catch { return 0; } };"],
  ["unsupported-call", "export const f = (g, x: number) => ▶g(x);"],
  [
    "unsupported-type",
    "export const f = (m: string, k: string, x: number) => (m === 'a' && k === 'a' ? 1 : ▶m === k ? x : 2);",
  ],
  ["unsupported-type", "export const f = (x: number) => ▶x + 'a' === '1a' ? 1 : 2;"],
  ["unsupported-type", "export const f = (x: number) => ▶'abc'[x] === 'a' ? 1 : 2;"],
  ["unsupported-call", "export const f = (x: number) => ▶'abc'.localeCompare('b') * x;"],
  ["unsupported-type", "export const f = ▶(m: string, x: number) => ({ m: m === 'a' ? m : m, x });"],
  ["unsupported-type", "export const f = (x: number) => x * ▶'a';"],
  ["unsupported-type", "export const f = (x: number) => x * ▶[1, 2];"],
  ["unsupported-type", "export const f = (x: number[]) => ▶x * 2;"],
  ["unsupported-type", "export const f = (x: number) => ▶x(2);"],
  ["unsupported-type", "export const f = (x: number) => ▶x === true;"],
  ["unsupported-type", "export const f = (x: number) => { const [▶a] = x; return a; };"],
  ["unsupported-type", "export const f = (x: number) => { for (const v of ▶x) {} return 1; };"],
  ["unknown-field", "export const f = (p: { x: number }) => ▶p.y;"],
  ["unknown-field", "export const f = (x: number) => { const o = { a: x }; ▶o.b = 1; return o.a; };"],
  ["unknown-field", "export const f = (x: number[]) => ▶x.size;"],
  ["unknown-field", "export const f = (p: { x: number }) => ▶p.constructor;"],
  ["constant-assignment", "export const f = (x: number) => { const y = x; ▶y = 2; return y; };"],
  [
    "constant-assignment",
    "export const f = (x: number) => { for (const i = 0; i < 3; ▶i++) x++; return x; };",
  ],
  [
    "captured-variable-changes",
    "let k = 1; export const f = (x: number) => x * ▶k; export const g = () => { k = 2; };",
  ],
  ["captured-variable-changes", "const k = 1; export const f = (x: number) => { ▶k = x; return x; };"],
  [
    "captured-variable-changes",
    "const K = [1, 2, 3, 4, 5, 6, 7, 8, 9]; export const f = (i: number) => { const a = K; ▶a[i] = 2; return a[0]; };",
  ],
  [
    "aliased-structure",
    "export const f = (x: number) => { const a = { v: x }; const b = { v: 1 }; const c = x > 0 ? a : b; ▶c.v = 3; return a.v; };",
  ],
  [
    "aliased-structure",
    "export const f = (x: number) => { let y; if (x > 0) y = 1; else y = [1, 2]; return ▶y; };",
  ],
  [
    "aliased-structure",
    "export const f = (x: number) => { const rows = []; const p = { v: x }; rows.push(p); ▶p.v = 2; return rows[0].v; };",
  ],
  [
    "aliased-structure",
    "export const f = (x: number) => { const rows: number[][] = []; const r: number[] = []; rows.push(r); ▶r.push(x); return rows[0]!.length; };",
  ],
  ["unsupported-array", "export const f = (x: number[][]) => { ▶x[0]!.push(1); return x.length; };"],
  ["unsupported-array", "export const f = (x: Float64Array) => { ▶x.length = 1; return x.length; };"],
  [
    "captured-variable-changes",
    "export const f = (p: { x: number }, n: number) => { const go = ▶(q: { x: number }, k: number): number => { if (k <= 0) return q.x; q.x += 1; return go(q, k - 1); }; return go(p, n); };",
  ],
  ["unsupported-array", "export const f = (x: number[]) => Math.atan2(▶...x);"],
  [
    "too-large",
    "▶const a = (f: (v: number) => number) => (v: number) => f(f(f(f(f(f(f(f(v)))))))); export const f = (x: number) => a(a(a(a(a(a(a(a((v) => v * 2))))))))(x);",
  ],
  [
    "too-large",
    "function g(n: number, h: (x: number) => number): number { return n <= 0 ? h(n) : g(n - 2, h) + ▶g(n - 1, (x) => h(x) + n); }\nexport const f = (n: number) => g(n, (x) => x);",
  ],
];

/** What a build makes of functions inside others, and what it refuses. */
import { describe, expect, test } from "vitest";

import { CompileError } from "../src/errors.ts";
import { transform } from "../src/transform.ts";

const HEAD = `import { compile, grad, mul } from "cotangent";\n`;
const codeOf = (source: string): string => transform(HEAD + source, "/p/m.ts")?.code.slice() ?? "";
/** The source behind the first line, and what was written in front of it. */
const linesOf = (source: string): readonly string[] => codeOf(source).split("\n");

describe("what is written", () => {
  test("programs once at the top, and at each place what is read there", () => {
    const [top, , line] = linesOf("export const f = (a: number) => grad((x: number) => a * x * x)(3);");
    expect(top).toMatch(/^import \{ closures as __cotangent_closures \} from "cotangent\/program"; /);
    expect(top).toContain('const __cotangent_closure1 = /*#__PURE__*/ __cotangent_closures({"version":2,');
    expect(line).toBe(
      "export const f = (a: number) => grad(/*#__PURE__*/ __cotangent_closure1((x: number) => a * x * x, () => [a]))(3);",
    );
  });

  test("a declaration gets its programs where its block begins, behind directives", () => {
    const lines = linesOf(`export function outer(k: number) {
  "use strict";
  return grad(inner)(1);
  function inner(x: number) { return k * x; }
}`);
    expect(lines[3]).toBe('  "use strict"; __cotangent_closure1(inner, () => [k]);');
    expect(lines[5]).toBe("  function inner(x: number) { return k * x; }");
  });

  test("one that takes derivatives inside is replaced by its program", () => {
    const code = codeOf(`export function outer(k: number) {
  const cost = (x: number) => grad((y: number) => k * y * y)(x);
  function declared(x: number) { return cost(x) * x; }
  return [grad(cost)(1), grad(declared)(1), cost(1)];
}`);
    expect(code).toContain("{ declared = __cotangent_closure2(declared, () => [k]);");
    expect(code).toContain("const cost = /*#__PURE__*/ __cotangent_closure1((x: number) =>");
  });

  test("every statement keeps its line", () => {
    const source = `export function outer(k: number) {
  // one
  const cost = (x: number) => {
    return x * k;
  };
  return grad(cost);
}`;
    const lines = linesOf(source);
    expect(lines).toHaveLength(source.split("\n").length + 2);
    expect(lines[3]).toBe("  // one");
    expect(lines[5]).toBe("    return x * k;");
  });

  test("done twice, it changes nothing more, precompiled or not", () => {
    const source = `${HEAD}export const f = (a: number) => grad((x: number) => a * x)(1);`;
    for (const precompile of [undefined, {}]) {
      const once = transform(source, "/p/m.ts", { precompile })!.code;
      expect(transform(once, "/p/m.ts", { precompile })).toBeUndefined();
    }
  });

  test("numbers that are written out before the function are constants of its program", () => {
    const code = codeOf(`export function outer(k: number) {
  const n = 3, mode = "fast";
  let m = 4;
  m++;
  const f = (x: number) => (mode === "fast" ? n * m * k * x : 0);
  return grad(f);
}`);
    expect(code).toContain(", () => [m, k])");
  });

  test("derivatives made outside, and compiled functions", () => {
    const code = codeOf(`export function outer(k: number) {
  const cost = (x: number) => k * x ** 3;
  const slope = grad(cost);
  const fast = compile(cost);
  return grad((x: number) => slope(x) * fast(x));
}`);
    expect(code).toContain("slope(x) * fast(x), () => [k])");
  });

  test("no name is passed that the function itself declares, and each name once", () => {
    const code = codeOf(`export function outer(k: number, j: number) {
  return grad((x: number) => {
    const k = 2;
    const o = { j: x };
    return [1].map((j) => j * k * x)[0]! + o.j + grad((y: number) => y * x)(k);
  });
}`);
    expect(code).not.toContain("() => [");
  });

  test("what uses the library's functions is left to them, if it cannot be compiled", () => {
    expect(codeOf("export const f = (s) => { const g = (x) => mul(x.a(), s); return grad(g); };")).toBe("");
    expect(
      codeOf("export const f = (s) => { const h = (x) => mul(x.a(), s), g = (x) => h(x); return grad(g); };"),
    ).toBe("");
    // Who is given a function may be given one on Reals.
    expect(codeOf("export const f = (h) => { const g = (x) => h(x); return grad(g); };")).toBe("");
  });
});

describe("what is handed to a solver", () => {
  const SOLVER = 'import { minimize } from "cotangent/optimize";\n';

  test("is captured, in place or by its name", () => {
    const code = codeOf(`${SOLVER}export function fit(data: number[]) {
  const cost = (c: number[]) => (c[0]! - data[0]!) ** 2;
  return [minimize(cost, [1]), minimize((c: number[]) => (c[0]! - data[1]!) ** 2, [1])];
}`);
    expect(code).toContain("const cost = /*#__PURE__*/ __cotangent_closure1(");
    expect(code).toContain("minimize(/*#__PURE__*/ __cotangent_closure2(");
  });

  test("unless it is written on the library's functions, or cannot be compiled: it may need no derivative", () => {
    expect(codeOf(`${SOLVER}export const a = minimize((x) => mul(x, x), 1);`)).toBe("");
    expect(codeOf(`${SOLVER}export const a = minimize((x) => Number(prompt(String(x))), 1);`)).toBe("");
  });
});

describe("the structure of what is closed over", () => {
  const structureOf = (before: string, use: string, head = "p: unknown"): unknown => {
    const code = codeOf(`interface Point { x: number; y: number[] }
const fixed = [[1, 2], [3, 4]];
function makePoint(): Point { return { x: 1, y: [] }; }
export function outer(${head}) { ${before}
  return grad((x: number) => x * (${use}));
}`);
    const { variants } = JSON.parse(/__cotangent_closures\((\{.*?\})\);/.exec(code)![1]!) as {
      variants: readonly { outside: readonly { structure: unknown }[] }[];
    };
    return variants[0]!.outside[0]!.structure;
  };
  const number = { kind: "number" };
  const numbers = { kind: "array", element: number };
  const point = {
    kind: "object",
    fields: [
      ["x", number],
      ["y", numbers],
    ],
  };

  test.each<[string, string, unknown, string?]>([
    ["", "p", number, "p: number"],
    ["", "p[0]!", { ...numbers, typed: true }, "p: Float64Array"],
    ["", "p.x", point, "p: Point"],
    ["", "q.x", point, "{ a: q }: { a: Point }"],
    ["", "q[0]!.x", { kind: "array", element: point }, "[, q]: [number, readonly Point[]]"],
    ["", "p", number, "p = 3"],
    ["", "p ? 1 : 0", { kind: "boolean" }, "p: boolean"],
    ["const q = new Float64Array(3);", "q[0]!", { ...numbers, typed: true }],
    ["const q = fixed.map((row) => row.slice(1));", "q[0]![0]!", { kind: "array", element: numbers }],
    ["const q = makePoint();", "q.x", point],
    ["const q = makePoint().y;", "q[0]!", numbers],
    ["const { y } = makePoint();", "y[0]!", numbers],
    ["const q = p as Point;", "q.x", point],
    ["const q = Array.from({ length: 3 }, () => Math.random());", "q[1]!", numbers],
    ["const q = { x: 1, y: [2] };", "q.x", point],
    ["let q = 1; q += 2;", "q", number],
    // By use alone.
    ["", "p.x", { kind: "object", fields: [["x", number]] }],
    ["", "p.x + p.y.length", point],
    ["", "p[0].x * p[1].y[0]", { kind: "array", element: point }],
    ["", "p[0][1]", { kind: "array", element: numbers }],
    ["", "p.map((q) => q.x)[0]", { kind: "array", element: { kind: "object", fields: [["x", number]] } }],
  ])("%s %s", (before, use, structure, head) => {
    expect(structureOf(before, use, head)).toEqual(structure);
  });
});

function errorOf(source: string): CompileError {
  try {
    transform(source, "/p/m.ts");
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error("It compiles.");
}

describe("what is refused", () => {
  test.each<[code: string, source: string, says: string]>([
    [
      "captured-variable-changes",
      "let n = 0; return grad((x: number) => { ▶n++; return x * n; });",
      "n is declared outside",
    ],
    [
      "captured-variable-changes",
      "const set = () => { ▶k = 2; }; return grad((x: number) => { set(); return x * k; });",
      "k is declared outside",
    ],
    [
      "captured-variable-changes",
      "return grad((x: number) => { ▶data[0] = x; return x; });",
      "data must not be written to",
    ],
    [
      "captured-variable-changes",
      "return grad((x: number) => { ▶point.x = x; return x; });",
      "must not be written to",
    ],
    ["unsupported-call", "return grad((x: number) => ▶f(x));", "f is called as a function"],
    [
      "unsupported-call",
      "let g = (x: number) => x; g = f; return grad((x: number) => ▶g(x));",
      "g is called as a function",
    ],
    [
      "unknown-field",
      "class A { y = 1; } return grad((x: number) => ▶new A().z * x);",
      "an instance of A has no z",
    ],
    ["unsupported-type", "return grad((x: number) => ▶arguments[0] * x);", "arguments is what"],
    ["unsupported-syntax", "return grad(▶function* (x: number) { yield k * x; });", "A generator"],
    ["unsupported-syntax", "return grad(▶async (x: number) => k * x);", "An async function"],
    [
      "unsupported-syntax",
      "return grad((x: number) => { ▶try { return k * x; } catch { return 0; } });",
      "catch is outside",
    ],
    [
      "unsupported-syntax",
      "return grad(function (x: number) { return ▶this.k * x; });",
      "this of a function",
    ],
    [
      "unknown-name",
      "const h = (x: number) => x * k; return [1].map((▶k) => grad((x: number) => h(x) * k));",
      "another k",
    ],
    ["unknown-name", "return grad((x: number) => x * ▶nowhere);", "nowhere is not known"],
  ])("%s: %s", (code, marked, says) => {
    const head = `${HEAD}export function outer(k: number, data: number[], point: { x: number }, f: (x: number) => number, mode: string) {\n  `;
    const source = `${head}${marked}\n}`;
    const error = errorOf(source.replace("▶", ""));
    expect(error.message).toContain(says);
    expect([error.code, error.span.start]).toEqual([code, source.indexOf("▶")]);
  });

  test("private fields, with what to write instead", () => {
    const source = `${HEAD}export class A { #k = 2; slope() { return grad((x: number) => this.#k * x); } }`;
    expect(() => transform(source, "/p/m.ts")).toThrow("const k = this.#k");
  });
});

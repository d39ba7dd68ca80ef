import { capturedOf } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { CompileError } from "../src/errors.ts";
import { readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { transform } from "../src/transform.ts";

const MARKED = `import { grad } from "cotangent";
export function square(x: number): number {
  "use grad";
  return x * x;
}
console.log(grad(square)(3));
`;

const codeOf = (source: string): string =>
  transform(source, "/project/m.ts", { root: "/project" })?.code ?? source;

describe("what a build does", () => {
  test("a marked function keeps its text, and its name stands for the captured one", () => {
    const code = codeOf(MARKED);
    expect(code).toContain('function square$plain(x: number): number {\n  "use grad";\n  return x * x;\n}');
    expect(code).toContain("export const square = /*#__PURE__*/ __cotangent_lowered(square$plain, {");
    expect(code).toContain('mul(x, x) @\\"m.ts\\":4:10');
  });

  test.each([
    ["x: number", "return x;", ""],
    ["x: number[]", "return x[0]!;", ""],
    ["x: number[]", "x[0] = 1; return x[1]!;", "writes"],
    ["x: { y: number }", "x.y = 1; return 2;", "writes"],
    ["x: number[]", "x.push(1); return 2;", "writes"],
    ["x: number[][]", "return x[0]![0]!;", "rows"],
    ["x: [{ y: number[] }[], number]", "return x[1];", "rows"],
    ["x: number[][]", "x[0]![0] = 1; return 2;", "writes, rows"],
    ["x: number", "return Math.hypot(x, 1);", ""],
    ["x: number", "return Math.hypot(x, 1, 2);", "exact"],
    ["x: number", "return lgamma(x);", "gamma"],
    ["x: number", "return Cube.apply(x);", "users, gamma"],
  ])("a function of (%s) that does %s needs %s", (param, body, needed) => {
    const code = codeOf(`
      import { lgamma, ScalarFunction } from "cotangent";
      class Cube extends ScalarFunction {
        static forward(ctx, x: number) { ctx.saveForBackward(x); return x ** 3; }
        static backward(ctx, d: number) { return 3 * ctx.savedValues ** 2 * d; }
      }
      export function f(${param}): number { "use grad"; ${body} }
    `);
    const [, imported] = /import \{ ([^}]*) \} from "cotangent\/program"/.exec(code)!;
    const names = imported!.split(", ").map((each) => each.split(" as ")[0]);
    expect(names.filter((name) => name !== "lowered").join(", ")).toBe(needed);
  });

  test("done twice, it changes nothing more", () => {
    expect(transform(codeOf(MARKED), "/project/m.ts")).toBeUndefined();
  });

  test("every statement keeps its line but for one line in front", () => {
    const lines = codeOf(MARKED).split("\n");
    MARKED.split("\n").forEach((line, i) => {
      const kept = line.replace("export function square", "function square$plain");
      expect(lines[i + 1]).toBe(kept);
    });
    expect(transform(MARKED, "/project/m.ts")!.map.sources).toEqual(["/project/m.ts"]);
  });

  test("modules without such functions are left alone", () => {
    expect(transform("export const x = 1;", "m.ts")).toBeUndefined();
    expect(
      transform('import { sin } from "cotangent"; export const f = (x) => sin(x);', "m.ts"),
    ).toBeUndefined();
  });

  test("inline functions and functions of the module are captured where they are differentiated", () => {
    const code = codeOf(`import { grad as d, compile } from "cotangent";
const helper = (x: number): number => x + 1;
const f = (x: number): number => helper(x) * 2;
export const a = d(f);
export const b = compile((x: number) => x ** 2);
export const c = d(unknown);`);
    expect(code.match(/__cotangent_lowered\(/g)).toHaveLength(2);
    expect(code).toContain("const f = /*#__PURE__*/ __cotangent_lowered((x: number)");
    expect(code).toContain("compile(/*#__PURE__*/ __cotangent_lowered((x: number)");
  });

  test("functions written on Reals are left to be traced", () => {
    const source = `import { grad, mul, Scalar } from "cotangent";
export const g = grad((x: Scalar) => mul(x, new Scalar(2)));`;
    expect(transform(source, "m.ts")).toBeUndefined();
  });

  test("a marked function outside the language fails the build, with its place", () => {
    const source = 'export function f(x: number) {\n  "use grad";\n  return x * "a";\n}';
    const attempt = (): unknown => transform(source, "/project/src/f.ts");
    expect(attempt).toThrow(CompileError);
    expect(attempt).toThrow(/\/project\/src\/f\.ts:3:14[\s\S]*\^\^\^[\s\S]*unsupported-type/);
  });

  test("nothing is captured that nobody asked for", () => {
    expect(capturedOf(() => 1)).toBeUndefined();
  });
});

describe("what is imported from where no source is found", () => {
  const marked = (head: string, body: string): string =>
    `${head}\nexport function f(x: number): number {\n  "use grad";\n  return ${body};\n}`;

  test.each([
    ['import { half } from "./half.ts";', "half(x)", 'half, imported from "./half.ts"', "4:10"],
    ['import half from "halves";', "half(x)", 'half, imported from "halves"', "4:10"],
    ['import * as h from "./half.ts";', "h.half(x)", 'h.half, imported from "./half.ts"', "4:10"],
    ['import { o } from "./half.ts";', "o.deep.half(x)", 'o.deep.half, imported from "./half.ts"', "4:10"],
    ['import { half } from "./half.ts";', "[x].map(half)[0]!", 'half, imported from "./half.ts"', "4:10"],
  ])("a call names the import: %s %s", (head, body, named, place) => {
    const source = marked(head, body);
    for (const resolve of [() => undefined, () => readModule(parseSource("export const other = 1;"))]) {
      expect(() => transform(source, "m.ts", { resolve })).toThrow(
        `${named} (where no source of it was found), is called as a function. (m.ts:${place})`,
      );
      expect(() => transform(source, "m.ts", { resolve })).toThrow(
        /Check the path and the name.*\[unknown-name\]/,
      );
    }
  });

  test("so does a helper's in another module", () => {
    const helper = readModule(
      parseSource('import { deep } from "./deep.ts";\nexport const half = (x) => deep(x);', "half.ts"),
    );
    const source = marked('import { half } from "./half.ts";', "half(x)");
    expect(() =>
      transform(source, "m.ts", { resolve: (_, from) => (from === "./half.ts" ? helper : undefined) }),
    ).toThrow(/deep is not known here: it is imported from "\.\/deep\.ts".*\(half\.ts:2:28\)/);
  });

  test("a parameter of the same name is no import, and data need no source", () => {
    expect(() =>
      transform(marked('import { half } from "./half.ts";', "((half) => half(x))(half)"), "m.ts"),
    ).toThrow('half, imported from "./half.ts"');
    expect(() =>
      transform('export function f(half, x) {\n  "use grad";\n  return half(x);\n}', "m.js"),
    ).toThrow("half is called as a function, but which one it is will only be known");
    expect(codeOf(marked('import { half } from "./half.ts";', "half * x"))).toContain("() => [half]");
  });
});

describe("where a marked function may stand", () => {
  test("exported by default, without a name", () => {
    const code = codeOf('export default function (x) {\n  "use grad";\n  return x * x;\n}');
    expect(code).toContain("export default /*#__PURE__*/ __cotangent_lowered(function (x) {");
    expect(code.trimEnd()).toMatch(/\}\)$/);
  });

  test.each([
    ['switch (1) { case 1: function f(x) { "use grad"; return x; } }', "f is declared in a case", 1, 22],
    ['class A { m(x) { "use grad"; return x; } }', "A method cannot be compiled", 1, 12],
    ['const o = { m(x) { "use grad"; return x; } };', "A method cannot be compiled", 1, 14],
    ['const o = { get m() { "use grad"; return 1; } };', "A method cannot be compiled", 1, 18],
    ['"use grad";\nexport const f = (x) => x;', "at the top of a module marks nothing", 1, 1],
  ])("not: %s", (source, problem, line, column) => {
    expect(() => transform(source, "m.js")).toThrow(problem);
    expect(() => transform(source, "m.js")).toThrow(`(m.js:${line}:${column})`);
  });

  test("inside another that goes with it; as a field; as a constant inside a function", () => {
    const code = codeOf(`export function outer(x) {
  "use grad";
  function inner(y) { "use grad"; return y * y; }
  return inner(x);
}
export const fields = { f: (x) => { "use grad"; return x; } };
export class A { f = (x) => { "use grad"; return x; }; }
export function make() { const g = (x) => { "use grad"; return x + 1; }; return g; }`);
    expect(code.match(/__cotangent_lowered\(/g)).toHaveLength(2);
    // Those that are made again and again have their programs at the top.
    expect(
      code.match(/const __cotangent_closure\d = \/\*#__PURE__\*\/ __cotangent_closures\(/g),
    ).toHaveLength(2);
  });

  test("names that are hidden inside capture nothing", () => {
    const source = `import { grad } from "cotangent";
const loss = (x) => String(x);
export const of = (loss) => grad(loss);
export const by = (grad) => grad(loss);`;
    expect(transform(source, "m.js")).toBeUndefined();
  });
});

import { capturedOf } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { CompileError } from "../src/errors.ts";
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
    const source = 'export function f(x: number) {\n  "use grad";\n  return x + "a";\n}';
    const attempt = (): unknown => transform(source, "/project/src/f.ts");
    expect(attempt).toThrow(CompileError);
    expect(attempt).toThrow(/\/project\/src\/f\.ts:3:14[\s\S]*\^\^\^[\s\S]*unsupported-type/);
  });

  test("nothing is captured that nobody asked for", () => {
    expect(capturedOf(() => 1)).toBeUndefined();
  });
});

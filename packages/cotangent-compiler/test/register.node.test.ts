/** `node --import cotangent-compiler/register script.ts`, in the Node that runs the tests. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeProject } from "./project.ts";
import type { Project } from "./project.ts";

const execute = promisify(execFile);

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  const entry = (name: string): string => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
  await build({
    entryPoints: { register: entry("register"), hooks: entry("hooks") },
    outdir: project.path("register"),
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    conditions: ["@cotangent/source"],
    logLevel: "silent",
  });
});
afterAll(() => project.remove());

interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Writes files, the first of which is run. */
async function outcome(files: Readonly<Record<string, string>>, ...flags: string[]): Promise<Outcome> {
  await project.write(files);
  const args = [...flags, "--import", "./register/register.js", Object.keys(files)[0]!];
  try {
    return { ...(await execute(process.execPath, args, { cwd: project.folder })), code: 0 };
  } catch (error) {
    return error as Outcome;
  }
}

describe("node --import cotangent-compiler/register", () => {
  test("TypeScript runs, its functions are captured, and Node has nothing to say about it", async () => {
    const { stdout, stderr, code } = await outcome({
      "good.ts": `import { grad, hessian } from "cotangent";
import type { Real } from "cotangent";
import { scale } from "./scale.js";
import { type Pair, pair } from "./pair.ts";

interface Point { readonly x: number; y?: number }
abstract class Box<T extends object> { declare kind: string; constructor(protected_: T) { void protected_; } abstract area(): number; }
function banana(x: number, y: number): number {
  "use grad";
  return (1 - x) ** 2 + 100 * (y - scale(x)) ** 2 as number;
}
const p = { x: 1 } satisfies Point as Point;
const typed: Pair = pair(p.x!, 2);
console.log(JSON.stringify([grad(banana)(...typed), hessian(banana)(1, 2), typeof Box, grad((x: number) => x * x)(3)]));
export type { Real };
`,
      "scale.ts": "export const scale = (x: number): number => x ** 2;",
      "pair.ts":
        "export type Pair = [number, number];\nexport const pair = (x: number, y: number): Pair => [x, y];",
    });
    expect({ stdout, stderr, code }).toEqual({
      stdout: '[[-400,200],[[402,-400],[-400,200]],"function",6]\n',
      stderr: "",
      code: 0,
    });
  });

  test("an error is where it was thrown", async () => {
    const { stderr, code } = await outcome({
      "throws.ts": `import { grad } from "cotangent";
type Unused = { a: number };
export function f(x: number): number {
  "use grad";
  if (x > (100 as number)) throw new RangeError("too far");
  return x * x;
}
const slope = grad(f);
f(slope(60));
`,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/RangeError: too far\n.*throws\.ts:5:34\)?\n.*throws\.ts:9:1/);
  });

  test("what a compiled function refuses is named as seen from the folder", async () => {
    const { stderr } = await outcome({
      "range.ts": `import { grad } from "cotangent";
console.log(grad((x: Float64Array) => x[3]! ** 2)(new Float64Array(2)));
`,
    });
    expect(stderr).toMatch(/AdError: x\[3\] does not exist: its indices are 0 to 1 \(range\.ts:2:39\)\./);
  });

  test.each([
    ["enum Colour { Red }", "An enum is more than types.", "2:1"],
    ["namespace N { export const x = 1; }", "A namespace is more than types.", "2:1"],
    [
      "class A { constructor(readonly x: number) {} }",
      "A parameter that is a property is more than types.",
      "2:23",
    ],
    ['import fs = require("node:fs");', "import = is more than types.", "2:1"],
  ])("%s", async (statement, problem, place) => {
    const { stderr, code } = await outcome({ "written.ts": `const before: number = 1;\n${statement}\n` });
    expect(code).toBe(1);
    expect(stderr).toContain(problem);
    expect(stderr).toContain(`written.ts:${place})`);
    expect(stderr).toContain(">2 |");
    expect(stderr).toContain("[unsupported-syntax]");
  });

  test("a function outside the language, and a syntax error", async () => {
    const outside = await outcome({
      "outside.ts": 'export function f(x: number) {\n  "use grad";\n  return String(x);\n}\n',
    });
    expect(outside.code).toBe(1);
    expect(outside.stderr).toMatch(/outside\.ts:3:10\)[\s\S]*>3 \| +return String\(x\);\n.*\^/);
    const wrong = await outcome({ "wrong.ts": "const x: = 1;\n" });
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/This is not TypeScript.*wrong\.ts:1:10\)[\s\S]*\[syntax-error\]/);
  });

  test("CommonJS stays CommonJS", async () => {
    const { stdout } = await outcome({
      "entry.mjs":
        'import { f } from "./old/old.cjs"; import g from "./old/plain.js"; console.log(f(2), g(3));',
      "old/old.cjs": 'const name = "cotangent"; exports.f = (x) => x + name.length;',
      "old/package.json": "{}",
      "old/plain.js": 'module.exports = function g(x) { "use grad"; return x * x; };',
    });
    expect(stdout).toBe("11 9\n");
  });
});

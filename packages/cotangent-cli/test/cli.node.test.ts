import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { commands } from "../src/commands.ts";
import { makeCotangent } from "./support/cotangent.ts";
import type { Cotangent } from "./support/cotangent.ts";

let cotangent: Cotangent;
beforeAll(async () => {
  cotangent = await makeCotangent();
  await cotangent.write({
    "two.ts": "export const a = (x: number) => x;\nexport const b = (x: number) => x;\n",
    "broken.ts": "export function f(x: number): number {\n  return x +;\n}\n",
    "foreign.ts": 'import { k } from "somewhere";\nexport const f = (x: number) => k(x);\n',
    "string.ts":
      "export function f(x: number): number {\n  const label = `${x}`;\n  return x + label.length;\n}\n",
    "none.ts": "export const K = 3;\n",
  });
});
afterAll(() => cotangent.remove());

describe("help", () => {
  test("of everything, of each command, and the version", async () => {
    const main = await cotangent.run(["--help"]);
    expect([main.code, main.error]).toEqual([0, ""]);
    for (const { name, summary } of commands) expect(main.out).toMatch(new RegExp(`  ${name} +${summary}`));
    for (const spec of commands) {
      for (const args of [
        [spec.name, "--help"],
        ["help", spec.name],
      ]) {
        const { code, out } = await cotangent.run(args);
        expect(code).toBe(0);
        expect(out).toContain(`Usage\n  cotangent ${spec.name} ${spec.usage}\n`);
        expect(out).toContain("Exit codes");
        for (const name of Object.keys(spec.options)) expect(out).toContain(`--${name}`);
        expect(Math.max(...out.split("\n").map((line) => line.length))).toBeLessThanOrEqual(110);
      }
    }
    expect(await cotangent.run(["--version"])).toEqual({ code: 0, out: "0.0.0-test\n", error: "" });
  });

  test("loads nothing but itself", async () => {
    const list = `import { registerHooks, register } from "node:module";
      register("data:text/javascript," + encodeURIComponent(\`
        export async function load(url, context, next) {
          if (!url.startsWith("node:")) process._rawDebug("loaded " + url);
          return next(url, context);
        }\`));`;
    await cotangent.write({ "spy.mjs": list.replace("registerHooks, ", "") });
    const { error } = await cotangent.run(["--help"], {
      env: { NODE_OPTIONS: `--import ${new URL(`file://${cotangent.path("spy.mjs")}`).href}` },
    });
    const loaded = error.match(/loaded .*/g) ?? [];
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((line) => line.includes("node_modules"))).toEqual([]);
  });

  test("without a command it is shown as an error", async () => {
    const { code, out, error } = await cotangent.run([]);
    expect([code, out]).toEqual([2, ""]);
    expect(error).toContain("Commands");
  });

  test("examples are command lines that are understood", async () => {
    await cotangent.write({
      "model.ts":
        'export function energy(x: number, w: number[] = [1, 2]): number {\n  "use grad";\n  return x * x + w[0]! * x;\n}\n',
    });
    for (const { examples, name } of commands) {
      if (name === "completion" || name === "explore") continue;
      for (const [line] of examples) {
        const [command = ""] = line.split(" | ");
        const args = [...command.matchAll(/'([^']*)'|(\S+)/g)]
          .map(([, quoted, word]) => quoted ?? word!)
          .slice(1);
        const { code, error } = await cotangent.run(args);
        expect({ line, code, error }).toEqual({ line, code: 0, error: "" });
      }
    }
  });
});

describe("errors", () => {
  const cases: readonly (readonly [what: string, args: readonly string[], code: number, error: RegExp])[] = [
    [
      "an unknown command",
      ["plto", "x => x"],
      2,
      /^error: There is no command plto\.\n {2}Did you mean cotangent plot\?\n$/,
    ],
    [
      "an unknown option",
      ["plot", "x => x", "--derivative", "1"],
      2,
      /plot has no option --derivative\.\n {2}Did you mean --derivatives\?/,
    ],
    [
      "an option without its value",
      ["plot", "x => x", "--range"],
      2,
      /--range needs a value\.\n {2}Write --range A,B/,
    ],
    ["a switch with a value", ["plot", "(x, y) => x", "--gradient=yes"], 2, /--gradient takes no value/],
    [
      "a value that is none of the choices",
      ["plot", "x => x", "--theme", "pink"],
      2,
      /--theme is "pink"\.\n {2}Choose one of light, dark, auto/,
    ],
    [
      "a range the wrong way round",
      ["plot", "x => x", "--range", "3,-3"],
      2,
      /--range is 3,-3\.\n {2}Give the smaller number first/,
    ],
    ["a range of one number", ["plot", "x => x", "--range", "3"], 2, /Give two numbers/],
    ["no number", ["graph", "x => x", "--at", "one"], 2, /--at: "one" is no finite number/],
    ["no function at all", ["plot"], 2, /plot needs a file or an expression/],
    ["two expressions", ["plot", "x", "=>", "x"], 2, /Put an expression in quotation marks/],
    ["neither file nor function", ["plot", "sin(x)"], 2, /neither a file nor a function[^]*'x => sin\(x\)'/],
    [
      "a file that is not there",
      ["plot", "absent.ts"],
      2,
      /^error: absent\.ts: there is no such file or folder\n/,
    ],
    ["a folder", ["plot", "."], 2, /\. is a folder/],
    [
      "a file of several functions",
      ["plot", "two.ts"],
      2,
      /two\.ts has 2 functions\.\n {2}Say which is meant: a, b\./,
    ],
    ["a function that is not there", ["plot", "two.ts", "-f", "c"], 2, /two\.ts has no function c/],
    ["a file without functions", ["plot", "none.ts"], 2, /none\.ts has no function at its top level/],
    [
      "broken syntax",
      ["plot", "broken.ts"],
      3,
      /^broken\.ts:2:13: error: This is not TypeScript: Unexpected token\.\n[^]*>2 \| {3}return x \+;\n[^]*\^[^]*\[syntax-error\]\n$/,
    ],
    ["a broken expression", ["plot", "x => x *"], 3, /^expression:1:9: error: [^]*>1 \| x => x \*\n/],
    ["a foreign import", ["plot", "foreign.ts"], 3, /foreign\.ts:1:10: error: k is not known here/],
    [
      "what is outside the language",
      ["plot", "string.ts"],
      3,
      /^string\.ts:2:\d+: error: [^]*>2 \| [^]*\[unsupported-/,
    ],
    ["a name of JavaScript's", ["plot", "x => eval('1')"], 3, /eval is not known here[^]*\[unknown-name\]/],
    [
      "an index out of range",
      ["graph", "(w: number[], i) => w[i]", "--arguments", "[[1,2],5]"],
      3,
      /w\[5\] does not exist[^]*\[index-out-of-range\]/,
    ],
    [
      "recursion without end",
      ["graph", "function f(x) { return f(x) + 1; }", "--at", "1"],
      3,
      /error: [^]*\[(?:out-of-steps|too-large)\]/,
    ],
    [
      "a loop without end",
      ["graph", "x => { while (x > 0) x += 1; return x; }", "--at", "1"],
      3,
      /stopped after 100000 operations[^]*allow more: --steps\. \[out-of-steps\]/,
    ],
    [
      "a plot of a loop without end",
      ["plot", "x => { while (x > 0) x += 1; return x; }"],
      3,
      /stopped after 1000000 loop iterations and calls, in a loop \(expression:1:8\)\n {2}.*: --steps\. \[out-of-steps\]/,
    ],
    [
      "its derivative alone, with a limit of one's own",
      ["plot", "x => { while (x > 0) x *= 1.5; return x; }", "--tangent", "1", "--steps", "5000"],
      3,
      /stopped after 5000 loop/,
    ],
    [
      "of two variables",
      ["plot", "(x, y) => { while (x > 0) x += 1; return x * y; }", "--gradient"],
      3,
      /\[out-of-steps\]/,
    ],
    [
      "over one of several arguments",
      ["plot", "(x, y) => { while (x > 0) x += 1; return x * y; }", "--at", "_,2", "-d", "1"],
      3,
      /\[out-of-steps\]/,
    ],
    [
      "no number of steps",
      ["plot", "x => x", "--steps", "0"],
      2,
      /--steps is 0\.\n {2}Give a whole number from 1/,
    ],
    ["arguments that are no JSON", ["graph", "x => x", "--arguments", "[1"], 2, /--arguments is not JSON/],
    ["arguments that are no list", ["graph", "x => x", "--arguments", "1"], 2, /--arguments '\[1\]'/],
    ["a text as the result", ["graph", "x => x", "--arguments", '["a"]'], 2, /f returns no number/],
    [
      "too few arguments",
      ["graph", "(x, y) => x * y", "--at", "1"],
      2,
      /takes 2 arguments, but 1 are given\.\n {2}They are x, y\./,
    ],
    ["three open numbers", ["plot", "(a, b, c) => a * b * c"], 2, /--at _,1,1/],
    ["several results", ["graph", "x => [x * x, x]", "--at", "1"], 2, /returns 2 numbers/],
    [
      "a step function",
      ["steps", "x => Math.floor(x)", "--at", "1.5"],
      2,
      /f is 1 at this point[^]*there is no graph/,
    ],
    ["a plot of several results", ["plot", "x => [x, x]"], 2, /f does not return a number/],
    ["a plot of nothing", ["plot", "() => 3"], 2, /f takes nothing/],
    ["a constant", ["graph", "x => 3", "--at", "1"], 2, /there is no graph to draw/],
    ["steps without a point", ["steps", "(x, y) => x * y"], 2, /--at 1,2/],
    [
      "an ending that is no format",
      ["plot", "x => x", "-o", "plot.pdf"],
      2,
      /pdf is no format[^]*text, svg, png, json/,
    ],
    [
      "two formats at once",
      ["plot", "x => x", "-o", "plot.svg", "--format", "json"],
      2,
      /should become svg by its name, and json by the options/,
    ],
    ["a PNG into the terminal", ["plot", "x => x", "--format", "png"], 2, /Name a file/],
    [
      "a folder that is not there",
      ["plot", "x => x", "-o", "absent/plot.svg"],
      2,
      /absent\/plot\.svg: there is no such file or folder/,
    ],
    [
      "options of one variable for two",
      ["plot", "(x, y) => x", "--tangent", "1"],
      2,
      /--tangent is for functions of one number/,
    ],
    [
      "options of two variables for one",
      ["plot", "x => x", "--gradient"],
      2,
      /--gradient is for functions of two numbers/,
    ],
    [
      "a transform that is none",
      ["bench", "x => x", "--transforms", "gradeint"],
      2,
      /--transforms has "gradeint"\.\n {2}Choose from value, gradient, jacobian, hessian/,
    ],
    [
      "indices that are no whole numbers, of arguments that nobody gave",
      ["bench", "(w: number[], n) => { let s = 0; for (let i = 0; i < n; i++) s += w[i]; return s; }"],
      2,
      /Give the arguments: --arguments/,
    ],
    ["a shell that is unknown", ["completion", "tcsh"], 2, /Choose one of bash, zsh, fish/],
  ];

  test.concurrent.each(cases)("%s", async (_, args, expected, message) => {
    const { code, out, error } = await cotangent.run(args);
    expect(error).toMatch(message);
    expect([code, out]).toEqual([expected, ""]);
    expect(error).not.toMatch(/^\s+at /m);
    expect(error).not.toContain(".js:");
  });

  test("more steps are done where they are allowed", async () => {
    const text = "x => { let s = 0; for (let i = 0; i < 2000; i++) s += x; return s; }";
    for (const [limit, expected] of [
      ["1999", 3],
      ["2000", 0],
    ] as const) {
      const { code } = await cotangent.run(["plot", text, "--points", "2", "--json", "--steps", limit]);
      expect(code).toBe(expected);
    }
    // On Scalars it is operations that count: three in each iteration.
    const graph = await cotangent.run(["graph", text, "--at", "1", "--steps", "1000"]);
    expect(graph.code).toBe(3);
  });

  test("as JSON, with the place", async () => {
    const { code, out, error } = await cotangent.run(["plot", "broken.ts", "--json"]);
    expect([code, error]).toEqual([3, ""]);
    expect(JSON.parse(out)).toMatchObject({
      error: {
        code: "syntax-error",
        message: expect.stringMatching(/^This is not TypeScript/) as unknown,
        remedy: expect.any(String) as unknown,
        place: { file: "broken.ts", line: 2, column: 13 },
        frame: expect.stringContaining(">2 |") as unknown,
      },
    });
    const usage = await cotangent.run(["plot", "--json"]);
    expect([usage.code, (JSON.parse(usage.out) as { error: { code: string } }).error.code]).toEqual([
      2,
      "usage",
    ]);
  });

  test("nothing of what is typed is run", async () => {
    const { code, error } = await cotangent.run(["plot", "x => (process.exit(0), x)"]);
    expect([code, error]).toEqual([3, expect.stringContaining("process is not known here") as unknown]);
  });

  test("malformed texts never end in a mistake of ours", async () => {
    const whole =
      "(x, y) => { const u = [x, { a: y }]; for (let i = 0; i < 3; i++) u[0] += i; return u[0] * u[1].a; }";
    // Every 9th prefix: the front end's own tests take all.
    for (let n = 11; n < whole.length; n += 9) {
      const { code } = await cotangent.run(["graph", whole.slice(0, n), "--at", "1,2"]);
      expect([2, 3]).toContain(code);
    }
  });
});

describe("completion", () => {
  const has = (shell: string): boolean => spawnSync(shell, ["-c", "exit 0"]).status === 0;

  test("names every command and option", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out } = await cotangent.run(["completion", shell]);
      expect(code).toBe(0);
      for (const { name, options } of commands) {
        expect(out).toContain(name);
        for (const option of Object.keys(options)) expect(out).toContain(option);
      }
    }
  });

  test.skipIf(!has("bash"))("works in bash", async () => {
    const { out: script } = await cotangent.run(["completion", "bash"]);
    const complete = (...words: readonly string[]): string[] => {
      const list = words.map((word) => `'${word}'`).join(" ");
      const { stdout, stderr } = spawnSync(
        "bash",
        [
          "-c",
          `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _cotangent; printf '%s\\n' "\${COMPREPLY[@]}"`,
        ],
        { cwd: cotangent.folder, encoding: "utf8" },
      );
      expect(stderr).toBe("");
      return stdout.trim().split("\n").sort();
    };
    expect(complete("cotangent", "gr")).toEqual(["graph"]);
    expect(complete("cotangent", "plot", "--ta")).toEqual(["--tangent"]);
    expect(complete("cotangent", "plot", "--theme", "")).toEqual(["auto", "dark", "light"]);
    expect(complete("cotangent", "plot", "tw")).toEqual(["two.ts"]);
    expect(complete("cotangent", "completion", "z")).toEqual(["zsh"]);
  });

  // Neither shell runs the script: they read it.
  for (const [shell, flag] of [
    ["zsh", "-n"],
    ["fish", "--no-execute"],
  ] as const) {
    test.skipIf(!has(shell))(`is a script that ${shell} reads`, async () => {
      const { out } = await cotangent.run(["completion", shell]);
      expect(spawnSync(shell, [flag], { input: out, encoding: "utf8" })).toMatchObject({
        status: 0,
        stderr: "",
      });
    });
  }
});

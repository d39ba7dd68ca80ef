import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import webpack from "webpack";

import esbuildPlugin from "../src/plugin/esbuild.ts";
import rolldownPlugin from "../src/plugin/rolldown.ts";
import rollupPlugin from "../src/plugin/rollup.ts";
import vitePlugin from "../src/plugin/vite.ts";
import webpackPlugin from "../src/plugin/webpack.ts";
import { makeProject } from "./project.ts";
import type { Project } from "./project.ts";

const MAIN = `
import { compile } from "cotangent";
import { grad, ScalarFunction } from "cotangent";
import { stretch, table, OFFSET } from "./helper.js";

class Twice extends ScalarFunction {
  static forward(ctx, x) { return 2 * x; }
  static backward(ctx, dOut) { return 20 * dOut; }
}
function special(x) {
  "use grad";
  return Twice.apply(x) + x;
}

const early = compile(banana);

export function banana(x, y) {
  "use grad";
  return (1 - x) ** 2 + 100 * (y - stretch(x)) ** 2 + table[0] + OFFSET;
}
const power = (x, n = 3) => {
  "use grad";
  return x ** n;
};
const inline = compile((x) => x * x + 1);
const plain = [banana(1, 2), power(2), power(2, 5), inline.name];
table[0] = 7;
console.log(JSON.stringify([
  plain, banana(1, 2), early(1, 2), compile(power)(2), compile(power)(2, 5), inline(3), banana.name, grad(banana)(1, 2), compile(special)(3), grad(special)(3),
]));
`;
const HELPER = `
export const OFFSET = 0.5;
export const table = [3, 4];
export function stretch(x) { return x * x * K; }
const K = 2;
export function unused(x) {
  "use grad";
  return x * 123456;
}
`;
// K = 2: (1 - 1)^2 + 100 (2 - 2)^2 + 3 + 0.5, and with the table changed 7 + 0.5.
const EXPECTED = [[3.5, 8, 32, ""], 7.5, 7.5, 8, 32, 10, "banana", [0, 0], 9, 21];

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.write({ "main.js": MAIN, "helper.js": HELPER });
  await esbuild({
    entryPoints: [fileURLToPath(new URL("../src/plugin/loader.ts", import.meta.url))],
    outfile: project.path("loader.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["@cotangent/source"],
    logLevel: "silent",
  });
});
afterAll(() => project.remove());

/** What a built file prints, and whether it contains what nobody uses. */
async function outcome(file: string): Promise<{ printed: unknown; shaken: boolean }> {
  const printed = (await project.run(file)) as unknown[][];
  printed[0]![3] = "";
  return { printed, shaken: !(await readFile(project.path(file), "utf8")).includes("123456") };
}
const GOOD = { printed: EXPECTED, shaken: true };

describe("a small project, built with", () => {
  test("vite", async () => {
    await vite({
      root: project.folder,
      logLevel: "silent",
      plugins: [vitePlugin()],
      build: {
        outDir: "vite",
        lib: { entry: "main.js", formats: ["es"], fileName: () => "out.js" },
        minify: true,
      },
    });
    expect(await outcome("vite/out.js")).toEqual(GOOD);
  });

  test("rollup", async () => {
    const bundle = await rollup({
      input: project.path("main.js"),
      plugins: [rollupPlugin(), { name: "installed", resolveId: (id) => project.installed(id) }],
      onwarn: (warning) => expect(warning.code).toBe("CIRCULAR_DEPENDENCY"),
    });
    await bundle.write({ file: project.path("rollup.js"), inlineDynamicImports: true });
    expect(await outcome("rollup.js")).toEqual(GOOD);
  });

  test("rolldown", async () => {
    const bundle = await rolldown({
      input: project.path("main.js"),
      plugins: [rolldownPlugin()],
      logLevel: "silent",
    });
    await bundle.write({ file: project.path("rolldown.js") });
    expect(await outcome("rolldown.js")).toEqual(GOOD);
  });

  test("esbuild", async () => {
    await esbuild({
      entryPoints: [project.path("main.js")],
      outfile: project.path("esbuild.js"),
      bundle: true,
      format: "esm",
      plugins: [esbuildPlugin()],
    });
    expect(await outcome("esbuild.js")).toEqual(GOOD);
  });

  test("webpack", async () => {
    const compiler = webpack({
      mode: "production",
      context: project.folder,
      entry: "./main.js",
      target: "node",
      experiments: { outputModule: true },
      output: { path: project.folder, filename: "webpack.js", module: true },
      plugins: [webpackPlugin()],
    });
    const stats = await new Promise<webpack.Stats>((done, failed) => {
      compiler.run((error, result) =>
        result === undefined ? failed(error ?? new Error("no result")) : done(result),
      );
    });
    expect(stats.toJson().errors).toEqual([]);
    expect(await outcome("webpack.js")).toEqual(GOOD);
  });

  // Next under webpack; and Turbopack, which runs webpack's loaders, given their options as JSON.
  test("webpack, by the loader", async () => {
    await project.write({
      "page.jsx": `"use client";\n${MAIN}\nexport const Page = () => <p>{banana(1, 2)}</p>;`,
    });
    const compiler = webpack({
      mode: "production",
      optimization: { minimize: false },
      context: project.folder,
      entry: "./page.jsx",
      target: "node",
      experiments: { outputModule: true },
      output: { path: project.folder, filename: "loaded.js", module: true },
      module: {
        rules: [
          // As Next has its own behind ours: here, what takes the elements out.
          { test: /\.jsx$/, use: project.path("elements.cjs") },
          {
            test: /\.jsx?$/,
            exclude: /node_modules/,
            enforce: "pre",
            use: [{ loader: project.path("loader.mjs"), options: { precompile: { target: "js" } } }],
          },
        ],
      },
    });
    await project.write({
      "elements.cjs": `module.exports = (code) => code.replace(/<p>.*<.p>/, "null");`,
    });
    const stats = await new Promise<webpack.Stats>((done, failed) => {
      compiler.run((error, result) =>
        result === undefined ? failed(error ?? new Error("no result")) : done(result),
      );
    });
    expect(stats.toJson().errors).toEqual([]);
    expect(stats.toJson().warnings).toEqual([]);
    expect((await outcome("loaded.js")).printed).toEqual(EXPECTED);
    expect(await readFile(project.path("loaded.js"), "utf8")).toContain("const __cotangent_1 =");
  });

  test("the loader, as Turbopack runs it: by require, with options from JSON", async () => {
    await project.write({
      "turbopack.cjs": `const loader = require("./loader.mjs").default;
const said = [];
loader.call({
  resourcePath: ${JSON.stringify(project.path("main.js"))}, rootContext: ${JSON.stringify(project.folder)},
  getOptions: () => JSON.parse('{"precompile":true}'),
  addDependency: (file) => said.push(file), emitWarning: (warning) => said.push(warning.message),
  callback: (error, code, map) => console.log(JSON.stringify([said, /__cotangent_1/.test(code), map.sources])),
}, require("node:fs").readFileSync("main.js", "utf8"));`,
    });
    expect(await project.run("--no-warnings", "turbopack.cjs")).toEqual([
      [project.path("helper.js")],
      true,
      [project.path("main.js")],
    ]);
  });

  test("nothing: node --import cotangent-compiler/register", async () => {
    const entry = (name: string): string => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
    await esbuild({
      entryPoints: { register: entry("register"), hooks: entry("hooks") },
      outdir: project.path("register"),
      bundle: true,
      platform: "node",
      format: "esm",
      conditions: ["@cotangent/source"],
      logLevel: "silent",
    });
    await project.write({
      "typed/main.ts": MAIN.replace("(x, y) {", "(x: number, y: number): number {").replace(
        "(x, n = 3)",
        "(x: number, n: number = 3): number",
      ),
      "typed/helper.ts": HELPER.replace("table =", "table: number[] =").replace(
        "stretch(x)",
        "stretch(x: number): number",
      ),
    });
    const printed = (await project.run("--import", "./register/register.js", "typed/main.ts")) as unknown[][];
    printed[0]![3] = "";
    expect(printed).toEqual(EXPECTED);
  });
});

/** Functions inside others, in every build: what they close over is read at each call. */
import { fileURLToPath } from "node:url";
import { build as esbuild } from "esbuild";
import { rolldown } from "rolldown";
import { rollup } from "rollup";
import { build as vite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import webpack from "webpack";

import type { PluginOptions } from "../src/plugin/build.ts";
import esbuildPlugin from "../src/plugin/esbuild.ts";
import rolldownPlugin from "../src/plugin/rolldown.ts";
import rollupPlugin from "../src/plugin/rollup.ts";
import vitePlugin from "../src/plugin/vite.ts";
import webpackPlugin from "../src/plugin/webpack.ts";
import { stripTypes } from "../src/strip.ts";
import { CLOSURES, HELPERS } from "./closures.ts";
import { makeProject } from "./project.ts";
import type { Project } from "./project.ts";

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.write({
    "main.ts": CLOSURES,
    "helpers.ts": HELPERS,
    // Rollup reads no types.
    "main.js": stripTypes(CLOSURES, "main.ts").replace("./helpers.ts", "./helpers.js"),
    "helpers.js": stripTypes(HELPERS, "helpers.ts"),
  });
  // What takes the types out for webpack, behind ours.
  await project.write({
    "types.mjs": `import { transformSync } from ${JSON.stringify(import.meta.resolve("esbuild"))};
export default (code) => transformSync(code, { loader: "ts", format: "esm" }).code;`,
  });
  const entry = (name: string): string => fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
  await esbuild({
    entryPoints: { register: entry("register"), hooks: entry("hooks"), loader: entry("plugin/loader") },
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

/** Whether what a file prints is right, line by line. */
async function expectRight(...args: string[]): Promise<void> {
  const results = (await project.run(...args)) as readonly [string, unknown, unknown][];
  expect(results.length).toBeGreaterThan(20);
  const given = results.map(([name, x]) => [name, x]);
  const wanted = results.map(([name, , x]) => [name, x]);
  expect(given).toEqual(wanted);
}

test("node --import cotangent-compiler/register", () =>
  expectRight("--import", "./register/register.js", "main.ts"));

/** Builds `main.ts` with webpack. */
async function webpacked(filename: string, rest: webpack.Configuration): Promise<void> {
  const types: webpack.RuleSetRule = { test: /\.ts$/, use: project.path("types.mjs") };
  const compiler = webpack({
    mode: "production",
    optimization: { minimize: false },
    context: project.folder,
    entry: "./main.ts",
    target: "node",
    experiments: { outputModule: true },
    output: { path: project.folder, filename, module: true },
    resolve: { extensions: [".ts", ".js"] },
    ...rest,
    module: { rules: [types, ...(rest.module?.rules ?? [])] },
  });
  const stats = await new Promise<webpack.Stats>((done, failed) => {
    compiler.run((error, result) =>
      result === undefined ? failed(error ?? new Error("no result")) : done(result),
    );
  });
  expect(stats.toJson({ all: false, errors: true }).errors).toEqual([]);
}

describe.each<[string, PluginOptions]>([
  ["with the compiler in the bundle", {}],
  ["precompiled", { precompile: true }],
  ["precompiled to WebAssembly", { precompile: { target: "wasm" } }],
])("%s", (name, options) => {
  const out = (tool: string): string => `${tool}-${name.replaceAll(" ", "-")}.mjs`;

  test("Vite, minified", async () => {
    const entryFileNames = out("vite");
    await vite({
      root: project.folder,
      configFile: false,
      logLevel: "silent",
      plugins: [vitePlugin(options)],
      build: {
        minify: true,
        ssr: "main.ts",
        outDir: project.folder,
        emptyOutDir: false,
        rollupOptions: { output: { entryFileNames } },
      },
      ssr: { noExternal: true },
    });
    await expectRight(entryFileNames);
  });

  test("esbuild, minified", async () => {
    await esbuild({
      entryPoints: [project.path("main.ts")],
      outfile: project.path(out("esbuild")),
      bundle: true,
      minify: true,
      format: "esm",
      platform: "node",
      absWorkingDir: project.folder,
      plugins: [esbuildPlugin(options)],
      logLevel: "silent",
    });
    await expectRight(out("esbuild"));
  });

  test("Rollup and Rolldown", async () => {
    const rolled = await rollup({
      input: project.path("main.js"),
      plugins: [rollupPlugin(options), { name: "installed", resolveId: (id) => project.installed(id) }],
      onwarn: () => undefined,
    });
    await rolled.write({ file: project.path(out("rollup")), format: "esm" });
    await expectRight(out("rollup"));
    const downed = await rolldown({
      input: project.path("main.ts"),
      plugins: [rolldownPlugin(options)],
      platform: "node",
      logLevel: "silent",
    });
    await downed.write({ file: project.path(out("rolldown")), format: "esm", minify: true });
    await expectRight(out("rolldown"));
  });

  test("webpack", async () => {
    await webpacked(out("webpack"), { plugins: [webpackPlugin(options)] });
    await expectRight(out("webpack"));
  });

  // As Next does it.
  test("webpack, by the loader", async () => {
    const use = [{ loader: project.path("register/loader.js"), options }];
    await webpacked(out("loader"), {
      module: { rules: [{ test: /\.[jt]sx?$/, exclude: /node_modules/, enforce: "pre", use }] },
    });
    await expectRight(out("loader"));
  });
});

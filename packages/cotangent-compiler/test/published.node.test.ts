/** A package whose functions were captured when it was built, used by others: with the plugin, and without. */
import { readFile } from "node:fs/promises";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { PluginOptions } from "../src/plugin/build.ts";
import plugin from "../src/plugin/esbuild.ts";
import { makeProject } from "./project.ts";
import type { Project } from "./project.ts";

const LIBRARY = `
import { grad } from "cotangent";
import { K } from "./constants.js";
export function energy(x: Float64Array, w: number): number {
  "use grad";
  let s = table[0];
  for (let i = 0; i < x.length; i++) s += K * w * x[i] ** 2;
  return s;
}
export const table = [5];
export const force = grad(energy, { wrt: 0 });
export function unused(x: number): number { "use grad"; return x * 123456; }
export default function (x: number) { "use grad"; return x ** 3; }
`;
const APP = `
import { grad, hessian } from "cotangent";
import cube, { energy, force, table } from "springs";
const x = Float64Array.of(1, 2);
const slope = grad(energy, { wrt: 1 });
table[0] = 7;
console.log(JSON.stringify([energy(x, 2), [...force(x, 2)], slope(x, 2), hessian(energy, { wrt: 1 })(x, 2), grad(cube)(2)]));
`;
const EXPECTED = [7 + 3 * 2 * 5, [12, 24], 15, 0, 12];

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.write({
    "library/index.ts": LIBRARY,
    "library/constants.ts": "export const K = 3;",
    "app.js": APP,
  });
});
afterAll(() => project.remove());

/** Builds the library into node_modules, as its author would. */
const publish = async (options: PluginOptions, minify: boolean): Promise<void> => {
  await build({
    entryPoints: [project.path("library/index.ts")],
    outfile: project.path("node_modules/springs/index.js"),
    absWorkingDir: project.folder,
    bundle: true,
    packages: "external",
    format: "esm",
    minify,
    plugins: [plugin(options)],
    logLevel: "silent",
  });
  await project.write({
    "node_modules/springs/package.json": JSON.stringify({
      name: "springs",
      version: "1.0.0",
      type: "module",
      sideEffects: false,
      exports: "./index.js",
    }),
  });
};

const application = async (plugins: readonly PluginOptions[]): Promise<string> => {
  await build({
    entryPoints: [project.path("app.js")],
    outfile: project.path("out.js"),
    absWorkingDir: project.folder,
    bundle: true,
    format: "esm",
    plugins: plugins.map((options) => plugin(options)),
    logLevel: "silent",
  });
  return readFile(project.path("out.js"), "utf8");
};

describe.each([
  ["captured", {}, false],
  ["captured and minified", {}, true],
  ["precompiled", { precompile: true }, false],
  ["precompiled and minified", { precompile: true }, true],
] as const)("a package, %s", (_, options, minify) => {
  beforeAll(() => publish(options, minify));

  test("run as it is, without any build", async () => {
    expect(await project.run("app.js")).toEqual(EXPECTED);
  });

  test.each([
    ["without a plugin", []],
    ["with a plugin that precompiles", [{ precompile: true }]],
    ["with two plugins that look into packages, too", [{ include: () => true }, { include: () => true }]],
  ] as const)("in an application built %s", async (_name, plugins) => {
    const text = await application(plugins);
    expect(await project.run("out.js")).toEqual(EXPECTED);
    // A minifier takes away the annotations that say what may be left out.
    expect(text.includes("123456")).toBe(minify);
  });
});

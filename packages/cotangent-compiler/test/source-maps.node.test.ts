/** Debuggers, stack traces and coverage see the source as it was written. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
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
import { transform } from "../src/transform.ts";
import { makeProject } from "./project.ts";
import type { Project } from "./project.ts";

const run = promisify(execFile);

const SOURCE = `import { compile, grad } from "cotangent";

export function first(x) {
  "use grad";
  const mark1 = x * 2;
  if (mark1 > 100) throw new Error("mark2");
  return mark1;
}
const second = (mark3) => {
  return first(mark3) + first(2 * mark3);
};
export const slopes = [grad(second), compile(grad((mark4) => mark4 ** 2)), second(1)];
export default function third(mark5) { "use grad"; return first(mark5) + Math.abs(mark5); }
globalThis.mark7 = () => first(51);
console.log(JSON.stringify(slopes.length)); globalThis.mark7();
`;

/** Where each of the marks stands, lines and columns counting from 0. */
function places(code: string): ReadonlyMap<string, readonly (readonly [number, number])[]> {
  const found = new Map<string, [number, number][]>();
  code.split("\n").forEach((line, i) => {
    for (const { 0: mark, index } of line.matchAll(/mark\d/g)) {
      found.set(mark, [...(found.get(mark) ?? []), [i, index]]);
    }
  });
  return found;
}

/** Of every mark in the code: where the map says that it was written. */
function mapped(code: string, map: string): readonly string[] {
  const decoded = new SourceMap(JSON.parse(map) as ConstructorParameters<typeof SourceMap>[0]);
  const wrong: string[] = [];
  const original = places(SOURCE);
  for (const [mark, list] of places(code)) {
    for (const [line, column] of list) {
      const entry = decoded.findEntry(line, column) as Readonly<Record<string, number | string | undefined>>;
      // Text inside of a string may be mapped by the string's beginning.
      const shift = column - Number(entry["generatedColumn"]);
      const there = `${entry["originalLine"]}:${Number(entry["originalColumn"]) + shift}`;
      const isRight = original.get(mark)?.some(([l, c]) => `${l}:${c}` === there) === true;
      if (!isRight || !String(entry["originalSource"]).endsWith("main.js")) {
        wrong.push(`${mark} at ${line}:${column} -> ${entry["originalSource"]}:${there}`);
      }
    }
  }
  return wrong;
}

/** Code without what the build added, which has names of the user's in it but was written nowhere: programs' text. */
const own = (code: string): string =>
  code.replace(/\b(?:program|name)"?: ?(["'`])(?:(?!\1)[^\\]|\\.)*\1/g, (text) => " ".repeat(text.length));

describe.each([false, true])("with precompile: %s", (precompile) => {
  test("the transform's own map is exact for every token", () => {
    const { code, map } = transform(SOURCE, "/project/main.js", {
      root: "/project",
      precompile: precompile ? {} : undefined,
    })!;
    // Neither is what it puts in front of the module.
    const head = code.indexOf('import { compile, grad } from "cotangent"');
    const text = code.slice(0, head).replace(/[^\n]/g, " ") + own(code.slice(head));
    expect(mapped(text, map.toString())).toEqual([]);
    expect([...places(text).keys()]).toEqual(
      expect.arrayContaining(["mark1", "mark2", "mark3", "mark5", "mark7"]),
    );
  });
});

describe("built with", () => {
  let project: Project;
  beforeAll(async () => {
    project = await makeProject();
    await project.write({ "main.js": SOURCE });
  });
  afterAll(() => project.remove());

  const builds: Readonly<Record<string, (out: string) => Promise<unknown>>> = {
    vite: (out) =>
      vite({
        root: project.folder,
        logLevel: "silent",
        plugins: [vitePlugin()],
        build: {
          outDir: out,
          sourcemap: true,
          minify: false,
          lib: { entry: "main.js", formats: ["es"], fileName: () => "out.js" },
        },
      }),
    rollup: async (out) => {
      const bundle = await rollup({
        input: project.path("main.js"),
        external: /^cotangent/,
        plugins: [rollupPlugin()],
      });
      await bundle.write({ file: project.path(`${out}/out.js`), sourcemap: true });
    },
    rolldown: async (out) => {
      const bundle = await rolldown({
        input: project.path("main.js"),
        external: /^cotangent/,
        plugins: [rolldownPlugin()],
      });
      await bundle.write({ file: project.path(`${out}/out.js`), sourcemap: true });
    },
    esbuild: (out) =>
      esbuild({
        entryPoints: [project.path("main.js")],
        outfile: project.path(`${out}/out.js`),
        bundle: true,
        external: ["cotangent", "cotangent/*"],
        format: "esm",
        sourcemap: true,
        plugins: [esbuildPlugin()],
      }),
    webpack: (out) =>
      new Promise((done, failed) =>
        webpack(
          {
            mode: "none",
            devtool: "source-map",
            context: project.folder,
            entry: "./main.js",
            target: "node",
            experiments: { outputModule: true },
            externals: [/^cotangent/],
            externalsType: "module",
            output: { path: project.path(out), filename: "out.js", module: true },
            plugins: [webpackPlugin()],
          },
          (error, stats) =>
            error === null && stats?.hasErrors() === false
              ? done(stats)
              : failed(error ?? new Error(stats?.toString())),
        ),
      ),
  };

  test.each(Object.keys(builds))(
    "%s: an error thrown in a captured function is where it was written",
    async (name) => {
      await builds[name]!(name);
      const file = join(project.folder, name, "out.js");
      const { stderr } = (await run(process.execPath, ["--enable-source-maps", file], {
        cwd: project.folder,
      }).catch((error: unknown) => error)) as { stderr: string };
      expect(stderr).toContain("Error: mark2");
      expect(stderr).toMatch(/main\.js:6:26\)?\n.*main\.js:14:26\)?\n.*main\.js:15:5\d\)?\n/);
      expect(mapped(own(await readFile(file, "utf8")), await readFile(`${file}.map`, "utf8"))).toEqual([]);
    },
  );
});

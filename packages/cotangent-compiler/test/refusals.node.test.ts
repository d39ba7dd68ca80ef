/** What each tool is told where a function cannot be compiled, and the types of the plugins. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
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

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.write({
    "main.js": `import { grad } from "cotangent";
import { noise } from "./noise.js";
function f(x) {
  "use grad";
  return x * noise(x);
}
console.log(grad(f)(3));
`,
    "noise.js": `export function noise(x) {
  return x + Math.random();
}
`,
  });
});
afterAll(() => project.remove());

/** What a tool that reads `frame` prints of an error. */
interface Shown {
  readonly message: string;
  readonly stack?: string;
  readonly frame?: string;
  readonly loc?: unknown;
}

async function failureOf(build: () => Promise<unknown>): Promise<Shown> {
  try {
    await build();
  } catch (error) {
    return ((error as { errors?: readonly Shown[] }).errors?.[0] ?? error) as Shown;
  }
  throw new Error("It was built.");
}

const FRAME = ">2 |   return x + Math.random();\n   |              ^^^^^^^^^^^^^";
const PROBLEM = "Math.random gives something else at each call: there is no derivative.";
const REMEDY = "Pass random numbers in as arguments, or compute them from a seed. [unsupported-call]";

describe("a helper in another file that cannot be compiled: its place, its lines once, nothing of the compiler's inside", () => {
  test.each<[string, () => Promise<unknown>]>([
    [
      "Vite",
      () =>
        vite({
          root: project.folder,
          configFile: false,
          logLevel: "silent",
          plugins: [vitePlugin()],
          build: { ssr: "main.js", write: false },
        }),
    ],
    [
      "Rollup",
      () => rollup({ input: project.path("main.js"), plugins: [rollupPlugin()], external: /cotangent/ }),
    ],
    [
      "Rolldown",
      async () => {
        const bundle = await rolldown({
          input: project.path("main.js"),
          plugins: [rolldownPlugin()],
          logLevel: "silent",
        });
        return bundle.generate();
      },
    ],
  ])("%s", async (_, build) => {
    const { message, stack, frame, loc } = await failureOf(build);
    expect(message).toContain(`${PROBLEM} (${project.path("noise.js")}:2:14)\n  ${REMEDY}`);
    expect(frame).toContain(FRAME);
    expect(`${message}${frame}`.split(FRAME)).toHaveLength(2);
    expect(loc).toMatchObject({ file: project.path("noise.js"), line: 2, column: 14 });
    expect(stack).toContain(`at ${project.path("noise.js")}:2:14`);
    expect(stack).not.toContain("lower/");
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      "esbuild",
      () =>
        esbuild({
          entryPoints: [project.path("main.js")],
          bundle: true,
          write: false,
          plugins: [esbuildPlugin()],
          logLevel: "silent",
        }).catch((error: { errors: readonly { text: string }[] }) => {
          throw new Error(error.errors[0]!.text);
        }),
    ],
    [
      "webpack",
      async () => {
        const compiler = webpack({
          mode: "none",
          context: project.folder,
          entry: "./main.js",
          output: { path: project.path("webpack") },
          plugins: [webpackPlugin()],
        });
        const stats = await new Promise<webpack.Stats | undefined>((done) => {
          compiler.run((_error, result) => done(result));
        });
        throw new Error(stats!.toJson({ all: false, errors: true }).errors![0]!.message);
      },
    ],
  ])("%s", async (_, build) => {
    const { message } = await failureOf(build);
    expect(message).toContain(`${PROBLEM} (${project.path("noise.js")}:2:14)`);
    expect(message).toContain(REMEDY);
    expect(message.split(FRAME)).toHaveLength(2);
    expect(message).not.toContain("lower/");
  });
});

// Those of unplugin name every bundler that there is: who checks libraries' declarations would have to install them all.
test("the types of a plugin name nothing but its own bundler", () => {
  const src = fileURLToPath(new URL("../src/plugin/", import.meta.url));
  const bundlers = ["vite", "rollup", "rolldown", "esbuild", "webpack"];
  const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
  const flags =
    "--ignoreConfig --noCheck --noResolve --declaration --emitDeclarationOnly --isolatedDeclarations --rewriteRelativeImportExtensions --target esnext --module nodenext --rootDir";
  execFileSync(
    process.execPath,
    [
      join(dirname(manifest), "bin/tsc"),
      ...flags.split(" "),
      src,
      "--outDir",
      project.path("types"),
      ...bundlers.map((bundler) => join(src, `${bundler}.ts`)),
    ],
    { cwd: project.folder },
  );
  expect(readdirSync(project.path("types")).sort()).toEqual(bundlers.map((name) => `${name}.d.ts`).sort());
  for (const bundler of bundlers) {
    const text = readFileSync(project.path(`types/${bundler}.d.ts`), "utf8");
    const imported = Array.from(text.matchAll(/from "([^"]+)"/g), ([, name]) => name);
    expect(imported).toEqual([bundler, "./build.ts"]);
  }
});

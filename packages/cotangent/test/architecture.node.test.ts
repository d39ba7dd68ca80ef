import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";
import { describe, expect, test } from "vitest";

import {
  circles,
  entryViolations,
  importsOf,
  layerViolations,
  readSources,
  type LayerTable,
  type SourceFile,
  type Workspace,
} from "./support/imports.ts";

/**
 * THE ORDER OF LAYERS of packages/cotangent/src: what each may import, type imports included.
 * A new folder gets a line here. Towards the top is innermost.
 */
const LAYERS: LayerTable = {
  errors: [],
  options: ["errors"],
  numeric: ["errors"],
  real: ["errors", "numeric"],
  primitives: ["errors", "numeric", "real"],
  chain: ["errors", "numeric", "real", "primitives"],
  custom: ["errors", "real", "chain"],
  traces: ["errors", "numeric", "real", "primitives", "chain"],
  transforms: ["errors", "options", "numeric", "real", "primitives", "chain", "traces"],
  check: ["errors", "options", "numeric", "real", "primitives", "chain", "traces", "transforms"],

  program: ["errors", "real", "primitives", "chain", "custom", "traces"],
  differentiate: ["errors", "real", "primitives", "program"],
  compile: [
    "errors",
    "options",
    "real",
    "primitives",
    "chain",
    "custom",
    "traces",
    "transforms",
    "program",
    "differentiate",
  ],

  index: [
    "errors",
    "numeric",
    "real",
    "primitives",
    "chain",
    "custom",
    "traces",
    "transforms",
    "check",
    "program",
    "differentiate",
    "compile",
  ],

  // How the primitives are written, for what prints formulas.
  notation: ["real", "primitives"],

  plain: ["transforms", "check", "program", "compile"],
  // What precompiled code needs at run time: neither programs nor what compiles them.
  precompiled: ["errors", "numeric", "program", "transforms", "compile"],

  // Built on the public surface, as anybody else's code is.
  optimize: ["index", "options"],
  nn: ["index", "options", "optimize"],
};

const CORE = "packages/cotangent/src";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const workspaces: Workspace[] = globSync("{packages/*,apps/*,bench,examples}/package.json", {
  cwd: ROOT,
  ignore: ["**/node_modules/**"],
}).map((manifest) => {
  const { name, exports = {} } = JSON.parse(readFileSync(join(ROOT, manifest), "utf8")) as {
    name: string;
    exports?: Record<string, unknown>;
  };
  const entries = Object.keys(exports).map((entry) => name + entry.slice(1));
  return { folder: manifest.replace("/package.json", ""), name, entries };
});

const files = readSources(
  ROOT,
  workspaces.map(({ folder }) => `${folder}/src`),
);

describe("the architecture", () => {
  test("there are sources to look at", () => {
    expect(files.map(({ path }) => path)).toContain(`${CORE}/index.ts`);
  });

  test("imports of the core run one way", () => {
    expect(layerViolations(files, CORE, LAYERS)).toEqual([]);
  });

  test("no file imports itself by way of others", () => {
    expect(circles(files)).toEqual([]);
  });

  test("workspaces meet at their public entries only", () => {
    expect(entryViolations(files, workspaces)).toEqual([]);
  });

  test("the core depends on nothing", () => {
    const outside = files
      .filter(({ path }) => path.startsWith(`${CORE}/`))
      .flatMap(({ path, imports }) =>
        imports.filter((name) => !name.startsWith(".")).map((name) => [path, name]),
      );
    expect(outside).toEqual([]);
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, CORE, "../package.json"), "utf8")) as {
      dependencies?: unknown;
    };
    expect(dependencies).toBeUndefined();
  });
});

describe("the rules themselves", () => {
  const file = (path: string, ...imports: string[]): SourceFile => ({ path, imports });

  test("every kind of import is seen", () => {
    const source = `
      import a from "./a.ts";
      import type { B } from "./b.ts";
      import { type C } from "./c.ts";
      export { d } from "./d.ts";
      export type * from "./e.ts";
      import "./f.ts";
      const g = await import("./g.ts");
      let h: import("./h.ts").H;
      export const text = 'from "./no.ts"'; // import "./neither.ts"
    `;
    expect(importsOf(source)).toEqual(["a", "b", "c", "d", "e", "f", "g", "h"].map((name) => `./${name}.ts`));
  });

  test("an import against the order is named", () => {
    const found = layerViolations(
      [file("src/real/apply.ts", "../traces/dual.ts", "./real.ts")],
      "src",
      LAYERS,
    );
    expect(found).toEqual([
      'src/real/apply.ts imports "../traces/dual.ts": real may import errors, numeric, not traces',
    ]);
  });

  test("a folder without a place in the order is named", () => {
    expect(layerViolations([file("src/utils/all.ts")], "src", LAYERS)[0]).toContain('"utils" has no place');
  });

  test("optimize sees the public index and nothing behind it", () => {
    const optimize = file("src/optimize/newton.ts", "../index.ts", "./line.ts", "../transforms/grad.ts");
    expect(layerViolations([optimize], "src", LAYERS)).toHaveLength(1);
  });

  test("a circle is shown as a path", () => {
    const ring = [file("src/a.ts", "./b.ts"), file("src/b.ts", "./c.ts"), file("src/c.ts", "./b.ts")];
    expect(circles(ring)).toEqual(["src/b.ts -> src/c.ts -> src/b.ts"]);
  });

  test("reaching into another workspace is named", () => {
    const two = [
      { folder: "packages/one", name: "one", entries: ["one", "one/extra"] },
      { folder: "packages/two", name: "two", entries: ["two"] },
    ];
    const reaching = file("packages/two/src/a.ts", "one", "one/extra", "one/src/x.ts", "../../one/src/x.ts");
    expect(entryViolations([reaching], two)).toEqual([
      'packages/two/src/a.ts imports "one/src/x.ts"; one exports one, one/extra',
      'packages/two/src/a.ts imports "../../one/src/x.ts", which lies outside packages/two',
    ]);
  });
});

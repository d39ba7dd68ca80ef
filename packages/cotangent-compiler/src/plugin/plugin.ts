/** The build plugin, for all bundlers alike. */
import { createUnplugin } from "unplugin";
import type { UnpluginInstance } from "unplugin";

import { CompileError } from "../errors.ts";
import { slashed } from "../paths.ts";
import { buildWith } from "./build.ts";
import type { PluginOptions } from "./build.ts";
import { reported } from "./report.ts";

export const plugin: UnpluginInstance<PluginOptions | undefined> = createUnplugin((options = {}, meta) => {
  const { isBuilt, build } = buildWith(options);
  const dependents = new Dependents();
  let root = process.cwd();
  return {
    name: "cotangent",
    enforce: "pre",
    transformInclude: (id) => isBuilt(clean(id)),
    transform(code, id) {
      let result;
      try {
        result = build(code, clean(id), root);
      } catch (error) {
        // Where the mistake is in another file, mending that one must lead here again.
        if (error instanceof CompileError && error.file !== undefined) {
          dependents.add(clean(id), error.file);
          this.addWatchFile(error.file);
        }
        throw reported(error, meta.framework);
      }
      dependents.set(clean(id), result?.dependencies ?? []);
      if (result === undefined) return undefined;
      for (const file of result.dependencies) this.addWatchFile(file);
      for (const warning of result.warnings) this.warn(warning.message);
      return { code: result.code, map: result.map };
    },
    // The project's folder, where the bundler knows it.
    vite: {
      configResolved: (config) => void (root = config.root),
      // Vite does not transform a module again because one changes that it imports; but what it calls there went into its derivatives.
      hotUpdate({ file, modules }) {
        const graph = this.environment.moduleGraph;
        const stale = dependents.of(file).flatMap((path) => Array.from(graph.getModulesByFile(path) ?? []));
        return stale.length === 0 ? undefined : [...new Set([...modules, ...stale])];
      },
    },
    webpack: ({ context }) => void (root = context),
    esbuild: { config: ({ absWorkingDir }) => void (root = absWorkingDir ?? root) },
  };
});

/** Which modules have something of which file in them. */
class Dependents {
  readonly #dependencies = new Map<string, ReadonlySet<string>>();

  set(file: string, dependencies: readonly string[]): void {
    this.#dependencies.set(slashed(file), new Set(dependencies.map(slashed)));
  }

  add(file: string, dependency: string): void {
    this.set(file, [...(this.#dependencies.get(slashed(file)) ?? []), dependency]);
  }

  of(file: string): readonly string[] {
    return [...this.#dependencies].filter(([, of]) => of.has(slashed(file))).map(([dependent]) => dependent);
  }
}

/** Without a query. */
const clean = (id: string): string => id.split("?")[0]!;

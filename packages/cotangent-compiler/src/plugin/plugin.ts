/** The build plugin, for all bundlers alike. */
import { createUnplugin } from "unplugin";
import type { UnpluginInstance } from "unplugin";

import type { PrecompileOptions } from "../precompile/precompile.ts";
import { slashed } from "../paths.ts";
import { transform } from "../transform.ts";
import { fromDisk, SOURCES } from "./disk.ts";

export type { PrecompileOptions };

export interface PluginOptions {
  /** Which files are looked at; by default all JavaScript and TypeScript outside node_modules. */
  readonly include?: (file: string) => boolean;
  /**
   * Whether `grad(f)` and the like of known functions become finished code when the bundle is built: no compiler at run time,
   * nothing generated in the browser. Where a call cannot be precompiled, the build says so, and leaves it as it is.
   */
  readonly precompile?: boolean | PrecompileOptions;
}

export const plugin: UnpluginInstance<PluginOptions | undefined> = createUnplugin((options = {}) => {
  const resolve = fromDisk();
  const include = options.include ?? ((file: string) => !file.includes("/node_modules/"));
  const isBuilt = (file: string): boolean => SOURCES.test(file) && include(file);
  const precompile = precompileOptions(options.precompile);
  const dependents = new Dependents();
  let root = process.cwd();
  return {
    name: "cotangent",
    enforce: "pre",
    transformInclude: (id) => isBuilt(clean(id)),
    transform(code, id) {
      const result = transform(code, clean(id), { resolve, root, precompile, isBuilt });
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
        const stale = dependents.of(file).flatMap((path) => [...(graph.getModulesByFile(path) ?? [])]);
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

  of(file: string): readonly string[] {
    return [...this.#dependencies].filter(([, of]) => of.has(slashed(file))).map(([dependent]) => dependent);
  }
}

const precompileOptions = (given: boolean | PrecompileOptions | undefined): PrecompileOptions | undefined =>
  typeof given === "boolean" ? (given ? {} : undefined) : given;

/** Without a query. */
const clean = (id: string): string => id.split("?")[0]!;

/** What the plugin, the loader and nobody else need: options, and a module's transformation with what is on the disk. */
import type { PrecompileOptions } from "../precompile/precompile.ts";
import { transform } from "../transform.ts";
import type { Transformed } from "../transform.ts";
import { fromDisk, SOURCES } from "./disk.ts";

export interface PluginOptions {
  /** Which files are looked at; by default all JavaScript and TypeScript outside node_modules. */
  readonly include?: (file: string) => boolean;
  /**
   * Whether `grad(f)` and the like of known functions become finished code when the bundle is built: no compiler at run time,
   * nothing generated in the browser. Where a call cannot be precompiled, the build says so, and leaves it as it is.
   */
  readonly precompile?: boolean | PrecompileOptions;
}

export interface Build {
  /** Whether a file is looked at. */
  readonly isBuilt: (file: string) => boolean;
  /** A module transformed; undefined if there is nothing to do. `root`: the project's folder. */
  readonly build: (code: string, file: string, root: string) => Transformed | undefined;
}

const resolve = fromDisk();

export function buildWith({ include, precompile }: PluginOptions): Build {
  const isIncluded = include ?? ((file: string) => !/[\\/]node_modules[\\/]/.test(file));
  const isBuilt = (file: string): boolean => SOURCES.test(file) && isIncluded(file);
  const ahead = typeof precompile === "object" ? precompile : precompile === true ? {} : undefined;
  return {
    isBuilt,
    build: (code, file, root) => transform(code, file, { resolve, root, precompile: ahead, isBuilt }),
  };
}

/* oxlint-disable oxc/no-this-in-exported-function -- so are loaders called */
/** The same as a webpack loader: for Next, under webpack and under Turbopack. */
import { CompileError } from "../errors.ts";
import { buildWith } from "./build.ts";
import type { Build, PluginOptions } from "./build.ts";
import { reported } from "./report.ts";

/** What is used of a loader's context; Turbopack gives it as well. */
interface LoaderContext {
  readonly resourcePath: string;
  readonly rootContext: string;
  getOptions(): PluginOptions;
  addDependency(file: string): void;
  emitWarning(warning: Error): void;
  callback(error: null, code: string, map?: unknown): void;
}

/** Loaders are called for each module anew, but have a handful of options. */
const builds = new Map<string, Build>();

/** Lowers plain functions that are to be differentiated. Its options are those of the plugins, as far as JSON can say them. */
export default function cotangentLoader(this: LoaderContext, code: string, map?: unknown): void {
  const options = this.getOptions();
  const key = JSON.stringify(options);
  let build = builds.get(key);
  if (build === undefined) builds.set(key, (build = buildWith(options)));
  const file = this.resourcePath;
  let result;
  try {
    result = build.isBuilt(file) ? build.build(code, file, this.rootContext) : undefined;
  } catch (error) {
    if (error instanceof CompileError && error.file !== undefined) this.addDependency(error.file);
    throw reported(error, "webpack");
  }
  if (result === undefined) return this.callback(null, code, map);
  for (const dependency of result.dependencies) this.addDependency(dependency);
  for (const warning of result.warnings) this.emitWarning(warning);
  this.callback(null, result.code, result.map);
}

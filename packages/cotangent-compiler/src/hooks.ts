/** What `register` hangs into Node's loading of modules. */
import { readFileSync } from "node:fs";
import type { LoadHook, ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";

import { fromDisk } from "./plugin/disk.ts";
import { reported } from "./plugin/report.ts";
import { stripTypes } from "./strip.ts";
import { transform } from "./transform.ts";

const resolveSource = fromDisk();

/** `./x.js` may mean `./x.ts`, as TypeScript has it. */
function typedName(specifier: string): string | undefined {
  const typed = specifier.replace(/\.([cm]?)js$/, ".$1ts");
  return typed !== specifier && specifier.startsWith(".") ? typed : undefined;
}

interface Loaded {
  readonly format: "module";
  readonly shortCircuit: true;
  readonly source: string;
}

/** A module of ours; undefined for everything that Node had better load itself. */
function loaded(url: string, format: string | null | undefined): Loaded | undefined {
  const path = url.split("?")[0]!;
  const isTyped = /\.m?ts$/.test(path);
  if (!url.startsWith("file:") || path.includes("/node_modules/") || !(isTyped || /\.m?js$/.test(path))) {
    return undefined;
  }
  if (!isTyped && format === "commonjs") return undefined;
  const file = fileURLToPath(path);
  const text = readFileSync(file, "utf8");
  // Where Node does not say what a file is, it looks into it, too.
  if (!isTyped && format !== "module" && !/^\s*(?:import|export)\b/m.test(text)) return undefined;
  let result;
  let source;
  try {
    result = transform(text, file, { resolve: resolveSource, root: process.cwd() });
    if (!isTyped && result === undefined) return undefined;
    const code = result?.code ?? text;
    source = isTyped ? stripTypes(code, file) : code;
  } catch (error) {
    throw reported(error, "node");
  }
  const map =
    result === undefined
      ? ""
      : `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(result.map.toString()).toString("base64")}`;
  return { format: "module", shortCircuit: true, source: source + map };
}

// For `module.register`, in a thread of its own.

export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    const typed = typedName(specifier);
    if (typed === undefined) throw error;
    return next(typed, context);
  }
};

export const load: LoadHook = async (url, context, next) => loaded(url, context.format) ?? next(url, context);

/** For `module.registerHooks`, which newer versions of Node have: they wait for no answer. */
export interface SynchronousHooks {
  resolve(
    specifier: string,
    context: unknown,
    next: (specifier: string, context: unknown) => unknown,
  ): unknown;
  load(
    url: string,
    context: { readonly format?: string | null },
    next: (url: string, context: unknown) => unknown,
  ): unknown;
}

export const synchronous: SynchronousHooks = {
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      const typed = typedName(specifier);
      if (typed === undefined) throw error;
      return next(typed, context);
    }
  },
  load: (url, context, next) => loaded(url, context.format) ?? next(url, context),
};

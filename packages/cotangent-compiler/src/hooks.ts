/** What `register` hangs into Node's loading of modules. */
import { readFile } from "node:fs/promises";
import type { LoadHook, ResolveHook } from "node:module";
import { fileURLToPath } from "node:url";

import { fromDisk } from "./plugin/disk.ts";
import { stripTypes } from "./strip.ts";
import { transform } from "./transform.ts";

const resolveSource = fromDisk();

/** `./x.js` may mean `./x.ts`, as TypeScript has it. */
export const resolve: ResolveHook = async (specifier, context, next) => {
  try {
    return await next(specifier, context);
  } catch (error) {
    const typed = specifier.replace(/\.([cm]?)js$/, ".$1ts");
    if (typed === specifier || !specifier.startsWith(".")) throw error;
    return next(typed, context);
  }
};

export const load: LoadHook = async (url, context, next) => {
  const path = url.split("?")[0]!;
  const typed = /\.m?ts$/.test(path);
  if (!url.startsWith("file:") || path.includes("/node_modules/") || !(typed || /\.m?js$/.test(path))) {
    return next(url, context);
  }
  const file = fileURLToPath(path);
  const text = await readFile(file, "utf8");
  const result = transform(text, file, { resolve: resolveSource, root: process.cwd() });
  if (!typed && result === undefined) return next(url, context);
  const code = result?.code ?? text;
  const source = typed ? stripTypes(code, file) : code;
  const map =
    result === undefined
      ? ""
      : `\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(result.map.toString()).toString("base64")}`;
  return { format: "module", shortCircuit: true, source: source + map };
};

/** The sources of imported modules, from the disk. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

import { readModule } from "../lower/module.ts";
import type { Module } from "../lower/module.ts";
import { parseSource } from "../source.ts";

/** Files that may hold a module. */
export const SOURCES: RegExp = /\.[cm]?[jt]sx?$/;
const ENDINGS = ["", ".ts", ".tsx", ".mts", ".js", ".mjs", ".jsx", "/index.ts", "/index.js"];

/** Finds and reads the modules that others import by relative paths. */
export function fromDisk(): (importer: string, from: string) => Module | undefined {
  const known = new Map<string, { readonly time: number; readonly module: Module | undefined }>();
  return (importer, from) => {
    if (!from.startsWith(".")) return undefined;
    const stem = join(dirname(importer), from);
    for (const path of [...ENDINGS.map((e) => stem + e), stem.replace(/\.([cm]?)js$/, ".$1ts")]) {
      const stat = SOURCES.test(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
      if (stat?.isFile() !== true) continue;
      const before = known.get(path);
      if (before?.time === stat.mtimeMs) return before.module;
      const module = read(path);
      known.set(path, { time: stat.mtimeMs, module });
      return module;
    }
    return undefined;
  };
}

function read(path: string): Module | undefined {
  try {
    return readModule(parseSource(readFileSync(path, "utf8"), path));
  } catch {
    // Its own errors are reported where it is built itself.
    return undefined;
  }
}

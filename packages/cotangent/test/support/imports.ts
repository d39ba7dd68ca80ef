import { readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path/posix";
import { parseSync } from "oxc-parser";
import { globSync } from "tinyglobby";

/** A source file: its path from the repository's root, and what it imports, type imports included. */
export interface SourceFile {
  readonly path: string;
  readonly imports: readonly string[];
}

/** The sources below the given folders, which are relative to `root`. */
export function readSources(root: string, folders: readonly string[]): SourceFile[] {
  const patterns = folders.map((folder) => `${folder}/**/*.{ts,tsx}`);
  return globSync(patterns, { cwd: root, ignore: ["**/node_modules/**", "**/dist/**"] })
    .sort()
    .map((path) => ({ path, imports: importsOf(readFileSync(join(root, path), "utf8"), path) }));
}

/** Every module that a source names, be it by `import`, `export from`, `import()` or a type `import("...")`. */
export function importsOf(source: string, path = "source.ts"): string[] {
  const { program, errors } = parseSync(path, source);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);

  const names: string[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    if (Array.isArray(node)) return node.forEach(visit);
    const { type, source: from } = node as { type?: string; source?: { value?: unknown } | null };
    const namesModule = type !== undefined && IMPORTING.has(type);
    if (namesModule && typeof from?.value === "string") names.push(from.value);
    Object.values(node).forEach(visit);
  };
  visit(program);
  return names;
}

const IMPORTING = new Set([
  "ImportDeclaration",
  "ExportNamedDeclaration",
  "ExportAllDeclaration",
  "ImportExpression",
  "TSImportType",
]);

/** Where a relative import leads, or null for a package. */
function targetOf(file: SourceFile, specifier: string): string | null {
  return specifier.startsWith(".") ? normalize(join(dirname(file.path), specifier)) : null;
}

/** Folder by folder, the folders it may import from. Its own it may always. */
export type LayerTable = Readonly<Record<string, readonly string[]>>;

/**
 * What breaks the order of the layers below `folder`. A layer is a folder directly in it, or a file: `traces/`,
 * `chain.ts`.
 */
export function layerViolations(files: readonly SourceFile[], folder: string, table: LayerTable): string[] {
  const layerOf = (path: string): string => /^[^/.]+/.exec(relative(folder, path))?.[0] ?? "..";
  const found: string[] = [];
  for (const file of files.filter(({ path }) => path.startsWith(`${folder}/`))) {
    const layer = layerOf(file.path);
    const allowed = table[layer];
    if (allowed === undefined) {
      found.push(`${file.path}: "${layer}" has no place in the order of layers; give it one`);
      continue;
    }
    for (const specifier of file.imports) {
      const target = targetOf(file, specifier);
      if (target === null) continue;
      const other = layerOf(target);
      if (other !== layer && !allowed.includes(other)) {
        found.push(
          `${file.path} imports "${specifier}": ${layer} may import ${allowed.join(", ") || "nothing"}, not ${other}`,
        );
      }
    }
  }
  return found;
}

/** The circles among files, each as a path that comes back to where it began. */
export function circles(files: readonly SourceFile[]): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const found: string[] = [];

  const visit = (file: SourceFile): void => {
    state.set(file.path, "open");
    trail.push(file.path);
    for (const specifier of file.imports) {
      const target = targetOf(file, specifier);
      const next = target === null ? undefined : byPath.get(target);
      if (next === undefined) continue;
      if (state.get(next.path) === "open") {
        found.push([...trail.slice(trail.indexOf(next.path)), next.path].join(" -> "));
      } else if (!state.has(next.path)) {
        visit(next);
      }
    }
    trail.pop();
    state.set(file.path, "done");
  };
  for (const file of files) if (!state.has(file.path)) visit(file);
  return found;
}

/** A workspace: its folder and what its package.json exports. */
export interface Workspace {
  readonly folder: string;
  readonly name: string;
  readonly entries: readonly string[];
}

/** Imports that reach into another workspace past its public entries, or out of the folder of their own. */
export function entryViolations(files: readonly SourceFile[], workspaces: readonly Workspace[]): string[] {
  const found: string[] = [];
  for (const file of files) {
    const own = workspaces.find(({ folder }) => file.path.startsWith(`${folder}/`));
    for (const specifier of file.imports) {
      const target = targetOf(file, specifier);
      if (target !== null) {
        if (own !== undefined && !target.startsWith(`${own.folder}/`)) {
          found.push(`${file.path} imports "${specifier}", which lies outside ${own.folder}`);
        }
        continue;
      }
      const other = workspaces.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
      if (other !== undefined && !other.entries.includes(specifier)) {
        found.push(`${file.path} imports "${specifier}"; ${other.name} exports ${other.entries.join(", ")}`);
      }
    }
  }
  return found;
}

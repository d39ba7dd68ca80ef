/** What a name of a module stands for, wherever it is declared. */
import { namesIn } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Declaration, Module } from "../lower/module.ts";

export type Resolve = (importer: Module, from: string) => Module | undefined;

/** A declaration in its module. */
export interface Declared {
  readonly module: Module;
  readonly name: string;
  readonly declaration: Declaration;
}

/** What `name` stands for in `module`; imports are followed as far as sources are at hand. */
export function declared(module: Module, name: string, resolve: Resolve): Declared | undefined {
  const declaration = module.declarations.get(name);
  if (declaration === undefined) return undefined;
  if (declaration.kind !== "import" || declaration.from === "cotangent") return { module, name, declaration };
  const other = resolve(module, declaration.from);
  return other === undefined ? undefined : exported(other, declaration.imported, resolve, new Set());
}

/** What a module exports as `name`. `seen`: modules may export each other's exports. */
function exported(module: Module, name: string, resolve: Resolve, seen: Set<Module>): Declared | undefined {
  if (seen.has(module)) return undefined;
  seen.add(module);
  for (const statement of module.source.program.body as readonly Node[]) {
    switch (statement.type) {
      case "ExportNamedDeclaration": {
        if (statement.declaration !== null) {
          if (namesOf(statement.declaration).includes(name)) return declared(module, name, resolve);
          break;
        }
        const specifier = statement.specifiers.find((s) => nameIn(s.exported) === name);
        if (specifier === undefined) break;
        const local = nameIn(specifier.local);
        if (statement.source === null || statement.source === undefined)
          return declared(module, local, resolve);
        const other = resolve(module, String(statement.source.value));
        return other === undefined ? undefined : exported(other, local, resolve, seen);
      }
      case "ExportDefaultDeclaration": {
        if (name !== "default") break;
        const node = statement.declaration!;
        const local = node.type === "Identifier" ? node.name : node.id?.name;
        return local === undefined ? undefined : declared(module, local, resolve);
      }
      case "ExportAllDeclaration": {
        const other = resolve(module, String(statement.source!.value));
        const found = other === undefined ? undefined : exported(other, name, resolve, seen);
        if (found !== undefined) return found;
        break;
      }
      default:
    }
  }
  return undefined;
}

/** The names of a module that it exports under any name. */
export function exportedNames(module: Module): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of module.source.program.body as readonly Node[]) {
    if (statement.type === "ExportDefaultDeclaration") {
      const node = statement.declaration!;
      const local = node.type === "Identifier" ? node.name : node.id?.name;
      if (local !== undefined) names.add(local);
    } else if (statement.type === "ExportNamedDeclaration") {
      if (statement.declaration !== null) for (const name of namesOf(statement.declaration)) names.add(name);
      else if (statement.source === null || statement.source === undefined) {
        for (const s of statement.specifiers) names.add(nameIn(s.local));
      }
    }
  }
  return names;
}

/** The names that a declaration declares. */
function namesOf(node: Node): readonly string[] {
  if (node.type === "VariableDeclaration") return node.declarations.flatMap((d) => namesIn(d.id!));
  return node.id === null || node.id === undefined ? [] : [node.id.name];
}

/** The name in an import or export, which may be written as a string. */
const nameIn = (node: Node): string => (node.type === "Literal" ? String(node.value) : node.name);

/** Taking the types out of TypeScript: they become blanks, so that every line and column stays where it is. */
import { walk } from "./ast.ts";
import type { Node } from "./ast.ts";
import { parseSource, refuse } from "./source.ts";
import type { Source } from "./source.ts";

/** Statements that are nothing but types. */
const ERASED: ReadonlySet<string> = new Set([
  "TSTypeAliasDeclaration",
  "TSInterfaceDeclaration",
  "TSDeclareFunction",
  "TSTypeAnnotation",
  "TSTypeParameterDeclaration",
  "TSTypeParameterInstantiation",
  "TSIndexSignature",
  "TSAbstractMethodDefinition",
  "TSDeclareMethod",
]);
/** What only a compiler that writes code could do. */
const WRITTEN: Readonly<Record<string, string>> = {
  TSEnumDeclaration: "An enum",
  TSModuleDeclaration: "A namespace",
  TSParameterProperty: "A parameter that is a property",
  TSImportEqualsDeclaration: "import =",
  TSExportAssignment: "export =",
};

/**
 * JavaScript with the same lines and columns.
 * @throws CompileError `syntax-error`, `unsupported-syntax` for what is more than types
 */
export function stripTypes(code: string, file?: string): string {
  const source = parseSource(code, file);
  const blank: [number, number][] = [];
  const erase = (start: number, end: number): void => void blank.push([start, end]);
  walk(source.program, (node, parent) => {
    const written = WRITTEN[node.type];
    const declared = (node as { declare?: boolean }).declare === true;
    if (ERASED.has(node.type) || declared) {
      const exported =
        parent?.type === "ExportNamedDeclaration" || parent?.type === "ExportDefaultDeclaration";
      const whole = exported ? parent : node;
      erase(whole.start, whole.end);
      return false;
    }
    if (written !== undefined) {
      refuse(
        source,
        node,
        "unsupported-syntax",
        `${written} is more than types.`,
        "Use what can be erased, or a bundler.",
      );
    }
    return visit(source, node, erase);
  });
  let out = "";
  let at = 0;
  for (const [start, end] of blank.sort(([a], [b]) => a - b)) {
    if (end <= at) continue;
    const from = Math.max(start, at);
    out += code.slice(at, from) + code.slice(from, end).replace(/[^\n\r]/g, " ");
    at = end;
  }
  return out + code.slice(at);
}

function visit(source: Source, node: Node, erase: (start: number, end: number) => void): boolean {
  const { code } = source;
  switch (node.type) {
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSInstantiationExpression":
      erase(node.expression.end, node.end);
      break;
    case "TSTypeAssertion":
      erase(node.start, node.expression.start);
      break;
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
      if (node.importKind === "type" || (node as { exportKind?: string }).exportKind === "type") {
        erase(node.start, node.end);
        return false;
      }
      break;
    case "ImportSpecifier":
    case "ExportSpecifier":
      if (node.importKind === "type" || (node as { exportKind?: string }).exportKind === "type") {
        const comma = /^\s*,/.exec(code.slice(node.end));
        erase(node.start, node.end + (comma?.[0].length ?? 0));
        return false;
      }
      break;
    case "ClassDeclaration":
    case "ClassExpression": {
      const { implements: list } = node as { implements?: readonly Node[] };
      if (list !== undefined && list.length > 0) {
        const word = code.lastIndexOf("implements", list[0]!.start);
        erase(word, list.at(-1)!.end);
      }
      break;
    }
    default:
  }
  const { optional, accessibility, readonly } = node as {
    optional?: boolean;
    accessibility?: string;
    readonly?: boolean;
  };
  const isPattern =
    node.type === "Identifier" || node.type === "ArrayPattern" || node.type === "ObjectPattern";
  if (optional === true && (isPattern || node.type === "PropertyDefinition")) {
    const from =
      node.type === "Identifier" ? node.start + node.name.length : isPattern ? node.start : node.key.end;
    const mark = code.indexOf("?", from);
    erase(mark, mark + 1);
  }
  if (accessibility !== undefined || readonly === true) {
    const head = /^(?:(?:public|private|protected|readonly|override)\s+)+/.exec(code.slice(node.start));
    if (head !== null) erase(node.start, node.start + head[0].length);
  }
  return true;
}

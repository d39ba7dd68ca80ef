/** A module's own names: its functions, constants and imports. */
import { bare, isFunction, namesIn, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Source } from "../source.ts";
import { typeScope } from "./types.ts";
import type { TypeScope } from "./types.ts";

/** What a name stands for at the top of a module. */
export type Declaration =
  | { readonly kind: "function"; readonly node: Node }
  /** `fixed`: nothing in the module can change its contents. */
  | { readonly kind: "constant"; readonly pattern: Node; readonly init: Node; readonly fixed: boolean }
  | { readonly kind: "variable"; readonly node: Node }
  | { readonly kind: "import"; readonly from: string; readonly imported: string; readonly node: Node }
  | { readonly kind: "other"; readonly node: Node };

export interface Module {
  readonly source: Source;
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly types: TypeScope;
}

export function readModule(source: Source): Module {
  const declarations = new Map<string, Declaration>();
  const statements = source.program.body as readonly Node[];
  const { assigned, escaping } = usesOf(source.program);
  for (const statement of statements) {
    const isExport =
      statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
    const node = isExport && statement.declaration !== null ? statement.declaration : statement;
    switch (node.type) {
      case "FunctionDeclaration":
        if (node.id !== null) declarations.set(node.id.name, { kind: "function", node });
        break;
      case "VariableDeclaration":
        for (const d of node.declarations) {
          for (const name of namesIn(d.id!)) {
            const changes = node.kind !== "const" && assigned.has(name);
            if (changes || d.init === null) declarations.set(name, { kind: "variable", node: d });
            else {
              // Others may change what is exported, unless its type says that they cannot.
              const isReadonly = d.init.type === "TSAsExpression" || isFixedList(d.id!.typeAnnotation);
              const fixed = !escaping.has(name) && (!isExport || isReadonly);
              declarations.set(name, { kind: "constant", pattern: d.id!, init: d.init, fixed });
            }
          }
        }
        break;
      case "ImportDeclaration":
        for (const s of node.specifiers) {
          const imported =
            s.type === "ImportNamespaceSpecifier"
              ? "*"
              : s.type === "ImportDefaultSpecifier"
                ? "default"
                : s.imported.name;
          declarations.set(s.local.name, {
            kind: "import",
            from: String(node.source!.value),
            imported,
            node: s,
          });
        }
        break;
      case "TSEnumDeclaration":
        declarations.set(node.id!.name, {
          kind: "constant",
          pattern: node.id!,
          init: membersOf(node),
          fixed: true,
        });
        break;
      case "ClassDeclaration":
        if (node.id !== null) declarations.set(node.id.name, { kind: "other", node });
        break;
      default:
    }
  }
  return { source, declarations, types: typeScope(source.program) };
}

/** `readonly number[]`, `ReadonlyArray<number>`, `readonly [number, number]`: nobody changes the elements, and they are numbers. */
function isFixedList(annotation: Node | null | undefined): boolean {
  const type = annotation?.typeAnnotation;
  const isNumber = (t: Node | undefined): boolean => t?.type === "TSNumberKeyword";
  if (type?.type === "TSTypeOperator" && type.operator === "readonly") {
    const list = type.typeAnnotation!;
    if (list.type === "TSArrayType") return isNumber(list.elementType);
    return list.type === "TSTupleType" && list.elementTypes.every(isNumber);
  }
  if (type?.type !== "TSTypeReference" || type.typeName.name !== "ReadonlyArray") return false;
  return isNumber((type.typeArguments ?? type.typeParameters)?.params[0]);
}

/** An enum as the object that it is when it runs: a member without a value is one more than the member before. */
function membersOf(node: Node): Node {
  const made = (parts: object): Node => ({ ...node, ...parts });
  const literal = (value: number): Node => made({ type: "Literal", value, raw: String(value) });
  const properties: Node[] = [];
  let next = literal(0);
  for (const { id: key, initializer } of node.members) {
    const value = initializer ?? next;
    properties.push(made({ type: "Property", kind: "init", key, value, computed: false }));
    next = made({ type: "BinaryExpression", operator: "+", left: value, right: literal(1) });
  }
  return made({ type: "ObjectExpression", properties });
}

/**
 * Names that are assigned to, and names of which more is made than reading elements, fields and the length: what they hold
 * may then be changed where we do not see it.
 */
function usesOf(program: Node): {
  readonly assigned: ReadonlySet<string>;
  readonly escaping: ReadonlySet<string>;
} {
  const assigned = new Set<string>();
  const escaping = new Set<string>();
  const target = (node: Node): void => {
    const n = bare(node);
    if (n.type === "MemberExpression") {
      let root = n;
      while (root.type === "MemberExpression") root = bare(root.object);
      if (root.type === "Identifier") escaping.add(root.name);
    } else for (const name of namesIn(n)) assigned.add(name);
  };
  walk(program, (node, parent) => {
    if (node.type === "AssignmentExpression") target(node.left);
    else if (node.type === "UpdateExpression") target(node.argument!);
    else if (
      (node.type === "ForOfStatement" || node.type === "ForInStatement") &&
      node.left.type !== "VariableDeclaration"
    ) {
      target(node.left);
    } else if (node.type === "CallExpression" && bare(node.callee).type === "MemberExpression") {
      const callee = bare(node.callee);
      let root = callee.object;
      while (bare(root).type === "MemberExpression") root = bare(root).object;
      if (bare(root).type === "Identifier" && !callee.computed && CHANGES.has(callee.property.name)) {
        escaping.add(bare(root).name);
      }
    }
    // Handed on whole, anything may happen to it.
    if (node.type === "Identifier" && parent !== undefined && HANDS_ON.has(parent.type)) {
      const called =
        (parent.type === "CallExpression" || parent.type === "NewExpression") && parent.callee === node;
      const read = parent.type === "AssignmentExpression" && parent.left === node;
      if (!called && !read) escaping.add(node.name);
    }
  });
  return { assigned, escaping };
}
const CHANGES: ReadonlySet<string> = new Set([
  "push",
  "pop",
  "fill",
  "set",
  "sort",
  "reverse",
  "splice",
  "shift",
  "unshift",
  "copyWithin",
]);
const HANDS_ON: ReadonlySet<string> = new Set([
  "CallExpression",
  "NewExpression",
  "ReturnStatement",
  "AssignmentExpression",
  "ExportSpecifier",
]);

/** The functions of a module that have names, by these. */
export function functionsOf(module: Module): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>();
  for (const [name, d] of module.declarations) {
    if (d.kind === "function") found.set(name, d.node);
    if (d.kind === "constant" && isFunction(bare(d.init))) found.set(name, bare(d.init));
  }
  return found;
}

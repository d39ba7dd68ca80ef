/** Type annotations, as far as they tell the structure of an argument. */
import type { Structure } from "cotangent/program";

import type { Node } from "../ast.ts";

const NUMBER: Structure = { kind: "number" };

/** The type declarations of a module by their names. */
export type TypeScope = ReadonlyMap<string, Node>;

export function typeScope(program: Node): TypeScope {
  const found = new Map<string, Node>();
  for (const statement of program.body as readonly Node[]) {
    const node =
      (statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration") &&
      statement.declaration !== null
        ? statement.declaration
        : statement;
    if (node.type === "TSTypeAliasDeclaration" || node.type === "TSInterfaceDeclaration") {
      found.set(node.id!.name, node);
    }
  }
  return found;
}

/** More levels than any honest type has. */
const DEEPEST = 20;

/** What a type says; undefined where it says nothing that we understand. */
export function structureFromType(
  type: Node | undefined,
  scope: TypeScope,
  depth = 0,
): Structure | undefined {
  if (type === undefined || depth > DEEPEST) return undefined;
  const inner = (t: Node | undefined): Structure | undefined => structureFromType(t, scope, depth + 1);
  switch (type.type) {
    case "TSTypeAnnotation":
    case "TSParenthesizedType":
      return inner(type.typeAnnotation);
    case "TSNumberKeyword":
      return NUMBER;
    case "TSBooleanKeyword":
      return { kind: "boolean" };
    case "TSVoidKeyword":
    case "TSUndefinedKeyword":
      return { kind: "nothing" };
    case "TSLiteralType": {
      const { value } = type.literal;
      if (typeof value === "number") return NUMBER;
      return typeof value === "boolean" ? { kind: "boolean" } : undefined;
    }
    case "TSArrayType":
      return arrayOf(inner(type.elementType));
    case "TSTypeOperator":
      return inner(type.typeAnnotation);
    case "TSTupleType": {
      const elements = type.elementTypes.map((e) =>
        inner(e.type === "TSNamedTupleMember" ? e.elementType : e),
      );
      return elements.every((e) => e !== undefined) ? { kind: "tuple", elements } : undefined;
    }
    case "TSTypeLiteral":
      return fieldsOf(type.members, inner);
    case "TSUnionType": {
      const all = type.types.map(inner);
      const [first] = all;
      return all.every((s) => s !== undefined && JSON.stringify(s) === JSON.stringify(first))
        ? first
        : undefined;
    }
    case "TSTypeReference":
      return reference(type, scope, inner);
    default:
      return undefined;
  }
}

const arrayOf = (element: Structure | undefined): Structure | undefined =>
  element === undefined ? undefined : { kind: "array", element };

function fieldsOf(
  members: readonly Node[],
  inner: (t: Node | undefined) => Structure | undefined,
): Structure | undefined {
  const fields: (readonly [string, Structure])[] = [];
  for (const member of members) {
    const s =
      member.type === "TSPropertySignature" && !member.optional ? inner(member.typeAnnotation) : undefined;
    if (s === undefined) return undefined;
    fields.push([member.key.name ?? String(member.key.value), s]);
  }
  return { kind: "object", fields };
}

function reference(
  type: Node,
  scope: TypeScope,
  inner: (t: Node | undefined) => Structure | undefined,
): Structure | undefined {
  const { name } = type.typeName;
  const argument = (type.typeArguments ?? type.typeParameters)?.params[0];
  switch (name) {
    case "Float64Array":
      return { kind: "array", element: NUMBER, typed: true };
    case "Array":
    case "ReadonlyArray":
    case "ArrayLike":
      return arrayOf(inner(argument));
    case "Readonly":
      return inner(argument);
    default: {
      const declared = scope.get(name);
      if (declared === undefined || declared.typeParameters !== undefined) return undefined;
      if (declared.type === "TSTypeAliasDeclaration") return inner(declared.typeAnnotation);
      const extended = (declared as unknown as { extends?: readonly unknown[] }).extends ?? [];
      return extended.length > 0
        ? undefined
        : fieldsOf((declared.body as unknown as Node).body as readonly Node[], inner);
    }
  }
}

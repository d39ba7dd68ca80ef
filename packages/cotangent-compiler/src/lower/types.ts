/** Type annotations, as far as they tell the structure of an argument. */
import type { Structure } from "cotangent/program";

import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import { classId, parametersThatAreFields } from "./class-syntax.ts";

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
    if (DECLARES_TYPE.has(node.type)) found.set(node.id!.name, node);
  }
  return found;
}

const DECLARES_TYPE: ReadonlySet<string> = new Set([
  "TSTypeAliasDeclaration",
  "TSInterfaceDeclaration",
  "TSEnumDeclaration",
  "ClassDeclaration",
]);

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
      if (typeof value === "string") return { kind: "boolean", of: [value] };
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
    case "TSIntersectionType":
      return merged(type.types.map(inner));
    case "TSUnionType": {
      // What may be missing counts as there: whoever passes it without is told so.
      const all = type.types.filter((t) => !isMissing(t)).map(inner);
      const texts = all.flatMap((s) => (s?.kind === "boolean" ? (s.of ?? []) : []));
      if (all.length > 0 && texts.length === all.length) return { kind: "boolean", of: texts };
      return all.reduce((x, y) => unified(x, y));
    }
    case "TSTypeReference":
      return reference(type, scope, inner);
    default:
      return undefined;
  }
}

const arrayOf = (element: Structure | undefined): Structure | undefined =>
  element === undefined ? undefined : { kind: "array", element };

/** The structure of what has one of two, which may differ in texts alone. */
function unified(x: Structure | undefined, y: Structure | undefined): Structure | undefined {
  if (x?.kind === "boolean" && y?.kind === "boolean" && x.of !== undefined && y.of !== undefined)
    return { kind: "boolean", of: [...new Set([...x.of, ...y.of])] };
  if (x?.kind === "object" && y?.kind === "object" && x.fields.length === y.fields.length) {
    const fields = x.fields.map(([key, e], i) => [key, unified(e, y.fields[i]![1])] as const);
    const isAlike = fields.every(([key, e], i) => e !== undefined && key === y.fields[i]![0]);
    return isAlike && x.made === y.made ? { ...x, fields: fields as typeof x.fields } : undefined;
  }
  return x !== undefined && JSON.stringify(x) === JSON.stringify(y) ? x : undefined;
}

const isMissing = (type: Node): boolean =>
  type.type === "TSUndefinedKeyword" || type.type === "TSNullKeyword";

/** The fields of all of these objects. */
function merged(all: readonly (Structure | undefined)[]): Structure | undefined {
  const fields = new Map<string, Structure>();
  for (const s of all) {
    if (s?.kind !== "object") return undefined;
    for (const [key, e] of s.fields) fields.set(key, e);
  }
  return { kind: "object", fields: [...fields] };
}

/** A text or a function beside the numbers of an object: nobody computes with it. */
const isLabel = (type: Node | undefined): boolean => {
  if (type === undefined) return false;
  if (type.type === "TSTypeAnnotation") return isLabel(type.typeAnnotation);
  if (type.type === "TSUnionType") {
    const types = type.types.filter((t) => !isMissing(t));
    return types.length > 0 && types.every(isLabel);
  }
  return type.type === "TSStringKeyword" || type.type === "TSFunctionType" || type.type === "TSSymbolKeyword";
};
const LABEL: Structure = { kind: "nothing", is: "label" };

function fieldsOf(
  members: readonly Node[],
  inner: (t: Node | undefined) => Structure | undefined,
): Structure | undefined {
  const fields: (readonly [string, Structure])[] = [];
  for (const member of members) {
    const type = member.type === "TSPropertySignature" ? member.typeAnnotation : undefined;
    const s = isLabel(type) ? LABEL : inner(type);
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
    case "Float32Array":
    case "Int8Array":
    case "Uint8Array":
    case "Uint8ClampedArray":
    case "Int16Array":
    case "Uint16Array":
    case "Int32Array":
    case "Uint32Array":
      return { kind: "array", element: { kind: "number", as: name } };
    case "Array":
    case "ReadonlyArray":
    case "ArrayLike":
      return arrayOf(inner(argument));
    case "Readonly":
      return inner(argument);
    default: {
      const declared = scope.get(name);
      if (declared === undefined || declared.typeParameters !== undefined) return undefined;
      if (declared.type === "TSEnumDeclaration") return NUMBER;
      if (declared.type === "ClassDeclaration") return instanceOf(declared, inner);
      if (declared.type === "TSTypeAliasDeclaration") return inner(declared.typeAnnotation);
      const extended = (declared as unknown as { extends?: readonly Node[] }).extends ?? [];
      const own = fieldsOf((declared.body as unknown as Node).body as readonly Node[], inner);
      const named = (e: Node): Node => ({ ...e, type: "TSTypeReference", typeName: e.expression });
      return merged([...extended.map((e) => inner(named(e))), own]);
    }
  }
}

/** The instances of a class, as far as the types of its fields tell; not with private ones, which nobody else can read. */
function instanceOf(
  declared: Node,
  inner: (t: Node | undefined) => Structure | undefined,
): Structure | undefined {
  if (declared.superClass !== null) return undefined;
  const fields = new Map<string, Structure>();
  for (const m of (declared.body as Node).body as readonly Node[]) {
    if (m.type !== "PropertyDefinition" || m.static === true) continue;
    const said = m.typeAnnotation;
    const s = isLabel(said) ? LABEL : (inner(said) ?? initialStructure(m.value as Node | null));
    if (s === undefined || m.key.type === "PrivateIdentifier" || m.computed) return undefined;
    fields.set(m.key.name ?? String(m.key.value), s);
  }
  for (const { parameter } of parametersThatAreFields(declared)) {
    const target = parameter.type === "AssignmentPattern" ? parameter.left : parameter;
    const s = inner(target.typeAnnotation) ?? initialStructure(parameter.right ?? null);
    if (s === undefined) return undefined;
    fields.set(target.name, s);
  }
  return { kind: "object", fields: [...fields], made: classId(declared) };
}

/** `new C(...)` of a class of the module. */
export function structureOfNew(node: Node, scope: TypeScope): Structure | undefined {
  if (node.type !== "NewExpression" || node.callee.type !== "Identifier") return undefined;
  const declared = scope.get(node.callee.name);
  return declared?.type === "ClassDeclaration"
    ? structureFromType({ ...node, type: "TSTypeReference", typeName: node.callee }, scope)
    : undefined;
}

/** What a default value tells of a parameter. */
export function literalStructure(node: Node): Structure | undefined {
  const n = bare(node);
  if (n.type === "Literal" && typeof n.value === "number") return NUMBER;
  if (n.type === "Literal" && typeof n.value === "boolean") return { kind: "boolean" };
  return n.type === "UnaryExpression" ? literalStructure(n.argument!) : undefined;
}

const initialStructure = (node: Node | null): Structure | undefined =>
  node === null ? undefined : literalStructure(node);

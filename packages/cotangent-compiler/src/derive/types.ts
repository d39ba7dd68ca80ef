/** Types as text: the user's own where they can be copied, otherwise from the structure. */
import { children } from "cotangent/program";
import type { Structure } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Module } from "../lower/module.ts";
import { structureFromType } from "../lower/types.ts";

/** The type of a structure. */
export function typeOf(s: Structure): string {
  switch (s.kind) {
    case "number":
      return s.kind;
    case "boolean":
      if (s.of === undefined) return s.kind;
      return s.at === undefined ? s.of.map((k) => JSON.stringify(k)).join(" | ") : "string";
    case "nothing":
      return s.is === "label" ? "unknown" : (s.is ?? "undefined");
    case "array":
      return s.typed === true ? "Float64Array" : listOf(typeOf(s.element));
    case "tuple":
      return `[${s.elements.map(typeOf).join(", ")}]`;
    default:
      return `{ ${s.fields.map(([name, e]) => fieldOf(name, e, typeOf(e))).join("; ")} }`;
  }
}

/** An array of things of this type. */
export const listOf = (type: string): string => (/^"[^"]*" \|/.test(type) ? `(${type})[]` : `${type}[]`);

/** A field; it may be missing if nothing, or any text, was seen in it. */
export function fieldOf(name: string, s: Structure, type: string): string {
  const isOptional = s.kind === "nothing" ? s.is !== "null" : s.kind === "boolean" && s.at !== undefined;
  return `${key(name)}${isOptional ? "?" : ""}: ${type}`;
}

export const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));

/** An annotation as text; undefined where it has something that is not copied. */
function annotation(node: Node | undefined, names: Set<string>): string | undefined {
  if (node === undefined) return undefined;
  const inner = (n: Node | undefined): string | undefined => annotation(n, names);
  switch (node.type) {
    case "TSTypeAnnotation":
    case "TSParenthesizedType":
      return inner(node.typeAnnotation);
    case "TSNumberKeyword":
      return "number";
    case "TSBooleanKeyword":
      return "boolean";
    case "TSStringKeyword":
      return "string";
    case "TSLiteralType":
      return node.literal.raw;
    case "TSArrayType": {
      const element = inner(node.elementType);
      const bare = node.elementType.type;
      const bracketed = bare === "TSParenthesizedType" || bare === "TSUnionType" || bare === "TSTypeOperator";
      return element === undefined ? undefined : bracketed ? `(${element})[]` : `${element}[]`;
    }
    case "TSTypeOperator": {
      const of = inner(node.typeAnnotation);
      return of === undefined ? undefined : `${node.operator} ${of}`;
    }
    case "TSTupleType":
      return all(
        node.elementTypes.map((e) => member(e, inner)),
        (list) => `[${list.join(", ")}]`,
      );
    case "TSTypeLiteral":
      return all(fields(node.members, inner), (list) => `{ ${list.join("; ")} }`);
    case "TSUnionType":
      return all(node.types.map(inner), (list) => list.join(" | "));
    case "TSTypeReference": {
      if (node.typeName.type !== "Identifier") return undefined;
      names.add(node.typeName.name);
      const parameters = (node.typeArguments ?? node.typeParameters)?.params;
      if (parameters === undefined) return node.typeName.name;
      return all(parameters.map(inner), (list) => `${node.typeName.name}<${list.join(", ")}>`);
    }
    default:
      return undefined;
  }
}

function member(e: Node, inner: (n: Node | undefined) => string | undefined): string | undefined {
  if (e.type !== "TSNamedTupleMember") return inner(e);
  const type = inner(e.elementType);
  return type === undefined || e.label === null ? undefined : `${e.label.name}: ${type}`;
}

const all = (
  parts: readonly (string | undefined)[],
  put: (parts: readonly string[]) => string,
): string | undefined => (parts.every((p) => p !== undefined) ? put(parts) : undefined);

const fields = (
  members: readonly Node[],
  inner: (n: Node | undefined) => string | undefined,
): readonly (string | undefined)[] =>
  members.map((m) => {
    const type = m.type === "TSPropertySignature" ? inner(m.typeAnnotation) : undefined;
    // A number that may be missing is there, in what a derivative was written for.
    if (type === undefined || (m.optional && !isText(type))) return undefined;
    const readonly = (m as { readonly?: boolean }).readonly === true ? "readonly " : "";
    return `${readonly}${key(m.key.name ?? String(m.key.value))}${m.optional ? "?" : ""}: ${type}`;
  });

const isText = (type: string): boolean => /^(?:string|"[^"]*"(?: \| "[^"]*")*)$/.test(type);

/** Arrays that convert what is written into them; a derivative by one is a list of numbers. */
const CONVERTING = "(?:Uint8Clamped|(?:Int|Uint)(?:8|16|32)|Float32)Array";

/** What TypeScript knows by itself. */
const GLOBAL: ReadonlySet<string> = new Set([
  "Float64Array",
  "Array",
  "ReadonlyArray",
  "Readonly",
  "ArrayLike",
]);
/** What a derivative, which is made anew, is not. */
const CHANGED: RegExp = new RegExp(`\\b(?:readonly|Readonly|ReadonlyArray|ArrayLike|${CONVERTING})\\b`);
const isGlobal = (name: string): boolean => GLOBAL.has(name) || new RegExp(`^${CONVERTING}$`).test(name);

/** A structure, with what its type says of arrays of integers and of single precision. */
export function withKinds(s: Structure, annotated: Structure | undefined): Structure {
  if (annotated?.kind !== s.kind) return s;
  switch (s.kind) {
    case "number":
      return annotated;
    case "array":
      return { ...s, element: withKinds(s.element, (annotated as typeof s).element) };
    case "tuple":
      return { ...s, elements: s.elements.map((e, i) => withKinds(e, (annotated as typeof s).elements[i])) };
    case "object": {
      const types = new Map((annotated as typeof s).fields);
      return { ...s, fields: s.fields.map(([name, e]) => [name, withKinds(e, types.get(name))] as const) };
    }
    default:
      return s;
  }
}

/** Whether a type says the same of what is an array, a tuple or an object. */
function agree(annotated: Structure | undefined, s: Structure): boolean {
  if (annotated === undefined || annotated.kind === "nothing" || s.kind === "nothing") return true;
  if (annotated.kind !== s.kind) return false;
  if (annotated.kind === "array") return agree(annotated.element, (s as typeof annotated).element);
  const own = new Map(children(s));
  return children(annotated).every(([key, e]) => own.has(key) && agree(e, own.get(key)!));
}

/** The types that a derivative names, with the declarations that it copies for them. */
export class Types {
  readonly #module: Module;
  readonly #declarations = new Map<string, string>();

  constructor(module: Module) {
    this.#module = module;
  }

  /** A parameter's type: as annotated, if all that it names can be copied. */
  parameter(node: Node | undefined, structure: Structure): string {
    return this.#copied(node, structure) ?? typeOf(structure);
  }

  /** The same for something that is made anew: without `readonly`. */
  result(node: Node | undefined, structure: Structure): string {
    const text = this.#copied(node, structure);
    const plain = text === undefined || CHANGED.test(text + this.#texts(text));
    return plain ? typeOf(structure) : text;
  }

  /** All declarations that were copied. */
  get declarations(): readonly string[] {
    return [...this.#declarations.values()];
  }

  #texts(text: string): string {
    return [...this.#declarations]
      .filter(([name]) => new RegExp(`\\b${name}\\b`).test(text))
      .map(([, d]) => d)
      .join("");
  }

  #copied(node: Node | undefined, structure: Structure): string | undefined {
    if (!agree(structureFromType(node, this.#module.types), structure)) return undefined;
    const names = new Set<string>();
    const text = annotation(node, names);
    if (text === undefined) return undefined;
    const found = new Map<string, string>();
    for (const name of names) if (!this.#declare(name, found)) return undefined;
    for (const [name, declaration] of found) this.#declarations.set(name, declaration);
    return text;
  }

  #declare(name: string, found: Map<string, string>): boolean {
    const node = this.#module.types.get(name);
    if (node === undefined) return isGlobal(name);
    if (found.has(name)) return true;
    found.set(name, "");
    const names = new Set<string>();
    const parameters =
      node.typeParameters !== undefined || ((node as { extends?: unknown[] }).extends ?? []).length > 0;
    let text: string | undefined;
    if (parameters || node.type === "TSEnumDeclaration") return false;
    if (node.type === "TSInterfaceDeclaration") {
      const body = (node.body as unknown as Node).body as readonly Node[];
      const list = all(
        fields(body, (n) => annotation(n, names)),
        (parts) => parts.map((p) => `  ${p};\n`).join(""),
      );
      text = list === undefined ? undefined : `interface ${name} {\n${list}}\n`;
    } else {
      const type = annotation(node.typeAnnotation, names);
      text = type === undefined ? undefined : `type ${name} = ${type};\n`;
    }
    if (text === undefined || ![...names].every((n) => this.#declare(n, found))) return false;
    // Behind what it names.
    found.delete(name);
    found.set(name, text);
    return true;
  }
}

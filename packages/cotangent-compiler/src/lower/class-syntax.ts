/** Classes as the source has them, and what structures say of their instances. */
import { stride } from "cotangent/program";
import type { Structure } from "cotangent/program";

import { isFunction } from "../ast.ts";
import type { Node } from "../ast.ts";

/** Identifies a class wherever it is met: a structure keeps it of the instances that it describes. */
export function classId(node: Node): string {
  let id = ids.get(node);
  if (id === undefined) ids.set(node, (id = `class ${++count}`));
  return id;
}
const ids = new WeakMap<Node, string>();
let count = 0;

/** The name of a member: `#name` of a private one. */
export const nameOf = (key: Node): string =>
  key.type === "PrivateIdentifier" ? `#${key.name}` : (key.name ?? String(key.value));

/** What a class declares. */
export const membersOf = (node: Node): readonly Node[] => (node.body as Node).body as readonly Node[];

/** The constructor; a signature without a body is none. */
export const constructorOf = (node: Node): Node | undefined =>
  membersOf(node).find((m) => m.kind === "constructor" && isImplemented(m))?.value as Node | undefined;

/** A method that has a body; a signature has none. */
export const isImplemented = (m: Node): boolean => isFunction(m.value as Node) && m.value !== null;

/** `constructor(readonly x: number)` */
export const parametersThatAreFields = (node: Node): readonly Node[] =>
  (constructorOf(node)?.params ?? []).filter((p) => p.type === "TSParameterProperty");

export const patternName = (pattern: Node): string =>
  pattern.type === "AssignmentPattern" ? pattern.left.name : pattern.name;

/** Whether other modules see what is declared at the top of one. */
export const isExported = (program: Node, declared: Node): boolean =>
  (program.body as readonly Node[]).some(
    (s) =>
      s.type.startsWith("Export") &&
      (s.declaration === declared ||
        (s.specifiers ?? []).some((x) => x.local?.name === declared.id?.name) ||
        s.declaration?.name === declared.id?.name),
  );

/** Whether records of a structure are to others what a structure says. */
export const isSeenAs = (own: Structure, seen: Structure): boolean =>
  stride(own) === stride(seen) && JSON.stringify(plainly(own)) === JSON.stringify(seen);

/** The structure as others see it: a class is known here alone, and so is what is private. */
export function plainly(s: Structure): Structure {
  switch (s.kind) {
    case "number":
      return { kind: s.kind };
    case "nothing":
      return s.is === undefined ? s : { kind: s.kind, is: s.is };
    case "array":
      return { ...s, element: plainly(s.element) };
    case "tuple":
      return { ...s, elements: s.elements.map(plainly) };
    case "object": {
      const seen = s.fields.filter(([key]) => !key.startsWith("#"));
      return { kind: s.kind, fields: seen.map(([key, e]) => [key, plainly(e)] as const) };
    }
    default:
      return s;
  }
}

/** What the source tells when compiling: constants that are written out, and calls whose results are known. */
import { bare, isFunction } from "../ast.ts";
import type { Node } from "../ast.ts";
import { TRANSFORMS } from "./derivatives.ts";
import type { Declaration, Module } from "./module.ts";
import { constant, FALSE, TRUE } from "./values.ts";
import type { Val } from "./values.ts";

export type ConstantDeclaration = Extract<Declaration, { kind: "constant" }>;

/** A number, boolean or text that is written out. */
export function constantOf(node: Node): Val | undefined {
  const { value } = node;
  if (node.type === "Literal") {
    if (typeof value === "number") return constant(value);
    if (typeof value === "boolean") return value ? TRUE : FALSE;
    return typeof value === "string" ? { t: "str", k: value } : undefined;
  }
  if (node.type !== "UnaryExpression" || node.operator !== "-") return undefined;
  const inner = constantOf(bare(node.argument!));
  return inner?.t === "num" && inner.k !== undefined ? constant(-inner.k) : undefined;
}

/** Does a class extend the library's ScalarFunction? */
export function isScalarFunction(module: Module, node: Node): boolean {
  const parent = node.superClass;
  const d = parent?.type === "Identifier" ? module.declarations.get(parent.name) : undefined;
  return d?.kind === "import" && d.from === "cotangent" && d.imported === "ScalarFunction";
}

/** Can a module's constant be computed when compiling? Not where its contents may change, or come from who knows where. */
export function isConstant(d: ConstantDeclaration, module: Module): boolean {
  const { type } = bare(d.init);
  if (isFunction(bare(d.init))) return true;
  if (type === "NewExpression" || type === "CallExpression" || type === "AwaitExpression")
    return isKnown(bare(d.init), module);
  return d.fixed || (type !== "ArrayExpression" && type !== "ObjectExpression");
}

/** Which of the library's functions is called at the top of a module: `grad`, `ad.grad`. */
function importedKey(module: Module, callee: Node): string | undefined {
  const isMember = callee.type === "MemberExpression";
  const d = module.declarations.get(isMember ? callee.object.name : callee.name);
  if (d?.kind !== "import" || d.from !== "cotangent") return undefined;
  if (!isMember) return d.imported;
  return d.imported === "*" && !callee.computed ? callee.property.name : undefined;
}

/** Whether a call makes a derivative of a function, or compiles one. */
export function derives(module: Module, callee: Node): boolean {
  const key = importedKey(module, callee);
  return key !== undefined && (TRANSFORMS.has(key) || key === "compile");
}

/** A call of Math's, Object.freeze, or one that makes a derivative of a function. */
function isKnown(node: Node, module: Module): boolean {
  const callee = node.type === "CallExpression" ? bare(node.callee) : undefined;
  if (callee === undefined) return false;
  if (derives(module, callee)) return true;
  if (callee.type !== "MemberExpression") return false;
  const id = `${callee.object.name}.${callee.property.name}`;
  return id === "Object.freeze" || (id.startsWith("Math.") && id !== "Math.random");
}

/** The elements of a literal of numbers. */
export function literalNumbers(node: Node): readonly number[] | undefined {
  if (node.type !== "ArrayExpression") return undefined;
  const list = node.elements.map((e) => {
    const n = e === null ? undefined : bare(e);
    if (n?.type === "Literal" && typeof n.value === "number") return n.value;
    const inner = n?.type === "UnaryExpression" && n.operator === "-" ? bare(n.argument!) : undefined;
    return typeof inner?.value === "number" ? -inner.value : undefined;
  });
  return list.every((x) => x !== undefined) ? list : undefined;
}

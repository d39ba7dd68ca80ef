/** throw: the program fails with the user's message. */
import type { Value } from "cotangent/program";

import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { expression } from "./expressions.ts";
import { f64 } from "./numbers.ts";
import type { Env } from "./values.ts";

/** `throw new Error("text")`: the program fails with the text, in which numbers may stand. */
export function thrown(cx: Context, node: Node, env: Env): void {
  const error = bare(node.argument!);
  const message =
    (error.type === "NewExpression" || error.type === "CallExpression" ? error.arguments[0] : error) ?? null;
  const values: Value[] = [];
  const text = message === null ? "The function threw an error" : messageOf(cx, message, env, values);
  cx.impure = true;
  cx.back(node);
  cx.b.fail(
    {
      code: "thrown",
      message: text,
      remedy: "The function itself throws this: check what it was called with.",
    },
    ...values,
  );
}

/** A message that is put together from texts and values; numbers and booleans are put in when it is thrown. */
function messageOf(cx: Context, outer: Node, env: Env, values: Value[]): string {
  const node = bare(outer);
  if (node.type === "TemplateLiteral") {
    return node.quasis
      .map((quasi, i) => {
        const text = (quasi.value as { cooked: string }).cooked;
        const part = node.expressions[i];
        return part === undefined ? text : text + messageOf(cx, part, env, values);
      })
      .join("");
  }
  if (node.type === "BinaryExpression" && isConcatenation(node)) {
    return messageOf(cx, node.left, env, values) + messageOf(cx, node.right, env, values);
  }
  // String(x), x.toString(), x.toFixed(2): the number itself says as much.
  const converted = convertedToText(node);
  if (converted !== undefined) return messageOf(cx, converted, env, values);
  if (node.type === "ConditionalExpression" || node.type === "LogicalExpression") return sourceOf(cx, node);
  const x = expression(cx, node, env);
  if (x.t === "str") return x.k;
  if (x.t === "nothing") return "undefined";
  if (x.t === "bool" && x.k !== undefined) return String(x.k);
  const value = x.t === "num" ? f64(cx, x) : undefined;
  if (value === undefined) return sourceOf(cx, node);
  values.push(value);
  return `{${values.length - 1}}`;
}

const sourceOf = (cx: Context, node: Node): string => cx.textOf(node).code.slice(node.start, node.end);

/** Is this `+` one of texts? */
function isConcatenation(outer: Node): boolean {
  const node = bare(outer);
  if (node.type === "TemplateLiteral") return true;
  if (node.type === "Literal") return typeof node.value === "string";
  return (
    node.type === "BinaryExpression" &&
    node.operator === "+" &&
    (isConcatenation(node.left) || isConcatenation(node.right))
  );
}

function convertedToText(node: Node): Node | undefined {
  if (node.type !== "CallExpression") return undefined;
  const callee = bare(node.callee);
  if (callee.type === "Identifier" && callee.name === "String") return node.arguments[0] ?? undefined;
  const method = callee.type === "MemberExpression" && !callee.computed ? callee.property.name : "";
  return TEXT_METHODS.has(method) ? callee.object : undefined;
}
const TEXT_METHODS: ReadonlySet<string> = new Set(["toString", "toFixed", "toPrecision", "toExponential"]);

/** How control leaves statements, as far as their syntax tells. */
import { bare, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";

/** Does a statement always leave by return, break or continue? */
export function jumps(node: Node): boolean {
  switch (node.type) {
    case "ReturnStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return true;
    case "BlockStatement":
      return (node.body as readonly Node[]).some(jumps);
    case "IfStatement":
      return node.alternate !== null && jumps(node.consequent as Node) && jumps(node.alternate);
    default:
      return false;
  }
}

/** Does a statement never come to its end: by return, throw, or a loop without one? */
export function ends(node: Node): boolean {
  switch (node.type) {
    case "ReturnStatement":
    case "ThrowStatement":
      return true;
    case "BlockStatement":
      return (node.body as readonly Node[]).some(ends);
    case "IfStatement":
      return node.alternate !== null && ends(node.consequent as Node) && ends(node.alternate);
    case "WhileStatement":
    case "ForStatement": {
      const forever = node.test === null || (node.test.type === "Literal" && node.test.value === true);
      return forever && !breaksOut(node.body as Node);
    }
    case "SwitchStatement": {
      const last = node.cases.at(-1);
      return (
        last?.test === null &&
        node.cases.every((c) => !(c.consequent as readonly Node[]).some(breaksOut)) &&
        (last.consequent as readonly Node[]).some(ends)
      );
    }
    case "LabeledStatement":
      return ends(node.body as Node);
    case "TryStatement":
      return node.handler === null && ends(node.block);
    default:
      return false;
  }
}

function breaksOut(node: Node): boolean {
  let found = false;
  walk(node, (n) => {
    if (n.type === "BreakStatement") found = true;
    return !FUNCTIONS.has(n.type);
  });
  return found;
}

/** Refuses a loop that goes on for ever: its condition is always true, and nothing leaves it. */
export function checkEnd(cx: Context, node: Node, test: Node | null): void {
  const forever = test === null || (bare(test).type === "Literal" && bare(test).value === true);
  if (!forever) return;
  let leaves = false;
  walk(node.body as Node, (n) => {
    // A continue with a label goes on with a loop around this one.
    if (LEAVING.has(n.type) || (n.type === "ContinueStatement" && n.label !== null)) leaves = true;
    return !FUNCTIONS.has(n.type);
  });
  if (leaves) return;
  cx.refuse(
    node,
    "endless-loop",
    "This loop never ends: its condition is always true, and there is no break, return or throw in it.",
    "Give it a condition, or leave it: if (Math.abs(step) < 1e-12) break;",
  );
}
const LEAVING: ReadonlySet<string> = new Set(["BreakStatement", "ReturnStatement", "ThrowStatement"]);

export const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

/** What a condition that came out true says about the bounds of integers. */
import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { expression } from "./expressions.ts";
import { Cell, NOTHING } from "./values.ts";
import type { Env, Num, Val } from "./values.ts";

/** Runs `body` knowing that `test` came out true: what that says about the bounds of integers. */
export function assuming(cx: Context, test: Node, env: Env, body: () => void): void {
  const undo: (() => void)[] = [];
  const learnFrom = (outer: Node): void => {
    const node = bare(outer);
    if (node.type === "LogicalExpression" && node.operator === "&&") {
      learnFrom(node.left);
      return learnFrom(node.right);
    }
    if (node.type !== "BinaryExpression" || !(node.operator in MIRRORED)) return;
    bound(node.left, node.operator, node.right);
    bound(node.right, MIRRORED[node.operator as keyof typeof MIRRORED], node.left);
  };
  const bound = (left: Node, operator: string, right: Node): void => {
    const name = bare(left);
    const cell = name.type === "Identifier" ? env.find(name.name, name) : undefined;
    if (!(cell instanceof Cell)) return;
    const x = cell.value;
    const limit = limits(cx, right, env);
    if (x.t !== "num" || !x.int || x.k !== undefined || limit === undefined) return;
    const slack = operator.length === 1 ? 1 : 0;
    const narrowed: Num = operator.startsWith("<")
      ? { ...x, hi: Math.min(x.hi, limit.hi - slack) }
      : { ...x, lo: Math.max(x.lo, limit.lo + slack) };
    undo.push(cx.narrow(cell, narrowed));
  };
  learnFrom(test);
  body();
  for (const restore of undo.reverse()) restore();
}
export const MIRRORED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

/** The bounds of a simple expression of integers. */
function limits(cx: Context, outer: Node, env: Env): Num | undefined {
  const node = bare(outer);
  if (!SIMPLE.has(node.type)) return undefined;
  if (
    node.type === "BinaryExpression" &&
    !(SIMPLE.has(bare(node.left).type) && SIMPLE.has(bare(node.right).type))
  ) {
    return undefined;
  }
  const x = cx.trial([], () => {
    let found = NOTHING as Val;
    cx.collect(() => (found = expression(cx, node, env)));
    return found;
  });
  return x.t === "num" && x.int ? x : undefined;
}
const SIMPLE: ReadonlySet<string> = new Set([
  "Identifier",
  "Literal",
  "MemberExpression",
  "BinaryExpression",
]);

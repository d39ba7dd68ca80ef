/** Which variables statements read. */
import type { Expression, Statement, Variable } from "./tree.ts";

/** Statements without copies, and functions, that turned out not to be needed. */
export function withoutUnread(statements: readonly Statement[]): readonly Statement[] {
  const reads = new Map<Variable, number>();
  countReads(statements, new Set(), reads);
  const kept = statements.filter((s) => {
    if (s.kind !== "declare" || Array.isArray(s.target) || s.value === undefined) return true;
    return reads.has(s.target as Variable) || !isCopy(s.value);
  });
  return kept.length === statements.length ? kept : withoutUnread(kept);
}

function isCopy(e: Expression): boolean {
  if (e.kind !== "call") return e.kind === "arrow";
  return e.callee.kind === "member"
    ? e.callee.name === "slice"
    : e.callee.kind === "text" && e.callee.text.endsWith(".from");
}

/** Counts how often variables are read; setting an element of one of `columns` is not reading it. */
export function countReads(
  statements: readonly Statement[],
  columns: ReadonlySet<Variable>,
  found: Map<Variable, number>,
): void {
  const walk = (x: unknown): void => {
    if (Array.isArray(x)) return x.forEach(walk);
    if (typeof x !== "object" || x === null) return;
    const e = x as Expression | Statement;
    if (e.kind === "variable") {
      found.set(e.variable, (found.get(e.variable) ?? 0) + 1);
      return;
    }
    if (e.kind === "assign") {
      walk(e.value);
      const { target } = e;
      if (target.kind === "array") return;
      if (target.kind === "variable") {
        if (e.operator !== "=") walk(target);
        return;
      }
      const { object } = target as Extract<Expression, { kind: "index" }>;
      const isColumn = object.kind === "variable" && columns.has(object.variable);
      return isColumn && target.kind === "index" ? walk(target.index) : walk(target);
    }
    for (const [key, part] of Object.entries(e)) if (key !== "target" && key !== "index") walk(part);
    if (e.kind === "index") walk(e.index);
  };
  walk(statements);
}

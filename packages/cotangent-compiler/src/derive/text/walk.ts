/** What statements mention, and what they change. */
import type { Expression, Statement, Variable } from "./tree.ts";

/** Whether a variable stands anywhere in something. */
export function mentions(x: unknown, v: Variable): boolean {
  if (x === v) return true;
  if (Array.isArray(x)) return x.some((y) => mentions(y, v));
  return typeof x === "object" && x !== null && Object.values(x).some((y) => mentions(y, v));
}

/** Calls `visit` with all statements, those inside others too. */
export function each(statements: readonly Statement[], visit: (s: Statement) => void): void {
  for (const s of statements) {
    visit(s);
    if (s.kind === "if") {
      each(s.yes, visit);
      each(s.no, visit);
    } else if ("body" in s) each(s.body, visit);
  }
}

/** How often a variable is set, its declaration apart. */
export function timesSet(statements: readonly Statement[], v: Variable): number {
  let count = 0;
  each(statements, (s) => {
    if (s.kind === "count" && s.target === v) count++;
    if (s.kind === "assign" && isVariable(s.target, v)) count++;
    if (s.kind === "assign" && s.target.kind === "array" && mentions(s.target, v)) count++;
  });
  return count;
}

export const isVariable = (e: Expression, v: Variable): boolean => e.kind === "variable" && e.variable === v;

/** Whether a statement does nothing but set variables. */
export const setsOnly = (s: Statement): boolean =>
  s.kind === "count" ||
  (s.kind === "assign" && s.target.kind === "variable") ||
  (s.kind === "declare" && !Array.isArray(s.target)) ||
  (s.kind === "if" && [...s.yes, ...s.no].every(setsOnly));

/** Whether expressions may be evaluated as often as one likes, and nothing in between changes them but variables. */
export function isSimple(e: Expression): boolean {
  switch (e.kind) {
    case "number":
    case "variable":
    case "text":
      return true;
    case "prefix":
      return isSimple(e.argument);
    case "infix":
      return isSimple(e.left) && isSimple(e.right);
    default:
      return false;
  }
}

/** Variables, numbers and lengths. */
export const isSimpleRead = (e: Expression): boolean =>
  e.kind === "member"
    ? isSimpleRead(e.object)
    : e.kind === "infix"
      ? isSimpleRead(e.left) && isSimpleRead(e.right)
      : isSimple(e);

/** Whether a statement sets something that an expression reads. */
export function changes(s: Statement, e: Expression): boolean {
  let found = false;
  each([s], (t) => {
    if (t.kind === "count") found ||= mentions(e, t.target);
    if (t.kind === "assign" && t.target.kind === "variable") found ||= mentions(e, t.target.variable);
    if (t.kind === "assign" && t.target.kind !== "variable") found = true;
  });
  return found;
}

/** Whether a statement sets a variable that is read; elements of arrays are not lengths. */
export function changesRead(s: Statement, e: Expression): boolean {
  let found = false;
  each([s], (t) => {
    if (t.kind === "count") found ||= mentions(e, t.target);
    if (t.kind === "assign" && (t.target.kind === "variable" || t.target.kind === "array"))
      found ||= targetsOf(t.target).some((v) => mentions(e, v));
  });
  return found;
}

const targetsOf = (e: Expression): Variable[] =>
  e.kind === "variable" ? [e.variable] : e.kind === "array" ? e.elements.flatMap(targetsOf) : [];

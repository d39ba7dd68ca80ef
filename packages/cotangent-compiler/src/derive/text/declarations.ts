/** Declarations, and what comes right behind them. */
import { change, choice } from "./shapes.ts";
import { infix, not, same } from "./tree.ts";
import type { Expression, Statement, Variable } from "./tree.ts";
import { changesRead, isSimple, isSimpleRead, isVariable, mentions, timesSet } from "./walk.ts";

/** Statements without constants that are only another name for a constant. */
export function copied(statements: readonly Statement[]): readonly Statement[] {
  let list = joinedChoices(statements);
  for (let k = 0; k < list.length; k++) {
    const s = list[k]!;
    if (s.kind !== "declare" || s.keyword !== "const" || Array.isArray(s.target)) continue;
    if (s.value?.kind !== "variable") continue;
    const from = s.value.variable;
    const isConstant = list.some((t) => t.kind === "declare" && t.keyword === "const" && t.target === from);
    if (!isConstant) continue;
    list = list.filter((t) => t !== s).map((t) => replaced(t, s.target as Variable, from));
    k--;
  }
  return list;
}

/** The same with one variable in the place of another. */
function replaced<T>(x: T, v: Variable, by: Variable): T {
  if (x === (v as unknown)) return by as T;
  if (Array.isArray(x)) return x.map((y: unknown) => replaced(y, v, by)) as T;
  if (typeof x !== "object" || x === null || !("kind" in x)) return x;
  return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, replaced(y, v, by)])) as T;
}

/** Statements without constants that nobody reads any more. */
export function used(statements: readonly Statement[]): readonly Statement[] {
  const list = [...statements];
  for (let k = list.length - 1; k >= 0; k--) {
    const s = list[k]!;
    if (s.kind !== "declare" || Array.isArray(s.target) || (s.value !== undefined && !isPure(s.value)))
      continue;
    if (!list.slice(k + 1).some((t) => mentions(t, s.target as Variable))) list.splice(k, 1);
  }
  return list;
}

/** Whether nothing is lost if it is not evaluated. */
function isPure(e: Expression): boolean {
  if (e.kind === "call")
    return e.callee.kind === "text" && /^(?:Math|Number)\b/.test(e.callee.text) && e.args.every(isPure);
  return !JSON.stringify(e).includes('"kind":"call"');
}

/** Declarations joined with the choice or the change that follows them, and changes with what is changed if anything. */
export const joined = (statements: readonly Statement[]): readonly Statement[] =>
  joinedChoices(statements).map(changedIf);

/** Conditions that are looked at once, where they are looked at. */
export function inPlace(statements: readonly Statement[]): readonly Statement[] {
  const list = [...statements];
  for (let k = list.length - 1; k >= 0; k--) {
    const s = list[k]!;
    if (s.kind !== "declare" || s.keyword !== "const" || Array.isArray(s.target) || s.value === undefined)
      continue;
    const v = s.target as Variable;
    const at = list.findIndex((t, j) => j > k && mentions(t, v));
    const user = list[at];
    if (user?.kind !== "if" || !isVariable(user.test, v) || !isSimpleRead(s.value)) continue;
    const others = [user.yes, user.no, list.slice(at + 1)].some((t) => mentions(t, v));
    if (others || list.slice(k + 1, at).some((t) => changesRead(t, s.value!))) continue;
    list[at] = { ...user, test: s.value };
    list.splice(k, 1);
  }
  return list;
}

/** `x = c ? x : y;` as `if (!c) x = y;` */
function changedIf(s: Statement): Statement {
  if (s.kind !== "assign" || s.operator !== "=" || s.value.kind !== "conditional") return s;
  const { test, yes, no } = s.value;
  if (same(yes, s.target)) return { kind: "if", test: not(test), yes: [change(s.target, no)], no: [] };
  return same(no, s.target) ? { kind: "if", test, yes: [change(s.target, yes)], no: [] } : s;
}

function joinedChoices(statements: readonly Statement[]): readonly Statement[] {
  const out: Statement[] = [];
  statements.forEach((given, k) => {
    const s = chosen(given);
    const before = out.at(-1);
    if (before?.kind === "declare" && !Array.isArray(before.target)) {
      const v = before.target as Variable;
      if (s.kind === "assign" && isVariable(s.target, v) && !mentions(s.value, v)) {
        const value = started(before, s);
        if (value !== undefined) {
          const keyword = timesSet(statements.slice(k + 1), v) === 0 ? "const" : "let";
          out[out.length - 1] = { ...before, keyword, type: typeFor(before, value, keyword), value };
          return;
        }
      }
      if (
        before.keyword === "const" &&
        before.value !== undefined &&
        s.kind === "assign" &&
        s.operator === "=" &&
        isVariable(s.value, v) &&
        s.target.kind === "variable" &&
        !statements.slice(k + 1).some((t) => mentions(t, v))
      ) {
        out[out.length - 1] = change(s.target, before.value);
        return;
      }
      if (
        s.kind === "return" &&
        s.value !== undefined &&
        isVariable(s.value, v) &&
        before.value !== undefined
      ) {
        out[out.length - 1] = { ...s, value: before.value };
        return;
      }
    }
    out.push(s);
  });
  return out;
}

/** What a variable is declared with, if it gets another value at once. */
function started(
  declared: Extract<Statement, { kind: "declare" }>,
  { operator, value }: Extract<Statement, { kind: "assign" }>,
): Expression | undefined {
  if (operator === "=") return declared.value === undefined || isSimple(declared.value) ? value : undefined;
  const first = declared.value;
  if (first === undefined || (operator !== "+=" && operator !== "-=")) return undefined;
  if (first.kind === "conditional" || value.kind === "conditional" || leaves(first) + leaves(value) > 9)
    return undefined;
  if (value.kind === "infix" && (value.operator === "+" || value.operator === "-")) return undefined;
  return infix(operator === "+=" ? "+" : "-", first, value);
}

/** A type is said where the value does not tell it. */
const typeFor = (
  { type }: Extract<Statement, { kind: "declare" }>,
  value: Expression,
  keyword: "const" | "let",
): string | undefined =>
  type === "number" || type === "boolean" || keyword === "const"
    ? value.kind === "array"
      ? type
      : undefined
    : type;

/** How many operands an expression has. */
function leaves(e: Expression): number {
  switch (e.kind) {
    case "infix":
      return leaves(e.left) + leaves(e.right);
    case "prefix":
      return leaves(e.argument);
    case "conditional":
      return leaves(e.test) + leaves(e.yes) + leaves(e.no);
    case "call":
      return e.args.reduce((n, x) => n + leaves(x), 1);
    default:
      return 1;
  }
}

/** `if (c) x = a; else x = b;` as `x = c ? a : b`, where all of them are short. */
function chosen(s: Statement): Statement {
  if (s.kind !== "if") return s;
  const { test, yes, no } = s;
  const [a, b] = [yes[0], no[0]];
  if (yes.length !== 1 || no.length !== 1 || a?.kind !== "assign" || b?.kind !== "assign") return s;
  if (a.operator !== "=" || b.operator !== "=" || a.target.kind !== "variable" || !same(a.target, b.target))
    return s;
  if (leaves(test) + leaves(a.value) + leaves(b.value) > 8) return s;
  if (a.value.kind === "conditional" || b.value.kind === "conditional") return s;
  return { ...a, value: choice(test, a.value, b.value) };
}

/** Loops that are left by a `break`, and counted by a `for`. */
import { choice } from "./shapes.ts";
import { infix, not, same, text, use } from "./tree.ts";
import type { Expression, Statement, Variable } from "./tree.ts";
import {
  changes,
  changesRead,
  each,
  isSimple,
  isSimpleRead,
  isVariable,
  mentions,
  setsOnly,
  timesSet,
} from "./walk.ts";

type While = Extract<Statement, { kind: "while" }>;

/** The parts of `a && b && c`. */
const conjuncts = (e: Expression): readonly Expression[] =>
  e.kind === "infix" && e.operator === "&&" ? [...conjuncts(e.left), ...conjuncts(e.right)] : [e];

/** `while (!done && test) { …; done = condition; … }` with a `break` where it is left. */
export function withBreak(
  loop: While,
  list: readonly Statement[],
  readLater: (v: Variable) => boolean,
): [list: Statement[], loop: Statement] | undefined {
  const parts = conjuncts(loop.test);
  const mark = parts.find(
    (e) => e.kind === "prefix" && e.operator === "!" && e.argument.kind === "variable",
  ) as Extract<Expression, { kind: "prefix" }> | undefined;
  if (mark === undefined) return undefined;
  const done = (mark.argument as Extract<Expression, { kind: "variable" }>).variable;
  const declared = list.find((s) => s.kind === "declare" && s.target === done);
  if (declared?.kind !== "declare" || declared.keyword !== "let" || declared.value === undefined)
    return undefined;
  if (!same(declared.value, text("false"))) return undefined;
  const at = loop.body.findIndex(
    (s) => s.kind === "assign" && s.operator === "=" && isVariable(s.target, done),
  );
  if (at < 0 || timesSet(loop.body, done) !== 1) return undefined;
  const { value: condition } = loop.body[at] as Extract<Statement, { kind: "assign" }>;
  const without = [...loop.body.slice(0, at), ...loop.body.slice(at + 1)];
  if (mentions(without, done) || mentions(condition, done) || timesSet(list, done) !== 1) return undefined;
  // The condition is a variable that is set for good before, or can be looked at where the mark was set.
  const from = condition.kind === "variable" ? definedAt(without, condition.variable) : at - 1;
  if (from === undefined || !isSimple(condition)) return undefined;
  const tail = without.slice(from + 1);
  if (condition.kind !== "variable" && tail.some((s) => changes(s, condition))) return undefined;
  const later = readLater(done);
  const marked: Statement[] = later
    ? [{ kind: "assign", target: use(done), operator: "=", value: text("true") }]
    : [];
  const isOwn = (v: Variable): boolean => without.some((s) => s.kind === "declare" && s.target === v);
  const leaving = pruned(known(tail, condition, true), (v) => !isOwn(v) && readLater(v));
  const staying = known(tail, condition, false);
  const both = inFront(leaving, staying);
  const brk: Statement = { kind: "if", test: condition, yes: [], no: [] };
  if (both === undefined && leaving.length > 4) return undefined;
  const [first, last] = [both === undefined ? leaving : [], both ?? staying];
  const body: Statement[] = [
    ...without.slice(0, from + 1),
    ...(both === undefined ? [] : leaving),
    { ...brk, yes: [...first, ...marked, { kind: "break" }] },
    ...last,
  ];
  const rest = parts.filter((e) => e !== mark);
  const made: Statement =
    rest.length === 0
      ? { kind: "forever", body }
      : { kind: "while", test: rest.reduce((a, b) => infix("&&", a, b)), body };
  return [list.flatMap((s) => (s === loop ? [made] : s === declared && !later ? [] : [s])), made];
}

/** Where a variable gets its only value. */
function definedAt(statements: readonly Statement[], v: Variable): number | undefined {
  const at = statements.findIndex((s) => s.kind === "declare" && s.target === v && s.keyword === "const");
  return at < 0 ? undefined : at;
}

/** What is left of `all` if `some` of them come first; undefined where that is not the same. */
function inFront(some: readonly Statement[], all: readonly Statement[]): readonly Statement[] | undefined {
  const rest = [...all];
  for (const s of some) {
    const at = rest.findIndex((t) => JSON.stringify(t) === JSON.stringify(s));
    if (at < 0 || rest.slice(0, at).some((t) => depend(s, t))) return undefined;
    rest.splice(at, 1);
  }
  return rest;
}

/** Whether one of two statements sets, or declares, what the other mentions; arrays count as set. */
function depend(a: Statement, b: Statement): boolean {
  const sets = (s: Statement): Variable[] => {
    const found: Variable[] = [];
    each([s], (t) => {
      if (t.kind === "count") found.push(t.target);
      if (t.kind === "declare") found.push(...[t.target].flat().filter((v) => v !== undefined));
      if (t.kind === "assign") found.push(...variablesIn(t.target));
      if (t.kind === "evaluate") found.push(...variablesIn(t.value));
    });
    return found;
  };
  return sets(a).some((v) => mentions(b, v)) || sets(b).some((v) => mentions(a, v));
}

/** The variable that is set, or the array whose element is. */
function variablesIn(e: Expression): Variable[] {
  switch (e.kind) {
    case "variable":
      return [e.variable];
    case "index":
    case "member":
      return variablesIn(e.object);
    case "array":
      return e.elements.flatMap(variablesIn);
    case "call":
      return [...variablesIn(e.callee), ...e.args.flatMap(variablesIn)];
    default:
      return [];
  }
}

/** Statements without those that set what is not read behind the loop, and what they alone read. */
function pruned(statements: readonly Statement[], readLater: (v: Variable) => boolean): Statement[] {
  let kept = [...statements];
  for (let k = kept.length - 1; k >= 0; k--) {
    const s = kept[k]!;
    const target =
      s.kind === "count"
        ? s.target
        : s.kind === "assign" && s.target.kind === "variable"
          ? s.target.variable
          : s.kind === "declare" && !Array.isArray(s.target)
            ? (s.target as Variable)
            : undefined;
    if (target === undefined) continue;
    const after = kept.slice(k + 1).some((t) => mentions(t, target));
    if (!after && (s.kind === "declare" || !readLater(target)))
      kept = [...kept.slice(0, k), ...kept.slice(k + 1)];
  }
  return kept;
}

/** Statements in which the truth of a condition is known. */
function known(statements: readonly Statement[], condition: Expression, truth: boolean): Statement[] {
  const settled = (e: Expression): Expression => {
    if (same(e, condition)) return text(String(truth));
    if (same(e, not(condition))) return text(String(!truth));
    switch (e.kind) {
      case "conditional":
        return choice(settled(e.test), settled(e.yes), settled(e.no));
      case "infix":
        if (e.operator !== "&&" && e.operator !== "||") return e;
        return joinedBy(e.operator, settled(e.left), settled(e.right));
      case "prefix":
        return e.operator === "!" ? not(settled(e.argument)) : e;
      default:
        return e;
    }
  };
  return statements.flatMap((s): Statement[] => {
    switch (s.kind) {
      case "declare":
        return [s.value === undefined ? s : { ...s, value: settled(s.value) }];
      case "assign":
        return [{ ...s, value: settled(s.value) }];
      case "if": {
        const test = settled(s.test);
        const [yes, no] = [known(s.yes, condition, truth), known(s.no, condition, truth)];
        if (same(test, text("true"))) return yes;
        if (same(test, text("false"))) return no;
        return [{ ...s, test, yes, no }];
      }
      default:
        return [s];
    }
  });
}

function joinedBy(operator: "&&" | "||", a: Expression, b: Expression): Expression {
  const [zero, one] = operator === "&&" ? ["false", "true"] : ["true", "false"];
  if (same(a, text(zero)) || same(b, text(zero))) return text(zero);
  if (same(a, text(one))) return b;
  return same(b, text(one)) ? a : infix(operator, a, b);
}

/** The body of a loop without comparisons that say what the loop's own says. */
export function knowing(body: readonly Statement[], test: Expression): readonly Statement[] {
  if (!isSimpleRead(test) || body.some((s) => changesRead(s, test))) return body;
  const marks = body.flatMap((s) =>
    s.kind === "declare" && s.keyword === "const" && s.value !== undefined && same(s.value, test) ? [s] : [],
  );
  let list = body.filter((s) => !(marks as readonly Statement[]).includes(s));
  for (const s of marks) list = known(list, use(s.target as Variable), true);
  list = known(list, test, true);
  return marks.some((s) => mentions(list, s.target as Variable)) ? body : list;
}

/** `let i = a; while (i < n) { …; i++; }` as a `for`. */
export function asFor(
  list: readonly Statement[],
  at: number,
  readLater: (v: Variable) => boolean,
): Statement[] | undefined {
  const loop = list[at];
  if (loop?.kind !== "while") return undefined;
  const [first] = conjuncts(loop.test);
  if (first?.kind !== "infix" || first.left.kind !== "variable" || loop.test !== first) return undefined;
  const index = first.left.variable;
  const from = list.findIndex((s) => s.kind === "declare" && s.target === index);
  const declared = list[from];
  if (declared?.kind !== "declare" || declared.value === undefined || from > at) return undefined;
  if (timesSet(list, index) !== 1 || readLater(index)) return undefined;
  const between = list.slice(from + 1, at);
  if (between.some((s) => mentions(s, index) || changes(s, declared.value!))) return undefined;
  const update = loop.body.findIndex((s) => stepOf(s, index) !== undefined);
  if (update < 0) return undefined;
  const behind = loop.body.slice(update + 1);
  if (behind.some((s) => mentions(s, index) || !setsOnly(s))) return undefined;
  const made: Statement = {
    kind: "for",
    index,
    from: declared.value,
    test: loop.test,
    step: stepOf(loop.body[update]!, index)!,
    body: [...loop.body.slice(0, update), ...behind],
  };
  return [...list.slice(0, from), ...between, made, ...list.slice(at + 1)];
}

/** By how much a statement changes a variable, if that is all it does. */
function stepOf(s: Statement, v: Variable): number | undefined {
  if (s.kind === "count") return s.target === v ? 1 : undefined;
  if (s.kind !== "assign" || !isVariable(s.target, v) || s.value.kind !== "number") return undefined;
  const by = s.operator === "+=" ? s.value.value : s.operator === "-=" ? -s.value.value : 0;
  return Number.isInteger(by) && by !== 0 ? by : undefined;
}

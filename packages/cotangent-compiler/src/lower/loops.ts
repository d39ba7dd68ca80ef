/** Loops: those that count, those that go on while a condition holds, and those over the elements of an array. */
import type { Value } from "cotangent/program";

import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import { getField, learn } from "./access.ts";
import { lengthOf } from "./blocks.ts";
import { elementUnchecked, takenAt } from "./records.ts";
import { assuming, MIRRORED } from "./assumptions.ts";
import type { Context, Loop } from "./context.ts";
import { anyOf, branch, conditionalLoop, countedCarries, countedLoop } from "./control.ts";
import { condition, expression } from "./expressions.ts";
import { entriesOf } from "./literals.ts";
import { toNumber, unsupported } from "./operators.ts";
import { checkEnd } from "./flow.ts";
import { add, compare, demand, index } from "./numbers.ts";
import { there } from "./maybe.ts";
import { Cell, constant, Env, FALSE, I32_MAX, I32_MIN, integer, kindOf, openPath, TRUE } from "./values.ts";
import type { Num, Val } from "./values.ts";

const noop = (): void => undefined;

export const newLoop = (labels: readonly string[], iterates: boolean): Loop => ({
  labels,
  iterates,
  broken: new Cell(FALSE),
  continued: new Cell(FALSE),
});

export function within(cx: Context, loop: Loop, body: () => void): void {
  cx.frame.loops.push(loop);
  try {
    body();
  } finally {
    cx.frame.loops.pop();
  }
}

/** One run of a loop's body. */
const iteration = (cx: Context, loop: Loop, body: Node, env: Env): void =>
  within(cx, loop, () => {
    cx.write(loop.continued, FALSE);
    cx.parts.block(body, env);
    cx.write(loop.continued, FALSE);
  });

/** The marks that say a loop was left: its own, and those of everything around it in this function. */
const exitsOf = (cx: Context, loop: Loop): readonly Cell[] => [
  loop.broken,
  cx.frame.returned,
  ...cx.frame.loops.flatMap((l) => (l === loop ? [] : [l.broken, l.continued])),
];

export function conditional(
  cx: Context,
  loop: Loop,
  node: Node,
  env: Env,
  test: Node | null,
  update: () => void,
  bodyFirst: boolean,
): void {
  checkEnd(cx, node, test);
  const exits = exitsOf(cx, loop);
  conditionalLoop(cx, {
    test: () => (test === null ? TRUE : condition(cx, test, env)),
    body: () => {
      const once = (): void => iteration(cx, loop, node.body as Node, env);
      if (test === null || bodyFirst) once();
      else assuming(cx, test, env, once);
      branch(cx, anyOf(cx, exits), noop, update);
    },
    bodyFirst,
    exits,
    go: new Cell(FALSE),
  });
}

export function forLoop(cx: Context, node: Node, outer: Env, labels: readonly string[]): void {
  const env = new Env(outer);
  if (node.init?.type === "VariableDeclaration") cx.parts.declare(node.init, env);
  else if (node.init !== null) expression(cx, node.init, env);
  const loop = newLoop(labels, true);
  if (counted(cx, node, env, loop)) return;
  const update = (): void => void (node.update === null ? undefined : expression(cx, node.update, env));
  conditional(cx, loop, node, env, node.test, update, false);
}

/** `for (let i = lo; i < hi; i += step)` where nothing in the body changes i or hi, or leaves the loop. */
function counted(cx: Context, node: Node, env: Env, loop: Loop): boolean {
  const test = node.test === null ? null : bare(node.test);
  const step = stepOf(node.update);
  if (test?.type !== "BinaryExpression" || step === undefined || node.init?.type !== "VariableDeclaration")
    return false;
  if (node.init.kind === "const") return false;
  // `i + 1 < n` is `i < n - 1`.
  const { variable, shift } = shifted(bare(test.left));
  const cell = variable.type === "Identifier" ? env.variables.get(variable.name) : undefined;
  if (cell === undefined || variable.name !== step.name) return false;
  const first = cell.value;
  if (first.t !== "num") return false;
  const up = test.operator === "<" || test.operator === "<=";
  if (!(test.operator in MIRRORED) || up !== step.by > 0) return false;
  if (!first.int && first.leaf === undefined && first.i === undefined) return false;

  // Does evaluating the bound read only what the loop leaves alone?
  const bound = cx.trial([], () => {
    let seen:
      | { readonly result: Val; readonly reads: ReadonlySet<Cell>; readonly impure: boolean }
      | undefined;
    const changed = cx.collect(() => (seen = cx.observe(() => expression(cx, test.right, env))));
    return changed.size === 0 ? seen : undefined;
  });
  if (bound === undefined || bound.result.t === "nothing") return false;
  if (bound.result.t === "unknown") learn(cx, bound.result.path, "number");
  const limit = bound.result;
  if (limit.t !== "num" || bound.impure) return false;
  if (!limit.int && limit.leaf === undefined && limit.i === undefined) return false;
  if (shift > 0) demand(cx, limit);
  if (shift > 0 && (!limit.int || limit.lo - shift < I32_MIN)) return false;

  const inside = (hi: Num): ((i: Value) => void) => {
    const last = up ? Math.min(hi.hi, I32_MAX) - shift - (test.operator === "<" ? 1 : 0) : I32_MAX;
    const least = up ? I32_MIN : Math.max(hi.lo, I32_MIN) - shift + (test.operator === ">" ? 1 : 0);
    return (i) => {
      i.name ??= step.name;
      const at = up
        ? integer(i, first.lo === -Infinity ? I32_MIN : Math.max(first.lo, I32_MIN), last)
        : integer(i, least, first.hi === Infinity ? I32_MAX : Math.min(first.hi, I32_MAX));
      const fresh = new Cell(at, step.name);
      env.variables.set(step.name, fresh);
      iteration(cx, loop, node.body as Node, env);
      if (fresh.value !== at) cx.write(changes, TRUE);
    };
  };
  // Set where the body changes the variable itself.
  const changes = new Cell(FALSE);
  try {
    const carries = countedCarries(cx, inside(limit));
    const exits = exitsOf(cx, loop);
    if (carries.has(changes) || exits.some((e) => carries.has(e))) return false;
    if ([...bound.reads].some((c) => carries.has(c))) return false;
    const hi = toNumber(cx, expression(cx, test.right, env), test.right);
    const start = integerOf(cx, first, step.name);
    let end = integerOf(cx, hi, "the loop's bound");
    if (shift > 0) end = cx.b.op("i32.sub", end, cx.b.i32(shift));
    if (test.operator === "<=") end = cx.b.op("i32.add", end, cx.b.i32(1));
    if (test.operator === ">=") end = cx.b.op("i32.sub", end, cx.b.i32(1));
    countedLoop(cx, start, end, step.by, inside(hi), carries);
    return true;
  } finally {
    env.variables.set(step.name, cell);
  }
}

/** `i + 1`: the variable, and how much is added to it. */
function shifted(node: Node): { readonly variable: Node; readonly shift: number } {
  const { value } = node.type === "BinaryExpression" && node.operator === "+" ? bare(node.right) : node;
  const fits = typeof value === "number" && Number.isInteger(value) && value > 0 && value < 2 ** 20;
  return node.type === "BinaryExpression" && fits
    ? { variable: bare(node.left), shift: value }
    : { variable: node, shift: 0 };
}

/** A number as an i32 that is the number itself, or the program throws. */
function integerOf(cx: Context, x: Num, name: string): Value {
  if (x.int) return index(cx, x, name);
  return index(cx, { ...x, i: undefined }, name);
}

/** `i++`, `i--`, `i += 2`, `i -= 2` */
function stepOf(update: Node | null): { readonly name: string; readonly by: number } | undefined {
  if (update?.type === "UpdateExpression") {
    const target = bare(update.argument!);
    return target.type === "Identifier"
      ? { name: target.name, by: update.operator === "++" ? 1 : -1 }
      : undefined;
  }
  if (update?.type !== "AssignmentExpression" || update.left.type !== "Identifier") return undefined;
  const { value } = update.right;
  if (typeof value !== "number" || !Number.isInteger(value) || value <= 0 || value > 2 ** 20)
    return undefined;
  const { name } = update.left;
  if (update.operator === "+=") return { name, by: value };
  return update.operator === "-=" ? { name, by: -value } : undefined;
}

export function forOf(cx: Context, node: Node, env: Env, labels: readonly string[]): void {
  const loop = newLoop(labels, true);
  const entries = entriesCall(node.right);
  const list = there(cx, expression(cx, entries ?? node.right, env), node.right);
  const declaration = node.left;
  if (declaration.type !== "VariableDeclaration")
    unsupported(cx, declaration, "for ... of without const or let");
  const kind = declaration.kind === "const" ? "const" : "let";
  const step = (i: Num, x: Val): void => {
    const inner = new Env(env);
    const pair = (): Val => ({
      t: "obj",
      tuple: true,
      fields: new Map([
        ["0", new Cell(i)],
        ["1", new Cell(x)],
      ]),
      site: undefined,
      merged: false,
    });
    cx.parts.bind(declaration.declarations[0]!.id!, entries === undefined ? x : pair(), inner, kind);
    iteration(cx, loop, node.body as Node, inner);
  };
  const path = openPath(list);
  if (path !== undefined) learn(cx, path, "array");
  if (list.t === "poison") cx.poisoned(node.right, list);
  if (list.t === "vec") {
    const exits = exitsOf(cx, loop);
    const body = (i: Value): void => {
      const n = lengthOf(cx, list);
      step(integer(i, 0, Math.max(0, n.hi - 1)), takenAt(cx, elementUnchecked(cx, list, i), {}, node));
    };
    const carries = countedCarries(cx, body);
    if (!carries.has(list.length) && !exits.some((e) => carries.has(e))) {
      return countedLoop(cx, cx.b.i32(0), index(cx, lengthOf(cx, list), "length"), 1, body, carries);
    }
    const at = new Cell(constant(0));
    return conditionalLoop(cx, {
      test: () => compare(cx, "<", cx.read(at) as Num, lengthOf(cx, list)),
      body: () => {
        const now = cx.read(at) as Num;
        body(index(cx, now, "i"));
        const n = lengthOf(cx, list);
        cx.write(at, add(cx, { ...now, hi: Math.min(now.hi, n.hi - 1) }, constant(1)));
      },
      bodyFirst: false,
      exits,
      go: new Cell(FALSE),
    });
  }
  const count =
    list.t === "obj" && list.tuple
      ? list.fields.size
      : list.t === "place" && list.structure.kind === "tuple"
        ? list.structure.elements.length
        : undefined;
  if (count === undefined) {
    cx.refuse(
      node.right,
      "unsupported-type",
      `${kindOf(list)} cannot be iterated over.`,
      "Only arrays and tuples can.",
    );
  }
  for (let i = 0; i < count; i++) {
    branch(cx, anyOf(cx, exitsOf(cx, loop)), noop, () =>
      step(constant(i), getField(cx, list, String(i), node.right)),
    );
  }
}

/** `for (const key in object)`: the names of its fields are known when compiling. */
export function forIn(cx: Context, node: Node, env: Env, labels: readonly string[]): void {
  const loop = newLoop(labels, true);
  const whole = there(cx, expression(cx, node.right, env), node.right);
  const declaration = node.left;
  if (declaration.type !== "VariableDeclaration")
    unsupported(cx, declaration, "for ... in without const or let");
  const path = openPath(whole);
  const isList = whole.t === "vec" || path !== undefined || (whole.t === "obj" && whole.tuple);
  if (isList) {
    cx.refuse(
      node.right,
      "unsupported-type",
      `for ... in of ${kindOf(whole)} gives texts, of which nothing can be computed.`,
      "Go through a list by for ... of, or count: for (let i = 0; i < list.length; i++).",
    );
  }
  const kind = declaration.kind === "const" ? "const" : "let";
  for (const [key] of entriesOf(cx, whole, node.right)) {
    branch(cx, anyOf(cx, exitsOf(cx, loop)), noop, () => {
      const inner = new Env(env);
      cx.parts.bind(declaration.declarations[0]!.id!, { t: "str", k: key }, inner, kind);
      iteration(cx, loop, node.body as Node, inner);
    });
  }
}

/** `list.entries()`: the list. */
function entriesCall(outer: Node): Node | undefined {
  const node = bare(outer);
  if (node.type !== "CallExpression" || node.arguments.length > 0) return undefined;
  const callee = bare(node.callee);
  const isEntries =
    callee.type === "MemberExpression" && !callee.computed && callee.property.name === "entries";
  return isEntries ? callee.object : undefined;
}

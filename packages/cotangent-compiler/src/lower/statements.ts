/** Statements: branches, loops, and the ways out of them. */
import type { Value } from "cotangent/program";

import { bare, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import { getField, learn } from "./access.ts";
import { elementUnchecked, lengthOf } from "./arrays.ts";
import type { Context, Loop } from "./context.ts";
import { anyOf, branch, conditionalLoop, countedCarries, countedLoop } from "./control.ts";
import { condition, expression, operate, toNumber, unsupported } from "./expressions.ts";
import { add, compare, demand, f64, index } from "./numbers.ts";
import { structureFromType } from "./types.ts";
import { Cell, constant, Env, FALSE, I32_MAX, I32_MIN, integer, kindOf, NOTHING, TRUE } from "./values.ts";
import type { Bool, Num, Val } from "./values.ts";

/** Runs statements in a scope that is already there. */
export function statements(cx: Context, list: readonly Node[], env: Env): void {
  hoist(list, env);
  run(cx, list, 0, env);
}

function hoist(list: readonly Node[], env: Env): void {
  for (const node of list) {
    if (node.type !== "FunctionDeclaration") continue;
    const { name } = node.id!;
    env.variables.set(name, new Cell({ t: "fun", node, env, name }, name));
  }
}

/** `var` belongs to the whole function. */
export function hoistVars(body: Node, env: Env): void {
  walk(body, (node) => {
    if (node !== body && FUNCTIONS.has(node.type)) return false;
    if (node.type !== "VariableDeclaration" || node.kind !== "var") return true;
    for (const d of node.declarations) {
      walk(d.id!, (n) => {
        if (n.type === "Identifier" && !env.variables.has(n.name))
          env.variables.set(n.name, new Cell(NOTHING, n.name));
      });
    }
    return true;
  });
}
const FUNCTIONS: ReadonlySet<string> = new Set([
  "FunctionDeclaration",
  "FunctionExpression",
  "ArrowFunctionExpression",
]);

function run(cx: Context, list: readonly Node[], from: number, env: Env): void {
  for (let i = from; i < list.length; i++) {
    const node = list[i]!;
    const last = i === list.length - 1;
    if (node.type === "IfStatement" && !last) {
      const [then, otherwise] = [node.consequent as Node, node.alternate];
      const [a, b] = [jumps(then), otherwise !== null && jumps(otherwise)];
      if (a || b) {
        // The rest belongs to the branch that goes on: no mark is needed to tell whether it is reached.
        const rest = (): void => continuing(cx, () => run(cx, list, i + 1, env));
        cx.at(node);
        const [leave, stay] = [scoped(cx, then, env), otherwise === null ? noop : scoped(cx, otherwise, env)];
        return branching(
          cx,
          node.test!,
          env,
          a ? leave : (): void => (leave(), b ? rest() : undefined),
          b ? stay : (): void => (stay(), rest()),
        );
      }
    }
    statement(cx, node, env);
    if (!last && pending(cx).k !== false) {
      return continuing(cx, () => run(cx, list, i + 1, env));
    }
  }
}

const noop = (): void => undefined;

/** Whether the rest of what is being run is left out: by break, continue or return. */
const pending = (cx: Context): Bool =>
  anyOf(cx, [cx.frame.returned, ...cx.frame.loops.flatMap((l) => [l.broken, l.continued])]);

/** Runs `rest` unless it is left out. */
function continuing(cx: Context, rest: () => void): void {
  branch(cx, pending(cx), noop, rest);
}

/** Does a statement always leave by return, break or continue? */
function jumps(node: Node): boolean {
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
function checkEnd(cx: Context, node: Node, test: Node | null): void {
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

/** A statement in a scope of its own. */
const scoped =
  (cx: Context, node: Node, env: Env): (() => void) =>
  () => {
    if (node.type === "BlockStatement") statements(cx, node.body as readonly Node[], new Env(env));
    else statement(cx, node, env);
  };

/** Runs one branch or the other, each knowing how the condition came out. */
function branching(cx: Context, test: Node, env: Env, then: () => void, otherwise: () => void): void {
  const c = condition(cx, test, env);
  branch(cx, c, () => assuming(cx, test, env, then), otherwise);
}

function statement(cx: Context, node: Node, env: Env, labels: readonly string[] = []): void {
  cx.at(node);
  switch (node.type) {
    case "ExpressionStatement":
      if (node.directive === undefined) expression(cx, node.expression, env);
      return;
    case "VariableDeclaration":
      return declare(cx, node, env);
    case "BlockStatement":
      return labels.length > 0 ? labelled(cx, node, env, labels) : scoped(cx, node, env)();
    case "IfStatement": {
      const other = node.alternate;
      return branching(
        cx,
        node.test!,
        env,
        scoped(cx, node.consequent as Node, env),
        other === null ? noop : scoped(cx, other, env),
      );
    }
    case "ReturnStatement": {
      const x = node.argument === null ? NOTHING : expression(cx, node.argument, env);
      cx.write(cx.frame.result, x);
      return cx.write(cx.frame.returned, TRUE);
    }
    case "BreakStatement":
    case "ContinueStatement":
      return jump(cx, node);
    case "LabeledStatement":
      return statement(cx, node.body as Node, env, [...labels, node.label!.name]);
    case "ForStatement":
      return forLoop(cx, node, env, labels);
    case "ForOfStatement":
      return forOf(cx, node, env, labels);
    case "WhileStatement":
    case "DoWhileStatement": {
      const loop = newLoop(labels, true);
      return conditional(cx, loop, node, env, node.test, noop, node.type === "DoWhileStatement");
    }
    case "SwitchStatement":
      return switchStatement(cx, node, env, labels);
    case "ThrowStatement":
      return thrown(cx, node, env);
    case "FunctionDeclaration":
    case "EmptyStatement":
    case "DebuggerStatement":
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      return;
    default:
      return unsupported(cx, node, CALLED[node.type] ?? node.type);
  }
}

const CALLED: Readonly<Record<string, string>> = {
  ClassDeclaration: "A class",
  ForInStatement: "for ... in",
  TryStatement: "try",
  WithStatement: "with",
};

function declare(cx: Context, node: Node, env: Env): void {
  for (const d of node.declarations) {
    const pattern = d.id!;
    if (node.kind === "var") {
      if (d.init !== null) cx.parts.bind(pattern, expression(cx, d.init, env, pattern.name), env, null);
      continue;
    }
    const init = d.init === null ? NOTHING : initial(cx, pattern, d.init, env);
    cx.parts.bind(pattern, init, env, node.kind === "const" ? "const" : "let");
  }
}

/** An annotation tells what an array that is empty at first will hold. */
function initial(cx: Context, pattern: Node, init: Node, env: Env): Val {
  const literal = bare(init);
  const annotated = structureFromType(pattern.typeAnnotation, cx.types);
  if (annotated?.kind === "array" && MAKES_ARRAY.has(literal.type)) {
    const site = cx.knowledge.site(literal);
    if (annotated.element.kind !== "number" || literal.type === "ArrayExpression")
      site.element ??= annotated.element;
    const { elements } = literal;
    if (literal.type === "ArrayExpression" && elements.length > 0 && annotated.element.kind === "array")
      site.memory = true;
  }
  return expression(cx, init, env, pattern.type === "Identifier" ? pattern.name : undefined);
}
const MAKES_ARRAY: ReadonlySet<string> = new Set(["ArrayExpression", "NewExpression"]);

const newLoop = (labels: readonly string[], iterates: boolean): Loop => ({
  labels,
  iterates,
  broken: new Cell(FALSE),
  continued: new Cell(FALSE),
});

function jump(cx: Context, node: Node): void {
  const { loops } = cx.frame;
  const wanted = node.label?.name;
  const leaving = node.type === "BreakStatement";
  for (let i = loops.length - 1; i >= 0; i--) {
    const loop = loops[i]!;
    const fits =
      wanted === undefined
        ? loop.iterates || (leaving && loop.labels[0] === SWITCH)
        : loop.labels.includes(wanted);
    if (fits) {
      // Everything inside the loop that is meant is left, too.
      for (const inner of loops.slice(i + 1)) cx.write(inner.broken, TRUE);
      return cx.write(leaving ? loop.broken : loop.continued, TRUE);
    }
  }
  unsupported(cx, node, "A jump that leads nowhere");
}
/** No user's label: labels are identifiers. */
const SWITCH = "(switch)";

function labelled(cx: Context, node: Node, env: Env, labels: readonly string[]): void {
  within(cx, newLoop(labels, false), scoped(cx, node, env));
}

function within(cx: Context, loop: Loop, body: () => void): void {
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
    scoped(cx, body, env)();
    cx.write(loop.continued, FALSE);
  });

/** The marks that say a loop was left: its own, and those of everything around it in this function. */
const exitsOf = (cx: Context, loop: Loop): readonly Cell[] => [
  loop.broken,
  cx.frame.returned,
  ...cx.frame.loops.flatMap((l) => (l === loop ? [] : [l.broken, l.continued])),
];

function conditional(
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

/** Runs `body` knowing that `test` came out true: what that says about the bounds of integers. */
function assuming(cx: Context, test: Node, env: Env, body: () => void): void {
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
const MIRRORED = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

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

function forLoop(cx: Context, node: Node, outer: Env, labels: readonly string[]): void {
  const env = new Env(outer);
  if (node.init?.type === "VariableDeclaration") declare(cx, node.init, env);
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

function forOf(cx: Context, node: Node, env: Env, labels: readonly string[]): void {
  const loop = newLoop(labels, true);
  const entries = entriesCall(node.right);
  const list = expression(cx, entries ?? node.right, env);
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
  if (list.t === "unknown") learn(cx, list.path, "array");
  if (list.t === "poison") cx.poisoned(node.right, list);
  if (list.t === "vec") {
    const exits = exitsOf(cx, loop);
    const body = (i: Value): void => {
      const n = lengthOf(cx, list);
      step(integer(i, 0, Math.max(0, n.hi - 1)), elementUnchecked(cx, list, i));
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

/** `list.entries()`: the list. */
function entriesCall(outer: Node): Node | undefined {
  const node = bare(outer);
  if (node.type !== "CallExpression" || node.arguments.length > 0) return undefined;
  const callee = bare(node.callee);
  const isEntries =
    callee.type === "MemberExpression" && !callee.computed && callee.property.name === "entries";
  return isEntries ? callee.object : undefined;
}

function switchStatement(cx: Context, node: Node, outer: Env, labels: readonly string[]): void {
  const env = new Env(outer);
  const x = expression(cx, node.discriminant, env);
  const matched = new Cell(FALSE);
  const cases = node.cases;
  const middle = cases.findIndex((c) => c.test === null);
  if (middle >= 0 && middle < cases.length - 1) {
    unsupported(cx, cases[middle]!, "A default that is not the last case");
  }
  hoist(
    cases.flatMap((c) => c.consequent as readonly Node[]),
    env,
  );
  within(cx, newLoop([SWITCH, ...labels], false), () => {
    for (const c of cases) {
      branch(cx, pending(cx), noop, () => {
        const { test } = c;
        branch(cx, cx.read(matched) as Bool, noop, () =>
          cx.write(
            matched,
            test === null
              ? TRUE
              : operate(cx, "===", x, expression(cx, test, env), {
                  ...test,
                  left: node.discriminant,
                  right: test,
                }),
          ),
        );
        branch(cx, cx.read(matched) as Bool, () => run(cx, c.consequent as readonly Node[], 0, env), noop);
      });
    }
  });
}

/** `throw new Error("text")`: the program fails with the text, in which numbers may stand. */
function thrown(cx: Context, node: Node, env: Env): void {
  const error = bare(node.argument!);
  const message =
    (error.type === "NewExpression" || error.type === "CallExpression" ? error.arguments[0] : error) ?? null;
  const values: Value[] = [];
  const text = message === null ? "The function threw an error" : messageOf(cx, message, env, values);
  cx.impure = true;
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

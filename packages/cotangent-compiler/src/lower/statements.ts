/** Statements: branches, declarations, and the ways out. */
import { bare, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import { assuming } from "./assumptions.ts";
import { classValue } from "./classes.ts";
import type { Context } from "./context.ts";
import { anyOf, branch } from "./control.ts";
import { condition, expression, firstValue } from "./expressions.ts";
import { not, operate, unsupported } from "./operators.ts";
import { ends, FUNCTIONS, jumps } from "./flow.ts";
import { conditional, forIn, forLoop, forOf, newLoop, within } from "./loops.ts";
import { knowing } from "./maybe.ts";
import { thrown } from "./throws.ts";
import { structureFromType } from "./types.ts";
import { Cell, Env, FALSE, NOTHING, TRUE } from "./values.ts";
import type { Bool, Val } from "./values.ts";

/** Runs statements in a scope that is already there. */
export function statements(cx: Context, list: readonly Node[], env: Env): void {
  hoist(cx, list, env);
  run(cx, list, 0, env);
}

function hoist(cx: Context, list: readonly Node[], env: Env): void {
  for (const node of list) {
    if (node.type !== "FunctionDeclaration" && node.type !== "ClassDeclaration") continue;
    const { name } = node.id!;
    if (node.type === "ClassDeclaration") {
      env.variables.set(name, new Cell(classValue(cx, node, env, name, true), name));
      continue;
    }
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
    if (last) return;
    const isPending = pending(cx).k !== false;
    // Whoever comes by a throw knows that there was none.
    if (node.type === "IfStatement" && node.alternate === null && ends(node.consequent as Node)) {
      const rest = (): void => run(cx, list, i + 1, env);
      return knowing(cx, node.test!, false, env, isPending ? () => continuing(cx, rest) : rest);
    }
    if (isPending) return continuing(cx, () => run(cx, list, i + 1, env));
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

/** A statement in a scope of its own. */
export const scoped =
  (cx: Context, node: Node, env: Env): (() => void) =>
  () => {
    if (node.type === "BlockStatement") statements(cx, node.body as readonly Node[], new Env(env));
    else statement(cx, node, env);
  };

/** Runs one branch or the other, each knowing how the condition came out. */
function branching(cx: Context, test: Node, env: Env, then: () => void, otherwise: () => void): void {
  const c = condition(cx, test, env);
  branch(
    cx,
    c,
    () => knowing(cx, test, true, env, () => assuming(cx, test, env, then)),
    () => knowing(cx, test, false, env, otherwise),
  );
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
    case "ForInStatement":
      return forIn(cx, node, env, labels);
    case "TryStatement":
      return tryStatement(cx, node, env);
    case "WhileStatement":
    case "DoWhileStatement": {
      const loop = newLoop(labels, true);
      return conditional(cx, loop, node, env, node.test, noop, node.type === "DoWhileStatement");
    }
    case "SwitchStatement":
      return switchStatement(cx, node, env, labels);
    case "ThrowStatement":
      return thrown(cx, node, env);
    case "ClassDeclaration":
    case "FunctionDeclaration":
    case "EmptyStatement":
    case "DebuggerStatement":
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
      return;
    default:
      return unsupported(cx, node, CALLED[node.type] ?? node.type, INSTEAD[node.type]);
  }
}

const CALLED: Readonly<Record<string, string>> = {
  WithStatement: "with",
};

const INSTEAD: Readonly<Record<string, string>> = {};

export function declare(cx: Context, node: Node, env: Env): void {
  for (const d of node.declarations) {
    const pattern = d.id!;
    if (node.kind === "var") {
      if (d.init !== null) cx.parts.bind(pattern, expression(cx, d.init, env, pattern.name), env, null);
      continue;
    }
    const name = pattern.type === "Identifier" ? pattern.name : undefined;
    const init = d.init === null ? NOTHING : initial(cx, pattern, d.init, env, name);
    cx.parts.bind(pattern, init, env, node.kind === "const" ? "const" : "let");
  }
}

/** An annotation tells what an array that is empty at first will hold. */
export function initial(cx: Context, pattern: Node, init: Node, env: Env, name: string | undefined): Val {
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
  return firstValue(cx, init, env, name);
}
const MAKES_ARRAY: ReadonlySet<string> = new Set(["ArrayExpression", "NewExpression"]);

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

/** `try { } finally { }`: what throws ends the program, and what goes wrong there nobody sees. */
function tryStatement(cx: Context, node: Node, env: Env): void {
  if (node.handler !== null) {
    unsupported(
      cx,
      node,
      "catch",
      "Test for what may go wrong before it does; or put try around the call of the derivative.",
    );
  }
  scoped(cx, node.block, env)();
  // It is run whether the block was left or not; afterwards that is as it was.
  const marks = [cx.frame.returned, ...cx.frame.loops.flatMap((l) => [l.broken, l.continued])];
  const before = marks.map((cell) => cx.read(cell));
  const last = node.finalizer!;
  if (leavesBy(last)) unsupported(cx, last, "A finally that is left by return, break or continue");
  for (const cell of marks) cx.write(cell, FALSE);
  const result = cx.read(cx.frame.result);
  scoped(cx, last, env)();
  marks.forEach((cell, i) => cx.write(cell, before[i]!));
  cx.write(cx.frame.result, result);
}

/** Whether there is a way out of a statement, but to its end. */
function leavesBy(node: Node): boolean {
  let found = false;
  walk(node, (n) => {
    if (JUMPS.has(n.type)) found = true;
    return !FUNCTIONS.has(n.type);
  });
  return found;
}
const JUMPS: ReadonlySet<string> = new Set(["ReturnStatement", "BreakStatement", "ContinueStatement"]);

function labelled(cx: Context, node: Node, env: Env, labels: readonly string[]): void {
  within(cx, newLoop(labels, false), scoped(cx, node, env));
}

function switchStatement(cx: Context, node: Node, outer: Env, labels: readonly string[]): void {
  const env = new Env(outer);
  const x = expression(cx, node.discriminant, env);
  const matched = new Cell(FALSE);
  const cases = node.cases;
  hoist(
    cx,
    cases.flatMap((c) => c.consequent as readonly Node[]),
    env,
  );
  const matches = (test: Node): Val =>
    operate(cx, "===", x, expression(cx, test, env), { ...test, left: node.discriminant, right: test });
  // A default in the middle is for what no case behind it is for, either.
  const middle = cases.findIndex((c) => c.test === null);
  const behind = middle < 0 ? [] : cases.slice(middle + 1);
  const later = behind.map(() => new Cell(FALSE));
  const isDefault = new Cell(TRUE);
  const ask = (): void =>
    behind.forEach((c, k) =>
      branch(
        cx,
        cx.read(isDefault) as Bool,
        () => {
          cx.write(later[k]!, matches(c.test!));
          cx.write(isDefault, not(cx, cx.read(later[k]!) as Bool));
        },
        noop,
      ),
    );
  within(cx, newLoop([SWITCH, ...labels], false), () => {
    for (const [i, c] of cases.entries()) {
      branch(cx, pending(cx), noop, () => {
        const { test } = c;
        branch(cx, cx.read(matched) as Bool, noop, () => {
          if (test === null) ask();
          const isLater = middle >= 0 && i > middle;
          const mark = test === null ? isDefault : isLater ? later[i - middle - 1] : undefined;
          cx.write(matched, mark === undefined ? matches(test!) : cx.read(mark));
        });
        branch(cx, cx.read(matched) as Bool, () => run(cx, c.consequent as readonly Node[], 0, env), noop);
      });
    }
  });
}

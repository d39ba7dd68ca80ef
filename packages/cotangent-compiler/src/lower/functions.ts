/** Calls of the user's functions: their bodies are written where they are called, except where a function calls itself. */
import type { Node } from "../ast.ts";
import { getField, learn, makeObject } from "./access.ts";
import { elementAt, view } from "./arrays.ts";
import { lengthOf } from "./blocks.ts";
import type { Context, Frame } from "./context.ts";
import { branch } from "./control.ts";
import { assignVariable, elementIfAny, expression } from "./expressions.ts";
import { entriesOf, keyOf } from "./literals.ts";
import { unsupported } from "./operators.ts";
import { enterConstructor } from "./classes.ts";
import { ends } from "./flow.ts";
import { askedIn, orElse, there } from "./maybe.ts";
import { index } from "./numbers.ts";
import { callRecursive, identity } from "./outline.ts";
import { hoistVars, statements } from "./statements.ts";
import { Cell, constant, Env, FALSE, isStatic, kindOf, NOTHING, openPath, UNSET } from "./values.ts";
import type { Bool, Fun, Val } from "./values.ts";

/** Deeper nesting of calls is no program but a mistake. */
const DEEPEST = 100;

export function callFunction(cx: Context, fun: Fun, args: readonly Val[], site: Node): Val {
  const known = cx.knowledge.site(fun.node);
  if (known.recursive === true) return callRecursive(cx, fun, args, site);
  if (cx.frames.some((f) => f.fun.node === fun.node && f.fun.env === fun.env && isPassed(cx, f.args, args))) {
    known.recursive = true;
    cx.knowledge.restart();
  }
  if (cx.frames.length > DEEPEST) {
    cx.refuse(
      site,
      "too-large",
      "Calls are nested too deeply to be inlined.",
      "Write fewer levels of functions.",
    );
  }
  return body(cx, fun, args);
}

/** Whether the same functions are passed: called with others, within what it calls of these, it does not call itself. */
function isPassed(cx: Context, before: readonly Val[], args: readonly Val[]): boolean {
  return args.every((x, i) => {
    const y = before[i];
    return !isStatic(x) || (y !== undefined && isStatic(y) && identity(cx, x) === identity(cx, y));
  });
}

/** What `this` is in a function that is no arrow. */
const OWN_THIS: Val = { t: "builtin", id: "this" };

/** The body, here and now. */
export function body(cx: Context, fun: Fun, args: readonly Val[]): Val {
  const { node } = fun;
  if (node.async) {
    unsupported(cx, node, "An async function", "Await what it needs outside, and pass that as a parameter.");
  }
  if (node.generator) {
    unsupported(cx, node, "A generator", "Push what it yields to an array, and return that.");
  }
  const env = new Env(fun.env);
  if (fun.node.type === "FunctionExpression" && fun.node.id !== null) {
    env.variables.set(fun.node.id.name, new Cell(fun, fun.name, "constant"));
  }
  if (node.type !== "ArrowFunctionExpression") {
    env.variables.set("this", fun.self ?? new Cell(OWN_THIS));
    if (fun.home !== undefined) env.variables.set("super", new Cell(fun.home, "super", "constant"));
  }
  const frame: Frame = { fun, args, returned: new Cell(FALSE), result: new Cell(UNSET), loops: [] };
  cx.frames.push(frame);
  try {
    parameters(cx, node, args, env);
    enterConstructor(cx, fun, env);
    const code = node.body as Node;
    if (code.type !== "BlockStatement") return expression(cx, code, env, fun.name);
    hoistVars(code, env);
    statements(cx, code.body as readonly Node[], env);
    return resultOf(cx, frame, code);
  } finally {
    cx.frames.pop();
  }
}

function parameters(cx: Context, node: Node, args: readonly Val[], env: Env): void {
  node.params.forEach((pattern, i) => {
    if (pattern.type === "RestElement") {
      const rest = args.slice(i).map((x, k) => [String(k), x] as const);
      return bind(cx, pattern.argument!, makeObject(true, rest, pattern), env, "let");
    }
    bind(cx, pattern, args[i] ?? NOTHING, env, "let");
  });
}

/** What a function returns: undefined where it comes to its end. */
function resultOf(cx: Context, frame: Frame, code: Node): Val {
  const returned = cx.read(frame.returned) as Bool;
  if (returned.k === false) return NOTHING;
  if (returned.k === undefined && !ends(code)) {
    branch(
      cx,
      returned,
      () => undefined,
      () => cx.write(frame.result, NOTHING),
    );
  }
  return cx.read(frame.result);
}

/** Assigns a value to a pattern. */
export function bind(
  cx: Context,
  pattern: Node,
  value: Val,
  env: Env,
  declare: "const" | "let" | null,
): void {
  switch (pattern.type) {
    case "Identifier":
      if (declare === null) return assignVariable(cx, pattern, value, env);
      nameAfter(value, pattern.name);
      env.variables.set(
        pattern.name,
        new Cell(value, pattern.name, declare === "const" ? "constant" : undefined),
      );
      return;
    case "TSParameterProperty":
      return bind(cx, pattern.parameter, value, env, declare);
    case "AssignmentPattern": {
      const x = orElse(cx, value, "undefined", () => expression(cx, pattern.right, env), pattern);
      return bind(cx, pattern.left, x, env, declare);
    }
    case "ArrayPattern":
      return pattern.elements.forEach((element, i) => {
        if (element === null) return;
        if (element.type === "RestElement")
          return bind(cx, element.argument!, restOf(cx, value, i, element), env, declare);
        bind(cx, element, elementOf(cx, value, i, element), env, declare);
      });
    case "ObjectPattern": {
      const taken: string[] = [];
      for (const property of pattern.properties) {
        if (property.type === "RestElement") {
          const rest = entriesOf(cx, value, property).filter(([key]) => !taken.includes(key));
          bind(cx, property.argument!, makeObject(false, rest, property), env, declare);
          continue;
        }
        const key = keyOf(cx, property, env);
        taken.push(key);
        bind(cx, property.value as Node, fieldOr(cx, value, key, property), env, declare);
      }
      return;
    }
    case "MemberExpression":
      return assignMember(cx, pattern, value, env);
    default:
      return unsupported(cx, pattern, "This pattern");
  }
}

function assignMember(cx: Context, pattern: Node, value: Val, env: Env): void {
  const cell = new Cell(value);
  const inner = new Env(env);
  inner.variables.set(VALUE.name, cell);
  const assignment = {
    ...pattern,
    type: "AssignmentExpression",
    operator: "=",
    left: pattern,
    right: { ...pattern, ...VALUE },
  };
  expression(cx, assignment, inner);
}
/** A variable that no source can name. */
const VALUE = { type: "Identifier", name: "(value)" } as const;

function nameAfter(x: Val, name: string): void {
  const v = x.t === "num" ? (x.f ?? x.i) : x.t === "bool" ? x.v : undefined;
  if (v !== undefined) v.name ??= name;
}

function elementOf(cx: Context, whole: Val, i: number, node: Node): Val {
  const x = there(cx, whole, node);
  if (x.t === "obj" && x.tuple) return x.fields.has(String(i)) ? getField(cx, x, String(i), node) : NOTHING;
  if (x.t === "vec" && node.type === "AssignmentPattern") return elementIfAny(cx, x, constant(i), node);
  if (x.t === "vec") return elementAt(cx, x, constant(i), node);
  const path = openPath(x);
  if (path !== undefined) learn(cx, path, "array");
  if (x.t === "place" && x.structure.kind === "tuple") return getField(cx, x, String(i), node);
  return cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(x)} cannot be taken apart as an array.`,
    "Only arrays and tuples can.",
  );
}

function restOf(cx: Context, whole: Val, from: number, node: Node): Val {
  const x = there(cx, whole, node);
  if (x.t === "vec") {
    const n = index(cx, lengthOf(cx, x), "length");
    return view(cx, x, cx.b.op("i32.min", cx.b.i32(from), n), n);
  }
  if (x.t !== "obj" || !x.tuple) return unsupported(cx, node, "A rest element of this");
  const rest = [...x.fields.values()].slice(from).map((cell, k) => [String(k), cx.read(cell)] as const);
  return makeObject(true, rest, node);
}

/** A field that may be missing, where there is a default, or the function asks for it. */
function fieldOr(cx: Context, whole: Val, key: string, node: Node): Val {
  const x = there(cx, whole, node);
  const pattern = node.value as Node;
  const f = cx.frames.at(-1)?.fun.node;
  const isAsked = pattern.type === "Identifier" && f !== undefined && askedIn(f).has(pattern.name);
  const optional = isAsked || pattern.type === "AssignmentPattern";
  if (optional && x.t === "obj" && x.guessed === undefined && !x.fields.has(key)) return NOTHING;
  return getField(cx, x, key, node);
}

/** The function that an expression is, where one is needed. */
export function asFunction(
  cx: Context,
  callee: Val | undefined,
  node: Node,
): Fun | Extract<Val, { t: "builtin" }> {
  const x = callee && there(cx, callee, node);
  if (x?.t === "fun" || x?.t === "builtin") return x;
  const isMissing = x?.t === "unknown" && x.from !== undefined;
  if (x?.t === "unknown" && !isMissing) {
    return cx.refuse(
      node,
      "unsupported-call",
      `${x.path} is called as a function, but which one it is will only be known when the program runs.`,
      "Call functions that are declared in the module, or in the functions around. Who is given a function takes its derivative as it is: grad(f).",
    );
  }
  return cx.refuse(
    node,
    isMissing ? "unknown-name" : "unsupported-type",
    `${x === undefined ? "Nothing" : kindOf(x)} is called as a function.`,
    isMissing
      ? "Check the path and the name: functions are compiled from their source. Data may come from anywhere."
      : "Pass a function.",
  );
}

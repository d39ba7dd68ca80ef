/** Expressions: what each means in terms of the program. */
import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import { getElement, getField, learn, makeObject, setByKey, setField } from "./access.ts";
import { copyOf, elementAt, lengthOf, newArray, NUMBER, structureOf, toMemory } from "./arrays.ts";
import type { Context } from "./context.ts";
import { nameOf } from "./class-syntax.ts";
import { classValue, isA } from "./classes.ts";
import { branch, choose } from "./control.ts";
import { anyNumber } from "./elements.ts";
import { absentOf, isAbsent, knowing, noLabel, orElse, there, written } from "./maybe.ts";
import { truth } from "./merge.ts";
import { add, bitOperation, compare, div, f64, index, mul, neg, power, rem, sub } from "./numbers.ts";
import type { Bitwise } from "./numbers.ts";
import { OUTSIDE } from "./outside.ts";
import { METHODS_IN_WORDS } from "./prelude.ts";
import { asString, asText, isText, sameText, textToBool } from "./texts.ts";
import { bool, Cell, constant, FALSE, integer, kindOf, NOTHING, NULL, number, TRUE } from "./values.ts";
import type { Accessor, Bool, Env, Fun, Nothing, Num, Obj, Val, Vec } from "./values.ts";

/** Evaluates an expression. `name`: what its value will be called. */
export function expression(cx: Context, outer: Node, env: Env, name?: string): Val {
  const node = bare(outer);
  cx.at(node);
  const x = evaluate(cx, node, env, name);
  if (x.t === "poison") cx.poisoned(node, x);
  return x;
}

function evaluate(cx: Context, node: Node, env: Env, name?: string): Val {
  switch (node.type) {
    case "Literal":
      return literal(cx, node);
    case "TemplateLiteral":
      return template(cx, node, env);
    case "Identifier":
      return variable(cx, node, env);
    case "ThisExpression":
      return thisOf(cx, node, env);
    case "UnaryExpression":
      return unary(cx, node, env);
    case "UpdateExpression":
      return update(cx, node, env);
    case "BinaryExpression":
      return binary(cx, node, env);
    case "LogicalExpression":
      return logical(cx, node, env);
    case "ConditionalExpression": {
      const test = condition(cx, node.test!, env);
      const result = new Cell(NOTHING);
      const run =
        (part: Node, outcome: boolean): (() => Val) =>
        () =>
          knowing(cx, node.test!, outcome, env, () => expression(cx, part, env, name));
      return choose(cx, test, run(node.consequent as Node, true), run(node.alternate!, false), result);
    }
    case "AssignmentExpression":
      return assignment(cx, node, env);
    case "SequenceExpression":
      return node.expressions.reduce<Val>((_, part) => expression(cx, part, env), NOTHING);
    case "ArrayExpression":
      return arrayLiteral(cx, node, env, name);
    case "ObjectExpression":
      return objectLiteral(cx, node, env);
    case "MemberExpression":
      return memberExpression(cx, node, env);
    case "ChainExpression":
      return expression(cx, node.expression, env, name);
    case "CallExpression":
      return cx.parts.callExpression(node, env, name);
    case "NewExpression":
      return cx.parts.newExpression(node, env, name);
    case "ClassExpression":
      return classValue(cx, node, env, node.id?.name ?? name ?? "anonymous", true);
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return { t: "fun", node, env, name: node.id?.name ?? name ?? "anonymous" };
    default:
      return unsupported(cx, node, CALLED[node.type] ?? node.type);
  }
}

const CALLED: Readonly<Record<string, string>> = {
  AwaitExpression: "await",
  ImportExpression: "import()",
  MetaProperty: "import.meta or new.target",
  Super: "super",
  TaggedTemplateExpression: "A tagged text",
  YieldExpression: "yield",
  JSXElement: "JSX",
  SpreadElement: "A spread here",
};

export function unsupported(
  cx: Context,
  node: Node,
  what: string,
  remedy: string = "Use numbers, booleans, arrays, tuples and plain objects with loops, branches and function calls.",
): never {
  return cx.refuse(
    node,
    "unsupported-syntax",
    `${what} is outside the language that can be differentiated.`,
    remedy,
  );
}

/** A text whose parts are known. */
function template(cx: Context, node: Node, env: Env): Val {
  const parts = node.quasis.map((quasi, i) => {
    const part = node.expressions[i];
    const text = (quasi.value as { cooked: string }).cooked;
    return part === undefined ? text : text + asString(cx, expression(cx, part, env), part);
  });
  return { t: "str", k: parts.join("") };
}

function literal(cx: Context, node: Node): Val {
  const { value } = node;
  if (typeof value === "number") return constant(value);
  if (typeof value === "boolean") return value ? TRUE : FALSE;
  if (typeof value === "string") return { t: "str", k: value };
  if (value === null && node.raw === "null") return NULL;
  return unsupported(cx, node, node.raw.startsWith("/") ? "A regular expression" : "A BigInt");
}

function variable(cx: Context, node: Node, env: Env): Val {
  const found = env.find(node.name, node);
  if (found instanceof Cell) return cx.read(found);
  if (found !== undefined) return found;
  const remedy = Object.hasOwn(OUTSIDE, node.name) ? OUTSIDE[node.name] : undefined;
  if (remedy !== undefined) {
    const problem = `${node.name} is outside the language that can be differentiated.`;
    return cx.refuse(node, "unsupported-call", problem, remedy);
  }
  return cx.refuse(
    node,
    "unknown-name",
    `${node.name} is not known here.`,
    "Declare it in the same module, import it, or pass it: differentiable(f, { scope: { " +
      node.name +
      " } }).",
  );
}

/** The object around an arrow function. */
function thisOf(cx: Context, node: Node, env: Env): Val {
  const found = env.find("this", node);
  const x = found instanceof Cell ? cx.read(found) : found;
  if (x !== undefined && x.t !== "builtin") return x;
  return unsupported(
    cx,
    node,
    "this of a function that is no arrow",
    "Write an arrow function in a method or a field, which sees their this; or pass what is needed.",
  );
}

/** A number where one is needed. */
export function toNumber(cx: Context, x: Val, node: Node): Num {
  switch (x.t) {
    case "num":
      return x;
    case "bool":
      if (x.guessed !== undefined) return learn(cx, x.guessed, "number");
      return x.k === undefined ? integer(x.v!, 0, 1) : constant(x.k ? 1 : 0);
    case "unknown":
      return learn(cx, x.path, "number");
    case "nothing":
      noLabel(cx, x, node);
      return constant(x.is === "null" ? 0 : NaN);
    case "maybe": {
      const value = toNumber(cx, x.value, node);
      if (x.present.k !== undefined) return x.present.k ? value : toNumber(cx, x.absent, node);
      return number(cx.b.select(x.present.v!, f64(cx, value), f64(cx, toNumber(cx, x.absent, node))));
    }
    case "poison":
      return cx.poisoned(node, x);
    default:
      return cx.refuse(
        node,
        "unsupported-type",
        `${kindOf(x)} is used as a number.`,
        x.t === "str" ? "Texts cannot be computed with." : "Use one of its elements or fields.",
      );
  }
}

/** Truth as JavaScript sees it. */
export function toBool(cx: Context, x: Val, node: Node): Bool {
  switch (x.t) {
    case "bool":
      return x;
    case "num": {
      if (x.k !== undefined) return x.k !== 0 && !Number.isNaN(x.k) ? TRUE : FALSE;
      const { b } = cx;
      if (x.int) return bool(b.op("i32.ne", x.i!, b.i32(0)));
      const f = f64(cx, x);
      const zero = b.f64(0);
      return bool(b.op("i32.or", b.op("f64.lt", f, zero), b.op("f64.gt", f, zero)));
    }
    case "str":
      return x.k === "" ? FALSE : TRUE;
    case "text":
      return textToBool(cx, x);
    case "nothing":
      noLabel(cx, x, node);
      return FALSE;
    case "maybe":
      return both(cx, x.present, toBool(cx, x.value, node));
    case "unknown":
      return learn(cx, x.path, "boolean");
    case "poison":
      return cx.poisoned(node, x);
    default:
      return TRUE;
  }
}

/** x && y, both of which can be computed. */
export function both(cx: Context, x: Bool, y: Bool): Bool {
  if (x.k !== undefined) return x.k ? y : FALSE;
  if (y.k !== undefined) return y.k ? x : FALSE;
  return bool(cx.b.op("i32.and", x.v!, y.v!));
}

export const condition = (cx: Context, node: Node, env: Env): Bool =>
  toBool(cx, expression(cx, node, env), node);

function unary(cx: Context, node: Node, env: Env): Val {
  const argument = node.argument!;
  if (node.operator === "typeof") return typeOf(cx, expression(cx, argument, env), node);
  const x = expression(cx, argument, env);
  switch (node.operator) {
    case "-":
      return neg(cx, toNumber(cx, x, argument));
    case "+":
      return toNumber(cx, x, argument);
    case "!":
      return not(cx, toBool(cx, x, argument));
    case "~":
      return bitOperation(cx, "^", toNumber(cx, x, argument), constant(-1));
    case "void":
      return NOTHING;
    default:
      return unsupported(cx, node, node.operator);
  }
}

function not(cx: Context, x: Bool): Bool {
  if (x.k !== undefined) return x.k ? FALSE : TRUE;
  return bool(cx.b.op("i32.not", x.v!));
}

function typeOf(cx: Context, x: Val, node: Node): Val {
  const texts: Partial<Record<Val["t"], string>> = {
    num: "number",
    bool: "boolean",
    str: "string",
    obj: "object",
    place: "object",
    vec: "object",
    fun: "function",
    class: "function",
    choice: "function",
    nothing: "undefined",
  };
  if (x.t === "text") {
    if (x.at === undefined) return { t: "str", k: "string" };
    const { b } = cx;
    const missing = b.op("i32.sub", b.i32(-1), x.v);
    return { t: "text", of: ["string", "undefined", "object"], v: b.op("i32.max", missing, b.i32(0)) };
  }
  noLabel(cx, x, node);
  const k = x.t === "nothing" && x.is === "null" ? "object" : texts[x.t];
  return k === undefined || (x.t === "num" && x.hole === true)
    ? unsupported(cx, node, "typeof here")
    : { t: "str", k };
}

function update(cx: Context, node: Node, env: Env): Val {
  const target = reference(cx, node.argument!, env);
  const before = toNumber(cx, target.get(), node.argument!);
  const after = node.operator === "++" ? add(cx, before, constant(1)) : sub(cx, before, constant(1));
  target.set(after);
  return node.prefix ? after : before;
}

function binary(cx: Context, node: Node, env: Env): Val {
  const asks = (other: Node): boolean => EQUALITY.has(node.operator) && written(bare(other)) !== undefined;
  const x = asks(node.right) ? perhaps(cx, node.left, env) : expression(cx, node.left, env);
  const y = asks(node.left) ? perhaps(cx, node.right, env) : expression(cx, node.right, env);
  return operate(cx, node.operator, x, y, node);
}

const EQUALITY: ReadonlySet<string> = new Set(["===", "!==", "==", "!="]);

/** x ∘ y for a binary operator. */
export function operate(cx: Context, operator: string, x: Val, y: Val, node: Node): Val {
  cx.back(node);
  if (EQUALITY.has(operator)) {
    const equal = equality(cx, x, y, operator.length === 3, node);
    return operator.startsWith("!") ? not(cx, equal) : equal;
  }
  if (operator === "instanceof") return isInstance(cx, x, y, node);
  if (operator === "in") return unsupported(cx, node, operator);
  const [left, right] = [node.left, node.right];
  if (operator === "+" && (x.t === "str" || y.t === "str")) {
    return { t: "str", k: asString(cx, x, left) + asString(cx, y, right) };
  }
  const [a, b] = [toNumber(cx, x, left), toNumber(cx, y, right)];
  switch (operator) {
    case "+":
      return add(cx, a, b);
    case "-":
      return sub(cx, a, b);
    case "*":
      return mul(cx, a, b);
    case "/":
      return div(cx, a, b);
    case "%":
      return rem(cx, a, b);
    case "**":
      return power(cx, a, b);
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compare(cx, operator, a, b);
    default:
      return bitOperation(cx, operator as Bitwise, a, b);
  }
}

/** `x instanceof C`: which class an object was made by is known when compiling. */
function isInstance(cx: Context, x: Val, y: Val, node: Node): Val {
  if (x.t === "maybe") {
    const made = isInstance(cx, x.value, y, node);
    return both(cx, x.present, made as Bool);
  }
  const isOfClass = y.t === "class";
  const made = x.t === "obj" ? x.made : x.t === "place" ? cx.parts.classOf(x.structure) : undefined;
  if (isOfClass && x.t !== "unknown" && x.t !== "poison") return isA(made, y) ? TRUE : FALSE;
  return unsupported(cx, node, "instanceof here", "Ask by a field that says what it is: p.kind === 1.");
}

function equality(cx: Context, x: Val, y: Val, strict: boolean, node: Node): Bool {
  if (x.t === "unknown" && y.t === "str") return isText(cx, x.path, y.k);
  if (x.t === "str" && y.t === "unknown") return isText(cx, y.path, x.k);
  if (x.t === "nothing" && y.t === "str") asText(cx, x, y.k);
  if (x.t === "str" && y.t === "nothing") asText(cx, y, x.k);
  if (x.t === "unknown") return learn(cx, x.path, y.t === "bool" ? "boolean" : "number");
  if (y.t === "unknown") return learn(cx, y.path, x.t === "bool" ? "boolean" : "number");
  if (x.t === "num" && y.t === "num") return compare(cx, "===", x, y);
  if (x.t === "bool" && y.t === "bool") {
    if (x.k !== undefined && y.k !== undefined) return x.k === y.k ? TRUE : FALSE;
    return bool(cx.b.op("i32.eq", truth(cx, x), truth(cx, y)));
  }
  if ((x.t === "str" || x.t === "text") && (y.t === "str" || y.t === "text")) return sameText(cx, x, y, node);
  if (x.t === "nothing" || y.t === "nothing") {
    noLabel(cx, x, node.left);
    noLabel(cx, y, node.right);
    return x.t === "nothing"
      ? isAbsent(cx, y, absentOf(x, strict), node)
      : isAbsent(cx, x, absentOf(y as Nothing, strict), node);
  }
  if (x.t === "maybe" && y.t !== "maybe") return both(cx, x.present, equality(cx, x.value, y, strict, node));
  if (y.t === "maybe" && x.t !== "maybe") return both(cx, y.present, equality(cx, x, y.value, strict, node));
  return cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(x)} and ${kindOf(y)} cannot be compared.`,
    "Compare numbers with numbers and booleans with booleans.",
  );
}

function logical(cx: Context, node: Node, env: Env): Val {
  const x = node.operator === "??" ? perhaps(cx, node.left, env) : expression(cx, node.left, env);
  const rest = (): Val => {
    if (node.operator === "??") return expression(cx, node.right, env);
    return knowing(cx, node.left, node.operator === "&&", env, () => expression(cx, node.right, env));
  };
  if (node.operator === "??") return orElse(cx, x, "either", rest, node.left);
  const test = toBool(cx, x, node.left);
  const result = new Cell(NOTHING);
  return node.operator === "&&"
    ? choose(cx, test, rest, () => falsy(x), result)
    : choose(cx, test, () => (x.t === "maybe" ? x.value : x), rest, result);
}

/** x, which came out false: what is never false is not there. */
const falsy = (x: Val): Val => (x.t === "maybe" && ALWAYS_TRUE.has(x.value.t) ? x.absent : x);
const ALWAYS_TRUE: ReadonlySet<Val["t"]> = new Set([
  "obj",
  "place",
  "vec",
  "fun",
  "class",
  "choice",
  "builtin",
]);

/** Something that can be assigned to; its parts are evaluated once. */
interface Reference {
  get(): Val;
  set(x: Val): void;
}

function reference(cx: Context, outer: Node, env: Env): Reference {
  const node = bare(outer);
  if (node.type === "Identifier") {
    return {
      get: () => expression(cx, node, env),
      set: (x) => assignVariable(cx, node, x, env),
    };
  }
  if (node.type !== "MemberExpression") return unsupported(cx, node, "An assignment to this");
  const object = expression(cx, node.object, env);
  if (!node.computed) {
    const name = nameOf(node.property);
    return {
      get: () => getField(cx, object, name, node),
      set: (x) => setField(cx, object, name, x, node),
    };
  }
  const key = expression(cx, node.property, env);
  return {
    get: () => getElement(cx, object, key, node),
    set: (x) => setByKey(cx, object, key, x, node),
  };
}

export function assignVariable(cx: Context, node: Node, x: Val, env: Env): void {
  const cell = env.find(node.name, node);
  if (cell instanceof Cell && cell.constant === undefined) return cx.write(cell, x);
  if (cell === undefined) variable(cx, node, env);
  const isConstant = cell instanceof Cell && cell.constant === "constant";
  cx.refuse(
    node,
    isConstant ? "constant-assignment" : "captured-variable-changes",
    isConstant
      ? `${node.name} is a constant and cannot be assigned to.`
      : `${node.name} is declared outside the function that is compiled and cannot be assigned to.`,
    isConstant ? "Declare it with let." : "Pass it in as a parameter and return its new value.",
  );
}

function assignment(cx: Context, node: Node, env: Env): Val {
  const { operator } = node;
  const left = bare(node.left);
  if (operator === "=") {
    if (left.type === "ArrayPattern" || left.type === "ObjectPattern") {
      const x = expression(cx, node.right, env);
      cx.parts.bind(left, x, env, null);
      return x;
    }
    const target = left.type === "Identifier" ? undefined : reference(cx, left, env);
    const x = expression(cx, node.right, env, left.type === "Identifier" ? left.name : undefined);
    if (target === undefined) assignVariable(cx, left, x, env);
    else target.set(x);
    return x;
  }
  const target = reference(cx, left, env);
  const x = target.get();
  if (operator === "&&=" || operator === "||=" || operator === "??=") {
    if (operator === "??=") {
      const value = orElse(cx, x, "either", () => expression(cx, node.right, env), left);
      if (value !== x) target.set(value);
      return value;
    }
    const test = toBool(cx, x, left);
    const assign = (): void => target.set(expression(cx, node.right, env));
    const keep = (): void => undefined;
    branch(cx, test, operator === "&&=" ? assign : keep, operator === "&&=" ? keep : assign);
    return target.get();
  }
  const value = operate(cx, operator.slice(0, -1), x, expression(cx, node.right, env), node);
  target.set(value);
  return value;
}

function memberExpression(cx: Context, node: Node, env: Env): Val {
  return ofObject(cx, node, env, (object) => member(cx, object, node, env));
}

/** What `rest` makes of the object whose member this is: nothing, after `?.`, where there is none. */
function ofObject(cx: Context, node: Node, env: Env, rest: (object: Val) => Val): Val {
  const object = stopsEarly(node) ? perhaps(cx, node.object, env) : expression(cx, node.object, env);
  if (!stopsEarly(node) || isAbsent(cx, object, "either", node.object).k === false) return rest(object);
  if (object.t !== "maybe") return NOTHING;
  return choose(
    cx,
    object.present,
    () => rest(object.value),
    () => NOTHING,
    new Cell(NOTHING),
  );
}

/** An expression of which is asked whether it is undefined: an element beyond an array's end is. */
function perhaps(cx: Context, outer: Node, env: Env): Val {
  const node = bare(outer);
  if (node.type === "ChainExpression") return perhaps(cx, node.expression, env);
  if (node.type !== "MemberExpression" || !node.computed) return expression(cx, node, env);
  cx.at(node);
  return ofObject(cx, node, env, (object) => {
    const key = expression(cx, node.property, env);
    return object.t === "vec" && key.t === "num"
      ? elementIfAny(cx, object, key, node)
      : getElement(cx, object, key, node);
  });
}

/** a[i], or undefined where there is none. */
export function elementIfAny(cx: Context, a: Vec, at: Num, node: Node): Val {
  const i = integer(index(cx, at, "index"), at.lo, at.hi);
  const isThere = both(cx, compare(cx, ">=", i, constant(0)), compare(cx, "<", i, lengthOf(cx, a)));
  return choose(
    cx,
    isThere,
    () => elementAt(cx, a, i, node),
    () => NOTHING,
    new Cell(NOTHING),
  );
}

/** Whether `?.` stands here or before, in the same chain. */
function stopsEarly(node: Node): boolean {
  if (node.type !== "MemberExpression" && node.type !== "CallExpression") return false;
  return node.optional || stopsEarly(node.type === "MemberExpression" ? node.object : node.callee);
}

function member(cx: Context, object: Val, node: Node, env: Env): Val {
  if (!node.computed) {
    const isOurs =
      object.t === "class" || object.t === "place" || (object.t === "obj" && object.made !== undefined);
    if (node.property.type === "PrivateIdentifier" && !isOurs) {
      unsupported(
        cx,
        node.property,
        "A private field",
        `Read it outside the function: const ${node.property.name} = this.#${node.property.name}.`,
      );
    }
    return getField(cx, object, nameOf(node.property), node);
  }
  return getElement(cx, object, expression(cx, node.property, env), node);
}

/** An array among elements or arguments, spread there, whose length is not known before the program runs. */
export interface Run {
  readonly list: Vec;
  readonly node: Node;
}

export const isRun = (part: Val | Run): part is Run => "list" in part;

/** The elements of a list in brackets or of arguments, spreads spread. */
export function spread(cx: Context, nodes: readonly (Node | null)[], env: Env): readonly Val[] {
  return runs(cx, nodes, env).map((part) =>
    isRun(part)
      ? cx.refuse(
          part.node,
          "unsupported-array",
          "The length of what is spread here is not known when compiling.",
          "Pass the array itself, and take its elements there.",
        )
      : part,
  );
}

/** The same where arrays of any length have their place. */
export function runs(cx: Context, nodes: readonly (Node | null)[], env: Env): readonly (Val | Run)[] {
  return nodes.flatMap((element): readonly (Val | Run)[] => {
    if (element === null) return [NOTHING];
    if (element.type !== "SpreadElement") return [expression(cx, element, env)];
    const x = there(cx, expression(cx, element.argument!, env), element.argument!);
    if (x.t === "obj" && x.tuple) return [...x.fields.values()].map((cell) => cx.read(cell));
    if (x.t === "place" && x.structure.kind === "tuple") {
      return x.structure.elements.map((_, i) => getField(cx, x, String(i), element));
    }
    if (x.t === "vec") {
      const n = lengthOf(cx, x).k;
      return n !== undefined && n <= 64
        ? Array.from({ length: n }, (_, i) => getElement(cx, x, constant(i), element))
        : [{ list: x, node: element }];
    }
    if (x.t === "unknown") return learn(cx, x.path, "array");
    return cx.refuse(
      element,
      "unsupported-array",
      "Only arrays can be spread here.",
      "Name what is to be passed, one by one.",
    );
  });
}

/** `[...a, x, ...b]`, with arrays of any length. */
export function joined(cx: Context, parts: readonly (Val | Run)[], node: Node): Val {
  const lists: Val[] = [];
  let single: Val[] = [];
  const flush = (): void => {
    if (single.length > 0) lists.push(tupleOf(single, node));
    single = [];
  };
  for (const part of parts) {
    if (isRun(part)) {
      flush();
      lists.push(part.list);
    } else single.push(part);
  }
  flush();
  const [first] = lists;
  if (lists.length === 1 && first?.t === "vec")
    return { ...copyOf(cx, first, node, undefined, anyNumber(first.store.element)), typed: false };
  return lists.reduce((all, list, k) =>
    cx.parts.call(cx.parts.prelude(node, `concat${k}`, METHODS_IN_WORDS["concat"]!), [all, list], node),
  );
}

export const tupleOf = (items: readonly Val[], node: Node): Obj =>
  makeObject(
    true,
    items.map((x, i) => [String(i), x] as const),
    node,
  );

function arrayLiteral(cx: Context, node: Node, env: Env, name?: string): Val {
  const site = cx.knowledge.site(node);
  const { elements } = node;
  // [...a] of an array is a copy of it.
  const only = elements.length === 1 ? elements[0] : undefined;
  if (only?.type === "SpreadElement") {
    const x = expression(cx, only.argument!, env);
    if (x.t === "vec") return { ...copyOf(cx, x, node, name, anyNumber(x.store.element)), typed: false };
  }
  if (elements.length === 0 && site.memory !== true) {
    site.memory = true;
    site.growable = true;
  }
  const parts = runs(cx, elements, env);
  if (parts.some(isRun)) return joined(cx, parts, node);
  const items = parts as readonly Val[];
  const tuple = tupleOf(items, node);
  if (site.memory !== true) return tuple;
  const element = site.element ?? (items[0] === undefined ? NUMBER : structureOf(cx, items[0], node));
  const growable = site.growable === true;
  if (items.length === 0) return newArray(cx, element, constant(0), node, { growable, name });
  return toMemory(cx, tuple, element, node, { growable, name, site: node });
}

function objectLiteral(cx: Context, node: Node, env: Env): Obj {
  const fields = new Map<string, Val>();
  const accessors = new Map<string, Accessor>();
  for (const property of node.properties) {
    if (property.type === "SpreadElement") {
      const x = expression(cx, property.argument!, env);
      for (const [key, value] of entriesOf(cx, x, property)) fields.set(key, value);
      continue;
    }
    const key = keyOf(cx, property, env);
    if (property.kind !== "init") {
      const fun: Fun = { t: "fun", node: property.value as Node, env, name: key };
      const { get, set } = accessors.get(key) ?? {};
      accessors.set(
        key,
        property.kind === "get" ? { t: "accessor", get: fun, set } : { t: "accessor", get, set: fun },
      );
    } else fields.set(key, expression(cx, property.value as Node, env, key));
  }
  const made = makeObject(false, fields, node);
  return accessors.size === 0 ? made : { ...made, accessors };
}

/** The name of a property. */
export function keyOf(cx: Context, property: Node, env: Env): string {
  if (!property.computed) {
    return property.key.type === "Identifier" ? property.key.name : String(property.key.value);
  }
  const key = expression(cx, property.key, env);
  if (key.t === "str") return key.k;
  if (key.t === "num" && key.k !== undefined) return String(key.k);
  return unsupported(cx, property.key, "A computed field name");
}

/** Fields in the order in which JavaScript goes through them: those whose names are indices come first. */
function inOrder(fields: readonly (readonly [string, Val])[]): readonly (readonly [string, Val])[] {
  const isIndex = (key: string): boolean => /^(?:0|[1-9]\d*)$/.test(key);
  const indices = fields.filter(([key]) => isIndex(key)).sort(([x], [y]) => Number(x) - Number(y));
  return [...indices, ...fields.filter(([key]) => !isIndex(key))];
}

/** The fields of an object. */
export function entriesOf(cx: Context, whole: Val, node: Node): readonly (readonly [string, Val])[] {
  const x = there(cx, whole, node);
  if (x.t === "obj" && !x.tuple) {
    const own = [...x.fields].filter(([key]) => !key.startsWith("#"));
    const gotten = [...(x.accessors?.keys() ?? [])];
    return inOrder([
      ...own.map(([key, cell]) => [key, cx.read(cell)] as const),
      ...gotten.map((key) => [key, getField(cx, x, key, node)] as const),
    ]);
  }
  if (x.t === "place" && x.structure.kind === "object") {
    return inOrder(x.structure.fields.map(([key]) => [key, getField(cx, x, key, node)] as const));
  }
  return cx.refuse(
    node,
    "unsupported-type",
    `The fields of ${kindOf(x)} are not known here.`,
    "Name the fields one by one.",
  );
}

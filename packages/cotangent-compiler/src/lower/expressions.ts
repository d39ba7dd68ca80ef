/** Expressions: what each means in terms of the program. */
import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import { getElement, getField, setByKey, setField } from "./access.ts";
import { elementAt } from "./arrays.ts";
import { lengthOf } from "./blocks.ts";
import { nameOf } from "./class-syntax.ts";
import { classValue } from "./classes.ts";
import type { Context } from "./context.ts";
import { branch, choose } from "./control.ts";
import { arrayLiteral, objectLiteral, template } from "./literals.ts";
import { askedIn, isAbsent, knowing, orElse, written } from "./maybe.ts";
import { add, bitOperation, compare, index, neg, sub } from "./numbers.ts";
import { both, EQUALITY, not, operate, toBool, toNumber, typeOf, unsupported } from "./operators.ts";
import { OUTSIDE } from "./outside.ts";
import { Cell, constant, FALSE, integer, NOTHING, NULL, TRUE } from "./values.ts";
import type { Bool, Env, Num, Val, Vec } from "./values.ts";

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

export const condition = (cx: Context, node: Node, env: Env): Bool => toBool(cx, tested(cx, node, env), node);

/** What is tested: a field that an object was not made with is false, and so is what is taken from an empty list. */
const tested = (cx: Context, node: Node, env: Env): Val => {
  const { type, computed } = bare(node);
  const isAsked = type === "AssignmentExpression" || (type === "MemberExpression" && !computed);
  return isAsked ? perhaps(cx, node, env) : expression(cx, node, env);
};

function unary(cx: Context, node: Node, env: Env): Val {
  const argument = node.argument!;
  if (node.operator === "typeof") return typeOf(cx, expression(cx, argument, env), node);
  if (node.operator === "!") return not(cx, condition(cx, argument, env));
  const x = expression(cx, argument, env);
  switch (node.operator) {
    case "-":
      return neg(cx, toNumber(cx, x, argument));
    case "+":
      return toNumber(cx, x, argument);
    case "~":
      return bitOperation(cx, "^", toNumber(cx, x, argument), constant(-1));
    case "void":
      return NOTHING;
    default:
      return unsupported(cx, node, node.operator);
  }
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

function logical(cx: Context, node: Node, env: Env): Val {
  const x = node.operator === "??" ? perhaps(cx, node.left, env) : tested(cx, node.left, env);
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
  /** The same where is asked whether it is there. */
  ask(): Val;
  set(x: Val): void;
}

function reference(cx: Context, outer: Node, env: Env): Reference {
  const node = bare(outer);
  if (node.type === "Identifier") {
    const get = (): Val => expression(cx, node, env);
    return {
      get,
      ask: get,
      set: (x) => assignVariable(cx, node, x, env),
    };
  }
  if (node.type !== "MemberExpression") return unsupported(cx, node, "An assignment to this");
  const object = expression(cx, node.object, env);
  if (!node.computed) {
    const name = nameOf(node.property);
    return {
      get: () => getField(cx, object, name, node),
      ask: () => (lacks(object, node) ? NOTHING : getField(cx, object, name, node)),
      set: (x) => setField(cx, object, name, x, node),
    };
  }
  const key = expression(cx, node.property, env);
  return {
    get: () => getElement(cx, object, key, node),
    ask: () => elementOrNothing(cx, object, key, node),
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
    const x = firstValue(cx, node.right, env, left.type === "Identifier" ? left.name : undefined);
    if (target === undefined) assignVariable(cx, left, x, env);
    else target.set(x);
    return x;
  }
  const target = reference(cx, left, env);
  const x = operator === "??=" ? target.ask() : target.get();
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

/**
 * An expression of which is asked whether it is undefined: an element beyond an array's end is, what is taken from an empty list, and a
 * field that an object was not made with.
 */
function perhaps(cx: Context, outer: Node, env: Env, name?: string): Val {
  const node = bare(outer);
  switch (node.type) {
    case "ChainExpression":
      return perhaps(cx, node.expression, env, name);
    case "AssignmentExpression": {
      const target = bare(node.left);
      if (node.operator !== "=" || target.type !== "Identifier") break;
      const x = perhaps(cx, node.right, env, target.name);
      assignVariable(cx, target, x, env);
      return x;
    }
    case "CallExpression":
      cx.asked.add(node);
      break;
    case "MemberExpression":
      cx.at(node);
      return ofObject(cx, node, env, (object) => {
        if (!node.computed) return lacks(object, node) ? NOTHING : member(cx, object, node, env);
        return elementOrNothing(cx, object, expression(cx, node.property, env), node);
      });
    default:
  }
  return expression(cx, node, env, name);
}

/** What a variable is given: if the function asks further down whether it is there, that is asked here. */
export function firstValue(cx: Context, node: Node, env: Env, name: string | undefined): Val {
  const f = cx.frames.at(-1)?.fun.node;
  const asks =
    name === undefined || f === undefined || bare(node) !== node ? undefined : askedIn(f).get(name);
  const isAsked = asks === "compared" || (asks === "tested" && node.type === "CallExpression");
  return isAsked ? perhaps(cx, node, env, name) : expression(cx, node, env, name);
}

const elementOrNothing = (cx: Context, object: Val, key: Val, node: Node): Val =>
  object.t === "vec" && key.t === "num"
    ? elementIfAny(cx, object, key, node)
    : getElement(cx, object, key, node);

/** Whether an object was made without a field: its type may say that it need not be there. */
export const lacks = (object: Val, { property }: Node): boolean =>
  object.t === "obj" &&
  !object.tuple &&
  object.guessed === undefined &&
  object.made === undefined &&
  !object.fields.has(nameOf(property)) &&
  object.accessors?.has(nameOf(property)) !== true;

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

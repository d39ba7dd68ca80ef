/** What the language and the library offer: Math, arrays' methods, constructors, the library's primitives. */
import * as library from "cotangent";
import { hypotSoFar } from "cotangent/program";
import type { PrimitiveBase, Structure, UserFunction } from "cotangent/program";

import { bare, isFunction, walk } from "../ast.ts";
import type { Node } from "../ast.ts";
import { getElement, getField, inMemory, learn, makeObject, setField } from "./access.ts";
import { copyOf } from "./arrays.ts";
import { dataArray, handle, newArray, NUMBER } from "./blocks.ts";
import { initialise } from "./records.ts";
import type { Context } from "./context.ts";
import { among } from "./choices.ts";
import { callPullback, derivativeOf } from "./derivatives.ts";
import { cloned } from "./clone.ts";
import { expression, lacks } from "./expressions.ts";
import { entriesOf, isRun, joined, runs, spread, tupleOf } from "./literals.ts";
import { both, toBool, toNumber, unsupported } from "./operators.ts";
import { nameOf } from "./class-syntax.ts";
import { bound, callSuper, construct, memberOf } from "./classes.ts";
import { anyNumber, elementsOfKind, TYPED_ARRAYS } from "./elements.ts";
import { asFunction } from "./functions.ts";
import { there } from "./maybe.ts";
import { sameStructure } from "./merge.ts";
import { arrayMethod, generate, hasSpread, mapped, METHODS, pushAll, tupleMethod } from "./methods.ts";
import { compare, extreme, f64, primitive, round, sub, toInt32 } from "./numbers.ts";
import { FOLDS, IS, NORM, SUM } from "./prelude.ts";
import { fround } from "./rounding.ts";
import { textMethod } from "./texts.ts";
import { constant, FALSE, I32_MAX, I32_MIN, integer, NOTHING, number, openPath, TRUE } from "./values.ts";
import { Cell } from "./values.ts";
import type { Builtin, Class, Env, Fun, Num, Val } from "./values.ts";

/** Names that every module sees. */
const GLOBALS: ReadonlySet<string> = new Set([
  "Math",
  "Number",
  "Array",
  ...TYPED_ARRAYS,
  "Boolean",
  "Object",
  "isNaN",
  "isFinite",
  "Error",
  "RangeError",
  "TypeError",
  "console",
  "structuredClone",
  "parseFloat",
]);

export function globalValue(name: string): Val | undefined {
  if (name === "undefined") return NOTHING;
  if (name === "NaN") return constant(NaN);
  if (name === "Infinity") return constant(Infinity);
  return GLOBALS.has(name) ? { t: "builtin", id: name } : undefined;
}

/** The primitives by which Math's functions go; those of one name on both sides. */
const MATH: ReadonlySet<string> = new Set([
  ..."abs acos acosh asin asinh atan atan2 atanh cbrt cos cosh exp expm1 log log10 log1p log2 pow round sign sin sinh".split(
    " ",
  ),
  ..."sqrt tan tanh".split(" "),
]);

const isPrimitive = (x: unknown): x is PrimitiveBase =>
  typeof x === "function" && "partials" in x && "evaluate" in x;

function libraryPrimitive(name: string): PrimitiveBase | undefined {
  const x = (library as Readonly<Record<string, unknown>>)[name];
  return isPrimitive(x) ? x : undefined;
}

export function callExpression(cx: Context, node: Node, env: Env, name: string | undefined): Val {
  const callee = bare(node.callee);
  if (callee.type === "MemberExpression" && callee.object.type === "Super")
    return call(cx, superMethod(cx, callee, env), spread(cx, node.arguments, env), node, name);
  if (callee.type === "MemberExpression" && isConsole(callee.object, env)) {
    says(cx, node);
    return NOTHING;
  }
  if (callee.type === "MemberExpression") {
    const object = there(cx, expression(cx, callee.object, env), callee.object);
    if (object.t === "nothing" && object.is !== "label" && (callee.optional || node.optional)) return NOTHING;
    const key = callee.computed ? undefined : nameOf(callee.property);
    if (object.t === "str" && key !== undefined) {
      const args = spread(cx, node.arguments, env);
      if (key === "charCodeAt" && args[0]?.t === "num" && args[0].k === undefined) {
        const codes = Array.from(object.k, (_, i) => object.k.charCodeAt(i));
        return getElement(cx, dataArray(cx, codes, undefined), args[0], node);
      }
      return textMethod(cx, object, key, args, node);
    }
    if (object.t === "fun" && key !== undefined) {
      const found = functionMethod(cx, object, key, node, env);
      if (found !== undefined) return found;
    }
    if (object.t === "vec" && key === "push" && hasSpread(node)) return pushAll(cx, object, node, env);
    if (object.t === "vec" && key !== undefined)
      return arrayMethod(cx, object, key, spread(cx, node.arguments, env), node, name);
    const path = openPath(object);
    if (path !== undefined && key !== undefined && METHODS.has(key)) learn(cx, path, "array");
    if ((object.t === "obj" && object.tuple) || (object.t === "place" && object.structure.kind === "tuple")) {
      if (key !== undefined && (object.t === "place" || !object.fields.has(key)))
        return tupleMethod(cx, object, key, node, env, name);
    }
    if (object.t === "num" && key === "toFixed") unsupported(cx, node, "Making texts of numbers");
    if (object.t === "builtin" && object.user !== undefined && key === "apply") {
      return applyUser(cx, object.user, spread(cx, node.arguments, env), node);
    }
    const f =
      key === undefined
        ? getElement(cx, object, expression(cx, callee.property, env), callee)
        : node.optional && lacks(object, callee)
          ? NOTHING
          : getField(cx, object, key, callee);
    if (f.t === "builtin" && f.id === "Math.hypot" && hasSpread(node)) return norm(cx, node, env);
    if (f.t === "builtin" && f.id.startsWith("Math.") && hasSpread(node)) {
      const fold = FOLDS[f.id.slice(5)];
      if (fold !== undefined) return foldAll(cx, f.id.slice(5), fold, node, env);
    }
    const isMethod = object.t === "obj" ? !object.tuple : METHODS_OF.has(object.t);
    const method = f.t === "fun" && isMethod ? bound(f, object) : f;
    return call(cx, method, spread(cx, node.arguments, env), node, name);
  }
  if (callee.type === "Super") return callSuperclass(cx, node, env);
  if (callee.type === "Import") unsupported(cx, callee, "import()");
  const f = expression(cx, callee, env);
  return call(cx, f, spread(cx, node.arguments, env), node, name);
}

const isConsole = (node: Node, env: Env): boolean => {
  if (node.type !== "Identifier" || node.name !== "console") return false;
  const found = env.find("console", node);
  return !(found instanceof Cell) && found?.t === "builtin";
};

/** `console.log(...)` is left to the plain call; what it is given must not do anything else than that. */
function says(cx: Context, node: Node): void {
  for (const argument of node.arguments) {
    walk(argument, (n) => {
      const method = n.type === "CallExpression" ? bare(n.callee) : undefined;
      const name = method?.type === "MemberExpression" ? method.property.name : method?.name;
      if (CHANGES.has(n.type) || (name !== undefined && !FORMATS.has(name))) {
        cx.refuse(
          n,
          "unsupported-call",
          "What is logged here also does something, and compiled code logs nothing.",
          "Compute it before: const y = g(x); console.log(y).",
        );
      }
      return !isFunction(n);
    });
  }
}
const CHANGES: ReadonlySet<string> = new Set(["AssignmentExpression", "UpdateExpression", "NewExpression"]);
const FORMATS: ReadonlySet<string> = new Set(
  "String Number toFixed toPrecision toExponential toString toLocaleString join map slice from stringify round padStart padEnd".split(
    " ",
  ),
);

/** What has methods, beside objects. */
const METHODS_OF: ReadonlySet<Val["t"]> = new Set(["place", "class", "unknown"]);

/** The object and the class whose method this is. */
function around(cx: Context, node: Node, env: Env): { readonly self: Val; readonly home: Class } {
  const read = (name: string): Val | undefined => {
    const found = env.find(name, node);
    return found instanceof Cell ? cx.read(found) : found;
  };
  const [self, home] = [read("this"), read("super")];
  if (self === undefined || home?.t !== "class") return unsupported(cx, node, "super outside of a class");
  return { self, home };
}

/** `super.method` */
function superMethod(cx: Context, callee: Node, env: Env): Val {
  const { self, home } = around(cx, callee, env);
  const name = nameOf(callee.property);
  const found = home.parent && memberOf(home.parent, name, self.t === "class");
  if (found?.t === "fun") return bound(found, self);
  return cx.refuse(
    callee,
    "unknown-field",
    `What ${home.name} extends has no method ${name}.`,
    "Call what the class itself has: this.method().",
  );
}

/** `super(...)` */
function callSuperclass(cx: Context, node: Node, env: Env): Val {
  const { self, home } = around(cx, node, env);
  if (self.t === "obj") callSuper(cx, home, self, spread(cx, node.arguments, env), node, env);
  return NOTHING;
}

/** `f.call(self, x)`, `f.apply(self, [x])`, `f.bind(self)` */
function functionMethod(cx: Context, f: Fun, key: string, node: Node, env: Env): Val | undefined {
  if (key !== "call" && key !== "apply" && key !== "bind") return undefined;
  const [self = NOTHING, ...rest] = spread(cx, node.arguments, env);
  const method = bound(f, self);
  if (key === "call") return call(cx, method, rest, node);
  if (key === "bind") return rest.length === 0 ? method : cx.unsupportedCall(".bind of arguments", node);
  const [list] = rest;
  if (list?.t !== "obj" || !list.tuple) return cx.unsupportedCall(".apply to a list of unknown length", node);
  return call(
    cx,
    method,
    [...list.fields.values()].map((cell) => cx.read(cell)),
    node,
  );
}

/** `Math.max(x, ...a)`, with arrays of any length. */
function foldAll(
  cx: Context,
  key: string,
  { of, text }: { readonly of: number; readonly text: string },
  node: Node,
  env: Env,
): Val {
  let found: Val | undefined;
  for (const part of runs(cx, node.arguments, env)) {
    if (isRun(part)) {
      const fold = cx.parts.prelude(part.node, key, text);
      found = cx.parts.call(fold, [found ?? constant(of), part.list], node);
    } else {
      const both = found === undefined ? [part] : [found, part];
      found = math(cx, key, both, (i) => toNumber(cx, both[i]!, node), node);
    }
  }
  return found ?? constant(of);
}

/** `Math.hypot(...a)` */
function norm(cx: Context, node: Node, env: Env): Val {
  const parts = runs(cx, node.arguments, env);
  const known = parts.flatMap((part) => (isRun(part) ? [] : [part]));
  if (known.length === parts.length)
    return math(cx, "hypot", known, (i) => toNumber(cx, known[i]!, node), node);
  const list = joined(cx, parts, node);
  const stop: Val = { t: "builtin", id: "cotangent.stopGradient" };
  return cx.parts.call(cx.parts.prelude(node, "hypot", NORM), [list, stop], node);
}

/** `F.apply(x, y)`: the function is called when the program runs, and has a derivative of its own. */
function applyUser(cx: Context, f: UserFunction, args: readonly Val[], node: Node): Val {
  cx.impure = true;
  return number(
    cx.b.externalForward(
      f,
      args.map((x, i) => f64(cx, toNumber(cx, x, node.arguments[i] ?? node))),
    ),
  );
}

export function call(cx: Context, f: Val, args: readonly Val[], node: Node, name?: string): Val {
  if (f.t === "nothing" && node.optional) return NOTHING;
  if (f.t === "choice") return among(cx, f.v, f.of.length, (i) => call(cx, f.of[i]!, args, node));
  const fun = asFunction(cx, f, node.callee ?? node);
  if (fun.t === "fun") return cx.parts.call(fun, args, node);
  return builtin(cx, fun, args, node, name);
}

function builtin(cx: Context, f: Builtin, args: readonly Val[], node: Node, name?: string): Val {
  cx.back(node);
  if (f.derivation !== undefined) {
    return cx.parts.derivative({ ...f, derivation: f.derivation }, args, node);
  }
  if (f.pullback !== undefined) return callPullback(cx, f.pullback, args, node);
  const [space, key] = f.id.includes(".") ? (f.id.split(".") as [string, string]) : ["", f.id];
  const num = (i: number): Num => toNumber(cx, args[i] ?? NOTHING, node.arguments[i] ?? node);
  if (space === "Math") return math(cx, key, args, num, node);
  if (space === "cotangent") return fromLibrary(cx, key, args, num, node);
  switch (f.id) {
    case "structuredClone":
      return cloned(cx, args[0] ?? NOTHING, node);
    case "parseFloat":
      return args[0]?.t === "str"
        ? constant(parseFloat(args[0].k))
        : cx.unsupportedCall("parseFloat of this", node);
    case "Number":
      if (args[0]?.t === "str") return constant(Number(args[0].k));
      return args.length === 0 ? constant(0) : num(0);
    case "Boolean":
      return toBool(cx, args[0] ?? NOTHING, node);
    case "isNaN":
    case "Number.isNaN": {
      const x = num(0);
      return compare(cx, "!==", x, x);
    }
    case "isFinite":
    case "Number.isFinite": {
      const x = num(0);
      const zero = sub(cx, x, x);
      return compare(cx, "===", zero, zero);
    }
    case "Number.isInteger": {
      const x = num(0);
      if (x.int) return TRUE;
      const whole = compare(cx, "===", primitive(cx, library.floor, x), x);
      const difference = sub(cx, x, x);
      return both(cx, whole, compare(cx, "===", difference, difference));
    }
    case "Array":
      return constructArray(cx, f.id, args, node, name, undefined);
    case "Array.of":
      return tupleOf(args, node);
    case "Array.from":
      return arrayFromCall(cx, args, node, name, undefined);
    case "Array.isArray":
      return (args[0]?.t === "vec" && !args[0].typed) || (args[0]?.t === "obj" && args[0].tuple)
        ? TRUE
        : FALSE;
    case "Object.freeze":
      return args[0] ?? NOTHING;
    case "Object.keys":
      return tupleOf(
        entriesOf(cx, args[0] ?? NOTHING, node).map(([name]): Val => ({ t: "str", k: name })),
        node,
      );
    case "Object.values":
      return tupleOf(
        entriesOf(cx, args[0] ?? NOTHING, node).map(([, x]) => x),
        node,
      );
    case "Object.entries":
      return tupleOf(
        entriesOf(cx, args[0] ?? NOTHING, node).map(([name, x]) => tupleOf([{ t: "str", k: name }, x], node)),
        node,
      );
    case "Object.fromEntries":
      return fromEntries(cx, args[0] ?? NOTHING, node);
    case "Object.assign":
      return assign(cx, args, node);
    case "Object.is":
      return cx.parts.call(cx.parts.prelude(node, f.id, IS), [num(0), num(1)], node);
    default: {
      const elements = elementsOfKind(space);
      if (elements !== undefined && key === "from") return arrayFromCall(cx, args, node, name, elements);
      if (elements !== undefined && key === "of")
        return constructArray(cx, f.id, [tupleOf(args, node)], node, name, elements);
      return cx.unsupportedCall(f.id, node);
    }
  }
}

/** `Object.fromEntries([["a", x], ...])` */
function fromEntries(cx: Context, list: Val, node: Node): Val {
  const items = list.t === "obj" && list.tuple ? [...list.fields.values()].map((cell) => cx.read(cell)) : [];
  const fields = items.map((pair) => {
    const [key, x] =
      pair.t === "obj" && pair.tuple ? [...pair.fields.values()].map((cell) => cx.read(cell)) : [];
    return key?.t === "str" && x !== undefined ? ([key.k, x] as const) : undefined;
  });
  if (list.t !== "obj" || !list.tuple || fields.includes(undefined)) {
    return cx.unsupportedCall(
      "Object.fromEntries of this",
      node,
      "The names of the fields must be known when compiling: write { name: value }.",
    );
  }
  return makeObject(false, fields as readonly (readonly [string, Val])[], node);
}

/** `Object.assign(p, q)`: p, with the fields of q. A new object, where p is a literal that nothing else can see. */
function assign(cx: Context, args: readonly Val[], node: Node): Val {
  const [target = NOTHING, ...sources] = args;
  const entries = sources.flatMap((x) => (x.t === "nothing" ? [] : entriesOf(cx, x, node)));
  if (target.t === "obj" && bare(node.arguments[0]!).type === "ObjectExpression")
    return makeObject(false, new Map([...entriesOf(cx, target, node), ...entries]), node);
  for (const [name, x] of entries) setField(cx, target, name, x, node);
  return target;
}

function math(cx: Context, key: string, args: readonly Val[], num: (i: number) => Num, node: Node): Val {
  if (MATH.has(key)) {
    const f = libraryPrimitive(key)!;
    const given = Array.from({ length: f.arity! }, (_, i) => num(i));
    if (key === "round" && given[0]!.int) return given[0]!;
    if (key === "abs" && given[0]!.int && given[0]!.lo >= 0) return given[0]!;
    return primitive(cx, f, ...given);
  }
  switch (key) {
    case "floor":
    case "ceil":
    case "trunc":
      return round(cx, `Math.${key}`, num(0));
    case "min":
    case "max": {
      const all = args.map((_, i) => num(i));
      if (all.length === 0) return constant(key === "min" ? Infinity : -Infinity);
      return all.reduce((x, y) => extreme(cx, key, x, y));
    }
    case "hypot": {
      const all = args.map((_, i) => num(i));
      if (all.length === 0) return constant(0);
      if (all.length === 1) return primitive(cx, library.abs, all[0]!);
      return all.reduce((x, y, i) => primitive(cx, i === all.length - 1 ? library.hypot : hypotSoFar, x, y));
    }
    case "fround":
      return fround(cx, num(0), node);
    case "imul":
      return integer(cx.b.op("i32.mul", toInt32(cx, num(0)), toInt32(cx, num(1))), I32_MIN, I32_MAX);
    case "clz32":
      return integer(cx.b.op("i32.clz", toInt32(cx, num(0))), 0, 32);
    default:
      return cx.unsupportedCall(`Math.${key}`, node);
  }
}

/** A function of the library's: a primitive, or one that says something about derivatives. */
function fromLibrary(
  cx: Context,
  key: string,
  args: readonly Val[],
  num: (i: number) => Num,
  node: Node,
): Val {
  const derived = derivativeOf(cx, key, args, node);
  if (derived !== undefined) return derived;
  // It is compiled already.
  if (key === "compile") return args[0] ?? NOTHING;
  if (key === "checkpoint") {
    const body = asFunction(cx, args[0], node);
    return cx.under(node, () => call(cx, body, [], node));
  }
  // On Reals these give what does not vary any more.
  if ((key === "value" || key === "constant") && args.length === 1) {
    return primitive(cx, library.stopGradient, num(0));
  }
  const f = libraryPrimitive(key);
  if (f === undefined || f.id !== key) return cx.unsupportedCall(key, node);
  if (f.arity !== undefined) {
    return primitive(cx, f, ...Array.from({ length: f.arity }, (_, i) => num(i)));
  }
  const [list] = args;
  const items =
    list?.t === "obj" && list.tuple
      ? [...list.fields.values()].map((c) => toNumber(cx, cx.read(c), node))
      : undefined;
  if (items !== undefined) return primitive(cx, f, ...items);
  if (list?.t === "unknown") return learn(cx, list.path, "array");
  if (list?.t === "vec" && key === "sum") {
    return cx.parts.call(cx.parts.prelude(node, key, SUM), [list], node);
  }
  return cx.unsupportedCall(`${key} of an array`, node);
}

export function newExpression(cx: Context, node: Node, env: Env, name: string | undefined): Val {
  const f = expression(cx, node.callee, env);
  if (f.t === "class") return construct(cx, f, spread(cx, node.arguments, env), node);
  if (f.t !== "builtin") return unsupported(cx, node, "new");
  const elements = elementsOfKind(f.id);
  if (f.id === "Array" || elements !== undefined) {
    return constructArray(cx, f.id, spread(cx, node.arguments, env), node, name, elements);
  }
  return cx.unsupportedCall(`new ${f.id}`, node);
}

/**
 * `new Float64Array(n)`, `new Float64Array([...])`, `new Array(n)`
 * @param typed what it holds, if it is no ordinary array
 */
function constructArray(
  cx: Context,
  id: string,
  args: readonly Val[],
  node: Node,
  name: string | undefined,
  typed: Structure | undefined,
): Val {
  const [x] = args;
  const ordinary = typed === undefined;
  const site = cx.knowledge.site(node);
  const element = typed ?? site.element ?? NUMBER;
  const growable = ordinary && site.growable === true;
  if (x === undefined)
    return newArray(cx, element, constant(0), node, { typed: !ordinary, growable: ordinary, name });
  if (args.length > 1) cx.unsupportedCall(`${id} with several arguments`, node);
  if (x.t === "vec") {
    const same = sameStructure(element, x.store.element) ? x.store.element : element;
    return { ...copyOf(cx, x, node, name, same), typed: true };
  }
  if (x.t === "unknown") return learn(cx, x.path, "number");
  if (x.t === "obj" && x.tuple) {
    const items = [...x.fields.values()];
    const a = newArray(cx, element, constant(items.length), node, { typed: true, name });
    items.forEach((c, i) => initialise(cx, a, cx.b.i32(i), toNumber(cx, cx.read(c), node), node));
    return a;
  }
  const a = newArray(cx, element, toNumber(cx, x, node), node, { typed: !ordinary, growable, name });
  // What was not assigned yet is undefined, which counts as NaN.
  if (ordinary && element.kind === "number") {
    cx.b.fill(handle(cx, a), cx.b.f64(NaN));
    a.store.holes = true;
  }
  return a;
}

/** `Array.from({ length: n }, f)`, `Array.from(list, f)` */
function arrayFromCall(
  cx: Context,
  args: readonly Val[],
  node: Node,
  name: string | undefined,
  elements: Structure | undefined,
): Val {
  const [x, f] = args;
  const typed = elements !== undefined;
  if (x?.t === "unknown") learn(cx, x.path, "array");
  if (x?.t === "vec" || (x?.t === "obj" && x.tuple)) {
    const a = x.t === "vec" ? x : inMemory(cx, x, node);
    if (f !== undefined) return mapped(cx, a, f, node, name, typed, elements);
    const element = elements ?? anyNumber(a.store.element);
    const same = sameStructure(element, a.store.element) ? a.store.element : element;
    return { ...copyOf(cx, a, node, name, same), typed };
  }
  if (x?.t !== "obj" || !x.fields.has("length")) return cx.unsupportedCall("Array.from of this", node);
  const n = toNumber(cx, cx.read(x.fields.get("length")!), node);
  return generate(
    cx,
    n,
    (i) => (f === undefined ? NOTHING : call(cx, f, [NOTHING, i], node)),
    node,
    name,
    typed,
    elements,
  );
}

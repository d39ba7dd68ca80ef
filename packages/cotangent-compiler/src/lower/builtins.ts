/** What the language and the library offer: Math, arrays' methods, constructors, the library's primitives. */
import * as library from "cotangent";
import type { PrimitiveBase, UserFunction, Value } from "cotangent/program";

import { bare } from "../ast.ts";
import type { Node } from "../ast.ts";
import { getElement, getField, inMemory, learn, makeObject } from "./access.ts";
import {
  copyOf,
  elementAt,
  elementUnchecked,
  fill,
  handle,
  initialise,
  lengthOf,
  newArray,
  NUMBER,
  pop,
  push,
  setElement,
  structureOf,
  view,
} from "./arrays.ts";
import type { Context } from "./context.ts";
import { branch, countedLoop } from "./control.ts";
import { callPullback, derivativeOf } from "./derivatives.ts";
import {
  expression,
  isRun,
  joined,
  operate,
  runs,
  spread,
  toBool,
  toNumber,
  unsupported,
} from "./expressions.ts";
import { asFunction } from "./functions.ts";
import { add, compare, extreme, f64, index, primitive, round, sub, toInt32 } from "./numbers.ts";
import { FOLDS, METHODS_IN_WORDS, PUSH_ALL, SORTS, SUM } from "./prelude.ts";
import { fround } from "./rounding.ts";
import {
  bool,
  Cell,
  constant,
  FALSE,
  I32_MAX,
  I32_MIN,
  integer,
  NOTHING,
  number,
  openPath,
  TRUE,
} from "./values.ts";
import type { Bool, Builtin, Env, Num, Obj, Val, Vec } from "./values.ts";

/** Names that every module sees. */
const GLOBALS: ReadonlySet<string> = new Set([
  "Math",
  "Number",
  "Array",
  "Float64Array",
  "Boolean",
  "Object",
  "isNaN",
  "isFinite",
  "Error",
  "RangeError",
  "TypeError",
  "console",
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
  if (callee.type === "MemberExpression" && callee.property.type !== "PrivateIdentifier") {
    const object = expression(cx, callee.object, env);
    if (object.t === "nothing" && (callee.optional || node.optional)) return NOTHING;
    const key = callee.computed ? undefined : callee.property.name;
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
        : getField(cx, object, key, callee);
    if (f.t === "builtin" && f.id.startsWith("Math.") && hasSpread(node)) {
      const fold = FOLDS[f.id.slice(5)];
      if (fold !== undefined) return foldAll(cx, f.id.slice(5), fold, node, env);
    }
    return call(cx, f, spread(cx, node.arguments, env), node, name);
  }
  if (callee.type === "Super" || callee.type === "Import") unsupported(cx, callee, "super or import()");
  const f = expression(cx, callee, env);
  return call(cx, f, spread(cx, node.arguments, env), node, name);
}

const hasSpread = (node: Node): boolean =>
  (node.arguments as readonly (Node | null)[]).some((argument) => argument?.type === "SpreadElement");

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

function pushAll(cx: Context, a: Vec, node: Node, env: Env): Val {
  // What is spread is looked at before anything is pushed.
  const parts = runs(cx, node.arguments, env);
  const [only] = parts;
  const list = parts.length === 1 && isRun(only!) ? only.list : joined(cx, parts, node);
  cx.parts.call(cx.parts.prelude(node, "push", PUSH_ALL), [a, list], node);
  return lengthOf(cx, a);
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

function call(cx: Context, f: Val, args: readonly Val[], node: Node, name?: string): Val {
  if (f.t === "nothing" && node.optional) return NOTHING;
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
    case "Number":
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
    case "Float64Array":
      return construct(cx, f.id, args, node, name, f.id === "Array");
    case "Array.of":
      return makeObject(
        true,
        args.map((x, i) => [String(i), x] as const),
        node,
      );
    case "Array.from":
    case "Float64Array.from":
      return arrayFromCall(cx, args, node, name, f.id === "Float64Array.from");
    case "Array.isArray":
      return args[0]?.t === "vec" || (args[0]?.t === "obj" && args[0].tuple) ? TRUE : FALSE;
    case "Object.freeze":
      return args[0] ?? NOTHING;
    default:
      return unsupportedCall(cx, f.id, node);
  }
}

function both(cx: Context, x: Bool, y: Bool): Bool {
  if (x.k !== undefined) return x.k ? y : FALSE;
  if (y.k !== undefined) return y.k ? x : FALSE;
  return bool(cx.b.op("i32.and", x.v!, y.v!));
}

function unsupportedCall(cx: Context, id: string, node: Node): never {
  const random = id === "Math.random";
  return cx.refuse(
    node,
    "unsupported-call",
    random
      ? "Math.random gives something else at each call: there is no derivative."
      : `${id} cannot be called here.`,
    random
      ? "Pass random numbers in as arguments, or compute them from a seed."
      : "Only Math, arrays' methods, the library's own functions and functions of this module can be called.",
  );
}

function math(cx: Context, key: string, args: readonly Val[], num: (i: number) => Num, node: Node): Val {
  const all = args.map((_, i) => num(i));
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
    case "max":
      if (all.length === 0) return constant(key === "min" ? Infinity : -Infinity);
      return all.reduce((x, y) => extreme(cx, key, x, y));
    case "hypot":
      if (all.length === 0) return constant(0);
      if (all.length === 1) return primitive(cx, library.abs, all[0]!);
      return all.reduce((x, y) => primitive(cx, library.hypot, x, y));
    case "fround":
      return fround(cx, num(0), node);
    case "imul":
      return integer(cx.b.op("i32.mul", toInt32(cx, num(0)), toInt32(cx, num(1))), I32_MIN, I32_MAX);
    case "clz32":
      return integer(cx.b.op("i32.clz", toInt32(cx, num(0))), 0, 32);
    default:
      return unsupportedCall(cx, `Math.${key}`, node);
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
  if (f === undefined || f.id !== key) return unsupportedCall(cx, key, node);
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
  return unsupportedCall(cx, `${key} of an array`, node);
}

export function newExpression(cx: Context, node: Node, env: Env, name: string | undefined): Val {
  const f = expression(cx, node.callee, env);
  if (f.t !== "builtin") return unsupported(cx, node, "new");
  if (f.id === "Array" || f.id === "Float64Array") {
    return construct(cx, f.id, spread(cx, node.arguments, env), node, name, f.id === "Array");
  }
  return unsupportedCall(cx, `new ${f.id}`, node);
}

/** `new Float64Array(n)`, `new Float64Array([...])`, `new Array(n)` */
function construct(
  cx: Context,
  id: string,
  args: readonly Val[],
  node: Node,
  name: string | undefined,
  ordinary: boolean,
): Val {
  const [x] = args;
  const site = cx.knowledge.site(node);
  const element = site.element ?? NUMBER;
  const growable = ordinary && site.growable === true;
  if (x === undefined)
    return newArray(cx, element, constant(0), node, { typed: !ordinary, growable: ordinary, name });
  if (args.length > 1) unsupportedCall(cx, `${id} with several arguments`, node);
  if (x.t === "vec") return { ...copyOf(cx, x, node, name), typed: true };
  if (x.t === "unknown") return learn(cx, x.path, "number");
  if (x.t === "obj" && x.tuple) {
    const items = [...x.fields.values()];
    const a = newArray(cx, NUMBER, constant(items.length), node, { typed: true, name });
    items.forEach((c, i) => cx.b.store(handle(cx, a), cx.b.i32(i), f64(cx, toNumber(cx, cx.read(c), node))));
    return a;
  }
  const a = newArray(cx, element, toNumber(cx, x, node), node, { typed: !ordinary, growable, name });
  // What was not assigned yet is undefined, which counts as NaN.
  if (ordinary && element.kind === "number") cx.b.fill(handle(cx, a), cx.b.f64(NaN));
  return a;
}

/** `Array.from({ length: n }, f)`, `Array.from(list, f)` */
function arrayFromCall(
  cx: Context,
  args: readonly Val[],
  node: Node,
  name: string | undefined,
  typed: boolean,
): Val {
  const [x, f] = args;
  if (x?.t === "unknown") learn(cx, x.path, "array");
  if (x?.t === "vec")
    return f === undefined ? { ...copyOf(cx, x, node, name), typed } : mapped(cx, x, f, node, name, typed);
  if (x?.t === "obj" && x.tuple) {
    const a = inMemory(cx, x, node);
    return f === undefined ? { ...copyOf(cx, a, node, name), typed } : mapped(cx, a, f, node, name, typed);
  }
  if (x?.t !== "obj" || !x.fields.has("length")) return unsupportedCall(cx, "Array.from of this", node);
  const n = toNumber(cx, cx.read(x.fields.get("length")!), node);
  return generate(
    cx,
    n,
    (i) => (f === undefined ? constant(NaN) : call(cx, f, [NOTHING, i], node)),
    node,
    name,
    typed,
  );
}

/** A new array of n elements. */
function generate(
  cx: Context,
  n: Num,
  element: (i: Num) => Val,
  node: Node,
  name: string | undefined,
  typed = false,
): Vec {
  const site = cx.knowledge.site(node);
  const bounds = (i: Value): Num => integer(i, 0, Math.min(I32_MAX, Math.max(0, n.hi - 1)));
  // What the elements are is seen on trial.
  site.element ??= cx.trial(["i32"], (i) => {
    let s = NUMBER;
    cx.collect(() => (s = structureOf(cx, element(bounds(i)), node)));
    return s;
  });
  const a = newArray(cx, site.element, n, node, { growable: site.growable === true, typed, name });
  countedLoop(cx, cx.b.i32(0), index(cx, lengthOf(cx, a), "length"), 1, (i) => {
    initialise(cx, a, i, element(bounds(i)), node);
  });
  return a;
}

function mapped(cx: Context, a: Vec, f: Val, node: Node, name: string | undefined, typed = a.typed): Vec {
  return generate(
    cx,
    lengthOf(cx, a),
    (i) => call(cx, f, [elementUnchecked(cx, a, index(cx, i, "i")), i, a], node),
    node,
    name,
    typed,
  );
}

/** A position as slice and subarray take it: negative ones count from the end, all are brought into the array. */
function position(cx: Context, x: Val | undefined, n: Num, missing: Num, node: Node): Num {
  if (x === undefined || x.t === "nothing") return missing;
  const at = toNumber(cx, x, node);
  const whole =
    at.int || at.i !== undefined ? at : integer(index(cx, round(cx, "Math.trunc", at), "position"));
  const i: Num = whole.int ? { ...whole, f: undefined } : integer(index(cx, whole, "position"));
  const limit: Num = { ...n, f: undefined };
  if (i.lo >= 0) return extreme(cx, "min", i, limit);
  const fromEnd = integer(cx.b.op("i32.add", index(cx, i, "position"), index(cx, limit, "length")));
  const negative = compare(cx, "<", i, constant(0));
  if (negative.k === true) return extreme(cx, "max", fromEnd, constant(0));
  const chosen = integer(
    cx.b.select(
      negative.v!,
      index(cx, extreme(cx, "max", fromEnd, constant(0)), "i"),
      index(cx, extreme(cx, "min", i, limit), "i"),
    ),
    0,
    limit.hi,
  );
  return chosen;
}

function part(cx: Context, a: Vec, args: readonly Val[], node: Node): Vec {
  const n = lengthOf(cx, a);
  const lo = index(cx, position(cx, args[0], n, constant(0), node), "begin");
  const hi = index(cx, position(cx, args[1], n, n, node), "end");
  return view(cx, a, lo, cx.b.op("i32.max", lo, hi));
}

const METHODS: ReadonlySet<string> = new Set([
  ..."push pop slice subarray set fill map forEach reduce some every find findIndex indexOf includes".split(
    " ",
  ),
  ..."filter reverse sort concat at".split(" "),
]);

function arrayMethod(
  cx: Context,
  a: Vec,
  key: string,
  args: readonly Val[],
  node: Node,
  name: string | undefined,
): Val {
  const n = (): Num => lengthOf(cx, a);
  const count = (): Value => index(cx, n(), "length");
  const inside = (i: Value): Num => integer(i, 0, Math.max(0, n().hi - 1));
  const argument = (i: number): Val => args[i] ?? NOTHING;
  switch (key) {
    case "push":
      for (const x of args) push(cx, a, x, node);
      return n();
    case "pop":
      return pop(cx, a, node);
    case "slice":
      return copyOf(cx, args.length === 0 ? a : part(cx, a, args, node), node, name);
    case "subarray":
      return part(cx, a, args, node);
    case "fill": {
      const x = argument(0);
      if (x.t === "obj" || x.t === "vec") {
        const s = structureOf(cx, x, node);
        if (a.site !== undefined && a.store.element.kind === "number") {
          cx.knowledge.site(a.site).element =
            x.t === "obj" && x.tuple ? { kind: "array", element: NUMBER } : s;
          cx.knowledge.restart();
        }
      }
      if (x.t === "bool" && a.store.element.kind === "number" && a.site !== undefined) {
        cx.knowledge.site(a.site).element = { kind: "boolean" };
        cx.knowledge.restart();
      }
      fill(cx, args.length > 1 ? part(cx, a, args.slice(1), node) : a, x, node);
      return a;
    }
    case "set":
      return set(cx, a, argument(0), argument(1), node);
    case "map":
      return mapped(cx, a, argument(0), node, name);
    case "at": {
      const at = toNumber(cx, argument(0), node);
      if (at.k !== undefined) return elementAt(cx, a, at.k < 0 ? add(cx, n(), at) : at, node);
      return unsupportedCall(cx, ".at with a computed index", node);
    }
    case "forEach":
      countedLoop(cx, cx.b.i32(0), count(), 1, (i) => {
        call(cx, argument(0), [elementUnchecked(cx, a, i), inside(i), a], node);
      });
      return NOTHING;
    default:
      return prelude(cx, a, key, args, node);
  }
}

/** a.set(source, offset) */
function set(cx: Context, a: Vec, source: Val, offset: Val, node: Node): Val {
  const from = offset.t === "nothing" ? constant(0) : toNumber(cx, offset, node);
  const items =
    source.t === "obj" && source.tuple ? [...source.fields.values()].map((c) => cx.read(c)) : undefined;
  if (items !== undefined) {
    items.forEach((x, i) => setElement(cx, a, add(cx, from, constant(i)), x, node));
    return NOTHING;
  }
  if (source.t !== "vec")
    return source.t === "unknown"
      ? learn(cx, source.path, "array")
      : unsupportedCall(cx, ".set of this", node);
  const lo = index(cx, from, "offset");
  const hi = cx.b.op("i32.add", lo, index(cx, lengthOf(cx, source), "length"));
  const tooLong = cx.b.op(
    "i32.or",
    cx.b.op("i32.lt", lo, cx.b.i32(0)),
    cx.b.op("i32.gt", hi, index(cx, lengthOf(cx, a), "length")),
  );
  cx.impure = true;
  cx.b.if(tooLong, () => {
    cx.b.fail(
      {
        code: "index-out-of-range",
        message: `The elements {0} to {1} cannot be set: the array is shorter`,
        remedy: "Check the offset and the lengths of both arrays.",
      },
      lo,
      hi,
    );
    return [];
  });
  cx.b.copy(handle(cx, view(cx, a, lo, hi)), handle(cx, source));
  return NOTHING;
}

function prelude(cx: Context, a: Vec, key: string, args: readonly Val[], node: Node): Val {
  const text = Object.hasOwn(METHODS_IN_WORDS, key) ? METHODS_IN_WORDS[key] : undefined;
  if (text === undefined) return unsupportedCall(cx, `.${key} of an array`, node);
  const { element, sub } = a.store;
  if (key === "sort" && args.length === 0 && !(a.typed && element.kind === "number")) {
    return unsupportedCall(cx, ".sort without a comparison", node);
  }
  if (key === "sort" && element.kind !== "number") {
    const how = element.kind === "array" ? "rows" : sub.length === 0 ? "records" : undefined;
    if (how === undefined) return unsupportedCall(cx, ".sort of objects with arrays in them", node);
    return cx.parts.call(cx.parts.prelude(node, `sort ${how}`, SORTS[how]), [a, ...args], node);
  }
  const compareNumbers =
    args.length === 0 && key === "sort" ? [cx.parts.prelude(node, "ascending", "(x, y) => x - y")] : args;
  return cx.parts.call(cx.parts.prelude(node, key, text), [a, ...compareNumbers], node);
}

/** Methods of a tuple: one after the other, without a loop. */
function tupleMethod(
  cx: Context,
  tuple: Val,
  key: string,
  node: Node,
  env: Env,
  name: string | undefined,
): Val {
  if (key === "push" && tuple.t === "obj" && hasSpread(node)) {
    willGrow(cx, tuple);
    return pushAll(cx, inMemory(cx, tuple, node), node, env);
  }
  const args = spread(cx, node.arguments, env);
  const items =
    tuple.t === "obj"
      ? [...tuple.fields.values()].map((c) => cx.read(c))
      : (tuple as Extract<Val, { t: "place" }>).structure.kind === "tuple"
        ? spreadPlace(cx, tuple, node)
        : [];
  const f = args[0] ?? NOTHING;
  const apply = (x: Val, i: number): Val => call(cx, f, [x, constant(i), tuple], node);
  const list = (values: readonly Val[]): Obj =>
    makeObject(
      true,
      values.map((x, i) => [String(i), x] as const),
      node,
    );
  switch (key) {
    case "map":
      return list(items.map(apply));
    case "forEach":
      items.forEach(apply);
      return NOTHING;
    case "reduce": {
      const [first, ...rest] = args.length > 1 ? [args[1]!, ...items] : items;
      if (first === undefined) return unsupportedCall(cx, ".reduce of nothing", node);
      const shift = args.length > 1 ? 0 : 1;
      return rest.reduce((acc, x, i) => call(cx, f, [acc, x, constant(i + shift), tuple], node), first);
    }
    case "some":
    case "every": {
      const result = new Cell(key === "some" ? FALSE : TRUE);
      items.forEach((x, i) =>
        branch(
          cx,
          cx.read(result) as Bool,
          () => (key === "every" ? cx.write(result, toBool(cx, apply(x, i), node)) : undefined),
          () => (key === "some" ? cx.write(result, toBool(cx, apply(x, i), node)) : undefined),
        ),
      );
      return cx.read(result);
    }
    case "includes":
      return items.reduce<Val>(
        (found, x) => either(cx, found as Bool, operate(cx, "===", x, f, node) as Bool),
        FALSE,
      );
    case "slice": {
      const [lo, hi] = [args[0], args[1]].map((x) => (x?.t === "num" ? x.k : undefined));
      if ((args.length > 0 && lo === undefined) || (args.length > 1 && hi === undefined)) break;
      return list(items.slice(lo, hi));
    }
    case "concat":
      if (f.t === "obj" && f.tuple) return list([...items, ...[...f.fields.values()].map((c) => cx.read(c))]);
      break;
    default:
  }
  if (tuple.t !== "obj") return unsupportedCall(cx, `.${key} of a tuple in an array`, node);
  if (key === "push" || key === "pop") willGrow(cx, tuple);
  return arrayMethod(cx, inMemory(cx, tuple, node), key, args, node, name);
}

function willGrow(cx: Context, { site, merged }: Obj): void {
  if (site !== undefined && !merged) Object.assign(cx.knowledge.site(site), { growable: true });
}

function either(cx: Context, x: Bool, y: Bool): Bool {
  if (x.k !== undefined) return x.k ? TRUE : y;
  if (y.k !== undefined) return y.k ? TRUE : x;
  return bool(cx.b.op("i32.or", x.v!, y.v!));
}

const spreadPlace = (cx: Context, tuple: Val, node: Node): readonly Val[] => {
  const s = (tuple as Extract<Val, { t: "place" }>).structure;
  return s.kind === "tuple" ? s.elements.map((_, i) => getField(cx, tuple, String(i), node)) : [];
};

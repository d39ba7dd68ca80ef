/** Fields and elements: reading and assigning them, whatever they belong to. */
import type { Structure } from "cotangent/program";

import type { Node } from "../ast.ts";
import { ofLength, staleness, unshared } from "./aliases.ts";
import { elementAt, setElement, shorten } from "./arrays.ts";
import { lengthOf, NUMBER } from "./blocks.ts";
import { partOf, setPart, structureOf, toMemory, takenAt } from "./records.ts";
import type { Context } from "./context.ts";
import { changed } from "./merged.ts";
import { among, byText } from "./choices.ts";
import { bound, memberOf, staticMember } from "./classes.ts";
import { there } from "./maybe.ts";
import { index } from "./numbers.ts";
import { Cell, constant, kindOf, NOTHING, openPath, UNSET } from "./values.ts";
import type { Accessor, Fun, Num, Obj, Place, Str, Val, Vec } from "./values.ts";

/** An argument turns out to be something: start again knowing it. */
export function learn(
  cx: Context,
  path: string,
  kind: "number" | "boolean" | "array" | "object",
  field?: string,
): never {
  const known = cx.knowledge.guesses.get(path);
  const fields = known?.fields ?? [];
  if (field !== undefined && !fields.includes(field)) fields.push(field);
  cx.knowledge.guesses.set(path, { kind, fields });
  return cx.knowledge.restart();
}

const UNSAFE: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/** A method of an object's class, or what gets and sets a field of that name. */
function inherited(cx: Context, object: Obj | Place, key: string): Accessor | Fun | undefined {
  const own = object.t === "obj" ? object.accessors?.get(key) : undefined;
  const made = object.t === "obj" ? object.made : cx.parts.classOf(object.structure);
  return own ?? (made && memberOf(made, key, false));
}

/** A field that is no variable of its object, read; undefined if there is none. */
function inheritedField(cx: Context, object: Obj | Place, key: string, node: Node): Val | undefined {
  return gotten(cx, object, inherited(cx, object, key), node);
}

/** The same of something passed in, of which the class alone is known. */
function fieldAt(cx: Context, object: Val, path: string, key: string, node: Node): Val | undefined {
  const made = cx.parts.classAt(path);
  return gotten(cx, object, made && memberOf(made, key, false), node);
}

function gotten(cx: Context, object: Val, found: Accessor | Fun | undefined, node: Node): Val | undefined {
  if (found?.t !== "accessor") return found;
  return found.get === undefined ? NOTHING : cx.parts.call(bound(found.get, object), [], node);
}

/** object.key; methods are looked up where they are called. */
export function getField(cx: Context, whole: Val, key: string, node: Node): Val {
  const object = there(cx, whole, node);
  if (key === "constructor" && object.t === "obj" && object.made !== undefined) return object.made;
  if (UNSAFE.has(key)) return noField(cx, object, key, node);
  switch (object.t) {
    case "obj": {
      const cell = object.fields.get(key);
      staleness(cx, object, node);
      if (cell !== undefined) return cx.read(cell);
      if (object.tuple && key === "length") return constant(object.fields.size);
      if (object.guessed !== undefined) {
        return fieldAt(cx, object, object.guessed, key, node) ?? learn(cx, object.guessed, "object", key);
      }
      return inheritedField(cx, object, key, node) ?? noField(cx, object, key, node);
    }
    case "place": {
      const part = partOf(cx, object, key, node);
      if (part !== undefined) return takenAt(cx, part, {}, node);
      if (object.structure.kind === "tuple" && key === "length")
        return constant(object.structure.elements.length);
      if (object.store.guessed !== undefined && object.structure === object.store.element)
        return learn(cx, object.store.guessed, "object", key);
      return inheritedField(cx, object, key, node) ?? noField(cx, object, key, node);
    }
    case "vec":
      if (key === "length") {
        staleness(cx, object.length, node);
        ofLength(cx, object, node);
        return lengthOf(cx, object);
      }
      return noField(cx, object, key, node);
    case "num":
    case "unknown": {
      const path = openPath(object);
      if (path === undefined) return noField(cx, object, key, node);
      const inClass = fieldAt(cx, object, path, key, node);
      if (inClass !== undefined) return inClass;
      return key === "length" ? learn(cx, path, "array") : learn(cx, path, "object", key);
    }
    case "str":
      return key === "length" ? constant(object.k.length) : noField(cx, object, key, node);
    case "class":
      return staticMember(cx, object, key, node) ?? noField(cx, object, key, node);
    case "builtin":
      return member(object.id, key);
    case "poison":
      return cx.poisoned(node, object);
    default:
      return noField(cx, object, key, node);
  }
}

const constants: Readonly<Record<string, number>> = {
  "Math.E": Math.E,
  "Math.LN10": Math.LN10,
  "Math.LN2": Math.LN2,
  "Math.LOG10E": Math.LOG10E,
  "Math.LOG2E": Math.LOG2E,
  "Math.PI": Math.PI,
  "Math.SQRT1_2": Math.SQRT1_2,
  "Math.SQRT2": Math.SQRT2,
  "Number.EPSILON": Number.EPSILON,
  "Number.MAX_SAFE_INTEGER": Number.MAX_SAFE_INTEGER,
  "Number.MAX_VALUE": Number.MAX_VALUE,
  "Number.MIN_SAFE_INTEGER": Number.MIN_SAFE_INTEGER,
  "Number.MIN_VALUE": Number.MIN_VALUE,
  "Number.NEGATIVE_INFINITY": Number.NEGATIVE_INFINITY,
  "Number.NaN": Number.NaN,
  "Number.POSITIVE_INFINITY": Number.POSITIVE_INFINITY,
};

function member(id: string, key: string): Val {
  const full = `${id}.${key}`;
  const k = Object.hasOwn(constants, full) ? constants[full] : undefined;
  return k === undefined ? { t: "builtin", id: full } : constant(k);
}

function noField(cx: Context, object: Val, key: string, node: Node): never {
  const has =
    object.t === "obj" && !object.tuple
      ? `; it has ${[...object.fields.keys()].join(", ") || "no fields"}`
      : "";
  return cx.refuse(
    node,
    "unknown-field",
    `${kindOf(object)} has no ${key} here${has}.`,
    "Objects keep the fields that they are made with; declare the parameter's type in the same file.",
  );
}

/** object[key] for a computed key. */
export function getElement(cx: Context, whole: Val, key: Val, node: Node): Val {
  const object = there(cx, whole, node);
  if (key.t === "str") return getField(cx, object, key.k, node);
  if (key.t === "text") {
    const field = (k: string): Val => getField(cx, object, k, node);
    return byText(cx, key, field, () => noSuchKey(cx));
  }
  if (object.t === "str") return character(cx, object, key, node);
  if (object.t === "poison") return cx.poisoned(node, object);
  const path = openPath(object);
  if (path !== undefined) return learn(cx, path, "array");
  const at = indexNumber(cx, key, node);
  if (object.t === "vec") return elementAt(cx, object, at, node);
  if (at.k !== undefined && (object.t === "obj" || object.t === "place")) {
    return getField(cx, object, String(at.k), node);
  }
  if (object.t === "obj" && object.tuple) {
    return hasFunctions(object) ? oneOf(cx, object, at) : elementAt(cx, inMemory(cx, object, node), at, node);
  }
  if (object.t === "place" && object.structure.kind === "tuple") return computed(cx, object, node);
  return cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(object)} cannot be indexed by a computed number.`,
    "Only arrays can.",
  );
}

/** A tuple in an array, by a computed index: the array is one of arrays, from the start. */
function computed(cx: Context, object: Place, node: Node): never {
  const { site, element } = object.store;
  if (site !== undefined && element.kind === "tuple" && object.structure === element) {
    cx.knowledge.site(site).element = { kind: "array", element: element.elements[0] ?? NUMBER };
    cx.knowledge.restart();
  }
  return cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(object)} in an array cannot be indexed by a computed number.`,
    "Declare its type as number[] instead of a tuple.",
  );
}

function indexNumber(cx: Context, whole: Val, node: Node): Num {
  const key = there(cx, whole, node);
  if (key.t === "num") return key;
  if (key.t === "unknown") return learn(cx, key.path, "number");
  return cx.refuse(node, "unsupported-type", `${kindOf(key)} is no index.`, "Indices are numbers.");
}

/** Whether there are functions in something: these cannot be kept in memory. */
function hasFunctions(x: Val): boolean {
  if (x.t === "obj") return [...x.fields.values()].some((cell) => hasFunctions(cell.value));
  return x.t === "fun" || x.t === "builtin" || x.t === "choice" || x.t === "class";
}

/** An element of a table of functions, or of objects with functions in them, by a computed index. */
function oneOf(cx: Context, table: Obj, at: Num): Val {
  const items = [...table.fields.values()];
  const i = index(cx, at, "index");
  const { b } = cx;
  const outside = b.op("i32.or", b.op("i32.lt", i, b.i32(0)), b.op("i32.ge", i, b.i32(items.length)));
  cx.impure = true;
  b.if(outside, () => {
    b.fail(
      {
        code: "index-out-of-range",
        message: `A table of ${items.length} functions has none at {0}`,
        remedy: "Check the index, and how many functions the table has.",
      },
      i,
    );
    return [];
  });
  return among(cx, i, items.length, (k) => cx.read(items[k]!));
}

/** A text that is passed in is the name of no field that could be meant: the program throws. */
function noSuchKey(cx: Context): Val {
  cx.impure = true;
  cx.b.fail({
    code: "unknown-field",
    message: "There is no field of the name that was passed",
    remedy: "Pass one of the names that the object has.",
  });
  return UNSET;
}

/** `"text"[i]` */
function character(cx: Context, { k }: Str, key: Val, node: Node): Val {
  if (key.t === "num" && key.k !== undefined) {
    const found = k[key.k];
    return found === undefined ? NOTHING : { t: "str", k: found };
  }
  return cx.refuse(
    node,
    "unsupported-type",
    "Which character of a text this is, is not known when compiling.",
    "Use the numbers of its characters: text.charCodeAt(i).",
  );
}

/** What the elements of a literal have in common: rows of different lengths are arrays. */
function elementOf(items: readonly Structure[]): Structure {
  const [first] = items;
  const texts = items.flatMap((s) => (s.kind === "boolean" ? (s.of ?? []) : []));
  if (texts.length > 0 && items.every((s) => s.kind === "boolean" && s.of !== undefined))
    return { kind: "boolean", of: [...new Set(texts)] };
  if (
    first?.kind !== "tuple" ||
    items.every((s) => s.kind === "tuple" && s.elements.length === first.elements.length)
  ) {
    return first ?? NUMBER;
  }
  return { kind: "array", element: first.elements[0] ?? NUMBER };
}

/** A tuple of which an element is looked up: its literal goes to memory, from the start. */
export function inMemory(cx: Context, tuple: Obj, node: Node): Vec {
  if (tuple.site !== undefined && !tuple.merged) {
    const items = [...tuple.fields.values()].map((cell) => structureOf(cx, cx.read(cell), node));
    const site = cx.knowledge.site(tuple.site);
    if (site.memory !== true) {
      site.memory = true;
      site.element ??= elementOf(items);
      return cx.knowledge.restart();
    }
  }
  const first = [...tuple.fields.values()][0];
  // One of several tuples: it cannot be written to, so a copy serves.
  return toMemory(cx, tuple, first === undefined ? NUMBER : structureOf(cx, cx.read(first), node), node, {
    readonly: "It is one of several tuples.",
  });
}

/** object.key = value */
export function setField(cx: Context, whole: Val, key: string, value: Val, node: Node): void {
  const object = there(cx, whole, node);
  const accessor = object.t === "obj" || object.t === "place" ? inherited(cx, object, key) : undefined;
  if (accessor?.t === "accessor" && !(object.t === "obj" && object.fields.has(key))) {
    if (accessor.set === undefined) noSetter(cx, object, key, node);
    return void cx.parts.call(bound(accessor.set, object), [value], node);
  }
  if (object.t === "place") {
    if (!setPart(cx, object, key, value, node)) noField(cx, object, key, node);
    return;
  }
  if (object.t === "class") {
    cx.refuse(
      node,
      "captured-variable-changes",
      `${object.name}.${key} belongs to the class and cannot be assigned to.`,
      "Keep it in an object that is passed in and returned.",
    );
  }
  if (object.t === "unknown") return learn(cx, object.path, "object", key);
  if (object.t === "poison") return cx.poisoned(node, object);
  if (object.t === "vec" && key === "length") return setLength(cx, object, value, node);
  if (object.t !== "obj") return noField(cx, object, key, node);
  const cell = object.fields.get(key);
  if (cell === undefined || UNSAFE.has(key)) return noField(cx, object, key, node);
  if (object.readonly !== undefined) {
    cx.refuse(
      node,
      "captured-variable-changes",
      `This ${object.tuple ? "tuple" : "object"} must not be written to. ${object.readonly}`,
      "Make a new one: { ...x, field: value }; or pass it as a parameter.",
    );
  }
  if (object.merged) {
    cx.refuse(
      node,
      "aliased-structure",
      `This is one of several ${object.tuple ? "tuples" : "objects"}, and which one depends on the path taken: it cannot be changed in place.`,
      "Make a new one: x = { ...x, field: value }.",
    );
  }
  unshared(cx, object, node);
  changed(cell);
  cx.write(cell, value);
}

function noSetter(cx: Context, object: Val, key: string, node: Node): never {
  return cx.refuse(
    node,
    "constant-assignment",
    `${key} of ${kindOf(object)} has a getter and no setter.`,
    "Assign to what it is computed from, or write a setter.",
  );
}

function setLength(cx: Context, a: Vec, n: Val, node: Node): void {
  if (n.t === "unknown") return learn(cx, n.path, "number");
  if (n.t === "num") return shorten(cx, a, n, node);
  return noField(cx, a, "length", node);
}

/** object[key] = value for a computed key. */
export function setByKey(cx: Context, whole: Val, key: Val, value: Val, node: Node): void {
  const object = there(cx, whole, node);
  if (key.t === "str") return setField(cx, object, key.k, value, node);
  if (key.t === "text") {
    const set = (k: string): Val => (setField(cx, object, k, value, node), NOTHING);
    return void byText(cx, key, set, () => (noSuchKey(cx), NOTHING));
  }
  if (object.t === "unknown") return learn(cx, object.path, "array");
  if (object.t === "poison") return cx.poisoned(node, object);
  const at = indexNumber(cx, key, node);
  if (object.t === "vec") return setElement(cx, object, at, value, node);
  if (at.k !== undefined && object.t === "obj" && object.tuple && object.fields.has(String(at.k))) {
    return setField(cx, object, String(at.k), value, node);
  }
  if (object.t === "place" && at.k !== undefined) return setField(cx, object, String(at.k), value, node);
  if (object.t === "obj" && object.tuple) {
    return setElement(cx, inMemory(cx, object, node), at, value, node);
  }
  if (object.t === "place" && object.structure.kind === "tuple") return computed(cx, object, node);
  cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(object)} cannot be indexed by a computed number.`,
    "Only arrays can.",
  );
}

/** A new object or tuple. */
export function makeObject(
  tuple: boolean,
  fields: Iterable<readonly [string, Val]>,
  site: Node | undefined,
): Obj {
  const cells = new Map<string, Cell>();
  for (const [key, value] of fields) cells.set(key, new Cell(value, key));
  return { t: "obj", tuple, fields: cells, site, merged: false };
}

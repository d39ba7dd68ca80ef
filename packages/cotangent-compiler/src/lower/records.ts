/** Records: tuples, objects and rows as elements of arrays, read, written, and what structure they have. */
import { stride, children, arraysIn } from "cotangent/program";
import type { Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import { current, written } from "./aliases.ts";
import { putInto, remember } from "./copies.ts";
import {
  address,
  blockOf,
  handle,
  i32,
  lengthOf,
  newArray,
  offsetOf,
  plus,
  reserve,
  vec,
  NUMBER,
} from "./blocks.ts";
import type { ArrayStructure, VecOptions } from "./blocks.ts";
import type { Context } from "./context.ts";
import { countedLoop } from "./control.ts";
import { loaded, stored } from "./elements.ts";
import { sameStructure, truth } from "./merge.ts";
import { f64 } from "./numbers.ts";
import type { Taken } from "./sharing.ts";
import { chosen, place, isOneOf } from "./texts.ts";
import { bool, Cell, constant, kindOf, NOTHING, number, size } from "./values.ts";
import type { Num, Obj, Place, Store, Val, Vec } from "./values.ts";

/** a[i], where i is known to be an index. */
export function elementUnchecked(cx: Context, a: Vec, i: Value, whole: Value = handle(cx, a)): Val {
  const { store } = a;
  cx.impure = true;
  current(cx, store, cx.here);
  if (store.element.kind === "number") {
    const x = loaded(cx, store.element, cx.b.load(whole, i));
    return { ...x, guessed: store.guessed, hole: store.holes === true };
  }
  return readRecord(cx, store, store.element, address(cx, a, i), 0);
}

/** What lies at `base`. `sub` tells which of the store's nested arrays is the first one there. */
function readRecord(cx: Context, store: Store, s: Structure, base: Value, sub: number, path = ""): Val {
  const { b } = cx;
  const load = (n: number): Value => b.load(blockOf(cx, store), plus(cx, base, n));
  switch (s.kind) {
    case "number":
      return loaded(cx, s, load(0));
    case "boolean":
      return s.of === undefined
        ? bool(b.op("f64.ne", load(0), b.f64(0)))
        : chosen(s, b.op("f64.toInt32", load(0)));
    case "nothing":
      return s.is === undefined ? NOTHING : { t: "nothing", is: s.is, at: s.at };
    case "array": {
      const offset = b.op("f64.toInt32", load(0));
      const length = size(b.op("f64.toInt32", load(1)));
      const rows = store.sub[sub]!;
      return vec(rows, length, { offset, typed: s.typed === true, home: { store, base, epoch: rows.epoch } });
    }
    default:
      return {
        t: "place",
        store,
        structure: s,
        base,
        sub,
        epoch: store.epoch,
        inner: replacements(store, path),
        path,
      };
  }
}

/** A part of a tuple or an object in an array; undefined if there is none of that name. */
export function partOf(cx: Context, p: Place, key: string, node: Node): Val | undefined {
  const part = locate(p, key);
  if (part === undefined) return undefined;
  current(cx, p.store, node);
  if (isReplaced(p)) {
    cx.knowledge.keep(p.taken ?? []);
    cx.refuse(
      node,
      "aliased-structure",
      "This element may have been replaced by another one since it was taken from its array.",
      "Read its fields before an element is replaced, or assign the fields one by one.",
    );
  }
  cx.impure = true;
  const base = plus(cx, p.base, part.offset);
  const x = readRecord(cx, p.store, part.structure, base, p.sub + part.sub, `${p.path}.${key}`);
  const { guessed } = p.store;
  const isOpen = guessed !== undefined && p.structure === p.store.element;
  return isOpen && x.t === "num" ? { ...x, guessed: `${guessed}.${key}` } : x;
}

/** What is taken out of its array at this place of the source. */
export function takenAt(cx: Context, x: Val, from: Taken, node: Node): Val {
  if (x.t !== "place") return x;
  return cx.knowledge.site(node).kept === true ? copyOfRecord(cx, x, node) : { ...x, taken: [node], from };
}

/** Whether something else may lie where a tuple or an object was. */
const isReplaced = (p: Place): boolean =>
  p.epoch !== p.store.epoch || p.inner !== replacements(p.store, p.path);

/** How often what is there in records, or what that is in, was replaced. */
function replacements({ inner }: Store, path: string): number {
  let count = 0;
  for (const [at, n] of inner) if (path === at || path.startsWith(`${at}.`)) count += n;
  return count;
}

/** A record, in registers. As long as it may be in the array, too, neither may change apart from the other. */
function copyOfRecord(cx: Context, p: Place, node: Node): Obj {
  const fields = children(p.structure).map(([key]) => {
    const x = partOf(cx, p, String(key), node)!;
    return [String(key), new Cell(x.t === "place" ? copyOfRecord(cx, x, node) : x, String(key))] as const;
  });
  const made = cx.parts.classOf(p.structure);
  const tuple = p.structure.kind === "tuple";
  const copy: Obj = { t: "obj", tuple, fields: new Map(fields), site: undefined, merged: false, made };
  remember(copy, p.store, p.path !== "");
  return copy;
}

function locate(
  p: Place,
  wanted: string,
): { readonly structure: Structure; readonly offset: number; readonly sub: number } | undefined {
  let offset = 0;
  let sub = 0;
  for (const [key, structure] of children(p.structure)) {
    if (String(key) === wanted) return { structure, offset, sub };
    offset += stride(structure);
    sub += arraysIn(structure).length;
  }
  return undefined;
}

/** Assigns to a part of a tuple or an object in an array. */
export function setPart(cx: Context, p: Place, key: string, value: Val, node: Node): boolean {
  const part = locate(p, key);
  if (part === undefined) return false;
  if (isReplaced(p)) partOf(cx, p, key, node);
  current(cx, p.store, node);
  const nested = p.path !== "";
  const base = plus(cx, p.base, part.offset);
  const path = `${p.path}.${key}`;
  const isRecord = part.structure.kind === "tuple" || part.structure.kind === "object";
  if (isRecord) p.store.sharing.replace(base, path);
  if (p.store.sharing.hasTwice(nested)) {
    cx.refuse(
      node,
      "aliased-structure",
      "An object of this array was put into it a second time: what is written to one of the two would have to be seen in both.",
      "Put a copy into it: list.push({ ...list[i] }), p.before = [...p.now].",
    );
  }
  written(p.store, nested);
  if (value.t === "place" && value.store.sharing === p.store.sharing)
    p.store.sharing.repeat({ at: value.base, path: value.path });
  p.store.touched.edit(p.path);
  if (isRecord) p.store.touched.replace(path);
  writeRecord(cx, p.store, part.structure, base, value, p.sub + part.sub, node);
  if (isRecord) p.store.inner.set(path, (p.store.inner.get(path) ?? 0) + 1);
  return true;
}

/** The structure that a value has as an element of an array. */
export function structureOf(cx: Context, v: Val, node: Node): Structure {
  switch (v.t) {
    case "num":
      return NUMBER;
    case "bool":
      return { kind: "boolean" };
    case "str":
      return { kind: "boolean", of: [v.k] };
    case "text":
      return { kind: "boolean", of: v.of, ...(v.at === undefined ? {} : { at: v.at }) };
    case "nothing":
      return v.is === undefined ? { kind: "nothing" } : { kind: "nothing", is: v.is };
    case "place":
      return v.structure;
    case "vec":
      return { kind: "array", element: v.store.element, typed: v.typed };
    case "obj": {
      if (v.made !== undefined || v.accessors !== undefined) nothingElse(cx, v, node);
      const parts = [...v.fields].map(([key, cell]) => [key, structureOf(cx, cx.read(cell), node)] as const);
      if (v.tuple) return { kind: "tuple", elements: parts.map(([, s]) => s) };
      const made = v.made?.id;
      return { kind: "object", fields: parts, ...(made === undefined ? {} : { made }) };
    }
    case "unknown":
      return guess(cx, v.path, "number");
    case "maybe":
      // undefined counts as NaN where it is returned.
      if (v.value.t === "num" && v.absent.is === undefined) return NUMBER;
      return cx.refuse(
        node,
        "unsupported-type",
        `This is ${kindOf(v)}, depending on the path taken: it cannot be kept in an array or returned.`,
        "Give it one kind of value on all paths: a number such as NaN or Infinity, or an object with a field that says so.",
      );
    case "poison":
      return cx.poisoned(node, v);
    default:
      return cx.refuse(
        node,
        "unsupported-type",
        `${kindOf(v)} cannot be kept in an array or returned.`,
        "Arrays and results are made of numbers, booleans, tuples, objects and arrays of these.",
      );
  }
}

/** Refuses objects of which more must be known than what is in them. */
function nothingElse(cx: Context, { made, accessors }: Obj, node: Node): void {
  if (accessors !== undefined) {
    cx.refuse(
      node,
      "unsupported-type",
      "An object with a getter or a setter cannot be kept in an array, returned, or passed to a function that calls itself.",
      "Use a class, or keep and return what the getter gives.",
    );
  }
  if (made?.isOne !== false) return;
  cx.refuse(
    node,
    "unsupported-type",
    `Methods of ${made.name} use variables of the function around the class: its instances cannot be kept in arrays, returned, or passed to a function that calls itself.`,
    "Declare the class at the top of the module, and keep in its fields what its methods use.",
  );
}

/** An argument of unknown structure is taken for what is needed here: all starts again. */
export function guess(cx: Context, path: string, kind: "number" | "boolean"): never {
  cx.knowledge.guesses.set(path, { kind, fields: [] });
  return cx.knowledge.restart();
}

/** Writes a value at `base`: what it holds is copied. */
export function writeRecord(
  cx: Context,
  store: Store,
  s: Structure,
  base: Value,
  v: Val,
  sub: number,
  node: Node,
): void {
  const { b } = cx;
  const put = (n: number, x: Value): void => b.store(blockOf(cx, store), plus(cx, base, n), x);
  if (v.t === "unknown" && (s.kind === "number" || s.kind === "boolean")) guess(cx, v.path, s.kind);
  if (s.kind === "number" && v.t === "num") return put(0, stored(cx, s, v, node));
  if (s.kind === "number" && v.t === "maybe" && v.value.t === "num" && v.absent.is === undefined) {
    store.holes = s.as === undefined;
    const x = number(b.select(truth(cx, v.present), f64(cx, v.value), b.f64(NaN)));
    return put(0, stored(cx, s, x, node));
  }
  if (s.kind === "number" && v.t === "nothing" && v.is === undefined) {
    store.holes = s.as === undefined;
    return put(0, stored(cx, s, constant(NaN), node));
  }
  if (s.kind === "boolean" && v.t === "bool" && s.of === undefined)
    return put(0, b.op("f64.fromI32", truth(cx, v)));
  if (s.kind === "boolean" && isOneOf(s.of, v)) return put(0, b.op("f64.fromI32", place(cx, s.of!, v)));
  if (s.kind === "array") {
    const row = asArray(cx, v, s, node);
    if (v.t === "obj") putInto(v, store.sub[sub]!);
    if (isEmptyLiteral(row.site)) store.sub[sub]!.grows = true;
    const { offset, length } = rowIn(cx, store.sub[sub]!, row, node);
    put(0, b.op("f64.fromI32", offset));
    return put(1, b.op("f64.fromI32", length));
  }
  if ((s.kind === "tuple" || s.kind === "object") && (v.t === "obj" || v.t === "place")) {
    if (
      v.t === "obj" &&
      v.made !== undefined &&
      s.kind === "object" &&
      s.made !== undefined &&
      v.made.id !== s.made
    )
      mismatch(cx, s, v, node);
    // All is read before anything is written: it may be the same record.
    const parts = children(s).map(([key, e]) => ({ e, x: fieldOf(cx, v, String(key), node) }));
    let offset = 0;
    let nth = sub;
    if (v.t === "obj") putInto(v, store, s !== store.element);
    else store.sharing.share(s !== store.element, v.store.sharing, v.path !== "");
    for (const { e, x } of parts) {
      writeRecord(cx, store, e, plus(cx, base, offset), x, nth, node);
      offset += stride(e);
      nth += arraysIn(e).length;
    }
    return;
  }
  mismatch(cx, s, v, node);
}

const isEmptyLiteral = (site: Node | undefined): boolean =>
  site?.type === "ArrayExpression" && site.elements.length === 0;

function mismatch(cx: Context, s: Structure, v: Val, node: Node): never {
  return cx.refuse(
    node,
    "unsupported-type",
    `${kindOf(v)} cannot be put into an array whose elements are ${describe(s)}.`,
    "All elements of an array must have the same structure.",
  );
}

const describe = (s: Structure): string =>
  s.kind === "tuple"
    ? `tuples of ${s.elements.length}`
    : s.kind === "object"
      ? `objects with ${s.fields.map(([key]) => key).join(", ")}`
      : `${s.kind}s`;

function fieldOf(cx: Context, v: Obj | Place, key: string, node: Node): Val {
  const x = v.t === "place" ? partOf(cx, v, key, node) : v.fields.get(key) && cx.read(v.fields.get(key)!);
  if (x !== undefined) return x;
  return cx.refuse(
    node,
    "unsupported-type",
    `The field ${key} is missing.`,
    "All elements of an array must have the same fields.",
  );
}

/** A tuple where an array is needed becomes one. */
export function asArray(cx: Context, v: Val, s: ArrayStructure, node: Node): Vec {
  if (v.t === "vec") {
    if (!sameStructure(v.store.element, s.element)) mismatch(cx, s, v, node);
    return v;
  }
  if (v.t !== "obj" || !v.tuple) return mismatch(cx, s, v, node);
  return toMemory(cx, v, s.element, node, {});
}

/** The elements of a tuple, in memory. */
export function toMemory(cx: Context, v: Obj, element: Structure, node: Node, options: VecOptions): Vec {
  const items = [...v.fields.values()].map((cell) => cx.read(cell));
  const a = newArray(cx, element, constant(items.length), node, options);
  items.forEach((x, i) => {
    const at = cx.b.i32(i);
    writeRecord(cx, a.store, element, address(cx, a, at), x, 0, node);
  });
  return a;
}

/** Puts a row into the block of rows, unless it lies there already. */
export function rowIn(
  cx: Context,
  store: Store,
  row: Vec,
  node: Node,
): { readonly offset: Value; readonly length: Value } {
  const { b } = cx;
  const length = i32(cx, lengthOf(cx, row));
  if (row.store === store) return { offset: offsetOf(cx, row) ?? b.i32(0), length };
  if (row.store.isPool) store.sharing.share(false, row.store.sharing, false);
  if (store.used === null) {
    cx.refuse(
      node,
      "aliased-structure",
      "A row of an argument, or of an array that is one of several, cannot be replaced by another array.",
      "Assign its elements one by one, or build a new array of arrays.",
    );
  }
  const used = cx.read(store.used) as Num;
  const offset = i32(cx, used);
  const end = b.op("i32.add", offset, length);
  reserve(cx, store, end);
  cx.write(store.used, size(end));
  store.sharing.resized();
  if (store.sub.length === 0) {
    const from = store.stride === 1 ? offset : b.op("i32.mul", offset, b.i32(store.stride));
    const to = store.stride === 1 ? end : b.op("i32.mul", end, b.i32(store.stride));
    b.copy(b.subarray(blockOf(cx, store), from, to), handle(cx, row));
  } else {
    countedLoop(cx, b.i32(0), length, 1, (i) => {
      const record = cx.b.op("i32.add", offset, i);
      const base = cx.b.op("i32.mul", record, cx.b.i32(store.stride));
      writeRecord(cx, store, store.element, base, elementUnchecked(cx, row, i), 0, node);
    });
  }
  putInto(row.length, store);
  return { offset, length };
}

/** Writes element i of an array that was just made with room for it. */
export function initialise(cx: Context, a: Vec, i: Value, v: Val, node: Node): void {
  writeRecord(cx, a.store, a.store.element, address(cx, a, i), v, 0, node);
}

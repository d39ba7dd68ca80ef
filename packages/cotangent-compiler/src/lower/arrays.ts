/** Arrays: blocks of records in memory. */
import { arraysIn, children, stride } from "cotangent/program";
import type { Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { branch, countedLoop } from "./control.ts";
import { holdsAll, loaded, stored } from "./elements.ts";
import { sameStructure, truth } from "./merge.ts";
import { chosen, isOneOf, place } from "./texts.ts";
import { compare, f64, index, mul } from "./numbers.ts";
import { Cell, LONGEST, NOTHING, Touched, bool, constant, integer, kindOf, number, size } from "./values.ts";
import type { Home, Num, Obj, Place, Raw, Store, Val, Vec } from "./values.ts";

type ArrayStructure = Extract<Structure, { kind: "array" }>;
export const NUMBER: Structure = { kind: "number" };

const blockOf = (cx: Context, store: Store): Value => (cx.read(store.block) as { v: Value }).v;
export const lengthOf = (cx: Context, a: Vec): Num => cx.read(a.length) as Num;
const offsetOf = (cx: Context, a: Vec): Value | null =>
  a.offset === null ? null : (cx.read(a.offset) as Raw).v;
const i32 = (cx: Context, x: Num): Value => index(cx, x, "length");

function storeOf(
  element: Structure,
  block: Value,
  sub: readonly Store[],
  used: Cell | null,
  site?: Node,
): Store {
  return {
    element,
    stride: stride(element),
    block: new Cell({ t: "raw", v: block }),
    sub,
    used,
    epoch: 0,
    touched: new Touched(),
    site,
  };
}

/**
 * The array that leaves make, as an argument does. Takes them from the front of `leaves`.
 * @param passed the path of a list of the caller's, which may become longer or shorter
 */
export function arrayFrom(
  cx: Context,
  s: ArrayStructure,
  leaves: Iterator<Value>,
  name: string,
  readonly?: string,
  passed?: string,
): Vec {
  const load = (e: Structure): Store => {
    const block = leaves.next().value as Value;
    return storeOf(
      e,
      block,
      arraysIn(e).map((inner) => load(inner.element)),
      null,
    );
  };
  const store = load(s.element);
  const { b } = cx;
  const all = b.length(blockOf(cx, store));
  const length = store.stride === 1 ? all : b.op("i32.div", all, b.i32(Math.max(1, store.stride)));
  const growable = passed !== undefined && cx.knowledge.resized.has(passed);
  return vec(store, size(length), { typed: s.typed === true, name, readonly, growable, passed });
}

interface VecOptions {
  readonly growable?: boolean;
  readonly typed?: boolean;
  readonly name?: string | undefined;
  readonly readonly?: string | undefined;
  readonly site?: Node | undefined;
  readonly offset?: Value | null;
  readonly home?: Home;
  readonly passed?: string | undefined;
}

function vec(store: Store, length: Num, options: VecOptions): Vec {
  return {
    t: "vec",
    store,
    offset:
      options.offset === undefined || options.offset === null
        ? null
        : new Cell({ t: "raw", v: options.offset }),
    home: options.home,
    length: new Cell(length, "length"),
    growable: options.growable ?? false,
    readonly: options.readonly,
    typed: options.typed ?? false,
    passed: options.passed,
    site: options.site,
    name: options.name,
    merged: false,
  };
}

/** A new array of `length` records, all zero. */
export function newArray(cx: Context, element: Structure, length: Num, node: Node, options: VecOptions): Vec {
  const { b } = cx;
  const width = stride(element);
  const n = i32(cx, length);
  if (!(length.lo >= 0)) {
    const negative = b.op("i32.lt", n, b.i32(0));
    cx.impure = true;
    b.if(negative, () => {
      b.fail(
        {
          code: "not-an-index",
          message: `{0} is no length of an array`,
          remedy: "Lengths must not be negative: check the arguments.",
        },
        n,
      );
      return [];
    });
  }
  if (width > 1 && !(length.hi * width <= LONGEST)) {
    cx.impure = true;
    b.if(b.op("i32.gt", n, b.i32(Math.floor(LONGEST / width))), () => {
      b.fail(
        {
          code: "out-of-memory",
          message: `An array of {0} elements of ${width} numbers each needs more than 4 GB`,
          remedy: "Work on smaller pieces, or check the length.",
        },
        n,
      );
      return [];
    });
  }
  const block = b.allocate(width === 1 ? n : b.op("i32.mul", n, b.i32(width)));
  const store = storeOf(
    element,
    block,
    arraysIn(element).map((s) => pool(cx, s)),
    null,
    node,
  );
  // An integer whatever it was computed by: paths and loops that exchange arrays join their lengths.
  const bounded =
    length.k !== undefined
      ? constant(length.k + 0)
      : integer(n, Math.max(0, length.lo), Math.min(LONGEST, length.hi));
  return vec(store, bounded, { ...options, site: node });
}

/** The block of the rows of an array of arrays. */
function pool(cx: Context, s: ArrayStructure): Store {
  const { b } = cx;
  const sub = arraysIn(s.element).map((inner) => pool(cx, inner));
  return storeOf(s.element, b.allocate(b.i32(0)), sub, new Cell(constant(0), "used"));
}

/** An array that is a constant of the program. */
export function dataArray(cx: Context, elements: readonly number[], name: string | undefined): Vec {
  const store = storeOf(NUMBER, cx.b.data(Float64Array.from(elements)), [], null);
  return vec(store, constant(elements.length), { name, readonly: "It is a constant of the module." });
}

/** The handle of exactly the elements of an array. */
export function handle(cx: Context, a: Vec): Value {
  const block = blockOf(cx, a.store);
  if (a.offset === null && !a.growable && a.store.used === null) return block;
  const { b } = cx;
  const scaled = (v: Value): Value => (a.store.stride === 1 ? v : b.op("i32.mul", v, b.i32(a.store.stride)));
  const lo = offsetOf(cx, a) ?? b.i32(0);
  const n = i32(cx, lengthOf(cx, a));
  const hi = a.offset === null ? n : b.op("i32.add", lo, n);
  return b.subarray(block, scaled(lo), scaled(hi));
}

/** How messages call an array. */
const called = (cx: Context, a: Vec, node: Node): string =>
  a.name ?? cx.textOf(node).code.slice(node.start, node.end).split("[")[0]!.slice(0, 40);

/** The program throws unless i is an index of the array. */
function checkIndex(cx: Context, a: Vec, i: Value, whole: Value, node: Node): void {
  const { b } = cx;
  cx.impure = true;
  const name = called(cx, a, node);
  if (a.store.stride === 1) return b.bound(i, whole, name);
  const n = i32(cx, lengthOf(cx, a));
  const outside = b.op("i32.or", b.op("i32.lt", i, b.i32(0)), b.op("i32.ge", i, n));
  b.if(outside, () => {
    b.fail(
      {
        code: "index-out-of-range",
        message: `${name}[{0}] does not exist: it has {1} elements`,
        remedy: "Check the loop's bounds and the length of the array that was passed.",
      },
      i,
      n,
    );
    return [];
  });
}

/** a[i] */
export function elementAt(cx: Context, a: Vec, at: Num, node: Node): Val {
  cx.back(node);
  staleness(cx, a.length, node);
  fresh(cx, a, node);
  const i = index(cx, at, called(cx, a, node) + "'s index");
  const whole = handle(cx, a);
  checkIndex(cx, a, i, whole, node);
  return elementUnchecked(cx, a, i, whole);
}

/** a[i], where i is known to be an index. */
export function elementUnchecked(cx: Context, a: Vec, i: Value, whole: Value = handle(cx, a)): Val {
  const { store } = a;
  cx.impure = true;
  if (store.element.kind === "number") {
    const x = loaded(cx, store.element, cx.b.load(whole, i));
    return { ...x, guessed: store.guessed, hole: store.holes === true };
  }
  return readRecord(cx, store, store.element, address(cx, a, i), 0);
}

/** Where record i of an array begins in its store's block. */
function address(cx: Context, a: Vec, i: Value): Value {
  const { b } = cx;
  const offset = offsetOf(cx, a);
  const record = offset === null ? i : b.op("i32.add", offset, i);
  return a.store.stride === 1 ? record : b.op("i32.mul", record, b.i32(a.store.stride));
}

const plus = (cx: Context, v: Value, n: number): Value => (n === 0 ? v : cx.b.op("i32.add", v, cx.b.i32(n)));

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
      return { t: "place", store, structure: s, base, sub, epoch: store.epoch, path };
  }
}

/** A part of a tuple or an object in an array; undefined if there is none of that name. */
export function partOf(cx: Context, p: Place, key: string, node: Node): Val | undefined {
  const part = locate(p, key);
  if (part === undefined) return undefined;
  if (p.epoch !== p.store.epoch) {
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
  if (p.epoch !== p.store.epoch) partOf(cx, p, key, node);
  written(p.store);
  p.store.touched.edit(p.path);
  if (part.structure.kind === "tuple" || part.structure.kind === "object")
    p.store.touched.replace(`${p.path}.${key}`);
  writeRecord(cx, p.store, part.structure, plus(cx, p.base, part.offset), value, p.sub + part.sub, node);
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
    default:
      return cx.refuse(
        node,
        v.t === "poison" ? "aliased-structure" : "unsupported-type",
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
function guess(cx: Context, path: string, kind: "number" | "boolean"): never {
  cx.knowledge.guesses.set(path, { kind, fields: [] });
  return cx.knowledge.restart();
}

/** Writes a value at `base`: what it holds is copied. */
function writeRecord(
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
    if (v.t === "obj") remember(v, store);
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
function asArray(cx: Context, v: Val, s: ArrayStructure, node: Node): Vec {
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
function rowIn(
  cx: Context,
  store: Store,
  row: Vec,
  node: Node,
): { readonly offset: Value; readonly length: Value } {
  const { b } = cx;
  const length = i32(cx, lengthOf(cx, row));
  if (row.store === store) return { offset: offsetOf(cx, row) ?? b.i32(0), length };
  if (store.used === null) {
    cx.refuse(
      node,
      "aliased-structure",
      "A row of an argument cannot be replaced by another array.",
      "Assign its elements one by one, or build a new array of arrays.",
    );
  }
  const used = cx.read(store.used) as Num;
  const offset = i32(cx, used);
  const end = b.op("i32.add", offset, length);
  reserve(cx, store, end);
  cx.write(store.used, size(end));
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
  remember(row.length, store);
  return { offset, length };
}

/** Makes sure that a block has room for `count` records. */
function reserve(cx: Context, store: Store, count: Value): void {
  const { b } = cx;
  const block = blockOf(cx, store);
  const scaled = store.stride === 1 ? count : b.op("i32.mul", count, b.i32(store.stride));
  const full = bool(b.op("i32.gt", scaled, b.length(block)));
  branch(
    cx,
    full,
    () => {
      const { b } = cx;
      const twice = b.op("i32.shl", b.length(block), b.i32(1));
      const room = b.op("i32.max", b.op("i32.max", twice, scaled), b.i32(8 * store.stride));
      const bigger = b.allocate(room);
      b.copy(bigger, block);
      cx.write(store.block, { t: "raw", v: bigger });
    },
    () => undefined,
  );
}

/** Copies were made of these: from then on they must not change apart from each other. */
const copies: WeakMap<object, Store> = new WeakMap();
/** Stores into whose records something is written in place. */
const mutated: WeakSet<Store> = new WeakSet();

function remember(original: Obj | Cell, store: Store): void {
  copies.set(original, store);
}

function written(store: Store): void {
  mutated.add(store);
}

/** Refuses to read what may differ from its copy in an array. */
export function staleness(cx: Context, original: Obj | Cell, node: Node): void {
  const store = copies.get(original);
  if (store === undefined || !mutated.has(store)) return;
  shared(cx, node);
}

/** Refuses to change what was copied into an array. */
export function unshared(cx: Context, original: Obj | Cell, node: Node): void {
  if (copies.has(original)) shared(cx, node);
}

function shared(cx: Context, node: Node): never {
  return cx.refuse(
    node,
    "aliased-structure",
    "This was put into an array, and would have to change there and here alike.",
    "Use it through the array from then on (rows[i]), or put a copy into it (row.slice(), { ...p }).",
  );
}

function checkWritable(cx: Context, a: Vec, node: Node): void {
  if (a.readonly !== undefined) {
    cx.refuse(
      node,
      "captured-variable-changes",
      `${called(cx, a, node)} must not be written to. ${a.readonly}`,
      "Make a copy first: const copy = a.slice().",
    );
  }
  unshared(cx, a.length, node);
  fresh(cx, a, node);
  written(a.store);
}

/** Refuses to use a row that may have grown under another name. */
function fresh(cx: Context, a: Vec, node: Node): void {
  if (a.home === undefined || a.home.epoch === a.store.epoch || a.store.used === null) return;
  cx.refuse(
    node,
    "aliased-structure",
    "A row of this array of arrays has grown since this one was taken from it, and it may be the same.",
    "Take the row again: rows[i].",
  );
}

const SEEDS = 2;

/** a[i] = v */
export function setElement(cx: Context, a: Vec, at: Num, v: Val, node: Node): void {
  cx.back(node);
  checkWritable(cx, a, node);
  // `const dp = [1]; dp[i] = ...`: short ones are meant to grow.
  const short = a.site?.type === "ArrayExpression" && a.site.elements.length <= SEEDS;
  if (short && !a.growable && !a.merged) relearn(cx, a.site, { growable: true });
  const i = index(cx, at, called(cx, a, node) + "'s index");
  const isGrowingRow = a.store.grows === true && a.home !== undefined && a.offset !== null;
  if (a.growable || isGrowingRow) {
    // One beyond the end is what push does.
    const n = lengthOf(cx, a);
    branch(
      cx,
      compare(cx, "===", { ...n, f: undefined }, { ...integer(i), k: at.k }),
      () => push(cx, a, v, node),
      () => replace(cx, a, i, v, node),
    );
  } else replace(cx, a, i, v, node);
}

function replace(cx: Context, a: Vec, i: Value, v: Val, node: Node): void {
  const whole = handle(cx, a);
  checkIndex(cx, a, i, whole, node);
  const { store } = a;
  if (store.element.kind === "number" && v.t === "num")
    return cx.b.store(whole, i, stored(cx, store.element, v, node));
  writeRecord(cx, store, store.element, address(cx, a, i), v, 0, node);
  if (store.element.kind === "tuple" || store.element.kind === "object") {
    // From here on: what was written may itself be an element of the same array.
    store.epoch++;
    store.touched.replace("");
  }
}

/** Learns that an array grows or shrinks, if it may, and starts again. */
function resize(cx: Context, a: Vec): void {
  if (a.merged || a.typed) return;
  relearn(cx, a.site, { growable: true });
  if (a.passed === undefined) return;
  cx.knowledge.resized.add(a.passed);
  cx.knowledge.restart();
}

/** Learns that an array grows, or what it holds, and starts again. */
function relearn(
  cx: Context,
  site: Node | undefined,
  what: { growable?: true; element?: Structure },
): boolean {
  if (site === undefined) return false;
  const known = cx.knowledge.site(site);
  const news =
    (what.growable === true && known.growable !== true) ||
    (what.element !== undefined && known.element === undefined);
  if (!news) return false;
  Object.assign(known, { memory: true, ...what });
  return cx.knowledge.restart();
}

/** a.push(v) */
export function push(cx: Context, a: Vec, v: Val, node: Node): void {
  if (a.home !== undefined && a.store.used !== null && a.offset !== null) return pushToRow(cx, a, v, node);
  if (!a.growable) {
    resize(cx, a);
    cx.refuse(
      node,
      "unsupported-array",
      `${called(cx, a, node)} cannot grow: ${a.merged ? "it is one of several arrays" : "only arguments and arrays made by this function do"}.`,
      "Push to an argument that is a list, or to a local array that is made as [] in the same function, and not to a row of another array.",
    );
  }
  checkWritable(cx, a, node);
  const s = structureOf(cx, v, node);
  if (!sameStructure(s, a.store.element)) {
    const tuple = s.kind === "tuple" && a.store.element.kind === "array";
    if (!tuple && !(s.kind === "nothing" && a.store.element.kind === "number")) {
      relearn(cx, a.site, { element: s });
    }
  }
  const n = lengthOf(cx, a);
  const i = i32(cx, n);
  const next = cx.b.op("i32.add", i, cx.b.i32(1));
  reserve(cx, a.store, next);
  writeRecord(cx, a.store, a.store.element, address(cx, a, i), v, 0, node);
  cx.write(a.length, integer(next, n.lo + 1, LONGEST));
}

/** A row grows where it lies if it is the last one; else it moves to the end. */
function pushToRow(cx: Context, a: Vec, v: Val, node: Node): void {
  checkWritable(cx, a, node);
  const { store } = a;
  const used = cx.read(store.used!) as Num;
  const length = i32(cx, lengthOf(cx, a));
  const begin = offsetOf(cx, a)!;
  const { b } = cx;
  const last = b.op("i32.eq", b.op("i32.add", begin, length), i32(cx, used));
  const move = (): void => {
    const { b } = cx;
    const to = i32(cx, cx.read(store.used!) as Num);
    const end = b.op("i32.add", to, length);
    reserve(cx, store, end);
    const scaled = (x: Value): Value => cx.b.op("i32.mul", x, cx.b.i32(store.stride));
    const block = blockOf(cx, store);
    const source = cx.b.subarray(block, scaled(begin), scaled(cx.b.op("i32.add", begin, length)));
    cx.b.copy(cx.b.subarray(block, scaled(to), scaled(end)), source);
    cx.write(a.offset!, { t: "raw", v: to });
    cx.write(store.used!, size(end));
  };
  branch(cx, bool(last), () => undefined, move);
  const end = i32(cx, cx.read(store.used!) as Num);
  const next = cx.b.op("i32.add", end, cx.b.i32(1));
  reserve(cx, store, next);
  const base = store.stride === 1 ? end : cx.b.op("i32.mul", end, cx.b.i32(store.stride));
  writeRecord(cx, store, store.element, base, v, 0, node);
  cx.write(store.used!, size(next));
  const longer = cx.b.op("i32.add", length, cx.b.i32(1));
  cx.write(a.length, size(longer));
  const home = a.home!;
  const block = blockOf(cx, home.store);
  cx.b.store(block, home.base, cx.b.op("f64.fromI32", offsetOf(cx, a)!));
  cx.b.store(block, plus(cx, home.base, 1), cx.b.op("f64.fromI32", longer));
  store.epoch++;
  home.epoch = store.epoch;
}

/** a.pop(): of an empty array, the program throws. */
export function pop(cx: Context, a: Vec, node: Node): Val {
  if (!a.growable) {
    resize(cx, a);
    push(cx, a, constant(0), node);
  }
  checkWritable(cx, a, node);
  const last = cx.b.op("i32.sub", i32(cx, lengthOf(cx, a)), cx.b.i32(1));
  const x = elementAt(cx, a, integer(last, -1, LONGEST), node);
  cx.write(a.length, integer(last, 0, LONGEST));
  return x;
}

/** a.length = n: the first n elements stay. */
export function shorten(cx: Context, a: Vec, n: Num, node: Node): void {
  const before = lengthOf(cx, a);
  if (!a.growable) {
    resize(cx, a);
    cx.refuse(
      node,
      "unsupported-array",
      `${called(cx, a, node)} cannot be made shorter: only arguments and arrays made by this function can.`,
      "Take a part of it: a.slice(0, n).",
    );
  }
  checkWritable(cx, a, node);
  const length = i32(cx, n);
  const { b } = cx;
  const outside = b.op("i32.or", b.op("i32.lt", length, b.i32(0)), b.op("i32.gt", length, i32(cx, before)));
  cx.impure = true;
  b.if(outside, () => {
    b.fail(
      {
        code: "index-out-of-range",
        message: `${called(cx, a, node)} cannot be made {0} long`,
        remedy: "An array can only be made shorter by its length; push makes it longer.",
      },
      length,
    );
    return [];
  });
  cx.write(a.length, integer(length, 0, before.hi));
}

/** The elements lo ... hi - 1 in place, for lo and hi already made to lie within the array. */
export function view(cx: Context, a: Vec, lo: Value, hi: Value): Vec {
  const { b } = cx;
  const length = size(b.op("i32.sub", hi, lo));
  if (a.store.used === null && a.offset === null && a.store.stride === 1 && !a.growable) {
    const store = { ...a.store, block: new Cell({ t: "raw", v: b.subarray(blockOf(cx, a.store), lo, hi) }) };
    return vec(store, length, { typed: a.typed, name: a.name, readonly: a.readonly });
  }
  const begin = offsetOf(cx, a);
  const offset = begin === null ? lo : b.op("i32.add", begin, lo);
  return vec(a.store, length, { offset, typed: a.typed, name: a.name, readonly: a.readonly });
}

/** A copy of an array. */
export function copyOf(
  cx: Context,
  a: Vec,
  node: Node,
  name?: string,
  element: Structure = a.store.element,
): Vec {
  const n = lengthOf(cx, a);
  const growable = cx.knowledge.site(node).growable === true;
  const out = newArray(cx, element, n, node, { growable, typed: a.typed, name });
  if (holdsAll(element, a.store.element) && a.store.sub.length === 0)
    cx.b.copy(handle(cx, out), handle(cx, a));
  else {
    countedLoop(cx, cx.b.i32(0), i32(cx, n), 1, (i) => {
      writeRecord(cx, out.store, out.store.element, address(cx, out, i), elementUnchecked(cx, a, i), 0, node);
    });
  }
  return out;
}

/** Writes element i of an array that was just made with room for it. */
export function initialise(cx: Context, a: Vec, i: Value, v: Val, node: Node): void {
  writeRecord(cx, a.store, a.store.element, address(cx, a, i), v, 0, node);
}

/** Every element becomes x. */
export function fill(cx: Context, a: Vec, x: Val, node: Node, whole = true): void {
  checkWritable(cx, a, node);
  if (a.store.element.kind === "number" && x.t === "unknown") guess(cx, x.path, "number");
  if (a.store.element.kind === "number" && x.t === "num") {
    if (whole) a.store.holes = false;
    return cx.b.fill(handle(cx, a), stored(cx, a.store.element, x, node));
  }
  const n = i32(cx, lengthOf(cx, a));
  const s = a.store.element;
  let same = x;
  if (s.kind === "tuple" || s.kind === "object") {
    cx.refuse(
      node,
      "aliased-structure",
      "All elements would be one and the same object.",
      "Make one for each: Array.from({ length: n }, () => ({ ... })).",
    );
  }
  // All elements are one and the same row.
  if (s.kind === "array") {
    const { offset, length } = rowIn(cx, a.store.sub[0]!, asArray(cx, x, s, node), node);
    same = vec(a.store.sub[0]!, size(length), { offset });
  }
  countedLoop(cx, cx.b.i32(0), n, 1, (i) => {
    writeRecord(cx, a.store, s, address(cx, a, i), same, 0, node);
  });
}

/** The leaves of an array, as results or arguments of a call. */
export function leavesOf(cx: Context, a: Vec): readonly Value[] {
  const below = (store: Store): readonly Value[] =>
    store.sub.flatMap((s) => [
      s.used === null ? blockOf(cx, s) : cx.b.subarray(blockOf(cx, s), cx.b.i32(0), scaledUse(cx, s)),
      ...below(s),
    ]);
  return [handle(cx, a), ...below(a.store)];
}

const scaledUse = (cx: Context, s: Store): Value =>
  index(cx, mul(cx, cx.read(s.used!) as Num, constant(s.stride)), "length");

/** Arrays: elements by their indices, arrays that grow and shrink, parts and copies. */
import { sameStructure } from "./merge.ts";
import type { Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import { checkWritable, current, fresh, staleness } from "./aliases.ts";
import {
  address,
  blockOf,
  called,
  checkIndex,
  handle,
  i32,
  lengthOf,
  newArray,
  offsetOf,
  vec,
  plus,
  reserve,
} from "./blocks.ts";
import type { Context } from "./context.ts";
import { branch, countedLoop } from "./control.ts";
import { holdsAll, stored } from "./elements.ts";
import { compare, index } from "./numbers.ts";
import { asArray, elementUnchecked, guess, rowIn, takenAt, writeRecord, structureOf } from "./records.ts";
import { isLastOf } from "./sharing.ts";
import { Cell, integer, size, bool, LONGEST, constant } from "./values.ts";
import type { Num, Val, Vec } from "./values.ts";

/** a[i] */
export function elementAt(cx: Context, a: Vec, at: Num, node: Node): Val {
  cx.back(node);
  staleness(cx, a.length, node);
  fresh(cx, a, node);
  const i = index(cx, at, called(cx, a, node) + "'s index");
  const whole = handle(cx, a);
  checkIndex(cx, a, i, whole, node);
  const x = elementUnchecked(cx, a, i, whole);
  if (x.t !== "place") return x;
  const from = a.offset === null ? { at: i, isLast: isLastOf(i32(cx, lengthOf(cx, a)), i) } : {};
  return takenAt(cx, x, from, node);
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
  if ((a.growable || isGrowingRow) && !a.store.sharing.isAmongOthers) {
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
  repeated(a, v);
  if (a.offset === null) store.sharing.replace(i);
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
    moreTexts(cx, a, s);
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
  repeated(a, v);
  if (a.store.shrinks === true) a.store.epoch++;
  cx.write(a.length, integer(next, n.lo + 1, LONGEST));
  a.store.sharing.resized();
}

/** A list of texts gets another one. */
function moreTexts(cx: Context, { site, store, merged }: Vec, s: Structure): void {
  const { element } = store;
  if (s.kind !== "boolean" || element.kind !== "boolean" || site === undefined || merged) return;
  if (s.of === undefined || element.of === undefined || s.of.every((k) => element.of!.includes(k))) return;
  Object.assign(cx.knowledge.site(site), {
    element: { ...element, of: [...new Set([...element.of, ...s.of])] },
  });
  cx.knowledge.restart();
}

/** Notes an object of an array that is put into it a second time. */
function repeated({ store }: Vec, v: Val): void {
  if (v.t === "place" && v.store.sharing === store.sharing && v.from !== "none")
    store.sharing.repeat((v.path === "" && v.from) || {});
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
  store.sharing.resized();
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
  a.store.shrinks = true;
  a.store.sharing.drop();
  a.store.sharing.resized();
  return x.t === "place" ? { ...x, from: "none" } : x;
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
  a.store.shrinks = true;
  a.store.sharing.resized();
}

/** The elements lo ... hi - 1 in place, for lo and hi already made to lie within the array. */
export function view(cx: Context, a: Vec, lo: Value, hi: Value): Vec {
  const { b } = cx;
  const length = size(b.op("i32.sub", hi, lo));
  if (a.store.used === null && a.offset === null && a.store.stride === 1 && !a.slack) {
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
  current(cx, a.store, node);
  if (holdsAll(element, a.store.element) && a.store.sub.length === 0) {
    cx.b.copy(handle(cx, out), handle(cx, a));
    if (out.store.stride > 1 || element.kind !== "number")
      out.store.sharing.share(false, a.store.sharing, false);
  } else {
    countedLoop(cx, cx.b.i32(0), i32(cx, n), 1, (i) => {
      writeRecord(cx, out.store, out.store.element, address(cx, out, i), elementUnchecked(cx, a, i), 0, node);
    });
  }
  return out;
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

/** Blocks of records in memory: how arrays are made of them, and where things lie in them. */
import { arraysIn, stride } from "cotangent/program";
import type { Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { branch } from "./control.ts";
import { index, mul } from "./numbers.ts";
import { Sharing } from "./sharing.ts";
import { bool, Cell, constant, LONGEST, size, Touched, integer } from "./values.ts";
import type { Home, Num, Raw, Store, Vec } from "./values.ts";

export type ArrayStructure = Extract<Structure, { kind: "array" }>;

export const NUMBER: Structure = { kind: "number" };

export const blockOf = (cx: Context, store: Store): Value => (cx.read(store.block) as { v: Value }).v;

export const lengthOf = (cx: Context, a: Vec): Num => cx.read(a.length) as Num;

export const offsetOf = (cx: Context, a: Vec): Value | null =>
  a.offset === null ? null : (cx.read(a.offset) as Raw).v;

export const i32 = (cx: Context, x: Num): Value => index(cx, x, "length");

function storeOf(
  element: Structure,
  block: Value,
  sub: readonly Store[],
  used: Cell | null,
  isPool: boolean,
  site?: Node,
): Store {
  return {
    element,
    stride: stride(element),
    block: new Cell({ t: "raw", v: block }),
    sub,
    used,
    epoch: 0,
    inner: new Map(),
    touched: new Touched(),
    sharing: new Sharing(),
    isPool,
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
  const load = (e: Structure, isPool: boolean): Store => {
    const block = leaves.next().value as Value;
    const sub = arraysIn(e).map((inner) => load(inner.element, true));
    return storeOf(e, block, sub, null, isPool);
  };
  const store = load(s.element, false);
  const { b } = cx;
  const all = b.length(blockOf(cx, store));
  const length = store.stride === 1 ? all : b.op("i32.div", all, b.i32(Math.max(1, store.stride)));
  const growable = passed !== undefined && cx.knowledge.resized.has(passed);
  return vec(store, size(length), { typed: s.typed === true, name, readonly, growable, passed });
}

export interface VecOptions {
  readonly growable?: boolean;
  readonly typed?: boolean;
  readonly name?: string | undefined;
  readonly readonly?: string | undefined;
  readonly site?: Node | undefined;
  readonly offset?: Value | null;
  readonly home?: Home;
  readonly passed?: string | undefined;
}

export function vec(store: Store, length: Num, options: VecOptions): Vec {
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
    slack: options.growable ?? false,
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
    false,
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
  return storeOf(s.element, b.allocate(b.i32(0)), sub, new Cell(constant(0), "used"), true);
}

/** An array that is a constant of the program. */
export function dataArray(cx: Context, elements: readonly number[], name: string | undefined): Vec {
  const store = storeOf(NUMBER, cx.b.data(Float64Array.from(elements)), [], null, false);
  return vec(store, constant(elements.length), { name, readonly: "It is a constant of the module." });
}

/** The handle of exactly the elements of an array. */
export function handle(cx: Context, a: Vec): Value {
  const block = blockOf(cx, a.store);
  if (a.offset === null && !a.slack && a.store.used === null) return block;
  const { b } = cx;
  const scaled = (v: Value): Value => (a.store.stride === 1 ? v : b.op("i32.mul", v, b.i32(a.store.stride)));
  const lo = offsetOf(cx, a) ?? b.i32(0);
  const n = i32(cx, lengthOf(cx, a));
  const hi = a.offset === null ? n : b.op("i32.add", lo, n);
  return b.subarray(block, scaled(lo), scaled(hi));
}

/** How messages call an array. */
export const called = (cx: Context, a: Vec, node: Node): string =>
  a.name ?? cx.textOf(node).code.slice(node.start, node.end).split("[")[0]!.slice(0, 40);

/** The program throws unless i is an index of the array. */
export function checkIndex(cx: Context, a: Vec, i: Value, whole: Value, node: Node): void {
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

/** Where record i of an array begins in its store's block. */
export function address(cx: Context, a: Vec, i: Value): Value {
  const { b } = cx;
  const offset = offsetOf(cx, a);
  const record = offset === null ? i : b.op("i32.add", offset, i);
  return a.store.stride === 1 ? record : b.op("i32.mul", record, b.i32(a.store.stride));
}

export const plus = (cx: Context, v: Value, n: number): Value =>
  n === 0 ? v : cx.b.op("i32.add", v, cx.b.i32(n));

/** Makes sure that a block has room for `count` records. */
export function reserve(cx: Context, store: Store, count: Value): void {
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

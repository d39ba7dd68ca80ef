/** What arrays of integers and of single precision hold: what is written into them is converted, as JavaScript does. */
import type { Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Context } from "./context.ts";
import { f64, toInt32 } from "./numbers.ts";
import { CLAMP } from "./prelude.ts";
import { fround } from "./rounding.ts";
import { I32_MAX, I32_MIN, integer, number } from "./values.ts";
import type { Num } from "./values.ts";

const NUMBER: Structure = { kind: "number" };
type NumberStructure = Extract<Structure, { kind: "number" }>;

/** The kinds of arrays with elements of one size, and between which numbers these are; undefined: any number. */
const RANGES: Readonly<Record<string, readonly [lo: number, hi: number] | undefined>> = {
  Float64Array: undefined,
  Float32Array: undefined,
  Int8Array: [-(2 ** 7), 2 ** 7 - 1],
  Uint8Array: [0, 2 ** 8 - 1],
  Uint8ClampedArray: [0, 2 ** 8 - 1],
  Int16Array: [-(2 ** 15), 2 ** 15 - 1],
  Uint16Array: [0, 2 ** 16 - 1],
  Int32Array: [I32_MIN, I32_MAX],
  Uint32Array: [0, 2 ** 32 - 1],
};

export const TYPED_ARRAYS: readonly string[] = Object.keys(RANGES);

/** What an array of a kind holds: `Float64Array` any number. */
export function elementsOfKind(kind: string): NumberStructure | undefined {
  if (!Object.hasOwn(RANGES, kind)) return undefined;
  return kind === "Float64Array" ? { kind: "number" } : { kind: "number", as: kind };
}

/** The number that is kept where x is written. */
function converted(cx: Context, s: Structure, x: Num, node: Node): Num {
  const kind = s.kind === "number" ? s.as : undefined;
  if (kind === undefined) return x;
  const range = RANGES[kind];
  if (range === undefined) return fround(cx, x, node) as Num;
  const [lo, hi] = range;
  if (x.int && x.lo >= lo && x.hi <= hi) return x;
  if (kind === "Uint8ClampedArray") {
    return cx.parts.call(cx.parts.prelude(node, "clamp", CLAMP), [x], node) as Num;
  }
  const { b } = cx;
  const i = toInt32(cx, x);
  if (kind === "Int32Array") return integer(i);
  if (kind === "Uint32Array") return number(b.op("f64.fromU32", i));
  if (lo === 0) return integer(b.op("i32.and", i, b.i32(hi)), lo, hi);
  const above = b.i32(31 - Math.log2(hi + 1));
  return integer(b.op("i32.shr", b.op("i32.shl", i, above), above), lo, hi);
}

/** What is read where a number of this kind is kept. */
export function loaded(cx: Context, s: Structure, f: Value): Num {
  const range = s.kind === "number" && s.as !== undefined ? RANGES[s.as] : undefined;
  if (range === undefined) return number(f);
  const [lo, hi] = range;
  return { t: "num", f, i: cx.b.op("f64.toInt32", f), int: hi <= I32_MAX, lo, hi };
}

/** The value that is stored. */
export const stored = (cx: Context, s: Structure, x: Num, node: Node): Value =>
  f64(cx, converted(cx, s, x, node));

/** Whether what one array holds is kept by another as it is. */
export const holdsAll = (to: Structure, from: Structure): boolean =>
  to === from ||
  (to.kind === "number" && (to.as === undefined || (from.kind === "number" && from.as === to.as)));

/** What arrays hold that are not of this kind: any number. */
export const anyNumber = (s: Structure): Structure => (s.kind === "number" ? NUMBER : s);

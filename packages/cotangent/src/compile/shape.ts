/** The structure of arguments and results of functions of Reals: what a program is specialised to. */
import { misplaced } from "../program/marshal.ts";
import { Traced } from "../real/real.ts";

/** A value's structure: where its numbers are. What holds none is kept as it is, and belongs to the structure. */
export type Shape =
  | { readonly kind: "number" }
  | { readonly kind: "typed"; readonly length: number }
  | { readonly kind: "list"; readonly elements: readonly Shape[] }
  | { readonly kind: "record"; readonly keys: readonly string[]; readonly fields: readonly Shape[] }
  | { readonly kind: "static"; readonly value: unknown };

const number: Shape = { kind: "number" };

export function shapeOf(x: unknown): Shape {
  if (typeof x === "number" || x instanceof Traced) return number;
  if (x instanceof Float64Array) return { kind: "typed", length: x.length };
  if (Array.isArray(x)) return { kind: "list", elements: x.map(shapeOf) };
  if (isRecord(x)) {
    const keys = Object.keys(x);
    return { kind: "record", keys, fields: keys.map((key) => shapeOf(x[key])) };
  }
  return { kind: "static", value: x };
}

/** Whether there is a variable in a value. */
export function isWatched(x: unknown): boolean {
  if (Array.isArray(x)) return x.some(isWatched);
  return x instanceof Traced || (isRecord(x) && Object.values(x).some(isWatched));
}

const isRecord = (x: unknown): x is Record<string, unknown> =>
  Object.prototype.toString.call(x) === "[object Object]";

/** Whether x has this structure. */
export function fits(shape: Shape, x: unknown): boolean {
  switch (shape.kind) {
    case "number":
      return typeof x === "number";
    case "typed":
      return x instanceof Float64Array && x.length === shape.length;
    case "list":
      if (!Array.isArray(x) || x.length !== shape.elements.length) return false;
      for (let i = 0; i < x.length; i++) if (!fits(shape.elements[i]!, x[i])) return false;
      return true;
    case "record":
      if (typeof x !== "object" || x === null || Object.keys(x).length !== shape.keys.length) return false;
      return shape.keys.every(
        (key, k) => key in x && fits(shape.fields[k]!, (x as Record<string, unknown>)[key]),
      );
    case "static":
      break;
  }
  return Object.is(x, shape.value);
}

/** How many numbers a value of this structure has. */
export function count(shape: Shape): number {
  switch (shape.kind) {
    case "number":
      return 1;
    case "typed":
      return shape.length;
    case "list":
      return shape.elements.reduce((n, e) => n + count(e), 0);
    case "record":
      return shape.fields.reduce((n, e) => n + count(e), 0);
    case "static":
      break;
  }
  return 0;
}

/** Calls `visit` for every number, in order, with its path: `.layers[2].w`. A typed array may be taken whole. */
export function eachLeaf(
  shape: Shape,
  x: unknown,
  visit: (x: unknown, path: string) => void,
  typed?: (x: Float64Array, path: string) => void,
  path = "",
): void {
  switch (shape.kind) {
    case "number":
      visit(x, path);
      return;
    case "typed": {
      const array = x as Float64Array;
      if (typed !== undefined) typed(array, path);
      else for (let i = 0; i < array.length; i++) visit(array[i], `${path}[${i}]`);
      return;
    }
    case "list":
      shape.elements.forEach((e, i) => eachLeaf(e, (x as unknown[])[i], visit, typed, `${path}[${i}]`));
      return;
    case "record":
      shape.keys.forEach((key, k) =>
        eachLeaf(shape.fields[k]!, (x as Record<string, unknown>)[key], visit, typed, `${path}.${key}`),
      );
      return;
    case "static":
  }
}

/** Copies the numbers of x, in order, to `to` from position `at` on; returns the position behind them. */
export function gather(shape: Shape, x: unknown, to: Float64Array, at: number): number {
  switch (shape.kind) {
    case "number":
      to[at] = x as number;
      return at + 1;
    case "typed":
      to.set(x as Float64Array, at);
      return at + shape.length;
    case "list": {
      let next = at;
      for (let i = 0; i < shape.elements.length; i++)
        next = gather(shape.elements[i]!, (x as unknown[])[i], to, next);
      return next;
    }
    case "record": {
      let next = at;
      for (let k = 0; k < shape.keys.length; k++) {
        next = gather(shape.fields[k]!, (x as Record<string, unknown>)[shape.keys[k]!], to, next);
      }
      return next;
    }
    case "static":
      break;
  }
  return at;
}

/** Something of this structure, made of what `next` gives; a typed array becomes what `typed` gives. */
export function rebuild(shape: Shape, next: () => unknown, typed: (length: number) => unknown): unknown {
  switch (shape.kind) {
    case "number":
      return next();
    case "typed":
      return typed(shape.length);
    case "list":
      return shape.elements.map((e) => rebuild(e, next, typed));
    case "record":
      return Object.fromEntries(shape.keys.map((key, k) => [key, rebuild(shape.fields[k]!, next, typed)]));
    case "static":
      break;
  }
  return shape.value;
}

/**
 * Writes numbers into `out`, which has this structure: the inverse of `gather`.
 * @throws AdError `wrong-structure`
 */
export function scatter(shape: Shape, from: Float64Array, out: unknown, at = 0): number {
  if (typeof out !== "object" || out === null) throw misplaced(out);
  const target = out as Record<string | number, unknown>;
  const inner = partsOf(shape);
  if (shape.kind !== "record" && (out as ArrayLike<unknown>).length !== inner.length) throw misplaced(out);
  let next = at;
  inner.forEach((part, i) => {
    const key = shape.kind === "record" ? shape.keys[i]! : i;
    if (part.kind === "number") target[key] = from[next++];
    else if (part.kind !== "static") next = scatter(part, from, target[key], next);
  });
  return next;
}

/** The structures of what is directly in an array or object; a number is in an array of one. */
function partsOf(shape: Shape): readonly Shape[] {
  if (shape.kind === "number") return [number];
  if (shape.kind === "typed") return Array.from({ length: shape.length }, () => number);
  if (shape.kind === "list") return shape.elements;
  return shape.kind === "record" ? shape.fields : [];
}

/** The structure with its typed arrays counted as nothing. */
export function withoutTyped(shape: Shape): Shape {
  switch (shape.kind) {
    case "typed":
      return { kind: "static", value: undefined };
    case "list":
      return { ...shape, elements: shape.elements.map(withoutTyped) };
    case "record":
      return { ...shape, fields: shape.fields.map(withoutTyped) };
    default:
      return shape;
  }
}

/**
 * The structure of an argument or a result, and how a program sees it: as leaves, one value each. A number is an f64, a
 * boolean an i32, an array a block of records. Arrays in records lie in blocks of their own, one for each place where the
 * structure has one, shared by all records: a record then holds where its part begins, counted in elements, and how many
 * elements it has.
 *
 *     { x: number; rows: number[][] }     f64, array (begin, length of each row), array (all rows' elements)
 */
import type { Ty } from "./ir.ts";

/** The structure of an argument or of a result; plain data. */
export type Structure =
  /** `as`: rounded or wrapped around as an array of this kind does; the compiler of plain functions asks, nobody else. */
  | { readonly kind: "number"; readonly as?: string }
  /**
   * `of`: no boolean, but one of these texts, by its position; -1 for another one, -2 for undefined, -3 for null. `at` is of no concern but to the
   * compiler of plain functions, here and below: where in the arguments it is.
   */
  | { readonly kind: "boolean"; readonly of?: readonly string[]; readonly at?: string }
  /** undefined, null, or a text or function that only stands there. */
  | { readonly kind: "nothing"; readonly is?: "null" | "label"; readonly at?: string }
  /** `typed`: a Float64Array. */
  | { readonly kind: "array"; readonly element: Structure; readonly typed?: boolean }
  | { readonly kind: "tuple"; readonly elements: readonly Structure[] }
  /** `made`: the class that it is an instance of, as the compiler of plain functions calls it; nobody else asks. */
  | {
      readonly kind: "object";
      readonly fields: readonly (readonly [name: string, structure: Structure])[];
      readonly made?: string;
    };
/** Whether x may be passed for an array. */
export const isList = (x: unknown): boolean => Array.isArray(x) || ArrayBuffer.isView(x);

/** A part of what was passed; undefined where that is nothing. */
export const partOf = (x: unknown, key: string | number): unknown =>
  (x as Readonly<Record<string | number, unknown>> | null | undefined)?.[key];

type ArrayStructure = Extract<Structure, { kind: "array" }>;

/** What a leaf holds when it is passed. */
export type Leaf = number | Float64Array;

/** How many numbers something of this structure takes in a record. */
export function stride(s: Structure): number {
  switch (s.kind) {
    case "number":
    case "boolean":
      return 1;
    case "nothing":
      return 0;
    case "array":
      return 2;
    case "tuple":
      return s.elements.reduce((n, e) => n + stride(e), 0);
    default:
      return s.fields.reduce((n, [, e]) => n + stride(e), 0);
  }
}

/** The arrays directly in a record of this structure, in order; not those in their elements. */
export function arraysIn(s: Structure): readonly ArrayStructure[] {
  if (s.kind === "array") return [s];
  return children(s).flatMap(([, e]) => arraysIn(e));
}

/** The parts of a tuple or an object, in order. */
export function children(s: Structure): readonly (readonly [key: string | number, structure: Structure])[] {
  if (s.kind === "tuple") return s.elements.map((e, i) => [i, e]);
  return s.kind === "object" ? s.fields : [];
}

/** The types of the leaves. */
export function leafTypes(s: Structure): readonly Ty[] {
  switch (s.kind) {
    case "number":
      return ["f64"];
    case "boolean":
      return ["i32"];
    case "nothing":
      return [];
    case "array":
      return ["array", ...arraysIn(s.element).flatMap(leafTypes)];
    default:
      return children(s).flatMap(([, e]) => leafTypes(e));
  }
}

const part = (name: string, key: string | number): string =>
  typeof key === "number" ? `${name}[${key}]` : `${name}.${key}`;

/** Where in a record each of its arrays is described. */
export const offsetsOfArrays = (s: Structure): readonly number[] => offsetsOf(s, "array");

/** Where in a record its arrays are described, and what is no number is held. */
export const offsetsOfOthers = (s: Structure): readonly number[] => [
  ...offsetsOfArrays(s).flatMap((at) => [at, at + 1]),
  ...offsetsOf(s, "boolean"),
];

function offsetsOf(s: Structure, kind: Structure["kind"], from = 0): readonly number[] {
  if (s.kind === kind) return [from];
  let at = from;
  return children(s).flatMap(([, e]) => {
    const offsets = offsetsOf(e, kind, at);
    at += stride(e);
    return offsets;
  });
}

/** For each leaf the structure of its records; undefined for a number. */
export const elementsOf = (s: Structure): readonly (Structure | undefined)[] =>
  s.kind === "array"
    ? [s.element, ...arraysIn(s.element).flatMap(elementsOf)]
    : s.kind === "number" || s.kind === "boolean"
      ? [undefined]
      : children(s).flatMap(([, e]) => elementsOf(e));

/**
 * Visits every number and boolean of a structure, in order, wherever its leaf holds it; not where arrays begin and how long they are.
 * @param leaves one list for each leaf; a number is a list of one
 */
export function eachNumber<T>(
  s: Structure,
  leaves: Iterator<T[]>,
  path: string,
  visit: (leaf: T[], at: number, path: string, kind: "number" | "boolean") => void,
): void {
  const next = (): T[] => leaves.next().value as T[];
  /** A walk through the records of one leaf. */
  const walk = (e: Structure): ((records: T[], at: number, path: string) => void) => {
    if (e.kind === "number" || e.kind === "boolean") {
      return (records, at, where) => visit(records, at, where, e.kind);
    }
    if (e.kind === "array") {
      const block = next();
      const element = walk(e.element);
      const size = stride(e.element);
      return (records, at, where) => {
        const [begin, count] = [Number(records[at]), Number(records[at + 1])];
        for (let i = 0; i < count; i++) element(block, (begin + i) * size, `${where}[${i}]`);
      };
    }
    let offset = 0;
    const parts = children(e).map(([key, c]) => {
      const found = [key, walk(c), offset] as const;
      offset += stride(c);
      return found;
    });
    return (records, at, where) => {
      for (const [key, each, o] of parts) each(records, at + o, part(where, key));
    };
  };
  if (s.kind === "nothing") return;
  if (s.kind === "number" || s.kind === "boolean") return visit(next(), 0, path, s.kind);
  if (s.kind !== "array") {
    for (const [key, c] of children(s)) eachNumber(c, leaves, part(path, key), visit);
    return;
  }
  const records = next();
  const element = walk(s.element);
  const size = stride(s.element);
  const count = size === 0 ? 0 : records.length / size;
  for (let i = 0; i < count; i++) element(records, i * size, `${path}[${i}]`);
}

/** Arguments as plain data: what sliders show and links carry, made to fit a function's parameters. */
import type { Structure } from "cotangent/program";

import { isRecord } from "../read.ts";

/** A number, a truth, or a list or record of these. */
export type Data = number | boolean | null | readonly Data[] | { readonly [key: string]: Data };

/** A parameter of the function. */
export interface Parameter {
  readonly name: string;
  readonly structure: Structure;
}

/** The way to a number in an argument. */
type Place = readonly (string | number)[];

/** A number (or truth) among the arguments. */
export interface Leaf {
  /** Which argument. */
  readonly argument: number;
  readonly place: Place;
  /** As the user would write it: `x`, `p.x`, `w[2]`. */
  readonly path: string;
  readonly value: number | boolean;
}

/** Longer lists are not typed by hand. */
const LONGEST = 10_000;

/** What a visitor finds where nobody chose anything. `step`: counts up, so that not all numbers are the same. */
export function startingValue(s: Structure, step: number = 0): Data {
  switch (s.kind) {
    case "number":
      return 1 + step;
    case "boolean":
      return true;
    case "nothing":
      return null;
    case "array":
      return [0, 1, 2].map((i) => startingValue(s.element, i));
    case "tuple":
      return s.elements.map((e, i) => startingValue(e, i));
    default:
      return Object.fromEntries(s.fields.map(([key, e], i) => [key, startingValue(e, i)]));
  }
}

/** `data` where it fits the structure; where it does not, what a visitor would find. */
export function fitting(s: Structure, data: unknown, step: number = 0): Data {
  switch (s.kind) {
    case "number":
      return typeof data === "number" && Number.isFinite(data) ? data : startingValue(s, step);
    case "boolean":
      return typeof data === "boolean" ? data : startingValue(s);
    case "nothing":
      return null;
    case "array":
      return Array.isArray(data) && data.length <= LONGEST
        ? data.map((x, i) => fitting(s.element, x, i))
        : startingValue(s);
    case "tuple":
      return Array.isArray(data) && data.length === s.elements.length
        ? s.elements.map((e, i) => fitting(e, data[i], i))
        : startingValue(s);
    default:
      return Object.fromEntries(
        s.fields.map(([key, e], i) => [key, fitting(e, isRecord(data) ? data[key] : undefined, i)]),
      );
  }
}

/** The numbers and truths in a value, in order. */
export function leavesOf(
  s: Structure,
  data: Data,
  path: string,
  argument: number,
  place: Place = [],
): Leaf[] {
  switch (s.kind) {
    case "number":
    case "boolean":
      return [{ argument, place, path, value: data as number | boolean }];
    case "nothing":
      return [];
    case "array":
      return (data as readonly Data[]).flatMap((x, i) =>
        leavesOf(s.element, x, `${path}[${i}]`, argument, [...place, i]),
      );
    case "tuple":
      return s.elements.flatMap((e, i) =>
        leavesOf(e, (data as readonly Data[])[i]!, `${path}[${i}]`, argument, [...place, i]),
      );
    default:
      return s.fields.flatMap(([key, e]) =>
        leavesOf(e, (data as Readonly<Record<string, Data>>)[key]!, `${path}.${key}`, argument, [
          ...place,
          key,
        ]),
      );
  }
}

/** The value with one number in it changed. */
export function withLeaf(data: Data, [key, ...rest]: Place, x: number | boolean): Data {
  if (key === undefined) return x;
  if (Array.isArray(data)) {
    return (data as readonly Data[]).map((old, i) => (i === key ? withLeaf(old, rest, x) : old));
  }
  const record = data as Readonly<Record<string, Data>>;
  return { ...record, [key]: withLeaf(record[key]!, rest, x) };
}

/** As the function takes it: Float64Arrays where it wants them. */
export function argumentOf(s: Structure, data: Data): unknown {
  switch (s.kind) {
    case "number":
    case "boolean":
      return data;
    case "nothing":
      return undefined;
    case "array":
      return s.typed === true
        ? Float64Array.from(data as readonly number[])
        : (data as readonly Data[]).map((x) => argumentOf(s.element, x));
    case "tuple":
      return s.elements.map((e, i) => argumentOf(e, (data as readonly Data[])[i]!));
    default:
      return Object.fromEntries(
        s.fields.map(([key, e]) => [key, argumentOf(e, (data as Readonly<Record<string, Data>>)[key]!)]),
      );
  }
}

/** The reverse of {@link argumentOf}: of results and derivatives. */
export function dataOf(x: unknown): Data {
  if (typeof x === "number" || typeof x === "boolean") return x;
  if (ArrayBuffer.isView(x) || Array.isArray(x)) return Array.from(x as ArrayLike<unknown>, dataOf);
  if (isRecord(x)) return Object.fromEntries(Object.entries(x).map(([key, y]) => [key, dataOf(y)]));
  return null;
}

/** The same places with other numbers: a direction, or a column of zeros and a one. */
export function directionOf(s: Structure, data: Data, place: Place | undefined): Data {
  switch (s.kind) {
    case "number":
      return place === undefined ? 0 : 1;
    case "boolean":
      return false;
    case "nothing":
      return null;
    default: {
      const [key, ...rest] = place ?? [];
      const part = (e: Structure, own: string | number, x: Data): Data =>
        directionOf(e, x, key === own ? rest : undefined);
      if (s.kind === "array") return (data as readonly Data[]).map((x, i) => part(s.element, i, x));
      if (s.kind === "tuple") return s.elements.map((e, i) => part(e, i, (data as readonly Data[])[i]!));
      return Object.fromEntries(
        s.fields.map(([name, e]) => [name, part(e, name, (data as Readonly<Record<string, Data>>)[name]!)]),
      );
    }
  }
}

/** The same array passed twice, to a function that writes to it. */
import type { AliasCheck, CapturedParameter, Effects, Path } from "./captured.ts";
import { overlapping, shared, unwritable } from "./faults.ts";
import { children, isList, leafTypes, partOf } from "./structure.ts";
import type { Structure } from "./structure.ts";

type ArrayStructure = Extract<Structure, { kind: "array" }>;

/** Something that was passed: where, and which numbers of its block it has. */
interface Passed {
  readonly path: string;
  readonly isWritten: boolean;
  /** A Float64Array that is read and written in place. */
  readonly isInPlace: boolean;
  readonly from: number;
  readonly to: number;
}

/** What of the arguments a function writes to. */
export interface Written {
  /** Arrays, by their leaves. */
  readonly leaves: readonly number[];
  /** Lists that become longer or shorter, by their leaves. */
  readonly resized: readonly number[];
  /** Objects and tuples that are in no array, by where they are. */
  readonly objects: readonly Path[];
}

/** @param leaves the leaves that its program writes to, by position */
export const writtenBy = (leaves: readonly number[], effects: Effects | undefined): Written => ({
  leaves: [...leaves, ...(effects?.resized ?? [])],
  resized: effects?.resized ?? [],
  objects: effects?.changes.map((c) => c.path.slice(0, -1)) ?? [],
});

/** What a build knows of a function's arguments. */
export interface Apart {
  readonly params: readonly CapturedParameter[];
  readonly outside: readonly CapturedParameter[];
  readonly written: Written;
  /** Whether these are copied. */
  readonly keep: boolean;
  /** In how many lists of lists the function's own arguments are: `jvp` and `hvp` take one. */
  readonly lists: number;
}

/**
 * What refuses arguments that share an array, or an object in one, if the program writes to it: it has a copy of each list, and of what its
 * derivatives write to, so that it would not see what JavaScript sees.
 * @param keep whether Float64Arrays are copied that are written to
 * @returns undefined where nothing is written to
 */
export function aliasCheck(
  params: readonly CapturedParameter[],
  outside: readonly CapturedParameter[],
  written: Written,
  keep: boolean,
): AliasCheck | undefined {
  const leaves = new Set(written.leaves);
  const objects = new Set(written.objects.map((path) => path.join()));
  if (leaves.size + objects.size === 0) return undefined;
  return (args, around) => {
    const known = new Map<unknown, Passed[]>();
    const note = (x: unknown, path: string, isWritten: boolean, isInPlace = false): void => {
      // What does not fit is refused where it is taken apart.
      if (typeof x !== "object" || x === null) return;
      const isTyped = x instanceof Float64Array;
      const key = isTyped ? x.buffer : x;
      const [from, to] = isTyped ? [x.byteOffset, x.byteOffset + x.byteLength] : [0, 1];
      const before = known.get(key) ?? [];
      const same = before.find(
        (p) => p.from < to && from < p.to && (isWritten || p.isWritten) && !(isInPlace && p.isInPlace),
      );
      if (same !== undefined) throw (isList(x) ? overlapping : shared)(same.path, path);
      if (isWritten && !isTyped && ArrayBuffer.isView(x)) throw unwritable(path);
      known.set(key, [...before, { path, isWritten, isInPlace, from, to }]);
    };
    /** @param leaf its own; those of the arrays in it come behind */
    const list = (s: ArrayStructure, x: unknown, path: string, leaf: number): void => {
      note(x, path, leaves.has(leaf));
      if (s.element.kind === "number" || s.element.kind === "boolean") return;
      if (!Array.isArray(x)) return;
      x.forEach((item: unknown, i) => record(s.element, item, `${path}[${i}]`, leaf, leaf + 1));
    };
    /** Something in an array, whose records are leaf `block`. */
    const record = (s: Structure, x: unknown, path: string, block: number, next: number): number => {
      if (s.kind === "array") {
        list(s, x, path, next);
        return next + leafTypes(s).length;
      }
      if (s.kind !== "tuple" && s.kind !== "object") return next;
      note(x, path, leaves.has(block));
      return children(s).reduce((k, [key, e]) => record(e, partOf(x, key), `${path}.${key}`, block, k), next);
    };
    const value = (s: Structure, x: unknown, path: string, next: number, place: string): number => {
      if (s.kind === "array") {
        // Float64Arrays that are not copied are read and written in place.
        if (written.resized.includes(next) && ArrayBuffer.isView(x)) throw unwritable(path);
        if (!keep && x instanceof Float64Array) note(x, path, leaves.has(next), true);
        else list(s, x, path, next);
      } else if (s.kind === "tuple" || s.kind === "object") {
        note(x, path, objects.has(place));
        return children(s).reduce(
          (k, [key, e]) => value(e, partOf(x, key), `${path}.${key}`, k, `${place},${key}`),
          next,
        );
      }
      return next + leafTypes(s).length;
    };
    const values = [...params.map((_, i) => args[i]), ...(outside.length === 0 ? [] : around())];
    [...params, ...outside].reduce((k, p, i) => value(p.structure, values[i], p.name, k, String(i)), 0);
  };
}

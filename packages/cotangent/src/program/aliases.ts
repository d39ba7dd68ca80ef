/** The same array passed twice, to a function that writes to it. */
import type { Captured, CapturedParameter } from "./captured.ts";
import { overlapping } from "./faults.ts";
import { children, leafTypes } from "./structure.ts";
import type { Structure } from "./structure.ts";

const partOf = (x: unknown, key: string | number): unknown =>
  (x as Readonly<Record<string | number, unknown>> | null | undefined)?.[key];

type ArrayStructure = Extract<Structure, { kind: "array" }>;

/** Something that was passed: where, which leaf has its numbers, and which of these. */
interface Passed {
  readonly path: string;
  readonly leaf: number;
  readonly from: number;
  readonly to: number;
}

/** Called before the function, with its arguments. */
export type AliasCheck = (args: readonly unknown[], around: Captured["outside"]) => void;

/** What a build knows of a function's arguments. */
export interface Apart {
  readonly params: readonly CapturedParameter[];
  readonly outside: readonly CapturedParameter[];
  /** The leaves that are written to, by position. */
  readonly written: readonly number[];
  /** Whether these are copied. */
  readonly keep: boolean;
  /** In how many lists of lists the function's own arguments are: `jvp` and `hvp` take one. */
  readonly lists: number;
}

/**
 * What refuses arguments that share an array, or an object in one, if the program writes to it: it has a copy of each list, and of what its
 * derivatives write to, so that it would not see what JavaScript sees.
 * @param written the leaves that are written to, by position
 * @param keep whether Float64Arrays are copied that are written to
 */
export function aliasCheck(
  params: readonly CapturedParameter[],
  outside: readonly CapturedParameter[],
  written: ReadonlySet<number>,
  keep: boolean,
): AliasCheck {
  return (args, around) => {
    const known = new Map<unknown, Passed[]>();
    const note = (x: unknown, path: string, leaf: number): void => {
      // What does not fit is refused where it is taken apart.
      if (typeof x !== "object" || x === null) return;
      const isTyped = x instanceof Float64Array;
      const key = isTyped ? x.buffer : x;
      const [from, to] = isTyped ? [x.byteOffset, x.byteOffset + x.byteLength] : [0, 1];
      const before = known.get(key) ?? [];
      const same = before.find(
        (p) => p.from < to && from < p.to && (written.has(leaf) || written.has(p.leaf)),
      );
      if (same !== undefined) throw overlapping(same.path, path);
      known.set(key, [...before, { path, leaf, from, to }]);
    };
    /** @param leaf its own; those of the arrays in it come behind */
    const list = (s: ArrayStructure, x: unknown, path: string, leaf: number): void => {
      note(x, path, leaf);
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
      note(x, path, block);
      return children(s).reduce((k, [key, e]) => record(e, partOf(x, key), `${path}.${key}`, block, k), next);
    };
    const value = (s: Structure, x: unknown, path: string, next: number): number => {
      if (s.kind === "array") {
        // Float64Arrays that are not copied are read and written in place.
        if (keep || !(x instanceof Float64Array)) list(s, x, path, next);
      } else if (s.kind === "tuple" || s.kind === "object") {
        return children(s).reduce((k, [key, e]) => value(e, partOf(x, key), `${path}.${key}`, k), next);
      }
      return next + leafTypes(s).length;
    };
    const values = [...params.map((_, i) => args[i]), ...(outside.length === 0 ? [] : around())];
    [...params, ...outside].reduce((k, p, i) => value(p.structure, values[i], p.name, k), 0);
  };
}

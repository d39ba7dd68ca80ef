/** What a function writes to its copies of the caller's objects and arrays, the caller gets. */
import { AdError } from "../errors.ts";
import type { CapturedParameter, Effects, Path, Restore } from "./captured.ts";
import { choiceAt, fromLeaves } from "./marshal.ts";
import { children, leafTypes, stride } from "./structure.ts";
import type { Leaf, Structure } from "./structure.ts";

type ArrayStructure = Extract<Structure, { kind: "array" }>;
type Holder = Record<string | number, unknown>;

/** What a build knows of what a function writes to. */
export interface Restored {
  readonly params: readonly CapturedParameter[];
  readonly result: Structure;
  readonly effects?: Effects;
  /** The leaves that the program writes to, by position. */
  readonly written: readonly number[];
}

/**
 * What gives the caller what is new in the arguments, and makes the result; undefined where nothing has to be given.
 * @param written the leaves that the program writes to, by position
 * @throws AdError `aliased-structure` where that is not possible
 */
export function restorer(
  name: string,
  { params, result, effects }: Omit<Restored, "written">,
  written: readonly number[],
): Restore | undefined {
  if (effects?.problem !== undefined) {
    throw new AdError(
      "aliased-structure",
      `${name} cannot give its arguments what it changes in them. ${effects.problem}`,
      "Return what is new. Its derivatives, which leave arguments as they are, can be computed.",
    );
  }
  // A Float64Array that is an argument itself is written to in place.
  let leaf = 0;
  const copies = new Set(params.flatMap((p) => copiedLeaves(p.structure, () => leaf++)));
  if (effects === undefined && !written.some((k) => copies.has(k))) return undefined;
  const { changes = [], resized = [], fresh = [], same } = effects ?? {};
  const count = leafTypes(result).length;
  return (args, leaves, out) => {
    const own = same === undefined ? fromLeaves(result, out.slice(0, count)) : at(args, same);
    // What was passed elsewhere is found before anything is put in its place.
    const found = changes.map((c) => ("from" in c ? at(args, c.from) : undefined));
    const after = [...leaves];
    let next = count;
    for (const k of resized) after[k] = out[next++]!;
    const restoring = new Restoring(leaves, after, new Set([...written, ...resized]), fresh);
    params.reduce((k, p, i) => restoring.value(p.structure, args[i], k), 0);
    restoring.finish();
    changes.forEach(({ path, ...c }, i) => {
      const holder = at(args, path.slice(0, -1)) as Holder;
      let x = found[i];
      if ("structure" in c) {
        const leaves = leafTypes(c.structure).length;
        x = fromLeaves(c.structure, out.slice(next, (next += leaves)));
      }
      assign(holder, path.at(-1)!, x);
    });
    return own;
  };
}

const at = (args: readonly unknown[], path: Path): unknown =>
  path.reduce<unknown>((x, key) => (x as Holder)[key], args);

/** The leaves of arrays that are copied when they are passed. */
const copiedLeaves = (s: Structure, next: () => number): readonly number[] =>
  s.kind === "tuple" || s.kind === "object"
    ? children(s).flatMap(([, e]) => copiedLeaves(e, next))
    : leafTypes(s)
        .map(next)
        .filter(() => s.kind === "array" && (s.typed !== true || s.element.kind !== "number"));

/** What did not change is left alone: it may be frozen. */
function assign(holder: Holder, key: string | number, x: unknown): void {
  if (!Object.is(holder[key], x)) holder[key] = x;
}

/** An array that was passed inside another one, and where its elements are. */
interface Row {
  readonly begin: number;
  readonly list: ArrayLike<unknown>;
}

class Restoring {
  /** The records as they were passed, which arrays of other lengths have elsewhere now. */
  readonly #before: readonly Leaf[];
  readonly #after: readonly Leaf[];
  readonly #written: ReadonlySet<number>;
  readonly #fresh: ReadonlySet<string>;
  /** By their leaf, all arrays in others. */
  readonly #rows: Map<number, Row[]> = new Map();
  /** How many elements of each leaf have been met. */
  readonly #used: number[] = [];
  /** What can be done when all arrays are known. */
  readonly #later: (() => void)[] = [];
  /** Whether something of what is replaced as a whole is new. */
  #differs = false;

  constructor(
    before: readonly Leaf[],
    after: readonly Leaf[],
    written: ReadonlySet<number>,
    fresh: readonly (readonly [number, string])[],
  ) {
    this.#before = before;
    this.#after = after;
    this.#written = written;
    this.#fresh = new Set(fresh.map(([leaf, path]) => leaf + path));
  }

  /** An argument or a part of one whose first leaf is this. Returns the leaf behind it. */
  value(s: Structure, x: unknown, leaf: number): number {
    if (s.kind === "tuple" || s.kind === "object")
      return children(s).reduce((k, [key, e]) => this.value(e, (x as Holder)[key], k), leaf);
    if (s.kind === "array" && x !== this.#before[leaf])
      this.#list(s, x as unknown[], leaf, 0, this.#lengthOf(s, leaf));
    return leaf + leafTypes(s).length;
  }

  #lengthOf(s: ArrayStructure, leaf: number): number | undefined {
    const [before, after] = [this.#before[leaf] as Float64Array, this.#after[leaf] as Float64Array];
    return before === after ? undefined : after.length / Math.max(1, stride(s.element));
  }

  finish(): void {
    for (const act of this.#later) act();
  }

  /** @param length how long it is now, if it is not as long as it was */
  #list(s: ArrayStructure, list: unknown[], leaf: number, begin: number, length = list.length): void {
    const size = stride(s.element);
    const holder = list as unknown as Holder;
    const isNumbers = s.element.kind === "number";
    if (!isNumbers || this.#written.has(leaf)) {
      const records = this.#after[leaf] as Float64Array;
      for (let i = 0; i < list.length; i++) {
        if (isNumbers && i < length) assign(holder, i, records[begin + i]);
        else if (!isNumbers)
          this.#part(s.element, holder, i, leaf, i < length ? (begin + i) * size : -1, leaf + 1, "");
      }
    }
    if (length === list.length) return;
    const before = list.length;
    this.#later.push(() => {
      list.length = Math.min(before, length);
      for (let i = before; i < length; i++) list.push(this.#made(s.element, leaf, i * size, leaf + 1));
    });
  }

  /**
   * What is at `at` of the records of `leaf`; nowhere any more, if that is negative.
   * @param next the leaf of the first array in it
   */
  #part(
    s: Structure,
    holder: Holder,
    key: string | number,
    leaf: number,
    at: number,
    next: number,
    path: string,
  ): number {
    const x = holder[key];
    const isWritten = at >= 0 && this.#written.has(leaf);
    const records = this.#after[leaf] as Float64Array;
    switch (s.kind) {
      case "number":
      case "boolean": {
        const now = s.kind === "number" ? records[at] : choiceAt(s.of, records[at]);
        if (isWritten) this.#put(holder, key, leaf, path, now);
        return next;
      }
      case "nothing":
        return next;
      case "array": {
        const list = x as unknown[];
        const begin = this.#used[next] ?? 0;
        this.#used[next] = begin + list.length;
        const rows = this.#rows.get(next);
        if (rows === undefined) this.#rows.set(next, [{ begin, list }]);
        else rows.push({ begin, list });
        this.#list(s, list, next, begin);
        if (isWritten && (records[at] !== begin || records[at + 1] !== list.length)) {
          if (this.#isFresh(leaf, path)) this.#differs = true;
          else this.#later.push(() => assign(holder, key, this.#made(s, leaf, at, next)));
        }
        return next + leafTypes(s).length;
      }
      default: {
        const isFresh = this.#fresh.has(leaf + path);
        const before = this.#differs;
        if (isFresh) this.#differs = false;
        let offset = at;
        let behind = next;
        for (const [name, e] of children(s)) {
          behind = this.#part(e, x as Holder, name, leaf, offset, behind, `${path}.${name}`);
          if (at >= 0) offset += stride(e);
        }
        // Inside another one that is replaced, that one is made anew.
        if (isFresh && this.#differs && !this.#isFresh(leaf, path))
          this.#later.push(() => assign(holder, key, this.#made(s, leaf, at, next)));
        this.#differs ||= before;
        return behind;
      }
    }
  }

  #put(holder: Holder, key: string | number, leaf: number, path: string, now: unknown): void {
    if (!this.#isFresh(leaf, path)) assign(holder, key, now);
    else if (!Object.is(holder[key], now)) this.#differs = true;
  }

  /** Whether what is there is in a tuple or object some of which were replaced as a whole. */
  #isFresh(leaf: number, path: string): boolean {
    if (this.#fresh.size === 0) return false;
    for (let end = path.length; end > 0;) {
      end = path.lastIndexOf(".", end - 1);
      if (this.#fresh.has(leaf + path.slice(0, end))) return true;
    }
    return false;
  }

  /** Something new, in which arrays are those that were passed. */
  #made(s: Structure, leaf: number, at: number, next: number): unknown {
    const records = this.#after[leaf] as Float64Array;
    switch (s.kind) {
      case "number":
        return records[at];
      case "boolean":
        return choiceAt(s.of, records[at]);
      case "nothing":
        return s.is === "null" ? null : undefined;
      case "array":
        return this.#row(s, next, records[at]!, records[at + 1]!);
      default: {
        const made: Holder = s.kind === "tuple" ? ([] as unknown as Holder) : {};
        let [offset, array] = [at, next];
        for (const [key, e] of children(s)) {
          made[key] = this.#made(e, leaf, offset, array);
          offset += stride(e);
          if (stride(e) > 0) array += leafTypesIn(e);
        }
        return made;
      }
    }
  }

  #row(s: ArrayStructure, leaf: number, begin: number, length: number): unknown {
    const rows = this.#rows.get(leaf) ?? [];
    const found = rows.find((r) => r.begin === begin && r.list.length === length);
    if (found !== undefined) return found.list;
    if (length === 0) return s.typed === true ? new Float64Array(0) : [];
    throw new AdError(
      "aliased-structure",
      "A part of an array took the place of an array in an argument.",
      "Copy it there, element by element; or return what is new.",
    );
  }
}

/** How many leaves the arrays in a record of this structure have. */
const leafTypesIn = (s: Structure): number =>
  s.kind === "array" ? leafTypes(s).length : children(s).reduce((n, [, e]) => n + leafTypesIn(e), 0);

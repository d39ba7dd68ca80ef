/**
 * Arguments taken apart into leaves, and results put together of them, by closures that are made once for each structure: a call
 * then walks no description.
 */
import { AdError, describe } from "../errors.ts";
import { children, isList, leafTypes, stride } from "./structure.ts";
import type { Leaf, Structure } from "./structure.ts";

interface Parameter {
  readonly name: string;
  readonly structure: Structure;
}

/** Takes one argument apart into its leaves' places in `to`. Throws `MISFIT` where it does not fit. */
type Take = (x: unknown, to: Leaf[]) => void;
/** Writes one record at `at`. */
type Put = (x: unknown, records: Float64Array, at: number) => void;
type Fields = Readonly<Record<string | number, unknown>>;

/** Thrown where an argument does not fit. What is wrong, and where, is looked for only then. */
const MISFIT: Error = new Error();

/**
 * Takes arguments apart into leaves, which it writes to `to` from position `first` on. A Float64Array becomes its own leaf; the
 * array that stands for any other list is used again at the next call, so that whoever keeps leaves copies them.
 * @throws AdError `wrong-structure`, when it is called
 */
export function taker(
  params: readonly Parameter[],
  first: number = 0,
): (list: readonly unknown[], to: Leaf[]) => void {
  let leaf = first;
  const takes = params.map(({ structure }) => takeOf(structure, () => leaf++));
  return (list, to) => {
    try {
      for (let i = 0; i < takes.length; i++) takes[i]!(list[i], to);
    } catch (error) {
      if (error !== MISFIT) throw error;
      params.forEach(({ structure, name }, i) => {
        const found = misfit(structure, list[i], name);
        if (found !== undefined) throw found;
      });
    }
  };
}

/** Takes one argument apart, once. */
export function toLeaves(structure: Structure, x: unknown, name: string): readonly Leaf[] {
  const leaves: Leaf[] = [];
  taker([{ name, structure }])([x], leaves);
  return leaves;
}

/** @param next the position of the next leaf */
function takeOf(s: Structure, next: () => number): Take {
  switch (s.kind) {
    case "number": {
      const leaf = next();
      return (x, to) => {
        if (typeof x !== "number") throw MISFIT;
        to[leaf] = x;
      };
    }
    case "boolean": {
      const leaf = next();
      return (x, to) => {
        to[leaf] = placeOf(s.of, x);
      };
    }
    case "nothing":
      return () => undefined;
    case "array": {
      const blocks: Block[] = [];
      const fill = filler(s, blocks);
      const leaves = blocks.map(next);
      const whole = s.element.kind === "number" ? leaves[0] : undefined;
      return (x, to) => {
        if (whole !== undefined && x instanceof Float64Array) {
          to[whole] = x;
          return;
        }
        for (const block of blocks) block.clear();
        fill(listOf(x));
        for (let k = 0; k < leaves.length; k++) to[leaves[k]!] = blocks[k]!.finish();
      };
    }
    default: {
      const takes = children(s).map(([key, e]) => [key, takeOf(e, next)] as const);
      const length = s.kind === "tuple" ? s.elements.length : undefined;
      return (x, to) => {
        if (typeof x !== "object" || x === null) throw MISFIT;
        if (length !== undefined && (x as ArrayLike<unknown>).length !== length) throw MISFIT;
        for (const [key, take] of takes) take((x as Fields)[key], to);
      };
    }
  }
}

/** What stands for a boolean, or for one of these texts. */
export function placeOf(of: readonly string[] | undefined, x: unknown): number {
  if (of !== undefined) return x === undefined ? -2 : x === null ? -3 : of.indexOf(x as string);
  if (typeof x !== "boolean") throw MISFIT;
  return x ? 1 : 0;
}

/** What is at that place. */
export const choiceAt = (of: readonly string[] | undefined, place: unknown): unknown =>
  of === undefined ? place !== 0 : of[place as number];

function listOf(x: unknown): ArrayLike<unknown> {
  if (!isList(x)) throw MISFIT;
  return x as ArrayLike<unknown>;
}

/** The records of all arrays at one place of a structure, one array after the other. */
class Block {
  records: Float64Array = new Float64Array(0);
  /** How many numbers of it are in use. */
  #used = 0;
  readonly #isKept: boolean;

  constructor(isKept: boolean) {
    this.#isKept = isKept;
  }

  clear(): void {
    this.#used = 0;
    if (this.#isKept) this.records = new Float64Array(0);
  }

  /** Makes room; returns where it begins. */
  reserve(numbers: number): number {
    const at = this.#used;
    this.#used += numbers;
    if (this.#used > this.records.length) this.records = widened(this.records, at, this.#used);
    return at;
  }

  finish(): Float64Array {
    if (this.#used !== this.records.length) this.records = this.records.slice(0, this.#used);
    return this.records;
  }
}

/** Room for so many numbers, and some more where there are more already: their copies. */
export function widened(records: Float64Array, used: number, wanted: number): Float64Array {
  const wider = new Float64Array(used === 0 ? wanted : Math.max(wanted, 2 * used));
  wider.set(records.subarray(0, used));
  return wider;
}

/** Copies an array of this structure into blocks, which it adds to `blocks` in the order of the leaves; returns where it begins. */
function filler(
  s: Extract<Structure, { kind: "array" }>,
  blocks: Block[],
): (list: ArrayLike<unknown>) => number {
  // The program may return a Float64Array that it was given: that one is no longer ours.
  const block = new Block(s.typed === true);
  blocks.push(block);
  const size = stride(s.element);
  if (s.element.kind === "number") {
    return (list) => {
      const begin = block.reserve(list.length);
      const { records } = block;
      for (let i = 0; i < list.length; i++) {
        const x = list[i];
        if (typeof x !== "number") throw MISFIT;
        records[begin + i] = x;
      }
      return begin;
    };
  }
  const put = putter(s.element, blocks);
  return (list) => {
    const begin = block.reserve(list.length * size);
    const { records } = block;
    for (let i = 0; i < list.length; i++) put(list[i], records, begin + i * size);
    return size === 0 ? 0 : begin / size;
  };
}

function putter(s: Structure, blocks: Block[]): Put {
  switch (s.kind) {
    case "number":
      return (x, records, at) => {
        if (typeof x !== "number") throw MISFIT;
        records[at] = x;
      };
    case "boolean":
      return (x, records, at) => {
        records[at] = placeOf(s.of, x);
      };
    case "nothing":
      return () => undefined;
    case "array": {
      const fill = filler(s, blocks);
      return (x, records, at) => {
        const list = listOf(x);
        records[at] = fill(list);
        records[at + 1] = list.length;
      };
    }
    default: {
      const puts = parts(s, (e) => putter(e, blocks));
      return (x, records, at) => {
        if (typeof x !== "object" || x === null) throw MISFIT;
        for (const [key, put, offset] of puts) put((x as Fields)[key], records, at + offset);
      };
    }
  }
}

/** What `make` gives for each part of a tuple or an object, with the part's key and where in the record it is. */
function parts<T>(s: Structure, make: (part: Structure) => T): (readonly [string | number, T, number])[] {
  let offset = 0;
  return children(s).map(([key, e]) => {
    const part = [key, make(e), offset] as const;
    offset += stride(e);
    return part;
  });
}

/** What is wrong with an argument, if anything is. */
function misfit(s: Structure, x: unknown, name: string): AdError | undefined {
  const wrong = (wanted: string): AdError =>
    new AdError(
      "wrong-structure",
      `${name} is ${describe(x)}, but the function was compiled for ${wanted}.`,
      "Pass what its type says; of what is around the function, a type says what it holds.",
    );
  if (s.kind === "number" || (s.kind === "boolean" && s.of === undefined))
    return typeof x === s.kind ? undefined : wrong(`a ${s.kind}`);
  if (s.kind === "array") {
    if (!isList(x)) return wrong("an array");
    const list = x as ArrayLike<unknown>;
    for (let i = 0; i < list.length; i++) {
      const found = misfit(s.element, list[i], `${name}[${i}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (s.kind === "nothing" || s.kind === "boolean") return undefined;
  if (typeof x !== "object" || x === null) return wrong(s.kind === "tuple" ? "an array" : "an object");
  if (s.kind === "tuple" && (x as ArrayLike<unknown>).length !== s.elements.length) {
    return wrong(`an array of ${s.elements.length}`);
  }
  for (const [key, e] of children(s)) {
    const path = typeof key === "number" ? `${name}[${key}]` : `${name}.${key}`;
    const found = misfit(e, (x as Fields)[key], path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Something of this structure: a leaf of its own, or what begins at `at` of a record. */
type Read = (leaves: readonly Leaf[], records: Float64Array, at: number) => unknown;

/** Puts leaves together again: the inverse of `taker`. */
function giver(s: Structure): (leaves: readonly Leaf[]) => unknown {
  let count = 0;
  const give = giveOf(s, () => count++);
  const none = new Float64Array(0);
  return (leaves) => give(leaves, none, 0);
}

/** Puts leaves together, once. */
export const fromLeaves = (s: Structure, leaves: Iterable<Leaf>): unknown => giver(s)([...leaves]);

/** What code returns, bare where it is one leaf, as a list. */
export const listed = (out: Leaf | readonly Leaf[] | undefined): readonly Leaf[] =>
  typeof out === "number" || out instanceof Float64Array ? [out] : (out ?? []);

/** From what code returns, bare where it is one leaf, to the result. */
export function builder(result: Structure): (out: Leaf | readonly Leaf[] | undefined) => unknown {
  const give = giver(result);
  return leafTypes(result).length === 1
    ? (out) => give([out as Leaf])
    : (out) => give((out ?? []) as readonly Leaf[]);
}

/** Leaves that stay as they are, whatever becomes of these. */
export const copyOf = (leaves: readonly Leaf[]): Leaf[] =>
  leaves.map((x) => (typeof x === "number" ? x : x.slice()));

/** @param next the position of the next leaf */
function giveOf(s: Structure, next: () => number): Read {
  switch (s.kind) {
    case "number": {
      const leaf = next();
      return (leaves) => leaves[leaf];
    }
    case "boolean": {
      const leaf = next();
      return (leaves) => choiceAt(s.of, leaves[leaf]);
    }
    case "nothing":
      return () => (s.is === "null" ? null : undefined);
    case "array": {
      const leaf = next();
      if (s.typed === true) return (leaves) => leaves[leaf];
      const size = stride(s.element);
      const read = arrayReader(s.element, next);
      return (leaves) => {
        const records = leaves[leaf] as Float64Array;
        return read(leaves, records, 0, size === 0 ? 0 : records.length / size);
      };
    }
    default:
      return assembled(
        s,
        children(s).map(([key, e]) => [key, giveOf(e, next), 0] as const),
      );
  }
}

/** A tuple or an object, its parts read one after the other. */
function assembled(s: Structure, reads: readonly (readonly [string | number, Read, number])[]): Read {
  if (s.kind === "tuple") {
    return (leaves, records, at) => {
      const tuple: unknown[] = [];
      for (const [, read, offset] of reads) tuple.push(read(leaves, records, at + offset));
      return tuple;
    };
  }
  return (leaves, records, at) => {
    const object: Record<string, unknown> = {};
    for (const [key, read, offset] of reads) object[key] = read(leaves, records, at + offset);
    return object;
  };
}

function arrayReader(
  s: Structure,
  next: () => number,
): (leaves: readonly Leaf[], records: Float64Array, at: number, count: number) => unknown[] {
  const size = stride(s);
  const read = readerOf(s, next);
  return (leaves, records, at, count) => {
    const list: unknown[] = [];
    for (let i = 0; i < count; i++) list.push(read(leaves, records, at + i * size));
    return list;
  };
}

function readerOf(s: Structure, next: () => number): Read {
  switch (s.kind) {
    case "number":
      return (_, records, at) => records[at];
    case "boolean":
      return (_, records, at) => choiceAt(s.of, records[at]);
    case "nothing":
      return () => (s.is === "null" ? null : undefined);
    case "array": {
      const leaf = next();
      const size = stride(s.element);
      if (s.typed === true) {
        return (leaves, records, at) => {
          const begin = records[at]!;
          return (leaves[leaf] as Float64Array).slice(begin, begin + records[at + 1]!);
        };
      }
      const read = arrayReader(s.element, next);
      return (leaves, records, at) =>
        read(leaves, leaves[leaf] as Float64Array, records[at]! * size, records[at + 1]!);
    }
    default:
      return assembled(
        s,
        parts(s, (e) => readerOf(e, next)),
      );
  }
}

/**
 * Writes the numbers of `from` into `out`, which has the same structure; a single number, into an array of one.
 * @throws AdError `wrong-structure`
 */
export function assign(out: unknown, from: unknown): unknown {
  if (typeof from === "number") return assign(out, [from]);
  if (typeof out !== "object" || out === null) throw misplaced(out);
  if (from instanceof Float64Array && out instanceof Float64Array && out.length === from.length)
    out.set(from);
  else if (from instanceof Float64Array || Array.isArray(from)) {
    const source = from as ArrayLike<unknown>;
    const target = out as { readonly length: number; [i: number]: unknown };
    if (target.length !== source.length) throw misplaced(out);
    for (let i = 0; i < source.length; i++) put(target, i, source[i]);
  } else {
    for (const [key, x] of Object.entries(from as object)) put(out as Record<string, unknown>, key, x);
  }
  return out;
}

function put<K extends string | number>(target: { [key in K]: unknown }, key: K, x: unknown): void {
  if (typeof x === "object" && x !== null) assign(target[key], x);
  else target[key] = x;
}

/** The error of `into` where it cannot write the result. */
export const misplaced = (out: unknown): AdError =>
  new AdError(
    "wrong-structure",
    `into was given ${describe(out)}, which does not have the structure of the result.`,
    "Pass something of the structure that the function returns; a single number needs an array of one.",
  );

/** What a function does to what it was given: the caller's objects and arrays have it afterwards. */
import { children } from "cotangent/program";
import type { Change, Effects, Path, Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import { CompileError } from "../errors.ts";
import { handle } from "./blocks.ts";
import { structureOf } from "./records.ts";
import type { Context } from "./context.ts";
import { Touched } from "./values.ts";
import type { Cell, Obj, Store, Val, Vec } from "./values.ts";

type Part = Obj | Vec;
/** What there is to say, as it is found. */
interface Found {
  readonly changes: Change[];
  readonly values: Value[];
  readonly resized: number[];
  readonly handles: Value[];
  readonly fresh: (readonly [leaf: number, path: string])[];
  problem?: string;
}

/** The leaves of a value of a structure. */
type ToValues = (cx: Context, s: Structure, x: Val, node: Node) => readonly Value[];

/** Notes what arguments are before the body of a function is run, and tells what became of them. */
export class Watch {
  readonly #cx: Context;
  readonly #before: Map<Cell, Val> = new Map();
  readonly #args: readonly Val[];
  /** Where each object and array was passed. */
  readonly #paths: Map<Val, Path> = new Map();

  constructor(cx: Context, args: readonly Val[]) {
    this.#cx = cx;
    this.#args = args;
    args.forEach((x, i) => this.#note(x, [i]));
  }

  #note(x: Val, path: Path): void {
    if (x.t !== "obj" && x.t !== "vec") return;
    this.#paths.set(x, path);
    for (const [key, cell] of cellsOf(x)) {
      this.#before.set(cell, cell.value);
      if (x.t === "obj") this.#note(cell.value, [...path, keyIn(x, key)]);
    }
  }

  /** After the body of the function that is called from outside. */
  after(
    result: Val,
    node: Node,
    toValues: ToValues,
  ): { readonly effects: Effects | undefined; readonly values: readonly Value[] } {
    const found: Found = { changes: [], values: [], resized: [], handles: [], fresh: [] };
    let leaf = 0;
    const enter = (x: Val, path: Path): void => {
      if (x.t === "vec") {
        if (!this.#isAsBefore(x)) {
          found.resized.push(leaf);
          found.handles.push(handle(this.#cx, x));
        }
        for (const store of storesOf(x.store)) {
          this.#replaced(store, leaf++, found);
          if (store.sharing.isStale) found.problem = SHARED;
        }
      } else if (x.t === "obj") {
        for (const [key, cell] of x.fields) {
          const inner = [...path, keyIn(x, key)];
          const before = this.#before.get(cell)!;
          enter(before, inner);
          if (!isSame(before, cell.value)) this.#assigned(cell.value, inner, node, toValues, found);
        }
      } else if (x.t !== "nothing") leaf++;
    };
    this.#args.forEach((x, i) => enter(x, [i]));
    const same = this.#paths.get(result);
    const { changes, values, resized, handles, fresh, problem } = found;
    const none = changes.length + resized.length + fresh.length === 0;
    if (problem === undefined && none && same === undefined) return { effects: undefined, values };
    const more = { ...(same && { same }), ...(problem === undefined ? {} : { problem }) };
    return { effects: { changes, resized, fresh, ...more }, values: [...handles, ...values] };
  }

  #replaced({ touched }: Store, leaf: number, found: Found): void {
    const { replaced, edited } = touched;
    for (const path of replaced) {
      found.fresh.push([leaf, path]);
      for (const other of edited) {
        if (other !== path && !other.startsWith(`${path}.`)) continue;
        found.problem =
          "It replaces objects in an array, and also assigns to fields of such objects: which of the two happened is not known afterwards.";
      }
    }
  }

  #assigned(x: Val, path: Path, node: Node, toValues: ToValues, found: Found): void {
    const from = this.#paths.get(x);
    if (from !== undefined) {
      found.changes.push({ path, from });
      return;
    }
    try {
      const structure = structureOf(this.#cx, x, node);
      found.values.push(...toValues(this.#cx, structure, x, node));
      found.changes.push({ path, structure });
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      found.problem = `What it assigns to ${path.slice(1).join(".")} depends on the path taken.`;
    }
  }

  /** The same of a function that is called, and works on copies of objects: it must leave these as they are. */
  within(node: Node): readonly Touched[] {
    for (const [x] of this.#paths) {
      if (this.#isAsBefore(x as Part)) continue;
      this.#cx.refuse(
        node,
        "captured-variable-changes",
        "A function that calls itself or is differentiated here changes an object, or the length of an array, that it was passed.",
        "Return the new one, { ...p, field: value }; or keep the numbers in an array, whose elements may be assigned to.",
      );
    }
    return storesIn(this.#args).map((s) => s.touched);
  }

  #isAsBefore(x: Part): boolean {
    return cellsOf(x).every(([, cell]) => isSame(this.#before.get(cell)!, cell.value));
  }
}

const SHARED =
  "It puts objects or rows of an argument into another array and changes them there: in the argument they would have to change, too.";

const keyIn = (x: Obj, key: string): string | number => (x.tuple ? Number(key) : key);

/** What an object or array is made of. */
const cellsOf = (x: Part): readonly (readonly [string, Cell])[] =>
  x.t === "obj"
    ? [...x.fields]
    : [
        ["length", x.length],
        ["block", x.store.block],
      ];

/** All stores of an array, in the order of its leaves. */
const storesOf = (store: Store): readonly Store[] => [store, ...store.sub.flatMap(storesOf)];

/** All stores of arguments, in the order of their leaves. */
export const storesIn = (args: readonly Val[]): readonly Store[] =>
  args.flatMap((x) => {
    if (x.t === "obj") return storesIn(Array.from(x.fields.values(), (cell) => cell.value));
    return x.t === "vec" ? storesOf(x.store) : [];
  });

function isSame(x: Val, y: Val): boolean {
  if (x === y) return true;
  if (x.t === "num" && y.t === "num") return x.f !== undefined && x.f === y.f && x.k === y.k;
  if (x.t === "raw" && y.t === "raw") return x.v === y.v;
  return x.t === "bool" && y.t === "bool" && x.v !== undefined && x.v === y.v;
}

/**
 * A store is passed to a function that does this to it; undefined: anything.
 * @param edits whether it may write to what is in it in place
 */
export function touch({ element, touched, sharing }: Store, by: Touched | undefined, edits: boolean): void {
  if (edits) sharing.edited(true);
  if (by !== undefined) {
    by.copyTo(touched);
    return;
  }
  const visit = (s: Structure, path: string): void => {
    if (s.kind !== "tuple" && s.kind !== "object") return;
    touched.replace(path);
    if (edits) touched.edit(path);
    for (const [key, part] of children(s)) visit(part, `${path}.${key}`);
  };
  visit(element, "");
}

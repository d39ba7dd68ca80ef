/** What is known by several names: what was copied must not change apart from its copy, and what has moved must be looked up again. */
import type { Node } from "../ast.ts";
import { called } from "./blocks.ts";
import type { Context } from "./context.ts";
import { copiesOf } from "./copies.ts";
import type { Copy } from "./copies.ts";
import type { Cell, Obj, Store, Vec } from "./values.ts";

/** Stores into whose records something is written in place; true: into what is nested in these, too. */
const mutated: WeakMap<Store, boolean> = new WeakMap();

/** Something is written in place. `nested`: into an object that is itself in a record. */
export function written(store: Store, nested: boolean): void {
  mutated.set(store, nested || mutated.get(store) === true);
  store.sharing.edited(nested);
}

/** Refuses to ask for the length of what may have grown under another name. */
export function ofLength(cx: Context, { store }: Vec, node: Node): void {
  if (store.sharing.isResized) resized(cx, node);
  if (store.isPool) current(cx, store, node);
}

const resized = (cx: Context, node: Node): never =>
  cx.refuse(
    node,
    "aliased-structure",
    "This is one of several arrays, and which one depends on the path taken; one of these has become longer or shorter since.",
    "Let it grow before, or decide again afterwards which one it is.",
  );

/** Refuses to read what was changed elsewhere, where it is, too. */
export function current(cx: Context, { sharing }: Store, node: Node): void {
  if (sharing.isResized) resized(cx, node);
  if (!sharing.isStale) return;
  cx.refuse(
    node,
    "aliased-structure",
    "This array has objects or rows in common with another one, in which they were changed: compiled code has copies, which are as they were.",
    "Change them here; or give one of the two copies of its own: list.map((p) => ({ ...p })), rows.map((row) => row.slice()).",
  );
}

/** Refuses to read what may differ from its copy in an array. */
export function staleness(cx: Context, original: Obj | Cell, node: Node): void {
  const isChanged = ({ store, nested }: Copy): boolean =>
    nested ? mutated.get(store) === true : mutated.has(store);
  if (copiesOf(original).some(isChanged)) shared(cx, node);
}

/** Refuses to change what was copied into an array. */
export function unshared(cx: Context, original: Obj | Cell, node: Node): void {
  if (copiesOf(original).length > 0) shared(cx, node);
}

function shared(cx: Context, node: Node): never {
  return cx.refuse(
    node,
    "aliased-structure",
    "This was put into an array, and would have to change there and here alike.",
    "Use it through the array from then on (rows[i]), or put a copy into it (row.slice(), { ...p }).",
  );
}

/** No path in a record: a row is written to. */
const ROW = "(row)";

export function checkWritable(cx: Context, a: Vec, node: Node): void {
  if (a.readonly !== undefined) {
    cx.refuse(
      node,
      "captured-variable-changes",
      `${called(cx, a, node)} must not be written to. ${a.readonly}`,
      "Make a copy first: const copy = a.slice().",
    );
  }
  unshared(cx, a.length, node);
  fresh(cx, a, node);
  // Objects that are replaced in an array are no others for that; a row that is written to is.
  if (!a.store.isPool) return;
  if (a.store.element.kind === "number" && a.store.sharing.hasTwice(false)) {
    cx.refuse(
      node,
      "aliased-structure",
      "A row was put into an array a second time: what is written to one of the two would have to be seen in both.",
      "Put a copy into it: rows.push(row.slice()).",
    );
  }
  written(a.store, false);
  a.store.touched.edit(ROW);
}

/** Refuses to use a row that may have grown under another name. */
export function fresh(cx: Context, a: Vec, node: Node): void {
  if (a.home === undefined || a.home.epoch === a.store.epoch || a.store.used === null) return;
  cx.refuse(
    node,
    "aliased-structure",
    "A row of this array of arrays has grown since this one was taken from it, and it may be the same.",
    "Take the row again: rows[i].",
  );
}

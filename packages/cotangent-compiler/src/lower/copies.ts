/** Objects and arrays of which arrays have copies: what JavaScript has there by reference. */
import type { Cell, Obj, Store } from "./values.ts";

/** Where there is a copy of something. */
export interface Copy {
  readonly store: Store;
  /** In a record there, and not one itself. */
  readonly nested: boolean;
  /** It was put there; else it was taken from there, and may have been replaced. */
  readonly isPut: boolean;
}

/** Copies were made of these: from then on they must not change apart from each other. */
const copies: WeakMap<object, readonly Copy[]> = new WeakMap();

export const copiesOf = (original: Obj | Cell): readonly Copy[] => copies.get(original) ?? [];

/** Where two paths met: what an object there may be, and what may be an object. */
const origins: WeakMap<object, readonly Obj[]> = new WeakMap();
const heirs: WeakMap<object, readonly Obj[]> = new WeakMap();

/** From now on `one` may be any of these, as the path was that was taken. */
export function isOneOf(one: Obj, all: readonly Obj[]): void {
  origins.set(one, all);
  for (const original of all) heirs.set(original, [...(heirs.get(original) ?? []), one]);
}

/** An object, and all that may be the same one. */
function likes(original: Obj | Cell): readonly (Obj | Cell)[] {
  const all = new Set([original]);
  for (const map of [origins, heirs]) {
    const reached = new Set([original]);
    for (const one of reached) for (const next of map.get(one) ?? []) reached.add(next);
    for (const one of reached) all.add(one);
  }
  return [...all];
}

/** What is noted on one path, by those who ask; and what was noted on paths that exclude the present one. */
const noting: Set<Copy>[] = [];
const elsewhere: Set<Copy>[] = [];

function note(original: Obj | Cell, copy: Copy): void {
  copies.set(original, [...copiesOf(original), copy]);
  for (const path of noting) path.add(copy);
}

/** Two paths of which one is taken: what is put into an array on both is there once. */
export function onOnePath<T>(then: () => T, otherwise: () => T): readonly [() => T, () => T] {
  const made = new Set<Copy>();
  const during = (paths: Set<Copy>[], body: () => T) => (): T => {
    paths.push(made);
    try {
      return body();
    } finally {
      paths.pop();
    }
  };
  return [during(noting, then), during(elsewhere, otherwise)];
}

/** Something was taken out of an array. */
export function remember(original: Obj | Cell, store: Store, nested: boolean): void {
  note(original, { store, nested, isPut: false });
}

/** Something is put into an array: if it was before, into this one or another, all these are the same. */
export function putInto(original: Obj | Cell, store: Store, nested: boolean = false): void {
  for (const other of new Set(likes(original).flatMap(copiesOf))) {
    if (!other.isPut || elsewhere.some((path) => path.has(other))) continue;
    if (other.store !== store) store.sharing.share(nested, other.store.sharing, other.nested);
    else store.sharing.repeat(nested ? { path: "" } : {});
  }
  note(original, { store, nested, isPut: true });
}

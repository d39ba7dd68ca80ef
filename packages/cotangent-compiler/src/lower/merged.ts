/** Objects that are one of several, which one the run decides: they have copies of the fields, as these were when paths met. */
import type { Cell, Poison } from "./values.ts";

/** By a field, the same field of what may be this object. */
const copies: WeakMap<Cell, Cell[]> = new WeakMap();

const CHANGED: Poison = {
  t: "poison",
  reason:
    "This object is one of several, and which one depends on the path taken; one of these has been changed since, under its own name.",
  remedy: "Change it before, or decide again afterwards which one it is.",
};

/** From now on, `copy` is a field of what may be the object that has `field`. */
export function mayBe(field: Cell, copy: Cell): void {
  const known = copies.get(field);
  if (known === undefined) copies.set(field, [copy]);
  else known.push(copy);
}

/** A field is assigned to: what may be the same object has it as it was. */
export function changed(field: Cell): void {
  for (const copy of copies.get(field) ?? []) {
    if (copy.value === CHANGED) continue;
    copy.value = CHANGED;
    changed(copy);
  }
}

/** What is known of the contents of arrays while a program is being rewritten from front to back. */
import type { Value } from "../ir.ts";
import { definedBy } from "./analysis.ts";

/**
 * Arrays that may overlap are in one group: by the value that allocates them, or all parameters that are not `noalias`; or
 * nothing is known of them, and they may overlap any.
 */
export type Group = Value | "parameters" | "unknown";

/** The elements of one array that are known: those at one base value plus constants. */
interface Known {
  /** The base of the indices; null where they are constants. */
  base: Value | null;
  readonly elements: Map<number, Value>;
  /** What all other elements are, where the base is null. */
  rest: Value | undefined;
}

/** The facts of one region; those of the regions around it hold as well, where they have not been overwritten here. */
interface Facts {
  readonly arrays: Map<Group, Map<Value, Known>>;
  readonly overwritten: Set<Group>;
  /** Whether something has been written that others than its function may see. */
  shared: boolean;
  readonly outer: Facts | undefined;
}

const none = (outer: Facts | undefined): Facts => ({
  arrays: new Map(),
  overwritten: new Set(),
  shared: false,
  outer,
});

export class Memory {
  #facts: Facts = none(undefined);
  readonly #groups = new Map<Value, Group>();
  /** Groups that no array of which nothing is known belongs to. */
  readonly #own = new Set<Group>();

  /** Says where an array comes from. Of others nothing is known. */
  declare(array: Value, group: Group): void {
    this.#groups.set(array, group);
  }

  groupOf(array: Value): Group {
    return this.#groups.get(array) ?? "unknown";
  }

  /** Says that the array's group is reached by no handle but those declared. */
  own(array: Value): void {
    this.#own.add(this.groupOf(array));
  }

  /** Whether arrays of two groups may overlap. */
  overlap(x: Group, y: Group): boolean {
    return x === y || (x === "unknown" && !this.#own.has(y)) || (y === "unknown" && !this.#own.has(x));
  }

  /** Runs `write` for a region that is carried out once at most after what is known now; what it learns is forgotten. */
  inside<T>(write: () => T): T {
    const outer = this.#facts;
    this.#facts = none(outer);
    try {
      return write();
    } finally {
      this.#facts = outer;
    }
  }

  /** Forgets the contents of whatever may overlap the group. */
  forget(group: Group): void {
    const { arrays, overwritten } = this.#facts;
    const isOwn = this.#own.has(group);
    overwritten.add(group);
    this.#facts.shared ||= !isOwn;
    if (group === "unknown") {
      for (const other of arrays.keys()) if (!this.#own.has(other)) arrays.delete(other);
    } else {
      arrays.delete(group);
      if (!isOwn) arrays.delete("unknown");
    }
  }

  /** Whether something that may overlap the group has been written since there were these facts. */
  #isOverwritten(group: Group, { overwritten, shared }: Facts): boolean {
    if (overwritten.has(group)) return true;
    return !this.#own.has(group) && (group === "unknown" ? shared : overwritten.has("unknown"));
  }

  /** What a[i] is, if that is known. */
  load(a: Value, i: Value): Value | undefined {
    const group = this.groupOf(a);
    const [base, offset] = affine(i);
    for (let facts: Facts | undefined = this.#facts; facts !== undefined; facts = facts.outer) {
      const known = facts.arrays.get(group)?.get(a);
      if (known !== undefined) {
        if (known.base === base) {
          const element = known.elements.get(offset);
          if (element !== undefined) return element;
        }
        // `rest` speaks of all elements but those in the list; of one at a variable index, only if the list is empty.
        if (known.rest !== undefined && (base === null || known.elements.size === 0)) return known.rest;
      }
      if (this.#isOverwritten(group, facts)) return undefined;
    }
    return undefined;
  }

  /** What all elements of a are, if that is known. */
  filledWith(a: Value): Value | undefined {
    const group = this.groupOf(a);
    for (let facts: Facts | undefined = this.#facts; facts !== undefined; facts = facts.outer) {
      const known = facts.arrays.get(group)?.get(a);
      if (known?.rest !== undefined) return known.elements.size === 0 ? known.rest : undefined;
      // One element may have been read since.
      if (known !== undefined) return undefined;
      if (this.#isOverwritten(group, facts)) return undefined;
    }
    return undefined;
  }

  /** Notes that a[i] has been read as x. */
  read(a: Value, i: Value, x: Value): void {
    const [base, offset] = affine(i);
    const known = this.#known(a);
    if (known.base !== base) {
      // One base at a time: the latest. A rest that is known is worth more.
      if (known.rest !== undefined) return;
      known.base = base;
      known.elements.clear();
    }
    known.elements.set(offset, x);
  }

  /** Notes that a[i] = x has been carried out. */
  store(a: Value, i: Value, x: Value): void {
    const [base, offset] = affine(i);
    const group = this.groupOf(a);
    const known = this.#facts.arrays.get(group)?.get(a) ?? {
      base,
      elements: new Map<number, Value>(),
      rest: undefined,
    };
    this.forget(group);
    // Other elements at the same base lie elsewhere.
    if (known.base !== base) known.elements.clear();
    if (base !== null || known.base !== null) known.rest = undefined;
    known.base = base;
    known.elements.set(offset, x);
    this.#facts.arrays.set(group, new Map([[a, known]]));
  }

  /** Notes that every element of a is x. */
  fill(a: Value, x: Value): void {
    this.forget(this.groupOf(a));
    this.#known(a).rest = x;
  }

  #known(a: Value): Known {
    const { arrays } = this.#facts;
    const group = this.groupOf(a);
    let list = arrays.get(group);
    if (list === undefined) arrays.set(group, (list = new Map<Value, Known>()));
    let known = list.get(a);
    if (known === undefined) list.set(a, (known = { base: null, elements: new Map(), rest: undefined }));
    return known;
  }
}

/** An index as a value (null for none) plus a constant. */
export function affine(i: Value): [base: Value | null, offset: number] {
  const constant = definedBy(i, "constant");
  if (constant !== undefined) return [null, constant.attr];
  const sum = definedBy(i, "i32.add");
  const offset = definedBy(sum?.args[1], "constant");
  return sum === undefined || offset === undefined ? [i, 0] : [sum.args[0]!, offset.attr];
}

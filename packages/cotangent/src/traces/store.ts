/**
 * Where reverse mode keeps what it records: blocks of typed arrays instead of one object per operation, so that a graph of a
 * million operations gives the garbage collector a few hundred blocks to look at.
 *
 * A **store** holds the numbers of up to `capacity` variables. An input of an operation is kept as one integer: the place in
 * the same store, or the number of a reference to another one. A **part** is a run of operations of one store that do not
 * depend on earlier ones in it, with just the references that they need: a later store refers to parts, so that an
 * evaluation which happens to share a store with an unrelated one does not keep that one's history alive.
 */
import type { Context, Differentiable, Real, Trace, Traced } from "../real/real.ts";

/** What the variables of a store are. */
export type Kind = "operations" | "leaves" | "constants";

/** An input that is a constant; its value takes the place of the partial derivative. */
export const CONSTANT = 0x7fffffff;
/** Negative inputs refer to other stores: from -1 down to operations, number `-1 - code`; from here down to leaves. */
export const LEAF = -0x40000000;

let serials = 0;
let created = 0;

export class Store {
  readonly trace: Trace;
  readonly kind: Kind;
  /** Stores refer only to stores with smaller serial numbers, and to leaves. */
  readonly serial: number = serials++;
  readonly capacity: number;
  size = 0;
  /** The variables that were handed out, so that each is one object; undefined when they are remembered no longer. */
  handles: (Traced | undefined)[] | undefined = [];
  readonly values: Float64Array;
  readonly ids: Float64Array;
  /** Operations only. The inputs of operation i are edges `starts[i]` to `starts[i + 1] - 1`. */
  readonly starts: Int32Array;
  readonly inputs: Int32Array;
  readonly partials: Float64Array;
  readonly functions: Differentiable[] = [];
  /** The leaves that operations of this store use, each once. */
  readonly leafHomes: Home[] = [];
  readonly leafPlaces: number[] = [];
  /** Leaves only: the last store that listed leaf i, and where. */
  readonly listedBy: Int32Array;
  readonly listedAt: Int32Array;
  /** Leaves only. */
  derivatives: (number | null)[] | undefined;
  /** The rare things: values and partials that a trace further out watches, what user functions saved, given names. */
  watchedValues: Map<number, Real> | undefined;
  watchedPartials: Map<number, Real> | undefined;
  contexts: Map<number, Context> | undefined;
  names: Map<number, string> | undefined;

  constructor(trace: Trace, kind: Kind, capacity: number, edgeCapacity: number) {
    this.trace = trace;
    this.kind = kind;
    this.capacity = capacity;
    const marks = kind === "leaves" ? capacity : 0;
    const starts = kind === "operations" ? capacity + 1 : 0;
    const doubles = 2 * capacity + edgeCapacity;
    const buffer = new ArrayBuffer(8 * doubles + 4 * (starts + edgeCapacity + 2 * marks));
    this.values = new Float64Array(buffer, 0, capacity);
    this.ids = new Float64Array(buffer, 8 * capacity, capacity);
    this.partials = new Float64Array(buffer, 16 * capacity, edgeCapacity);
    const integers = new Int32Array(buffer, 8 * doubles);
    this.starts = integers.subarray(0, starts);
    this.inputs = integers.subarray(starts, starts + edgeCapacity);
    this.listedBy = integers.subarray(starts + edgeCapacity, starts + edgeCapacity + marks).fill(-1);
    this.listedAt = integers.subarray(starts + edgeCapacity + marks);
  }

  hasRoom(arity: number): boolean {
    return (
      this.size < this.capacity && (arity === 0 || this.starts[this.size]! + arity <= this.inputs.length)
    );
  }

  /** Takes the next place. */
  add(value: Real): number {
    const i = this.size++;
    this.ids[i] = created++;
    if (typeof value === "number") this.values[i] = value;
    else (this.watchedValues ??= new Map()).set(i, value);
    return i;
  }

  value(i: number): Real {
    return this.watchedValues?.get(i) ?? this.values[i]!;
  }

  partial(edge: number): Real {
    return this.watchedPartials?.get(edge) ?? this.partials[edge]!;
  }

  setPartial(edge: number, value: Real): void {
    if (typeof value === "number") this.partials[edge] = value;
    else (this.watchedPartials ??= new Map()).set(edge, value);
  }
}

/** Where a variable lives: its store, and what its operation depends on outside that. */
export interface Home {
  readonly store: Store;
  partOf(place: number): Part;
}

/** Operations `low` to `high - 1` of a store, and the operations of earlier stores on which they depend. */
export class Part implements Home {
  readonly store: Store;
  readonly low: number;
  readonly high: number;
  /** Reference r of the store is operation `places[r - first]` of `parts[r - first]`. */
  readonly first: number;
  readonly parts: readonly Part[];
  readonly places: readonly number[];

  constructor(
    store: Store,
    low: number,
    high: number,
    first: number,
    parts: readonly Part[],
    places: readonly number[],
  ) {
    this.store = store;
    this.low = low;
    this.high = high;
    this.first = first;
    this.parts = parts;
    this.places = places;
  }

  partOf(): Part {
    return this;
  }

  /** Where the input with this code lives. */
  input(code: number): [home: Home, place: number] {
    if (code >= 0) return [this, code];
    const { leafHomes, leafPlaces } = this.store;
    if (code <= LEAF) return [leafHomes[LEAF - code]!, leafPlaces[LEAF - code]!];
    const reference = -1 - code - this.first;
    return [this.parts[reference]!, this.places[reference]!];
  }
}

/** A store being filled, with all that it refers to; when it is full, its parts. */
export class Chunk implements Home {
  readonly store: Store;
  #parts: readonly Part[];
  readonly #references: Part[] = [];
  readonly #places: number[] = [];

  constructor(store: Store) {
    this.store = store;
    this.#parts = [new Part(store, 0, store.capacity, 0, this.#references, this.#places)];
  }

  /** Notes that an operation of this store uses variable `place` of another one; returns the input's code. */
  refer(to: Home, place: number): number {
    const { kind, listedBy, listedAt } = to.store;
    if (kind === "leaves") {
      const { serial, leafHomes, leafPlaces } = this.store;
      if (listedBy[place] !== serial) {
        listedBy[place] = serial;
        listedAt[place] = leafHomes.push(to) - 1;
        leafPlaces.push(place);
      }
      return LEAF - listedAt[place]!;
    }
    this.#places.push(place);
    return -this.#references.push(to.partOf(place));
  }

  partOf(place: number): Part {
    return this.#parts.find((part) => place < part.high)!;
  }

  /** No more operations will come: find out which of them depend on which references. */
  close(): void {
    const { store } = this;
    const cuts = independentFrom(store);
    let reference = 0;
    let edge = 0;
    const [references, places] = [this.#references, this.#places];
    this.#parts = cuts.map((low, k) => {
      const high = cuts[k + 1] ?? store.size;
      const first = reference;
      for (; edge < store.starts[high]!; edge++) {
        const input = store.inputs[edge]!;
        if (input < 0 && input > LEAF) reference++;
      }
      return new Part(
        store,
        low,
        high,
        first,
        references.slice(first, reference),
        places.slice(first, reference),
      );
    });
    references.length = places.length = 0;
  }
}

/**
 * The places from which on no operation depends on an earlier one of the same store. Of many, the first and the last, and
 * some between: an unrelated beginning and an unrelated end are what ties one evaluation to the next.
 */
function independentFrom({ size, starts, inputs }: Store): number[] {
  const cuts: number[] = [];
  let first = size;
  let earliest = size;
  for (let i = size - 1; i > 0; i--) {
    for (let e = starts[i]!; e < starts[i + 1]!; e++) {
      const input = inputs[e]!;
      if (input >= 0 && input < earliest) earliest = input;
    }
    if (earliest < i) continue;
    first = i;
    if (cuts.length === 0 || cuts.at(-1)! - i > size / 8) cuts.push(i);
  }
  if (first < cuts.at(-1)!) cuts.push(first);
  return [0, ...cuts.reverse()];
}

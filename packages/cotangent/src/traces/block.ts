/**
 * Where reverse mode keeps what it records: typed arrays instead of one object per operation, so that a graph of a million
 * operations gives the garbage collector a few hundred objects to look at.
 *
 * A **store** has room for some thousands of operations. A **block** is a run of operations of one store; inputs that lie
 * outside of it are kept in a list of its own. A variable holds on to its block, and so to what its block needs, but not to
 * unrelated evaluations that happen to lie in the same store.
 */
import type { Context, Differentiable, Real, Trace, Traced } from "../real/real.ts";

/** An input that is a constant; its value takes the place of the partial derivative. */
export const CONSTANT = 0x7fffffff;

let created = 0;
/** Counts variables and blocks, in order of creation. */
export const next = (): number => created++;

export class Store {
  size = 0;
  readonly values: Float64Array;
  readonly ids: Float64Array;
  readonly functions: Differentiable[] = [];
  /** The inputs of operation i are edges `starts[i]` to `starts[i + 1] - 1`. */
  readonly starts: Int32Array;
  /** Of every edge: an operation of the same block, `-k` for number k (from 1) of the list outside, or `CONSTANT`. */
  readonly inputs: Int32Array;
  readonly partials: Float64Array;
  /** What a trace further out watches: the value of operation i under i, the partial derivative of edge e under -1 - e. */
  watched: Map<number, Real> | undefined;
  /** What users' functions saved, by operation. */
  saved: Map<number, Context> | undefined;
  /** The variables that were handed out, so that each is one object; undefined when they are remembered no longer. */
  handles: Traced[] | undefined = [];

  constructor(capacity: number, edges: number) {
    this.values = new Float64Array(capacity);
    this.ids = new Float64Array(capacity);
    this.starts = new Int32Array(capacity + 1);
    this.inputs = new Int32Array(edges);
    this.partials = new Float64Array(edges);
  }

  value(i: number): Real {
    return this.watched?.get(i) ?? this.values[i]!;
  }

  partial(edge: number): Real {
    return this.watched?.get(-1 - edge) ?? this.partials[edge]!;
  }

  watch(key: number, x: Real): void {
    (this.watched ??= new Map()).set(key, x);
  }
}

/** A run of operations: at first of all that come into a store. */
export class Block<Variable> {
  readonly trace: Trace;
  readonly store: Store;
  readonly low: number;
  readonly high: number;
  /** Blocks refer only to earlier ones. */
  readonly serial: number;
  /** Inputs that are leaves, each once, or operations of earlier blocks. */
  readonly outside: Variable[] = [];
  /** When the store is full: runs of operations that do not depend on each other. */
  parts: Block<Variable>[] = [this];

  constructor(trace: Trace, store: Store, low: number, high: number, serial: number) {
    this.trace = trace;
    this.store = store;
    this.low = low;
    this.high = high;
    this.serial = serial;
  }

  /** The smallest block that holds operation `place`. */
  partOf(place: number): Block<Variable> {
    return this.parts.find((part) => place < part.high)!;
  }

  /**
   * No more operations will come. Evaluations that have nothing to do with each other may share a store: what refers to the
   * last one from now on should not keep alive what the first one depends on.
   */
  close(): void {
    const { store, outside } = this;
    const { size, starts, inputs } = store;
    let earliest = size;
    let first = 0;
    let last = 0;
    for (let i = size - 1; i > 0; i--) {
      for (let edge = starts[i]!; edge < starts[i + 1]!; edge++)
        earliest = Math.min(earliest, inputs[edge]! >>> 0);
      if (earliest < i) continue;
      first = i;
      last ||= i;
    }
    if (first === 0) return;
    this.parts = [0, first, last].map((low, k) => {
      const part = new Block<Variable>(this.trace, store, low, [first, last, size][k]!, this.serial);
      for (let edge = starts[low]!; edge < starts[part.high]!; edge++) {
        const input = inputs[edge]!;
        if (input < 0) part.outside[-1 - input] = outside[-1 - input]!;
      }
      return part;
    });
  }
}

/** What a leaf or a constant consists of: a variable that was not computed. */
export class Origin {
  readonly trace: Trace;
  readonly value: Real;
  readonly id: number = next();
  derivative: number | null = null;
  /** The last block that listed this leaf, and under which number. */
  seenBy = -1;
  code = 0;

  constructor(trace: Trace, value: Real) {
    this.trace = trace;
    this.value = value;
  }
}

/** Reverse mode's second half: from one variable back to the leaves, every operation after all its uses. No recursion. */
import { backward, plus, times } from "../chain.ts";
import type { Real, UserFunction } from "../real/real.ts";
import { CONSTANT, LEAF } from "./store.ts";
import type { Home, Part, Store } from "./store.ts";

/** What a sweep knows of one store: which of its variables it has reached, and the sum of what arrived at each. */
export class Visit {
  readonly home: Home;
  readonly store: Store;
  /** The parts of the store that were reached. */
  readonly parts: Part[] = [];
  readonly reached: Uint8Array;
  readonly adjoints: Float64Array;
  /** Adjoints that a trace further out watches. */
  watched: Map<number, Real> | undefined;

  constructor(home: Home) {
    const { store } = home;
    this.home = home;
    this.store = store;
    this.reached = new Uint8Array(store.size);
    this.adjoints = new Float64Array(store.size);
  }

  /** Where operation `place` lives. */
  homeOf(place: number): Home {
    return this.parts.find((part) => place < part.high && place >= part.low) ?? this.home;
  }

  adjoint(place: number): Real {
    return this.watched?.get(place) ?? this.adjoints[place]!;
  }

  receive(place: number, d: Real): void {
    this.reached[place] = 1;
    if (typeof d === "number" && this.watched === undefined) {
      this.adjoints[place] = this.adjoints[place]! + d;
      return;
    }
    const total = plus(this.adjoint(place), d);
    if (typeof total === "number") {
      this.adjoints[place] = total;
      this.watched?.delete(place);
    } else (this.watched ??= new Map()).set(place, total);
  }
}

/** Where a sweep starts: a variable, and the derivative of some output by it. */
export type Seed = readonly [variable: { readonly home: Home; readonly place: number }, dOut: Real];

/** Walks back over all operations on which a variable depends. */
export class Sweep {
  /** The leaves that were reached. */
  readonly leaves: Map<Store, Visit> = new Map();
  readonly #visits: Map<Store, Visit> = new Map();
  /** Stores still to be walked, the latest last. */
  readonly #waiting: Visit[] = [];
  #lastLeaves: Visit | undefined;

  /** Starts with derivatives at some variables, and lets `step` pass them on, operation by operation. */
  constructor(seeds: readonly Seed[], step: (sweep: Sweep, visit: Visit, place: number) => void) {
    for (const [{ home, place }, dOut] of seeds) this.visit(home, place).receive(place, dOut);
    for (let visit = this.#waiting.pop(); visit !== undefined; visit = this.#waiting.pop()) {
      const { reached } = visit;
      for (let i = reached.length - 1; i >= 0; i--) if (reached[i] === 1) step(this, visit, i);
    }
  }

  /** The visit to the store of a variable. */
  visit(home: Home, place: number): Visit {
    const { store } = home;
    if (store.kind === "leaves") {
      let visit = this.leaves.get(store);
      if (visit === undefined) this.leaves.set(store, (visit = new Visit(home)));
      return visit;
    }
    const part = home.partOf(place);
    let visit = this.#visits.get(store);
    if (visit === undefined) {
      this.#visits.set(store, (visit = new Visit(home)));
      const waiting = this.#waiting;
      let at = waiting.length;
      while (at > 0 && waiting[at - 1]!.store.serial > store.serial) at--;
      waiting.splice(at, 0, visit);
    }
    if (!visit.parts.includes(part)) visit.parts.push(part);
    return visit;
  }

  /** Marks the inputs of operation `place` as reached. */
  reachInputs(from: Visit, place: number): void {
    const { starts, inputs } = from.store;
    for (let edge = starts[place]!; edge < starts[place + 1]!; edge++) {
      if (inputs[edge] !== CONSTANT) this.send(from, place, inputs[edge]!, 0);
    }
  }

  /** Passes `d` to the leaf that a store lists as number k. */
  sendToLeaf(store: Store, k: number, d: Real): void {
    const home = store.leafHomes[k]!;
    if (this.#lastLeaves?.store !== home.store) this.#lastLeaves = this.visit(home, 0);
    this.#lastLeaves.receive(store.leafPlaces[k]!, d);
  }

  /** Passes `d` to the input with this code of operation `place`. */
  send(from: Visit, place: number, code: number, d: Real): void {
    if (code >= 0) return from.receive(code, d);
    const [home, at] = (from.homeOf(place) as Part).input(code);
    this.visit(home, at).receive(at, d);
  }
}

/** The step that applies the chain rule: dOut·∂f/∂xᵢ to every input xᵢ. */
export function chainRule(sweep: Sweep, visit: Visit, place: number): void {
  const { store, reached, adjoints } = visit;
  const end = store.starts[place + 1]!;
  let edge = store.starts[place]!;
  const ctx = store.contexts?.get(place);
  if (ctx !== undefined || store.watchedPartials !== undefined || visit.watched !== undefined) {
    const ds = derivatives(store, place, visit.adjoint(place));
    for (let k = 0; edge < end; edge++, k++) {
      const code = store.inputs[edge]!;
      if (code !== CONSTANT) sweep.send(visit, place, code, ds[k]!);
    }
    return;
  }
  const dOut = adjoints[place]!;
  for (; edge < end; edge++) {
    const code = store.inputs[edge]!;
    if (code === CONSTANT) continue;
    const partial = store.partials[edge]!;
    const d = dOut === 0 || partial === 0 ? 0 : dOut * partial;
    if (code >= 0) {
      reached[code] = 1;
      adjoints[code] = adjoints[code]! + d;
    } else if (code <= LEAF) sweep.sendToLeaf(store, LEAF - code, d);
    else sweep.send(visit, place, code, d);
  }
}

/** dOut·∂f/∂xᵢ for every argument of operation `place`; for constant arguments, anything. */
export function derivatives(store: Store, place: number, dOut: Real): readonly Real[] {
  const start = store.starts[place]!;
  const arity = store.starts[place + 1]! - start;
  const ctx = store.contexts?.get(place);
  if (ctx !== undefined) return backward(store.functions[place] as UserFunction, ctx, arity, dOut);
  return Array.from({ length: arity }, (_, k) =>
    store.inputs[start + k] === CONSTANT ? 0 : times(dOut, store.partial(start + k)),
  );
}

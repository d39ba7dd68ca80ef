/** Which operation, in which iteration, an operand of a rolled program is the value of; and how it gets from there to here. */
import { isLoop, placeIn } from "./nest.ts";
import type { Leaf, Loop, Node } from "./nest.ts";
import { VALUE } from "./slots.ts";
import type { Slot } from "./slots.ts";

/** Loops around something, the outermost first. */
export type Path = readonly Loop[];

/** A value: of which operation, and in which iteration of each loop around it, as a function of the user's iterations. */
interface Source {
  readonly leaf: Leaf;
  readonly path: Path;
  readonly iterations: readonly Iteration[];
}

/** base + Σ factorsₖ·(iteration of the user's k-th loop) */
export interface Iteration {
  readonly base: number;
  readonly factors: readonly number[];
}

/** What a loop hands from one iteration to the next: the value of an operation in it, with its latest values before that. */
export interface Carry {
  readonly leaf: Leaf;
  /** The iterations of loops between this one and the operation. */
  readonly inner: readonly number[];
  /** Before the loop: what counts as the value one, two, ... iterations before the first. */
  readonly inits: Access[];
}

/** The values of one operation in all iterations. */
export interface Store {
  readonly leaf: Leaf;
  readonly path: Path;
  /** So many loops outside use it anew in every iteration. */
  apart: number;
}

/** Values of several operations, by their places in the trace: `first`, `first + unit`, ... */
export interface Strip {
  readonly unit: number;
  first: number;
  last: number;
}

/** How an operand is got. `user` is the loops whose iterations `slot` speaks of. */
export type Access =
  | { readonly kind: "leaf"; readonly slot: Slot; readonly user: Path }
  | { readonly kind: "value"; readonly leaf: Leaf }
  | { readonly kind: "result"; readonly carry: Carry }
  | { readonly kind: "carried"; readonly carry: Carry; readonly distance: number }
  | {
      readonly kind: "stored";
      readonly store: Store;
      readonly iterations: readonly Iteration[];
      readonly user: Path;
    }
  | { readonly kind: "strip"; readonly strip: Strip; readonly slot: Slot; readonly user: Path };

export interface Links {
  readonly operands: ReadonlyMap<Leaf, readonly Access[]>;
  readonly yields: readonly Access[];
  readonly carries: ReadonlyMap<Loop, readonly Carry[]>;
  /** The value at the end of an iteration. */
  readonly next: ReadonlyMap<Carry, Access>;
  readonly stores: ReadonlyMap<Leaf, Store>;
  readonly strips: ReadonlyMap<Leaf, ReadonlySet<Strip>>;
}

/** Values further back are stored. */
const REGISTERS = 3;

/** What a loop takes from before it in its first iteration is not what it hands on afterwards. */
class Unlinked extends Error {}

/** Finds out where all operands come from. Undefined if that cannot be said of one. */
export function link(nodes: readonly Node[], yields: readonly Slot[]): Links | undefined {
  try {
    return new Linker(nodes).run(yields);
  } catch (error) {
    if (error instanceof Unlinked) return undefined;
    throw error;
  }
}

/** A value of an operation in a fixed iteration of the loops around it that are not around the user. */
interface Fixed {
  readonly leaf: Leaf;
  readonly path: Path;
  readonly shared: number;
  readonly inner: readonly number[];
}

class Linker {
  readonly #nodes: readonly Node[];
  readonly #starts: readonly number[];
  readonly #innerStarts = new Map<Loop, readonly number[]>();
  readonly #carries = new Map<Loop, Map<string, Carry>>();
  readonly #next = new Map<Carry, Access>();
  readonly #stores = new Map<Leaf, Store>();
  readonly #strips = new Map<Leaf, Set<Strip>>();
  /** By unit and remainder. */
  readonly #known = new Map<string, Strip>();
  /** What is to be decided when all carries are known. */
  readonly #later: (() => void)[] = [];

  constructor(nodes: readonly Node[]) {
    this.#nodes = nodes;
    this.#starts = nodes.map((node) => node.start);
  }

  run(yields: readonly Slot[]): Links {
    const operands = new Map<Leaf, Access[]>();
    const visit = (nodes: readonly Node[], path: Path): void => {
      for (const node of nodes) {
        if (isLoop(node)) visit(node.body, [...path, node]);
        else {
          const list: Access[] = [];
          operands.set(node, list);
          for (const slot of node.slots) this.#access(slot, path, list);
        }
      }
    };
    visit(this.#nodes, []);
    const results: Access[] = [];
    for (const slot of yields) this.#access(slot, [], results);
    for (const decide of this.#later) decide();
    return {
      operands,
      yields: results,
      carries: new Map([...this.#carries].map(([loop, map]) => [loop, [...map.values()]])),
      next: this.#next,
      stores: this.#stores,
      strips: this.#strips,
    };
  }

  /** Finds out how an operand is got, and puts it at the end of a list. */
  #access(slot: Slot, user: Path, to: Access[]): void {
    if (slot.space !== VALUE) {
      to.push({ kind: "leaf", slot, user });
      return;
    }
    if (user.length === 0) {
      const node = this.#nodes[placeIn(this.#starts, slot.at)]!;
      if (!isLoop(node)) {
        to.push({ kind: "value", leaf: node });
        return;
      }
    }
    const source = this.#sourceOf(slot, user);
    const from = source === undefined ? "elsewhere" : originOf(source, user);
    const isPlain = slot.firsts.every((first) => first === undefined);
    if (source !== undefined && from === "inside" && isPlain) this.#inside(source, user, to);
    else if (
      source === undefined ||
      typeof from !== "number" ||
      !this.#carried(slot, user, source, from, to)
    ) {
      if (!isPlain) throw new Unlinked();
      to.push(this.#strip(slot, user));
    }
  }

  /** A value that is computed in the loops around the user, or has been before. */
  #inside(source: Source, user: Path, to: Access[]): void {
    const { leaf, path, iterations } = source;
    let shared = 0;
    while (shared < path.length && path[shared] === user[shared]) shared++;
    // How many of the shared loops are in the same iteration.
    let together = 0;
    while (together < shared && isSame(iterations[together]!, together)) together++;
    const inner = iterations.slice(together);
    if (together === shared && inner.every(isFixed)) {
      const place = to.push({ kind: "value", leaf }) - 1;
      const fixed = { leaf, path, shared, inner: inner.map(({ base }) => base) };
      this.#fixed(fixed, (access) => (to[place] = access));
    } else to.push(this.#stored(source, user, together));
  }

  /** A value that is the same throughout an iteration, and comes from one before: the loop hands it on. */
  #carried(slot: Slot, user: Path, source: Source, at: number, to: Access[]): boolean {
    const level = user.length - 1 - at;
    const first = slot.firsts[level];
    const { leaf, path, iterations } = source;
    const loop = path[at]!;
    const distance = -iterations[at]!.base;
    const inner = iterations.slice(at + 1);
    const outside = user.slice(0, at);
    if (distance > REGISTERS || !inner.every(isFixed)) return false;
    if (!iterations.slice(0, at).every(isSame)) return false;
    if (!slot.strides.slice(0, level).every((stride) => stride === 0)) return false;
    const fixed = inner.map(({ base }) => base);
    const carry = this.#carry(loop, leaf, fixed, first);
    if (first === undefined) {
      for (let back = carry.inits.length + 1; back <= distance; back++)
        this.#access(before(slot, level, distance - back), outside, carry.inits);
    } else if (carry.inits.length === 0) {
      this.#access(before(first, level, 0), outside, carry.inits);
    }
    if (!this.#next.has(carry)) {
      this.#next.set(carry, { kind: "value", leaf });
      this.#fixed({ leaf, path, shared: at + 1, inner: fixed }, (access) => this.#next.set(carry, access));
    }
    to.push({ kind: "carried", carry, distance });
    return true;
  }

  /** The carry of a loop; one that begins with something else is another. */
  #carry(loop: Loop, leaf: Leaf, inner: readonly number[], first: Slot | undefined): Carry {
    let carries = this.#carries.get(loop);
    if (carries === undefined) this.#carries.set(loop, (carries = new Map<string, Carry>()));
    const key = `${leaf.start} ${inner.join()} ${first === undefined ? "" : JSON.stringify(first)}`;
    let carry = carries.get(key);
    if (carry === undefined) carries.set(key, (carry = { leaf, inner, inits: [] }));
    return carry;
  }

  /** Once all carries are known: at the end of a loop, a carry has the value of the last iteration. */
  #fixed(value: Fixed, decide: (access: Access) => void): void {
    const { leaf, path, shared, inner } = value;
    if (inner.length === 0) return;
    this.#later.push(() => {
      const loop = path[shared]!;
      const wanted = inner.slice(1).join();
      const carry =
        inner[0] === loop.trips - 1
          ? [...(this.#carries.get(loop)?.values() ?? [])].find(
              (c) => c.leaf === leaf && c.inner.join() === wanted,
            )
          : undefined;
      if (carry !== undefined) return decide({ kind: "result", carry });
      const user = path.slice(0, shared);
      const iterations = path.map((_, k) => ({
        base: k < shared ? 0 : inner[k - shared]!,
        factors: user.map((__, j) => (j === k ? 1 : 0)),
      }));
      decide(this.#stored({ leaf, path, iterations }, user, shared));
    });
  }

  #stored({ leaf, path, iterations }: Source, user: Path, together: number): Access {
    let store = this.#stores.get(leaf);
    if (store === undefined) this.#stores.set(leaf, (store = { leaf, path, apart: together }));
    store.apart = Math.min(store.apart, together);
    return { kind: "stored", store, iterations, user };
  }

  /** Values of different operations, from one iteration to another: all of them are stored by their places in the trace. */
  #strip(slot: Slot, user: Path): Access {
    const places: number[] = [];
    const walk = (at: number, k: number): void => {
      if (k === user.length) places.push(at);
      else
        for (let t = 0, stride = this.#stride(slot, user, k); t < (stride === 0 ? 1 : user[k]!.trips); t++)
          walk(at + t * stride, k + 1);
    };
    walk(slot.at, 0);
    const leaves = new Map<Leaf, Path>();
    for (const place of places) {
      const { leaf, path } = this.#find(place)!;
      leaves.set(leaf, path);
    }
    let unit = 0;
    let [first, last] = [slot.at, slot.at];
    user.forEach((_, k) => (unit = divisor(unit, this.#stride(slot, user, k))));
    for (const [leaf, path] of leaves) {
      unit = divisor(unit, leaf.start - slot.at);
      let end = leaf.start;
      for (const { trips, period } of path) {
        unit = divisor(unit, period);
        end += (trips - 1) * period;
      }
      first = Math.min(first, leaf.start);
      last = Math.max(last, end);
    }
    const key = `${unit} ${first % unit}`;
    let strip = this.#known.get(key);
    if (strip === undefined) this.#known.set(key, (strip = { unit, first, last }));
    strip.first = Math.min(strip.first, first);
    strip.last = Math.max(strip.last, last);
    for (const leaf of leaves.keys()) {
      let set = this.#strips.get(leaf);
      if (set === undefined) this.#strips.set(leaf, (set = new Set<Strip>()));
      set.add(strip);
    }
    return { kind: "strip", strip, slot, user };
  }

  /**
   * Which operation an operand is the value of, if it is the same in all iterations but the first ones of a loop: there, it comes
   * from before the loop. So it is looked up in the last iterations.
   */
  #sourceOf(slot: Slot, user: Path): Source | undefined {
    const last = user.reduce((at, loop, k) => at + this.#stride(slot, user, k) * (loop.trips - 1), slot.at);
    const found = this.#find(last);
    if (found === undefined) return undefined;
    const { leaf, path, iterations } = found;
    const factors = path.map((): number[] => user.map(() => 0));
    for (let k = 0; k < user.length; k++) {
      const stride = this.#stride(slot, user, k);
      if (stride === 0) continue;
      const before = this.#find(last - stride);
      if (before?.leaf !== leaf) return undefined;
      iterations.forEach((i, j) => (factors[j]![k] = i - before.iterations[j]!));
    }
    return {
      leaf,
      path,
      iterations: iterations.map((i, j) => ({
        base: user.reduce((base, loop, k) => base - factors[j]![k]! * (loop.trips - 1), i),
        factors: factors[j]!,
      })),
    };
  }

  /** By how much the operand's place grows with the user's k-th loop. */
  #stride(slot: Slot, user: Path, k: number): number {
    return slot.strides[user.length - 1 - k]!;
  }

  #find(
    op: number,
  ): { readonly leaf: Leaf; readonly path: Path; readonly iterations: readonly number[] } | undefined {
    const path: Loop[] = [];
    const iterations: number[] = [];
    let [nodes, starts, at] = [this.#nodes, this.#starts, op];
    for (;;) {
      const node = nodes[placeIn(starts, at)]!;
      if (at < node.start || at >= node.start + node.size) return undefined;
      if (!isLoop(node)) return { leaf: node, path, iterations };
      const iteration = Math.floor((at - node.start) / node.period);
      path.push(node);
      iterations.push(iteration);
      at -= iteration * node.period;
      nodes = node.body;
      starts = this.#startsOf(node);
    }
  }

  #startsOf(loop: Loop): readonly number[] {
    let starts = this.#innerStarts.get(loop);
    if (starts === undefined) this.#innerStarts.set(loop, (starts = loop.body.map((node) => node.start)));
    return starts;
  }
}

/** Whether an iteration is that of the user's k-th loop. */
const isSame = ({ base, factors }: Iteration, k: number): boolean =>
  base === 0 && factors.every((factor, j) => factor === (j === k ? 1 : 0));

const isFixed = ({ factors }: Iteration): boolean => factors.every((factor) => factor === 0);

/**
 * Where a value is from: `inside` the loops as they stand; from iterations before, of the loop that stands at this place among those
 * around both; or `elsewhere`.
 */
function originOf({ path, iterations }: Source, user: Path): "inside" | number | "elsewhere" {
  let origin: "inside" | number = "inside";
  for (const [k, { base, factors }] of iterations.entries()) {
    let [least, greatest] = [base, base];
    factors.forEach((factor, j) => {
      const most = factor * (user[j]!.trips - 1);
      if (most < 0) least += most;
      else greatest += most;
    });
    if (least >= 0 && greatest < path[k]!.trips) continue;
    const isBefore = path[k] === user[k] && factors.every((factor, j) => factor === (j === k ? 1 : 0));
    if (origin !== "inside" || !isBefore) return "elsewhere";
    origin = k;
  }
  return origin;
}

/** The operand before the loop at a level, as if in iteration t. It is the same in the loops inside. */
const before = (slot: Slot, level: number, t: number): Slot => ({
  ...slot,
  at: slot.at + t * slot.strides[level]!,
  strides: slot.strides.slice(level + 1),
  firsts: slot.firsts.slice(level + 1),
});

/** The greatest common divisor; that of 0 and y is y. */
function divisor(x: number, y: number): number {
  let [a, b] = [Math.abs(x), Math.abs(y)];
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}

/** Repetitions in a trace, as loops. */
import { Repeats } from "./repeats.ts";
import { single, unify, VALUE } from "./slots.ts";
import type { Slot, Span } from "./slots.ts";
import { numbering } from "./trace.ts";
import type { Trace } from "./trace.ts";

/** An operation; in a loop, that of the first iteration stands for all. */
export interface Leaf {
  /** Its place in the trace, in the first iteration of all loops around. */
  readonly start: number;
  readonly size: 1;
  readonly shape: number;
  readonly slots: readonly Slot[];
}

/** What is repeated, `trips` times, `period` operations of the trace each. */
export interface Loop {
  readonly start: number;
  readonly size: number;
  readonly shape: number;
  readonly trips: number;
  readonly period: number;
  readonly body: readonly Node[];
}

export type Node = Leaf | Loop;

export const isLoop = (node: Node): node is Loop => "trips" in node;

/** So often something must be repeated, at least. */
const TRIPS = 3;
/** Repetitions of so many things (operations, loops) are found. */
const LONGEST = 1 << 16;

/**
 * The trace with all that repeats in loops: first what repeats at once, then what of these repeats, and so on. Every node stands
 * for consecutive operations of the trace. Undefined if nothing repeats.
 *
 * @param least so many operations must all repetitions have together
 *
 * Repetitions are found by what is done, and kept as far as operands are the same, or evenly spaced, from one to the next.
 */
export function nest(trace: Trace, least: number): readonly Node[] | undefined {
  return new Nester(trace, least).run();
}

/** What is left of the trace, one thing after the other: operations and loops. */
interface Sequence {
  readonly shapes: Int32Array;
  readonly starts: Int32Array;
  /** Loops by their place in the sequence; operations are not made into nodes until they are in a loop. */
  readonly loops: ReadonlyMap<number, Loop>;
}

class Nester {
  readonly #trace: Trace;
  readonly #least: number;
  readonly #numberOf: (what: unknown) => number;
  #sequence: Sequence;

  constructor(trace: Trace, least: number) {
    this.#trace = trace;
    this.#least = least;
    const { codes } = trace;
    let codeCount = 0;
    for (const code of codes) codeCount = Math.max(codeCount, code + 1);
    const number = numbering();
    for (let k = 0; k < codeCount; k++) number(k);
    this.#numberOf = number;
    this.#sequence = {
      shapes: codes,
      starts: Int32Array.from(codes, (_, k) => k),
      loops: new Map(),
    };
  }

  run(): readonly Node[] | undefined {
    for (let repeats = new Repeats(this.#sequence.shapes); ;) {
      // What is left is shorter, and begun with anew.
      if (this.#roll(repeats)) repeats = new Repeats(this.#sequence.shapes);
      else if (repeats.length >= LONGEST || !repeats.double()) break;
    }
    const { shapes, loops } = this.#sequence;
    if (loops.size === 0) return undefined;
    return Array.from(shapes, (_, at) => this.#node(at));
  }

  /** Makes loops of what repeats. */
  #roll({ length: k, distances: found }: Repeats): boolean {
    const { shapes } = this.#sequence;
    const made = new Map<number, { readonly loop: Loop; readonly end: number }>();
    let free = 0;
    for (let i = 0; i < shapes.length; i++) {
      const period = found[i]!;
      // Shorter periods have been found with shorter sequences.
      if (period === 0 || 2 * period < k) continue;
      // What ended here repeats what ended `period` before: so it began earlier.
      let begin = i - k + 1 - period;
      if (begin < free) continue;
      while (begin > free && shapes[begin - 1] === shapes[begin - 1 + period]) begin--;
      while (i + 1 < shapes.length && shapes[i + 1] === shapes[i + 1 - period]) i++;
      if (i + 1 - begin < TRIPS * period) continue;
      for (const loop of this.#loopsIn(begin, i + 1, period)) {
        made.set(loop.at, loop);
        free = loop.end;
      }
    }
    if (made.size > 0) this.#replace(made);
    return made.size > 0;
  }

  /** The loops that can be made of what lies between two places and has this period. */
  #loopsIn(begin: number, end: number, period: number): { at: number; end: number; loop: Loop }[] {
    const { starts } = this.#sequence;
    const made: { at: number; end: number; loop: Loop }[] = [];
    const operations = starts[begin + period]! - starts[begin]!;
    const least = Math.max(TRIPS, Math.ceil(this.#least / operations));
    const phase = this.#phase(begin, end, period);
    for (let at = begin + phase; at + least * period <= end;) {
      const trips = Math.floor((end - at) / period);
      const loop = this.#loop(at, trips, least, period, operations);
      if (loop === undefined) at += period;
      else {
        const after = at + loop.trips * period;
        made.push({ at, end: after, loop });
        at = after;
      }
    }
    return made;
  }

  /**
   * Where an iteration is best taken to begin: where least goes over from one to the next. Looked for in the second repetition,
   * because the first may begin with something else.
   */
  #phase(begin: number, end: number, period: number): number {
    const { starts } = this.#sequence;
    const crossing = new Int32Array(period + 1);
    const first = Math.min(begin + period, end - 2 * period);
    // By the value that goes over, the last that uses it counts.
    const last = new Map<number, number>();
    for (let k = 0; k < period; k++) {
      const at = first + k;
      for (const slot of this.#slotsOf(at).flatMap(atFirst)) {
        if (slot.space !== VALUE || slot.at < starts[begin]!) continue;
        const from = this.#at(slot.at);
        if (from < at) last.set(from, Math.max(last.get(from) ?? 0, at));
      }
    }
    for (const [from, at] of last) {
      if (at - from >= period) continue;
      for (let k = from + 1; k <= at; k++) crossing[(((k - begin) % period) + period) % period]!++;
    }
    let best = 0;
    for (let k = 1; k < period; k++) if (crossing[k]! < crossing[best]!) best = k;
    return best;
  }

  /** A loop from a place on, with as many trips as possible, if there are enough. */
  #loop(at: number, most: number, least: number, period: number, operations: number): Loop | undefined {
    const { starts } = this.#sequence;
    const start = starts[at]!;
    let trips = most;
    let body: Node[] = [];
    // Once to find how many repetitions agree, and once for so many.
    for (let agreed = 0; agreed < trips;) {
      agreed = trips;
      body = [];
      for (let k = 0; k < period && agreed >= least; k++) {
        const nodes = this.#repeated(at + k, period, agreed);
        const [node, fits] = this.#unify(nodes, { start, period: operations });
        agreed = Math.min(agreed, fits);
        body.push(node);
      }
      if (agreed < least) return undefined;
      if (agreed === trips) break;
      trips = agreed;
      agreed = 0;
    }
    const shape = this.#numberOf(`${trips} ${body.map((node) => node.shape).join()}`);
    return { start, size: trips * operations, shape, trips, period: operations, body };
  }

  /** One node out of corresponding ones of successive iterations, and for how many iterations it holds. */
  #unify(nodes: Nodes, loop: Span): [Node, number] {
    const first = nodes.at(0);
    let fits = nodes.count;
    if (!isLoop(first)) {
      const slots: Slot[] = [];
      first.slots.forEach((_, j) => {
        const [slot, agreed] = unify(
          { count: fits, at: (t) => nodes.slot(t, j) },
          loop,
          this.#trace.constants,
        );
        fits = Math.min(fits, agreed);
        slots.push(slot);
      });
      return [{ ...first, slots }, fits];
    }
    const body: Node[] = [];
    first.body.forEach((_, k) => {
      const inner = nodesOf(fits, (t) => (nodes.at(t) as Loop).body[k]!);
      const [node, agreed] = this.#unify(inner, loop);
      fits = Math.min(fits, agreed);
      body.push(node);
    });
    return [{ ...first, body }, fits];
  }

  #repeated(at: number, period: number, count: number): Nodes {
    if (this.#sequence.loops.has(at)) return nodesOf(count, (t) => this.#node(at + t * period));
    return {
      count,
      at: (t) => this.#node(at + t * period),
      slot: (t, j) => this.#slot(this.#sequence.starts[at + t * period]!, j),
    };
  }

  #node(at: number): Node {
    const loop = this.#sequence.loops.get(at);
    if (loop !== undefined) return loop;
    const start = this.#sequence.starts[at]!;
    return { start, size: 1, shape: this.#trace.codes[start]!, slots: this.#slotsOf(at) };
  }

  /** The operands of what stands at a place: of all operations in a loop. */
  #slotsOf(at: number): readonly Slot[] {
    const loop = this.#sequence.loops.get(at);
    if (loop !== undefined) return [...slotsIn(loop)];
    const op = this.#sequence.starts[at]!;
    const { begins } = this.#trace;
    return Array.from({ length: begins[op + 1]! - begins[op]! }, (_, j) => this.#slot(op, j));
  }

  #slot(op: number, j: number): Slot {
    const { begins, spaces, places } = this.#trace;
    const k = begins[op]! + j;
    return single(spaces[k]!, places[k]!);
  }

  /** The place in the sequence of what holds an operation of the trace. */
  #at(op: number): number {
    return placeIn(this.#sequence.starts, op);
  }

  #replace(made: ReadonlyMap<number, { readonly loop: Loop; readonly end: number }>): void {
    const { shapes, starts, loops } = this.#sequence;
    const kept: { shapes: number[]; starts: number[]; loops: Map<number, Loop> } = {
      shapes: [],
      starts: [],
      loops: new Map(),
    };
    for (let at = 0; at < shapes.length;) {
      const { loop, end } = made.get(at) ?? { loop: loops.get(at), end: at + 1 };
      if (loop !== undefined) kept.loops.set(kept.starts.length, loop);
      kept.shapes.push(loop?.shape ?? shapes[at]!);
      kept.starts.push(starts[at]!);
      at = end;
    }
    this.#sequence = {
      shapes: Int32Array.from(kept.shapes),
      starts: Int32Array.from(kept.starts),
      loops: kept.loops,
    };
  }
}

/** Corresponding nodes of successive iterations. */
interface Nodes {
  readonly count: number;
  readonly at: (t: number) => Node;
  /** Operand j of the operation in iteration t. */
  readonly slot: (t: number, j: number) => Slot;
}

const nodesOf = (count: number, at: (t: number) => Node): Nodes => ({
  count,
  at,
  slot: (t, j) => (at(t) as Leaf).slots[j]!,
});

/** Where an operand comes from in the first iteration of all loops. */
function atFirst(slot: Slot): readonly Slot[] {
  const firsts = slot.firsts.filter((first) => first !== undefined);
  return firsts.length === 0 ? [slot] : firsts.flatMap(atFirst);
}

function* slotsIn(node: Node): Generator<Slot> {
  if (!isLoop(node)) {
    yield* node.slots;
    return;
  }
  for (const inner of node.body) yield* slotsIn(inner);
}

/** The last place whose start is at most `op`. */
export function placeIn(starts: ArrayLike<number>, op: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= op) low = middle;
    else high = middle;
  }
  return low;
}

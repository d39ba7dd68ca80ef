/**
 * What to record, and what to compute again: of all ways to have the values that are asked for, one of least cost. It is a minimum cut (L. R.
 * Ford, D. R. Fulkerson, "Maximal flow through a network", 1956) between the values that cannot be computed again and those asked
 * for: each value is a pipe as wide as it costs to record it, and is fed from the source as fast as it costs to compute it again.
 */
import type { Value } from "../program/ir.ts";

/** What it takes to compute a value again: Infinity where that cannot be, and the values that must be had for it. */
export interface Repeating {
  readonly cost: number;
  readonly operands: readonly Value[];
}

/** More values than this are not looked at, but recorded. */
const MOST = 1000;
const [SOURCE, SINK] = [0, 1];

/** The values to record so that, with them and by repeating, all those wanted can be had. */
export function leastRecorded(
  wanted: Iterable<Value>,
  repeating: (v: Value) => Repeating,
  recording: number,
): ReadonlySet<Value> {
  /** By value, its node where what it is computed from arrives; the next one is where it can be had. */
  const nodes = new Map<Value, number>();
  /** The edges that leave each node; an edge and the way back through it differ in the last bit. */
  const edges: number[][] = [[], []];
  const ends: number[] = [];
  const room: number[] = [];
  const edge = (from: number, to: number, width: number): void => {
    edges[from]!.push(ends.length);
    edges[to]!.push(ends.length + 1);
    ends.push(to, from);
    room.push(width, 0);
  };
  const node = (v: Value): number => {
    let n = nodes.get(v);
    if (n === undefined) {
      nodes.set(v, (n = edges.length));
      edges.push([], []);
      edge(n, n + 1, recording);
    }
    return n;
  };
  for (const v of wanted) edge(node(v) + 1, SINK, Infinity);
  // Values that are come upon are visited in their turn.
  for (const [v, n] of nodes) {
    const { cost, operands } = n < 2 * MOST ? repeating(v) : { cost: Infinity, operands: [] };
    edge(SOURCE, n, cost);
    if (cost < Infinity) for (const x of operands) edge(node(x) + 1, n, Infinity);
  }

  let seen = new Set<number>();
  /** Lets at most so much more flow from a node to the sink; returns how much it was. */
  const flow = (from: number, most: number): number => {
    if (from === SINK) return most;
    seen.add(from);
    let sum = 0;
    for (const e of edges[from]!) {
      if (room[e] === 0 || seen.has(ends[e]!)) continue;
      const more = flow(ends[e]!, Math.min(most - sum, room[e]!));
      room[e]! -= more;
      room[e ^ 1]! += more;
      sum += more;
      if (sum === most) break;
    }
    return sum;
  };
  while (flow(SOURCE, Infinity) > 0) seen = new Set();
  return new Set([...nodes].flatMap(([v, n]) => (seen.has(n) && !seen.has(n + 1) ? [v] : [])));
}

/** Straight-line programs with their repetitions in loops. */
import type { Func, Program } from "../ir.ts";
import { link } from "./link.ts";
import { isLoop, nest } from "./nest.ts";
import type { Node } from "./nest.ts";
import { traceOf } from "./trace.ts";
import { write } from "./write.ts";
import type { Rolled } from "./write.ts";

/**
 * The same program with what repeats in its entry rolled into loops: the same operations on the same numbers, in the same order.
 * The program itself, if nothing repeats. What is recorded is a straight line, however short the loops were that it came from.
 */
export function roll(program: Program): Program {
  const [entry, ...others] = program.functions as [Func, ...Func[]];
  const rolled = rollFunction(entry);
  return rolled === undefined ? program : { functions: [rolled, ...others] };
}

/** Repetitions count from so many operations on: the shortest first, though they may tear longer ones apart. */
const LEAST = [12, 40, 200] as const;
/** What has become this much shorter need not be shorter still, */
const ENOUGH = 100;
/** and is not looked at more closely if it is this much shorter. What is not even half as long as before stays a straight line. */
const GOOD = 20;
/** So many operations are looked at, in whatever ways, before one that was found is enough. */
const PATIENCE = 150_000;

function rollFunction(func: Func): Func | undefined {
  let best: Rolled | undefined;
  let seen = 0;
  const sizeOf = ({ links }: Rolled): number => links.operands.size;
  for (const strict of [false, true]) {
    const trace = traceOf(func, true, strict);
    if (trace === undefined) return undefined;
    const count = trace.ops.length;
    const enough = Math.max(LEAST[0], count / ENOUGH);
    if (strict && best !== undefined && sizeOf(best) <= Math.max(enough, count / GOOD)) break;
    // Written early, results may make the last repetition different from the others.
    const traces = trace.writes ? [trace, traceOf(func, false, strict)!] : [trace];
    for (const least of LEAST) {
      for (const one of traces) {
        if (seen > PATIENCE) return best && write(best);
        seen += count;
        const nodes = nest(one, least);
        const links = nodes && sizeIn(nodes) <= count / 2 ? link(nodes, one.yields) : undefined;
        if (links === undefined) continue;
        const rolled: Rolled = { trace: one, nodes: nodes!, links };
        if (best === undefined || sizeOf(rolled) < sizeOf(best)) best = rolled;
        if (sizeOf(best) <= enough) return write(best);
      }
    }
  }
  return best && write(best);
}

/** How many operations there are, once each. */
function sizeIn(nodes: readonly Node[]): number {
  let size = 0;
  for (const node of nodes) size += isLoop(node) ? sizeIn(node.body) : 1;
  return size;
}

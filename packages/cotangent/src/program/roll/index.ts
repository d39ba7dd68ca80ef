/** Straight-line programs with their repetitions in loops. */
import type { Func, Program } from "../ir.ts";
import { link } from "./link.ts";
import { nest } from "./nest.ts";
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

/** Repetitions count from so many operations on: the shortest first. If they tear longer ones apart, others are tried. */
const LEAST = [12, 40, 200] as const;
/** What is this much shorter need not be shorter still. */
const ENOUGH = 100;

function rollFunction(func: Func): Func | undefined {
  let best: Rolled | undefined;
  for (const early of [true, false]) {
    const trace = traceOf(func, early);
    if (trace === undefined) return undefined;
    for (const least of LEAST) {
      const nodes = nest(trace, least);
      if (nodes === undefined) break;
      const links = link(nodes, trace.yields);
      if (links === undefined) continue;
      const size = links.operands.size;
      if (best === undefined || size < best.links.operands.size) best = { trace, nodes, links };
      if (size <= Math.max(LEAST[0], trace.ops.length / ENOUGH)) return write(best);
    }
    if (!trace.writes) break;
  }
  return best && write(best);
}

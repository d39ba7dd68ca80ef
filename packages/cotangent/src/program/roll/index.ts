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

/** Repetitions count from so many operations on: the shortest first, though they may tear longer ones apart. */
const LEAST = [12, 40, 200] as const;
/** What has become this much shorter need not be shorter still, */
const ENOUGH = 100;
/** and is not looked at more closely if it is this much shorter, */
const GOOD = 20;
/** or that long. */
const HUGE = 200_000;

function rollFunction(func: Func): Func | undefined {
  let best: Rolled | undefined;
  const sizeOf = ({ links }: Rolled): number => links.operands.size;
  for (const strict of [false, true]) {
    const trace = traceOf(func, true, strict);
    if (trace === undefined) return undefined;
    const count = trace.ops.length;
    const enough = Math.max(LEAST[0], count / ENOUGH);
    if (strict && (count > HUGE || (best !== undefined && sizeOf(best) <= Math.max(enough, count / GOOD))))
      break;
    // Written early, results may make the last repetition different from the others.
    const traces = trace.writes ? [trace, traceOf(func, false, strict)!] : [trace];
    for (const least of LEAST) {
      for (const one of traces) {
        const nodes = nest(one, least);
        const links = nodes && link(nodes, one.yields);
        if (links === undefined) continue;
        const rolled: Rolled = { trace: one, nodes: nodes!, links };
        if (best === undefined || sizeOf(rolled) < sizeOf(best)) best = rolled;
        if (sizeOf(best) <= enough) return write(best);
      }
    }
  }
  return best && write(best);
}

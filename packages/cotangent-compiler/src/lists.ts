/** Lists that grow in loops: where it is known how long they will become, they are allocated once. */
import { lists, optimise, someOp, stayingLists } from "cotangent/program";
import type { Program } from "cotangent/program";

/**
 * The program with its lists made so. It is done here and not where the program runs, so that what runs need not bring along how it is
 * done; programs without such lists stay as they are.
 */
export function withLists(program: Program): Program {
  const grows = program.functions.some((f) =>
    someOp(f.body, (op) => op.kind === "if" && op.regions[0]!.ops.some((inner) => inner.kind === "allocate")),
  );
  return grows ? stayingLists(program, (p) => optimise(p, { stage: "primal", lists })) : program;
}

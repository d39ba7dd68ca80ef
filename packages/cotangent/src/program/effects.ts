/** Programs with and without what is new in their arguments. */
import { buildFunction } from "./builder.ts";
import type { Effects, Specialisation } from "./captured.ts";
import { Copy } from "./copy.ts";
import type { Program } from "./ir.ts";
import { leafTypes } from "./structure.ts";

/** The same without the results behind the first ones. */
function withoutChanges({ functions }: Program, results: number): Program {
  const [entry, ...callees] = functions;
  const { name, params, body } = entry!;
  const pure = buildFunction(name, params, (b, args) => new Copy(b).region(body, args).slice(0, results));
  return { functions: [pure, ...callees] };
}

/** From what is known of a function whose program also returns what is new in its arguments. */
export function specialisation(whole: Specialisation, effects: Effects | undefined): Specialisation {
  if (effects === undefined) return whole;
  const { program, result } = whole;
  return {
    ...whole,
    program: withoutChanges(program, leafTypes(result).length),
    effects: { ...effects, program },
  };
}

/**
 * `rows[i][j] = x` makes a list longer where j is one behind its last element. Mostly it never is: then no list of the function changes
 * its place, and where rows begin is a formula. That each of these rows stays as long as it is can only be shown for all of them at once:
 * so it is taken for granted, and if then each test whether one grows comes out as no, it was true. For of a first that did, this would
 * have been shown, too.
 */
import { buildFunction } from "../builder.ts";
import { Copy } from "../copy.ts";
import { opsIn, someOp } from "../ir.ts";
import type { Op, OpOf, Program, Region } from "../ir.ts";
import { definedBy } from "./analysis.ts";

/** As what the program fails where a list grows after all. */
const GROWS = "A list grows";
/** How often lists that grew are left out, and the others tried again. */
const TRIALS = 3;

/** The program, optimised, without what lets lists grow where none does. */
export function stayingLists(program: Program, optimised: (program: Program) => Program): Program {
  const known = optimised(program);
  let sites = sitesIn(known);
  for (let trial = 0; trial < TRIALS && sites.length > 0; trial++) {
    const settled = optimised(assuming(known, sites));
    const growing = new Set<string>();
    for (const op of settled.functions.flatMap((f) => opsIn(f.body)))
      if (op.kind === "fail" && op.attr.remedy === GROWS) growing.add(op.attr.message);
    if (growing.size === 0) return settled;
    sites = sites.filter((_, k) => !growing.has(String(k)));
  }
  return known;
}

/** The branches in which a list becomes longer, or an element is stored where it is. */
const sitesIn = ({ functions }: Program): readonly OpOf<"if">[] =>
  functions.flatMap((f) => opsIn(f.body).filter((op) => op.kind === "if")).filter(isSite);

function isSite({ args, regions }: OpOf<"if">): boolean {
  const [longer, same] = regions as [Region, Region];
  return (
    definedBy(args[0], "i32.eq") !== undefined &&
    someOp(longer, (op) => op.kind === "allocate") &&
    same.ops.some((op) => op.kind === "store") &&
    !someOp(same, (op) => op.kind === "allocate")
  );
}

/** The program in which it is an error if one of these branches is taken. */
function assuming({ functions }: Program, sites: readonly OpOf<"if">[]): Program {
  class Assuming extends Copy {
    protected override op(op: Op): void {
      const k = op.kind === "if" ? sites.indexOf(op) : -1;
      if (k < 0) return this.plain(op);
      const { b } = this;
      b.if(this.args(op)[0]!, () => {
        b.fail({ code: "thrown", message: String(k), remedy: GROWS });
        return [];
      });
      this.bindAll(op.results, this.region(op.regions[1]!, []));
    }
  }
  return {
    functions: functions.map(({ name, params, body, pullback }) =>
      buildFunction(name, params, (b, args) => new Assuming(b).region(body, args), { pullback }),
    ),
  };
}

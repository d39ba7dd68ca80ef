/** Parameters that are integers as a rule: widths, counts, offsets, of which indices are computed. */
import {
  abs,
  add,
  ceil,
  floor,
  max,
  min,
  mul,
  neg,
  round,
  square,
  sub,
  trunc,
} from "../../primitives/index.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import type { Program, Region, Value } from "../ir.ts";
import { definedBy } from "./analysis.ts";

/** What makes integers of integers. */
const WHOLE: ReadonlySet<PrimitiveBase> = /* @__PURE__ */ new Set<PrimitiveBase>([
  add,
  sub,
  mul,
  neg,
  abs,
  square,
  min,
  max,
  floor,
  ceil,
  round,
  trunc,
]);

/**
 * The f64 parameters of the entry, by position, of which indices or limits of loops are computed as an integer would be of
 * integers. Where they hold i32 at a call, those can be computed in i32: see `OptimiseOptions.integers`.
 */
export function integerParameters({ functions }: Program): readonly number[] {
  const { body, params } = functions[0]!;
  const found = new Set<Value>();
  const seen = new Set<Value>();
  const visit = (v: Value): void => {
    if (seen.has(v)) return;
    seen.add(v);
    if (v.def === body) found.add(v);
    const op = definedBy(v, "primitive");
    if (op !== undefined && WHOLE.has(op.attr)) op.args.forEach(visit);
    definedBy(v, "select")?.args.slice(1).forEach(visit);
  };
  const search = (region: Region): void => {
    for (const op of region.ops) {
      if (op.kind === "f64.index") visit(op.args[0]!);
      op.regions.forEach(search);
    }
  };
  search(body);
  return body.args.flatMap((v, i) => (params[i]!.ty === "f64" && found.has(v) ? [i] : []));
}

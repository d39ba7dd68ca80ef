/** Where values are used. */
import type { Op, Region, Value } from "../program/ir.ts";

/** By value: the operations that take it, and the regions that yield it; once for each time. */
export type Uses = ReadonlyMap<Value, readonly (Op | Region)[]>;

/** Of all values used in a region and inside it. */
export function usesIn(body: Region): Uses {
  const uses = new Map<Value, (Op | Region)[]>();
  const use = (v: Value, by: Op | Region): void => {
    const list = uses.get(v);
    if (list === undefined) uses.set(v, [by]);
    else list.push(by);
  };
  const walk = (region: Region): void => {
    for (const op of region.ops) {
      for (const v of op.args) use(v, op);
      op.regions.forEach(walk);
    }
    for (const v of region.yields) use(v, region);
  };
  walk(body);
  return uses;
}

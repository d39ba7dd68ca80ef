/** How regions lie in each other. */
import type { Op, Region } from "cotangent/program";

const outside = (region: Region): Region | undefined => region.parent?.parent;

/** Whether `outer` is `inner`, or lies around it. */
export function contains(outer: Region, inner: Region): boolean {
  for (let r: Region | undefined = inner; r !== undefined; r = outside(r)) if (r === outer) return true;
  return false;
}
/** Whether a region is part of an operation. */
export const isInside = (op: Op, inner: Region): boolean => op.regions.some((r) => contains(r, inner));

export function common(a: Region, b: Region): Region {
  let r = a;
  while (!contains(r, b)) r = outside(r)!;
  return r;
}

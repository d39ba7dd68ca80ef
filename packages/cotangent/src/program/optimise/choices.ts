/** Branches on a condition that has been branched on before: what they compute alike need not be computed again. */
import { kinds } from "../ir.ts";
import type { Op, Region, Value } from "../ir.ts";

/** A branch that has been written, with its results. */
export interface Choice {
  readonly condition: Value;
  readonly regions: readonly Region[];
  readonly results: readonly Value[];
}

const isPure = (op: Op): boolean => kinds[op.kind].effect === "pure" && op.regions.length === 0;

/** The results of `choice` that branches with these regions would have as well; undefined if they compute something else. */
export function sameResults(
  choice: Choice,
  condition: Value,
  regions: readonly Region[],
): readonly Value[] | undefined {
  if (choice.condition !== condition) return undefined;
  const twins = regions.map((region, r) => twinsOf(region, choice, r));
  const results = regions[0]!.yields.map((_, k) =>
    choice.results.find((_, j) =>
      regions.every((region, r) => {
        const v = region.yields[k]!;
        return (twins[r]?.get(v) ?? v) === choice.regions[r]!.yields[j];
      }),
    ),
  );
  return twins.every((t) => t !== undefined) && results.every((v) => v !== undefined) ? results : undefined;
}

/** What the values of a branch are in branch `r` of `choice`; undefined if something is not computed there. */
function twinsOf(region: Region, choice: Choice, r: number): ReadonlyMap<Value, Value> | undefined {
  const known = choice.regions[r]!;
  const key = (op: Op, args: readonly Value[]): string => `${op.kind} ${args.map((v) => v.id).join()}`;
  const byKey = new Map<string, Op[]>();
  for (const op of known.ops) {
    const list = byKey.get(key(op, op.args));
    if (list === undefined) byKey.set(key(op, op.args), [op]);
    else list.push(op);
  }
  const twins = new Map<Value, Value>(choice.results.map((v, k) => [v, known.yields[k]!]));
  for (const op of region.ops) {
    const args = op.args.map((v) => twins.get(v) ?? v);
    const twin = isPure(op) && byKey.get(key(op, args))?.find((other) => Object.is(other.attr, op.attr));
    if (!twin) return undefined;
    op.results.forEach((v, i) => twins.set(v, twin.results[i]!));
  }
  return twins;
}

/** Calls `visit` for each operation of a branch whose value and arguments can be had outside: as they are there. */
export function eachVisible(
  choice: Choice,
  taken: boolean,
  visit: (op: Op, args: readonly Value[], value: Value) => void,
): void {
  const region = choice.regions[taken ? 0 : 1]!;
  const outside = new Map<Value, Value>();
  region.yields.forEach((v, k) => outside.set(v, choice.results[k]!));
  const inside = new Set(region.ops.flatMap((op) => op.results));
  for (const op of region.ops) {
    const value = op.results[0] && outside.get(op.results[0]);
    if (value === undefined || !isPure(op)) continue;
    if (op.args.every((v) => outside.has(v) || !inside.has(v)))
      visit(
        op,
        op.args.map((v) => (inside.has(v) ? outside.get(v)! : v)),
        value,
      );
  }
}

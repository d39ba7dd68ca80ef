/** How a module's entry is called: what its host must know, without the program. Plain data. */
import type { Func, Op, Region, Ty, Value } from "../../program/ir.ts";
import { rootOf } from "../../program/optimise/analysis.ts";
import { MAX_DIRECT } from "./layout.ts";
import { flatten } from "./values.ts";

/** An array among the parameters. */
export interface ArrayInterface {
  /** Its position among the parameters. */
  readonly position: number;
  /** What the user calls it. */
  readonly name: string;
  /** Whether what it holds at the call matters. */
  readonly isRead: boolean;
  /** Whether it may hold something else at the end. */
  readonly isWritten: boolean;
}

export interface Interface {
  /** Of the parameters. */
  readonly types: readonly Ty[];
  readonly arrays: readonly ArrayInterface[];
  readonly results: readonly Ty[];
  /** Whether the entry takes its parameters directly, or from memory. */
  readonly direct: boolean;
  /** Whether it returns its result directly, or in memory. */
  readonly returned: boolean;
}

/** @param outputs arrays of which the program writes every element before it reads any, by position */
export function interfaceOf(entry: Func, outputs: readonly number[]): Interface {
  const written = writtenParameters(entry.body);
  return {
    types: entry.params.map((p) => p.ty),
    arrays: entry.body.args.flatMap((v, position) => {
      if (v.ty !== "array") return [];
      const { name } = entry.params[position]!;
      return [{ position, name, isRead: !outputs.includes(position), isWritten: written.has(v) }];
    }),
    results: entry.results,
    direct: isDirect(entry.params),
    returned: isReturned(entry.results),
  };
}

/** Arrays among the parameters that the entry may change, by position. */
export const writtenArrays = (entry: Func): number[] =>
  interfaceOf(entry, [])
    .arrays.filter((a) => a.isWritten)
    .map((a) => a.position);

export const isDirect = (params: readonly { readonly ty: Ty }[]): boolean =>
  flatten(params.map((p) => p.ty)).length <= MAX_DIRECT;

export const isReturned = (results: readonly Ty[]): boolean => results.length === 1 && results[0] === "f64";

/** The array parameters of an entry whose elements it may change, directly or under another name. */
function writtenParameters(body: Region): ReadonlySet<Value> {
  const written = new Set<Value>();
  // A part of an array counts where it is used itself.
  const harmless = new Set<Op["kind"]>(["load", "length", "bound", "fail", "subarray"]);
  const visit = (region: Region): void => {
    for (const v of region.yields) if (region.parent !== null && v.ty === "array") written.add(rootOf(v));
    for (const op of region.ops) {
      op.args.forEach((v, k) => {
        if (v.ty === "array" && !harmless.has(op.kind) && !(op.kind === "copy" && k === 1))
          written.add(rootOf(v));
      });
      op.regions.forEach(visit);
    }
  };
  visit(body);
  return written;
}

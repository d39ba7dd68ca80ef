/** How a module's entry is called: what its host must know, without the program. Plain data. */
import { writtenParameters } from "../../differentiate/index.ts";
import type { Program, Ty } from "../../program/ir.ts";
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
export function interfaceOf(program: Program, outputs: readonly number[]): Interface {
  const entry = program.functions[0]!;
  const written = writtenParameters(program);
  return {
    types: entry.params.map((p) => p.ty),
    arrays: entry.body.args.flatMap((v, position) => {
      if (v.ty !== "array") return [];
      const { name } = entry.params[position]!;
      return [{ position, name, isRead: !outputs.includes(position), isWritten: written.includes(position) }];
    }),
    results: entry.results,
    direct: isDirect(entry.params),
    returned: isReturned(entry.results),
  };
}

export const isDirect = (params: readonly { readonly ty: Ty }[]): boolean =>
  flatten(params.map((p) => p.ty)).length <= MAX_DIRECT;

export const isReturned = (results: readonly Ty[]): boolean => results.length === 1 && results[0] === "f64";

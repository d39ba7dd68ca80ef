/** What the programs of matrices of derivatives have in common: how inputs and outputs are numbered, and loops over them. */
import { Builder } from "../program/builder.ts";
import type { ParameterSpec } from "../program/builder.ts";
import type { Func, Program, Region, Value } from "../program/ir.ts";
import { Places } from "./places.ts";

/** A number, or the elements of an array, at consecutive places of a long vector. */
export interface Block {
  readonly value: Value;
  /** The place of the (first) number. */
  readonly offset: Value;
}

/** Lays numbers and arrays out one after the other; returns also how many numbers there are. */
export function layOut(b: Builder, values: readonly Value[]): { blocks: Block[]; total: Value } {
  let total = b.i32(0);
  const blocks = values.map((value) => {
    const block = { value, offset: total };
    total = b.op("i32.add", total, value.ty === "array" ? b.length(value) : b.i32(1));
    return block;
  });
  return { blocks, total };
}

/** Array parameters of the entry that the program writes to, by position. */
export function writtenParameters(program: Program): number[] {
  const places = new Places(program);
  const written = new Set<number>();
  for (const f of program.functions) {
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        op.regions.forEach(walk);
        if (["store", "accumulate", "fill", "copy"].includes(op.kind))
          written.add(places.node(f, op.args[0]!));
      }
    };
    walk(f.body);
  }
  const entry = program.functions[0]!;
  return entry.body.args.flatMap((v, i) =>
    v.ty === "array" && written.has(places.node(entry, v)) ? [i] : [],
  );
}

/** Copies of arrays that a program writes to, so that it can be run on the same input again. */
export function keepArguments(b: Builder, args: readonly Value[], written: readonly number[]): () => void {
  const kept = written.map((i) => {
    const copy = b.allocate(b.length(args[i]!));
    b.copy(copy, args[i]!);
    return [args[i]!, copy] as const;
  });
  return () => kept.forEach(([array, copy]) => b.copy(array, copy));
}

/** Calls `visit` in a loop over all elements of an array, or once for a number. */
export function eachNumber(b: Builder, block: Block, visit: (place: Value, number: Value) => void): void {
  const { value, offset } = block;
  if (value.ty !== "array") return visit(offset, value);
  b.for(b.i32(0), b.length(value), [], (i) => {
    visit(b.op("i32.add", offset, i), b.load(value, i));
    return [];
  });
}

/** A program whose entry is this function, with all functions of `parts` behind it. */
export function programOf(entry: Func, ...parts: readonly Program[]): Program {
  const functions = new Map([[entry.name, entry]]);
  for (const part of parts)
    for (const f of part.functions) if (!functions.has(f.name)) functions.set(f.name, f);
  return { functions: [...functions.values()] };
}

/** A parameter like another, under another name. */
export const likewise = ({ ty, noalias }: ParameterSpec, name: string): ParameterSpec => ({
  name,
  ty,
  ...(noalias === undefined ? {} : { noalias }),
});

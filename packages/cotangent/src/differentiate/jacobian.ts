/** Jacobians of programs: column after column by forward mode, or row after row by reverse mode. */
import { Builder, buildFunction } from "../program/builder.ts";
import type { ParameterSpec } from "../program/builder.ts";
import { hasLoops } from "../program/ir.ts";
import type { Func, Program, Value } from "../program/ir.ts";
import type { Reading } from "./activity.ts";
import { forward } from "./forward.ts";
import { eachNumber, keepArguments, layOut, programOf, writtenParameters } from "./layout.ts";
import type { Block } from "./layout.ts";
import { reverse } from "./reverse.ts";

export interface JacobianOptions {
  /** Parameters of the entry by which to differentiate, by position. Default: all numbers and arrays. */
  readonly wrt?: readonly number[];
  /** Results of the entry to differentiate, by position. Default: all numbers and arrays. */
  readonly of?: readonly number[];
  /** Array parameters whose elements at the end are results as well, by position. Default: none. */
  readonly outParameters?: readonly number[];
  /** Default: `reverse` where all outputs are numbers, and fewer than the inputs or some input is an array. */
  readonly mode?: "forward" | "reverse";
  /** How many columns are computed at once, by columns. Default: 4. */
  readonly columns?: number;
  /** Of a derivative that people are to read. */
  readonly readable?: Reading | undefined;
}

/** How many columns are computed at once. */
const COLUMNS = 4;
/** So many rows, or fewer, are written out one after another, where there are no loops. */
const FEW_ROWS = 4;

/**
 * The program of Jacobians: its entry takes the parameters of the original and an array of m·n numbers, and writes the
 * Jacobian into that, row after row. The m rows belong to the numbers of `of`, then those of `outParameters`, the n columns
 * to those of `wrt`; an array's elements count in their order. It returns the results of the original.
 */
export function jacobian(program: Program, options: JacobianOptions = {}): Program {
  const entry = program.functions[0]!;
  const numbersOf = (types: readonly { ty: string }[]): number[] =>
    types.flatMap(({ ty }, i) => (ty === "f64" || ty === "array" ? [i] : []));
  const wrt = options.wrt ?? numbersOf(entry.params);
  const of = options.of ?? numbersOf(entry.body.yields);
  const outParameters = options.outParameters ?? [];
  const settled = {
    wrt,
    of,
    outParameters,
    columns: options.columns ?? COLUMNS,
    readable: options.readable,
  };
  const scalars = outParameters.length === 0 && of.every((k) => entry.results[k] === "f64");
  const few = of.length < wrt.length || wrt.some((i) => entry.params[i]!.ty === "array");
  const mode = options.mode ?? (scalars && few ? "reverse" : "forward");
  if (mode === "forward") return byColumns(program, settled);
  const apart = scalars && of.length <= FEW_ROWS && isStraight(program);
  return apart ? rowByRow(program, settled) : byRows(program, settled);
}

/** Whether a program is a single function without loops. */
const isStraight = (program: Program): boolean => program.functions.length === 1 && !hasLoops(program);

type Settled = Required<Omit<JacobianOptions, "mode" | "readable">> & Pick<JacobianOptions, "readable">;

/** What the entry of a program of Jacobians begins with. */
interface Frame {
  readonly args: readonly Value[];
  /** The matrix. */
  readonly out: Value;
  readonly inputs: ReturnType<typeof layOut>;
  /** Writes a row: the adjoints of the parameters of `wrt`, by position. */
  readonly writeRow: (row: Value, adjoint: (i: number) => Value) => void;
  /** Undoes what the program wrote to its arguments. */
  readonly restore: () => void;
}

/** The entry of a program of Jacobians: what writes the matrix, and then the program itself. */
function entryOf(program: Program, wrt: readonly number[], fill: (b: Builder, frame: Frame) => void): Func {
  const { name, params, results } = program.functions[0]!;
  const matrix: ParameterSpec = { name: "jacobian", ty: "array", noalias: true };
  const written = writtenParameters(program);
  return buildFunction(`${name}_jacobian`, [...params, matrix], (b, all) => {
    const args = all.slice(0, -1);
    const out = all.at(-1)!;
    const inputs = layOut(
      b,
      wrt.map((i) => args[i]!),
    );
    const writeRow: Frame["writeRow"] = (row, adjoint) => {
      const start = b.op("i32.mul", row, inputs.total);
      inputs.blocks.forEach(({ offset }, k) =>
        eachNumber(b, { value: adjoint(wrt[k]!), offset }, (column, x) =>
          b.store(out, b.op("i32.add", start, column), x),
        ),
      );
    };
    fill(b, { args, out, inputs, writeRow, restore: keepArguments(b, args, written) });
    return b.call(name, args, results);
  });
}

/** 1 in one place, 0 elsewhere: as a number, or in an array, which is filled. */
function unit(b: Builder, { value, offset }: Block, at: Value): Value {
  const place = b.op("i32.sub", at, offset);
  if (value.ty !== "array") return b.op("f64.fromI32", b.op("i32.eq", place, b.i32(0)));
  b.fill(value, b.f64(0));
  const inside = b.op("i32.and", b.op("i32.ge", place, b.i32(0)), b.op("i32.lt", place, b.length(value)));
  b.if(inside, () => (b.store(value, place, b.f64(1)), []));
  return value;
}

function byColumns(program: Program, { wrt, of, outParameters, columns, readable }: Settled): Program {
  const entry = program.functions[0]!;
  const derivative = forward(program, { wrt, directions: columns, readable });
  const target = derivative.program.functions[0]!;
  const made = entryOf(program, wrt, (b, { args, out, inputs, restore }) => {
    const each = <T>(make: (d: number) => T): T[] => Array.from({ length: columns }, (_, d) => make(d));
    const tangents = derivative.tangentParameters.map((i) =>
      each(() => (args[i]!.ty === "array" ? b.allocate(b.length(args[i]!)) : undefined)),
    );
    b.for(
      b.i32(0),
      inputs.total,
      [],
      (j) => {
        const column = each((d) => b.op("i32.add", j, b.i32(d)));
        const directions = derivative.tangentParameters.flatMap((i, k) =>
          each((d) => {
            const array = tangents[k]![d];
            const block = inputs.blocks[wrt.indexOf(i)];
            if (block !== undefined)
              return unit(b, { value: array ?? block.value, offset: block.offset }, column[d]!);
            b.fill(array!, b.f64(0));
            return array!;
          }),
        );
        const mark = b.mark();
        const received = b.call(target.name, [...args, ...directions], target.results);
        each((d) => {
          const tangent = (k: number): Value =>
            received[entry.results.length + derivative.tangentResults.indexOf(k) * columns + d]!;
          const none = (i: number): Value => b.allocate(b.length(args[i]!));
          const after = (i: number): Value =>
            tangents[derivative.tangentParameters.indexOf(i)]?.[d] ?? none(i);
          b.if(b.op("i32.lt", column[d]!, inputs.total), () => {
            const outputs = layOut(b, [...of.map(tangent), ...outParameters.map(after)]);
            for (const block of outputs.blocks) {
              eachNumber(b, block, (row, x) =>
                b.store(out, b.op("i32.add", b.op("i32.mul", row, inputs.total), column[d]!), x),
              );
            }
            return [];
          });
        });
        b.reset(mark);
        restore();
        return [];
      },
      { step: columns },
    );
  });
  return programOf(made, derivative.program, program);
}

/** Each row by a derivative of its own: nothing is multiplied by the zeros of a seed, and what rows share is computed once. */
function rowByRow(program: Program, { wrt, of }: Settled): Program {
  const entry = program.functions[0]!;
  const rows = of.map((k) => {
    const derivative = reverse(program, { wrt, of: [k], seeds: "one" });
    const target = derivative.program.functions[0]!;
    return { ...derivative, target: { ...target, name: `${target.name}_${k}` } };
  });
  const made = entryOf(program, wrt, (b, { args, writeRow, restore }) => {
    rows.forEach(({ target, adjointParameters, adjointResults }, row) => {
      const shadows = new Map(adjointParameters.map((i) => [i, b.allocate(b.length(args[i]!))]));
      const received = b.call(target.name, [...args, ...shadows.values()], target.results);
      const adjoint = (i: number): Value =>
        shadows.get(i) ?? received[entry.results.length + adjointResults.indexOf(i)]!;
      writeRow(b.i32(row), adjoint);
      restore();
    });
  });
  return programOf(made, ...rows.map(({ target }) => ({ functions: [target] })), program);
}

function byRows(program: Program, { wrt, of, outParameters }: Settled): Program {
  const entry = program.functions[0]!;
  const derivative = reverse(program, { wrt, of, outParameters });
  const target = derivative.program.functions[0]!;
  const made = entryOf(program, wrt, (b, { args, writeRow, restore }) => {
    // One run tells how long the results are.
    const results = b.call(entry.name, args, entry.results);
    restore();
    const seeds = of.map((k) =>
      entry.results[k] === "array" ? b.allocate(b.length(results[k]!)) : results[k]!,
    );
    const shadows = new Map(derivative.adjointParameters.map((i) => [i, b.allocate(b.length(args[i]!))]));
    const outputs = layOut(b, [...seeds, ...outParameters.map((i) => shadows.get(i)!)]);
    b.for(b.i32(0), outputs.total, [], (row) => {
      const units = outputs.blocks.map((block) => unit(b, block, row));
      const mark = b.mark();
      const received = b.call(
        target.name,
        [...args, ...units.slice(0, of.length), ...shadows.values()],
        target.results,
      );
      const adjoint = (i: number): Value =>
        shadows.get(i) ?? received[entry.results.length + derivative.adjointResults.indexOf(i)]!;
      writeRow(row, adjoint);
      b.reset(mark);
      restore();
      return [];
    });
  });
  return programOf(made, derivative.program, program);
}

/** Sparse Jacobians and Hessians: as many passes as the pattern has colours. */
import { buildFunction } from "../program/builder.ts";
import type { ParameterSpec } from "../program/builder.ts";
import type { Program, Value } from "../program/ir.ts";
import { forward } from "./forward.ts";
import { keepArguments, layOut, programOf, writtenParameters, eachNumber } from "./layout.ts";
import { colour, sparsity } from "./sparsity.ts";
import type { Pattern, SparsityOptions } from "./sparsity.ts";

export interface SparseJacobian {
  /**
   * The entry takes the parameters of the original and an array for the numbers of the pattern, row after row, into which
   * it writes; it returns the results of the original. Arrays must be as long as those that the pattern was found for.
   */
  readonly program: Program;
  readonly pattern: Pattern;
  /** How many directions of forward mode it takes. */
  readonly colours: number;
}

/** How many directions go together. */
const TOGETHER = 8;

/**
 * The program of a Jacobian with a pattern. Undefined where none can be read off, or where it takes as many directions as
 * there are columns.
 *
 * @param args arguments such as the program will get: lengths of arrays, and whatever is not differentiated by, count
 */
export function sparseJacobian(
  program: Program,
  args: readonly (number | Float64Array)[],
  options: Partial<SparsityOptions> = {},
): SparseJacobian | undefined {
  const entry = program.functions[0]!;
  const numbersOf = (types: readonly { ty: string }[]): number[] =>
    types.flatMap(({ ty }, i) => (ty === "f64" || ty === "array" ? [i] : []));
  const wrt = options.wrt ?? numbersOf(entry.params);
  const of = options.of ?? numbersOf(entry.body.yields);
  const outParameters = options.outParameters ?? [];
  const pattern = sparsity(program, args, { wrt, of, outParameters });
  if (pattern === undefined) return undefined;
  const { colours, count } = colour(pattern);
  if (count === 0 || count >= pattern.columns) return undefined;

  const directions = Math.min(count, TOGETHER);
  const derivative = forward(program, { wrt, directions });
  const target = derivative.program.functions[0]!;
  const written = writtenParameters(program);
  const height = pattern.rows.length;
  // Where each number of the pattern lies among all rows of all colours.
  const source = Float64Array.from(
    pattern.rows.flatMap((row, i) => row.map((j) => colours[j]! * height + i)),
  );
  const params: ParameterSpec[] = [...entry.params, { name: "jacobian", ty: "array", noalias: true }];
  const made = buildFunction(`${entry.name}_sparse_jacobian`, params, (b, all) => {
    const inputs = all.slice(0, entry.params.length);
    const out = all[inputs.length]!;
    const restore = keepArguments(b, inputs, written);
    const columns = b.allocate(b.i32(count * height));
    for (let first = 0; first < count; first += directions) {
      /** 1 in the columns of a colour, 0 elsewhere. */
      const seeds = (start: number, length: number, d: number): Float64Array =>
        Float64Array.from({ length }, (_, j) => Number(colours[start + j] === first + d));
      let place = 0;
      const starts = new Map(
        wrt.map((i) => {
          const x = args[i]!;
          const start = place;
          place += typeof x === "number" ? 1 : x.length;
          return [i, start];
        }),
      );
      const tangents = derivative.tangentParameters.map((i) =>
        Array.from({ length: directions }, (_, d): Value => {
          const [x, start] = [args[i]!, starts.get(i)];
          if (typeof x === "number") return b.f64(seeds(start!, 1, d)[0]!);
          const tangent = b.allocate(b.length(inputs[i]!));
          if (start !== undefined) b.copy(tangent, b.data(seeds(start, x.length, d)));
          return tangent;
        }),
      );
      const received = b.call(target.name, [...inputs, ...tangents.flat()], target.results);
      for (let d = 0; d < directions && first + d < count; d++) {
        const results = of.map(
          (k) => received[entry.results.length + derivative.tangentResults.indexOf(k) * directions + d]!,
        );
        const after = outParameters.map(
          (i) => tangents[derivative.tangentParameters.indexOf(i)]?.[d] ?? b.allocate(b.length(inputs[i]!)),
        );
        const start = b.i32((first + d) * height);
        for (const block of layOut(b, [...results, ...after]).blocks) {
          eachNumber(b, block, (row, x) => b.store(columns, b.op("i32.add", start, row), x));
        }
      }
      restore();
    }
    const places = b.data(source);
    b.for(b.i32(0), b.i32(source.length), [], (k) => {
      b.store(out, k, b.load(columns, b.index(b.load(places, k), "place")));
      return [];
    });
    return b.call(entry.name, inputs, entry.results);
  });
  return { program: programOf(made, derivative.program, program), pattern, colours: count };
}

/** Second derivatives of programs: forward over reverse. */
import { AdError } from "../errors.ts";
import { Builder, buildFunction } from "../program/builder.ts";
import type { ParameterSpec } from "../program/builder.ts";
import type { Program, Value } from "../program/ir.ts";
import type { Reading } from "./activity.ts";
import { forward } from "./forward.ts";
import { eachNumber, keepArguments, layOut, likewise, programOf, writtenParameters } from "./layout.ts";
import { reverse } from "./reverse.ts";

export interface SecondOrderOptions {
  /** Parameters of the entry by which to differentiate, by position. Default: all numbers and arrays. */
  readonly wrt?: readonly number[];
  /** The result of the entry to differentiate, a number, by position. Default: the first. */
  readonly of?: number;
  /** How many columns of a Hessian are computed at once. Default: several. */
  readonly columns?: number;
  /** Of a derivative that people are to read. */
  readonly readable?: Reading | undefined;
}

/** The gradient's derivative along some directions, as a function to be called. */
interface GradientPushforward {
  readonly program: Program;
  /**
   * Allocates what calls need, but for the arrays that `given` has for products of some parameters, along one direction; what it
   * returns writes a call, as often as wanted.
   */
  prepare(
    b: Builder,
    args: readonly Value[],
    given?: ReadonlyMap<number, Value>,
  ): (directions: readonly (readonly Value[])[]) => Products;
}

/**
 * For each parameter by which is differentiated, as many numbers or arrays as there are directions: the products. The
 * arrays are the same ones after each call.
 */
interface Products {
  readonly results: readonly Value[];
  readonly products: readonly (readonly Value[])[];
}

function gradientPushforward(
  program: Program,
  wrt: readonly number[],
  of: number,
  directions: number,
  readable: Reading | undefined,
): GradientPushforward {
  const entry = program.functions[0]!;
  const gradient = reverse(program, { wrt, of: [of], seeds: "one", readable });
  const inner = gradient.program.functions[0]!;
  const second = forward(gradient.program, { wrt, directions, readable });
  const target = second.program.functions[0]!;
  const arrays = gradient.adjointParameters;

  const prepare: GradientPushforward["prepare"] = (b, args, given) => {
    const zeros = (i: number): Value => b.allocate(b.length(args[i]!));
    const each = (i: number): Value[] => Array.from({ length: directions }, () => zeros(i));
    const shadows = arrays.map(zeros);
    const place = (i: number): Value[] => {
      const array = given?.get(i);
      return array === undefined ? each(i) : [array];
    };
    const products = new Map(arrays.map((i) => [i, place(i)]));
    // Arrays that vary although nobody asked for their tangents: workspace.
    const others = new Map(
      second.tangentParameters.flatMap((i) =>
        i >= entry.params.length || wrt.includes(i) ? [] : [[i, each(i)]],
      ),
    );
    return (along: readonly (readonly Value[])[]): Products => {
      for (const array of [...others.values()].flat()) b.fill(array, b.f64(0));
      const tangents = second.tangentParameters.flatMap((i) => {
        if (i >= entry.params.length) return products.get(arrays[i - entry.params.length]!)!;
        return others.get(i) ?? along[wrt.indexOf(i)]!;
      });
      const received = b.call(target.name, [...args, ...shadows, ...tangents], target.results);
      const numbers = (i: number): Value[] => {
        const result = entry.results.length + gradient.adjointResults.indexOf(i);
        const first = inner.results.length + second.tangentResults.indexOf(result) * directions;
        return received.slice(first, first + directions);
      };
      return {
        results: received.slice(0, entry.results.length),
        products: wrt.map((i) => products.get(i) ?? numbers(i)),
      };
    };
  };
  return { program: second.program, prepare };
}

/** Defaults, and the refusal of what is not a number. */
function settle(
  program: Program,
  options: SecondOrderOptions,
): { readonly wrt: readonly number[]; readonly of: number } {
  const entry = program.functions[0]!;
  const wrt = options.wrt ?? entry.params.flatMap((p, i) => (p.ty === "f64" || p.ty === "array" ? [i] : []));
  const of = options.of ?? 0;
  if (entry.results[of] !== "f64") {
    throw new AdError(
      "result-not-scalar",
      `Result ${of + 1} of ${entry.name} is ${entry.results[of] === undefined ? "missing" : `of type ${entry.results[of]}`}, not a number.`,
      "A Hessian is that of one number; return one, or take the jacobian of the gradient.",
    );
  }
  return { wrt, of };
}

/**
 * The program of Hessian-vector products: its entry takes the parameters of the original; for each of `wrt`, the vector's
 * part (a number or an array like it); for each array of `wrt`, an array like it to be overwritten with the product's part.
 * It returns the results of the original, then the product's part for each number of `wrt`.
 */
export function hvp(program: Program, options: SecondOrderOptions = {}): Program {
  const { wrt, of } = settle(program, options);
  const entry = program.functions[0]!;
  const inner = gradientPushforward(program, wrt, of, 1, options.readable);
  const arrays = wrt.filter((i) => entry.params[i]!.ty === "array");
  const name = (prefix: string, i: number): string => `${prefix}_${entry.params[i]!.name}`;
  const params: ParameterSpec[] = [
    ...entry.params,
    ...wrt.map((i) => likewise(entry.params[i]!, name("v", i))),
    ...arrays.map((i) => likewise(entry.params[i]!, name("Hv", i))),
  ];
  const made = buildFunction(`${entry.name}_hvp`, params, (b, all) => {
    const args = all.slice(0, entry.params.length);
    const vector = wrt.map((_, k) => [all[args.length + k]!]);
    const out = new Map(arrays.map((i, k) => [i, all[args.length + wrt.length + k]!]));
    const { results, products } = inner.prepare(b, args, out)(vector);
    const numbers = wrt.flatMap((_, k) => products[k]!.filter(({ ty }) => ty !== "array"));
    return [...results, ...numbers];
  });
  return programOf(made, inner.program);
}

/** How many columns are computed at once. */
const COLUMNS = 4;

/**
 * The program of Hessians: its entry takes the parameters of the original and an array of n² numbers, and writes the
 * Hessian into that, row after row; n counts the numbers of `wrt`, an array's elements in their order. It returns the
 * results of the original.
 */
export function hessian(program: Program, options: SecondOrderOptions = {}): Program {
  const { wrt, of } = settle(program, options);
  const entry = program.functions[0]!;
  const numbersOnly = wrt.every((i) => entry.params[i]!.ty === "f64");
  const columns =
    options.columns !== undefined
      ? options.columns
      : numbersOnly
        ? Math.max(1, Math.min(wrt.length, 2 * COLUMNS))
        : COLUMNS;
  const inner = gradientPushforward(program, wrt, of, columns, options.readable);
  const written = writtenParameters(program);
  const params: ParameterSpec[] = [...entry.params, { name: "hessian", ty: "array", noalias: true }];
  const made = buildFunction(`${entry.name}_hessian`, params, (b, all) => {
    const args = all.slice(0, entry.params.length);
    const out = all[args.length]!;
    const { blocks, total } = layOut(
      b,
      wrt.map((i) => args[i]!),
    );
    const restore = keepArguments(b, args, written);
    const along = inner.prepare(b, args);
    const vectors = blocks.map(({ value }) =>
      value.ty === "array" ? Array.from({ length: columns }, () => b.allocate(b.length(value))) : undefined,
    );
    /** The columns from number j on. */
    const some = (j: Value): void => {
      const column = (d: number): Value => b.op("i32.add", j, b.i32(d));
      const directions = blocks.map(({ offset }, k) =>
        Array.from({ length: columns }, (_, d) => {
          const at = b.op("i32.sub", column(d), offset);
          const vector = vectors[k]?.[d];
          if (vector === undefined) return b.op("f64.fromI32", b.op("i32.eq", at, b.i32(0)));
          b.fill(vector, b.f64(0));
          const inside = b.op("i32.and", b.op("i32.ge", at, b.i32(0)), b.op("i32.lt", at, b.length(vector)));
          b.if(inside, () => {
            b.store(vector, at, b.f64(1));
            return [];
          });
          return vector;
        }),
      );
      const mark = b.mark();
      along(directions).products.forEach((list, k) =>
        list.forEach((value, d) =>
          b.if(b.op("i32.lt", column(d), total), () => {
            const row = b.op("i32.mul", column(d), total);
            const block = { value, offset: blocks[k]!.offset };
            eachNumber(b, block, (place, x) => b.store(out, b.op("i32.add", row, place), x));
            return [];
          }),
        ),
      );
      b.reset(mark);
      restore();
    };
    if (numbersOnly) for (let j = 0; j < wrt.length; j += columns) some(b.i32(j));
    else {
      b.for(b.i32(0), total, [], (j) => (some(j), []), { step: columns });
    }
    return b.call(entry.name, args, entry.results);
  });
  return programOf(made, inner.program, program);
}

/** Programs that call another again and again. */
import { buildFunction } from "../program/builder.ts";
import type { ParameterSpec } from "../program/builder.ts";
import { someOp } from "../program/ir.ts";
import type { Program, Value } from "../program/ir.ts";
import { parametersOf } from "./recorded.ts";
import type { AnyFunction, Recorded } from "./recorded.ts";
import { count } from "./shape.ts";

/**
 * What was recorded of f for these arguments, n times: each number is an array, one element per call, and each Float64Array has its
 * calls' elements one behind the other; so has the result, in the last parameter.
 */
export function manyCalls(f: AnyFunction, list: readonly unknown[], n: number, recorded: Recorded): Program {
  const { program, outputs } = recorded;
  const { spread, numbers, arrays } = parametersOf(f, list);
  const entry = program.functions[0]!;
  const size = count(recorded.result);
  const names = Array.from({ length: numbers }, (_, k) => (spread ? entry.params[k]!.name : `x${k + 1}`));
  const params = [...names, ...arrays.map(({ name }) => name), "out"].map((name): ParameterSpec => ({
    name,
    ty: "array",
    noalias: true,
  }));
  const leaves = program.functions.some((g) => someOp(g.body, ({ kind }) => kind.endsWith("allocate")));
  const made = buildFunction(`${entry.name}_batch`, params, (b, all) => {
    const out = all.at(-1)!;
    const block = spread ? undefined : b.allocate(b.i32(numbers));
    b.for(b.i32(0), b.i32(n), [], (i) => {
      const mark = leaves ? b.mark() : undefined;
      const part = (array: Value, length: number): Value => {
        const from = b.op("i32.mul", i, b.i32(length));
        return b.subarray(array, from, b.op("i32.add", from, b.i32(length)));
      };
      const loose = all.slice(0, numbers).map((array) => b.load(array, i));
      if (block !== undefined) loose.forEach((x, k) => b.store(block, b.i32(k), x));
      const results = b.call(
        entry.name,
        [
          ...(block === undefined ? loose : [block]),
          ...arrays.map(({ length }, k) => part(all[numbers + k]!, length)),
          ...(outputs ? [part(out, size)] : []),
        ],
        entry.results,
      );
      if (!outputs && size === 1) b.store(out, i, results[0]!);
      if (mark !== undefined) b.reset(mark);
      return [];
    });
    return [];
  });
  return { functions: [made, ...program.functions] };
}

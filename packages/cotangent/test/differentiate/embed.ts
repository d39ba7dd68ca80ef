/** Puts the entry of a program into a loop that sums up its first result: the shape of a loss. */
import { add, mul, sin, sub } from "../../src/primitives/index.ts";
import { buildFunction } from "../../src/program/builder.ts";
import type { Builder } from "../../src/program/builder.ts";
import type { Program, Region, Value } from "../../src/program/ir.ts";

function copy(b: Builder, region: Region, values: Map<Value, Value>): Value[] {
  for (const op of region.ops) {
    const args = op.args.map((v) => values.get(v)!);
    const regions = op.regions.map((inner) =>
      b.region(
        inner.args.map((v) => v.ty),
        (...received) => {
          inner.args.forEach((v, i) => values.set(v, received[i]!));
          return copy(b, inner, values);
        },
      ),
    );
    const types = op.results.map((v) => v.ty);
    const results = b.emit(op.kind, args, op.attr, types, regions);
    op.results.forEach((v, i) => values.set(v, results[i]!));
  }
  return region.yields.map((v) => values.get(v)!);
}

/** (Σᵢ f(x·sin(i + 1), ...) - x)·2 over four i; in every other iteration only, where `gaps`. */
export function summed(program: Program, gaps: boolean): Program {
  const entry = program.functions[0]!;
  const main = buildFunction("loss", entry.params, (b, args) => {
    const f64 = (x: number): Value => b.f64(x);
    const x = args[0]!;
    const [sum] = b.for(b.i32(0), b.i32(4), [f64(0)], (i, [s]) => {
      const term = (): Value[] => {
        const values = new Map(entry.body.args.map((v, k) => [v, args[k]!]));
        const scaled = b.primitive(
          mul,
          x,
          b.primitive(sin, b.primitive(add, b.op("f64.fromI32", i), f64(1))),
        );
        values.set(entry.body.args[0]!, scaled);
        return [b.primitive(add, s!, copy(b, entry.body, values)[0]!)];
      };
      if (!gaps) return term();
      return b.if(b.op("i32.and", i, b.i32(1)), term, () => [s!]);
    });
    return [b.primitive(mul, b.primitive(sub, sum!, x), f64(2))];
  });
  return { functions: [main, ...program.functions.slice(1)] };
}

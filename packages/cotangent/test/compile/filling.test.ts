/** New arrays of which a loop writes the first elements are not set to zero there; what it leaves out is, whatever memory held. */
import { expect, test } from "vitest";
import { add } from "./primitives.ts";
import { execute } from "../../src/compile/execute.ts";
import { buildFunction } from "../../src/program/builder.ts";
import type { Builder } from "../../src/program/builder.ts";
import type { Program, Value } from "../../src/program/ir.ts";

/** How a loop goes over a new array; `row` is the number of elements in each iteration where the program does not say. */
interface Way {
  readonly each?: number;
  readonly row?: boolean;
  /** Whether it reads what it has not written. */
  readonly reads?: boolean;
  /** Whether it leaves out the first element of each iteration. */
  readonly skips?: boolean;
  readonly isBranch?: boolean;
}

/** An array of n elements, of which a loop of `trips` iterations writes those that `way` says. */
function build({ each = 1, row = false, reads = false, skips = false, isBranch = false }: Way): Program {
  const params = ["dirt", "n", "trips", "row"].map((name) => ({
    name,
    ty: name === "dirt" ? ("array" as const) : ("i32" as const),
    noalias: true,
  }));
  const f = buildFunction("fill", params, (b: Builder, [, n, trips, width]) => {
    const out = b.emit("allocate", [n!], undefined, ["array"], [])[0]!;
    const write = (at: Value): void => {
      const value = reads
        ? b.primitive(add, b.load(out, b.op("i32.sub", b.op("i32.sub", n!, b.i32(1)), at)), b.f64(1))
        : b.f64(1);
      b.store(out, at, value);
    };
    b.for(b.i32(0), trips!, [], (i) => {
      if (row) {
        const begin = b.op("i32.mul", i, width!);
        b.for(b.i32(0), width!, [], (j) => {
          write(b.op("i32.add", begin, j));
          return [];
        });
        return [];
      }
      const begin = each === 1 ? i : b.op("i32.mul", i, b.i32(each));
      const all = (): Value[] => {
        for (let k = skips ? 1 : 0; k < each; k++) write(k === 0 ? begin : b.op("i32.add", begin, b.i32(k)));
        return [];
      };
      if (isBranch)
        b.emit(
          "if",
          [b.op("i32.gt", i, b.i32(0))],
          undefined,
          [],
          [b.region([], all), b.region([], () => [])],
        );
      else all();
      return [];
    });
    return [out];
  });
  return { functions: [f] };
}

test.each<[string, Way]>([
  ["one by one", {}],
  ["three at a time", { each: 3 }],
  ["in rows", { row: true }],
  ["but for every third", { each: 3, skips: true }],
  ["on a condition", { isBranch: true }],
  ["reading the other end", { each: 2, reads: true }],
])("what a loop does not write is zero: %s", (_, way) => {
  const program = build(way);
  for (const math of ["fast", "exact"] as const) {
    const run = execute(program, { target: "wasm", math }).call;
    const wanted = execute(program, { target: "interpreter", math }).call;
    for (const [n, trips, row] of [
      [12, 4, 3],
      [13, 4, 3],
      [40, 5, 2],
      [7, 0, 3],
      [7, -2, 3],
      [7, 2, 0],
      [7, 2, -1],
      [0, 0, 1],
      [1, 0, 0],
    ] as const) {
      run(new Float64Array(300).fill(NaN), 1, 0, 0);
      const args = [new Float64Array(1), n, trips, row] as const;
      expect(run(...args)).toEqual(wanted(...args));
    }
  }
});

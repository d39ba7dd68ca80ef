/** Views of rows: made before the loops in which they are the same, and looked at only where these run. */
import { describe, expect, test } from "vitest";
import { someOp } from "../../src/program/ir.ts";
import type { Region } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { parse } from "../../src/program/parse.ts";
import { agrees, primitives, run } from "./texts.ts";

/** Kinds of the operations in loops that have no loops in them. */
function innermost(region: Region): string[] {
  const loops = region.ops.flatMap((op) => op.regions.flatMap(innermost));
  const isLoop = region.parent?.kind === "for";
  return loops.length > 0 || !isLoop ? loops : region.ops.map((op) => op.kind);
}

/** The sum over a table of rows: where each begins in `data`, and how long it is. `n` numbers of each are added up. */
const rows = (among: string): string => `function f(rows: array noalias, data: array noalias, n: i32): f64 {
  zero = i32 0
  one = i32 1
  two = i32 2
  nothing = f64 0
  all = length(rows)
  count = i32.div(all, two)
  total = for i = zero to count (s = nothing) {
    place = i32.mul(i, two)
    next = i32.add(place, one)
    row = for j = zero to n (t = s) {
      begin = load(rows, place)
      first = f64.toInt32(begin)
      size = load(rows, next)
      length = f64.toInt32(size)
      end = i32.add(first, length)
      view = subarray(data, first, end)
      bound(j, view) "row"
      x = load(view, j)
      ${among}
      u = add(t, x)
      yield u
    }
    yield row
  }
  return total
}`;

const data = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6);
const calls = [
  [Float64Array.of(0, 3, 3, 4), data, 3],
  [Float64Array.of(4, 4, 0, 4, 2, 4), data, 4],
  [Float64Array.of(0, 3, 3, 2), data, 3],
  // Rows that are not there, of which nothing is asked.
  [Float64Array.of(7, 5, -3, 2, 9, -9), data, 0],
  [Float64Array.of(7, 5), data, -1],
  [new Float64Array(0), data, 3],
  // Half a row.
  [Float64Array.of(1, 2, 3), data, 2],
] as const;

describe("rows that are found by a table", () => {
  test("are found once, and checked at their ends", () => {
    const kinds = innermost(agrees(rows(""), calls).functions[0]!.body);
    expect(kinds).toContain("load");
    for (const kind of ["subarray", "bound", "f64.toInt32"]) expect(kinds).not.toContain(kind);
  });

  test("are found each time where the table is written to", () => {
    const kinds = innermost(
      agrees(rows("store(rows, next, size)\n accumulate(rows, place, nothing)"), calls).functions[0]!.body,
    );
    expect(kinds).toContain("subarray");
  });
});

describe("indices in records of f numbers", () => {
  const records = (f: number, ahead: number, behind: number): string => `function f(x: array noalias): f64 {
    zero = i32 0
    one = i32 1
    f = i32 ${f}
    behind = i32 ${behind}
    ahead = i32 ${ahead}
    nothing = f64 0
    all = length(x)
    count = i32.div(all, f)
    end = i32.add(count, behind)
    total = for i = zero to end (s = nothing) {
      place = i32.mul(i, f)
      at = i32.add(place, ahead)
      bound(at, x) "x"
      e = load(x, at)
      t = add(s, e)
      yield t
    }
    return total
  }`;
  const places = [1, 2, 3].flatMap((f) =>
    [-4, -3, -2, -1, 0, 1, 2, 3, 4].flatMap((ahead) =>
      [-2, -1, 0, 1].map((behind) => [f, ahead, behind] as const),
    ),
  );

  test.each(places)("of %d, %d ahead, %d records more: what is not there is an error", (f, ahead, behind) => {
    const program = parse(records(f, ahead, behind), { primitives });
    const optimised = optimise(program);
    for (let n = 0; n <= 8; n++) {
      const args = [data.subarray(0, n)];
      expect([n, run(optimised, args)]).toEqual([n, run(program, args)]);
    }
    // Of what is there for certain, nothing is checked.
    const always = ahead >= 0 && ahead + f * behind < f;
    expect(someOp(optimised.functions[0]!.body, (op) => op.kind === "bound")).toBe(!always);
  });
});

import { describe, expect, test } from "vitest";
import type { Region } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { parse } from "../../src/program/parse.ts";
import { print } from "../../src/program/print.ts";
import { agrees, primitives, run } from "./texts.ts";
import type { Arguments } from "./texts.ts";

/** Kinds of the operations in all loops. */
function inLoops(region: Region, inside = false): string[] {
  return region.ops.flatMap((op) => {
    const loop = op.kind === "for" || op.kind === "while";
    return [...(inside ? [op.kind] : []), ...op.regions.flatMap((r) => inLoops(r, inside || loop))];
  });
}

const x = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6);

describe("what is counted beside the loop's index", () => {
  const counting = (step: string): string => `function f(x: array noalias, start: f64, n: i32): f64, f64 {
    zero = i32 0
    nothing = f64 0
    one = f64 ${step}
    sum, at = for i = zero to n (s = nothing, k = start) {
      j = f64.index(k) "k"
      bound(j, x) "x"
      e = load(x, j)
      t = add(s, e)
      next = add(k, one)
      yield t, next
    }
    return sum, at
  }`;
  const calls: Arguments[] = [-1, 0, 1, 3, 8, 9].flatMap((n) =>
    [0, -0, 2, 5, 7, 8, -1, 0.5, NaN, 2 ** 31, 2 ** 53, Infinity].map((start) => [x, start, n]),
  );

  test.each(["1", "2", "-1", "-3"])("in steps of %s, as a number", (step) => {
    const operations = inLoops(agrees(counting(step), calls).functions[0]!.body);
    expect(operations).toContain("load");
    for (const kind of ["f64.index", "bound", "f64.fromI32"]) expect(operations).not.toContain(kind);
  });

  test("in fractions: not at all", () => {
    expect(inLoops(agrees(counting("0.5"), calls).functions[0]!.body)).toContain("f64.index");
  });

  test("as an integer, wrapping around", () => {
    const text = `function f(start: i32, n: i32): i32, i32 {
      zero = i32 0
      step = i32 1000
      sum, at = for i = n to zero step -1 (s = zero, k = start) {
        t = i32.xor(s, k)
        next = i32.add(k, step)
        yield t, next
      }
      return sum, at
    }`;
    const program = agrees(text, [
      [5, 10],
      [2 ** 31 - 1500, 10],
      [7, -1],
    ]);
    expect(program.functions[0]!.body.ops.find((op) => op.kind === "for")!.results).toHaveLength(1);
  });
});

describe("loops in steps that come from outside", () => {
  const stepping = (
    comparison: string,
  ): string => `function f(x: array noalias, d: f64, limit: f64): f64, f64, i32 {
    nothing = f64 0
    whole = f64.index(d) "d"
    i, sum, trips = while (k = nothing, s = nothing) {
      more = f64.${comparison}(k, limit)
      yield more
    } do (k1, s1) {
      j = f64.index(k1) "k"
      bound(j, x) "x"
      e = load(x, j)
      t = add(s1, e)
      next = add(d, k1)
      yield next, t
    }
    return i, sum, trips
  }`;
  const limits = [-3, 0, -0, 1, 5, 7, 7.5, 8, 9, NaN];

  test.each(["lt", "le"])("%s", (comparison) => {
    const calls: Arguments[] = [1, 2, 3, 8, 100].flatMap((d) => limits.map((limit) => [x, d, limit]));
    const { body } = agrees(stepping(comparison), calls).functions[0]!;
    expect(body.ops.map((op) => op.kind)).not.toContain("while");
    for (const kind of ["f64.index", "bound"]) expect(inLoops(body)).not.toContain(kind);
  });

  test("a step that leads nowhere is an error, if the loop runs", () => {
    const program = optimise(parse(stepping("lt"), { primitives }));
    expect(run(program, [x, 0, 4])).toEqual(["endless-loop"]);
    expect(run(program, [x, -1, 4])).toEqual(["endless-loop"]);
    expect(run(program, [x, -1, -4]).slice(0, 3)).toEqual([0, 0, 0]);
  });
});

describe("loops inside that begin beside the outer index", () => {
  const pairs = (
    beside: string,
    comparison: string,
  ): string => `function f(x: array noalias, limit: f64, n: i32): f64, f64 {
    nothing = f64 0
    one = f64 1
    zero = i32 0
    last, sum = for i = zero to n (l = nothing, s = nothing) {
      r = f64.fromI32(i)
      begin = ${beside}(r, one)
      j, t, trips = while (k = begin, s1 = s) {
        more = f64.${comparison}(k, limit)
        yield more
      } do (k1, s2) {
        h = f64.index(k1) "k"
        bound(h, x) "x"
        e = load(x, h)
        u = add(s2, e)
        next = add(k1, one)
        yield next, u
      }
      yield j, t
    }
    return last, sum
  }`;
  const calls: Arguments[] = [-1, 0, 1, 3, 7].flatMap((n) =>
    [-3, -0, 0, 1, 4, 4.5, 7, 7.5, 8, NaN].map((limit) => [x, limit, n]),
  );

  test.each(["lt", "le"])("one further, %s a limit that may be a fraction", (comparison) => {
    const { body } = agrees(pairs("add", comparison), calls).functions[0]!;
    const inside = inLoops(body);
    expect(inside).not.toContain("while");
    expect(inside.filter((kind) => kind === "for")).toHaveLength(1);
  });

  test.each(["lt", "le"])("one before, %s a limit", (comparison) => {
    expect(inLoops(agrees(pairs("sub", comparison), calls).functions[0]!.body)).not.toContain("while");
  });

  test("a product may be -0: it is counted as it is", () => {
    expect(inLoops(agrees(pairs("mul", "lt"), calls).functions[0]!.body)).not.toContain("i32.mul");
  });
});

describe("what a loop's test has to compute first", () => {
  /** `ahead` is added to what is counted before it is compared. */
  const windows = (ahead: string): string => `function f(x: array noalias, n: i32, width: i32): f64, f64 {
    nothing = f64 0
    one = f64 1
    limit = f64.fromI32(n)
    step = f64.fromI32(width)
    last, sum, trips = while (k = nothing, s = nothing) {
      end = ${ahead}
      more = f64.le(end, limit)
      yield more
    } do (k1, s1) {
      h = f64.index(k1) "k"
      bound(h, x) "x"
      e = load(x, h)
      u = add(s1, e)
      next = add(k1, one)
      yield next, u
    }
    return last, sum
  }`;
  const sizes = [-(2 ** 30), -5, -1, 0, 1, 2, 3, 8, 2 ** 31 - 1];
  const calls: Arguments[] = [-3, 0, 1, 4, 7].flatMap((n) => sizes.map((width) => [x, n, width]));

  test.each(["add(k, step)", "add(step, k)"])("%s: the limit is nearer", (ahead) => {
    expect(inLoops(agrees(windows(ahead), calls).functions[0]!.body)).toContain("load");
    expect(print(agrees(windows(ahead), calls))).not.toContain("while");
  });

  test("what is no integer is not taken from the limit", () => {
    const text = windows("add(k, step)")
      .replace("f64.fromI32(width)", "f64.fromI32(width)\n third = f64 0.3\n step1 = add(step, third)")
      .replace("add(k, step)", "add(k, step1)");
    expect(print(agrees(text, calls))).toContain("while");
  });

  const counted = (
    inTest: string,
    inBody: string = "",
  ): string => `function f(x: array noalias, y: array noalias, at: i32): f64, f64 {
    nothing = f64 0
    one = f64 1
    zero = i32 0
    last, sum, trips = while (k = nothing, s = nothing) {
      ${inTest}
      more = f64.lt(k, limit)
      yield more
    } do (k1, s1) {
      h = f64.index(k1) "k"
      bound(h, x) "x"
      e = load(x, h)
      ${inBody}
      u = add(s1, e)
      next = add(k1, one)
      yield next, u
    }
    return last, sum
  }`;
  const limit = 'bound(at, y) "y"\n limit = load(y, at)';
  const limits: Arguments[] = [-1, 0, 1, 2, 3].map((at) => [x, Float64Array.of(4, 5.5, -1), at]);

  test("an element that the loop does not write is read once, before it", () => {
    const { body } = agrees(counted(limit), limits).functions[0]!;
    expect(inLoops(body)).not.toContain("while");
    expect(body.ops.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["bound", "load", "for"]));
  });

  test("one that it writes is read each time", () => {
    const written = agrees(counted(limit, "store(y, at, k1)"), limits);
    expect(print(written)).toContain("while");
  });

  test("what depends on what goes round is checked each time", () => {
    const text = counted('j = f64.index(k) "k"\n bound(j, y) "y"\n limit = load(y, j)');
    expect(inLoops(agrees(text, limits).functions[0]!.body)).toContain("bound");
  });

  test("what comes after a check that depends on it stays behind it", () => {
    const text = counted(`j = f64.index(k) "k"\n bound(j, y) "y"\n ${limit}`);
    expect(run(optimise(parse(text, { primitives })), [x, new Float64Array(0), 0])).toEqual([
      "index-out-of-range",
    ]);
    expect(inLoops(agrees(text, limits).functions[0]!.body).filter((kind) => kind === "bound")).toHaveLength(
      3,
    );
  });

  test("a loop without carries", () => {
    const text = `function f(x: array noalias, at: i32): i32 {
      limit = f64 3
      one = f64 1
      trips = while () {
        bound(at, x) "x"
        e = load(x, at)
        more = f64.lt(e, limit)
        yield more
      } do () {
        accumulate(x, at, one)
      }
      return trips
    }`;
    const program = agrees(
      text,
      [0, 1, 7, 8, -1].map((at) => [x, at]),
    );
    expect(inLoops(program.functions[0]!.body)).toContain("load");
  });
});

describe("checks below conditions", () => {
  test("are made before all loops in which they are the same", () => {
    const text = `function f(x: array noalias, d: i32, n: i32): f64 {
      zero = i32 0
      nothing = f64 0
      total = for i = zero to n (s = nothing) {
        from = i32.mul(i, d)
        inner = for j = zero to d (t = s) {
          k = i32.add(from, j)
          bound(k, x) "x"
          e = load(x, k)
          u = add(t, e)
          yield u
        }
        yield inner
      }
      return total
    }`;
    const sizes = [-1, 0, 1, 2, 3, 4, 8, 9, 2 ** 30];
    const { body } = agrees(
      text,
      sizes.flatMap((d) => [-1, 0, 1, 2, 4].map((n): Arguments => [x, d, n])),
    ).functions[0]!;
    expect(inLoops(body)).toContain("load");
    expect(inLoops(body)).not.toContain("bound");
  });
});

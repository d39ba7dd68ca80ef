import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AdError } from "../../src/errors.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program, Region } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import type { OptimiseOptions } from "../../src/program/optimise/index.ts";
import { Known } from "../../src/program/optimise/known.ts";
import { parse } from "../../src/program/parse.ts";
import { print } from "../../src/program/print.ts";
import { programs, sameBits } from "./random.ts";
import type { RandomProgram } from "./random.ts";
import { primitives } from "./texts.ts";

const RUNS = { seed: 20261123, numRuns: 300 };

/** Results and what has become of the arrays; or the error. */
function run(program: Program, args: RandomProgram["args"]): unknown[] | AdError {
  const given = args();
  try {
    return [...interpreter(program, { steps: 100_000 })(...given), ...given];
  } catch (error) {
    if (error instanceof AdError) return error;
    throw error;
  }
}

describe("optimised random programs", () => {
  for (const stage of ["primal", "final"] as const) {
    test(`are legal and give the same to the bit: ${stage}`, () => {
      fc.assert(
        fc.property(programs({ overlap: true, size: 40 }), ({ program, args }) => {
          const optimised = optimise(program, { stage });
          expect(check(optimised)).toEqual([]);
          const [before, after] = [run(program, args), run(optimised, args)] as [unknown[], unknown[]];
          expect(before.every((x, i) => sameBits(x, after[i]))).toBe(true);
        }),
        RUNS,
      );
    });
  }

  test("fail where the original fails, and only there", () => {
    let failures = 0;
    fc.assert(
      fc.property(programs({ faults: true }), ({ program, args }) => {
        const [before, after] = [run(program, args), run(optimise(program), args)];
        expect(after instanceof AdError).toBe(before instanceof AdError);
        if (before instanceof AdError) failures++;
      }),
      RUNS,
    );
    expect(failures).toBeGreaterThan(10);
  });
});

/** The program of a text, optimised: its text. */
function optimised(text: string, options: OptimiseOptions = {}): string {
  const program = parse(text, { primitives });
  expect(check(program)).toEqual([]);
  const result = optimise(program, options);
  expect(check(result)).toEqual([]);
  return print(result);
}

/** What a function of x and y becomes whose result is r. */
const body = (text: string, options: OptimiseOptions = {}): string =>
  optimised(`function f(x: f64, y: f64): f64 {\n${text}\nreturn r\n}`, options)
    .split("\n")
    .slice(1, -2)
    .map((line) => line.trim())
    .join("; ");

describe("algebra", () => {
  test("folds constants as JavaScript does", () => {
    expect(body("a = f64 0.1\nb = f64 0.2\nr = add(a, b)")).toBe("r = f64 0.30000000000000004; return r");
    expect(body("a = f64 -0\nb = f64 0\nr = mul(a, b)")).toBe("a = f64 -0; return a");
  });

  test("uses identities only where they hold for every number", () => {
    expect(body("a = f64 -0\nr = add(x, a)")).toBe("return x");
    expect(body("a = f64 0\nr = add(x, a)")).toContain("add");
    expect(body("a = f64 0\nr = sub(x, a)")).toBe("return x");
    expect(body("a = f64 0\nr = mul(x, a)")).toContain("mul");
    expect(body("r = sub(x, x)")).toContain("sub");
    expect(body("a = f64 1\nr = mul(a, x)")).toBe("return x");
    expect(body("a = neg(y)\nr = add(x, a)")).toBe("r = sub(x, y); return r");
    expect(body("a = f64 4\nr = div(x, a)")).toContain("mul");
    expect(body("a = f64 3\nr = div(x, a)")).toContain("div");
    expect(body("a = neg(x)\nr = neg(a)")).toBe("return x");
  });

  test("reduces powers", () => {
    expect(body("a = f64 2\nr = pow(x, a)")).toBe("r = square(x); return r");
    expect(body("a = f64 -1\nr = pow(x, a)")).toContain("pow");
    expect(body("a = f64 -1\nr = pow(x, a)", { fast: true })).toBe("r = inv(x); return r");
    expect(body("a = f64 0.5\nr = pow(x, a)")).toContain("pow");
  });

  test("goes further where that is allowed", () => {
    const fast = { fast: true };
    expect(body("a = f64 0\nr = add(x, a)", fast)).toBe("return x");
    expect(body("a = f64 0\nr = mul(x, a)", fast)).toBe("a = f64 0; return a");
    expect(body("r = sub(x, x)", fast)).toBe("r = f64 0; return r");
    expect(body("a = f64 3\nr = div(x, a)", fast)).toContain("mul");
  });

  test("the powers are equal to the bit", () => {
    const doubles = fc.double();
    fc.assert(
      fc.property(doubles, (x) => {
        expect(sameBits(x ** 2, x * x)).toBe(true);
        expect(sameBits(x / 4, x * 0.25)).toBe(true);
      }),
      { ...RUNS, numRuns: 5000 },
    );
  });

  test("puts factors together where only one product rounds", () => {
    expect(body("a = f64 4\nb = f64 100\nc = mul(a, x)\nr = mul(c, b)")).toBe(
      "v0 = f64 400; r = mul(v0, x); return r",
    );
    expect(body("a = f64 0.1\nb = f64 3\nc = mul(x, b)\nr = mul(a, c)")).toContain("mul(a, c)");
    const factors = fc.constantFrom(
      1.5,
      2,
      -2,
      3,
      0.5,
      4,
      100,
      -7,
      0.1,
      1e300,
      2 ** 1000,
      2 ** -1000,
      1e-300,
      3e15,
    );
    const programs = fc.tuple(factors, factors, fc.boolean(), fc.double());
    const tiny = fc.integer({ min: -9, max: 9 }).map((k) => k * 2 ** -1074);
    fc.assert(
      fc.property(programs, tiny, ([k, c, negated, x], near) => {
        const text = `function f(x: f64): f64 {\nk = f64 ${k}\nc = f64 ${c}\na = mul(k, x)\nn = neg(a)\nr = mul(${negated ? "n" : "a"}, c)\nreturn r\n}`;
        const program = parse(text, { primitives });
        const run = interpreter(optimise(program));
        for (const at of [x, near, near * 2 ** 40]) {
          expect(sameBits(run(at)[0], (negated ? -(k * at) : k * at) * c)).toBe(true);
        }
      }),
      { ...RUNS, numRuns: 3000 },
    );
  });

  test("a whole number halved and doubled is what it was", () => {
    const text = (c: number, k: number): string =>
      `function f(i: i32): f64 {\nx = f64.fromI32(i)\nc = f64 ${c}\nk = f64 ${k}\na = mul(x, k)\nr = mul(c, a)\nreturn r\n}`;
    expect(print(optimise(parse(text(2, 0.5), { primitives })))).toContain("x = f64.fromI32(i)\n  return x");
    const factors = fc.constantFrom(0.5, -0.25, 2, 2 ** 40, 2 ** -40, 2 ** -990, 3, -0.1, 1e-190, 1e-300);
    fc.assert(
      fc.property(factors, factors, fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), (c, k, n) => {
        const run = interpreter(optimise(parse(text(c, k), { primitives })));
        for (const i of [n, n >> 25, 0]) expect(sameBits(run(i)[0], c * (i * k))).toBe(true);
      }),
      { ...RUNS, numRuns: 3000 },
    );
  });

  test("computes once what is equal", () => {
    expect(body("a = add(x, y)\nb = add(y, x)\nc = sin(a)\nd = sin(b)\nr = mul(c, d)")).toBe(
      "a = add(x, y); c = sin(a); r = square(c); return r",
    );
  });
});

describe("large straight programs", () => {
  test("are swept, and give the same", () => {
    const source = Array.from({ length: 120_000 }, (_, k) => {
      const at = (back: number): string => (k < back ? "x" : `v${k - back}`);
      const wave = `v${k} = ${k % 7 === 3 ? "sin" : "neg"}(${at(1 + (k % 3))})`;
      // Each fourth is the same as one before, and some are of no use.
      return k % 4 === 1
        ? `v${k} = sub(${at(1)}, ${at(1 + (k % 11))})`
        : k % 4 === 2
          ? `v${k} = mul(${at(5)}, x)`
          : wave;
    });
    const text = `function f(x: f64): f64 {\n${source.join("\n")}\nr = add(v119999, v119998)\nreturn r\n}`;
    const program = parse(text, { primitives });
    const result = optimise(program);
    expect(check(result)).toEqual([]);
    const ops = (p: Program): number => p.functions[0]!.body.ops.length;
    expect(ops(result)).toBeLessThan(0.9 * ops(program));
    const used = new Set(result.functions[0]!.body.ops.flatMap((op) => op.args));
    const unused = result.functions[0]!.body.ops.filter((op) => op.results.every((v) => !used.has(v)));
    expect(unused.map(({ results }) => results[0])).toEqual(result.functions[0]!.body.yields);
    expect(sameBits(interpreter(result)(0.3)[0], interpreter(program)(0.3)[0])).toBe(true);
  });

  test("what is known of them is kept as by a Map", () => {
    const key = fc.oneof(
      fc.maxSafeNat(),
      fc.nat(300),
      fc.nat(90).map((n) => n * 2 ** 32),
      fc.string({ maxLength: 1 }),
    );
    const values = parse("function f(x: f64, y: f64, z: f64): f64 {\nreturn x\n}", { primitives })
      .functions[0]!.body.args;
    const step = fc.tuple(fc.constantFrom(...values, undefined), key);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400, size: "max" }), (steps) => {
        const [known, map] = [new Known(), new Map<string | number, unknown>()];
        for (const [value, k] of steps) {
          if (value === undefined) {
            known.delete(k);
            map.delete(k);
          } else {
            known.set(k, value);
            map.set(k, value);
          }
        }
        for (const [, k] of steps) expect(known.get(k)).toBe(map.get(k));
      }),
      RUNS,
    );
  });
});

/** How often each operation occurs; primitives by their ids. */
function count(text: string, options: OptimiseOptions = {}): (what: string) => number {
  const counts = new Map<string, number>();
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      const what = op.kind === "primitive" ? op.attr.id : op.kind;
      counts.set(what, (counts.get(what) ?? 0) + 1);
      op.regions.forEach(visit);
    }
  };
  const program = optimise(parse(text, { primitives }), options);
  expect(check(program)).toEqual([]);
  program.functions.forEach((f) => visit(f.body));
  return (what) => counts.get(what) ?? 0;
}

describe("memory", () => {
  const stores = (params: string): string => `function f(${params}, i: i32, j: i32, x: f64): f64 {
    store(a, i, x)
    y = sin(x)
    store(b, j, y)
    z = load(a, i)
    return z
  }`;

  test("what was stored need not be loaded, unless it may have been overwritten", () => {
    expect(count(stores("a: array noalias, b: array noalias"))("load")).toBe(0);
    expect(count(stores("a: array, b: array noalias"))("load")).toBe(0);
    expect(count(stores("a: array, b: array"))("load")).toBe(1);
  });

  test("elements at different offsets do not disturb each other", () => {
    const text = (offset: number): string => `function f(a: array, i: i32, x: f64): f64 {
      c = i32 ${offset}
      j = i32.add(i, c)
      store(a, i, x)
      y = sin(x)
      store(a, j, y)
      z = load(a, i)
      return z
    }`;
    expect(count(text(1))("load")).toBe(0);
  });

  test("a view is its array", () => {
    const text = `function f(a: array noalias, lo: i32, hi: i32, x: f64): f64 {
      zero = i32 0
      v = subarray(a, lo, hi)
      store(a, zero, x)
      y = sin(x)
      store(v, zero, y)
      z = load(a, zero)
      return z
    }`;
    expect(count(text)("load")).toBe(1);
  });

  test("an array that may be either of two is disturbed by both", () => {
    const text = `function f(c: i32, a: array noalias, b: array noalias, i: i32, x: f64): f64 {
      either = select(c, a, b)
      p = load(either, i)
      store(a, i, x)
      q = load(either, i)
      store(either, i, p)
      r = load(b, i)
      s = sum(p, q, r)
      return s
    }`;
    expect(count(text)("load")).toBe(3);
  });

  test("a[i] = a[i] + x accumulates; not where the sum is used again", () => {
    const text = (result: string): string => `function f(a: array, i: i32, x: f64): f64 {
      e = load(a, i)
      s = add(e, x)
      store(a, i, s)
      return ${result}
    }`;
    expect(count(text("x"))("accumulate")).toBe(1);
    expect(count(text("x"))("load")).toBe(0);
    expect(count(text("s"))("accumulate")).toBe(0);
    expect(count(text("e"))("accumulate")).toBe(0);
  });

  test("arrays that nobody reads are not written", () => {
    const text = `function f(n: i32, x: f64): f64 {
      zero = i32 0
      a = allocate(n)
      for i = zero to n {
        store(a, i, x)
      }
      return x
    }`;
    expect(optimised(text)).toBe("function f(n: i32, x: f64): f64 {\n  return x\n}\n");
  });

  test("short arrays live in values, through loops and branches", () => {
    const text = `function f(n: i32, x: f64): f64 {
      zero = i32 0
      one = i32 1
      three = i32 3
      p = allocate(three)
      for i = zero to n {
        e = load(p, zero)
        c = f64.lt(e, x)
        if c {
          s = sin(x)
          accumulate(p, zero, s)
        } else {
          u = cos(x)
          store(p, one, u)
        }
      }
      v = load(p, zero)
      w = load(p, one)
      r = add(v, w)
      return r
    }`;
    const operations = count(text);
    for (const kind of ["allocate", "load", "store", "accumulate"]) expect(operations(kind)).toBe(0);
    const args = (): number[] => [5, 0.9];
    const program = parse(text, { primitives });
    expect(run(optimise(program), args)).toEqual(run(program, args));
  });
});

describe("loops", () => {
  const PRODUCT = `function product(A: array noalias, x: array noalias, y: array noalias, n: i32) {
    zero = i32 0
    for i = zero to n {
      for j = zero to n {
        row = i32.mul(i, n)
        k = i32.add(row, j)
        bound(k, A) "A"
        a = load(A, k)
        bound(j, x) "x"
        b = load(x, j)
        e = mul(a, b)
        bound(i, y) "y"
        s = load(y, i)
        t = add(s, e)
        store(y, i, t)
      }
    }
  }`;

  test("checks are made before the loop, sums live in values", () => {
    const program = optimise(parse(PRODUCT, { primitives }));
    const outer = program.functions[0]!.body.ops.find((op) => op.kind === "for")!;
    const inner = outer.regions[0]!.ops.find((op) => op.kind === "for")!;
    const operations = inner.regions[0]!.ops.map((op) => op.kind);
    expect(operations).toEqual(["i32.add", "load", "load", "primitive", "primitive"]);
  });

  test("checks still fail", () => {
    const program = optimise(parse(PRODUCT, { primitives }));
    const product = (rows: number, columns: number, length: number): unknown[] | AdError => {
      const args = [new Float64Array(rows * columns).fill(1), new Float64Array(columns).fill(2)];
      return run(program, () => [...args, new Float64Array(length), rows]);
    };
    expect((product(3, 3, 3) as unknown[])[2]).toEqual(Float64Array.of(6, 6, 6));
    // Both A and x are too short; what is checked furthest out fails first.
    expect((product(3, 2, 3) as AdError).message).toContain("A[6] does not exist");
    expect((product(3, 4, 2) as AdError).message).toContain("y[2] does not exist");
    expect((product(3, 3, 0) as AdError).code).toBe("index-out-of-range");
    expect(product(0, 0, 0)).toHaveLength(4);
  });

  test("no check is needed below the length", () => {
    const text = `function f(a: array): f64 {
      zero = i32 0
      one = i32 1
      z = f64 0
      n = length(a)
      m = i32.sub(n, one)
      s = for i = zero to m (t = z) {
        j = i32.add(i, one)
        bound(i, a) "a"
        x = load(a, i)
        bound(j, a) "a"
        y = load(a, j)
        p = mul(x, y)
        u = add(t, p)
        yield u
      }
      return s
    }`;
    expect(count(text)("bound")).toBe(0);
  });

  test("a check beyond the length stays", () => {
    const text = (by: number): string => `function f(a: array): i32 {
      zero = i32 0
      by = i32 ${by}
      one = i32 1
      n = length(a)
      m = i32.sub(n, one)
      s = for i = zero to m (last = zero) {
        j = i32.add(i, by)
        bound(j, a) "a"
        yield j
      }
      return s
    }`;
    const f = (by: number): unknown[] | AdError =>
      run(optimise(parse(text(by), { primitives })), () => [new Float64Array(5)]);
    expect(f(1)).toEqual([4, new Float64Array(5)]);
    expect((f(2) as AdError).message).toContain("a[5] does not exist");
    expect((f(-1) as AdError).message).toContain("a[-1] does not exist");
  });

  test("a remainder may be negative", () => {
    const text = `function f(a: array, i: i32): i32 {
      three = i32 3
      least = i32 -1
      big = i32 4
      j = i32.max(i, least)
      k = i32.min(j, big)
      r = i32.rem(k, three)
      d = data [1, 2, 3]
      bound(r, d) "d"
      return r
    }`;
    const program = optimise(parse(text, { primitives }));
    expect((run(program, () => [new Float64Array(1), -5]) as AdError).message).toContain("d[-1]");
    expect((run(program, () => [new Float64Array(1), 4]) as unknown[])[0]).toBe(1);
  });

  const COUNTED = (
    comparison: string,
    first: string,
  ): string => `function f(a: array, limit: f64, d: f64): f64, f64, i32 {
    one = f64 1
    zero = f64 ${first}
    z = f64 0
    whole = f64.index(d) "d"
    s, k, trips = while (t = z, i = zero) {
      c = f64.${comparison}(i, limit)
      yield c
    } do (u, j) {
      p = mul(j, d)
      q = add(p, one)
      r = f64.index(q) "a's index"
      bound(r, a) "a"
      x = load(a, r)
      v = add(u, x)
      n = add(j, one)
      yield v, n
    }
    return s, k, trips
  }`;

  test("a while that counts is a for, and computes its indices in i32", () => {
    const operations = count(COUNTED("lt", "0"));
    expect(operations("while")).toBe(0);
    const { body } = optimise(parse(COUNTED("lt", "0"), { primitives })).functions[0]!;
    const inner = body.ops.find((op) => op.kind === "for")!.regions[0]!.ops.map((op) => op.kind);
    expect(inner).toEqual(["i32.mul", "i32.add", "load", "primitive"]);
  });

  test("a while that counts gives the same as a for, and fails alike", () => {
    const array = fc
      .constantFrom(0, 1, 5, 9)
      .map((length) => Float64Array.from({ length }, (_, i) => i + 0.5));
    const limit = fc.constantFrom(-1, -0, 0, 0.5, 1, 2, 2.5, 3, NaN, -Infinity, Infinity);
    const d = fc.constantFrom(0, -0, 1, 2, 3, -1);
    for (const comparison of ["lt", "le"]) {
      for (const first of ["0", "-0", "1", "-1", "0.5"]) {
        const program = parse(COUNTED(comparison, first), { primitives });
        const faster = optimise(program);
        fc.assert(
          fc.property(array, limit, d, (a, l, k) => {
            const [before, after] = [run(program, () => [a, l, k]), run(faster, () => [a, l, k])];
            const same =
              before instanceof AdError
                ? after instanceof AdError
                : before.every((x, i) => sameBits(x, (after as unknown[])[i]));
            expect(same).toBe(true);
          }),
          RUNS,
        );
      }
    }
  });

  test("a step that jumps over the end is not taken for the end", () => {
    const text = `function f(a: array, n: i32) {
      zero = i32 0
      x = f64 1
      for i = zero to n step 3 {
        bound(i, a) "a"
        store(a, i, x)
      }
    }`;
    const program = optimise(parse(text, { primitives }));
    expect(run(program, () => [new Float64Array(7), 9])).toHaveLength(2);
    expect((run(program, () => [new Float64Array(6), 9]) as AdError).message).toContain("a[6]");
  });

  test("what does not change moves out, and carries that do not change vanish", () => {
    const text = `function f(x: f64, n: i32): f64 {
      zero = i32 0
      z = f64 0
      s, k = for i = zero to n (t = z, c = x) {
        e = exp(c)
        u = add(t, e)
        yield u, c
      }
      return s
    }`;
    expect(optimised(text)).toContain("e = exp(x)\n  s = for i = zero to n (t = z) {\n    u = add(t, e)\n");
  });

  test("short loops are unrolled, small functions take the place of their calls", () => {
    const text = `function f(x: f64): f64 {
      zero = i32 0
      three = i32 3
      s = for i = zero to three (t = x) {
        u = call g(t): f64
        yield u
      }
      return s
    }
    function g(x: f64): f64 {
      y = sin(x)
      return y
    }`;
    expect(optimised(text)).toBe(
      "function f(x: f64): f64 {\n  y = sin(x)\n  y_1 = sin(y)\n  y_2 = sin(y_1)\n  return y_2\n}\n",
    );
  });
});

describe("short loops over short arrays", () => {
  /** Sums of n vectors of three, each turned and moved along in a loop of three that is too long to be written out for its own sake. */
  const vectors = (last: string, more = ""): string => `function f(x: array, n: i32, out: array): f64 {
    zero = i32 0
    one = i32 1
    three = i32 3
    last = i32 ${last}
    z = f64 0
    at = allocate(three)
    for i = zero to n {
      start = i32.mul(i, three)
      for r = zero to last {
        bound(r, at) "at"
        from = i32.add(start, r)
        a = load(x, from)
        b = sin(a)
        c = cos(a)
        d = mul(b, c)
        e = add(d, a)
        g = mul(e, e)
        h = add(g, b)
        j = mul(h, c)
        k = sub(j, a)
        l = mul(k, b)
        o = add(l, d)
        p = mul(o, j)
        accumulate(at, r, p)
        ${more}
      }
    }
    for q = zero to three {
      s = load(at, q)
      store(out, q, s)
    }
    return z
  }`;
  const resultOf = (text: string, optimise: (p: Program) => Program): unknown[] | AdError =>
    run(optimise(parse(text, { primitives })), () => [
      Float64Array.from({ length: 12 }, (_, i) => Math.exp(i - 3)),
      3,
      new Float64Array(3),
    ]);

  test("are written out, so that the array lives in values", () => {
    const text = optimised(vectors("3"));
    expect(text).not.toMatch(/allocate|accumulate/);
    expect(text.match(/sin\(/g)).toHaveLength(3);
    expect(text).toMatch(/\w+, \w+, \w+ = for i = zero to n/);
  });

  test.each([
    [
      "leave an array in memory whose other elements are computed",
      "3",
      "m = i32.and(i, one)\n store(at, m, z)",
    ],
    ["are not written out where they get to elements that are not there", "4", ""],
    ["are not written out for people", "3", "readable"],
  ])("%s", (_, last, more) => {
    const isForPeople = more === "readable";
    const text = optimised(vectors(last, isForPeople ? "" : more), { readable: isForPeople });
    expect(text).toContain("allocate(");
  });

  test.each(["", "m = i32.and(i, one)\n store(at, m, z)", "accumulate(at, r, a)"])(
    "give the same to the bit: %j",
    (more) => {
      const text = vectors("3", more);
      expect(resultOf(text, optimise)).toEqual(resultOf(text, (p) => p));
    },
  );
});

describe("branches", () => {
  const cheap = `c = f64.lt(x, y)
    r = if c {
      yield x
    } else {
      n = neg(y)
      yield n
    }`;

  test("cheap ones become selections, but not before differentiation", () => {
    expect(body(cheap)).toContain("select");
    expect(body(cheap, { stage: "primal" })).toContain("if c {");
  });

  test("what may not be computed stays in its branch", () => {
    expect(body(cheap.replace("neg(y)", "sqrt(y)"))).toContain("if c {");
  });

  test("a function with a derivative of its own stays one until it has been differentiated", () => {
    const text = `function f(x: f64): f64 {
      y = call g(x): f64
      return y
    }
    function g(x: f64): f64 pullback h {
      y = square(x)
      return y
    }
    function h(x: f64, d: f64): f64 {
      y = mul(x, d)
      return y
    }`;
    expect(optimised(text, { stage: "primal" })).toBe(print(parse(text, { primitives })));
    expect(optimised(text)).toBe("function f(x: f64): f64 {\n  y = square(x)\n  return y\n}\n");
  });

  test("checks and failures are never lost", () => {
    const text = `function f(x: f64): f64 {
      i = f64.index(x) "x"
      zero = f64 0
      c = f64.lt(x, zero)
      if c {
        fail(x) thrown "{0} is negative" "Pass more."
      } else {
      }
      return x
    }`;
    const operations = count(text);
    expect([operations("f64.index"), operations("fail")]).toEqual([1, 1]);
  });
});

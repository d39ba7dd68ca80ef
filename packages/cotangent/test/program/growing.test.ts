/** Blocks that grow in loops, elements that are formulas of their places, and comparisons that loops decide. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, mul } from "../../src/primitives/index.ts";
import { buildFunction } from "../../src/program/builder.ts";
import type { Builder } from "../../src/program/builder.ts";
import { check } from "../../src/program/check.ts";
import type { Program, Value } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { lists } from "../../src/program/optimise/lists.ts";
import { parse } from "../../src/program/parse.ts";
import { print } from "../../src/program/print.ts";
import { exact, interpreted, outcome } from "../compile/targets.ts";
import { primitives } from "./texts.ts";

/** What a function's lines become, and a check that they still do what they did. */
function become(text: string, calls: readonly number[] = [0, 1, 2, 5, 9]): string {
  const source = `function f(x: array, n: i32): f64 {\nzero = f64 0\nfirst = i32 0\none = i32 1\n${text}\nreturn r\n}`;
  const program = parse(source, { primitives });
  expect(check(program)).toEqual([]);
  const optimised = optimise(program, { lists });
  expect(check(optimised)).toEqual([]);
  for (const n of calls) {
    const args = (): (number | Float64Array)[] => [
      Float64Array.from({ length: 9 }, (_, i) => Math.sin(i)),
      n,
    ];
    const wanted = outcome(program, interpreted, args());
    for (const options of [interpreted, ...exact])
      expect([n, outcome(optimised, options, args())]).toEqual([n, wanted]);
  }
  return print(optimised);
}

/** Makes sure that `a` has room for `room` elements: `into` is what it is from then on. */
const reserve = (into: string, a: string, room: string): string => `
  length_${into} = length(${a})
  full_${into} = i32.gt(${room}, length_${into})
  ${into} = if full_${into} {
    twice_${into} = i32.shl(length_${into}, one)
    size_${into} = i32.max(twice_${into}, ${room})
    block_${into} = allocate(size_${into})
    copy(block_${into}, ${a})
    yield block_${into}
  } else {
    yield ${a}
  }`;

const sum = (array: string, count: string): string => `
  r = for last = first to ${count} (total = zero) {
    element = load(${array}, last)
    next = add(total, element)
    yield next
  }`;

describe("a list that something is pushed to in each iteration", () => {
  test("is allocated once, and its handle goes round no more", () => {
    const text = become(`
      empty = allocate(first)
      list = for i = first to n (a = empty) {
        room = i32.add(i, one)
        ${reserve("b", "a", "room")}
        xi = load(x, i)
        store(b, i, xi)
        yield b
      }
      ${sum("list", "n")}`);
    expect(text.match(/allocate/g)).toHaveLength(1);
    expect(text).not.toMatch(/copy|yield v\d+$|if /m);
  });

  test("also in loops inside, by several pushes, after what it held before", () => {
    const text = become(
      `
      three = i32 3
      begun = allocate(one)
      ten = f64 10
      store(begun, first, ten)
      list, used = for i = first to n (a = begun, at = one) {
        k = i32.add(at, one)
        ${reserve("b", "a", "k")}
        xi = load(x, i)
        store(b, at, xi)
        c, end = for j = first to three (d = b, now = k) {
          l = i32.add(now, one)
          ${reserve("e", "d", "l")}
          store(e, now, ten)
          yield e, l
        }
        yield c, end
      }
      ${sum("list", "used")}`,
      [0, 1, 2, 5],
    );
    // What it held before is copied once.
    expect(text.match(/copy/g)).toHaveLength(1);
    expect(text.match(/= allocate/g)!.length).toBeLessThanOrEqual(2);
  });

  test("stays as it is where its old block is used after it was replaced", () => {
    const text = become(
      `
      empty = allocate(first)
      list, r = for i = first to n (a = empty, s = zero) {
        room = i32.add(i, one)
        ${reserve("b", "a", "room")}
        xi = load(x, i)
        store(b, i, xi)
        some = i32.gt(i, first)
        old = if some {
          before = i32.sub(i, one)
          store(b, before, zero)
          y = load(a, before)
          yield y
        } else {
          yield zero
        }
        t = add(s, old)
        yield b, t
      }`,
      [0, 1, 2, 3, 4, 9],
    );
    expect(text).toContain("copy");
  });

  test("stays as it is where its first block has another name", () => {
    const text = become(`
      begun = allocate(one)
      ten = f64 10
      store(begun, first, ten)
      list = for i = first to n (a = begun) {
        room = i32.add(i, one)
        ${reserve("b", "a", "room")}
        xi = load(x, i)
        store(b, i, xi)
        yield b
      }
      r = load(begun, first)`);
    expect(text).not.toMatch(/r = (ten|10)/);
  });

  test("stays as it is where nobody knows how often", () => {
    const text = become(`
      empty = allocate(first)
      list, used = for i = first to n (a = empty, at = first) {
        xi = load(x, i)
        positive = f64.gt(xi, zero)
        c, end = if positive {
          room = i32.add(at, one)
          ${reserve("b", "a", "room")}
          store(b, at, xi)
          yield b, room
        } else {
          yield a, at
        }
        yield c, end
      }
      ${sum("list", "used")}`);
    expect(text).toContain("copy");
  });
});

describe("an element that is a formula of its place", () => {
  const spine = (after: string): string => `
    two = i32 2
    count = i32.mul(n, two)
    a = allocate(count)
    d = f64.fromI32(n)
    for i = first to n {
      start = i32.mul(i, n)
      begins = f64.fromI32(start)
      at = i32.mul(i, two)
      store(a, at, begins)
      next = i32.add(at, one)
      store(a, next, d)
    }
    ${after}`;

  test("is not read where it has been stored", () => {
    const text = become(
      spine(`
      r = for k = first to n (s = zero) {
        at_k = i32.mul(k, two)
        begin = load(a, at_k)
        then = i32.add(at_k, one)
        size = load(a, then)
        p = mul(begin, size)
        t = add(s, p)
        yield t
      }`),
    );
    expect(text).not.toMatch(/load|store|allocate/);
  });

  test("is read where it may not have been stored, or not by this loop alone", () => {
    const late = become(`
      a = allocate(n)
      r = for i = first to n (s = zero) {
        last = i32.sub(n, one)
        away = i32.sub(last, i)
        y = load(a, away)
        v = f64.fromI32(i)
        store(a, i, v)
        t = add(s, y)
        yield t
      }`);
    expect(late).toContain("load");
    const twice = become(
      spine(`
      for m = first to n {
        b = i32.mul(m, two)
        v = f64.fromI32(m)
        store(a, b, v)
      }
      r = for k = first to count (s = zero) {
        y = load(a, k)
        t = add(s, y)
        yield t
      }`),
    );
    expect(twice).toContain("load");
  });
});

describe("comparisons", () => {
  /** Which numbers are compared: the indices of the loops, the limit, and sums and products of these with small numbers. */
  interface Operand {
    readonly of: number;
    readonly plus: number;
    readonly times: number;
    readonly more: number;
  }
  interface Comparison {
    readonly kind: string;
    readonly x: Operand;
    readonly y: Operand;
  }
  interface Loops {
    readonly down: boolean;
    readonly inner: number;
    readonly innerDown: boolean;
  }
  const operand: fc.Arbitrary<Operand> = fc.record({
    of: fc.nat(3),
    plus: fc.integer({ min: -2, max: 2 }),
    times: fc.constantFrom(1, 1, 2, 3),
    more: fc.integer({ min: -2, max: 2 }),
  });
  const comparisons: fc.Arbitrary<Comparison[]> = fc.array(
    fc.record({ kind: fc.constantFrom("lt", "le", "gt", "ge", "eq", "ne"), x: operand, y: operand }),
    { minLength: 1, maxLength: 6 },
  );
  const loops: fc.Arbitrary<Loops> = fc.record({
    down: fc.boolean(),
    inner: fc.integer({ min: -1, max: 1 }),
    innerDown: fc.boolean(),
  });

  function build(list: readonly Comparison[], { down, inner, innerDown }: Loops): Program {
    const params = ["lo", "n"].map((name) => ({ name, ty: "i32" as const }));
    const f = buildFunction("f", params, (b: Builder, [lo, n]) => {
      const ends = (from: Value, to: Value, turned: boolean): [Value, Value] =>
        turned ? [b.op("i32.sub", to, b.i32(1)), b.op("i32.sub", from, b.i32(1))] : [from, to];
      const value = ({ of, plus, times, more }: Operand, from: readonly Value[]): Value => {
        const factor = b.op("i32.add", from[of]!, b.i32(plus));
        return b.op("i32.add", b.op("i32.mul", factor, b.i32(times)), b.i32(more));
      };
      const compared = (sum: Value, from: readonly Value[]): Value => {
        let s = b.primitive(mul, sum, b.f64(1.25));
        for (const { kind, x, y } of list) {
          const holds = b.op(`i32.${kind as "lt"}`, value(x, from), value(y, from));
          s = b.primitive(add, b.primitive(mul, s, b.f64(2)), b.f64(1));
          s = b.select(holds, s, b.primitive(mul, s, b.f64(0.5)));
        }
        return s;
      };
      const [from, to] = ends(lo!, n!, down);
      const within = (i: Value, outer: Value): readonly Value[] => {
        const [begin, end] = ends(lo!, b.op("i32.add", i, b.i32(inner)), innerDown);
        const step = innerDown ? -1 : 1;
        return b.for(begin, end, [outer], (j, [sum]) => [compared(sum!, [i, j, n!, lo!])], { step });
      };
      return b.for(from, to, [b.f64(0)], (i, [outer]) => within(i, outer!), { step: down ? -1 : 1 });
    });
    return { functions: [f] };
  }

  test("are decided by loops only where they always come out so, also where integers wrap around", () => {
    fc.assert(
      fc.property(
        comparisons,
        loops,
        fc.constantFrom(
          [0, 4],
          [2, 3],
          [-3, 2],
          [2 ** 31 - 4, 2 ** 31 - 1],
          [-(2 ** 31), 3 - 2 ** 31],
          [2 ** 30 - 1, 2 ** 30 + 2],
        ),
        (list, how, [lo, n]) => {
          // What ends below the least i32 begins at the greatest: those loops are longer than a test can wait for.
          fc.pre(!(lo < -(2 ** 30) && (how.down || how.innerDown || how.inner < 0)));
          const program = build(list, how);
          const optimised = optimise(program);
          expect(check(optimised)).toEqual([]);
          expect(outcome(optimised, interpreted, [lo, n])).toEqual(outcome(program, interpreted, [lo, n]));
        },
      ),
      { numRuns: Number(globalThis.process?.env["FUZZ"] ?? 300), seed: 20261130 },
    );
  });
});

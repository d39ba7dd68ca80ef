/** What is known where a loop runs, or a branch is taken: and loops that branch on what does not change in them. */
import { describe, expect, test } from "vitest";
import { someOp } from "../../src/program/ir.ts";
import type { Program } from "../../src/program/ir.ts";
import { agrees } from "./texts.ts";

const x = Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6);
const sizes = [-1, 0, 1, 2, 3, 8, 9];

describe("loops that branch on what does not change in them", () => {
  /** `body` yields the next sum, v, of j, s and the element e. */
  const branching = (condition: string): string => `function f(x: array noalias, n: i32, c: i32): f64, f64 {
    zero = i32 0
    nothing = f64 0
    three = i32 3
    holds = ${condition}
    sum, last = for j = zero to n (s = nothing, l = nothing) {
      bound(j, x) "x"
      e = load(x, j)
      t, u = if holds {
        r = sqrt(e)
        a = add(s, r)
        store(x, j, a)
        yield a, r
      } else {
        q = exp(s)
        b = div(e, q)
        yield b, l
      }
      yield t, u
    }
    return sum, last
  }`;
  const isIn = (program: Program): boolean =>
    someOp(
      program.functions[0]!.body,
      (op) => op.kind === "for" && someOp(op.regions[0]!, (o) => o.kind === "if"),
    );

  test("ask once", () => {
    const calls = sizes.flatMap((n) => [0, 1, 2, 3, 4].map((c) => [x, n, c] as const));
    expect(isIn(agrees(branching("i32.lt(c, three)"), calls))).toBe(false);
    expect(isIn(agrees(branching("i32.and(c, three)"), calls))).toBe(false);
  });

  test("ask each time where the answer changes", () => {
    const text = branching("i32.lt(c, three)")
      .replace("bound(j, x)", "holds2 = i32.lt(c, j)\n bound(j, x)")
      .replace("if holds {", "if holds2 {");
    expect(
      isIn(
        agrees(
          text,
          sizes.flatMap((n) => [0, 2, 9].map((c) => [x, n, c] as const)),
        ),
      ),
    ).toBe(true);
  });
});

describe("what holds where a loop runs", () => {
  test("does not hold before it: what is checked there is checked only if it runs", () => {
    const text = `function f(x: array noalias, n: i32): f64 {
      zero = i32 0
      one = i32 1
      nothing = f64 0
      total = for i = zero to n (s = nothing) {
        next = i32.add(i, one)
        runs = i32.lt(next, n)
        chosen = select(runs, next, zero)
        row = for j = next to n (t = s) {
          bound(j, x) "x"
          bound(next, x) "x"
          e = load(x, j)
          first = load(x, chosen)
          g = mul(e, first)
          u = add(t, g)
          yield u
        }
        yield row
      }
      return total
    }`;
    const program = agrees(text, [
      ...sizes.map((n) => [x, n] as const),
      [x.subarray(0, 1), 1],
      [x.subarray(0, 1), 2],
    ]);
    expect(someOp(program.functions[0]!.body, (op) => op.kind === "for")).toBe(true);
  });

  test("tells which elements exist", () => {
    const text = `function f(n: i32, c: i32): f64 {
      zero = i32 0
      one = i32 1
      nothing = f64 0
      none = i32.lt(zero, n)
      size = select(none, n, zero)
      x = allocate(size)
      total = for i = zero to n (s = nothing) {
        row = if c {
          bound(i, x) "x"
          e = load(x, i)
          yield e
        } else {
          yield s
        }
        y = f64.fromI32(i)
        store(x, i, y)
        t = add(row, y)
        yield t
      }
      return total
    }`;
    const program = agrees(
      text,
      sizes.flatMap(
        (n) =>
          [
            [n, 0],
            [n, 1],
          ] as const,
      ),
    );
    expect(someOp(program.functions[0]!.body, (op) => op.kind === "bound")).toBe(false);
  });
});

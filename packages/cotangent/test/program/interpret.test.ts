import { describe, expect, test } from "vitest";
import { AdError } from "../../src/errors.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Datum, InterpretOptions } from "../../src/program/interpret.ts";
import { parse } from "../../src/program/parse.ts";
import { primitives } from "./texts.ts";

/** Runs the program of a text. */
function run(text: string, args: readonly Datum[], options: InterpretOptions = {}): readonly Datum[] {
  const program = parse(text, { primitives });
  expect(check(program)).toEqual([]);
  return interpreter(program, options)(...args);
}

const errorOf = (run: () => unknown): AdError => {
  try {
    run();
  } catch (error) {
    if (error instanceof AdError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

/** A function of two i32. */
const integers = (kind: string, x: number, y: number): Datum =>
  run(`function f(x: i32, y: i32): i32 {\n r = i32.${kind}(x, y)\n return r\n}`, [x, y])[0]!;

const FACTORIAL = `
function factorial(n: i32): f64 {
  one = i32 1
  more = i32.gt(n, one)
  r = if more {
    m = i32.sub(n, one)
    rest = call factorial(m): f64
    x = f64.fromI32(n)
    p = mul(x, rest)
    yield p
  } else {
    u = f64 1
    yield u
  }
  return r
}`;

describe("the interpreter", () => {
  test("integers wrap around, and division never fails", () => {
    const [least, greatest] = [-(2 ** 31), 2 ** 31 - 1];
    expect(integers("add", greatest, 1)).toBe(least);
    expect(integers("mul", 65537, 65537)).toBe(131073);
    expect(integers("div", -7, 2)).toBe(-3);
    expect(integers("div", 7, 0)).toBe(0);
    expect(integers("div", least, -1)).toBe(least);
    expect(integers("rem", -7, 4)).toBe(-3);
    expect(Object.is(integers("rem", -4, 4), 0)).toBe(true);
    expect(integers("ushr", -1, 0)).toBe(-1);
    expect(integers("shl", 1, 33)).toBe(2);
  });

  test("numbers become integers, or say that they are none", () => {
    const index = (x: number): Datum =>
      run(`function f(x: f64): i32 {\n i = f64.index(x) "k"\n return i\n}`, [x])[0]!;
    expect(Object.is(index(-0), 0)).toBe(true);
    expect(errorOf(() => index(1.5)).message).toContain("k is 1.5");
    expect(errorOf(() => index(2 ** 31)).code).toBe("not-an-index");
    expect(errorOf(() => index(NaN)).code).toBe("not-an-index");
    expect(run(`function f(x: f64): i32 {\n i = f64.toInt32(x)\n return i\n}`, [2 ** 32 + 5])).toEqual([5]);
  });

  test("loops count in both directions, and carries change places", () => {
    const count = (lo: number, hi: number, step: number): Datum =>
      run(
        `function f(lo: i32, hi: i32): f64 {
          one = f64 1
          zero = f64 0
          n, m = for i = lo to hi step ${step} (a = zero, b = one) {
            c = add(a, one)
            yield b, c
          }
          s = add(n, m)
          return s
        }`,
        [lo, hi],
      )[0]!;
    expect(count(0, 5, 1)).toBe(6);
    expect(count(0, 5, 2)).toBe(4);
    expect(count(5, 0, -1)).toBe(6);
    expect(count(5, 0, 1)).toBe(1);
  });

  test("a while loop tells how often it ran", () => {
    const text = `function f(x: f64): f64, i32 {
      y, n = while (v = x) {
        k = f64 100
        c = f64.lt(v, k)
        yield c
      } do (w) {
        d = add(w, w)
        yield d
      }
      return y, n
    }`;
    expect(run(text, [3])).toEqual([192, 6]);
    expect(run(text, [300])).toEqual([300, 0]);
    expect(errorOf(() => run(text, [0], { steps: 1000 })).code).toBe("out-of-steps");
  });

  test("functions call themselves", () => {
    expect(run(FACTORIAL, [10])).toEqual([3628800]);
    expect(errorOf(() => run(FACTORIAL, [10], { steps: 5 })).code).toBe("out-of-steps");
  });

  test("views share their elements; checks name the array, the index and the place", () => {
    const text = `function f(a: array, i: i32): f64 {
      one = i32 1
      n = length(a)
      rest = subarray(a, one, n)
      bound(i, rest) "rest" @"model.ts":3:7
      x = f64 7
      store(rest, i, x)
      accumulate(rest, i, x)
      y = load(a, one)
      return y
    }`;
    const a = Float64Array.of(1, 2, 3);
    expect(run(text, [a, 0])).toEqual([14]);
    expect([...a]).toEqual([1, 14, 3]);
    const error = errorOf(() => run(text, [a, 2]));
    expect(error.code).toBe("index-out-of-range");
    expect(error.message).toContain("rest[2] does not exist: its indices are 0 to 1 (model.ts:3:7)");
  });

  test("fill, copy and data", () => {
    const text = `function f(a: array) {
      d = data [1, -0, NaN]
      x = f64 5
      fill(a, x)
      copy(a, d)
    }`;
    const a = new Float64Array(5);
    run(text, [a]);
    expect([...a]).toEqual([1, -0, NaN, 5, 5]);
  });

  test("tapes keep numbers and handles by record and slot", () => {
    const text = `function f(x: f64): f64 {
      zero = i32 0
      three = i32 3
      t = tape.allocate(zero) [f64, tape] growable
      for i = zero to three {
        one = i32 1
        inner = tape.allocate(one) [f64]
        y = f64.fromI32(i)
        z = mul(x, y)
        tape.store(inner, zero, z) slot 0
        tape.store(t, i, inner) slot 1
      }
      two = i32 2
      last = tape.load(t, two) slot 1: tape
      r = tape.load(last, zero) slot 0: f64
      return r
    }`;
    expect(run(text, [10])).toEqual([20]);
  });

  test("fail throws what it says", () => {
    const text = `function f(x: f64) {\n fail(x) thrown "x is {0}, {0}!" "Do not."\n}`;
    expect(errorOf(() => run(text, [3])).message).toBe("x is 3, 3!\n  Do not. [thrown]");
  });

  test("a program that breaks its own conditions is refused", () => {
    const load = `function f(a: array, i: i32): f64 {\n x = load(a, i)\n return x\n}`;
    expect(() => run(load, [new Float64Array(2), 2])).toThrow("Illegal program: element 2 of an array of 2");
    expect(() => run(load, [new Float64Array(2), -1])).toThrow("Illegal program");
  });
});

describe("the parser", () => {
  const wrong = (text: string): string => errorOf(() => parse(text, { primitives })).message;

  test("says what it does not understand, and where", () => {
    expect(wrong("function f(x: f64): f64 {\n  y = frobnicate(x)\n}")).toContain(
      "no primitive called frobnicate. (line 2, column 7",
    );
    expect(wrong("function f(x: f32) {\n}")).toContain("Expected a type, found f32.");
    expect(wrong("function f(x: f64): f64 {\n  return y\n}")).toContain("There is no value y here.");
    expect(wrong("function f(x: f64) {\n  x = sin(x)\n}")).toContain("There are two values x.");
    expect(wrong("function f(x: f64) {\n  y, z = sin(x)\n}")).toContain("primitive has 1 results, not 2.");
    expect(wrong("function f(x: f64) {")).toContain("end of text");
  });
});

/** Graphs of a million nodes: no recursion, no list of arguments on the stack. */
import { describe, expect, it } from "vitest";
import { add, grad, jvp, mul, Scalar, sum, topologicalSort } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

const MILLION = 1_000_000;

describe("a million", () => {
  it("links in a chain", () => {
    const x = new Scalar(1);
    let y = x;
    for (let i = 0; i < MILLION; i++) y = y.add(x);
    y.backward();
    expect([y.data, x.derivative]).toEqual([MILLION + 1, MILLION + 1]);
    expect(topologicalSort(y).length).toBe(MILLION + 1);
  });

  it("links in a chain, by grad and by jvp", () => {
    const f = (x: Real): Real => {
      let y = x;
      for (let i = 0; i < MILLION; i++) y = add(mul(y, 0.5), x);
      return y;
    };
    expect(grad(f)(1)).toBe(2);
    expect(jvp(f)([1], [1])).toEqual({ value: 2, tangent: 2 });
  });

  it("terms in one sum", () => {
    const xs = Array.from({ length: MILLION }, (_, i) => new Scalar(i));
    sum(xs).backward(2);
    expect(xs.every((x) => x.derivative === 2)).toBe(true);
    expect(grad((v: readonly Real[]) => sum(v))(new Float64Array(MILLION)).every((d) => d === 1)).toBe(true);
  });

  it("products, each of two leaves, summed one by one", () => {
    const w = Array.from({ length: 1000 }, (_, i) => new Scalar(i));
    let total: Real = 0;
    for (let i = 0; i < MILLION / 2; i++) total = add(total, mul(w[i % 1000]!, w[(7 * i) % 1000]!));
    (total as Scalar).backward();
    const expected = new Float64Array(1000);
    for (let i = 0; i < MILLION / 2; i++) {
      expected[i % 1000]! += (7 * i) % 1000;
      expected[(7 * i) % 1000]! += i % 1000;
    }
    w.forEach((x, i) => expect(x.derivative).toBe(expected[i]));
  });
});

describe("variables that interleave", () => {
  it("two graphs built step by step side by side do not mix", () => {
    const [x, y] = [new Scalar(2), new Scalar(3)];
    let a: Scalar = x;
    let b: Scalar = y;
    for (let i = 0; i < 20_000; i++) {
      a = a.add(x);
      b = b.add(y).add(y);
    }
    a.backward();
    expect([x.derivative, y.derivative]).toEqual([20_001, null]);
    b.backward();
    expect([x.derivative, y.derivative]).toEqual([20_001, 40_001]);
  });

  it("an early variable is used again much later", () => {
    const x = new Scalar(2);
    const early = x.mul(x);
    let y: Scalar = early;
    for (let i = 0; i < 50_000; i++) y = y.add(i % 1000 === 0 ? early : 1);
    y.backward();
    expect(x.derivative).toBe(4 * 51);
  });
});

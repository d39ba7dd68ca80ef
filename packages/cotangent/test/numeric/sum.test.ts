import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { neumaierSum } from "../../src/numeric/sum.ts";

describe("neumaierSum", () => {
  test.each<[number[], number]>([
    [[], 0],
    [[-2.5], -2.5],
    [[1, 1e100, 1, -1e100], 2],
    [[0.1, 0.2, -0.3], 2 ** -55],
    [Array.from({ length: 10 }, () => 0.1), 1],
    [[1e308, 1e308], Infinity],
    [[Infinity, 1], Infinity],
    [[1, Infinity, Infinity], Infinity],
    [[-1, -Infinity, 5], -Infinity],
  ])("of %j is %d", (values, total) => {
    expect(neumaierSum(values)).toBe(total);
  });

  test("of opposite infinities, and of NaN, is NaN", () => {
    expect(neumaierSum([Infinity, -Infinity])).toBeNaN();
    expect(neumaierSum([1, NaN, 2])).toBeNaN();
  });

  test("is as exact as integer arithmetic, where a plain sum is not", () => {
    // Multiples of 2^-60 up to 2^40, added exactly as big integers.
    const parts = fc.array(fc.tuple(fc.bigInt(-(2n ** 52n), 2n ** 52n), fc.integer({ min: 0, max: 48 })), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(parts, (list) => {
        const exact = list.reduce((total, [digits, shift]) => total + (digits << BigInt(shift)), 0n);
        const values = list.map(([digits, shift]) => Number(digits) * 2 ** (shift - 60));
        const want = Number(exact) * 2 ** -60;
        // One rounding of the result, and n²ε² of the sizes.
        const size = values.reduce((total, x) => total + Math.abs(x), 0);
        const bound = 2 ** -53 * Math.abs(want) + (values.length * 2 ** -52) ** 2 * size;
        expect(Math.abs(neumaierSum(values) - want)).toBeLessThanOrEqual(bound);
      }),
      { seed: 1974 },
    );
  });

  test("of a million terms", () => {
    const n = 1e6;
    expect(neumaierSum(Array.from({ length: n }, () => 0.1))).toBe(1e5);
  });
});

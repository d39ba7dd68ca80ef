/** Identities that the special functions satisfy: no table of values, so no agreement by copying. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { erfOf, gaussianOf } from "../../src/numeric/erf.ts";
import { digammaOf, lgammaOf } from "../../src/numeric/gamma.ts";
import { polygammaOf, zeta } from "../../src/numeric/zeta.ts";
import { ulps } from "../primitives/accuracy.ts";

const SEED = 1812;
/** Multiples of 2⁻²⁰, so that x + 1, 1 − x and 2x are exact. */
const between = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: Math.ceil(min * 2 ** 20), max: Math.floor(max * 2 ** 20) }).map((i) => i / 2 ** 20);

/** Runs a property at seeded random points of an interval. */
function expectOn(min: number, max: number, law: (x: number) => void): void {
  const property = fc.property(between(min, max), (x) => {
    law(x);
  });
  fc.assert(property, { seed: SEED, numRuns: 300 });
}

/** Expects |a − b| within `eps` times 2⁻⁵² of the largest of |a|, |b| and the sizes of the terms that they were made of. */
function expectEqual(a: number, b: number, eps: number, ...terms: number[]): void {
  const size = Math.max(Math.abs(a), Math.abs(b), ...terms.map(Math.abs));
  expect(Math.abs(a - b) / size / 2 ** -52).toBeLessThanOrEqual(eps);
}

describe("erf", () => {
  test("is odd", () => expectOn(-7, 7, (x) => expect(erfOf(-x)).toBe(-erfOf(x))));
  test("rises, and stays within 1", () =>
    expectOn(-7, 7, (x) => {
      expect(erfOf(x + 1e-3)).toBeGreaterThanOrEqual(erfOf(x));
      expect(Math.abs(erfOf(x))).toBeLessThanOrEqual(1);
    }));
  test("has no jump where the method changes", () => {
    const below = erfOf(1.4);
    const above = erfOf(1.4000000000000001);
    expect(ulps(above, below)).toBeLessThanOrEqual(4);
  });
  test("of tiny numbers is 2x/√π", () => {
    for (const x of [1e-300, -1e-200, 1e-20, 1e-310])
      expect(ulps(erfOf(x), (2 / Math.sqrt(Math.PI)) * x)).toBeLessThanOrEqual(1);
    expect(Object.is(erfOf(-0), -0)).toBe(true);
  });
});

describe("gaussian", () => {
  // n² and 256 are exact: Math.exp gets −x² without a rounding error.
  test("of short numbers is exp(−x²)", () =>
    fc.assert(
      fc.property(fc.integer({ min: -400, max: 400 }), (n) => {
        expect(ulps(gaussianOf(n / 16), Math.exp(-(n * n) / 256))).toBeLessThanOrEqual(2);
      }),
      { seed: SEED },
    ));
  test("is 0 far out", () => {
    for (const x of [28.5, 1e10, 1e300, Infinity, -Infinity]) expect(gaussianOf(x)).toBe(0);
  });
});

describe("zeta", () => {
  test("of 2 and 4 at 1 is π²/6 and π⁴/90", () => {
    expect(ulps(zeta(2, 1), Math.PI ** 2 / 6)).toBeLessThanOrEqual(2);
    expect(ulps(zeta(4, 1), Math.PI ** 4 / 90)).toBeLessThanOrEqual(2);
  });
  test("satisfies its recurrence ζ(s, x) = ζ(s, x + 1) + x⁻ˢ", () => {
    for (const s of [2, 3, 4, 5])
      expectOn(0.01, 40, (x) => expectEqual(zeta(s, x), zeta(s, x + 1) + x ** -s, 8));
  });
});

describe("lgamma", () => {
  test("of n is log (n − 1)!", () => {
    let factorial = 1;
    for (let n = 1; n <= 22; n++) {
      expect(ulps(lgammaOf(n), Math.log(factorial))).toBeLessThanOrEqual(3);
      factorial *= n;
    }
  });
  test("of ½ is log √π", () => expect(ulps(lgammaOf(0.5), Math.log(Math.PI) / 2)).toBeLessThanOrEqual(2));
  test("satisfies the recurrence lgamma(x + 1) = lgamma(x) + log |x|", () =>
    expectOn(-30, 60, (x) => {
      fc.pre(Math.abs(x - Math.round(x)) > 1e-3);
      expectEqual(lgammaOf(x + 1), lgammaOf(x) + Math.log(Math.abs(x)), 40, Math.abs(x) + 1);
    }));
  test("satisfies the duplication formula", () =>
    expectOn(0.01, 60, (x) => {
      const rest = (1 - 2 * x) * Math.LN2 + Math.log(Math.PI) / 2;
      expectEqual(lgammaOf(x) + lgammaOf(x + 0.5), lgammaOf(2 * x) + rest, 12, lgammaOf(2 * x), rest, 1);
    }));
  test("has no jump where the method changes", () => {
    for (const x of [0.5, 1.25, 2.5, 16]) {
      const step = x * 2 ** -52;
      const jump = lgammaOf(x + step) - lgammaOf(x - step) - 2 * step * digammaOf(x);
      expect(Math.abs(jump) / Math.abs(lgammaOf(x)) / 2 ** -52).toBeLessThanOrEqual(6);
    }
  });
});

describe("digamma", () => {
  const gamma = 0.5772156649015329;
  test("of 1, ½ and ¼", () => {
    expect(ulps(digammaOf(1), -gamma)).toBeLessThanOrEqual(2);
    expect(ulps(digammaOf(0.5), -gamma - 2 * Math.LN2)).toBeLessThanOrEqual(2);
    expect(ulps(digammaOf(0.25), -gamma - Math.PI / 2 - 3 * Math.LN2)).toBeLessThanOrEqual(2);
  });
  test("changes sign at its root", () => {
    expect(digammaOf(1.461632144968362)).toBeLessThan(0);
    expect(digammaOf(1.4616321449683625)).toBeGreaterThan(0);
  });
  test("satisfies the recurrence ψ(x + 1) = ψ(x) + 1/x", () =>
    expectOn(-30, 60, (x) => {
      fc.pre(Math.abs(x - Math.round(x)) > 1e-3);
      const slope = polygammaOf(1, x) * Math.max(1, Math.abs(x));
      expectEqual(digammaOf(x + 1), digammaOf(x) + 1 / x, 8, 1, slope);
    }));
});

describe("polygamma", () => {
  test("satisfies the recurrence ψ⁽ⁿ⁾(x + 1) = ψ⁽ⁿ⁾(x) − (−1)ⁿ⁺¹ n! x⁻ⁿ⁻¹, on both sides of 0", () => {
    let factorial = 1;
    for (const n of [1, 2, 3]) {
      factorial *= n;
      const scale = (n % 2 ? 1 : -1) * factorial;
      expectOn(-20, 40, (x) => {
        fc.pre(Math.abs(x - Math.round(x)) > 1e-3);
        const slope = polygammaOf(n + 1, x) * Math.max(1, Math.abs(x));
        expectEqual(
          polygammaOf(n, x + 1),
          polygammaOf(n, x) - scale * x ** (-n - 1),
          8,
          polygammaOf(n, x),
          slope,
        );
      });
    }
  });
  test("of order 1 satisfies the reflection formula ψ′(x) + ψ′(1 − x) = (π/sin πx)²", () =>
    expectOn(0.001, 0.5, (x) =>
      expectEqual(polygammaOf(1, x) + polygammaOf(1, 1 - x), (Math.PI / Math.sin(Math.PI * x)) ** 2, 12),
    ));
});

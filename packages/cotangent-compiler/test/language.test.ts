/** Parts of the language that need more than one call to be seen right. */
import * as ad from "cotangent";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import { differentiable } from "../src/parse.ts";

// oxlint-disable-next-line no-explicit-any -- what plain functions are to the transforms is for the build to say
type Any = any;
const { compile, grad, hessian } = ad as unknown as Readonly<Record<string, Any>>;

describe("Math.fround", () => {
  const f = differentiable((x: number): number => Math.fround(x));
  const compiled = compile(f, { target: "wasm" });

  test("the same bits: ties, steps between powers of two, subnormal numbers, the ends", () => {
    const special = [
      0,
      -0,
      1,
      -1,
      0.1,
      1 / 3,
      Math.PI,
      1e-40,
      1e-45,
      7e-46,
      1e-50,
      2 ** -149,
      1.5 * 2 ** -149,
      2.5 * 2 ** -149,
    ];
    special.push(
      2 ** -126,
      2 ** -126 * (1 - 2 ** -24),
      3.4e38,
      3.4028235677973366e38,
      3.4028235677973362e38,
      1e300,
      Infinity,
      Number.NaN,
    );
    for (let e = -126; e < 128; e += 7) {
      const p = 2 ** e;
      for (const k of [0, 1, 2, 3, 2 ** 22, 2 ** 23 - 2, 2 ** 23 - 1]) {
        // Just at, below and above a number half way between two singles; and just below a power of two.
        for (const d of [-(2 ** -52), 0, 2 ** -52]) special.push(p * (1 + (k + 0.5) * 2 ** -23 + d));
        special.push(p * (1 + k * 2 ** -23), p * (1 - 2 ** -53 * (k + 1)), p * (1 + 2 ** -52 * (k + 1)));
      }
    }
    for (const x of special.flatMap((v) => [v, -v])) {
      expect([x, compiled(x)]).toEqual([x, Math.fround(x)]);
      expect([x, Object.is(compiled(x), Math.fround(x))]).toEqual([x, true]);
    }
  });

  test("numbers at random", () => {
    let seed = 12345;
    const wrong: number[] = [];
    for (let k = 0; k < 20_000; k++) {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) | 0;
      const x = (seed / 2 ** 31 + Math.sin(k) * 2 ** -30) * 2 ** ((k % 250) - 125);
      if (!Object.is(compiled(x), Math.fround(x))) wrong.push(x);
    }
    expect(wrong).toEqual([]);
  });

  test("its derivative is that of what is rounded", () => {
    const g = differentiable((x: number): number => Math.fround(x * x) * x);
    expect(grad(g)(3)).toBe(27);
    expect(hessian(g)(3)).toBe(18);
  });
});

describe("sorting", () => {
  test("objects and tuples by a field, stable; what is sorted keeps its derivative", () => {
    const f = (xs: number[]): number => {
      const people = xs.map((x, i) => ({ age: x, place: i }));
      people.sort((p, q) => q.age - p.age);
      let s = 0;
      for (let k = 0; k < people.length; k++)
        s += (k + 1) * people[k]!.age ** 2 + 0.01 * k * people[k]!.place;
      return s;
    };
    const xs = [3, 1, 3, 2, 1, 5];
    const plain = differentiable(f);
    expect(compile(plain)(xs)).toBe(f(xs));
    // 5, 3 (first), 3 (second), 2, 1, 1
    expect(grad(plain)(xs)).toEqual([2 * 2 * 3, 5 * 2, 3 * 2 * 3, 4 * 2 * 2, 6 * 2, 2 * 5]);
    const pairs = differentiable((a: [number, number][]): number => {
      const sorted = a.slice().sort((p, q) => p[1] - q[1]);
      return sorted[0]![0] + 10 * sorted[1]![0] + 100 * sorted[2]![0] + 1000 * a[0]![0];
    });
    expect(
      compile(pairs)([
        [1, 9],
        [2, 7],
        [3, 8],
      ]),
    ).toBe(1000 + 2 + 30 + 100);
  });

  test("rows", () => {
    const f = (rows: number[][]): number => {
      const own = rows.map((r) => r.map((x) => x));
      own.sort((p, q) => p[0]! - q[0]!);
      let s = 0;
      own.forEach((r, i) => r.forEach((x, j) => (s += (i + 1) * (j + 1) * x * x)));
      return s;
    };
    const rows = [[5, 1, 2], [3], [4, 4], [1, 0, 0, 7]];
    expect(compile(differentiable(f))(rows)).toBe(f(rows));
    expect(grad(differentiable(f))(rows)).toEqual([[40, 16, 48], [12], [24, 48], [2, 0, 0, 56]]);
  });
});

describe("what a function throws", () => {
  const message = (f: Any, ...args: readonly unknown[]): string => {
    const error = refusal(() => compile(differentiable(f))(...args));
    expect(error.code).toBe("thrown");
    return error.message.split("\n")[0]!.replace(/ \([^)]*\)$/, "");
  };

  test("is a text put together of texts, numbers and what they are converted to", () => {
    const name = "a";
    expect(
      message((x: number) => {
        const what = "x";
        if (x > 0) throw new Error("bad " + what + ": " + x + ", " + (x + 1));
        return x;
      }, 2),
    ).toBe("bad x: 2, 3");
    expect(
      message(
        (x: number[]) => {
          if (x.length < 3)
            throw new RangeError(`${x.length} of 3; ` + String(x[0]) + " " + x[1]!.toFixed(1));
          return x[2]!;
        },
        [5, 7.25],
      ),
    ).toBe("2 of 3; 5 7.25");
    expect(name).toBe("a");
  });

  test("what looks like a value's place in the text stays", () => {
    expect(
      message((x: number) => {
        if (x > 0) throw new Error("not in {0, 1} or {7}");
        return x;
      }, 2),
    ).toBe("not in {0, 1} or {7}");
  });
});

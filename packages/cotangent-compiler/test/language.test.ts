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

/** Programs that do not end, that ask for too much memory, or whose indices do not fit: each is refused, nothing is read wrongly. */
import * as ad from "cotangent";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import { differentiable } from "../src/parse.ts";

// oxlint-disable-next-line no-explicit-any -- what plain functions are to the transforms is for the build to say
type Any = any;
const { compile, grad } = ad as unknown as Readonly<Record<string, Any>>;
const targets = ["wasm", "js", "interpreter"] as const;

describe.each(targets)("a budget of steps: %s", (target) => {
  const endless = differentiable((x: number): number => {
    let y = x;
    while (y > 0) y = y * 0.999 + x;
    return y;
  });

  test("stops a loop that never ends, and names its line", () => {
    const f = compile(endless, { target, steps: 1e5 });
    const error = refusal(() => f(1));
    expect(error.code).toBe("out-of-steps");
    expect(error.message).toMatch(/after 100000 loop iterations and calls, in a loop \(:3:\d+\)/);
    expect(f(-1)).toBeCloseTo(-1, 15);
  });

  test("also in the derivative, in nested loops, and in a recursion", () => {
    expect(refusal(() => compile(grad(endless), { target, steps: 1e5 })(1)).code).toBe("out-of-steps");
    const nested = differentiable((n: number, x: number): number => {
      let s = 0;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) s += Math.sin(x * i);
      return s;
    });
    const f = compile(nested, { target, steps: 5000 });
    expect(Number.isFinite(f(60, 1))).toBe(true);
    expect(refusal(() => f(80, 1)).code).toBe("out-of-steps");
    // Each call has a budget of its own.
    expect(Number.isFinite(f(60, 1))).toBe(true);
    const recursive = differentiable(function down(x: number): number {
      return x > 0 ? down(x - 1) + 1 : x;
    });
    const g = compile(recursive, { target, steps: 100 });
    expect(g(50)).toBe(50);
    expect(refusal(() => g(150))).toMatchObject({ code: "out-of-steps" });
  });

  test("changes nothing else: results are the same to the bit", () => {
    const f = differentiable((a: Float64Array): number => {
      let s = 0;
      for (let i = 0; i < a.length; i++) {
        let t = a[i]!;
        while (t > 1) t *= 0.7;
        s += Math.sin(t) * a[a.length - 1 - i]!;
      }
      return s;
    });
    const a = Float64Array.from({ length: 40 }, (_, i) => 1 + ((i * 7) % 11));
    expect(compile(f, { target, steps: 1e6 })(a)).toBe(compile(f, { target })(a));
    expect(compile(grad(f), { target, steps: 1e6 })(a)).toEqual(compile(grad(f), { target })(a));
  });

  test("without end, a recursion fills the stack", () => {
    const recursive = differentiable(function up(x: number): number {
      return x > 0 ? up(x + 1) + 1 : x;
    });
    expect(refusal(() => compile(recursive, { target })(1)).code).toBe("out-of-steps");
    expect(refusal(() => compile(grad(recursive), { target })(1)).code).toBe("out-of-steps");
  });
});

test("a number of steps must be positive", () => {
  for (const steps of [0, -1, Number.NaN]) {
    expect(refusal(() => compile((x: ad.Real) => x, { steps })).code).toBe("wrong-option");
  }
});

describe("a loop that nothing leaves is refused when compiling", () => {
  test.each([
    [
      "while (true)",
      (x: number): number => {
        let n = 0;
        while (true) n += x;
      },
    ],
    [
      "for (;;)",
      (x: number): number => {
        for (;;) {
          x++;
          if (x > 3) continue;
        }
      },
    ],
  ])("%s", (_, f) => {
    const error = refusal(() => compile(differentiable(f))(1));
    expect(error.code).toBe("endless-loop");
  });

  test("not one that is left, or that throws", () => {
    const left = differentiable((x: number): number => {
      while (true) {
        x /= 2;
        if (x < 1) return x;
      }
    });
    expect(compile(left)(8)).toBe(0.5);
    const throwing = differentiable((x: number): number => {
      while (true) {
        x /= 2;
        if (x < 1) throw new Error("too small");
      }
    });
    expect(refusal(() => compile(throwing)(8)).code).toBe("thrown");
  });
});

describe.each(targets)("indices that do not fit: %s", (target) => {
  /** Functions that use n and m as integers first, so that they are known to be some. */
  const cases: Readonly<Record<string, readonly [Any, ...number[]]>> = {
    "reading a product": [(a: Float64Array, n: number, m: number) => a[n]! + a[m]! + a[n * m]!, 65536, 65536],
    "writing a product": [
      (a: Float64Array, n: number, m: number) => {
        a[n * m] = a[n]! + a[m]!;
        return a[0]!;
      },
      65536,
      65536,
    ],
    "products of loops' indices": [
      (a: Float64Array, n: number) => {
        let s = 0;
        for (let i = n; i < n + 2; i++) for (let j = n; j < n + 2; j++) s += a[i * j]!;
        return s;
      },
      65536,
    ],
    "the length of an array": [
      (a: Float64Array, n: number, m: number) => a[n]! + a[m]! + new Float64Array(n * m).length,
      65536,
      65537,
    ],
    "part of an array": [
      (a: Float64Array, n: number, m: number) => a[n]! + a[m]! + a.subarray(0, n * m).length,
      65536,
      65537,
    ],
    "an array of objects": [
      (a: Float64Array, n: number) => {
        const list = Array.from({ length: n }, (_, i) => ({ x: i, y: 0, z: 0, w: 0 }));
        return a[0]! + list[5]!.x;
      },
      2 ** 30,
    ],
  };
  test.each(Object.keys(cases))("%s", (name) => {
    const [f, ...sizes] = cases[name]!;
    const a = new Float64Array(65538).fill(7);
    const { code } = refusal(() => compile(differentiable(f), { target })(a, ...sizes));
    expect(["not-an-index", "out-of-memory"]).toContain(code);
  });
});

test("memory that nobody has", () => {
  const f = differentiable((n: number): number => {
    const a = new Float64Array(n);
    a[n - 1] = 1;
    return a[0]!;
  });
  expect(refusal(() => compile(f, { target: "wasm" })(2 ** 30)).code).toBe("out-of-memory");
});

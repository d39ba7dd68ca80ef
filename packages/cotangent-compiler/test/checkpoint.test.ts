/** Long loops: with checkpoints, memory grows with the root of the number of iterations. */
import * as ad from "cotangent";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import { differentiable } from "../src/parse.ts";

// oxlint-disable-next-line no-explicit-any -- what plain functions are to the transforms is for the build to say
type Any = any;
const { checkpoint, compile, grad, hessian, stopGradient } = ad as unknown as Readonly<Record<string, Any>>;
const make = (f: Any): Any => differentiable(f, { scope: { checkpoint, stopGradient, grad } });

/** How many pages of memory (64 KB) a gradient by two numbers needs, run outside the library. */
function pages(f: Any, ...args: readonly number[]): number {
  const g = compile(grad(f, { wrt: 0 }), { target: "wasm" });
  g(...args);
  const { Instance, Module } = (globalThis as Any).WebAssembly;
  const { run, memory } = new Instance(new Module(g.wasm), {}).exports;
  const before = memory.buffer.byteLength;
  expect(run(...args)).toBe(g(...args));
  return (memory.buffer.byteLength - before) / 65536;
}

const oscillator = (k: number, n: number): number => {
  let x = 1;
  let v = 0;
  for (let i = 0; i < n; i++) {
    v -= k * x * x * x * 1e-3;
    x += v * 1e-3;
  }
  return x;
};
const bounded = (k: number, n: number): number => {
  let x = 1;
  let v = 0;
  checkpoint(() => {
    for (let i = 0; i < n; i++) {
      v -= k * x * x * x * 1e-3;
      x += v * 1e-3;
    }
  });
  return x;
};
const until = (k: number, n: number): number => {
  let x = 1;
  let v = 0;
  let i = 0;
  checkpoint(() => {
    while (i < n) {
      v -= k * x * x * x * 1e-3;
      x += v * 1e-3;
      i++;
    }
  });
  return x;
};

describe("checkpoint", () => {
  test("outside the compiler it is a call", () => {
    expect(bounded(2, 100)).toBe(oscillator(2, 100));
    expect(checkpoint(() => 3)).toBe(3);
  });

  test.each([
    ["for", bounded],
    ["while", until],
  ])("%s: the same derivatives, to the second order", (_, f) => {
    const [plain, checkpointed] = [make(oscillator), make(f)];
    for (const n of [0, 1, 7, 1000]) {
      expect(grad(checkpointed, { wrt: "k" })(2, n)).toBeCloseTo(grad(plain, { wrt: "k" })(2, n), 12);
      expect(hessian(checkpointed, { wrt: "k" })(2, n)).toBeCloseTo(hessian(plain, { wrt: "k" })(2, n), 12);
    }
  });

  test.each([
    ["for", bounded],
    ["while", until],
  ])("%s: memory grows with the root", (_, f) => {
    const everything = pages(make(oscillator), 2, 1_000_000);
    const [some, more] = [pages(make(f), 2, 1_000_000), pages(make(f), 2, 4_000_000)];
    // At least a number for each of the 10⁶ iterations; against some thousands of states.
    expect(everything).toBeGreaterThanOrEqual(Math.floor(8e6 / 65536));
    expect(some).toBeLessThanOrEqual(4);
    expect(more).toBeLessThanOrEqual(2 * Math.max(some, 1));
  });

  test("the state may be arrays", () => {
    const chain = (checkpointing: boolean): Any =>
      make(
        checkpointing
          ? (x0: Float64Array, n: number): number => {
              const x = x0.slice();
              const v = new Float64Array(x.length);
              checkpoint(() => {
                for (let t = 0; t < n; t++) {
                  for (let i = 0; i < x.length; i++) v[i]! -= 0.01 * Math.sin(x[i]!) * x[(i + 1) % x.length]!;
                  for (let i = 0; i < x.length; i++) x[i]! += 0.01 * v[i]!;
                }
              });
              return x[0]! * x[1]!;
            }
          : (x0: Float64Array, n: number): number => {
              const x = x0.slice();
              const v = new Float64Array(x.length);
              for (let t = 0; t < n; t++) {
                for (let i = 0; i < x.length; i++) v[i]! -= 0.01 * Math.sin(x[i]!) * x[(i + 1) % x.length]!;
                for (let i = 0; i < x.length; i++) x[i]! += 0.01 * v[i]!;
              }
              return x[0]! * x[1]!;
            },
      );
    const x = Float64Array.of(0.3, 1.1, -0.4);
    const [got, wanted]: Float64Array[] = [chain(true), chain(false)].map((f) => grad(f, { wrt: 0 })(x, 500));
    wanted!.forEach((d, i) => expect(got![i]).toBeCloseTo(d, 12));
  });

  test("a loop that exchanges arrays is refused", () => {
    const swaps = make((x: number): number => {
      let a = new Float64Array(2).fill(x);
      let b = new Float64Array(2);
      checkpoint(() => {
        for (let i = 0; i < 10; i++) {
          const c = a;
          a = b;
          b = c;
          b[i % 2]! += a[0]! * x;
        }
      });
      return a[0]!;
    });
    expect(refusal(() => grad(swaps)(1))).toMatchObject({ code: "unsupported-array", line: 4 });
  });
});

test("stopGradient: what is stopped is a constant, at every order", () => {
  const f = make((x: number): number => x * stopGradient(x * x) + stopGradient(3));
  expect(compile(f)(3)).toBe(30);
  expect(grad(f)(3)).toBe(9);
  expect(hessian(f)(3)).toBe(0);
  expect(stopGradient(5)).toBe(5);
});

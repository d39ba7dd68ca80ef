import { add, compile, exp, grad, log } from "cotangent";
import type { Real } from "cotangent";
import { expect, test } from "vitest";
import { runModule } from "../standalone-wasm/run.mjs";

test("a module runs with nothing but WebAssembly", () => {
  const gradient = compile(
    grad((x: readonly Real[]) => log(x.reduce((sum: Real, xi) => add(sum, exp(xi)), 0))),
    { target: "wasm" },
  );
  const x = [1, 2, 3, 4];
  const there = gradient(Float64Array.from(x));
  expect(runModule(gradient.wasm, x)).toEqual(Array.from(there));
});

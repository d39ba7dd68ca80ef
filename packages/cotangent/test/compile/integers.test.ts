/** The conversion to an i32 is JavaScript's: modulo 2^32, however large the number. */
import { expect, test } from "vitest";
import { execute } from "../../src/compile/execute.ts";
import { buildFunction } from "../../src/program/builder.ts";

const f = buildFunction("toInt32", [{ name: "x", ty: "f64", noalias: false }], (b, [x]) => [
  b.op("f64.toInt32", x!),
]);

const sizes: readonly number[] = [
  [0, 0.5, 1.5, 7, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 0.75, 2 ** 32, 2 ** 32 + 5, 2 ** 53 - 1, 2 ** 53 + 2],
  [2 ** 62 - 1024, 2 ** 62, 2 ** 62 + 2 ** 12, 2 ** 63, 2 ** 64 + 2 ** 13, 0x1fffffffffffff * 2 ** 30],
  [0x15555555555555 * 2 ** 20, 0x1fffffffffffff * 2 ** 31, 2 ** 83, 2 ** 84, 1e300, Number.MAX_VALUE],
  [Number.MIN_VALUE, Infinity, NaN],
].flat();

test.each(["wasm", "js", "interpreter"] as const)("to an i32 in %s", (target) => {
  const { call } = execute({ functions: [f] }, { target, math: "exact" });
  for (const size of sizes) for (const x of [size, -size]) expect([x, call(x)]).toEqual([x, x | 0]);
});

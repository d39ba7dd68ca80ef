import { describe, expect, test } from "vitest";
import { execute } from "../../src/compile/execute.ts";
import { buildFunction } from "../../src/program/builder.ts";
import type { Builder } from "../../src/program/builder.ts";
import type { Program, Value } from "../../src/program/ir.ts";

const of = (write: (b: Builder, x: Value, y: Value) => Value): Program => ({
  functions: [
    buildFunction(
      "f",
      [
        { name: "x", ty: "array" },
        { name: "y", ty: "array" },
      ],
      (b, [x, y]) => [write(b, x!, y!)],
    ),
  ],
});
const zero = (b: Builder): Value => b.i32(0);

describe("arrays that overlap", () => {
  const writing = execute(
    of((b, x, y) => {
      b.store(b.subarray(x, zero(b), b.length(x)), zero(b), b.f64(7));
      return b.load(y, zero(b));
    }),
    { target: "wasm", math: "exact" },
  );

  test("are refused by name where one is written to", () => {
    const block = Float64Array.of(1, 2, 3);
    for (const y of [block, block.subarray(1), new Float64Array(block.buffer, 8)]) {
      expect(() => writing.call(block, y)).toThrow("The arrays passed for x and y overlap");
    }
    expect([...block]).toEqual([1, 2, 3]);
  });

  test("may lie side by side", () => {
    const block = Float64Array.of(1, 2, 3);
    expect(writing.call(block.subarray(0, 1), block.subarray(1))).toBe(2);
    expect([...block]).toEqual([7, 2, 3]);
  });

  test("are no matter where both are only read", () => {
    const reading = execute(
      of((b, x, y) => b.load(b.subarray(x, zero(b), b.length(y)), zero(b))),
      { target: "wasm", math: "exact" },
    );
    const block = Float64Array.of(1, 2, 3);
    expect(reading.call(block, block.subarray(1))).toBe(1);
  });
});

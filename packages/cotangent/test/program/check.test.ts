import { describe, expect, test } from "vitest";
import { add, mul, sin } from "../../src/primitives/index.ts";
import { Builder, buildFunction } from "../../src/program/builder.ts";
import { check } from "../../src/program/check.ts";
import type { Func, Op, Program, Ty, Value } from "../../src/program/ir.ts";

const program = (...functions: Func[]): Program => ({ functions });
/** A function of two numbers and an array, as `write` writes it. */
const func = (write: (b: Builder, x: Value, y: Value, a: Value) => readonly Value[], name = "f"): Func =>
  buildFunction(
    name,
    [
      { name: "x", ty: "f64" },
      { name: "y", ty: "f64" },
      { name: "a", ty: "array" },
    ],
    (b, [x, y, a]) => write(b, x!, y!, a!),
  );
/** The one thing that is wrong with a function. */
const wrong = (write: Parameters<typeof func>[0]): string => {
  const problems = check(program(func(write)));
  expect(problems).toHaveLength(1);
  return problems[0]!;
};

describe("the checker", () => {
  test("has nothing to say against a legal program", () => {
    expect(check(program(func((b, x, y) => [b.primitive(add, x, y)])))).toEqual([]);
  });

  test("1: functions have names of their own, and are what they say", () => {
    expect(check(program())).toEqual(["The program has no functions."]);
    const f = func((_, x) => [x]);
    expect(check(program(f, f))).toContain("Two functions have the same name.");
    expect(check(program({ ...f, results: ["i32"] }))).toEqual([
      "f: The results of f are (i32), but what its body yields are (f64).",
    ]);
    expect(check(program({ ...f, params: f.params.slice(1) }))).toEqual([
      "f: The parameters of f are (f64, array), but its body's arguments are (f64, f64, array).",
    ]);
    expect(check(program({ ...f, pullback: "g" }))).toEqual(["f: Its pullback g is not in the program."]);
    expect(
      check(
        program(
          { ...f, pullback: "g" },
          func((_, x) => [x], "g"),
        ),
      ),
    ).toHaveLength(2);
  });

  test("2: values are defined once, and know where", () => {
    const f = func((b, x) => [b.primitive(sin, x)]);
    expect(check(program({ ...f, size: 3 }))).toEqual(["f: Value 3 lies outside the size 3."]);
    const twice = func((b, x) => [b.primitive(sin, x)]);
    (twice.body.ops as Op[]).push(twice.body.ops[0]!);
    expect(check(program(twice))).toEqual(["f: Value 3 is defined twice."]);
  });

  test("3: values are used where they are visible", () => {
    let inner: Value | undefined;
    const escaped = wrong((b, x) => {
      b.if(
        b.i32(1),
        () => [(inner = b.primitive(sin, x))],
        () => [x],
      );
      return [inner!];
    });
    expect(escaped).toBe("f: A yield uses value 4 where it is not visible.");
  });

  test("4: operations are as the table of kinds says", () => {
    expect(wrong((b, x) => [b.primitive(mul, x)])).toContain("mul takes 2 arguments, but has 1");
    expect(wrong((b, x, _, a) => [x, b.load(a, x)].slice(0, 1))).toBe(
      "f: Argument 2 of load is f64, not i32.",
    );
    expect(wrong((b, x) => [x, b.op("i32.add", b.i32(1))].slice(0, 1))).toContain(
      "i32.add takes 2 arguments",
    );
    expect(wrong((b, x) => [x, b.i32(0.5)].slice(0, 1))).toContain("0.5 is not an integer of 32 bits");
    expect(wrong((b, x) => [b.select(b.i32(1), x, b.i32(1))])).toContain(
      "Argument 3 of select is i32, not f64",
    );
  });

  test("5: loops carry the same types in, round and out", () => {
    const carry = (b: Builder, first: Value, next: Value, ty: Ty): void => {
      const body = b.region(["i32", ty], () => [next]);
      b.emit("for", [b.i32(0), b.i32(3), first], { step: 1 }, [ty], [body]);
    };
    expect(wrong((b, x) => (carry(b, b.i32(1), x, "f64"), [x]))).toContain(
      "first values are (f64) and (i32)",
    );
    expect(wrong((b, x) => (carry(b, x, b.i32(1), "f64"), [x]))).toContain(
      "what the body yields are (f64) and (i32)",
    );
    expect(wrong((b, x) => (b.for(b.i32(0), b.i32(1), [], () => [], { step: 0 }), [x]))).toContain(
      "the step is 0",
    );
    expect(
      wrong(
        (b, x) => (
          b.while(
            [x],
            ([v]) => v!,
            (v) => v,
          ),
          [x]
        ),
      ),
    ).toContain("the condition yields (f64)");
    expect(
      wrong(
        (b, x) => (
          b.if(
            b.i32(1),
            () => [x],
            () => [b.i32(1)],
          ),
          [x]
        ),
      ),
    ).toContain("(f64) and (i32)");
  });

  test("6: calls fit what they call", () => {
    expect(wrong((b, x) => b.call("g", [x], ["f64"]))).toContain("g is not in the program");
    const wrongArgument = check(
      program(
        func((b, x) => b.call("g", [x], ["f64"])),
        func((_, x) => [x], "g"),
      ),
    );
    expect(wrongArgument).toEqual([
      "f: call: the arguments and the parameters of g are (f64) and (f64, f64, array)",
    ]);
  });

  test("7: constant data is not written to; tapes hold what they say", () => {
    const write = wrong((b, x) => {
      const part = b.subarray(b.data(Float64Array.of(1, 2)), b.i32(0), b.i32(1));
      b.store(part, b.i32(0), x);
      return [x];
    });
    expect(write).toContain("writes to constant data");
    const slot = wrong((b, x) => {
      b.tapeStore(b.tape(b.i32(1), ["i32"]), b.i32(0), 0, x);
      return [x];
    });
    expect(slot).toContain("slot 0 is of type i32, not f64");
  });
});

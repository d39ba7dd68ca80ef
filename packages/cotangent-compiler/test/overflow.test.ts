/** Data that contain themselves, and recursion without end: the library's errors, never the engine's. */
import { add, compile, grad, hessian, jacobian, jvp, vjp } from "cotangent";
import type { Real } from "cotangent";
import { describe, expect, test } from "vitest";

import { refusal } from "../../cotangent/test/support/refusal.ts";
import type { Anything } from "../../cotangent/test/support/refusal.ts";
import { differentiable } from "../src/parse.ts";

type Data = Record<string, unknown>;

/** A tree that knows its parent, an array in itself, and an array that holds both. */
function cycles(): Readonly<Record<string, readonly [data: unknown, where: string]>> {
  const leaf: Data = { v: 1 };
  const tree: Data = { v: 1, leaves: [{ v: 3 }, leaf] };
  leaf["parent"] = tree;
  const list: unknown[] = [1, 2];
  list.push(list);
  const shared = { v: 2 };
  return {
    "an object": [tree, "argument 1.leaves[1].parent contains itself."],
    "an array": [list, "argument 1[2] contains itself."],
    "what is only in two places first": [
      { a: shared, b: shared, v: list },
      "argument 1.v[2] contains itself.",
    ],
  };
}

const plain = differentiable((p: Anything): number => p.v) as Anything;
const onReals = ((p: Anything): Real => p.v) as Anything;

const calls: Readonly<Record<string, (f: Anything, x: unknown) => unknown>> = {
  compile: (f, x) => compile(f)(x),
  "compile, into": (f, x) => compile(f).into([0], x),
  "compile of a gradient": (f, x) => compile(grad(f))(x),
  batch: (f, x) => compile(f).batch(2)(x),
};
const transforms: typeof calls = {
  grad: (f, x) => grad(f)(x),
  jacobian: (f, x) => jacobian(f)(x),
  hessian: (f, x) => hessian(f)(x),
  vjp: (f, x) => vjp(f)(x),
};

describe.each(Object.entries(cycles()))("a cycle: %s", (_, [data, where]) => {
  test.each(Object.entries({ ...calls, ...transforms }))("%s of a plain function", (_name, call) => {
    const { code, message } = refusal(() => call(plain, data));
    expect([code, message]).toEqual(["cyclic-structure", expect.stringContaining(where) as unknown]);
  });

  test.each(Object.entries(calls))("%s of a function of Reals", (_name, call) => {
    const { code, message } = refusal(() => call(onReals, data));
    expect([code, message]).toEqual(["cyclic-structure", expect.stringContaining(where) as unknown]);
  });

  test("in a list of arguments", () => {
    const { code, message } = refusal(() => (jvp(plain) as Anything)([data], [data]));
    expect([code, message]).toEqual([
      "cyclic-structure",
      expect.stringContaining(where.replace("argument 1", "argument 1[0]")) as unknown,
    ]);
  });
});

test("the same object in two places is no cycle", () => {
  const shared = { v: 2 };
  const both = differentiable((p: Anything): number => p.a.v * p.b.v) as Anything;
  expect(grad(both)({ a: shared, b: shared } as never)).toEqual({ a: { v: 2 }, b: { v: 2 } });
});

describe("a full stack", () => {
  test("of a function of Reals that calls itself without end, when it is recorded", () => {
    const endless = (x: Real): Real => endless(add(x, 1));
    expect(refusal(() => compile(endless)(1)).code).toBe("out-of-steps");
    expect(refusal(() => compile(endless).into([0] as never, 1)).code).toBe("out-of-steps");
    expect(refusal(() => compile(grad(endless))(1)).code).toBe("out-of-steps");
  });

  test("of a plain one, at the call", () => {
    const endless = differentiable(function f(x: number): number {
      return x > 0 ? 2 * f(x + 1) : x;
    });
    for (const target of ["wasm", "js", "interpreter"] as const) {
      expect(refusal(() => compile(endless, { target })(1)).code).toBe("out-of-steps");
    }
    expect(compile(endless)(-3)).toBe(-3);
  });

  test("of data nested too deeply", () => {
    let deep: Data = { v: 1 };
    for (let i = 0; i < 200_000; i++) deep = { v: 1, next: deep };
    for (const f of [plain, onReals]) {
      const error = refusal(() => compile(f)(deep));
      expect(error.code).toBe("out-of-steps");
      expect(error.message).toContain("nested too deeply");
      expect(error.cause).toBeInstanceOf(Error);
    }
  });
});

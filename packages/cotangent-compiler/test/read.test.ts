import { add, backpropagate, derivative, grad, hessian, mul, Scalar, sin, square } from "cotangent";
import type { Real } from "cotangent";
import { describe, expect, test } from "vitest";

import { CompileError } from "../src/errors.ts";
import { readFunction, traceOnScalars } from "../src/read.ts";

describe("a function expression", () => {
  test("is called, and differentiated", () => {
    const f = readFunction("(x, y) => Math.sin(x) * y");
    expect(f(0.5, 2)).toBe(Math.sin(0.5) * 2);
    expect(grad(f)(0, 3)).toEqual([3, 0]);
    expect(hessian(f)(0, 3)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect([f.name, f.length, f.parameters]).toEqual([
      "f",
      2,
      [
        { name: "x", structure: { kind: "number" } },
        { name: "y", structure: { kind: "number" } },
      ],
    ]);
  });

  test("knows the primitives by name; its own names come first", () => {
    expect(readFunction("x => sin(x) * sigmoid(0)")(0.5)).toBe(Math.sin(0.5) * 0.5);
    expect(readFunction("(x) => { const sin = (t) => 2 * t; return sin(x); }")(3)).toBe(6);
  });

  test("knows the transforms, too", () => {
    const f = readFunction("x => grad(t => t ** 3)(x) * x");
    expect([f(2), grad(f)(2)]).toEqual([24, 36]);
  });

  test("may be an anonymous or a named function, with brackets and a semicolon", () => {
    for (const text of [
      "function (x) { return x + 1; }",
      "function g(x) { return x + 1; }",
      "(function (x) { return x + 1; })",
      " (x: number): number => x + 1 ;\n",
      "export function g(x: number) { return x + 1; }",
      "const g = (x: number) => x + 1;",
    ]) {
      expect(readFunction(text)(2)).toBe(3);
    }
  });

  test("says where it is not in the language, at once", () => {
    for (const [text, code, column] of [
      ["x => x +", "syntax-error", 9],
      ["x => unheard(x)", "unknown-name", 6],
      ['x => x + "a"', "unsupported-type", 6],
      ["x => process.exit(1)", "unknown-name", 6],
    ] as const) {
      let caught: unknown;
      try {
        readFunction(text);
      } catch (error) {
        caught = error;
      }
      expect(caught).toBeInstanceOf(CompileError);
      expect([(caught as CompileError).code, (caught as CompileError).column]).toEqual([code, column]);
    }
  });
});

describe("a module", () => {
  const source = `
    const K = 3;
    const weights = [1, 2, 4];
    export function f(x: number): number { return K * x + g(x); }
    function g(x: number): number { return weights[2]! * x; }
    export const h = (p: { x: number; w: number[] }): number => p.x * p.w[1]!;
  `;

  test("one of its functions is taken, with what it uses", () => {
    expect(readFunction(source, { function: "f" })(2)).toBe(14);
    expect(grad(readFunction(source, { function: "h" }))({ x: 2, w: [5, 7] })).toEqual({ x: 7, w: [0, 2] });
  });

  test("which one, has to be said where there are several", () => {
    expect(() => readFunction(source)).toThrow(/has 3 functions[^]*Say which is meant: f, g, h/);
    expect(() => readFunction(source, { function: "q", file: "a.ts" })).toThrow(/a\.ts has no function q/);
    expect(() => readFunction("const K = 3;")).toThrow(/has no function at its top level/);
  });

  test("what comes from elsewhere is found by resolve, or refused where it is imported", () => {
    const text = `import { k } from "./k.ts";\nexport const f = (x: number): number => k(x);`;
    expect(() => readFunction(text)).toThrow(/k is not known here[^]*>1 \| import/);
    const classes = `import { ScalarFunction } from "cotangent";
      class S extends ScalarFunction { static forward(ctx, x) { return x; } static backward(ctx, d) { return d; } }
      export const f = (x: number): number => S.apply(x) as number;`;
    expect(() => readFunction(classes)).toThrow(/forward and a backward of its own/);
  });
});

describe("on Reals", () => {
  test("every operation is recorded, loops unrolled, with the names of the text", () => {
    const f = readFunction(`(x: number, n: number) => {
      let power = 1;
      for (let i = 0; i < n; i++) power = power * x;
      const twice = 2 * power;
      return twice + sin(x);
    }`);
    const { inputs, outputs } = traceOnScalars(f, [1.5, 3]);
    expect(inputs.map((s) => s.name)).toEqual(["x", "n"]);
    const [out] = outputs as [Scalar];
    expect(out.data).toBeCloseTo(2 * 1.5 ** 3 + Math.sin(1.5), 15);
    out.backward();
    expect(inputs[0]!.derivative).toBeCloseTo(6 * 1.5 ** 2 + Math.cos(1.5), 14);
    expect((out.history!.inputs[0] as Scalar).name).toBe("twice");
  });

  test("structures go in and come out", () => {
    const f = readFunction(
      "(p: { a: number; rows: number[][] }, s: number) => ({ y: [p.a * p.rows[1]![0]!, s], ok: s > 1 })",
    );
    const a = new Scalar(2);
    const b = new Scalar(5);
    const result = f({ a, rows: [[1], [b, 7]] }, 3) as { y: Real[]; ok: boolean };
    expect(result.ok).toBe(true);
    expect(result.y[1]).toBe(3);
    backpropagate(result.y[0] as Scalar, 1);
    expect([a.derivative, b.derivative]).toEqual([5, 2]);
    const { inputs } = traceOnScalars(f, [{ a: 2, rows: [[1], [5, 7]] }, 3]);
    expect(inputs.map((s) => s.name)).toEqual(["p.a", "p.rows[0][0]", "p.rows[1][0]", "p.rows[1][1]", "s"]);
  });

  test("recursion, while, arrays, selection, remainders and derivatives taken inside", () => {
    const texts = [
      "function fact(x) { return x <= 1 ? x : x * fact(x - 1); }",
      "(x) => { let s = 0; let t = x; while (t > 0.1) { s += t; t /= 2; } return s; }",
      "(x) => { const a = new Float64Array(3); a.fill(x); a[1] *= 2; const b = a.subarray(1); return b[0] * a[2] + b.length; }",
      "(x) => x % 2 + Math.max(x, 3) - Math.abs(-x)",
      "(x) => { const xs = [3, x, 1]; xs.sort((a, b) => a - b); return xs[0] * 100 + xs[1] * 10 + xs[2]; }",
    ];
    for (const text of texts) {
      const f = readFunction(text);
      for (const x of [0.7, 2.5, 5]) {
        const s = new Scalar(x);
        const y = f(s) as Scalar;
        expect(y.data).toBeCloseTo(f(x) as number, 13);
        y.backward();
        expect(s.derivative).toBeCloseTo(derivative(f)(x), 12);
      }
    }
  });

  test("stops where it is told to, compiled, differentiated, and on Reals", () => {
    const f = readFunction("(x) => { while (x > 0) x *= 1.5; return x; }", { steps: 1000 });
    for (const call of [() => f(1), () => grad(f)(1), () => derivative((x: Real) => f(x) as Real)(1)]) {
      expect(call).toThrow(/stopped after 1000 [^]*out-of-steps/);
    }
    expect([f(-1), grad(f)(-1)]).toEqual([-1, 1]);
  });

  test("stops", () => {
    expect(() => traceOnScalars(readFunction("(x) => { while (x > 0) x += 1; return x; }"), [1])).toThrow(
      /stopped after 100000/,
    );
  });

  test("gives what the library's own functions give", () => {
    const f = readFunction("(x, y) => sin(x) * y + x ** 2");
    const own = (x: Real, y: Real): Real => add(mul(sin(x), y), square(x));
    const [x, y] = [new Scalar(0.3), new Scalar(0.4)];
    (f(x, y) as Scalar).backward();
    expect([x.derivative, y.derivative]).toEqual(grad(own)(0.3, 0.4));
  });
});

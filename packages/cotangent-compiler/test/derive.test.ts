/** What derivatives look like as TypeScript, and what is refused. */
import { compile, grad } from "cotangent";
import * as library from "cotangent";
import { describe, expect, test } from "vitest";

import { derive, functionsIn } from "../src/derive/index.ts";
import { hasHelper, helperTexts } from "../src/derive/helpers.ts";
import { differentiable } from "../src/parse.ts";
import { stripTypes } from "../src/strip.ts";

const codeOf = (source: string, options = {}): string => derive(source, options).code;

describe("what is written", () => {
  test("a loop that is reversed iteration by iteration", () => {
    const rosenbrock = `export function rosenbrock(x: number[]): number {
  let sum = 0;
  for (let i = 0; i + 1 < x.length; i++) sum += (1 - x[i]!) ** 2 + 100 * (x[i + 1]! - x[i]! ** 2) ** 2;
  return sum;
}`;
    expect(codeOf(rosenbrock, { file: "src/model.ts" })).toMatchInlineSnapshot(`
      "/** The gradient of \`rosenbrock\` (model.ts:1) by \`x\`. */
      export function rosenbrockGradient(x: number[]): number[] {
        const dX = x.map(() => 0);
        for (let i = 0; i < x.length - 1; i++) {
          const xi = x[i]!;
          const dDifference = 200 * (x[i + 1]! - xi * xi);
          dX[i + 1]! += dDifference;
          dX[i]! += -2 * dDifference * xi - 2 * (1 - xi);
        }
        return dX;
      }
      "
    `);
  });

  test("a loop and its way back, with what is remembered for it", () => {
    const horner = `const horner = (c: number[], x: number): number => {
  let p = 0;
  for (let i = c.length - 1; i >= 0; i--) p = p * x + c[i]!;
  return p;
};`;
    expect(codeOf(horner)).toMatchInlineSnapshot(`
      "/** The gradient of \`horner\` by \`c\` and \`x\`. */
      export function hornerGradient(
        c: number[],
        x: number,
      ): [dC: number[], dX: number] {
        const dC = c.map(() => 0);
        const savedP = new Float64Array(c.length);
        let p = 0;
        for (let i = c.length - 1; i >= 0; i--) {
          savedP[c.length - 1 - i] = p;
          p = p * x + c[i]!;
        }
        // Back through the loop of line 3.
        let dP = 1;
        let dX = 0;
        for (let i = 0; i < c.length; i++) {
          const pBefore = savedP[c.length - 1 - i]!;
          dC[i]! += dP;
          dX += dP * pBefore;
          dP *= x;
        }
        return [dC, dX];
      }
      "
    `);
  });

  test("early returns, structures and the types that go with them", () => {
    const distance = `interface Point { x: number; y: number }
type Pair = readonly [Point, Point];
export function distance([p, q]: Pair, limit: number): number {
  const d = Math.hypot(q.x - p.x, q.y - p.y);
  if (d > limit) return limit;
  return d;
}`;
    expect(codeOf(distance)).toMatchInlineSnapshot(`
      "interface Point {
        x: number;
        y: number;
      }

      type Pair = readonly [Point, Point];

      /** The gradient of \`distance\` by \`argument1\` and \`limit\`. */
      export function distanceGradient(
        argument1: Pair,
        limit: number,
      ): [
        dArgument1: [{ x: number; y: number }, { x: number; y: number }],
        dLimit: number,
      ] {
        const difference = argument1[1].x - argument1[0].x;
        const difference2 = argument1[1].y - argument1[0].y;
        const d = Math.hypot(difference, difference2);
        let dLimit: number;
        let dD: number;
        if (d > limit) {
          dLimit = 1;
          dD = 0;
        } else {
          dLimit = 0;
          dD = 1;
        }
        const dArgument11X = dD * cosine(difference, difference2);
        const dArgument11Y = dD * cosine(difference2, difference);
        const dArgument10Y = -dArgument11Y;
        const dArgument10X = -dArgument11X;
        return [
          [
            { x: dArgument10X, y: dArgument10Y },
            { x: dArgument11X, y: dArgument11Y },
          ],
          dLimit,
        ];
      }

      /** x/√(x² + y²), also for infinite x; 0 at the origin. */
      function cosine(x: number, y: number): number {
        const r = Math.hypot(x, y);
        return Math.abs(x) === r ? Math.sign(x) : x / r;
      }
      "
    `);
  });

  test("the value beside the gradient, by one parameter", () => {
    const square = "export const f = (x: number, a: number): number => a * x * x;";
    expect(codeOf(square, { wrt: ["x"], value: true })).toMatchInlineSnapshot(`
      "/** The gradient of \`f\` by \`x\`. */
      export function fGradient(
        x: number,
        a: number,
      ): { value: number; grad: [dX: number] } {
        const product = a * x;
        const dX = 2 * product;
        return { value: product * x, grad: [dX] };
      }
      "
    `);
  });

  test("a Hessian", () => {
    const saddle = "export const saddle = (x: number, y: number): number => x ** 3 * y;";
    expect(codeOf(saddle, { mode: "hessian" })).toMatchInlineSnapshot(`
      "/** The Hessian of \`saddle\` by \`x\` and \`y\`. */
      export function saddleHessian(
        x: number,
        y: number,
      ): [[number, number], [number, number]] {
        const powerDot = 3 * x * x;
        const dXDot = 6 * x * y;
        return [
          [dXDot, powerDot],
          [powerDot, 0],
        ];
      }
      "
    `);
  });
});

describe("what is refused", () => {
  const two = "const f = (x: number) => x; const g = (x: number) => [x, x];";
  test.each([
    [{}, /several functions: f, g.*wrong-option/s],
    [{ function: "h" }, /no function "h".*wrong-option/s],
    [{ function: "f", wrt: ["y"] }, /wrt names "y".*wrong-option/s],
    [{ function: "g", mode: "hessian" }, /result-not-scalar/],
  ] as const)("%j", (options, message) => {
    expect(() => derive(two, options)).toThrow(message);
  });

  test("a function with a derivative of its own, which is code of the user's", () => {
    const source = `import { ScalarFunction } from "cotangent";
class Cube extends ScalarFunction { static forward(_: unknown, x: number) { return x ** 3; } }
export const f = (x: number): number => Cube.apply(x);`;
    expect(() => derive(source)).toThrow(/Cube.*unsupported-transform/s);
  });
});

describe("functions that Math lacks", () => {
  const primitives = Object.values(library).filter(
    (x): x is typeof library.sigmoid =>
      typeof x === "function" && "partials" in x && hasHelper((x as { id?: string }).id ?? ""),
  );
  test.each(primitives.map((f) => [f.id, f] as const))("%s gives the library's numbers", (id, f) => {
    const text = stripTypes(helperTexts([id]).join("\n"));
    // oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- our own text
    const g = new Function(`${text}\nreturn ${id};`)() as (...args: number[]) => number;
    const { evaluate } = f as unknown as { evaluate: (...args: number[]) => number };
    const points = [-30, -2.5, -1.25, -0.3, 0, 0.2, 0.7, 1, 1.5, 2.75, 8, 17, 40];
    const pairs = f.arity === 1 ? points.map((x) => [x]) : points.flatMap((x) => points.map((y) => [x, y]));
    for (const args of id === "polygamma" ? points.map((x) => [2, x]) : pairs) {
      const [wanted, got] = [evaluate(...args), g(...args)];
      const close = Object.is(wanted, got) || Math.abs(wanted - got) <= 4e-15 * Math.abs(wanted);
      expect({ args, got: close ? wanted : got }).toEqual({ args, got: wanted });
    }
  });
});

test("the source of a compiled transform, where the function was read at run time", () => {
  const wave = differentiable(function wave(x: number, y: number): number {
    return Math.sin(x) * y;
  });
  const gradient = compile(grad(wave as never) as (x: number, y: number) => readonly [number, number]);
  expect(gradient(0, 2)).toEqual([2, 0]);
  expect(gradient.source).toContain("return [dX, dY];");
  expect(gradient.source).toContain(
    "export function waveGradient(x: number, y: number): [dX: number, dY: number] {",
  );
});

test("functionsIn: names and places, and which are differentiated", () => {
  const source = `import { grad } from "cotangent";
const f = (x: number) => x;
export function g(x: number) {
  "use grad";
  return f(x);
}
export const h = grad(f);`;
  expect(functionsIn(source)).toEqual([
    { name: "f", line: 2, column: 11, captured: true },
    { name: "g", line: 3, column: 8, captured: true },
  ]);
});

test("a parameter without a type that is tested and computed with is a number", () => {
  for (const body of ["{ return x ? x * x : 2; }", "{ if (x) return x * x; return 2; }"]) {
    const code = codeOf(`export function f(x) ${body}`);
    expect(code).toMatch(/x: number\): number \{/);
    expect(code).not.toMatch(/boolean/);
  }
  expect(codeOf("export const f = (x, flag) => (flag ? x * x : 2);")).toMatch(/flag: boolean/);
});

describe("what is no number", () => {
  test("texts are compared as texts, and stay as they are", () => {
    const payoff = `export const payoff = (kind: "call" | "put", s: number): number => (kind === "call" ? s * s : 3 * s);`;
    expect(codeOf(payoff)).toContain(`kind === "call"`);
    expect(codeOf(payoff)).toMatch(/return \[kind, .*\];/);
    expect(codeOf(payoff)).not.toContain("indexOf");
    const scaled = `export function scaled(x: number, unit: "m" | "km"): { y: number; name: string } {
  return { y: x * x, name: unit === "m" ? "metre" : "kilometre" };
}`;
    expect(codeOf(scaled, { mode: "jacobian" })).toContain(
      `return { y: [squareDot, unit], name: "kilometre" };`,
    );
  });

  test("in objects that have such parts all but numbers is taken over", () => {
    const area = `interface Shape { readonly kind: "circle" | "square"; readonly size: number; readonly name?: string }
export const area = (shape: Shape): number => (shape.kind === "circle" ? Math.PI : 1) * shape.size ** 2;`;
    expect(codeOf(area)).toMatch(/return \{\n\s*\.\.\.shape,\n\s*size: /);
    const flagged = `export const f = (p: { isOn: boolean; w: number }[]): number => p.reduce((s, q) => s + (q.isOn ? q.w ** 2 : 0), 0);`;
    expect(codeOf(flagged)).toMatch(/p\.map\(\(row, i\) => \(\{ \.\.\.row, w: dP\[2 \* i \+ 1\]! \}\)\)/);
  });

  test("derivatives by arrays of integers and of single precision are lists", () => {
    const code = codeOf(`export function dot(i: Uint8Array, x: Float32Array): number {
  let s = 0;
  for (let k = 0; k < i.length; k++) s += x[i[k]!]! * x[k]!;
  return s;
}`);
    expect(code).toContain("[dI: number[], dX: number[]]");
    expect(code).toContain("Array.from(x, () => 0)");
  });
});

describe("loops and branches", () => {
  test("a loop is left by break, and counted by for", () => {
    const code = codeOf(`export function f(x: number): number {
  let s = 0;
  for (let i = 1; i < 100; i++) {
    s += x ** i;
    if (s > 5) break;
  }
  return s;
}`);
    expect(code).toContain("break;");
    expect(code).not.toContain("done");
    const counted = codeOf(`export function g(x: number, n: number): number {
  let s = 0;
  let i = n - 1;
  while (i >= 0) {
    s += x * i;
    i -= 2;
  }
  return s;
}`);
    expect(counted).toContain("for (let i = n - 1; i >= 0; i -= 2)");
    expect(counted).not.toContain("while");
  });

  test("Math.hypot of several numbers is one call", () => {
    const code = codeOf(
      "export const r = (x: number, a: number, b: number, c: number): number => x * Math.hypot(a, b, c);",
      { wrt: ["x"] },
    );
    expect(code).toContain("return [Math.hypot(a, b, c)];");
  });
});

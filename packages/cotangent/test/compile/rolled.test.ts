/** Functions of Reals that repeat themselves, compiled: as if they had been run on Scalars. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compile/compile.ts";
import { add, exp, mul, sin, square, sub, sum } from "../../src/primitives/index.ts";
import type { Program, Region } from "../../src/program/ir.ts";
import { ScalarFunction } from "../../src/custom.ts";
import type { Context, Real } from "../../src/real/real.ts";
import { noGrad } from "../../src/traces/levels.ts";
import { grad, valueAndGrad } from "../../src/transforms/grad.ts";
import { hessian, hvp } from "../../src/transforms/hessian.ts";
import { jacobian } from "../../src/transforms/jacobian.ts";
import { made, steps } from "../program/repetitive.ts";

type List = readonly Real[];

class CubeOfReals extends ScalarFunction {
  static forward(ctx: Context<[Real]>, x: Real): Real {
    ctx.saveForBackward(x);
    return mul(x, square(x));
  }
  static backward(ctx: Context<[Real]>, dOut: Real): Real {
    return mul(3, mul(square(ctx.savedValues), dOut));
  }
}

class CubeOfNumbers extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x ** 3;
  }
  static backward(ctx: Context<[number]>, dOut: number): number {
    return 3 * ctx.savedValues ** 2 * dOut;
  }
}

const numbers = (n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => Math.sin(12.9898 * (i + 1)));

/** All numbers in a result, in order. */
function flat(x: unknown): number[] {
  if (typeof x === "number") return [x];
  if (x instanceof Float64Array) return [...x];
  return Object.values(x as object).flatMap(flat);
}

/** How far two results are apart, relative to the larger. */
function apart(x: unknown, y: unknown): number {
  const [a, b] = [flat(x), flat(y)];
  expect(a.length).toBe(b.length);
  const scale = Math.max(1, ...b.map(Math.abs));
  return Math.max(0, ...a.map((ai, i) => (Object.is(ai, b[i]) ? 0 : Math.abs(ai - b[i]!) / scale)));
}

const hasLoops = ({ functions }: Program): boolean => {
  const visit = (region: Region): boolean =>
    region.ops.some((op) => op.kind === "for" || op.regions.some(visit));
  return functions.some((f) => visit(f.body));
};

const rosenbrock = (x: List): Real =>
  x
    .slice(1)
    .reduce(
      (sum: Real, next, i) =>
        add(sum, add(square(sub(1, x[i]!)), mul(100, square(sub(next, square(x[i]!)))))),
      0,
    );

/** Of several arguments: weights, a number, data; they go in differently. */
const mixed = (p: { w: List; bias: Real }, scale: Real, data: List): Real =>
  data.reduce((sum: Real, d, i) => {
    const w = p.w[i % 4]!;
    return add(sum, square(add(mul(w, sin(mul(d, scale))), p.bias)));
  }, 0);
type Mixed = [p: { w: number[]; bias: number }, scale: number, data: Float64Array];
const point: Mixed = [{ w: [0.3, -0.2, 0.9, 1.1], bias: 0.4 }, 1.3, numbers(40)];

describe("derivatives of what repeats", () => {
  test.each(["wasm", "js", "interpreter"] as const)("as by Scalars, in %s", (target) => {
    const x = numbers(30);
    const compiled = compile(grad(rosenbrock), { target, math: "exact" });
    const result = compiled(x);
    expect(hasLoops(compiled.program)).toBe(true);
    expect(result).toBeInstanceOf(Float64Array);
    expect(apart(result, grad(rosenbrock)(x))).toBeLessThan(1e-15);
    // The argument may be asked to receive the result.
    const both = x.slice();
    expect(compiled.into(both, both)).toEqual(result);
  });

  test.each(["wasm", "js", "interpreter"] as const)("into a part of an argument, in %s", (target) => {
    const compiled = compile(grad(rosenbrock), { target });
    const memory = new Float64Array(45);
    for (const from of [0, 7, 15]) {
      memory.set(numbers(30), 7);
      const expected = compiled(memory.slice(7, 37));
      compiled.into(memory.subarray(from, from + 30), memory.subarray(7, 37));
      expect(memory.slice(from, from + 30)).toEqual(expected);
    }
  });

  test("of a list of many numbers, which goes in as one array", () => {
    const x = Array.from(numbers(30));
    const compiled = compile(grad(rosenbrock));
    const result = compiled(x);
    expect(hasLoops(compiled.program)).toBe(true);
    expect(Array.isArray(result)).toBe(true);
    expect(apart(result, grad(rosenbrock)(x))).toBeLessThan(1e-15);
  });

  test("of several arguments, in the structure of the arguments", () => {
    const compiled = compile(grad(mixed));
    const result = compiled(...point);
    expect(hasLoops(compiled.program)).toBe(true);
    expect(apart(result, grad(mixed)(...point))).toBeLessThan(1e-14);
    expect(Object.keys(result[0])).toEqual(["w", "bias"]);
    expect(result[2]).toBeInstanceOf(Float64Array);
  });

  test.each([{ wrt: 0 }, { wrt: 1 }, { wrt: [2, 0] }, { wrt: [1] }] as { wrt: number | number[] }[])(
    "by some of them: %j",
    (options) => {
      const compiled = compile(grad(mixed, options));
      const result = compiled(...point);
      expect(hasLoops(compiled.program)).toBe(true);
      const expected = grad(mixed, options)(...point);
      expect(apart(result, expected)).toBeLessThan(1e-14);
      expect(JSON.stringify(result).replace(/[-\d.e]+/g, "")).toBe(
        JSON.stringify(expected).replace(/[-\d.e]+/g, ""),
      );
    },
  );

  test("with the value", () => {
    const compiled = compile(valueAndGrad(mixed, { wrt: [1, 2] }));
    expect(apart(compiled(...point), valueAndGrad(mixed, { wrt: [1, 2] })(...point))).toBeLessThan(1e-14);
    const one = compile(valueAndGrad(rosenbrock));
    expect(apart(one(numbers(20)), valueAndGrad(rosenbrock)(numbers(20)))).toBeLessThan(1e-15);
  });

  test("a Hessian times a vector", () => {
    const [x, v] = [numbers(40), numbers(40).map((xi) => 1 - xi)];
    const compiled = compile(hvp(rosenbrock));
    const result = compiled([x], [v]);
    expect(hasLoops(compiled.program)).toBe(true);
    expect(apart(result, hvp(rosenbrock)([x], [v]))).toBeLessThan(1e-14);
    const lists = compile(hvp(mixed));
    const along: Mixed = [{ w: [1, 2, -1, 0.5], bias: 2 }, -0.3, numbers(40).map((d) => d * d)];
    expect(apart(lists(point, along), hvp(mixed)(point, along))).toBeLessThan(1e-13);
  });

  test("a Hessian: banded, dense, and flat into an array", () => {
    const x = numbers(12);
    const banded = compile(hessian(rosenbrock));
    const expected = hessian(rosenbrock)(x);
    expect(apart(banded(x), expected)).toBeLessThan(1e-14);
    expect(apart(banded.into(new Float64Array(144), x), expected)).toBeLessThan(1e-14);
    const larger = numbers(60);
    const loops = compile(hessian(rosenbrock));
    expect(apart(loops(larger), hessian(rosenbrock)(larger))).toBeLessThan(1e-14);
    expect(hasLoops(loops.program)).toBe(true);
    const arrow = (y: List, z: Real): Real =>
      add(
        square(z),
        y.reduce((s: Real, yi) => add(s, mul(square(yi), exp(z))), 0),
      );
    expect(apart(compile(hessian(arrow))(x, 0.3), hessian(arrow)(x, 0.3))).toBeLessThan(1e-14);
    const list = Array.from(x);
    expect(apart(compile(hessian(arrow))(list, 0.3), hessian(arrow)(list, 0.3))).toBeLessThan(1e-14);
    const dense = compile(hessian((y: List) => exp(y.reduce((s: Real, yi) => add(s, square(yi)), 0))));
    expect(
      apart(dense(x), hessian((y: List) => exp(y.reduce((s: Real, yi) => add(s, square(yi)), 0)))(x)),
    ).toBeLessThan(1e-13);
  });

  test("transforms inside, and of results that are lists", () => {
    const x = numbers(20);
    const f = (y: List): readonly Real[] => y.map((yi, i) => mul(yi, sin(y[(i + 1) % y.length]!)));
    expect(apart(compile(jacobian(f))(x), jacobian(f)(x))).toBeLessThan(1e-14);
    const inner = (y: List): Real =>
      (grad(rosenbrock)(y) as readonly Real[]).reduce((s: Real, g) => add(s, square(g)), 0);
    expect(apart(compile(grad(inner))(x), grad(inner)(x))).toBeLessThan(1e-13);
  });
});

test("what is long is differentiated as a program, though nothing repeats", () => {
  const f = (x: List): Real => {
    const values: Real[] = [...x];
    for (let k = 0; k < 6000; k++) {
      const [a, b] = [values[(k * k) % values.length]!, values[values.length - 1 - ((k * 7) % 40)]!];
      values.push([add(a, mul(0.5, b)), sin(sub(a, b)), mul(b, sin(a))][(k * k * 5 + (k >> 3)) % 3]!);
    }
    return values.slice(-40).reduce((s, v) => add(s, v));
  };
  const x = numbers(50);
  expect(apart(compile(grad(f))(x), grad(f)(x))).toBeLessThan(1e-12);
  const v = x.map((xi) => 1 - xi);
  expect(apart(compile(hvp(f))([x], [v]), hvp(f)([x], [v]))).toBeLessThan(1e-11);
});

describe("functions of the user's that repeat", () => {
  const sum = (f: (x: Real) => Real) => (x: List) =>
    x.reduce((s: Real, xi, i) => add(s, mul(Math.cos(i), f(xi))), 0);

  test("written on Reals", () => {
    const f = sum((x) => CubeOfReals.apply(x));
    const x = numbers(40);
    const compiled = compile(grad(f));
    expect(apart(compiled(x), grad(f)(x))).toBeLessThan(1e-15);
    expect(hasLoops(compiled.program)).toBe(true);
    expect(apart(compile(hvp(f))([x], [x]), hvp(f)([x], [x]))).toBeLessThan(1e-15);
  });

  test("written on numbers: called once for each", () => {
    const f = sum((x) => CubeOfNumbers.apply(x));
    const x = numbers(40);
    const compiled = compile(grad(f));
    expect(apart(compiled(x), grad(f)(x))).toBeLessThan(1e-15);
    expect(hasLoops(compiled.program)).toBe(true);
  });

  test("without a history", () => {
    const f = (x: List): Real =>
      x.reduce(
        (s: Real, xi) =>
          add(
            s,
            mul(
              xi,
              noGrad(() => sin(xi)),
            ),
          ),
        0,
      );
    const x = numbers(40);
    expect(apart(compile(grad(f))(x), x.map(Math.sin))).toBeLessThan(1e-15);
  });
});

test("random repetitions: the same bits as without being compiled", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 3, max: 14 }), (list, n) => {
      const f = made(list);
      const x = Array.from(numbers(n));
      const expected = f(x);
      for (const target of ["js", "wasm", "interpreter"] as const)
        expect(compile(f, { target, math: "exact" })(x)).toEqual(expected);
    }),
    { numRuns: Number(globalThis.process?.env["FUZZ"] ?? 30) },
  );
});

test("random repetitions, their gradients and products with Hessians", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 3, max: 10 }), (list, n) => {
      const f = (x: List): Real =>
        made(list)(x).reduce((sum: Real, y, i) => add(sum, mul(Math.cos(i), y)), 0);
      const x = numbers(n);
      expect(apart(compile(grad(f), { math: "exact" })(x), grad(f)(x))).toBeLessThan(1e-11);
      const v = x.map((xi) => 1 - xi);
      expect(apart(compile(hvp(f), { math: "exact" })([x], [v]), hvp(f)([x], [v]))).toBeLessThan(1e-9);
    }),
    { numRuns: Number(globalThis.process?.env["FUZZ"] ?? 30) },
  );
});

describe("long sums", () => {
  const special = [0, -0, 1, -1, 0.1, 1e-320, 1e16, -1e16, 1e100, 1e308, Infinity, -Infinity, NaN];
  for (const target of ["js", "wasm", "interpreter"] as const) {
    test(`are those of plain numbers, to the bit: ${target}`, () => {
      for (const n of [17, 60]) {
        const f = compile((x: List) => sum(x), { target });
        const element = fc.oneof(
          fc.constantFrom(...special.slice(0, 8)),
          fc.constantFrom(...special),
          fc.double(),
        );
        fc.assert(
          fc.property(fc.array(element, { minLength: n, maxLength: n }), (x) => {
            expect(f(x)).toBe(sum(x));
          }),
          { seed: 20261123, numRuns: 150 },
        );
      }
    });
  }

  test("have the derivatives of sums, to any order", () => {
    const f = (x: List): Real => square(sum(x.map((xi, i) => (i % 2 === 0 ? square(xi) : sin(xi)))));
    const x = numbers(40);
    const total = sum([...x].map((xi, i) => (i % 2 === 0 ? xi * xi : Math.sin(xi))));
    const first = [...x].map((xi, i) => (i % 2 === 0 ? 2 * xi : Math.cos(xi)));
    expect(
      apart(
        compile(grad(f))(x),
        first.map((d) => 2 * total * d),
      ),
    ).toBeLessThan(1e-15);
    const second = [...x].map((xi, i) => (i % 2 === 0 ? 2 : -Math.sin(xi)));
    const rows = first.map((a, i) => first.map((b, j) => 2 * a * b + (i === j ? 2 * total * second[i]! : 0)));
    expect(apart(compile(hessian(f))(x), rows)).toBeLessThan(1e-14);
  });

  test("of many numbers are loops", () => {
    const f = compile((x: List) => sum(x.map((xi) => square(xi))));
    const x = numbers(30_000);
    expect(f(x)).toBe(sum([...x].map((xi) => xi * xi)));
    expect(f.wasm.length).toBeLessThan(10_000);
  });
});

describe("batches of functions that repeat", () => {
  const calls = 3;
  const all = numbers(calls * 30);
  const own = (k: number): Float64Array => all.slice(30 * k, 30 * k + 30);
  const inOrder = (f: (k: number) => unknown): number[] =>
    Array.from({ length: calls }, (_, k) => flat(f(k))).flat();

  test.each(["js", "wasm", "interpreter"] as const)("are as many calls: %s", (target) => {
    const value = compile(rosenbrock, { target, math: "exact" }).batch(calls)(all);
    expect(flat(value)).toEqual(inOrder((k) => compile(rosenbrock, { math: "exact" })(own(k))));
    const gradient = compile(grad(rosenbrock), { target }).batch(calls)(all);
    expect(gradient).toBeInstanceOf(Float64Array);
    expect(
      apart(
        gradient,
        inOrder((k) => grad(rosenbrock)(own(k))),
      ),
    ).toBeLessThan(1e-15);
    const both = compile(valueAndGrad(rosenbrock), { target }).batch(calls)(all) as {
      value: Float64Array;
      grad: Float64Array;
    };
    expect(apart(both.grad, gradient)).toBe(0);
    expect(apart(both.value, value)).toBeLessThan(1e-15);
  });

  test("of many numbers, one array for each", () => {
    const columns = Array.from({ length: 30 }, (_, i) =>
      Float64Array.from({ length: calls }, (_, k) => own(k)[i]!),
    );
    const gradient = compile(grad(rosenbrock)).batch(calls)(columns) as Float64Array[];
    expect(gradient).toHaveLength(30);
    const rows = inOrder((k) => grad(rosenbrock)(own(k)));
    gradient.forEach((column, i) => column.forEach((x, k) => expect(x).toBeCloseTo(rows[30 * k + i]!, 12)));
  });

  test("what a call allocates is free after it", () => {
    const many = 3000;
    const x = numbers(many * 30);
    const products = compile(hvp(rosenbrock)).batch(many)([x], [x]) as Float64Array;
    const last = x.slice(-30);
    expect(apart(products.slice(-30), hvp(rosenbrock)([last], [last]))).toBeLessThan(1e-14);
  });
});

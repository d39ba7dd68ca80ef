import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ScalarFunction } from "../../src/custom.ts";
import { forward } from "../../src/differentiate/forward.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import { AdError } from "../../src/errors.ts";
import * as ad from "../../src/primitives/index.ts";
import { table } from "../../src/primitives/table.ts";
import { buildFunction } from "../../src/program/builder.ts";
import type { Builder } from "../../src/program/builder.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program, Value } from "../../src/program/ir.ts";
import type { Context, PrimitiveBase, Real, UserFunction } from "../../src/real/real.ts";
import { grad } from "../../src/transforms/grad.ts";
import { legal, verify } from "./support.ts";
import { define } from "./textbook.ts";

const NAMES = ["x", "y", "z"];

/** A program of numbers. */
const program = (arity: number, write: (b: Builder, args: readonly Value[]) => Value): Program => ({
  functions: [
    buildFunction(
      "f",
      NAMES.slice(0, arity).map((name) => ({ name, ty: "f64" as const })),
      (b, args) => [write(b, args)],
    ),
  ],
});

/** The gradient by reverse mode, and by forward mode in all directions at once. */
function gradients(p: Program, at: readonly number[]): [number[], number[]] {
  const back = legal(reverse(p, { seeds: "one" }).program);
  const ahead = legal(forward(p, { directions: at.length }).program);
  const units = at.flatMap((_, i) => at.map((_, d) => Number(d === i)));
  return [
    interpreter(back)(...at).slice(1) as number[],
    interpreter(ahead)(...at, ...units).slice(1) as number[],
  ];
}

/** The same number; or nearly, where the two were rounded in another order. */
const same = (x: number, y: number): boolean =>
  Object.is(x + 0, y + 0) || Math.abs(x - y) <= 1e-14 * Math.abs(y);

const expectSame = (p: Program, f: (...x: Real[]) => Real, at: readonly number[]): void => {
  // oxlint-disable-next-line no-explicit-any -- erasure: any number of arguments
  const eager = [(grad as any)(f)(...at)].flat() as number[];
  const [back, ahead] = gradients(p, at);
  back.forEach((d, i) =>
    expect(same(d, eager[i]!), `reverse at ${at}: ${back}, eagerly ${eager}`).toBe(true),
  );
  // A program may take its inputs to be of moderate size; a direction of zeros shows it at once.
  if (!at.every((x) => x === 0 || (Math.abs(x) > 1e-100 && Math.abs(x) < 1e100))) return;
  ahead.forEach((d, i) =>
    expect(same(d, eager[i]!), `forward at ${at}: ${ahead}, eagerly ${eager}`).toBe(true),
  );
};

describe.each([...table])("%s in a program", (_, { primitive, domain }) => {
  const count = primitive.arity ?? domain.length;
  const call = primitive as unknown as (...args: unknown[]) => Real;
  const eager = (...x: Real[]): Real => (primitive.arity === undefined ? call(x) : call(...x));
  const p = program(count, (b, args) => b.primitive(primitive, ...args));

  test("has the derivatives that it has eagerly", () => {
    const point = fc.tuple(...domain.map(([min, max]) => fc.double({ min, max, noNaN: true })));
    fc.assert(
      fc.property(point, (at) => expectSame(p, eager, at)),
      { seed: 20261123, numRuns: 50 },
    );
    expect.hasAssertions();
  });

  test("also at kinks, poles and infinities", () => {
    const special = [0, -0, 1, -1, 0.5, 2, Infinity, -Infinity, 1e300, -1e-300];
    const points = special.flatMap((x) =>
      count === 1 ? [[x]] : special.map((y) => [x, y, 0.5].slice(0, count)),
    );
    // The order of polygamma is a small whole number.
    const legalAt = (at: number[]): boolean => primitive.id !== "polygamma" || [1, 2].includes(at[0]!);
    for (const at of points.filter(legalAt)) expectSame(p, eager, at);
    expect.hasAssertions();
  });

  test("also after a root, which is infinitely steep at 0", () => {
    const wide = program(count, (b, args) =>
      b.primitive(ad.sqrt, b.primitive(ad.square, b.primitive(primitive, ...args))),
    );
    // At a pole the value itself is infinite, and its derivative means nothing.
    const finite = (x: number): boolean => Number.isFinite(eager(...Array.from({ length: count }, () => x)));
    for (const x of [0, 1, 0.5].filter(finite)) {
      expectSame(
        wide,
        (...args) => ad.sqrt(ad.square(eager(...args))),
        Array.from({ length: count }, () => x),
      );
    }
    expect.hasAssertions();
  });
});

describe("what is not taken contributes nothing", () => {
  const { where, gt, sqrt, log, exp, mul, add, div, max, softplus } = ad;
  const cases: Record<string, [(...x: Real[]) => Real, (b: Builder, x: Value) => Value, number[]]> = {
    "where(x > 0, sqrt(x), 0)": [
      (x) => where(gt(x, 0), sqrt(x), 0),
      (b, x) => b.primitive(where, b.primitive(gt, x, b.f64(0)), b.primitive(sqrt, x), b.f64(0)),
      [-1, 0, 1],
    ],
    "x > 0 ? x·log(x) : 0": [
      (x) => where(gt(x, 0), mul(x, log(x)), 0),
      (b, x) => b.select(b.op("f64.gt", x, b.f64(0)), b.primitive(mul, x, b.primitive(log, x)), b.f64(0)),
      [-1, 0, 1],
    ],
    "x > 30 ? x : log(1 + exp(x))": [
      (x) => where(gt(x, 30), x, log(add(1, exp(x)))),
      (b, x) =>
        b.select(
          b.op("f64.gt", x, b.f64(30)),
          x,
          b.primitive(log, b.primitive(add, b.f64(1), b.primitive(exp, x))),
        ),
      [1000, 1, -1000],
    ],
    "max(0, 1/x)": [
      (x) => max(0, div(1, x)),
      (b, x) => b.primitive(max, b.f64(0), b.primitive(div, b.f64(1), x)),
      [-0, 2],
    ],
    "softplus(sqrt(x·x))": [
      (x) => softplus(sqrt(mul(x, x))),
      (b, x) => b.primitive(softplus, b.primitive(sqrt, b.primitive(mul, x, x))),
      [0, 1],
    ],
  };
  test.each(Object.entries(cases))("%s", (_, [eager, write, points]) => {
    const p = program(1, (b, [x]) => write(b, x!));
    for (const x of points) {
      expectSame(p, eager, [x]);
      expect(gradients(p, [x]).flat()).not.toContain(Number.NaN);
    }
  });
});

describe("a function of the user's on plain numbers", () => {
  class Cube extends ScalarFunction {
    static forward(ctx: Context<[number, number]>, x: number, y: number): number {
      ctx.saveForBackward(x, y);
      return x ** 3 * y;
    }
    static backward(ctx: Context<[number, number]>, dOut: number): [number, number] {
      const [x, y] = ctx.savedTensors;
      return [3 * x * x * y * dOut, x ** 3 * dOut];
    }
  }
  const p = program(2, (b, [x, y]) =>
    b.primitive(
      ad.sin,
      b.externalForward(Cube as unknown as UserFunction, [b.primitive(ad.mul, x!, y!), y!]),
    ),
  );

  test("is differentiated by its backward", () => {
    verify(p, [0.7, 0.9]);
    expect.hasAssertions();
  });

  test("has no second derivative, and says so", () => {
    const refused = (make: () => unknown): void => {
      expect(make).toThrow(AdError);
      expect(make).toThrow(/Cube.*first derivatives only/);
    };
    refused(() => forward(reverse(p).program));
    refused(() => reverse(reverse(p).program));
    refused(() => reverse(forward(p).program));
  });
});

test("a function with a pullback of its own uses that", () => {
  // The pullback claims that d(x·y) = 10·dx + 100·dy.
  const main = define("main", "x: f64, y: f64", (p, x, y) => [
    p.b.call("product", [x, p.mul(y, 3)], ["f64"])[0]!,
  ]);
  const product = {
    ...define("product", "x: f64, y: f64", (p, x, y) => [p.mul(x, y)]),
    pullback: "claimed",
  };
  const claimed = define("claimed", "x: f64, y: f64, d: f64", (p, _x, _y, d) => [
    p.mul(10, d),
    p.mul(100, d),
  ]);
  const p = { functions: [main, product, claimed] };
  expect(gradients(p, [2, 5])).toEqual([
    [10, 300],
    [10, 300],
  ]);
});

test("stopGradient and what is flat carry nothing", () => {
  const flat: PrimitiveBase[] = [ad.stopGradient, ad.floor, ad.round, ad.sign];
  for (const f of flat) {
    const p = program(1, (b, [x]) => b.primitive(ad.mul, b.primitive(f, x!), x!));
    expect(gradients(p, [2.7])).toEqual([[f.evaluate(2.7)], [f.evaluate(2.7)]]);
  }
});

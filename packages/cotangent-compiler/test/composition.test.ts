/** Transforms of transforms of plain functions: the numbers of the same function on Reals, transformed eagerly. */
import * as ad from "cotangent";
import type { Real } from "cotangent";
import { describe, expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

// oxlint-disable-next-line no-explicit-any -- functions of every shape go through the same transforms
type Any = any;
type Transform = (f: Any) => Any;

/** A function twice: as plain code, and on Reals. */
interface Pair {
  readonly plain: Any;
  readonly real: Any;
  readonly args: readonly unknown[];
  /** A list like that of the arguments. */
  readonly along: readonly unknown[];
}

const { add, cos, exp, mul, pow, sin, sub, sum } = ad;

const pairs: Readonly<Record<string, Pair>> = {
  "numbers to a number": {
    plain: differentiable((x: number, y: number): number => Math.sin(x * y) + x ** 3 * y),
    real: (x: Real, y: Real) => add(sin(mul(x, y)), mul(pow(x, 3), y)),
    args: [0.7, 1.3],
    along: [0.3, -0.8],
  },
  "an array to a number": {
    plain: differentiable((x: Float64Array): number => {
      let s = 0;
      for (let i = 0; i + 1 < x.length; i++) s += Math.sin(x[i]! * x[i + 1]!) + x[i]! ** 3;
      return s;
    }),
    real: (x: readonly Real[]) => sum(x.slice(0, -1).map((v, i) => add(sin(mul(v, x[i + 1]!)), pow(v, 3)))),
    args: [Float64Array.of(0.3, -0.6, 1.1)],
    along: [Float64Array.of(1, 0.5, -0.25)],
  },
  "an object with rows, and a number, to a number": {
    plain: differentiable((p: { w: number[][]; b: number }, x: number): number => {
      let s = p.b ** 2 * x;
      for (const row of p.w) {
        let t = p.b;
        for (let j = 0; j < row.length; j++) t += row[j]! * x ** j;
        s += Math.exp(0.3 * t) * row[0]!;
      }
      return s;
    }),
    real: (p: { w: Real[][]; b: Real }, x: Real) => {
      let s = mul(mul(p.b, p.b), x);
      for (const row of p.w) {
        let t = p.b;
        row.forEach((w, j) => (t = add(t, mul(w, pow(x, j)))));
        s = add(s, mul(exp(mul(0.3, t)), row[0]!));
      }
      return s;
    },
    args: [
      {
        w: [
          [0.2, 0.5],
          [0.7, -0.3, 0.4],
        ],
        b: 0.6,
      },
      1.2,
    ],
    along: [
      {
        w: [
          [1, 0.5],
          [0.3, 0.2, 0.1],
        ],
        b: 0.4,
      },
      -0.5,
    ],
  },
};

const several: Readonly<Record<string, Pair>> = {
  "numbers to a tuple and an object": {
    plain: differentiable((r: number, t: number) => ({
      x: r * Math.cos(t),
      yz: [r * r * Math.sin(t), r] as [number, number],
    })),
    real: (r: Real, t: Real) => ({ x: mul(r, cos(t)), yz: [mul(mul(r, r), sin(t)), r] }),
    args: [1.5, 0.4],
    along: [0.2, 0.9],
  },
  "rows to rows": {
    plain: differentiable((a: number[][], k: number): number[][] =>
      a.map((row) => row.map((v) => v * v * k)),
    ),
    real: (a: Real[][], k: Real) => a.map((row) => row.map((v) => mul(mul(v, v), k))),
    args: [[[1, 2], [3]], 0.5],
    along: [[[0.1, 0.2], [0.3]], 0.7],
  },
  "an array to an array": {
    plain: differentiable((x: Float64Array): Float64Array => {
      const out = new Float64Array(x.length);
      for (let i = 0; i < x.length; i++) out[i] = Math.exp(x[i]!) - x[(i + 1) % x.length]! ** 2 * x[i]!;
      return out;
    }),
    real: (x: readonly Real[]) =>
      x.map((v, i) => {
        const next = x[(i + 1) % x.length]!;
        return sub(exp(v), mul(mul(next, next), v));
      }),
    args: [Float64Array.of(0.2, 0.4, -0.3)],
    along: [Float64Array.of(1, -1, 0.5)],
  },
};

/** All numbers in a result, in order. */
function numbersIn(x: unknown): number[] {
  if (typeof x === "number") return [x];
  if (x instanceof Float64Array) return [...x];
  return Object.values(x as object).flatMap(numbersIn);
}

function expectSame(got: unknown, wanted: unknown): void {
  const [a, b] = [numbersIn(got), numbersIn(wanted)];
  expect(a.length).toBe(b.length);
  expect(b.some((v) => v !== 0)).toBe(true);
  a.forEach((v, i) => expect(Math.abs(v - b[i]!)).toBeLessThanOrEqual(1e-11 * (1 + Math.abs(b[i]!))));
}

const t = ad as unknown as Readonly<Record<string, Transform>>;
const bare = (name: string): Transform => t[name]!;

describe("functions of one number and one result", () => {
  const inner: Readonly<Record<string, Transform>> = {
    grad: bare("grad"),
    valueAndGrad: bare("valueAndGrad"),
    jacobian: bare("jacobian"),
    hessian: bare("hessian"),
  };
  const outer: Readonly<Record<string, (f: Any, pair: Pair) => unknown>> = {
    jacobian: (f, { args }) => t["jacobian"]!(f)(...args),
    "jacobian by the last": (f, { args }) => (ad.jacobian as Any)(f, { wrt: args.length - 1 })(...args),
    jvp: (f, { args, along }) => t["jvp"]!(f)(args, along),
    "vjp, pulled back": (f, { args }) => {
      const { value, pullback } = t["vjp"]!(f)(...args);
      return [value, pullback(value)];
    },
    "jacobian of jacobian": (f, { args }) => t["jacobian"]!(t["jacobian"]!(f))(...args),
  };
  for (const [what, pair] of Object.entries(pairs)) {
    for (const [i, make] of Object.entries(inner)) {
      test.each(Object.keys(outer))(`${what}: %s of ${i}`, (o) => {
        expectSame(outer[o]!(make(pair.plain), pair), outer[o]!(make(pair.real), pair));
      });
    }
    test(`${what}: jacobian of hvp and of jvp, by both lists`, () => {
      for (const name of ["hvp", "jvp"]) {
        const [plain, real] = [pair.plain, pair.real].map((f) =>
          t["jacobian"]!(t[name]!(f))(pair.args, pair.along),
        );
        expectSame(plain, real);
      }
    });
  }
});

describe("functions of several results", () => {
  for (const [what, pair] of Object.entries(several)) {
    test(`${what}: jacobian of jacobian, jvp of jacobian, vjp of jvp`, () => {
      const both = (run: (f: Any) => unknown): void => expectSame(run(pair.plain), run(pair.real));
      both((f) => t["jacobian"]!(t["jacobian"]!(f))(...pair.args));
      both((f) => t["jvp"]!(t["jacobian"]!(f))(pair.args, pair.along));
      both((f) => {
        const { value, pullback } = t["vjp"]!(t["jvp"]!(f))(pair.args, pair.along);
        return pullback(value);
      });
    });
  }
});

describe("to any order", () => {
  const f = differentiable((x: number): number => Math.sin(x) * x);
  // d⁴/dx⁴ (x sin x) = x sin x - 4 cos x
  const fourth = (x: number): number => x * Math.sin(x) - 4 * Math.cos(x);
  const { grad, hessian, jvp, derivative } = ad as unknown as Readonly<Record<string, Any>>;

  test("four times the same, and four different ways", () => {
    const x = 0.7;
    const ways = [
      grad(grad(grad(grad(f))))(x),
      hessian(hessian(f))(x),
      derivative(f, 4)(x),
      derivative(grad(derivative(f)), 2)(x),
      jvp(grad(hessian(f)))([x], [1]).tangent,
    ];
    for (const way of ways) expect(way).toBeCloseTo(fourth(x), 12);
    expect(derivative(f, 0)(x)).toBe(Math.sin(x) * x);
  });

  test("where a first derivative, or a factor of it, is zero", () => {
    // A path that carries nothing contributes nothing; but what it carries varies.
    const smooth = differentiable((x: number): number => Math.sqrt(1 + x * x));
    const series = differentiable((x: number): number => {
      let [term, total] = [1, 1];
      for (let k = 1; k < 20; k++) {
        term *= x / k;
        total += term;
      }
      return total;
    });
    const onReals = (x: Real): Real => ad.sqrt(add(1, mul(x, x)));
    for (const g of [smooth, series, onReals]) {
      for (const way of [
        hessian(g),
        grad(grad(g)),
        derivative(g, 2),
        derivative(grad(g)),
        ad.compile(hessian(g)),
      ]) {
        expect(way(0)).toBe(1);
      }
    }
    expect(derivative(series, 3)(0)).toBe(1);
  });

  test("inactive arguments stay what they are, and cost nothing", () => {
    const residual = differentiable((a: number, xs: Float64Array, n: number): number => {
      let s = 0;
      for (let i = 0; i < n; i++) s += Math.sin(a * xs[i]!);
      return s;
    });
    const g = (ad.compile as Any)(grad(grad(residual, { wrt: "a" }), { wrt: "a" }));
    const xs = Float64Array.of(1, 2, 3);
    expect(g(0.5, xs, 2)).toBeCloseTo(-Math.sin(0.5) - 4 * Math.sin(1), 14);
    // No array is made for derivatives by the data.
    expect(kindsIn(g.program)).toContain("load");
    expect(kindsIn(g.program)).not.toContain("allocate");
  });

  test("arrays of any length, by one and the same program", () => {
    const cube = differentiable((x: Float64Array): number => x.reduce((s, v) => s + v ** 3, 0));
    const h = (ad.compile as Any)(ad.jacobian(grad(cube)));
    for (const n of [1, 4, 9]) {
      const x = Float64Array.from({ length: n }, (_, i) => i + 1);
      const rows: Float64Array[] = h(x);
      rows.forEach((row, i) => row.forEach((v, j) => expect(v).toBe(i === j ? 6 * (i + 1) : 0)));
    }
  });
});

/** The kinds of all operations of a program. */
function kindsIn(program: { readonly functions: readonly { readonly body: unknown }[] }): string[] {
  const found: string[] = [];
  const visit = (region: Any): void => {
    for (const op of region.ops) {
      found.push(op.kind);
      op.regions.forEach(visit);
    }
  };
  for (const f of program.functions) visit(f.body);
  return found;
}

describe("tangents, vectors and cotangents must have the structure of what they belong to", () => {
  const rows = differentiable((a: number[][]): number[] => a.map((r) => r.reduce((s, v) => s + v * v, 0)));
  const norm = differentiable((x: number[]): number => x.reduce((s, v) => s + v ** 3, 0));
  const { grad, hvp, jacobian, jvp, vjp } = ad as unknown as Readonly<Record<string, Any>>;
  const at = [[1, 2], [3]];
  const expectRefused = (run: () => unknown): void => {
    expect(run).toThrow(/has not the structure of what it belongs to[^]*mixed-structures/);
  };

  test("as they are", () => {
    expect(jvp(rows)([at], [[[1, 0], [1]]]).tangent).toEqual([2, 6]);
    expect(vjp(rows)(at).pullback([1, 10])).toEqual([[2, 4], [60]]);
    expect(hvp(norm)([[1, 2]], [[1, 0]])).toEqual([6, 0]);
  });

  test("too short, too long, and rows of other lengths", () => {
    expectRefused(() => jvp(rows)([at], [[[1], [1]]]));
    expectRefused(() => jvp(rows)([at], [[[1], [1, 1]]]));
    expectRefused(() => jvp(rows)([at], [[[1, 1], [1], []]]));
    expectRefused(() => vjp(rows)(at).pullback([1]));
    expectRefused(() => vjp(rows)(at).pullback([1, 1, 1]));
    expectRefused(() => hvp(norm)([[1, 2]], [[1]]));
    expectRefused(() => jacobian(jvp(rows))([at], [[[1], [1]]]));
    expectRefused(() => vjp(grad(norm))([1, 2]).pullback([1, 1, 1]));
  });

  test("inside a function, too", () => {
    const f = differentiable(
      (n: number): number => {
        const v = new Float64Array(n);
        return jvp((y: Float64Array) => y[0]! * 3 + y[1]!)([new Float64Array(2)], [v.fill(1)]).tangent;
      },
      { scope: { jvp } },
    );
    expect(f(2)).toBe(4);
    expectRefused(() => f(3));
    const tuple = differentiable(
      (x: number): number => jvp((y: [number, number]) => y[0] * y[1])([[x, x]], [[1, 1, 1]]).tangent,
      { scope: { jvp } },
    );
    expect(() => tuple(2)).toThrow("unsupported-type");
  });
});

describe("what has no derivative says so", () => {
  const polar = differentiable((r: number, t: number) => [r * Math.cos(t), r * Math.sin(t)]);
  const { grad, jacobian, vjp } = ad as unknown as Readonly<Record<string, Any>>;

  test("grad of a gradient of several arguments, a function in a result, a name that is not there", () => {
    const f = differentiable((x: number, y: number): number => x * y);
    expect(() => grad(grad(f))(1, 2)).toThrow(
      /grad: grad\(anonymous\) does not return a single number[^]*result-not-scalar/,
    );
    expect(() => jacobian(vjp(f))(1, 2)).toThrow(/unsupported-transform/);
    expect(() => jacobian(grad(f), { wrt: "z" })(1, 2)).toThrow(
      /parameters of grad\(anonymous\) are x, y[^]*wrong-option/,
    );
    expect(() => jacobian(f, { wrt: ["x", 0] })(1, 2)).toThrow(/twice[^]*wrong-option/);
    expect(() => grad(polar)(1, 2)).toThrow(/result-not-scalar/);
  });
});

test("what is no number stays as it is, in derivatives of every kind", () => {
  const f: Any = differentiable((p: Any, unit: string) => {
    let s = 0;
    for (const m of p.marks) {
      if (m.kind === "square") s += m.size ** 2;
      else if (m.kind === "cube" && m.isOn) s += p.by * m.size ** 3;
    }
    return p.isOn && unit === "km" ? 1000 * s : unit === "m" ? s : NaN;
  });
  const marks = (...sizes: unknown[]): unknown[] => [
    { kind: "square", size: sizes[0], isOn: false },
    { kind: "cube", size: sizes[1], isOn: true },
    { kind: "cube", size: sizes[2], isOn: false },
  ];
  const like = (by: unknown, ...sizes: unknown[]): unknown => ({
    by,
    isOn: true,
    marks: marks(...sizes),
  });
  const args = [like(5, 2, 3, 4), "m"] as const;
  const along = [like(1, 10, 100, 1000), "m"];
  const gradient = [like(27, 4, 135, 0), "m"];
  expect(ad.grad(f)(...args)).toEqual(gradient);
  expect(
    ad
      .vjp(f)(...args)
      .pullback(1),
  ).toEqual(gradient);
  const row = (...numbers: [number, number, number, number]): unknown => [like(...numbers), "m"];
  const second = like(row(0, 0, 27, 0), row(0, 2, 0, 0), row(27, 0, 90, 0), row(0, 0, 0, 0));
  expect(ad.hessian(f)(...args)).toEqual([second, "m"]);
  expect(ad.jacobian(ad.grad(f))(...args)).toEqual(ad.hessian(f)(...args));
  expect(ad.hvp(f)(args, along)).toEqual([like(2700, 20, 27 + 9000, 0), "m"]);
  const twice: Any = differentiable((list: Any) =>
    list.map((m: Any) => ({ isOn: m.isOn, size: 2 * m.size })),
  );
  const list = [true, false].map((isOn) => ({ isOn, size: 3 }));
  expect(ad.jvp(twice)([list], [list]).tangent).toEqual(list.map(({ isOn }) => ({ isOn, size: 6 })));
});

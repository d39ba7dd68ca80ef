import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, exp, log, max, mul, sin, square, sub, tanh } from "../../src/primitives/index.ts";
import { check } from "../../src/program/check.ts";
import { interpreter } from "../../src/program/interpret.ts";
import type { Program, Region } from "../../src/program/ir.ts";
import { print } from "../../src/program/print.ts";
import { record } from "../../src/program/record.ts";
import { roll } from "../../src/program/roll/index.ts";
import type { Real } from "../../src/real/real.ts";
import { made, steps } from "./repetitive.ts";

type Vectors = (x: readonly Real[]) => readonly Real[];

/** The program of a function of n Reals, which writes its results to an array. */
const recorded = (f: Vectors, n: number): Program =>
  record(
    "f",
    [
      { name: "x", ty: "array", noalias: true },
      { name: "out", ty: "array", noalias: true },
    ],
    (recorder, b, [x, out]) => {
      const inputs = Array.from({ length: n }, (_, i) => recorder.variable(b.load(x!, b.i32(i))));
      f(inputs).forEach((y, k) => b.store(out!, b.i32(k), recorder.valueOf(y)));
      return [];
    },
  );

const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const numbers = (n: number): Float64Array => Float64Array.from(range(n), (i) => Math.sin(12.9898 * (i + 1)));

/** Rolled, after checking that it computes the same to the bit. */
function rolled(f: Vectors, n: number): Program {
  const program = recorded(f, n);
  const result = roll(program);
  expect(check(result)).toEqual([]);
  const length = f(Array.from(numbers(n))).length;
  const outs = [program, result].map((p) => {
    const out = new Float64Array(length);
    interpreter(p)(numbers(n), out);
    return out;
  });
  expect(outs[1]).toEqual(outs[0]);
  return result;
}

/** How many operations on numbers a program consists of, and how deep its loops are nested. */
function measure(program: Program): { operations: number; depth: number } {
  let [operations, depth] = [0, 0];
  const visit = (region: Region, level: number): void => {
    depth = Math.max(depth, level);
    for (const op of region.ops) {
      if (op.kind === "primitive") operations++;
      for (const inner of op.regions) visit(inner, level + 1);
    }
  };
  visit(program.functions[0]!.body, 0);
  return { operations, depth };
}

const shape = (f: Vectors, n: number): { operations: number; depth: number } => measure(rolled(f, n));

describe("what repeats is rolled", () => {
  test("into loops that a person would write", () => {
    const f: Vectors = (x) => [x.reduce((s: Real, xi) => add(s, exp(sub(xi, 1))), 0)];
    expect(print(rolled(f, 50))).toBe(`function f(x: array noalias, out: array noalias) {
  v0 = f64 0
  v1 = i32 0
  v2 = i32 50
  v3 = for v4 = v1 to v2 (v5 = v0) {
    v6 = load(x, v4)
    v7 = f64 1
    v8 = sub(v6, v7)
    v9 = exp(v8)
    v10 = add(v5, v9)
    yield v10
  }
  v11 = i32 0
  store(out, v11, v3)
}
`);
  });

  test("maps, with neighbours and constants", () => {
    const f: Vectors = (x) =>
      x.slice(1).map((xi, i) => add(mul(Math.cos(i), xi), mul(Math.sin(i), square(x[i]!))));
    expect(shape(f, 40)).toEqual({ operations: 4, depth: 1 });
  });

  test("maxima and products, from the first element on", () => {
    expect(shape((x) => [x.reduce((m, xi) => max(m, xi))], 40)).toEqual({ operations: 1, depth: 1 });
    expect(shape((x) => [x.reduce((m, xi) => mul(m, xi))], 40)).toEqual({ operations: 1, depth: 1 });
  });

  test("steps in time", () => {
    // Runge and Kutta's, of the fourth order, for a pendulum.
    const slope = ([p, q]: readonly Real[]): Real[] => [q!, mul(-9.81, sin(p!))];
    const along = (y: readonly Real[], k: readonly Real[], h: number): Real[] =>
      y.map((yi, i) => add(yi, mul(h, k[i]!)));
    const f: Vectors = (x) => {
      let y: Real[] = [x[0]!, x[1]!];
      for (let t = 0; t < 100; t++) {
        const k1 = slope(y);
        const k2 = slope(along(y, k1, 0.005));
        const k3 = slope(along(y, k2, 0.005));
        const k4 = slope(along(y, k3, 0.01));
        y = y.map((yi, i) =>
          add(yi, mul(0.01 / 6, add(add(k1[i]!, mul(2, k2[i]!)), add(mul(2, k3[i]!), k4[i]!)))),
        );
      }
      return y;
    };
    expect(shape(f, 2)).toEqual({ operations: 34, depth: 1 });
  });

  test("a recurrence that looks back two steps", () => {
    const f: Vectors = (x) => {
      let [p, q] = [x[0]!, x[1]!];
      for (let t = 0; t < 60; t++) [p, q] = [q, sub(mul(1.9, q), p)];
      return [q];
    };
    // The first two steps have nothing of their kind before them.
    expect(shape(f, 2)).toEqual({ operations: 6, depth: 1 });
  });

  test("a matrix times a vector, summed up", () => {
    const f: Vectors = (x) => [
      range(30).reduce((total: Real, i) => {
        const r = x.reduce((s: Real, xj, j) => add(s, mul(Math.cos(i * 8 + j), xj)), -Math.sin(i));
        return add(total, square(r));
      }, 0),
    ];
    expect(shape(f, 8)).toEqual({ operations: 4, depth: 2 });
  });

  test("layers of a network, over points", () => {
    const layer = (w: readonly Real[], at: number, inputs: readonly Real[], width: number): Real[] =>
      range(width).map((i) =>
        tanh(
          inputs.reduce(
            (s: Real, h, j) => add(s, mul(w[at + i * (inputs.length + 1) + j]!, h)),
            w[at + i * (inputs.length + 1) + inputs.length]!,
          ),
        ),
      );
    const f: Vectors = (w) => [
      range(20).reduce((loss: Real, p) => {
        const out = layer(
          w,
          0,
          range(8).map((k) => Math.sin(p * k)),
          6,
        );
        return add(loss, square(layer(w, 54, out, 1)[0]!));
      }, 0),
    ];
    expect(shape(f, 61)).toEqual({ operations: 8, depth: 3 });
  });

  test("an equation of heat: each row from the one before", () => {
    const f: Vectors = (x) => {
      let u = x;
      for (let t = 0; t < 20; t++) {
        const now = u;
        u = now.map((ui, i) =>
          i === 0 || i === now.length - 1
            ? ui
            : add(ui, mul(0.1, add(now[i - 1]!, sub(now[i + 1]!, mul(2, ui))))),
        );
      }
      return u;
    };
    const { operations, depth } = shape(f, 30);
    expect(depth).toBe(2);
    expect(operations).toBeLessThan(80);
  });

  test("several loops, one after the other, and what is between them", () => {
    const f: Vectors = (x) => {
      const sum = x.reduce((s: Real, xi) => add(s, xi), 0);
      const mean = mul(1 / x.length, sum);
      const spread = x.reduce((s: Real, xi) => add(s, square(sub(xi, mean))), 0);
      const scale = log(add(1, spread));
      return x.map((xi) => mul(sub(xi, mean), scale));
    };
    expect(shape(f, 50)).toEqual({ operations: 9, depth: 1 });
  });
});

describe("what does not repeat", () => {
  test("stays as it is", () => {
    const program = recorded((x) => [mul(sin(x[0]!), add(x[1]!, exp(x[2]!)))], 3);
    expect(roll(program)).toBe(program);
  });

  test("nor is anything rolled that would not be shorter", () => {
    const program = recorded((x) => x.slice(0, 4).map((xi) => sin(xi)), 4);
    expect(roll(program)).toBe(program);
  });
});

test("random repetitions, nested, shifted and broken off: the same bits", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 3, max: 14 }), (list, n) => {
      rolled(made(list), n);
    }),
    { numRuns: Number(globalThis.process?.env["FUZZ"] ?? 300) },
  );
});

/** Random expressions with shared parts: every mode against every other, and against differences. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  atan2,
  checkDerivatives,
  cos,
  derivative,
  div,
  exp,
  grad,
  gt,
  hessian,
  hvp,
  hypot,
  jacobian,
  jvp,
  max,
  mul,
  Scalar,
  sigmoid,
  sin,
  sqrt,
  square,
  sub,
  sum,
  tanh,
  topologicalSort,
  where,
} from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

const INPUTS = 4;

/** Steps of a computation: each takes earlier values, so that values are shared. All are smooth and tame. */
const unary: ((x: Real) => Real)[] = [
  sin,
  cos,
  tanh,
  sigmoid,
  (x) => square(tanh(x)),
  (x) => sqrt(add(square(x), 1)),
  (x) => exp(tanh(x)),
  (x) => div(x, add(1, square(x))),
];
const binary: ((x: Real, y: Real) => Real)[] = [
  add,
  sub,
  (x, y) => mul(tanh(x), y),
  (x, y) => hypot(add(2, tanh(x)), y),
  (x, y) => atan2(x, add(3, square(y))),
  (x, y) => where(gt(x, 0.123), mul(x, sin(y)), add(mul(x, sin(y)), cos(x))),
  (x, y) => max(add(x, 10), y),
];

interface Step {
  readonly kind: "unary" | "binary" | "sum";
  readonly op: number;
  readonly from: readonly number[];
}
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("unary", "binary", "sum"),
  op: fc.nat(1000),
  from: fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }),
});
const point = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: INPUTS, maxLength: INPUTS });
const steps = fc.array(step, { minLength: 1, maxLength: 25 });

const build =
  (list: readonly Step[]) =>
  (xs: readonly Real[]): Real => {
    const values: Real[] = [...xs];
    for (const { kind, op, from } of list) {
      const arg = (k: number): Real => values[from[k % from.length]! % values.length]!;
      if (kind === "unary") values.push(unary[op % unary.length]!(arg(0)));
      else if (kind === "binary") values.push(binary[op % binary.length]!(arg(0), arg(1)));
      else values.push(sum(from.map((_, k) => arg(k))));
    }
    return values.at(-1)!;
  };

/** Equal but for the rounding of sums taken in another order. */
function close(got: number, expected: number, scale: number): void {
  expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-13 * Math.max(1, scale, Math.abs(expected)));
}

const settings = { numRuns: 200, seed: 20_261_123 };

describe("random expression graphs", () => {
  it("reverse mode = forward mode = define-by-run", () => {
    fc.assert(
      fc.property(steps, point, (list, at) => {
        const f = build(list);
        const reverse = grad(f)(at);
        const scale = Math.max(...reverse.map(Math.abs));
        at.forEach((_, i) => {
          close(jvp(f)([at], [at.map((_x, k) => (k === i ? 1 : 0))]).tangent, reverse[i]!, scale);
        });
        const leaves = at.map((x) => new Scalar(x));
        const out = f(leaves);
        if (out instanceof Scalar) out.backward();
        leaves.forEach((x, i) => expect(x.derivative ?? 0).toBe(reverse[i]!));
      }),
      settings,
    );
  });

  it("first and second derivatives agree with differences", () => {
    fc.assert(
      fc.property(steps, point, (list, at) => {
        checkDerivatives(build(list), [at], { tolerance: 1e-6 });
      }),
      { ...settings, numRuns: 25 },
    );
  });

  it("hessian = its transpose = jacobian of grad = columns by hvp", () => {
    fc.assert(
      fc.property(steps, point, (list, at) => {
        const f = build(list);
        const h = hessian(f)(at);
        const scale = Math.max(...h.flat().map(Math.abs));
        const j = jacobian((xs: readonly Real[]) => grad(f)(xs))(at);
        at.forEach((_, a) => {
          const column = hvp(f)([at], [at.map((_x, k) => (k === a ? 1 : 0))]);
          at.forEach((_x, b) => {
            close(h[a]![b]!, h[b]![a]!, scale);
            close(j[a]![b]!, h[a]![b]!, scale);
            close(column[b]!, h[b]![a]!, scale);
          });
        });
      }),
      { ...settings, numRuns: 60 },
    );
  });

  it("third derivatives are the same in every nesting", () => {
    const along = (list: readonly Step[], at: readonly number[]) => (t: Real) =>
      build(list)(at.map((x, i) => add(x, mul(t, i - 1.5))));
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), point, (list, at) => {
        const g = along(list, at);
        const expected = derivative(g, 3)(0.1);
        const again = grad((t: Real) => derivative(g, 2)(t))(0.1);
        const back = grad((t: Real) => grad((u: Real) => grad(g)(u))(t))(0.1);
        const size =
          1e3 * Math.max(1, Math.abs(expected), Math.abs(derivative(g, 2)(0.1)), Math.abs(grad(g)(0.1)));
        close(again, expected, size);
        close(back, expected, size);
      }),
      { ...settings, numRuns: 60 },
    );
  });

  it("topologicalSort is a topological order of exactly what is used", () => {
    fc.assert(
      fc.property(steps, point, (list, at) => {
        const out = build(list)(at.map((x) => new Scalar(x)));
        if (!(out instanceof Scalar)) return;
        const sorted = topologicalSort(out);
        const position = new Map(sorted.map((v, i) => [v, i]));
        expect(position.size).toBe(sorted.length);
        const used = new Set<Scalar>();
        const visit = (v: Scalar): void => {
          if (used.has(v)) return;
          used.add(v);
          v.parents.forEach((p) => {
            visit(p);
            expect(position.get(p)).toBeGreaterThan(position.get(v)!);
          });
        };
        visit(out);
        expect(new Set(sorted)).toEqual(used);
      }),
      settings,
    );
  });
});

/** Random programs as people write them (`sow.ts`): compiled, and their derivatives. */
import fc from "fast-check";
import * as ad from "cotangent";
import { describe, expect, test } from "vitest";

import { capture } from "../src/capture.ts";
import type { AnyFunction } from "../src/capture.ts";
import { sow } from "./sow.ts";

// oxlint-disable-next-line no-explicit-any -- the types of the transforms are those of functions of Reals
type Any = any;
const { compile, grad, hvp, jvp } = ad as Any;

const RUNS = Number(globalThis.process?.env["COTANGENT_RUNS"] ?? 25);
const choices = fc.array(fc.nat(5039), { minLength: 100, maxLength: 500, size: "max" });

const numbers = (length: number, k: number): number[] =>
  Array.from({ length }, (_, i) => Math.round(1e4 * Math.sin((i + 1) * 12.9 * k + k)) / 1e4 + 3e-5);

/** One of each parameter: lists of several lengths, rows, an object, a text, a Float64Array, objects in a list. */
const call = (k: number, n: number, length: number, rows: number, columns: number): unknown[] => [
  0.7123 + 0.1 * k,
  n,
  numbers(length, k),
  numbers(length + (k % 2), k + 1),
  Array.from({ length: rows }, (_, i) => numbers(columns, k + i)),
  { u: 0.3171 * k, v: -1.2371 + 0.2 * k, w: numbers(3, k + 5) },
  k % 2 === 1 ? "sine" : "cube",
  Float64Array.from(numbers(length, k + 9)),
  Array.from({ length: k % 3 === 2 ? 0 : rows + 1 }, (_, i) => ({
    x: Math.sin(i * 3.3 + k),
    y: Math.cos(i * 2.2 + k),
  })),
];
const CALLS = [
  call(1, 3, 3, 3, 3),
  call(2, 0, 0, 0, 0),
  call(3, 1, 1, 1, 2),
  call(4, 5, 7, 2, 4),
  call(5, 2, 2, 4, 1),
  call(7, 6, 12, 5, 5),
];
/** By which is differentiated: not by n, nor by the text. */
const WRT = [0, 2, 3, 4, 5, 7, 8];

/** Numbers at the edges, in some places. Comparisons by which is sorted must be comparisons. */
const odd = (p: number, q: number, r: number): unknown[] => {
  const args = call(8, 4, 5, 2, 3) as Any;
  [args[0], args[2][1], args[2][4], args[3][0], args[4][1][0], args[5].w[1]] = [p, q, r, p, q, r];
  return args;
};
const ODD = [odd(Number.NaN, Infinity, -0), odd(-0, -Infinity, 1e300), odd(Infinity, -0, 5e-324)];

// oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- generated here
const plainOf = (source: string): AnyFunction => new Function(`return ${source}`)() as AnyFunction;

/** Numbers, in order. */
const flat = (x: unknown): number[] =>
  typeof x === "number" ? [x] : typeof x === "object" && x !== null ? Object.values(x).flatMap(flat) : [];
/** x, with each number what `next` makes of it. */
function map(x: unknown, next: (v: number) => number): unknown {
  if (typeof x === "number") return next(x);
  if (x instanceof Float64Array) return x.map(next);
  if (Array.isArray(x)) return x.map((v) => map(v, next));
  if (typeof x !== "object" || x === null) return x;
  return Object.fromEntries(Object.entries(x).map(([key, v]) => [key, map(v, next)]));
}
const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((s, v, i) => s + v * y[i]!, 0);
const close = (x: number, y: number, tolerance: number): boolean =>
  Math.abs(x - y) <= tolerance * (1 + Math.abs(x) + Math.abs(y));

describe("random programs as people write them", () => {
  test.each(["js", "wasm"] as const)("compiled to %s, they do what they do when called", (target) => {
    fc.assert(
      fc.property(choices, (list) => {
        const source = sow(list);
        const plain = plainOf(source);
        const compiled = compile(capture(plain, {}), { target, math: "exact" });
        // The first one twice: nothing is left over from the others.
        for (const args of [...CALLS, ...(source.includes("sort(") ? [] : ODD), CALLS[0]]) {
          const [given, wanted] = [structuredClone(args) as unknown[], structuredClone(args) as unknown[]];
          const result = compiled(...given) as number;
          expect({ source, result, given }).toEqual({ source, result: plain(...wanted), given: wanted });
        }
      }),
      { numRuns: RUNS, seed: 20261123 },
    );
  });

  test("reverse = forward = differences; the Hessian's products are differences of gradients", () => {
    let compared = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const source = sow(list);
        const plain = plainOf(source);
        const f = capture(plain, {});
        const [gradient, pushforward, product] = [
          compile(grad(f, { wrt: WRT })),
          compile(jvp(f)),
          compile(hvp(f)),
        ];
        for (const args of CALLS) {
          const value = plain(...structuredClone(args)) as number;
          if (!(Math.abs(value) < 1e6)) continue;
          let k = 0;
          const along = args.map((x, i) => map(x, () => (WRT.includes(i) ? Math.sin(++k * 7.77) : 0)));
          const moved = (h: number): unknown[] =>
            args.map((x, i) => {
              const t = flat(along[i])[Symbol.iterator]();
              return map(x, (v) => v + h * (t.next().value as number));
            });
          const of = (x: unknown): number[] => flat(WRT.map((i) => (x as unknown[])[i]));
          const first = flat(gradient(...structuredClone(args)));
          const { tangent } = pushforward(args, along) as { tangent: number };
          // Where numbers grow without bounds, there is nothing to compare.
          if (!(Math.abs(tangent) < 1e6) || first.some((v) => !(Math.abs(v) < 1e6))) continue;
          const reverse = dot(first, of(along));
          expect({ source, args, agree: close(tangent, reverse, 1e-7) || [tangent, reverse] }).toEqual({
            source,
            args,
            agree: true,
          });
          const difference = (h: number): number =>
            ((plain(...moved(h)) as number) - (plain(...moved(-h)) as number)) / (2 * h);
          const [coarse, middle, fine] = [1e-4, 1e-5, 1e-6].map(difference) as [number, number, number];
          // Beside a kink or a jump they disagree among themselves.
          const isSmooth = close(coarse, middle, 1e-4) && close(middle, fine, 1e-4);
          const isRight = !isSmooth || close(middle, tangent, 1e-3) || [middle, tangent];
          expect({ source, args, isRight }).toEqual({ source, args, isRight: true });
          compared += Number(isSmooth);
          const second = of(product(args, along));
          const differences = (h: number): number[] => {
            const [ahead, behind] = [flat(gradient(...moved(h))), flat(gradient(...moved(-h)))];
            return ahead.map((v, i) => (v - behind[i]!) / (2 * h));
          };
          const [d, e, g] = [1e-3, 1e-4, 1e-5].map(differences) as [number[], number[], number[]];
          const wrong = second.filter(
            (v, i) => close(d[i]!, e[i]!, 1e-4) && close(e[i]!, g[i]!, 1e-4) && !close(e[i]!, v, 2e-3),
          );
          expect({ source, args, wrong }).toEqual({ source, args, wrong: [] });
        }
      }),
      { numRuns: Math.ceil(RUNS / 2), seed: 20261124 },
    );
    expect(compared).toBeGreaterThan(RUNS);
  });
});

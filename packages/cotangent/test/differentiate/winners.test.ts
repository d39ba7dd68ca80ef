/** Loops that keep the best: their derivative is that of the iteration that won, and of all where there was a tie. */
import { describe, expect, test } from "vitest";
import { reverse } from "../../src/differentiate/reverse.ts";
import { rememberWinners } from "../../src/differentiate/winners.ts";
import type { Op, Program, Region } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { parse } from "../../src/program/parse.ts";
import { legal, run, verify } from "./support.ts";
import { primitives } from "../program/texts.ts";

const program = (text: string): Program => parse(text, { primitives });

/** The nearest of the points x to p, by its squared distance. */
const nearest = (choose: string): Program =>
  program(`function nearest(x: array noalias, p: f64, first: f64): f64 {
    zero = i32 0
    n = length(x)
    best = for i = zero to n (m = first) {
      xi = load(x, i)
      e = sub(xi, p)
      d = square(e)
      ${choose}
      yield next
    }
    twice = add(best, best)
    return twice
  }`);

const FORMS: Readonly<Record<string, string>> = {
  min: "next = min(m, d)",
  "min, the other way round": "next = min(d, m)",
  max: "next = max(m, d)",
  select: "c = f64.lt(d, m)\nnext = select(c, d, m)",
  "select, kept where it holds": "c = f64.le(m, d)\nnext = select(c, m, d)",
  if: "c = f64.gt(d, m)\nnext = if c {\nyield d\n} else {\nyield m\n}",
  "if, computed inside": "c = f64.gt(d, m)\nnext = if c {\ns = sin(d)\nyield s\n} else {\nyield m\n}",
};

const operations = (region: Region): Op[] =>
  region.ops.flatMap((op) => [op, ...op.regions.flatMap(operations)]);

describe.each(Object.entries(FORMS))("%s", (_, choose) => {
  const original = nearest(choose);
  const points = Float64Array.of(1.25, -0.5, 3, 0.75, 2);

  test("the loop itself carries no derivative", () => {
    const rewritten = legal(rememberWinners(original));
    expect(rewritten).not.toBe(original);
    const derivative = optimise(reverse(original, { seeds: "one" }).program);
    const stores = (region: Region): boolean => operations(region).some((op) => op.kind === "tape.store");
    const loop = derivative.functions[0]!.body.ops.find((op) => op.kind === "for");
    expect(stores(loop!.regions[0]!)).toBe(false);
  });

  test("values are the same to the bit, derivatives agree with differences", () => {
    for (const first of [-1, 0.01, 2, 100]) {
      expect(run(rememberWinners(original), [points, 0.3, first])).toEqual(
        run(original, [points, 0.3, first]),
      );
      verify(original, [points, 0.3, first]);
    }
    verify(original, [new Float64Array(0), 0.3, 7]);
  });
});

describe("a tie", () => {
  const gradient = (text: string, args: readonly (number | Float64Array)[]): unknown => {
    const { program: derivative } = reverse(nearest(text), { seeds: "one" });
    return run(derivative, [...args, new Float64Array((args[0] as Float64Array).length)]).args.at(-1);
  };

  test("in a minimum: half to what came last, and of the rest half to what came before", () => {
    const x = Float64Array.of(2, 0, 5, 0);
    // d = 1 at the points 2, 0 and 0; twice that, with slopes 2, -2 and -2.
    expect(gradient(FORMS["min"]!, [x, 1, 50])).toEqual(Float64Array.of(1, -1, 0, -2));
    expect(gradient(FORMS["min"]!, [x, 1, 1])).toEqual(Float64Array.of(0.5, -1, 0, -2));
  });

  test("that was overtaken counts for nothing", () => {
    const x = Float64Array.of(2, 0, 1.5);
    expect(gradient(FORMS["min"]!, [x, 1, 50])).toEqual(Float64Array.of(0, 0, 2));
  });

  test("where a condition chooses: to what it chose", () => {
    const x = Float64Array.of(2, 0, 5, 0);
    expect(gradient(FORMS["select"]!, [x, 1, 50])).toEqual(Float64Array.of(4, 0, 0, 0));
  });

  test("NaN is the result, and nothing else has a part in it", () => {
    const { program: derivative } = reverse(nearest(FORMS["max"]!), { seeds: "one" });
    const { results, args } = run(derivative, [Float64Array.of(2, NaN, 3), 1, 0, new Float64Array(3)]);
    expect(results[0]).toBeNaN();
    expect(args.at(-1)).toEqual(Float64Array.of(0, NaN, 0));
  });
});

test("what the best is used for in the loop, or what depends on it, is left alone", () => {
  const bodies = [
    // The old one is kept as well.
    "c = f64.lt(d, m)\nnext, second = if c {\nyield d, m\n} else {\nyield m, k\n}",
    // The new one goes into a sum.
    "next = min(m, d)\nsecond = add(k, next)",
    // What is compared depends on the sum.
    "second = add(k, d)\nnext = min(m, second)",
    // What is read is written.
    "next = min(m, d)\nstore(x, i, next)\nsecond = sin(k)",
  ];
  for (const body of bodies) {
    const text = `function f(x: array noalias, p: f64): f64 {
      zero = i32 0
      large = f64 100
      n = length(x)
      best, other = for i = zero to n (m = large, k = large) {
        xi = load(x, i)
        e = sub(xi, p)
        d = square(e)
        ${body}
        yield next, second
      }
      y = mul(best, other)
      return y
    }`;
    const original = program(text);
    expect(rememberWinners(original).functions[0]).toBe(original.functions[0]);
    verify(original, [Float64Array.of(1.25, -0.5, 3, 0.75), 0.3]);
  }
});

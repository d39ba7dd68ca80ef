/** Second derivatives over the corpus: forward over reverse = reverse over reverse = differences of gradients. */
import fc from "fast-check";
import { check, leafTypes, stride, toLeaves } from "cotangent/program";
import type { Leaf, Structure } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { forward, reverse, transformProgram } from "../../cotangent/src/differentiate/index.ts";
import { CompileError } from "../src/errors.ts";
import { lower } from "../src/lower/lower.ts";
import type { Lowered } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { optimise } from "../../cotangent/src/program/optimise/index.ts";
import { elementsOf, offsetsOfArrays } from "../../cotangent/src/program/structure.ts";
import { parseExpression, parseSource } from "../src/source.ts";
import { structureOf } from "../src/structures.ts";
import { grow } from "./grow.ts";
import { corpus } from "./corpus/index.ts";
import { copy, dot, like, run } from "./leaves.ts";

const RUNS = Number(globalThis.process?.env["COTANGENT_RUNS"] ?? 60);

/** One of its inputs is where its two branches meet, at which the second derivative jumps. */
const CORNERS: ReadonlySet<string> = new Set(["huber"]);

/** Numbers that look arbitrary but are the same each time. */
function* numbers(): Generator<number, never> {
  for (let k = 1; ; k++) yield Math.sin(k * 78.233) * 0.6 + 0.2;
}

/** Where rows begin and how long they are is the same in what belongs to a value as in the value. */
function withRowsOf(s: Structure, values: readonly Leaf[], others: readonly Leaf[]): readonly Leaf[] {
  elementsOf(s).forEach((element, k) => {
    const [from, to] = [values[k]!, others[k]!];
    if (element === undefined || typeof from === "number" || typeof to === "number") return;
    for (const offset of offsetsOfArrays(element)) {
      for (let at = offset; at < from.length; at += stride(element)) to.set(from.subarray(at, at + 2), at);
    }
  });
  return others;
}

/** How many functions of a file have second derivatives other than zero: most of them, or something is wrong. */
const curved = new Map<string, Set<string>>();

for (const [file, { cases, text }] of Object.entries(corpus)) {
  const module = readModule(parseSource(text, `${file}.ts`));
  const functions = functionsOf(module);
  curved.set(file, new Set());
  describe(`corpus: ${file}: second derivatives`, () => {
    test.each(Object.keys(cases))("%s", (name) => {
      for (const make of cases[name]!) {
        const args = make();
        const given = Array.from(args, () => undefined);
        const of = lower(module, functions.get(name)!, name, given);
        const results = leafTypes(of.result);
        const leaves = of.params.flatMap((p, i) => toLeaves(p.structure, args[i], p.name));
        if (results.length === 0 || results.includes("i32") || leaves.length === 0) continue;
        const values = run(of.program, copy(leaves));
        if (values.some((v) => typeof v === "number" && !Number.isFinite(v))) continue;

        // x, c -> (dy/dx)ᵀ c, whose derivative by x is the Hessian of c·y.
        const pullback = transformProgram(of, { transform: "pullback" }, name);
        expect(check(pullback.program)).toEqual([]);
        const random = numbers();
        const next = (): number => random.next().value;
        const cotangents = withRowsOf(
          of.result,
          values,
          values.map((v) => like(v, next)),
        );
        const x = [...leaves, ...cotangents];
        const types = pullback.program.functions[0]!.params.map((p) => p.ty);
        const wrt = leaves.flatMap((_, i) => (types[i] === "i32" ? [] : [i]));
        const gradient = run(pullback.program, copy(x));

        const f = forward(pullback.program, { wrt });
        expect(check(f.program)).toEqual([]);
        const directions = new Map(wrt.map((i) => [i, like(leaves[i]!, next)]));
        const tangents = f.tangentParameters.map((i) => directions.get(i) ?? like(x[i]!, () => 0));
        const there = run(f.program, [...copy(x), ...copy(tangents)]).slice(gradient.length);
        const weights = gradient.map((v) => like(v, next));
        const pushed = dot(
          f.tangentResults.map((k) => weights[k]!),
          there,
        );
        if (!Number.isFinite(pushed)) continue;

        const r = reverse(pullback.program, { wrt });
        expect(check(r.program)).toEqual([]);
        const adjoints = r.adjointParameters.map((i) => like(x[i]!, () => 0));
        const seeds = r.of.map((k) => weights[k]!);
        const back = run(r.program, [...copy(x), ...copy(seeds), ...adjoints]).slice(gradient.length);
        const along = (i: number): Leaf => directions.get(i)!;
        const pulled = dot(r.adjointParameters.map(along), adjoints) + dot(r.adjointResults.map(along), back);
        expect(Math.abs(pushed - pulled)).toBeLessThanOrEqual(1e-8 * (1 + Math.abs(pushed)));
        if (pushed !== 0) curved.get(file)!.add(name);

        // Differences of gradients, where two step widths agree that there is something to compare.
        const nested = of.params.some((p) => /"element":.*"kind":"array"/.test(JSON.stringify(p.structure)));
        if (nested || CORNERS.has(name)) continue;
        const at = (h: number): number => {
          const moved = x.map((v, i) => {
            const t = directions.get(i);
            if (t === undefined) return v;
            return typeof v === "number"
              ? v + h * (t as number)
              : v.map((y, k) => y + h * (t as Float64Array)[k]!);
          });
          return dot(weights, run(pullback.program, copy(moved)));
        };
        const difference = (h: number): number => (at(h) - at(-h)) / (2 * h);
        let [coarse, fine] = [Number.NaN, Number.NaN];
        try {
          [coarse, fine] = [difference(1e-4), difference(1e-5)];
        } catch {
          // An argument that must be an integer.
        }
        const smooth = Math.abs(coarse - fine) < 1e-4 * (1 + Math.abs(fine)) && Math.abs(fine) > 1e-3;
        const error = smooth ? Math.abs(coarse - pushed) / (1 + Math.abs(coarse)) : 0;
        expect(error).toBeLessThan(1e-3);
      }
    });
  });
}

describe("random functions: second derivatives", () => {
  const choices = fc.array(fc.nat(1000), { minLength: 50, maxLength: 120, size: "max" });
  const call = [0.7, -1.3, 3, [0.5, -0.25, 2]];
  /** Some that are this large return numbers here and arrays there, which is refused. */
  const lowered = (source: string): Lowered | undefined => {
    const module = { source: parseExpression(source), declarations: new Map(), types: new Map() };
    try {
      return lower(module, module.source.program, "f", call.map(structureOf));
    } catch (error) {
      if (error instanceof CompileError && error.code === "aliased-structure") return undefined;
      throw error;
    }
  };
  /** uᵀ H v, of a sum of the results, by two compositions. */
  const ways = (source: string): readonly [number, number] => {
    const of = lowered(source);
    if (of === undefined) return [0, 0];
    const leaves = of.params.flatMap((p, i) => toLeaves(p.structure, call[i], p.name));
    const gradient = transformProgram(of, { transform: "pullback" }, "f");
    let k = 0;
    const next = (): number => Math.sin(++k * 12.9898);
    const cotangents = run(of.program, copy(leaves)).map((x) => like(x, next));
    const x = [...leaves, ...cotangents];
    const values = run(gradient.program, copy(x));
    // By n, an integer, nothing is differentiated.
    const weights = values.map((y, i) => like(y, i === 2 ? () => 0 : next));
    const along = leaves.map((y, i) => like(y, i === 2 ? () => 0 : next));
    const f = forward(gradient.program, { wrt: [0, 1, 3] });
    const tangents = f.tangentParameters.map((i) => along[i] ?? like(x[i]!, () => 0));
    const pushed = run(optimise(f.program), [...copy(x), ...copy(tangents)]).slice(values.length);
    const again = transformProgram(gradient, { transform: "pullback" }, "g");
    expect(check(again.program)).toEqual([]);
    const pulled = run(optimise(again.program), [...copy(x), ...copy(weights)]).slice(0, leaves.length);
    return [dot(weights, pushed), dot(along, pulled)];
  };

  test("forward over reverse = reverse over reverse", () => {
    let compared = 0;
    fc.assert(
      fc.property(choices, (list) => {
        const source = grow(list);
        const [pushed, pulled] = ways(source);
        if (!Number.isFinite(pushed) || Math.abs(pushed) > 1e60) return;
        if (pushed !== 0) compared++;
        const error = Math.abs(pushed - pulled) / (1 + Math.abs(pushed));
        expect({ source, pushed, pulled, agree: error < 1e-6 }).toEqual({
          source,
          pushed,
          pulled,
          agree: true,
        });
      }),
      { numRuns: RUNS, seed: 20261128 },
    );
    expect(compared).toBeGreaterThan(RUNS / 30);
  });
});

test("most functions of numbers are curved somewhere", () => {
  const counts = Object.fromEntries([...curved].map(([file, names]) => [file, names.size]));
  const least = { arrays: 12, loops: 12, problems: 8, scalars: 15, structures: 10 };
  for (const [file, n] of Object.entries(least)) expect([file, counts[file]! >= n]).toEqual([file, true]);
});

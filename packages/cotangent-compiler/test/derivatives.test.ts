import { check, toLeaves } from "cotangent/program";
import type { Leaf } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { forward, reverse } from "../../cotangent/src/differentiate/index.ts";
import { lower } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { corpus } from "./corpus/index.ts";
import { copy, dot, like, run } from "./leaves.ts";

/** At one of their inputs these jump or have a corner, or are defined by comparisons alone: differences mean nothing there. */
const CORNERS: ReadonlySet<string> = new Set(
  "bisection logicalValues reluNested fallThrough negatedComparison factorial".split(" "),
);

/** Numbers that look arbitrary but are the same each time. */
function* directions(): Generator<number, never> {
  for (let k = 1; ; k++) yield Math.sin(k * 12.9898) * 0.7 + 0.1;
}

for (const [file, { cases, text }] of Object.entries(corpus)) {
  const module = readModule(parseSource(text, `${file}.ts`));
  const functions = functionsOf(module);
  describe(`corpus: ${file}: forward = reverse = differences`, () => {
    test.each(Object.keys(cases))("%s", (name) => {
      for (const make of cases[name]!) {
        const args = make();
        const { program, params } = lower(
          module,
          functions.get(name)!,
          name,
          Array.from(args, () => undefined),
        );
        const types = program.functions[0]!.results;
        if (types.length === 0 || types.includes("i32")) continue;
        const leaves = params.flatMap((p, i) => toLeaves(p.structure, args[i], p.name));
        const values = run(program, copy(leaves));
        if (values.some((v) => typeof v === "number" && !Number.isFinite(v))) continue;
        const random = directions();
        const next = (): number => random.next().value;

        const f = forward(program);
        expect(check(f.program)).toEqual([]);
        const tangents = f.tangentParameters.map((i) => like(leaves[i]!, next));
        const shadows = copy(tangents);
        const there = run(f.program, [...copy(leaves), ...shadows]).slice(values.length);

        const r = reverse(program);
        expect(check(r.program)).toEqual([]);
        const seeds = r.of.map((i) => like(values[i]!, next));
        const adjoints = r.adjointParameters.map((i) => like(leaves[i]!, () => 0));
        const back = run(r.program, [...copy(leaves), ...copy(seeds), ...adjoints]).slice(values.length);

        const outputs = r.of.map((i) => there[f.tangentResults.indexOf(i)]!);
        const pushed = dot(seeds, outputs);
        const along = (i: number): Leaf => tangents[f.tangentParameters.indexOf(i)]!;
        const pulled = dot(r.adjointParameters.map(along), adjoints) + dot(r.adjointResults.map(along), back);
        if (!Number.isFinite(pushed)) continue;
        expect(Math.abs(pushed - pulled)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(pushed)));

        // Differences, where the function is smooth: two step widths agree.
        const at = (h: number): number => {
          const moved = leaves.map((x, i) => {
            const t = along(i);
            if (
              t === undefined ||
              params.some((p) => JSON.stringify(p.structure).includes('array","element":{"kind":"array"'))
            )
              return x;
            return typeof x === "number"
              ? x + h * (t as number)
              : x.map((v, k) => v + h * (t as Float64Array)[k]!);
          });
          const out = run(program, copy(moved));
          return dot(
            seeds,
            r.of.map((i) => out[i]!),
          );
        };
        if (CORNERS.has(name)) continue;
        const difference = (h: number): number => (at(h) - at(-h)) / (2 * h);
        let [coarse, fine] = [NaN, NaN];
        try {
          [coarse, fine] = [difference(1e-5), difference(1e-6)];
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

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { leastRecorded } from "../../src/differentiate/cut.ts";
import type { Repeating } from "../../src/differentiate/cut.ts";
import { Builder } from "../../src/program/builder.ts";
import type { Value } from "../../src/program/ir.ts";

/** Values that stand for nothing. */
function values(n: number): readonly Value[] {
  const b = new Builder();
  return Array.from({ length: n }, (_, k) => b.i32(k));
}

/** What it costs to have all that is wanted, with these recorded; Infinity where it cannot be had. */
function price(
  wanted: readonly Value[],
  repeating: (v: Value) => Repeating,
  recording: number,
  recorded: ReadonlySet<Value>,
): number {
  const had = new Set<Value>();
  let sum = 0;
  const have = (v: Value): void => {
    if (had.has(v)) return;
    had.add(v);
    if (recorded.has(v)) return;
    const { cost, operands } = repeating(v);
    sum += cost;
    if (cost < Infinity) operands.forEach(have);
  };
  wanted.forEach(have);
  return sum + recording * recorded.size;
}

describe("what is recorded", () => {
  test("costs as little as any other choice", () => {
    const graph = fc.array(
      fc.record({
        cost: fc.constantFrom(0, 1, 4, 8, Infinity),
        wanted: fc.boolean(),
        operands: fc.array(fc.nat(), { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 9 },
    );
    fc.assert(
      fc.property(graph, fc.integer({ min: 1, max: 12 }), (nodes, recording) => {
        const all = values(nodes.length);
        const repeating = (v: Value): Repeating => {
          const k = all.indexOf(v);
          const { cost, operands } = nodes[k]!;
          // Each is computed from those before it.
          return { cost, operands: k === 0 ? [] : operands.map((x) => all[x % k]!) };
        };
        const wanted = all.filter((_, k) => nodes[k]!.wanted);
        let least = Infinity;
        for (let choice = 0; choice < 1 << all.length; choice++) {
          const recorded = new Set(all.filter((_, k) => (choice >> k) & 1));
          least = Math.min(least, price(wanted, repeating, recording, recorded));
        }
        const found = leastRecorded(wanted, repeating, recording);
        expect(price(wanted, repeating, recording, found)).toBe(least);
      }),
      { seed: 16, numRuns: 300 },
    );
  });

  test("is one value behind two that are cheap", () => {
    const [x, y, z] = values(3) as [Value, Value, Value];
    const repeating = (v: Value): Repeating =>
      v === x ? { cost: Infinity, operands: [] } : { cost: 4, operands: [x] };
    expect([...leastRecorded([y, z], repeating, 24)]).toEqual([x]);
    expect([...leastRecorded([y, z], repeating, 3)]).toEqual([y, z]);
  });

  test("is all that is wanted, where that is too much to think about", () => {
    const all = values(5000);
    const repeating = (): Repeating => ({ cost: Infinity, operands: [] });
    expect(leastRecorded(all, repeating, 24).size).toBe(all.length);
  });
});

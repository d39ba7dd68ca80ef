import { describe, expect, it } from "vitest";
import { measure, quantile } from "../src/measure.ts";
import type { Row } from "../src/row.ts";
import { rows } from "../src/rows.ts";
import { table } from "../src/table.ts";

/** Does as much work as it is told. */
const contender = (name: string, work: number, result = 1) => ({
  name,
  prepare: () => ({
    run: () => {
      let x = 0;
      for (let i = 0; i < work; i++) x += Math.sin(x + i);
      return Number.isFinite(x) ? result : Number.NaN;
    },
    facts: { bytes: 7 },
  }),
});

describe("the harness", () => {
  const row: Row = {
    name: "sines",
    title: "sines",
    parts: { count: 10, name: "sine" },
    contenders: [contender("few", 1000), contender("many", 20_000)],
  };

  it("compares contenders within each round", async () => {
    const findings = await measure(row, { rounds: 5, sample: 2 });
    const [few, many] = findings.findings;
    expect(findings.rounds).toBe(5);
    expect(few!.ratio).toBe(1);
    expect(many!.ratio).toBeGreaterThan(2);
    expect(few!.perPart).toBe(few!.best / 10);
    expect(few!.best).toBeLessThanOrEqual(few!.time);
    expect(many!.ratioQuartiles[0]).toBeLessThanOrEqual(many!.ratio);
    expect(many!.ratioQuartiles[1]).toBeGreaterThanOrEqual(many!.ratio);
  });

  it("prints a table with every contender", async () => {
    const text = table(await measure(row, { rounds: 1, sample: 1 }));
    expect(text).toMatch(/sines: sines\n +time +best +per sine +ratio/);
    expect(text).toMatch(/few .* 1\.00x .*bytes 7/);
    expect(text).toMatch(/many .*x/);
  });

  it("refuses contenders whose results differ", async () => {
    const wrong = { ...row, contenders: [contender("right", 1), contender("wrong", 1, 2)] };
    await expect(measure(wrong, { rounds: 1, sample: 1 })).rejects.toThrow(
      "sines: wrong gives 2, but right gives 1",
    );
  });

  it("takes medians and quartiles", () => {
    expect(quantile([3, 1, 2], 0.5)).toBe(2);
    expect(quantile([4, 1, 2, 3], 0.5)).toBe(2.5);
    expect(quantile([1, 2, 3, 4, 5], 0.25)).toBe(2);
  });
});

describe("the rows", () => {
  it("have names of their own, that can be typed", () => {
    const names = rows.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^\S+$/);
  });

  it("of Scalars: everybody computes the same gradient", async () => {
    const row = rows.find(({ name }) => name === "scalars-1000")!;
    const ready = await Promise.all(row.contenders.map(async ({ prepare }) => prepare()));
    const [byHand, ...others] = ready.map(({ run }) => run());
    expect(others).toHaveLength(3);
    for (const other of others) expect(other / byHand!).toBeCloseTo(1, 12);
  });
});

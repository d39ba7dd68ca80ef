import { describe, expect, test } from "vitest";

import { presets } from "../src/descent/presets.ts";
import { levelsOf, shade } from "../src/descent/relief.ts";
import { descentSlice, methodIds } from "../src/descent/settings.ts";
import type { DescentSettings } from "../src/descent/settings.ts";
import { heights, landscapeOf, MOST_STEPS, walk } from "../src/descent/walks.ts";

const settings = (patch: Partial<DescentSettings>): DescentSettings => ({
  ...descentSlice.initial,
  ...patch,
});

describe("walks", () => {
  test.each(presets)("$name: every method ends somewhere, and says why", (preset) => {
    const f = landscapeOf(preset.source);
    for (const id of methodIds) {
      const { xs, values, steepness, reason } = walk(f, id, settings(preset));
      expect(xs[0]).toEqual(preset.start);
      expect([xs.length, steepness.length]).toEqual([values.length, values.length]);
      expect(values.length).toBeLessThanOrEqual(MOST_STEPS + 1);
      expect(reason).not.toBe("refused");
      xs.forEach(([x, y], k) => expect(values[k]).toBeCloseTo(f(x, y) as number, 10));
    }
  });

  test("Newton and L-BFGS find the end of Rosenbrock's valley, gradient descent does not in so many steps", () => {
    const f = landscapeOf(presets[0]!.source);
    for (const id of ["newton", "lbfgs"] as const) {
      const { xs, reason } = walk(f, id, settings({}));
      expect(["gradient", "precision"]).toContain(reason);
      expect(xs.at(-1)![0]).toBeCloseTo(1, 6);
      expect(xs.at(-1)![1]).toBeCloseTo(1, 6);
    }
    expect(walk(f, "gradient", settings({})).reason).toBe("iterations");
  });

  test("Newton needs one step on a quadratic, and says how often it computed what", () => {
    const ravine = presets.find(({ id }) => id === "ravine")!;
    const { xs, evaluations } = walk(
      landscapeOf(ravine.source),
      "newton",
      settings({ ...ravine, start: [0.4, 0.1] }),
    );
    expect(xs.at(-1)![0]).toBeCloseTo(0, 12);
    expect(xs).toHaveLength(2);
    expect(evaluations.hessians).toBe(2);
  });

  test("a start without a gradient is refused by each method, not by an error", () => {
    const { reason, problem, xs } = walk(
      landscapeOf("(x, y) => Math.log(x) + y"),
      "adam",
      settings({ start: [-1, 0] }),
    );
    expect([reason, xs]).toEqual(["refused", [[-1, 0]]]);
    expect(problem).toMatch(/start/i);
  });

  test("a step that is too long flies away", () => {
    const far = walk(
      landscapeOf(presets[0]!.source),
      "gradient",
      settings({ rates: { gradient: 1, momentum: 1, adam: 1 } }),
    );
    expect(far.reason).toBe("diverged");
  });

  test("only functions of two numbers are walked on", () => {
    for (const text of ["x => x", "(x, y, z) => x", "(x, y) => [x, y]", "(p: number[], y) => p[0] * y"]) {
      expect(() => landscapeOf(text)).toThrow(/is no function of two numbers/);
    }
    expect(() => landscapeOf("(x, y) => x +")).toThrow(/not TypeScript/);
  });
});

describe("the relief", () => {
  test("has the lowest row first", () => {
    const grid = heights(
      landscapeOf("(x, y) => x + 10 * y"),
      settings({ xRange: [0, 2], yRange: [0, 1] }),
      3,
    );
    expect([...grid]).toEqual([0, 1, 2, 5, 6, 7, 10, 11, 12]);
  });

  test("is brighter or darker the higher, in steps of equal shares, and paper where there is no height", () => {
    const size = 41;
    const grid = Float64Array.from({ length: size * size }, (_, i) =>
      i % size === 0 ? NaN : (i % size) ** 3,
    );
    const levels = levelsOf(grid);
    expect(levels).toHaveLength(15);
    const image = { width: size, height: size, data: new Uint8ClampedArray(4 * size * size) };
    shade(grid, levels, { low: [0, 0, 0], high: [150, 150, 150], none: [255, 0, 0] }, image);
    const row = Array.from({ length: size }, (_, j) => Array.from(image.data.slice(4 * j, 4 * j + 3)));
    expect(row[0]).toEqual([255, 0, 0]);
    expect([row[1], row.at(-1)]).toEqual([
      [0, 0, 0],
      [150, 150, 150],
    ]);
    const shades = row.slice(1).map(([r]) => r!);
    expect(shades).toEqual([...shades].sort((a, b) => a - b));
    for (const each of new Set(shades)) {
      expect(Math.abs(shades.filter((s) => s === each).length - (size - 1) / 16)).toBeLessThan(1.6);
    }
  });

  test("of a constant, and of nothing, is drawn all the same", () => {
    for (const z of [3, NaN]) {
      const grid = new Float64Array(16).fill(z);
      const image = { width: 4, height: 4, data: new Uint8ClampedArray(64) };
      shade(grid, levelsOf(grid), { low: [1, 1, 1], high: [9, 9, 9], none: [5, 5, 5] }, image);
      expect(new Set(image.data.filter((_, i) => i % 4 !== 3)).size).toBe(1);
    }
  });
});

describe("what a link says", () => {
  const { read, initial } = descentSlice;
  test("is taken where it is valid", () => {
    expect(read(initial)).toEqual(initial);
    expect(
      read({
        source: "(x, y) => x",
        methods: ["newton", "newton", "cheat"],
        start: [1e9, "a"],
        rates: { adam: 5 },
        xRange: [2, 1],
      }),
    ).toEqual({
      ...initial,
      source: "(x, y) => x",
      methods: ["newton"],
      start: [1e6, initial.start[1]],
      rates: { ...initial.rates, adam: 1 },
    });
  });

  test("and nonsense is left out", () => {
    for (const nonsense of [
      null,
      3,
      [],
      { source: 3, rates: 4, methods: {}, start: {}, xRange: [0, Infinity] },
    ]) {
      expect(read(nonsense)).toEqual(initial);
    }
    expect(read({ source: "x".repeat(20_000) })).toEqual(initial);
  });
});

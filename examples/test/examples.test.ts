import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { checkDerivatives } from "cotangent";
import type { Real } from "cotangent";
import { AddTimes2, Mul, Square, TimesFive } from "../src/page.ts";
import { fit, measurements, rate } from "../src/puromycin.ts";

describe("the page's functions", () => {
  const cases: [name: string, f: (xs: readonly Real[]) => Real, at: number[]][] = [
    ["TimesFive", ([x]) => TimesFive.apply(x!), [3]],
    ["Mul", ([x, y]) => Mul.apply(x!, y!), [3, 10]],
    ["AddTimes2", ([x, y]) => AddTimes2.apply(x!, y!), [3, 10]],
    ["Square", ([x]) => Square.apply(x!), [3]],
  ];
  it.each(cases)("%s has the derivatives that it says", (_name, f, at) => {
    const { comparisons, ok } = checkDerivatives(f, [at], { order: 1 });
    expect(ok).toBe(true);
    expect(comparisons.map(({ verdict }) => verdict)).not.toContain("unknown");
  });
});

describe("the enzyme", () => {
  it("is fitted as published (Bates and Watts 1988, and R's documentation of nls)", () => {
    const { x, standardErrors, standardDeviation, degreesOfFreedom, converged } = fit();
    expect(converged).toBe(true);
    expect(x.Vm).toBeCloseTo(212.68, 2);
    expect(x.K).toBeCloseTo(0.06412, 5);
    expect(standardErrors.Vm).toBeCloseTo(6.947, 3);
    expect(standardErrors.K).toBeCloseTo(0.00828, 5);
    expect(standardDeviation).toBeCloseTo(10.93, 2);
    expect(degreesOfFreedom).toBe(10);
  });

  it("has half of the greatest rate at K", () => {
    expect(rate({ Vm: 200, K: 0.06 }, 0.06)).toBe(100);
    expect(measurements).toHaveLength(12);
  });
});

describe("npm start", () => {
  const written: string[] = [];

  beforeAll(async () => {
    vi.spyOn(process.stdout, "write").mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    await import("../src/start.ts");
    vi.restoreAllMocks();
  }, 300_000);

  afterEach(() => {
    process.exitCode = undefined;
  });

  it("shows all four parts, each of them right", () => {
    const text = written.join("");
    expect(process.exitCode).toBe(0);
    for (const part of [1, 2, 3, 4]) expect(text).toContain(`── ${part} `);
    expect(text).toMatch(/Vm +212\.68.*✓/);
    expect(text).toMatch(/K +0\.06412.*✓/);
    expect(text).toContain("✓ 50 of 50 points right");
    expect(text).toMatch(/✓ (\d+) of \1 derivatives/);
    expect(text).not.toContain("✗");
  });

  it("fits into 80 columns, and has no colours in a file", () => {
    const text = written.join("");
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(text).not.toContain("\u001B");
  });
});

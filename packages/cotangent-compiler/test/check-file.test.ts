/** Derivatives of a file's functions against differences. */
import { describe, expect, test } from "vitest";

import { checkFile } from "../src/check/index.ts";

describe("checkFile", () => {
  test("functions of numbers, arrays, sizes and structures pass", () => {
    const { ok, functions } = checkFile(`
export const wave = (x: number, y: number): number => Math.sin(x) * Math.exp(y);
export function product(a: number[], x: number[], n: number): number[] {
  const y = new Array<number>(n).fill(0);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) y[i]! += a[i * n + j]! * x[j]!;
  return y;
}
export const length = (points: { x: number; y: number }[]): number =>
  points.reduce((s, p) => s + Math.hypot(p.x, p.y), 0);
`);
    expect(functions.map(({ name, line, status, points }) => [name, line, status, points])).toEqual([
      ["wave", 2, "passed", 8],
      ["product", 3, "passed", 8],
      ["length", 8, "passed", 8],
    ]);
    expect(ok).toBe(true);
    for (const { worst } of functions) expect(worst!.error).toBeLessThan(1e-6);
  });

  test("what depends on its argument through branches alone is found out: its derivative is not that of what it tends to", () => {
    const bisection = `export function root(a: number): number {
  let [lo, hi] = [0, 10];
  for (let i = 0; i < 60; i++) {
    const mid = 0.5 * (lo + hi);
    if (mid * mid * mid < a) lo = mid;
    else hi = mid;
  }
  return 0.5 * (lo + hi);
}`;
    const { ok, functions } = checkFile(bisection, { file: "root.ts", points: { root: [[8]] }, random: 0 });
    expect(ok).toBe(false);
    const [root] = functions;
    expect(root).toMatchObject({ name: "root", line: 1, column: 8, status: "failed", points: 1 });
    // 1/(3·∛a²), as far as differences of 60 bisections tell
    expect(root!.worst!.difference).toBeCloseTo(1 / 12, 6);
    expect(root!.worst).toMatchObject({ argument: "a", derivative: 0, at: [8] });
    expect(root!.reason).toMatch(/gives 0 by a, differences give 0\.0/);
  });

  test("random points outside the domain are rejected and counted; points in comments are taken", () => {
    const source = `// A wheel's speed.
// @check [4]
// @check [9]
export function speed(x: number): number {
  if (x < 3) throw new Error("too slow");
  return Math.sqrt(x - 3);
}`;
    const [speed] = checkFile(source).functions;
    expect(speed).toMatchObject({ status: "passed", points: 2 });
    expect(speed!.rejected).toBeGreaterThan(50);
    const [without] = checkFile(source.replaceAll("@check", "at")).functions;
    expect(without).toMatchObject({ status: "unchecked", points: 0, worst: undefined });
    expect(without!.reason).toMatch(/too slow[\s\S]*@check/);
  });

  test("corners are no failures, and integers are not differentiated by", () => {
    const source =
      "export const corner = (x: number): number => Math.abs(x); export const count = (n: number): number => n | 0;";
    const [corner, count] = checkFile(source, { points: { corner: [[0]] } }).functions;
    expect(corner).toMatchObject({ status: "passed", points: 8, rejected: 0 });
    expect(corner!.skipped).toEqual([
      {
        at: [0],
        reason: "By x, the function has a corner here, with slopes -1 and 1; the derivative given is 0.",
      },
    ]);
    const named = checkFile(source, { functions: ["corner"], points: { corner: [[0]] }, random: 0 });
    expect(named.ok).toBe(false);
    expect(named.functions[0]).toMatchObject({
      status: "unchecked",
      reason: expect.stringMatching(/^No point could be compared\. By x, .*corner/) as unknown,
    });
    expect(checkFile(source, { functions: ["count"] }).ok).toBe(false);
    expect(count).toMatchObject({ status: "unchecked", reason: "There is nothing to differentiate." });
  });

  test("only what is differentiated is checked, if anything is; what is outside the language is refused with its place", () => {
    const source = `const helper = (x: number): number => x;
export function f(x: number) {
  "use grad";
  return helper(x) + "a";
}`;
    const { ok, functions } = checkFile(source, { file: "f.ts" });
    expect(ok).toBe(false);
    expect(functions.map((f) => f.name)).toEqual(["f"]);
    expect(functions[0]).toMatchObject({ status: "refused" });
    expect(functions[0]!.reason).toMatch(/f\.ts:4:10/);
    expect(checkFile(source, { functions: ["helper"] }).ok).toBe(true);
    expect(() => checkFile(source, { functions: ["none"] })).toThrow("wrong-option");
    expect(checkFile("// @check 1, 2\nconst g = (x: number) => x;").functions[0]!.reason).toMatch(/as JSON/);
  });
});

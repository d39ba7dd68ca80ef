import { afterAll, beforeAll, expect, test } from "vitest";

import { makeCotangent } from "./support/cotangent.ts";
import type { Cotangent } from "./support/cotangent.ts";

let cotangent: Cotangent;
beforeAll(async () => {
  cotangent = await makeCotangent();
  await cotangent.write({
    "model.ts": `export function energy(x: Float64Array, p: { k: number; on: boolean }): number {
  "use grad";
  let total = 0;
  for (const each of x) total += each * each;
  return p.on ? p.k * total : 0;
}
`,
  });
});
afterAll(() => cotangent.remove());

interface Report {
  readonly function: string;
  readonly rounds: number;
  readonly findings: readonly Record<"transform" | "target" | "first" | "call" | "ratio", unknown>[];
}

test("the value comes first, as JavaScript; all are set beside it", async () => {
  const { code, out, error } = await cotangent.run([
    "bench",
    "model.ts",
    "--length",
    "50",
    "--transforms",
    "hessian,gradient",
    "--rounds",
    "3",
    "--json",
  ]);
  expect([code, error]).toEqual([0, ""]);
  const report = JSON.parse(out) as Report;
  expect(report).toMatchObject({ function: "energy", rounds: 3 });
  expect(report.findings.map(({ transform, target }) => [transform, target])).toEqual(
    ["value", "hessian", "gradient"].flatMap((each) => [
      [each, "js"],
      [each, "wasm"],
    ]),
  );
  expect(report.findings[0]!.ratio).toBe(1);
  for (const finding of report.findings) {
    for (const key of ["first", "call", "ratio"] as const) expect(finding[key]).toBeGreaterThan(0);
  }
});

test("a table for people", async () => {
  const { code, out } = await cotangent.run([
    "bench",
    "model.ts",
    "--arguments",
    '[[1, 2, 3], {"k": 2, "on": true}]',
    "--rounds",
    "1",
  ]);
  expect(code).toBe(0);
  expect(out).toMatch(/^energy, on Node v\d+/);
  expect(out).toMatch(/^ +first call +a call +beside the value$/m);
  expect(out).toMatch(/^value +JavaScript +[\d.]+ \S+ +[\d.]+ \S+ +1\.00x$/m);
  expect(out).toMatch(/^gradient +WebAssembly +[\d.]+ \S+ +[\d.]+ \S+ +[\d.]+x$/m);
});

test("of what returns several numbers, the Jacobian", async () => {
  const { out } = await cotangent.run(["bench", "(x, y) => [x * y, x]", "--rounds", "1", "--json"]);
  expect((JSON.parse(out) as Report).findings[2]!.transform).toBe("jacobian");
});

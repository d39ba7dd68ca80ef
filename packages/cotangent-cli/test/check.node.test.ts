import { afterAll, beforeAll, expect, test } from "vitest";

import { makeCotangent } from "./support/cotangent.ts";
import type { Cotangent } from "./support/cotangent.ts";

let cotangent: Cotangent;
beforeAll(async () => {
  cotangent = await makeCotangent();
  await cotangent.write({
    "model.ts": `import { grad } from "cotangent";
import { half } from "./half.ts";
export function energy(x: number, w: number[]): number {
  "use grad";
  return half(x ** 2) + w[0]! * x;
}
const slope = grad((x: number): number => x * x);
// @check [2000000]
export function far(x: number): number {
  "use grad";
  return Math.sqrt(x - 1e6);
}
export const never = (x: number): string => \`\${x}\`;
export { slope };
`,
    "half.ts": "export const half = (x: number): number => x / 2;\n",
    "label.ts":
      "export function f(x: number): number {\n  return x + `${x}`.length;\n}\nexport const g = (x: number): number => x;\n",
  });
});
afterAll(() => cotangent.remove());

test("functions that are differentiated are checked, imports followed", async () => {
  const { code, out, error } = await cotangent.run(["check", "model.ts"]);
  expect({ code, error }).toEqual({ code: 0, error: "" });
  expect(out).toMatch(/^✓ energy +8 points$/m);
  expect(out).toMatch(/^✓ far +1 point/m);
  expect(out).not.toContain("never");
  const data = JSON.parse((await cotangent.run(["check", "model.ts", "--json", "--random", "3"])).out) as {
    ok: boolean;
    functions: { name: string; status: string; points: number }[];
  };
  expect(data.ok).toBe(true);
  expect(data.functions.find(({ name }) => name === "energy")).toMatchObject({ status: "passed", points: 3 });
});

test("an expression is checked, at points of one's own", async () => {
  const { code, out } = await cotangent.run([
    "check",
    "(x, y) => sin(x) * y",
    "--at",
    "1,2",
    "--random",
    "2",
  ]);
  expect(code).toBe(0);
  expect(out).toBe("✓ f  3 points\n\n1 of 1 right.\n");
});

test("a derivative that is wrong fails: a branch that holds at one point only", async () => {
  await cotangent.write({
    "gap.ts": "export function gap(x: number): number {\n  return x === 1 ? 1 : x * x;\n}\n",
  });
  const { code, out, error } = await cotangent.run(["check", "gap.ts", "--at", "1", "-f", "gap"]);
  expect([code, error]).toEqual([1, ""]);
  expect(out).toMatch(
    /^✗ gap {2}a derivative is wrong[^]*gap\.ts:1:\d+\n {4}at \(1\), by x:\n {4}(?:reverse|forward) mode gives 0, differences give/,
  );
  expect(out).toMatch(/^0 of 1 right, 1 not\.$/m);
  const typed = await cotangent.run(["check", "x => x === 1 ? 1 : x * x", "--at", "1", "--json"]);
  expect(typed.code).toBe(1);
  expect(JSON.parse(typed.out)).toMatchObject({
    ok: false,
    functions: [{ status: "failed", worst: { at: [1], derivative: 0 } }],
  });
});

test("what is outside of the language fails, with its place", async () => {
  const { code, out, error } = await cotangent.run(["check", "label.ts"]);
  expect([code, error]).toEqual([1, ""]);
  expect(out).toMatch(/^✗ f {2}outside of the language$/m);
  expect(out).toMatch(/label\.ts:2:\d+[^]*>2 \| {3}return x/);
  expect(out).toMatch(/^✓ g/m);
  expect(out).toMatch(/^1 of 2 right, 1 not\.$/m);
});

test("wrong use is told", async () => {
  for (const [args, message] of [
    [["check", "label.ts", "--at", "1"], /--function NAME/],
    [["check", "label.ts", "-f", "h"], /There is no function "h"/],
    [["check", "x => x", "--random", "1.5"], /--random is 1\.5/],
    [["check", "absent.ts"], /no such file/],
  ] as const) {
    const { code, error } = await cotangent.run(args);
    expect(code).toBe(2);
    expect(error).toMatch(message);
  }
  const broken = await cotangent.run(["check", "x => x +"]);
  expect([broken.code, broken.error]).toEqual([
    3,
    expect.stringMatching(/^expression:1:9: error/) as unknown,
  ]);
});

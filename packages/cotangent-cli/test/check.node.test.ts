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

test("standard input is checked, a module or an expression", async () => {
  const input = "// @check [2000000]\nexport const far = (x: number): number => Math.sqrt(x - 1e6);\n";
  const module = await cotangent.run(["check", "-"], { input });
  expect([module.code, module.error]).toEqual([0, ""]);
  expect(module.out).toMatch(/^✓ far {2}1 point/);
  const expression = await cotangent.run(["check", "-", "--at", "1"], { input: "x => sin(x)\n" });
  expect(expression).toMatchObject({ code: 0, out: "✓ f  9 points\n\n1 of 1 right.\n" });
});

test("where nothing is checked, it says so and does not end as if all were well", async () => {
  for (const [args, input, out] of [
    [["check", "-"], "", /^Nothing was checked: there is no function/],
    [["check", "-"], "export const K = 3;\n", /^Nothing was checked: there is no function/],
    [
      ["check", "x => x | 0"],
      "",
      /^\? f {2}not checked: There is nothing to differentiate\.\n\nNothing was checked\.\n$/,
    ],
    [
      ["check", "x => abs(x)", "--at", "0", "--random", "0"],
      "",
      /^\? f {2}not checked\n[^]*corner[^]*\nNothing was checked\.\n$/,
    ],
  ] as const) {
    const ended = await cotangent.run(args, { input });
    expect(ended).toMatchObject({ code: 4, error: "" });
    expect(ended.out).toMatch(out);
    const data = await cotangent.run([...args, "--json"], { input });
    expect([data.code, (JSON.parse(data.out) as { ok: boolean }).ok]).toEqual([4, false]);
  }
  // One among others is no failure.
  const both = "export const f = (x: number): number => x;\nexport const n = (k: number): number => k | 0;\n";
  const mixed = await cotangent.run(["check", "-"], { input: both });
  expect([mixed.code, mixed.out]).toEqual([
    0,
    expect.stringContaining("1 of 2 right, 1 not checked.") as unknown,
  ]);
});

test("a point that was named, but cannot be compared: what is there", async () => {
  for (const [text, at, expected] of [
    [
      "x => abs(x - 2)",
      "2",
      "By x, the function has a corner here, with slopes -1 and 1; the derivative given is 0.",
    ],
    [
      "(x, k) => k * Math.floor(x)",
      "3,2",
      "By x, the function jumps here, from 4 to 6; the derivative given is 0.",
    ],
    [
      "x => Math.sqrt(x)",
      "0",
      "By x, the function is defined on one side of this only; the derivative given is Infinity.",
    ],
    [
      "x => Math.cbrt(x)",
      "0",
      "By x, the function has no finite slope here; the derivative given is Infinity.",
    ],
    ["x => [Math.max(x, 0), x]", "0", "By x, the function has a corner here."],
    ["x => 1 / x", "0", "The function gives no finite number there."],
  ] as const) {
    const { code, out } = await cotangent.run(["check", text, "--at", at, "--random", "1"]);
    const point = `(${at.replace(",", ", ")})`;
    expect([text, code]).toEqual([text, 0]);
    expect(out).toContain(`\n    at ${point}: not compared. ${expected}\n`);
  }
});

test("a function may take as many steps as are allowed", async () => {
  const text = "x => { let s = 0; for (let i = 0; i < 1000; i++) s += x; return s; }";
  expect((await cotangent.run(["check", text])).code).toBe(0);
  const { code, out } = await cotangent.run(["check", text, "--at", "1", "--steps", "999"]);
  expect(code).toBe(4);
  expect(out).toMatch(/stopped after 999 loop iterations and calls, in a loop[^]*allow more: --steps\./);
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

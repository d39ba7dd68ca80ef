import { readFileSync, symlinkSync } from "node:fs";
import { grad, hessian } from "cotangent";
import { readFunction } from "cotangent-compiler/read";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeCotangent } from "./support/cotangent.ts";
import type { Cotangent } from "./support/cotangent.ts";

const MODEL = `import { weight } from "./weight.ts";
export function energy(x: Float64Array, k: number): number {
  let total = 0;
  for (let i = 1; i < x.length; i++) total += weight(i) * k * (x[i]! - x[i - 1]!) ** 2;
  return total;
}
export const other = (t: number): number => t;
`;

let cotangent: Cotangent;
beforeAll(async () => {
  cotangent = await makeCotangent();
  await cotangent.write({
    "model.ts": MODEL,
    "weight.ts": "export const weight = (i: number): number => 1 / i;\n",
    "label.ts": "export function f(x: number): number {\n  return x + `${x}`.length;\n}\n",
  });
});
afterAll(() => cotangent.remove());

const plain = MODEL.replace(/import.*/, "const weight = (i: number): number => 1 / i;");

describe("derive", () => {
  test("writes a module without imports that gives the gradient", async () => {
    const { code, out, error } = await cotangent.run([
      "derive",
      "model.ts",
      "-f",
      "energy",
      "-o",
      "energy.gradient.ts",
    ]);
    expect({ code, out, error }).toEqual({ code: 0, out: "", error: "" });
    const text = readFileSync(cotangent.path("energy.gradient.ts"), "utf8");
    expect(text).not.toContain("import");
    expect(text).toContain("model.ts");
    const x = Float64Array.of(0.1, 0.5, -0.3, 2);
    const expected = grad(readFunction(plain, { function: "energy" }))(x, 1.5) as unknown as [
      Float64Array,
      number,
    ];
    const [dX, dK] = readFunction(text)(x, 1.5) as [ArrayLike<number>, number];
    expect(dK).toBeCloseTo(expected[1], 14);
    expect(Array.from(dX)).toHaveLength(4);
    Array.from(dX).forEach((d, i) => expect(d).toBeCloseTo(expected[0][i]!, 14));
  });

  test("other modes, and by some parameters", async () => {
    const text = "(x, y) => x ** 3 * y ** 2";
    const { out } = await cotangent.run(["derive", text, "--mode", "hessian"]);
    expect(readFunction(out)(2, 3)).toEqual(hessian(readFunction(text))(2, 3));
    const byY = await cotangent.run(["derive", text, "--wrt", "y", "--value", "--json"]);
    const derived = JSON.parse(byY.out) as { code: string; function: string; mode: string };
    expect(derived).toMatchObject({ function: "f", mode: "reverse" });
    expect(Object.values(readFunction(derived.code)(2, 3) as object)).toEqual([72, [48]]);
  });

  test("from standard input: a module, with what it imports, or an expression", async () => {
    const module = await cotangent.run(["derive", "-", "-f", "energy"], { input: MODEL });
    const file = await cotangent.run(["derive", "model.ts", "-f", "energy"]);
    expect([module.code, file.code]).toEqual([0, 0]);
    expect(module.out).toBe(file.out.replace("model.ts:2", "standard input:2"));
    const expression = await cotangent.run(["derive", "-"], { input: "(x, y) => sin(x) * y\n" });
    expect([expression.code, expression.error]).toEqual([0, ""]);
    expect(readFunction(expression.out)(2, 3)).toEqual([3 * Math.cos(2), Math.sin(2)]);
    const broken = await cotangent.run(["derive", "-"], { input: "x =>\n  x *\n" });
    expect([broken.code, broken.out]).toEqual([3, ""]);
    expect(broken.error).toMatch(/^standard input:3:1: error: /);
  });

  test("never overwrites the source, whatever its file is called", async () => {
    await cotangent.write({ "own.ts": "export const f = (x: number): number => x * x;\n" });
    const before = readFileSync(cotangent.path("own.ts"), "utf8");
    symlinkSync(cotangent.path("own.ts"), cotangent.path("link.ts"));
    for (const [source, target] of [
      ["own.ts", "own.ts"],
      ["own.ts", "./own.ts"],
      ["own.ts", "link.ts"],
      ["link.ts", "own.ts"],
    ] as const) {
      const { code, error } = await cotangent.run(["derive", source, "-o", target]);
      expect([code, error]).toEqual([
        2,
        expect.stringContaining(`${target} is the source itself.`) as unknown,
      ]);
      expect(readFileSync(cotangent.path("own.ts"), "utf8")).toBe(before);
    }
    expect((await cotangent.run(["derive", "own.ts", "-o", "other.ts"])).code).toBe(0);
    expect((await cotangent.run(["derive", "own.ts", "-o", "other.ts"])).code).toBe(0);
  });

  test("errors are where they belong", async () => {
    const cases = [
      [["derive", "label.ts"], 3, /^label\.ts:2:\d+: error: [^]*>2 \|/],
      [["derive", "x => unheard(x)"], 3, /^expression:1:6: error: unheard is not known here/],
      [["derive", "x => x", "--wrt", "z"], 2, /wrt names "z"/],
      [["derive", "model.ts"], 2, /energy, other/],
      [["derive", "x => x", "--mode", "sideways"], 2, /Choose one of reverse, forward/],
      [["derive", "x => x", "-o", "x.svg"], 2, /svg is no format/],
    ] as const;
    for (const [args, expected, message] of cases) {
      const { code, out, error } = await cotangent.run(args);
      expect(error).toMatch(message);
      expect([code, out]).toEqual([expected, ""]);
      expect(error).not.toMatch(/^\s+at /m);
    }
  });
});

/** Functions of other modules that nobody captured: a build says so where the derivative is asked for. */
import { describe, expect, test } from "vitest";

import { readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { transform } from "../src/transform.ts";

const HELPER = `import { mul, type Real } from "cotangent";
export { shown as renamed } from "./deep.ts";
export function square(x: number): number {
  return x * x;
}
export const cube = (x: number): number => x ** 3;
export function marked(x: number): number {
  "use grad";
  return x * x;
}
export const traced = (x: Real): Real => mul(x, x);
export const data = [1, 2, 3];
export const outside = (x: number): number => x * Math.random();
export let changing = (x: number): number => x;
changing = square;
`;
const DEEP = "export const shown = (x: number): number => 2 * x;\n";

/** What is warned of in a module: the lines' numbers, and the messages. */
function warned(body: string): readonly (readonly [line: number, message: string])[] {
  const files = new Map([
    ["./helper.ts", readModule(parseSource(HELPER, "helper.ts"))],
    ["./deep.ts", readModule(parseSource(DEEP, "deep.ts"))],
  ]);
  const found = transform(body, "main.ts", { resolve: (_, from) => files.get(from) });
  return (found?.warnings ?? []).map((w) => [w.line, w.message]);
}

const IMPORTS = `import * as ad from "cotangent";
import { grad, hessian } from "cotangent";
import { minimize } from "cotangent/optimize";
import { square, cube, marked, traced, data, outside, changing, renamed } from "./helper.ts";
import { elsewhere } from "./nowhere.ts";
`;

describe("a plain function of another module that is not captured there", () => {
  test.each([
    ["grad(square)(3);", "square", "grad"],
    ["hessian(cube)(3);", "cube", "hessian"],
    ["ad.grad((square))(3);", "square", "ad.grad"],
    ["minimize(square as never, 3);", "square", "minimize"],
    ["grad(renamed)(3);", "renamed", "grad"],
    ["const f = (x: number) => grad(cube)(x);", "cube", "grad"],
  ])("%s", (line, name, asks) => {
    const [first, ...rest] = warned(`${IMPORTS}${line}\n`);
    expect(rest).toEqual([]);
    expect(first![0]).toBe(6);
    expect(first![1]).toContain(
      `${name} is a plain function of another module, which does not capture it: ${asks.replace("ad.", "")} will fail when it runs.`,
    );
    expect(first![1]).toContain('Mark it there, as its first statement: "use grad". [implicit-conversion]');
    const column = IMPORTS.split("\n").length;
    expect(first![1]).toContain(`(main.ts:${column}:${line.indexOf(name) + 1})`);
  });

  test.each([
    ["it is marked there", "grad(marked)(3);"],
    ["it is written on Reals", "grad(traced)(3);"],
    ["it is no function", "grad(data as never);"],
    ["what it stands for may change", "grad(changing)(3);"],
    ["its own module says what is wrong with it, if anything", "grad(outside)(3);"],
    ["its source is not at hand", "grad(elsewhere)(3);"],
    ["another variable is called the same", "const g = (square: (x: number) => number) => grad(square)(3);"],
    ["it is called, not differentiated", "grad((x: number) => square(x))(3);"],
  ])("no warning where %s", (_, line) => {
    expect(warned(`${IMPORTS}${line}\n`)).toEqual([]);
  });

  test("under precompile the precompiler says what it cannot do", () => {
    const module = readModule(parseSource(HELPER, "helper.ts"));
    const code = `import { grad } from "cotangent";\nimport { square } from "./helper.ts";\nexport const d = grad(square);\n`;
    const found = transform(code, "main.ts", { resolve: () => module, precompile: {} });
    expect(found?.warnings.map((w) => w.message).join("\n") ?? "").not.toContain("will fail when it runs");
  });
});

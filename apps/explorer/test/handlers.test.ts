import { describe, expect, test } from "vitest";

import { boxesSlice } from "../src/boxes/boxes-slice.ts";
import { progressAt } from "../src/boxes/progress.ts";
import { examples } from "../src/examples/examples.ts";
import { handlers } from "../src/language/handlers.ts";
import type { GraphPicture } from "../src/language/graph.ts";

const one = (source: string, name = ""): { source: string; name: string } => ({ source, name });

describe("a text is read", () => {
  test("as a module, whose last function is meant unless one is named", () => {
    const source =
      "export function a(x: number) { return x; }\nconst b = (n: number[], k: number) => n[k]!;\n";
    expect(handlers.read(one(source))).toMatchObject({ functions: ["a", "b"], name: "b", integers: [1] });
    expect(handlers.read(one(source, "a"))).toMatchObject({ name: "a", integers: [] });
    expect(handlers.read(one(source, "gone")).name).toBe("b");
  });

  test("as an expression", () => {
    expect(handlers.read(one("(x, y) => sin(x) * y"))).toMatchObject({
      functions: [],
      parameters: [{ name: "x" }, { name: "y" }],
    });
  });

  test("or refused, with the place", () => {
    expect(() => handlers.read(one("const f = (x: number) => x + nowhere;"))).toThrow(/nowhere/);
  });
});

describe("values and derivatives", () => {
  const f = one("export const f = (x: number, y: number) => Math.sin(x) * y ** 3;");

  test("at a point", () => {
    const { outputs } = handlers.point(f, [0.5, 2]);
    expect(outputs).toHaveLength(1);
    expect(outputs[0]!.value).toBeCloseTo(8 * Math.sin(0.5), 14);
    expect(outputs[0]!.gradient[0]).toBeCloseTo(8 * Math.cos(0.5), 14);
    expect(outputs[0]!.gradient[1]).toBeCloseTo(12 * Math.sin(0.5), 13);
    expect(handlers.second(f, [0.5, 2], 1)).toBeCloseTo(12 * Math.sin(0.5), 13);
  });

  test("along an input, to the second order", () => {
    const { xs, curves } = handlers.curves(f, [0.5, 2], { leaf: 1, range: [-1, 1], points: 5, second: true });
    expect([...xs]).toEqual([-1, -0.5, 0, 0.5, 1]);
    const [curve] = curves;
    xs.forEach((y, i) => {
      expect(curve!.values[i]).toBeCloseTo(Math.sin(0.5) * y ** 3, 14);
      expect(curve!.slopes[i]).toBeCloseTo(3 * Math.sin(0.5) * y ** 2, 14);
      expect(curve!.seconds![i]).toBeCloseTo(6 * Math.sin(0.5) * y, 14);
    });
  });

  test("of several results", () => {
    const polar = one(
      "export const p = (r: number, a: number) => ({ x: r * Math.cos(a), y: r * Math.sin(a) });",
    );
    const { outputs } = handlers.point(polar, [2, 0.3]);
    expect(outputs.map(({ path }) => path)).toEqual(["x", "y"]);
    expect(outputs[1]!.gradient[1]).toBeCloseTo(2 * Math.cos(0.3), 14);
    expect(
      handlers.curves(polar, [2, 0.3], { leaf: 1, range: [0, 1], points: 3, second: true }).curves[0]!
        .seconds,
    ).toBe(undefined);
  });

  test("a curve has a gap where the function throws", () => {
    const g = one("export const g = (x: number, w: number[]) => w[Math.floor(x)]! * x;");
    const { curves } = handlers.curves(g, [0, [1, 2]], { leaf: 0, range: [-1, 2], points: 4, second: false });
    expect([...curves[0]!.values]).toEqual([NaN, 0, 2, NaN]);
  });

  test("agree with differences; a kink does not", () => {
    expect(handlers.check(f, [0.5, 2]).comparisons.map(({ right }) => right)).toEqual([true, true]);
    const kink = one("export const k = (x: number) => (x < 0 ? -x : 3 * x);");
    expect(handlers.check(kink, [0]).ok).toBe(false);
    expect(handlers.check(kink, [0.5]).comparisons[0]!.differences).toBeCloseTo(3, 9);
  });
});

describe("listings", () => {
  const f = one("export const f = (x: number) => {\n  const y = Math.sin(x);\n  return y * y;\n};");

  test("a program knows the lines that its operations come from", async () => {
    const { text, lines } = await handlers.listing(f, [1], { kind: "program", mode: "value" });
    const rows = text.split("\n");
    const sine = rows.findIndex((row) => row.includes("sin("));
    expect(rows[sine]).not.toContain("@");
    expect(lines[sine]).toBe(2);
    expect(lines[rows.findIndex((row) => /mul|square/.test(row))]).toBe(3);
  });

  test("WebAssembly as text", async () => {
    const { text } = await handlers.listing(f, [1], { kind: "wat", mode: "reverse" });
    expect(text).toMatch(/^\(module/);
    expect(text).toContain("f64.mul");
  });
});

describe("the graph", () => {
  const f = one("export const f = (x: number, y: number) => x * y + x;");

  test("every operation with its local derivatives and what it passes back", async () => {
    const picture = (await handlers.graph(f, [2, 3], {
      output: 0,
      direction: "right",
      theme: "light",
    })) as GraphPicture;
    expect(picture.operations.map(({ name, local, dOut }) => [name, local, dOut])).toEqual([
      ["mul", [3, 2], 1],
      ["add", [1, 1], 1],
    ]);
    const x = picture.variables.find(({ name }) => name === "x")!;
    expect(x.derivative).toBe(4);
    // Forward to the end, then back: the sum at x runs.
    const sums = [2, 3, 4].map((step) => progressAt(picture, step).arrived.get(x.id));
    expect(sums).toEqual([undefined, 1, 4]);
    expect([0, 1, 2, 3, 4].map((step) => progressAt(picture, step).label)).toEqual([
      "Start",
      "Forward, step 1 of 2",
      "Forward, step 2 of 2",
      "Backward, step 1 of 2",
      "Backward, step 2 of 2",
    ]);
    expect(progressAt(picture, 4).done.has(x.id)).toBe(true);
  });

  test("what no input reaches has none; what is large is summarised", async () => {
    const request = { output: 0, direction: "down", theme: "dark" } as const;
    expect(await handlers.graph(one("export const c = (x: number) => 7;"), [1], request)).toEqual({
      kind: "none",
      value: 7,
    });
    const long = one(
      "export const l = (x: number) => { let s = x; for (let i = 0; i < 400; i++) s = s * x + 1; return s; };",
    );
    expect(await handlers.graph(long, [1], request)).toMatchObject({ kind: "summary", operations: 800 });
  });
});

describe("a pair of one's own", () => {
  const square = boxesSlice.initial.pair;
  const check = (text: string, at: readonly number[] = [3]) => handlers.pair(text, at, [-5, 5], "light");

  test("the page's Square is right", async () => {
    const result = await check(square);
    expect(result).toMatchObject({ name: "Square", parameters: ["x"], value: 9, right: 24, tried: 24 });
    expect(result.derivatives[0]).toMatchObject({ backward: 6, right: true });
    expect(result.derivatives[0]!.differences).toBeCloseTo(6, 8);
    expect(result.figure.svg).toContain("Square");
  });

  test("a wrong one is found, also where it is right at one point", async () => {
    const result = await check(square.replace("2 * x * dOut", "6 * dOut"));
    expect(result.derivatives[0]!.right).toBe(true);
    expect(result.right).toBe(0);
  });

  test("one that forgets dOut is found: it is checked with another than 1", async () => {
    const result = await check(square.replace("2 * x * dOut", "2 * x"));
    expect(result.right).toBe(0);
    expect(result.derivatives[0]).toMatchObject({ backward: 6, right: false });
  });

  test("two arguments, and a class that saves nothing", async () => {
    const mul = `class Mul extends ScalarFunction {
  static forward(ctx: Context<[number, number]>, a: number, b: number): number {
    ctx.saveForBackward(a, b);
    return a * b;
  }
  static backward(ctx: Context<[number, number]>, dOut: number): [number, number] {
    const [a, b] = ctx.savedValues;
    return [b * dOut, a * dOut];
  }
}`;
    expect(await check(mul, [2, 5])).toMatchObject({
      value: 10,
      right: 24,
      derivatives: [{ backward: 5 }, { backward: 2 }],
    });
    const five = `class TimesFive extends ScalarFunction {
  static forward(_ctx: Context | null, x: number): number { return 5 * x; }
  static backward(_ctx: Context | null, dOut: number): number { return 5 * dOut; }
}`;
    expect(await check(five)).toMatchObject({ value: 15, right: 24 });
  });

  test("errors are where they are in the text", async () => {
    const text = square.replace("2 * x * dOut", "2 * y * dOut");
    const error = await check(text).catch((e: unknown) => e);
    const { span } = error as { span: { start: number; end: number } };
    expect(text.slice(span.start, span.end)).toBe("y");
    await expect(check("const x = 3;")).rejects.toThrow("no class");
    await expect(check("class A { static forward(ctx, x) { return x; } }")).rejects.toThrow(
      "no static method backward",
    );
    await expect(check(square.replace("return 2 * x * dOut", "return [dOut, dOut]"))).rejects.toThrow(
      "2 derivatives",
    );
  });
});

test.each(examples.map((example) => [example.title, example] as const))("the example %s", (_, example) => {
  const { source, name = "", inputs = {} } = example;
  const reading = handlers.read({ source, name });
  const given = reading.parameters.map((p) => inputs[p.name]);
  // Inputs that are named are those of the function.
  expect(Object.keys(inputs).every((key) => reading.parameters.some((p) => p.name === key))).toBe(true);
  const text = { source, name: reading.name };
  expect(handlers.point(text, given).outputs.every(({ value }) => Number.isFinite(value))).toBe(true);
  expect(handlers.check(text, given).ok).toBe(true);
});

import { afterAll, afterEach, describe, expect, test } from "vitest";

import { audit, closeAll, open, overflows, shutDown, VIEWS } from "./open.ts";
import type { Visit } from "./open.ts";
import { dragTo, editor, eventually, expectContent, numberIn, write } from "./person.ts";

afterEach(closeAll);
afterAll(shutDown);

const ADDRESS = "#1/boxes";

/** How far the walk has come. */
const label = async ({ page }: Visit): Promise<string> =>
  (await page.locator(".step-text strong").first().innerText()).trim();

const ready = async (visit: Visit): Promise<void> => {
  await visit.page.locator(".graph .node").first().waitFor({ timeout: eventually.timeout });
};

describe("the graph", () => {
  test("has the values of the call, and steps to the derivatives", async () => {
    const visit = await open(ADDRESS);
    const { page } = visit;
    await ready(visit);
    expect(await label(visit)).toBe("Forward, step 6 of 6.");
    await page.getByRole("button", { name: "To the start" }).click();
    expect(await label(visit)).toBe("Start.");
    for (let i = 0; i < 12; i++) await page.getByRole("button", { name: "Step", exact: true }).click();
    expect(await label(visit)).toBe("Backward, step 6 of 6.");
    const value = Math.exp(-0.42) * Math.cos(3.6);
    const leaves = await page.locator(".node.variable.leaf").allTextContents();
    const t = leaves.find((text) => text.startsWith("t"))!;
    expect(numberIn(t.split("∂ =")[1]!)).toBeCloseTo(-0.35 * value - 3 * Math.exp(-0.42) * Math.sin(3.6), 3);
    const damping = leaves.find((text) => text.startsWith("damping"))!;
    expect(numberIn(damping.split("∂ =")[1]!)).toBeCloseTo(-1.2 * value, 3);
    expect(await page.getByRole("button", { name: "Step", exact: true }).isDisabled()).toBe(true);
    expectContent(visit);
  });

  test("by keys, by dragging, by clicking an operation, and by itself", async () => {
    const visit = await open(ADDRESS, { motion: true });
    const { page } = visit;
    await ready(visit);
    await page.getByRole("group", { name: "Graph: arrow keys step" }).focus();
    await page.keyboard.press("Home");
    expect(await label(visit)).toBe("Start.");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowLeft");
    expect(await label(visit)).toBe("Forward, step 1 of 6.");
    await page.keyboard.press("End");
    expect(await label(visit)).toBe("Backward, step 6 of 6.");
    await dragTo(page, page.getByRole("slider", { name: "Step" }), 1, 0.5);
    await expect.poll(() => label(visit), eventually).toBe("Forward, step 6 of 6.");
    await page.locator(".node.operation", { hasText: "exp" }).click();
    expect(await label(visit)).toMatch(/^Forward, step [1-5] of 6\.$/);
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => label(visit), eventually).toMatch(/^Backward/);
    await page.getByRole("button", { name: "Pause" }).click();
    expectContent(visit);
  });

  test("pointing at an operation shows local, incoming and outgoing derivatives", async () => {
    const visit = await open(ADDRESS);
    const { page } = visit;
    await ready(visit);
    await page.locator(".node.operation", { hasText: "exp" }).hover();
    const row = page.getByRole("group", { name: "The chain rule here" }).getByRole("row").nth(1);
    await expect.poll(() => row.innerText(), eventually).toContain("−0.42");
    const cells = (await row.getByRole("cell").allInnerTexts()).map(numberIn);
    const [incoming, local, back, passed] = cells as [number, number, number, number];
    expect(incoming).toBeCloseTo(-0.42, 8);
    expect(local).toBeCloseTo(Math.exp(-0.42), 7);
    expect(back).toBeCloseTo(Math.cos(3.6), 7);
    expect(passed).toBeCloseTo(Math.exp(-0.42) * Math.cos(3.6), 7);
    expectContent(visit);
  });

  test("follows the inputs", async () => {
    const visit = await open(ADDRESS);
    const { page } = visit;
    await ready(visit);
    await page.getByRole("textbox", { name: "t", exact: true }).fill("2");
    await expect
      .poll(async () => (await page.locator(".node.variable.leaf").allTextContents()).join(), eventually)
      .toContain("t = 2");
    expectContent(visit);
  });

  test("a loop is unrolled; what no input reaches has no steps", async () => {
    const visit = await open(ADDRESS);
    const { page } = visit;
    await ready(visit);
    await write(
      page,
      editor(page),
      "export function p(x: number): number {\n  let y = 1;\n  for (let i = 0; i < 3; i++) y *= x;\n  return y;\n}\n",
    );
    await expect
      .poll(() => page.locator(".node.operation").allTextContents(), eventually)
      .toEqual(["mul", "mul", "mul"]);
    await write(page, editor(page), "export function p(x: number): number {\n  return 7;\n}\n");
    await expect
      .poll(() => page.locator(".walk .notice").allInnerTexts(), eventually)
      .toContainEqual(expect.stringContaining("does not depend on any input"));
    expectContent(visit);
  });

  test("a link opens at the same step", async () => {
    const visit = await open(ADDRESS);
    const { page } = visit;
    await ready(visit);
    for (let i = 0; i < 3; i++) await page.getByRole("button", { name: "Step", exact: true }).click();
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByRole("button", { name: "Link copied" }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const other = await open(link.slice(visit.url.length));
    await ready(other);
    expect(await label(other)).toBe("Backward, step 3 of 6.");
    expectContent(visit);
    expectContent(other);
  });
});

describe("a forward and a backward of one's own", () => {
  const square = (backward: string): string => `class Square extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }
  static backward(ctx: Context<[number]>, dOut: number): number {
    const x = ctx.savedValues;
    return ${backward};
  }
}`;

  test("is said to be right or wrong while it is written", async () => {
    const visit = await open(ADDRESS);
    const { page } = visit;
    const pair = page.getByRole("region", { name: "A function of your own" });
    const text = pair.getByRole("textbox", { name: "Class with forward and backward" });
    const verdict = pair.locator(".verdict");
    await expect.poll(() => verdict.innerText(), eventually).toBe("✓ backward is right at 24 of 24 points");
    expect(await pair.getByRole("row").nth(1).innerText()).toMatch(/^x\s+6\s+6$/);

    await text.click();
    await pair.locator(".cm-content").waitFor();
    await text.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(square("3 * x * dOut"));
    await expect.poll(() => verdict.innerText(), eventually).toMatch(/^✗ backward is wrong at 24 of 24/);
    expect(await pair.getByRole("row").nth(1).innerText()).toMatch(/^x\s+9\s+6$/);

    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(square("2 * y * dOut"));
    await expect.poll(() => pair.locator(".cm-lintRange-error").allInnerTexts(), eventually).toEqual(["y"]);

    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(`class Mul extends ScalarFunction {
  static forward(ctx: Context<[number, number]>, x: number, y: number): number {
    ctx.saveForBackward(x, y);
    return x * y;
  }
  static backward(ctx: Context<[number, number]>, dOut: number): [number, number] {
    const [x, y] = ctx.savedValues;
    return [y * dOut, x * dOut];
  }
}`);
    await expect.poll(() => verdict.innerText(), eventually).toBe("✓ backward is right at 24 of 24 points");
    await pair.getByRole("slider", { name: "Mul: y" }).fill("4");
    await expect.poll(() => pair.getByRole("row").nth(1).innerText(), eventually).toMatch(/^x\s+4\s+4$/);
    expectContent(visit);
  });

  test("an endless one is stopped", async () => {
    const visit = await open(ADDRESS);
    const { page } = visit;
    const pair = page.getByRole("region", { name: "A function of your own" });
    const text = pair.getByRole("textbox", { name: "Class with forward and backward" });
    await text.click();
    await pair.locator(".cm-content").waitFor();
    await text.click();
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(
      square("2 * x * dOut").replace("return x * x", "while (x < 1e300) x = x - x; return x"),
    );
    await pair.getByRole("button", { name: "Stop" }).click();
    await pair.getByRole("button", { name: "Run again" }).waitFor();
    expectContent(visit);
  });
});

describe("for everybody", () => {
  test.each(VIEWS)("axe finds nothing, and nothing sticks out: %s", async (_, view) => {
    const visit = await open(ADDRESS, view);
    const { page } = visit;
    await ready(visit);
    await page.locator('.pair [data-verdict="right"]').waitFor();
    for (let i = 0; i < 3; i++) {
      expect(await audit(page)).toEqual([]);
      expect(await overflows(page)).toBe(false);
      for (let k = 0; k < 2; k++) await page.getByRole("button", { name: "Step", exact: true }).click();
    }
    expectContent(visit);
  });
});

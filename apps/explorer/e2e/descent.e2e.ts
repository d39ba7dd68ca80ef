/** Descent, used as a person would. */
import { afterAll, afterEach, describe, expect, test } from "vitest";

import { audit, closeAll, open, overflows, shutDown } from "./open.ts";
import type { Visit } from "./open.ts";
import { eventually, write } from "./person.ts";

afterEach(closeAll);
afterAll(shutDown);

type Page = Visit["page"];
const result = (page: Page, id: string): Promise<string> =>
  page.locator(`[data-method="${id}"] .method-result`).innerText();
const ready = async (page: Page): Promise<void> => {
  await page.locator(".map image").waitFor();
  await expect.poll(() => result(page, "newton"), eventually).toMatch(/height/);
};
/** Where a method's letter stands. */
const placeOf = async (page: Page, id: string): Promise<[number, number]> => {
  const end = page.locator(`.way-end.${id} circle`);
  return [Number(await end.getAttribute("cx")), Number(await end.getAttribute("cy"))];
};

describe("Descent", () => {
  test("shows where each method ends, and goes through the steps", async () => {
    const { page, problems } = await open("#1/descent");
    await ready(page);
    expect(await result(page, "newton")).toMatch(
      /^\d+ steps, height \S+: (?:the gradient vanishes|as good as numbers are) \(\d+ gradients, \d+ Hessians\)$/,
    );
    expect(await result(page, "gradient")).toMatch(/^400 steps, .*: still on its way/);
    const end = await placeOf(page, "newton");
    await page.getByRole("button", { name: "To the start" }).click();
    const start = await placeOf(page, "newton");
    expect(start).not.toEqual(end);
    expect(await placeOf(page, "adam")).toEqual(start);
    expect(await result(page, "newton")).toMatch(/^step 0: height 24\.2$/);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await page.getByRole("button", { name: "Step", exact: true }).click();
    expect(await page.locator(".descent-step output").innerText()).toBe("2 of 400");
    expect(await page.locator(".way.newton polyline").last().getAttribute("points")).toMatch(/^\S+ \S+ \S+$/);
    await page.getByRole("button", { name: "Back" }).click();
    await page.getByRole("slider", { name: "Step" }).press("ArrowRight");
    expect(await page.locator(".descent-step output").innerText()).toBe("2 of 400");
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => page.locator(".descent-step output").innerText(), eventually).toBe("400 of 400");
    await page.getByRole("button", { name: "Play" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("the start is dragged, and typed", async () => {
    const { page, problems } = await open("#1/descent");
    await ready(page);
    const box = (await page.locator(".map-frame").boundingBox())!;
    const at = (s: number, t: number): [number, number] => [
      box.x + s * box.width,
      box.y + (1 - t) * box.height,
    ];
    await page.mouse.move(...at(0.5, 0.5));
    await page.mouse.down();
    await page.mouse.move(...at(0.75, 0.25), { steps: 5 });
    await page.mouse.up();
    await expect
      .poll(async () => Number(await page.getByLabel("Start, x").inputValue()), eventually)
      .toBeCloseTo(1, 1);
    expect(Number(await page.getByLabel("Start, y").inputValue())).toBeCloseTo(0, 1);
    await page.getByLabel("Start, x").fill("-1");
    await page.getByLabel("Start, y").fill("2");
    await page.getByRole("button", { name: "To the start" }).click();
    // (1 + 1)² + 100 (2 − 1)²
    await expect.poll(() => result(page, "lbfgs"), eventually).toBe("step 0: height 104");
    await expect.poll(() => new URL(page.url()).hash, eventually).toMatch(/^#1\/descent\/./);
    const again = await open(new URL(page.url()).hash);
    await ready(again.page);
    expect(await again.page.getByLabel("Start, x").inputValue()).toBe("-1");
    expect([...problems, ...again.problems]).toEqual([]);
  });

  test("methods are chosen, and their rates", async () => {
    const { page, problems } = await open("#1/descent");
    await ready(page);
    expect(await page.locator(".way").count()).toBe(5);
    await page.getByRole("checkbox", { name: "Line search" }).check();
    await page.getByRole("checkbox", { name: "Adam" }).uncheck();
    await expect.poll(() => page.locator(".way.search").count(), eventually).toBe(1);
    await expect.poll(() => page.locator(".way.adam").count(), eventually).toBe(0);
    await page.getByRole("slider", { name: "Rate of Gradient descent" }).press("End");
    await expect.poll(() => result(page, "gradient"), eventually).toMatch(/it flew away/);
    expect(problems).toEqual([]);
  });

  test("a function of one's own: mistakes are shown where they are, and another function heals them", async () => {
    const { page, problems } = await open("#1/descent");
    await ready(page);
    const editor = page.getByRole("textbox", { name: "Function of two numbers, in TypeScript" });
    await write(page, editor, "(x, y) => x ** 2 + unheard(y)");
    await page.getByRole("alert").filter({ hasText: "unheard is not known here" }).waitFor();
    await write(page, editor, "x => x ** 2");
    await page.getByRole("alert").filter({ hasText: "no function of two numbers" }).waitFor();
    await write(page, editor, "(x, y) => (x - 1) ** 2 + 2 * (y + 0.5) ** 2");
    await expect.poll(() => page.getByRole("alert").count(), eventually).toBe(0);
    await expect
      .poll(() => page.locator(".map > svg").getAttribute("aria-label"), eventually)
      .toContain("Newton is at (1, −0.5), height");
    await page.getByLabel("Example").selectOption("himmelblau");
    await expect
      .poll(() => page.locator(".map > svg").getAttribute("aria-label"), eventually)
      .not.toContain("(1, −0.5)");
    await ready(page);
    expect(problems).toEqual([]);
  });

  test("a function that never ends is stopped, and the page lives on", async () => {
    const { page, problems } = await open("#1/descent");
    await ready(page);
    const editor = page.getByRole("textbox", { name: "Function of two numbers, in TypeScript" });
    await write(page, editor, "(x, y) => { let s = x; while (s === s) s += y * 0; return s; }");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped.").waitFor();
    await page.getByLabel("Example").selectOption("ravine");
    await page.getByRole("button", { name: "Run again" }).click();
    await expect
      .poll(() => page.locator(".map > svg").getAttribute("aria-label"), eventually)
      .toMatch(/Newton is at \(\S+, \S+\), height \S*e−|height 0/);
    expect(problems).toEqual([]);
  });

  test.each([
    { width: 1280, dark: false },
    { width: 820, dark: true },
    { width: 390, dark: false, touch: true },
    { width: 390, dark: true },
  ])("is accessible, and fits: $width px, dark $dark", async (view) => {
    const { page, problems } = await open("#1/descent", view);
    await ready(page);
    await page.getByRole("button", { name: "Back" }).click();
    expect(await audit(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    expect(problems).toEqual([]);
  });
});

/** Network, used as a person would. */
import { afterAll, afterEach, describe, expect, test } from "vitest";

import { audit, closeAll, open, overflows, shutDown } from "./open.ts";
import type { Visit } from "./open.ts";
import { eventually } from "./person.ts";

afterEach(closeAll);
afterAll(shutDown);

/** What a reading says. */
const reading = (page: Visit["page"], name: string): Promise<string> =>
  page
    .locator(".figure-reading", { has: page.locator("dt", { hasText: new RegExp(`^${name}$`) }) })
    .locator("dd")
    .innerText();

const ready = (page: Visit["page"]): Promise<void> => page.locator(".plane svg").waitFor();

describe("Network", () => {
  test("trains until it is stopped, goes on, steps, and begins anew", async () => {
    const { page, problems } = await open("#1/network");
    await ready(page);
    expect(await reading(page, "epoch")).toBe("0");
    expect(await reading(page, "weights")).toBe("105");
    expect(await page.locator(".plane svg g").count()).toBe(50);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await expect.poll(() => reading(page, "epoch"), eventually).toBe("1");
    await page.getByRole("button", { name: "Go on" }).click();
    await expect.poll(async () => Number(await reading(page, "epoch")), eventually).toBeGreaterThan(20);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    expect(await page.locator(".log-chart path").getAttribute("d")).toMatch(/^M[\d.]+,[\d.]+L/);
    // What the worker was at when it was asked to stop is still shown.
    await expect
      .poll(async () =>
        (await page.locator(".plane").getAttribute("aria-label"))!.includes(
          `Epoch ${await reading(page, "epoch")}:`,
        ),
      )
      .toBe(true);
    await page.getByRole("button", { name: "Reset" }).click();
    await expect.poll(() => reading(page, "epoch"), eventually).toBe("0");
    await page.getByRole("button", { name: "Start" }).waitFor();
    expect(problems).toEqual([]);
  });

  test("compiled code gives the same losses as Scalars, and learns xor", async () => {
    const { page, problems } = await open("#1/network");
    await ready(page);
    const step = page.getByRole("button", { name: "Step", exact: true });
    const losses = async (): Promise<string[]> => {
      const found: string[] = [];
      for (let epoch = 1; epoch <= 3; epoch++) {
        await step.click();
        await expect.poll(() => reading(page, "epoch"), eventually).toBe(String(epoch));
        found.push(await reading(page, "loss"));
      }
      return found;
    };
    const scalars = await losses();
    await page.getByRole("radio", { name: "Compiled code" }).check();
    await expect.poll(() => reading(page, "epoch"), eventually).toBe("0");
    expect(await losses()).toEqual(scalars);
    await page.getByRole("button", { name: "Go on" }).click();
    await expect
      .poll(async () => Number(await reading(page, "epoch")), { timeout: 60_000 })
      .toBeGreaterThan(2000);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Go on" }).waitFor();
    expect(Number((await reading(page, "right")).split(" of ")[0])).toBeGreaterThan(45);
    expect(problems).toEqual([]);
  });

  test("settings are kept in the address, by mouse and by key, and come back with it", async () => {
    const { page, problems, url } = await open("#1/network");
    await ready(page);
    await page.getByRole("radio", { name: "Spiral" }).check();
    const hidden = page.getByLabel("Hidden units");
    await hidden.focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await page.getByRole("radio", { name: "Adam" }).check();
    await expect.poll(() => reading(page, "weights"), eventually).toBe(String(3 * 10 + 110 + 11));
    await expect.poll(() => new URL(page.url()).hash, eventually).toMatch(/^#1\/network\/./);
    const { hash } = new URL(page.url());
    const again = await open(hash);
    await ready(again.page);
    expect(again.url).toBe(url);
    expect(await again.page.getByLabel("Hidden units").inputValue()).toBe("10");
    expect(await again.page.getByRole("radio", { name: "Spiral" }).isChecked()).toBe(true);
    expect(await again.page.getByRole("radio", { name: "Adam" }).isChecked()).toBe(true);
    expect(await reading(again.page, "weights")).toBe(String(3 * 10 + 110 + 11));
    expect([...problems, ...again.problems]).toEqual([]);
  });

  test("shows the graph that Scalars record", async () => {
    const { page, problems } = await open("#1/network");
    await ready(page);
    await page.getByText("The graph of one point’s loss").click();
    await page.locator(".network-graph svg").waitFor();
    expect(await page.locator(".network-graph svg").innerHTML()).toContain("loss");
    expect(problems).toEqual([]);
  });

  test("the page answers while it trains the largest network", async () => {
    const { page, problems } = await open("#1/network");
    await ready(page);
    await page.getByLabel("Hidden units").fill("16");
    await page.getByRole("slider", { name: "Points" }).fill("200");
    await page.getByRole("button", { name: "Start" }).click();
    await expect.poll(async () => Number(await reading(page, "epoch")), eventually).toBeGreaterThan(0);
    // While the worker is busy, a key moves a slider, and training begins anew with what it says.
    await page.getByRole("slider", { name: "Learning rate" }).press("ArrowLeft");
    await expect
      .poll(() => page.getByRole("slider", { name: "Learning rate" }).getAttribute("aria-valuetext"))
      .toBe("0.45");
    await expect.poll(async () => Number(await reading(page, "epoch")), eventually).toBeGreaterThan(1);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: /^(?:Start|Go on)$/ }).waitFor();
    expect(problems).toEqual([]);
  });

  test.each([
    { width: 1280, dark: false },
    { width: 900, dark: true },
    { width: 390, dark: false },
    { width: 390, dark: true, touch: true },
  ])("is accessible, and fits: $width px, dark $dark", async (view) => {
    const { page, problems } = await open("#1/network", view);
    await ready(page);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await expect.poll(() => reading(page, "epoch"), eventually).toBe("1");
    await page.getByText("The graph of one point’s loss").click();
    await page.locator(".network-graph svg").waitFor();
    expect(await audit(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    expect(problems).toEqual([]);
  });
});

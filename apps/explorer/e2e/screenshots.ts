/** The pictures of docs/explorer.md: `npm run screenshots` takes them. */
import type { Page } from "playwright";

import type { View } from "./open.ts";
import { editor, shows, write } from "./person.ts";

export interface Shot {
  /** The file is docs/explorer/<name>.png. */
  readonly name: string;
  /** Of the page, from # on. */
  readonly address: string;
  readonly view: View;
  /** Brings the page to where it is to be seen. */
  readonly prepare: (page: Page) => Promise<void>;
}

const WIDE: View = { width: 1280, height: 800 };
const PHONE: View = { width: 390, height: 844, touch: true, scale: 2 };

/** Everything on the page has come into view once, and has its answer. */
async function settled(page: Page): Promise<void> {
  await page.locator('[data-verdict="right"]').first().waitFor();
  for (const section of await page.locator("section.panel").all()) await section.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll('[aria-busy="true"]').length === 0);
  await page.evaluate(() => scrollTo(0, 0));
}

const example = async (page: Page, title: string): Promise<void> => {
  const select = page.getByRole("combobox", { name: "Load an example" });
  await select.focus();
  await select.locator("option", { hasText: title }).first().waitFor({ state: "attached" });
  await select.selectOption(`Start here\n${title}`);
};

/** Epoch by epoch, so that the picture is the same every time. */
async function trained(page: Page, data: string, epochs: number): Promise<void> {
  await page.locator(".plane svg").waitFor();
  await page.getByRole("radio", { name: data }).check();
  await page.getByRole("radio", { name: "Adam" }).check();
  await page.getByRole("radio", { name: "Compiled code" }).check();
  const step = page.getByRole("button", { name: "Step", exact: true });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    await step.click();
    await page.locator(`.plane[aria-label*="Epoch ${epoch}:"]`).waitFor();
  }
}

async function walked(page: Page): Promise<void> {
  await page.locator(".map image").waitFor();
  await page.locator('[data-method="newton"]', { hasText: "gradient vanishes" }).waitFor();
}

export const shots: readonly Shot[] = [
  {
    name: "functions",
    address: "#1/functions",
    view: { ...WIDE, height: 1180 },
    prepare: async (page) => {
      await editor(page).click();
      await page.locator(".cm-line", { hasText: "envelope = Math.exp" }).click();
      await settled(page);
    },
  },
  {
    name: "functions-dark",
    address: "#1/functions",
    view: { ...WIDE, height: 1180, dark: true },
    prepare: async (page) => {
      await example(page, "Banana valley (Rosenbrock)");
      await page.getByRole("radio", { name: "Contours" }).check();
      await page.locator(".picture .figure svg").waitFor();
      await page.getByRole("button", { name: "Measure" }).click();
      await page.getByRole("region", { name: "Timing" }).getByRole("table").waitFor({ timeout: 60_000 });
      await settled(page);
    },
  },
  {
    name: "functions-error",
    address: "#1/functions",
    view: { ...WIDE, height: 620 },
    prepare: async (page) => {
      await shows(page, "swing(1.2, 0.35)", Math.exp(-0.42) * Math.cos(3.6));
      await write(
        page,
        editor(page),
        "export function area(sides: number[]): number {\n  let product = 1;\n  for (const side of sides) {\n    product *= sied;\n  }\n  return product;\n}\n",
      );
      await page.locator(".source .notice.error").waitFor();
    },
  },
  {
    name: "functions-phone",
    address: "#1/functions",
    view: PHONE,
    prepare: settled,
  },
  {
    name: "boxes",
    address: "#1/boxes",
    view: { ...WIDE, height: 1060 },
    prepare: async (page) => {
      await page.locator(".graph .node").first().waitFor();
      for (let i = 0; i < 4; i++) await page.getByRole("button", { name: "Step", exact: true }).click();
      await page.locator('.pair [data-verdict="right"]').waitFor();
    },
  },
  {
    name: "boxes-wrong",
    address: "#1/boxes",
    view: { ...WIDE, height: 1060, dark: true },
    prepare: async (page) => {
      const field = page.getByRole("textbox", { name: "Class with forward and backward" });
      await field.fill((await field.inputValue()).replace("2 * x * dOut", "x * dOut"));
      await page.locator('.pair [data-verdict="wrong"]').waitFor();
      await page.locator(".graph .node").first().waitFor();
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    },
  },
  {
    name: "boxes-phone",
    address: "#1/boxes",
    view: { ...PHONE, dark: true },
    prepare: async (page) => {
      await page.locator(".graph .node").first().waitFor();
      await page.getByRole("button", { name: "Step", exact: true }).click();
    },
  },
  {
    name: "network",
    address: "#1/network",
    view: { ...WIDE, height: 800 },
    prepare: (page) => trained(page, "Circle", 250),
  },
  {
    name: "network-phone",
    address: "#1/network",
    view: { ...PHONE, dark: true },
    prepare: (page) => trained(page, "Xor", 250),
  },
  {
    name: "descent",
    address: "#1/descent",
    view: { ...WIDE, height: 1100 },
    prepare: walked,
  },
  {
    name: "descent-dark",
    address: "#1/descent",
    view: { ...WIDE, height: 1100, dark: true },
    prepare: async (page) => {
      await walked(page);
      await page.getByLabel("Example").selectOption("himmelblau");
      await page.locator('[data-method="newton"]', { hasText: "8 steps" }).waitFor();
    },
  },
];

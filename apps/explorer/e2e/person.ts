/** What a person does on the page, in a few words. */
import type { Locator, Page } from "playwright";
import { expect } from "vitest";

import type { Visit } from "./open.ts";

/** Waits as long as it takes: a slow machine is no failure. */
export const eventually = { timeout: 30_000, interval: 50 } as const;

/** Ends a test: the page complained of nothing. */
export const expectContent = ({ problems }: Visit): void => expect(problems).toEqual([]);

export const editor = (page: Page): Locator => page.getByRole("textbox", { name: "Function, in TypeScript" });

/** Selects all of an editor's text and writes over it. */
export async function write(page: Page, field: Locator, text: string): Promise<void> {
  await field.click();
  // CodeMirror takes the place of the plain field when somebody comes near.
  await page.locator(".cm-content").first().waitFor();
  await field.click();
  await page.keyboard.press("Control+A");
  await page.keyboard.insertText(text);
}

/** As {@link write}, from the clipboard: what is long, nobody types. */
export async function paste(page: Page, field: Locator, text: string): Promise<void> {
  await write(page, field, "");
  await page.evaluate((clip) => navigator.clipboard.writeText(clip), text);
  await page.keyboard.press("Control+V");
}

/** `f(1, 2) = 3`, when it is no longer about an earlier text. */
export const reading = (page: Page): Locator => page.locator(".reading-line .mono:not(.stale)");

/** Waits until the value of this call is shown. */
export async function shows(page: Page, call: string, value: number): Promise<void> {
  await expect
    .poll(async () => (await reading(page).allInnerTexts())[0] ?? "", eventually)
    .toBe(`${call} = ${String(Number(value.toPrecision(10))).replace("-", "−")}`);
}

/** The number in a text, minus signs as people write them included. */
export const numberIn = (text: string): number =>
  Number(/[−-]?\d[\d.]*(?:e[−-]?\d+)?/.exec(text)?.[0].replaceAll("−", "-"));

/** The derivative that stands beside an input. */
export const derivativeBy = async (page: Page, path: string): Promise<number> =>
  numberIn(await page.locator(`[data-derivative="${path}"]`).innerText());

/** Takes hold of a slider's handle and drags it to a place between 0, its left end, and 1. */
export async function dragTo(page: Page, slider: Locator, from: number, to: number): Promise<void> {
  const box = (await slider.boundingBox())!;
  const at = (t: number): number => box.x + 8 + t * (box.width - 16);
  await page.mouse.move(at(from), box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(at((from + to) / 2), box.y + box.height / 2, { steps: 4 });
  await page.mouse.move(at(to), box.y + box.height / 2, { steps: 4 });
  await page.mouse.up();
}

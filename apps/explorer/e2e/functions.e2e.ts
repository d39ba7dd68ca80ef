import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";

import { afterAll, afterEach, describe, expect, inject, test } from "vitest";

import { audit, closeAll, open, overflows, shutDown, VIEWS } from "./open.ts";
import {
  derivativeBy,
  dragTo,
  editor,
  eventually,
  expectContent,
  paste,
  reading,
  shows,
  write,
} from "./person.ts";

afterEach(closeAll);
afterAll(shutDown);

const swing = (t: number, damping: number): number => Math.exp(-damping * t) * Math.cos(3 * t);

describe("a visit", () => {
  test("begins with a function, its value and its derivatives", async () => {
    const visit = await open();
    const { page } = visit;
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    // −damping · value − 3 e^(−damping t) sin 3t, and −t · value
    const byT = -0.35 * swing(1.2, 0.35) - 3 * Math.exp(-0.42) * Math.sin(3.6);
    expect(await derivativeBy(page, "t")).toBeCloseTo(byT, 4);
    expect(await derivativeBy(page, "damping")).toBeCloseTo(-1.2 * swing(1.2, 0.35), 4);
    expect(await page.locator(".live-plot svg").getAttribute("aria-labelledby")).not.toBeNull();
    await page.locator('[data-verdict="right"]').waitFor();
    expectContent(visit);
  });

  test.each([
    ["on a laptop", { width: 1280, height: 720 }],
    ["on a phone", { width: 390, height: 844, touch: true }],
  ])("loads less than 300 KB before anybody does anything, %s", async (_, view) => {
    const visit = await open("", view);
    await shows(visit.page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    await visit.page.waitForLoadState("networkidle");
    const site = `${inject("site")}/`;
    const sizes = [...visit.loaded.keys()].map((name) => {
      const path = name === "" ? "index.html" : name === "icon.svg" ? name : `assets/${name}`;
      return [path, gzipSync(readFileSync(site + path)).length] as const;
    });
    expect(sizes.some(([path]) => path.startsWith("assets/worker"))).toBe(true);
    expect(sizes.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(300_000);
    expectContent(visit);
  });
});

describe("inputs", () => {
  test("a slider is dragged: value, derivative, curve and address follow", async () => {
    const visit = await open();
    const { page } = visit;
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    const slider = page.getByRole("slider", { name: "t", exact: true });
    const dot = page.locator(".live-plot .dot").first();
    const before = Number(await dot.getAttribute("cx"));
    await dragTo(page, slider, 0.2, 0.75);
    const t = Number(await slider.inputValue());
    expect(t).toBeGreaterThan(3);
    await shows(page, `swing(${t}, 0.35)`, swing(t, 0.35));
    await expect
      .poll(async () => Number(await dot.getAttribute("cx")), eventually)
      .toBeGreaterThan(before + 100);
    await expect.poll(() => page.url(), eventually).toContain("#1/functions/");
    expectContent(visit);
  });

  test("by keyboard alone: from the address bar to a slider, and its value", async () => {
    const visit = await open();
    const { page } = visit;
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    const slider = page.getByRole("slider", { name: "t", exact: true });
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press("Tab");
      if (await slider.evaluate((e) => e === document.activeElement)) break;
    }
    await page.keyboard.press("Home");
    await shows(page, "swing(0, 0.35)", 1);
    await page.keyboard.press("End");
    await shows(page, "swing(6, 0.35)", swing(6, 0.35));
    expectContent(visit);
  });

  test("a number is typed, the ends of a slider are changed, the curve is dragged", async () => {
    const visit = await open();
    const { page } = visit;
    await page.getByRole("textbox", { name: "t", exact: true }).fill("2.5");
    await shows(page, "swing(2.5, 0.35)", swing(2.5, 0.35));
    await page.getByRole("textbox", { name: "t to" }).fill("20");
    await page.keyboard.press("Enter");
    const slider = page.getByRole("slider", { name: "t", exact: true });
    await expect.poll(() => slider.getAttribute("max"), eventually).toBe("20");
    const plot = (await page.locator(".live-plot").boundingBox())!;
    await page.mouse.move(plot.x + 60, plot.y + 100);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width - 5, plot.y + 100, { steps: 5 });
    await page.mouse.up();
    await shows(page, "swing(20, 0.35)", swing(20, 0.35));
    expectContent(visit);
  });

  test("lists, truths, whole numbers and objects have their own fields", async () => {
    const visit = await open();
    const { page } = visit;
    await write(
      page,
      editor(page),
      `interface P { a: number; b: number }
export function f(w: number[], on: boolean, n: number, p: P): number {
  let s = on ? p.a * p.b : 0;
  for (let i = 0; i < n; i++) s += w[i]! ** 2;
  return s;
}`,
    );
    await page.getByRole("textbox", { name: "w, as a list" }).fill("3, 4, 5, 6");
    await page.getByRole("textbox", { name: "n", exact: true }).fill("2");
    await page.getByRole("textbox", { name: "p.a", exact: true }).fill("7");
    await page.getByRole("textbox", { name: "p.b", exact: true }).fill("11");
    await shows(page, "f([…], true, 2, {…})", 9 + 16 + 77);
    expect(await derivativeBy(page, "w[1]")).toBe(8);
    expect(await derivativeBy(page, "w[2]")).toBe(0);
    expect(await derivativeBy(page, "p.a")).toBe(11);
    expect(await page.locator('[data-derivative="n"]').innerText()).toBe("whole number");
    await page.getByRole("checkbox", { name: "on" }).uncheck();
    await shows(page, "f([…], false, 2, {…})", 25);
    // A third element is there, a seventh is not.
    await page.getByRole("textbox", { name: "n", exact: true }).fill("7");
    await expect
      .poll(() => page.locator(".source .notice.error").innerText(), eventually)
      .toMatch(/index 4.*w|w.*4/is);
    expectContent(visit);
  });
});

describe("writing", () => {
  test("a new function: value, formula, listings", async () => {
    const visit = await open();
    const { page } = visit;
    await write(page, editor(page), "export function cube(x: number): number {\n  return x ** 3;\n}\n");
    await shows(page, "cube(1)", 1);
    await page.getByRole("slider", { name: "x", exact: true }).fill("2");
    await shows(page, "cube(2)", 8);
    expect(await derivativeBy(page, "x")).toBe(12);
    await expect
      .poll(
        async () => (await page.locator(".formula").allInnerTexts()).join("|").replaceAll(/\s/g, ""),
        eventually,
      )
      .toContain("3𝑥2");
    const left = page.getByRole("region", { name: "Left listing" });
    await expect.poll(() => left.locator("pre").innerText(), eventually).toContain("cubeGradient");
    expectContent(visit);
  });

  test("an error is underlined where it is, and said; mended, it goes", async () => {
    const visit = await open();
    const { page } = visit;
    await write(page, editor(page), "export function f(x: number): number {\n  return x + missing;\n}\n");
    await expect
      .poll(() => page.locator(".cm-lintRange-error").allInnerTexts(), eventually)
      .toEqual(["missing"]);
    expect(await page.locator(".source .notice.error").innerText()).toMatch(/^Line 2\. .*missing/);
    await write(page, editor(page), "export function f(x: number): number {\n  return x + 1;\n}\n");
    await shows(page, "f(1)", 2);
    expect(await page.locator(".cm-lintRange-error").count()).toBe(0);
    expectContent(visit);
  });

  test("the selection shows which operations come from its line", async () => {
    const visit = await open();
    const { page } = visit;
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    await editor(page).click();
    await page.locator(".cm-line", { hasText: "envelope = Math.exp" }).click();
    const right = page.getByRole("region", { name: "Right listing" });
    await expect
      .poll(() => right.locator(".linked").allInnerTexts(), eventually)
      .toContainEqual(expect.stringContaining("envelope = exp("));
    // And the other way round.
    await right.locator(".code-line", { hasText: "envelope = exp(" }).hover();
    await expect
      .poll(() => page.locator(".linked-line").allInnerTexts(), eventually)
      .toEqual([expect.stringContaining("const envelope")]);
    expectContent(visit);
  });

  test.each([
    ["nonsense", "}{ ]] ?? class ☃ `${ \u0000"],
    ["a script", "fetch('https://example.com'); export const f = (x: number) => x;\nalert(1)"],
    ["what is no function of the language", "export function f(x: number) { return eval('x') }"],
    ["nothing", ""],
    ["a very long line", `export const f = (x: number) => ${"(".repeat(3000)}x${")".repeat(3000)};`],
  ])("%s leaves the page as it is", async (_, text) => {
    const visit = await open();
    const { page } = visit;
    await write(page, editor(page), text);
    await expect
      .poll(
        async () => (await page.locator(".source .notice.error").count()) + (await reading(page).count()),
        eventually,
      )
      .toBeGreaterThan(0);
    await write(page, editor(page), "(x) => 2 * x");
    await shows(page, "f(1)", 2);
    expectContent(visit);
  });
});

describe("what takes long", () => {
  const endless =
    "export function f(x: number): number {\n  while (x < 2 * x + 1e9) x = x - x + 1;\n  return x;\n}\n";

  test("an endless loop is stopped by hand, and the page works all the while", async () => {
    const visit = await open();
    const { page } = visit;
    await write(page, editor(page), endless);
    await page.getByRole("button", { name: "Stop" }).waitFor();
    await page.getByRole("button", { name: /^Colours/ }).click();
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("light");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Run again" }).waitFor();
    await write(page, editor(page), "(x) => x * x");
    await shows(page, "f(1)", 1);
    expectContent(visit);
  });

  test("an endless loop is stopped by time", async () => {
    const visit = await open();
    const { page } = visit;
    await write(page, editor(page), endless);
    await expect
      .poll(() => page.locator(".stop-bar").allInnerTexts(), eventually)
      .toContainEqual(expect.stringContaining("15 seconds"));
    expectContent(visit);
  });

  test("a function of 10,000 operations has a value, derivatives and a graph", async () => {
    const visit = await open();
    const { page } = visit;
    const lines = Array.from({ length: 5000 }, () => "  y = Math.sin(y) + x;");
    await paste(
      page,
      editor(page),
      `export function long(x: number): number {\n  let y = x;\n${lines.join("\n")}\n  return y;\n}\n`,
    );
    let y = 1;
    for (let i = 0; i < 5000; i++) y = Math.sin(y) + 1;
    await expect
      .poll(async () => (await reading(page).allInnerTexts())[0] ?? "", eventually)
      .toMatch(/^long\(1\) = /);
    expect(Number((await reading(page).innerText()).split("= ")[1])).toBeCloseTo(y, 9);
    await page.getByRole("button", { name: "Boxes" }).click();
    await expect
      .poll(() => page.locator(".walk .notice").allInnerTexts(), eventually)
      .toContainEqual(expect.stringContaining("10,000 operations"));
    await page.locator(".walk .figure svg").waitFor();
    expectContent(visit);
  });
});

describe("what else is shown", () => {
  test("curves of second order, contours, a surface", async () => {
    const visit = await open();
    const { page } = visit;
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    await page.getByRole("combobox", { name: "derivatives" }).selectOption("2");
    await expect
      .poll(() => page.locator(".live-plot .plot-title").allTextContents(), eventually)
      .toEqual(["swing", "∂swing/∂t", "∂²swing/∂t²"]);
    await page.getByRole("radio", { name: "Contours" }).check();
    await expect
      .poll(() => page.locator(".picture .figure title").first().textContent(), eventually)
      .toBe("swing");
    expect(await page.locator(".picture .figure desc").textContent()).toContain(
      "Contours of a function of two variables",
    );
    await page.getByRole("radio", { name: "In space" }).check();
    await expect
      .poll(() => page.locator(".picture .figure desc").textContent(), eventually)
      .not.toContain("Contours");
    expectContent(visit);
  });

  test("program, JavaScript and WebAssembly of function and derivative", async () => {
    const visit = await open();
    const { page } = visit;
    const right = page.getByRole("region", { name: "Right listing" });
    const text = (): Promise<string> => right.locator("pre").innerText();
    const as = right.getByRole("combobox", { name: "as what" });
    await as.selectOption("wat");
    await expect.poll(text, eventually).toMatch(/^\(module/);
    await as.selectOption("javascript");
    await expect.poll(text, eventually).toMatch(/^function swing_grad\(t, damping\)/);
    await right.getByRole("combobox", { name: "of what" }).selectOption("value");
    await as.selectOption("program");
    await expect.poll(text, eventually).toMatch(/^function swing\(t: f64, damping: f64\): f64/);
    await right.getByRole("combobox", { name: "of what" }).selectOption("hessian");
    await as.selectOption("typescript");
    await expect.poll(text, eventually).toContain("swingHessian");
    expectContent(visit);
  });

  test("the time of calls is measured", async () => {
    const visit = await open();
    const { page } = visit;
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    await page.getByRole("button", { name: "Measure" }).click();
    const table = page.getByRole("region", { name: "Timing" }).getByRole("table");
    await table.waitFor({ timeout: eventually.timeout });
    const rows = await table.getByRole("row").allInnerTexts();
    expect(rows).toHaveLength(3);
    expect(rows[2]).toMatch(/^WebAssembly\s+[\d.]+ (?:ns|µs)\s+[\d.]+ (?:ns|µs)\s+[\d.]+$/);
    expectContent(visit);
  });

  test("every example has a value, and derivatives that agree with differences", async () => {
    const visit = await open();
    const { page } = visit;
    const select = page.getByRole("combobox", { name: "Load an example" });
    await select.focus();
    await expect.poll(() => select.locator("option").count(), eventually).toBeGreaterThan(40);
    const values = await select
      .locator("option")
      .evaluateAll((list) => list.map((o) => (o as HTMLOptionElement).value));
    const wrong: string[] = [];
    for (const value of values.slice(1)) {
      await select.selectOption(value);
      const answered = page.locator(".source .notice.error, .reading-line .mono:not(.stale), .stop-bar");
      await answered
        .first()
        .waitFor({ timeout: eventually.timeout })
        .catch(() => wrong.push(`${value}: no answer`));
      if ((await page.locator(".source .notice.error").count()) > 0) {
        wrong.push(`${value}: ${await page.locator(".source .notice.error").innerText()}`);
      }
    }
    expect(wrong).toEqual([]);
    expectContent(visit);
  });
});

describe("links", () => {
  test("what is shared is seen by others, and after a reload", async () => {
    const visit = await open();
    const { page } = visit;
    await write(
      page,
      editor(page),
      "export function own(a: number, b: number): number {\n  return a * b + 1;\n}\n",
    );
    await page.getByRole("textbox", { name: "a", exact: true }).fill("3.25");
    await page.getByRole("textbox", { name: "b", exact: true }).fill("-2");
    await shows(page, "own(3.25, −2)", -5.5);
    await page.getByRole("radio", { name: "Contours" }).check();
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByRole("button", { name: "Link copied" }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link.length).toBeLessThan(400);

    const other = await open(link.slice(visit.url.length));
    await shows(other.page, "own(3.25, −2)", -5.5);
    expect(await other.page.getByRole("radio", { name: "Contours" }).isChecked()).toBe(true);
    await other.page.reload();
    await shows(other.page, "own(3.25, −2)", -5.5);
    expectContent(visit);
    expectContent(other);
  });

  test("a link followed on the page changes what is seen", async () => {
    const visit = await open("#1/boxes");
    const { page } = visit;
    await page.getByRole("heading", { name: "Boxes", level: 1 }).waitFor({ state: "attached" });
    await page.evaluate(() => (location.hash = "#1/functions"));
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    expectContent(visit);
  });

  test.each([
    ["cut off", "#1/functions/q1YqSy0qzsz"],
    ["made up", "#1/functions/%00<script>alert(1)</script>"],
    ["of another version", "#9/functions/abc"],
    ["of a tab that is not there", "#1/../../etc"],
    ["far too long", `#1/functions/${"A".repeat(70_000)}`],
  ])("a link that is %s shows the page as a visitor finds it", async (_, address) => {
    const visit = await open(address);
    await shows(visit.page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    expectContent(visit);
  });
});

describe("for everybody", () => {
  test.each(VIEWS)("axe finds nothing, and nothing sticks out: %s", async (_, view) => {
    const visit = await open("", view);
    const { page } = visit;
    await shows(page, "swing(1.2, 0.35)", swing(1.2, 0.35));
    await page.locator('[data-verdict="right"]').waitFor();
    expect(await audit(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    // With an error in the text, CodeMirror in place, and everything below it in sight once.
    await page.getByRole("region", { name: "Right listing" }).scrollIntoViewIfNeeded();
    await page.getByRole("region", { name: "Right listing" }).locator("pre").waitFor();
    await write(page, editor(page), "export const f = (x: number) => x +;");
    await page.locator(".source .notice.error").waitFor();
    expect(await audit(page)).toEqual([]);
    expect(await overflows(page)).toBe(false);
    expectContent(visit);
  });
});

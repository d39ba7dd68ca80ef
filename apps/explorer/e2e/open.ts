/** The built page in a browser, for tests and screenshots. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright";
import type { Browser, BrowserContext, Page } from "playwright";
import { inject } from "vitest";

import { chromiumLaunchOptions } from "../../../scripts/chromium.js";
import { serve } from "./serve.ts";
import type { Server } from "./serve.ts";

export interface View {
  /** Default 1280. */
  readonly width?: number;
  /** Default 900. */
  readonly height?: number;
  readonly dark?: boolean;
  /** Fingers instead of a mouse. */
  readonly touch?: boolean;
  /** Pixels of the picture per pixel of the page. Default 1. */
  readonly scale?: number;
  /** Whether the reader wants to see motion. Default: not, so that nothing moves in pictures. */
  readonly motion?: boolean;
}

/** What every page has to look right in. */
export const VIEWS: readonly (readonly [string, View])[] = [
  ["wide, light", {}],
  ["wide, dark", { dark: true }],
  ["narrow, light", { width: 390, height: 844, touch: true }],
  ["narrow, dark", { width: 390, height: 844, touch: true, dark: true }],
];

export interface Visit {
  readonly page: Page;
  /** What the page complained of: errors, refusals by its policy, requests to elsewhere, answers that failed. */
  readonly problems: readonly string[];
  /** Bytes that came over the wire, by file. */
  readonly loaded: ReadonlyMap<string, number>;
  readonly url: string;
}

let running: Promise<{ readonly browser: Browser; readonly server: Server }> | undefined;
const contexts = new Set<BrowserContext>();

const start = async (): Promise<{ browser: Browser; server: Server }> => {
  const [browser, server] = await Promise.all([
    chromium.launch(chromiumLaunchOptions()),
    serve(inject("site")),
  ]);
  return { browser, server };
};

/** Opens the page; `address` is the part from # on. */
export async function open(address: string = "", view: View = {}): Promise<Visit> {
  const { browser, server } = await (running ??= start());
  const { width = 1280, height = 900, dark = false, touch = false, scale = 1, motion = false } = view;
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? "dark" : "light",
    reducedMotion: motion ? "no-preference" : "reduce",
    hasTouch: touch,
    isMobile: touch,
    deviceScaleFactor: scale,
    permissions: ["clipboard-read", "clipboard-write"],
  });
  contexts.add(context);
  const page = await context.newPage();
  const problems: string[] = [];
  const loaded = new Map<string, number>();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("requestfailed", (request) => {
    const reason = request.failure()?.errorText ?? "";
    // Whoever leaves the page ends what it was loading.
    if (reason !== "net::ERR_ABORTED") problems.push(`${request.url()} failed: ${reason}`);
  });
  context.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(server.url) && !url.startsWith("data:") && !url.startsWith("blob:")) {
      problems.push(`a request to ${url}`);
    }
  });
  context.on("response", (response) => {
    if (!response.ok()) problems.push(`${response.url()}: ${response.status()}`);
    void response
      .body()
      .then((body) => loaded.set(new URL(response.url()).pathname.split("/").at(-1)!, body.length))
      .catch(() => undefined);
  });
  await page.goto(server.url + address);
  return { page, problems, loaded, url: server.url };
}

/** Closes what was opened. */
export async function closeAll(): Promise<void> {
  await Promise.all([...contexts].map((context) => context.close()));
  contexts.clear();
}

export async function shutDown(): Promise<void> {
  if (running === undefined) return;
  await closeAll();
  const { browser, server } = await running;
  running = undefined;
  server.close();
  await browser.close();
}

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What axe-core finds wrong with what is shown: the rule, and the elements. */
export async function audit(page: Page): Promise<readonly string[]> {
  // Evaluated by the debugger, which the page's policy does not concern.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(
    async () =>
      await (
        globalThis as unknown as {
          axe: {
            run(): Promise<{
              violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[];
            }>;
          };
        }
      ).axe.run(),
  );
  return violations.map(
    ({ id, help, nodes }) =>
      `${id}: ${help}\n${nodes.map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`).join("\n")}`,
  );
}

/** Whether the page is wider than the window: what nobody on a phone wants. */
export const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

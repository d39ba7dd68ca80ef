/** The example's page in a real browser, under a policy that forbids everything but its own files. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import cotangent from "cotangent-compiler/vite";
import { chromium } from "playwright";
import { build, defaultClientConditions } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

import { chromiumLaunchOptions } from "../../scripts/chromium.js";
import { POLICY, serve } from "../strict-csp/serve.mjs";
import { energy } from "../strict-csp/rope.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "cotangent-csp-"));
  await build({
    // As in its vite.config.ts, with the packages' sources.
    configFile: false,
    root: fileURLToPath(new URL("../strict-csp", import.meta.url)),
    resolve: { conditions: ["@cotangent/source", ...defaultClientConditions] },
    plugins: [cotangent({ precompile: true })],
    build: { outDir: folder, emptyOutDir: true, modulePreload: false },
    logLevel: "silent",
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("the rope comes to rest, without anything that the policy forbids", async () => {
  const server = await serve(folder);
  const browser = await chromium.launch(chromiumLaunchOptions());
  try {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    const response = await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/`);
    expect(response!.headers()["content-security-policy"]).toBe(POLICY);
    await page.click("button");
    const text = (await page.textContent("output"))!;
    expect(text).toMatch(/^at rest, with an energy of -\d+\.\d{9}$/);
    // Further down than when it was let go, in a straight line.
    const start = Float64Array.from({ length: 42 }, (_, i) => (i % 2 === 0 ? 1 + (0.4 * i) / 2 : 1));
    expect(Number(/-[\d.]+/.exec(text)![0])).toBeLessThan(energy(start, 0.6) - 1);
    // No knot pulls at its neighbours any more than they pull back: in the middle of the rope it is horizontal.
    const points = (await page.getAttribute("path", "d"))!
      .match(/[\d.]+ [\d.]+/g)!
      .map((p) => p.split(" ").map(Number));
    expect(points).toHaveLength(21);
    expect(points[9]![1]).toBeCloseTo(points[11]![1]!, 2);
    expect(points[10]![1]).toBeGreaterThan(points[5]![1]!);
    expect(complaints).toEqual([]);

    // The policy is in force: what a compiler at run time would do is refused.
    const refused = await page.evaluate(
      () =>
        new Promise<readonly string[]>((done) => {
          const attempt = (make: () => unknown): string => {
            try {
              make();
              return "allowed";
            } catch (error) {
              return (error as Error).name;
            }
          };
          const { WebAssembly } = globalThis as unknown as {
            WebAssembly: { Module: new (bytes: Uint8Array) => unknown };
          };
          const empty = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0);
          // Later: what the debugger itself evaluates may do as it likes.
          setTimeout(() => {
            // oxlint-disable-next-line no-implied-eval -- it is refused
            done([attempt(() => new Function("")), attempt(() => new WebAssembly.Module(empty))]);
          });
        }),
    );
    expect(refused).toEqual(["EvalError", "CompileError"]);
  } finally {
    await browser.close();
    await new Promise((done) => server.close(done));
  }
});

test("the page's script is a few KB", async () => {
  const files = (await readdir(join(folder, "assets"))).filter((file) => file.endsWith(".js"));
  expect(files).toHaveLength(1);
  const text = await readFile(join(folder, "assets", files[0]!));
  expect(gzipSync(text).length).toBeLessThan(5 * 1024);
});

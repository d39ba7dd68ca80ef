import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { dirname, join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeCotangent } from "./support/cotangent.ts";
import type { Cotangent } from "./support/cotangent.ts";

let cotangent: Cotangent;
beforeAll(async () => {
  cotangent = await makeCotangent();
  const site = join(dirname(cotangent.executable), "../explorer");
  mkdirSync(join(site, "assets"), { recursive: true });
  writeFileSync(join(site, "index.html"), "<!doctype html><title>Explorer</title>");
  writeFileSync(join(site, "assets/app.js"), "console.log(1);");
  await cotangent.write({
    "model.ts":
      "const K = 2;\nexport const f = (x: number, y: number) => K * x * y;\nexport const g = (x: number) => x;\n",
    "importing.ts": 'import { k } from "./model.ts";\nexport const h = (x: number) => k * x;\n',
  });
});
afterAll(() => cotangent.remove());

/** What the explorer will read from an address. */
function stateOf(url: string): unknown {
  const [, payload] = /#1\/functions\/([\w-]+)$/.exec(url.trim()) ?? [];
  return JSON.parse(inflateRawSync(Buffer.from(payload!, "base64url")).toString()) as unknown;
}

const BASE = "https://example.org/explorer/";

describe("a link", () => {
  test("to an expression, and to a function of a file, with where the sliders start", async () => {
    const expression = await cotangent.run(["explore", "x => sin(x) * x", "--base", BASE]);
    expect(expression).toMatchObject({ code: 0, error: "" });
    expect(expression.out.startsWith(`${BASE}#1/functions/`)).toBe(true);
    expect(stateOf(expression.out)).toEqual({
      function: { source: "x => sin(x) * x", name: "", inputs: {}, ranges: {} },
    });
    const file = await cotangent.run([
      "explore",
      "model.ts",
      "-f",
      "f",
      "--at",
      "1,-2.5",
      "--base",
      BASE,
      "--json",
    ]);
    expect(stateOf((JSON.parse(file.out) as { url: string }).url)).toMatchObject({
      function: { name: "f", inputs: { x: 1, y: -2.5 } },
    });
  });

  test("without a function: the explorer as it starts", async () => {
    expect(await cotangent.run(["explore", "--base", BASE])).toEqual({
      code: 0,
      out: `${BASE}#1/functions\n`,
      error: "",
    });
  });

  test("is made for what the explorer can read only", async () => {
    const { code, error } = await cotangent.run(["explore", "importing.ts", "--base", BASE]);
    expect(code).toBe(3);
    expect(error).toMatch(/importing\.ts:1:10: error: k is not known here/);
    expect((await cotangent.run(["explore", "model.ts", "--base", BASE])).error).toMatch(
      /Say which is meant: f, g/,
    );
    expect((await cotangent.run(["explore", "x => x", "--base", "nowhere"])).code).toBe(2);
  });
});

/** Asks for a path as it is: fetch would tidy it up. */
const ask = (
  url: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    get({ hostname, port, path, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode!, body }));
    }).on("error", reject);
  });

test("serves the explorer to this computer, and nothing else, until it is told to stop", async () => {
  const child = spawn(process.execPath, [cotangent.executable, "explore", "x => x", "--no-open"], {
    cwd: cotangent.folder,
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const url = await new Promise<string>((resolve) => {
    child.stdout.setEncoding("utf8").once("data", resolve);
  });
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#1\/functions\//);
  expect(stateOf(url)).toMatchObject({ function: { source: "x => x" } });
  expect(await ask(url, "/")).toMatchObject({
    status: 200,
    body: expect.stringContaining("Explorer") as unknown,
  });
  expect(await ask(url, "/assets/app.js?v=1")).toMatchObject({ status: 200, body: "console.log(1);" });
  for (const path of [
    "/absent",
    "/../package.json",
    "/%2e%2e/package.json",
    "/assets",
    "/%00",
    "/%zz",
    "//etc/passwd",
  ]) {
    expect({ path, ...(await ask(url, path)) }).toMatchObject({ path, status: 404 });
  }
  expect((await ask(url, "/", { host: "evil.example" })).status).toBe(403);
  const busy = await cotangent.run(["explore", "--no-open", "--port", new URL(url).port]);
  expect([busy.code, busy.error]).toEqual([2, expect.stringContaining("is not free") as unknown]);
  child.kill("SIGTERM");
  expect(await ended).toBe(0);
});

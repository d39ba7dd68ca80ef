import { fileURLToPath } from "node:url";

import { afterAll, afterEach, expect, test } from "vitest";

import { closeAll, open, shutDown } from "./open.ts";
import { shots } from "./screenshots.ts";

afterEach(closeAll);
afterAll(shutDown);

const folder = fileURLToPath(new URL("../../../docs/explorer/", import.meta.url));

test.each(shots)("$name", async ({ name, address, view, prepare }) => {
  const { page, problems } = await open(address, view);
  await prepare(page);
  await page.screenshot({ path: `${folder}${name}.png`, animations: "disabled" });
  expect(problems).toEqual([]);
});

/** What is in a package when it is packed. */
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const folder = fileURLToPath(new URL("../", import.meta.url));

test("the library comes with its licence, and with a page for each error", () => {
  const flags = ["pack", "--dry-run", "--json", "--silent"];
  const text = execFileSync("npm", flags, {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const [{ files }] = JSON.parse(text.slice(text.indexOf("["))) as [{ files: { path: string }[] }];
  const packed = files.map(({ path }) => path);
  const pages = readdirSync(`${folder}../../docs/errors`).map((page) => `docs/errors/${page}`);
  expect(pages.length).toBeGreaterThan(40);
  expect(packed).toEqual(expect.arrayContaining(["LICENSE", "README.md", "docs/guide/use.md", ...pages]));
  expect(readdirSync(folder)).not.toContain("LICENSE");
});

import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";

const root = new URL("../../../../", import.meta.url);
const source = readFileSync(new URL("packages/cotangent/src/errors.ts", root), "utf8");
const codes = [...source.slice(0, source.indexOf(";")).matchAll(/\| "([a-z-]+)"/g)].map((m) => m[1]!);

it("there are codes to look for", () => expect(codes.length).toBeGreaterThan(15));

it.each(codes)("docs/errors/%s.md explains what happened and what to write instead", (code) => {
  const page = readFileSync(new URL(`docs/errors/${code}.md`, root), "utf8");
  expect(page).toMatch(new RegExp(`^# ${code}\n`));
  expect(page).toContain("```ts");
});

it("there is no page of an error that does not exist", () => {
  const pages = readdirSync(new URL("docs/errors/", root)).map((name) => name.replace(/\.md$/, ""));
  const all = new Set([...codes, "README"]);
  expect(pages.filter((page) => !all.has(page))).toEqual([]);
});

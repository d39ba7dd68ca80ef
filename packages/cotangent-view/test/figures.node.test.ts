/**
 * The figures of the documentation, and the page that shows them: what is committed is what the examples make.
 * `npm run figures` makes them anew.
 */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

import { Formula } from "../src/index.ts";
import { examples, figures, fileName, parts } from "./support/figures.ts";
import { every, parseXml } from "./support/xml.ts";

const FIGURES = fileURLToPath(new URL("../../../docs/figures/", import.meta.url));

describe.each(figures)("%s", (name, figure) => {
  test("is the committed figure", async () => {
    await expect(figure.svg).toMatchFileSnapshot(`${FIGURES}${fileName(name)}`);
  });

  test("is well-formed SVG that says what it is, with every number in it finite", () => {
    const root = parseXml(figure.svg);
    expect(root.name).toBe("svg");
    expect(root.attributes).toMatchObject({
      xmlns: "http://www.w3.org/2000/svg",
      role: "img",
      width: String(figure.width),
      height: String(figure.height),
      viewBox: `0 0 ${figure.width} ${figure.height}`,
    });
    const all = [...every(root)];
    const ids = all.flatMap(({ attributes: { id } }) => id ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const [title, desc] = root.attributes["aria-labelledby"]!.split(" ");
    expect(all.find(({ attributes }) => attributes["id"] === title)).toMatchObject({
      name: "title",
      text: figure.title,
    });
    expect(all.find(({ attributes }) => attributes["id"] === desc)).toMatchObject({
      name: "desc",
      text: figure.description,
    });
    expect(figure.title).not.toBe("");
    expect(figure.description.length).toBeGreaterThan(20);
    for (const { attributes, name: tag } of all) {
      expect(tag).toMatch(/^[a-z][A-Za-z]*$/);
      for (const [attribute, value] of Object.entries(attributes)) {
        if (attribute === "font-family") continue;
        expect(value, `${tag} ${attribute}`).not.toMatch(/NaN|undefined|Infinity|var\(--/);
        for (const [, id] of value.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(id);
      }
    }
  });

  test("loads nothing from outside itself", () => {
    expect(figure.svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(
      /https?:|href|@import|<script|<image/,
    );
  });
});

test("no figure is left over", () => {
  const made = new Set(figures.map(([name]) => fileName(name)));
  expect(readdirSync(FIGURES).filter((file) => !made.has(file))).toEqual([]);
});

test("the page shows every figure with the code that makes it", async () => {
  const chapters = Object.entries(examples).map(([file, made]) => {
    const source = readFileSync(new URL(`../examples/${file}.ts`, import.meta.url), "utf8");
    const shown = new Set<string>();
    const [head, ...rest] = parts(source);
    const [title, ...prose] = head!.comment.split("\n");
    const sections = rest.map(({ comment, code }, i) => {
      const names = [...code.matchAll(/^export const (\w+) =/gm)].map(([, name]) => name!);
      for (const name of names) shown.add(name);
      const pictures = names.map((name) => {
        const one = made[name]!;
        return one instanceof Formula
          ? `\`\`\`math\n${one.latex}\n\`\`\``
          : `![${one.title}](figures/${fileName(name)})`;
      });
      const before = i === 0 ? `${head!.code}\n\n` : "";
      const fence = i === 0 ? "ts" : "ts continued";
      return [comment, `\`\`\`${fence}\n${before}${code}\n\`\`\``, ...pictures]
        .filter((text) => text !== "")
        .join("\n\n");
    });
    expect([...shown].sort()).toEqual(Object.keys(made).sort());
    return [`## ${title}`, prose.join("\n").trim(), ...sections].join("\n\n");
  });
  const page = [
    "# Figures",
    "All of these are made by the code beside them; `npm run figures` makes them anew. They follow the reader's light or dark theme.",
    ...chapters,
    "",
  ].join("\n\n");
  await expect(page.replace(/\n+$/, "\n")).toMatchFileSnapshot(`${FIGURES}../figures.md`);
});

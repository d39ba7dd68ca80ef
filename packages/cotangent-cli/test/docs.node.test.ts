/** The examples of docs/guide/command-line.md print what stands there. With --update they are written anew. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

import { makeCotangent } from "./support/cotangent.ts";
import type { Cotangent } from "./support/cotangent.ts";

const FILE = fileURLToPath(new URL("../../../docs/guide/command-line.md", import.meta.url));

let cotangent: Cotangent;
beforeAll(async () => {
  cotangent = await makeCotangent();
});
afterAll(() => cotangent.remove());

/** The words of a command line, quotation marks taken off. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, word]) => quoted ?? word!);

test("every example is as it is printed", async () => {
  const text = readFileSync(FILE, "utf8");
  const blocks = [...text.matchAll(/```console\n([^]*?)```\n/g)];
  expect(blocks.length).toBeGreaterThan(5);
  let written = text;
  for (const [whole, body] of blocks) {
    let printed = "";
    for (const line of body!.split("\n").filter((each) => each.startsWith("$ "))) {
      const [cat, ...args] = wordsOf(line.slice(2));
      if (cat === "cat") {
        printed += `${line}\n${readFileSync(cotangent.path(args[0]!), "utf8")}`;
        continue;
      }
      const { out, error } = await cotangent.run(args);
      printed += `${line}\n${out}${error}`;
    }
    written = written.replace(whole, () => `\`\`\`console\n${printed}\`\`\`\n`);
  }
  await expect(written).toMatchFileSnapshot(FILE);
});

/** Types taken out of all our own sources: what is left is what esbuild leaves. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

import { stripTypes } from "../src/strip.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const files = globSync("{packages,apps}/*/{src,test}/**/*.ts", {
  cwd: ROOT,
  absolute: true,
  ignore: ["**/*.d.ts"],
});

test("there are many", () => expect(files.length).toBeGreaterThan(200));

test("they are the same but for blanks", async () => {
  const minified = async (code: string, loader: "js" | "ts"): Promise<string> => {
    const { code: text } = await transform(code, {
      loader,
      minifyWhitespace: true,
      target: "esnext",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
    });
    // Imports of nothing but types are left as imports of the file.
    return text.replace(/import *\{\} *from/g, "import");
  };
  for (const file of files) {
    const text = await readFile(file, "utf8");
    const [ours, wanted] = await Promise.all([minified(stripTypes(text, file), "js"), minified(text, "ts")]);
    expect({ file, text: ours }).toEqual({ file, text: wanted });
  }
});

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { instrument } from "./instrument.js";
import { moduleName, snippetsOf } from "./snippets.js";

const EXPECTATIONS = fileURLToPath(new URL("./expectations.js", import.meta.url));
const MODULE = /^(?<document>.+\.md)-line-(?<line>\d+)\.[jt]s$/;

/**
 * Turns a Markdown document into a test file: one test for each of its snippets. A snippet becomes a module
 * which stands beside the document and has the document's line numbers.
 *
 * @returns {import("vite").Plugin}
 */
export function markdownTests() {
  return {
    name: "cotangent:markdown-tests",
    enforce: "pre",

    resolveId(id) {
      return MODULE.test(id) ? id : null;
    },

    load(id) {
      if (id.endsWith(".md")) return { code: testFile(id), map: null };
      const { document, line } = MODULE.exec(id)?.groups ?? {};
      if (document === undefined) return null;
      this.addWatchFile(document);
      const snippet = snippetsOf(readFileSync(document, "utf8"), document).find(
        (each) => each.line === Number(line),
      );
      return snippet && { code: instrument(snippet, id, EXPECTATIONS), map: null };
    },
  };
}

/** @param {string} document  its path */
function testFile(document) {
  const tests = snippetsOf(readFileSync(document, "utf8"), document).map((snippet) => {
    const module = JSON.stringify(moduleName(document, snippet));
    return snippet.run
      ? `test("line ${snippet.line}", () => import(${module}));`
      : `test.skip("line ${snippet.line}");`;
  });
  if (tests.length === 0) tests.push(`test("has no code to run", () => {});`);
  return [`import { test } from "vitest";`, ...tests].join("\n");
}

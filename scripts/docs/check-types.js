// Type-checks the code in the documents against the sources, and lists what is not run.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";

import { documents, moduleName, snippetsOf } from "./snippets.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** What to check: from the names of the modules to the documents they are taken from. @type {Map<string, string>} */
const documentOf = new Map();
/** @type {Map<string, string>} */
const codeOf = new Map();

const names = globSync(documents, { cwd: root, ignore: ["**/node_modules/**"] }).sort();
for (const name of names) {
  for (const snippet of snippetsOf(readFileSync(join(root, name), "utf8"), name)) {
    if (!snippet.run) {
      console.log(`${name}:${snippet.line}: ${snippet.check ? "not run" : "neither checked nor run"}`);
    }
    if (!snippet.check) continue;
    const file = moduleName(name.replaceAll("/", "--"), snippet);
    documentOf.set(file, name);
    codeOf.set(file, snippet.code);
  }
}

const complaints = codeOf.size > 0 ? typeErrors() : null;
if (complaints === null) {
  console.log(`the types of ${codeOf.size} snippets in ${names.length} documents are right`);
} else {
  console.error(complaints);
  process.exitCode = 1;
}

/** Runs the compiler in a folder of its own below the root, where packages resolve as they do for the documents. */
function typeErrors() {
  const folder = mkdtempSync(join(root, ".docs-snippets-"));
  try {
    for (const [file, code] of codeOf) writeFileSync(join(folder, file), code);
    const configuration = {
      extends: "../tsconfig.test-base.json",
      compilerOptions: { allowJs: true, lib: ["ES2022", "DOM"], moduleDetection: "force" },
      files: [...codeOf.keys()],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(configuration));

    const tsc = join(
      dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
      "bin",
      "tsc",
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, "--pretty", "false"], {
      cwd: folder,
      encoding: "utf8",
    });
    if (status === 0) return null;
    // module.ts(12,5): error ...  ->  README.md:12:5: error ...
    const place = /^(?<file>[^\s(]+)\((?<line>\d+),(?<column>\d+)\)/gm;
    return `${stdout}${stderr}`.replaceAll(place, (whole, file, line, column) => {
      const document = documentOf.get(file);
      return document === undefined ? whole : `${document}:${line}:${column}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

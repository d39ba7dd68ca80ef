// Type-checks the code in the documents against the sources, and lists what is not run.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { globSync } from "tinyglobby";

import { documents, moduleName, snippetsOf } from "./snippets.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const work = join(root, ".docs-snippets");

const configuration = {
  extends: "../tsconfig.test-base.json",
  compilerOptions: { allowJs: true, lib: ["ES2022", "DOM"], moduleDetection: "force" },
};

rmSync(work, { recursive: true, force: true });
mkdirSync(work);

/** Documents by the names of their modules. @type {Map<string, string>} */
const documentOf = new Map();
const names = globSync(documents, { cwd: root, ignore: ["**/node_modules/**"] }).sort();
for (const name of names) {
  for (const snippet of snippetsOf(readFileSync(join(root, name), "utf8"), name)) {
    if (!snippet.run) {
      console.log(`${name}:${snippet.line}: ${snippet.check ? "not run" : "neither checked nor run"}`);
    }
    if (!snippet.check) continue;
    const file = moduleName(name.replaceAll("/", "--"), snippet);
    documentOf.set(file, name);
    writeFileSync(join(work, file), snippet.code);
  }
}

if (documentOf.size > 0) {
  writeFileSync(
    join(work, "tsconfig.json"),
    JSON.stringify({ ...configuration, files: [...documentOf.keys()] }),
  );
  const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  try {
    execFileSync(process.execPath, [tsc, "--pretty", "false", "--project", work], { cwd: work });
  } catch (error) {
    const { stdout } = /** @type {{ stdout?: Buffer }} */ (error);
    if (stdout === undefined) throw error;
    // module.ts(12,5): error ...  ->  README.md:12:5: error ...
    const place = /^(?<file>[^\s(]+)\((?<line>\d+),(?<column>\d+)\)/gm;
    const report = stdout.toString().replaceAll(place, (whole, file, line, column) => {
      const document = documentOf.get(file);
      return document === undefined ? whole : `${document}:${line}:${column}`;
    });
    console.error(report);
    process.exit(1);
  }
}
console.log(`types of ${documentOf.size} snippets in ${names.length} documents are right`);

// Before a package is packed: puts into it what belongs to every package, and to the library the documents that its errors name; afterwards
// takes it out again.
//
//     node ../../scripts/pack.js           prepack, in a package's folder
//     node ../../scripts/pack.js --clean   postpack
import { cpSync, readFileSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

/** @type {{ files: string[] }} */
const { files } = JSON.parse(readFileSync("package.json", "utf8"));
const added = ["LICENSE", ...files.filter((file) => file.startsWith("docs/"))];
for (const each of added) {
  if (process.argv.includes("--clean")) rmSync(each, { recursive: true, force: true });
  else cpSync(root + each, each, { recursive: true });
}

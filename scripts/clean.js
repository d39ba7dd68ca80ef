// Removes what the build writes, files of sources that are gone included. (`tsc -b --clean` leaves those.)
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));

for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
  if (entry.parentPath.includes("node_modules")) continue;
  const built = entry.isDirectory() && ["dist", "coverage"].includes(entry.name);
  if (built || entry.name.endsWith(".tsbuildinfo")) {
    rmSync(join(entry.parentPath, entry.name), { recursive: true, force: true });
  }
}

/** Builds the page once before all tests. */
import { fileURLToPath } from "node:url";

import { build } from "vite";

export default async function setup(): Promise<void> {
  await build({
    configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
    logLevel: "warn",
    mode: "production",
  });
}

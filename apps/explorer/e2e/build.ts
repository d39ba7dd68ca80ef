/** Builds the page once before all tests, into a folder of this run: another run may be going on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "vite";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** The folder of the built page. */
    site: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const site = mkdtempSync(join(tmpdir(), "explorer-"));
  await build({
    configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
    logLevel: "error",
    mode: "production",
    build: { outDir: site },
  });
  project.provide("site", site);
  return () => rmSync(site, { recursive: true, force: true });
}

import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

import { chromiumLaunchOptions } from "./scripts/chromium.js";
import { fromSources } from "./vitest.shared.ts";

// The tests of the core and the compiler once more, in headless Chromium. `*.node.test.ts` read files and stay in Node.
export default defineConfig(() => ({
  ...fromSources,
  // Bundled before the first test asks for them: a reload in between would run tests twice.
  optimizeDeps: { include: ["@dagrejs/dagre", "@observablehq/plot", "temml"] },
  test: {
    name: "browser",
    testTimeout: 600_000,
    hookTimeout: 600_000,
    include: [
      "packages/*/test/**/*.browser.test.ts",
      "packages/{cotangent,cotangent-compiler}/test/**/*.test.ts",
    ],
    exclude: ["**/*.node.test.ts"],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({ launchOptions: chromiumLaunchOptions() }),
      instances: [{ browser: "chromium" as const }],
    },
  },
}));

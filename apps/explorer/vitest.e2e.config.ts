import { defineConfig } from "vitest/config";

import { fromSources } from "../../vitest.shared.ts";

// The built page, used as a person would.
export default defineConfig({
  ...fromSources,
  root: import.meta.dirname,
  test: {
    name: "explorer",
    // A slow machine is no failure.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    include: ["e2e/**/*.e2e.ts"],
    globalSetup: ["./e2e/build.ts"],
  },
});

import { defineConfig } from "vitest/config";

import { markdownTests } from "./scripts/docs/vite-plugin.js";
import { documents } from "./scripts/docs/snippets.js";
import { captures, fromSources } from "./vitest.shared.ts";

/** The tests in Node, but for some. */
const inNode = (name: string, ...exclude: string[]) => ({
  ...fromSources,
  plugins: [captures("/bench/src/")],
  test: {
    name,
    // A slow machine is no failure.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    include: ["{packages,apps}/*/test/**/*.test.ts", "{bench,examples,scripts}/test/**/*.test.ts"],
    exclude: ["**/*.browser.test.ts", ...exclude],
  },
});

// The same tests in a browser: vitest.browser.config.ts.
export default defineConfig({
  test: {
    // Vitest leaves one core to itself, of two the half; but it has next to nothing to do while the tests run.
    maxWorkers: "100%",
    projects: [
      inNode("node"),
      // What derived source looks like, and what g++ makes of the benches, is the same under every Node.
      inNode("engine", "bench/**", "**/derive.node.test.ts"),
      {
        ...fromSources,
        test: {
          name: "types",
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            include: ["packages/*/test/**/*.test-d.ts"],
            tsconfig: "./tsconfig.test-d.json",
          },
        },
      },
      {
        ...fromSources,
        plugins: [markdownTests()],
        test: { name: "docs", testTimeout: 600_000, include: documents },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["packages/*/src/**/*.ts"],
      reporter: ["text", "html"],
    },
  },
});

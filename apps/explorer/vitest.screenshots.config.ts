import { defineConfig } from "vitest/config";

import tests from "./vitest.e2e.config.ts";

// npm run screenshots: the pictures of docs/explorer.md, taken of the built page.
export default defineConfig({ ...tests, test: { ...tests.test, include: ["e2e/screenshots.shot.ts"] } });

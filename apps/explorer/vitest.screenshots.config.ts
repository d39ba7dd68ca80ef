import { mergeConfig } from "vitest/config";

import tests from "./vitest.e2e.config.ts";

const config = mergeConfig(tests, {});
export default { ...config, test: { ...config.test, include: ["e2e/screenshots.shot.ts"] } };

import { defaultClientConditions, defaultServerConditions, type UserConfig } from "vite";

/** Workspaces import each other's sources: nothing has to be built before a test runs. */
const SOURCE = "@cotangent/source";

export const fromSources: UserConfig = {
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
};

import {
  defaultClientConditions,
  defaultServerConditions,
  runnerImport,
  type Plugin,
  type UserConfig,
} from "vite";

/** Workspaces import each other's sources: nothing has to be built before a test runs. */
const SOURCE = "@cotangent/source";

export const fromSources: UserConfig = {
  resolve: { conditions: [SOURCE, ...defaultClientConditions] },
  ssr: { resolve: { conditions: [SOURCE, ...defaultServerConditions] } },
};

interface Compiler {
  transform(code: string, file: string): { readonly code: string } | undefined;
}

/** Captures the plain functions of a folder as a build does. The compiler is read from its sources when the first file needs it. */
export function captures(folder: string): Plugin {
  const load = (): Promise<{ module: Compiler }> =>
    runnerImport("./packages/cotangent-compiler/src/index.ts", {
      environments: { inline: { resolve: { conditions: [SOURCE], noExternal: [/^cotangent/] } } },
    });
  let compiler: ReturnType<typeof load> | undefined;
  return {
    name: "captures",
    enforce: "pre",
    async transform(code, id) {
      if (!id.includes(folder)) return undefined;
      const { module } = await (compiler ??= load());
      return module.transform(code, id);
    },
  };
}

/** The build plugin, for all bundlers alike. */
import { createUnplugin } from "unplugin";
import type { UnpluginInstance } from "unplugin";

import { transform } from "../transform.ts";
import { fromDisk, SOURCES } from "./disk.ts";

export interface PluginOptions {
  /** Which files are looked at; by default all JavaScript and TypeScript outside node_modules. */
  readonly include?: (file: string) => boolean;
}

export const plugin: UnpluginInstance<PluginOptions | undefined> = createUnplugin((options = {}) => {
  const resolve = fromDisk();
  const include = options.include ?? ((file: string) => !file.includes("/node_modules/"));
  return {
    name: "cotangent",
    enforce: "pre",
    transformInclude: (id) => SOURCES.test(clean(id)) && include(clean(id)),
    transform(code, id) {
      const result = transform(code, clean(id), { resolve, root: process.cwd() });
      if (result === undefined) return undefined;
      for (const file of result.dependencies) this.addWatchFile(file);
      return { code: result.code, map: result.map };
    },
  };
});

/** Without a query. */
const clean = (id: string): string => id.split("?")[0]!;

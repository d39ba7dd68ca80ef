import type { Plugin } from "esbuild";

import type { PluginOptions } from "./build.ts";
import { plugin } from "./plugin.ts";

/** Lowers plain functions that are to be differentiated. */
const cotangent: (options?: PluginOptions) => Plugin = plugin.esbuild;
export default cotangent;

import type { Plugin } from "vite";

import type { PluginOptions } from "./build.ts";
import { plugin } from "./plugin.ts";

/** Lowers plain functions that are to be differentiated. */
const cotangent: (options?: PluginOptions) => Plugin = plugin.vite as (options?: PluginOptions) => Plugin;
export default cotangent;

import type { Plugin } from "rollup";

import type { PluginOptions } from "./build.ts";
import { plugin } from "./plugin.ts";

/** Lowers plain functions that are to be differentiated. */
const cotangent: (options?: PluginOptions) => Plugin = plugin.rollup as (options?: PluginOptions) => Plugin;
export default cotangent;

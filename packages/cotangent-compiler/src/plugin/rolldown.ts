import type { Plugin } from "rolldown";

import type { PluginOptions } from "./build.ts";
import { plugin } from "./plugin.ts";

/** Lowers plain functions that are to be differentiated. */
const cotangent: (options?: PluginOptions) => Plugin = plugin.rolldown as (options?: PluginOptions) => Plugin;
export default cotangent;

import type { WebpackPluginInstance } from "webpack";

import type { PluginOptions } from "./build.ts";
import { plugin } from "./plugin.ts";

/** Lowers plain functions that are to be differentiated. */
const cotangent: (options?: PluginOptions) => WebpackPluginInstance = plugin.webpack;
export default cotangent;

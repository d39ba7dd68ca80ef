import type { PluginOptions } from "./build.ts";
import { plugin } from "./plugin.ts";

/** Lowers plain functions that are to be differentiated. */
const cotangent: (options?: PluginOptions) => ReturnType<typeof plugin.rolldown> = plugin.rolldown;
export default cotangent;

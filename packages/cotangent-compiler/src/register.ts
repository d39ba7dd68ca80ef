/** `node --import cotangent-compiler/register script.ts`: TypeScript runs as it is, and plain functions are lowered. */
import * as module from "node:module";

import { synchronous } from "./hooks.ts";
import type { SynchronousHooks } from "./hooks.ts";

// What a function becomes stands in other lines than what was written: stack traces name those.
process.setSourceMapsEnabled(true);

const { registerHooks } = module as { readonly registerHooks?: (hooks: SynchronousHooks) => void };
if (registerHooks === undefined) module.register("./hooks.js", import.meta.url);
else registerHooks(synchronous);

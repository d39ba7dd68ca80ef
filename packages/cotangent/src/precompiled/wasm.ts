/** The entry `cotangent/precompiled/wasm`: precompiled WebAssembly. */
import { Instance } from "../compile/instance.ts";
import type { Interface } from "../compile/wasm/interface.ts";
import { instantiate } from "../compile/webassembly.ts";
import { AdError } from "../errors.ts";
import type { Code, ErrorAt } from "./index.ts";

/** The bytes of a module, from base64. */
export function bytes(text: string): Uint8Array {
  const binary = (globalThis as unknown as { atob(text: string): string }).atob(text);
  return Uint8Array.from(binary, (c) => c.charCodeAt(0));
}

/**
 * A module's entry as precompiled code is called.
 * @throws AdError `code-forbidden` where the page's policy allows no WebAssembly
 */
export function instance(
  module: Uint8Array,
  entry: Interface,
  imports: Parameters<typeof instantiate>[1],
  errorAt: ErrorAt,
): Code {
  let exports;
  try {
    exports = instantiate(module, imports);
  } catch (cause) {
    throw new AdError(
      "code-forbidden",
      "This page's content security policy allows no WebAssembly, or there is none here.",
      "Precompile to JavaScript (`precompile: true`), or allow it: script-src 'wasm-unsafe-eval'.",
      { cause },
    );
  }
  const { call, peek } = new Instance(entry, exports, errorAt);
  return Object.assign(call, { peek });
}

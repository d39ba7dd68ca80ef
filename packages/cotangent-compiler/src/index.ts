/** The compiler as a library, for tools; bundlers use `cotangent-compiler/vite` and its siblings. */
export { CompileError } from "./errors.ts";
export type { Span } from "./errors.ts";
export { transform } from "./transform.ts";
export type { Transformed, TransformOptions } from "./transform.ts";

/** Derivatives as TypeScript that people read: `cotangent-compiler/derive`. */
export { derive } from "./derive.ts";
export type { Derived, DeriveMode, DeriveOptions } from "./derive.ts";
export { functionsIn } from "./places.ts";
export type { FunctionPlace } from "./places.ts";

/** How every primitive is written: JavaScript and LaTeX. For what prints formulas; what only computes does without. */
export { binding } from "./primitives/notation.ts";
export type { Binding, Form, Notation, Phrase } from "./primitives/notation.ts";
export { table } from "./primitives/table.ts";

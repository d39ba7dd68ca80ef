/** Derivatives of programs. */
export { forward } from "./forward.ts";
export { hessian, hvp } from "./hessian.ts";
export { jacobian } from "./jacobian.ts";
export { forPeople } from "./readable.ts";
export { writtenParameters } from "./layout.ts";
export { reverse } from "./reverse.ts";
export { sparseJacobian } from "./sparse.ts";
export { fixedLeaves, transformProgram, transformSparsely } from "./structured.ts";
export type { Selection, Transform } from "./structured.ts";

/** Derivatives of programs. */
export { forward } from "./forward.ts";
export type { ForwardDerivative, ForwardOptions } from "./forward.ts";
export { hessian, hvp } from "./hessian.ts";
export type { SecondOrderOptions } from "./hessian.ts";
export { jacobian } from "./jacobian.ts";
export type { JacobianOptions } from "./jacobian.ts";
export { reverse } from "./reverse.ts";
export type { ReverseDerivative, ReverseOptions } from "./reverse.ts";
export { sparseJacobian } from "./sparse.ts";
export type { SparseJacobian } from "./sparse.ts";
export type { Pattern, SparsityOptions } from "./sparsity.ts";

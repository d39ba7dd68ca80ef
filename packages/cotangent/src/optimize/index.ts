/** Solvers that use exact derivatives: the entry `cotangent/optimize`. */
export { AdamRule } from "./adam-rule.ts";
export type { AdamOptions } from "./adam-rule.ts";
export { minimize, minimizeSteps } from "./minimize.ts";
export type { Method, MinimizeOptions, MinimizeReason, Minimum, Step } from "./minimize.ts";
export type { Evaluations } from "./objective.ts";
export type { CommonOptions, Compiler, StopSignal } from "./options.ts";
export { leastSquares } from "./least-squares.ts";
export type {
  LeastSquaresFit,
  LeastSquaresOptions,
  LeastSquaresReason,
  LeastSquaresStep,
} from "./least-squares.ts";
export { root } from "./root.ts";
export type { Between, Root, RootOptions, RootReason, RootStep } from "./root.ts";

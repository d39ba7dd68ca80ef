/** The public surface of Cotangent, and nothing else. */
export { centralDifference, derivativeCheck } from "./check/course.ts";
export type { CentralDifferenceOptions } from "./check/course.ts";
export { checkDerivatives } from "./check/derivatives.ts";
export type { CheckOptions, CheckReport, Comparison, Mode } from "./check/derivatives.ts";
export { ScalarFunction } from "./custom.ts";
export type { Call, Compiled, CompileOptions } from "./compile/callable.ts";
export { compile } from "./compile/compile.ts";
export type { MathMode, Target } from "./compile/execute.ts";
export { AdError } from "./errors.ts";
export type { ErrorCode } from "./errors.ts";
export * from "./primitives/index.ts";
export { Context, Traced, value } from "./real/real.ts";
export type {
  Binary,
  Derivative,
  Derivatives,
  Differentiable,
  FunctionClass,
  Primitive,
  Real,
  Unary,
} from "./real/real.ts";
export { noGrad } from "./traces/levels.ts";
export { backpropagate, constant, Scalar, topologicalSort } from "./traces/scalar.ts";
export type { History, ScalarOptions } from "./traces/scalar.ts";
export { checkpoint } from "./transforms/checkpoint.ts";
export { derivative } from "./transforms/derivative.ts";
export { grad, valueAndGrad } from "./transforms/grad.ts";
export type { Gradient, GradOptions, ValueAndGradient } from "./transforms/grad.ts";
export { hessian, hvp } from "./transforms/hessian.ts";
export type { Hessian, HessianVectorProduct } from "./transforms/hessian.ts";
export { jacobian } from "./transforms/jacobian.ts";
export type { Jacobian } from "./transforms/jacobian.ts";
export { jvp } from "./transforms/jvp.ts";
export type { Pushforward } from "./transforms/jvp.ts";
export { flatten } from "./transforms/structure.ts";
export type {
  Cotangent,
  CotangentOf,
  Input,
  Inputs,
  Product,
  Result,
  Tree,
  Value,
} from "./transforms/structure.ts";
export { vjp } from "./transforms/vjp.ts";
export type { Pullback } from "./transforms/vjp.ts";

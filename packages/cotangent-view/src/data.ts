/** The entry `cotangent-view/data`: what is behind the pictures, for those who draw by other means. It loads nothing that draws. */
export { graphToDot, programToDot } from "./graph/dot.ts";
export type { DotOptions, ProgramDotOptions } from "./graph/dot.ts";
export { computationGraph } from "./graph/model.ts";
export type { ComputationGraph, Operation, Variable } from "./graph/model.ts";
export { backwardSteps } from "./graph/sweep.ts";
export type { Backpropagation, BackwardStep, Contribution } from "./graph/sweep.ts";
export { sampleFunction } from "./plot/sample.ts";
export type { Curve, FunctionPlotOptions, SampledFunction } from "./plot/sample.ts";
export { sampleSurface } from "./plot/levels.ts";
export type { SampledSurface, Surface, SurfaceOptions } from "./plot/levels.ts";
export { formatNumber } from "./svg/text.ts";

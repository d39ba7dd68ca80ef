/** Programs: what front ends and tools that work on them need. */
export { Builder, buildFunction } from "./builder.ts";
export type { ParameterSpec } from "./builder.ts";
export { attach, CAPTURE_VERSION, capturedOf } from "./captured.ts";
export type { Captured, CapturedParameter, Specialisation } from "./captured.ts";
export { check } from "./check.ts";
export { interpreter } from "./interpret.ts";
export type { Datum, InterpretOptions } from "./interpret.ts";
export type { Func, Location, Op, Program, Region, Ty, Value } from "./ir.ts";
export { lowered } from "./lowered.ts";
export type { LoweredFunction, LoweredVariant } from "./lowered.ts";
export { optimise } from "./optimise/index.ts";
export { parse } from "./parse.ts";
export { print } from "./print.ts";
export { replay } from "./replay.ts";
export type { ReplayOptions, Watched } from "./replay.ts";
export type { PrimitiveBase, UserFunction } from "../real/real.ts";
export { arraysIn, children, eachNumber, fromLeaves, leafTypes, stride, toLeaves } from "./structure.ts";
export type { Leaf, Structure } from "./structure.ts";

/** Programs: what front ends and tools that work on them need. */
export { Builder, buildFunction } from "./builder.ts";
export type { ParameterSpec } from "./builder.ts";
export { attach, CAPTURE_VERSION, capturedOf } from "./captured.ts";
export type {
  Abilities,
  Captured,
  CapturedParameter,
  Change,
  Effects,
  Path,
  Specialisation,
} from "./captured.ts";
export { check } from "./check.ts";
export { specialisation } from "./effects.ts";
export { exact } from "./exact.ts";
export { interpreter } from "./interpret.ts";
export type { Datum, InterpretOptions } from "./interpret.ts";
export { isOp, someOp } from "./ir.ts";
export type { Func, Location, Op, Program, Region, Ty, Value } from "./ir.ts";
export { lowered } from "./lowered.ts";
export type { Lower, LoweredAbilities, LoweredFunction, LoweredVariant } from "./lowered.ts";
export { optimise } from "./optimise/index.ts";
export { lists } from "./optimise/lists.ts";
export { stayingLists } from "./optimise/staying.ts";
export { parse } from "./parse.ts";
export { print } from "./print.ts";
export { rows } from "./rows.ts";
export { replay } from "./replay.ts";
export type { ReplayOptions, Watched } from "./replay.ts";
export { missingArgument } from "../errors.ts";
// What a call of Math.hypot with more than two arguments is made of.
export { hypotSoFar } from "../primitives/inner.ts";
export type { PrimitiveBase, UserFunction } from "../real/real.ts";
export { fromLeaves, toLeaves } from "./marshal.ts";
export { arraysIn, children, eachNumber, leafTypes, stride } from "./structure.ts";
export type { Leaf, Structure } from "./structure.ts";
export { bringInside, users } from "./users.ts";
export { writes } from "./writes.ts";

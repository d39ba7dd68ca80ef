/** Derivatives of a file's functions checked against differences: `cotangent-compiler/check-file`. */
export { checkFile } from "./check-file.ts";
export type {
  CheckDifference,
  CheckFileOptions,
  CheckFileResult,
  FunctionCheck,
  SkippedPoint,
} from "./check-file.ts";

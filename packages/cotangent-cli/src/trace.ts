/** A call of a function as a computation on Scalars. */
import { Scalar, value } from "cotangent";
import { traceOnScalars } from "cotangent-compiler/read";
import type { TextFunction } from "cotangent-compiler/read";

import { UsageError } from "./command.ts";

/** The result of f at these arguments, with its history. */
export function scalarOf(
  f: TextFunction,
  args: readonly unknown[],
  limits: { readonly steps?: number },
): Scalar {
  checkCount(f, args);
  const { outputs } = traceOnScalars(f, args, limits);
  if (outputs.length === 0) {
    throw new UsageError(
      `${f.name} returns no number; a graph is that of one.`,
      "Give numbers as arguments, and write a function that returns what it computes of them.",
    );
  }
  if (outputs.length > 1) {
    throw new UsageError(
      `${f.name} returns ${outputs.length} numbers; a graph is that of one.`,
      "Write a function that picks one of them: p => f(p)[0].",
    );
  }
  const [output] = outputs;
  if (!(output instanceof Scalar) || output.isConstant()) {
    throw new UsageError(
      `${f.name} is ${value(output!)} at this point, whatever the arguments are: there is no graph to draw.`,
      "Choose arguments at which the result depends on them.",
    );
  }
  if (output.name === String(output.uniqueId)) output.name = f.name;
  return output;
}

/** A function is given what it takes; what has a default may be left out. */
export function checkCount(f: TextFunction, args: readonly unknown[]): void {
  const { length: most } = f.parameters;
  if (args.length >= f.length && args.length <= most) return;
  const takes = `${f.length === most ? "" : `${f.length} to `}${most} ${most === 1 ? "argument" : "arguments"}`;
  throw new UsageError(
    `${f.name} takes ${takes}, but ${args.length} are given.`,
    `They are ${f.parameters.map(({ name }) => name).join(", ")}.`,
  );
}

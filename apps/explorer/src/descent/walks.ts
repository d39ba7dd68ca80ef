/** Walking: from a text and a start to the paths of all methods. */
import { AdError, value } from "cotangent";
import type { Real } from "cotangent";
import { readFunction } from "cotangent-compiler/read";
import type { TextFunction } from "cotangent-compiler/read";
import { minimizeSteps } from "cotangent/optimize";
import type { Evaluations, MinimizeReason } from "cotangent/optimize";

import { methods } from "./methods.ts";
import type { DescentSettings, MethodId } from "./settings.ts";

/** More steps are not watched by anybody. */
export const MOST_STEPS = 400;

/** The way of one method. */
export interface Walk {
  readonly id: MethodId;
  /** Where it was after each step; the start first. */
  readonly xs: readonly (readonly [x: number, y: number])[];
  readonly values: readonly number[];
  /** The largest component of the gradient; unknown at the start. */
  readonly steepness: readonly (number | undefined)[];
  readonly reason: MinimizeReason | "refused";
  /** Why it could not begin. */
  readonly problem?: string;
  readonly evaluations: Evaluations;
}

/** A function of two numbers. @throws CompileError; AdError `wrong-option` where it is something else */
export function landscapeOf(source: string): TextFunction {
  const f = readFunction(source);
  const numbers = f.parameters.filter(({ structure }) => structure.kind === "number");
  if (f.parameters.length === 2 && numbers.length === 2 && f.result.kind === "number") return f;
  throw new AdError(
    "wrong-option",
    `${f.name}(${f.parameters.map(({ name }) => name).join(", ")}) is no function of two numbers that returns one.`,
    "Write (x, y) => …",
  );
}

export function walk(f: TextFunction, id: MethodId, { start, rates }: DescentSettings): Walk {
  const objective = (p: readonly Real[]): Real => f(p[0]!, p[1]!) as Real;
  const xs: [number, number][] = [[...start]];
  const values = [value(f(...start) as Real)];
  const steepness: (number | undefined)[] = [undefined];
  const none: Evaluations = { gradients: 0, hessians: 0 };
  try {
    const steps = minimizeSteps(objective, [...start], {
      ...methods[id].method(rates),
      maxIterations: MOST_STEPS,
    });
    for (;;) {
      const { done, value: step } = steps.next();
      if (done)
        return {
          id,
          xs,
          values,
          steepness,
          reason: step.reason,
          evaluations: { ...none, ...step.evaluations },
        };
      xs.push([step.x[0], step.x[1]]);
      values.push(step.value);
      steepness.push(step.gradientNorm);
    }
  } catch (error) {
    // Where there is no gradient at the start, say: the others may fare better.
    if (!(error instanceof AdError)) throw error;
    return {
      id,
      xs,
      values,
      steepness,
      reason: "refused",
      problem: error.message.split("\n")[0]!,
      evaluations: none,
    };
  }
}

/** The heights over a rectangle, row by row from below: `size` × `size` of them, the edges included. */
export function heights(f: TextFunction, { xRange, yRange }: DescentSettings, size: number): Float64Array {
  const out = new Float64Array(size * size);
  const place = ([low, high]: readonly [number, number], i: number): number =>
    low + ((high - low) * i) / (size - 1);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      out[row * size + column] = f(place(xRange, column), place(yRange, row)) as number;
    }
  }
  return out;
}

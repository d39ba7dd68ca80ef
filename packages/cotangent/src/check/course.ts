/** The checks of the course: one central difference, and a comparison with it. */
import { AdError } from "../errors.ts";
import { value } from "../real/real.ts";
import type { Real } from "../real/real.ts";
import { noGrad } from "../traces/levels.ts";
import { backpropagate, Scalar } from "../traces/scalar.ts";

export interface CentralDifferenceOptions {
  /** The position of the argument to differentiate by, counted from 0. */
  readonly arg?: number;
  /** The step to either side. */
  readonly epsilon?: number;
}

/**
 * (f(x + ε) − f(x − ε)) / 2ε in argument `arg`, the others held fixed: an approximation of the derivative.
 * @throws AdError `wrong-option` if there is no such argument
 */
export function centralDifference<A extends readonly Real[]>(
  f: (...args: A) => Real,
  inputs: { readonly [K in keyof A]: Real },
  { arg = 0, epsilon = 1e-6 }: CentralDifferenceOptions = {},
): number {
  if (!(arg in inputs) || !(epsilon > 0)) {
    throw new AdError(
      "wrong-option",
      `centralDifference: arg is ${arg} (of ${inputs.length} inputs, counted from 0), epsilon is ${epsilon}.`,
      "Give the position of an input, and a positive step.",
    );
  }
  const at = inputs.map(value);
  const shifted = (by: number): number => {
    const args = at.map((x, i) => (i === arg ? x + by : x));
    return value(noGrad(() => f(...(args as readonly Real[] as A))));
  };
  return (shifted(epsilon) - shifted(-epsilon)) / (2 * epsilon);
}

/** The course's tolerance: absolute and relative. */
const TOLERANCE = 1e-2;

/**
 * Compares the derivatives that backpropagation gives for `f` with central differences, within 10⁻² + 10⁻²·|difference|. The
 * scalars given say where; they themselves are left alone. For a strict check see `checkDerivatives`.
 * @throws AdError `wrong-derivative`
 */
export function derivativeCheck<A extends readonly Real[]>(
  f: (...args: A) => Real,
  ...scalars: { readonly [K in keyof A]: Real }
): void {
  const at = scalars.map(value);
  const fresh = at.map((x) => new Scalar(x));
  const out = f(...(fresh as readonly Real[] as A));
  if (out instanceof Scalar && !out.isConstant()) backpropagate(out);
  fresh.forEach((x, arg) => {
    const got = x.derivative ?? 0;
    const expected = centralDifference(f, scalars, { arg });
    if (Math.abs(got - expected) <= TOLERANCE + TOLERANCE * Math.abs(expected)) return;
    throw new AdError(
      "wrong-derivative",
      `The derivative of ${f.name || "the function"} at (${at.join(", ")}) by argument ${arg + 1} came out as ${got}, but central differences give ${expected}.`,
      "Look at the backward of the functions that it uses: each must return dOut times its derivative.",
    );
  });
}

import { AdError, jacobian } from "../index.ts";
import type { System } from "./levenberg-marquardt.ts";
import { asItIs } from "./options.ts";
import type { Compiler } from "./options.ts";
import type { Space } from "./space.ts";
import { isFinite } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** A user's function of several results, on lists of numbers. It counts what it is asked. */
export class UserSystem implements System {
  readonly derive: (p: unknown) => unknown;
  readonly #space: Space;
  readonly #residuals: (p: unknown) => unknown;
  #counts = { residuals: 0, jacobians: 0 };

  constructor(space: Space, f: (p: never) => unknown, compile: Compiler = asItIs) {
    const erased = f as (p: unknown) => unknown;
    this.#space = space;
    this.#residuals = compile(erased);
    this.derive = compile(jacobian(erased));
  }

  get evaluations(): { readonly residuals: number; readonly jacobians: number } {
    return this.#counts;
  }

  /** The results at the start. @throws AdError `bad-start` where they are not finite */
  begin(): Vector {
    const r = this.residualsAt(this.#space.start);
    const at = r.findIndex((x) => !Number.isFinite(x));
    if (at < 0) return r;
    throw new AdError(
      "bad-start",
      `${this.#space.solver}: at the start, number ${at + 1} of the function's result is ${r[at]}.`,
      "Start where the function is defined.",
    );
  }

  residualsAt(x: Vector): Vector {
    if (!isFinite(x)) return Float64Array.of(Number.NaN);
    this.#counts.residuals++;
    return this.#space.numbers(this.#residuals(this.#space.build(x)), "the result");
  }

  jacobianAt(x: Vector): Vector {
    this.#counts.jacobians++;
    return this.#space.numbers(this.derive(this.#space.build(x)), "the Jacobian");
  }
}

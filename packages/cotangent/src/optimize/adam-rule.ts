import { from0, positive } from "../options.ts";
import type { Rules } from "../options.ts";
import type { Vector } from "./vectors.ts";

/** The constants of Adam. */
export interface AdamOptions {
  /** About how far each parameter moves in one step. Default 0.001. */
  readonly rate?: number;
  /** How much of the running mean of gradients is kept from step to step. Default 0.9. */
  readonly beta1?: number;
  /** The same for the running mean of their squares. Default 0.999. */
  readonly beta2?: number;
  /** Keeps the division by a vanishing root mean square finite. Default 1e-8. */
  readonly epsilon?: number;
}

export const ADAM: Rules<AdamOptions> = { rate: positive, beta1: from0, beta2: from0, epsilon: from0 };

/**
 * Adam's rule for one step after another: D. P. Kingma, J. L. Ba, Adam: A method for stochastic optimization, ICLR 2015,
 * algorithm 1. It keeps running means m of gradients and v of their squares, corrects both for having begun at zero, and
 * steps by -rate · m / (√v + ε).
 */
export class AdamRule {
  readonly #options: Required<AdamOptions>;
  readonly #m: Vector;
  readonly #v: Vector;
  /** beta1^t and beta2^t */
  #decay1 = 1;
  #decay2 = 1;

  constructor(size: number, { rate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions) {
    this.#options = { rate, beta1, beta2, epsilon };
    this.#m = new Float64Array(size);
    this.#v = new Float64Array(size);
  }

  /** By how much each parameter changes, given the gradient. */
  step(gradient: ArrayLike<number>): Vector {
    const { rate, beta1, beta2, epsilon } = this.#options;
    this.#decay1 *= beta1;
    this.#decay2 *= beta2;
    return this.#m.map((_, i) => {
      const g = gradient[i]!;
      const m = (this.#m[i] = beta1 * this.#m[i]! + (1 - beta1) * g);
      const v = (this.#v[i] = beta2 * this.#v[i]! + (1 - beta2) * g * g);
      return (-rate * (m / (1 - this.#decay1))) / (Math.sqrt(v / (1 - this.#decay2)) + epsilon);
    });
  }
}

import { ADAM, AdamRule } from "../optimize/adam-rule.ts";
import type { AdamOptions } from "../optimize/adam-rule.ts";
import { checkOptions, positive } from "../options.ts";
import type { Parameter } from "./module.ts";

/** What moves parameters by their derivatives. */
export interface Optimizer {
  /** Moves every parameter that has a derivative, and so forgets the derivative. */
  step(): void;
  /** Sets all derivatives to zero, before the next backward pass. */
  zeroGrad(): void;
}

/** Stochastic gradient descent: each parameter moves by rate times its derivative, downwards. */
export class SGD implements Optimizer {
  readonly parameters: readonly Parameter[];
  /** May be changed between steps. */
  rate: number;

  /** @throws AdError `wrong-option` unless the rate is a number above 0 */
  constructor(parameters: readonly Parameter[], rate: number = 1) {
    checkOptions("SGD", { rate }, { rate: positive });
    this.parameters = parameters;
    this.rate = rate;
  }

  step(): void {
    for (const parameter of this.parameters) {
      const { data, derivative } = parameter;
      if (derivative !== null) parameter.update(data - this.rate * derivative);
    }
  }

  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.value.zeroDerivative();
  }
}

/** Adam (Kingma and Ba 2015): steps whose length adapts to each parameter. */
export class Adam implements Optimizer {
  readonly parameters: readonly Parameter[];
  readonly #rule: AdamRule;

  /** @throws AdError `wrong-option` */
  constructor(parameters: readonly Parameter[], options: AdamOptions = {}) {
    checkOptions("Adam", options, ADAM);
    this.parameters = parameters;
    this.#rule = new AdamRule(parameters.length, options);
  }

  /** A parameter without derivative counts as one whose derivative is zero. */
  step(): void {
    const changes = this.#rule.step(this.parameters.map(({ derivative }) => derivative ?? 0));
    this.parameters.forEach((parameter, i) => parameter.update(parameter.data + changes[i]!));
  }

  zeroGrad(): void {
    for (const parameter of this.parameters) parameter.value.zeroDerivative();
  }
}

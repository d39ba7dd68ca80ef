import { add, mul, relu, sigmoid } from "../index.ts";
import type { Real } from "../index.ts";
import { Module, Parameter } from "./module.ts";
import type { Random } from "./random.ts";

/** Weighted sums: yⱼ = bⱼ + Σᵢ wᵢⱼ·xᵢ. All parameters begin at 2(r - 0.5), with r drawn uniformly from 0 to 1. */
export class Linear extends Module {
  /** Input by output. */
  readonly weights: readonly (readonly Parameter[])[];
  readonly biases: readonly Parameter[];

  constructor(inputs: number, outputs: number, next: Random) {
    super();
    const initial = (): Parameter => new Parameter(2 * (next() - 0.5));
    this.weights = Array.from({ length: inputs }, () => Array.from({ length: outputs }, initial));
    this.biases = Array.from({ length: outputs }, initial);
  }

  forward(xs: readonly Real[]): Real[] {
    return this.biases.map((bias, j) =>
      xs.reduce<Real>((sum, x, i) => add(sum, mul(x, this.weights[i]![j]!.value)), bias.value),
    );
  }

  protected override describe(): string {
    return `${this.weights.length} -> ${this.biases.length}`;
  }
}

/** The course's network of scalars: 2 inputs, two hidden layers of rectified units, one output through a sigmoid. */
export class Network extends Module {
  readonly layer1: Linear;
  readonly layer2: Linear;
  readonly layer3: Linear;

  /** @param hidden how many units in each hidden layer */
  constructor(hidden: number, next: Random) {
    super();
    this.layer1 = new Linear(2, hidden, next);
    this.layer2 = new Linear(hidden, hidden, next);
    this.layer3 = new Linear(hidden, 1, next);
  }

  /** What goes into the sigmoid: positive where the class 1 is more likely. */
  logit(x1: Real, x2: Real): Real {
    const h1 = this.layer1.forward([x1, x2]).map((x) => relu(x));
    const h2 = this.layer2.forward(h1).map((x) => relu(x));
    return this.layer3.forward(h2)[0]!;
  }

  /** The probability of class 1. */
  forward(x1: Real, x2: Real): Real {
    return sigmoid(this.logit(x1, x2));
  }
}

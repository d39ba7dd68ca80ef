import { backpropagate, div, neg, noGrad, softplus, sum, value } from "../index.ts";
import type { Real, Scalar } from "../index.ts";
import { COMMON } from "../optimize/options.ts";
import type { StopSignal } from "../optimize/options.ts";
import { aFunction, checkOptions, from0, positive } from "../options.ts";
import type { Rules } from "../options.ts";
import type { DataSet } from "./datasets.ts";
import type { Parameter } from "./module.ts";
import { Network } from "./network.ts";
import { SGD } from "./optimizers.ts";
import type { Optimizer } from "./optimizers.ts";
import { random } from "./random.ts";

/** How a network did in one pass over all points, before it was corrected. */
export interface Epoch {
  /** Counted from 1. */
  readonly epoch: number;
  /** The sum of -log(probability given to the right class) over all points. */
  readonly loss: number;
  /** How many points it classified rightly. */
  readonly correct: number;
}

export interface TrainerOptions {
  /** How many units in each of the two hidden layers. Default 2. */
  readonly hidden?: number;
  /** The rate of gradient descent. Default 0.5. */
  readonly rate?: number;
  /** Of the initial weights. Default 0. */
  readonly seed?: number;
  /** Makes something else than {@link SGD} with that rate. */
  readonly optimizer?: (parameters: readonly Parameter[]) => Optimizer;
}

const RULES: Rules<TrainerOptions> = {
  hidden: [(x) => Number.isInteger(x) && (x as number) > 0, "Give a whole number from 1."],
  rate: positive,
  seed: [(x) => typeof x === "number" && !Number.isNaN(x), "Give a number."],
  optimizer: aFunction,
};

/**
 * Trains the course's network of scalars: in every epoch the log loss of all points, its derivatives by define-by-run
 * Scalars, and one step of the optimizer.
 *
 *     const trainer = new Trainer(dataSet("xor"), { hidden: 10 });
 *     while (trainer.epoch().correct < 50);
 */
export class Trainer {
  readonly data: DataSet;
  readonly network: Network;
  /** All epochs so far. */
  readonly history: readonly Epoch[];
  readonly #history: Epoch[] = [];
  readonly #optimizer: Optimizer;

  /** @throws AdError `wrong-option` */
  constructor(data: DataSet, options: TrainerOptions = {}) {
    checkOptions("The trainer", options, RULES);
    const { hidden = 2, rate = 0.5, seed = 0 } = options;
    this.data = data;
    this.history = this.#history;
    this.network = new Network(hidden, random(seed));
    const parameters = this.network.parameters();
    this.#optimizer = options.optimizer?.(parameters) ?? new SGD(parameters, rate);
  }

  /** One pass over all points, and one step. */
  epoch(): Epoch {
    const { points, labels } = this.data;
    this.network.train();
    this.#optimizer.zeroGrad();
    const logits = points.map(([x1, x2]) => this.network.logit(x1, x2));
    const loss = sum(logits.map((logit, i) => logLoss(logit, labels[i]!)));
    backpropagate(div(loss, points.length) as Scalar);
    this.#optimizer.step();
    this.network.eval();
    const epoch: Epoch = {
      epoch: this.#history.length + 1,
      loss: value(loss),
      correct: this.#countRight(logits),
    };
    this.#history.push(epoch);
    return epoch;
  }

  /** How many points the network, as it is now, classifies rightly. */
  correct(): number {
    return this.#countRight(noGrad(() => this.data.points.map(([x1, x2]) => this.network.logit(x1, x2))));
  }

  #countRight(logits: readonly Real[]): number {
    return logits.filter((logit, i) => value(logit) > 0 === (this.data.labels[i] === 1)).length;
  }
}

/**
 * -log p for the probability p that a sigmoid of `logit` gives to the label: log(1 + e^∓logit), which stays exact where the
 * sigmoid itself would round to 0 or 1.
 */
const logLoss = (logit: Real, label: 0 | 1): Real => softplus(label === 1 ? neg(logit) : logit);

export interface TrainOptions extends TrainerOptions {
  /** Default 500. */
  readonly epochs?: number;
  /** Called after every epoch. */
  readonly onEpoch?: (epoch: Epoch) => void;
  /** Looked at before every epoch: where its `aborted` is true, training stops. */
  readonly signal?: StopSignal;
}

/** What {@link train} leaves. */
export interface Training {
  readonly network: Network;
  /** Every epoch, in order. */
  readonly history: readonly Epoch[];
  /** How many points the network, as it is now, classifies rightly. */
  readonly correct: number;
  /** Whether the signal ended it before the last epoch. */
  readonly stopped: boolean;
}

/**
 * Trains a network on `data` for a number of epochs: see {@link Trainer}.
 *
 *     const { correct } = train(dataSet("xor"), { hidden: 10, onEpoch: ({ epoch, loss }) => console.log(epoch, loss) });
 *
 * @throws AdError `wrong-option`
 */
export function train(data: DataSet, options: TrainOptions = {}): Training {
  checkOptions("train", options, {
    ...RULES,
    epochs: from0,
    onEpoch: aFunction,
    signal: COMMON.signal,
  } satisfies Rules<TrainOptions>);
  const { epochs = 500, onEpoch, signal, ...own } = options;
  const trainer = new Trainer(data, own);
  const asked = (): boolean => signal?.aborted ?? false;
  while (trainer.history.length < epochs && !asked()) {
    const epoch = trainer.epoch();
    onEpoch?.(epoch);
  }
  const stopped = trainer.history.length < epochs;
  return { network: trainer.network, history: trainer.history, correct: trainer.correct(), stopped };
}

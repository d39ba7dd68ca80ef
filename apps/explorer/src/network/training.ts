/** Training, one epoch at a time, on Scalars or by compiled code: the same numbers either way. */
import { valueAndGrad } from "cotangent";
import { readFunction } from "cotangent-compiler/read";
import { Adam, dataSet, SGD, Trainer } from "cotangent/nn";
import type { DataSet, Parameter } from "cotangent/nn";
import { AdamRule } from "cotangent/optimize";

import { logit } from "./model.ts";
import type { NetworkSettings } from "./settings.ts";

/** What both kinds of trainer have in common. */
export interface Training {
  readonly data: DataSet;
  /** All weights, in the order of `model.ts`, as they are now. */
  weights(): Float64Array;
  /** One pass over all points and one step; the mean loss before the step. */
  epoch(): number;
}

/** @param source the text of `model.ts` */
export function startTraining(settings: NetworkSettings, source: string): Training {
  const { data: name, points, seed } = settings;
  const data = dataSet(name, points, seed);
  return settings.engine === "scalars" ? onScalars(data, settings) : compiled(data, settings, source);
}

/** The course's trainer, as it is. */
export function onScalars(
  data: DataSet,
  { hidden, rate, seed, optimizer }: NetworkSettings,
): Training & { readonly trainer: Trainer } {
  const trainer = new Trainer(data, {
    hidden,
    seed,
    optimizer: (parameters: readonly Parameter[]) =>
      optimizer === "sgd" ? new SGD(parameters, rate) : new Adam(parameters, { rate }),
  });
  return {
    data,
    trainer,
    weights: () => Float64Array.from(trainer.network.parameters(), (p) => p.data),
    epoch: () => trainer.epoch().loss / data.points.length,
  };
}

/** The same with the gradient of plain functions, compiled. */
function compiled(
  data: DataSet,
  { hidden, rate, seed, optimizer }: NetworkSettings,
  source: string,
): Training {
  const loss = readFunction(source, { function: "loss", file: "model.ts" });
  const step = valueAndGrad(loss, { wrt: 0 }) as unknown as (
    p: Float64Array,
    hidden: number,
    points: Float64Array,
    labels: Float64Array,
  ) => { value: number; grad: Float64Array };
  // The trainer's own first weights.
  const weights = Float64Array.from(new Trainer(data, { hidden, seed }).network.parameters(), (p) => p.data);
  const points = Float64Array.from(data.points.flat());
  const labels = Float64Array.from(data.labels);
  const adam = new AdamRule(weights.length, { rate });
  return {
    data,
    weights: () => weights.slice(),
    epoch: () => {
      const { value, grad } = step(weights, hidden, points, labels);
      if (optimizer === "sgd") for (let i = 0; i < weights.length; i++) weights[i]! -= rate * grad[i]!;
      else adam.step(grad).forEach((change, i) => (weights[i]! += change));
      return value;
    },
  };
}

/** How the network sees the unit square: the probability of class 1 in the middle of each of `size` × `size` fields, from below. */
export function probabilities(weights: Float64Array, hidden: number, size: number): Float32Array {
  const seen = new Float32Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const z = logit(weights, hidden, (column + 0.5) / size, (row + 0.5) / size);
      seen[row * size + column] = 1 / (1 + Math.exp(-z));
    }
  }
  return seen;
}

/** Which points are classified rightly. */
export const rightOnes = ({ points, labels }: DataSet, weights: Float64Array, hidden: number): boolean[] =>
  points.map(([x, y], i) => logit(weights, hidden, x, y) > 0 === (labels[i] === 1));

/** What the page may ask the worker that trains. */
import { Scalar } from "cotangent";
import type { DataSet } from "cotangent/nn";
import type { Figure } from "cotangent-view";

import type { Drawing } from "../ui/figure.tsx";
// oxlint-disable-next-line import/default -- the file as a text, by Vite
import source from "./model.ts?raw";
import type { NetworkSettings } from "./settings.ts";
import { onScalars, probabilities, rightOnes, startTraining } from "./training.ts";
import type { Training } from "./training.ts";

/** The network as it is now. */
export interface Snapshot {
  readonly epoch: number;
  /** The probability of class 1 over the unit square, row by row from below. */
  readonly field: Float32Array;
  readonly right: readonly boolean[];
  /** The mean loss of some epochs since the snapshot before, the last among them. */
  readonly losses: readonly (readonly [epoch: number, loss: number])[];
  /** How long the epochs took, in milliseconds, and how many they were. */
  readonly took: number;
  readonly ran: number;
}

export interface Begun extends Snapshot {
  readonly data: DataSet;
  readonly parameters: number;
}

/** How many fields of the square are looked at, across and down. */
const FIELDS = 56;
/** More losses are not sent at once. */
const MOST_LOSSES = 24;

let settings: NetworkSettings | undefined;
let training: Training | undefined;
let epoch = 0;

/** Trains for so many milliseconds or epochs, whatever comes first. */
function advance(time: number, most: number): Snapshot {
  const current = training!;
  const start = performance.now();
  const all: [number, number][] = [];
  let ran = 0;
  while (ran < most && (ran === 0 || performance.now() - start < time)) {
    all.push([++epoch, current.epoch()]);
    ran++;
  }
  const took = performance.now() - start;
  const every = Math.ceil(all.length / MOST_LOSSES);
  const losses = all.filter((_, i) => (all.length - 1 - i) % every === 0);
  return { ...look(), losses, took, ran };
}

function look(): Snapshot {
  const { hidden } = settings!;
  const weights = training!.weights();
  return {
    epoch,
    field: probabilities(weights, hidden, FIELDS),
    right: rightOnes(training!.data, weights, hidden),
    losses: [],
    took: 0,
    ran: 0,
  };
}

export const handlers = {
  begin(given: NetworkSettings): Begun {
    settings = given;
    training = startTraining(given, source);
    epoch = 0;
    return { ...look(), data: training.data, parameters: training.weights().length };
  },

  advance,

  /** What Scalars record for the loss of one point; large networks are summarised. */
  async graph(given: NetworkSettings, theme: "light" | "dark"): Promise<Drawing> {
    const { drawGraph } = await import("cotangent-view");
    const { softplus, neg } = await import("cotangent");
    const { dataSet } = await import("cotangent/nn");
    const data = dataSet(given.data, given.points, given.seed);
    const { trainer } = onScalars(data, given);
    for (const [name, parameter] of trainer.network.namedParameters()) {
      const [, layer, kind, i, j] = /^layer(\d)\.(weights|biases)\.(\d+)(?:\.(\d+))?$/.exec(name)!;
      parameter.value.name = kind === "weights" ? `w${layer}_${i}${j}` : `b${layer}_${i}`;
    }
    const [x, y] = data.points[0]!;
    const z = trainer.network.logit(x, y);
    const loss = softplus(data.labels[0] === 1 ? neg(z) : z) as Scalar;
    loss.name = "loss";
    const { svg, width, height }: Figure = drawGraph(loss, {
      derivatives: true,
      intermediates: "named",
      limit: 90,
      theme,
    });
    return { svg, width, height };
  },
};

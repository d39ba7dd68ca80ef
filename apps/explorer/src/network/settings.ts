/** What is trained, and how: the part of the state that a link carries. */
import { dataSetNames } from "cotangent/nn";
import type { DataSetName } from "cotangent/nn";

import { isRecord, numberIn, oneOf } from "../read.ts";
import type { Slice } from "../tab.ts";

/** How derivatives are found: on Scalars, operation by operation, or by compiled code. */
type Engine = "scalars" | "compiled";

export interface NetworkSettings {
  readonly data: DataSetName;
  readonly points: number;
  readonly hidden: number;
  readonly optimizer: "sgd" | "adam";
  readonly rate: number;
  readonly seed: number;
  readonly engine: Engine;
  /** How fast the picture follows: so many epochs a second, or as many as there is time for. */
  readonly pace: "slow" | "fast";
}

/** What the sliders can be set to. */
export const LIMITS = {
  points: [10, 200],
  hidden: [1, 16],
  rate: [0.001, 10],
  seed: [0, 9999],
} as const;

const initial: NetworkSettings = {
  data: "xor",
  points: 50,
  hidden: 8,
  optimizer: "sgd",
  rate: 0.5,
  seed: 1,
  engine: "scalars",
  pace: "fast",
};

export const networkSlice: Slice<NetworkSettings> = {
  id: "network",
  initial,
  read: (data) => {
    const d = isRecord(data) ? data : {};
    const whole = (key: "points" | "hidden" | "seed"): number =>
      Math.round(numberIn(d[key], LIMITS[key][0], LIMITS[key][1], initial[key]));
    return {
      data: oneOf(d["data"], dataSetNames, initial.data),
      points: whole("points"),
      hidden: whole("hidden"),
      optimizer: oneOf(d["optimizer"], ["sgd", "adam"], initial.optimizer),
      rate: numberIn(d["rate"], LIMITS.rate[0], LIMITS.rate[1], initial.rate),
      seed: whole("seed"),
      engine: oneOf(d["engine"], ["scalars", "compiled"], initial.engine),
      pace: oneOf(d["pace"], ["slow", "fast"], initial.pace),
    };
  },
};

/** Networks of Scalars, as in the course: the entry `cotangent/nn`. */
export { dataSet, dataSetNames } from "./datasets.ts";
export type { DataSet, DataSetName } from "./datasets.ts";
export { Module, Parameter } from "./module.ts";
export { Linear, Network } from "./network.ts";
export { Adam, SGD } from "./optimizers.ts";
export type { Optimizer } from "./optimizers.ts";
export { random } from "./random.ts";
export type { Random } from "./random.ts";
export { train, Trainer } from "./trainer.ts";
export type { Epoch, TrainerOptions, Training, TrainOptions } from "./trainer.ts";

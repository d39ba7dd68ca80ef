/** Inputs for the simulation that the benches run for longer. */
import { beam } from "../../../../bench/src/springs/springs.ts";
import type { Cases } from "./case.ts";

export { miss } from "../../../../bench/src/springs/springs.ts";

export const cases: Cases = {
  miss: [
    () => {
      const { stiffness, rest, start, ends } = beam(2);
      return [stiffness, rest, start, ends, { steps: 30, dt: 0.02, fixed: 3, floor: -0.01, target: [2, 0] }];
    },
  ],
};

/** Inputs for GradBench's hand, of which the benches have larger ones. */
import type { Cases } from "./case.ts";

export { handErrors } from "../../../../bench/src/gradbench/hand.ts";

const sines = (length: number, from = 1): Float64Array =>
  Float64Array.from({ length }, (_, i) => Math.sin(i + from));

const BONES = 21;
const hand = {
  parents: Float64Array.from({ length: BONES }, (_, i) => (i % 4 === 1 ? 0 : i - 1)),
  relatives: sines(16 * BONES),
  inverses: sines(16 * BONES, 2),
  vertices: sines(12, 3),
  weights: sines(3 * BONES, 4),
  triangles: Float64Array.of(0, 1, 2, 2, 1, 0),
  mirrored: true,
};

export const cases: Cases = {
  handErrors: [
    () => [sines(26), new Float64Array(0), hand, Float64Array.of(2, 0), sines(6, 5)],
    () => [sines(26, 6), sines(4, 7), { ...hand, mirrored: false }, Float64Array.of(1, 0), sines(6, 8)],
    // It is not turned.
    () => [
      sines(26).fill(0, 0, 3),
      new Float64Array(0),
      { ...hand, mirrored: false },
      Float64Array.of(1),
      sines(3),
    ],
  ],
};

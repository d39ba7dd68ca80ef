/** The simulation as a row. */
import { compile, grad } from "cotangent";
import { problemRow } from "../problem.ts";
import type { Row } from "../row.ts";
import { adjointByHand, beam, miss } from "./springs.ts";
import type { Settings } from "./springs.ts";

export function springsRow(columns: number, settings: Settings): Row {
  const { stiffness, rest, start, ends } = beam(columns);
  const { steps, dt, fixed, floor, target } = settings;
  return problemRow({
    name: `springs-${steps}`,
    title: `Masses on springs: ${stiffness.length} springs, ${start.length / 2} masses, ${steps} steps`,
    cpp: "springs",
    data: () => [Float64Array.of(steps, fixed, dt, floor, ...target), stiffness, rest, start, ends],
    plain: () => () => miss(stiffness, rest, start, ends, settings),
    primal: () => {
      const f = compile(miss);
      return () => f(stiffness, rest, start, ends, settings);
    },
    derivative: () => {
      const g = grad(miss, { wrt: [0, 1, 2] });
      return () => g(stiffness, rest, start, ends, settings);
    },
    into: () => {
      const g = compile(grad(miss, { wrt: [0, 1, 2] }));
      return (out) => g.into(out, stiffness, rest, start, ends, settings);
    },
    byHand: () => {
      const g = adjointByHand(stiffness.length, start.length / 2, ends, settings);
      return () => g(stiffness, rest, start);
    },
  });
}

export const springs: readonly Row[] = [
  springsRow(10, { steps: 1300, dt: 0.005, fixed: 3, floor: -3, target: [9, 0] }),
];

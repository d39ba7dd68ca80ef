import { AdError } from "../index.ts";
import { random } from "./random.ts";

/** Points in the unit square, each with its class. */
export interface DataSet {
  readonly name: DataSetName;
  readonly points: readonly (readonly [x1: number, x2: number])[];
  /** One for each point: 0 or 1. */
  readonly labels: readonly (0 | 1)[];
}

type Point = readonly [number, number];

/** How a class follows from the place, for the sets whose points are drawn uniformly. */
const CLASSES: Readonly<Record<Exclude<DataSetName, "spiral">, (p: Point) => boolean>> = {
  /** The left half is 1. */
  simple: ([x]) => x < 0.5,
  /** Below the diagonal from (0, 0.5) to (0.5, 0). */
  diag: ([x, y]) => x + y < 0.5,
  /** Two strips, at the left and at the right. */
  split: ([x]) => x < 0.2 || x > 0.8,
  /** Two opposite quarters. */
  xor: ([x, y]) => x < 0.5 !== y < 0.5,
  /** Outside of a circle around the middle. */
  circle: ([x, y]) => (x - 0.5) ** 2 + (y - 0.5) ** 2 > 0.1,
};

/** The course's data sets. */
export type DataSetName = "simple" | "diag" | "split" | "xor" | "circle" | "spiral";

/** Their names, from the easiest to the hardest. */
export const dataSetNames: readonly DataSetName[] = ["simple", "diag", "split", "xor", "circle", "spiral"];

/**
 * One of the course's data sets. The points are drawn uniformly from the unit square; those of the spiral lie on its two
 * arms, evenly, and depend on no seed.
 * @param n how many points
 * @param seed the same seed gives the same points
 * @throws AdError `wrong-option`
 */
export function dataSet(name: DataSetName, n: number = 50, seed: number = 0): DataSet {
  if (!Number.isInteger(n) || n < 1) {
    throw new AdError(
      "wrong-option",
      `dataSet was asked for ${String(n)} points.`,
      "Give a whole number from 1.",
    );
  }
  if (name === "spiral") return spiral(n);
  const isOne = (CLASSES as Partial<typeof CLASSES>)[name];
  if (isOne === undefined) {
    throw new AdError(
      "wrong-option",
      `There is no data set ${JSON.stringify(name)}.`,
      `Choose one of ${dataSetNames.join(", ")}.`,
    );
  }
  const next = random(seed);
  const points = Array.from({ length: n }, (): Point => [next(), next()]);
  return { name, points, labels: points.map((p) => (isOne(p) ? 1 : 0)) };
}

/** (t cos t, t sin t)/20 around the middle for 0, and the same turned by a quarter for 1. */
function spiral(n: number): DataSet {
  const half = Math.ceil(n / 2);
  const points = Array.from({ length: n }, (_, i): Point => {
    const k = i % half;
    const t = (10 * (5 + k)) / half;
    const [x, y] = [(t * Math.cos(t)) / 20, (t * Math.sin(t)) / 20];
    return i < half ? [0.5 + x, 0.5 + y] : [0.5 + y, 0.5 - x];
  });
  return { name: "spiral", points, labels: points.map((_, i) => (i < half ? 0 : 1)) };
}

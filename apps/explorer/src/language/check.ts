/** Derivatives against differences. */
import type { Subject } from "./subject.ts";
import { withLeaf } from "./values.ts";
import type { Data, Leaf } from "./values.ts";

/** One derivative by reverse and by forward mode, and what differences give. */
interface Comparison {
  readonly path: string;
  readonly reverse: number | undefined;
  readonly forward: number;
  readonly differences: number;
  /** How exactly the differences are known. */
  readonly uncertainty: number;
  readonly right: boolean;
}

export interface Check {
  readonly ok: boolean;
  readonly comparisons: readonly Comparison[];
}

/** More rows than anybody reads. */
const MOST = 64;

/** What the two may differ by, relative to the larger of the derivative and the function's own size. */
const TOLERANCE = 1e-6;

/** Checks all first derivatives at the inputs; of several results, those of the first. */
export function checkAgainstDifferences(subject: Subject, inputs: readonly Data[]): Check {
  const integers = new Set(subject.integers(inputs));
  const gradient = subject.scalar ? subject.gradient(inputs) : undefined;
  const comparisons = subject
    .leaves(inputs)
    .map((leaf, i) => ({ leaf, i }))
    .filter(({ leaf }) => typeof leaf.value === "number")
    .filter(({ leaf }) => !(integers.has(leaf.argument) && leaf.place.length === 0))
    .slice(0, MOST)
    .map(({ leaf, i }): Comparison => {
      const forward = subject.along(inputs, leaf).slopes[0]!;
      const reverse = gradient?.[i];
      const { slope, uncertainty } = extrapolated(subject, inputs, leaf);
      const scale = Math.max(1, Math.abs(slope));
      const near = (x: number): boolean =>
        Object.is(x, slope) || Math.abs(x - slope) <= TOLERANCE * scale + 2 * uncertainty;
      const right = near(forward) && (reverse === undefined || near(reverse));
      return { path: leaf.path, reverse, forward, differences: slope, uncertainty, right };
    });
  return { ok: comparisons.every(({ right }) => right), comparisons };
}

/** Central differences with shrinking steps, extrapolated to step 0 (Ridders' method); the best of a triangle. */
function extrapolated(
  subject: Subject,
  inputs: readonly Data[],
  leaf: Leaf,
): { readonly slope: number; readonly uncertainty: number } {
  const x = leaf.value as number;
  const at = (y: number): number =>
    subject.values(inputs.map((data, k) => (k === leaf.argument ? withLeaf(data, leaf.place, y) : data)))[0]!;
  const SHRINK = 1.6;
  const ROUNDS = 10;
  let h = 0.05 * Math.max(1, Math.abs(x));
  let best = { slope: NaN, uncertainty: Infinity };
  let previous: number[] = [];
  for (let round = 0; round < ROUNDS; round++, h /= SHRINK) {
    const [low, high] = [x - h, x + h];
    const row = [(at(high) - at(low)) / (high - low)];
    let factor = SHRINK * SHRINK;
    for (let k = 0; k < previous.length; k++, factor *= SHRINK * SHRINK) {
      row.push((row[k]! * factor - previous[k]!) / (factor - 1));
      const uncertainty = Math.max(Math.abs(row[k + 1]! - row[k]!), Math.abs(row[k + 1]! - previous[k]!));
      if (uncertainty < best.uncertainty) best = { slope: row[k + 1]!, uncertainty };
    }
    previous = row;
  }
  return best;
}

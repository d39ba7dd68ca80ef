/** Compiled functions for n calls at once. */
import { AdError } from "../errors.ts";
import { overflow } from "./overflow.ts";
import { fits, rebuild, shapeOf } from "./shape.ts";
import type { Shape } from "./shape.ts";

/** From all numbers and all arrays among the arguments, in their order, to the numbers of the results, call after call. */
export type Batch = (
  numbers: readonly Float64Array[],
  arrays: readonly Float64Array[],
) => { readonly out: Float64Array; readonly result: Shape };

/**
 * See {@link Compiled}.
 * @param make for n calls with arguments like these
 */
export function batched(
  n: number,
  make: (sample: readonly unknown[]) => Batch,
): (...args: unknown[]) => unknown {
  if (!Number.isInteger(n) || n < 1) {
    throw new AdError(
      "wrong-option",
      `batch was given ${n}.`,
      "Give the number of calls: a positive integer.",
    );
  }
  const known: { readonly shape: Shape; readonly batch: Batch }[] = [];
  return (...args) => {
    let found = known.find((s) => fits(s.shape, args));
    if (found === undefined) {
      try {
        const shape = shapeOf(args);
        known.push((found = { shape, batch: make(sampleOf(shape, n)) }));
      } catch (error) {
        throw overflow(error, args);
      }
    }
    const [numbers, arrays]: [Float64Array[], Float64Array[]] = [[], []];
    const collect = (s: Shape, x: unknown): void => {
      if (s.kind === "typed") (s.length === n ? numbers : arrays).push(x as Float64Array);
      else if (s.kind === "list") s.elements.forEach((e, i) => collect(e, (x as unknown[])[i]));
      else if (s.kind === "record")
        s.keys.forEach((k, i) => collect(s.fields[i]!, (x as Record<string, unknown>)[k]));
    };
    collect(found.shape, args);
    const { out, result } = found.batch(numbers, arrays);
    if (result.kind === "number" || result.kind === "typed") return out;
    // A structure of arrays: the k-th number of every call.
    const size = out.length / n;
    let k = 0;
    const column = (length: number): Float64Array => {
      const from = k;
      k += length;
      return Float64Array.from(
        { length: n * length },
        (_, i) => out[Math.floor(i / length) * size + from + (i % length)]!,
      );
    };
    return rebuild(result, () => column(1), column);
  };
}

/** One call's arguments: what has n numbers stands for one, what has more for an array. */
function sampleOf(shape: Shape, n: number): readonly unknown[] {
  let sized = false;
  const one = (s: Shape): Shape => {
    if (s.kind === "typed") {
      if (s.length % n !== 0 || s.length === 0) {
        throw new AdError(
          "wrong-structure",
          `batch(${n}) was given a Float64Array of ${s.length}.`,
          `Pass Float64Arrays of ${n} numbers for a number, or of ${n} times as many for an array.`,
        );
      }
      sized = true;
      return s.length === n ? { kind: "number" } : { kind: "typed", length: s.length / n };
    }
    if (s.kind === "list") return { ...s, elements: s.elements.map(one) };
    if (s.kind === "record") return { ...s, fields: s.fields.map(one) };
    return { kind: "static", value: undefined };
  };
  const single = one(shape);
  if (!sized) {
    throw new AdError(
      "wrong-structure",
      `batch(${n}) was given no Float64Array.`,
      "Pass at least one, and only those.",
    );
  }
  return rebuild(
    single,
    () => 1,
    (length) => new Float64Array(length),
  ) as unknown[];
}

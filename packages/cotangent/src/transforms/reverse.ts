import type { Real } from "../real/real.ts";
import { Origin } from "../traces/block.ts";
import { nested } from "../traces/levels.ts";
import { outward, Scalar, sweep, Tape } from "../traces/scalar.ts";
import type { AnyFunction, Chosen } from "./arguments.ts";

/** A function that was run once in reverse mode, and from whose results derivatives can be passed back. */
export interface Recording {
  /** What it returned. */
  readonly output: unknown;
  /** A number in the result as it is outside. */
  readonly primal: (x: Real) => Real;
  /** Σ dₖ·∂xₖ/∂(chosen inputs), for numbers xₖ of the result. */
  readonly pull: (results: readonly Real[], ds: readonly Real[]) => Real[];
}

/** Runs f on watched copies of the chosen inputs. */
export function record(f: AnyFunction, chosen: Chosen): Recording {
  return nested((level) => {
    const tape = new Tape(level);
    const inputs = chosen.leaves.map((x) => new Scalar(new Origin(tape, x), -1));
    tape.isPlain = chosen.leaves.every((x) => typeof x === "number");
    try {
      return {
        output: f(...chosen.replace(inputs)),
        primal: (x) => outward(tape, [x])[0]!,
        pull: (results, ds) => {
          const seeds = results.flatMap((x, k) =>
            x instanceof Scalar && x.trace === tape ? [[x, ds[k]!] as const] : [],
          );
          const leaves = sweep(seeds);
          return inputs.map((x) => leaves.get(x) ?? 0);
        },
      };
    } finally {
      tape.closed = true;
    }
  });
}

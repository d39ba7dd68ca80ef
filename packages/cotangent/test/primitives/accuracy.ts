/** How far the library is from the reference data, in units in the last place, and how far it may be. */
import type { Real } from "../../src/index.ts";
import { table } from "../../src/primitives/table.ts";
import { applyTo, modes } from "./modes.ts";
import type { Multivariate } from "./modes.ts";
import references from "./reference.json" with { type: "json" };

/** One reference point: outputs are the value, then the first partials, then the second ones (xx, xy, yy), by `vary`. */
interface Point {
  readonly args: readonly number[];
  readonly outputs: readonly number[];
  readonly conditions: readonly number[];
}

export interface Reference {
  readonly name: string;
  readonly id: string;
  readonly vary: readonly number[];
  readonly points: readonly Point[];
}

const numbers = (text: string): number[] => text.split(" ").map(Number);

/** All reference data, by scripts/reference/primitives.py. */
export const reference: readonly Reference[] = references
  .map(({ name, id, vary, rows }) => ({
    name,
    id,
    vary,
    points: rows.map((row) => {
      const [args, value, first, second, conditions] = row.split(";").map(numbers);
      return { args: args!, outputs: [...value!, ...first!, ...second!], conditions: conditions! };
    }),
  }))
  // The same function by another name.
  .flatMap((of) => (of.id === "hypot" ? [of, { ...of, name: `${of.name} so far`, id: "hypotSoFar" }] : [of]));

/** The distance between neighbouring doubles at x: 2^-52 of the power of two below |x|; 2^-1074 for the tiniest. */
function ulp(x: number): number {
  const a = Math.abs(x);
  if (a < 2 ** -1022) return 2 ** -1074;
  let exponent = Math.floor(Math.log2(a));
  if (2 ** exponent > a) exponent--;
  else if (2 ** exponent * 2 <= a) exponent++;
  return 2 ** (exponent - 52);
}

/** |got − want| in ulps of `want`. */
export function ulps(got: number, want: number): number {
  if (Object.is(got, want) || got === want) return 0;
  if (!Number.isFinite(got) || !Number.isFinite(want)) return Infinity;
  return Math.abs(got - want) / ulp(want);
}

/** How many ulps are allowed where the condition number is 0: for values, first and second derivatives. */
const LIMITS = [4, 8, 16] as const;

/** One output of one reference point, computed in one way. */
export interface Measurement {
  /** 0: the value, 1: a first derivative, 2: a second one. */
  readonly order: 0 | 1 | 2;
  readonly way: string;
  readonly args: readonly number[];
  readonly got: number;
  readonly want: number;
  /** The distance in ulps of `want`. */
  readonly error: number;
  /** 4, 8 or 16, times 1 + the condition number: how far an error of one ulp in the arguments may carry. */
  readonly allowed: number;
}

/** Computes every output of every point in every way, and measures it. */
export function* measure({ id, vary, points }: Reference): Generator<Measurement> {
  const { primitive } = table.get(id)!;
  for (const { args, outputs, conditions } of points) {
    const g: Multivariate = (...x) => {
      const all: Real[] = [...args];
      vary.forEach((k, i) => (all[k] = x[i]!));
      return applyTo(primitive, all);
    };
    const x = vary.map((k) => args[k]!);
    let at = 0;
    const next = function* (order: 0 | 1 | 2, ways: Record<string, () => Real>) {
      const want = outputs[at]!;
      const allowed = LIMITS[order] * (1 + conditions[at++]!);
      for (const [way, compute] of Object.entries(ways)) {
        const got = compute() as number;
        yield { order, way, args, got, want, error: ulps(got, want), allowed };
      }
    };
    yield* next(0, { value: () => g(...x) });
    for (let i = 0; i < x.length; i++) {
      yield* next(
        1,
        Object.fromEntries(Object.entries(modes).map(([name, d]) => [`${name} ∂${i}`, () => d(g, i)(...x)])),
      );
    }
    for (let i = 0; i < x.length; i++) {
      for (let j = i; j < x.length; j++) {
        const ways: Record<string, () => Real> = {};
        for (const [outer, dOuter] of Object.entries(modes)) {
          for (const [inner, dInner] of Object.entries(modes)) {
            ways[`${outer} over ${inner} ∂${i}∂${j}`] = () => dOuter(dInner(g, i), j)(...x);
            if (i !== j) ways[`${outer} over ${inner} ∂${j}∂${i}`] = () => dOuter(dInner(g, j), i)(...x);
          }
        }
        yield* next(2, ways);
      }
    }
  }
}

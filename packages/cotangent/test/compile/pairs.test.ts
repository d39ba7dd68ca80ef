/** Random loops over arrays that overlap, at any distance: two iterations at a time must leave what one by one does. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { add, mul, sub, where, lt } from "./primitives.ts";
import { Builder, buildFunction } from "../../src/program/builder.ts";
import type { Parameter, Program, Value } from "../../src/program/ir.ts";
import { exact, interpreted, outcome } from "./targets.ts";

const { process } = globalThis as unknown as { process?: { env: Record<string, string | undefined> } };
const RUNS = Number(process?.env["COTANGENT_RUNS"] ?? 300);

interface Step {
  readonly kind: "load" | "store" | "accumulate" | "strided" | "total" | "fixed" | "choose";
  /** Which of the three arrays, the last two of which are views that may overlap. */
  readonly array: number;
  /** Which of the offsets that are only known at the call; or none. */
  readonly offset: number;
  readonly constant: number;
}

interface Shape {
  readonly steps: readonly Step[];
  readonly down: boolean;
  readonly views: readonly [number, number];
  readonly offsets: readonly [number, number];
  readonly trips: number;
  readonly sum: boolean;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  steps: fc.array(
    fc.record({
      kind: fc.constantFrom("load", "store", "accumulate", "strided", "total", "fixed", "choose"),
      array: fc.nat(2),
      offset: fc.nat(2),
      constant: fc.nat(2),
    }),
    { minLength: 1, maxLength: 8 },
  ),
  down: fc.boolean(),
  views: fc.tuple(fc.nat(3), fc.nat(3)),
  offsets: fc.tuple(fc.nat(3), fc.nat(6)),
  trips: fc.integer({ min: 1, max: 9 }),
  sum: fc.boolean(),
});

/** Loops that add to elements close to each other, which are kept until iterations reach them. */
const windows: fc.Arbitrary<Shape> = fc.record({
  steps: fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constantFrom("load", "load", "store"),
        array: fc.constantFrom(0, 0, 2),
        offset: fc.nat(2),
        constant: fc.nat(7),
      }),
      fc.record({
        kind: fc.constant("accumulate" as const),
        array: fc.constantFrom(1, 1, 1, 2),
        offset: fc.constantFrom(0, 0, 0, 1, 2),
        constant: fc.nat(7),
      }),
    ),
    { minLength: 2, maxLength: 8 },
  ),
  down: fc.boolean(),
  views: fc.tuple(fc.nat(3), fc.constantFrom(0, 1, 3, 60)),
  offsets: fc.tuple(fc.nat(3), fc.nat(6)),
  trips: fc.integer({ min: 1, max: 40 }),
  sum: fc.boolean(),
});

/** Two of the indices meet in the same iteration, though that cannot be seen in the program: in exact mode, in their order. */
const met: Shape = {
  steps: [
    { kind: "accumulate", array: 1, offset: 0, constant: 2 },
    { kind: "accumulate", array: 1, offset: 2, constant: 1 },
    { kind: "load", array: 0, offset: 0, constant: 0 },
    { kind: "accumulate", array: 1, offset: 0, constant: 6 },
    { kind: "accumulate", array: 1, offset: 0, constant: 3 },
  ],
  down: false,
  views: [0, 0],
  offsets: [0, 5],
  trips: 4,
  sum: false,
};

/** Long enough for every view, offset and stride of these loops. */
const LENGTH = 128;

function build({ steps, down, sum }: Shape): Program {
  const number = (name: string): Parameter => ({ name, ty: "i32", noalias: false });
  const params: Parameter[] = [
    { name: "x", ty: "array", noalias: true },
    { name: "y", ty: "array", noalias: true },
    ...["v", "w", "p", "q", "lo", "hi"].map(number),
  ];
  const f = buildFunction("loop", params, (b: Builder, args) => {
    const [x, y, v, w, p, q, lo, hi] = args as [Value, Value, Value, Value, Value, Value, Value, Value];
    const arrays = [x, b.subarray(y, v, b.i32(LENGTH)), b.subarray(y, w, b.i32(LENGTH))];
    const places = [b.i32(0), p, q];
    const body = (i: Value, total: Value | undefined): readonly Value[] => {
      let latest = b.f64(0.5);
      for (const { kind, array, offset, constant } of steps) {
        const a = arrays[array]!;
        const index = b.op("i32.add", b.op("i32.add", i, places[offset]!), b.i32(constant));
        if (kind === "load") latest = b.primitive(sub, b.load(a, index), latest);
        else if (kind === "store") b.store(a, index, latest);
        else if (kind === "accumulate") b.accumulate(a, index, latest);
        else if (kind === "strided")
          latest = b.primitive(add, latest, b.load(a, b.op("i32.mul", i, b.i32(constant + 1))));
        else if (kind === "total") b.accumulate(a, places[offset]!, latest);
        else if (kind === "fixed") latest = b.primitive(mul, latest, b.load(a, places[offset]!));
        else latest = b.primitive(where, b.primitive(lt, latest, b.f64(1)), latest, b.f64(0.25));
      }
      return total === undefined ? [] : [b.primitive(add, total, latest)];
    };
    const inits = sum ? [b.f64(0)] : [];
    if (!down) return b.for(lo, hi, inits, (i, [total]) => body(i, total));
    const one = b.i32(1);
    const [from, to] = [b.op("i32.sub", hi, one), b.op("i32.sub", lo, one)];
    return b.for(from, to, inits, (i, [total]) => body(i, total), { step: -1 });
  });
  return { functions: [f] };
}

test.each([
  ["any", shapes],
  ["that add to elements close to each other", windows],
])("two iterations at a time leave what one by one does: loops %s", (_, arbitrary) => {
  fc.assert(
    fc.property(arbitrary, (shape) => {
      const program = build(shape);
      const { views, offsets, trips } = shape;
      const args = (): (number | Float64Array)[] => [
        Float64Array.from({ length: LENGTH }, (_, i) => Math.sin(i)),
        Float64Array.from({ length: LENGTH }, (_, i) => Math.cos(i)),
        ...views,
        ...offsets,
        1,
        1 + trips,
      ];
      const wanted = outcome(program, interpreted, args()) as number[];
      for (const options of exact) expect(outcome(program, options, args())).toEqual(wanted);
      const fast = outcome(program, { target: "wasm", math: "fast" }, args()) as number[];
      const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      expect(fast.filter((x, i) => !(Math.abs(x - wanted[i]!) <= 1e-10 * scale))).toEqual([]);
    }),
    { numRuns: RUNS, seed: 11, examples: [[met]] },
  );
});

/**
 * Random loops whose indices come from arrays, with checks and branches: two iterations abreast must leave what one after the other does, to
 * the bit, and refuse what it refuses.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitWasm } from "../../src/compile/wasm/emit.ts";
import { Builder, buildFunction } from "../../src/program/builder.ts";
import type { Parameter, Program, Value } from "../../src/program/ir.ts";
import { sech, tanh } from "../../src/primitives/hyperbolic.ts";
import { add, cos, div, mul, sign, sin, sub } from "./primitives.ts";
import { exact, interpreted, outcome } from "./targets.ts";

const { process } = globalThis as unknown as { process?: { env: Record<string, string | undefined> } };
const RUNS = Number(process?.env["COTANGENT_RUNS"] ?? 300);

const KINDS = [
  "load",
  "store",
  "accumulate",
  "check",
  "number",
  "sine",
  "tangent",
  "sign",
  "branch",
  "choose",
] as const;
/** Of the loop's variable i, of an index k that an array has there, of a size d known at the call, and an integer that a number is cut to. */
const PLACES = ["i", "3*i", "i*d", "i+40*d", "k", "k+i", "max(k,i)", "cut", "fixed"] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly array: number;
  readonly place: (typeof PLACES)[number];
  readonly constant: number;
}

interface Shape {
  readonly steps: readonly Step[];
  readonly step: 1 | -1 | 2 | -3;
  readonly late: "sum" | "least" | "none";
  readonly trips: number;
  /** Where the indices are wrong, and how. */
  readonly wrong: { readonly at: number; readonly by: number };
  /** Whether the second array is another than the first, or a part of it. */
  readonly apart: boolean;
}

const shapes: fc.Arbitrary<Shape> = fc.record({
  steps: fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      array: fc.nat(2),
      place: fc.constantFrom(...PLACES),
      constant: fc.constantFrom(0, 1, 2, 3, 40),
    }),
    { maxLength: 9 },
  ),
  step: fc.constantFrom(1, -1, 2, -3),
  late: fc.constantFrom("sum", "least", "none"),
  trips: fc.integer({ min: 0, max: 7 }),
  wrong: fc.record({
    at: fc.integer({ min: -30, max: 9 }),
    by: fc.constantFrom(0.5, 1e9, -60, 3e10, Number.NaN),
  }),
  apart: fc.boolean(),
});

/** Every index, of up to 7 iterations in steps of up to 3 from 25 on, is in range. */
const [FIRST, LENGTH] = [25, 256];

function build({ steps, step, late, apart }: Shape): Program {
  const params: Parameter[] = [
    ...["x", "y", "z", "table"].map((name): Parameter => ({ name, ty: "array", noalias: true })),
    ...["d", "hi"].map((name): Parameter => ({ name, ty: "i32", noalias: false })),
    { name: "t", ty: "f64", noalias: false },
  ];
  const f = buildFunction("gathers", params, (b: Builder, args) => {
    const [x, y, z, table, d, hi, t] = args as [Value, Value, Value, Value, Value, Value, Value];
    const arrays = [x, apart ? y : b.subarray(x, d, b.length(x)), z];
    const inits = late === "none" ? [] : [b.f64(late === "least" ? 1e6 : 0), b.i32(-1)];
    const body = (i: Value, carries: readonly Value[]): readonly Value[] => {
      let latest = b.load(table, i);
      // Enough to be worth it.
      for (let k = 0; k < 12; k++) latest = b.primitive(div, latest, t);
      const k = b.index(b.load(table, i), "table");
      const place = (of: Step["place"]): Value => {
        if (of === "i") return i;
        if (of === "3*i") return b.op("i32.mul", b.i32(3), i);
        if (of === "i*d") return b.op("i32.mul", i, d);
        if (of === "i+40*d") return b.op("i32.add", i, b.op("i32.mul", b.i32(40), d));
        if (of === "k") return k;
        if (of === "k+i") return b.op("i32.add", k, i);
        if (of === "max(k,i)") return b.op("i32.max", k, i);
        const cut = b.op("f64.toInt32", b.primitive(mul, b.load(table, i), b.f64(0.5)));
        return of === "cut" ? cut : b.i32(3);
      };
      const places = steps.map(({ place: of, constant }) => b.op("i32.add", place(of), b.i32(constant)));
      steps.forEach(({ kind, array }, j) => kind !== "check" && b.bound(places[j]!, arrays[array]!, "a"));
      for (const [j, { kind, array, constant }] of steps.entries()) {
        const a = arrays[array]!;
        const index = places[j]!;
        if (kind === "load") latest = b.primitive(sub, b.load(a, index), latest);
        else if (kind === "store") b.store(a, index, latest);
        else if (kind === "accumulate") b.accumulate(a, index, latest);
        else if (kind === "check") b.bound(index, a, "a");
        else if (kind === "number") latest = b.primitive(add, latest, b.op("f64.fromI32", index));
        else if (kind === "sine" || kind === "tangent") {
          const [x, both] = [b.primitive(mul, latest, t), kind === "sine" ? [cos, sin] : [tanh, sech]];
          latest = b.primitive(sub, b.primitive(both[0]!, x), b.primitive(both[1]!, x));
        } else if (kind === "sign") latest = b.primitive(add, b.primitive(sign, latest), t);
        else {
          const isLess = b.op("f64.lt", latest, b.f64(constant));
          const mask = b.op("i32.and", isLess, b.op("i32.not", b.op("f64.gt", t, latest)));
          if (kind === "choose") {
            latest = b.select(mask, b.primitive(mul, latest, b.f64(0.5)), t);
            continue;
          }
          const now = latest;
          const nested = (): Value[] => [
            ...b.if(
              b.op("f64.lt", t, now),
              () => [b.primitive(div, now, t)],
              () => [t],
            ),
            now,
          ];
          const [first, second] = b.if(mask, nested, () => [t, b.primitive(mul, now, now)]);
          latest = b.primitive(add, first!, second!);
        }
      }
      if (late === "none") return [];
      const [best, where] = carries as [Value, Value];
      if (late === "sum") return [b.primitive(add, best, latest), i];
      const isLess = b.op("f64.lt", latest, best);
      return [b.select(isLess, latest, best), b.select(isLess, b.op("i32.add", i, k), where)];
    };
    const results = b.for(b.i32(FIRST), hi, inits, body, { step });
    return results.map((v) => (v.ty === "f64" ? v : b.op("f64.fromI32", v)));
  });
  return { functions: [f] };
}

const argumentsOf =
  ({ step, trips, wrong }: Shape) =>
  (): (number | Float64Array)[] => {
    const array = (of: (x: number) => number): Float64Array =>
      Float64Array.from({ length: LENGTH }, (_, i) => of(i));
    const table = array((i) => (i * 37) % 50);
    const at = FIRST + step * wrong.at;
    if (wrong.at >= 0 && at >= 0) table[at] = wrong.by;
    return [
      ...[Math.sin, Math.cos, (i: number) => 1 / (i + 1)].map(array),
      table,
      3,
      FIRST + step * trips,
      0.8,
    ];
  };

test("two iterations at a time leave, or refuse, what one by one does", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const program = build(shape);
      const args = argumentsOf(shape);
      const wanted = outcome(program, interpreted, args());
      for (const options of exact) expect(outcome(program, options, args())).toEqual(wanted);
      const fast = outcome(program, { target: "wasm", math: "fast" }, args());
      // What is not a number must be the same; what is may be rounded otherwise.
      const numbers = (left: typeof wanted): number[] =>
        typeof left === "string" ? [] : left.filter(Number.isFinite);
      const rest = (left: typeof wanted): unknown =>
        typeof left === "string" ? left : left.map((x) => (Number.isFinite(x) ? "finite" : x));
      expect(rest(fast)).toEqual(rest(wanted));
      const scale = numbers(wanted).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      const close = numbers(wanted);
      expect(numbers(fast).filter((x, i) => Math.abs(x - close[i]!) > 1e-9 * scale)).toEqual([]);
    }),
    { numRuns: RUNS, seed: 31 },
  );
});

describe("iterations with indices from arrays go abreast", () => {
  /** f64x2.div, as the format writes it. */
  const DIVIDES = [0xfd, 0xf3, 0x01];
  const dividesPairs = (program: Program): boolean => {
    const { bytes } = emitWasm(program, { math: "exact" });
    return bytes.some((_, k) => DIVIDES.every((byte, j) => bytes[k + j] === byte));
  };
  const none: Shape = { steps: [], step: 1, late: "least", trips: 5, wrong: { at: -1, by: 0 }, apart: true };
  const at = (kind: Step["kind"], place: Step["place"] = "k", array = 0): Step => ({
    kind,
    place,
    array,
    constant: 0,
  });
  const wrong = (at: number, by: number): Partial<Shape> => ({ steps: [READ], wrong: { at, by } });
  const READ = at("load");

  test.each<[string, Partial<Shape>, boolean]>([
    ["that read", { steps: [READ, at("load", "max(k,i)"), at("load", "cut", 1)] }, true],
    ["that add up", { steps: [READ, at("accumulate", "k", 2)] }, true],
    ["that write", { steps: [READ, at("store", "k+i", 2), at("store", "3*i", 1)] }, true],
    ["that branch", { steps: [READ, at("branch"), at("choose")] }, true],
    ["that refuse the first of two", wrong(2, 0.5), true],
    ["that refuse the second of two", wrong(1, 1e9), true],
    [
      "to places that only addresses can tell apart",
      { steps: [at("store", "i"), at("store", "i+40*d")] },
      true,
    ],
    ["but not where one may read what the one before wrote", { steps: [READ, at("store", "i")] }, false],
    [
      "nor where a check follows what cannot be taken back",
      { steps: [at("accumulate", "i"), at("check")] },
      false,
    ],
  ])("%s", (_, shape, wanted) => {
    const whole = { ...none, ...shape };
    const program = build(whole);
    expect(dividesPairs(program)).toBe(wanted);
    const args = argumentsOf(whole);
    expect(outcome(program, exact[1]!, args())).toEqual(outcome(program, interpreted, args()));
  });
});

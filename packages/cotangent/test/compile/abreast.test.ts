/** Random loops with loops inside: two iterations abreast must leave what one after the other does, to the bit. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitWasm } from "../../src/compile/wasm/emit.ts";
import { Builder, buildFunction } from "../../src/program/builder.ts";
import type { Parameter, Program, Value } from "../../src/program/ir.ts";
import { add, mul, sign, sub } from "./primitives.ts";
import { exact, interpreted, outcome } from "./targets.ts";

const { process } = globalThis as unknown as { process?: { env: Record<string, string | undefined> } };
const RUNS = Number(process?.env["COTANGENT_RUNS"] ?? 300);

const KINDS = [
  "load",
  "store",
  "accumulate",
  "keep",
  "recall",
  "choose",
  "pick",
  "number",
  "sign",
  "rest",
  "check",
] as const;
/** What an index is made of: i is the outer loop's variable, r the inner one's (outside it, 1), d a number only known at the call. */
const PLACES = ["i", "r", "i*d+r", "2*i+r", "i+r", "r-i", "fixed"] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly array: number;
  readonly place: (typeof PLACES)[number];
  readonly constant: number;
}

interface Shape {
  /** Before, in and after the inner loops. */
  readonly before: readonly Step[];
  readonly first: readonly Step[];
  readonly second: readonly Step[];
  readonly after: readonly Step[];
  readonly step: 1 | -1 | 2 | -3;
  readonly down: boolean;
  readonly late: "sum" | "least" | "last" | "none";
  readonly width: number;
  readonly trips: number;
  readonly inner: number;
}

const steps = (most: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      kind: fc.constantFrom(...KINDS),
      array: fc.nat(2),
      place: fc.constantFrom(...PLACES),
      constant: fc.nat(2),
    }),
    { maxLength: most },
  );

const shapes: fc.Arbitrary<Shape> = fc.record({
  before: steps(3),
  first: steps(4),
  second: steps(4),
  after: steps(3),
  step: fc.constantFrom(1, -1, 2, -3),
  down: fc.boolean(),
  late: fc.constantFrom("sum", "least", "last", "none"),
  width: fc.nat(4),
  trips: fc.integer({ min: 0, max: 7 }),
  inner: fc.nat(4),
});

/** Every index, of up to 7 iterations in steps of up to 3 from 20 on, is in range. */
const [FIRST, LENGTH] = [25, 256];

function build({ before, first, second, after, step, down, late }: Shape): Program {
  const number = (name: string): Parameter => ({ name, ty: "i32", noalias: false });
  const params: Parameter[] = [
    ...["x", "y", "z"].map((name): Parameter => ({ name, ty: "array", noalias: true })),
    ...["d", "n", "hi"].map(number),
    { name: "t", ty: "f64", noalias: false },
  ];
  const f = buildFunction("nest", params, (b: Builder, args) => {
    const [x, y, z, d, n, hi, t] = args as [Value, Value, Value, Value, Value, Value, Value];
    const arrays = [x, y, z];
    const one = b.i32(1);
    const inits = late === "none" ? [] : [b.f64(late === "least" ? 1e6 : 0), b.i32(-1)];
    const body = (i: Value, carries: readonly Value[]): readonly Value[] => {
      const own = b.allocate(b.i32(8));
      const tape = b.tape(n, ["f64", "f64"]);
      let latest = t;
      const write = (list: readonly Step[], r: Value): void => {
        for (const { kind, array, place, constant } of list) {
          const a = arrays[array]!;
          const index = b.op("i32.add", placeOf(b, place, i, r, d), b.i32(constant));
          const near = b.op("i32.add", r, b.i32(constant));
          if (kind === "load") latest = b.primitive(sub, b.load(a, index), latest);
          else if (kind === "store") b.store(a, index, latest);
          else if (kind === "accumulate") b.accumulate(a, index, latest);
          else if (kind === "keep") b.accumulate(own, near, latest);
          else if (kind === "recall") latest = b.primitive(add, latest, b.load(own, near));
          else if (kind === "number") latest = b.primitive(add, latest, b.op("f64.fromI32", index));
          else if (kind === "sign") latest = b.primitive(add, b.primitive(sign, latest), t);
          else if (kind === "rest") latest = b.op("f64.rem", latest, b.f64(constant + 0.5));
          else if (kind === "pick") latest = b.select(b.op("i32.lt", one, r), latest, t);
          else if (kind === "check") b.bound(index, a, "a");
          else {
            const isLess = b.op("f64.lt", latest, b.f64(constant));
            const mask = b.op("i32.or", isLess, b.op("i32.not", b.op("f64.gt", t, latest)));
            latest = b.select(mask, b.primitive(mul, latest, b.f64(0.5)), t);
          }
        }
      };
      write(before, one);
      // A recurrence of what came first, which is recorded, and one that goes back over it.
      const start = latest;
      const [power, total] = b.for(b.i32(0), n, [t, start], (r, [power, total]) => {
        latest = total!;
        write(first, r);
        b.tapeStore(tape, r, 0, power!);
        b.tapeStore(tape, r, 1, latest);
        return [b.primitive(mul, power!, b.f64(-0.75)), b.primitive(sub, latest, power!)];
      });
      const back = (r: Value, [sum]: readonly Value[]): readonly Value[] => {
        latest = b.tapeLoad(tape, r, 1, "f64");
        write(second, r);
        return [b.primitive(add, b.primitive(mul, sum!, b.tapeLoad(tape, r, 0, "f64")), latest)];
      };
      const [sum] = down
        ? b.for(b.op("i32.sub", n, one), b.i32(-1), [power!], back, { step: -1 })
        : b.for(b.i32(0), n, [power!], back);
      latest = b.primitive(add, total!, sum!);
      write(after, one);
      const [best, where] = carries as [Value, Value];
      if (late === "none") return [];
      if (late === "sum") return [b.primitive(add, best, latest), i];
      if (late === "last") return [latest, where];
      const isLess = b.op("f64.lt", latest, best);
      return [b.select(isLess, latest, best), b.select(isLess, i, where)];
    };
    const results = b.for(b.i32(FIRST), hi, inits, body, { step });
    return results.map((v) => (v.ty === "f64" ? v : b.op("f64.fromI32", v)));
  });
  return { functions: [f] };
}

function placeOf(b: Builder, place: Step["place"], i: Value, r: Value, d: Value): Value {
  switch (place) {
    case "i":
      return i;
    case "r":
      return r;
    case "i*d+r":
      return b.op("i32.add", b.op("i32.mul", i, d), r);
    case "2*i+r":
      return b.op("i32.add", b.op("i32.mul", b.i32(2), i), r);
    case "i+r":
      return b.op("i32.add", i, r);
    case "r-i":
      return b.op("i32.add", b.op("i32.sub", r, i), b.i32(100));
    default:
      return b.i32(3);
  }
}

const array = (of: (x: number) => number) => (): Float64Array =>
  Float64Array.from({ length: LENGTH }, (_, i) => of(i));

const argumentsOf =
  ({ step, trips, width, inner }: Shape) =>
  (): (number | Float64Array)[] => [
    ...[array(Math.sin), array(Math.cos), array((i) => 1 / (i + 1))].map((make) => make()),
    width,
    inner,
    FIRST + step * trips,
    0.8,
  ];

test("two outer iterations at a time leave what one by one does", () => {
  fc.assert(
    fc.property(shapes, (shape) => {
      const program = build(shape);
      const args = argumentsOf(shape);
      const wanted = outcome(program, interpreted, args()) as number[];
      for (const options of exact) expect(outcome(program, options, args())).toEqual(wanted);
      const fast = outcome(program, { target: "wasm", math: "fast" }, args()) as number[];
      const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
      expect(fast.filter((x, i) => !(Math.abs(x - wanted[i]!) <= 1e-10 * scale))).toEqual([]);
    }),
    { numRuns: RUNS, seed: 12 },
  );
});

describe("recurrences of neighbours go abreast", () => {
  /** f64x2.mul, as the format writes it. */
  const MULTIPLIES = [0xfd, 0xf2, 0x01];
  const multipliesPairs = (program: Program): boolean => {
    const { bytes } = emitWasm(program, { math: "exact" });
    return bytes.some((_, k) => MULTIPLIES.every((byte, j) => bytes[k + j] === byte));
  };
  const none: Shape = {
    before: [],
    first: [],
    second: [],
    after: [],
    step: 1,
    down: true,
    late: "least",
    width: 2,
    trips: 5,
    inner: 3,
  };
  const at = (kind: Step["kind"], place: Step["place"], array = 0): Step => ({
    kind,
    place,
    array,
    constant: 0,
  });

  test.each<[string, Partial<Shape>, boolean]>([
    ["as they are", {}, true],
    ["of rows", { first: [at("load", "i*d+r")], after: [at("store", "i", 1)] }, true],
    ["with blocks of their own", { first: [at("keep", "r")], second: [at("recall", "r")] }, true],
    ["that add to the same elements, each once", { second: [at("accumulate", "r")] }, true],
    [
      "but not where an iteration reads what the one before wrote",
      { before: [at("load", "i+r")], after: [at("store", "i")] },
      false,
    ],
    ["nor where two add to an element at different times", { second: [at("accumulate", "i+r")] }, false],
    ["nor where a check would be made too early", { first: [at("check", "i+r")] }, false],
  ])("%s", (_, shape, wanted) => {
    const whole = { ...none, ...shape };
    const program = build(whole);
    expect(multipliesPairs(program)).toBe(wanted);
    const args = argumentsOf(whole);
    expect(outcome(program, exact[1]!, args())).toEqual(outcome(program, interpreted, args()));
  });
});

/** Blocks that functions allocate for themselves: what is done to them is left out where nobody can tell. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { add, mul, sub } from "../../src/primitives/index.ts";
import { buildFunction } from "../../src/program/builder.ts";
import { check } from "../../src/program/check.ts";
import type { Program, Value } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { parse } from "../../src/program/parse.ts";
import { print } from "../../src/program/print.ts";
import { exact, interpreted, outcome } from "../compile/targets.ts";
import { primitives } from "./texts.ts";

/** What becomes of a function's lines, without those that only name constants. */
function body(text: string): readonly string[] {
  const program = parse(`function f(x: array, n: i32): f64 {\n${text}\nreturn r\n}`, { primitives });
  expect(check(program)).toEqual([]);
  const optimised = optimise(program);
  expect(check(optimised)).toEqual([]);
  return print(optimised)
    .split("\n")
    .slice(1, -2)
    .map((line) => line.trim())
    .filter((line) => !/= (?:i32|f64) /.test(line));
}

describe("work space", () => {
  /** Each element of a is what its iteration makes of 0, and is used up; `inner`: a is allocated for each of three rounds. */
  const sums = (inner: boolean): string => `
    zero = f64 0
    first = i32 0
    one = i32 1
    rounds = i32 9
    ${inner ? "" : "a = allocate(n)"}
    r = for k = first to rounds (total = zero) {
      ${inner ? "a = allocate(n)" : "fill(a, zero)"}
      for i = first to n {
        xi = load(x, i)
        for j = first to n {
          xj = load(x, j)
          p = mul(xi, xj)
          accumulate(a, i, p)
        }
      }
      last = i32.sub(n, one)
      below = i32 -1
      s = for m = last to below step -1 (sum = total) {
        am = load(a, m)
        store(a, m, zero)
        next = add(sum, am)
        yield next
      }
      yield s
    }`;

  test("is allocated once for all iterations, and not filled where each element is written first", () => {
    const lines = body(sums(true));
    expect(lines.filter((line) => /allocate|fill|accumulate/.test(line))).toEqual(["a = allocate(n)"]);
    // The sum over j goes round as a number; of the stores, the one after it is left.
    expect(lines.filter((line) => line.startsWith("store"))).toHaveLength(1);
  });

  test("of the function is as that of a loop", () => {
    expect(body(sums(false)).filter((line) => /fill|accumulate|store/.test(line))).toHaveLength(1);
  });

  test("for a loop that may not run is asked for only if it does", () => {
    const lines = body(`
      first = i32 0
      zero = f64 0
      rounds = length(x)
      r = for k = first to rounds (total = zero) {
        a = allocate(n)
        for i = first to n {
          xi = load(x, k)
          store(a, i, xi)
        }
        last = load(a, k)
        next = add(total, last)
        yield next
      }`);
    const at = lines.findIndex((line) => line.includes("allocate"));
    expect(lines.slice(at - 1, at + 2)).toEqual([
      expect.stringMatching(/^v\d+ = select\(v\d+, n, first\)$/),
      expect.stringMatching(/^v\d+ = allocate\(v\d+\)$/),
      "r = for k = first to rounds (total = zero) {",
    ]);
  });

  test("that somebody else may see stays as it is", () => {
    const lines = body(`
      first = i32 0
      zero = f64 0
      a = allocate(n)
      t = tape.allocate(n) [array]
      tape.store(t, first, a) slot 0
      for i = first to n {
        xi = load(x, i)
        store(a, i, xi)
      }
      b = tape.load(t, first) slot 0: array
      for j = first to n {
        accumulate(x, j, zero)
      }
      store(a, first, zero)
      r = load(b, first)`);
    expect(lines).toContain("store(a, first, zero)");
  });
});

/** What a random program does with its blocks, the one that was allocated last but `which` by a handle for all of it or a view. */
type Step =
  | {
      readonly kind: "load" | "store" | "accumulate";
      readonly which: number;
      readonly at: number;
      readonly next: boolean;
    }
  | { readonly kind: "fill" | "view" | "copy" | "choice"; readonly which: number; readonly x: number }
  | { readonly kind: "allocate" }
  | {
      readonly kind: "loop";
      /** Whether each iteration has a block of its own. */
      readonly own: boolean;
      readonly down: boolean;
      readonly shorter: boolean;
      readonly steps: readonly Step[];
    }
  | { readonly kind: "branch"; readonly steps: readonly Step[] };

const { steps } = fc.letrec<{ step: Step; steps: readonly Step[] }>((tie) => ({
  steps: fc.array(tie("step"), { minLength: 1, maxLength: 5, size: "max" }),
  step: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom("load" as const, "store" as const, "accumulate" as const),
        which: fc.constantFrom(0, 0, 0, 1, 2),
        at: fc.constantFrom(0, 0, 0, 1, 2, 3),
        next: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom("fill" as const, "view" as const, "copy" as const, "choice" as const),
        which: fc.nat(2),
        x: fc.nat(2),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: "allocate" as const }) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant("loop" as const),
        own: fc.boolean(),
        down: fc.boolean(),
        shorter: fc.boolean(),
        steps: tie("steps"),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("branch" as const), steps: tie("steps") }) },
  ),
}));

/** @param known the number of elements, if it is written in the program */
function build(list: readonly Step[], known?: number): Program {
  const params = [
    { name: "n", ty: "i32" as const },
    { name: "dirt", ty: "f64" as const },
    { name: "out", ty: "array" as const },
  ];
  const f = buildFunction("f", params, (b, [given, dirt, out]) => {
    const n = known === undefined ? given! : b.i32(known);
    const [zero, one, below] = [b.i32(0), b.i32(1), b.i32(-1)];
    const last = b.op("i32.sub", n, one);
    // Memory that was in use before holds anything.
    const before = b.mark();
    const used = b.allocate(b.i32(40));
    b.for(zero, b.i32(40), [], (i) => {
      b.store(used, i, dirt!);
      return [];
    });
    b.store(out!, zero, b.load(used, n));
    b.reset(before);

    let latest = dirt!;
    /** @param indices of the loops around, of which `short` stay below the last element */
    const write = (
      list: readonly Step[],
      outer: readonly Value[],
      indices: readonly { readonly i: Value; readonly short: boolean }[],
    ): void => {
      const blocks = [...outer];
      const block = (which: number): Value => blocks[Math.max(0, blocks.length - 1 - which)]!;
      for (const step of list) {
        if (step.kind === "allocate") blocks.push(b.allocate(n));
        else if ("x" in step) {
          const a = block(step.which);
          if (step.kind === "fill") b.fill(a, b.f64(step.x));
          else if (step.kind === "view") blocks.push(b.subarray(a, zero, n));
          else if (step.kind === "copy") b.copy(a, block(step.x));
          else
            blocks.push(
              ...b.if(
                b.op("f64.lt", latest, b.f64(1)),
                () => [a],
                () => [block(step.x)],
              ),
            );
        } else if (step.kind === "branch") {
          const condition = b.op("f64.lt", latest, b.f64(1));
          const otherwise = latest;
          [latest] = b.if(
            condition,
            () => {
              write(step.steps, blocks, indices);
              return [latest];
            },
            () => [otherwise],
          ) as [Value];
        } else if (step.kind === "loop") {
          const [lo, hi] = step.down
            ? [step.shorter ? b.op("i32.sub", last, one) : last, below]
            : [zero, step.shorter ? last : n];
          [latest] = b.for(
            lo,
            hi,
            [latest],
            (i, [carry]) => {
              latest = carry!;
              write(step.steps, step.own ? [...blocks, b.allocate(n)] : blocks, [
                ...indices,
                { i, short: step.shorter },
              ]);
              return [latest];
            },
            { step: step.down ? -1 : 1 },
          ) as [Value];
        } else {
          const { i, short } = indices[indices.length - 1 - step.at] ?? { i: zero, short: false };
          const [a, index] = [block(step.which), short && step.next ? b.op("i32.add", i, one) : i];
          if (step.kind === "store") b.store(a, index, latest);
          else if (step.kind === "accumulate") b.accumulate(a, index, latest);
          else
            latest = b.primitive(
              add,
              b.primitive(mul, latest, b.f64(0.5)),
              b.primitive(sub, b.load(a, index), b.f64(0.25)),
            );
        }
      }
    };
    const all = b.allocate(n);
    write(list, [all], []);
    b.for(zero, n, [], (i) => {
      b.accumulate(out!, i, b.load(all, i));
      return [];
    });
    return [latest];
  });
  return { functions: [f] };
}

test("random programs on blocks of their own give the same bits, whatever memory held before", () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 6 }), fc.boolean(), (list, n, isKnown) => {
      const program = build(list, isKnown ? n : undefined);
      const optimised = optimise(program);
      expect(check(optimised)).toEqual([]);
      const args = (): (number | Float64Array)[] => [n, -0.75, new Float64Array(8)];
      const wanted = outcome(program, interpreted, args());
      for (const options of [interpreted, ...exact])
        expect([options.target, outcome(optimised, options, args())]).toEqual([options.target, wanted]);
    }),
    { numRuns: Number(globalThis.process?.env["FUZZ"] ?? 300) },
  );
});

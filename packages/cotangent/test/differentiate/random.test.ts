import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forward } from "../../src/differentiate/forward.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import type { Op, Program, Region } from "../../src/program/ir.ts";
import { programs } from "../program/random.ts";
import type { RandomOptions } from "../program/random.ts";
import { summed } from "./embed.ts";
import { randomFrom, verify } from "./support.ts";
import type { Argument } from "./support.ts";

const like = (x: Argument, random: () => number): Argument =>
  typeof x === "number" ? random() : Float64Array.from(x, random);

const operations = (region: Region): Op[] =>
  region.ops.flatMap((op) => [op, ...op.regions.flatMap(operations)]);

/** Differences know nothing of `stopGradient`. */
const smooth = (program: Program, { kinks = true }: RandomOptions): boolean =>
  !kinks &&
  !program.functions.some((f) =>
    operations(f.body).some((op) => op.kind === "primitive" && op.attr.id === "stopGradient"),
  );

/** The program with a checkpoint asked for on every loop. */
const checkpointed = (program: Program): Program => {
  for (const f of program.functions) {
    for (const op of operations(f.body)) {
      if (op.kind === "for" || op.kind === "while")
        Object.assign(op, { attr: { ...op.attr, checkpoint: true } });
    }
  }
  return program;
};

const kinds: Readonly<Record<string, RandomOptions>> = {
  "straight lines": { arrays: false, loops: false, branches: false, calls: false, kinks: false },
  "straight lines with arrays": { loops: false, branches: false, calls: false, kinks: false },
  loops: { arrays: false, branches: false, calls: false, kinks: false },
  branches: { arrays: false, loops: false, calls: false, kinks: false },
  "calls and recursion": { arrays: false, loops: false, kinks: false },
  "loops over arrays": { branches: false, calls: false, kinks: false },
  everything: { kinks: false },
  "everything, not smooth": {},
};

describe.each(Object.entries(kinds))("random programs: %s", (_, options) => {
  const runs = { seed: 20261123, numRuns: 40 };

  test("reverse mode, forward mode and differences agree", () => {
    fc.assert(
      fc.property(programs(options), fc.nat(1000), ({ program, args }, seed) => {
        verify(program, args(), { seed, smooth: smooth(program, options) });
      }),
      runs,
    );
    expect.hasAssertions();
  });

  test("so they do summed up in a loop, where the way back is fused into it", () => {
    fc.assert(
      fc.property(programs(options), fc.nat(1000), fc.boolean(), ({ program, args }, seed, gaps) => {
        const loss = summed(program, gaps);
        verify(loss, args(), { seed, smooth: smooth(program, options) });
        const gradient = reverse(loss, { seeds: "one" });
        const zeros = gradient.adjointParameters.map((i) => like(args()[i]!, () => 0));
        verify(gradient.program, [...args(), ...zeros], { seed, smooth: false });
      }),
      runs,
    );
    expect.hasAssertions();
  });

  test("with checkpoints, too", () => {
    fc.assert(
      fc.property(programs(options), fc.nat(1000), ({ program, args }, seed) => {
        verify(checkpointed(program), args(), { seed, smooth: false });
      }),
      runs,
    );
    expect.hasAssertions();
  });

  test("the second order: forward and reverse over reverse", () => {
    fc.assert(
      fc.property(programs(options), fc.nat(1000), ({ program, args }, seed) => {
        const random = randomFrom(seed);
        const outParameters = program.functions[0]!.params.flatMap((p, i) => (p.ty === "array" ? [i] : []));
        const derivative = reverse(program, { outParameters });
        const more = derivative.adjointParameters.map((i) => like(args()[i]!, random));
        const all = [...args(), ...derivative.of.map(random), ...more];
        verify(derivative.program, all, { seed, smooth: smooth(program, options) });
      }),
      runs,
    );
    expect.hasAssertions();
  });

  test("the second order: forward and reverse over forward, in two directions", () => {
    fc.assert(
      fc.property(programs(options), fc.nat(1000), ({ program, args }, seed) => {
        const random = randomFrom(seed);
        const derivative = forward(program, { directions: 2 });
        const more = derivative.tangentParameters.flatMap((i) => [1, 2].map(() => like(args()[i]!, random)));
        verify(derivative.program, [...args(), ...more], { seed, smooth: smooth(program, options) });
      }),
      runs,
    );
    expect.hasAssertions();
  });
});

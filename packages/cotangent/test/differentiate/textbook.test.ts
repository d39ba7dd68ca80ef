import { describe, expect, test } from "vitest";
import { reverse } from "../../src/differentiate/reverse.ts";
import { legal, randomFrom, verify } from "./support.ts";
import type { Argument } from "./support.ts";
import { textbook } from "./textbook.ts";

const like = (x: Argument, random: () => number): Argument =>
  typeof x === "number" ? random() : Float64Array.from(x, random);

describe.each(Object.entries(textbook))("%s", (_, { program, args }) => {
  test("reverse mode, forward mode and differences agree", () => {
    for (const seed of [1, 2, 3]) verify(program, args, { seed });
    expect.hasAssertions();
  });

  test("so do the derivatives of its reverse derivative", () => {
    const random = randomFrom(7);
    const outParameters = program.functions[0]!.params.flatMap((p, i) => (p.ty === "array" ? [i] : []));
    const derivative = reverse(program, { outParameters });
    legal(derivative.program);
    const seeds = derivative.of.map(random);
    const shadows = derivative.adjointParameters.map((i) => like(args[i]!, random));
    verify(derivative.program, [...args, ...seeds, ...shadows]);
    expect.hasAssertions();
  });
});

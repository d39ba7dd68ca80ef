/** What a build attaches to functions. */
import { expect, test } from "vitest";
import { table } from "../../src/primitives/table.ts";
import { buildFunction } from "../../src/program/builder.ts";
import { capturedOf, CAPTURE_VERSION } from "../../src/program/captured.ts";
import { interpreter } from "../../src/program/interpret.ts";
import { lowered } from "../../src/program/lowered.ts";
import { print } from "../../src/program/print.ts";

test.each([...table.values()])("a program may have $primitive.id in it", ({ primitive }) => {
  const args = Array.from({ length: primitive.arity ?? 2 }, (_, i) => 1 + i / 4);
  const params = args.map((_, i) => ({ name: `x${i}`, ty: "f64" as const }));
  const program = {
    functions: [buildFunction("f", params, (b, values) => [b.primitive(primitive, ...values)])],
  };
  const number = { kind: "number" } as const;
  const variant = {
    params: params.map(({ name }) => ({ name, structure: number })),
    outside: [],
    result: number,
    program: print(program),
  };
  const f = lowered({ version: CAPTURE_VERSION, name: "f", variants: [variant] }, false)(() => 0);
  const read = capturedOf(f)!.specialise(args).program;
  expect(interpreter(read)(...args)).toEqual(interpreter(program)(...args));
});

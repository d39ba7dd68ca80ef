import { check, fromLeaves, interpreter, toLeaves } from "cotangent/program";
import type { Datum, Leaf } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { exact } from "../../cotangent/src/program/exact.ts";

import { functionsOf, readModule } from "../src/lower/module.ts";
import { lower } from "../src/lower/lower.ts";
import { parseSource } from "../src/source.ts";
import { corpus } from "./corpus/index.ts";

for (const [file, { cases, functions: plain, text }] of Object.entries(corpus)) {
  describe(`corpus: ${file}`, () => {
    const module = readModule(parseSource(text, `${file}.ts`));
    const functions = functionsOf(module);

    test("every function has inputs, and every input its function", () => {
      expect(Object.keys(cases).sort()).toEqual(Object.keys(plain).sort());
    });

    test.each(Object.keys(cases))("%s", (name) => {
      for (const make of cases[name]!) {
        const f = plain[name]!;
        const wanted = f(...make());
        const args = make();
        const given = args.map(() => undefined);
        const { program, params, outside, result } = lower(module, functions.get(name)!, name, given);
        expect(check(program)).toEqual([]);
        expect(outside).toEqual([]);
        const leaves = params.flatMap((p, i) => toLeaves(p.structure, args[i], p.name));
        const out = interpreter(exact(program), { steps: 1e6 })(...(leaves as Datum[])) as Leaf[];
        expect(fromLeaves(result, out[Symbol.iterator]())).toEqual(wanted);
      }
    });
  });
}

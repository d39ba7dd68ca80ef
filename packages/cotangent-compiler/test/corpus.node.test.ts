import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { check, fromLeaves, interpreter, toLeaves } from "cotangent/program";
import type { Datum, Leaf } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { functionsOf, readModule } from "../src/lower/module.ts";
import { lower } from "../src/lower/lower.ts";
import { parseSource } from "../src/source.ts";
import { agree } from "./agree.ts";
import { corpus } from "./corpus/index.ts";

for (const [file, { cases, ...exported }] of Object.entries(corpus)) {
  describe(`corpus: ${file}`, () => {
    const text = readFileSync(fileURLToPath(new URL(`./corpus/${file}.ts`, import.meta.url)), "utf8");
    const module = readModule(parseSource(text, `${file}.ts`));
    const functions = functionsOf(module);
    const plain = exported as Readonly<Record<string, unknown>>;

    test("every function has inputs, and every input its function", () => {
      expect(Object.keys(cases).sort()).toEqual(Object.keys(exported).sort());
    });

    test.each(Object.keys(cases))("%s", (name) => {
      for (const make of cases[name]!) {
        const f = plain[name] as (...args: unknown[]) => unknown;
        const wanted = f(...make());
        const args = make();
        const given = args.map(() => undefined);
        const { program, params, outside, result } = lower(module, functions.get(name)!, name, given);
        expect(check(program)).toEqual([]);
        expect(outside).toEqual([]);
        const leaves = params.flatMap((p, i) => toLeaves(p.structure, args[i], p.name));
        const out = interpreter(program, { steps: 1e6 })(...(leaves as Datum[])) as Leaf[];
        expect(agree(fromLeaves(result, out[Symbol.iterator]()), wanted)).toEqual(wanted);
      }
    });
  });
}

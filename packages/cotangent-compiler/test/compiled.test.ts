import { compile } from "cotangent";
import { attach, CAPTURE_VERSION } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { lower } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { corpus } from "./corpus/index.ts";

for (const [file, { cases, functions: plain, text }] of Object.entries(corpus)) {
  const module = readModule(parseSource(text, `${file}.ts`));
  const functions = functionsOf(module);
  describe.each(["js", "wasm"] as const)(`corpus: ${file}, compiled to %s`, (target) => {
    test.each(Object.keys(cases))("%s", (name) => {
      const f = plain[name]!;
      const known = new Map<number, ReturnType<typeof lower>>();
      const captured = attach((...args: unknown[]) => f(...args), {
        version: CAPTURE_VERSION,
        name,
        outside: () => [],
        specialise: (args) => {
          const n = args.length;
          const found =
            known.get(n) ??
            lower(
              module,
              functions.get(name)!,
              name,
              Array.from({ length: n }, () => undefined),
            );
          known.set(n, found);
          return found;
        },
      });
      const compiled = compile(captured, { target, math: "exact" });
      for (const make of cases[name]!) {
        const wanted = f(...make());
        expect(compiled(...make())).toEqual(wanted);
      }
    });
  });
}

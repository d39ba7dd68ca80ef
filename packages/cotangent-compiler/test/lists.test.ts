/** Lists that grow in loops: random functions that push, and read, and replace, and start again. */
import fc from "fast-check";
import { compile, grad } from "cotangent";
import { check, toLeaves } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { forward } from "../../cotangent/src/differentiate/index.ts";
import { capture } from "../src/capture.ts";
import type { AnyFunction } from "../src/capture.ts";
import { lower } from "../src/lower/lower.ts";
import { parseExpression } from "../src/source.ts";
import { structureOf } from "../src/structures.ts";
import { copy, dot, run } from "./leaves.ts";

const RUNS = Number(globalThis.process?.env["COTANGENT_RUNS"] ?? 120);
const choices = fc.array(fc.nat(1000), { minLength: 1, maxLength: 60, size: "max" });

const calls: readonly (readonly [number, number, readonly number[]])[] = [
  [0.7, 3, [0.5, -0.25, 2]],
  [-1.3, 0, [1]],
  [0.4, 1, []],
  [1.1, 6, [0.3, -0.2, 0.9, 1.5, -0.7]],
];

/** A function `(a, n, x) => number` whose statements are told by the choices. */
function listProgram(list: readonly number[]): string {
  let at = 0;
  let names = 0;
  const pick = (n: number): number => (list[at++] ?? 0) % n;
  const one = <T>(of: readonly T[]): T => of[pick(of.length)]!;
  const lists = ["p"];
  const rows = ["q"];
  const scope = { lists, rows, indices: ["n"] };

  const number = (deep = 2): string => {
    const i = one(scope.indices);
    const [l, r] = [one(scope.lists), one(scope.rows)];
    switch (pick(deep > 0 ? 8 : 4)) {
      case 0:
        return "a";
      case 1:
        return i;
      case 2:
        return `(x.length > ${i} ? x[${i}] : 0.5)`;
      case 3:
        return `(${l}.length > ${i} ? ${l}[${i}] : a)`;
      case 4:
        return `(${r}.length > ${i} && ${r}[${i}].length > 0 ? ${r}[${i}][${r}[${i}].length - 1] : 1)`;
      case 5:
        return `Math.sin(${number(deep - 1)})`;
      case 6:
        return `(${number(deep - 1)} * ${number(deep - 1)})`;
      default:
        return `(${number(deep - 1)} - ${number(deep - 1)})`;
    }
  };

  const statement = (deep: number): string => {
    const [l, r] = [one(scope.lists), one(scope.rows)];
    switch (pick(deep > 0 ? 14 : 8)) {
      case 0:
      case 1:
        return `${l}.push(${number()});\n`;
      case 2:
        return `${l}.push(${number()}, ${number()});\n`;
      case 3:
        return `total += ${number()};\n`;
      case 4:
        return `if (${l}.length > 1) ${l}[${l}.length - 2] ${one(["=", "+=", "*="])} ${number()};\n`;
      case 5:
        return `${r}.push(${one(["new Array(n).fill(a)", `${l}.slice()`, "x.slice()", `[...${l}, a]`])});\n`;
      case 6:
        return `if (${number()} > 0.3) ${one([`${l}.push(total)`, `if (${l}.length > 0) ${l}.pop()`, `(${l}.push(a), ${l}[${l}.length] = a)`])};\n`;
      case 7:
        return `for (const v of ${l}) total += v * ${number()};\n`;
      case 8: {
        const name = `l${names++}`;
        const value = one(["[]", "[a, 1]", `${l}.slice()`, `[...${l}]`]);
        scope.lists = [...scope.lists, name];
        return `const ${name} = ${value};\n`;
      }
      case 9: {
        const name = `r${names++}`;
        scope.rows = [...scope.rows, name];
        return `const ${name} = [];\n${name}.push(x.slice());\n`;
      }
      default: {
        const i = `i${names++}`;
        const bound = one(["n", "x.length", `${one(scope.indices)} + 1`, "n + 2", "2"]);
        const head = one([
          `let ${i} = 0; ${i} < ${bound}; ${i}++`,
          `let ${i} = ${bound} - 1; ${i} >= 0; ${i}--`,
          `let ${i} = 1; ${i} <= ${bound}; ${i}++`,
          `let ${i} = 0; ${i} < ${bound}; ${i} += 2`,
        ]);
        const before = { ...scope };
        scope.indices = [...scope.indices, i];
        const body = block(deep - 1);
        Object.assign(scope, before);
        return `for (${head}) {\n${body}}\n`;
      }
    }
  };

  const block = (deep: number): string => {
    let text = "";
    for (let k = 1 + pick(4); k > 0; k--) text += statement(deep);
    return text;
  };
  return `(a, n, x) => {\nlet total = a;\nconst p = [];\nconst q = [];\nq.push(x.slice());\n${block(3)}${block(3)}for (const v of p) total += v;\nreturn total;\n}`;
}

// oxlint-disable-next-line no-implied-eval, typescript/no-implied-eval -- generated here
const plainOf = (source: string): AnyFunction => new Function(`return ${source}`)() as AnyFunction;
const fresh = (call: (typeof calls)[number]): unknown[] => structuredClone(call) as unknown as unknown[];

describe("lists that grow", () => {
  test.each(["js", "wasm"] as const)("compiled to %s, they hold what they hold in JavaScript", (target) => {
    fc.assert(
      fc.property(choices, (list) => {
        const source = listProgram(list);
        const plain = plainOf(source);
        const compiled = compile(capture(plain, {}), { target, math: "exact" });
        for (const call of calls) {
          expect({ source, call, result: compiled(...fresh(call)) }).toEqual({
            source,
            call,
            result: plain(...fresh(call)),
          });
        }
      }),
      { numRuns: RUNS, seed: 20261128 },
    );
  });

  test("have the derivatives that the function has as it was written", () => {
    fc.assert(
      fc.property(choices, (list) => {
        const source = listProgram(list);
        const plain = plainOf(source);
        const gradient = compile(grad(capture(plain, {}) as never, { wrt: [0, 2] }), {
          target: "wasm",
        }) as unknown as (...args: unknown[]) => [number, number[]];
        const module = { source: parseExpression(source), declarations: new Map(), types: new Map() };
        const { program, params } = lower(
          module,
          module.source.program,
          "f",
          calls[0]!.map((x) => structureOf(x)),
        );
        expect(check(program)).toEqual([]);
        const f = forward(program, { wrt: [0, 2] });
        for (const call of calls) {
          const leaves = params.flatMap((p, i) => toLeaves(p.structure, call[i], p.name));
          const along = [0.3, call[2].map((_, k) => Math.sin(k + 1))] as const;
          const tangents = [along[0], Float64Array.from(along[1])];
          const pushed = Number(run(f.program, [...copy(leaves), ...copy(tangents)]).at(-1));
          const [da, dx] = gradient(...fresh(call));
          const pulled = dot([along[0], Float64Array.from(along[1])], [da, Float64Array.from(dx)]);
          const isLarge = !Number.isFinite(pushed) || Math.abs(pushed) > 1e100;
          const error = isLarge ? 0 : Math.abs(pushed - pulled) / (1 + Math.abs(pushed));
          expect({ source, call, agree: error < 1e-6 || [pushed, pulled] }).toEqual({
            source,
            call,
            agree: true,
          });
        }
      }),
      { numRuns: RUNS, seed: 20261129 },
    );
  });
});

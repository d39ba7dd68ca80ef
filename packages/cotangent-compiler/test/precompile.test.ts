/** What a build with `precompile` writes into a module, and what it says of what it leaves. */
import { describe, expect, test } from "vitest";

import { readModule } from "../src/lower/module.ts";
import { referencesOf } from "../src/scopes.ts";
import { parseSource } from "../src/source.ts";
import { transform } from "../src/transform.ts";

const FILES: Readonly<Record<string, string>> = {
  "./model.ts": `import { K } from "./constants.ts";
export function loss(x: number): number { "use grad"; return x * x * K + table[0]; }
export function bare(x: number): number { return x; }
export let table = [1];
const local = (x: number): number => { "use grad"; return x; };
export { local as renamed };`,
  "./constants.ts": "export const K = 3;",
  "./barrel.ts": `export { loss as cost } from "./model.ts";\nexport * from "./model.ts";`,
};

const build = (source: string, file = "/project/src/main.ts") =>
  transform(source, file, {
    root: "/project",
    precompile: {},
    resolve: (_, from) =>
      FILES[from] === undefined
        ? undefined
        : readModule(parseSource(FILES[from], `/project/src/${from.slice(2)}`)),
  });
const codeOf = (source: string): string => build(source)?.code ?? source;
const warningsOf = (source: string): readonly string[] =>
  (build(source)?.warnings ?? []).map((w) => w.message);

const SQUARE = `import * as ad from "cotangent";
import { compile, grad, hessian } from "cotangent";
const square = (x: number): number => x * x;
`;

describe("what is precompiled", () => {
  test("a transform of a function of the module becomes its code; nothing carries a program", () => {
    const code = codeOf(`${SQUARE}export const g = grad(square);`);
    expect(code).toContain("export const g = __cotangent_1;");
    expect(code).toContain('__cotangent_precompiled("grad(square)", [{ params: [{"name":"x"');
    expect(code).toContain("const dX = 2 * x;");
    expect(code).toContain("const square$plain = (x: number): number => x * x, square = /*#__PURE__*/");
  });

  test("inside functions, in classes and in expressions as well", () => {
    const code = codeOf(`${SQUARE}
export function at(x: number) { return ad.grad(square)(x) + [grad(square)].length; }
class Model { g = grad(square as (x: number) => number); }`);
    expect(code).toContain("return __cotangent_1(x) + [__cotangent_1].length;");
    expect(code).toContain("class Model { g = __cotangent_1; }");
  });

  test("the derivative of what was compiled is that of what it was compiled of", () => {
    const code = codeOf(`${SQUARE}const c = compile(square);\nexport const g = grad(c), x = c(1);`);
    expect(code).toContain("export const g = __cotangent_2, x = c(1);");
    expect(code).toContain('__cotangent_precompiled("grad(square)", [{');
  });

  test("a function written in place leaves nothing of itself", () => {
    const code = codeOf(`import { grad } from "cotangent";\nexport const g = grad((x: number) => x ** 3);`);
    expect(code).toContain("export const g = __cotangent_1;");
    expect(code).not.toMatch(/lowered|\*\* 3/);
  });

  test("constants stand for what they hold, in this module and in others", () => {
    const code = codeOf(`${SQUARE}const g = grad(square);\nexport const h = grad(g), k = compile(g);`);
    expect(code).toContain('"grad(grad(square))"');
    expect(code).toContain("export const h = __cotangent_2, k = __cotangent_1;");
    expect(
      codeOf(
        `import { grad } from "cotangent"; import { cost } from "./barrel.ts"; export const g = grad(cost);`,
      ),
    ).toContain('import { loss$outside as __cotangent_loss$outside } from "./model.ts";');
  });

  test("names that are hidden inside mean something else", () => {
    expect(
      warningsOf(`${SQUARE}export function of(square: (x: number) => number) { return grad(square); }`),
    ).toEqual([
      expect.stringContaining(
        "Which function square is, is not known when building. (/project/src/main.ts:4:65)",
      ),
    ]);
    const other = `${SQUARE}export function apply(grad: (f: unknown) => unknown) { return grad(square); }`;
    expect(codeOf(other)).toContain("return grad(square); }");
    expect(warningsOf(other)).toEqual([]);
  });

  test("done twice, it changes nothing more", () => {
    for (const source of [
      `${SQUARE}export const g = grad(square);`,
      `import { grad } from "cotangent";\nexport const g = grad((x: number) => x ** 3);`,
    ]) {
      expect(build(codeOf(source))).toBeUndefined();
    }
  });

  test("direct calls call the function as it was written", () => {
    const code = codeOf(`import { loss, table, bare, renamed } from "./model.ts";
console.log(loss(2), bare(2), renamed(3), [1].map(loss), ((loss) => loss(1))(bare));`);
    expect(code).toContain('import { loss$plain as __cotangent_loss$plain } from "./model.ts";');
    expect(code).toContain(
      "console.log(__cotangent_loss$plain(2), bare(2), __cotangent_local$plain(3), [1].map(loss), ((loss) => loss(1))(bare));",
    );
  });

  test("a module exports what others need of its functions", () => {
    const code = transform(FILES["./model.ts"]!, "/project/src/model.ts", {
      precompile: {},
      resolve: () => undefined,
    })!.code;
    expect(code).toContain("export { loss$plain };");
    expect(code).toContain("export const loss$outside = () => [K, table];");
    expect(code).toContain("export { local$plain };");
  });
});

describe("what is left as it is is said, with its place", () => {
  test.each([
    [
      "options that are not known",
      "const o = { wrt: 0 };\nexport const g = grad(square, o);",
      "main.ts:5:31",
      "The options of grad are not known when building",
    ],
    [
      "a function that is a parameter",
      "export const of = (f: (x: number) => number) => grad(f);",
      "main.ts:4:54",
      "Which function f is",
    ],
    [
      "another way of running",
      'export const c = compile(square, { target: "interpreter" });',
      "main.ts:4:18",
      "Its options ask for another way",
    ],
    [
      "options that are not for code",
      "export const c = compile(square, { steps: 100 });",
      "main.ts:4:18",
      "Its options ask for another way",
    ],
    [
      "an error that the first call would throw",
      'export const g = grad(square, { wrt: "z" });',
      "main.ts:4:18",
      'wrt names "z"',
    ],
    [
      "a function of Reals that is compiled",
      "export const c = compile((x: ad.Scalar) => x.sin());",
      "main.ts:4:18",
      "is written on Reals",
    ],
    [
      "a function that its module does not capture",
      'import { bare } from "./model.ts";\nexport const g = grad(bare);',
      "main.ts:5:18",
      "is not captured in the module where it is",
    ],
  ])("%s", (_, rest, place, problem) => {
    const warnings = warningsOf(`${SQUARE}${rest}`);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]!).toContain(problem);
    expect(warnings[0]).toContain(place);
    expect(warnings[0]).toMatch(/>\d \| .*\n.*\^/);
  });

  test("what stays as it is keeps what it refers to as it was", () => {
    const code = codeOf(
      `${SQUARE}const g = grad(square);\nexport const h = hessian(g, globalThis as never);`,
    );
    expect(code).toContain("const g = grad(square);");
  });

  test("functions that trace need no compiler, and no warning", () => {
    expect(
      warningsOf(`import { grad, mul, sin } from "cotangent"; import type { Real } from "cotangent";
export const a = grad(sin), b = grad((x: Real) => mul(x, x));`),
    ).toEqual([]);
  });

  test("a module that calls something else Math", () => {
    expect(warningsOf(`${SQUARE}export const Math = {};\nexport const g = grad(square);`)[0]).toContain(
      "has a Math of its own",
    );
  });
});

test("references are told from what is only called the same", () => {
  const source = `import { a } from "./a.js";
a; ({ a, b: a, [a]: 1, a() {} }); x.a; x[a]; a: for (;;) break a;
function f(a, b = a) { a; } const g = (b = a) => { var c; { let a; a; } a; };
for (const a of []) a; try {} catch (a) { a; } class C { a = a; static { const a = 1; a; } }
(function a() { a; }); switch (1) { case 1: let a; a; } export { a as z }; export { a as y } from "./b.js";
type T = typeof a; let v: a; v as a;`;
  const found = referencesOf(parseSource(source, "m.ts").program).filter(({ node }) => node.name === "a");
  expect(found.map(({ node }) => node.loc.start.line)).toEqual([2, 2, 2, 2, 2, 3, 3, 4, 5]);
});

/** In Node alone: a browser loads the library once, and a policy has to be there before. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Real } from "../../src/index.ts";

/** A page's policy without 'unsafe-eval'. */
const forbidEval = (): unknown =>
  vi.stubGlobal(
    "Function",
    new Proxy(Function, {
      construct() {
        throw new EvalError("Refused to evaluate a string as JavaScript");
      },
    }),
  );

/** A page's policy without 'wasm-unsafe-eval'. */
function forbidWebAssembly(): void {
  class CompileError extends Error {
    override readonly name = "CompileError";
  }
  const Module = class {
    constructor() {
      throw new CompileError("Refused to compile or instantiate WebAssembly module");
    }
  };
  vi.stubGlobal("WebAssembly", { ...(globalThis as unknown as { WebAssembly: object }).WebAssembly, Module });
}

interface WebAssemblyModules {
  readonly Module: { new (bytes: Uint8Array): object; imports(module: object): readonly unknown[] };
}

/** The library as a page under the policy loads it. */
async function compiled(target: "js" | "wasm") {
  const { add, compile, grad, mul, sin } = await import("../../src/index.ts");
  return compile(
    grad((x: Real, y: Real) => add(mul(x, y), sin(x))),
    { target, math: "exact" },
  );
}

describe("where a policy forbids code to be generated", () => {
  beforeEach(() => vi.resetModules());
  afterEach(() => vi.unstubAllGlobals());

  test("WebAssembly takes the place of JavaScript", async () => {
    forbidEval();
    const f = await compiled("js");
    expect(f(1, 2)).toEqual([2 + Math.cos(1), 1]);
    expect(f.target).toBe("wasm");
  });

  test("the interpreter takes the place of WebAssembly", async () => {
    forbidWebAssembly();
    const f = await compiled("wasm");
    expect(f(1, 2)).toEqual([2 + Math.cos(1), 1]);
    expect(f.target).toBe("interpreter");
  });

  test("and of both", async () => {
    forbidEval();
    forbidWebAssembly();
    const f = await compiled("js");
    expect(f(1, 2)).toEqual([2 + Math.cos(1), 1]);
    expect(f.target).toBe("interpreter");
  });

  test("closures take arguments apart in the place of code", async () => {
    forbidEval();
    const { compile } = await import("../../src/index.ts");
    const { lowered } = await import("../../src/plain.ts");
    const number = { kind: "number" } as const;
    const variant = {
      params: [{ name: "p", structure: { kind: "object", fields: [["x", number]] } as const }],
      outside: [],
      result: { kind: "tuple", elements: [number, number] } as const,
      program: "function f(x: f64): f64, f64 {\ny = square(x)\nreturn x, y\n}",
    };
    const f = compile(
      lowered(({ x }: { x: number }) => [x, x * x], { version: 2, name: "f", variants: [variant] }),
    );
    for (let x = 0; x < 3; x++) expect(f({ x })).toEqual([x, x * x]);
  });

  test("and where there is no WebAssembly at all", async () => {
    vi.stubGlobal("WebAssembly", undefined);
    const f = await compiled("wasm");
    expect(f(1, 2)).toEqual([2 + Math.cos(1), 1]);
    expect(f.target).toBe("interpreter");
  });
});

test("what no function has brought along, modules have the host compute; what is forgotten costs bits, and no result", async () => {
  vi.resetModules();
  const { compile } = await import("../../src/index.ts");
  const { gamma, lowered } = await import("../../src/plain.ts");
  const number = { kind: "number" } as const;
  const variant = {
    params: [{ name: "x", structure: number }],
    outside: [],
    result: number,
    program: "function f(x: f64): f64 {\ny = lgamma(x)\nreturn y\n}",
  };
  const data = { version: 2, name: "f", variants: [variant] };
  const make = (abilities: { readonly gamma?: () => void }) =>
    compile(
      lowered(
        (x: number): number => x,
        data,
        () => [],
        abilities,
      ),
      { target: "wasm" },
    );
  const { Module } = (globalThis as unknown as { WebAssembly: WebAssemblyModules }).WebAssembly;
  const imports = ({ wasm }: { readonly wasm: Uint8Array }): number =>
    Module.imports(new Module(wasm)).length;
  for (const [f, count] of [[make({}), 1] as const, [make({ gamma }), 0] as const]) {
    // log 4!, within 2 units in the last place
    expect(Math.abs(f(5) - 3.1780538303479458)).toBeLessThan(1e-15);
    expect(imports(f)).toBe(count);
  }
});

import { describe, expect, test } from "vitest";

import { CompileError } from "../src/errors.ts";
import { lower } from "../src/lower/lower.ts";
import { functionsOf, readModule } from "../src/lower/module.ts";
import { parseSource } from "../src/source.ts";
import { illegal } from "./corpus/illegal.ts";

/** Lowers the function f of a source. */
function compileF(source: string): void {
  const module = readModule(parseSource(source, "f.ts"));
  lower(module, functionsOf(module).get("f")!, "f", undefined);
}

function errorOf(source: string): CompileError {
  try {
    compileF(source);
  } catch (error) {
    if (error instanceof CompileError) return error;
    throw error;
  }
  throw new Error("It compiles.");
}

describe("outside the language", () => {
  test.each(illegal)("%s: %s", (code, marked) => {
    const at = marked.indexOf("▶");
    const error = errorOf(marked.replace("▶", ""));
    expect(error.code).toBe(code);
    // How far the compiler gets with what is too large, a limit decides.
    expect(error.span.start).toBe(code === "too-large" ? error.span.start : at);
    expect(error.line).toBe(1);
    expect(error.column).toBe(error.span.start + 1);
    expect(error.message).toContain(`f.ts:1:${error.column}`);
    expect(error.message).toContain("^");
    expect(error.remedy.length).toBeGreaterThan(10);
  });
});

test("the frame shows the lines around, with a mark under the place", () => {
  const error = errorOf("export function f(x: number) {\n  const y = 1;\n  return x + helper(y);\n}\n");
  expect(error.frame).toBe(
    [" 2 |   const y = 1;", ">3 |   return x + helper(y);", "   |              ^^^^^^", " 4 | }"].join("\n"),
  );
  expect([error.file, error.line, error.column]).toEqual(["f.ts", 3, 14]);
});

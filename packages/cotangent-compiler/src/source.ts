/** Reading a source text. */
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { Parser } from "acorn";
import type { Options } from "acorn";
import type { ErrorCode } from "cotangent";

import { type Node } from "./ast.ts";
import { CompileError } from "./errors.ts";
import type { SourceText } from "./errors.ts";

/** A text and its syntax tree. */
export interface Source extends SourceText {
  readonly program: Node;
}

const TypeScript = Parser.extend(tsPlugin());
const TypeScriptWithJsx = Parser.extend(tsPlugin({ jsx: true }));

/**
 * Parses TypeScript or JavaScript.
 * @throws CompileError `syntax-error`
 */
export function parseSource(code: string, file?: string): Source {
  // JavaScript may have elements in it whatever the file is called; in TypeScript `<T>x` is a cast.
  const parser = file !== undefined && /\.(?:[jt]sx|[cm]?js)$/.test(file) ? TypeScriptWithJsx : TypeScript;
  return reading(code, file, () => parser.parse(code, options(file)) as unknown as Node);
}

/**
 * Parses one expression, such as the text of a function.
 * @throws CompileError `syntax-error`
 */
export function parseExpression(code: string, file?: string): Source {
  return reading(code, file, () => TypeScript.parseExpressionAt(code, 0, options(file)) as unknown as Node);
}

const options = (file: string | undefined): Options => ({
  ecmaVersion: "latest",
  sourceType: "module",
  locations: true,
  allowHashBang: true,
  ...(file === undefined ? {} : { sourceFile: file }),
});

function reading(code: string, file: string | undefined, read: () => Node): Source {
  try {
    return { code, file, program: read() };
  } catch (error) {
    // Besides its SyntaxErrors the parser throws TypeErrors at some texts that are cut off in the middle.
    const at = (error as { pos?: unknown }).pos;
    const start = typeof at === "number" ? Math.min(at, code.length) : code.length;
    const what =
      error instanceof SyntaxError
        ? error.message.replace(/ \(\d+:\d+\)(?: in .*)?$/s, "")
        : "Unexpected end or token";
    throw new CompileError(
      "syntax-error",
      { code, file },
      { start, end: start + 1 },
      `This is not TypeScript: ${what}.`,
      "Mend the syntax; `tsc` or the editor shows the same place.",
    );
  }
}

/** Refuses something in a source. */
export function refuse(
  source: SourceText,
  node: { readonly start: number; readonly end: number },
  code: ErrorCode,
  problem: string,
  remedy: string,
): never {
  throw new CompileError(code, source, { start: node.start, end: node.end }, problem, remedy);
}

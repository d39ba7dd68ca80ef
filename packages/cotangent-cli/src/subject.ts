/** The function that a command is about. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { resolve as absolute } from "node:path";
import { fromDisk } from "cotangent-compiler/disk";
import { expressionNames, isExpression, readFunction } from "cotangent-compiler/read";
import type { ReadOptions, TextFunction } from "cotangent-compiler/read";

import { UsageError } from "./command.ts";
import { textOf } from "./options.ts";
import type { Invocation } from "./command.ts";

/** A source text, and where it comes from. */
export interface Text {
  readonly text: string;
  /** What it is called in messages. */
  readonly name: string;
  readonly kind: "file" | "expression";
  /** Other modules that it imports from. */
  readonly resolve: ReturnType<typeof fromDisk>;
}

/** The text that an operand stands for: of a file, of standard input, or itself. */
export function readText(operand: string): Text {
  const resolve = fromDisk();
  if (operand === "-") {
    const [text, name] = [readFileSync(0, "utf8"), "standard input"];
    return { text, name, kind: isExpression(text, name) ? "expression" : "file", resolve };
  }
  const isTyped = /=>|^\s*(?:async\s+)?function\b/.test(operand);
  const isFile = !isTyped && (existsSync(operand) || /\.[cm]?[jt]sx?$/.test(operand));
  if (isTyped) return { text: operand, name: "expression", kind: "expression", resolve };
  if (!isFile) {
    throw new UsageError(
      `${JSON.stringify(operand)} is neither a file nor a function.`,
      `Write a function as 'x => ${/^[\w\s.()*+/-]+$/.test(operand) ? operand.trim() : "x ** 2"}', in quotation marks.`,
    );
  }
  if (statSync(operand).isDirectory()) {
    throw new UsageError(`${operand} is a folder.`, "Name a file in it.");
  }
  return {
    text: readFileSync(operand, "utf8"),
    name: operand,
    kind: "file",
    resolve: fromHere(operand, resolve),
  };
}

/** Imports are looked for beside the file, wherever the command runs. */
const fromHere =
  (file: string, resolve: Text["resolve"]): Text["resolve"] =>
  (importer, from) =>
    resolve(importer === file ? absolute(file) : importer, from);

/**
 * The function of a text.
 * @param limits how much a call may do, where that is limited
 */
export function functionOf(
  { operands, options }: Invocation,
  limits: Pick<ReadOptions, "steps"> = {},
): TextFunction {
  const { text, name, resolve } = readText(operands[0]!);
  const wanted = textOf(options, "function");
  return readFunction(text, {
    file: name,
    resolve,
    ...limits,
    ...(wanted === undefined ? {} : { function: wanted }),
  });
}

/**
 * A text as a module, for what takes modules only. An expression becomes one with a single function, f.
 * @throws CompileError where an expression is not right, with its place in what was typed
 */
export function moduleOf(operand: string): Text & { readonly functions: readonly string[] | undefined } {
  const source = readText(operand);
  if (source.kind === "file") return { ...source, functions: undefined };
  readFunction(source.text, { file: source.name });
  const expression = source.text.replace(/[\s;]+$/, "");
  const text = `export const f = ${expression};\nimport { ${expressionNames.join(", ")} } from "cotangent";\n`;
  return { ...source, text, functions: ["f"] };
}

/** What a function is called in titles: an expression by its own text. */
export function titleOf(invocation: Invocation, f: { readonly name: string }): string {
  const given = textOf(invocation.options, "title");
  if (given !== undefined) return given;
  const [operand = ""] = invocation.operands;
  const body = /^\s*\(?[\w\s,:]*\)?\s*=>\s*(.+?)\s*;?\s*$/s.exec(operand)?.[1];
  if (body !== undefined && !body.includes("\n") && body.length <= 60) return body.replaceAll("Math.", "");
  return f.name;
}

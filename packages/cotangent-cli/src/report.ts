/** How errors reach the person: what went wrong, where, and what to write instead; never a stack trace. */
import { EXIT, UsageError } from "./command.ts";
import { hasColours, styled } from "./terminal.ts";
import type { Terminal } from "./terminal.ts";

export interface ReportOptions {
  readonly json: boolean;
  readonly terminal: Terminal;
}

/** What is known of an error, as `--json` writes it. */
interface Facts {
  readonly exit: number;
  readonly code: string;
  readonly message: string;
  readonly remedy?: string;
  readonly place?: { readonly file?: string; readonly line: number; readonly column: number };
  readonly frame?: string;
}

/** Writes an error, and says with which code to end. */
export function report(error: unknown, { json, terminal }: ReportOptions): number {
  const facts = factsOf(error);
  if (json) {
    const { exit: _, ...written } = facts;
    terminal.out(`${JSON.stringify({ error: written }, undefined, 2)}\n`);
    return facts.exit;
  }
  const colours = hasColours(terminal.env, terminal.isErrorTerminal);
  if (terminal.env["COTANGENT_DEBUG"] !== undefined) terminal.error(`${String((error as Error).stack)}\n`);
  const { place } = facts;
  const where = place === undefined ? "" : `${place.file ?? ""}:${place.line}:${place.column}: `;
  const lines = [
    `${where}${styled("error:", "red", colours)} ${facts.message}`,
    ...(facts.frame === undefined ? [] : [facts.frame]),
    ...(facts.remedy === undefined ? [] : [`  ${facts.remedy}`]),
  ];
  if (facts.code !== "usage") lines[lines.length - 1] += ` [${facts.code}]`;
  terminal.error(`${lines.join("\n")}\n`);
  return facts.exit;
}

/** A text of the library in terms of the command line, where the limit has a name. */
export const inTerms = (text: string): string => text.replace(/ allow more steps\./, " allow more: --steps.");

/** The fields of an AdError, and those of a CompileError if it is one. Told by these: nothing is loaded to report an error. */
interface LibraryError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly frame?: string;
}
const isLibraryError = (error: unknown): error is LibraryError =>
  error instanceof Error && (error.name === "AdError" || error.name === "CompileError") && "remedy" in error;

function factsOf(error: unknown): Facts {
  if (error instanceof UsageError) {
    return { exit: EXIT.usage, code: "usage", message: error.message, remedy: error.remedy };
  }
  if (isLibraryError(error)) {
    const { code, file, line, column, frame } = error;
    const remedy = inTerms(error.remedy);
    // The message holds place, frame, remedy and code as well: here each is written where it belongs.
    const [first = ""] = error.message.split("\n");
    const exit =
      code === "wrong-option" ? EXIT.usage : code === "wrong-derivative" ? EXIT.wrong : EXIT.refused;
    const whole = error.message.slice(0, error.message.lastIndexOf(`\n  ${error.remedy}`));
    if (line === undefined || column === undefined) return { exit, code, message: whole, remedy };
    return {
      exit,
      code,
      message: first.replace(/ \([^()]*:\d+:\d+\)$/, ""),
      remedy,
      place: { ...(file === undefined ? {} : { file }), line, column },
      ...(frame === undefined ? {} : { frame }),
    };
  }
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (typeof code === "string" && typeof path === "string") {
    return {
      exit: EXIT.usage,
      code: "usage",
      message: `${path}: ${FILE_ERRORS[code] ?? message}`,
      remedy: "Check the path.",
    };
  }
  // A stack that ran over, or memory that ran out, was the function's doing.
  if (error instanceof RangeError) {
    return {
      exit: EXIT.refused,
      code: "too-large",
      message: `The function needs more than there is: ${message}.`,
      remedy: "Check that its recursion ends, and how large its arrays become.",
    };
  }
  const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    exit: EXIT.internal,
    code: "internal",
    message: `This is a mistake in cotangent, not yours: ${name}`,
    remedy: "Please report it, with what you typed. COTANGENT_DEBUG=1 shows where it happened.",
  };
}

const FILE_ERRORS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "permission denied",
  EISDIR: "this is a folder",
  ENOTDIR: "a part of the path is not a folder",
  EROFS: "this cannot be written to",
};

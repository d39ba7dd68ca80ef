import { AdError } from "cotangent";
import type { ErrorCode } from "cotangent";

/** A place in a source text: character offsets, as a parser gives them. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A source text that errors can point into. */
export interface SourceText {
  readonly code: string;
  readonly file: string | undefined;
}

/**
 * A function that cannot be compiled: what is wrong, exactly where, and what to write instead. The message contains a
 * code frame.
 */
export class CompileError extends AdError {
  // Private, because Node prints an error's own fields behind a message that has it all.
  readonly #place: Place;

  constructor(code: ErrorCode, text: SourceText, span: Span, problem: string, remedy: string) {
    const { line, column } = position(text.code, span.start);
    const frame = codeFrame(text.code, span);
    super(code, `${problem} (${text.file ?? ""}:${line}:${column})\n${frame}`, remedy);
    this.name = "CompileError";
    this.#place = { file: text.file, line, column, frame, span };
  }

  get file(): string | undefined {
    return this.#place.file;
  }

  /** Counts from 1. */
  get line(): number {
    return this.#place.line;
  }

  /** Counts from 1. */
  get column(): number {
    return this.#place.column;
  }

  /** The lines around the place, with a mark under it. */
  get frame(): string {
    return this.#place.frame;
  }

  get span(): Span {
    return this.#place.span;
  }
}

interface Place {
  readonly file: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly frame: string;
  readonly span: Span;
}

/** Line and column of an offset, from 1. */
function position(code: string, offset: number): { readonly line: number; readonly column: number } {
  const before = code.slice(0, offset).split("\n");
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

/** Longer lines are cut, so that one line of minified code does not fill the screen. */
const WIDEST = 120;

/**
 *      2 |   const y = 1;
 *     >3 |   return x + "a";
 *        |              ^^^
 */
function codeFrame(code: string, { start, end }: Span): string {
  const { line, column } = position(code, start);
  const lines = code.split("\n");
  const from = Math.max(1, line - 1);
  const to = Math.min(lines.length, line + 1);
  const width = String(to).length;
  const shift = lines[line - 1]!.length <= WIDEST ? 0 : Math.max(0, column - WIDEST / 2);
  const out: string[] = [];
  for (let n = from; n <= to; n++) {
    const text = lines[n - 1]!.slice(shift, shift + WIDEST).replace(/[\r\t]/g, " ");
    out.push(`${n === line ? ">" : " "}${String(n).padStart(width)} | ${text}`.trimEnd());
    if (n !== line) continue;
    const room = lines[n - 1]!.length - column + 1;
    const marks = "^".repeat(Math.max(1, Math.min(end - start, room, WIDEST / 2)));
    out.push(`${" ".repeat(width + 1)} | ${" ".repeat(column - 1 - shift)}${marks}`);
  }
  return out.join("\n");
}

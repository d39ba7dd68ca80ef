/** What a command is: its part of the table in commands.ts, and what it is given when it runs. */
import type { Terminal } from "./terminal.ts";

/** An option: `--name`, and what follows it. */
export interface OptionSpec {
  /** What stands for its value in the help; without one it is a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
  /** The only values. */
  readonly choices?: readonly string[];
  /** Its value is the name of a file. */
  readonly file?: true;
}

/** A command, without its code: help and completion need no more. */
export interface CommandSpec {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** What stands behind the name. */
  readonly usage: string;
  readonly description: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly examples: readonly (readonly [command: string, what: string])[];
  /** Exit codes beside those that all commands have. */
  readonly exits?: Readonly<Record<number, string>>;
  /** How many arguments it takes that are not options. */
  readonly operands: readonly [least: number, most: number];
  /** What an operand may be, where it is neither file nor expression. */
  readonly words?: readonly string[];
}

/** What was typed, taken apart. */
export interface Invocation {
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly terminal: Terminal;
}

/** Runs; its result is the exit code. */
export type Command = (invocation: Invocation) => Promise<number> | number;

/** EXIT CODES, documented in docs/guide/command-line.md. */
export const EXIT = {
  ok: 0,
  /** A derivative is wrong. */
  wrong: 1,
  /** The command line itself is not right. */
  usage: 2,
  /** The function cannot be read, differentiated or computed. */
  refused: 3,
  /** There was nothing to do. */
  nothing: 4,
  /** A mistake of this program. */
  internal: 70,
} as const;

/** The command line is not right; the message says why, the remedy what to type instead. */
export class UsageError extends Error {
  readonly remedy: string;

  constructor(problem: string, remedy: string) {
    super(problem);
    this.name = "UsageError";
    this.remedy = remedy;
  }
}

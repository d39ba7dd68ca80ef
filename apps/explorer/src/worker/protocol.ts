/** What goes between a page and a worker: calls there, answers back. */

/** What a worker can be asked: from names to functions, of plain data to plain data. */
// oxlint-disable-next-line no-explicit-any -- erasure: any arguments; each call is typed by its own function
export type Handlers = Readonly<Record<string, (...args: any[]) => unknown>>;

export interface Call {
  readonly id: number;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** An error as it crosses: its class is lost on the way, what a reader needs is kept. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  /** The code of an AdError. */
  readonly code?: string;
  readonly remedy?: string;
  /** Where in the source, as offsets, if it is a CompileError; and in lines and columns from 1. */
  readonly span?: { readonly start: number; readonly end: number };
  readonly line?: number;
  readonly column?: number;
}

export type Message =
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "failure"; readonly id: number; readonly failure: Failure };

/** Where a command writes to, and what it may write there. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
  /** Whether somebody looks at what is written, instead of a file or another program. */
  readonly isTerminal: boolean | undefined;
  readonly isErrorTerminal: boolean | undefined;
  /** How wide it is; undefined for a file. */
  readonly columns: number | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Whether to write in colours: https://no-color.org and FORCE_COLOR are obeyed. */
export function hasColours(env: Terminal["env"], isTerminal: boolean | undefined): boolean {
  const { NO_COLOR: no, FORCE_COLOR: force, TERM: term } = env;
  if (force !== undefined) return force !== "0" && force !== "false";
  return isTerminal === true && (no === undefined || no === "") && term !== "dumb";
}

/** Escape sequences of the colours in use. */
const CODES = {
  bold: 1,
  dim: 2,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
} as const;
export type Style = keyof typeof CODES;

/** `text` in a style, or as it is where there are no colours. */
export const styled = (text: string, style: Style, colours: boolean): string =>
  colours ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;

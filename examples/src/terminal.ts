/** What the examples print with: 80 columns, colours on a terminal only. */
import * as util from "node:util";

export const WIDTH = 80;

const isTerminal = process.stdout.isTTY && process.env["NO_COLOR"] === undefined;

type Style = "bold" | "dim" | "green" | "red" | "yellow" | "cyan" | "magenta";

/** Text in a style, where it is seen. */
export const style = (format: Style, text: string): string =>
  isTerminal ? util.styleText(format, text) : text;

export const print = (text: string = ""): void => void process.stdout.write(`${text}\n`);

/** A title across the page. */
export function heading(number: number, title: string): void {
  const line = "─".repeat(WIDTH - title.length - 6);
  print(`\n${style("cyan", `── ${number} `)}${style("bold", title)} ${style("cyan", line)}\n`);
}

/** A number in at most `digits` significant digits, and no more than it has. */
export const digits = (x: number, digits: number): string => String(Number(x.toPrecision(digits)));

/** A line that is written over and over on a terminal; elsewhere, every `every`th state is a line of its own. */
export class Progress {
  readonly #total: number;
  readonly #every: number;
  readonly #live: boolean = process.stdout.isTTY;

  constructor(total: number, every: number) {
    this.#total = total;
    this.#every = every;
  }

  show(done: number, note: string): void {
    if (!this.#live) {
      if (done % this.#every === 0) print(`  ${note}`);
      return;
    }
    const cells = Math.round((24 * done) / this.#total);
    const bar = style("green", "█".repeat(cells)) + style("dim", "░".repeat(24 - cells));
    process.stdout.write(`\r  ${bar}  ${note}\u001B[K`);
  }

  /** Leaves the last state standing. */
  end(note: string): void {
    if (this.#live) process.stdout.write("\r\u001B[K");
    print(`  ${note}`);
  }
}

/** A drawing of characters, by coordinates. Later marks cover earlier ones. */
export class Canvas {
  readonly #cells: string[][];
  readonly #x: readonly [number, number];
  readonly #y: readonly [number, number];

  constructor(columns: number, rows: number, x: readonly [number, number], y: readonly [number, number]) {
    this.#cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => " "));
    this.#x = x;
    this.#y = y;
  }

  get columns(): number {
    return this.#cells[0]!.length;
  }

  get rows(): number {
    return this.#cells.length;
  }

  /** The coordinates of the middle of a cell; rows are counted from the top. */
  at(column: number, row: number): [x: number, y: number] {
    const [x0, x1] = this.#x;
    const [y0, y1] = this.#y;
    return [x0 + ((column + 0.5) / this.columns) * (x1 - x0), y1 - ((row + 0.5) / this.rows) * (y1 - y0)];
  }

  mark(x: number, y: number, sign: string): void {
    const [x0, x1] = this.#x;
    const [y0, y1] = this.#y;
    const column = Math.min(this.columns - 1, Math.floor(((x - x0) / (x1 - x0)) * this.columns));
    const row = Math.min(this.rows - 1, Math.floor(((y1 - y) / (y1 - y0)) * this.rows));
    const line = this.#cells[row];
    if (line?.[column] !== undefined) line[column] = sign;
  }

  lines(): string[] {
    return this.#cells.map((row) => row.join(""));
  }
}

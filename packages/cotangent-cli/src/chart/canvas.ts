/** A grid of characters in which curves are drawn with the dots of braille: two by four in each. */
import { styled } from "../terminal.ts";
import type { Style } from "../terminal.ts";

/** The bit of each dot of a braille character, by row and column. */
const BITS = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
] as const;
const BRAILLE = 0x2800;

/** Dots across and down in one character. */
export const ACROSS = 2;
export const DOWN = 4;

export class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly #dots: Uint8Array;
  /** Characters that are not dots: grid lines, marks. */
  readonly #texts: (string | undefined)[];
  readonly #styles: (Style | undefined)[];

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#dots = new Uint8Array(columns * rows);
    this.#texts = Array.from({ length: columns * rows }, () => undefined);
    this.#styles = Array.from({ length: columns * rows }, () => undefined);
  }

  /** Sets a dot; those outside are left out. */
  dot(x: number, y: number, style: Style): void {
    const [column, row] = [Math.floor(x / ACROSS), Math.floor(y / DOWN)];
    if (!(column >= 0 && column < this.columns && row >= 0 && row < this.rows)) return;
    const at = row * this.columns + column;
    // Where two curves share a character, it has the colour of the first.
    if (this.#dots[at] === 0) this.#styles[at] = style;
    this.#dots[at]! |= BITS[y % DOWN]![x % ACROSS]!;
  }

  /** Writes a character, over dots or (`below`) only where there are none. */
  put(column: number, row: number, text: string, style?: Style, below = false): void {
    if (!(column >= 0 && column < this.columns && row >= 0 && row < this.rows)) return;
    const at = row * this.columns + column;
    if (below && this.#dots[at] !== 0) return;
    this.#texts[at] = text;
    if (!below) this.#dots[at] = 0;
    this.#styles[at] = style;
  }

  lines(colours: boolean): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      let line = "";
      for (let column = 0; column < this.columns; column++) {
        const at = row * this.columns + column;
        const dots = this.#dots[at]!;
        const text = dots === 0 ? (this.#texts[at] ?? " ") : String.fromCharCode(BRAILLE + dots);
        const style = this.#styles[at];
        line += style === undefined ? text : styled(text, style, colours);
      }
      return colours ? line : line.trimEnd();
    });
  }
}

/**
 * Where sequences of things occur again: of 1, 2, 4, ... things.
 *
 * Two sequences of 2k are equal if their halves are; so each is known by a pair of numbers, doubling from single things. After
 * R. Karp, R. Miller, A. Rosenberg, Rapid identification of repeated patterns in strings, trees and arrays (STOC 1972).
 */
export class Repeats {
  /** How long the sequences are at present. */
  length = 1;
  /** For each place, how far back the sequence that ends there occurred last; 0 where it is new. */
  readonly distances: Int32Array;
  /** Equal sequences have equal numbers: that of the first place where they end. */
  #numbers: Int32Array;
  /** Open addressing: the last place of each sequence, plus 1. */
  readonly #table: Int32Array;

  /** @param things equal things are equal numbers */
  constructor(things: Int32Array) {
    this.distances = new Int32Array(things.length);
    this.#numbers = things;
    this.#table = new Int32Array(2 ** Math.ceil(Math.log2(2 * things.length + 2)));
    this.#find(things, 0);
  }

  /** Goes on to sequences twice as long. False if none of them occurs twice. */
  double(): boolean {
    const half = this.length;
    this.length = 2 * half;
    return this.#find(this.#numbers, half);
  }

  /** Numbers the sequences that consist of one that ends `half` places before, and of one that ends here. */
  #find(parts: Int32Array, half: number): boolean {
    const { distances } = this;
    const table = this.#table.fill(0);
    const mask = table.length - 1;
    const numbers = new Int32Array(parts.length);
    let again = false;
    distances.fill(0);
    for (let i = this.length - 1; i < parts.length; i++) {
      const [x, y] = [parts[i - half]!, parts[i]!];
      let slot = (Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b)) >>> 0;
      slot = (slot ^ (slot >>> 15)) & mask;
      for (; ; slot = (slot + 1) & mask) {
        const last = table[slot]! - 1;
        if (last < 0) {
          numbers[i] = i;
          break;
        }
        if (parts[last - half] === x && parts[last] === y) {
          numbers[i] = numbers[last]!;
          distances[i] = i - last;
          again = true;
          break;
        }
      }
      table[slot] = i + 1;
    }
    this.#numbers = numbers;
    return again;
  }
}

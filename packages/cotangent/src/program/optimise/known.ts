import type { Value } from "../ir.ts";

/**
 * Values by keys, as a Map has them; made for keys that are integers beyond 32 bits, of which there may be millions, and for which
 * engines ask their run-time library in a Map.
 */
export class Known {
  readonly #byText = new Map<string, Value>();
  #keys = new Float64Array(FEW);
  readonly #values: (Value | undefined)[] = [];
  /** Entries whose keys fall into the same place form a list: its first entry, and the next one of each; -1 ends it. */
  #first = new Int32Array(FEW).fill(-1);
  #next = new Int32Array(FEW);

  get(key: string | number): Value | undefined {
    if (typeof key === "string") return this.#byText.get(key);
    const keys = this.#keys;
    const next = this.#next;
    let at = this.#first[this.#place(key)]!;
    while (at >= 0 && keys[at] !== key) at = next[at]!;
    return at < 0 ? undefined : this.#values[at];
  }

  /** The value counts from now on, in the place of an earlier one. */
  set(key: string | number, value: Value): void {
    if (typeof key === "string") {
      this.#byText.set(key, value);
      return;
    }
    this.delete(key);
    const at = this.#values.push(value) - 1;
    if (at === this.#keys.length) this.#grow();
    this.#keys[at] = key;
    this.#link(at);
  }

  delete(key: string | number): void {
    if (typeof key === "string") {
      this.#byText.delete(key);
      return;
    }
    const place = this.#place(key);
    let before = -1;
    for (let at = this.#first[place]!; at >= 0; at = this.#next[at]!) {
      if (this.#keys[at] === key) {
        if (before < 0) this.#first[place] = this.#next[at]!;
        else this.#next[before] = this.#next[at]!;
        this.#keys[at] = NaN;
        this.#values[at] = undefined;
        return;
      }
      before = at;
    }
  }

  #link(at: number): void {
    const place = this.#place(this.#keys[at]!);
    this.#next[at] = this.#first[place]!;
    this.#first[place] = at;
  }

  /** Both halves of the integer, mixed. */
  #place(key: number): number {
    const mixed = Math.imul((key | 0) ^ Math.imul((key / 2 ** 32) | 0, 0x9e3779b1), 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & (this.#first.length - 1);
  }

  #grow(): void {
    const size = 2 * this.#keys.length;
    const keys = new Float64Array(size);
    keys.set(this.#keys);
    this.#keys = keys;
    this.#next = new Int32Array(size);
    this.#first = new Int32Array(size).fill(-1);
    for (let at = 0; at < this.#values.length - 1; at++) if (keys[at] === keys[at]) this.#link(at);
  }
}

const FEW = 64;

/** Sets that grow together: union-find. */
export class Sets<T> {
  /** How often two sets have become one. */
  joins = 0;
  readonly #parent = new Map<T, T>();

  /** What stands for the set of x. */
  find(x: T): T {
    let root = x;
    for (let next = this.#parent.get(root); next !== undefined; next = this.#parent.get(root)) root = next;
    for (let at = x; at !== root;) {
      const next = this.#parent.get(at)!;
      this.#parent.set(at, root);
      at = next;
    }
    return root;
  }

  /** Makes one set of two; the first's name stays. */
  join(x: T, y: T): void {
    const [a, b] = [this.find(x), this.find(y)];
    if (a === b) return;
    this.#parent.set(b, a);
    this.joins++;
  }
}

/** Objects and rows that blocks have in common: in memory each block has a copy of its own. */
import type { Value } from "cotangent/program";

export class Sharing {
  /** What is here was changed where it is, too: here it is as it was. */
  isStale = false;
  /** It is one of several, of which one has become longer or shorter since. */
  isResized = false;
  /** With whom; true: only what is nested in the records here. */
  readonly #with = new Map<Sharing, boolean>();
  /** A block that is one of several, which one the run decides: these. */
  readonly #of: readonly Sharing[];
  /** Those which may be this one. */
  readonly #maybe = new Set<Sharing>();
  /** Records that are here a second time. */
  #twice: readonly Taken[] = [];

  constructor(of: readonly Sharing[] = []) {
    this.#of = of;
    for (const one of of) one.#maybe.add(this);
  }

  /** From now on both have copies of the same; `nested`: of what is nested in their records. */
  share(nested: boolean, other: Sharing, otherNested: boolean): void {
    if (this === other) return;
    this.#note(other, nested);
    other.#note(this, otherNested);
  }

  #note(other: Sharing, nested: boolean): void {
    this.#with.set(other, nested && this.#with.get(other) !== false);
  }

  /** Something is written in place here: all others that have it do not see it. */
  edited(nested: boolean): void {
    const seen = new Set<Sharing>([this]);
    /** `isCopy`: the memory of `one` is not that which is written to; `rose`: it may be what was come from. */
    const visit = (one: Sharing, inner: boolean, isCopy: boolean, rose: boolean): void => {
      const reach = (next: Sharing, isNested: boolean, isOther: boolean, up: boolean): void => {
        if (seen.has(next)) return;
        seen.add(next);
        if (isOther) next.isStale = true;
        visit(next, isNested, isOther, up);
      };
      for (const [next, isNested] of one.#with) {
        if (isNested && !inner) continue;
        reach(next, inner || next.#with.get(one) === true, true, rose);
      }
      for (const next of one.#maybe) reach(next, inner, isCopy, true);
      // What may be one of two is no reason why these should be the same.
      if (!rose) for (const next of one.#of) reach(next, inner, isCopy, false);
    };
    visit(this, nested, false, false);
  }

  /** Whether something may be this or another one. */
  get isAmongOthers(): boolean {
    return this.#maybe.size > 0;
  }

  /** It becomes longer or shorter: what may be this one does not see it. */
  resized(): void {
    for (const one of this.#maybe) {
      one.isResized = true;
      one.resized();
    }
  }

  /** A record that was taken out is put to another place here, too. */
  repeat(from: Taken): void {
    this.#twice = [...this.#twice, from];
  }

  /** Record `at`, or what is in one there, is replaced. */
  replace(at: Value, path?: string): void {
    const isOther = (v: Taken): boolean => v.path !== path || v.at === undefined || !isSame(v.at, at);
    if (this.#twice.length > 0) this.#twice = this.#twice.filter(isOther);
  }

  /** The last record is dropped. */
  drop(): void {
    this.#twice = this.#twice.filter((v) => v.isLast !== true);
  }

  /** There is another last record. */
  grow(): void {
    this.#twice = this.#twice.map((v) => ({ ...v, isLast: false }));
  }

  /** Whether a record may be here twice, or something nested in one, where that is what matters. */
  hasTwice(nested: boolean): boolean {
    return this.#twice.some((v) => nested || v.path === undefined);
  }
}

/** Where something was taken out: its index, if that is known, and whether it was the last one. */
export interface Taken {
  readonly at?: Value;
  readonly isLast?: boolean;
  /** Not the record itself, but what is there in it; `at` is where in the block that begins. */
  readonly path?: string;
}

/** Whether `at` is the index of the last of n records. */
export function isLastOf(n: Value, { def }: Value): boolean {
  if (!("kind" in def) || (def.kind !== "i32.sub" && def.kind !== "i32.add")) return false;
  const [length, one] = def.args as [Value, Value];
  const by = "kind" in one.def && one.def.kind === "constant" ? one.def.attr : undefined;
  return by === (def.kind === "i32.sub" ? 1 : -1) && isSame(length, n);
}

/** Whether two values are computed alike. */
function isSame(x: Value, y: Value): boolean {
  if (x === y) return true;
  const [a, b] = [x.def, y.def];
  if (!("kind" in a) || !("kind" in b) || a.kind !== b.kind || a.regions.length > 0) return false;
  const attr = (op: typeof a): unknown => ("attr" in op ? JSON.stringify(op.attr) : undefined);
  return (
    PURE.test(a.kind) &&
    attr(a) === attr(b) &&
    a.args.length === b.args.length &&
    a.args.every((v, i) => isSame(v, b.args[i]!))
  );
}

/** Operations that give the same for the same. */
const PURE = /^(?:constant|length|[fi]\d\d\.\w+)$/;

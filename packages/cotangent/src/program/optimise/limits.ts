/** Which integers are known to be less than others, beyond what their ranges tell: by the loops whose indices they are. */
import { isOp } from "../ir.ts";
import type { Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import type { Range } from "./ranges.ts";

/** What is compared is a short sum or product of what was compared before. */
const LONGEST = 8;

/** What else is known of integers. */
interface Facts {
  readonly rangeOf: (v: Value) => Range;
  /** Whether x < y has been found out by a check. */
  readonly isChecked: (x: Value, y: Value) => boolean;
}

export class Limits {
  readonly #facts: Facts;
  /** By the index of a loop: what it is less than, wherever it is visible, if this number is added to that. */
  readonly #limits = new Map<Value, readonly [limit: Value, plus: number]>();

  constructor(facts: Facts) {
    this.#facts = facts;
  }

  /** Notes that i < limit + plus wherever i is visible. */
  below(i: Value, limit: Value, plus: 0 | 1): void {
    this.#limits.set(i, [limit, plus]);
  }

  /** Whether x + c < y is certain, as integers that do not wrap around. */
  isBelow(x: Value, y: Value, c: number = 0, longest: number = LONGEST): boolean {
    const { rangeOf, isChecked } = this.#facts;
    if (rangeOf(x)[1] + c < rangeOf(y)[0] || (x === y && c < 0)) return true;
    if (longest === 0 || constantOf(x) !== undefined) return false;
    if (c <= 0 && isChecked(x, y)) return true;
    const [base, offset] = this.#sum(x);
    const [other, distance] = this.#sum(y);
    const [from, to, by] = [base ?? x, other ?? y, c + offset - distance];
    if (from !== x || to !== y) return this.isBelow(from, to, by, longest - 1);
    const [m, n] = [this.#multiple(x), this.#multiple(y)];
    // f·m + c < f·n if m + ⌊c / f⌋ < n.
    if (m !== undefined && m[1] === n?.[1]) {
      if (this.isBelow(m[0], n[0], Math.floor(c / m[1]), longest - 1)) return true;
    }
    // f·m + c < y if m + ⌊c / f⌋ < ⌊y / f⌋.
    const part = m && this.#limits.get(m[0]);
    if (part !== undefined && rangeOf(y)[0] >= 0) {
      const [sum, ahead] = this.#sum(part[0]);
      const quotient = definedBy(sum ?? part[0], "i32.div")?.args;
      const isPart = quotient?.[0] === y && constantOf(quotient[1]) === m![1];
      if (isPart && ahead + part[1] + Math.floor(c / m![1]) < 1) return true;
    }
    if (definedBy(y, "i32.max")?.args.some((n) => this.isBelow(x, n, c, longest - 1))) return true;
    const limit = this.#limits.get(x);
    return limit !== undefined && this.isBelow(limit[0], y, c - 1 + limit[1], longest - 1);
  }

  /** v as a value plus a constant, where the sum does not wrap around. */
  #sum(v: Value): readonly [base: Value | undefined, offset: number] {
    const sum = definedBy(v, "i32.add");
    const offset = constantOf(sum?.args[1]);
    if (offset === undefined) return [undefined, 0];
    const [least, greatest] = this.#facts.rangeOf(sum!.args[0]!);
    const fits = least + offset >= -(2 ** 31) && greatest + offset < 2 ** 31;
    return fits ? [sum!.args[0], offset] : [undefined, 0];
  }

  /** v as a value times a positive constant, where the product does not wrap around. */
  #multiple(v: Value): readonly [Value, number] | undefined {
    if (!isOp(v.def) || v.def.kind !== "i32.mul") return undefined;
    const [x, y] = v.def.args as [Value, Value];
    const factor = constantOf(y);
    if (factor === undefined || factor <= 0) return undefined;
    const [least, greatest] = this.#facts.rangeOf(x);
    return least * factor >= -(2 ** 31) && greatest * factor < 2 ** 31 ? [x, factor] : undefined;
  }
}

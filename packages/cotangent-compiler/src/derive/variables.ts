/**
 * Which values share a variable. What goes round in a loop has one for its first value, for each next one and for the last; so
 * have the results of branches: unless two values would be needed at the same time.
 */
import { isOp } from "cotangent/program";
import type { Func, Op, Region, Value } from "cotangent/program";

import { definedBy, isNamed } from "./facts.ts";
import type { Facts } from "./facts.ts";
import { Sets } from "./sets.ts";

export class Variables {
  readonly #facts: Facts;
  readonly #f: Func;
  readonly #sets = new Sets<Value>();
  /** What may come to share a variable, numbered. Nothing else can be in the way of anything. */
  readonly #candidates = new Map<Value, number>();
  /** For each of them, by what stands for it: which others are needed where it gets its value. */
  readonly #conflicts = new Map<Value, Uint32Array>();
  readonly #fixed: ReadonlySet<Value>;
  readonly #members = new Map<Value, Value[]>();

  /** @param fixed parameters that are no variables */
  constructor(facts: Facts, fixed: ReadonlySet<Value> = new Set()) {
    this.#facts = facts;
    this.#fixed = fixed;
    this.#f = facts.f;
    this.#loops(facts.f.body, (loop) => {
      const shift = loop.kind === "for" ? 1 : 0;
      for (const k of facts.carries(loop)) {
        for (const region of loop.regions)
          this.#sets.join(loop.regions[0]!.args[k + shift]!, region.args[k + shift]!);
        this.#sets.join(loop.regions[0]!.args[k + shift]!, loop.results[k]!);
      }
    });
    const pairs = this.#pairs();
    for (const pair of pairs) for (const v of pair) this.#candidate(v);
    this.#live(facts.f.body, new Set());
    for (const [to, from] of pairs) this.#share(to, from);
  }

  #candidate(v: Value): void {
    const root = this.of(v);
    if (!this.#candidates.has(root)) this.#candidates.set(root, this.#candidates.size);
  }

  /** What stands for the variable of a value. */
  of(v: Value): Value {
    return this.#sets.find(v);
  }

  /** The values that are written into the expression for `v`. */
  operands(given: Value): readonly Value[] {
    const facts = this.#facts;
    const v = facts.real(given);
    if (!facts.inlined.has(v)) return isVariable(v) ? [v] : [];
    const op = definedBy(v)!;
    if (op.kind === "if") {
      return [op.args[0]!, ...op.regions.map((r) => r.yields[v.index]!)].flatMap((x) => this.operands(x));
    }
    return op.args.flatMap((x) => this.operands(x));
  }

  #loops(region: Region, visit: (loop: Op) => void): void {
    for (const op of region.ops) {
      if (!this.#facts.needed.has(op)) continue;
      if (op.kind === "for" || op.kind === "while") visit(op);
      op.regions.forEach((r) => this.#loops(r, visit));
    }
  }

  // Interference

  #defines(v: Value, live: ReadonlySet<Value>): void {
    const root = this.of(v);
    if (!this.#candidates.has(root)) return;
    let bits = this.#conflicts.get(root);
    if (bits === undefined) {
      bits = new Uint32Array((this.#candidates.size + 31) >> 5);
      this.#conflicts.set(root, bits);
    }
    for (const other of live) {
      const at = this.#candidates.get(this.of(other))!;
      bits[at >> 5]! |= 1 << (at & 31);
    }
    const own = this.#candidates.get(root)!;
    bits[own >> 5]! &= ~(1 << (own & 31));
  }

  /** Whether something of one set is needed where something of the other gets its value. */
  #interfere(a: Value, b: Value): boolean {
    const [bits, members] = [this.#conflicts.get(a), this.#list(b)];
    return (
      bits !== undefined &&
      members.some((v) => {
        const at = this.#candidates.get(v)!;
        return ((bits[at >> 5]! >> (at & 31)) & 1) === 1;
      })
    );
  }

  /** Walks a region backwards; `live` is what is needed at its end, and then what is at its beginning. */
  #live(region: Region, live: Set<Value>): void {
    const facts = this.#facts;
    const use = (v: Value): void => this.#needs(v, live);
    const returned = facts.returns.get(region);
    if (returned !== undefined) returned.forEach(use);
    else facts.yields(region).forEach(([, v]) => use(v));
    if (region.parent?.kind === "while" && region === region.parent.regions[0]) use(region.yields[0]!);
    for (let k = region.ops.length - 1; k >= 0; k--) {
      const op = region.ops[k]!;
      if (!facts.needed.has(op) || op.results.some((v) => facts.inlined.has(v))) continue;
      if (op.kind === "if") this.#liveIf(op, live);
      else if (op.kind === "for" || op.kind === "while") this.#liveLoop(op, live);
      else {
        for (const v of op.results) if (facts.isNeeded(v)) this.#defines(v, live);
        for (const v of op.results) live.delete(v);
        op.args.forEach(use);
      }
    }
  }

  #liveIf(op: Op, live: Set<Value>): void {
    const results = op.results.filter((v) => this.#facts.isNeeded(v));
    for (const v of results) this.#defines(v, live);
    for (const v of results) live.delete(v);
    const all = new Set(live);
    for (const region of op.regions) {
      const inside = new Set(live);
      this.#live(region, inside);
      for (const v of inside) all.add(v);
    }
    for (const v of all) live.add(v);
    this.#needs(op.args[0]!, live);
  }

  #liveLoop(op: Op, live: Set<Value>): void {
    const facts = this.#facts;
    const shift = op.kind === "for" ? 1 : 0;
    const known = (v: Value): boolean => this.#candidates.has(this.of(v));
    const carried = facts
      .carries(op)
      .map((k) => op.regions[0]!.args[k + shift]!)
      .filter(known);
    const around = new Set(live);
    for (const v of op.results) around.delete(v);
    const head = new Set([...around, ...carried]);
    // `hi` is looked at each time.
    const fixed = op.kind === "for" ? this.operands(op.args[1]!) : [];
    for (const v of [...this.#outer(op), ...fixed]) if (known(v)) head.add(v);
    if (op.kind === "for") {
      const index = op.regions[0]!.args[0]!;
      this.#defines(index, head);
      if (known(index)) head.add(index);
    } else {
      const trips = op.results.at(-1)!;
      if (facts.isNeeded(trips)) {
        if (known(trips)) head.add(trips);
        this.#defines(trips, head);
      }
    }
    for (const v of carried) this.#defines(v, head);
    for (const region of op.regions) this.#live(region, new Set(head));
    live.clear();
    for (const v of head) if (isOutside(v, op)) live.add(v);
    for (const v of op.results) live.delete(v);
    const inits = facts.carries(op).map((k) => op.args[k + 2 * shift]!);
    for (const v of op.kind === "for" ? [op.args[0]!, op.args[1]!, ...inits] : inits) {
      this.#needs(v, live);
    }
  }

  /** Adds what is read by the expression for `v` to what is needed. */
  #needs(v: Value, live: Set<Value>): void {
    for (const x of this.operands(v)) if (this.#candidates.has(this.of(x))) live.add(x);
  }

  /** Values from outside that are used somewhere in a loop. */
  #outer(loop: Op): Set<Value> {
    const found = new Set<Value>();
    const facts = this.#facts;
    const use = (v: Value): void => {
      for (const x of this.operands(v)) if (isOutside(x, loop)) found.add(x);
    };
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        if (!facts.needed.has(op)) continue;
        const shift = op.kind === "for" ? 2 : 0;
        if (op.kind === "for" || op.kind === "while") {
          for (const k of facts.carries(op)) use(op.args[k + shift]!);
          op.args.slice(0, shift).forEach(use);
        } else op.args.forEach(use);
        op.regions.forEach(walk);
      }
      facts.yields(region).forEach(([, v]) => use(v));
      if (region.parent?.kind === "while") region.yields.slice(0, 1).forEach(use);
    };
    loop.regions.forEach(walk);
    return found;
  }

  // Sharing

  /** Which values should share a variable, the most pressing first. */
  #pairs(): readonly (readonly [to: Value, from: Value])[] {
    const facts = this.#facts;
    const pairs: [Value, Value, number][] = [];
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        if (!facts.needed.has(op)) continue;
        op.regions.forEach(walk);
        if (facts.conditionals.has(op)) continue;
        // Sums that lead up to a value of one name.
        const [sum] = op.results;
        if (
          op.kind === "primitive" &&
          sum?.name !== undefined &&
          op.args[0]!.name === sum.name &&
          isNamed(sum)
        ) {
          pairs.push([sum, op.args[0]!, 2]);
        }
        for (const r of op.regions) for (const [to, from] of facts.yields(r)) pairs.push([to, from, 0]);
        if (op.kind === "for" || op.kind === "while") {
          const shift = op.kind === "for" ? 1 : 0;
          for (const k of facts.carries(op)) {
            const carry = op.regions[0]!.args[k + shift]!;
            const init = op.args[k + 2 * shift]!;
            const alike = init.name === carry.name || !isNamed(init);
            if (alike) pairs.push([carry, init, 1]);
          }
        }
      }
    };
    walk(this.#f.body);
    return pairs.sort((a, b) => a[2] - b[2]).map(([to, from]) => [to, from]);
  }

  #share(to: Value, given: Value): void {
    const from = this.#facts.real(given);
    if (this.#facts.inlined.has(from) || !isVariable(from) || from.ty !== to.ty) return;
    // Several results of a call are taken apart into constants.
    if (isOp(from.def) && from.def.kind === "call" && from.def.results.length > 1) return;
    if (isParameter(from) && (this.#fixed.has(from) || from.ty !== "f64" || from.name !== to.name)) return;
    const [a, b] = [this.of(to), this.of(from)];
    if (a === b) return;
    if (this.#interfere(a, b) || this.#interfere(b, a)) return;
    // Two parameters are two variables.
    if (this.#isParameter(a) && this.#isParameter(b)) return;
    const [root, other] = this.#isParameter(b) ? [b, a] : [a, b];
    this.#sets.join(root, other);
    const [mine, theirs] = [this.#conflicts.get(root), this.#conflicts.get(other)];
    if (mine === undefined && theirs !== undefined) this.#conflicts.set(root, theirs);
    else if (theirs !== undefined) theirs.forEach((bits, k) => (mine![k]! |= bits));
    this.#members.set(root, [...this.#list(root), ...this.#list(other)]);
  }

  #list(root: Value): Value[] {
    return this.#members.get(root) ?? [root];
  }

  #isParameter(root: Value): boolean {
    return this.#list(root).some(isParameter);
  }
}

const isParameter = (v: Value): boolean => !isOp(v.def) && v.def.parent === null;

/** Constants and constant arrays have no variable. */
const isVariable = (v: Value): boolean => {
  const kind = definedBy(v)?.kind;
  return kind !== "constant" && kind !== "data";
};

/** Whether a value was there before an operation with regions. */
function isOutside(v: Value, loop: Op): boolean {
  if (v.def === loop) return false;
  let region: Region | undefined = isOp(v.def) ? v.def.parent : v.def;
  while (region !== undefined) {
    if (region.parent === loop) return false;
    region = region.parent?.parent;
  }
  return true;
}

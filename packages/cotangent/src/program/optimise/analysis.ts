/** What one pass over a function tells: what is needed, how often it is used, and what is written where. */
import { isOp, kinds } from "../ir.ts";
import type { Func, Op, Region, Value } from "../ir.ts";

/** The operation of this kind that defines v, if one does. */
export function definedBy<K extends Op["kind"]>(
  v: Value | undefined,
  kind: K,
): Extract<Op, { kind: K }> | undefined {
  return v !== undefined && isOp(v.def) && v.def.kind === kind
    ? (v.def as Extract<Op, { kind: K }>)
    : undefined;
}

/** The number, if `v` is a constant. */
export const constantOf = (v: Value | undefined): number | undefined => definedBy(v, "constant")?.attr;

/** The array of which `a` is a part: as far as views can be followed. */
export function rootOf(a: Value): Value {
  let root = a;
  for (let view = definedBy(a, "subarray"); view !== undefined; view = definedBy(root, "subarray"))
    root = view.args[0]!;
  return root;
}

/** What a function does beside computing its results. */
export interface Behaviour {
  /** It writes to arrays or tapes that it was given. */
  readonly writes: boolean;
  /** Whether it must be carried out even if nobody wants its results. */
  readonly matters: boolean;
}

/** The arrays (and tapes) that an operation with regions writes to, as roots defined outside it; `all`: who knows which. */
interface Written {
  all: boolean;
  readonly roots: Set<Value>;
}

export interface Analysis {
  /** 1 for every value that is needed. */
  readonly live: Uint8Array;
  /** Operations that must be carried out. */
  readonly needed: Marked;
  /** How often a value is an argument or yielded. */
  readonly uses: Int32Array;
  /** What loops and branches write to. */
  readonly written: ReadonlyMap<Op, Written>;
  /** How many operations there are. */
  readonly count: number;
  readonly behaviour: Behaviour;
}

/** What calls do is looked up; of a function that is being analysed further out (recursion), the worst is assumed. */
export type BehaviourOf = (callee: string) => Behaviour;

/** @param dead writes that need not be carried out */
export function analyse(func: Func, behaviourOf: BehaviourOf, dead: ReadonlySet<Op>): Analysis {
  return new Analyser(func, behaviourOf, dead).run();
}

/** Some of a function's operations. */
export type Marked = Pick<ReadonlySet<Op>, "has">;

/** Those with results by the first of these: among millions, a set of objects takes long to fill and to ask. */
class Marks implements Marked {
  readonly #byResult: Uint8Array;
  readonly #others = new Set<Op>();

  constructor(size: number) {
    this.#byResult = new Uint8Array(size);
  }

  has(op: Op): boolean {
    const result = op.results[0];
    return result === undefined ? this.#others.has(op) : this.#byResult[result.id] === 1;
  }

  add(op: Op): void {
    const result = op.results[0];
    if (result === undefined) this.#others.add(op);
    else this.#byResult[result.id] = 1;
  }
}

class Analyser {
  readonly #func: Func;
  readonly #behaviourOf: BehaviourOf;
  readonly #dead: ReadonlySet<Op>;
  readonly #live: Uint8Array;
  readonly #uses: Int32Array;
  readonly #needed: Marks;
  readonly #written = new Map<Op, Written>();
  /** Values that are known to be live but whose reasons have not been followed yet. */
  readonly #pending: Value[] = [];
  /** Writes to a block allocated here: needed only once somebody looks at the block. */
  readonly #waiting = new Map<Value, Op[]>();
  #count = 0;
  #matters = false;

  constructor(func: Func, behaviourOf: BehaviourOf, dead: ReadonlySet<Op>) {
    this.#func = func;
    this.#behaviourOf = behaviourOf;
    this.#dead = dead;
    this.#live = new Uint8Array(func.size);
    this.#uses = new Int32Array(func.size);
    this.#needed = new Marks(func.size);
  }

  run(): Analysis {
    const { body } = this.#func;
    const written = this.#scan(body);
    for (const v of body.yields) this.#mark(v);
    while (this.#pending.length > 0) this.#follow(this.#pending.pop()!);
    const writes = written.all || written.roots.size > 0;
    return {
      live: this.#live,
      needed: this.#needed,
      uses: this.#uses,
      written: this.#written,
      count: this.#count,
      behaviour: { writes, matters: this.#matters || writes },
    };
  }

  /** Counts uses, notes what is written, and finds the operations that matter by themselves. */
  #scan(region: Region): Written {
    const written: Written = { all: false, roots: new Set() };
    for (const op of region.ops) {
      this.#count++;
      for (const v of op.args) this.#uses[v.id]!++;
      if (op.regions.length > 0) {
        const inner: Written = { all: false, roots: new Set() };
        for (const r of op.regions) merge(inner, this.#scan(r));
        this.#written.set(op, inner);
        merge(written, inner);
      } else {
        this.#effect(op, written);
      }
    }
    for (const v of region.yields) this.#uses[v.id]!++;
    for (const root of written.roots) {
      if (root.def === region) {
        // The body of the function: its own parameters. Else a carry, which may stand for anything.
        if (region.parent === null) continue;
      } else if (isOp(root.def) && root.def.parent === region) {
        if (isFresh(root)) {
          written.roots.delete(root);
          continue;
        }
      } else {
        continue;
      }
      written.roots.delete(root);
      written.all = true;
    }
    return written;
  }

  #effect(op: Op, written: Written): void {
    const { effect } = kinds[op.kind];
    if (op.kind === "call") {
      const { writes, matters } = this.#behaviourOf(op.attr.callee);
      if (writes) {
        for (const v of op.args) {
          if (v.ty === "tape") written.all = true;
          if (v.ty === "array") written.roots.add(rootOf(v));
        }
      }
      if (matters) {
        this.#matters = true;
        this.#need(op);
      }
    } else if (effect === "traps") {
      this.#matters = true;
      this.#need(op);
    } else if (effect === "writes") {
      if (this.#dead.has(op)) return;
      const target = op.args[0];
      if (target === undefined || target.ty === "i32") return this.#need(op);
      const root = rootOf(target);
      written.roots.add(root);
      if (!isFresh(root)) return this.#need(op);
      const list = this.#waiting.get(root);
      if (list === undefined) this.#waiting.set(root, [op]);
      else list.push(op);
    }
  }

  /** The operation must be carried out, and so must whatever it is part of. */
  #need(op: Op): void {
    for (let o: Op | null = op; o !== null && !this.#needed.has(o); o = o.parent.parent) {
      this.#needed.add(o);
      if (o.kind === "for") for (const v of o.args.slice(0, 2)) this.#mark(v);
      else if (o.kind === "while") this.#mark(o.regions[0]!.yields[0]!);
      else for (const v of o.args) this.#mark(v);
    }
  }

  #mark(v: Value): void {
    if (this.#live[v.id] === 1) return;
    this.#live[v.id] = 1;
    this.#pending.push(v);
  }

  #follow(v: Value): void {
    const waiting = this.#waiting.get(v);
    if (waiting !== undefined) {
      this.#waiting.delete(v);
      for (const op of waiting) {
        if (this.#live[v.id] === 1) this.#need(op);
      }
    }
    if (!isOp(v.def)) return this.#carried(v.def, v.index);
    const op = v.def;
    this.#need(op);
    if (op.kind === "for") this.#carried(op.regions[0]!, v.index + 1);
    else if (op.kind === "while") {
      if (v.index < op.args.length) this.#carried(op.regions[0]!, v.index);
    } else if (op.kind === "if") for (const region of op.regions) this.#mark(region.yields[v.index]!);
  }

  /** A carry is needed: its first value, what is yielded for it, and its other names. */
  #carried(region: Region, index: number): void {
    const op = region.parent;
    if (op === null) return;
    const k = op.kind === "for" ? index - 1 : index;
    if (k < 0) return;
    this.#mark(op.args[op.kind === "for" ? k + 2 : k]!);
    this.#mark(op.regions.at(-1)!.yields[k]!);
    for (const r of op.regions) this.#mark(r.args[index]!);
  }
}

const isFresh = (root: Value): boolean =>
  definedBy(root, "allocate") !== undefined || definedBy(root, "tape.allocate") !== undefined;

function merge(into: Written, from: Written): void {
  into.all ||= from.all;
  for (const root of from.roots) into.roots.add(root);
}

/** What is known of a function before it is written: what is needed, where it is used, and what is written in place. */
import { isOp } from "cotangent/program";
import type { Func, Op, Region, Value } from "cotangent/program";

import { Sets } from "./sets.ts";

/** Where a value is used: by an operation, or at the end of a region. */
export interface Use {
  readonly at: Op | Region;
  readonly index: number;
}

const isMemory = (v: Value): boolean => v.ty === "array" || v.ty === "tape";
export const definedBy = (v: Value): Op | undefined => (isOp(v.def) ? v.def : undefined);

/** What must happen even if nobody looks at a result, beside writing. */
const EFFECTS: ReadonlySet<string> = new Set("call fail external".split(" "));
const WRITES: ReadonlySet<string> = new Set("store accumulate fill copy".split(" "));

/** Expressions of more operands and operations are given names in between. */
const LARGEST = 15;

/** The name of something that nobody named: a last resort. */
export const WEAK = "·";
export const isNamed = (v: Value): boolean => v.name !== undefined && !v.name.endsWith(WEAK);

interface Site {
  readonly position: number;
  readonly loop: Region;
}

export class Facts {
  readonly f: Func;
  /** The operations that are written. */
  readonly needed: Set<Op> = new Set();
  /** Regions at whose end the function returns, and what. */
  readonly returns: Map<Region, readonly Value[]> = new Map();
  /** Values written where they are used. */
  readonly inlined: Set<Value> = new Set();
  /** Branches whose result is a conditional expression. */
  readonly conditionals: Set<Op> = new Set();
  /** The number of a `while` loop's iterations, where one of its carries counts them. */
  readonly #counters = new Map<Value, Value>();
  readonly #values = new Set<Value>();
  readonly #order: Op[] = [];
  readonly #uses = new Map<Value, Use[]>();
  readonly #position = new Map<Op | Region, number>();
  readonly #loop = new Map<Region, Region>();
  readonly #memory = new Sets<Value | "anywhere">();
  readonly #writes: { readonly position: number; readonly place: Value | "anywhere" }[] = [];
  readonly #tapeWrites: number[] = [];

  /** @param isEntry whether its arguments are copies of its own, so that nobody sees what it writes to them */
  constructor(f: Func, isEntry: boolean) {
    this.f = f;
    this.#findCounters(f.body);
    this.#places(isEntry);
    this.#need(isEntry);
    this.#findReturns(f.body, f.body.yields);
    this.#collect(f.body, f.body);
    this.#findWrites();
    this.#decide();
  }

  isNeeded(v: Value): boolean {
    return this.#values.has(v);
  }

  usesOf(v: Value): readonly Use[] {
    return this.#uses.get(v) ?? [];
  }

  /** The value itself, or another that is the same number. */
  real(v: Value): Value {
    return this.#counters.get(v) ?? v;
  }

  #findCounters(region: Region): void {
    for (const op of region.ops) {
      op.regions.forEach((r) => this.#findCounters(r));
      if (op.kind !== "while") continue;
      const [, body] = op.regions as [Region, Region];
      const counter = op.args.findIndex((init, k) => {
        const next = definedBy(body.yields[k]!);
        const isConstant = (v: Value | undefined, n: number): boolean => {
          const def = v === undefined ? undefined : definedBy(v);
          return def?.kind === "constant" && v!.ty === "i32" && def.attr === n;
        };
        return (
          isConstant(init, 0) &&
          next?.kind === "i32.add" &&
          next.args[0] === body.args[k] &&
          isConstant(next.args[1], 1)
        );
      });
      if (counter >= 0) this.#counters.set(op.results.at(-1)!, op.results[counter]!);
    }
  }

  /** The carries of a loop that are needed, by position. */
  carries(op: Op): number[] {
    const first = op.regions[0]!.args;
    const from = op.kind === "for" ? 1 : 0;
    const carries = first.slice(from);
    return carries.flatMap((v, k) => (this.#values.has(v) ? [k] : []));
  }

  /** What a region yields that is needed, with the value that receives it. */
  yields(region: Region): readonly (readonly [to: Value, from: Value])[] {
    const op = region.parent;
    if (op === null || this.returns.has(region)) return [];
    if (op.kind === "if") {
      return op.results.flatMap((to, k) => (this.#values.has(to) ? [[to, region.yields[k]!] as const] : []));
    }
    if (op.kind === "while" && region === op.regions[0]) return [];
    const args = region.args.slice(op.kind === "for" ? 1 : 0);
    return this.carries(op).map((k) => [args[k]!, region.yields[k]!] as const);
  }

  /** Whether anything is written where the region stands. */
  hasStatements(region: Region): boolean {
    return region.ops.some((op) => this.needed.has(op) && !op.results.some((v) => this.inlined.has(v)));
  }

  // What is needed

  #need(isEntry: boolean): void {
    const memory = this.#memory;
    const open: (Value | Op)[] = [];
    // What is written is needed where it may be read.
    const waiting = new Map<Value | "anywhere", Op[]>();
    const observed = new Set<Value | "anywhere">();
    const observe = (v: Value): void => {
      const place = memory.find(v);
      if (observed.has(place)) return;
      observed.add(place);
      open.push(...(waiting.get(place) ?? []));
    };
    const write = (op: Op): void => {
      const place = memory.find(op.args[0]!);
      if (observed.has(place)) open.push(op);
      else waiting.set(place, [...(waiting.get(place) ?? []), op]);
    };
    observed.add(memory.find("anywhere"));
    for (const v of this.f.body.yields) if (isMemory(v)) observe(v);
    if (!isEntry) for (const v of this.f.body.args) if (isMemory(v)) observe(v);
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        if (WRITES.has(op.kind) || op.kind === "tape.store") write(op);
        else if (EFFECTS.has(op.kind)) open.push(op);
        op.regions.forEach(walk);
      }
    };
    walk(this.f.body);
    const value = (given: Value): void => {
      const v = this.real(given);
      if (this.#values.has(v)) return;
      this.#values.add(v);
      open.push(v);
    };
    this.f.body.yields.forEach(value);
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if ("ty" in next) {
        const { def, index } = next;
        if (isOp(def)) {
          open.push(def);
          if (def.kind === "if") def.regions.forEach((r) => value(r.yields[index]!));
          else if (def.kind === "for") this.#carry(def, index, value);
          else if (def.kind === "while" && index < def.args.length) this.#carry(def, index, value);
        } else if (def.parent !== null) {
          const loop = def.parent;
          const k = loop.kind === "for" ? index - 1 : index;
          open.push(loop);
          if (k >= 0) this.#carry(loop, k, value);
        }
        continue;
      }
      if (this.needed.has(next)) continue;
      this.needed.add(next);
      if (next.kind === "load" || next.kind === "tape.load") observe(next.args[0]!);
      if (next.kind === "copy") observe(next.args[1]!);
      if (next.parent.parent !== null) open.push(next.parent.parent);
      if (next.kind === "for") next.args.slice(0, 2).forEach(value);
      else if (next.kind === "while") value(next.regions[0]!.yields[0]!);
      else if (next.kind === "if") value(next.args[0]!);
      else next.args.forEach(value);
    }
  }

  #carry(loop: Op, k: number, value: (v: Value) => void): void {
    const shift = loop.kind === "for" ? 1 : 0;
    value(loop.args[k + 2 * shift]!);
    for (const region of loop.regions) value(region.args[k + shift]!);
    value(loop.regions.at(-1)!.yields[k]!);
  }

  // Where the function returns

  #findReturns(region: Region, returned: readonly Value[]): void {
    this.returns.set(region, returned);
    const ops = region.ops.filter((op) => this.needed.has(op) && op.kind !== "constant");
    const last = ops.at(-1);
    if (last?.kind !== "if") return;
    const results = last.results.filter((v) => this.#values.has(v));
    const isResult = (v: Value): boolean => v.def === last;
    if (results.length === 0 || !returned.some(isResult)) return;
    const [yes, no] = last.regions as [Region, Region];
    const size = (r: Region): number =>
      r.ops.filter((op) => this.needed.has(op) && op.kind !== "constant").length;
    const single = returned.length === 1;
    if (
      single &&
      size(yes) <= 3 &&
      size(no) <= 3 &&
      ![yes, no].some((r) => r.ops.some((op) => op.regions.length > 0))
    ) {
      return;
    }
    for (const branch of last.regions) {
      this.#findReturns(
        branch,
        returned.map((v) => (isResult(v) ? branch.yields[v.index]! : v)),
      );
    }
  }

  // Uses and positions

  #collect(region: Region, loop: Region): void {
    this.#loop.set(region, loop);
    const use = (given: Value, at: Op | Region, index: number): void => {
      const v = this.real(given);
      const list = this.#uses.get(v);
      if (list === undefined) this.#uses.set(v, [{ at, index }]);
      else list.push({ at, index });
    };
    for (const op of region.ops) {
      if (!this.needed.has(op)) continue;
      this.#position.set(op, this.#order.length);
      this.#order.push(op);
      if (op.kind === "for" || op.kind === "while") {
        const shift = op.kind === "for" ? 2 : 0;
        const inits = this.carries(op).map((k) => k + shift);
        const args = op.kind === "for" ? [0, 1, ...inits] : inits;
        for (const i of args) use(op.args[i]!, op, i);
      } else if (isDouble(op)) use(op.args[0]!, op, 0);
      else op.args.forEach((v, i) => use(v, op, i));
      for (const inner of op.regions) {
        this.#collect(inner, op.kind === "if" ? loop : inner);
        const test = op.kind === "while" && inner === op.regions[0];
        const returned = this.returns.get(inner);
        if (test) use(inner.yields[0]!, inner, 0);
        else if (returned === undefined) this.yields(inner).forEach(([, v], k) => use(v, inner, k));
      }
      this.#position.set(op, this.#position.get(op)!);
    }
    // Whoever returns uses what is returned, but for the results of a branch that returns itself.
    const returned = this.returns.get(region);
    const last = [...region.ops].reverse().find((op) => this.needed.has(op));
    const inside = last !== undefined && last.regions.some((r) => this.returns.has(r));
    if (returned !== undefined && !inside) returned.forEach((v, k) => use(v, region, k));
    this.#position.set(region, this.#order.length - 0.5);
  }

  // Memory

  /** Which arrays, and which tapes, may be the same. */
  #places(isEntry: boolean): void {
    const sets = this.#memory;
    const entry = this.f.params;
    this.f.body.args.forEach((v, i) => {
      // The entry's are the caller's: what it writes to is copied before.
      if (isMemory(v) && !isEntry && !entry[i]!.noalias) sets.join("anywhere", v);
    });
    const walk = (region: Region): void => {
      for (const op of region.ops) {
        this.#placesOf(op);
        op.regions.forEach(walk);
      }
    };
    walk(this.f.body);
  }

  #placesOf(op: Op): void {
    const sets = this.#memory;
    const found = [...op.args, ...op.results].filter(isMemory);
    switch (op.kind) {
      case "subarray":
      case "select":
        found.slice(1).forEach((v) => sets.join(found[0]!, v));
        return;
      case "call":
        found.forEach((v) => sets.join("anywhere", v));
        return;
      case "tape.store":
      case "tape.load":
        // The tape itself stays what it is; what is in it may be anything.
        found.slice(1).forEach((v) => sets.join("anywhere", v));
        return;
      case "for":
      case "while": {
        const shift = op.kind === "for" ? 1 : 0;
        for (const region of op.regions) {
          region.args.slice(shift).forEach((v, k) => {
            if (!isMemory(v)) return;
            sets.join(v, op.args[k + 2 * shift]!);
            sets.join(v, op.results[k]!);
            sets.join(v, op.regions.at(-1)!.yields[k]!);
          });
        }
        return;
      }
      case "if":
        op.results.forEach((v, k) => {
          if (isMemory(v)) op.regions.forEach((r) => sets.join(v, r.yields[k]!));
        });
        return;
      default:
    }
  }

  #findWrites(): void {
    const sets = this.#memory;
    for (const op of this.#order) {
      const position = this.#position.get(op)!;
      if (WRITES.has(op.kind)) this.#writes.push({ position, place: sets.find(op.args[0]!) });
      if (op.kind === "call") this.#writes.push({ position, place: sets.find("anywhere") });
      if (op.kind === "tape.store" || op.kind === "call") this.#tapeWrites.push(position);
    }
  }

  isWritten(array: Value): boolean {
    const place = this.#memory.find(array);
    return this.#writes.some((w) => w.place === place);
  }

  #disturbed(op: Op, until: number): boolean {
    const from = this.#position.get(op)!;
    if (op.kind === "tape.load") return this.#tapeWrites.some((p) => p > from && p < until);
    const place = this.#memory.find(op.args[0]!);
    return this.#writes.some((w) => w.place === place && w.position > from && w.position < until);
  }

  // What is written in place

  #decide(): void {
    const cut = this.#tooLarge();
    const sites = new Map<Value, Site[]>();
    for (let k = this.#order.length - 1; k >= 0; k--) {
      const op = this.#order[k]!;
      if (op.kind === "if" && this.#isConditional(op)) this.conditionals.add(op);
      const v = this.#only(op);
      if (v === undefined) continue;
      const all: Site[] = [];
      for (const { at } of this.usesOf(v)) {
        const inner = this.#passedOn(at);
        if (inner !== undefined) all.push(...sites.get(inner)!);
        else
          all.push({ position: this.#position.get(at)!, loop: this.#loop.get(isOp(at) ? at.parent : at)! });
      }
      sites.set(v, all);
      if (this.#isInlined(op, v, all, cut)) this.inlined.add(v);
    }
  }

  /** The one result that matters. */
  #only(op: Op): Value | undefined {
    if (op.kind === "if")
      return this.conditionals.has(op) ? op.results.find((v) => this.#values.has(v)) : undefined;
    return op.results.length === 1 ? op.results[0] : undefined;
  }

  /** What a use makes part of the expression that is written elsewhere. */
  #passedOn(at: Op | Region): Value | undefined {
    const op = isOp(at) ? at : at.parent;
    if (op === null || (!isOp(at) && op.kind !== "if")) return undefined;
    const v = this.#only(op);
    return v !== undefined && this.inlined.has(v) ? v : undefined;
  }

  #isInlined(op: Op, v: Value, sites: readonly Site[], cut: ReadonlySet<Value>): boolean {
    if (v.ty === "tape") return false;
    if (v.ty === "array") return op.kind === "data";
    const loop = this.#loop.get(op.parent)!;
    const near = sites.every((s) => s.loop === loop);
    switch (op.kind) {
      case "constant":
      case "f64.fromI32":
      case "f64.index":
        return true;
      case "length":
        return !this.#changes(op.args[0]!);
      case "if":
        return (
          this.conditionals.has(op) &&
          sites.length === 1 &&
          near &&
          !cut.has(v) &&
          !isNamed(v) &&
          this.#undisturbed(op, sites)
        );
      case "call":
      case "external":
      case "for":
      case "while":
        return false;
      case "primitive":
        // Signs are written where they are read; comparisons, too, as conditions.
        if (op.attr.id === "neg" && isSettled(op.args[0]!) && !isNamed(v)) return true;
        if (TRUTHS.has(op.attr.id) && op.args.every(isSettled) && sites.length <= 2) return true;
        break;
      case "i32.add":
      case "i32.sub":
        if (op.args.some((x) => definedBy(x)?.kind === "constant") && op.args.every(isSimple)) return true;
        break;
      case "load":
      case "tape.load":
        if (sites.some((s) => this.#disturbed(op, s.position))) return false;
        if (sites.length > 1) {
          return (
            op.kind === "load" &&
            sites.length === 2 &&
            near &&
            !isNamed(v) &&
            !this.isWritten(op.args[0]!) &&
            isSimple(op.args[1]!)
          );
        }
        break;
      default:
    }
    if (sites.length !== 1 || !near || cut.has(v)) return false;
    return !this.#keepsName(v);
  }

  /** What has a name keeps it, but for the sums that lead up to the value of that name, and for what is returned alone. */
  #keepsName(v: Value): boolean {
    if (!isNamed(v)) return false;
    const [only] = this.usesOf(v);
    if (only === undefined) return true;
    const { at, index } = only;
    if (isOp(at)) return at.results[0]?.name !== v.name;
    const returned = this.returns.get(at);
    if (returned !== undefined) return returned.length !== 1;
    const to = this.yields(at)[index]?.[0];
    return to === undefined || (isNamed(to) && to.name !== v.name);
  }

  /** An `if` that is written in place must not read what changes before its place. */
  #undisturbed(op: Op, [site]: readonly Site[]): boolean {
    return op.regions.every((r) =>
      r.ops.every(
        (inner) =>
          (inner.kind !== "load" && inner.kind !== "tape.load") || !this.#disturbed(inner, site!.position),
      ),
    );
  }

  /** Whether the variable of an array may come to mean another. */
  #changes(array: Value): boolean {
    const { def } = array;
    if (isOp(def)) return def.regions.length > 0;
    return def.parent !== null;
  }

  /** Both branches are expressions, and there is one result. */
  #isConditional(op: Op): boolean {
    const results = op.results.filter((v) => this.#values.has(v));
    if (results.length !== 1 || op.regions.some((r) => this.returns.has(r))) return false;
    const [result] = results as [Value];
    if (result.ty === "array" || result.ty === "tape") return false;
    if (op.regions.some((r) => this.hasStatements(r))) return false;
    // `if (c) x = y;` rather than `x = c ? y : x;`
    if (result.ty === "i32") return true;
    return !op.regions.some((r) => {
      const v = r.yields[result.index]!;
      const goesRound = (u: Use): boolean =>
        !isOp(u.at) && this.yields(u.at).some(([to, from]) => to === v && from === result);
      return !isOp(v.def) && v.def.parent !== null && this.usesOf(result).some(goesRound);
    });
  }

  /** Operands that get a name, because the expression around them would be too long. */
  #tooLarge(): ReadonlySet<Value> {
    const cut = new Set<Value>();
    const size = new Map<Value, number>();
    const sizeOf = (v: Value): number =>
      this.usesOf(v).length === 1 && !cut.has(v) && !this.#keepsName(v) ? (size.get(v) ?? 1) : 1;
    for (const op of this.#order) {
      const v = op.kind === "if" ? op.results.find((x) => this.#values.has(x)) : op.results[0];
      if (v === undefined || op.kind === "for" || op.kind === "while" || op.kind === "call") continue;
      // An element is one operand, like a variable.
      if ((op.kind === "load" || op.kind === "tape.load") && op.args.slice(1).every(isSimple)) {
        size.set(v, 1);
        continue;
      }
      const args = op.kind === "if" ? [op.args[0]!, ...op.regions.map((r) => r.yields[v.index]!)] : op.args;
      let total = args.reduce((n, x) => n + sizeOf(x), 1);
      while (total > LARGEST) {
        const [largest] = [...args].sort((a, b) => sizeOf(b) - sizeOf(a));
        if (largest === undefined || sizeOf(largest) < 3) break;
        total -= sizeOf(largest) - 1;
        cut.add(largest);
      }
      size.set(v, op.kind === "constant" ? 1 : total);
    }
    return cut;
  }
}

/** Comparisons that are 0 or 1. */
const TRUTHS: ReadonlySet<string> = new Set("lt gt eq".split(" "));

/** A constant, or an argument of the function, of a loop or of a branch. */
const isSettled = (v: Value): boolean => {
  const op = definedBy(v);
  return op === undefined ? v.ty !== "array" : op.kind === "constant";
};

/** x + x, which is written 2x. */
export const isDouble = (op: Op): boolean =>
  op.kind === "primitive" && op.attr.id === "add" && op.args[0] === op.args[1];

/** A constant, a variable, or a length. */
function isSimple(v: Value): boolean {
  const op = definedBy(v);
  if (op === undefined) return true;
  if (op.kind === "constant" || op.kind === "length" || op.kind === "for" || op.kind === "while") return true;
  return (
    (op.kind === "i32.add" || op.kind === "i32.sub") &&
    op.args.every((x) => isSimple(x) && definedBy(x)?.kind !== "i32.add")
  );
}

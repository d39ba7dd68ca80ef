/**
 * What has a derivative: the values that depend differentiably on the inputs asked for (they vary) and on which the
 * outputs depend (they are useful). All else costs nothing. The same dependences tell where infinite derivatives may be
 * about, so that zero has to be told apart.
 */
import { where } from "../primitives/index.ts";
import type { PrimitiveBase } from "../real/real.ts";
import { someOp } from "../program/ir.ts";
import type { Func, Op, Program, Region, Value } from "../program/ir.ts";
import { constantOf } from "../program/optimise/analysis.ts";
import { isMemory, Places } from "./places.ts";
import type { Node } from "./places.ts";
import { ANYTHING, beyond, FINITE, isMasking, ofFinite } from "./rules.ts";
import type { Beyond } from "./rules.ts";

/** Which inputs and outputs of the entry are asked for. */
export interface Interest {
  /** Parameters of the entry, by position. */
  readonly inputs: readonly number[];
  /** Results of the entry, by position. */
  readonly results: readonly number[];
  /** Array parameters of the entry whose elements at the end are outputs as well, by position. */
  readonly outParameters: readonly number[];
}

/** What interests people about numbers that are not finite. */
export type Reading = (
  flow: Flow,
  beyond: readonly (Beyond | undefined)[],
) => {
  /** Marks nodes behind which something makes finite, or may leave out, what is not. */
  readonly redeemed: Uint8Array;
  /** Nodes that something is divided by for good: where they are 0, the outputs are not finite. */
  readonly divisors: ReadonlySet<Node>;
};

export class Activity {
  readonly places: Places;
  /** Nodes on which a derivative with respect to an input may be other than zero, and that reach an output. */
  readonly #active: Uint8Array;
  readonly #functions = new Set<Func>();
  readonly #beyond: readonly (Beyond | undefined)[];
  readonly #masked: Uint8Array;
  readonly #steepBehind: Uint8Array;
  readonly #steepAhead: Uint8Array;
  readonly #steep: ReadonlySet<Node>;
  readonly #redeemed: Uint8Array | undefined;

  /** @param reading of a derivative that people are to read: it goes on where the function itself is not finite */
  constructor(program: Program, interest: Interest, reading?: Reading) {
    const places = new Places(program);
    this.places = places;
    const flow = new Flow(places);
    const entry = program.functions[0]!;
    const node = (v: Value): Node => places.node(entry, v);
    const varied = flow.reach(
      interest.inputs.map((i) => node(entry.body.args[i]!)),
      "ahead",
    );
    const outputs = [
      ...interest.results.map((k) => node(entry.body.yields[k]!)),
      ...interest.outParameters.map((i) => node(entry.body.args[i]!)),
    ];
    const useful = flow.reach(outputs, "behind");
    this.#active = varied.map((x, n) => x & useful[n]!);
    places.spread(this.#active);
    this.#beyond = flow.beyond();
    const several = interest.results.length + interest.outParameters.length > 1;
    const masks = several ? [...flow.masks, ...outputs] : flow.masks;
    this.#masked = flow.reach(masks, "behind");
    const read = reading?.(flow, this.#beyond);
    this.#redeemed = read?.redeemed;
    const steep = flow.steep.filter(({ to }) => read?.divisors.has(to) !== true);
    this.#steep = new Set(steep.map(({ to }) => to));
    this.#steepBehind = flow.reach(
      steep.flatMap(({ from }) => from),
      "behind",
    );
    this.#steepAhead = flow.reach([...this.#steep], "ahead");
    for (const f of program.functions) if (this.#touches(f, f.body)) this.#functions.add(f);
    for (let before = -1; before !== this.#functions.size;) {
      before = this.#functions.size;
      for (const f of program.functions) if (this.#calls(f.body)) this.#functions.add(f);
    }
  }

  /** Whether anything in a function carries a derivative, or in what it calls. */
  activeFunction(f: Func): boolean {
    return this.#functions.has(f);
  }

  /** Whether `v` carries a derivative (for an array: whether its elements do; for a tape: whether it leads to any). */
  active(f: Func, v: Value): boolean {
    return this.#active[this.places.node(f, v)] === 1;
  }

  #touches(f: Func, region: Region): boolean {
    const some = (values: readonly Value[]): boolean => values.some((v) => carries(v) && this.active(f, v));
    if (some(region.args)) return true;
    return region.ops.some((op) => some(op.results) || op.regions.some((inner) => this.#touches(f, inner)));
  }

  #calls(region: Region): boolean {
    return someOp(
      region,
      (op) => op.kind === "call" && this.#functions.has(this.places.functions.get(op.attr.callee)!),
    );
  }

  /** Whether the numbers in the slot of a tape carry a derivative. */
  activeSlot(f: Func, tape: Value, slot: number): boolean {
    return this.#active[this.places.slot(f, tape, slot)] === 1;
  }

  /** What `v` may be for finite inputs. */
  beyond(f: Func, v: Value): Beyond {
    return this.#beyond[this.places.node(f, v)] ?? FINITE;
  }

  /** Whether `v` may count for nothing although it was computed: then its adjoint is zero, whatever it is. */
  masked(f: Func, v: Value): boolean {
    return this.#masked[this.places.node(f, v)] === 1;
  }

  /**
   * Whether it is of interest what becomes of `v` where it is not finite. To people it is if the outputs may be finite even so: where
   * something may choose not to take it, or makes it finite again.
   */
  matters(f: Func, v: Value): boolean {
    return this.#redeemed === undefined || this.#redeemed[this.places.node(f, v)] === 1;
  }

  /** Whether `v` is the result of a function that may be infinitely steep where it is finite. */
  steep(f: Func, v: Value): boolean {
    return this.#steep.has(this.places.node(f, v));
  }

  /** Whether the adjoint of `v` may be infinite where everything else is finite. */
  steepAdjoint(f: Func, v: Value): boolean {
    return this.#steepBehind[this.places.node(f, v)] === 1;
  }

  /** Whether the tangent of `v` may be infinite where everything else is finite. */
  steepTangent(f: Func, v: Value): boolean {
    return this.#steepAhead[this.places.node(f, v)] === 1;
  }
}

/** The graph of differentiable dependences: an edge from each value to those computed from it. */
class Flow {
  /** Numbers that are passed on as they are: from one node to another. */
  readonly #passed: (readonly [from: Node, to: Node])[] = [];
  /** Numbers that are computed. */
  readonly computed: {
    readonly f: PrimitiveBase;
    /** Constants, or where they are. */
    readonly args: readonly (number | { readonly at: Node })[];
    readonly to: Node;
  }[] = [];
  /** What may be anything. */
  readonly #anything: Node[] = [];
  /** What may be left out: alternatives, elements of arrays, what only one branch uses. */
  readonly masks: Node[] = [];
  /** Of these: one of several alternatives, and what is used further in than in the region of its definition. */
  readonly choices: Node[] = [];
  readonly further: (readonly [of: Node, home: Region, at: Region])[] = [];
  /** Arguments and results of functions with vertical tangents. */
  readonly steep: { readonly from: readonly Node[]; readonly to: Node }[] = [];
  readonly #from: Node[] = [];
  readonly #to: Node[] = [];
  /** Edges that go neither through memory nor round a loop. */
  readonly direct: Set<number> = new Set();
  readonly #places: Places;

  constructor(places: Places) {
    this.#places = places;
    for (const f of places.program.functions) this.#walk(f, f.body);
  }

  /** Marks all nodes that lie ahead of (are computed from), or behind, the given ones. */
  reach(start: readonly Node[], direction: "ahead" | "behind", edges?: ReadonlySet<number>): Uint8Array {
    const [from, to] = direction === "ahead" ? [this.#from, this.#to] : [this.#to, this.#from];
    // Edges sorted by where they leave, by counting.
    const first = new Int32Array(this.#places.size + 1);
    for (const n of from) first[n + 1]!++;
    for (let n = 0; n < this.#places.size; n++) first[n + 1]! += first[n]!;
    const next = first.slice();
    const targets = new Int32Array(to.length);
    for (let e = 0; e < to.length; e++)
      targets[next[from[e]!]!++] = edges === undefined || edges.has(e) ? to[e]! : from[e]!;

    const marks = new Uint8Array(this.#places.size);
    const work: Node[] = [];
    const mark = (n: Node): void => {
      if (marks[n] === 1) return;
      marks[n] = 1;
      work.push(n);
    };
    start.forEach(mark);
    for (let n = work.pop(); n !== undefined; n = work.pop()) {
      for (let e = first[n]!; e < first[n + 1]!; e++) mark(targets[e]!);
    }
    return marks;
  }

  /** What each node may be; undefined where it is any finite number. */
  beyond(): readonly (Beyond | undefined)[] {
    const found: (Beyond | undefined)[] = [];
    let changed = true;
    const may = (n: Node, more: Beyond): void => {
      const before = found[n];
      const flags = (before?.flags ?? 0) | more.flags;
      // A bound is what one computation tells; where several numbers come together, none is kept.
      if (before !== undefined && before.flags === flags) return;
      if (before === undefined && more.flags === 0 && more.least === -Infinity) return;
      found[n] = {
        flags,
        least: before === undefined || before.least === more.least ? more.least : -Infinity,
      };
      changed = true;
    };
    for (const n of this.#anything) may(n, ANYTHING);
    while (changed) {
      changed = false;
      for (const { f, args, to } of this.computed) {
        const known = args.map((x) => (typeof x === "number" ? x : (found[x.at] ?? FINITE)));
        may(to, beyond(f, known));
      }
      for (const [from, to] of this.#passed) may(to, { flags: found[from]?.flags ?? 0, least: -Infinity });
    }
    return found;
  }

  #edge(x: Node, y: Node, direct: boolean): void {
    if (x === y) return;
    if (direct) this.direct.add(this.#from.length);
    this.#from.push(x);
    this.#to.push(y);
  }

  #walk(f: Func, region: Region): void {
    for (const op of region.ops) {
      for (const inner of op.regions) this.#walk(f, inner);
      this.#edges(f, op);
      for (const v of op.args) this.#use(f, v, region);
    }
    for (const v of region.yields) this.#use(f, v, region);
  }

  #chosen(nodes: readonly Node[]): void {
    this.masks.push(...nodes);
    this.choices.push(...nodes);
  }

  /** What is used further in may not be used at all. */
  #use(f: Func, v: Value, region: Region): void {
    const home = "kind" in v.def ? v.def.parent : v.def;
    if (home === region || v.ty !== "f64") return;
    this.masks.push(this.#places.node(f, v));
    this.further.push([this.#places.node(f, v), home, region]);
  }

  #edges(f: Func, op: Op): void {
    const node = (v: Value): Node => this.#places.node(f, v);
    /** A derivative flows from x to y. */
    const edge = (x: Value, y: Value): void => {
      if (carries(x) && carries(y)) this.#edge(node(x), node(y), true);
    };
    const pass = (x: Node, y: Node, direct = false): void => {
      this.#edge(x, y, direct);
      if (x !== y) this.#passed.push([x, y]);
    };
    const flow = (x: Value, y: Value, direct = false): void => {
      if (carries(x) && carries(y)) pass(node(x), node(y), direct);
    };
    const [first, second, third] = op.args;
    const result = op.results[0];
    switch (op.kind) {
      case "primitive": {
        const f = op.attr;
        const args = op.args.map((v) => constantOf(v) ?? { at: node(v) });
        this.computed.push({ f, args, to: node(result!) });
        if (f.flat) return;
        const differentiable = f === where ? op.args.slice(1) : op.args;
        for (const x of differentiable) edge(x, result!);
        if (f === where || isMasking(f)) {
          this.#chosen(differentiable.map(node));
        }
        if (!ofFinite(op).steep) return;
        this.steep.push({ from: differentiable.map(node), to: node(result!) });
        return;
      }
      case "constant":
        if (!Number.isFinite(op.attr)) this.#anything.push(node(result!));
        return;
      case "f64.rem":
        this.#anything.push(node(result!));
        edge(first!, result!);
        edge(second!, result!);
        return;
      case "external":
        for (const r of op.results) {
          this.#anything.push(node(r));
          for (const x of op.args) edge(x, r);
        }
        return;
      case "select":
        this.#chosen([node(second!), node(third!)]);
        flow(second!, result!, true);
        flow(third!, result!, true);
        return;
      case "load":
        return flow(first!, result!);
      case "store":
      case "accumulate":
        this.masks.push(node(third!));
        return flow(third!, first!);
      case "fill":
      case "copy":
        this.masks.push(node(second!));
        return flow(second!, first!);
      case "tape.load": {
        const slot = this.#places.slot(f, first!, op.attr.slot);
        if (result!.ty === "f64") pass(slot, node(result!));
        return;
      }
      case "tape.store": {
        const slot = this.#places.slot(f, first!, op.attr.slot);
        if (third!.ty !== "f64") return;
        this.masks.push(node(third!));
        return pass(node(third!), slot);
      }
      case "for":
      case "while": {
        const firstInit = op.kind === "for" ? 2 : 0;
        const body = op.regions.at(-1)!;
        body.yields.forEach((y, k) => {
          const arg = body.args[body.args.length - body.yields.length + k]!;
          flow(op.args[firstInit + k]!, arg);
          flow(y, arg);
          flow(arg, op.results[k]!);
        });
        return;
      }
      case "if":
        op.results.forEach((r, k) => op.regions.forEach((branch) => flow(branch.yields[k]!, r, true)));
        return;
      case "call": {
        const callee = this.#places.functions.get(op.attr.callee)!;
        if (callee.pullback !== undefined) {
          for (const r of op.results) {
            if (r.ty === "f64") this.#anything.push(node(r));
            for (const x of op.args) edge(x, r);
          }
          return;
        }
        for (const x of op.args) if (x.ty === "f64") this.masks.push(node(x));
        const into = (v: Value): Node => this.#places.node(callee, v);
        op.args.forEach((x, i) => carries(x) && pass(node(x), into(callee.body.args[i]!), true));
        op.results.forEach((r, k) => carries(r) && pass(into(callee.body.yields[k]!), node(r), true));
        return;
      }
      default:
    }
  }
}

/** Whether a value is of a type that may carry a derivative. */
export const carries = (v: Value): boolean => v.ty === "f64" || isMemory(v);

/** A rolled program, written anew. */
import { buildFunction } from "../builder.ts";
import type { Builder } from "../builder.ts";
import type { Func, OpOf, Value } from "../ir.ts";
import { definedBy } from "../optimise/analysis.ts";
import type { Access, Carry, Iteration, Links, Path, Store, Strip } from "./link.ts";
import { isLoop } from "./nest.ts";
import type { Leaf, Loop, Node } from "./nest.ts";
import { ARRAY, CONSTANT, INDEX, PARAMETER, TABLE } from "./slots.ts";
import type { Slot } from "./slots.ts";
import type { Trace } from "./trace.ts";

/** What a program is written from. */
export interface Rolled {
  readonly trace: Trace;
  readonly nodes: readonly Node[];
  readonly links: Links;
}

export function write({ trace, nodes, links }: Rolled): Func {
  const { func } = trace;
  return buildFunction(
    func.name,
    func.params,
    (b, args) => {
      const writer = new Writer(trace, links, b, args);
      writer.allocate();
      for (const op of trace.fills) writer.fill(op);
      writer.nodes(nodes, []);
      return links.yields.map((access) => writer.value(access));
    },
    { pullback: func.pullback },
  );
}

class Writer {
  readonly #trace: Trace;
  readonly #links: Links;
  readonly #b: Builder;
  readonly #args: readonly Value[];
  /** The value of an operation in the present iteration. */
  readonly #values = new Map<Leaf, Value>();
  /** The latest values of carries, in the loop; after it, the last of all. */
  readonly #carried = new Map<Carry, readonly Value[]>();
  readonly #arrays = new Map<Store | Strip, Value>();
  /** The loops' indices. */
  readonly #indices = new Map<Loop, Value>();

  constructor(trace: Trace, links: Links, b: Builder, args: readonly Value[]) {
    this.#trace = trace;
    this.#links = links;
    this.#b = b;
    this.#args = args;
  }

  /** The arrays that values are stored in. */
  allocate(): void {
    const { stores, strips } = this.#links;
    const allocate = (store: Store | Strip, length: number): void =>
      void this.#arrays.set(store, this.#b.allocate(this.#b.i32(length)));
    for (const store of stores.values()) {
      const { path, apart } = store;
      allocate(
        store,
        path.slice(apart).reduce((n, { trips }) => n * trips, 1),
      );
    }
    for (const set of strips.values()) {
      for (const strip of set) {
        if (!this.#arrays.has(strip)) allocate(strip, (strip.last - strip.first) / strip.unit + 1);
      }
    }
  }

  /** Fills a parameter with a constant or another parameter. */
  fill({ args }: OpOf<"fill">): void {
    const [array, x] = args as [Value, Value];
    const constant = definedBy(x, "constant");
    this.#b.fill(this.#args[array.index]!, constant ? this.#b.f64(constant.attr) : this.#args[x.index]!);
  }

  nodes(nodes: readonly Node[], path: Path): void {
    for (const node of nodes) {
      if (isLoop(node)) this.#loop(node, [...path, node]);
      else this.#leaf(node, path);
    }
  }

  #leaf(leaf: Leaf, path: Path): void {
    const b = this.#b;
    const op = this.#trace.ops[leaf.start]!;
    const operands = this.#links.operands.get(leaf)!;
    b.loc = op.loc;
    if (op.kind === "store") {
      const [at, x] = operands as [Access, Access];
      const target = this.#args[op.args[0]!.index]!;
      return b.store(target, this.value(at), this.value(x));
    }
    const types = op.results.map((v) => v.ty);
    const args = operands.map((access) => this.value(access));
    const [value] = b.emit(op.kind, args, op.attr, types) as [Value];
    this.#values.set(leaf, value);
    this.#keep(leaf, path, value);
  }

  /** Stores a value that is used in other iterations. */
  #keep(leaf: Leaf, path: Path, value: Value): void {
    const b = this.#b;
    const store = this.#links.stores.get(leaf);
    if (store !== undefined) {
      const here = path.map((_, k): Iteration => ({
        base: 0,
        factors: path.map((__, j) => (j === k ? 1 : 0)),
      }));
      b.store(this.#arrays.get(store)!, this.#place(store, here, path), value);
    }
    const periods = path.map(({ period }) => period);
    for (const strip of this.#links.strips.get(leaf) ?? [])
      b.store(this.#arrays.get(strip)!, this.#along(strip, leaf.start, periods, path), value);
  }

  #loop(loop: Loop, path: Path): void {
    const b = this.#b;
    const carries = this.#links.carries.get(loop) ?? [];
    const inits = carries.flatMap((carry) => carry.inits.map((access) => this.value(access)));
    const bind = (values: readonly Value[]): void => {
      let next = 0;
      for (const carry of carries) this.#carried.set(carry, values.slice(next, (next += carry.inits.length)));
    };
    const results = b.for(b.i32(0), b.i32(loop.trips), inits, (i, values) => {
      bind(values);
      this.#indices.set(loop, i);
      this.nodes(loop.body, path);
      const yields: Value[] = [];
      for (const carry of carries) {
        yields.push(this.value(this.#links.next.get(carry)!));
        for (const earlier of this.#carried.get(carry)!.slice(0, -1)) yields.push(earlier);
      }
      return yields;
    });
    bind(results);
  }

  value(access: Access): Value {
    const b = this.#b;
    switch (access.kind) {
      case "value":
        return this.#values.get(access.leaf)!;
      case "carried":
        return this.#carried.get(access.carry)![access.distance - 1]!;
      case "result":
        return this.#carried.get(access.carry)![0]!;
      case "stored":
        return b.load(
          this.#arrays.get(access.store)!,
          this.#place(access.store, access.iterations, access.user),
        );
      case "strip": {
        const { strip, slot, user } = access;
        return b.load(this.#arrays.get(strip)!, this.#along(strip, slot.at, stridesOf(slot, user), user));
      }
      case "leaf":
        break;
    }
    const { slot, user } = access;
    const { space, at, table } = slot;
    const place = (): Value => this.#sum(at, stridesOf(slot, user), user);
    switch (space) {
      case CONSTANT:
        return b.f64(this.#trace.constants[at]!);
      case PARAMETER:
        return this.#args[at]!;
      case INDEX:
        return place();
      case TABLE:
        return b.load(b.data(Float64Array.from(table!)), place());
      default:
        return b.load(this.#args[space - ARRAY]!, place());
    }
  }

  /** Where the value of some iteration is stored. */
  #place({ path, apart }: Store, iterations: readonly Iteration[], user: Path): Value {
    let base = 0;
    const factors = user.map(() => 0);
    let unit = 1;
    for (let k = path.length - 1; k >= apart; k--) {
      const iteration = iterations[k]!;
      base += unit * iteration.base;
      iteration.factors.forEach((factor, j) => (factors[j]! += unit * factor));
      unit *= path[k]!.trips;
    }
    return this.#sum(base, factors, user);
  }

  /** Where the value of some place in the trace is stored. */
  #along({ first, unit }: Strip, at: number, strides: readonly number[], user: Path): Value {
    return this.#sum(
      (at - first) / unit,
      strides.map((stride) => stride / unit),
      user,
    );
  }

  /** base + Σ factorₖ·indexₖ */
  #sum(base: number, factors: readonly number[], loops: Path): Value {
    const b = this.#b;
    let sum: Value | undefined;
    factors.forEach((factor, k) => {
      if (factor === 0) return;
      const index = this.#indices.get(loops[k]!)!;
      const term = factor === 1 ? index : b.op("i32.mul", index, b.i32(factor));
      sum = sum === undefined ? term : b.op("i32.add", sum, term);
    });
    if (sum === undefined) return b.i32(base);
    return base === 0 ? sum : b.op("i32.add", sum, b.i32(base));
  }
}

/** What the user's loops add to a place, the outermost first. */
const stridesOf = ({ strides }: Slot, user: Path): readonly number[] =>
  user.map((_, k) => strides[user.length - 1 - k]!);

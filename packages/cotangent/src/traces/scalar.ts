/** Define-by-run: variables that record their history as they are computed with, and the tapes that hold it. */
import { forward, partial } from "../chain.ts";
import { AdError, describe } from "../errors.ts";
import { apply, isPrimitive, value } from "../real/real.ts";
import type { Context, Differentiable, PrimitiveBase, Real, Trace } from "../real/real.ts";
import { Fluent } from "./fluent.ts";
import { isRecording } from "./levels.ts";
import { Chunk, CONSTANT, Store } from "./store.ts";
import type { Home, Kind } from "./store.ts";
import { chainRule, derivatives, Sweep } from "./sweep.ts";
import type { Seed } from "./sweep.ts";

/** How a variable came about. */
export interface History {
  /** The function that was applied last; undefined at a leaf. */
  readonly lastFn: Differentiable | undefined;
  /** What a user's `forward` saved. */
  readonly ctx: Context | undefined;
  /** The arguments; constants as plain numbers. */
  readonly inputs: readonly Real[];
}

export interface ScalarOptions {
  /** For display only. */
  readonly name?: string;
}

/**
 * A variable: a number that remembers how it was computed, so that derivatives can be passed back.
 *
 *     const x = new Scalar(3);
 *     const y = x.mul(x).add(1);
 *     y.backward();
 *     x.derivative; // 6
 */
export class Scalar extends Fluent<Scalar> {
  /** @internal */
  readonly home: Home;
  /** @internal */
  readonly place: number;

  /**
   * A leaf: a variable that was not computed from others.
   * @throws AdError `not-a-number`, `nan-input`
   */
  constructor(value: number, options?: ScalarOptions);
  /** @internal An existing variable. */
  constructor(home: Home, place: number);
  constructor(value: number | Home, second?: ScalarOptions | number) {
    super();
    if (typeof second === "number") {
      this.home = value as Home;
      this.place = second;
      return;
    }
    this.home = everyday.space("leaves");
    this.place = this.home.store.add(usable(value, "A variable's value"));
    this.home.store.handles![this.place] = this;
    if (second?.name !== undefined) this.name = second.name;
  }

  get trace(): Trace {
    return this.home.store.trace;
  }

  get primal(): Real {
    return this.home.store.value(this.place);
  }

  /** The value, as a plain number. */
  get data(): number {
    return value(this);
  }

  /** ∂(output)/∂(this), summed over all backward passes; null until one reaches it. Only leaves receive one. */
  get derivative(): number | null {
    return this.home.store.derivatives?.[this.place] ?? null;
  }

  /** Counts up with every variable that is made. */
  get uniqueId(): number {
    return this.home.store.ids[this.place]!;
  }

  /** For display; the id unless one was given. */
  get name(): string {
    return this.home.store.names?.get(this.place) ?? String(this.uniqueId);
  }
  set name(name: string) {
    (this.home.store.names ??= new Map()).set(this.place, name);
  }

  /** How this variable was computed; undefined for a constant. */
  get history(): History | undefined {
    const { store } = this.home;
    if (store.kind === "constants") return undefined;
    if (store.kind === "leaves") return { lastFn: undefined, ctx: undefined, inputs: [] };
    const inputs: Real[] = [];
    for (let edge = store.starts[this.place]!; edge < store.starts[this.place + 1]!; edge++) {
      const code = store.inputs[edge]!;
      inputs.push(
        code === CONSTANT ? store.partial(edge) : handle(...this.home.partOf(this.place).input(code)),
      );
    }
    return { lastFn: store.functions[this.place], ctx: store.contexts?.get(this.place), inputs };
  }

  /** The variables from which this one was computed. */
  get parents(): readonly Scalar[] {
    return (this.history?.inputs ?? []).filter((x) => x instanceof Scalar);
  }

  /** Whether it was made by `new Scalar`, rather than computed. */
  isLeaf(): boolean {
    return this.home.store.kind === "leaves";
  }

  /** Whether it has no history, and takes no derivative. */
  isConstant(): boolean {
    return this.home.store.kind === "constants";
  }

  /**
   * One step of the chain rule: each input of the last function with its share dOut·∂f/∂xᵢ. Constants are skipped.
   * @throws AdError `wrong-number-of-derivatives`, `result-not-a-number` of a user's `backward`
   */
  chainRule(dOut: number): [input: Scalar, derivative: number][] {
    const { store } = this.home;
    if (store.kind !== "operations") return [];
    const ds = derivatives(store, this.place, dOut);
    return this.history!.inputs.flatMap((x, i) =>
      x instanceof Scalar ? [[x, value(ds[i]!)] as [Scalar, number]] : [],
    );
  }

  /**
   * Adds `d` to the derivative of this leaf.
   * @throws AdError `not-a-variable` unless it is one
   */
  accumulateDerivative(d: number): void {
    const { store } = this.home;
    if (store.kind !== "leaves") {
      throw new AdError(
        "not-a-variable",
        `${this} is not a leaf: only leaves hold a derivative.`,
        "Accumulate into the variables that were made by new Scalar(...).",
      );
    }
    const all = (store.derivatives ??= []);
    all[this.place] = (all[this.place] ?? 0) + d;
  }

  /**
   * Passes `dOut`, the derivative of some output by this variable, back to all leaves, which add it to what they have.
   * @throws AdError `backward-on-constant`, `escaped-variable`, and what users' `backward` throw
   */
  backward(dOut: number = 1): void {
    backpropagate(this, dOut);
  }

  /** Sets the derivative of this leaf to zero, before the next backward pass. */
  zeroDerivative(): void {
    if (this.isLeaf()) (this.home.store.derivatives ??= [])[this.place] = 0;
  }

  /** The same value as a constant, without history. */
  detach(): Scalar {
    return constant(this.data);
  }

  override toString(): string {
    return `Scalar(${this.data})`;
  }
}
/** The one object for a variable, while it is remembered. */
function handle(home: Home, place: number): Scalar {
  return (home.store.handles?.[place] as Scalar | undefined) ?? remembered(home, place);
}

function remembered(home: Home, place: number): Scalar {
  const made = new Scalar(home, place);
  const { handles } = home.store;
  if (handles !== undefined) handles[place] = made;
  return made;
}

/** Each variable is one object in this many of the latest chunks; further back it is made anew when asked for. */
const REMEMBERED = 4;
const SMALLEST = 32;
const LARGEST = 4096;

/** The trace of reverse mode: it notes every operation, its inputs, and its partial derivatives. */
export class Tape implements Trace {
  readonly level: number;
  /** Set when the transform that owns this tape has ended. */
  closed = false;
  readonly #open: { [K in Kind]?: Chunk } = {};
  readonly #recent: Store[] = [];
  #turn = 0;

  constructor(level: number) {
    this.level = level;
  }

  /** A new input. */
  leaf(value: Real): Scalar {
    const home = this.space("leaves");
    return handle(home, home.store.add(value));
  }

  apply(f: Differentiable, args: readonly Real[]): Real {
    if (this.closed) throw escaped();
    if (!isRecording(this.level) || (isPrimitive(f) && f.flat))
      return constants.wrap(apply(f, outward(this, args)));
    if (!isPrimitive(f)) {
      const primals = outward(this, args);
      const [out, ctx] = forward(f, primals);
      return this.#note(f, args, primals, out, ctx);
    }
    const primals = outward(this, args);
    return this.#note(f, args, primals, apply(f, primals), undefined);
  }

  /** Room for one more variable with `arity` inputs. */
  space(kind: Kind, arity: number = 0): Chunk {
    const open = this.#open[kind];
    if (open !== undefined && open.store.hasRoom(arity)) return open;
    const capacity = open === undefined ? SMALLEST : Math.min(LARGEST, open.store.capacity * 8);
    const chunk = new Chunk(
      new Store(this, kind, capacity, kind === "operations" ? Math.max(2 * capacity, arity) : 0),
    );
    this.#open[kind] = chunk;
    if (kind === "operations") {
      open?.close();
      this.#forget(chunk);
    }
    return chunk;
  }

  /** `chunk` is new; the handles of the chunk that was new some chunks ago are remembered no longer. */
  #forget(chunk: Chunk): void {
    const last = this.#recent[this.#turn];
    if (last !== undefined) last.handles = undefined;
    this.#recent[this.#turn] = chunk.store;
    this.#turn = (this.#turn + 1) % REMEMBERED;
  }

  /** Whether `x` is a number, or a variable of this tape that is a plain number outside. */
  #isPlain(x: Real): x is Scalar | number {
    return (
      typeof x === "number" ||
      (x instanceof Scalar && x.home.store.trace === this && x.home.store.watchedValues === undefined)
    );
  }

  #note(
    f: Differentiable,
    args: readonly Real[],
    primals: readonly Real[],
    out: Real,
    ctx: Context | undefined,
  ): Scalar {
    const home = this.space("operations", args.length);
    const { store } = home;
    const place = store.add(out);
    store.functions[place] = f;
    if (ctx !== undefined) (store.contexts ??= new Map()).set(place, ctx);
    let edge = store.starts[place]!;
    for (let i = 0; i < args.length; i++, edge++) {
      const x = args[i]!;
      if (x instanceof Scalar && x.trace === this) {
        noteInput(home, edge, x, 0, 0);
        if (ctx === undefined) store.setPartial(edge, partial(f as PrimitiveBase, i, primals, out));
      } else {
        noteInput(home, edge, 0, 0, 0);
        store.setPartial(edge, primals[i]!);
      }
    }
    store.starts[place + 1] = edge;
    return remembered(home, place);
  }

  #records(f: PrimitiveBase): boolean {
    return !this.closed && !f.flat && isRecording(this.level);
  }

  // The two common cases of apply, written out so that nothing but the new variable is allocated.

  unary(f: PrimitiveBase, x: Real): Real {
    if (!this.#records(f) || !this.#isPlain(x)) return this.apply(f, [x]);
    const p = plain(x);
    const out: number = f.evaluate(p);
    const home = this.space("operations", 1);
    const { store } = home;
    const place = store.add(out);
    const edge = store.starts[place]!;
    store.functions[place] = f;
    noteInput(home, edge, x, p, f.partials[0]!(p, out) as number);
    store.starts[place + 1] = edge + 1;
    return remembered(home, place);
  }

  binary(f: PrimitiveBase, x: Real, y: Real): Real {
    if (!this.#records(f) || !this.#isPlain(x) || !this.#isPlain(y)) return this.apply(f, [x, y]);
    const p = plain(x);
    const q = plain(y);
    const out: number = f.evaluate(p, q);
    const home = this.space("operations", 2);
    const { store } = home;
    const place = store.add(out);
    const edge = store.starts[place]!;
    store.functions[place] = f;
    noteInput(home, edge, x, p, typeof x === "number" ? 0 : (f.partials[0]!(p, q, out) as number));
    noteInput(home, edge + 1, y, q, typeof y === "number" ? 0 : (f.partials[1]!(p, q, out) as number));
    store.starts[place + 1] = edge + 2;
    return remembered(home, place);
  }
}

const plain = (x: Scalar | number): number => (typeof x === "number" ? x : x.home.store.values[x.place]!);

/** Notes one input: a variable with its partial derivative, or a constant. */
function noteInput(home: Chunk, edge: number, x: Scalar | number, p: number, d: number): void {
  const { store } = home;
  if (typeof x === "number") {
    store.inputs[edge] = CONSTANT;
    store.partials[edge] = p;
  } else {
    store.inputs[edge] = x.home.store === store ? x.place : home.refer(x.home, x.place);
    store.partials[edge] = d;
  }
}

/** The trace of constants: variables of which no derivative is ever asked. It is outside of all others. */
class Constants implements Trace {
  readonly level: number = -1;
  #open: Chunk | undefined;

  apply(f: Differentiable, args: readonly Real[]): Real {
    return this.wrap(apply(f, outward(this, args)));
  }

  wrap(x: Real): Scalar {
    if (x instanceof Scalar && x.trace === this) return x;
    if (this.#open === undefined || !this.#open.store.hasRoom(0)) {
      this.#open = new Chunk(new Store(this, "constants", 64, 0));
      this.#open.store.handles = undefined;
    }
    return new Scalar(this.#open, this.#open.store.add(x));
  }
}

export const constants: Constants = new Constants();
/** The tape of variables that users make themselves. */
const everyday: Tape = new Tape(0);

/** The arguments as the next trace outward from `trace` sees them. */
export function outward(trace: Trace, args: readonly Real[]): Real[] {
  const primals: Real[] = [];
  for (let i = 0; i < args.length; i++) {
    const x = args[i]!;
    primals.push(primalOf(trace, x));
  }
  return primals;
}

const primalOf = (trace: Trace, x: Real): Real =>
  typeof x !== "number" && (x.trace === trace || x.trace === constants) ? x.primal : x;

/**
 * A Scalar without history: it takes part in computations like a plain number, and receives no derivative.
 * @throws AdError `not-a-number`, `nan-input`
 */
export const constant = (x: number): Scalar => constants.wrap(usable(x, "A constant"));

/**
 * Passes `dOut` back from `variable` to all leaves on which it depends, adding to their `derivative`.
 * @throws AdError `backward-on-constant`, `escaped-variable`, and what users' `backward` throw
 */
export function backpropagate(variable: Scalar, dOut: number = 1): void {
  if (!(variable instanceof Scalar) || variable.isConstant()) {
    throw new AdError(
      "backward-on-constant",
      `${describe(variable)} does not depend on any variable: there is nothing to pass a derivative to.`,
      "Compute it from variables made by new Scalar(...), outside of noGrad.",
    );
  }
  if (variable.trace !== everyday) throw escaped();
  for (const { store, reached, adjoints } of sweep([[variable, usable(dOut, "dOut")]]).leaves.values()) {
    const all = (store.derivatives ??= []);
    for (let i = 0; i < reached.length; i++) if (reached[i] === 1) all[i] = (all[i] ?? 0) + adjoints[i]!;
  }
}

/** What arrives at the leaves when derivatives are passed back from some variables. */
export const sweep = (seeds: readonly Seed[]): Sweep => new Sweep(seeds, chainRule);

/** All variables on which `variable` depends, itself first, every one before its inputs; constants left out. */
export function topologicalSort(variable: Scalar): Scalar[] {
  if (!(variable instanceof Scalar) || variable.isConstant()) return [];
  const sorted: Scalar[] = [];
  const { leaves } = new Sweep([[variable, 0]], (walk, visit, place) => {
    sorted.push(handle(visit.homeOf(place), place));
    walk.reachInputs(visit, place);
  });
  for (const visit of leaves.values()) {
    for (let i = visit.reached.length - 1; i >= 0; i--)
      if (visit.reached[i] === 1) sorted.push(handle(visit.home, i));
  }
  return sorted;
}

function usable(x: unknown, what: string): number {
  if (typeof x !== "number") {
    throw new AdError(
      "not-a-number",
      `${what} must be a number, but is ${describe(x)}.`,
      "Pass a plain number.",
    );
  }
  if (Number.isNaN(x)) {
    throw new AdError(
      "nan-input",
      `${what} is NaN.`,
      "Find out where the NaN comes from; no derivative exists there.",
    );
  }
  return x;
}

export function escaped(): AdError {
  return new AdError(
    "escaped-variable",
    "A variable of a transform (grad, jvp, ...) was used outside of the call that made it.",
    "Return what you need from the differentiated function; value(x) inside it gives a number that may be kept.",
  );
}

/** Define-by-run: variables that record their history as they are computed with, and the tapes that hold it. */
import { partial, plus, times } from "../chain.ts";
import { AdError, notANumber } from "../errors.ts";
import { apply, isPrimitive, linearize, pullback, value } from "../real/real.ts";
import type { Context, Differentiable, PrimitiveBase, Real, Trace, UserFunction } from "../real/real.ts";
import { Block, CONSTANT, next, Origin, Store } from "./block.ts";
import { Fluent } from "./fluent.ts";
import { isRecording } from "./levels.ts";

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

const names = new WeakMap<Scalar, string>();

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
  readonly home: Block<Scalar> | Origin;
  /** @internal The operation of the block; -1 for what was not computed. */
  readonly place: number;

  /**
   * A leaf: a variable that was not computed from others.
   * @throws AdError `not-a-number`, `nan-input`
   */
  constructor(value: number, options?: ScalarOptions);
  /** @internal An existing variable. */
  constructor(home: Block<Scalar> | Origin, place: number);
  constructor(x: number | Block<Scalar> | Origin, second?: ScalarOptions | number) {
    super();
    if (typeof second === "number") {
      this.home = x as Block<Scalar> | Origin;
      this.place = second;
    } else {
      this.home = new Origin(everyday, usable(x));
      this.place = -1;
      if (second?.name !== undefined) this.name = second.name;
    }
  }

  get trace(): Trace {
    return this.home.trace;
  }

  get primal(): Real {
    const { home } = this;
    return home instanceof Block ? home.store.value(this.place) : home.value;
  }

  /** The value, as a plain number. */
  get data(): number {
    return value(this);
  }

  /** ∂(output)/∂(this), summed over all backward passes; null until one reaches it. Only leaves receive one. */
  get derivative(): number | null {
    return this.home instanceof Block ? null : this.home.derivative;
  }

  /** Counts up with every variable that is made. */
  get uniqueId(): number {
    return this.home instanceof Block ? this.home.store.ids[this.place]! : this.home.id;
  }

  /** For display; the id unless one was given. */
  get name(): string {
    return names.get(this) ?? String(this.uniqueId);
  }
  set name(name: string) {
    names.set(this, name);
  }

  /** How this variable was computed; undefined for a constant. */
  get history(): History | undefined {
    const { home, place } = this;
    const inputs: Real[] = [];
    if (!(home instanceof Block))
      return this.isConstant() ? undefined : { lastFn: undefined, ctx: undefined, inputs };
    const { store } = home;
    for (let edge = store.starts[place]!; edge < store.starts[place + 1]!; edge++) {
      const input = store.inputs[edge]!;
      if (input === CONSTANT) inputs.push(store.partial(edge));
      else inputs.push(input < 0 ? known(home.outside[-1 - input]!) : variable(home, input));
    }
    return { lastFn: store.functions[place], ctx: store.saved?.get(place), inputs };
  }

  /** The variables from which this one was computed. */
  get parents(): readonly Scalar[] {
    return (this.history?.inputs ?? []).filter((x) => x instanceof Scalar);
  }

  /** Whether it was made by `new Scalar`, rather than computed. */
  isLeaf(): boolean {
    return this.place < 0 && !this.isConstant();
  }

  /** Whether it has no history, and takes no derivative. */
  isConstant(): boolean {
    return this.trace === constants;
  }

  /**
   * One step of the chain rule: each input of the last function with its share dOut·∂f/∂xᵢ. Constants are skipped.
   * @throws AdError `wrong-number-of-derivatives`, `result-not-a-number` of a user's `backward`
   */
  chainRule(dOut: number): [input: Scalar, derivative: number][] {
    const { home, place } = this;
    if (!(home instanceof Block)) return [];
    const { inputs } = this.history!;
    const given = userDerivatives(home.store, place, dOut);
    return inputs.flatMap((x, i) => {
      if (!(x instanceof Scalar)) return [];
      return [[x, value(given?.[i] ?? times(dOut, home.store.partial(home.store.starts[place]! + i)))]];
    });
  }

  /**
   * Adds `d` to the derivative of this leaf.
   * @throws AdError `not-a-variable` unless it is one
   */
  accumulateDerivative(d: number): void {
    if (!this.isLeaf()) {
      throw new AdError(
        "not-a-variable",
        `${this} is no leaf: it has no derivative.`,
        "Only those made by new Scalar(...) do.",
      );
    }
    (this.home as Origin).derivative = (this.derivative ?? 0) + d;
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
    if (this.isLeaf()) (this.home as Origin).derivative = 0;
  }

  /** The same value as a constant, without history. */
  detach(): Scalar {
    return constant(this.data);
  }

  override toString(): string {
    return `Scalar(${this.data})`;
  }
}

/** The one object for operation `place` of a block, while it is remembered. */
function variable(home: Block<Scalar>, place: number): Scalar {
  const { handles } = home.store;
  const made = (handles?.[place] as Scalar | undefined) ?? new Scalar(home, place);
  if (handles !== undefined) handles[place] = made;
  return made;
}

/** `x`, or the object that stands for the same operation. */
const known = (x: Scalar): Scalar => (x.home instanceof Block ? variable(x.home, x.place) : x);

/** Each variable is one object in this many of the latest stores; further back it is made anew when asked for. */
const REMEMBERED = 4;
const SMALLEST = 32;
const LARGEST = 4096;

/** The trace of reverse mode: it notes every operation, its inputs, and its partial derivatives. */
export class Tape implements Trace {
  readonly level: number;
  /** Set when the transform that owns this tape has ended. */
  closed = false;
  /** Whether no trace further out watches any number here. */
  isPlain = true;
  #block: Block<Scalar> | undefined;
  readonly #recent: Store[] = [];

  constructor(level: number) {
    this.level = level;
  }

  apply(f: Differentiable, args: readonly Real[]): Real {
    if (this.closed) throw escaped();
    const primals = outward(this, args);
    if (!isRecording(this.level) || (isPrimitive(f) && f.flat)) return constants.wrap(apply(f, primals));
    const [out, ctx] = isPrimitive(f) ? [apply(f, primals)] : f[linearize](primals, true);
    const block = this.#room(args.length);
    const { store } = block;
    const place = store.size;
    this.isPlain &&= primals.concat(out).every((x) => typeof x === "number");
    if (typeof out !== "number") store.watch(place, out);
    if (ctx !== undefined) (store.saved ??= new Map()).set(place, ctx);
    let edge = store.starts[place]!;
    for (let i = 0; i < args.length; i++, edge++) {
      const x = args[i]!;
      const own = x instanceof Scalar && x.trace === this;
      const note = !own ? primals[i]! : ctx !== undefined ? 0 : partial(f as PrimitiveBase, i, primals, out);
      noteInput(block, edge, own ? x : 0, typeof note === "number" ? note : 0);
      if (typeof note !== "number") store.watch(-1 - edge, note);
    }
    return noted(block, f, typeof out === "number" ? out : 0, edge);
  }

  /** The common case of apply, written out so that nothing but the new variable is allocated: all is plain outside. */
  applyFew(f: PrimitiveBase, x: Real, y: Real | undefined): Real | undefined {
    if (this.closed || f.flat || !this.isPlain || !isRecording(this.level) || !this.#owns(x))
      return undefined;
    const p = plain(x);
    if (f.arity === 1) {
      const out: number = f.evaluate(p);
      const block = this.#room(1);
      const edge = block.store.starts[block.store.size]!;
      noteInput(block, edge, x, f.partials[0]!(p, out) as number);
      return noted(block, f, out, edge + 1);
    }
    if (y === undefined || !this.#owns(y)) return undefined;
    const q = plain(y);
    const out: number = f.evaluate(p, q);
    const block = this.#room(2);
    const edge = block.store.starts[block.store.size]!;
    noteInput(block, edge, x, typeof x === "number" ? x : (f.partials[0]!(p, q, out) as number));
    noteInput(block, edge + 1, y, typeof y === "number" ? y : (f.partials[1]!(p, q, out) as number));
    return noted(block, f, out, edge + 2);
  }

  #owns(x: Real): x is Scalar | number {
    return typeof x === "number" || (x instanceof Scalar && x.home.trace === this);
  }

  /** A block with room for an operation of so many inputs. */
  #room(arity: number): Block<Scalar> {
    const block = this.#block;
    const store = block?.store;
    if (
      store !== undefined &&
      store.size < store.values.length &&
      store.starts[store.size]! + arity <= store.inputs.length
    ) {
      return block!;
    }
    block?.close();
    const capacity = Math.min(LARGEST, store === undefined ? SMALLEST : 8 * store.values.length);
    const fresh = new Store(capacity, Math.max(2 * capacity, arity));
    if (this.#recent.push(fresh) > REMEMBERED) this.#recent.shift()!.handles = undefined;
    return (this.#block = new Block<Scalar>(this, fresh, 0, capacity, next()));
  }
}

const plain = (x: Scalar | number): number =>
  typeof x === "number"
    ? x
    : x.place < 0
      ? ((x.home as Origin).value as number)
      : (x.home as Block<Scalar>).store.values[x.place]!;

/** Notes one input: a variable with its partial derivative, or a constant with its value. */
function noteInput(block: Block<Scalar>, edge: number, x: Scalar | number, note: number): void {
  const { store, outside } = block;
  store.partials[edge] = note;
  if (typeof x === "number") {
    store.inputs[edge] = CONSTANT;
    return;
  }
  const { home } = x;
  if (home === block) store.inputs[edge] = x.place;
  else if (home instanceof Block) {
    const part = home.partOf(x.place);
    store.inputs[edge] = -outside.push(part === home ? x : new Scalar(part, x.place));
  } else {
    if (home.seenBy !== block.serial) {
      home.seenBy = block.serial;
      home.code = -outside.push(x);
    }
    store.inputs[edge] = home.code;
  }
}

/** Completes an operation whose inputs are noted, up to edge `end`. */
function noted(block: Block<Scalar>, f: Differentiable, out: number, end: number): Scalar {
  const { store } = block;
  const place = store.size++;
  store.values[place] = out;
  store.ids[place] = next();
  store.functions[place] = f;
  store.starts[place + 1] = end;
  return variable(block, place);
}

/** The trace of constants: variables of which no derivative is ever asked. It is outside of all others. */
class Constants implements Trace {
  readonly level: number = -1;

  apply(f: Differentiable, args: readonly Real[]): Real {
    return this.wrap(apply(f, outward(this, args)));
  }

  wrap(x: Real): Scalar {
    return x instanceof Scalar && x.trace === this ? x : new Scalar(new Origin(this, x), -1);
  }
}

export const constants: Constants = new Constants();
/** The tape of variables that users make themselves. */
const everyday: Tape = new Tape(0);

/** The arguments as the next trace outward from `trace` sees them. */
export const outward = (trace: Trace, args: readonly Real[]): Real[] =>
  args.map((x) => (typeof x !== "number" && (x.trace === trace || x.trace === constants) ? x.primal : x));

/**
 * A Scalar without history: it takes part in computations like a plain number, and receives no derivative.
 * @throws AdError `not-a-number`, `nan-input`
 */
export const constant = (x: number): Scalar => constants.wrap(usable(x));

/**
 * Passes `dOut` back from `variable` to all leaves on which it depends, adding to their `derivative`.
 * @throws AdError `backward-on-constant`, `escaped-variable`, and what users' `backward` throw
 */
export function backpropagate(variable: Scalar, dOut: number = 1): void {
  if (!(variable instanceof Scalar) || variable.isConstant()) {
    throw new AdError(
      "backward-on-constant",
      `${variable} depends on no variable.`,
      "Compute it from Scalars, outside of noGrad.",
    );
  }
  if (variable.trace !== everyday) throw escaped();
  for (const [leaf, d] of sweep([[variable, usable(dOut, "dOut")]])) leaf.accumulateDerivative(d as number);
}

/** All variables on which `variable` depends, itself first, every one before its inputs; constants left out. */
export function topologicalSort(variable: Scalar): Scalar[] {
  if (!(variable instanceof Scalar) || variable.isConstant()) return [];
  const found = new Map([[variable.uniqueId, variable]]);
  // The walk goes on to what is added on the way.
  for (const v of found.values())
    for (const x of v.parents) if (!found.has(x.uniqueId)) found.set(x.uniqueId, x);
  // Inputs are older than what is computed from them.
  return [...found.values()].sort((a, b) => b.uniqueId - a.uniqueId);
}

/** What a sweep knows of a block: what has arrived so far at its operations and, after these, at the inputs outside. */
interface Visit {
  readonly block: Block<Scalar>;
  readonly operations: number;
  readonly reached: Uint8Array;
  readonly adjoints: Float64Array | Real[];
}

/**
 * Passes derivatives back from some variables to the leaves on which they depend, every operation after all its uses. No
 * recursion: a chain of a million operations is a list of some hundred blocks.
 */
export function sweep(seeds: readonly (readonly [Scalar, Real])[]): Map<Scalar, Real> {
  const leaves = new Map<Scalar, Real>();
  const visits = new Map<Block<Scalar>, Visit>();
  /** Blocks still to be walked, the latest last. */
  const waiting: Visit[] = [];
  const arrive = (x: Scalar, d: Real): void => {
    if (!(x.home instanceof Block)) {
      leaves.set(x, plus(leaves.get(x) ?? 0, d));
      return;
    }
    const home = x.home.partOf(x.place);
    let visit = visits.get(home);
    if (visit === undefined) {
      const operations = Math.min(home.high, home.store.size) - home.low;
      const reached = new Uint8Array(operations + home.outside.length);
      // What a trace further out watches is no plain number; where there is one, there may be any.
      const isPlain = (home.trace as Tape).isPlain && seeds.every((seed) => typeof seed[1] === "number");
      const adjoints = isPlain ? new Float64Array(reached.length) : Array.from(reached);
      visits.set(home, (visit = { block: home, operations, reached, adjoints }));
      let at = waiting.length;
      while (at > 0 && waiting[at - 1]!.block.serial > home.serial) at--;
      waiting.splice(at, 0, visit);
    }
    receive(visit, x.place - home.low, d);
  };
  for (const [x, d] of seeds) arrive(x, d);
  for (let visit = waiting.pop(); visit !== undefined; visit = waiting.pop()) {
    walk(visit);
    const { block, operations, reached, adjoints } = visit;
    for (let k = operations; k < reached.length; k++) {
      if (reached[k] === 1) arrive(block.outside[k - operations]!, adjoints[k]!);
    }
  }
  return leaves;
}

/** Walks the operations of one block, the last first: dOut·∂f/∂xᵢ for every input xᵢ. */
function walk(visit: Visit): void {
  const { block, operations, reached, adjoints } = visit;
  const { store, low } = block;
  const { starts, inputs } = store;
  for (let i = operations - 1; i >= 0; i--) {
    if (reached[i] === 0) continue;
    const dOut = adjoints[i]!;
    const given = userDerivatives(store, low + i, dOut);
    const start = starts[low + i]!;
    const end = starts[low + i + 1]!;
    for (let edge = start; edge < end; edge++) {
      const input = inputs[edge]!;
      if (input === CONSTANT) continue;
      const d = given === undefined ? times(dOut, store.partial(edge)) : given[edge - start]!;
      receive(visit, input < 0 ? operations - 1 - input : input - low, d);
    }
  }
}

function receive({ reached, adjoints }: Visit, k: number, d: Real): void {
  reached[k] = 1;
  adjoints[k] = plus(adjoints[k]!, d) as number;
}

/** What a user's `backward` says of operation `place`; undefined if that is a primitive. */
function userDerivatives(store: Store, place: number, dOut: Real): readonly Real[] | undefined {
  const ctx = store.saved?.get(place);
  if (ctx === undefined) return undefined;
  const arity = store.starts[place + 1]! - store.starts[place]!;
  return (store.functions[place] as UserFunction)[pullback](ctx, arity, dOut);
}

function usable(x: unknown, what = "The value"): number {
  if (typeof x !== "number") throw notANumber(what, x);
  if (Number.isNaN(x)) {
    throw new AdError("nan-input", `${what} is NaN.`, "Find out where it comes from.");
  }
  return x;
}

export function escaped(): AdError {
  return new AdError(
    "escaped-variable",
    "A variable was used outside of the transform that made it.",
    "Return what you need, or keep value(x).",
  );
}

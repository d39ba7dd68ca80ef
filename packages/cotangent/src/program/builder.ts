import type { PrimitiveBase, UserFunction } from "../real/real.ts";
import { kinds } from "./ir.ts";
import type {
  AttributeOf,
  Attributes,
  Func,
  Kind,
  Location,
  Op,
  OpOf,
  Parameter,
  Region,
  Ty,
  Value,
} from "./ir.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: readonly never[] = [];

/** A region being written. */
interface Frame {
  readonly ops: Op[];
  readonly region: Region | undefined;
  readonly outer: Frame | undefined;
  readonly depth: number;
}

/** Kinds of operations that map values to one value and say nothing else. */
export type SimpleKind = Exclude<
  { [K in Kind]: AttributeOf<K> extends undefined ? K : never }[Kind],
  "if" | "store" | "accumulate" | "fill" | "copy" | "reset"
>;

/**
 * Writes the operations of one function, in order. Each method appends an operation and returns its results; those with
 * regions take callbacks, which write the regions with the same builder.
 *
 *     const f = buildFunction("norm2", [{ name: "x", ty: "array" }], (b, [x]) =>
 *       b.for(b.i32(0), b.length(x!), [b.f64(0)], (i, [sum]) => {
 *         const xi = b.load(x!, i);
 *         return [b.primitive(add, sum!, b.primitive(mul, xi, xi))];
 *       }),
 *     );
 *
 * It writes what it is told. A builder that simplifies as it goes overrides `emit`, through which everything passes.
 */
export class Builder {
  /** Given to every operation from now on: where in the user's source we are. */
  loc: Location | undefined = undefined;
  /** The region being written, at its end, and those around it. */
  #frame: Frame = { ops: [], region: undefined, outer: undefined, depth: 0 };
  #depths: number[] = [];

  /** How many values there are so far. */
  get size(): number {
    return this.#depths.length;
  }

  /** How deep the region being written lies; that of a function is 1. */
  protected get depth(): number {
    return this.#frame.depth;
  }

  /** How deep the region lies in which v is defined. */
  protected depthOf(v: Value): number {
    return this.#depths[v.id]!;
  }

  /** Writes at the present end of a region around this one. */
  protected at<T>(depth: number, write: () => T): T {
    const inner = this.#frame;
    let frame = inner;
    while (frame.depth > depth) frame = frame.outer!;
    try {
      this.#frame = frame;
      return write();
    } finally {
      this.#frame = inner;
    }
  }

  /** Appends an operation. `types` are those of its results. */
  emit<K extends Kind>(
    kind: K,
    args: readonly Value[],
    attr: AttributeOf<K>,
    types: readonly Ty[] = kinds[kind].results as readonly Ty[],
    regions: readonly Region[] = NONE,
  ): readonly Value[] {
    const op = {
      kind,
      args,
      results: NONE,
      regions,
      attr,
      loc: this.loc,
      parent: this.#frame.region,
    } as unknown as Mutable<OpOf<K>>;
    const value = (ty: Ty, index: number): Value => this.#value(ty, op as Op, index, this.#frame.depth);
    // Lists that grow take room for what may come: there may be millions of operations with one result each.
    op.results = types.length === 1 ? [value(types[0]!, 0)] : types.map(value);
    for (const region of regions) (region as Mutable<Region>).parent = op as Op;
    this.#frame.ops.push(op as Op);
    return op.results;
  }

  /**
   * A region with arguments of these types, which `write` fills; `write` returns what it yields. What follows is where this began:
   * the operation that owns the region is.
   */
  region(types: readonly Ty[], write: (...args: Value[]) => readonly Value[]): Region {
    const ops: Op[] = [];
    const args: Value[] = [];
    const region: Mutable<Region> = { args, ops, yields: [], parent: null };
    const outer = this.#frame;
    const { loc } = this;
    const depth = outer.depth + 1;
    types.forEach((ty, index) => args.push(this.#value(ty, region, index, depth)));
    try {
      this.#frame = { ops, region, outer, depth };
      region.yields = write(...args);
    } finally {
      this.#frame = outer;
      this.loc = loc;
    }
    return region;
  }

  #value(ty: Ty, def: Op | Region, index: number, depth: number): Value {
    return { id: this.#depths.push(depth) - 1, ty, name: undefined, def, index };
  }

  // Numbers

  f64(x: number): Value {
    return this.emit("constant", [], x, ["f64"])[0]!;
  }

  /** @param n an integer of 32 bits */
  i32(n: number): Value {
    return this.emit("constant", [], n, ["i32"])[0]!;
  }

  primitive(f: PrimitiveBase, ...args: readonly Value[]): Value {
    return this.emit("primitive", args, f)[0]!;
  }

  /** An operation that says nothing beside its arguments, such as `"i32.add"`, `"f64.lt"` or `"f64.fromI32"`. */
  op(kind: SimpleKind, ...args: readonly Value[]): Value {
    return this.emit(kind, args, undefined)[0]!;
  }

  /** `condition ? x : y` */
  select(condition: Value, x: Value, y: Value): Value {
    return this.emit("select", [condition, x, y], undefined, [x.ty])[0]!;
  }

  /** x as an i32; throws, calling it `name`, if it is no integer of 32 bits. */
  index(x: Value, name: string): Value {
    return this.emit("f64.index", [x], { name })[0]!;
  }

  // Arrays

  /** A constant array. */
  data(elements: Float64Array): Value {
    return this.emit("data", [], elements)[0]!;
  }

  /** A new array of n zeros. */
  allocate(n: Value): Value {
    return this.emit("allocate", [n], undefined)[0]!;
  }

  length(a: Value): Value {
    return this.emit("length", [a], undefined)[0]!;
  }

  load(a: Value, i: Value): Value {
    return this.emit("load", [a, i], undefined)[0]!;
  }

  store(a: Value, i: Value, x: Value): void {
    this.emit("store", [a, i, x], undefined);
  }

  /** a[i] = a[i] + x */
  accumulate(a: Value, i: Value, x: Value): void {
    this.emit("accumulate", [a, i, x], undefined);
  }

  fill(a: Value, x: Value): void {
    this.emit("fill", [a, x], undefined);
  }

  copy(target: Value, source: Value): void {
    this.emit("copy", [target, source], undefined);
  }

  /** The elements lo ... hi - 1, in place. */
  subarray(a: Value, lo: Value, hi: Value): Value {
    return this.emit("subarray", [a, lo, hi], undefined)[0]!;
  }

  /** Throws, calling the array `name`, unless 0 <= i < length(a). */
  bound(i: Value, a: Value, name: string): void {
    this.emit("bound", [i, a], { name });
  }

  /** Throws an AdError; {0}, {1}, ... in its message stand for the values. */
  fail(attr: Attributes["fail"], ...values: readonly Value[]): void {
    this.emit("fail", values, attr);
  }

  // Control

  /**
   * Counts from lo up to (or, with a negative step, down to) hi, which is left out. `body` returns the carries of the next
   * iteration; the result is the carries at the end.
   */
  for(
    lo: Value,
    hi: Value,
    inits: readonly Value[],
    body: (i: Value, carries: readonly Value[]) => readonly Value[],
    attr: Attributes["for"] = { step: 1 },
  ): readonly Value[] {
    const types = inits.map((v) => v.ty);
    const region = this.region(["i32", ...types], (i, ...carries) => body(i, carries));
    return this.emit("for", [lo, hi, ...inits], attr, types, [region]);
  }

  /** As long as `condition` yields other than 0. The result: the carries at the end, then the number of iterations. */
  while(
    inits: readonly Value[],
    condition: (carries: readonly Value[]) => Value,
    body: (carries: readonly Value[]) => readonly Value[],
    attr: Attributes["while"] = {},
  ): readonly Value[] {
    const types = inits.map((v) => v.ty);
    const regions = [
      this.region(types, (...carries) => [condition(carries)]),
      this.region(types, (...carries) => body(carries)),
    ];
    return this.emit("while", inits, attr, [...types, "i32"], regions);
  }

  /** What the branch taken yields. Both yield the same types. */
  if(
    condition: Value,
    then: () => readonly Value[],
    otherwise: () => readonly Value[] = () => [],
  ): readonly Value[] {
    const regions = [this.region([], then), this.region([], otherwise)];
    const types = regions[0]!.yields.map((v) => v.ty);
    return this.emit("if", [condition], undefined, types, regions);
  }

  /** Calls a function of the program, which need not be written yet: hence its result types. */
  call(callee: string, args: readonly Value[], results: readonly Ty[]): readonly Value[] {
    return this.emit("call", args, { callee }, results);
  }

  /** The value of a function of the user's on numbers. */
  externalForward(f: UserFunction, args: readonly Value[]): Value {
    return this.emit("external", args, { function: f, half: "forward" }, ["f64"])[0]!;
  }

  /** The cotangents of the arguments of a function of the user's on numbers, given that of its value. */
  externalBackward(f: UserFunction, args: readonly Value[], cotangent: Value): readonly Value[] {
    const types = args.map((): Ty => "f64");
    return this.emit("external", [...args, cotangent], { function: f, half: "backward" }, types);
  }

  // Tape

  /** A block of n records, each with these slots. */
  tape(n: Value, slots: readonly Ty[], growable = false): Value {
    return this.emit("tape.allocate", [n], { slots, growable })[0]!;
  }

  tapeStore(tape: Value, record: Value, slot: number, x: Value): void {
    this.emit("tape.store", [tape, record, x], { slot });
  }

  tapeLoad(tape: Value, record: Value, slot: number, ty: Ty): Value {
    return this.emit("tape.load", [tape, record], { slot }, [ty])[0]!;
  }

  mark(): Value {
    return this.emit("mark", [], undefined)[0]!;
  }

  reset(mark: Value): void {
    this.emit("reset", [mark], undefined);
  }
}

/** A parameter as it is asked for: `noalias` is false unless said. */
export type ParameterSpec = Omit<Parameter, "noalias"> & Partial<Pick<Parameter, "noalias">>;

/** A function of the program, whose body `write` writes; `write` returns the results. */
export function buildFunction(
  name: string,
  params: readonly ParameterSpec[],
  write: (b: Builder, args: readonly Value[]) => readonly Value[],
  options: { readonly pullback?: string | undefined; readonly builder?: Builder } = {},
): Func {
  const b = options.builder ?? new Builder();
  const types = params.map((p) => p.ty);
  const body = b.region(types, (...args) => {
    args.forEach((arg, i) => (arg.name = params[i]!.name));
    return write(b, args);
  });
  return {
    name,
    params: params.map((p) => ({ name: p.name, ty: p.ty, noalias: p.noalias ?? false })),
    results: body.yields.map((v) => v.ty),
    body,
    size: b.size,
    pullback: options.pullback,
  };
}

/** A function that has just been built, without its last parameter, which nothing uses. */
export function withoutLastParameter(f: Func): Func {
  (f.body.args as Value[]).pop();
  return { ...f, params: f.params.slice(0, -1) };
}

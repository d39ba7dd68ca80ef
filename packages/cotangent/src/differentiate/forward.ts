/** Forward mode: each number gets tangents that go along with it; each array, tape and function a shadow. */
import { add, div, sub, where } from "../primitives/index.ts";
import { Builder } from "../program/builder.ts";
import type { Func, Op, OpOf, Parameter, Program, Region, Ty, Value } from "../program/ir.ts";
import { Activity, carries } from "./activity.ts";
import type { Reading } from "./activity.ts";
import { Module } from "./module.ts";
import { ANYTHING, chooses, firstOrderOnly, ofFinite, operand, partialOf, scale } from "./rules.ts";
import { rememberWinners } from "./winners.ts";

export interface ForwardOptions {
  /** Parameters of the entry by which to differentiate, by position. Default: all numbers and arrays. */
  readonly wrt?: readonly number[];
  /** How many directions at once. Default: 1. */
  readonly directions?: number;
  /** Of a derivative that people are to read. */
  readonly readable?: Reading | undefined;
}

/** A program's forward derivative. */
export interface ForwardDerivative {
  /**
   * The entry takes the parameters of the original, then tangents: for each parameter of `tangentParameters`, one per
   * direction. It returns the results of the original, then for each of `tangentResults` one tangent per direction.
   */
  readonly program: Program;
  /**
   * Parameters of the original that have tangents, by position: those of `wrt`, and the arrays into which something
   * that depends on them is written.
   */
  readonly tangentParameters: readonly number[];
  /** Results of the original that have tangents, by position: all numbers and arrays. */
  readonly tangentResults: readonly number[];
}

/** Tangents of a value, one per direction; undefined where one is zero. For memory: its shadows. */
type Tangents = readonly (Value | undefined)[];

/** The derivative of a program along directions: value and tangent in one go. */
export function forward(original: Program, options: ForwardOptions = {}): ForwardDerivative {
  const { readable } = options;
  const program = readable ? original : rememberWinners(original);
  const entry = program.functions[0]!;
  const inputs = options.wrt ?? positions(entry.params.map((p) => p.ty));
  const tangentResults = positions(entry.results);
  const outParameters = entry.params.flatMap((p, i) => (p.ty === "array" ? [i] : []));
  const activity = new Activity(program, { inputs, results: tangentResults, outParameters }, readable);
  const module = new Pushforwards(program, activity, options.directions ?? 1);
  const tangentParameters = entry.params.flatMap((_, i) =>
    inputs.includes(i) || activity.active(entry, entry.body.args[i]!) ? [i] : [],
  );
  module.entry(tangentParameters, tangentResults);
  return { program: module.finish(), tangentParameters, tangentResults };
}

/** The positions of what may carry a derivative. */
const positions = (types: readonly Ty[]): number[] =>
  types.flatMap((ty, i) => (ty === "f64" || ty === "array" ? [i] : []));

/** What the forward derivatives of all functions have in common. */
class Pushforwards extends Module {
  readonly activity: Activity;
  readonly directions: number;
  readonly #derivatives = new Map<Func, string>();

  constructor(program: Program, activity: Activity, directions: number) {
    super(program);
    this.activity = activity;
    this.directions = directions;
  }

  entry(params: readonly number[], results: readonly number[]): void {
    const f = this.program.functions[0]!;
    const name = this.fresh(`${f.name}_forward`);
    this.add(new Pushforward(this, f, { name, params, results }).write());
  }

  /** The name of the forward derivative of a called function: tangents of what is active, and no more. */
  derivative(f: Func): string {
    let name = this.#derivatives.get(f);
    if (name === undefined) {
      name = this.fresh(`${f.name}_forward`);
      this.#derivatives.set(f, name);
      const active = (v: Value): boolean => carries(v) && this.activity.active(f, v);
      const params = f.body.args.flatMap((v, i) => (active(v) ? [i] : []));
      const results = f.body.yields.flatMap((v, i) => (active(v) ? [i] : []));
      const shape = { name, params, results };
      this.later(() => this.add(new Pushforward(this, f, shape).write()));
    }
    return name;
  }
}

/** Writes the forward derivative of one function. */
class Pushforward {
  readonly #module: Pushforwards;
  readonly #f: Func;
  readonly #shape: {
    readonly name: string;
    readonly params: readonly number[];
    readonly results: readonly number[];
  };
  readonly #b: Builder = new Builder();
  readonly #primal = new Map<Value, Value>();
  readonly #tangents = new Map<Value, Tangents>();

  constructor(
    module: Pushforwards,
    f: Func,
    shape: { readonly name: string; readonly params: readonly number[]; readonly results: readonly number[] },
  ) {
    this.#module = module;
    this.#f = f;
    this.#shape = shape;
  }

  write(): Func {
    const f = this.#f;
    const { name, params, results } = this.#shape;
    const all: Parameter[] = [...f.params];
    for (const i of params) {
      const p = f.params[i]!;
      for (let d = 0; d < this.#k; d++) all.push({ ...p, name: this.#tangentName(p.name, d) });
    }
    const body = this.#b.region(
      all.map((p) => p.ty),
      (...args) => {
        args.forEach((arg, i) => (arg.name = all[i]!.name));
        f.body.args.forEach((v, i) => this.#primal.set(v, args[i]!));
        params.forEach((i, n) => {
          const v = f.body.args[i]!;
          const first = f.params.length + n * this.#k;
          if (this.#active(v)) this.#tangents.set(v, args.slice(first, first + this.#k));
        });
        this.#ops(f.body);
        const tangents = results.flatMap((r) => this.#given(f.body.yields[r]!));
        return [...f.body.yields.map((v) => this.#value(v)), ...tangents];
      },
    );
    return {
      name,
      params: all,
      results: body.yields.map((v) => v.ty),
      body,
      size: this.#b.size,
      pullback: undefined,
    };
  }

  get #k(): number {
    return this.#module.directions;
  }

  #tangentName(name: string, d: number): string {
    return this.#k === 1 ? `${name}Dot` : `${name}Dot${d}`;
  }

  #active(v: Value): boolean {
    return carries(v) && this.#module.activity.active(this.#f, v);
  }

  #value(v: Value): Value {
    return this.#primal.get(v)!;
  }

  /** One value for each direction d. */
  #each<T>(make: (d: number) => T): T[] {
    return Array.from({ length: this.#k }, (_, d) => make(d));
  }

  #tangent(v: Value, d: number): Value | undefined {
    return this.#tangents.get(v)?.[d];
  }

  /** The tangents of `v`, written out where they are zero. */
  #given(v: Value): Value[] {
    return this.#each((d) => {
      const known = this.#tangent(v, d);
      if (known !== undefined) return known;
      return v.ty === "f64" ? this.#b.f64(0) : this.#b.allocate(this.#b.length(this.#value(v)));
    });
  }

  /** Takes over results: first the values, then the tangents of the active ones. */
  #bind(values: readonly Value[], received: readonly Value[]): void {
    let next = values.length;
    values.forEach((v, i) => {
      this.#primal.set(v, received[i]!);
      received[i]!.name = v.name;
      if (!this.#active(v)) return;
      const tangents = received.slice(next, next + this.#k);
      this.#name(v, tangents);
      this.#tangents.set(v, tangents);
      next += this.#k;
    });
  }

  #name(v: Value, tangents: Tangents): void {
    const { name } = v;
    if (name !== undefined) tangents.forEach((t, d) => t && (t.name ??= this.#tangentName(name, d)));
  }

  #ops(region: Region): void {
    for (const op of region.ops) {
      this.#b.loc = op.loc;
      this.#op(op);
    }
  }

  /** The operation itself, unchanged. */
  #copy(op: Op): readonly Value[] {
    const args = op.args.map((v) => this.#value(v));
    const types = op.results.map((v) => v.ty);
    const results = this.#b.emit(op.kind, args, op.attr, types);
    op.results.forEach((v, i) => {
      this.#primal.set(v, results[i]!);
      results[i]!.name = v.name;
    });
    return results;
  }

  #set(v: Value, tangents: Tangents): void {
    this.#name(v, tangents);
    this.#tangents.set(v, tangents);
  }

  #op(op: Op): void {
    if (op.kind === "for" || op.kind === "while" || op.kind === "if") return this.#control(op);
    if (op.kind === "call") return this.#call(op);
    this.#copy(op);
    const b = this.#b;
    const result = op.results[0];
    const [first, second, third] = op.args;
    if (result !== undefined && this.#active(result)) {
      switch (op.kind) {
        case "primitive":
          return this.#set(result, this.#primitive(op));
        case "f64.rem": {
          // x - y·trunc(x/y)
          const [x, y, r] = [first!, second!, result].map((v) => this.#value(v)) as [Value, Value, Value];
          const quotient = (): Value => b.primitive(div, b.primitive(sub, r, x), y);
          const rate = this.#each((d) =>
            this.#sum(
              this.#tangent(first!, d),
              this.#scaled(second!, d, operand(result, ANYTHING, quotient)),
            ),
          );
          return this.#set(result, rate);
        }
        case "external":
          return this.#external(op);
        case "select": {
          const condition = chooses(b, op, this.#value(first!), () => this.#value(third!));
          const [x, y] = [this.#given(second!), this.#given(third!)];
          return this.#set(
            result,
            this.#each((d) => b.select(condition, x[d]!, y[d]!)),
          );
        }
        case "load":
          return this.#set(
            result,
            this.#each((d) => b.load(this.#tangent(first!, d)!, this.#value(second!))),
          );
        case "data":
        case "allocate":
          return this.#set(
            result,
            this.#each(() => b.allocate(b.length(this.#value(result)))),
          );
        case "subarray": {
          const [lo, hi] = [this.#value(second!), this.#value(third!)];
          return this.#set(
            result,
            this.#each((d) => b.subarray(this.#tangent(first!, d)!, lo, hi)),
          );
        }
        case "tape.allocate": {
          const { slots, growable } = op.attr;
          return this.#set(
            result,
            this.#each(() => b.tape(this.#value(first!), slots, growable)),
          );
        }
        case "tape.load": {
          const [record, { slot }] = [this.#value(second!), op.attr];
          return this.#set(
            result,
            this.#each((d) => b.tapeLoad(this.#tangent(first!, d)!, record, slot, result.ty)),
          );
        }
        default:
      }
    }
    if (first === undefined || !this.#active(first)) return;
    switch (op.kind) {
      case "store":
        return this.#shadows(first, third!, (shadow, t) => b.store(shadow, this.#value(second!), t));
      case "accumulate":
        if (!this.#active(third!)) return;
        return this.#shadows(first, third!, (shadow, t) => b.accumulate(shadow, this.#value(second!), t));
      case "fill":
        return this.#shadows(first, second!, (shadow, t) => b.fill(shadow, t));
      case "copy": {
        if (this.#active(second!)) return this.#shadows(first, second!, (shadow, t) => b.copy(shadow, t));
        const n = b.length(this.#value(second!));
        for (let d = 0; d < this.#k; d++) {
          b.fill(b.subarray(this.#tangent(first, d)!, b.i32(0), n), b.f64(0));
        }
        return;
      }
      case "tape.store": {
        const { slot } = op.attr;
        if (!this.#module.activity.activeSlot(this.#f, first, slot)) return;
        return this.#shadows(first, third!, (shadow, t) =>
          b.tapeStore(shadow, this.#value(second!), slot, t),
        );
      }
      default:
    }
  }

  /** Does to each shadow of `memory` what was done to it, with the tangent of `v`. */
  #shadows(memory: Value, v: Value, write: (shadow: Value, tangent: Value) => void): void {
    const tangents = this.#given(v);
    for (let d = 0; d < this.#k; d++) write(this.#tangent(memory, d)!, tangents[d]!);
  }

  #sum(x: Value | undefined, y: Value | undefined): Value | undefined {
    return x === undefined ? y : y === undefined ? x : this.#b.primitive(add, x, y);
  }

  /** The tangent of `v` times a partial derivative; `zero`: of a function that may be infinitely steep. */
  #scaled(v: Value, d: number, partial: Parameters<typeof scale>[2], zero = true): Value | undefined {
    const t = this.#tangent(v, d);
    const steep = this.#module.activity.steepTangent(this.#f, v);
    return t && scale(this.#b, t, partial, { zero, steep, readable: true });
  }

  #primitive(op: OpOf<"primitive">): Tangents {
    const b = this.#b;
    const result = op.results[0]!;
    if (op.attr === where) {
      const [condition, x, y] = op.args as [Value, Value, Value];
      const [tx, ty] = [this.#given(x), this.#given(y)];
      return this.#each((d) => b.primitive(where, this.#value(condition), tx[d]!, ty[d]!));
    }
    const real = (v: Value): Parameters<typeof scale>[2] =>
      operand(v, this.#module.activity.beyond(this.#f, v), () => this.#value(v));
    const args = op.args.map(real);
    const out = real(result);
    const { activity } = this.#module;
    const zero =
      activity.steep(this.#f, result) || (ofFinite(op).flags > 0 && activity.matters(this.#f, result));
    let tangents: Tangents = this.#each(() => undefined);
    op.args.forEach((v, i) => {
      if (!this.#tangents.has(v)) return;
      const partial = partialOf(op, i, args, out);
      tangents = this.#each((d) => this.#sum(tangents[d], this.#scaled(v, d, partial, zero)));
    });
    return tangents;
  }

  /** A function of the user's on numbers: its `backward`, at cotangent 1, gives the partial derivatives. */
  #external(op: OpOf<"external">): void {
    if (op.attr.half === "backward") throw firstOrderOnly(op.attr.function);
    const b = this.#b;
    const partials = b.externalBackward(
      op.attr.function,
      op.args.map((v) => this.#value(v)),
      b.f64(1),
    );
    const reals = partials.map((p) => operand(p, ANYTHING, () => p));
    const rate = this.#each((d) =>
      op.args.reduce<Value | undefined>((t, v, i) => this.#sum(t, this.#scaled(v, d, reals[i]!)), undefined),
    );
    this.#set(op.results[0]!, rate);
  }

  #call(op: OpOf<"call">): void {
    const b = this.#b;
    const callee = this.#module.lookup(op.attr.callee);
    const custom = callee.pullback !== undefined && op.results.some((r) => this.#active(r));
    if (callee.pullback !== undefined || !this.#module.activity.activeFunction(callee)) {
      this.#module.plain(callee.name);
      this.#copy(op);
      if (custom) this.#custom(op, callee, callee.pullback);
      return;
    }
    // What is active there, not what is active here: all calls of a function share one derivative.
    const active = (v: Value): boolean => carries(v) && this.#module.activity.active(callee, v);
    const args = op.args.map((v) => this.#value(v));
    const tangents = op.args.flatMap((v, i) => (active(callee.body.args[i]!) ? this.#given(v) : []));
    const types = op.results.map((r) => r.ty);
    const shadowed = op.results.filter((_, i) => active(callee.body.yields[i]!));
    const more = shadowed.flatMap((r) => this.#each((): Ty => r.ty));
    const received = b.call(this.#module.derivative(callee), [...args, ...tangents], [...types, ...more]);
    let next = op.results.length;
    op.results.forEach((r, i) => {
      this.#primal.set(r, received[i]!);
      received[i]!.name = r.name;
      if (!shadowed.includes(r)) return;
      if (this.#active(r)) this.#set(r, received.slice(next, next + this.#k));
      next += this.#k;
    });
  }

  /** A function with a pullback of the user's own: one call of it per result gives the partial derivatives. */
  #custom(op: OpOf<"call">, callee: Func, pullback: string): void {
    const b = this.#b;
    const numbers = op.results.filter((r) => r.ty === "f64");
    const inputs = op.args.filter((v) => v.ty === "f64");
    const args = op.args.map((v) => this.#value(v));
    const types = inputs.map((): Ty => "f64");
    for (const r of numbers.filter((v) => this.#active(v))) {
      const seeds = numbers.map((other) => b.f64(other === r ? 1 : 0));
      const partials = b.call(pullback, [...args, ...seeds], types).map((p) => operand(p, ANYTHING, () => p));
      const rate = this.#each((d) =>
        inputs.reduce<Value | undefined>(
          (t, v, i) => this.#sum(t, this.#scaled(v, d, partials[i]!)),
          undefined,
        ),
      );
      this.#set(r, rate);
    }
  }

  #control(op: OpOf<"for"> | OpOf<"while"> | OpOf<"if">): void {
    const b = this.#b;
    const types = (values: readonly Value[]): Ty[] => [
      ...values.map((v) => v.ty),
      ...values.filter((v) => this.#active(v)).flatMap((v) => this.#each(() => v.ty)),
    ];
    /** A region whose yields are followed by the tangents of those that `shadowed` says. */
    const region = (r: Region, shadowed: readonly Value[]): Region =>
      b.region(types(r.args), (...args) => {
        this.#bind(r.args, args);
        this.#ops(r);
        const yields = r.yields.map((v) => this.#value(v));
        const tangents = r.yields.flatMap((v, i) =>
          shadowed[i] !== undefined && this.#active(shadowed[i]) ? this.#given(v) : [],
        );
        return [...yields, ...tangents];
      });
    const args = op.args.map((v) => this.#value(v));
    switch (op.kind) {
      case "if": {
        const regions = op.regions.map((r) => region(r, op.results));
        return this.#bind(op.results, b.emit("if", args, op.attr, types(op.results), regions));
      }
      case "for": {
        const [body] = op.regions as [Region];
        const carries = body.args.slice(1);
        const inits = op.args.slice(2).flatMap((v, k) => (this.#active(carries[k]!) ? this.#given(v) : []));
        const inner = region(body, carries);
        const received = b.emit(
          "for",
          [...args, ...inits],
          op.attr,
          inner.args.slice(1).map((v) => v.ty),
          [inner],
        );
        return this.#bindLoop(op.results, carries, received);
      }
      case "while": {
        const [test, body] = op.regions as [Region, Region];
        const inits = op.args.flatMap((v, k) => (this.#active(body.args[k]!) ? this.#given(v) : []));
        // Both regions take the carries of the body, whichever of them they use.
        const condition = b.region(this.#loopTypes(body.args), (...received) => {
          this.#bindLoop(test.args, body.args, received);
          this.#ops(test);
          return [this.#value(test.yields[0]!)];
        });
        const inner = region(body, body.args);
        const carried = this.#loopTypes(body.args);
        const received = b.emit(
          "while",
          [...args, ...inits],
          op.attr,
          [...carried, "i32"],
          [condition, inner],
        );
        const trips = op.results.at(-1)!;
        this.#primal.set(trips, received.at(-1)!);
        return this.#bindLoop(op.results.slice(0, -1), body.args, received);
      }
      default:
    }
  }

  #loopTypes(carries: readonly Value[]): Ty[] {
    return [
      ...carries.map((v) => v.ty),
      ...carries.filter((v) => this.#active(v)).flatMap((v) => this.#each(() => v.ty)),
    ];
  }

  /** As `#bind`, where `carries` decide which values have tangents. */
  #bindLoop(values: readonly Value[], carried: readonly Value[], received: readonly Value[]): void {
    let next = values.length;
    values.forEach((v, i) => {
      this.#primal.set(v, received[i]!);
      received[i]!.name = v.name;
      if (!this.#active(carried[i]!)) return;
      if (this.#active(v)) this.#set(v, received.slice(next, next + this.#k));
      next += this.#k;
    });
  }
}

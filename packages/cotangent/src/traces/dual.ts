/** Forward mode: numbers that carry a tangent along. */
import { forward, pushforward } from "../chain.ts";
import { apply, isPrimitive } from "../real/real.ts";
import type { Context, Differentiable, Real, Trace } from "../real/real.ts";
import { Fluent } from "./fluent.ts";
import { isRecording } from "./levels.ts";
import { constants, escaped, outward } from "./scalar.ts";

/** A number and its derivative along a direction. */
export class Dual extends Fluent<Dual> {
  readonly trace: Forward;
  readonly primal: Real;
  readonly tangent: Real;

  constructor(trace: Forward, primal: Real, tangent: Real) {
    super();
    this.trace = trace;
    this.primal = primal;
    this.tangent = tangent;
  }

  override toString(): string {
    return `Dual(${this.primal}, ${this.tangent})`;
  }
}

/** The trace of forward mode. */
export class Forward implements Trace {
  readonly level: number;
  /** Set when the transform that owns this trace has ended. */
  closed = false;

  constructor(level: number) {
    this.level = level;
  }

  apply(f: Differentiable, args: readonly Real[]): Real {
    if (this.closed) throw escaped();
    const primals = outward(this, args);
    if (!isRecording(this.level) || (isPrimitive(f) && f.flat)) return constants.wrap(apply(f, primals));
    let out: Real;
    let ctx: Context | undefined;
    if (isPrimitive(f)) out = apply(f, primals);
    else [out, ctx] = forward(f, primals);
    const tangents = args.map((x) => this.tangentOf(x));
    return new Dual(this, out, pushforward(f, primals, tangents, out, ctx));
  }

  /** The tangent of `x`; of anything that this trace does not watch, zero. */
  tangentOf(x: Real): Real {
    return x instanceof Dual && x.trace === this ? x.tangent : 0;
  }
}

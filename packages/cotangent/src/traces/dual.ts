/** Forward mode: numbers that carry a tangent along. */
import { plus, pushforward, times } from "../chain.ts";
import { apply, isPrimitive, linearize } from "../real/real.ts";
import type { Differentiable, PrimitiveBase, Real, Trace } from "../real/real.ts";
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
    const [out, ctx] = isPrimitive(f) ? [apply(f, primals)] : f[linearize](primals, true);
    const tangents = args.map((x) => this.tangentOf(x));
    return new Dual(this, out, pushforward(f, primals, tangents, out, ctx));
  }

  /** The common case, without lists: all is plain outside. */
  applyFew(f: PrimitiveBase, x: Real, y: Real | undefined): Real | undefined {
    if (this.closed || f.flat || !isRecording(this.level)) return undefined;
    const p = this.#plain(x);
    const q = f.arity === 1 ? 0 : this.#plain(y);
    const s = this.tangentOf(x);
    const t = f.arity === 1 ? 0 : this.tangentOf(y!);
    if (p === undefined || q === undefined || typeof s !== "number" || typeof t !== "number")
      return undefined;
    const out: number = f.arity === 1 ? f.evaluate(p) : f.evaluate(p, q);
    const [byX, byY] = f.partials;
    const dx = s === 0 ? 0 : f.arity === 1 ? byX!(p, out) : byX!(p, q, out);
    const dy = t === 0 ? 0 : byY!(p, q, out);
    return new Dual(this, out, plus(times(s, dx), times(t, dy)));
  }

  /** The number that `x` is outside; undefined if it is watched there. */
  #plain(x: Real | undefined): number | undefined {
    const outside = x instanceof Dual && x.trace === this ? x.primal : x;
    return typeof outside === "number" ? outside : undefined;
  }

  /** The tangent of `x`; of anything that this trace does not watch, zero. */
  tangentOf(x: Real): Real {
    return x instanceof Dual && x.trace === this ? x.tangent : 0;
  }
}

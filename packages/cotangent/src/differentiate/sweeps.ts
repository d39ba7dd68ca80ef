/** What the sweeps of all functions of a program have in common. */
import type { Func, Value } from "../program/ir.ts";
import { carries } from "./activity.ts";
import type { Activity } from "./activity.ts";
import type { Checkpointed } from "./checkpoint.ts";
import { Module } from "./module.ts";
import { Stability } from "./stability.ts";

/** The names of what a called function becomes. */
export interface Pair {
  /** From the parameters, and the shadows of mixed arrays, to the results, their shadows where mixed, and a tape. */
  readonly forth: string;
  /** From the tape, the adjoints of active numbers and the shadows of active arrays, to adjoints of active parameters. */
  readonly back: string;
}

/**
 * What the way back through a function takes and gives, by position: what is active there, not what is active where it is called, since all
 * calls share one derivative.
 */
interface Exchange {
  /** Results whose adjoints it takes, */
  readonly seeds: readonly number[];
  /** and then parameters whose shadows it takes; */
  readonly shadows: readonly number[];
  /** parameters whose adjoints it returns. */
  readonly adjoints: readonly number[];
}

/** Writes what a called function becomes. */
export interface Writers {
  /** Both sweeps, in two functions. */
  readonly pair: (sweeps: Sweeps, f: Func, pair: Pair) => readonly Func[];
  /** Both sweeps, in one function of this name. */
  readonly joint: (sweeps: Sweeps, f: Func, name: string) => Func;
}

export class Sweeps extends Module {
  readonly activity: Activity;
  /** Whether people are to read what is written. */
  readonly readable: boolean;
  readonly stability: Stability;
  /** The names of functions that are checkpointed segments. */
  readonly segments: ReadonlySet<string>;
  readonly #pairs = new Map<Func, Pair>();
  readonly #joints = new Map<Func, string>();
  readonly #write: Writers;

  constructor({ program, segments }: Checkpointed, activity: Activity, readable: boolean, write: Writers) {
    super(program);
    this.activity = activity;
    this.readable = readable;
    this.stability = new Stability(program, activity.places);
    this.segments = segments;
    this.#write = write;
  }

  active(f: Func, v: Value): boolean {
    return carries(v) && this.activity.active(f, v);
  }

  /** Whether `v` is memory whose shadow goes along in the forward sweep. */
  mixed(f: Func, v: Value): boolean {
    return v.ty !== "f64" && this.active(f, v) && this.stability.mixed(f, v);
  }

  /** Whether the way back changes what an array holds. */
  disturbed(f: Func, v: Value): boolean {
    return this.stability.undone(f, v) || this.stability.writtenAndGiven(f, v, this.segments);
  }

  /** Forward and reverse sweep of a called function. */
  pair(f: Func): Pair {
    let pair = this.#pairs.get(f);
    if (pair === undefined) {
      const made = { forth: this.fresh(`${f.name}_forth`), back: this.fresh(`${f.name}_back`) };
      this.#pairs.set(f, (pair = made));
      this.later(() => this.add(...this.#write.pair(this, f, made)));
    }
    return pair;
  }

  /**
   * Both sweeps of a called function in one: from its parameters, the adjoints of active numbers among its results and the shadows of
   * active arrays, to its results and the adjoints of active numbers among its parameters.
   */
  joint(f: Func): string {
    let name = this.#joints.get(f);
    if (name === undefined) {
      const made = this.fresh(`${f.name}_reverse`);
      this.#joints.set(f, (name = made));
      this.later(() => this.add(this.#write.joint(this, f, made)));
    }
    return name;
  }

  /** What the way back through a called function takes and gives. */
  exchange(f: Func): Exchange {
    const { yields, args } = f.body;
    const positions = (values: readonly Value[], holds: (v: Value) => boolean): readonly number[] =>
      values.flatMap((v, k) => (this.active(f, v) && holds(v) ? [k] : []));
    const isNumber = (v: Value): boolean => v.ty === "f64";
    return {
      seeds: positions(yields, isNumber),
      shadows: positions(args, (v) => v.ty === "array" && !this.mixed(f, v)),
      adjoints: positions(args, isNumber),
    };
  }

  /** Whether a function that is called has sweeps of its own. */
  derived(f: Func): boolean {
    return f.pullback === undefined && this.activity.activeFunction(f);
  }
}

/** What the sweeps of all functions of a program have in common. */
import type { Func, Program, Value } from "../program/ir.ts";
import { carries } from "./activity.ts";
import type { Activity } from "./activity.ts";
import { Module } from "./module.ts";
import { Stability } from "./stability.ts";

/** The names of what a called function becomes. */
export interface Pair {
  /** From the parameters, and the shadows of mixed arrays, to the results, their shadows where mixed, and a tape. */
  readonly forth: string;
  /** From the tape, the adjoints of active numbers and the shadows of active arrays, to adjoints of active parameters. */
  readonly back: string;
}

export class Sweeps extends Module {
  readonly activity: Activity;
  readonly stability: Stability;
  readonly #pairs = new Map<Func, Pair>();
  readonly #write: (sweeps: Sweeps, f: Func, pair: Pair) => readonly Func[];

  /** @param write writes both sweeps of a called function */
  constructor(
    program: Program,
    activity: Activity,
    write: (sweeps: Sweeps, f: Func, pair: Pair) => readonly Func[],
  ) {
    super(program);
    this.activity = activity;
    this.stability = new Stability(program, activity.places);
    this.#write = write;
  }

  active(f: Func, v: Value): boolean {
    return carries(v) && this.activity.active(f, v);
  }

  /** Whether `v` is memory whose shadow goes along in the forward sweep. */
  mixed(f: Func, v: Value): boolean {
    return v.ty !== "f64" && this.active(f, v) && this.stability.mixed(f, v);
  }

  /** Forward and reverse sweep of a called function. */
  pair(f: Func): Pair {
    let pair = this.#pairs.get(f);
    if (pair === undefined) {
      const made = { forth: this.fresh(`${f.name}_forth`), back: this.fresh(`${f.name}_back`) };
      this.#pairs.set(f, (pair = made));
      this.later(() => this.add(...this.#write(this, f, made)));
    }
    return pair;
  }
}

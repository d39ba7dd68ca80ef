/** Rewrites regions through a builder: as they are, where a pass does not do something else with an operation. */
import type { Builder } from "./builder.ts";
import type { Op, Region, Ty, Value } from "./ir.ts";

export class Copy {
  /** What values of the original are in the copy. */
  readonly values: Map<Value, Value> = new Map();
  readonly b: Builder;

  constructor(b: Builder) {
    this.b = b;
  }

  /** Writes what a region does for these arguments; returns what it yields. */
  region(region: Region, args: readonly Value[]): readonly Value[] {
    region.args.forEach((v, i) => this.bind(v, args[i]!));
    for (const op of region.ops) {
      this.b.loc = op.loc;
      this.op(op);
    }
    return region.yields.map((v) => this.values.get(v)!);
  }

  /** For passes to do otherwise. */
  protected op(op: Op): void {
    this.plain(op);
  }

  plain(op: Op): void {
    const { b } = this;
    const types = (values: readonly Value[]): Ty[] => values.map((v) => v.ty);
    const regions = op.regions.map((r, k) =>
      b.region(types(r.args), (...args) => {
        this.enter(op, k);
        return this.region(r, args);
      }),
    );
    this.bindAll(op.results, b.emit(op.kind, this.args(op), op.attr, types(op.results), regions));
  }

  /** For passes to write something in front of an operation's k-th region. */
  protected enter(_op: Op, _k: number): void {}

  args(op: Op): Value[] {
    return op.args.map((v) => this.values.get(v)!);
  }

  bind(v: Value, value: Value): void {
    this.values.set(v, value);
    value.name ??= v.name;
  }

  bindAll(values: readonly Value[], copies: readonly Value[]): void {
    values.forEach((v, i) => this.bind(v, copies[i]!));
  }
}

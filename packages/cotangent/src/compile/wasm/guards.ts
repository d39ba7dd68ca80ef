/**
 * Products that count for nothing where a factor is zero, even if the other is infinite: `p != p & (x == 0 | y == 0) ? 0 : p`, where p = x·y.
 * Derivatives are full of them, and hardly ever is one not a number. What is computed from a NaN by adding and multiplying is NaN; so
 * all that a stretch of a loop's body computes is tested together, and computed once more, with all the choices, where that fails.
 */
import { usesIn } from "../../differentiate/uses.ts";
import type { Uses } from "../../differentiate/uses.ts";
import { add, div, inv, mul, neg, square, sub } from "../../primitives/index.ts";
import { buildFunction } from "../../program/builder.ts";
import { Copy } from "../../program/copy.ts";
import { isOp, kinds, someOp } from "../../program/ir.ts";
import type { Func, Op, OpOf, Region, Value } from "../../program/ir.ts";

/** What is NaN where an argument is. */
const PASSING: ReadonlySet<unknown> = /* @__PURE__ */ new Set([add, sub, mul, neg, square, div, inv]);

/** Whether something is a guarded product. */
function isGuard(op: Op): op is OpOf<"select"> {
  if (op.kind !== "select") return false;
  const [condition, zero, product] = op.args as [Value, Value, Value];
  if (!isOp(product.def) || product.def.kind !== "primitive" || !PASSING.has(product.def.attr)) return false;
  if (!isOp(zero.def) || zero.def.kind !== "constant" || zero.def.attr !== 0) return false;
  const both = condition.def;
  return (
    isOp(both) && both.kind === "i32.and" && both.args.some((x) => isOp(x.def) && isNaNTest(x.def, product))
  );
}

const isNaNTest = ({ kind, args }: Op, v: Value): boolean =>
  kind === "f64.ne" && args[0] === v && args[1] === v;

/** The function with such tests in its loops, but in those that go in pairs: there, choices cost little, and branches cannot be. */
export function testTogether(func: Func, goesInPairs: (loop: OpOf<"for">) => boolean): Func {
  if (!someOp(func.body, isGuard)) return func;
  return buildFunction(
    func.name,
    func.params,
    (b, args) => new Together(b, func, goesInPairs).region(func.body, args),
    {
      pullback: func.pullback,
    },
  );
}

class Together extends Copy {
  readonly #uses: Uses;
  readonly #goesInPairs: (loop: OpOf<"for">) => boolean;
  #loops = 0;

  constructor(b: Copy["b"], func: Func, goesInPairs: (loop: OpOf<"for">) => boolean) {
    super(b);
    this.#uses = usesIn(func.body);
    this.#goesInPairs = goesInPairs;
  }

  override region(region: Region, args: readonly Value[]): readonly Value[] {
    const loop = region.parent?.kind === "for" || region.parent?.kind === "while";
    this.#loops += Number(loop);
    try {
      const paired = region.parent?.kind === "for" && this.#goesInPairs(region.parent);
      if (this.#loops === 0 || paired || !region.ops.some(isGuard)) return super.region(region, args);
      region.args.forEach((v, i) => this.bind(v, args[i]!));
      this.#stretches(region);
      return region.yields.map((v) => this.values.get(v)!);
    } finally {
      this.#loops -= Number(loop);
    }
  }

  #stretches(region: Region): void {
    const conditions = this.#conditions(region);
    /** What may be NaN because a product was, in order. */
    let doubtful = new Set<Op>();
    /** What waits for the test. */
    let later = new Set<Op>();
    const isOf = (ops: ReadonlySet<Op>, { def }: Value): boolean =>
      isOp(def) && (ops.has(def) || (conditions.has(def) && def.args.some((v) => isOf(ops, v))));
    const uses = (op: Op, ops: ReadonlySet<Op>): boolean =>
      op.args.some((v) => isOf(ops, v)) ||
      op.regions.some((r) => r.yields.some((v) => isOf(ops, v)) || r.ops.some((inner) => uses(inner, ops)));
    const test = (): void => {
      if (doubtful.size > 0) this.#test(doubtful, conditions);
      for (const op of later) this.op(op);
      doubtful = new Set();
      later = new Set();
    };
    for (const op of region.ops) {
      if (conditions.has(op)) continue;
      if (isGuard(op)) {
        if (uses(op, later)) test();
        this.values.set(op.results[0]!, this.values.get(op.args[2]!)!);
        doubtful.add(op);
        continue;
      }
      const isPure = kinds[op.kind].effect === "pure";
      const passes = op.kind === "primitive" && PASSING.has(op.attr);
      if (uses(op, later) || (later.size > 0 && !isPure) || (!passes && uses(op, doubtful))) later.add(op);
      else {
        if (uses(op, doubtful)) doubtful.add(op);
        this.op(op);
      }
    }
    test();
  }

  /** What is computed for the conditions of guarded products, and for nothing else. */
  #conditions(region: Region): ReadonlySet<Op> {
    const found = new Set<Op>();
    for (let k = region.ops.length - 1; k >= 0; k--) {
      const op = region.ops[k]!;
      if (kinds[op.kind].effect !== "pure" || op.results[0]?.ty !== "i32") continue;
      const users = this.#uses.get(op.results[0]) ?? [];
      const isFor = (by: Op | Region): boolean =>
        isOp(by) && (found.has(by) || (by.parent === region && isGuard(by) && by.args[0] === op.results[0]));
      if (users.length > 0 && users.every(isFor)) found.add(op);
    }
    return found;
  }

  /** Tests what a stretch has computed, and computes it again, with all choices, where it is not a number. */
  #test(doubtful: ReadonlySet<Op>, conditions: ReadonlySet<Op>): void {
    const { b, values } = this;
    const ops = [...doubtful];
    const leaving = ops
      .map((op) => op.results[0]!)
      .filter((v) => this.#uses.get(v)?.some((by) => !isOp(by) || !(doubtful.has(by) || conditions.has(by))));
    // What something else that leaves was computed from is tested with it.
    const behind = new Set<Value>();
    for (const op of [...ops].reverse()) {
      const v = op.results[0]!;
      if (behind.has(v) || leaving.includes(v)) op.args.forEach((x) => behind.add(x));
    }
    if (leaving.length === 0) return;
    const sum = leaving
      .filter((v) => !behind.has(v))
      .map((v) => values.get(v)!)
      .reduce((x, y) => b.primitive(add, x, y));
    const kept = ops.map(({ results: [v] }) => [v!, values.get(v!)!] as const);
    const yields = (): Value[] => leaving.map((v) => values.get(v)!);
    const otherwise = b.region([], yields);
    const again = b.region([], () => {
      const had = new Set<Op>();
      const condition = (v: Value): void => {
        if (!isOp(v.def) || !conditions.has(v.def) || had.has(v.def)) return;
        had.add(v.def);
        v.def.args.forEach(condition);
        this.plain(v.def);
      };
      for (const op of doubtful) {
        if (isGuard(op)) condition(op.args[0]!);
        this.plain(op);
      }
      return yields();
    });
    for (const [v, value] of kept) values.set(v, value);
    const types = leaving.map((v) => v.ty);
    const isNot = b.op("f64.ne", sum, sum);
    const results = b.emit("if", [isNot], undefined, types, [again, otherwise]);
    leaving.forEach((v, k) => values.set(v, results[k]!));
  }
}

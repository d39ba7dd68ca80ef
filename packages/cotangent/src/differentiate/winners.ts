/**
 * Loops that keep the best of what they come by: a minimum, a maximum, whatever a condition chose last. The result is what one
 * iteration computed, so that its derivative is that iteration's alone. This pass makes the loop remember which one it was, and
 * computes the result anew from it: then nothing in the loop carries a derivative, and the way back does not go through it.
 *
 * A tie in a minimum or maximum has half the derivative of each side, and NaN none: where there was one, the whole loop is carried
 * out once more, and that is what is differentiated.
 */
import { max, min } from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import { buildFunction } from "../program/builder.ts";
import { Copy } from "../program/copy.ts";
import { isOp, kinds, someOp } from "../program/ir.ts";
import type { Op, OpOf, Program, Region, Value } from "../program/ir.ts";
import { usesIn } from "./uses.ts";
import type { Uses } from "./uses.ts";

/** A carry that each iteration keeps or replaces. */
interface Winner {
  readonly place: number;
  /** By what it is replaced. */
  readonly by: Value;
  /** The operations of the iteration that compute it. */
  readonly ops: readonly Op[];
  /** When it is replaced: where it is greater or less; where a condition holds, or does not. */
  readonly when:
    | { readonly than: "greater" | "less" }
    | { readonly condition: Value; readonly holds: boolean };
}

export function rememberWinners(program: Program): Program {
  const functions = program.functions.map((f) => {
    const uses = usesIn(f.body);
    if (!someOp(f.body, (op) => winnersOf(op, uses).length > 0)) return f;
    const write = (b: Builder, args: readonly Value[]): readonly Value[] =>
      new Rewriter(b, uses).region(f.body, args);
    return buildFunction(f.name, f.params, write, { pullback: f.pullback });
  });
  return { functions };
}

/** Whether an operation only reads, and the same whenever it is carried out in the loop. */
const isRepeatable = (op: Op): boolean => {
  const { effect } = kinds[op.kind];
  if (op.kind === "external" || op.kind === "while" || op.kind === "tape.load") return false;
  return (
    (effect === "pure" || effect === "traps" || effect === "reads" || effect === "regions") &&
    op.regions.every((region) => region.ops.every(isRepeatable))
  );
};

/** Whether the derivative does not go through an operation. */
const isFlat = (op: Op | Region): boolean =>
  isOp(op) && (/^f64\.(?:eq|ne|lt|le|gt|ge)$/.test(op.kind) || (op.kind === "primitive" && op.attr.flat));

function winnersOf(op: Op, uses: Uses): readonly Winner[] {
  if (op.kind !== "for") return [];
  const [body] = op.regions as [Region];
  const isUsed = (v: Value): boolean => (uses.get(v)?.length ?? 0) > 0;
  if (!op.results.some((v) => v.ty === "f64" && isUsed(v)) || !body.ops.every(isRepeatable)) return [];
  return op.results.flatMap((result, place): Winner[] => {
    if (result.ty !== "f64" || !isUsed(result)) return [];
    const [carry, next] = [body.args[place + 1]!, body.yields[place]!];
    const choice = choiceOf(carry, next, body);
    if (choice === undefined) return [];
    const { chooser, ...winner } = choice;
    // Neither the old nor the new one is used for anything else that has a derivative.
    const isYielded = (v: Value, by: Op | Region): boolean =>
      !isOp(by) && by.parent === chooser && by.yields.every((y, k) => y !== v || k === next.index);
    const harmless = (v: Value): boolean =>
      uses
        .get(v)!
        .every((by) => by === chooser || isFlat(by) || isYielded(v, by) || (v === next && by === body));
    if (!harmless(carry) || !harmless(next) || body.yields.filter((y) => y === next).length > 1) return [];
    const ops = slice(winner.by, body);
    return ops === undefined ? [] : [{ place, ops, ...winner }];
  });
}

/** How the next carry is chosen from the carry and something else. */
function choiceOf(
  carry: Value,
  next: Value,
  body: Region,
): (Pick<Winner, "by" | "when"> & { chooser: Op }) | undefined {
  const op = next.def;
  if (!isOp(op) || op.parent !== body) return undefined;
  if (op.kind === "primitive" && (op.attr === max || op.attr === min)) {
    const [x, y] = op.args as [Value, Value];
    if ((x === carry) === (y === carry)) return undefined;
    const than = op.attr === max ? "greater" : "less";
    return { by: x === carry ? y : x, when: { than }, chooser: op };
  }
  const [yes, no] =
    op.kind === "select"
      ? [op.args[1]!, op.args[2]!]
      : op.kind === "if"
        ? op.regions.map((region) => region.yields[next.index]!)
        : [];
  if (yes === undefined || no === undefined || (yes === carry) === (no === carry)) return undefined;
  const holds = no === carry;
  return { by: holds ? yes : no, when: { condition: op.args[0]!, holds }, chooser: op };
}

/** The operations of a loop's body that compute v, in order; undefined where that takes a carry. */
function slice(v: Value, body: Region): readonly Op[] | undefined {
  const found = new Set<Op>();
  const isOutside = (region: Region): boolean => {
    for (let r: Region | undefined = region; r !== undefined; r = r.parent?.parent)
      if (r === body) return false;
    return true;
  };
  const follow = (x: Value): boolean => {
    const { def } = x;
    const home = isOp(def) ? def.parent : def;
    if (isOutside(home)) return true;
    if (!isOp(def)) return home !== body || x.index === 0;
    if (found.has(def)) return true;
    found.add(def);
    return all(def);
  };
  // What is inside an operation comes with it.
  const all = (op: Op): boolean =>
    op.args.every(follow) &&
    op.regions.every((region) => region.ops.every(all) && region.yields.every(follow));
  if (!follow(v)) return undefined;
  const inOrder = (region: Region): Op[] =>
    region.ops.flatMap((op) => (found.has(op) ? [op] : op.kind === "if" ? op.regions.flatMap(inOrder) : []));
  return inOrder(body);
}

class Rewriter extends Copy {
  readonly #uses: Uses;

  constructor(b: Builder, uses: Uses) {
    super(b);
    this.#uses = uses;
  }

  protected override op(op: Op): void {
    const winners = winnersOf(op, this.#uses);
    if (winners.length === 0) this.plain(op);
    else this.#remember(op as OpOf<"for">, winners);
  }

  #remember(op: OpOf<"for">, winners: readonly Winner[]): void {
    const { b } = this;
    const [lo, hi, ...inits] = this.args(op) as [Value, Value, ...Value[]];
    const [body] = op.regions as [Region];
    // No iteration has the index before the first.
    const none = b.op("i32.sub", lo, b.i32(op.attr.step));
    const zero = b.i32(0);
    const begin = [...inits, ...winners.flatMap(() => [none, zero])];
    const results = b.for(
      lo,
      hi,
      begin,
      (i, carries) => {
        const own = carries.slice(0, inits.length);
        const next = this.region(body, [i, ...own]);
        return [
          ...next,
          ...winners.flatMap(({ place, by, when }, k) => {
            const [best, tied] = carries.slice(inits.length + 2 * k) as [Value, Value];
            if ("condition" in when) {
              const condition = this.values.get(when.condition)!;
              return [when.holds ? b.select(condition, i, best) : b.select(condition, best, i), tied];
            }
            const [x, y] = [this.values.get(by)!, own[place]!];
            const [greater, less] = [b.op("f64.gt", x, y), b.op("f64.lt", x, y)];
            const [wins, loses] = when.than === "greater" ? [greater, less] : [less, greater];
            return [b.select(wins, i, best), b.select(wins, zero, b.select(loses, tied, b.i32(1)))];
          }),
        ];
      },
      op.attr,
    );
    const again = (place: number) => (): readonly Value[] => [
      b.for(lo, hi, inits, (i, carries) => this.region(body, [i, ...carries]), op.attr)[place]!,
    ];
    const values = winners.map(({ place, by, ops, when }, k) => {
      const [best, tied] = results.slice(inits.length + 2 * k) as [Value, Value];
      const anew = (): readonly Value[] =>
        b.if(
          b.op("i32.ne", best, none),
          () => {
            this.values.set(body.args[0]!, best);
            for (const inner of ops) this.plain(inner);
            return [this.values.get(by)!];
          },
          () => [inits[place]!],
        );
      return ("condition" in when ? anew() : b.if(tied, again(place), anew))[0]!;
    });
    this.bindAll(op.results, results.slice(0, inits.length));
    winners.forEach(({ place }, k) => this.bind(op.results[place]!, values[k]!));
  }
}

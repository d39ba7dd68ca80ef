/** Carries that grow by the same integer in each iteration: instead of going round, they are computed from the loop's index. */
import { add, mul } from "../../primitives/index.ts";
import type { OpOf, Region, Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import type { Folder } from "./folder.ts";

/** A carry that grows by `by`, and by integers from outside the loop. */
interface Steady {
  readonly place: number;
  readonly by: number;
  readonly more: readonly Value[];
  /** Of an f64: the conversion to an index that each iteration begins with. It will only succeed if the carry is an integer. */
  readonly index: OpOf<"f64.index"> | undefined;
}

/** The largest step of what is counted. */
const LARGEST_STEP = 2 ** 10;

/** The steady carries of a loop's body, as it was; its arguments are the loop's index (if it has one) and the carries. */
export function steadyCarries(region: Region): readonly Steady[] {
  const first = region.args.length - region.yields.length;
  return region.yields.flatMap((next, place): Steady[] => {
    const carry = region.args[first + place]!;
    const growth = growthOf(next, carry, region.args[0]!);
    if (growth === undefined) return [];
    const { by, more } = growth;
    if ((by === 0 && more.length === 0) || Math.abs(by) > LARGEST_STEP) return [];
    if (carry.ty === "i32") return [{ place, by, more, index: undefined }];
    const index = region.ops.find(
      (op): op is OpOf<"f64.index"> => op.kind === "f64.index" && op.args[0] === carry,
    );
    return index === undefined ? [] : [{ place, by, more, index }];
  });
}

/**
 * What v adds to the carry: integers, all together, and what is older than the loop; in i32, where nothing rounds and all wraps around
 * alike. Undefined if it is something else.
 */
function growthOf(
  v: Value,
  carry: Value,
  { id: start }: Value,
): { readonly by: number; readonly more: readonly Value[] } | undefined {
  let by = 0;
  const more: Value[] = [];
  for (let at = v; at !== carry;) {
    const op = definedBy(at, "i32.add") ?? definedBy(at, "primitive");
    if (op === undefined || (op.kind === "primitive" && op.attr !== add)) return undefined;
    const [x, y] = op.args as [Value, Value];
    const step = isStep(y) ? y : x;
    if (!isStep(step)) return undefined;
    const constant = constantOf(step);
    if (constant === undefined) more.push(step);
    else by += constant;
    at = step === y ? x : y;
  }
  return { by, more };

  // Fractions might round on the way.
  function isStep(x: Value): boolean {
    const constant = constantOf(x);
    return constant === undefined ? x.ty === "i32" && x.id < start : constant === (constant | 0);
  }
}

/** The carry of a loop with steps of 1, before, in and after the loop. */
export interface Counted {
  /** In the iteration with this index. */
  readonly at: (index: Value) => Value;
  readonly after: () => Value;
}

/**
 * Writes before the loop from lo to hi, in steps of 1 or -1, what it takes to compute the carry from the loop's index. `more` has been
 * written anew.
 */
export function counted(
  b: Folder,
  { by, more, index }: Steady,
  init: Value,
  loop: { readonly lo: Value; readonly hi: Value; readonly step: number },
): Counted {
  const up = loop.step > 0;
  const [from, to] = up ? [loop.lo, loop.hi] : [loop.hi, loop.lo];
  const step = more.reduce((sum, v) => b.op("i32.add", sum, v), b.i32(by));
  const past = (i: Value): Value =>
    b.op("i32.mul", up ? b.op("i32.sub", i, loop.lo) : b.op("i32.sub", loop.lo, i), step);
  const runs = b.op("i32.lt", from, to);
  const trips = (): Value => b.op("i32.max", b.i32(0), b.op("i32.sub", to, from));
  if (index === undefined) {
    return {
      at: (i) => b.op("i32.add", init, past(i)),
      after: () => b.op("i32.add", init, b.op("i32.mul", trips(), step)),
    };
  }
  const later = (n: Value): Value =>
    b.primitive(add, init, b.primitive(mul, b.op("f64.fromI32", n), b.f64(by)));
  const check = (): void => {
    b.loc = index.loc;
    b.index(init, index.attr.name);
    b.index(later(b.op("i32.sub", b.op("i32.sub", to, from), b.i32(1))), index.attr.name);
  };
  // An integer at both ends is one throughout, and all sums are exact.
  if (b.rangeOf(runs)[0] > 0) check();
  else b.checksIf(runs, check);
  const base = b.asInteger(init) ?? b.op("f64.toInt32", init);
  return {
    at: (i) => b.op("f64.fromI32", b.op("i32.add", base, past(i))),
    after: () => b.select(runs, later(trips()), init),
  };
}

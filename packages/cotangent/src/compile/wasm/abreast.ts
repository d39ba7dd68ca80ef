/**
 * Which loops may be carried out two iterations abreast though there are loops inside: one iteration in each lane, the inner loops once
 * for both. It is what makes recurrences quick, which have to wait for themselves: two wait at the same time.
 */
import type { Plan } from "../plan.ts";
import { isOp, kinds, someOp } from "../../program/ir.ts";
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { affine, isInside, keyOf } from "./affine.ts";
import type { Overlap } from "./origins.ts";
import { isTapeAccess, vectorLoop } from "./vectorise.ts";

/** By how much an integer grows from one iteration to the next: `factor`, or `factor` times a number from outside the loop. */
export interface Growth {
  readonly factor: number;
  readonly by: Value | undefined;
}

/** Of a value: how it differs in the two iterations, or that each lane has its own. What is a condition in lanes is a mask. */
type Sides = Growth | "lanes";

export interface Abreast {
  /** Of all values inside, but those that are late. */
  readonly sides: ReadonlyMap<Value, Sides>;
  /** What depends on the carries: it is carried out for one iteration, then for the other, as always. */
  readonly late: readonly Op[];
  /** Arrays and tapes that every iteration has for itself. */
  readonly wide: ReadonlySet<Value>;
}

const SAME: Growth = { factor: 0, by: undefined };

/** Bodies of more operations are not written twice. */
const LONGEST = 120;

export const isSame = (sides: Sides | undefined): boolean => typeof sides === "object" && sides.factor === 0;

/**
 * @param reorder whether sums may be added up in another order
 * @param overlap whether two arrays may share memory
 */
export function abreast(
  loop: OpOf<"for">,
  plan: Plan,
  hasVector: (primitive: string) => boolean,
  reorder: boolean,
  overlap: Overlap,
): Abreast | undefined {
  const [body] = loop.regions as [Region];
  // Inner loops that go in pairs are quickest so.
  const waits = (op: Op): boolean =>
    op.kind === "for" &&
    !someOp(op.regions[0]!, ({ regions }) => regions.length > 0) &&
    vectorLoop(op, plan, hasVector, reorder, overlap) === undefined;
  let size = 0;
  if (!body.ops.some(waits) || someOp(body, () => ++size > LONGEST)) return undefined;

  const sides = new Map<Value, Sides>();
  const wide = new Set<Value>();
  const [i, ...carries] = body.args as [Value, ...Value[]];
  sides.set(i, { factor: 1, by: undefined });
  const after = new Set(carries);
  const late = body.ops.filter((op) => {
    const isLate = op.args.some((v) => after.has(v));
    if (isLate) for (const v of op.results) after.add(v);
    return isLate;
  });
  if (late.some((op) => kinds[op.kind].effect !== "pure")) return undefined;

  const sidesOf = (v: Value): Sides | undefined => (isInside(v, body) ? sides.get(v) : SAME);
  const give = (op: Op, what: Sides | undefined): boolean => {
    if (what !== undefined) for (const v of op.results) sides.set(v, what);
    return what !== undefined;
  };
  const all = (region: Region): boolean => region.ops.every((op) => late.includes(op) || take(op));

  /** Whether an operation can be carried out for both iterations. */
  const take = (op: Op): boolean => {
    const list = op.args.map(sidesOf);
    if (list.includes(undefined)) return false;
    const same = list.every(isSame);
    const [out] = op.results;
    const [x, y, z] = op.args as [Value, Value, Value];
    const [a, b] = list as [Sides, Sides];
    switch (op.kind) {
      case "allocate":
      case "tape.allocate":
        if (!same || op.parent !== body) return false;
        if (op.kind === "tape.allocate" && (op.attr.growable || op.attr.slots.some((ty) => ty !== "f64")))
          return false;
        wide.add(out!);
        return give(op, SAME);
      case "load":
      case "tape.load":
        if (wide.has(x)) return isSame(b) && give(op, "lanes");
        return isFixed(x) && out!.ty === "f64" && b !== "lanes" && give(op, same ? SAME : "lanes");
      case "store":
      case "accumulate":
      case "tape.store":
        return wide.has(x) ? isSame(b) : isFixed(x) && z.ty === "f64" && b !== "lanes";
      case "mark":
      case "reset":
      case "bound":
      case "length":
      case "fail":
      case "f64.index":
        return same && give(op, SAME);
      case "for":
        return takeLoop(op);
      case "if":
        // Of both iterations, or of none.
        return same && op.results.length === 0 && op.regions.every(all);
      default:
    }
    if (kinds[op.kind].effect !== "pure" || op.args.some((v) => wide.has(v))) return false;
    if (same) return give(op, SAME);
    switch (op.kind) {
      case "f64.fromI32":
        return a !== "lanes" && give(op, a && "lanes");
      case "select":
        return out!.ty === "f64" && (a === "lanes" || isSame(a)) && give(op, "lanes");
      case "i32.and":
      case "i32.or":
      case "i32.not":
        return list.every((s) => s === "lanes") && give(op, "lanes");
      case "i32.add":
      case "i32.sub":
        return give(op, sum(a, b, op.kind === "i32.add" ? 1 : -1));
      case "i32.mul":
        return give(op, isSame(b) ? times(a, y) : isSame(a) ? times(b, x) : undefined);
      default:
        return /^f64|^prim/.test(op.kind) && x.ty === "f64" && give(op, "lanes");
    }
  };

  /** Whether an array or a tape is one from outside, whose elements stay where they are. */
  const isFixed = (v: Value): boolean =>
    !isInside(v, body) &&
    (v.ty === "array" || (isOp(v.def) && v.def.kind === "tape.allocate" && !v.def.attr.growable));

  /** A growth times what is the same in both iterations: a constant, or a number from outside. */
  const times = (x: Sides, v: Value): Growth | undefined => {
    if (x === "lanes") return undefined;
    if (isOp(v.def) && v.def.kind === "constant") return { ...x, factor: Math.imul(x.factor, v.def.attr) };
    return x.by === undefined && !isInside(v, body) ? { factor: x.factor, by: v } : undefined;
  };

  const takeLoop = (op: OpOf<"for">): boolean => {
    const [region] = op.regions as [Region];
    const [lo, hi, ...inits] = op.args as [Value, Value, ...Value[]];
    const [i, ...inner] = region.args as [Value, ...Value[]];
    if (!isSame(sidesOf(lo)) || !isSame(sidesOf(hi))) return false;
    sides.set(i, SAME);
    inner.forEach((c, k) => sides.set(c, sidesOf(inits[k]!)!));
    for (;;) {
      for (const c of inner) if (!isSame(sides.get(c))) sides.set(c, "lanes");
      const fits = (c: Value): boolean => c.ty === "f64" || (c.ty === "i32" && isSame(sides.get(c)));
      if (!inner.every(fits) || !all(region)) return false;
      const yields = region.yields.map(sidesOf);
      // What is late cannot go into a loop.
      if (yields.includes(undefined)) return false;
      // What is the same at first need not stay so.
      const changed = inner.filter((c, k) => isSame(sides.get(c)) && !isSame(yields[k]));
      if (changed.length === 0) break;
      for (const c of changed) sides.set(c, "lanes");
    }
    op.results.forEach((v, k) => sides.set(v, sides.get(inner[k]!)!));
    return true;
  };

  /** Whether two accesses, of which the first writes, leave the same if the second iteration does not wait for the first. */
  const keepOrder = (a: Op, b: Op): boolean => {
    const [at, bt] = [a.args[1]!, b.args[1]!];
    if (!overlap(a.args[0]!, b.args[0]!)) return true;
    if (isTapeAccess(a) && isTapeAccess(b) && a.attr.slot !== b.attr.slot) return true;
    if (a.kind === "accumulate" && b.kind === "accumulate") {
      // Or each element once in an inner loop: first for one iteration, then for the other.
      const { parent } = a;
      if (reorder) return true;
      if (a === b && parent.parent?.parent === body && isSame(sidesOf(at)) && affine(at, parent)?.slope)
        return true;
    }
    const [x, y] = [affine(at, body), affine(bt, body)];
    if (a.args[0] !== b.args[0] || x === undefined || y === undefined || x.slope === 0) return false;
    return keyOf(x) === keyOf(y) && Math.abs(x.constant - y.constant) !== Math.abs(x.slope * loop.attr.step);
  };

  if (!all(body)) return undefined;
  const accesses: Op[] = [];
  someOp(body, (op) => {
    if (/load|store|acc/.test(op.kind) && !wide.has(op.args[0]!)) accesses.push(op);
    return false;
  });
  if (!accesses.every((a) => a.kind.endsWith("load") || accesses.every((b) => keepOrder(a, b))))
    return undefined;
  // Numbers, and no masks.
  const isNumber = (v: Value): boolean => after.has(v) || v.ty === "f64" || sidesOf(v) !== "lanes";
  return [body.yields, ...late.map(({ args }) => args)].flat().every(isNumber)
    ? { sides, late, wide }
    : undefined;
}

function sum(x: Sides, y: Sides, sign: 1 | -1): Growth | undefined {
  if (x === "lanes" || y === "lanes") return undefined;
  if (y.factor === 0) return x;
  if (x.factor !== 0 && x.by !== y.by) return undefined;
  return { factor: (x.factor + sign * y.factor) | 0, by: y.by };
}

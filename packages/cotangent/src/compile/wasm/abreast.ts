/**
 * Which loops may be carried out two iterations abreast though there are loops or branches inside, or elements are read by numbers from an
 * array: one iteration in each lane, the inner loops once for both. It is what makes recurrences quick, which have to wait for themselves:
 * two wait at the same time.
 */
import type { Plan } from "../plan.ts";
import { isOp, kinds, opsIn, someOp } from "../../program/ir.ts";
import type { Op, OpOf, Region, Value } from "../../program/ir.ts";
import { affine, isInside, keyOf } from "./affine.ts";
import type { Overlap } from "./origins.ts";
import { direct } from "./operations.ts";
import { isTapeAccess, MOST_GUARDS, vectorLoop } from "./vectorise.ts";
import type { Access, Guard } from "./vectorise.ts";

/** By how much an integer grows from one iteration to the next: `factor`, or `factor` times a number from outside the loop. */
export interface Growth {
  readonly factor: number;
  readonly by: Value | undefined;
}

/**
 * Of a value: how it differs in the two iterations, or that each has its own: an integer in a local, anything else in a lane. What is a
 * condition in lanes is a mask.
 */
export type Sides = Growth | "two" | "lanes";

export interface Abreast {
  /** Of all values inside, but those that are late. */
  readonly sides: ReadonlyMap<Value, Sides>;
  /** What depends on the carries: it is carried out for one iteration, then for the other, as always. */
  readonly late: readonly Op[];
  /** Arrays and tapes that every iteration has for itself. */
  readonly wide: ReadonlySet<Value>;
  /** What only the addresses can tell beforehand; else the loop is carried out one by one. */
  readonly guards: readonly Guard[];
}

export const SAME: Growth = { factor: 0, by: undefined };

/** Bodies of more operations are not written twice: with loops inside, and without. */
const LONGEST = 120;
const LONGEST_STRAIGHT = 800;
/** Without loops inside: so many operations more must be done on two lanes at once than are done for each by itself. */
const WORTH = 12;
/** How many additions an operation is worth. */
const WEIGHTS: Readonly<Record<string, number>> = { div: 3, inv: 3, sqrt: 3 };

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
  const isStraight = !someOp(body, ({ kind }) => kind === "for" || kind === "while");
  let size = 0;
  const longest = isStraight ? LONGEST_STRAIGHT : LONGEST;
  if ((!isStraight && !body.ops.some(waits)) || someOp(body, () => ++size > longest)) return undefined;

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
  /** Whether anything has been written to, so that the iterations cannot be begun anew one by one. */
  let hasWritten = false;
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
        return isFixed(x) && out!.ty === "f64" && isPlace(op, b) && give(op, same ? SAME : "lanes");
      case "store":
      case "accumulate":
      case "tape.store":
        if (wide.has(x)) return isSame(b);
        hasWritten ||= op.kind !== "tape.store";
        return isFixed(x) && z.ty === "f64" && isPlace(op, b);
      case "bound":
        return same || (a !== "lanes" && isSame(b) && canRefuse(op));
      case "f64.index":
        return same ? give(op, SAME) : canRefuse(op) && give(op, "two");
      case "mark":
      case "reset":
      case "length":
      case "fail":
        return same && give(op, SAME);
      case "for":
        return takeLoop(op);
      case "if":
        // Of both iterations, or of none; or, where each has its own condition, what has no effect.
        if (!op.results.every(({ ty }) => ty === "f64") || !(same || (a === "lanes" && isPure(op))))
          return false;
        return op.regions.every((r) => all(r) && r.yields.every(sidesOf)) && give(op, "lanes");
      default:
    }
    if (kinds[op.kind].effect !== "pure" || op.args.some((v) => wide.has(v))) return false;
    if (same) return give(op, SAME);
    switch (op.kind) {
      case "f64.fromI32":
        return a !== "lanes" && give(op, a && "lanes");
      case "f64.toInt32":
        return give(op, "two");
      case "select":
        return out!.ty === "f64" && (a === "lanes" || isSame(a)) && give(op, "lanes");
      case "i32.and":
      case "i32.or":
      case "i32.not":
        return list.every((s) => s === "lanes") && give(op, "lanes");
      case "i32.add":
      case "i32.sub":
        return give(op, sum(a, b, op.kind === "i32.add" ? 1 : -1) ?? both(list));
      case "i32.mul":
        return give(op, (isSame(b) ? times(a, y) : isSame(a) ? times(b, x) : undefined) ?? both(list));
      case "i32.min":
      case "i32.max":
      case "i32.div":
      case "i32.rem":
      case "i32.shl":
      case "i32.shr":
      case "i32.ushr":
        return give(op, both(list));
      default:
        return (
          (op.kind === "primitive" || direct[op.kind] !== undefined) && x.ty === "f64" && give(op, "lanes")
        );
    }
  };

  /** An integer of its own for each. */
  const both = (list: readonly (Sides | undefined)[]): Sides | undefined =>
    list.includes("lanes") ? undefined : "two";

  /** Whether an index is one at which each iteration can access by itself. */
  const isPlace = (op: Op, index: Sides): boolean =>
    index !== "lanes" && (index !== "two" || op.parent === body);

  /** Whether an operation may refuse what only one of the iterations does: then they are carried out one by one. */
  const canRefuse = (op: Op): boolean => op.parent === body && !hasWritten;

  /** Whether an array or a tape is one from outside, whose elements stay where they are. */
  const isFixed = (v: Value): boolean =>
    !isInside(v, body) &&
    (v.ty === "array" || (isOp(v.def) && v.def.kind === "tape.allocate" && !v.def.attr.growable));

  /** A growth times what is the same in both iterations: a constant, or a number from outside. */
  const times = (x: Sides, v: Value): Growth | undefined => {
    if (typeof x === "string") return undefined;
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

  const guards: Guard[] = [];
  /** Whether two accesses, of which the first writes, leave the same if the second iteration does not wait for the first. */
  const keepOrder = (a: Op, b: Op): boolean => {
    const [at, bt] = [a.args[1]!, b.args[1]!];
    if (!overlap(a.args[0]!, b.args[0]!)) return true;
    if (a === b && a.parent === body) return true;
    if (isTapeAccess(a) && isTapeAccess(b) && a.attr.slot !== b.attr.slot) return true;
    if (a.kind === "accumulate" && b.kind === "accumulate") {
      // Or each element once in an inner loop: first for one iteration, then for the other.
      const { parent } = a;
      if (reorder) return true;
      if (a === b && parent.parent?.parent === body && isSame(sidesOf(at)) && affine(at, parent)?.slope)
        return true;
    }
    const [x, y] = [affine(at, body), affine(bt, body)];
    if (x === undefined || y === undefined) return false;
    if (a.args[0] === b.args[0] && keyOf(x) === keyOf(y))
      return x.slope !== 0 && Math.abs(x.constant - y.constant) !== Math.abs(x.slope * loop.attr.step);
    if (a.parent !== body || b.parent !== body || x.slope < 0 || y.slope < 0) return false;
    const isKnown = guards.some(({ first, second }) => first.op === b && second.op === a);
    if (!isKnown)
      guards.push({
        first: { op: a, index: x } as Access,
        second: { op: b, index: y } as Access,
        kind: "apart",
      });
    return guards.length <= MOST_GUARDS;
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
  if (isStraight && worth(body, sides, hasVector) < WORTH) return undefined;
  return [body.yields, ...late.map(({ args }) => args)].flat().every(isNumber)
    ? { sides, late, wide, guards }
    : undefined;
}

/** Whether nothing in an operation has an effect. */
const isPure = ({ regions }: Op): boolean =>
  regions.every(({ ops }) =>
    ops.every((op) => (op.kind === "if" ? isPure(op) : kinds[op.kind].effect === "pure")),
  );

/** By how much two lanes are less work than one after the other. */
function worth(
  body: Region,
  sides: ReadonlyMap<Value, Sides>,
  hasVector: (primitive: string) => boolean,
): number {
  let sum = 0;
  for (const op of opsIn(body)) {
    const what = op.results[0] && sides.get(op.results[0]);
    if (op.kind === "primitive" && what === "lanes") {
      const { id } = op.attr;
      sum += hasVector(id) ? (WEIGHTS[id] ?? (/^(?:add|sub|mul|neg|square)$/.test(id) ? 1 : 8)) : -1;
    } else if (what === "two" || op.kind === "if") sum -= 2;
    else if (/load|store|acc/.test(op.kind)) sum -= 1;
  }
  return sum;
}

function sum(x: Sides, y: Sides, sign: 1 | -1): Growth | undefined {
  if (typeof x === "string" || typeof y === "string") return undefined;
  if (y.factor === 0) return x;
  if (x.factor !== 0 && x.by !== y.by) return undefined;
  return { factor: (x.factor + sign * y.factor) | 0, by: y.by };
}

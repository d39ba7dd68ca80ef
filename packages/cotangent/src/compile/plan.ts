/** What a back end wants to know of a function before it writes it: what is used where, and what needs no variable. */
import { isOp, kinds } from "../program/ir.ts";
import type { Func, Op, Region, Value } from "../program/ir.ts";

export interface Plan {
  /** How often a value is used. */
  readonly uses: Int32Array;
  /** 1 where a value is written at its only use (a constant: at every use), instead of being given a variable. */
  readonly inlined: Uint8Array;
  /** Values that are used for the last time while an operation is carried out: their variables are free afterwards. */
  readonly deaths: ReadonlyMap<Op, readonly Value[]>;
}

/** Expressions nest no deeper than this, so that neither our recursion nor the engine's overflows. */
const DEEPEST = 24;

const isConstant = ({ def }: Value): boolean => isOp(def) && def.kind === "constant";

/** @param displaced whether an index plus a constant is written at each access, which reaches that far by itself */
export function plan(f: Func, displaced = false): Plan {
  const uses = new Int32Array(f.size);
  const indexing = new Int32Array(f.size);
  const inlined = new Uint8Array(f.size);
  const depth = new Uint8Array(f.size);
  const user: (Op | undefined)[] = Array.from({ length: f.size });
  const order: Op[] = [];
  // Yields count as two uses, so that they are computed before any is assigned; but a condition is only tested.
  const visit = (region: Region): void => {
    for (const op of region.ops) {
      order.push(op);
      for (const v of op.args) {
        uses[v.id]!++;
        user[v.id] = op;
      }
      const index = op.args[Number(op.kind !== "bound")];
      if (displaced && index !== undefined && /load|store|acc|bound/.test(op.kind)) indexing[index.id]!++;
      op.regions.forEach(visit);
    }
    const isTest = region.parent?.kind === "while" && region.parent.regions[0] === region;
    for (const v of region.yields) uses[v.id]! += isTest ? 1 : 2;
  };
  visit(f.body);

  for (const op of order) {
    const out = op.results[0];
    if (out === undefined || op.results.length > 1 || kinds[op.kind].effect !== "pure") continue;
    if (op.kind === "constant") {
      inlined[out.id] = 1;
      continue;
    }
    if (out.ty === "array" || out.ty === "tape") continue;
    let deepest = 0;
    for (const v of op.args) if (inlined[v.id]) deepest = Math.max(deepest, depth[v.id]!);
    const consumer = user[out.id];
    // A condition of a `while` has no consumer among the operations: it is tested where its region ends.
    const near = consumer === undefined || (consumer.parent === op.parent && consumer.kind !== "while");
    const isDisplaced = op.kind === "i32.add" && isConstant(op.args[1]!) && indexing[out.id] === uses[out.id];
    if (((uses[out.id] === 1 && near) || isDisplaced) && deepest < DEEPEST) {
      inlined[out.id] = 1;
      depth[out.id] = deepest + 1;
    }
  }

  // Backwards, so that the first use met is the last. What is inlined uses its arguments where its consumer is.
  const deaths = new Map<Op, Value[]>();
  const seen = new Uint8Array(f.size);
  const use = (v: Value, at: Op): void => {
    if (inlined[v.id]) {
      for (const arg of (v.def as Op).args) use(arg, at);
      return;
    }
    if (seen[v.id]) return;
    seen[v.id] = 1;
    const home = isOp(v.def) ? v.def.parent : v.def;
    // The variables of a loop live as long as the loop.
    if (!isOp(v.def) && v.def.parent !== null) return;
    let op = at;
    while (op.parent !== home) op = op.parent.parent!;
    const list = deaths.get(op);
    if (list === undefined) deaths.set(op, [v]);
    else list.push(v);
  };
  const isOf = (region: Region, v: Value): boolean => (isOp(v.def) ? v.def.parent : v.def) === region;
  // What a region yields of its own lives to its end.
  const keep = (region: Region, v: Value): void => {
    if (!isOf(region, v)) return;
    if (inlined[v.id]) for (const arg of (v.def as Op).args) keep(region, arg);
    else seen[v.id] = 1;
  };
  for (const v of f.body.yields) seen[v.id] = 1;
  for (const op of order) for (const region of op.regions) for (const v of region.yields) keep(region, v);
  const yielded = (region: Region, v: Value, op: Op): void => {
    if (!isOf(region, v)) use(v, op);
    else if (inlined[v.id]) for (const arg of (v.def as Op).args) yielded(region, arg, op);
  };
  for (let k = order.length - 1; k >= 0; k--) {
    const op = order[k]!;
    const out = op.results[0];
    if (out !== undefined && inlined[out.id]) continue;
    for (const region of op.regions) for (const v of region.yields) yielded(region, v, op);
    for (const v of op.args) use(v, op);
  }
  return { uses, inlined, deaths };
}

/** Which arrays and tapes of a function may share memory. */
import { isOp } from "../../program/ir.ts";
import type { Func, Region, Value } from "../../program/ir.ts";

export type Overlap = (a: Value, b: Value) => boolean;

/** Whether two arrays, or two tapes, may overlap, as far as can be told from where they come from. */
export function overlaps(func: Func): Overlap {
  const kept = handlesKept(func.body);
  /** What an array is a part of: arrays of different origins do not overlap. Undefined: not known. */
  const origin = (a: Value): Value | undefined => {
    let v = a;
    while (isOp(v.def) && v.def.kind === "subarray") v = v.def.args[0]!;
    if (!isOp(v.def)) return v.def.parent === null ? v : undefined;
    const { kind } = v.def;
    if (kind === "allocate" || kind === "data" || kind === "tape.allocate") return v;
    if (kind !== "tape.load") return undefined;
    // A handle from a tape is one that was put there: of one place of the program, if all are.
    const [first, ...others] = kept?.get(v.def.args[0]!)?.[v.def.attr.slot] ?? [];
    const from = first && origin(first);
    return others.every((other) => origin(other) === from) ? from : undefined;
  };
  const alone = (v: Value): boolean => func.params[v.index]!.noalias;
  return (a, b) => {
    if (a.ty !== b.ty) return false;
    const [x, y] = [origin(a), origin(b)];
    if (x === undefined || y === undefined || x === y) return true;
    // Parameters may overlap each other unless one is alone; what was allocated here overlaps nothing else.
    return !isOp(x.def) && !isOp(y.def) && !alone(x) && !alone(y);
  };
}

/** The handles stored in each slot of the tapes made here; undefined if they may be stored to where that cannot be seen. */
function handlesKept(body: Region): ReadonlyMap<Value, readonly (readonly Value[])[]> | undefined {
  const kept = new Map<Value, Value[][]>();
  const visit = (region: Region): boolean =>
    region.ops.every((op) => {
      if (op.kind === "call" && op.args.some((v) => v.ty === "tape")) return false;
      if (op.kind === "tape.store") {
        const [tape, , x] = op.args as [Value, Value, Value];
        if (!isOp(tape.def) || tape.def.kind !== "tape.allocate") return false;
        let slots = kept.get(tape);
        if (slots === undefined) kept.set(tape, (slots = []));
        if (x.ty === "array" || x.ty === "tape") (slots[op.attr.slot] ??= []).push(x);
      }
      return op.regions.every(visit);
    });
  return visit(body) ? kept : undefined;
}

/** A straight line of operations in arrays of integers: what repetitions are looked for in. */
import type { Func, Op, OpOf, Value } from "../ir.ts";
import { ARRAY, CONSTANT, INDEX, PARAMETER, single, VALUE } from "./slots.ts";
import type { Slot } from "./slots.ts";

export interface Trace {
  readonly func: Func;
  /** What is done, one after the other, if it is used. Constants and loads are operands. */
  readonly ops: readonly Op[];
  /** For each operation, a number for what it does. */
  readonly codes: Int32Array;
  /** The operands of operation k are those from `begins[k]` to `begins[k + 1]`. */
  readonly begins: Int32Array;
  /** For each operand its space, and which value, constant, element, ... it is. */
  readonly spaces: Int32Array;
  readonly places: Int32Array;
  readonly constants: readonly number[];
  /** What the function returns. */
  readonly yields: readonly Slot[];
  /** Whether it writes to arrays. */
  readonly writes: boolean;
  /** What arrays are filled with before all that. */
  readonly fills: readonly OpOf<"fill">[];
}

/**
 * The function's body as a trace. Undefined if it is no straight line of operations on numbers that reads array parameters
 * and writes others, at constant indices.
 *
 * @param early Nobody reads what is written, so it does not matter when: at the end, as it is recorded, or as soon as it is computed.
 * @param strict Operations on the same input, if that is used in the same way again, are told from those on others.
 */
export function traceOf(func: Func, early: boolean, strict: boolean): Trace | undefined {
  const spaceOf = new Int32Array(func.size);
  const placeOf = new Int32Array(func.size);
  const constants: number[] = [];
  const numbered = new Map<number | string, number>();
  const positions = new Map<Value, number>();
  const read = new Set<Value>();
  const written = new Set<Value>();
  func.body.args.forEach((v, i) => {
    positions.set(v, i);
    spaceOf[v.id] = PARAMETER;
    placeOf[v.id] = i;
  });
  const constantIndex = (v: Value): number | undefined =>
    "kind" in v.def && v.def.kind === "constant" ? v.def.attr : undefined;

  // Which elements are written once what they hold is computed.
  const computed: Op[] = [];
  const stores = new Map<Value, Op[]>();
  const late: Op[] = [];
  const fills: OpOf<"fill">[] = [];
  for (const op of func.body.ops) {
    const result = op.results[0];
    switch (op.kind) {
      case "constant": {
        if (result!.ty !== "f64") break;
        const key = Object.is(op.attr, -0) ? "-0" : op.attr;
        let number = numbered.get(key);
        if (number === undefined) numbered.set(key, (number = constants.push(op.attr) - 1));
        spaceOf[result!.id] = CONSTANT;
        placeOf[result!.id] = number;
        break;
      }
      case "load": {
        const [array, index] = op.args as [Value, Value];
        const [p, i] = [positions.get(array), constantIndex(index)];
        if (p === undefined || i === undefined || !func.params[p]!.noalias) return undefined;
        read.add(array);
        spaceOf[result!.id] = ARRAY + p;
        placeOf[result!.id] = i;
        break;
      }
      case "store": {
        const [array, index, x] = op.args as [Value, Value, Value];
        const p = positions.get(array);
        if (p === undefined || constantIndex(index) === undefined || !func.params[p]!.noalias)
          return undefined;
        written.add(array);
        const list = stores.get(x);
        if (list !== undefined) list.push(op);
        else if (early && isComputed(x)) stores.set(x, [op]);
        else late.push(op);
        break;
      }
      case "fill": {
        const [array, x] = op.args as [Value, Value];
        if (!positions.has(array) || written.has(array) || isComputed(x)) return undefined;
        written.add(array);
        fills.push(op);
        break;
      }
      case "primitive":
      case "call":
      case "external":
        if (op.results.length !== 1 || op.args.some((v) => v.ty !== "f64")) return undefined;
        computed.push(op);
        break;
      default:
        return undefined;
    }
  }
  for (const array of written) if (read.has(array)) return undefined;

  // What nobody uses is left out. A function of the user's may throw, so it counts as used.
  const used = new Uint8Array(func.size);
  for (const v of func.body.yields) used[v.id] = 1;
  for (const list of stores.values()) used[list[0]!.args[2]!.id] = 1;
  for (const op of late) used[op.args[2]!.id] = 1;
  for (let k = computed.length - 1; k >= 0; k--) {
    const op = computed[k]!;
    if (op.kind !== "primitive") used[op.results[0]!.id] = 1;
    if (used[op.results[0]!.id] === 1) for (const v of op.args) used[v.id] = 1;
  }

  const ops: Op[] = [];
  for (const op of computed) {
    const x = op.results[0]!;
    if (used[x.id] === 0) continue;
    spaceOf[x.id] = VALUE;
    placeOf[x.id] = ops.push(op) - 1;
    const list = stores.get(x);
    if (list !== undefined) for (const store of list) ops.push(store);
  }
  for (const op of late) ops.push(op);

  const codes = new Int32Array(ops.length);
  const begins = new Int32Array(ops.length + 1);
  const codeOf = numbering();
  let size = 0;
  ops.forEach((op, k) => {
    codes[k] = codeOf(whatOf(op, codeOf));
    size += op.kind === "store" ? 2 : op.args.length;
    begins[k + 1] = size;
  });
  const spaces = new Int32Array(size);
  const places = new Int32Array(size);
  ops.forEach((op, k) => {
    let at = begins[k]!;
    const operands = op.kind === "store" ? op.args.slice(2) : op.args;
    if (op.kind === "store") {
      spaces[at] = INDEX;
      places[at++] = constantIndex(op.args[1]!)!;
    }
    for (const v of operands) {
      spaces[at] = spaceOf[v.id]!;
      places[at++] = placeOf[v.id]!;
    }
  });
  if (strict) tellApart(codes, begins, spaces, places);
  const yields = func.body.yields.map((v) => single(spaceOf[v.id]!, placeOf[v.id]!));
  return { func, ops, codes, begins, spaces, places, constants, yields, writes: written.size > 0, fills };
}

/** Changes the codes of operations on inputs that are used in the same way again. */
function tellApart(codes: Int32Array, begins: Int32Array, spaces: Int32Array, places: Int32Array): void {
  const used = new Map<string, number>();
  const usesOf = (k: number): string[] => {
    const uses: string[] = [];
    for (let at = begins[k]!; at < begins[k + 1]!; at++) {
      if (spaces[at]! >= PARAMETER) uses.push(`${codes[k]} ${at - begins[k]!} ${spaces[at]} ${places[at]}`);
    }
    return uses;
  };
  for (let k = 0; k < codes.length; k++) for (const use of usesOf(k)) used.set(use, (used.get(use) ?? 0) + 1);
  const codeOf = numbering();
  const told = codes.map((code, k) =>
    codeOf([code, ...usesOf(k).filter((use) => used.get(use)! > 1)].join()),
  );
  codes.set(told);
}

const isComputed = (v: Value): boolean =>
  "kind" in v.def && v.def.kind !== "constant" && v.def.kind !== "load";

/** Numbers things in the order in which they come, from 0. */
export function numbering(): (what: unknown) => number {
  const known = new Map<unknown, number>();
  return (what) => {
    let number = known.get(what);
    if (number === undefined) known.set(what, (number = known.size));
    return number;
  };
}

/** The same for operations that do the same to their operands. */
function whatOf(op: Op, numberOf: (what: unknown) => number): unknown {
  switch (op.kind) {
    case "primitive":
      return op.attr.arity === undefined ? `${op.attr.id} ${op.args.length}` : op.attr;
    case "call":
      return `call ${op.attr.callee}`;
    case "external":
      return `${op.attr.half} ${op.args.length} ${numberOf(op.attr.function)}`;
    case "store":
      return op.args[0];
    default:
      return op;
  }
}

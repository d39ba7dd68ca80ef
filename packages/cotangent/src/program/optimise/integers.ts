/** Numbers that are integers as a rule, though no type says so: widths, counts, offsets, of which indices are computed. */
import {
  abs,
  add,
  ceil,
  floor,
  max,
  min,
  mul,
  neg,
  round,
  square,
  sub,
  trunc,
} from "../../primitives/index.ts";
import type { PrimitiveBase } from "../../real/real.ts";
import { isOp, kinds } from "../ir.ts";
import type { Op, Program, Region, Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import { counterOf } from "./shapes.ts";

/** How large they are: what is next to one, or twice it, is an i32, too. */
export const LARGEST_INTEGER: number = 2 ** 30 - 1;

/** What makes integers of integers. */
const WHOLE: ReadonlySet<PrimitiveBase> = /* @__PURE__ */ new Set<PrimitiveBase>([
  add,
  sub,
  mul,
  neg,
  abs,
  square,
  min,
  max,
  floor,
  ceil,
  round,
  trunc,
]);

/**
 * What the indices and the limits of loops of a program's entry depend on, as integers do on integers: parameters, and what follows
 * from parameters and lengths of arrays alone, outside of all loops and branches. Where these are i32 at a call, so are the indices:
 * see `OptimiseOptions.integers`.
 */
export function integerValues({ functions }: Program): readonly Value[] {
  const { body } = functions[0]!;
  const found = new Set<Value>();
  const seen = new Set<Value>();
  const visit = (v: Value): void => {
    if (seen.has(v)) return;
    seen.add(v);
    const op = definedBy(v, "primitive");
    if (op !== undefined && WHOLE.has(op.attr) && !op.args.some(isFraction)) {
      op.args.forEach(visit);
      // Of an integer it is one, unless it is -0.
      if (op.attr === neg && followsFrom(v, body, DEEPEST)) found.add(v);
    } else if (definedBy(v, "select") !== undefined) (v.def as Op).args.slice(1).forEach(visit);
    else if (stepOf(v) !== undefined) [(v.def as Region).parent!.args[v.index]!, stepOf(v)!].forEach(visit);
    else if (!isCertain(v) && followsFrom(v, body, DEEPEST)) found.add(v);
  };
  const search = (region: Region): void => {
    for (const op of region.ops) {
      if (op.kind === "f64.index") visit(op.args[0]!);
      const counter = op.kind === "while" ? counterOf(op) : undefined;
      for (const v of [counter?.limit, counter?.ahead, counter?.by]) if (v?.ty === "f64") visit(v);
      op.regions.forEach(search);
    }
  };
  search(body);
  return [...found];
}

/** A width is computed in few steps. */
const DEEPEST = 8;

/** If v is a carry of a `while` to which the same is added each time, a whole number if it is a constant: what is added. */
function stepOf({ def, index }: Value): Value | undefined {
  if (isOp(def) || def.parent?.kind !== "while") return undefined;
  const sum = definedBy(def.yields[index], "primitive");
  const carry = def.args[index]!;
  if (sum?.attr !== add || !sum.args.includes(carry)) return undefined;
  const by = sum.args[sum.args[0] === carry ? 1 : 0]!;
  return by.id < carry.id || Number.isInteger(constantOf(by)) ? by : undefined;
}

const isCertain = (v: Value): boolean =>
  definedBy(v, "constant") !== undefined || definedBy(v, "f64.fromI32") !== undefined;

/** A product with it may be whole, or not: half a length. */
const isFraction = (v: Value): boolean => !Number.isInteger(definedBy(v, "constant")?.attr ?? 0);

/** Whether v is computed from the function's parameters and their lengths, once. */
function followsFrom(v: Value, body: Region, deepest: number): boolean {
  if (v.def === body) return v.ty !== "tape";
  if (deepest === 0 || !isOp(v.def) || v.def.parent !== body) return false;
  const { kind, args, regions } = v.def;
  if (kind === "length") return args[0]!.def === body;
  return (
    kinds[kind].effect === "pure" &&
    regions.length === 0 &&
    args.every((arg) => arg.ty !== "array" && followsFrom(arg, body, deepest - 1))
  );
}

/** Computes v, one of `integerValues`, from the parameters' values, of arrays their lengths. */
export function evaluator(v: Value): (parameter: (index: number) => number) => number {
  if (!isOp(v.def)) return (parameter) => parameter(v.index);
  const op = v.def;
  if (op.kind === "constant") return () => op.attr;
  const args = op.args.map(evaluator);
  if (op.kind === "length") return args[0]!;
  if (op.kind === "select")
    return (parameter) => (args[0]!(parameter) === 0 ? args[2]! : args[1]!)(parameter);
  const evaluate = op.kind === "primitive" ? op.attr.evaluate : kinds[op.kind].evaluate!;
  return (parameter) => evaluate(...args.map((arg) => arg(parameter)));
}

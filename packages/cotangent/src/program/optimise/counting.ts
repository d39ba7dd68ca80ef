/** Where loops that count begin and end: what can be said of a `while` before it is written as a `for`. */
import { add, ceil, floor, sub } from "../../primitives/index.ts";
import type { Region, Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import type { Folder } from "./folder.ts";
import { isExact } from "./ranges.ts";
import type { Counter } from "./shapes.ts";

/** What the carry itself is compared with. */
export function distanceOf(
  b: Folder,
  { limit, ahead }: Counter,
  renew: (v: Value) => Value,
): Value | undefined {
  const end = renew(limit);
  if (ahead === undefined) return end;
  const more = renew(ahead);
  // Of integers like these the difference is exact, and so is the sum that is compared.
  const isShort = isShortSum(b, end) && isShortSum(b, more);
  return isShort ? b.primitive(sub, end, more) : undefined;
}

/** The least i32 at which a count from `lo` ends that goes on until `end`. */
export function limitOf(b: Folder, { inclusive }: Counter, end: Value, lo: Value): Value | undefined {
  const whole = b.asInteger(end);
  if (whole !== undefined) {
    if (!inclusive) return whole;
    if (b.rangeOf(whole)[1] < 2 ** 31 - 1) return b.op("i32.add", whole, b.i32(1));
    if (end.ty === "i32") return undefined;
  }
  // What is not greater than the first index, NaN for one, ends the loop at once.
  const first = b.op("f64.fromI32", lo);
  const some = b.select(
    b.op(inclusive ? "f64.ge" : "f64.gt", end, first),
    end,
    b.primitive(sub, first, b.f64(1)),
  );
  const last = inclusive ? b.primitive(add, b.primitive(floor, some), b.f64(1)) : b.primitive(ceil, some);
  return b.index(last, "The limit of a loop");
}

/** The carries, by position, that let a loop go on only if they are 0. */
export function endingOn(test: Region): readonly number[] {
  const isZero = (v: Value): boolean => constantOf(v) === 0;
  const found: number[] = [];
  const goesOn = (v: Value): void => {
    const { def } = v;
    if (!("kind" in def)) return;
    const [condition, chosen] = def.args as [Value, Value];
    if (def.kind === "i32.not") found.push(test.args.indexOf(condition));
    const yes =
      def.kind === "select" ? chosen : def.kind === "if" ? def.regions[0]!.yields[v.index]! : undefined;
    if (yes === undefined || !isZero(yes)) return;
    found.push(test.args.indexOf(condition));
    const no = def.kind === "select" ? def.args[2]! : def.regions[1]!.yields[v.index]!;
    goesOn(no);
  };
  goesOn(test.yields[0]!);
  return found.filter((k) => k >= 0);
}

/** Whether an f64 is the sum or difference of a few i32: then it is exact, and so is what is made of two of them. */
const isShortSum = (b: Folder, x: Value, deepest: number = 4): boolean => {
  if (b.asInteger(x) !== undefined) return true;
  const op = definedBy(x, "primitive");
  const isSum = op !== undefined && (op.attr === add || op.attr === sub);
  return isSum && deepest > 0 && op.args.every((arg) => isShortSum(b, arg, deepest - 1));
};

/** The i32 that an f64 is to the bit: -0 is none. Sums and differences of such are, where nothing can wrap around. */
export function integerOf(b: Folder, x: Value): Value | undefined {
  const constant = constantOf(x);
  if (constant !== undefined) return Object.is(constant, constant | 0) ? b.i32(constant) : undefined;
  const known = definedBy(x, "f64.fromI32")?.args[0] ?? b.i32Of(x);
  const op = known === undefined ? definedBy(x, "primitive") : undefined;
  if (op?.attr !== add && op?.attr !== sub) return known;
  const [y, z] = op.args.map((arg) => integerOf(b, arg));
  if (y === undefined || z === undefined) return undefined;
  const kind = op.attr === add ? "i32.add" : "i32.sub";
  return isExact(kind, b.rangeOf(y), b.rangeOf(z)) ? b.op(kind, y, z) : undefined;
}

/** Between what bounds an i32 lies. */
import type { Kind } from "../ir.ts";

export type Range = readonly [least: number, greatest: number];

export const ANY: Range = [-(2 ** 31), 2 ** 31 - 1];
const BIT: Range = [0, 1];
const COUNT: Range = [0, 2 ** 31 - 1];

/** The range, if nothing wraps around; otherwise anything is possible. */
const exact = (least: number, greatest: number): Range =>
  least >= ANY[0] && greatest <= ANY[1] ? [least, greatest] : ANY;

/** Whether a sum or a difference of numbers in these ranges cannot wrap around. */
export const isExact = (kind: "i32.add" | "i32.sub", x: Range, y: Range): boolean =>
  kind === "i32.add"
    ? x[0] + y[0] >= ANY[0] && x[1] + y[1] <= ANY[1]
    : x[0] - y[1] >= ANY[0] && x[1] - y[0] <= ANY[1];

export const union = (a: Range, b: Range): Range => [Math.min(a[0], b[0]), Math.max(a[1], b[1])];

/** The range of what an operation of this kind makes of arguments in these ranges. */
export function rangeOf(kind: Kind, args: readonly Range[]): Range {
  const [x = ANY, y = ANY] = args;
  switch (kind) {
    case "i32.add":
      return exact(x[0] + y[0], x[1] + y[1]);
    case "i32.sub":
      return exact(x[0] - y[1], x[1] - y[0]);
    case "i32.mul": {
      const products = [x[0] * y[0], x[0] * y[1], x[1] * y[0], x[1] * y[1]];
      return exact(Math.min(...products), Math.max(...products));
    }
    case "i32.div":
      return y[0] > 0 ? [Math.min(Math.trunc(x[0] / y[0]), 0), Math.max(Math.trunc(x[1] / y[0]), 0)] : ANY;
    case "i32.rem": {
      if (y[0] <= 0) return ANY;
      const most = y[1] - 1;
      return [x[0] >= 0 ? 0 : -Math.min(most, -x[0]), x[1] <= 0 ? 0 : Math.min(most, x[1])];
    }
    case "i32.min":
      return [Math.min(x[0], y[0]), Math.min(x[1], y[1])];
    case "i32.max":
      return [Math.max(x[0], y[0]), Math.max(x[1], y[1])];
    case "i32.and":
      return x[0] >= 0 ? [0, x[1]] : y[0] >= 0 ? [0, y[1]] : ANY;
    case "select":
      return union(args[1] ?? ANY, args[2] ?? ANY);
    case "length":
      return COUNT;
    case "i32.clz":
      return [0, 32];
    case "i32.not":
    case "i32.eq":
    case "i32.ne":
    case "i32.lt":
    case "i32.le":
    case "i32.gt":
    case "i32.ge":
    case "f64.eq":
    case "f64.ne":
    case "f64.lt":
    case "f64.le":
    case "f64.gt":
    case "f64.ge":
      return BIT;
    default:
      return ANY;
  }
}

/** What a comparison of x and y must give, if it must; by whether x + c < y is certain, and y + c < x. */
export function decided(
  kind: Kind,
  isLess: (c: number) => boolean,
  isGreater: (c: number) => boolean,
): 0 | 1 | undefined {
  const yes = (always: boolean, never: boolean): 0 | 1 | undefined => (always ? 1 : never ? 0 : undefined);
  const apart = (): boolean => isLess(0) || isGreater(0);
  switch (kind) {
    case "i32.lt":
      return yes(isLess(0), isGreater(-1));
    case "i32.le":
      return yes(isLess(-1), isGreater(0));
    case "i32.gt":
      return yes(isGreater(0), isLess(-1));
    case "i32.ge":
      return yes(isGreater(-1), isLess(0));
    case "i32.eq":
      return yes(false, apart());
    case "i32.ne":
      return yes(apart(), false);
    default:
      return undefined;
  }
}

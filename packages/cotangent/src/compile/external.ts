/** A function of the user's on numbers, as compiled code calls it. */
import { backward, evaluate } from "../custom.ts";
import { Context } from "../real/real.ts";
import type { UserFunction } from "../real/real.ts";

/** @param arity how many arguments f has; the backward half takes the cotangent behind them */
export function external(
  f: UserFunction,
  half: "forward" | "backward",
  arity: number,
): (...args: number[]) => number | readonly number[] {
  if (half === "forward") return (...x) => Number(evaluate(f, x));
  return (...x) => {
    const cotangent = x.pop()!;
    const ctx = new Context();
    evaluate(f, x, ctx);
    return backward(f, ctx, arity, cotangent).map(Number);
  };
}

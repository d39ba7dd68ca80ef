/**
 * Box figures
 *
 * A function is a box. Forward, numbers go in on the left and one comes out on the right; backward, `dOut` comes in on the
 * right and the derivative times `dOut` leaves on the left. The figures are drawn from the functions themselves, and the
 * numbers are found by running them.
 */
import { type Context, mul, ScalarFunction } from "cotangent";
import { boxes } from "cotangent-view";

class TimesFive extends ScalarFunction {
  static forward(ctx: Context<[]>, x: number): number {
    return x * 5;
  }

  static backward(ctx: Context<[]>, dOut: number): number {
    const fPrime = 5;
    return fPrime * dOut;
  }
}

/** One function, forward. */
export const timesFiveForward = boxes(TimesFive);

/** Backward: f′(x) × dOut. */
export const timesFiveBackward = boxes(TimesFive, { direction: "backward" });

/** The same with numbers: at x = 3, where 2 comes back from the right. */
export const timesFiveNumbers = boxes(TimesFive, { direction: "both", at: [3], dOut: 2, show: "both" });

/** Two arguments: one derivative for each. */
class Mul extends ScalarFunction {
  static forward(ctx: Context<[number, number]>, x: number, y: number): number {
    ctx.saveForBackward(x, y);
    return x * y;
  }

  static backward(ctx: Context<[number, number]>, dOut: number): [number, number] {
    const [x, y] = ctx.savedValues;
    return [y * dOut, x * dOut];
  }
}
export const mulForward = boxes(Mul);

/** */
export const mulBackward = boxes(Mul, { direction: "backward" });

/** x + 2y at (10, 3): its derivatives, 1 and 2, do not depend on where one is. */
class AddTimes2 extends ScalarFunction {
  static forward(ctx: Context<[]>, x: number, y: number): number {
    return x + 2 * y;
  }

  static backward(ctx: Context<[]>, dOut: number): [number, number] {
    return [dOut, 2 * dOut];
  }
}
export const addTimes2 = boxes(AddTimes2, { direction: "both", at: [10, 3] });

/** A derivative that depends on x, which `forward` therefore saves. */
class Square extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }

  static backward(ctx: Context<[number]>, dOut: number): number {
    const x = ctx.savedValues;
    const fPrime = 2 * x;
    return fPrime * dOut;
  }
}
export const square = boxes(Square, { direction: "both", at: [3] });

/** Two functions in sequence. */
export const chainForward = boxes(["g", "f"]);

/** The chain rule, seen: what the right box returns is handed to the left one. It starts with 1. */
export const chainBackward = boxes(["g", "f"], { direction: "backward" });

/** The same with a name for each part: y = g(x), and dOut = f′(y). */
export const chainNamed = boxes(["g", "f"], { direction: "both", names: true });

/** Functions of the page in sequence, with numbers: (5 × 2)². */
export const chainNumbers = boxes([TimesFive, Square], { direction: "both", at: [2] });

/** The second box does not care how many arguments the first one has. */
export const chainTwoArguments = boxes(["g(x, y)", "f"], { direction: "both" });

/** Primitives of the library are drawn as they are; here (3 × 4)². */
export const chainTwoNumbers = boxes([mul, Square], { direction: "both", at: [3, 4] });

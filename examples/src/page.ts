/**
 * The functions of the page with which Cotangent began (a chapter of the MiniTorch course), as the page writes them.
 * `forward` and `backward` may be called by hand, on plain numbers; `apply` takes variables and records what it did.
 */
import { ScalarFunction } from "cotangent";
import type { Context } from "cotangent";

/** f(x) = 5x */
export class TimesFive extends ScalarFunction {
  static forward(_ctx: Context | null, x: number): number {
    return x * 5;
  }

  static backward(_ctx: Context | null, dOut: number): number {
    const fPrime = 5;
    return fPrime * dOut;
  }
}

/** f(x, y) = x·y. Both derivatives depend on the inputs, so `forward` saves them. */
export class Mul extends ScalarFunction {
  static forward(ctx: Context<[number, number]>, x: number, y: number): number {
    ctx.saveForBackward(x, y);
    return x * y;
  }

  static backward(ctx: Context<[number, number]>, dOut: number): [number, number] {
    const [x, y] = ctx.savedValues;
    return [y * dOut, x * dOut];
  }
}

/** f(x, y) = x + 2y */
export class AddTimes2 extends ScalarFunction {
  static forward(_ctx: Context | null, x: number, y: number): number {
    return x + 2 * y;
  }

  static backward(_ctx: Context | null, dOut: number): [number, number] {
    return [dOut, 2 * dOut];
  }
}

/** f(x) = x² */
export class Square extends ScalarFunction {
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

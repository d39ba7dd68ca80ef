/** What of the Boxes tab a link carries beside the function. */
import { isRecord, numberIn, textUpTo } from "../read.ts";
import type { Slice } from "../tab.ts";

export interface BoxesState {
  /** How many steps have been taken, forward and then backward; −1: all of the forward ones. */
  readonly step: number;
  /** Which number of the result. */
  readonly output: number;
  /** A class with a forward and a backward of its own. */
  readonly pair: string;
  /** The arguments at which it is looked at. */
  readonly at: readonly number[];
}

const SQUARE = `class Square extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }

  static backward(ctx: Context<[number]>, dOut: number): number {
    const x = ctx.savedValues;
    return 2 * x * dOut;
  }
}
`;

const MOST_ARGUMENTS = 8;

export const boxesSlice: Slice<BoxesState> = {
  id: "boxes",
  initial: { step: -1, output: 0, pair: SQUARE, at: [3] },
  read: (data) => {
    const d = isRecord(data) ? data : {};
    return {
      step: Math.round(numberIn(d["step"], -1, 10_000, -1)),
      output: Math.round(numberIn(d["output"], 0, 10_000, 0)),
      pair: textUpTo(d["pair"], 20_000, SQUARE),
      at: Array.isArray(d["at"])
        ? d["at"].slice(0, MOST_ARGUMENTS).map((x) => numberIn(x, -1e9, 1e9, 1))
        : boxesSlice.initial.at,
    };
  },
};

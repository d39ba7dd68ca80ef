/** One of several things that are known when compiling: which one, the run decides. */
import type { Value } from "cotangent/program";

import type { Context } from "./context.ts";
import { choose } from "./control.ts";
import { bool, Cell, NOTHING } from "./values.ts";
import type { Text, Val } from "./values.ts";

/** What `each` gives for number `which` of as many. */
export function among(cx: Context, which: Value, count: number, each: (i: number) => Val): Val {
  const from = (i: number): Val => {
    if (i === count - 1) return each(i);
    const { b } = cx;
    return choose(
      cx,
      bool(b.op("i32.eq", which, b.i32(i))),
      () => each(i),
      () => from(i + 1),
      new Cell(NOTHING),
    );
  };
  return from(0);
}

/** What `each` gives for the text that x is; `other`, where it is none of those that are known. */
export const byText = (cx: Context, x: Text, each: (k: string) => Val, other: () => Val): Val =>
  among(cx, x.v, x.of.length + (x.at === undefined ? 0 : 1), (i) =>
    i < x.of.length ? each(x.of[i]!) : other(),
  );

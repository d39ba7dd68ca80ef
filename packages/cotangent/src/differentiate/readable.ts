/**
 * Derivatives that people read. The compiled ones tell zero apart wherever a factor may be infinite; people do so only where the
 * function itself may be finite there: where something is chosen that leaves the infinite out, or makes it finite again.
 */
import { div, inv, mul, square } from "../primitives/index.ts";
import type { Region } from "../program/ir.ts";
import type { PrimitiveBase } from "../real/real.ts";
import type { Reading } from "./activity.ts";
import type { Node } from "./places.ts";
import { PROBES, somewhere } from "./rules.ts";

/** Whether `f` may be finite although its argument `i` is infinite: 1/∞, e^−∞, the arc tangent. */
const redeems = (f: PrimitiveBase, i: number): boolean =>
  f.arity !== undefined &&
  somewhere(
    Array.from({ length: f.arity }, (_, k) => (k === i ? [Infinity, -Infinity] : PROBES)),
    (x) => Number.isFinite(f.evaluate(...x)),
  );

/** Whether a branch lies between a region and one around it. */
function isConditional(home: Region, at: Region): boolean {
  for (let r: Region | undefined = at; r !== undefined && r !== home; r = r.parent?.parent)
    if (r.parent?.kind === "if") return true;
  return false;
}

/**
 * Only what happens within one iteration is looked at, and not through memory: what is infinite there is taken to stay so, else hardly
 * anything in a loop could be written without comparisons.
 */
export const forPeople: Reading = (flow, beyond) => {
  const redeeming = flow.computed.flatMap(({ f, args }) =>
    args.flatMap((x, i) =>
      typeof x !== "number" && (beyond[x.at]?.flags ?? 0) > 0 && redeems(f, i) ? [x.at] : [],
    ),
  );
  const choices = flow.further.flatMap(([n, home, at]) => (isConditional(home, at) ? [n] : []));
  const redeemed = flow.reach([...flow.choices, ...choices, ...redeeming], "behind", flow.direct);
  const divisors = new Set<Node>();
  // What is computed comes behind what it is computed from.
  for (const { f, args, to } of [...flow.computed].reverse()) {
    args.forEach((x, i) => {
      if (typeof x === "number") return;
      const divides = (f === div && i === 1) || f === inv;
      if (divides ? redeemed[to] === 0 : (f === mul || f === square) && divisors.has(to)) divisors.add(x.at);
    });
  }
  return { redeemed, divisors };
};

/** What can no longer be reached is given back, even in one long loop that never returns to the event loop. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Scalar } from "../../src/index.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Megabytes held by the graphs' blocks. */
function held(): number {
  collect();
  return process.memoryUsage().arrayBuffers / 1e6;
}

function evaluate(x: Scalar, operations: number): Scalar {
  let y = x;
  for (let i = 0; i < operations; i++) y = y.add(x);
  return y;
}

describe("graphs that are dropped", () => {
  // Sizes around the size of a block, where each evaluation begins in the block in which the one before ended.
  it.each([100, 1000, 4000, 4095, 4096, 4097, 8192, 30_000])(
    "evaluations of %i operations, never followed back",
    (n) => {
      const x = new Scalar(1);
      const before = held();
      let last: Scalar = x;
      for (let k = 0; k < 3_000_000 / n; k++) last = evaluate(x, n);
      // All together they would hold 3,000,000 operations of some 50 bytes: 150 MB.
      expect(held() - before).toBeLessThan(15);
      last.backward();
      expect(x.derivative).toBe(n + 1);
    },
  );

  it.each([30, 400, 4096, 5000, 50_000])("sums of %i products of leaves, never followed back", (n) => {
    const xs = Array.from({ length: 10 }, (_, i) => new Scalar(i));
    const before = held();
    for (let k = 0; k < 1_500_000 / n; k++) {
      let sum = new Scalar(0);
      for (let i = 0; i < n; i++) sum = sum.add(xs[i % 10]!.mul(xs[(i + 1) % 10]!));
    }
    expect(held() - before).toBeLessThan(15);
  });

  it("a training loop whose parameters are made anew in every step", () => {
    const before = held();
    let w = new Scalar(1);
    const history: Scalar[] = [];
    for (let step = 0; step < 300; step++) {
      const loss = evaluate(w, 10_000).mul(1e-5);
      loss.backward();
      w = new Scalar(w.data - 1e-3 * w.derivative!);
      history.push(w);
    }
    expect(held() - before).toBeLessThan(15);
    expect(history.length).toBe(300);
  });
});

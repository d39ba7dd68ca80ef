/**
 * Every primitive against high-precision reference values: at most 4 ulp for values, 8 for first derivatives and 16 for second ones,
 * each times 1 + κ. κ = Σ |xᵢ ∂g/∂xᵢ| / |g| is the condition number of the output g at hand: an error of κ ulp in g is what a change
 * of one ulp in the arguments makes. All modes of differentiation are measured: forward and reverse, and each over each.
 */
import { describe, expect, test } from "vitest";

import * as offered from "../../src/primitives/index.ts";
import { table } from "../../src/primitives/table.ts";
import { measure, reference } from "./accuracy.ts";
import type { Measurement } from "./accuracy.ts";

const OUTPUT = ["value", "first derivative", "second derivative"] as const;

/** `first derivative: 0.3 of the allowed, 2 ulp (forward ∂0 of atan2 at 1, 2: got …, want …)` */
function report(measurement: Measurement): string {
  const { order, way, args, got, want, error, allowed } = measurement;
  const share = (error / allowed).toPrecision(2);
  const where = `${way} at ${args.join(", ")}: got ${got}, want ${want}`;
  return `${OUTPUT[order]}: ${share} of the allowed, ${error.toPrecision(3)} ulp (${where})`;
}

describe("accuracy", () => {
  test.each(reference)("$name", (entry) => {
    // Of functions that exist only as derivatives of others, the second derivative is a third one.
    const orders = entry.id in offered ? 3 : 2;
    const worst: Measurement[] = [];
    for (const measurement of measure(entry)) {
      const { order, error, allowed } = measurement;
      const before = worst[order];
      if (before === undefined || !(error / allowed <= before.error / before.allowed))
        worst[order] = measurement;
    }
    const misses = worst.slice(0, orders).filter(({ error, allowed }) => !(error <= allowed));
    expect(misses, `worst of ${entry.name}:\n${worst.map(report).join("\n")}\n`).toEqual([]);
  });

  test("there is reference data for every primitive with a derivative", () => {
    const measured = new Set(reference.map(({ id }) => id));
    const missing = [...table.values()].filter(
      ({ primitive }) => !primitive.flat && !measured.has(primitive.id),
    );
    expect(missing.map(({ primitive }) => primitive.id)).toEqual([]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { product, trustRegionStep } from "../../src/optimize/trust-region.ts";
import { dot, norm } from "../../src/optimize/vectors.ts";
import type { Vector } from "../../src/optimize/vectors.ts";

/** What a step gains in the model. */
const gain = (b: Vector, g: Vector, p: Vector): number => -(dot(g, p) + dot(p, product(b, p)) / 2);

/** The greatest gain on a circle of points and inside of it: in two dimensions, by trying. */
function greatest(b: Vector, g: Vector, radius: number): number {
  let best = 0;
  for (let i = 0; i < 720; i++) {
    const direction = Float64Array.of(Math.cos((i * Math.PI) / 360), Math.sin((i * Math.PI) / 360));
    const curvature = dot(direction, product(b, direction));
    const slope = -dot(direction, g);
    const t = curvature > 0 ? Math.min(radius, Math.max(0, slope / curvature)) : radius;
    best = Math.max(
      best,
      gain(
        b,
        g,
        direction.map((d) => t * d),
      ),
    );
  }
  return best;
}

const number = fc.double({ min: -10, max: 10, noNaN: true }).map((x) => Math.round(x * 1e3) / 1e3);

describe("the step within the trust region", () => {
  it("is legal and gains nearly all that can be gained, whatever the curvature", () => {
    fc.assert(
      fc.property(
        fc.tuple(number, number, number),
        fc.tuple(number, number),
        fc.double({ min: 1e-3, max: 100, noNaN: true }),
        ([a, c, d], [g1, g2], radius) => {
          fc.pre(Math.hypot(g1, g2) > 1e-3);
          const b = Float64Array.of(a, c, c, d);
          const g = Float64Array.of(g1, g2);
          const p = trustRegionStep(b, g, radius);
          expect(norm(p)).toBeLessThanOrEqual(1.1 * radius * (1 + 1e-12));
          expect(gain(b, g, p)).toBeGreaterThanOrEqual(0.75 * greatest(b, g, radius));
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });

  it("is Newton's where that lies inside", () => {
    const p = trustRegionStep(Float64Array.of(2, 0, 0, 4), Float64Array.of(-2, 4), 10);
    expect(p[0]).toBeCloseTo(1, 14);
    expect(p[1]).toBeCloseTo(-1, 14);
  });

  it("takes the rest of the way along the least curvature, in the hard case", () => {
    // The gradient knows nothing of the second direction, along which the model falls.
    const [b, g] = [Float64Array.of(1, 0, 0, -2), Float64Array.of(0.1, 0)];
    const p = trustRegionStep(b, g, 5);
    expect(norm(p)).toBeCloseTo(5, 6);
    expect(gain(b, g, p)).toBeGreaterThan(0.9 * 25);
  });
});

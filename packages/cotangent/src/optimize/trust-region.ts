import { cholesky, solveLower, solveUpper } from "./cholesky.ts";
import { dot, moved, norm, scaled } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** How near to the radius a step may end. */
const SLACK = 0.1;
const ITERATIONS = 60;

/**
 * The least of g·p + ½ p·B·p among ‖p‖ ≤ radius, for any symmetric B: J. J. Moré, D. C. Sorensen, Computing a trust region
 * step, SIAM J. Sci. Stat. Comput. 4 (1983). B + λI is made positive definite, and λ ≥ 0 found such that p = -(B + λI)⁻¹g
 * ends at the radius, by Newton's method on 1/‖p‖; in the hard case a direction of least curvature takes the rest of the way.
 * @param b n×n, row by row
 */
export function trustRegionStep(b: Vector, g: Vector, radius: number): Vector {
  const n = g.length;
  const [least, greatest] = gershgorin(b, n);
  const size = norm(g);
  let low = Math.max(0, -diagonalMinimum(b, n), size / radius - greatest);
  let high = Math.max(0, size / radius - least);
  let lambda = low === 0 ? 0 : inside(low, high);
  let best: Vector | undefined;

  for (let i = 0; i < ITERATIONS; i++) {
    const l = cholesky(b, n, lambda);
    if (l === undefined) {
      low = Math.max(low, lambda);
      high = Math.max(high, 2 * low, Number.MIN_VALUE);
      lambda = inside(low, high);
      continue;
    }
    const p = scaled(-1, solveUpper(l, solveLower(l, g)));
    const length = norm(p);
    if (length <= (1 + SLACK) * radius) {
      best = p;
      if (lambda === 0 || length >= (1 - SLACK) * radius) return p;
      high = Math.min(high, lambda);
      const extended = alongLeastCurvature(b, l, p, g, lambda, radius);
      if (extended !== undefined) return extended;
    } else low = Math.max(low, lambda);
    const q = solveLower(l, p);
    const newton = lambda + (length / norm(q)) ** 2 * ((length - radius) / radius);
    lambda = newton > low && newton < high ? newton : inside(low, high);
  }
  // Steepest descent is always a legal step.
  return best ?? scaled(-radius / size, g);
}

/**
 * In the hard case (g is nearly orthogonal to the directions of least curvature) p + τz with ‖p + τz‖ = radius is nearly
 * optimal, z being such a direction: it is, if what the step along z costs is little beside what the step gains.
 */
function alongLeastCurvature(
  b: Vector,
  l: Vector,
  p: Vector,
  g: Vector,
  lambda: number,
  radius: number,
): Vector | undefined {
  const n = p.length;
  // Inverse iteration, from a direction that no axis is orthogonal to.
  let z: Vector = Float64Array.from(p, (_, i) => 1 + i / n);
  for (let i = 0; i < 4; i++) {
    z = solveUpper(l, solveLower(l, z));
    z = scaled(1 / norm(z), z);
  }
  const along = dot(p, z);
  const root = Math.sqrt(along * along + (radius - norm(p)) * (radius + norm(p)));
  const tau = along > 0 ? root - along : -root - along;
  const bz = product(b, z);
  const cost = tau * tau * (dot(z, bz) + lambda);
  const gain = -dot(g, p) + lambda * radius * radius;
  return cost <= SLACK * gain ? moved(p, tau, z) : undefined;
}

/** A λ to try where Newton's method has none. */
const inside = (low: number, high: number): number =>
  Math.max(Math.sqrt(low * high), low + 0.01 * (high - low));

/** B·p */
export function product(b: Vector, p: Vector): Vector {
  const n = p.length;
  return Float64Array.from(p, (_, i) => dot(b.subarray(i * n, (i + 1) * n), p));
}

/** Bounds of the eigenvalues of a symmetric matrix (Gershgorin's circles). */
function gershgorin(b: Vector, n: number): [least: number, greatest: number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (let i = 0; i < n; i++) {
    let others = 0;
    for (let j = 0; j < n; j++) if (j !== i) others += Math.abs(b[i * n + j]!);
    least = Math.min(least, b[i * n + i]! - others);
    greatest = Math.max(greatest, b[i * n + i]! + others);
  }
  return [least, greatest];
}

function diagonalMinimum(b: Vector, n: number): number {
  let least = Infinity;
  for (let i = 0; i < n; i++) least = Math.min(least, b[i * n + i]!);
  return least;
}

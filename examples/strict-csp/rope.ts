/** How stiff the rope is, and how heavy each knot. */
const STIFFNESS = 200;
const WEIGHT = 0.5;

/** The energy of a rope with knots at (p[0], p[1]), (p[2], p[3]), ..., each piece of which would be `length` long; y points down. */
export function energy(p: Float64Array, length: number): number {
  "use grad";
  let sum = 0;
  for (let i = 0; i < p.length; i += 2) {
    sum -= WEIGHT * p[i + 1]!;
    if (i === 0) continue;
    const stretch = Math.hypot(p[i]! - p[i - 2]!, p[i + 1]! - p[i - 1]!) - length;
    sum += 0.5 * STIFFNESS * stretch ** 2;
  }
  return sum;
}

/** GradBench's ht as a plain function: a hand of bones and skin is fitted to points that a camera has seen. */
import { jvp } from "cotangent";

/** A hand at rest. Matrices have 4 × 4 numbers, row after row. */
export interface Hand {
  /** On which bone each bone hangs, which comes before it; −1 for none. */
  readonly parents: Float64Array;
  /** How each bone stands to its parent. */
  readonly relatives: Float64Array;
  /** What takes a point to where it is as seen from the bone. */
  readonly inverses: Float64Array;
  /** The skin, with 4 coordinates for each vertex: the last is 1. */
  readonly vertices: Float64Array;
  /** How much each vertex goes with each bone, vertex after vertex. */
  readonly weights: Float64Array;
  /** The numbers of three vertices for each. */
  readonly triangles: Float64Array;
  /** A left hand is the mirror image of a right one. */
  readonly mirrored: boolean;
}

type Vector = [number, number, number];

/** Into `out` the product of two matrices of 4 × 4. */
function multiply(out: Float64Array, a: Float64Array, b: Float64Array): void {
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += a[4 * row + k]! * b[4 * k + column]!;
      out[4 * row + column] = sum;
    }
  }
}

/** Turns about x, then y, then z. */
function turn(x: number, y: number, z: number): Float64Array {
  const [cx, sx] = [Math.cos(x), Math.sin(x)];
  const [cy, sy] = [Math.cos(y), Math.sin(y)];
  const [cz, sz] = [Math.cos(z), Math.sin(z)];
  const turned = new Float64Array(16);
  turned.set([cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx], 0);
  turned.set([sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx], 4);
  turned.set([-sy, cy * sx, cy * cx], 8);
  turned[15] = 1;
  return turned;
}

/** Turns about an axis by the axis's length; the matrix, row after row. */
function turnAbout(axis: Vector): [Vector, Vector, Vector] {
  const angle = Math.hypot(...axis);
  if (angle < 1e-4) {
    return [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
  }
  const [x, y, z] = [axis[0] / angle, axis[1] / angle, axis[2] / angle];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return [
    [x * x + (1 - x * x) * c, x * y * (1 - c) - z * s, x * z * (1 - c) + y * s],
    [x * y * (1 - c) + z * s, y * y + (1 - y * y) * c, y * z * (1 - c) - x * s],
    [x * z * (1 - c) - y * s, y * z * (1 - c) + x * s, z * z + (1 - z * z) * c],
  ];
}

/** The angles by which the bones are bent, about x, z and y. The last three of a finger's four bones bend, the first of them both ways. */
function bends(theta: Float64Array, bones: number): Float64Array {
  const angles = new Float64Array(3 * bones);
  let next = 6;
  for (let finger = 0; finger < 5; finger++) {
    for (let joint = 2; joint <= 4; joint++) {
      const bone = 4 * finger + joint;
      angles[3 * bone] = theta[next++]!;
      if (joint === 2) angles[3 * bone + 1] = theta[next++]!;
    }
  }
  return angles;
}

/** Where the skin is: `theta` has the hand's rotation and place, three numbers each, then four for each finger. */
function skin(theta: Float64Array, hand: Hand): Float64Array {
  const bones = hand.parents.length;
  const angles = bends(theta, bones);
  const relative = new Float64Array(16);
  const absolutes = new Float64Array(16 * bones);
  const transforms = new Float64Array(16 * bones);
  for (let i = 0; i < bones; i++) {
    const absolute = absolutes.subarray(16 * i, 16 * (i + 1));
    const parent = hand.parents[i]!;
    multiply(
      relative,
      hand.relatives.subarray(16 * i, 16 * (i + 1)),
      turn(angles[3 * i]!, angles[3 * i + 2]!, angles[3 * i + 1]!),
    );
    if (parent < 0) absolute.set(relative);
    else multiply(absolute, absolutes.subarray(16 * parent, 16 * (parent + 1)), relative);
    multiply(
      transforms.subarray(16 * i, 16 * (i + 1)),
      absolute,
      hand.inverses.subarray(16 * i, 16 * (i + 1)),
    );
  }

  const turned = turnAbout([theta[0]!, theta[1]!, theta[2]!]);
  const count = hand.vertices.length / 4;
  const positions = new Float64Array(3 * count);
  for (let v = 0; v < count; v++) {
    const at: Vector = [0, 0, 0];
    for (let i = 0; i < bones; i++) {
      const weight = hand.weights[bones * v + i]!;
      for (let row = 0; row < 3; row++) {
        let sum = 0;
        for (let k = 0; k < 4; k++) sum += transforms[16 * i + 4 * row + k]! * hand.vertices[4 * v + k]!;
        at[row]! += weight * sum;
      }
    }
    if (hand.mirrored) at[0] = -at[0];
    for (let row = 0; row < 3; row++) {
      const [x, y, z] = turned[row]!;
      positions[3 * v + row] = x * at[0] + y * at[1] + z * at[2] + theta[3 + row]!;
    }
  }
  return positions;
}

/**
 * ht: how far the hand is from each of some points. Without `us` it is a vertex that belongs to a point; with them it is a triangle,
 * and two of `us` say where in it.
 */
export function handErrors(
  theta: Float64Array,
  us: Float64Array,
  hand: Hand,
  correspondences: Float64Array,
  points: Float64Array,
): Float64Array {
  "use grad";
  const positions = skin(theta, hand);
  const errors = new Float64Array(points.length);
  for (let i = 0; i < correspondences.length; i++) {
    const to = correspondences[i]!;
    for (let r = 0; r < 3; r++) {
      if (us.length === 0) errors[3 * i + r] = points[3 * i + r]! - positions[3 * to + r]!;
      else {
        const [a, b, c] = [hand.triangles[3 * to]!, hand.triangles[3 * to + 1]!, hand.triangles[3 * to + 2]!];
        const [u, v] = [us[2 * i]!, us[2 * i + 1]!];
        const place =
          u * positions[3 * a + r]! + v * positions[3 * b + r]! + (1 - u - v) * positions[3 * c + r]!;
        errors[3 * i + r] = points[3 * i + r]! - place;
      }
    }
  }
  return errors;
}

/**
 * The Jacobian of {@link handErrors}, column after column: by the two of `us` that belong to an error, where there are any, which is
 * one direction each for all errors; and by `theta`.
 */
export function handJacobian(
  theta: Float64Array,
  us: Float64Array,
  hand: Hand,
  correspondences: Float64Array,
  points: Float64Array,
): Float64Array {
  "use grad";
  const byPlace = (u: Float64Array): Float64Array => handErrors(theta, u, hand, correspondences, points);
  const byPose = (t: Float64Array): Float64Array => handErrors(t, us, hand, correspondences, points);
  const places = us.length === 0 ? 0 : 2;
  const columns = new Float64Array((places + theta.length) * points.length);
  for (let k = 0; k < places; k++) {
    const direction = us.map((_, i) => (i % 2 === k ? 1 : 0));
    columns.set(jvp(byPlace)([us], [direction]).tangent, k * points.length);
  }
  for (let k = 0; k < theta.length; k++) {
    const direction = theta.map((_, i) => (i === k ? 1 : 0));
    columns.set(jvp(byPose)([theta], [direction]).tangent, (places + k) * points.length);
  }
  return columns;
}

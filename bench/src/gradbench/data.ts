/** Data for the problems: numbers that look random and are the same in every run. */
import type { handErrors } from "./hand.ts";

/** The generator mulberry32: numbers in [0, 1). */
export function uniform(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed numbers, by Box and Muller. */
export function normal(seed: number): () => number {
  const next = uniform(seed);
  return () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}

/** So many numbers. */
export const numbers = (count: number, next: () => number): Float64Array =>
  Float64Array.from({ length: count }, next);

/**
 * A hand whose bones stand somehow, with a skin that goes with some four bones each; and points that were seen of it, at its vertices
 * or in its triangles.
 */
export function someHand(
  vertices: number,
  points: number,
  inTriangles: boolean,
): Parameters<typeof handErrors> {
  const next = uniform(points + (inTriangles ? 1 : 0));
  const bones = 22;
  const frames = (): Float64Array =>
    numbers(16 * bones, () => next() - 0.5).map((x, i) => (i % 16 < 12 ? x : i % 16 === 15 ? 1 : 0));
  const some = (count: number, below: number): Float64Array =>
    numbers(count, () => Math.floor(below * next()));
  const triangles = 2 * vertices;
  const hand = {
    // A wrist, on which five fingers of four bones and the forearm hang.
    parents: Float64Array.from({ length: bones }, (_, i) => (i === 0 ? -1 : i % 4 === 1 ? 0 : i - 1)),
    relatives: frames(),
    inverses: frames(),
    vertices: numbers(4 * vertices, next).map((x, i) => (i % 4 === 3 ? 1 : x)),
    weights: numbers(bones * vertices, () => (next() < 0.2 ? next() : 0)),
    triangles: some(3 * triangles, vertices),
    mirrored: true,
  };
  return [
    numbers(26, () => next() - 0.5),
    numbers(inTriangles ? 2 * points : 0, next),
    hand,
    some(points, inTriangles ? triangles : vertices),
    numbers(3 * points, next),
  ];
}

/** What the C++ reads of a hand and what was seen of it. */
export function handArrays([theta, us, hand, correspondences, points]: Parameters<
  typeof handErrors
>): readonly Float64Array[] {
  const { parents, relatives, inverses, vertices, weights, triangles, mirrored } = hand;
  const model = [parents, relatives, inverses, vertices, weights, triangles];
  return [theta, us, Float64Array.of(mirrored ? 1 : 0), ...model, correspondences, points];
}

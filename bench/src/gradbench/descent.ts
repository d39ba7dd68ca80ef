/**
 * GradBench's particle and saddle as plain functions. Both descend along the derivative of something that takes derivatives itself, forward
 * or in reverse: hence four variants of each, of which the first letter says how the outer derivative is taken, the second how the inner.
 */
import { grad, jvp } from "cotangent";

type Vector = readonly number[];
type Cost = (x: Vector) => number;
type Gradient = (f: Cost, x: Vector) => Vector;

const reverse: Gradient = (f, x) => grad(f)(x);
const forward: Gradient = (f, x) =>
  x.map((_, i) => jvp(f)([x], [x.map((_, k) => (k === i ? 1 : 0))]).tangent);

const length = (x: Vector): number => Math.sqrt(x.reduce((sum, v) => sum + v * v, 0));

/** Gradient descent: after ten steps that go down the next are twice as long, after one that does not half as long. */
function argmin(f: Cost, gradient: Gradient, start: Vector): Vector {
  let x = start;
  let value = f(x);
  let slope = gradient(f, x);
  let rate = 1e-5;
  let downs = 0;
  while (length(slope) > 1e-5) {
    if (downs === 10) {
      rate *= 2;
      downs = 0;
      continue;
    }
    const step = slope.map((s) => rate * s);
    if (length(step) <= 1e-5) break;
    const next = x.map((v, i) => v - step[i]!);
    const there = f(next);
    if (there < value) {
      x = next;
      value = there;
      slope = gradient(f, x);
      downs++;
    } else {
      rate /= 2;
      downs = 0;
    }
  }
  return x;
}

const argmax = (f: Cost, gradient: Gradient, start: Vector): Vector => argmin((x) => -f(x), gradient, start);

type Place = readonly [number, number];

/** One over the distance. */
const potentialOf = ([x, y]: Vector, charge: Place): number =>
  1 / Math.sqrt((x! - charge[0]) ** 2 + (y! - charge[1]) ** 2);

/** The square of where a particle crosses the x axis, on its way past two charges, one of which `w` moves. Euler's method. */
function crossing(w: number, gradient: Gradient): number {
  const potential = (at: Vector): number => potentialOf(at, [10, 10 - w]) + potentialOf(at, [10, 0]);
  const dt = 0.1;
  let [x, y] = [0, 8];
  let [vx, vy] = [0.75, 0];
  while (y + dt * vy > 0) {
    const [gx, gy] = gradient(potential, [x, y]);
    x += dt * vx;
    y += dt * vy;
    vx -= dt * gx!;
    vy -= dt * gy!;
  }
  const rest = -y / vy;
  return (x + rest * vx) ** 2;
}

/** particle: the w with which it crosses at the origin. */
const particle = (w: number, outer: Gradient, inner: Gradient): number =>
  argmin((x) => crossing(x[0]!, inner), outer, [w])[0]!;

function particleFF(w: number): number {
  "use grad";
  return particle(w, forward, forward);
}

function particleFR(w: number): number {
  "use grad";
  return particle(w, forward, reverse);
}

function particleRF(w: number): number {
  "use grad";
  return particle(w, reverse, forward);
}

function particleRR(w: number): number {
  "use grad";
  return particle(w, reverse, reverse);
}

/** particle's variants. */
export const particles = { ff: particleFF, fr: particleFR, rf: particleRF, rr: particleRR };

const cost = (x: Vector, y: Vector): number =>
  x.reduce((sum, v) => sum + v * v, 0) - y.reduce((sum, v) => sum + v * v, 0);

/** saddle: where the greatest cost that y can bring about is least; and the y that brings it about. */
function saddle(start: Vector, outer: Gradient, inner: Gradient): [Vector, Vector] {
  const worst = (x: Vector): number =>
    cost(
      x,
      argmax((y) => cost(x, y), inner, start),
    );
  const x = argmin(worst, outer, start);
  return [x, argmax((y) => cost(x, y), outer, start)];
}

function saddleFF(start: [number, number]): [Vector, Vector] {
  "use grad";
  return saddle(start, forward, forward);
}

function saddleFR(start: [number, number]): [Vector, Vector] {
  "use grad";
  return saddle(start, forward, reverse);
}

function saddleRF(start: [number, number]): [Vector, Vector] {
  "use grad";
  return saddle(start, reverse, forward);
}

function saddleRR(start: [number, number]): [Vector, Vector] {
  "use grad";
  return saddle(start, reverse, reverse);
}

/** saddle's variants. */
export const saddles = { ff: saddleFF, fr: saddleFR, rf: saddleRF, rr: saddleRR };

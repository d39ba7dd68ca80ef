/** GradBench's problems as plain functions: what is differentiated is this text. */
import { grad, jacobian, jvp, lgamma } from "cotangent";

/** hello: x². */
export function square(x: number): number {
  "use grad";
  return x * x;
}

/** llsq: how badly the polynomial with these coefficients fits the sign of t at n points from −1 to 1. */
export function llsq(coefficients: Float64Array, n: number): number {
  "use grad";
  let total = 0;
  for (let i = 0; i < n; i++) {
    const t = -1 + (2 * i) / (n - 1);
    let residual = Math.sign(t);
    let power = 1;
    for (const c of coefficients) {
      residual -= c * power;
      power *= t;
    }
    total += residual * residual;
  }
  return total / 2;
}

/** lse: log Σ exp(xᵢ), shifted by the greatest so that nothing overflows. */
export function logSumExp(x: Float64Array): number {
  "use grad";
  let top = -Infinity;
  for (const v of x) top = Math.max(top, v);
  let sum = 0;
  for (const v of x) sum += Math.exp(v - top);
  return top + Math.log(sum);
}

/**
 * gmm: the logarithm of the posterior of a mixture of Gaussians in d dimensions, with a Wishart prior. Component j has the weight
 * softmax(alpha)ⱼ, the mean means[j·d ...], and the inverse covariance QᵀQ: Q is lower triangular, with exp(logDiagonals[j·d ...])
 * on its diagonal and `below` it, column after column, the rest. `points` are given one after another.
 */
export function gmm(
  alpha: Float64Array,
  means: Float64Array,
  logDiagonals: Float64Array,
  below: Float64Array,
  points: Float64Array,
  d: number,
  wishart: { gamma: number; m: number },
): number {
  "use grad";
  const k = alpha.length;
  const n = points.length / d;
  const size = (d * (d - 1)) / 2;

  const diagonals = new Float64Array(k * d);
  for (let i = 0; i < k * d; i++) diagonals[i] = Math.exp(logDiagonals[i]!);
  const logDeterminants = new Float64Array(k);
  for (let j = 0; j < k; j++) {
    for (let i = 0; i < d; i++) logDeterminants[j]! += logDiagonals[j * d + i]!;
  }

  let total = -0.5 * n * d * Math.log(2 * Math.PI) - n * logSumExp(alpha);
  const centred = new Float64Array(d);
  const scaled = new Float64Array(d);
  const terms = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      for (let r = 0; r < d; r++) {
        centred[r] = points[i * d + r]! - means[j * d + r]!;
        scaled[r] = diagonals[j * d + r]! * centred[r]!;
      }
      let at = j * size;
      for (let c = 0; c < d; c++) {
        for (let r = c + 1; r < d; r++) scaled[r]! += below[at++]! * centred[c]!;
      }
      let distance = 0;
      for (const y of scaled) distance += y * y;
      terms[j] = alpha[j]! + logDeterminants[j]! - 0.5 * distance;
    }
    total += logSumExp(terms);
  }

  const { gamma, m } = wishart;
  const degrees = d + m + 1;
  let squares = 0;
  for (const e of diagonals) squares += e * e;
  for (const e of below) squares += e * e;
  let sum = 0;
  for (const e of logDeterminants) sum += e;
  const constant = degrees * d * (Math.log(gamma) - 0.5 * Math.log(2)) - logGamma(degrees / 2, d);
  return total + m * sum - 0.5 * gamma * gamma * squares + k * constant;
}

/** The logarithm of the gamma function in d dimensions. */
function logGamma(a: number, d: number): number {
  let sum = 0.25 * d * (d - 1) * Math.log(Math.PI);
  for (let j = 0; j < d; j++) sum += lgamma(a - j / 2);
  return sum;
}

type Vector = [number, number, number];

/** A camera of ba: where it stands and how it is turned (axis times angle), its lens and its sensor. */
interface Camera {
  rotation: Vector;
  centre: Vector;
  focal: number;
  principal: [number, number];
  radial: [number, number];
}

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** Turns a vector about an axis by the axis's length: Rodrigues' formula. */
function rotate(rotation: Vector, v: Vector): Vector {
  const theta2 = dot(rotation, rotation);
  if (theta2 === 0) {
    const c = cross(rotation, v);
    return [v[0] + c[0], v[1] + c[1], v[2] + c[2]];
  }
  const theta = Math.sqrt(theta2);
  const cosine = Math.cos(theta);
  const sine = Math.sin(theta);
  const axis: Vector = [rotation[0] / theta, rotation[1] / theta, rotation[2] / theta];
  const c = cross(axis, v);
  const along = dot(axis, v) * (1 - cosine);
  return [
    v[0] * cosine + c[0] * sine + axis[0] * along,
    v[1] * cosine + c[1] * sine + axis[1] * along,
    v[2] * cosine + c[2] * sine + axis[2] * along,
  ];
}

/** Where on its sensor a camera sees a point. */
function project(camera: Camera, point: Vector): [number, number] {
  const { centre, focal, principal, radial } = camera;
  const [x, y, z] = rotate(camera.rotation, [
    point[0] - centre[0],
    point[1] - centre[1],
    point[2] - centre[2],
  ]);
  const u = x / z;
  const v = y / z;
  const r2 = u * u + v * v;
  const distortion = 1 + radial[0] * r2 + radial[1] * r2 * r2;
  return [u * distortion * focal + principal[0], v * distortion * focal + principal[1]];
}

/** How many numbers describe a camera of ba. */
const CAMERA = 11;

function cameraAt(cameras: Float64Array, i: number): Camera {
  const at = i * CAMERA;
  return {
    rotation: [cameras[at]!, cameras[at + 1]!, cameras[at + 2]!],
    centre: [cameras[at + 3]!, cameras[at + 4]!, cameras[at + 5]!],
    focal: cameras[at + 6]!,
    principal: [cameras[at + 7]!, cameras[at + 8]!],
    radial: [cameras[at + 9]!, cameras[at + 10]!],
  };
}

const pointAt = (points: Float64Array, i: number): Vector => [
  points[3 * i]!,
  points[3 * i + 1]!,
  points[3 * i + 2]!,
];

/** How far from where it was observed a camera sees a point, times a weight. */
function reprojection(
  camera: Camera,
  point: Vector,
  weight: number,
  feature: [number, number],
): [number, number] {
  const [u, v] = project(camera, point);
  return [weight * (u - feature[0]), weight * (v - feature[1])];
}

/**
 * ba: the errors of all observations, two each; and 1 − weight² of each. An observation is the number of a camera and that of a
 * point.
 */
export function bundle(
  cameras: Float64Array,
  points: Float64Array,
  weights: Float64Array,
  observations: Float64Array,
  features: Float64Array,
): Float64Array {
  "use grad";
  const p = weights.length;
  const errors = new Float64Array(3 * p);
  for (let i = 0; i < p; i++) {
    const camera = cameraAt(cameras, observations[2 * i]!);
    const point = pointAt(points, observations[2 * i + 1]!);
    const [u, v] = reprojection(camera, point, weights[i]!, [features[2 * i]!, features[2 * i + 1]!]);
    errors[2 * i] = u;
    errors[2 * i + 1] = v;
    errors[2 * p + i] = 1 - weights[i]! ** 2;
  }
  return errors;
}

/**
 * The Jacobian of {@link bundle}, by its rows: an error depends on the 11 numbers of its camera, the 3 of its point and its weight,
 * and on nothing else; the last errors on the weight alone.
 */
export function bundleJacobian(
  cameras: Float64Array,
  points: Float64Array,
  weights: Float64Array,
  observations: Float64Array,
  features: Float64Array,
): Float64Array {
  "use grad";
  const p = weights.length;
  const values = new Float64Array(31 * p);
  let at = 0;
  for (let i = 0; i < p; i++) {
    const rows = jacobian(reprojection, { wrt: [0, 1, 2] })(
      cameraAt(cameras, observations[2 * i]!),
      pointAt(points, observations[2 * i + 1]!),
      weights[i]!,
      [features[2 * i]!, features[2 * i + 1]!],
    );
    for (const [camera, point, weight] of rows) {
      const { rotation, centre, focal, principal, radial } = camera;
      for (const d of [...rotation, ...centre, focal, ...principal, ...radial, ...point, weight]) {
        values[at++] = d;
      }
    }
  }
  for (const w of weights) values[at++] = -2 * w;
  return values;
}

/**
 * lstm: how badly the network predicts each character of a text from those before it; characters are given as bits. Layer after
 * layer, `weights` has the weights of the gates that forget, take in and put out, of the change, and then their biases; `ends` has
 * the weights of the input, and those and the biases of the output; `start` the hidden state and the memory of each layer.
 */
export function lstm(
  weights: Float64Array,
  ends: Float64Array,
  start: Float64Array,
  text: Float64Array,
  layers: number,
  bits: number,
): number {
  "use grad";
  const state = start.slice();
  const x = new Float64Array(bits);
  const characters = text.length / bits;
  let total = 0;
  for (let t = 0; t + 1 < characters; t++) {
    for (let i = 0; i < bits; i++) x[i] = text[t * bits + i]! * ends[i]!;
    for (let layer = 0; layer < layers; layer++) {
      const w = weights.subarray(layer * 8 * bits, (layer * 8 + 4) * bits);
      const b = weights.subarray((layer * 8 + 4) * bits, (layer + 1) * 8 * bits);
      const hidden = state.subarray(layer * 2 * bits, (layer * 2 + 1) * bits);
      const memory = state.subarray((layer * 2 + 1) * bits, (layer * 2 + 2) * bits);
      for (let i = 0; i < bits; i++) {
        const forget = sigmoid(x[i]! * w[i]! + b[i]!);
        const take = sigmoid(hidden[i]! * w[bits + i]! + b[bits + i]!);
        const put = sigmoid(x[i]! * w[2 * bits + i]! + b[2 * bits + i]!);
        const change = Math.tanh(hidden[i]! * w[3 * bits + i]! + b[3 * bits + i]!);
        memory[i] = memory[i]! * forget + take * change;
        hidden[i] = put * Math.tanh(memory[i]!);
        x[i] = hidden[i]!;
      }
    }
    let sum = 2;
    for (let i = 0; i < bits; i++) {
      x[i] = x[i]! * ends[bits + i]! + ends[2 * bits + i]!;
      sum += Math.exp(x[i]!);
    }
    const logSum = Math.log(sum);
    for (let i = 0; i < bits; i++) total += text[(t + 1) * bits + i]! * (x[i]! - logSum);
  }
  return -total / ((characters - 1) * bits);
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/** kmeans: the sum of the squared distances of points in d dimensions to the nearest of some centres. */
export function kmeans(points: Float64Array, centres: Float64Array, d: number): number {
  "use grad";
  let cost = 0;
  for (let i = 0; i < points.length; i += d) {
    let closest = Infinity;
    for (let j = 0; j < centres.length; j += d) {
      let distance = 0;
      for (let r = 0; r < d; r++) distance += (points[i + r]! - centres[j + r]!) ** 2;
      closest = Math.min(closest, distance);
    }
    cost += closest;
  }
  return cost;
}

/**
 * The gradient of {@link kmeans} by the centres, and the diagonal of its Hessian: the Hessian times ones, since it has nothing beside
 * its diagonal.
 */
export function kmeansDirection(
  points: Float64Array,
  centres: Float64Array,
  d: number,
): [Float64Array, Float64Array] {
  "use grad";
  const cost = (c: Float64Array): number => kmeans(points, c, d);
  const ones = new Float64Array(centres.length).fill(1);
  const { value, tangent } = jvp(grad(cost))([centres], [ones]);
  return [value, tangent];
}

/** det: the determinant of an n × n matrix, row after row, by its minors. */
export function determinant(a: Float64Array, n: number): number {
  "use grad";
  // Which column comes next, where some are left out; n stands before the first and after the last.
  const next = Float64Array.from({ length: n + 1 }, (_, c) => (c === n ? 0 : c + 1));
  return minor(a, n, 0, next);
}

/** The determinant of the columns that are left, from this row on. */
function minor(a: Float64Array, n: number, row: number, next: Float64Array): number {
  if (row === n) return 1;
  let sum = 0;
  let sign = 1;
  let before = n;
  for (let c = next[n]!; c < n; c = next[c]!) {
    next[before] = next[c]!;
    sum += sign * a[row * n + c]! * minor(a, n, row + 1, next);
    next[before] = c;
    before = c;
    sign = -sign;
  }
  return sum;
}

/** ode: y(2), where y₀' = x₀, yᵢ' = xᵢ yᵢ₋₁ and y(0) = 0, in so many steps of Runge and Kutta's method. */
export function ode(x: Float64Array, steps: number): Float64Array {
  "use grad";
  const h = 2 / steps;
  const y = new Float64Array(x.length);
  for (let step = 0; step < steps; step++) {
    const k1 = slopes(x, y);
    const k2 = slopes(x, along(y, h / 2, k1));
    const k3 = slopes(x, along(y, h / 2, k2));
    const k4 = slopes(x, along(y, h, k3));
    for (let i = 0; i < y.length; i++) y[i]! += (h * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!)) / 6;
  }
  return y;
}

const slopes = (x: Float64Array, y: Float64Array): Float64Array =>
  x.map((v, i) => (i === 0 ? v : v * y[i - 1]!));

const along = (y: Float64Array, h: number, k: Float64Array): Float64Array => y.map((v, i) => v + h * k[i]!);

/** The last number of {@link ode}: its gradient is asked for. */
export function odeEnd(x: Float64Array, steps: number): number {
  "use grad";
  return ode(x, steps)[x.length - 1]!;
}

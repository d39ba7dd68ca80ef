/**
 * The course's network as plain functions: two inputs, two hidden layers of rectified units, one output. The worker reads this
 * file as a text and compiles the gradient of `loss`; `logit` it calls as it is.
 *
 * All weights lie in `p`, in the order of the trainer's parameters: of each layer first the weights, input by input, then the
 * biases.
 */

/** What goes into the sigmoid: positive where class 1 is more likely. */
export function logit(p: Float64Array, hidden: number, x: number, y: number): number {
  const first = new Float64Array(hidden);
  for (let j = 0; j < hidden; j++) {
    const sum = p[2 * hidden + j]! + p[j]! * x + p[hidden + j]! * y;
    first[j] = sum > 0 ? sum : 0;
  }
  const second = 3 * hidden;
  const biases = second + hidden * hidden;
  const last = biases + hidden;
  let out = p[last + hidden]!;
  for (let k = 0; k < hidden; k++) {
    let sum = p[biases + k]!;
    for (let j = 0; j < hidden; j++) sum += p[second + j * hidden + k]! * first[j]!;
    if (sum > 0) out += p[last + k]! * sum;
  }
  return out;
}

/** The mean of -log(probability given to the right class) over all points, whose coordinates alternate in `points`. */
export function loss(p: Float64Array, hidden: number, points: Float64Array, labels: Float64Array): number {
  let total = 0;
  for (let i = 0; i < labels.length; i++) {
    const z = logit(p, hidden, points[2 * i]!, points[2 * i + 1]!);
    // log(1 + e^∓z) without overflow.
    const wrong = labels[i]! > 0.5 ? -z : z;
    total += Math.max(wrong, 0) + Math.log1p(Math.exp(-Math.abs(wrong)));
  }
  return total / labels.length;
}

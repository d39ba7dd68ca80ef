/**
 * Computation graphs
 *
 * What a Scalar was computed from: variables are ellipses, operations are boxes numbered from the output, and an edge says
 * which argument it is. A variable that is used twice is drawn once.
 */
import { add, constant, mul, Scalar, sigmoid, sin, sqrt, sum } from "cotangent";
import { parse } from "cotangent/program";
import { drawGraph, drawProgram } from "cotangent-view";

const x = new Scalar(2, { name: "x" });
const y = new Scalar(3, { name: "y" });

/** x y + sin x, with its derivatives. */
const z = x.mul(y).add(sin(x));
z.name = "z";
export const graph = drawGraph(z, { derivatives: true });

/** The same from top to bottom, without values, and without intermediate results that have no name. */
export const graphDown = drawGraph(z, { direction: "down", values: false, intermediates: "named" });

/** Plain numbers are constants: they have no derivative, and stand wherever they are used. */
const line = x.mul(x).mul(constant(3)).add(1);
line.name = "p";
export const graphConstants = drawGraph(line);

/** A neuron. */
const inputs = [1, -2, 0.5];
const weights = [0.3, 0.1, -0.8].map((w, i) => new Scalar(w, { name: `w_${i}` }));
const bias = new Scalar(0.2, { name: "b" });
const neuron = sigmoid(sum(weights.map((w, i) => w.mul(inputs[i]!))).add(bias));
neuron.name = "out";
export const graphNeuron = drawGraph(neuron, { derivatives: true, intermediates: "named" });

/** Ten thousand operations: like operations in like surroundings are one box, with their number. */
const slope = new Scalar(0.7, { name: "slope" });
const offset = new Scalar(-0.2, { name: "offset" });
const errors = Array.from({ length: 2500 }, (_, i) =>
  slope
    .mul(i / 1000)
    .add(offset)
    .sub(Math.sin(i / 1000))
    .square(),
);
const loss = sum(errors).div(errors.length);
loss.name = "loss";
export const graphLarge = drawGraph(loss, { derivatives: true });

/** Programs, too: a loop is a frame around what it does. Compiled functions have theirs as `compile(f).program`. */
const norm = parse(
  `function norm(x: array): f64 {
     v0 = i32 0
     v1 = length(x)
     v2 = f64 0
     squares = for i = v0 to v1 (sum = v2) {
       element = load(x, i)
       v3 = mul(element, element)
       v4 = add(sum, v3)
       yield v4
     }
     v5 = sqrt(squares)
     return v5
   }`,
  { primitives: [mul, add, sqrt] },
);
export const program = drawProgram(norm, { direction: "right" });

/**
 * Backpropagation, step by step
 *
 * The output's derivative by itself is 1. From there, one operation after the other hands back what its inputs get. What has
 * not been processed is grey and dashed, what has is teal, and what was just computed is red; a variable that is used several
 * times shows its running sum.
 */
import { exp, Scalar } from "cotangent";
import { animateSteps, drawSteps } from "cotangent-view";

const x = new Scalar(2, { name: "x" });
const y = new Scalar(3, { name: "y" });
const z = x.mul(y).add(x.mul(x));
z.name = "z";

/** x y + x²: x is used three times, and its derivative, 3 + 2 + 2 = 7, arrives in parts. */
export const stepsAnimation = animateSteps(z);

/** The same as single frames: here the third. */
const frames = drawSteps(z);
export const stepsThird = frames[3]!;

/** And the last. */
export const stepsLast = frames.at(-1)!;

/** From top to bottom. */
const w = exp(x.neg()).add(1).inv();
w.name = "w";
export const stepsDown = drawSteps(w, { direction: "down" })[2]!;

/**
 * Plots
 *
 * A function is plotted with its exact derivatives: forty points from −4 to 3.8 unless told otherwise.
 */
import {
  add,
  Context,
  grad,
  mul,
  type Real,
  ScalarFunction,
  sigmoid,
  sin,
  square,
  sub,
  tan,
} from "cotangent";
import { plotContour, plotDecision, plotFunction, plotFunction3D, plotLoss } from "cotangent-view";

class AddTimes2 extends ScalarFunction {
  static forward(ctx: Context<[]> | null, x: number, y: number): number {
    return x + 2 * y;
  }

  static backward(ctx: Context<[]> | null, dOut: number): [number, number] {
    return [dOut, 2 * dOut];
  }
}

/** The page's first plot: AddTimes2 at x = 10. */
export const plotAddTimes2 = plotFunction("Add Times 2: x=10", (y: number) => AddTimes2.forward(null, 10, y));

/** And its derivative by y, which is 2 everywhere. */
export const plotDAddTimes2 = plotFunction("d Add Times 2: x=10", () => AddTimes2.backward(null, 1)[1]);

/** Square, called by hand. */
class Square extends ScalarFunction {
  static forward(ctx: Context<[number]>, x: number): number {
    ctx.saveForBackward(x);
    return x * x;
  }

  static backward(ctx: Context<[number]>, dOut: number): number {
    const x = ctx.savedValues;
    const fPrime = 2 * x;
    return fPrime * dOut;
  }
}
export const plotSquare = plotFunction("Square", (x: number) => Square.forward(new Context(), x));

/** Its derivative. */
export const plotDSquare = plotFunction("d Square", (x: number) => {
  const ctx = new Context<[number]>();
  Square.forward(ctx, x);
  return Square.backward(ctx, 1);
});

/** x sin x with two derivatives. */
const f = (x: Real): Real => mul(x, sin(x));
export const plotDerivatives = plotFunction("x sin x and its derivatives", f, { derivatives: 2 });

/** The tangent, and the secant of a central difference, which comes close to it. */
export const plotTangent = plotFunction("Tangent and secant", f, {
  range: [-1, 5],
  tangent: 2,
  secant: { at: 2, epsilon: 1.2 },
});

/** Poles leave gaps, and do not spoil the scale. */
export const plotPoles = plotFunction("tan x and its derivative", tan, {
  range: [-4.5, 4.5],
  points: 400,
  derivatives: 1,
  name: "tan(x)",
});

/** A function of two variables from above. The arrows are its gradient; the red path is gradient descent. */
const bowl = (x: Real, y: Real): Real => add(square(x), mul(3, square(sub(y, sin(x)))));
const path: [number, number][] = [[-3, 3]];
for (let step = 0; step < 30; step++) {
  const [x, y] = path.at(-1)!;
  const [dx, dy] = grad(bowl)(x, y);
  path.push([x - 0.05 * dx, y - 0.05 * dy]);
}
export const plotBowl = plotContour("x² + 3(y − sin x)²", bowl, { gradient: true, path });

/** The same as a surface. */
export const plotBowl3D = plotFunction3D("x² + 3(y − sin x)²", bowl);

/** Losses of two runs. */
const decay = (rate: number): number[] =>
  Array.from({ length: 120 }, (_, i) => 3 * Math.exp(-rate * i) + 0.02 * (1 + Math.sin(i / 2)));
export const plotLosses = plotLoss(
  "Learning rates",
  { "rate 0.02": decay(0.02), "rate 0.08": decay(0.08) },
  { scale: "log" },
);

/** Where a classifier draws the line, and which points lie on the wrong side of it. */
const points = Array.from({ length: 60 }, (_, i) => {
  const x: [number, number] = [(i * 0.618034) % 1, (i * 0.754878) % 1];
  return { x, label: Math.hypot(x[0] - 0.5, x[1] - 0.5) < 0.34 ? 1 : 0 };
});
const inCircle = (x: number, y: number): Real => sigmoid(40 * (0.09 - (x - 0.5) ** 2 - (y - 0.52) ** 2));
export const plotCircle = plotDecision("Circle", inCircle, points);

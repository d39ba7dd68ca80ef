/**
 * Formulas
 *
 * The formula of a function of Reals, of its derivatives, and of what a Scalar was computed from. The derivative is that of
 * the library, run on symbols, and simplified.
 */
import { add, div, exp, max, mul, neg, pow, type Real, Scalar, sin, square, sub } from "cotangent";
import { derivativeFormula, formula } from "cotangent-view";

/** A function, and its derivative. */
const f = (x: Real): Real => mul(square(x), sin(x));
export const formulaOfFunction = formula(f);

/** */
export const formulaOfDerivative = derivativeFormula(f);

/** The second derivative. */
export const formulaOfSecondDerivative = derivativeFormula(f, { order: 2 });

/** Several arguments: one partial derivative for each. */
const banana = (x: Real, y: Real): Real => add(square(sub(1, x)), mul(100, square(sub(y, square(x)))));
export const formulaOfPartial = derivativeFormula(banana, { wrt: 1 });

/** The logistic function, from its definition. */
export const formulaOfLogistic = derivativeFormula((x: Real) => div(1, add(1, exp(neg(x)))), {
  name: "sigma",
});

/** Kinks: brackets are 1 where the condition in them holds, and 0 elsewhere. */
export const formulaOfMaximum = derivativeFormula((x: Real) => max(square(x), pow(x, 3)));

/** What a Scalar was computed from. */
const x = new Scalar(2, { name: "x" });
const slope = new Scalar(0.5, { name: "slope" });
const z = x.mul(slope).add(sin(x)).div(3);
z.name = "z";
export const formulaOfScalar = formula(z);

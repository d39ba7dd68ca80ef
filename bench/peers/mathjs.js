/** mathjs: formulas, differentiated as formulas. It knows no vectors when it differentiates: every variable has a name. */
import { derivative, parse } from "mathjs";

export const name = "mathjs";

const names = (n) => Array.from({ length: n }, (_, i) => `x${i}`);

/** Compiled formulas, called with all numbers. */
function compiled(n, formulas) {
  const code = formulas.map((f) => f.compile());
  const all = names(n);
  const scope = new Map();
  return (x) => {
    all.forEach((each, i) => scope.set(each, x[i]));
    return code.map((c) => c.evaluate(scope));
  };
}

/** Simplifying the derivatives takes minutes from twenty variables on. */
const gradientOf = (n, f) => names(n).map((each) => derivative(f, each, { simplify: n < 20 }));

const rosenbrock = (n) =>
  Array.from({ length: n - 1 }, (_, i) => `(1 - x${i})^2 + 100 * (x${i + 1} - x${i}^2)^2`).join(" + ");

export const problems = {
  rosenbrock: (n) => compiled(n, gradientOf(n, parse(rosenbrock(n)))),
  hessian: (n) =>
    compiled(
      n,
      gradientOf(n, parse(rosenbrock(n))).flatMap((g) => gradientOf(n, g)),
    ),
  sum10: () =>
    compiled(
      10,
      gradientOf(10, parse(Array.from({ length: 9 }, (_, i) => `sin(x${i}) * x${i + 1}`).join(" + "))),
    ),
};

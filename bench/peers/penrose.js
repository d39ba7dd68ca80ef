/** @penrose/core: expression graphs of scalars, compiled to straight WebAssembly. It has gradients, and nothing of second order. */
import { add, addN, div, exp, ln, mul, sin, squared, sub, tanh, variable } from "@penrose/core";
import { genGradient } from "@penrose/core/dist/engine/Autodiff";

export const name = "penrose";

/** The gradient of an expression of n variables, as its optimiser computes it. */
async function gradientOf(n, expression) {
  const x = Array.from({ length: n }, () => variable(0));
  const g = await genGradient(x, [expression(x)], []);
  const masks = { inputMask: Array.from(x, () => true), objMask: [true], constrMask: [] };
  const out = new Float64Array(n);
  return (at) => {
    g(masks, at, 0, out);
    return out;
  };
}

const sigmoid = (x) => div(1, add(1, exp(mul(-1, x))));

export const problems = {
  rosenbrock: (n) =>
    gradientOf(n, (x) =>
      addN(
        Array.from({ length: n - 1 }, (_, i) =>
          add(squared(sub(1, x[i])), mul(100, squared(sub(x[i + 1], squared(x[i]))))),
        ),
      ),
    ),
  lse: (n) => gradientOf(n, (x) => add(1, ln(addN(x.map((xi) => exp(sub(xi, 1))))))),
  leastSquares: (matrix, right) => {
    const n = matrix.length / right.length;
    return gradientOf(n, (x) =>
      mul(
        0.5,
        addN(
          Array.from(right, (b, i) => squared(sub(addN(x.map((xj, j) => mul(matrix[i * n + j], xj))), b))),
        ),
      ),
    );
  },
  network: (points, hidden) => {
    const second = 3 * hidden;
    const last = second + hidden * (hidden + 1);
    return gradientOf(last + hidden + 1, (w) => {
      const losses = [];
      for (let p = 0; p < points.length; p += 3) {
        const first = Array.from({ length: hidden }, (_, i) =>
          tanh(add(w[3 * i + 2], add(mul(w[3 * i], points[p]), mul(w[3 * i + 1], points[p + 1])))),
        );
        const middle = Array.from({ length: hidden }, (_, i) => {
          const at = second + i * (hidden + 1);
          return tanh(addN([w[at + hidden], ...first.map((h, j) => mul(w[at + j], h))]));
        });
        const out = sigmoid(addN([w[last + hidden], ...middle.map((h, j) => mul(w[last + j], h))]));
        losses.push(squared(sub(out, points[p + 2])));
      }
      return div(addN(losses), points.length / 3);
    });
  },
  sum10: () => gradientOf(10, (x) => addN(Array.from({ length: 9 }, (_, i) => mul(sin(x[i]), x[i + 1])))),
};

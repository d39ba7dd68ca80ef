/** @tensorflow/tfjs: tensors of float32, on its back ends in JavaScript ("cpu") and WebAssembly. */
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";

tf.enableProdMode();

const { grad, mul, square, sub, tensor1d, tidy } = tf;

/** Numbers into a tensor, and back, which is part of a call; what a call leaves is disposed of. */
const call =
  (backend, f) =>
  (...args) => {
    void tf.setBackend(backend);
    return tidy(() => f(...args.map((x) => tensor1d(Float32Array.from(x)))).dataSync());
  };

function rosenbrock(x) {
  const n = x.size - 1;
  const [a, b] = [x.slice(0, n), x.slice(1, n)];
  return square(sub(1, a))
    .add(mul(100, square(sub(b, square(a)))))
    .sum();
}

/** Its problems on one of its back ends. */
export const onBackend = async (backend) => {
  await tf.setBackend(backend);
  await tf.ready();
  const g = grad(rosenbrock);
  const problems = {
    rosenbrock: () => call(backend, g),
    // Row by row: there is no transform for it.
    hessian: (n) =>
      call(backend, (x) =>
        tf.stack(Array.from({ length: n }, (_, i) => grad((y) => g(y).slice(i, 1).sum())(x))),
      ),
    hvp: () => call(backend, (x, v) => grad((y) => g(y).mul(v).sum())(x)),
    lse: () =>
      call(
        backend,
        grad((x) => x.logSumExp()),
      ),
    leastSquares: (matrix, right) => {
      void tf.setBackend(backend);
      const a = tf.tensor2d(Float32Array.from(matrix), [right.length, matrix.length / right.length]);
      const b = tensor1d(Float32Array.from(right));
      return call(
        backend,
        grad((x) =>
          square(sub(tf.dot(a, x), b))
            .sum()
            .mul(0.5),
        ),
      );
    },
    network: (points, hidden) => {
      void tf.setBackend(backend);
      const table = tf.tensor2d(Float32Array.from(points), [points.length / 3, 3]);
      const inputs = table.slice([0, 0], [-1, 2]);
      const labels = table.slice([0, 2], [-1, 1]);
      const second = 3 * hidden;
      const last = second + hidden * (hidden + 1);
      const loss = (w) => {
        const one = w.slice(0, second).reshape([hidden, 3]);
        const two = w.slice(second, last - second).reshape([hidden, hidden + 1]);
        const three = w.slice(last, hidden).reshape([hidden, 1]);
        const first = tf
          .matMul(inputs, one.slice([0, 0], [-1, 2]), false, true)
          .add(one.slice([0, 2]).reshape([hidden]));
        const middle = tf
          .matMul(first.tanh(), two.slice([0, 0], [-1, hidden]), false, true)
          .add(two.slice([0, hidden]).reshape([hidden]));
        const out = tf
          .matMul(middle.tanh(), three)
          .add(w.slice(last + hidden, 1))
          .sigmoid();
        return square(sub(out, labels)).mean();
      };
      return call(backend, grad(loss));
    },
    sum10: () =>
      call(
        backend,
        grad((x) => x.slice(0, 9).sin().mul(x.slice(1, 9)).sum()),
      ),
  };
  return { name: `tfjs-${backend}`, problems, tolerance: 1e-5 };
};

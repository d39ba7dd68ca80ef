/** @jax-js/jax: arrays in the manner of NumPy, traced, fused and compiled to WebAssembly; here in float64. */

// Node 20 has no Float16Array, for which the library asks whenever it makes an array.
globalThis.Float16Array ??= class Float16Array {};

const { defaultDevice, grad, hessian, init, jit, jvp, nn, numpy: np } = await import("@jax-js/jax");
await init("wasm");
defaultDevice("wasm");

export const name = "jax-js";
/** Sums and products are in float64; exp, sin and their like have float32 accuracy. */
export const tolerance = 1e-6;

/** Numbers into an array of the library, and back: that is part of a call. */
const call =
  (f) =>
  (...args) =>
    f(...args.map((x) => np.array(x))).dataSync();

/** Every array belongs to whom it is given: `ref` keeps it for another use. */
function rosenbrock(x) {
  const [a, b] = [x.ref.slice([0, -1]), x.slice([1])];
  const left = np.square(np.negative(a.ref).add(1));
  return left.add(np.square(b.sub(np.square(a))).mul(100)).sum();
}

export const problems = {
  rosenbrock: () => call(jit(grad(rosenbrock))),
  hessian: () => call(jit(hessian(rosenbrock))),
  hvp: () => call(jit((x, v) => jvp(grad(rosenbrock), [x], [v])[1])),
  lse: () => call(jit(grad((x) => nn.logsumexp(x)))),
  leastSquares: (matrix, right) => {
    const a = np.array(matrix).reshape([right.length, matrix.length / right.length]);
    const b = np.array(right);
    return call(jit(grad((x) => np.square(np.dot(a.ref, x).sub(b.ref)).sum().mul(0.5))));
  },
  network: (points, hidden) => {
    const table = np.array(points).reshape([points.length / 3, 3]);
    const inputs = table.ref.slice([], [0, 2]);
    const labels = table.slice([], 2);
    const second = 3 * hidden;
    const last = second + hidden * (hidden + 1);
    const loss = (w) => {
      const one = w.ref.slice([0, second]).reshape([hidden, 3]);
      const two = w.ref.slice([second, last]).reshape([hidden, hidden + 1]);
      const three = w.slice([last, last + hidden + 1]);
      const first = np.tanh(np.dot(inputs.ref, one.ref.slice([], [0, 2]).transpose()).add(one.slice([], 2)));
      const middle = np.tanh(
        np.dot(first, two.ref.slice([], [0, hidden]).transpose()).add(two.slice([], hidden)),
      );
      const out = nn.sigmoid(np.dot(middle, three.ref.slice([0, hidden])).add(three.slice(hidden)));
      return np.mean(np.square(out.sub(labels.ref)));
    };
    return call(jit(grad(loss)));
  },
  sum10: () =>
    call(
      jit(
        grad((x) =>
          np
            .sin(x.ref.slice([0, -1]))
            .mul(x.slice([1]))
            .sum(),
        ),
      ),
    ),
};

/** rose: scalars, structures and vectors with loops, compiled to WebAssembly. */
import {
  add,
  compile,
  div,
  Dual,
  fn,
  iadd,
  ieq,
  jvp,
  mul,
  neg,
  opaque,
  Real,
  select,
  sub,
  sum,
  Vec,
  vjp,
} from "rose";

export const name = "rose";

const square = (x) => mul(x, x);

const exp = opaque([Real], Real, Math.exp);
exp.jvp = fn([Dual], Dual, ({ re: x, du: dx }) => {
  const y = exp(x);
  return { re: y, du: mul(dx, y) };
});
const log = opaque([Real], Real, Math.log);
log.jvp = fn([Dual], Dual, ({ re: x, du: dx }) => ({ re: log(x), du: div(dx, x) }));
const cos = opaque([Real], Real, Math.cos);
const sin = opaque([Real], Real, Math.sin);
sin.jvp = fn([Dual], Dual, ({ re: x, du: dx }) => ({ re: sin(x), du: mul(dx, cos(x)) }));
const tanh = opaque([Real], Real, Math.tanh);
tanh.jvp = fn([Dual], Dual, ({ re: x, du: dx }) => {
  const y = tanh(x);
  return { re: y, du: mul(dx, sub(1, mul(y, y))) };
});
const sigmoid = (x) => div(1, add(1, exp(neg(x))));

const gradientOf = (n, f) => fn([Vec(n, Real)], Vec(n, Real), (x) => vjp(f)(x).grad(1));
/** Arrays go in and come out: typed ones must be turned into them. */
const call = (g) => (x) => g(Array.from(x));

/** As a loop: as long as the code does not grow with n, neither does the compile time. */
const rosenbrock = (n) =>
  fn([Vec(n, Real)], Real, (x) =>
    sum(n, (i) => {
      const last = ieq(n, i, n - 1);
      const next = x[select(last, n, 0, iadd(n, i, 1))];
      const term = add(square(sub(1, x[i])), mul(100, square(sub(next, square(x[i])))));
      return select(last, Real, 0, term);
    }),
  );

/** Straight code: of the gradient of a loop there is no second reverse derivative. */
const unrolled = (n) =>
  fn([Vec(n, Real)], Real, (v) => {
    const x = [...v];
    let total = 0;
    for (let i = 0; i + 1 < n; i++) {
      total = add(total, add(square(sub(1, x[i])), mul(100, square(sub(x[i + 1], square(x[i]))))));
    }
    return total;
  });

export const problems = {
  rosenbrock: async (n) => call(await compile(gradientOf(n, rosenbrock(n)))),
  hessian: async (n) => {
    const g = gradientOf(n, unrolled(n));
    const unit = (i) => Array.from({ length: n }, (_, k) => (k === i ? 1 : 0));
    const h = fn([Vec(n, Real)], Vec(n, Vec(n, Real)), (x) => {
      const { grad } = vjp(g)(x);
      return Array.from({ length: n }, (_, i) => grad(unit(i)));
    });
    const run = await compile(h);
    return (x) => run(Array.from(x)).flat();
  },
  hvp: async (n) => {
    const run = await compile(jvp(gradientOf(n, rosenbrock(n))));
    return (x, v) => run(Array.from(x, (re, i) => ({ re, du: v[i] }))).map(({ du }) => du);
  },
  lse: async (n) => {
    const f = fn([Vec(n, Real)], Real, (x) => add(1, log(sum(n, (i) => exp(sub(x[i], 1))))));
    return call(await compile(gradientOf(n, f)));
  },
  leastSquares: async (matrix, right) => {
    const [m, n] = [right.length, matrix.length / right.length];
    const f = fn([Vec(n, Real), Vec(m, Vec(n, Real)), Vec(m, Real)], Real, (x, a, b) =>
      mul(
        0.5,
        sum(m, (i) =>
          square(
            sub(
              sum(n, (j) => mul(a[i][j], x[j])),
              b[i],
            ),
          ),
        ),
      ),
    );
    // Reverse mode takes functions of one argument: the data is a part of it, and its derivative is not looked at.
    const all = { x: Vec(n, Real), a: Vec(m, Vec(n, Real)), b: Vec(m, Real) };
    const packed = fn([all], Real, ({ x, a, b }) => f(x, a, b));
    const g = await compile(fn([all], Vec(n, Real), (arg) => vjp(packed)(arg).grad(1).x));
    const rows = Array.from({ length: m }, (_, i) => Array.from(matrix.subarray(i * n, (i + 1) * n)));
    const b = Array.from(right);
    return (x) => g({ x: Array.from(x), a: rows, b });
  },
  network: async (points, hidden) => {
    const second = 3 * hidden;
    const last = second + hidden * (hidden + 1);
    const size = last + hidden + 1;
    const count = points.length / 3;
    const data = Vec(count, Real);
    // A loop over the points, which go in with the weights: unrolled, the function would be too large.
    const all = { w: Vec(size, Real), x: data, y: data, label: data };
    const f = fn([all], Real, ({ w, x, y, label }) =>
      div(
        sum(count, (p) => {
          const first = Array.from({ length: hidden }, (_, i) =>
            tanh(add(w[3 * i + 2], add(mul(w[3 * i], x[p]), mul(w[3 * i + 1], y[p])))),
          );
          const middle = Array.from({ length: hidden }, (_, i) => {
            const at = second + i * (hidden + 1);
            return tanh(first.reduce((s, h, j) => add(s, mul(w[at + j], h)), w[at + hidden]));
          });
          const out = sigmoid(middle.reduce((s, h, j) => add(s, mul(w[last + j], h)), w[last + hidden]));
          return square(sub(out, label[p]));
        }),
        count,
      ),
    );
    const g = await compile(fn([all], Vec(size, Real), (arg) => vjp(f)(arg).grad(1).w));
    const column = (k) => Array.from({ length: count }, (_, p) => points[3 * p + k]);
    const [x, y, label] = [column(0), column(1), column(2)];
    return (w) => g({ w: Array.from(w), x, y, label });
  },
  sum10: async () => {
    const f = fn([Vec(10, Real)], Real, (v) => {
      const x = [...v];
      let total = 0;
      for (let i = 0; i < 9; i++) total = add(total, mul(sin(x[i]), x[i + 1]));
      return total;
    });
    return call(await compile(gradientOf(10, f)));
  },
};

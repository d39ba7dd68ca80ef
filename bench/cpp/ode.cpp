// yᵢ' = xᵢ yᵢ₋₁, y₀' = x₀, from 0 to 2 in s steps of Runge and Kutta's method; and the gradient of the last y by x.
//
// A step is k₁ = f(y), k₂ = f(t₁ = y + ½hk₁), k₃ = f(t₂ = y + ½hk₂), k₄ = f(t₃ = y + hk₃), y + h(k₁ + 2k₂ + 2k₃ + k₄)/6, with
// f(t)ᵢ = xᵢ tᵢ₋₁. The way back needs y before each step, which is kept; t₁, t₂ and t₃ are computed once more from it. The adjoint of t is
// that of f(t), shifted, times x.
#include <algorithm>

#include "bench.hpp"

namespace {

struct Ode {
  int n, steps;
  const double* x;
  Array t1, t2, t3, k1, k2, k3, k4, path, adjoint;

  static void slopes(int n, const double* __restrict x, const double* __restrict y, double* __restrict k) {
    k[0] = x[0];
    for (int i = 1; i < n; i++) k[i] = x[i] * y[i - 1];
  }

  static void along(int n, const double* __restrict y, double h, const double* __restrict k, double* __restrict t) {
    for (int i = 0; i < n; i++) t[i] = y[i] + h * k[i];
  }

  void stages(const double* y, double h) {
    slopes(n, x, y, k1.data());
    along(n, y, h / 2, k1.data(), t1.data());
    slopes(n, x, t1.data(), k2.data());
    along(n, y, h / 2, k2.data(), t2.data());
    slopes(n, x, t2.data(), k3.data());
    along(n, y, h, k3.data(), t3.data());
  }

  static void step(int n, double h, const double* from, const double* __restrict k1, const double* __restrict k2,
                   const double* __restrict k3, const double* __restrict k4, double* to) {
    for (int i = 0; i < n; i++) to[i] = from[i] + h * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]) / 6;
  }

  void primal(double* y) {
    const double h = 2.0 / steps;
    std::fill(y, y + n, 0.0);
    for (int s = 0; s < steps; s++) {
      stages(y, h);
      slopes(n, x, t3.data(), k4.data());
      step(n, h, y, k1.data(), k2.data(), k3.data(), k4.data(), y);
    }
  }

  /** f's way back: from the adjoint of f(t), those of x and of t. */
  static void back(int n, const double* __restrict x, const double* __restrict t, const double* __restrict k, double* __restrict by_x,
                   double* __restrict by_t) {
    by_x[0] += k[0];
    for (int i = 1; i < n; i++) {
      by_x[i] += k[i] * t[i - 1];
      by_t[i - 1] = k[i] * x[i];
    }
    by_t[n - 1] = 0;
  }

  /** From the adjoint of t = y + hk, that of y, and of k what this adds to. */
  static void beside(int n, double part, const double* __restrict all, double h, const double* __restrict by_t, double* __restrict y,
                     double* __restrict k) {
    for (int i = 0; i < n; i++) {
      y[i] += by_t[i];
      k[i] = part * all[i] + h * by_t[i];
    }
  }

  void gradient(double* __restrict by_x) {
    const double h = 2.0 / steps;
    std::fill(by_x, by_x + n, 0.0);
    std::fill(path.begin(), path.begin() + n, 0.0);
    for (int s = 0; s + 1 < steps; s++) {
      const double* y = path.data() + static_cast<std::size_t>(s) * n;
      stages(y, h);
      slopes(n, x, t3.data(), k4.data());
      step(n, h, y, k1.data(), k2.data(), k3.data(), k4.data(), path.data() + static_cast<std::size_t>(s + 1) * n);
    }
    // The adjoint of y after the step: it is that of every k, too, times a part.
    std::fill(adjoint.begin(), adjoint.end(), 0.0);
    adjoint[n - 1] = 1;
    Array &all = k4, &k = k1, &by_t = k2;
    for (int s = steps - 1; s >= 0; s--) {
      const double* y = path.data() + static_cast<std::size_t>(s) * n;
      stages(y, h);
      all = adjoint;
      for (int i = 0; i < n; i++) k[i] = h / 6 * all[i];
      back(n, x, t3.data(), k.data(), by_x, by_t.data());
      beside(n, h / 3, all.data(), h, by_t.data(), adjoint.data(), k.data());
      back(n, x, t2.data(), k.data(), by_x, by_t.data());
      beside(n, h / 3, all.data(), h / 2, by_t.data(), adjoint.data(), k.data());
      back(n, x, t1.data(), k.data(), by_x, by_t.data());
      beside(n, h / 6, all.data(), h / 2, by_t.data(), adjoint.data(), k.data());
      back(n, x, y, k.data(), by_x, by_t.data());
      for (int i = 0; i < n; i++) adjoint[i] += by_t[i];
    }
  }
};

}  // namespace

Works prepare(const Data& data) {
  const std::size_t n = data[0].size();
  const int steps = static_cast<int>(data[1][0]);
  static Ode ode{static_cast<int>(n), steps,    data[0].data(), Array(n), Array(n),         Array(n),
                 Array(n),            Array(n), Array(n),       Array(n), Array(steps * n), Array(n)};
  return {
      {"primal", {n, [](double* out) { ode.primal(out); }}},
      {"derivative", {n, [](double* out) { ode.gradient(out); }}},
  };
}

// ½ Σᵢ rᵢ², rᵢ = sign(tᵢ) − Σⱼ xⱼ tᵢʲ at n points tᵢ from −1 to 1. The gradient: −Σᵢ rᵢ tᵢʲ.
#include <cmath>

#include "bench.hpp"

namespace {

double point(int i, int n) { return -1 + i * 2.0 / (n - 1); }
double sign(double t) { return (t > 0) - (t < 0); }

/** Four partial sums and four powers at a time: neither the sum nor the product is one long chain. */
double residual(int m, const double* __restrict x, double t) {
  const double t2 = t * t, t4 = t2 * t2;
  double power[4] = {1, t, t2, t2 * t};
  double sum[4] = {0, 0, 0, 0};
  int j = 0;
  for (; j + 4 <= m; j += 4) {
    for (int k = 0; k < 4; k++) {
      sum[k] += x[j + k] * power[k];
      power[k] *= t4;
    }
  }
  for (int k = 0; j + k < m; k++) sum[k] += x[j + k] * power[k];
  return sign(t) - ((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

double primal(int n, int m, const double* x) {
  double total = 0;
  for (int i = 0; i < n; i++) {
    const double r = residual(m, x, point(i, n));
    total += r * r;
  }
  return 0.5 * total;
}

void gradient(int n, int m, const double* __restrict x, double* __restrict g) {
  std::memset(g, 0, m * sizeof(double));
  for (int i = 0; i < n; i++) {
    const double t = point(i, n);
    const double r = residual(m, x, t);
    const double t2 = t * t, t4 = t2 * t2;
    double term[4] = {r, r * t, r * t2, r * t2 * t};
    int j = 0;
    for (; j + 4 <= m; j += 4) {
      for (int k = 0; k < 4; k++) {
        g[j + k] -= term[k];
        term[k] *= t4;
      }
    }
    for (int k = 0; j + k < m; k++) g[j + k] -= term[k];
  }
}

}  // namespace

Works prepare(const Data& data) {
  const Array& x = data[0];
  const int n = static_cast<int>(data[1][0]);
  const int m = static_cast<int>(x.size());
  return {
      {"primal", {1, [=, &x](double* out) { *out = primal(n, m, x.data()); }}},
      {"derivative", {x.size(), [=, &x](double* out) { gradient(n, m, x.data(), out); }}},
  };
}

// ½ Σᵢ rᵢ², rᵢ = sign(tᵢ) − Σⱼ xⱼ tᵢʲ at n points tᵢ from −1 to 1. The gradient: −Σᵢ rᵢ tᵢʲ.
#include <cmath>

#include "bench.hpp"

namespace {

double point(int i, int n) { return -1 + i * 2.0 / (n - 1); }
double sign(double t) { return (t > 0) - (t < 0); }

/** In the order in which it is written. */
namespace straight {

double primal(int n, int m, const double* __restrict x) {
  double total = 0;
  for (int i = 0; i < n; i++) {
    const double t = point(i, n);
    double r = sign(t), power = 1;
    for (int j = 0; j < m; j++) {
      r -= x[j] * power;
      power *= t;
    }
    total += r * r;
  }
  return 0.5 * total;
}

/** The powers of t are kept for the gradient: computing them is one chain of products, reading them is not. */
void gradient(int n, int m, const double* __restrict x, double* __restrict powers, double* __restrict g) {
  std::memset(g, 0, m * sizeof(double));
  for (int i = 0; i < n; i++) {
    const double t = point(i, n);
    double r = sign(t), power = 1;
    for (int j = 0; j < m; j++) {
      powers[j] = power;
      r -= x[j] * power;
      power *= t;
    }
    for (int j = 0; j < m; j++) g[j] -= r * powers[j];
  }
}

}  // namespace straight

/** Four partial sums and four powers at a time: neither the sum nor the product is one long chain. */
namespace tuned {

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

}  // namespace tuned

}  // namespace

Works prepare(const Data& data) {
  const Array& x = data[0];
  const int n = static_cast<int>(data[1][0]);
  const int m = static_cast<int>(x.size());
  static Array powers(m);
  return {
      {"primal, straight", {1, [=, &x](double* out) { *out = straight::primal(n, m, x.data()); }}},
      {"derivative, straight",
       {x.size(), [=, &x](double* out) { straight::gradient(n, m, x.data(), powers.data(), out); }}},
      {"primal", {1, [=, &x](double* out) { *out = tuned::primal(n, m, x.data()); }}},
      {"derivative", {x.size(), [=, &x](double* out) { tuned::gradient(n, m, x.data(), out); }}},
  };
}

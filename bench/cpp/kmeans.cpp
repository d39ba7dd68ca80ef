// The sum of the squared distances of n points to the nearest of k centres; its gradient, and the diagonal of its Hessian, which
// has nothing beside it: 2 Σ (c − x) over the points nearest to c, and twice their number.
#include <cmath>
#include <limits>

#include "bench.hpp"

namespace {

/** In the order in which it is written. */
double straight(int d, const double* __restrict a, const double* __restrict b) {
  double sum = 0;
  for (int r = 0; r < d; r++) {
    const double e = a[r] - b[r];
    sum += e * e;
  }
  return sum;
}

/** In four partial sums side by side. */
double tuned(int d, const double* __restrict a, const double* __restrict b) {
  double sum[4] = {0, 0, 0, 0};
  int r = 0;
  for (; r + 4 <= d; r += 4) {
    for (int i = 0; i < 4; i++) {
      const double e = a[r + i] - b[r + i];
      sum[i] += e * e;
    }
  }
  for (; r < d; r++) {
    const double e = a[r] - b[r];
    sum[0] += e * e;
  }
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

using Distance = double(int d, const double* a, const double* b);

template <Distance distance>
double primal(int n, int k, int d, const double* points, const double* centres) {
  double cost = 0;
  for (int i = 0; i < n; i++) {
    double closest = std::numeric_limits<double>::infinity();
    for (int j = 0; j < k; j++) closest = std::min(closest, distance(d, points + i * d, centres + j * d));
    cost += closest;
  }
  return cost;
}

/** Into out: the gradient, then the diagonal. */
template <Distance distance>
void derivative(int n, int k, int d, const double* points, const double* centres, double* __restrict out) {
  double* __restrict gradient = out;
  double* __restrict diagonal = out + k * d;
  std::memset(out, 0, 2 * k * d * sizeof(double));
  for (int i = 0; i < n; i++) {
    double closest = std::numeric_limits<double>::infinity();
    int nearest = 0;
    for (int j = 0; j < k; j++) {
      const double s = distance(d, points + i * d, centres + j * d);
      if (s < closest) {
        closest = s;
        nearest = j;
      }
    }
    for (int r = 0; r < d; r++) {
      gradient[nearest * d + r] += 2 * (centres[nearest * d + r] - points[i * d + r]);
      diagonal[nearest * d + r] += 2;
    }
  }
}

}  // namespace

Works prepare(const Data& data) {
  const Array &points = data[0], &centres = data[1];
  const int d = static_cast<int>(data[2][0]);
  const int n = static_cast<int>(points.size()) / d, k = static_cast<int>(centres.size()) / d;
  const double *p = points.data(), *c = centres.data();
  return {
      {"primal, straight", {1, [=](double* out) { *out = primal<straight>(n, k, d, p, c); }}},
      {"derivative, straight", {2 * centres.size(), [=](double* out) { derivative<straight>(n, k, d, p, c, out); }}},
      {"primal", {1, [=](double* out) { *out = primal<tuned>(n, k, d, p, c); }}},
      {"derivative", {2 * centres.size(), [=](double* out) { derivative<tuned>(n, k, d, p, c, out); }}},
  };
}

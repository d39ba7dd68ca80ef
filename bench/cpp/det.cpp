// The determinant by its minors: det M = Σ ± m₀ⱼ det Sⱼ, where Sⱼ is M without its first row and column j.
//
// What the determinant changes by with det Sⱼ is known before det Sⱼ is: ±m₀ⱼ times what it changes by with det M. So one walk over the minors
// is enough for the gradient, and nothing is kept.
#include "bench.hpp"

namespace {

struct Minors {
  int n;
  const double* a;
  /** Which column comes next; n stands before the first and after the last. */
  std::vector<int> next;
  double* gradient;

  double value(int row) {
    if (row == n) return 1;
    double sum = 0, sign = 1;
    for (int before = n, c = next[n]; c < n; before = c, c = next[c]) {
      next[before] = next[c];
      sum += sign * a[row * n + c] * value(row + 1);
      next[before] = c;
      sign = -sign;
    }
    return sum;
  }

  /** The same; and adds to the gradient what this minor, which has such an adjoint, adds to it. */
  double derivative(int row, double adjoint) {
    if (row == n) return 1;
    double sum = 0, sign = 1;
    for (int before = n, c = next[n]; c < n; before = c, c = next[c]) {
      next[before] = next[c];
      const double factor = sign * a[row * n + c];
      const double minor = derivative(row + 1, adjoint * factor);
      next[before] = c;
      gradient[row * n + c] += adjoint * sign * minor;
      sum += factor * minor;
      sign = -sign;
    }
    return sum;
  }

  void start() {
    for (int c = 0; c < n; c++) next[c] = c + 1;
    next[n] = 0;
  }
};

}  // namespace

Works prepare(const Data& data) {
  const int n = static_cast<int>(data[1][0]);
  static Minors minors{n, data[0].data(), std::vector<int>(n + 1), nullptr};
  const std::size_t size = data[0].size();
  return {
      {"primal",
       {1,
        [](double* out) {
          minors.start();
          *out = minors.value(0);
        }}},
      {"derivative",
       {size,
        [=](double* out) {
          minors.start();
          minors.gradient = out;
          std::memset(out, 0, size * sizeof(double));
          minors.derivative(0, 1);
        }}},
  };
}

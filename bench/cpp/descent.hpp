// Gradient descent: after ten steps that go down the next are twice as long, after one that does not half as long.
#pragma once

#include <cmath>

/** Of N numbers; `value` and `slope` take where they are, the latter also where to write. */
template <int N, typename Value, typename Slope>
void argmin(const Value& value, const Slope& slope, double* x) {
  const auto length = [](const double* v) {
    double sum = 0;
    for (int i = 0; i < N; i++) sum += v[i] * v[i];
    return std::sqrt(sum);
  };
  double g[N], step[N], next[N];
  double now = value(x), rate = 1e-5;
  slope(x, g);
  int downs = 0;
  while (length(g) > 1e-5) {
    if (downs == 10) {
      rate *= 2;
      downs = 0;
      continue;
    }
    for (int i = 0; i < N; i++) step[i] = rate * g[i];
    if (length(step) <= 1e-5) return;
    for (int i = 0; i < N; i++) next[i] = x[i] - step[i];
    const double there = value(next);
    if (there < now) {
      for (int i = 0; i < N; i++) x[i] = next[i];
      now = there;
      slope(x, g);
      downs++;
    } else {
      rate /= 2;
      downs = 0;
    }
  }
}

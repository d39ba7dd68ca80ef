// log Σ exp(xᵢ), shifted by the greatest xᵢ so that nothing overflows.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

inline double greatest(int n, const double* __restrict x) {
  double top = -std::numeric_limits<double>::infinity();
  for (int i = 0; i < n; i++) top = std::max(top, x[i]);
  return top;
}

inline double log_sum_exp(int n, const double* __restrict x) {
  const double top = greatest(n, x);
  double sum = 0;
  for (int i = 0; i < n; i++) sum += std::exp(x[i] - top);
  return top + std::log(sum);
}

/** The value; into p its gradient, exp(xᵢ − top) / Σ: each exponential is computed once. */
inline double log_sum_exp_gradient(int n, const double* __restrict x, double* __restrict p) {
  const double top = greatest(n, x);
  double sum = 0;
  for (int i = 0; i < n; i++) sum += p[i] = std::exp(x[i] - top);
  const double scale = 1 / sum;
  for (int i = 0; i < n; i++) p[i] *= scale;
  return top + std::log(sum);
}

// The logarithm of the posterior of a mixture of k Gaussians in d dimensions at n points, with a Wishart prior.
//
// Component j has the weight softmax(α)ⱼ, the mean μⱼ, and the inverse covariance QᵀQ with Q = diag(exp qⱼ) + Lⱼ, Lⱼ strictly lower
// triangular, column after column. With y = Q (x − μⱼ) and the responsibilities p = softmaxⱼ(αⱼ + Σ q − ½ |y|²), the gradient is
//
//     dαⱼ += p                        dq += p − p exp(q) y (x − μ), element by element
//     dL  += −p y (x − μ)ᵀ below the diagonal          dμ += p Qᵀ y
#include <cmath>

#include "bench.hpp"
#include "lse.hpp"

namespace {

/** The sums over dimensions in the order in which they are written. */
struct Straight {
  static double squares(int d, const double* __restrict y) {
    double sum = 0;
    for (int r = 0; r < d; r++) sum += y[r] * y[r];
    return sum;
  }

  /** A column's derivative less s from; start + column · from. */
  static double back(int n, const double* __restrict column, const double* __restrict from, double s, double start,
                     double* __restrict d_column) {
    double dot = start;
    for (int t = 0; t < n; t++) {
      d_column[t] -= s * from[t];
      dot += column[t] * from[t];
    }
    return dot;
  }
};

/** The same in four partial sums side by side. */
struct Tuned {
  static double squares(int d, const double* __restrict y) {
    double norm[4] = {0, 0, 0, 0};
    int r = 0;
    for (; r + 4 <= d; r += 4)
      for (int i = 0; i < 4; i++) norm[i] += y[r + i] * y[r + i];
    for (; r < d; r++) norm[0] += y[r] * y[r];
    return (norm[0] + norm[1]) + (norm[2] + norm[3]);
  }

  static double back(int n, const double* __restrict column, const double* __restrict from, double s, double start,
                     double* __restrict d_column) {
    double dot[4] = {start, 0, 0, 0};
    int t = 0;
    for (; t + 4 <= n; t += 4) {
      for (int u = 0; u < 4; u++) {
        d_column[t + u] -= s * from[t + u];
        dot[u] += column[t + u] * from[t + u];
      }
    }
    for (; t < n; t++) {
      d_column[t] -= s * from[t];
      dot[0] += column[t] * from[t];
    }
    return (dot[0] + dot[1]) + (dot[2] + dot[3]);
  }
};

struct Gmm {
  int d, k, n, half;
  double gamma;
  int m;
  const double *alpha, *mu, *q, *l, *x;
  // Kept between calls, so that none of them allocates.
  Array diagonal, sum_q, term, share, centred, scaled, back;

  /** y = Q (x − μ) for a point and a component, and |y|². */
  template <class Sums>
  double transform(const double* __restrict xi, int j, double* __restrict c, double* __restrict y) const {
    const double* __restrict mean = mu + j * d;
    const double* __restrict e = diagonal.data() + j * d;
    for (int r = 0; r < d; r++) {
      c[r] = xi[r] - mean[r];
      y[r] = e[r] * c[r];
    }
    const double* __restrict column = l + j * half;
    for (int r = 0; r < d; r++) {
      const double s = c[r];
      const int below = d - r - 1;
      double* __restrict to = y + r + 1;
      for (int i = 0; i < below; i++) to[i] += column[i] * s;
      column += below;
    }
    return Sums::squares(d, y);
  }

  void diagonals() {
    for (int i = 0; i < k * d; i++) diagonal[i] = std::exp(q[i]);
    for (int j = 0; j < k; j++) {
      double sum = 0;
      for (int r = 0; r < d; r++) sum += q[j * d + r];
      sum_q[j] = sum;
    }
  }

  double constant() const {
    const int degrees = d + m + 1;
    double gamma_d = 0.25 * d * (d - 1) * std::log(M_PI);
    for (int j = 1; j <= d; j++) gamma_d += std::lgamma(0.5 * degrees + 0.5 * (1 - j));
    const double prior = degrees * d * (std::log(gamma) - 0.5 * std::log(2.0)) - gamma_d;
    return k * prior - 0.5 * n * d * std::log(2 * M_PI);
  }

  double prior() const {
    double squares = 0;
    for (int i = 0; i < k * d; i++) squares += diagonal[i] * diagonal[i];
    for (int i = 0; i < k * half; i++) squares += l[i] * l[i];
    double sums = 0;
    for (int j = 0; j < k; j++) sums += sum_q[j];
    return m * sums - 0.5 * gamma * gamma * squares;
  }

  template <class Sums>
  double primal() {
    diagonals();
    double total = constant() + prior() - n * log_sum_exp(k, alpha);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < k; j++) {
        term[j] = alpha[j] + sum_q[j] - 0.5 * transform<Sums>(x + i * d, j, centred.data(), scaled.data());
      }
      total += log_sum_exp(k, term.data());
    }
    return total;
  }

  /** Into out: dα, dμ, dq, dL. */
  template <class Sums>
  void gradient(double* __restrict out) {
    diagonals();
    double* __restrict d_alpha = out;
    double* __restrict d_mu = d_alpha + k;
    double* __restrict d_q = d_mu + k * d;
    double* __restrict d_l = d_q + k * d;
    log_sum_exp_gradient(k, alpha, d_alpha);
    for (int j = 0; j < k; j++) d_alpha[j] *= -n;
    std::memset(d_mu, 0, k * d * sizeof(double));
    const double g2 = gamma * gamma;
    for (int i = 0; i < k * d; i++) d_q[i] = m - g2 * diagonal[i] * diagonal[i];
    for (int i = 0; i < k * half; i++) d_l[i] = -g2 * l[i];

    for (int i = 0; i < n; i++) {
      // Each component's centred and transformed point is kept for the way back.
      for (int j = 0; j < k; j++) {
        term[j] =
            alpha[j] + sum_q[j] - 0.5 * transform<Sums>(x + i * d, j, centred.data() + j * d, scaled.data() + j * d);
      }
      log_sum_exp_gradient(k, term.data(), share.data());
      for (int j = 0; j < k; j++) {
        const double p = share[j];
        const double* __restrict c = centred.data() + j * d;
        const double* __restrict y = scaled.data() + j * d;
        const double* __restrict e = diagonal.data() + j * d;
        double* __restrict py = back.data();
        double* __restrict mean = d_mu + j * d;
        double* __restrict dq = d_q + j * d;
        d_alpha[j] += p;
        for (int r = 0; r < d; r++) {
          py[r] = p * y[r];
          dq[r] += p - e[r] * py[r] * c[r];
        }
        const double* __restrict column = l + j * half;
        double* __restrict d_column = d_l + j * half;
        for (int r = 0; r < d; r++) {
          const int below = d - r - 1;
          mean[r] += Sums::back(below, column, py + r + 1, c[r], e[r] * py[r], d_column);
          column += below;
          d_column += below;
        }
      }
    }
  }
};

}  // namespace

Works prepare(const Data& data) {
  const int d = static_cast<int>(data[0][0]);
  const int k = static_cast<int>(data[1].size());
  const int n = static_cast<int>(data[5].size()) / d;
  const std::size_t kd = k * d;
  static Gmm gmm{d,
                 k,
                 n,
                 d * (d - 1) / 2,
                 data[0][1],
                 static_cast<int>(data[0][2]),
                 data[1].data(),
                 data[2].data(),
                 data[3].data(),
                 data[4].data(),
                 data[5].data(),
                 Array(kd),
                 Array(k),
                 Array(k),
                 Array(k),
                 Array(kd),
                 Array(kd),
                 Array(d)};
  const std::size_t size = k + 2 * kd + data[4].size();
  return {
      {"primal, straight", {1, [](double* out) { *out = gmm.primal<Straight>(); }}},
      {"derivative, straight", {size, [](double* out) { gmm.gradient<Straight>(out); }}},
      {"primal", {1, [](double* out) { *out = gmm.primal<Tuned>(); }}},
      {"derivative", {size, [](double* out) { gmm.gradient<Tuned>(out); }}},
  };
}

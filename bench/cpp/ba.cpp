// Bundle adjustment: the errors of p observations of points by cameras, and their Jacobian, 2 × 15 + 1 numbers for each.
//
// With X the point as seen from the camera's centre, a the axis of the rotation, θ its angle, c = cos θ, s = sin θ:
//
//     Y = c X + s (a × X) + (1 − c) (a·X) a,   (u, v) = (Y₀, Y₁) / Y₂,   D = 1 + k₁ r² + k₂ r⁴ with r² = u² + v²,
//     error = w (f D (u, v) + principal point − feature).
//
// A row m of the Jacobian by Y is carried back through the rotation: by X it is Rᵀm; by the rotation vector θa it is
// g a + (h − (a·h) a) / θ with g = ∂(m·Y)/∂θ and h = ∂(m·Y)/∂a.
#include <cmath>

#include "bench.hpp"

namespace {

constexpr int CAMERA = 11;

struct V3 {
  double x, y, z;
};
V3 operator+(V3 a, V3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
V3 operator-(V3 a, V3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
V3 operator*(double s, V3 a) { return {s * a.x, s * a.y, s * a.z}; }
double dot(V3 a, V3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
V3 cross(V3 a, V3 b) { return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x}; }
V3 load(const double* p) { return {p[0], p[1], p[2]}; }
double* store(double* p, V3 a) {
  p[0] = a.x;
  p[1] = a.y;
  p[2] = a.z;
  return p + 3;
}

struct Bundle {
  int p;
  const double *cameras, *points, *weights, *observations, *features;

  void primal(double* __restrict errors) const {
    for (int i = 0; i < p; i++) {
      const double* cam = cameras + CAMERA * static_cast<int>(observations[2 * i]);
      const V3 X = load(points + 3 * static_cast<int>(observations[2 * i + 1])) - load(cam + 3);
      const V3 w = load(cam);
      const double theta2 = dot(w, w);
      V3 Y;
      if (theta2 == 0) {
        Y = X + cross(w, X);
      } else {
        const double theta = std::sqrt(theta2);
        const V3 a = (1 / theta) * w;
        const double c = std::cos(theta), s = std::sin(theta);
        Y = c * X + s * cross(a, X) + ((1 - c) * dot(a, X)) * a;
      }
      const double over = 1 / Y.z, u = Y.x * over, v = Y.y * over;
      const double r2 = u * u + v * v;
      const double fd = cam[6] * (1 + r2 * (cam[9] + cam[10] * r2));
      const double weight = weights[i];
      errors[2 * i] = weight * (fd * u + cam[7] - features[2 * i]);
      errors[2 * i + 1] = weight * (fd * v + cam[8] - features[2 * i + 1]);
      errors[2 * p + i] = 1 - weight * weight;
    }
  }

  void jacobian(double* __restrict out) const {
    for (int i = 0; i < p; i++) {
      const double* cam = cameras + CAMERA * static_cast<int>(observations[2 * i]);
      const V3 X = load(points + 3 * static_cast<int>(observations[2 * i + 1])) - load(cam + 3);
      const V3 w = load(cam);
      const double theta2 = dot(w, w);
      const bool turned = theta2 != 0;
      double theta = 0, c = 1, s = 0, ax = 0;
      V3 a{0, 0, 0}, aX{0, 0, 0}, Y;
      if (turned) {
        theta = std::sqrt(theta2);
        a = (1 / theta) * w;
        c = std::cos(theta);
        s = std::sin(theta);
        ax = dot(a, X);
        aX = cross(a, X);
        Y = c * X + s * aX + ((1 - c) * ax) * a;
      } else {
        Y = X + cross(w, X);
      }
      const double over = 1 / Y.z, u = Y.x * over, v = Y.y * over;
      const double k1 = cam[9], k2 = cam[10], f = cam[6];
      const double r2 = u * u + v * v, D = 1 + r2 * (k1 + k2 * r2);
      const double slope = 2 * (k1 + 2 * k2 * r2);
      const double weight = weights[i], wf = weight * f;

      auto row = [&](double to, double along_u, double along_v, double centre, double feature, int which) {
        // By Y, and through the rotation.
        const V3 m{over * along_u, over * along_v, -over * (u * along_u + v * along_v)};
        V3 by_x, by_w;
        if (turned) {
          const double am = dot(a, m);
          const V3 Xm = cross(X, m);
          by_x = c * m - s * cross(a, m) + ((1 - c) * am) * a;
          const double g = s * (am * ax - dot(m, X)) + c * dot(m, aX);
          const V3 h = s * Xm + (1 - c) * (ax * m + am * X);
          by_w = g * a + (1 / theta) * (h - dot(a, h) * a);
        } else {
          by_x = m - cross(w, m);
          by_w = cross(X, m);
        }
        out = store(out, by_w);
        out = store(out, -1 * by_x);
        const double wto = weight * to;
        out[0] = wto * D;
        out[1] = which == 0 ? weight : 0;
        out[2] = which == 0 ? 0 : weight;
        out[3] = f * wto * r2;
        out[4] = f * wto * r2 * r2;
        out = store(out + 5, by_x);
        *out++ = f * D * to + centre - feature;
      };
      row(u, wf * (D + u * u * slope), wf * u * v * slope, cam[7], features[2 * i], 0);
      row(v, wf * u * v * slope, wf * (D + v * v * slope), cam[8], features[2 * i + 1], 1);
    }
    for (int i = 0; i < p; i++) *out++ = -2 * weights[i];
  }
};

}  // namespace

Works prepare(const Data& data) {
  const int p = static_cast<int>(data[2].size());
  const Bundle bundle{p, data[0].data(), data[1].data(), data[2].data(), data[3].data(), data[4].data()};
  return {
      {"primal", {static_cast<std::size_t>(3 * p), [=](double* out) { bundle.primal(out); }}},
      {"derivative", {static_cast<std::size_t>(31 * p), [=](double* out) { bundle.jacobian(out); }}},
  };
}

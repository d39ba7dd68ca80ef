// Masses on springs over a floor: how far the last mass is from where it should be after some steps, and the adjoint of that.
//
// A spring from a to b with the stiffness k and the rest length r pulls with k (1/r − 1/|e|) e, e = xb − xa. Each step ends with
// v' = damping (v + dt (force + gravity)), x' = x + dt v'; a mass below the floor is put on it, and slides on at half its speed.
#include <cmath>

#include "bench.hpp"

namespace {

constexpr double GRAVITY = -9.81, DAMPING = 0.999, FRICTION = 0.5;

struct Springs {
  int masses, springs, steps, fixed;
  double dt, floor, target[2];
  const double *stiffness, *rest, *start, *ends;
  // Kept between calls: positions before each step, and which masses touched the floor in it.
  Array v, force, positions, d_x, d_v, d_force;
  std::vector<int> from, to;
  std::vector<unsigned char> touched;

  double run() {
    const int size = 2 * masses;
    std::memcpy(positions.data(), start, size * sizeof(double));
    std::fill(v.begin(), v.end(), 0.0);
    double* __restrict f = force.data();
    double* __restrict speed = v.data();
    for (int t = 0; t < steps; t++) {
      const double* __restrict x = positions.data() + static_cast<std::size_t>(t) * size;
      double* __restrict next = positions.data() + static_cast<std::size_t>(t + 1) * size;
      unsigned char* __restrict touch = touched.data() + static_cast<std::size_t>(t) * masses;
      for (int i = 0; i < masses; i++) {
        f[2 * i] = 0;
        f[2 * i + 1] = GRAVITY;
      }
      for (int s = 0; s < springs; s++) {
        const int a = from[s], b = to[s];
        const double dx = x[2 * b] - x[2 * a], dy = x[2 * b + 1] - x[2 * a + 1];
        const double length = std::sqrt(dx * dx + dy * dy);
        const double pull = stiffness[s] * (1 / rest[s] - 1 / length);
        f[2 * a] += pull * dx;
        f[2 * a + 1] += pull * dy;
        f[2 * b] -= pull * dx;
        f[2 * b + 1] -= pull * dy;
      }
      for (int i = 0; i < 2 * fixed; i++) next[i] = x[i];
      for (int i = fixed; i < masses; i++) {
        double vx = DAMPING * (speed[2 * i] + dt * f[2 * i]);
        double vy = DAMPING * (speed[2 * i + 1] + dt * f[2 * i + 1]);
        next[2 * i] = x[2 * i] + dt * vx;
        next[2 * i + 1] = x[2 * i + 1] + dt * vy;
        touch[i] = next[2 * i + 1] < floor;
        if (touch[i]) {
          next[2 * i + 1] = floor;
          vx *= FRICTION;
          vy = 0;
        }
        speed[2 * i] = vx;
        speed[2 * i + 1] = vy;
      }
    }
    const double* end = positions.data() + static_cast<std::size_t>(steps) * size + size - 2;
    const double ex = end[0] - target[0], ey = end[1] - target[1];
    return ex * ex + ey * ey;
  }

  /** Into out: by the stiffnesses, the rest lengths, and where the masses start. */
  void gradient(double* __restrict out) {
    run();
    const int size = 2 * masses;
    double* __restrict dk = out;
    double* __restrict dr = out + springs;
    double* __restrict dx = d_x.data();
    double* __restrict dv = d_v.data();
    double* __restrict df = d_force.data();
    std::memset(out, 0, (2 * springs) * sizeof(double));
    std::fill(d_x.begin(), d_x.end(), 0.0);
    std::fill(d_v.begin(), d_v.end(), 0.0);
    const double* end = positions.data() + static_cast<std::size_t>(steps) * size + size - 2;
    dx[size - 2] = 2 * (end[0] - target[0]);
    dx[size - 1] = 2 * (end[1] - target[1]);
    for (int t = steps - 1; t >= 0; t--) {
      const double* __restrict x = positions.data() + static_cast<std::size_t>(t) * size;
      const unsigned char* __restrict touch = touched.data() + static_cast<std::size_t>(t) * masses;
      for (int i = fixed; i < masses; i++) {
        if (touch[i]) {
          dx[2 * i + 1] = 0;
          dv[2 * i] *= FRICTION;
          dv[2 * i + 1] = 0;
        }
        for (int j = 2 * i; j < 2 * i + 2; j++) {
          dv[j] = DAMPING * (dv[j] + dt * dx[j]);
          df[j] = dt * dv[j];
        }
      }
      for (int s = 0; s < springs; s++) {
        const int a = from[s], b = to[s];
        const double ex = x[2 * b] - x[2 * a], ey = x[2 * b + 1] - x[2 * a + 1];
        const double over = 1 / std::sqrt(ex * ex + ey * ey), inverse = 1 / rest[s], k = stiffness[s];
        const double gx = df[2 * a] - df[2 * b], gy = df[2 * a + 1] - df[2 * b + 1];
        const double along = gx * ex + gy * ey, stretch = inverse - over;
        dk[s] += stretch * along;
        dr[s] -= k * inverse * inverse * along;
        const double straight = k * stretch, bend = k * along * over * over * over;
        const double hx = straight * gx + bend * ex, hy = straight * gy + bend * ey;
        dx[2 * a] -= hx;
        dx[2 * a + 1] -= hy;
        dx[2 * b] += hx;
        dx[2 * b + 1] += hy;
      }
    }
    std::memcpy(out + 2 * springs, dx, size * sizeof(double));
  }
};

}  // namespace

Works prepare(const Data& data) {
  const Array& settings = data[0];
  const int steps = static_cast<int>(settings[0]);
  const int springs = static_cast<int>(data[1].size());
  const std::size_t size = data[3].size();
  static Springs s{static_cast<int>(size / 2),
                   springs,
                   steps,
                   static_cast<int>(settings[1]),
                   settings[2],
                   settings[3],
                   {settings[4], settings[5]},
                   data[1].data(),
                   data[2].data(),
                   data[3].data(),
                   data[4].data(),
                   Array(size),
                   Array(size),
                   Array((steps + 1) * size),
                   Array(size),
                   Array(size),
                   Array(size),
                   {},
                   {},
                   std::vector<unsigned char>(steps * size / 2)};
  for (int i = 0; i < springs; i++) {
    s.from.push_back(static_cast<int>(data[4][2 * i]));
    s.to.push_back(static_cast<int>(data[4][2 * i + 1]));
  }
  return {
      {"primal", {1, [](double* out) { *out = s.run(); }}},
      {"derivative", {2 * data[1].size() + size, [](double* out) { s.gradient(out); }}},
  };
}

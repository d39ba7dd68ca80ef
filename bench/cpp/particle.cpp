// Where a particle crosses the x axis that two charges push, and the w, which moves one of them, with which that is at the origin.
//
// With d from a charge to the particle and s = d², the potential 1/√s has the gradient -d s^(-3/2) and the second derivatives
// H = 3 d dᵀ s^(-5/2) - I s^(-3/2). A change of w changes d by (0, 1) for the charge that it moves. By w forward: the changes (ẋ, v̇) go along.
// In reverse: places are kept, and the adjoint of v gives back to x and w what H makes of it.
#include <cmath>

#include "bench.hpp"
#include "descent.hpp"

namespace {

constexpr double DT = 0.1;

struct V2 {
  double x, y;
};
V2 operator+(V2 a, V2 b) { return {a.x + b.x, a.y + b.y}; }
V2 operator-(V2 a, V2 b) { return {a.x - b.x, a.y - b.y}; }
V2 operator*(double s, V2 a) { return {s * a.x, s * a.y}; }
double dot(V2 a, V2 b) { return a.x * b.x + a.y * b.y; }

constexpr V2 FIXED{10, 0}, START{0, 8}, SPEED{0.75, 0};
V2 moved(double w) { return {10, 10 - w}; }

V2 push(V2 d) {
  const double s = dot(d, d);
  return -1 / (s * std::sqrt(s)) * d;
}

/** The gradient of one charge's potential, and how it changes with d. */
struct Field {
  V2 d, gradient;
  double p3, p5;

  explicit Field(V2 d) : d(d) {
    const double s = dot(d, d);
    p3 = 1 / (s * std::sqrt(s));
    p5 = 3 * p3 / s;
    gradient = -p3 * d;
  }
  V2 times(V2 v) const { return p5 * dot(d, v) * d - p3 * v; }
};

double value(double w) {
  V2 x = START, v = SPEED;
  while (x.y + DT * v.y > 0) {
    const V2 g = push(x - moved(w)) + push(x - FIXED);
    x = x + DT * v;
    v = v - DT * g;
  }
  const double at = x.x - x.y / v.y * v.x;
  return at * at;
}

double forward(double w) {
  V2 x = START, v = SPEED, dx{0, 0}, dv{0, 0};
  while (x.y + DT * v.y > 0) {
    const Field one(x - moved(w)), other(x - FIXED);
    const V2 dg = one.times(dx + V2{0, 1}) + other.times(dx);
    x = x + DT * v;
    dx = dx + DT * dv;
    v = v - DT * (one.gradient + other.gradient);
    dv = dv - DT * dg;
  }
  const double slope = v.x / v.y, at = x.x - x.y * slope;
  return 2 * at * (dx.x - dx.y * slope - x.y * (dv.x - slope * dv.y) / v.y);
}

double reverse(double w) {
  static std::vector<V2> path;
  path.clear();
  V2 x = START, v = SPEED;
  while (x.y + DT * v.y > 0) {
    path.push_back(x);
    const V2 g = push(x - moved(w)) + push(x - FIXED);
    x = x + DT * v;
    v = v - DT * g;
  }
  const double slope = v.x / v.y, by_at = 2 * (x.x - x.y * slope);
  V2 by_x{by_at, -by_at * slope};
  V2 by_v{-by_at * x.y / v.y, by_at * x.y * slope / v.y};
  double by_w = 0;
  for (std::size_t i = path.size(); i-- > 0;) {
    const V2 by_g = -DT * by_v;
    by_v = by_v + DT * by_x;
    const V2 one = Field(path[i] - moved(w)).times(by_g);
    by_x = by_x + one + Field(path[i] - FIXED).times(by_g);
    by_w += one.y;
  }
  return by_w;
}

}  // namespace

Works prepare(const Data& data) {
  const double start = data[0][0];
  const bool in_reverse = data[1][0] != 0;
  const auto value_of = [](const double* w) { return value(*w); };
  return {
      {"derivative",
       {1,
        [=](double* out) {
          *out = start;
          if (in_reverse)
            argmin<1>(value_of, [](const double* w, double* g) { *g = reverse(*w); }, out);
          else
            argmin<1>(value_of, [](const double* w, double* g) { *g = forward(*w); }, out);
        }}},
  };
}

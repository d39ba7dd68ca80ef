// How far a hand is from points: bones turn on each other, the skin goes with the bones, the hand turns and moves; and the Jacobian of that,
// column after column.
//
// A finger's angle turns one bone, R → dR, and with it the bones that hang on it: with A the place of a bone, B that of the bone on which it
// hangs, and M how it stands there at rest, A = B M R; so dA = B M dR there, and dA = dB M R for those that hang on it. All others stay
// where they are. A vertex moves by the sum of its weights times d(A · inverse) times its place at rest. The whole hand's turn by a·θ is
// R = a aᵀ (1 - cos θ) + cos θ + sin θ [a].
#include <cmath>

#include "bench.hpp"

namespace {

struct Matrix {
  double at[16];
};

Matrix operator*(const Matrix& a, const Matrix& b) {
  Matrix c;
  for (int row = 0; row < 4; row++) {
    for (int column = 0; column < 4; column++) {
      double sum = 0;
      for (int k = 0; k < 4; k++) sum += a.at[4 * row + k] * b.at[4 * k + column];
      c.at[4 * row + column] = sum;
    }
  }
  return c;
}

Matrix about_x(double c, double s, double one) { return {{one, 0, 0, 0, 0, c, -s, 0, 0, s, c, 0, 0, 0, 0, one}}; }
Matrix about_y(double c, double s, double one) { return {{c, 0, s, 0, 0, one, 0, 0, -s, 0, c, 0, 0, 0, 0, one}}; }
Matrix about_z(double c, double s, double one) { return {{c, -s, 0, 0, s, c, 0, 0, 0, 0, one, 0, 0, 0, 0, one}}; }

/** Turns about x, then z. Nothing turns about y, but the function says that it might. */
Matrix turn(double x, double z) {
  return about_z(std::cos(z), std::sin(z), 1) * about_y(1, 0, 1) * about_x(std::cos(x), std::sin(x), 1);
}
Matrix turn_by_x(double x, double z) {
  return about_z(std::cos(z), std::sin(z), 1) * about_x(-std::sin(x), std::cos(x), 0);
}
Matrix turn_by_z(double x, double z) {
  return about_z(-std::sin(z), std::cos(z), 0) * about_x(std::cos(x), std::sin(x), 1);
}

struct Turn {
  double at[9];
};

/** Turns about an axis by its length; into `by` what this changes by with each number. */
Turn turn_about(const double* axis, Turn* by) {
  const double angle = std::sqrt(axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]);
  if (angle < 1e-4) {
    for (int k = 0; k < 3; k++) by[k] = {};
    return {{1, 0, 0, 0, 1, 0, 0, 0, 1}};
  }
  const double over = 1 / angle, c = std::cos(angle), s = std::sin(angle);
  const double a[3] = {axis[0] * over, axis[1] * over, axis[2] * over};
  const auto crossed = [](const double* v, int row, int column) {
    if (row == column) return 0.0;
    const double x = v[3 - row - column];
    return (column - row + 3) % 3 == 1 ? -x : x;
  };
  Turn turned;
  for (int row = 0; row < 3; row++)
    for (int column = 0; column < 3; column++)
      turned.at[3 * row + column] = a[row] * a[column] * (1 - c) + (row == column ? c : 0) + s * crossed(a, row, column);
  for (int k = 0; k < 3; k++) {
    double da[3];
    for (int i = 0; i < 3; i++) da[i] = ((i == k ? 1 : 0) - a[i] * a[k]) * over;
    const double dc = -s * a[k], ds = c * a[k];
    for (int row = 0; row < 3; row++)
      for (int column = 0; column < 3; column++)
        by[k].at[3 * row + column] = (da[row] * a[column] + a[row] * da[column]) * (1 - c) - a[row] * a[column] * dc +
                                     (row == column ? dc : 0) + ds * crossed(a, row, column) + s * crossed(da, row, column);
  }
  return turned;
}

struct Hand {
  int bones, count, points, places;
  const double *theta, *us, *vertices, *weights, *triangles, *to, *seen;
  bool mirrored;
  std::vector<int> parents;
  std::vector<Matrix> rest, inverses;
  /** Of the finger's angles: which bone each turns, and whether about x. */
  std::vector<int> joints;
  std::vector<bool> about_x_axis;
  std::vector<Matrix> relatives, absolutes, transforms;
  /** Where the skin is before the hand turns, and after. */
  Array bent, positions;
  /** How the skin moves with one angle: before the hand turns, and after. */
  Array way, motion;
  /** The angles of all bones, about x and z. */
  Array x, z;
  /** Of the bones that an angle moves: which they are, and how they and what they do to the skin change. */
  std::vector<int> moving;
  std::vector<Matrix> moved, transforms_by;

  void prepare_joints() {
    for (int finger = 0; finger < 5; finger++) {
      for (int joint = 2; joint <= 4; joint++) {
        joints.push_back(4 * finger + joint);
        about_x_axis.push_back(true);
        if (joint == 2) {
          joints.push_back(4 * finger + joint);
          about_x_axis.push_back(false);
        }
      }
    }
  }

  void pose() {
    for (std::size_t k = 0; k < joints.size(); k++) (about_x_axis[k] ? x : z)[joints[k]] = theta[6 + k];
    for (int i = 0; i < bones; i++) {
      relatives[i] = rest[i] * turn(x[i], z[i]);
      absolutes[i] = parents[i] < 0 ? relatives[i] : absolutes[parents[i]] * relatives[i];
      transforms[i] = absolutes[i] * inverses[i];
    }
  }

  void skin(const Turn& turned) {
    for (int v = 0; v < count; v++) {
      double at[3] = {0, 0, 0};
      for (int i = 0; i < bones; i++) add(at, weights[bones * v + i], transforms[i], vertices + 4 * v);
      if (mirrored) at[0] = -at[0];
      for (int row = 0; row < 3; row++) {
        bent[3 * v + row] = at[row];
        positions[3 * v + row] =
            turned.at[3 * row] * at[0] + turned.at[3 * row + 1] * at[1] + turned.at[3 * row + 2] * at[2] + theta[3 + row];
      }
    }
  }

  static void add(double* at, double weight, const Matrix& m, const double* p) {
    for (int row = 0; row < 3; row++) {
      double sum = 0;
      for (int k = 0; k < 4; k++) sum += m.at[4 * row + k] * p[k];
      at[row] += weight * sum;
    }
  }

  /** What moves the skin so, from the points that were seen, moves the errors. */
  void errors(const double* skin, double* out) const {
    for (int i = 0; i < points; i++) {
      const int t = static_cast<int>(to[i]);
      if (places == 0) {
        for (int r = 0; r < 3; r++) out[3 * i + r] = -skin[3 * t + r];
        continue;
      }
      const double u = us[2 * i], v = us[2 * i + 1];
      const double *a = corner(skin, t, 0), *b = corner(skin, t, 1), *c = corner(skin, t, 2);
      for (int r = 0; r < 3; r++) out[3 * i + r] = -(u * a[r] + v * b[r] + (1 - u - v) * c[r]);
    }
  }

  const double* corner(const double* skin, int triangle, int k) const {
    return skin + 3 * static_cast<int>(triangles[3 * triangle + k]);
  }

  void primal(double* out) {
    Turn by[3];
    pose();
    skin(turn_about(theta, by));
    errors(positions.data(), out);
    for (int i = 0; i < 3 * points; i++) out[i] += seen[i];
  }

  void jacobian(double* out) {
    Turn by[3];
    pose();
    const Turn turned = turn_about(theta, by);
    skin(turned);
    const int rows = 3 * points;
    for (int k = 0; k < places; k++, out += rows) {
      for (int i = 0; i < points; i++) {
        const int t = static_cast<int>(to[i]);
        for (int r = 0; r < 3; r++)
          out[3 * i + r] = corner(positions.data(), t, 2)[r] - corner(positions.data(), t, k)[r];
      }
    }
    for (int k = 0; k < 3; k++, out += rows) {
      apply(by[k], bent);
      errors(motion.data(), out);
    }
    for (int k = 0; k < 3; k++, out += rows)
      for (int i = 0; i < rows; i++) out[i] = i % 3 == k ? -1 : 0;
    for (std::size_t k = 0; k < joints.size(); k++, out += rows) {
      const int joint = joints[k];
      const Matrix by_angle = rest[joint] * (about_x_axis[k] ? turn_by_x(x[joint], z[joint]) : turn_by_z(x[joint], z[joint]));
      moved[joint] = parents[joint] < 0 ? by_angle : absolutes[parents[joint]] * by_angle;
      moving.assign(1, joint);
      for (int i = joint + 1; i < bones; i++) {
        for (const int j : moving) {
          if (parents[i] != j) continue;
          moved[i] = moved[j] * relatives[i];
          moving.push_back(i);
          break;
        }
      }
      for (const int i : moving) transforms_by[i] = moved[i] * inverses[i];
      for (int v = 0; v < count; v++) {
        double at[3] = {0, 0, 0};
        for (const int i : moving) add(at, weights[bones * v + i], transforms_by[i], vertices + 4 * v);
        if (mirrored) at[0] = -at[0];
        for (int r = 0; r < 3; r++) way[3 * v + r] = at[r];
      }
      apply(turned, way);
      errors(motion.data(), out);
    }
  }

  void apply(const Turn& m, const Array& from) {
    for (int v = 0; v < count; v++) {
      const double* p = from.data() + 3 * v;
      for (int r = 0; r < 3; r++) motion[3 * v + r] = m.at[3 * r] * p[0] + m.at[3 * r + 1] * p[1] + m.at[3 * r + 2] * p[2];
    }
  }
};

std::vector<Matrix> matrices(const Array& x) {
  std::vector<Matrix> all(x.size() / 16);
  std::memcpy(all.data(), x.data(), x.size() * sizeof(double));
  return all;
}

}  // namespace

/** theta, us, whether mirrored, parents, relatives, inverses, vertices, weights, triangles, correspondences, points. */
Works prepare(const Data& data) {
  static Hand hand{};
  hand.bones = static_cast<int>(data[3].size());
  hand.count = static_cast<int>(data[6].size() / 4);
  hand.points = static_cast<int>(data[9].size());
  hand.places = data[1].empty() ? 0 : 2;
  hand.theta = data[0].data();
  hand.us = data[1].data();
  hand.mirrored = data[2][0] != 0;
  for (const double parent : data[3]) hand.parents.push_back(static_cast<int>(parent));
  hand.rest = matrices(data[4]);
  hand.inverses = matrices(data[5]);
  hand.vertices = data[6].data();
  hand.weights = data[7].data();
  hand.triangles = data[8].data();
  hand.to = data[9].data();
  hand.seen = data[10].data();
  hand.prepare_joints();
  for (auto* list : {&hand.relatives, &hand.absolutes, &hand.transforms, &hand.moved, &hand.transforms_by})
    list->resize(hand.bones);
  for (Array* list : {&hand.x, &hand.z}) list->resize(hand.bones);
  for (Array* list : {&hand.bent, &hand.positions, &hand.way, &hand.motion}) list->resize(3 * hand.count);
  const std::size_t rows = data[10].size();
  return {
      {"primal", {rows, [](double* out) { hand.primal(out); }}},
      {"derivative", {rows * (hand.places + data[0].size()), [](double* out) { hand.jacobian(out); }}},
  };
}

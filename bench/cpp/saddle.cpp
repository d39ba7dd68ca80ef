// The x at which the greatest cost(x, y) = x² - y² that y can bring about is least, and that y; both by descent.
//
// The cost changes by 2x with x, by -2y with y; and the y of the greatest cost, which is found without x, does not change with x.
#include "bench.hpp"
#include "descent.hpp"

namespace {

double square(const double* v) { return v[0] * v[0] + v[1] * v[1]; }

void twice(const double* v, double* out) {
  out[0] = 2 * v[0];
  out[1] = 2 * v[1];
}

/** The y that brings about the greatest cost for x. */
void worst(const double* x, const double* start, double* y) {
  y[0] = start[0];
  y[1] = start[1];
  argmin<2>([=](const double* y) { return square(y) - square(x); }, twice, y);
}

}  // namespace

Works prepare(const Data& data) {
  const double* start = data[0].data();
  return {
      {"derivative",
       {4,
        [=](double* out) {
          out[0] = start[0];
          out[1] = start[1];
          argmin<2>(
              [=](const double* x) {
                double y[2];
                worst(x, start, y);
                return square(x) - square(y);
              },
              twice, out);
          worst(out, start, out + 2);
        }}},
  };
}

// A recurrent network that predicts the next character of a text, bit by bit; every weight belongs to one bit.
//
// One cell: forget F = σ(x w₀ + b₀), take I = σ(h w₁ + b₁), put O = σ(x w₂ + b₂), change A = tanh(h w₃ + b₃);
// m' = m F + I A, h' = O tanh m'. What the way back needs of it (x, h, m, F, I, O, A, tanh m') is recorded, eight rows of bits
// for each step and layer.
#include <cmath>

#include "bench.hpp"

namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

struct Lstm {
  int layers, bits, characters;
  const double *weights, *ends, *start, *text;
  // Kept between calls.
  Array state, x, record, prediction, d_state, d_x;

  double run(bool recording) {
    const int b = bits;
    std::memcpy(state.data(), start, state.size() * sizeof(double));
    double total = 0;
    double* __restrict tape = record.data();
    for (int t = 0; t + 1 < characters; t++) {
      const double* __restrict now = text + t * b;
      const double* __restrict next = now + b;
      double* __restrict in = x.data();
      for (int i = 0; i < b; i++) in[i] = now[i] * ends[i];
      for (int layer = 0; layer < layers; layer++) {
        const double* __restrict w = weights + layer * 8 * b;
        const double* __restrict bias = w + 4 * b;
        double* __restrict h = state.data() + layer * 2 * b;
        double* __restrict m = h + b;
        for (int i = 0; i < b; i++) {
          const double forget = sigmoid(in[i] * w[i] + bias[i]);
          const double take = sigmoid(h[i] * w[b + i] + bias[b + i]);
          const double put = sigmoid(in[i] * w[2 * b + i] + bias[2 * b + i]);
          const double change = std::tanh(h[i] * w[3 * b + i] + bias[3 * b + i]);
          const double memory = m[i] * forget + take * change;
          const double out = std::tanh(memory);
          if (recording) {
            tape[i] = in[i];
            tape[b + i] = h[i];
            tape[2 * b + i] = m[i];
            tape[3 * b + i] = forget;
            tape[4 * b + i] = take;
            tape[5 * b + i] = put;
            tape[6 * b + i] = change;
            tape[7 * b + i] = out;
          }
          m[i] = memory;
          in[i] = h[i] = put * out;
        }
        if (recording) tape += 8 * b;
      }
      double sum = 2;
      double* __restrict y = prediction.data() + (recording ? t * b : 0);
      for (int i = 0; i < b; i++) {
        in[i] = in[i] * ends[b + i] + ends[2 * b + i];
        y[i] = std::exp(in[i]);
        sum += y[i];
      }
      const double log_sum = std::log(sum);
      double gold = 0;
      for (int i = 0; i < b; i++) {
        total += next[i] * (in[i] - log_sum);
        gold += next[i];
      }
      if (recording) {
        // By the prediction: the bits that came, less their number times softmax.
        const double scale = gold / sum;
        for (int i = 0; i < b; i++) y[i] = next[i] - scale * y[i];
      }
    }
    return -total / (static_cast<double>(characters - 1) * b);
  }

  /** Into out: by the weights, and by the ends. */
  void gradient(double* __restrict out) {
    const int b = bits;
    run(true);
    double* __restrict d_weights = out;
    double* __restrict d_ends = out + layers * 8 * b;
    std::memset(out, 0, (layers * 8 + 3) * b * sizeof(double));
    std::memset(d_state.data(), 0, d_state.size() * sizeof(double));
    double* __restrict d = d_x.data();
    const double scale = -1 / (static_cast<double>(characters - 1) * b);
    const double* __restrict tape = record.data() + static_cast<std::size_t>(characters - 1) * layers * 8 * b;
    for (int t = characters - 2; t >= 0; t--) {
      const double* __restrict dy = prediction.data() + t * b;
      const double* __restrict last = tape - 8 * b;
      for (int i = 0; i < b; i++) {
        const double g = scale * dy[i];
        d_ends[2 * b + i] += g;
        d_ends[b + i] += g * last[5 * b + i] * last[7 * b + i];
        d[i] = g * ends[b + i];
      }
      for (int layer = layers - 1; layer >= 0; layer--) {
        tape -= 8 * b;
        const double* __restrict w = weights + layer * 8 * b;
        double* __restrict dw = d_weights + layer * 8 * b;
        double* __restrict db = dw + 4 * b;
        double* __restrict dh = d_state.data() + layer * 2 * b;
        double* __restrict dm = dh + b;
        for (int i = 0; i < b; i++) {
          const double in = tape[i], h = tape[b + i], m = tape[2 * b + i], forget = tape[3 * b + i];
          const double take = tape[4 * b + i], put = tape[5 * b + i], change = tape[6 * b + i], out = tape[7 * b + i];
          const double g = dh[i] + d[i];
          const double memory = dm[i] + g * put * (1 - out * out);
          const double z_forget = memory * m * forget * (1 - forget);
          const double z_take = memory * change * take * (1 - take);
          const double z_put = g * out * put * (1 - put);
          const double z_change = memory * take * (1 - change * change);
          db[i] += z_forget;
          db[b + i] += z_take;
          db[2 * b + i] += z_put;
          db[3 * b + i] += z_change;
          dw[i] += z_forget * in;
          dw[b + i] += z_take * h;
          dw[2 * b + i] += z_put * in;
          dw[3 * b + i] += z_change * h;
          d[i] = z_forget * w[i] + z_put * w[2 * b + i];
          dh[i] = z_take * w[b + i] + z_change * w[3 * b + i];
          dm[i] = memory * forget;
        }
      }
      const double* __restrict now = text + t * b;
      for (int i = 0; i < b; i++) d_ends[i] += d[i] * now[i];
    }
  }
};

}  // namespace

Works prepare(const Data& data) {
  const int layers = static_cast<int>(data[0][0]);
  const int bits = static_cast<int>(data[0][1]);
  const int characters = static_cast<int>(data[4].size()) / bits;
  const std::size_t steps = characters - 1;
  static Lstm lstm{layers,
                   bits,
                   characters,
                   data[1].data(),
                   data[2].data(),
                   data[3].data(),
                   data[4].data(),
                   Array(2 * layers * bits),
                   Array(bits),
                   Array(steps * layers * 8 * bits),
                   Array(steps * bits),
                   Array(2 * layers * bits),
                   Array(bits)};
  const std::size_t size = data[1].size() + data[2].size();
  return {
      {"primal", {1, [](double* out) { *out = lstm.run(false); }}},
      {"derivative", {size, [](double* out) { lstm.gradient(out); }}},
  };
}

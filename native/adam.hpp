// Adam over a weight, as in src/train/adam-kernel.ts, shared out among threads: for the five million weights of the CNN.
//
//     m ← β₁·m + (1 − β₁)·g          v ← β₂·v + (1 − β₂)·g²          θ ← θ − rate · m/(√v + ε)          g: clip · gradient
#pragma once
#include "pool.hpp"
#include <cmath>
#include <cstddef>

namespace ncp {

struct AdamFactors {
  double clip, beta1, beta2, epsilon, rate;
};

inline void adamStep(Pool& pool, size_t length, float* theta, float* m, float* v, const float* gradient, const AdamFactors& f) {
  const size_t PART = 4096;
  pool.split((int)((length + PART - 1) / PART), [&](int first, int end) {
    const size_t to = end * PART < length ? end * PART : length;
    for (size_t i = first * PART; i < to; i++) {
      const double g = f.clip * gradient[i];
      const double nextM = f.beta1 * m[i] + (1 - f.beta1) * g, nextV = f.beta2 * v[i] + (1 - f.beta2) * g * g;
      m[i] = (float)nextM;
      v[i] = (float)nextV;
      theta[i] = (float)(theta[i] - f.rate * nextM / (sqrt(nextV) + f.epsilon));
    }
  });
}

} // namespace ncp

// Dense layers over rows of numbers, a frame a row, in the order the model has its weights [inputs,units]. Here the units are in the
// lanes: there are more of them than frames, and five million weights are read once where they are.
#pragma once
#include "pool.hpp"
#include "layout.hpp"

namespace ncp {

/// A layer's sizes.
struct Dense {
  int inputs, units;
};

INLINE Vector load(const float* from, int count) {
  Vector v = {};
  memcpy(&v, from, (size_t)(count < LANES ? count : LANES) * sizeof(float));
  return v;
}

INLINE void store(float* to, Vector v, int count) { memcpy(to, &v, (size_t)(count < LANES ? count : LANES) * sizeof(float)); }

/// z[n][o] = bias[o] + Σ over k of x[n][k] · w[k][o], for FRAMES rows and COLUMNS vectors of units from `o` on.
template <int FRAMES, int COLUMNS, bool WHOLE>
INLINE void denseTile(const Dense& layer, const float* x, const float* w, const float* bias, bool isRelu, int o, float* z) {
  const int left = layer.units - o;
  Vector sums[FRAMES][COLUMNS];
  UNROLL for (int c = 0; c < COLUMNS; c++) {
    const Vector first = bias ? load(bias + o + c * LANES, left - c * LANES) : Vector{};
    UNROLL for (int f = 0; f < FRAMES; f++) sums[f][c] = first;
  }
  for (int k = 0; k < layer.inputs; k++) {
    const float* row = w + (size_t)k * layer.units + o;
    Vector weights[COLUMNS];
    UNROLL for (int c = 0; c < COLUMNS; c++) {
      weights[c] = WHOLE ? load(row + c * LANES, LANES) : load(row + c * LANES, left - c * LANES);
    }
    UNROLL for (int f = 0; f < FRAMES; f++) {
      const float number = x[(size_t)f * layer.inputs + k];
      UNROLL for (int c = 0; c < COLUMNS; c++) sums[f][c] += number * weights[c];
    }
  }
  UNROLL for (int f = 0; f < FRAMES; f++) {
    UNROLL for (int c = 0; c < COLUMNS; c++) {
      store(z + (size_t)f * layer.units + o + c * LANES, isRelu ? relu(sums[f][c]) : sums[f][c], left - c * LANES);
    }
  }
}

template <int COLUMNS, bool WHOLE>
void denseColumns(const Dense& layer, const float* x, int count, const float* w, const float* bias, bool isRelu, int o, float* z) {
  constexpr int FRAMES = (REGISTERS - 2 - COLUMNS) / COLUMNS / 2 * 2 > 10 ? 10 : (REGISTERS - 2 - COLUMNS) / COLUMNS / 2 * 2;
  int n = 0;
  for (; n + FRAMES <= count; n += FRAMES) {
    denseTile<FRAMES, COLUMNS, WHOLE>(layer, x + (size_t)n * layer.inputs, w, bias, isRelu, o, z + (size_t)n * layer.units);
  }
  for (; n < count; n++) denseTile<1, COLUMNS, WHOLE>(layer, x + (size_t)n * layer.inputs, w, bias, isRelu, o, z + (size_t)n * layer.units);
}

/// z [count,units] from x [count,inputs]; `bias` may be null.
inline void denseForward(Pool& pool, const Dense& layer, const float* x, int count, const float* w, const float* bias, bool isRelu, float* z) {
  constexpr int COLUMNS = 2, WIDTH = COLUMNS * LANES;
  pool.split(ceilDiv(layer.units, WIDTH), [&](int first, int end) {
    for (int tile = first; tile < end; tile++) {
      const int o = tile * WIDTH;
      if (o + WIDTH <= layer.units) denseColumns<COLUMNS, true>(layer, x, count, w, bias, isRelu, o, z);
      else for (int at = o; at < layer.units; at += LANES) denseColumns<1, false>(layer, x, count, w, bias, isRelu, at, z);
    }
  });
}

/// dw[k][o] = Σ over n of x[n][k] · dz[n][o];   dbias[o] = Σ over n of dz[n][o], unless null
inline void denseKernelGradient(Pool& pool, const Dense& layer, const float* x, const float* dz, int count, float* dw, float* dbias) {
  constexpr int K = 4;
  const int units = layer.units;
  pool.split(ceilDiv(layer.inputs, K), [&](int first, int end) {
    for (int k = first * K; k < end * K && k < layer.inputs; k += K) {
      const int rows = layer.inputs - k < K ? layer.inputs - k : K;
      for (int o = 0; o < units; o += LANES) {
        Vector sums[K] = {};
        for (int n = 0; n < count; n++) {
          const float* numbers = x + (size_t)n * layer.inputs + k;
          const float* gradients = dz + (size_t)n * units + o;
          const Vector gradient = o + LANES <= units ? load(gradients, LANES) : load(gradients, units - o);
          if (rows == K) UNROLL for (int i = 0; i < K; i++) sums[i] += numbers[i] * gradient;
          else for (int i = 0; i < rows; i++) sums[i] += numbers[i] * gradient;
        }
        for (int i = 0; i < rows; i++) store(dw + (size_t)(k + i) * units + o, sums[i], units - o);
      }
    }
  });
  if (dbias == nullptr) return;
  memset(dbias, 0, units * sizeof(float));
  for (int n = 0; n < count; n++) {
    for (int o = 0; o < units; o++) dbias[o] += dz[(size_t)n * units + o];
  }
}

/// dx[n][k] = Σ over o of dz[n][o] · w[k][o]
inline void denseInputGradient(Pool& pool, const Dense& layer, const float* dz, int count, const float* w, float* dx) {
  constexpr int K = 4, FRAMES = REGISTERS > 16 ? 5 : 2;
  const int units = layer.units, whole = units / LANES * LANES;
  auto tile = [&](int n, int frames, int k, int rows) {
    Vector sums[FRAMES][K] = {};
    auto step = [&](int o, int lanes) {
      Vector weights[K];
      UNROLL for (int i = 0; i < K; i++) weights[i] = load(w + (size_t)(k + (i < rows ? i : 0)) * units + o, lanes);
      UNROLL for (int f = 0; f < FRAMES; f++) {
        const Vector gradient = load(dz + (size_t)(n + (f < frames ? f : 0)) * units + o, lanes);
        UNROLL for (int i = 0; i < K; i++) sums[f][i] += gradient * weights[i];
      }
    };
    for (int o = 0; o < whole; o += LANES) step(o, LANES);
    if (whole < units) step(whole, units - whole);
    for (int f = 0; f < frames; f++) {
      for (int i = 0; i < rows; i++) dx[(size_t)(n + f) * layer.inputs + k + i] = sumOfLanes(sums[f][i]);
    }
  };
  pool.split(ceilDiv(layer.inputs, K), [&](int first, int end) {
    for (int k = first * K; k < end * K && k < layer.inputs; k += K) {
      const int rows = layer.inputs - k < K ? layer.inputs - k : K;
      for (int n = 0; n < count; n += FRAMES) tile(n, count - n < FRAMES ? count - n : FRAMES, k, rows);
    }
  });
}

} // namespace ncp
